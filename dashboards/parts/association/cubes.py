"""A released cube as a sheet: every published cell of every released month, as the documents hold it."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

import polars as pl

from dashboards.parts.page.language import pick
from metrics.model.notes import Note
from metrics.reports.association.cells import KEPT, REFUND
from metrics.reports.association.names import DIMENSIONS
from metrics.reports.association.releases import Month
from metrics.reports.association.standing import band_name, quartiles
from metrics.reports.association.told.words import called
from metrics.reports.sheets import Column, Sheet

#: Numbers in a row that are listed one by one.
_LISTED = 3
_ABOUT_QUARTILES = Note(
    "DISTRICT_QUARTILES",
    "退货率是退回占支付，一位老板一个；四分位只说落在哪几个百分点里，不是任何一家的数；更正不改四分位",
    "a return rate is what went back of what was paid, one of each owner; quartiles only say in which points "
    "they lie and are nobody's own; a correction leaves them as they were",
)


def cube_sheet(months: Sequence[Month], cube: str) -> Sheet:
    """Month, how often it was corrected, the cube's dimensions (empty: all of it together), kept, refunded
    and paid.
    """
    names = [item.name for item in months[-1].cubes[cube].dimensions]
    rows = [
        {
            "month": month.name,
            "corrections": month.corrections_qty,
            **{
                name: called(pick, name, nodes[name]) if name in nodes else pick("合计", "all")
                for name in names
            },
            "kept": figures[KEPT],
            "refund": figures[REFUND],
            "paid": figures[KEPT] + figures[REFUND],
        }
        for month in months
        for key, figures in sorted(month.figures.items(), key=itemgetter(0))
        if set(nodes := dict(key)) <= set(names)
    ]
    columns = {
        "month": Column("月份", "month"),
        "corrections": Column("更正次数", "corrections", "count"),
        **{name: Column(*DIMENSIONS[name]) for name in names},
        "kept": Column("留下", "kept", "fen"),
        "refund": Column("退回", "went back", "fen"),
        "paid": Column("支付", "paid", "fen"),
    }
    shape = {name: pl.String if column.kind == "text" else pl.Int64 for name, column in columns.items()}
    found = months[-1].cubes[cube]
    return Sheet(pick(found.zh, found.en), columns, pl.DataFrame(rows, schema=shape), notes=notes_of(months))


def quartile_sheet(months: Sequence[Month]) -> Sheet:
    """Month, cell, and the bands in which the quartiles of owners' return rates lie, as the documents hold
    them.
    """
    columns = {
        "month": Column("月份", "month"),
        "by": Column("按什么", "by"),
        "cell": Column("名称", "name"),
        "lower": Column("下四分位", "lower quartile"),
        "median": Column("中位数", "median"),
        "upper": Column("上四分位", "upper quartile"),
    }
    rows = [
        (month.name, pick(*DIMENSIONS[name]), called(pick, name, node), *map(band_name, bands))
        for month in months
        for (name, node), bands in quartiles(month).items()
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    title = pick("退货率四分位", "quartiles of return rates")
    return Sheet(title, columns, frame, notes=(*notes_of(months), _ABOUT_QUARTILES))


def notes_of(months: Sequence[Month]) -> tuple[Note, ...]:
    """What must be known of figures of the district."""
    newest = months[-1]
    numbers = "、".join(_runs([month.number for month in months]))
    return (
        Note(
            "DISTRICT_RELEASE",
            f"全区的数，来自已签名的协会发布第 {numbers} 号；最新月份 {newest.name}，"
            f"规则摘要 {newest.document['policy_digest'][:16]}",
            f"figures of the district, of the association's signed releases {numbers.replace('、', ', ')}; "
            f"newest month {newest.name}, digest of the rules {newest.document['policy_digest'][:16]}",
        ),
        Note(
            "DISTRICT_WITHHELD",
            "没有列出的格子是保密或没有发生，两者不区分；列出的都是终值（月末满 45 天）",
            "cells that are not listed are withheld or empty, which is not told apart; all listed are final "
            "(45 days after the month's end)",
        ),
    )


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers as people list them: more than three in a row by the first and the last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [
        word
        for run in runs
        for word in ([f"{run[0]}–{run[-1]}"] if len(run) > _LISTED else [str(number) for number in run])
    ]

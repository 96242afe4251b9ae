"""Rows of a hand-entered list as a page shows them: what each is about first, for a phone shows that without
a swipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.parts.page.language import pick
from dashboards.parts.page.money import NOTHING, yuan
from dashboards.parts.page.words import moment, visible
from pipeline.counter import CHANGES, EntryList


def changes_table(item: EntryList, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a preview: what each is about, the value now and the one given, and who entered the one it
    replaces.
    """
    leading, others = _columns(item, rows)
    unit, has_earlier = item.unit, rows[f"before_{item.unit}"].null_count() < rows.height
    return pl.DataFrame(
        [
            {pick("行", "row"): row["row"], pick("变化", "change"): pick(*CHANGES[row["verdict_code"]])}
            | {label: word(item, name, row[name]) for label, name in leading}
            | {
                pick("现在", "now"): word(item, item.value.name, row[f"was_{unit}"]),
                pick("改成", "becomes"): _becomes(item, row),
            }
            | {label: word(item, name, row[name]) for label, name in others}
            | (
                {pick("此前", "earlier"): word(item, item.value.name, row[f"before_{unit}"])}
                if has_earlier
                else {}
            )
            | {pick("现在这条由谁录入", "entered by"): _who(row) if row["stood"] else NOTHING}
            for row in rows.iter_rows(named=True)
        ]
    )


def entries_table(item: EntryList, rows: pl.DataFrame) -> pl.DataFrame:
    """Entries in force, what each is about first, with who and when."""
    leading, others = _columns(item, rows)
    value = (pick(item.value.label, item.value.en), item.value.name)
    return pl.DataFrame(
        [
            {label: word(item, name, row[name]) for label, name in (*leading, value, *others)} | {
                pick("经手", "by"): _who(row)} for row in rows.iter_rows(named=True)
        ]
    )  # fmt: skip


def named(item: EntryList, row: Mapping[str, Any]) -> str:
    """One entry in a line, to choose it by."""
    return " · ".join(
        word(item, cell.name, row[cell.name]) for cell in item.columns if row[cell.name] is not None
    )


def word(item: EntryList, name: str, value: object) -> str:
    """A value as people read it."""
    cell = next(cell for cell in item.columns if cell.name == name)
    if value is not None and cell.kind.name == "yuan":
        return yuan(int(str(value)))
    return visible(pick(*cell.words(value)), 60) or NOTHING


def _columns(item: EntryList, rows: pl.DataFrame) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Header and name of the columns that hold anything: those a row is about, and the others without the
    value.
    """
    held = [
        cell
        for cell in item.columns
        if cell.name in rows.columns and rows[cell.name].null_count() < rows.height and cell != item.value
    ]
    return [(pick(cell.label, cell.en), cell.name) for cell in held if cell.leads], [
        (pick(cell.label, cell.en), cell.name) for cell in held if not cell.leads
    ]


def _becomes(item: EntryList, row: Mapping[str, Any]) -> str:
    return (
        pick(*CHANGES["taken_back"])
        if row["verdict_code"] in ("taken_back", "nothing")
        else word(item, item.value.name, row[item.unit])
    )


def _who(row: Mapping[str, Any]) -> str:
    return f"{visible(row['received_by_name'] or NOTHING, 20)} {moment(row['changed_at'])}"

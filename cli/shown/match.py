"""How the terminal tells the way from a platform's number to ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import polars as pl
import typer

from cli.terminal import print_json, print_table
from contracts.amounts import yuan
from contracts.codes import PLATFORM
from metrics.reports.match import Match
from metrics.reports.screens import SCREENS, UNKNOWN
from metrics.reports.told_days import TOLD
from pipeline.intake.raw_rows import RawRow

_SHOWN = 30


def screens(*, as_json: bool) -> None:
    """Every number that can be matched, what it counts and who says so; then those that cannot."""
    if as_json:
        unknown = [
            dict(zip(("platform", "shows", "shows_en", "zh", "en"), row, strict=True)) for row in UNKNOWN
        ]
        print_json({"screens": [asdict(screen) for screen in SCREENS.values()], "unknown": unknown})
        return
    rows = [
        (
            screen.id,
            PLATFORM.zh(screen.platform),
            f"{screen.zh} / {screen.en}",
            ";".join(zh for zh, _ in screen.counts.words()),
            screen.source_zh,
        )
        for screen in SCREENS.values()
    ]
    print_table(
        "可以对平的数 / numbers that can be matched",
        ["编号 / id", "平台 / platform", "哪一个数 / number", "算什么 / counts", "依据 / source"],
        rows,
    )
    others = [
        (PLATFORM.zh(platform), f"{what} / {called}", f"{zh} / {en}")
        for platform, what, called, zh, en in UNKNOWN
    ]
    print_table(
        "口径不明,暂不能对平 / nobody tells what these count",
        ["平台 / platform", "哪一个数 / number", "为什么 / why"],
        others,
    )


def matched(found: Match, lines: pl.DataFrame | None, rows: Sequence[RawRow], *, as_json: bool) -> None:
    """The waterfall, the rest in a sentence, days nobody told.

    The lines of the step asked for, and received rows.
    """
    if as_json:
        print_json(_document(found, lines, rows))
        return
    title = (
        f"{found.screen.zh} / {found.screen.en} · {found.period[0]} – {found.period[1]} · 发布 / release "
        f"#{found.release}"
    )
    shown = [
        (
            row["step"],
            f"{row['zh']} / {row['en']}",
            yuan(row["fen"]) if row["is_total"] else _signed(row["fen"]),
            row["lines_qty"],
        )
        for row in found.steps.iter_rows(named=True)
    ]
    print_table(title, ["编号 / id", "步骤 / step", "元 / CNY", "行 / lines"], shown)
    typer.echo(rest_sentence(found))
    for told, (zh, en) in TOLD.items():
        days = [f"{day}" for day in found.untold.filter(told=told)["date"]]
        if days:
            typer.echo(f"{zh} / {en}: {', '.join(days)}")
    for note in found.held:
        typer.echo(f"{note.zh} / {note.en}")
    if lines is not None:
        columns = ["", "日期 / day", "店铺 / shop", "订单 / order", "子订单 / line", "贡献 / adds"]
        listed = [
            (
                number,
                row["business_date"],
                row["shop_id"],
                row["order_id"],
                row["order_line_id"],
                yuan(row["amount"]),
            )
            for number, row in enumerate(lines.head(_SHOWN).iter_rows(named=True), 1)
        ]
        print_table(f"明细 {lines.height} 行,列出 {len(listed)} / lines", columns, listed)
    for row in rows:
        print_table(
            f"{row.name} · {row.row_number}",
            ["表头 / header", "原值 / cell"],
            [item for item in row.cells.items() if item[1]],
        )


def rest_sentence(found: Match) -> str:
    """What is left over, in the shop's own money."""
    rest = f"{found.currency} {yuan(found.rest_minor)}"
    if found.rest_minor == 0:
        return f"对平:差 0 分 / matched, nothing left: {rest}"
    if found.is_explained:
        return f"对平:差 {rest},在取整的范围之内 / matched within rounding"
    return f"说不清的差额 {rest} / an unexplained rest"


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{yuan(fen)}"


def _document(found: Match, lines: pl.DataFrame | None, rows: Sequence[RawRow]) -> dict[str, object]:
    return {
        "screen": asdict(found.screen),
        "shop": found.shop,
        "period": list(found.period),
        "currency": found.currency,
        "typed_minor": found.typed.minor,
        "rest_minor": found.rest_minor,
        "doubt_minor": found.doubt_minor,
        "is_explained": found.is_explained,
        "residual_fen": found.residual_fen,
        "release": found.release,
        "steps": found.steps.to_dicts(),
        "untold_days": found.untold.to_dicts(),
        "lines": None if lines is None else lines.to_dicts(),
        "raw_rows": [asdict(row) for row in rows],
    }

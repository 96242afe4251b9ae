"""``baiyun match`` and ``baiyun screens``: from the number a platform shows to ours."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.shown import match as shown_match
from cli.statement import read_period
from cli.words import Json, Merchant, Shop, group
from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.reports.match import match as find
from metrics.reports.typed import read_amount
from pipeline.intake.raw_rows import raw_rows
from warehouse.settings import Settings

app = group("对平:平台上的数怎样一步步变成我们的数 / from a platform's number to ours, step by step")


# else ``-5`` would be looked up among the options
@app.command(context_settings={"ignore_unknown_options": True})
def match(
    number: Annotated[
        str, typer.Argument(help="平台上看到的数,如 59847.17、47.22万 / the number as the platform shows it")
    ],
    merchant: Merchant,
    shop: Shop,
    screen: Annotated[
        str, typer.Option(help="哪一页的数,见 baiyun screens / which page's number, see `baiyun screens`")
    ],
    period: Annotated[
        str, typer.Option(help="月份 2026-10,或 2026-10-01..2026-10-07 / a month, or first..last day")
    ],
    step: Annotated[str, typer.Option(help="列出这一步的明细,如 clock / list the lines of this step")] = "",
    raw: Annotated[
        int | None, typer.Option(help="第几行明细的原始数据 / the received rows of this line", min=1)
    ] = None,
    as_of: Annotated[int | None, typer.Option(help="历史发布号 / an older release's number")] = None,
    as_json: Json = False,
) -> None:
    """对平:平台上的数怎样一步步变成我们的数,还剩多少说不清 / from a platform's number to ours, step by step,
    and what is left unexplained.
    """
    viewer = Viewer(Settings().place, "cli", "merchant", merchant)
    found = find(viewer, screen, shop, read_period(period), read_amount(number), as_of=as_of)
    lines = found.lines(step) if step else None
    rows = []
    if raw is not None:
        if lines is None or raw > lines.height:
            raise UsageError(
                "NO_SUCH_LINE",
                "没有这一行明细",
                "no such line",
                step_zh="先用 --step 列出明细",
                step_en="list the lines with --step",
                raw=raw,
            )
        rows = raw_rows(viewer, lines.row(raw - 1, named=True), as_of)
    shown_match.matched(found, lines, rows, as_json=as_json)


def screens(as_json: Json = False) -> None:
    """能对平哪些数、各算什么、依据是什么 / which numbers can be matched, what each counts, and who says
    so.
    """
    shown_match.screens(as_json=as_json)

"""``baiyun explain``: what stands behind one figure, down to the rows as they were received."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.shown import passport as shown_passport
from cli.words import Json, Merchant, read_span
from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.query.explain import explain as passport_of
from metrics.query.explain import order_lines
from pipeline.intake.raw_rows import raw_rows
from warehouse.settings import Settings


def explain(
    metric: Annotated[str, typer.Argument(help="指标编号,如 net_by_order_date / a metric's id")],
    merchant: Merchant,
    cell: Annotated[
        list[str] | None, typer.Option("--where", help="维度=值,可多次 / dimension=value, as often as needed")
    ] = None,
    first: Annotated[str, typer.Option("--from", help="起始日期 YYYY-MM-DD / first day")] = "",
    last: Annotated[str, typer.Option("--to", help="结束日期 YYYY-MM-DD / last day")] = "",
    as_of: Annotated[int | None, typer.Option(help="历史发布号 / an older release's number")] = None,
    raw: Annotated[
        int | None, typer.Option(help="第几行明细的原始数据 / the received rows of this line", min=1)
    ] = None,
    as_json: Json = False,
) -> None:
    """一个数字从哪里来:口径、检查、来源文件、逐行明细、原始行 / where a figure comes from: definition,
    checks, files, lines, rows as received.
    """
    settings = Settings()
    viewer = Viewer(settings.place, "cli", "merchant", merchant)
    where = _cell(cell or [])
    period = read_span(first, last)
    found = passport_of(viewer, metric, where, period=period, as_of=as_of)
    lines = order_lines(viewer, metric, where, period=period, as_of=as_of)
    rows = []
    if raw is not None:
        if raw > lines.rows.height:
            raise UsageError(
                "NO_SUCH_LINE", "没有这一行明细", "no such line", raw=raw, lines=lines.rows.height
            )
        rows = raw_rows(viewer, lines.rows.row(raw - 1, named=True), as_of)
    shown_passport.passport(found, lines, rows, as_json=as_json)


def _cell(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if any(not mark for _, mark, _ in pairs):
        raise UsageError(
            "BAD_WHERE", "条件应写成 维度=值", "a condition is dimension=value", given=" ".join(texts)
        )
    return {name.strip(): value.strip() for name, _, value in pairs}

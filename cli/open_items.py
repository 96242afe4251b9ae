"""``baiyun open``: what the platform still owes, for which orders, and whether the statements close."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.shown import open as shown_open
from cli.words import Json, Merchant
from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.reports.open_book import STANDS, line_of, open_book
from pipeline.intake.raw_rows import raw_rows
from warehouse.settings import Settings


def open_items(
    merchant: Merchant,
    shop: Annotated[str, typer.Option("--shop", "-s", help="店铺编号,默认全部 / shop id, default all")] = "",
    ledger: Annotated[
        str, typer.Option(help=f"哪本台账,默认全部 / which ledger, default all: {', '.join(STANDS)}")
    ] = "",
    raw: Annotated[
        int | None, typer.Option(help="第几笔的原始数据 / the received rows of this item", min=1)
    ] = None,
    as_of: Annotated[int | None, typer.Option(help="历史发布号 / an older release's number")] = None,
    as_json: Json = False,
) -> None:
    """未结台账:平台还差哪些订单、哪些钱说不清,各有天数、原因、下一步 / what stands open: age, reason and next
    step of each, and statements that close.
    """
    viewer = Viewer(Settings().place, "cli", "merchant", merchant)
    book = open_book(viewer, shop=shop, ledger=ledger, as_of=as_of)
    rows = []
    if raw is not None:
        if raw > book.items.height:
            raise UsageError(
                "NO_SUCH_LINE", "没有这一行明细", "no such line", raw=raw, lines=book.items.height
            )
        rows = raw_rows(viewer, line_of(book.items.row(raw - 1, named=True)), as_of)
    shown_open.opened(book, rows, as_json=as_json)

"""The open items of a merchant as they are asked about: what is still to come and what to go back, why, for
how long, and whether each statement closes.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from contracts.codes import LEDGER
from contracts.errors import NotFoundError, UsageError, no_such_page
from metrics.query.access import Viewer, open_desk
from metrics.query.released import AsOf
from metrics.reports.open_items import open_items, statements
from transforms.gold.ledgers import mart_statement_monthly
from transforms.gold.orders import dim_shop
from transforms.gold.sales import mart_shop_channel_daily

#: Ledger → what stands open in it, as a person would say it, in the order in which money goes from the
#: platform to the account.
STANDS = {
    "order": ("订单还没结算", "orders not settled"),
    "funding": ("结算了没到账", "settled, not in the account"),
    "settlement": ("账单对不上订单", "billed for no known order"),
    "fund": ("有流水、没账单", "moved, and no bill tells it"),
}
#: Ledger → the id by which the row behind an item was received; an order's items stand in its order.
_ROW_IDS = {"settlement": "settlement_entry_id", "funding": "settlement_entry_id", "fund": "fund_entry_id"}
_ORDER = pl.struct("shop_id", "platform_code", "order_id")
_MONTH = (*SHOP, "ledger_code", "business_month")


@dataclass(frozen=True, eq=False)
class OpenBook:
    """Open items, largest first (``metrics.reports.open_items.open_items``), the statements they belong to,
    and the shops nobody can say this of.

    ``statements``: a shop × ledger × month each, newest first, with ``listed_fen``, what its ``items`` add up
    to, and ``residual_fen``, what is left of its total without what was matched, what is the merchant's own
    and what is listed. ``silent``: ``shop_id, platform_code, shop_name, has_bill, has_account`` of shops that
    sell and never gave a settlement bill, or an account flow.
    """

    items: pl.DataFrame
    statements: pl.DataFrame
    silent: pl.DataFrame
    release: int

    @property
    def residual_fen(self) -> int:
        """What no statement explains, each counted whichever way it is off."""
        return int(self.statements["residual_fen"].abs().sum())


def open_book(viewer: Viewer, *, shop: str = "", ledger: str = "", as_of: AsOf = None) -> OpenBook:
    """The whole of the viewer's merchant, or of one shop and one ledger.

    Raises ``NotFoundError`` as ``open_desk`` does, NO_SUCH_PAGE for a viewer who reads for no one merchant
    and NO_SUCH_SHOP for a shop that is not the viewer's, and ``UsageError`` UNKNOWN_LEDGER.
    """
    desk = open_desk(viewer, as_of)
    if viewer.merchant_id is None:
        raise no_such_page()
    if ledger and ledger not in STANDS:
        raise UsageError(
            "UNKNOWN_LEDGER",
            "没有这本台账",
            "no such ledger",
            step_zh="可选的见 known",
            step_en="see known",
            asked=ledger,
            known=list(STANDS),
        )
    shops = desk.sql(_SILENT)
    if shop and shop not in shops["shop_id"].to_list():
        raise NotFoundError(
            "NO_SUCH_SHOP",
            "没有这个店铺",
            "no such shop",
            step_zh="核对店铺编号",
            step_en="check the shop's id",
            shop=shop,
        )
    wanted = pl.lit(True) if not shop else pl.col("shop_id") == shop
    of_ledger = wanted & (pl.lit(True) if not ledger else pl.col("ledger_code") == ledger)
    items = open_items(viewer, as_of=as_of).filter(of_ledger)
    silent = shops.filter(wanted & pl.col("is_selling") & ~(pl.col("has_bill") & pl.col("has_account"))).drop(
        "is_selling"
    )
    return OpenBook(
        items, closing(statements(viewer, as_of=as_of).filter(of_ledger), items), silent, desk.release.number
    )


def sums(items: pl.DataFrame, *by: str) -> pl.DataFrame:
    """``by`` and ``items_qty``, ``orders_qty`` (known orders), ``to_come_fen``, ``to_go_fen``, ``open_fen``,
    ``oldest_days``; in the order of the lists.
    """
    fen = pl.col("open_fen")
    places = {code: place for place, code in enumerate(STANDS)}
    found = items.group_by("ledger_code", *by).agg(
        items_qty=pl.len().cast(pl.Int64),
        orders_qty=_ORDER.filter(pl.col("order_id").is_not_null()).n_unique().cast(pl.Int64),
        to_come_fen=fen.filter(fen > 0).sum(),
        to_go_fen=fen.filter(fen < 0).sum(),
        open_fen=fen.sum(),
        oldest_days=pl.col("age_days").max(),
    )
    place = pl.col("ledger_code").replace_strict(places, default=len(LEDGER.labels), return_dtype=pl.Int64)
    return found.sort(place, fen.abs(), *by, descending=[False, True, *([False] * len(by))])


def closing(told: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Statements beside their own items: an item of a month without a statement stands alone, and is what
    does not close.
    """
    listed = (
        items.filter(pl.col("business_month").is_not_null())
        .group_by(_MONTH)
        .agg(listed_fen=pl.col("open_fen").sum())
    )
    amounts = [name for name in mart_statement_monthly.TABLE.columns if name not in _MONTH]
    both = told.join(listed, on=_MONTH, how="full", coalesce=True).with_columns(
        pl.col(*amounts, "listed_fen").fill_null(0)
    )
    residual = pl.col("total_fen") - pl.col("matched_fen") - pl.col("explained_fen") - pl.col("listed_fen")
    return both.with_columns(residual_fen=residual).sort(
        "business_month", *SHOP, "ledger_code", descending=[True, *([False] * 4)]
    )


def line_of(item: dict[str, object]) -> dict[str, object]:
    """An item as ``pipeline.intake.raw_rows`` takes a line: by its own entry, else by its order."""
    name = _ROW_IDS.get(str(item["ledger_code"]))
    return item | ({name: item["open_item_id"]} if name else {})


def _has(ledger: str) -> str:
    return (
        f"shop_id IN (SELECT shop_id FROM {mart_statement_monthly.TABLE.full_name} WHERE ledger_code = "  # noqa: S608 - names are declared
        f"'{ledger}')"
    )


_SELLS = f"shop_id IN (SELECT shop_id FROM {mart_shop_channel_daily.TABLE.full_name})"  # noqa: S608
_SILENT = f"""
    SELECT shop_id, platform_code, shop_name, {_has("settlement")} AS has_bill, {_has("fund")} AS has_account,
        {_SELLS} AS is_selling
    FROM {dim_shop.TABLE.full_name} ORDER BY platform_code, shop_id"""  # noqa: S608

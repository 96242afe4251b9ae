"""What a merchant says things cost, found for each order line: the entry in force on the day it was paid
(metrics.md 2.3: "COGS valid by date").

Entries are append-only: of the same thing, shop and day the last word counts, and a word without an amount
takes the entry back. A SKU's cost comes before its style's, one shop's own before that of all shops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.fields.cost import SAME_COST, SAME_GOODS
from transforms.gold.orders.grain import LINE
from transforms.steps import newest

_LEVELS = (("shop_id", "sku_code"), ("sku_code",), ("shop_id", "style_code"), ("style_code",))
#: What is charged for every unit or order: (kind, basis) → column of ``add_rates``.
RATES = {
    (kind, basis): f"{kind}_{basis}_fen"
    for kind in ("packing", "freight_out", "freight_back")
    for basis in ("per_unit", "per_order")
} | {("write_down", "per_unit"): "write_down_per_unit_fen"}
_LUMP = {
    "cost_kind_code": pl.String,
    "event_number": pl.Int64,
    "business_date": pl.Date,
    "part_fen": pl.Int64,
}


@dataclass(frozen=True)
class Costs:
    """What merchants have entered: rows of ``ops.unit_cost`` and ``ops.fixed_cost``."""

    goods: pl.DataFrame
    others: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """True when nobody has entered anything."""
        return self.goods.is_empty() and self.others.is_empty()


def goods_in_force(goods: pl.DataFrame) -> pl.DataFrame:
    """The entries of unit costs that count, one per goods, shop and day."""
    return newest(goods, SAME_GOODS).filter(pl.col("unit_cost_fen").is_not_null())


def others_in_force(others: pl.DataFrame) -> pl.DataFrame:
    """The entries of other costs that count."""
    return newest(others, SAME_COST).filter(pl.col("cost_amount_fen").is_not_null())


def add_unit_cost(lines: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with ``unit_cost_fen`` on their ``paid_date``; null where no entry is in force.

    Rows keep neither their order nor change in number.
    """
    known, found = goods_in_force(goods), []
    for number, by in enumerate(_LEVELS):
        of_shop = pl.col("shop_id").is_not_null() if "shop_id" in by else pl.col("shop_id").is_null()
        level = known.filter(of_shop, pl.col(by[-1]).is_not_null())
        if level.height:
            found.append(f"_cost_{number}")
            lines = _on_day(lines, level, ["merchant_id", *by], "unit_cost_fen", found[-1])
    return lines.with_columns(unit_cost_fen=pl.coalesce(*found, pl.lit(None, pl.Int64))).drop(found)


def add_rates(lines: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with one column per entry of ``RATES``, in fen for one unit or order on their ``paid_date``.

    0 where nothing was entered.

    Of a kind the newest entry holds, whichever way it is charged.
    """
    known = others_in_force(others)
    for (kind, basis), name in RATES.items():
        charged = pl.when(pl.col("cost_basis_code") == basis).then("cost_amount_fen").otherwise(0)
        entries, found = known.filter(cost_kind_code=kind).with_columns(cost_amount_fen=charged), []
        for shop in (["shop_id"], []):
            level = entries.filter(pl.col("shop_id").is_not_null() if shop else pl.col("shop_id").is_null())
            if level.height:
                found.append(f"_{name}_{len(shop)}")
                lines = _on_day(lines, level, ["merchant_id", *shop], "cost_amount_fen", found[-1])
        lines = lines.with_columns(pl.coalesce(*found, pl.lit(0, pl.Int64)).alias(name)).drop(found)
    return lines


def spread_lumps(others: pl.DataFrame) -> pl.DataFrame:
    """Costs charged once, over the days they are valid for: ``merchant_id, shop_id, creator_id,
    live_session_id`` and ``_LUMP``.

    Parts are equal but for a fen, the larger ones first, and add up to the amount exactly.
    """
    each = lump_days(others_in_force(others))
    each = each.with_columns(
        _nth=(pl.col("business_date") - pl.col("valid_from_date")).dt.total_days(),
        days=pl.len().over("merchant_id", "event_number"),
    )
    extra = (pl.col("_nth") < pl.col("cost_amount_fen") % pl.col("days")).cast(pl.Int64)
    parts = each.with_columns(part_fen=pl.col("cost_amount_fen") // pl.col("days") + extra)
    return parts.select("merchant_id", "shop_id", "creator_id", "live_session_id", *_LUMP)


def lump_days(others: pl.DataFrame) -> pl.DataFrame:
    """One row for each entry charged once and each day (``business_date``) it names, whether or not it is in
    force.
    """
    lumps = others.filter(cost_basis_code="once")
    return lumps.with_columns(
        business_date=pl.date_ranges("valid_from_date", pl.coalesce("valid_until_date", "valid_from_date"))
    ).explode("business_date")


def add_units(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with ``sent_qty`` and of these ``back_qty``; null where the line's units are untold.

    Sources tell refunds in money, so a line's units that were cancelled or came back are its units by share
    of money, rounded half up. What was refunded without the goods coming back (price protection, a bare
    refund after shipment) is still with the buyer. A gift goes, and stays away, with its order.
    """
    bare = (pl.col("refund_type_code") == "refund_only") & (pl.col("refund_stage_code") == "after_shipment")
    stays = bare | (pl.col("refund_type_code") == "price_protection")
    before = pl.col("refund_stage_code") == "before_shipment"
    sums = (
        refunds.filter(~stays)
        .group_by(LINE)
        .agg(_off=pl.col("refund_fen").filter(before).sum(), _all=pl.col("refund_fen").sum())
    )
    rows = lines.join(sums, on=LINE, how="left", validate="1:1").with_columns(
        pl.col("_off", "_all").fill_null(0)
    )
    goods, is_sent = ~pl.col("is_gift"), (pl.col("paid_fen") == 0) | (pl.col("_off") < pl.col("paid_fen"))
    order = [
        *LINE[:-1],
        "order_id",
        "paid_date",
    ]  # what was paid on another day is not looked at: a day's figures follow from the day alone
    goes = (goods & is_sent).any().over(order) | ~goods.any().over(order)
    off = (
        pl.when("is_gift").then(pl.when(goes).then(0).otherwise("line_qty")).otherwise(share_of_units("_off"))
    )
    rows = rows.with_columns(
        _off_qty=off, _all_qty=pl.when("is_gift").then(0).otherwise(share_of_units("_all"))
    )
    rows = rows.with_columns(
        sent_qty=pl.col("line_qty") - pl.col("_off_qty"),
        back_qty=(pl.col("_all_qty") - pl.col("_off_qty")).clip(lower_bound=0),
    )
    return rows.drop("_off", "_all", "_off_qty", "_all_qty")


def share_of_units(fen: str) -> pl.Expr:
    """Units of the line that ``fen`` of its paid value stands for, half up, never more than it has."""
    exact = (2 * pl.col("line_qty") * pl.col(fen) + pl.col("paid_fen")) // (2 * pl.col("paid_fen"))
    return pl.when(pl.col("paid_fen") > 0).then(pl.min_horizontal(exact, "line_qty")).otherwise(0)


def _on_day(
    lines: pl.DataFrame, entries: pl.DataFrame, by: Sequence[str], what: str, name: str
) -> pl.DataFrame:
    """``lines`` with the newest of ``entries`` not after their ``paid_date``, as column ``name``."""
    known = entries.select(*by, _from="valid_from_date", **{name: pl.col(what)}).sort("_from")
    joined = lines.sort("paid_date").join_asof(
        known, left_on="paid_date", right_on="_from", by=list(by), check_sortedness=False
    )
    return joined.drop("_from", strict=False)

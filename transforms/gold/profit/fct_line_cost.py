"""What it costs to have sold a line: goods, fees, freight.

Contribution per order line, as far as costs and fees are told.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.costing import RATES, Costs, add_rates, add_unit_cost, spread_lumps
from transforms.derived import Derived, Slices
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.ledgers.mart_settlement_daily import SETTLED
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.money import split_fen

#: What one line of known cost adds to a mart on the cost clock.
MEASURES = (
    "cost_known_fen", "fees_known_fen", "costed_refund_fen", "cost_fen", "write_down_fen", "cohort_fee_fen",
    "cohort_commission_fen", "packing_fen",
    "freight_out_fen", "freight_back_fen", "slot_fee_fen", "sample_fen",
)  # fmt: skip

TABLE = Table(
    "gold",
    "fct_line_cost",
    "子订单成本事实",
    "order line cost facts",
    "One paid line whose units and unit cost are known (postage costs no goods), on its payment day; or one "
    "day's part of a cost "
    "charged once (``order_line_id`` = ``cost:`` and the "
    "entry's number). Fees are those of its settled entries.",
    key=(*SHOP, "order_line_id", "business_date"),
    required=("style_code", "channel_code", *MEASURES),
    optional=(
        "order_id",
        "sku_code",
        "creator_id",
        "live_session_id",
        "unit_cost_fen",
        "sent_qty",
        "back_qty",
    ),
)

#: Columns of fct_order_line it is made of.
FROM_LINES = [
    *LINE, "order_id", "style_code", "sku_code", "channel_code", "creator_id", "live_session_id", "paid_date",
    "is_gift", "line_qty", "paid_fen",
    "cohort_refund_fen", "sent_qty", "back_qty", "is_order_level", "postage_fen",
]  # fmt: skip
#: A line that is nothing but the postage its order paid: no goods, so no cost, and settled with the goods.
_IS_POSTAGE = pl.col("is_order_level") & (pl.col("postage_fen") == pl.col("paid_fen")).fill_null(False)
#: An order as far as it was paid on one day: a day's figures follow from that day's facts alone. An entry on
#: an order paid on several days bears no day.
_BILLED = [*ORDER, "paid_date"]
#: Each kind charged once (advertising is fct_ad_spend's): its measure, and the channel it is paid for. Slots
#: go to creators; samples to whoever may sell.
_ONCE = {"slot_fee": ("slot_fee_fen", "creator_live"), "sample": ("sample_fen", "unknown")}


def build(lines: pl.DataFrame, entries: pl.DataFrame, costs: Costs) -> pl.DataFrame:
    """Facts of all lines paid on whole days (order-line facts), with the settlement entries that bear those
    payment days.
    """
    paid = lines.filter(pl.col("paid_date").is_not_null()).join(
        costs.goods.select("merchant_id").unique(), on="merchant_id", how="semi"
    )
    if paid.is_empty():
        return TABLE.empty()
    rows = add_unit_cost(_add_fees(paid.select(FROM_LINES), entries), costs.goods).with_columns(
        pl.when(_IS_POSTAGE).then(0).otherwise(name).alias(name)
        for name in ("unit_cost_fen", "line_qty", "sent_qty", "back_qty")
    )
    rows = rows.filter(pl.col("unit_cost_fen").is_not_null() & pl.col("line_qty").is_not_null())
    rows = add_rates(rows, costs.others).with_columns(
        _is_out=_is_first("sent_qty"), _is_back=_is_first("back_qty")
    )
    sent, back = pl.col("sent_qty"), pl.col("back_qty")
    return TABLE.shape(
        rows.with_columns(
            business_date="paid_date",
            style_code=pl.col("style_code").fill_null("untold"),
            cost_known_fen="paid_fen",
            # a line that came back whole before it was settled never gets a payout, and is charged nothing
            fees_known_fen=pl.when(
                pl.col("_is_settled") | (pl.col("cohort_refund_fen") >= pl.col("paid_fen"))
            )
            .then("paid_fen")
            .otherwise(0),
            costed_refund_fen="cohort_refund_fen",
            cost_fen=pl.col("unit_cost_fen") * (sent - back),
            write_down_fen=pl.col(RATES["write_down", "per_unit"]) * back,
            packing_fen=_charged("packing", sent, "_is_out"),
            freight_out_fen=_charged("freight_out", sent, "_is_out"),
            freight_back_fen=_charged("freight_back", back, "_is_back"),
            slot_fee_fen=pl.lit(0),
            sample_fen=pl.lit(0),
        )
    )


def build_lumps(costs: Costs, shops: pl.DataFrame) -> pl.DataFrame:
    """Facts of costs charged once, of ``shops`` (columns ``SHOP``), on every day they are valid for.

    They stand on no style: whose they are nobody told.
    """
    lumps = costs.others.filter(pl.col("cost_kind_code").is_in(list(_ONCE)))
    parts = spread_lumps(lumps).join(
        shops.select(SHOP), on=["merchant_id", "shop_id"], how="inner", validate="m:1"
    )
    amounts = (
        pl.when(pl.col("cost_kind_code") == kind).then("part_fen").otherwise(0).alias(name)
        for kind, (name, _) in _ONCE.items()
    )
    channel = pl.col("cost_kind_code").replace_strict(
        {kind: channel for kind, (_, channel) in _ONCE.items()}, return_dtype=pl.String
    )
    rows = parts.with_columns(pl.lit(0).alias(name) for name in MEASURES).with_columns(
        *amounts,
        channel_code=channel,
        style_code=pl.lit("untold"),
        order_line_id=pl.lit("cost:") + pl.col("event_number").cast(pl.String),
    )
    return TABLE.shape(rows)


def _is_first(qty: str) -> pl.Expr:
    """The one line of each order's day that bears what is charged per order: the first with any such unit."""
    return pl.when(pl.col(qty) > 0).then(pl.col("order_line_id")) == (
        pl.col("order_line_id").filter(pl.col(qty) > 0).min().over(_BILLED)
    )


def _charged(kind: str, units: pl.Expr, is_bearer: str) -> pl.Expr:
    per_order = pl.when(pl.col(is_bearer).fill_null(False)).then(RATES[kind, "per_order"]).otherwise(0)
    return pl.col(RATES[kind, "per_unit"]) * units + per_order


def _add_fees(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """``cohort_fee_fen``, ``cohort_commission_fen`` and whether a payout came.

    What is charged on a whole order is shared by its lines' paid value.
    """
    fee = pl.sum_horizontal(
        pl.sql_expr(SETTLED[name]) for name in ("platform_fee_fen", "other_fee_fen", "charges_untold_fen")
    )
    apart = pl.col("settlement_type_code").is_in(["fee", "insurance"])  # the entry is nothing but a charge
    told = entries.filter(pl.col("settled_date").is_not_null()).select(
        *_BILLED,
        "order_line_id",
        _fee=pl.when(apart).then(-pl.col("settled_fen")).otherwise(fee),
        _commission=pl.when(apart).then(0).otherwise(pl.sql_expr(SETTLED["commission_fen"])),
        _sale=pl.col("settlement_type_code") == "sale",
    )
    sums = pl.col("_fee").sum(), pl.col("_commission").sum(), pl.col("_sale").any()
    of_line = told.filter(pl.col("order_line_id").is_not_null()).group_by([*LINE, "paid_date"]).agg(sums)
    whole = (
        told.filter(pl.col("order_line_id").is_null(), pl.col("order_id").is_not_null())
        .group_by(_BILLED)
        .agg(sums)
    )
    rows = lines.join(of_line, on=[*LINE, "paid_date"], how="left", validate="1:1").join(
        _shares(lines, whole), on=LINE, how="left", validate="1:1"
    )
    return rows.with_columns(
        cohort_fee_fen=pl.sum_horizontal("_fee", "_fee_share"),
        cohort_commission_fen=pl.sum_horizontal("_commission", "_commission_share"),
        _is_settled=pl.any_horizontal(pl.col("_sale", "_sale_whole").fill_null(False)),
    ).with_columns(
        _is_settled=pl.when(_IS_POSTAGE)
        .then(pl.col("_is_settled").any().over(_BILLED))
        .otherwise("_is_settled")
    )


def _shares(lines: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """Each line's part of what its whole order was charged, or given back.

    Most orders are one line, and splitting is dear.
    """
    rows = lines.select(*LINE, "order_id", "paid_date", "paid_fen").join(
        whole.rename({"_sale": "_sale_whole"}), on=_BILLED, how="inner"
    )
    is_alone = pl.len().over(_BILLED) == 1
    parts = [
        found.with_columns(part("_fee").alias("_fee_share"), part("_commission").alias("_commission_share"))
        for found, part in ((rows.filter(is_alone), pl.col), (rows.filter(~is_alone), _split))
    ]
    return pl.concat(parts).select(*LINE, "_fee_share", "_commission_share", "_sale_whole")


def _split(charged: str) -> pl.Expr:
    return (
        split_fen(pl.col(charged).abs(), pl.col("paid_fen"), _BILLED, "order_line_id")
        * pl.col(charged).sign()
    )


_DAY = (*SHOP, "business_date")
_PAID_ON = {"business_date": "paid_date"}


def _made(of: Slices) -> pl.DataFrame:
    costs = Costs(of.read("ops.unit_cost"), of.read("ops.fixed_cost"))
    if costs.is_empty:
        return TABLE.empty()
    costed = of.keys.rename(_PAID_ON).join(costs.goods, on="merchant_id", how="semi")
    lines = of.read(fct_order_line.TABLE, keys=costed, columns=FROM_LINES)
    entries = of.read(fct_settlement_entry.TABLE, keys=costed)
    lumps = build_lumps(costs, of.keys.select(SHOP).unique()).join(of.keys, on=list(_DAY), how="semi")
    return pl.concat([build(lines, entries, costs), lumps])


ASSET = Derived(
    TABLE,
    _made,
    reads=(fct_order_line.TABLE, fct_settlement_entry.TABLE, "ops.unit_cost", "ops.fixed_cost"),
    by=_DAY,
    names={fct_order_line.TABLE.name: _PAID_ON, fct_settlement_entry.TABLE.name: _PAID_ON},
)

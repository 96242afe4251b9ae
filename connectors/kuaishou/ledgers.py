"""Settlement, fund flow and shipping insurance → canonical entries.

An order is one SKU, so its number is its line's number too.
"""

from __future__ import annotations

import polars as pl

from connectors.kuaishou import words

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")


def settlement_entries(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``settlement_entry`` per row.

    The bill has no entry number: order, second and amount make one; exact repeats in one export are counted
    on.

    ``settled_fen = income_fen + expense_fen``: 合计收入 is taken before or after refunds, whichever makes the
    row add up.
    """
    name = pl.concat_str(
        "order_id",
        pl.col("settled_at").dt.strftime("%Y%m%d%H%M%S"),
        pl.col("settled_fen").cast(pl.String),
        separator=":",
    )
    rows = bronze.with_columns(name=name).with_columns(
        nth=pl.int_range(1, pl.len() + 1).over("merchant_id", "shop_id", "_export_id", "name")
    )
    entry = pl.when(pl.col("nth") == 1).then("name").otherwise(pl.concat_str("name", "nth", separator=":"))
    expense = pl.col("expense_told_fen").fill_null(0)
    return rows.select(
        *LINEAGE, "order_id", "product_id", "settled_at", "settled_fen", "settled_refund_fen",
        "commission_leader_fen", "commission_service_fen",
        "other_fee_fen", "subsidy_platform_fen", "subsidy_creator_fen",
        settlement_entry_id=entry,
        order_line_id="order_id",
        refund_id="refund_id",
        settlement_type_code=_settlement_type(),
        income_fen=_income(expense),
        expense_fen=-expense,
        platform_fee_fen=_sum("service_fee_fen", "presale_fee_fen"),
        # a 快赚客 sells for a commission as a 达人 does
        commission_creator_fen=_sum("commission_talent_fen", "commission_promoter_fen"),
        creator_id=pl.when(pl.col("creator_id") != "0").then("creator_id"),
    )  # fmt: skip


def _sum(*columns: str) -> pl.Expr:
    """The sum of what is told; null where nothing is."""
    told = pl.any_horizontal(pl.col(name).is_not_null() for name in columns)
    return pl.when(told).then(pl.sum_horizontal(columns))


def _settlement_type() -> pl.Expr:
    """The bill does not name it: money paid out is a sale, money taken back beside a refund is that
    refund.
    """
    back = (pl.col("settled_fen") < 0) & (pl.col("settled_refund_fen") > 0).fill_null(False)
    return (
        pl.when(pl.col("settled_fen") >= 0)
        .then(pl.lit("sale"))
        .when(back)
        .then(pl.lit("refund_after"))
        .otherwise(pl.lit("unknown"))
    )


def _income(expense: pl.Expr) -> pl.Expr:
    told, refund = pl.col("income_told_fen").fill_null(0), pl.col("settled_refund_fen").fill_null(0)
    readings = (told, told - refund, told - refund - pl.col("payment_back_fen").fill_null(0))
    fitting = [pl.when(reading - expense == pl.col("settled_fen")).then(reading) for reading in readings]
    return pl.coalesce(*fitting, "income_told_fen")


def fund_entries(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``fund_entry`` per row, signed by 账务方向.

    A row with another direction has no sign and is left out, so that the intake sets it aside.
    """
    sign = (
        pl.col("direction_text")
        .str.strip_chars()
        .replace_strict(words.DIRECTION, default=None, return_dtype=pl.Int64)
    )
    kind = words.matched("fund_type_text", words.FUND_PATTERNS, "unknown")
    rows = bronze.with_columns(sign=sign, kind=kind).filter(pl.col("sign").is_not_null())
    # 关联业务单号 is an order for what an order earns; for other movements it may be anything
    order = pl.when(pl.col("kind") == "sale").then("related_id")
    return rows.select(
        *LINEAGE, "fund_entry_id", "moved_at", "balance_fen",
        fund_type_code="kind",
        # 发生额 is positive and 账务方向 its sign; an amount that has a minus of its own keeps it
        moved_fen=pl.when(pl.col("amount_fen") < 0).then("amount_fen")
        .otherwise(pl.col("amount_fen") * pl.col("sign")),
        order_id=order,
        order_line_id=order,
        scene_name="fund_type_text",
    )  # fmt: skip


def insurance_entries(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``insurance_entry`` per row; premiums are positive."""
    return bronze.select(
        *LINEAGE,
        "insurance_id",
        "order_id",
        "insured_at",
        "premium_fen",
        "premium_merchant_fen",
        "premium_platform_fen",
        order_line_id="order_id",
    )

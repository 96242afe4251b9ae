"""Settlement bills, account movements and shipping insurance → canonical frames.

Amounts are signed from the merchant's side; see README, section 4.

An amount that contradicts itself (a bill whose parts do not add up, an inflow with a minus) becomes null in a
required column, so that the intake sets the row aside instead of booking either reading of it.
"""

from __future__ import annotations

import polars as pl

from connectors.douyin import words

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")


def settlements(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``settlement_entry`` per row of the bill, file or API.

    Null ``settled_fen`` where 结算金额 is not 收入合计 and 支出合计 together.
    """
    income, expense, settled = pl.col("income_fen"), pl.col("expense_fen"), pl.col("settled_fen")
    # both spellings of an expense are seen: -11.98 to be added, or 11.98 to be taken off; fees are written
    # the same way round
    is_signed, is_plain = settled == income + expense, settled == income - expense
    charged = pl.when(is_plain & ~is_signed).then(1).otherwise(-1)
    typed = bronze.with_columns(settlement_type_code=_code("settlement_type_text", words.SETTLEMENT_TYPE))
    return typed.select(
        *_HEAD, "settlement_type_code", "order_id", "order_line_id", "product_id", "settled_at", "income_fen",
        "freight_fen", "subsidy_creator_fen",
        settlement_entry_id=_entry_id(),
        settled_fen=pl.when(is_signed | is_plain).then(settled),
        expense_fen=pl.when(is_signed).then(expense).otherwise(-expense),
        platform_fee_fen=charged * pl.col("platform_fee_fen"),
        commission_creator_fen=charged * pl.col("commission_creator_fen"),
        commission_leader_fen=charged * pl.col("commission_leader_fen"),
        other_fee_fen=charged * _together("channel_share_fen", "offsite_fee_fen", "other_share_fen"),
        subsidy_platform_fen=_together("subsidy_platform_fen", "subsidy_pay_fen", "subsidy_credit_fen"),
        settled_refund_fen=pl.col("settled_refund_fen").abs(),
    )  # fmt: skip


def _entry_id() -> pl.Expr:
    """``sub-order:type:moment:amount:manieth``, the same whatever the order of the rows.

    The file has no number of its own, so the API's is not used either.
    """
    parts = (
        pl.coalesce("order_line_id", "order_id").fill_null(""),
        pl.col("settlement_type_code"),
        pl.col("settled_at").dt.strftime("%Y%m%d%H%M%S"),
        pl.col("settled_fen").cast(pl.String),
    )
    key = pl.concat_str(*parts, separator=":")
    nth = pl.int_range(1, pl.len() + 1).over(
        "merchant_id", "shop_id", "_export_id", key, order_by="_row_number"
    )
    return pl.when(nth == 1).then(key).otherwise(pl.concat_str(key, nth, separator=":"))


def funds(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``fund_entry`` per movement.

    The direction tells the sign, whether the file writes amounts signed or not; null where the two
    contradict.
    """
    amount = pl.col("amount_fen")
    into = pl.col("direction_text").is_in(words.MONEY_IN)
    out = pl.col("direction_text").is_in(words.MONEY_OUT)
    return bronze.select(
        *_HEAD, "fund_entry_id", "moved_at", "order_id", "order_line_id", "refund_id", "balance_fen",
        "account_name", "scene_name",
        fund_type_code=pl.when(pl.col("scene_name").is_null()).then(pl.lit("unknown")).otherwise(_scene()),
        moved_fen=pl.when(into & (amount >= 0)).then(amount).when(out).then(-amount.abs()),
    )  # fmt: skip


def _scene() -> pl.Expr:
    known = pl.col("scene_name").replace_strict(words.FUND_SCENE, default=None, return_dtype=pl.String)
    advert = pl.when(pl.col("scene_name").str.contains(words.ADVERTISING, literal=True)).then(
        pl.lit("advertising")
    )
    return pl.coalesce(known, advert, pl.lit("unknown"))


def insurance(bronze: pl.DataFrame) -> pl.DataFrame:
    """One ``insurance_entry`` per policy: what the merchant paid, what the platform paid for it, and both
    together.
    """
    paid = pl.col("premium_merchant_fen")
    # that file lists what went out, as an outflow
    merchant = pl.when(pl.col("layout_name") == "premium_6").then(paid.abs()).otherwise(paid)
    platform = pl.coalesce(
        "premium_platform_fen", _together("promotion_marketing_fen", "promotion_special_fen")
    )
    return bronze.select(
        *_HEAD, "insurance_id", "order_id", "order_line_id", "insured_at",
        premium_merchant_fen=merchant,
        premium_platform_fen=platform,
        premium_fen=merchant + platform.fill_null(0),
    )  # fmt: skip


def _together(*columns: str) -> pl.Expr:
    """The sum of what is told; null where nothing is."""
    return pl.when(pl.any_horizontal(pl.col(columns).is_not_null())).then(pl.sum_horizontal(columns))


def _code(column: str, mapping: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(mapping, default="unknown", return_dtype=pl.String)

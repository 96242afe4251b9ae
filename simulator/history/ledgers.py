"""The shops' accounts beside the orders: shipping insurance, advertising by day and plan, and the movements
of the account itself.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.history.clock import ZONE_NAME
from simulator.history.ids import as_text, unique_numbers
from simulator.history.trade import PLAIN, Trade

_SHOP = ("merchant_id", "shop_id", "platform_code")
_PLANS = ("全域-日常", "全域-新品", "直播间放量")
_OPENING_FEN = 50_000_000


def insurance_frame(rng: np.random.Generator, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per insured line (half of those shipped): ``insurance_ref, insured_at, premium_fen`` borne by
    the merchant but for a fifth of every third.
    """
    shipped = lines.filter(pl.col("shipped_at").is_not_null() & ~pl.col("is_gift"))
    chosen = shipped.filter(pl.Series(rng.random(shipped.height) < 0.5))
    premium = pl.Series(rng.integers(35, 160, chosen.height))
    shared = pl.Series(rng.random(chosen.height) < 1 / 3)
    return chosen.select(
        *_SHOP, "order_id", "order_line_id",
        insurance_ref=as_text(unique_numbers(
                rng, chosen.height, 8_100_000_000_000_000, 8_999_999_999_999_999)),
        insured_at="shipped_at",
        premium_fen=premium,
        premium_platform_fen=pl.select(pl.when(shared).then(premium // 5).otherwise(0)).to_series(),
    ).with_columns(premium_merchant_fen=pl.col("premium_fen") - pl.col("premium_platform_fen")).sort(
        "shop_id", "insured_at", "order_line_id")  # fmt: skip


def ads_frame(rng: np.random.Generator, lines: pl.DataFrame, trade: Trade = PLAIN) -> pl.DataFrame:
    """One row per shop, day with sales and plan: spent in cash and grants (15-45 % of what the plan is said
    to have sold, or what ``trade`` says), impressions, clicks.
    """
    sold = (
        lines.filter(pl.col("paid_at").is_not_null())
        .group_by(*_SHOP, ad_date=pl.col("paid_at").dt.date())
        .agg(pl.col("paid_fen").sum())
    )
    plans = pl.DataFrame({"plan": list(range(len(_PLANS))), "plan_name": list(_PLANS)})
    rows = sold.sort("shop_id", "ad_date").join(plans, how="cross", maintain_order="left_right")
    count = rows.height
    gmv, spent = _plans(rng, rows["paid_fen"].cast(pl.Float64), trade)
    grant = pl.select(pl.when(pl.Series(rng.random(count) < 0.4)).then(spent // 8).otherwise(0)).to_series()
    clicks = pl.Series(rng.integers(5, 60, count)) + spent // 80
    shops = rows["shop_id"].unique(maintain_order=True)
    first = dict(
        zip(shops, unique_numbers(rng, len(shops), 1_800_000_000_000_000, 1_849_999_999_999_000), strict=True)
    )
    plan_id = rows["shop_id"].replace_strict(first, return_dtype=pl.Int64) + rows["plan"]
    return rows.select(
        *_SHOP, "ad_date", "plan_name",
        plan_id=plan_id.cast(pl.String),
        spent_fen=spent, spent_cash_fen=spent - grant, spent_grant_fen=grant,
        impressions_qty=clicks * pl.Series(rng.integers(20, 60, count)), clicks_qty=clicks,
        reported_gmv_fen=gmv, reported_orders_qty=gmv // 15_000 + 1,
    )  # fmt: skip


def _plans(rng: np.random.Generator, paid: pl.Series, trade: Trade) -> tuple[pl.Series, pl.Series]:
    """What each plan of a day is said to have sold, and what it cost, of what the shop was paid that day."""
    count = len(paid)
    if trade.ad_share is None:
        gmv = (paid * pl.Series(rng.uniform(0.02, 0.12, count))).round().cast(pl.Int64)
        spent = (gmv.cast(pl.Float64) * pl.Series(rng.uniform(0.15, 0.45, count))).round().cast(pl.Int64)
        return gmv, spent
    days = count // len(_PLANS)
    part = rng.dirichlet([11.0, 4.0, 5.0], days).ravel()  # the first plan is the everyday one
    sold, cost = (
        np.repeat(rng.uniform(*bounds, days), len(_PLANS)) for bounds in (trade.ad_sold, trade.ad_share)
    )
    return tuple((paid * pl.Series(part * share)).round().cast(pl.Int64) for share in (sold, cost))  # type: ignore[return-value]


def funds_frame(
    rng: np.random.Generator, settlements: pl.DataFrame, insurance: pl.DataFrame, ads: pl.DataFrame
) -> pl.DataFrame:
    """Every movement of a shop's account: payouts and take-backs, premiums, advertising (the next morning),
    and a withdrawal every Monday.

    ``moved_fen`` is signed; ``balance_fen`` is what is left after it, from an opening balance of half a
    million yuan.
    """
    none = pl.lit(None, pl.String)
    morning = (
        pl.col("ad_date")
        .dt.offset_by("1d")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(ZONE_NAME)
        .dt.offset_by("7h")
    )
    columns = (*_SHOP, "order_id", "order_line_id", "refund_id", "fund_type_code", "moved_at", "moved_fen")
    kind = pl.when(pl.col("settlement_type_code") == "sale").then(pl.lit("sale")).otherwise(pl.lit("refund"))
    parts = [
        settlements.with_columns(fund_type_code=kind, moved_at="settled_at", moved_fen="settled_fen")
        .select(columns),
        insurance.with_columns(
            refund_id=none, fund_type_code=pl.lit("insurance"), moved_at="insured_at",
            moved_fen=-pl.col("premium_merchant_fen")
        ).select(columns),
        ads.group_by(*_SHOP, "ad_date").agg(pl.col("spent_cash_fen").sum()).with_columns(
            order_id=none, order_line_id=none, refund_id=none, fund_type_code=pl.lit("advertising"),
            moved_at=morning, moved_fen=-pl.col("spent_cash_fen")
        ).select(columns),
    ]  # fmt: skip
    moves = pl.concat(parts).filter(pl.col("moved_fen") != 0)
    monday = pl.col("moved_at").dt.truncate("1w").dt.offset_by("1w").dt.offset_by("10h").alias("moved_at")
    weekly = moves.group_by(*_SHOP, monday).agg(pl.col("moved_fen").sum()).filter(pl.col("moved_fen") > 0)
    drawn = weekly.with_columns(
        order_id=none,
        order_line_id=none,
        refund_id=none,
        fund_type_code=pl.lit("withdrawal"),
        moved_fen=-pl.col("moved_fen"),
    )
    whole = pl.concat([moves, drawn.select(columns)]).sort(
        "shop_id", "moved_at", "fund_type_code", "order_line_id", "refund_id", "moved_fen"
    )
    return whole.with_columns(
        fund_ref=as_text(
            unique_numbers(rng, whole.height, 9_100_000_000_000_000, 9_999_999_999_999_999).astype(np.int64)
        ),
        balance_fen=_OPENING_FEN + pl.col("moved_fen").cum_sum().over("shop_id"),
    )

"""Which channel sold a line: what the platform tells, then the merchant's list of own accounts, then the
session on air at that moment.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from transforms.gold.orders.grain import LINE, ORDER

_TOLD = ["content_code", "seller_code", "creator_id", "creator_name", "live_session_id"]
_ACCOUNT = [*SHOP, "creator_id"]


def assign_channel(
    lines: pl.DataFrame, told: pl.DataFrame, sessions: pl.DataFrame, own: pl.DataFrame
) -> pl.DataFrame:
    """Add ``content_code, seller_code, creator_id, creator_name, live_session_id, start_date, channel_code,
    traffic_code``.

    ``told`` is what a separate report says of single lines and wins over the order; ``own`` lists the
    merchant's accounts (merchant_id, platform_code, live_account_id) and decides 自播 against 达播 over the
    platform's word, because 小店自卖 also covers creators selling through the shop's own link (platforms
    document, section 5).
    """
    lines = _follow_order(_prefer_told(lines, told), told)
    lines = _match_session(lines, sessions)
    accounts = own.select(
        "merchant_id", "platform_code", creator_id="live_account_id", is_own=pl.lit(True)
    ).unique()
    lines = lines.join(
        accounts, on=["merchant_id", "platform_code", "creator_id"], how="left", validate="m:1"
    )
    is_own = pl.col("is_own").fill_null(False)
    foreign = pl.col("creator_id").is_not_null() & ~is_own
    seller = (
        pl.when(is_own)
        .then(pl.lit("own"))
        .when(foreign)
        .then(pl.lit("creator"))
        .otherwise(pl.col("seller_code").fill_null("unknown"))
    )
    content = pl.col("content_code").fill_null("unknown")
    live = (
        pl.when(seller == "own")
        .then(pl.lit("own_live"))
        .when(seller == "creator")
        .then(pl.lit("creator_live"))
        .otherwise(pl.lit("unknown"))
    )
    return lines.with_columns(
        seller_code=seller,
        content_code=content,
        channel_code=pl.when(content == "live").then(live).otherwise(content),
        traffic_code=pl.when(pl.col("is_paid_traffic"))
        .then(pl.lit("paid"))
        .when(~pl.col("is_paid_traffic"))
        .then(pl.lit("free"))
        .otherwise(pl.lit("unknown")),
    )


def _prefer_told(lines: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    joined = lines.join(told.select(*LINE, *_TOLD), on=LINE, how="left", suffix="_told", validate="1:1")
    return joined.with_columns(pl.coalesce(f"{name}_told", name).alias(name) for name in _TOLD)


def _follow_order(lines: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Order-level lines (freight, orders without told lines) were sold where the whole order was.

    Where its lines differ they stay untold.
    """
    lone = pl.col("is_order_level")
    goods = lines.filter(~lone & ~pl.col("is_gift"))
    known = pl.concat([goods.select(*ORDER, *_TOLD), told.select(*ORDER, *_TOLD)], how="vertical_relaxed")
    known = known.join(lines.filter(lone).select(ORDER), on=ORDER, how="semi")
    one_way = pl.struct("content_code", "seller_code", "creator_id", "live_session_id").n_unique() == 1
    agreed = (
        known.group_by(ORDER)
        .agg(pl.col(_TOLD).first(), one_way.alias("one_way"))
        .filter("one_way")
        .drop("one_way")
    )
    joined = lines.join(agreed, on=ORDER, how="left", suffix="_agreed", validate="m:1")
    return joined.with_columns(
        pl.when(lone).then(pl.coalesce(name, f"{name}_agreed")).otherwise(name).alias(name) for name in _TOLD
    )


def _match_session(lines: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Give live lines without a session the one of the same account that was on air when the order was
    placed, and every session its day.

    A line outside every session keeps none.
    """
    known = sessions.select(
        *SHOP, "live_session_id", creator_id="live_account_id", started_at="started_at", ended_at="ended_at"
    )
    wanting = lines.filter(
        (pl.col("content_code") == "live")
        & pl.col("live_session_id").is_null()
        & pl.col("created_at").is_not_null()
    )
    pairs = wanting.select(*LINE, "creator_id", "created_at").sort("created_at")
    air = _on_air(known).sort("from_at")
    found = pairs.join_asof(
        air,
        left_on="created_at",
        right_on="from_at",
        by=_ACCOUNT,
        strategy="backward",
        check_sortedness=False,
    )
    lines = lines.join(found.select(*LINE, matched="live_session_id"), on=LINE, how="left", validate="1:1")
    days = known.select(*SHOP, "live_session_id", start_date=pl.col("started_at").dt.date())
    lines = lines.with_columns(live_session_id=pl.coalesce("live_session_id", "matched")).drop("matched")
    return lines.join(days, on=[*SHOP, "live_session_id"], how="left", validate="m:1")


def _on_air(sessions: pl.DataFrame) -> pl.DataFrame:
    """Account × moment from which on one session (or none) owns the orders: the one that began last of those
    still running; both ends belong to it.
    """
    held = sessions.filter(
        pl.col("ended_at").is_not_null() & pl.col("creator_id").is_not_null()
    ).with_columns(until_at=pl.col("ended_at") + pl.duration(microseconds=1))
    edges = pl.concat(
        [held.select(*_ACCOUNT, from_at="started_at"), held.select(*_ACCOUNT, from_at="until_at")]
    ).unique()
    pairs = edges.join(held, on=_ACCOUNT, how="inner").filter(
        (pl.col("started_at") <= pl.col("from_at")) & (pl.col("from_at") < pl.col("until_at"))
    )
    owner = (
        pairs.sort("started_at", "live_session_id")
        .group_by([*_ACCOUNT, "from_at"], maintain_order=True)
        .agg(pl.col("live_session_id").last())
    )
    return edges.join(owner, on=[*_ACCOUNT, "from_at"], how="left")

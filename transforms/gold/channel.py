"""Which channel sold a line: what the platform tells, then the merchant's list of own accounts, then the session on air at that moment."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP

LINE = [*SHOP, "order_line_id"]


def assign_channel(lines: pl.DataFrame, told: pl.DataFrame, sessions: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Add ``content_code, seller_code, creator_id, creator_name, live_session_id, start_date, channel_code, traffic_code``.

    ``told`` is what a separate report says of single lines and wins over the order; ``own`` lists the merchant's accounts
    (merchant_id, platform_code, live_account_id) and decides 自播 against 达播 over the platform's word, because 小店自卖 also
    covers creators selling through the shop's own link (platforms document, section 5).
    """
    lines = _prefer_told(lines, told)
    lines = _match_session(lines, sessions)
    accounts = own.select("merchant_id", "platform_code", creator_id="live_account_id", is_own=pl.lit(True)).unique()
    lines = lines.join(accounts, on=["merchant_id", "platform_code", "creator_id"], how="left", validate="m:1")
    is_own = pl.col("is_own").fill_null(False)
    foreign = pl.col("creator_id").is_not_null() & ~is_own
    seller = pl.when(is_own).then(pl.lit("own")).when(foreign).then(pl.lit("creator")).otherwise(pl.col("seller_code").fill_null("unknown"))
    content = pl.col("content_code").fill_null("unknown")
    live = pl.when(seller == "own").then(pl.lit("own_live")).when(seller == "creator").then(pl.lit("creator_live")).otherwise(pl.lit("unknown"))
    return lines.with_columns(
        seller_code=seller,
        content_code=content,
        channel_code=pl.when(content == "live").then(live).otherwise(content),
        traffic_code=pl.when(pl.col("is_paid_traffic")).then(pl.lit("paid")).when(~pl.col("is_paid_traffic")).then(pl.lit("free")).otherwise(pl.lit("unknown")),
    )


def _prefer_told(lines: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    columns = ["content_code", "seller_code", "creator_id", "creator_name", "live_session_id"]
    joined = lines.join(told.select(*LINE, *columns), on=LINE, how="left", suffix="_told", validate="1:1")
    return joined.with_columns(pl.coalesce(f"{name}_told", name).alias(name) for name in columns)


def _match_session(lines: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Give live lines without a session the one of the same account that was on air when the order was placed, and every session its day.

    Where an account's sessions overlap the later start wins; a line outside every session keeps none.
    """
    known = sessions.select(*SHOP, "live_session_id", creator_id="live_account_id", started_at="started_at", ended_at="ended_at")
    wanting = lines.filter((pl.col("content_code") == "live") & pl.col("live_session_id").is_null() & pl.col("created_at").is_not_null())
    pairs = wanting.select(*LINE, "creator_id", "created_at").sort("created_at")
    found = pairs.join_asof(
        known.sort("started_at"), left_on="created_at", right_on="started_at", by=[*SHOP, "creator_id"], strategy="backward", check_sortedness=False
    )
    found = found.filter(pl.col("created_at") <= pl.col("ended_at")).select(*LINE, matched="live_session_id")
    lines = lines.join(found, on=LINE, how="left", validate="1:1").with_columns(live_session_id=pl.coalesce("live_session_id", "matched"))
    days = known.select(*SHOP, "live_session_id", start_date=pl.col("started_at").dt.date())
    return lines.join(days, on=[*SHOP, "live_session_id"], how="left", validate="m:1").drop("matched")

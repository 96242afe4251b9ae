"""Which channel sold a line: in what form and by whom, or by whom alone where the form is not told; by ranked
evidence (``contracts.codes.CHANNEL_BASIS``): the merchant's list of own accounts, what a separate report
tells, the order's own words, a creator's commission in a bill. What none of them tells is ``unknown`` and
spread over nothing.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from transforms.gold.orders.grain import LINE, ORDER

_TOLD = ["content_code", "seller_code", "creator_id", "creator_name", "live_session_id"]
_ACCOUNT = [*SHOP, "creator_id"]


def assign_channel(
    lines: pl.DataFrame,
    told: pl.DataFrame,
    sessions: pl.DataFrame,
    own: pl.DataFrame,
    charged: pl.DataFrame,
) -> pl.DataFrame:
    """Add ``content_code, seller_code, creator_id, creator_name, live_session_id, start_date, channel_code,
    channel_basis_code, traffic_code``.

    ``told`` is what a separate report says of single lines and wins over the order; ``own`` lists the
    merchant's accounts (merchant_id, platform_code, live_account_id) and decides 自播 against 达播 over the
    platform's word, because 小店自卖 also covers creators selling through the shop's own link (platforms
    document, section 5). ``charged`` are bills: whose seller nothing else tells, and for whom a creator was
    paid, a creator sold; live or not the bill does not say.
    """
    lines = _follow_order(_prefer_told(lines, told), told)
    lines = _match_session(lines, sessions)
    accounts = own.select(
        "merchant_id", "platform_code", creator_id="live_account_id", is_own=pl.lit(True)
    ).unique()
    lines = lines.join(
        accounts, on=["merchant_id", "platform_code", "creator_id"], how="left", validate="m:1"
    )
    lines = _judge_seller(_mark_commission(lines, charged))
    seller, content = pl.col("seller_code"), pl.col("content_code")
    live = {"own": "own_live", "creator": "creator_live"}
    sold = lines.with_columns(
        channel_code=pl.when(content == "live")
        .then(seller.replace_strict(live, default="unknown", return_dtype=pl.String))
        .when(content == "unknown")
        .then(seller)
        .otherwise(content),
        traffic_code=pl.when(pl.col("is_paid_traffic"))
        .then(pl.lit("paid"))
        .when(~pl.col("is_paid_traffic"))
        .then(pl.lit("free"))
        .otherwise(pl.lit("unknown")),
    )
    goes_by_seller = content.is_in(["live", "unknown"])
    return sold.with_columns(
        channel_basis_code=pl.when(pl.col("channel_code") == "unknown")
        .then(pl.lit("unknown"))
        .when(goes_by_seller)
        .then("seller_basis_code")
        .otherwise("words_code")
    )


def _judge_seller(lines: pl.DataFrame) -> pl.DataFrame:
    """Who sold, and by which evidence: each kind speaks where all stronger ones are silent.

    ``content_code`` and ``seller_code`` are told from here on, ``unknown`` where nothing tells them.
    """
    told = lines.with_columns(
        pl.col("content_code", "seller_code").fill_null("unknown"),
        words_code=pl.when("is_reported").then(pl.lit("report")).otherwise(pl.lit("order")),
    )
    ranked = (  # evidence → whether it speaks, what it is called, who sold by it
        (pl.col("is_own").fill_null(False), pl.lit("account"), pl.lit("own")),
        (pl.col("creator_id").is_not_null(), pl.col("words_code"), pl.lit("creator")),
        (pl.col("seller_code") != "unknown", pl.col("words_code"), pl.col("seller_code")),
        (pl.col("is_commissioned"), pl.lit("commission"), pl.lit("creator")),
    )
    basis, seller = pl.lit("unknown"), pl.lit("unknown")
    for speaks, name, who in reversed(ranked):
        basis, seller = (
            pl.when(speaks).then(one).otherwise(other) for one, other in ((name, basis), (who, seller))
        )
    return told.with_columns(seller_basis_code=basis, seller_code=seller)


def telling_channel(entries: pl.DataFrame) -> pl.DataFrame:
    """Of settlement entries those that tell of a channel: a creator was paid for an order they name."""
    return entries.filter(pl.col("commission_creator_fen") > 0, pl.col("order_id").is_not_null())


def _mark_commission(lines: pl.DataFrame, charged: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_commissioned``: some bill charged a creator's commission for this line, or for its order where
    it is the only goods of it, or the freight beside it. Of an order of several goods that a bill names
    alone, any may be meant.
    """
    paid = telling_channel(charged)
    of_line = paid.select(*LINE, _of_line=pl.lit(True)).drop_nulls().unique()
    of_order = paid.select(*ORDER, _of_order=pl.lit(True)).unique()
    goods = ~pl.col("is_gift") & ~pl.col("is_order_level")
    is_only = (goods.sum().over(ORDER) <= 1) & ~pl.col("is_gift")
    marked = lines.join(of_line, on=LINE, how="left", validate="m:1").join(
        of_order, on=ORDER, how="left", validate="m:1"
    )
    known = pl.col("_of_line").fill_null(False) | (pl.col("_of_order").fill_null(False) & is_only)
    return marked.with_columns(is_commissioned=known).drop("_of_line", "_of_order")


def _prefer_told(lines: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    joined = lines.join(told.select(*LINE, *_TOLD), on=LINE, how="left", suffix="_told", validate="1:1")
    reported = pl.col("content_code_told").fill_null("unknown") != "unknown"
    return joined.with_columns(
        *(pl.coalesce(f"{name}_told", name).alias(name) for name in _TOLD), is_reported=reported
    )


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

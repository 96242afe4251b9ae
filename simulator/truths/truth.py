"""The right answers, straight from the market's frames: what the pipeline must reproduce to the fen, and
shares no code with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from simulator.history.clock import ZONE, ZONE_NAME
from simulator.history.market import Market

#: Columns an answer can be split by. ``date`` is the paid date, the refund date, or the session's start date,
#: as the metric's clock says.
BY = (
    "merchant_id", "shop_id", "platform_code", "channel_code", "date", "style_code", "session_ref",
    "sku_code", "size_name", "color_name", "province_name",
    "hour", "live_account_id",
)  # fmt: skip

_PAID_CLOCK = (
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "net_by_order_date",
    "paid_orders", "units", "aov", "return_rate_value",
)  # fmt: skip
_GOODS = (
    "merchant_paid", "kept_units", "units_per_order", "kept_units_per_order", "order_refund_rate",
    "refund_rate_after_shipment", "unit_return_rate",
)  # fmt: skip
_FUNNEL = ("entry_rate", "product_exposure_rate", "product_click_rate", "click_order_rate", "view_order_rate")
SESSION_METRICS = ("gpm", "net_gpm", "uv_value", "paid_per_buyer", "product_gpm", "watch_time", *_FUNNEL)
_SHARES = ("own_live_share", "creator_live_share")
METRICS = (
    "placed_gmv",
    "kept_sales",
    *_PAID_CLOCK,
    *_GOODS,
    *_SHARES,
    "net_by_refund_date",
    *SESSION_METRICS,
)
#: Quotients that are not rounded.
EXACT = ("return_rate_value", *_GOODS[2:], *_SHARES, *_FUNNEL)
#: Full days after finishing within which goods may come back (消费者权益保护法 art. 25); the day of looking
#: is not over.
RETURN_DAYS = 7
#: What the platforms' money tells: metric → frame of the market, its clock, and what a row adds.
_LEDGERS = {
    "settled": ("settlements", "settled_at", pl.col("settled_fen")),
    "settled_before_charges": ("settlements", "settled_at", pl.col("base_fen")),
    "platform_fee": ("settlements", "settled_at", pl.col("fee_fen")),
    "commissions": ("settlements", "settled_at", pl.col("commission_fen") + pl.col("leader_fen")),
    "funded": (
        "funds",
        "moved_at",
        pl.when(pl.col("fund_type_code").is_in(["sale", "refund"])).then("moved_fen").otherwise(0),
    ),
    "premiums": ("insurance", "insured_at", pl.col("premium_merchant_fen")),
}
LEDGER_METRICS = tuple(_LEDGERS)
LEDGER_BY = ("merchant_id", "shop_id", "platform_code", "order_id", "date")


def truth(
    market: Market, at: dt.datetime, metric: str, by: Sequence[str], first_date: dt.date, last_date: dt.date
) -> pl.DataFrame:
    """``metric`` as known at ``at`` for the period (both dates included), one row per group of ``by``,
    sorted; the answer stands in ``value``.

    Money is integer fen, counts are integers, those of ``EXACT`` fractions or ratios; others that divide are
    rounded half up to a whole fen. All are null where there is nothing to divide by. Groups without any paid
    line (for ``net_by_refund_date``: and without refund; for gpm: without session) have no row; an empty
    ``by`` gives one row. ValueError for an unknown metric or column, for gpm by style (views have no style),
    and for a naive ``at``.
    """
    if metric not in METRICS or set(by) - set(BY) or (metric in SESSION_METRICS and "style_code" in by):
        raise ValueError(f"no such truth: {metric} by {list(by)}")
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    rows = _CLOCKS.get(metric, _paid_lines)(market, at.astimezone(ZONE)).filter(
        pl.col("date").is_between(first_date, last_date)
    )
    value = _VALUES[metric].alias("value")
    if not by:
        return rows.select(value)
    return rows.group_by(list(by)).agg(value).sort(list(by))


def ledger_truth(market: Market, at: dt.datetime, metric: str, by: Sequence[str]) -> pl.DataFrame:
    """``metric`` of what had been settled, moved or insured by ``at``, one row per group of ``by`` (of
    ``LEDGER_BY``) that is not 0, sorted; ``value`` in fen.

    ``date`` is the day of settlement, movement or insurance. ValueError for an unknown metric or column, and
    for a naive ``at``.
    """
    if metric not in _LEDGERS or set(by) - set(LEDGER_BY) or not by:
        raise ValueError(f"no such truth: {metric} by {list(by)}")
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    name, clock, money = _LEDGERS[metric]
    frame: pl.DataFrame = getattr(market, name)
    rows = frame.filter(pl.col(clock) <= at.astimezone(ZONE)).with_columns(_date(clock))
    return rows.group_by(list(by)).agg(value=money.sum()).filter(pl.col("value") != 0).sort(list(by))


def buyer_truth(market: Market, at: dt.datetime, window_days: int) -> pl.DataFrame:
    """Of what was known at ``at``: ``merchant_id, platform_code, month`` (YYYY-MM) with ``kept_buyers`` and
    ``repeat_buyers``, sorted.

    Buyers with one and with two or more kept orders paid in the ``window_days`` that end on the month's last
    day; only where there are any.
    """
    orders = (
        _paid_lines(market, at.astimezone(ZONE))
        .filter("is_kept")
        .select("merchant_id", "platform_code", "buyer_ref", "date")
    )
    who = ["merchant_id", "platform_code"]
    frames = []
    for end in orders["date"].dt.month_end().unique().sort():
        inside = orders.filter(pl.col("date").is_between(end - dt.timedelta(days=window_days - 1), end))
        each = inside.group_by(*who, "buyer_ref").agg(orders=pl.len())
        counted = each.group_by(who).agg(kept_buyers=pl.len(), repeat_buyers=(pl.col("orders") > 1).sum())
        frames.append(
            counted.select(
                *who,
                pl.lit(f"{end:%Y-%m}").alias("month"),
                pl.col("kept_buyers", "repeat_buyers").cast(pl.Int64),
            )
        )
    return pl.concat(frames).sort(*who, "month")


def goods_truth(market: Market, at: dt.datetime, by: Sequence[str]) -> pl.DataFrame:
    """Of what was known at ``at``: ``paid_fen`` and ``refund_fen`` by ``by`` (columns of ``BY`` without the
    date), the postage of no goods.

    Where a platform reports postage by order, what was paid and refunded of it stands in rows whose columns
    of goods are null. Sorted.
    """
    lines = market.lines.filter(pl.col("paid_at") <= at.astimezone(ZONE))
    back = (
        _done(market, at.astimezone(ZONE))
        .group_by("order_line_id")
        .agg(pl.col("refund_fen", "refund_freight_fen").sum())
    )
    rows = lines.join(back, on="order_line_id", how="left").with_columns(
        pl.col("refund_fen", "refund_freight_fen").fill_null(0)
    )
    goods = rows.with_columns(
        pl.col("paid_fen") - pl.col("freight_fen"), pl.col("refund_fen") - pl.col("refund_freight_fen")
    )
    postage = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("style_code", "sku_code", "size_name", "color_name")
    ).with_columns(paid_fen="freight_fen", refund_fen="refund_freight_fen")  # fmt: skip
    return (
        pl.concat([goods, postage])
        .group_by(list(by))
        .agg(pl.col("paid_fen", "refund_fen").sum())
        .sort(list(by))
    )


def _date(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(ZONE_NAME).dt.date().alias("date")


def _done(market: Market, at: dt.datetime) -> pl.DataFrame:
    """Refunds whose money had gone back by ``at``."""
    return market.refunds.filter(pl.col("refunded_at") <= at)


def _paid_lines(market: Market, at: dt.datetime) -> pl.DataFrame:
    """One row per line paid by ``at``: its date, what it paid, what came back, and whether the order is
    counted on it.
    """
    is_before = pl.col("stage_code") == "before_shipment"
    returned = (
        _done(market, at)
        .group_by("order_line_id")
        .agg(
            before=pl.col("refund_fen").filter(is_before).sum(),
            after=pl.col("refund_fen").filter(~is_before).sum(),
            cancelled=pl.col("refund_qty").filter(is_before).sum(),
            came_back=pl.col("refund_qty").filter(~is_before, pl.col("type_code") == "return_refund").sum(),
        )
    )
    has_left = pl.col("shipped_at").fill_null(at + dt.timedelta(days=1)) <= at
    order = ["shop_id", "order_id"]
    goods_id = pl.when(~pl.col("is_gift")).then(pl.col("order_line_id"))
    return (
        market.lines.filter(pl.col("paid_at") <= at)
        .join(returned, on="order_line_id", how="left")
        .with_columns(
            _date("paid_at"),
            _hour(),
            pl.col("before", "after", "cancelled", "came_back").fill_null(0),
            is_head=(pl.col("order_line_id") == goods_id.min().over("shop_id", "order_id")).fill_null(False),
            units=pl.when(pl.col("is_gift")).then(0).otherwise(pl.col("line_qty")),
        )
        .with_columns(
            sent=pl.when(has_left).then(pl.col("units") - pl.col("cancelled")).otherwise(0),
            shipped=pl.when(has_left).then(pl.col("paid_fen") - pl.col("before")).otherwise(0),
            kept=pl.col("units") - pl.col("cancelled") - pl.col("came_back"),
            is_refunded=pl.col("is_head") & (pl.col("before") + pl.col("after") > 0).any().over(order),
        )
        .with_columns(is_kept=pl.col("is_head") & (pl.col("kept") > 0).any().over(order))
    )


def _placed_lines(market: Market, at: dt.datetime) -> pl.DataFrame:
    """One row per line placed by ``at``, on its day of placing."""
    return market.lines.filter(pl.col("created_at") <= at).with_columns(_date("created_at"), _hour())


def _final_lines(market: Market, at: dt.datetime) -> pl.DataFrame:
    """Paid lines finished so long before ``at`` that nothing may come back as of right."""
    last = at.date() - dt.timedelta(days=RETURN_DAYS + 1)
    return _paid_lines(market, at).filter(
        pl.col("finished_at").dt.convert_time_zone(ZONE_NAME).dt.date() <= last
    )


def _hour() -> pl.Expr:
    return pl.col("paid_at").dt.convert_time_zone(ZONE_NAME).dt.strftime("%H").alias("hour")


def _refund_clock(market: Market, at: dt.datetime) -> pl.DataFrame:
    """What was paid, on its paid date, and minus what was returned, on its refund date, in one column
    ``money``.
    """
    groups = [column for column in BY if column != "date"]
    lines = market.lines.with_columns(_hour())
    paid = lines.filter(pl.col("paid_at") <= at).select(*groups, _date("paid_at"), money=pl.col("paid_fen"))
    back = (
        _done(market, at)
        .select("order_line_id", "refund_fen", "refunded_at")
        .join(lines.select("order_line_id", *groups), on="order_line_id")
    )
    return pl.concat([paid, back.select(*groups, _date("refunded_at"), money=-pl.col("refund_fen"))])


def _session_clock(market: Market, at: dt.datetime) -> pl.DataFrame:
    """One row per session ended by ``at``: start date, views, and what its lines had paid and got back by
    then.
    """
    lines = _paid_lines(market, at)
    sales = lines.group_by("session_ref").agg(
        pl.col("paid_fen", "before", "after").sum(), buyers=pl.col("buyer_ref").n_unique()
    )
    channel = pl.when("is_own").then(pl.lit("own_live")).otherwise(pl.lit("creator_live"))
    return (
        market.sessions.filter(pl.col("ended_at") <= at)
        .join(sales, on="session_ref", how="left")
        .with_columns(
            _date("started_at"),
            pl.col("paid_fen", "before", "after", "buyers").fill_null(0),
            channel_code=channel,
        )
    )


def _half_up(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Integer quotient rounded half up; null for a zero denominator. Numerators here are never negative."""
    return pl.when(denominator > 0).then((2 * numerator + denominator) // (2 * denominator))


_PAID = pl.col("paid_fen").sum()
_BACK = (pl.col("before") + pl.col("after")).sum()
_ORDERS = pl.col("is_head").sum().cast(pl.Int64)
_VIEWS = pl.col("views_qty").sum()


def _exact(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return pl.when(denominator > 0).then(numerator / denominator)


def _share_of(channel: str) -> pl.Expr:
    """Of what is kept through known channels."""
    kept, code = pl.col("paid_fen") - pl.col("before") - pl.col("after"), pl.col("channel_code")
    return _exact(kept.filter(code == channel).sum(), kept.filter(code != "unknown").sum())


_VALUES = {
    "placed_gmv": pl.col("placed_fen").sum(),
    "kept_sales": _PAID - _BACK,
    "paid_gmv": _PAID,
    "refunds": _BACK,
    "refunds_before_shipment": pl.col("before").sum(),
    "refunds_after_shipment": pl.col("after").sum(),
    "net_by_order_date": _PAID - _BACK,
    "net_by_refund_date": pl.col("money").sum(),
    "paid_orders": _ORDERS,
    "units": pl.col("units").sum(),
    "aov": _half_up(_PAID, _ORDERS),
    "return_rate_value": _exact(_BACK, _PAID),
    "merchant_paid": (
        pl.col("paid_fen") + pl.col("discount_platform_fen") + pl.col("discount_creator_fen")
    ).sum(),
    "kept_units": pl.col("kept").sum(),
    "units_per_order": _exact(pl.col("units").sum(), _ORDERS),
    "kept_units_per_order": _exact(pl.col("kept").sum(), pl.col("is_kept").sum()),
    "order_refund_rate": _exact(pl.col("is_refunded").sum(), _ORDERS),
    "refund_rate_after_shipment": _exact(pl.col("after").sum(), pl.col("shipped").sum()),
    "unit_return_rate": _exact(pl.col("came_back").sum(), pl.col("sent").sum()),
    "own_live_share": _share_of("own_live"),
    "creator_live_share": _share_of("creator_live"),
    "gpm": _half_up(1000 * _PAID, _VIEWS),
    "net_gpm": _half_up(1000 * (_PAID - _BACK), _VIEWS),
    "uv_value": _half_up(_PAID, pl.col("viewers_qty").sum()),
    "paid_per_buyer": _half_up(_PAID, pl.col("buyers").sum()),
    "product_gpm": _half_up(1000 * _PAID, pl.col("product_exposure_qty").sum()),
    "watch_time": _half_up((pl.col("average_watch_qty") * pl.col("views_qty")).sum(), _VIEWS),
    "entry_rate": _exact(pl.col("viewers_qty").sum(), pl.col("exposure_viewers_qty").sum()),
    "product_exposure_rate": _exact(
        pl.col("product_exposure_viewers_qty").sum(), pl.col("viewers_qty").sum()
    ),
    "product_click_rate": _exact(
        pl.col("product_click_viewers_qty").sum(), pl.col("product_exposure_viewers_qty").sum()
    ),
    "click_order_rate": _exact(pl.col("buyers").sum(), pl.col("product_click_viewers_qty").sum()),
    "view_order_rate": _exact(pl.col("buyers").sum(), pl.col("viewers_qty").sum()),
}

_CLOCKS = {
    **dict.fromkeys(SESSION_METRICS, _session_clock), "net_by_refund_date": _refund_clock,
    "placed_gmv": _placed_lines, "kept_sales": _final_lines,
}  # fmt: skip

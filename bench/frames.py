"""The market's arrays as frames of one day's files, in the columns the connectors' file writers take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from bench.market import (
    CITIES,
    COLORS,
    CONTENT,
    DAY,
    HOUR,
    NEVER,
    PROVINCES,
    SIZES,
    ZONE,
    Ints,
    Market,
    account_number,
    session_slots,
)


def moment(seconds: Ints, at: int) -> pl.Series:
    """Epoch seconds as Beijing instants; what lies after ``at`` is null."""
    values = pl.Series(np.where(seconds <= at, seconds, 0) * 1_000_000, dtype=pl.Int64)
    return values.set(values == 0, None).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(ZONE)


def _words(words: tuple[str, ...], index: Ints) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(index)


def lines_of_day(market: Market, day: int) -> pl.DataFrame:
    """The lines in the order files of ``day``: those placed that day and older ones seen again, all as they
    stood when the files were downloaded.
    """
    orders = market.orders
    seen = (orders["day"] == day) | (orders["again"] == day)
    if day == market.days - 1:
        seen |= orders["is_old_next"] == 1
    return line_frame(
        market, np.flatnonzero(seen[market.lines["order"]]), int(market.export_moment(day).timestamp())
    )


def line_frame(market: Market, rows: Ints, at: int) -> pl.DataFrame:
    """The given lines as they stood at epoch second ``at``."""
    orders, lines = market.orders, {name: values[rows] for name, values in market.lines.items()}
    order = lines["order"]
    shop, who = orders["shop"][order], orders["who"][order]
    style = pl.Series(lines["style"], dtype=pl.Int64)
    refunded, applied = (_refund_of_line(market, clock, at)[rows] for clock in ("refunded", "applied"))
    account = pl.Series(np.where(who >= 0, account_number(shop, who), 0), dtype=pl.Int64)
    frame = pl.DataFrame(
        {
            name: pl.Series(lines[name], dtype=pl.Int64)
            for name in ("gift", "qty", "price", "placed", "freight", "merchant", "platform", "creator")
        }
    )
    frame = frame.with_columns(
        shop=pl.Series(shop),
        style=style,
        goods=pl.Series(lines["style"] * 100 + lines["color"] * 10 + lines["size"]),
        account=account,
        who=pl.Series(who),
        order_id=pl.Series(orders["order_id"][order]).cast(pl.String),
        order_line_id=pl.Series(orders["order_id"][order] + lines["place"]).cast(pl.String),
        created_at=moment(orders["created"][order], at),
        paid_at=moment(orders["paid"][order], at),
        shipped_at=moment(orders["shipped"][order], at),
        finished_at=moment(orders["finished"][order], at),
        content_code=_words(CONTENT, orders["content"][order]),
        province_name=_words(PROVINCES, orders["place"][order]),
        city_name=_words(CITIES, orders["place"][order]),
        color_name=_words(COLORS, lines["color"]),
        size_name=_words(SIZES, lines["size"]),
        advert=pl.Series(orders["advert"][order]),
        refunded_fen=pl.Series(refunded),
        applied_fen=pl.Series(applied),
    )
    return _told(frame)


def _refund_of_line(market: Market, clock: str, at: int) -> Ints:
    """Fen asked back (``applied``) or given back (``refunded``) on every line of the market by ``at``.

    A line has one refund at most.
    """
    money = np.zeros(len(market.lines["order"]), dtype=np.int64)
    money[market.refunds["line"]] = np.where(market.refunds[clock] <= at, market.refunds["money"], 0)
    return money


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """Numbers become names and codes."""
    paid, whole = pl.col("paid_at").is_not_null(), pl.col("refunded_fen") >= pl.col("placed")
    status = (
        pl.when(~paid)
        .then(pl.lit("closed_unpaid"))
        .when(whole & (pl.col("gift") == 0))
        .then(pl.lit("closed_refunded"))
        .when(pl.col("finished_at").is_not_null())
        .then(pl.lit("finished"))
        .when(pl.col("shipped_at").is_not_null())
        .then(pl.lit("shipped"))
        .otherwise(pl.lit("paid"))
    )
    code = pl.format("BY{}", (pl.col("shop") * 1000 + pl.col("style")).cast(pl.String).str.zfill(6))
    has_account = pl.col("who") >= 0
    return frame.with_columns(
        is_gift=pl.col("gift") == 1,
        style_code=code,
        sku_code=pl.format(
            "{}-{}-{}", code, (pl.col("goods") // 10 % 10).cast(pl.String).str.zfill(2), "size_name"
        ),
        product_name=pl.when(pl.col("gift") == 1)
        .then(pl.lit("赠品 棉麻发带"))
        .otherwise(pl.format("小个子连衣裙 {}", code)),
        product_id=(pl.col("shop") * 1000 + pl.col("style") + 3_782_851_000_000_000_000).cast(pl.String),
        line_qty="qty",
        unit_price_fen="price",
        placed_fen="placed",
        paid_fen=pl.when(paid).then("placed").otherwise(0),
        freight_fen="freight",
        discount_merchant_fen="merchant",
        discount_platform_fen="platform",
        discount_creator_fen="creator",
        order_status_code=status,
        state=status,
        live_account_id=pl.when(has_account).then(pl.col("account").cast(pl.String)),
        live_account_name=pl.when(has_account).then(pl.format("样例账号{}", "who")),
        seller_code=pl.when(pl.col("who") > 0).then(pl.lit("creator")).otherwise(pl.lit("own")),
        is_paid_traffic=pl.when(pl.col("advert") < 2).then(pl.col("advert") == 0),
        refund_status_code=pl.when(pl.col("refunded_fen") > 0)
        .then(pl.lit("success"))
        .when(pl.col("applied_fen") > 0)
        .then(pl.lit("pending"))
        .otherwise(pl.lit("none")),
    )


def refunds_of_day(market: Market, day: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """After-sales in the files of ``day`` (ended that day, or, for a few, only applied for), and the lines
    they belong to.
    """
    begin, at = market.midnight(day), int(market.export_moment(day).timestamp())
    refunds = market.refunds
    ended = (refunds["refunded"] >= begin) & (refunds["refunded"] < begin + DAY)
    early = (
        (refunds["early"] == 1)
        & (refunds["applied"] >= begin)
        & (refunds["applied"] < begin + DAY)
        & (refunds["refunded"] > begin + DAY)
    )
    rows = np.flatnonzero(ended | early)
    chosen = {name: values[rows] for name, values in refunds.items()}
    lines = line_frame(market, chosen["line"], at)
    refunded = moment(chosen["refunded"], at)
    frame = lines.select("shop", "order_id", "order_line_id").with_columns(
        refund_id=pl.Series(140_000_000_000_000_000 + chosen["line"]).cast(pl.String),
        refund_fen=pl.Series(chosen["money"]),
        stage_code=_words(("before_shipment", "after_shipment"), chosen["after"]),
        type_code=_words(("refund_only", "return_refund"), chosen["after"]),
        reason_code=_words(("size", "look", "changed_mind", "quality"), chosen["line"] % 4),
        applied_at=moment(chosen["applied"], at),
        refunded_at=refunded,
        closed_at=moment(np.full(len(rows), NEVER), at),
        shipped_back_at=moment(np.where(chosen["after"] == 1, chosen["applied"] + HOUR, NEVER), at),
        refund_status_code=pl.select(
            pl.when(refunded.is_not_null()).then(pl.lit("success")).otherwise(pl.lit("pending"))
        ).to_series(),
    )
    return frame, lines.unique("order_line_id", keep="first", maintain_order=True)


def sessions_of(market: Market, shop: int, days: range) -> pl.DataFrame:
    """A shop's live sessions on ``days``."""
    day = np.repeat(np.array(days), 4)
    slot = np.tile(np.arange(4), len(days))
    who, start, length = session_slots(np.full(len(day), shop), day, slot)
    begin = np.array([market.midnight(int(number)) for number in day]) + start
    views = 800 + (day * 37 + slot * 911 + shop * 13) % 5_000
    counts = {
        "exposure_qty": views * 4,
        "exposure_viewers_qty": views * 3,
        "views_qty": views,
        "viewers_qty": views * 3 // 4,
        "product_exposure_qty": views * 2,
        "product_exposure_viewers_qty": views,
        "product_click_qty": views // 2,
        "product_click_viewers_qty": views // 3,
        "reported_orders_qty": views // 20,
        "reported_units_qty": views // 18,
        "reported_buyers_qty": views // 22,
        "average_watch_qty": np.full_like(views, 66),
        "reported_gmv_fen": views * 990,
        "reported_user_paid_fen": views * 950,
        "reported_refund_fen": views * 90,
        "reported_hour_refund_fen": views * 30,
        "reported_hour_refund_orders_qty": views // 400,
    }
    return pl.DataFrame(
        {name: pl.Series(values, dtype=pl.Int64) for name, values in counts.items()}
    ).with_columns(
        live_account_id=pl.Series(account_number(np.full(len(day), shop), who)).cast(pl.String),
        live_account_name=pl.format("样例账号{}", pl.Series(who)),
        started_at=moment(begin, NEVER),
        ended_at=moment(begin + length, NEVER),
    )


def shops_of(frame: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    """``frame`` split by its ``shop`` column, in order of first appearance."""
    for key, part in frame.partition_by("shop", as_dict=True, maintain_order=True).items():
        yield int(str(key[0])), part

"""Every column that files and answers share with the simulated market says what it knows, on every platform.

What a platform cannot tell, or tells its own way, is listed; all else agrees row by row.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from connectors.base import platforms
from connectors.http import Client, Credentials
from connectors.reading import Origin, read_file, read_pages
from simulator.handout import credentials_of
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS
from simulator.server import make_app, serve_in_thread, simulators

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
FIRST = NOW - dt.timedelta(days=30)
#: How one line or one refund is found on both sides, whatever number the platform gives it.
KEYS = {"order": ["order_id"], "order_line": ["order_id", "sku_code"], "refund_line": ["refund_id"]}
_WHOSE = {"merchant_id", "shop_id", "platform_code"}
#: A platform may have one state and one moment of an order where the market has one a line, and its own steps
#: and kinds of an after-sale: in nine rows of ten they agree.
NEARLY = {
    "content_code",
    "order_status_code",
    "refund_status_code",
    "shipped_at",
    "finished_at",
    "discount_platform_fen",
    "is_paid_traffic",
    "refund_qty",
    "freight_fen",
    "placed_fen",
    "paid_fen",
    "refund_type_code",
    "refund_stage_code",
}
#: Platform and kind → columns that are told otherwise, or not at all.
_MADE = {"order_line_id"}  # numbers made of order and SKU
_ABROAD = {
    "placed_fen",
    "paid_fen",
    "unit_price_fen",
    "discount_platform_fen",
    "discount_merchant_fen",
    "refund_fen",
}
APART: dict[tuple[str, str], set[str]] = {
    ("douyin", "file after_sales"): {"refund_qty"},
    ("taobao", "file order_items"): {"product_id", "shipped_at"},
    ("taobao", "file refunds"): {"order_line_id"},
    ("kuaishou", "api orders"): {"discount_platform_fen", "discount_merchant_fen", "discount_creator_fen"},
    ("kuaishou", "api after_sales"): {"refund_stage_code"},
    ("wechat_channels", "file orders"): _MADE
    | {"discount_creator_fen", "content_code", "discount_merchant_fen"},
    ("wechat_channels", "api orders"): _MADE,
    ("wechat_channels", "file after_sales"): _MADE,
    ("wechat_channels", "api after_sales"): _MADE,
    ("xiaohongshu", "file orders"): _MADE
    | {
        "product_id",
        "unit_price_fen",
        "refund_status_code",
        "content_code",
        "discount_merchant_fen",
        "placed_fen",
    },
    ("xiaohongshu", "api orders"): _MADE | {"product_id", "refund_status_code", "content_code"},
    ("xiaohongshu", "file after_sales"): {"refund_qty", "order_line_id", "refunded_at"},
    ("xiaohongshu", "api after_sales"): _MADE,
    ("pinduoduo", "file orders"): {"created_at"},
    ("pinduoduo", "api orders"): {"content_code", "seller_code"},
    ("pinduoduo", "api after_sales"): {"refund_stage_code"},
    ("jd", "file orders"): {"shipped_at"},
    ("jd", "file settlements"): _MADE | {"refund_type_code"},
    ("jd", "api orders"): _MADE | {"product_id", "product_name", "province_name", "discount_merchant_fen"},
    ("jd", "api refunds"): {"order_line_id"},
    ("jd", "api after_sales"): {"order_line_id", "refund_status_code", "refund_type_code", "refund_fen"},
    ("tiktok_shop", "file orders"): _MADE | _ABROAD | {"product_id"},
    ("tiktok_shop", "api orders"): _MADE | _ABROAD,
    ("tiktok_shop", "api after_sales"): _MADE | _ABROAD | {"refund_qty"},
    ("tiktok_shop", "api cancellations"): _MADE | _ABROAD,
}


def _truth(market: Market, shop: str) -> dict[str, pl.DataFrame]:
    lines, refunds = market.lines_at(shop, NOW), market.refunds_at(shop, NOW)
    heads = lines.group_by("order_id").agg(
        pl.col("placed_fen", "paid_fen", "freight_fen", "line_qty").sum(),
        pl.col("created_at", "paid_at", "shipped_at", "finished_at").first(),
        order_status_code=pl.col("order_order_status_code").first(),
    )
    named = refunds.rename({"stage_code": "refund_stage_code", "type_code": "refund_type_code"})
    return {"order": heads, "order_line": lines, "refund_line": named}


def _told(market: Market, shop: str, code: str) -> dict[tuple[str, str], list[pl.DataFrame]]:
    """Way and table → frames of all downloads, and of what the API answers."""
    platform, simulator = platforms()[code], simulators()[code]
    found: dict[tuple[str, str], list[pl.DataFrame]] = {}

    def take(way: str, kind: str, bronze: pl.DataFrame) -> None:
        for table, frame in platform.conform(kind, bronze).items():
            found.setdefault((f"{way} {kind}", table), []).append(frame)

    for name, data in simulator.export_files(market, shop, NOW, FIRST.date(), NOW.date()).items():
        reading = read_file(data, Origin("m", "s", "e", name, NOW))
        take("file", reading.layout.kind, reading.bronze)
    app = make_app(market, NOW, [simulator.dialect()])
    base, stop = serve_in_thread(app)
    try:
        told = credentials_of(market, app.state.world, base)[shop]
        names = ("base_url", "app_key", "app_secret", "access_token", "refresh_token")
        assert platform.api is not None
        api = platform.api(Client(wait_scale=0.0), Credentials(*(told[name] for name in names)))
        days = 1 if code == "pinduoduo" else 28  # half an hour a request
        for kind in platform.api_kinds:
            bodies = api.pages(kind, NOW - dt.timedelta(days=days), NOW)
            pages = [
                (Origin("m", "s", f"{n:064}", kind, NOW, NOW), api.records(kind, body))
                for n, body in enumerate(bodies)
            ]
            if any(records for _, records in pages):
                take("api", kind, read_pages(platform, kind, [page for page in pages if page[1]]).bronze)
    finally:
        stop()
    return found


@pytest.mark.parametrize("code", FACTS)
def test_columns_shared_with_the_market_say_what_it_knows(code: str) -> None:
    market = build_market(3, 1, 25, 160, now=NOW, platforms=(code,))
    shop = market.shops["shop_id"][0]
    truth, compared = _truth(market, shop), 0
    for (way, table), frames in _told(market, shop, code).items():
        if table not in truth:
            continue
        key, known = KEYS[table], truth[table]
        rows = pl.concat(frames, how="diagonal").sort("_observed_at", "_row_number")
        if not set(key) <= set(rows.columns):
            continue
        rows = rows.unique([*key, *({"order_line_id"} & set(rows.columns))], keep="last", maintain_order=True)
        own = rows.filter(pl.len().over(key) == 1).drop_nulls(key)
        pairs = own.join(known.filter(pl.len().over(key) == 1), on=key, how="inner", suffix="_true")
        shared = set(rows.columns) & set(known.columns) - {*key, *_WHOSE} - APART.get((code, way), set())
        for name in sorted(shared) if pairs.height else ():
            odd = pairs.filter(~pl.col(name).eq_missing(pl.col(f"{name}_true"))).select(
                *key, name, f"{name}_true"
            )
            most = pairs.height // 10 if name in NEARLY else 0
            assert odd.height <= most, (way, table, name, odd)
            compared += pairs.height
    assert compared > 1_000, "and there was something to compare"

"""Buyers by month, counted by hand: who kept, who came again, in which window, and whose buyer nobody
told.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from transforms.gold.orders import fct_order_line
from transforms.gold.sales import mart_buyer_monthly


def _lines(*rows: dict[str, Any]) -> pl.DataFrame:
    """Kept order heads of merchant ``m``, shop ``s`` on Xiaohongshu, unless said otherwise.

    ``paid_date`` as text.
    """
    usual = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "xiaohongshu",
        "channel_code": "search",
        "is_order_head": True,
        "is_order_kept": True,
    }
    told = [
        {**usual, "order_line_id": str(number), **row, "paid_date": dt.date.fromisoformat(row["paid_date"])}
        for number, row in enumerate(rows)
    ]
    schema = {name: fct_order_line.TABLE.dtypes[name] for name in mart_buyer_monthly.FROM_LINES}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in told], schema=schema)


def _told(frame: pl.DataFrame, platform: str = "xiaohongshu") -> dict[str, tuple[int, ...]]:
    return {
        str(day): tuple(rest)
        for day, *rest in frame.filter(platform_code=platform)
        .select("business_date", *mart_buyer_monthly.MEASURES)
        .iter_rows()
    }


def test_a_buyer_is_one_in_each_window_and_comes_again_once() -> None:
    lines = _lines(
        {"paid_date": "2026-01-01", "buyer_key": "a"},  # 90 days end on 31 March: the first day is 1 January
        {"paid_date": "2026-03-31", "buyer_key": "a", "shop_id": "t"},
        {"paid_date": "2026-03-31", "buyer_key": "a"},
        {"paid_date": "2025-12-31", "buyer_key": "b"},
        {"paid_date": "2026-03-02", "buyer_key": "b"},
        {"paid_date": "2026-02-28", "buyer_key": "c"},
    )
    assert _told(mart_buyer_monthly.build(lines, 90)) == {
        "2025-12-31": (1, 0, 0), "2026-01-31": (2, 0, 0), "2026-02-28": (3, 0, 0), "2026-03-31": (3, 1, 0),
    }  # fmt: skip
    assert _told(mart_buyer_monthly.build(lines, 91))["2026-03-31"] == (3, 2, 0)
    assert _told(mart_buyer_monthly.build(lines, 1))["2026-03-31"] == (1, 1, 0)


def test_what_is_no_purchase_takes_no_part_and_an_untold_buyer_is_owned_up_to() -> None:
    march = {"paid_date": "2026-03-05", "buyer_key": "a"}
    refused = [{"is_order_kept": False}, {"is_order_head": False}, {"is_aside": True}]
    lines = _lines(
        march,
        *({**march, **more} for more in refused),
        {"paid_date": "2026-03-06"},
        {**march, "is_aside": False, "buyer_key": "z"},
    )
    assert _told(mart_buyer_monthly.build(lines, 90)) == {"2026-03-31": (2, 0, 1)}


def test_platforms_and_merchants_stand_apart_and_a_silent_month_is_there() -> None:
    """One key on two platforms is chance.

    A platform that sold nothing since still has its buyers in the merchant's newest month.
    """
    told = [
        ("m", "xiaohongshu", "2026-01-20"),
        ("m", "tiktok_shop", "2026-03-20"),
        ("n", "xiaohongshu", "2026-01-25"),
    ]
    built = mart_buyer_monthly.build(
        _lines(
            *(
                {"merchant_id": who, "platform_code": platform, "paid_date": day, "buyer_key": "a"}
                for who, platform, day in told
            )
        ),
        90,
    )
    rows = built.select(
        "merchant_id",
        "platform_code",
        pl.col("business_date").dt.strftime("%m"),
        "kept_buyers_qty",
        "repeat_buyers_qty",
    ).rows()
    assert set(rows) == {("m", "xiaohongshu", f"0{month}", 1, 0) for month in (1, 2, 3)} | {
        ("m", "tiktok_shop", "03", 1, 0),
        ("n", "xiaohongshu", "01", 1, 0),
    }
    assert set(built["window_days_qty"]) == {90}
    assert mart_buyer_monthly.build(_lines(), 90).is_empty()

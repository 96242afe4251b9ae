"""The stores' books of the simulated market: they add up, repeat, and leave something for others to guess."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import polars as pl

from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.stock import claimed, counted, received, write_stock

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
DAYS = (NOW.date(), dt.date(2026, 7, 31), dt.date(2026, 10, 31))


def market(seed: int = 5) -> Market:
    return build_market(seed, 3, 30, 600, now=NOW, platforms=("douyin", "kuaishou"))


def test_what_is_counted_is_what_came_less_what_is_with_buyers() -> None:
    story = market()
    notes, counts = received(story), counted(story, DAYS)
    assert counts["counted_qty"].min() >= 0  # type: ignore[operator]
    assert (
        0 < counts.select("shop_id", "sku_code").n_unique() < notes.select("shop_id", "sku_code").n_unique()
    )
    assert (
        notes.select("shop_id", "sku_code").n_unique()
        < story.lines.filter(~pl.col("is_gift")).select("shop_id", "sku_code").n_unique()
    )
    # long after, everything sent has come back or stays for good
    last = counts.filter(counted_date=DAYS[-1])
    goods = story.lines.filter(~pl.col("is_gift")).join(last, on=["shop_id", "sku_code"], how="semi")
    back = (
        story.refunds.filter(type_code="return_refund")
        .drop_nulls("refunded_at")
        .join(goods.select("order_line_id"), on="order_line_id", how="semi")
    )
    out = goods.drop_nulls("shipped_at")["line_qty"].sum() - back["refund_qty"].sum()
    came = notes.join(last, on=["shop_id", "sku_code"], how="semi")["received_qty"].sum()
    assert last["counted_qty"].sum() == came - out


def test_goods_on_their_way_back_arrive_or_are_given_up() -> None:
    story = market()
    assert claimed(story, NOW, NOW.date())["value"].sum() > 0
    much_later = NOW + dt.timedelta(days=200)
    assert claimed(story, much_later, much_later.date()).is_empty()


def test_the_same_seed_writes_the_same_book(tmp_path: Path) -> None:
    shop = str(market().shops["shop_id"][0])
    for name in ("a", "b"):
        write_stock(market(), shop, tmp_path / name, DAYS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    rows = list(csv.reader((tmp_path / "a").read_text(encoding="gb18030").splitlines()))
    assert {row[0] for row in rows[1:]} == {"到货", "盘点"} and {row[1] for row in rows[1:]} == {shop}

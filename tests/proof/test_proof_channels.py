"""Channels taken apart: members and orders of a channel add up to what ``ask`` says of it, and an order
leads to the rows it was read from, its own merchant alone.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from proof_cases import merchants, owner_of

from metrics.query.access import Viewer
from metrics.query.ages import MATURE_DAYS
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from metrics.reports.channels.cell import MEMBERS, members, order, orders
from metrics.reports.channels.table import channel_table
from metrics.reports.staying.compared import before, before_period
from metrics.reports.staying.headline import FEW_ORDERS
from pipeline.counter import raw_rows
from pipeline.house import reading
from warehouse.settings import Settings

BY = ["platform", "channel"]
EVERY = 10_000
#: Column of a line → how the page's lists call it.
LINE_OF = {"session": "live_session_id", "creator": "creator_id", "style": "style_code"}


@pytest.fixture(scope="module", params=[0, 1])
def viewer(request: pytest.FixtureRequest, house: Settings) -> Viewer:
    return owner_of(house, request.param)


def days(viewer: Viewer) -> tuple[dt.date, dt.date]:
    paid = ask(viewer, ["paid_gmv"], by=["date"]).rows["date"]
    return paid.min(), paid.max()  # type: ignore[return-value]


def lines_of(house: Settings, viewer: Viewer) -> pl.DataFrame:
    with reading(house) as lake:
        rows = lake.sql("SELECT * FROM gold.fct_order_line WHERE merchant_id = ?", [viewer.merchant_id])
    return rows.filter(pl.col("paid_date").is_not_null())


def assert_few_alone_are_unsaid(rows: pl.DataFrame) -> None:
    """What a row adds to the whole is its estimate, but of too few orders that may still come back."""
    for row in rows.iter_rows(named=True):
        is_open = (row["age_days_qty"] or 0) <= MATURE_DAYS
        is_few = is_open and (row["orders"] or 0) < FEW_ORDERS
        assert row["matured_fen"] == (None if is_few else row["adds_fen"])


@pytest.mark.parametrize("by", MEMBERS)
def test_members_and_their_orders_add_up_to_the_channel(house: Settings, viewer: Viewer, by: str) -> None:
    period, lines = days(viewer), lines_of(house, viewer)
    names = ["paid_gmv", "net_by_order_date", "matured_net"]
    for platform, channel, paid, kept, stays in ask(viewer, names, by=BY, period=period).rows.rows():
        cell = {"platform": platform, "channel": channel}
        rows = members(viewer, by, cell, period)
        assert (rows["paid_fen"].sum(), rows["kept_fen"].sum()) == (paid, kept)
        assert stays is None or rows["adds_fen"].sum() == stays
        assert_few_alone_are_unsaid(rows)
        mine = lines.filter(platform_code=platform, channel_code=channel)
        truth = {
            name or "untold": (
                group["paid_fen"].sum(),
                group.filter(~pl.col("is_gift"))["order_id"].n_unique(),
            )
            for (name,), group in mine.group_by(LINE_OF[by])
        }
        assert truth == {row[0]: row[1:] for row in rows.select(by, "paid_fen", "orders").rows()}
        for name, paid_there, count in rows.select(by, "paid_fen", "orders").head(3).rows():
            listed = orders(viewer, {**cell, by: name}, period, limit=EVERY)
            assert (listed["paid_fen"].sum(), listed.height) == (paid_there, count)
            assert listed["paid_date"].is_sorted(descending=True)


def test_pages_of_orders_hold_each_order_once(viewer: Viewer) -> None:
    period = days(viewer)
    platform, channel = channel_table(viewer, period).rows.select(BY).row(0)
    cell = {"platform": platform, "channel": channel}
    every = orders(viewer, cell, period, limit=EVERY)
    pages = [orders(viewer, cell, period, limit=3, offset=place) for place in range(0, every.height, 3)]
    assert every.height > 3 and pl.concat(pages).equals(every)


def test_an_order_leads_to_its_rows_and_is_nobody_elses(house: Settings, viewer: Viewer) -> None:
    other = next(
        owner_of(house, number) for number, name in enumerate(merchants(house)) if name != viewer.merchant_id
    )
    lines = lines_of(house, viewer)
    for platform in lines["platform_code"].unique():
        shop, name = lines.filter(platform_code=platform).select("shop_id", "order_id").row(0)
        truth = lines.filter(shop_id=shop, order_id=name)
        found = order(viewer, shop, name)
        assert found["paid_fen"].sum() == truth["paid_fen"].sum() and found.height >= truth.height
        rows = raw_rows(viewer, found.row(0, named=True))
        assert rows and all(any(name in cell for cell in row.cells.values()) for row in rows)
        assert order(other, shop, name).is_empty()
        assert not raw_rows(other, found.row(0, named=True))
    assert order(viewer, "nobody", "nothing").is_empty()


def test_change_is_of_the_same_shops_at_equal_age(viewer: Viewer) -> None:
    """Each channel asked by itself, in the period and in the one before."""
    last = days(viewer)[1]
    now = (last - dt.timedelta(days=9), last)
    then = before_period(now)
    assert then == (last - dt.timedelta(days=19), last - dt.timedelta(days=10))
    rows = before(viewer, BY, now)
    assert rows.height
    for row in rows.iter_rows(named=True):
        where = {"platform": row["platform"], "channel": row["channel"]}
        for name, period in (("now_fen", now), ("then_fen", then)):
            asked = ask(viewer, ["matured_net", "paid_orders"], where=where, period=period).rows.row(0)
            assert row[name] == (asked[0] if (asked[1] or 0) >= FEW_ORDERS else None)


def test_the_table_is_what_ask_answers_and_untold_is_last(viewer: Viewer) -> None:
    period = days(viewer)
    table = channel_table(viewer, period)
    names = ["paid_gmv", "net_by_order_date", "matured_net", "paid_orders", "contribution", "commissions"]
    columns = ["paid_fen", "kept_fen", "adds_fen", "orders", "contribution", "commissions"]
    asked = ask(viewer, names, by=BY, period=period).rows
    told = table.rows.select(*BY, *columns).sort(BY)
    assert told.rename(dict(zip(columns, names, strict=True))).equals(asked.filter(pl.col("paid_gmv") != 0))
    is_unknown = (table.rows["channel"] == "unknown").to_list()
    assert is_unknown == sorted(is_unknown)
    assert_few_alone_are_unsaid(table.rows)
    adds = pl.col("adds_fen") / pl.col("adds_fen").sum()
    shares = table.rows.select("share", adds, said="matured_fen").rows()
    assert shares and all(share == (None if said is None else adds) for share, adds, said in shares)


PASSPORTS = ("paid_gmv", "net_by_order_date", "refunds", "matured_net", "contribution", "commissions")


@pytest.mark.parametrize("metric", PASSPORTS)
def test_every_platform_and_channel_comes_apart_to_lines_that_sum_to_its_figure(
    viewer: Viewer, metric: str
) -> None:
    period = days(viewer)
    cells = ask(viewer, [metric], by=BY, period=period).rows
    assert cells.height > 1
    for platform, channel, value in cells.rows():
        cell = {"platform": platform, "channel": channel}
        lines, passport = (make(viewer, metric, cell, period=period) for make in (order_lines, explain))
        assert lines.value == value == passport.value
        assert value is None or int(lines.rows["amount"].sum()) == value
        assert set(lines.rows["platform_code"]) <= {platform}
        assert passport.lines_qty == lines.rows.height
        assert set(passport.files["platform_code"]) <= {platform}
    picked = order_lines(viewer, metric, dict(zip(BY, cells.row(0), strict=False)), period=period)
    line = picked.rows.filter(pl.col("order_id").is_not_null()).row(0, named=True)
    received = [cell for row in raw_rows(viewer, line) for cell in row.cells.values()]
    assert any(line["order_id"] in cell for cell in received), "to file and row"

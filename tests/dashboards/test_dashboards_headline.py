"""The first screen: what will stay large, parts that add up to what was paid, comparisons, and every figure
as ``ask`` answers it.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from dashboards_cases import NOW, PASSWORD, TODAY, gold_frames
from screen import everything, run_page
from streamlit.testing.v1 import AppTest
from telling import STAYS, YESTERDAY, make_telling

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.page.money import rough_yuan, yuan
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.staying.headline import FEW_ORDERS
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return make_telling(tmp_path_factory.mktemp("telling") / "house")


def viewer(house: Place) -> Viewer:
    return access.sign_in(house, "a", PASSWORD)


def sums(days: int) -> dict[str, int]:
    """Merchant A's money of the days up to yesterday, by hand."""
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(merchant_id="merchant-a")
    rows = rows.filter(pl.col("business_date").is_between(TODAY - dt.timedelta(days=days), YESTERDAY))
    found = {"paid": 0, "kept": 0, "stays": 0}
    for channel, paid, back in rows.select("channel_code", "paid_fen", "cohort_refund_fen").rows():
        found["paid"] += paid
        found["kept"] += paid - back
        found["stays"] += (paid - back) * STAYS[channel] // 100
    return found


def said(app: AppTest) -> str:
    return "\n".join(item.value for kind in (app.markdown, app.caption) for item in kind)


def test_the_card_is_what_will_stay_and_its_parts_add_up_to_what_was_paid(telling: Place) -> None:
    app = run_page("overview", viewer(telling))
    assert not app.exception and not app.error
    text = said(app)
    for item, days in zip(app.metric, (1, 7, 30), strict=True):
        money = sums(days)
        assert item.value == rough_yuan(money["stays"])
        back, still = money["paid"] - money["kept"], money["kept"] - money["stays"]
        assert (
            f":green[■] 最后留下 {yuan(money['stays'])} + :red[■] 已经退了 {yuan(back)}"
            f" + :orange[▨] 估计还会退 {yuan(still)} = 支付 {yuan(money['paid'])}"
        ) in text
        assert f"支付 {yuan(money['paid'])} · {days * 7 * 50:,} 单 · 目前留下 {yuan(money['kept'])}" in text
    assert text.count("八成把握") >= 3 and "没给退款数据" not in text


def test_every_figure_of_the_card_is_what_ask_answers(telling: Place) -> None:
    who = viewer(telling)
    app = run_page("overview", who)
    text = said(app)
    for item, days in zip(app.metric, (1, 7, 30), strict=True):
        period = (TODAY - dt.timedelta(days=days), YESTERDAY)
        names = ["matured_net", "refunds", "still_to_return", "paid_gmv", "net_by_order_date"]
        answer = ask(who, names, period=period)
        stays, *others = answer.rows.row(0)
        assert item.value == rough_yuan(stays)
        assert all(yuan(value) in text for value in (stays, *others))
        (note,) = [note for note in answer.notes if note.code == "MATURED_INTERVAL"]
        assert f"**八成把握 {rough_yuan(note.beside)}–{rough_yuan(note.amount_fen)}**" in text


@pytest.mark.parametrize("place", [0, 2])
def test_channels_are_ranked_by_what_will_stay(telling: Place, place: int) -> None:
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(merchant_id="merchant-a")
    rows = rows.filter(
        pl.col("business_date").is_between(TODAY - dt.timedelta(days=30 if place else 1), YESTERDAY)
    )
    stays = (pl.col("paid_fen") - pl.col("cohort_refund_fen")) * pl.col("channel_code").replace_strict(STAYS)
    ranked = rows.group_by("platform_code", "channel_code").agg(
        stays=(stays // 100).sum(), kept=(pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum()
    )
    kept = ranked.sort("stays", descending=True)["kept"].to_list()
    if place:  # in one day of so few orders both orders may be one
        assert kept != sorted(kept, reverse=True), "else this would prove nothing"
    text = everything(run_page("overview", viewer(telling), period=place))
    shown = [
        (text.index(f"\n{PLATFORM.zh(platform)} · {CHANNEL.zh(channel)}\n"), fen)
        for platform, channel, fen in ranked.select("platform_code", "channel_code", "stays").rows()
    ]
    downwards = [fen for _, fen in sorted(shown)]
    assert downwards == sorted(downwards, reverse=True)


def test_each_card_stands_beside_earlier_periods_and_today_beside_none(telling: Place) -> None:
    text = said(run_page("overview", viewer(telling)))
    weekday = "一二三四五六日"[YESTERDAY.weekday()]
    assert f"比上周{weekday}（" in text
    for what in ("比前一天（", "比前 7 天 "):
        assert text.count(what) == 1, what
    assert "比前 30 天" not in text, "forty days hold no thirty before these"
    before, last = sums(2)["stays"] - sums(1)["stays"], sums(1)["stays"]
    line = next(line for line in text.splitlines() if "比前一天（" in line)
    assert rough_yuan(before) in line
    change = abs(last / before - 1)
    assert re.search(r"\*\*(?:[↑↓] ([\d.]+)%|差不多)\*\*", line)
    assert f"{'↑' if last > before else '↓'} {change:.0%}" in line or change < 0.1
    assert "今天还没过完，不和整天比" in said(run_page("overview", viewer(telling), period=3))


def test_a_sparkline_is_of_equal_periods(telling: Place) -> None:
    day, week, month = run_page("overview", viewer(telling)).metric
    assert [len(item.proto.chart_data) for item in (day, week, month)] == [14, 5, 0]
    assert list(day.proto.chart_data)[-1] == pytest.approx(sums(1)["stays"] / 100)
    assert list(week.proto.chart_data)[-1] == pytest.approx(sums(7)["stays"] / 100)


def test_few_orders_are_said_to_be_few_and_thirty_days_come_first(tmp_path: Path) -> None:
    """Seven rows of two orders a day are 14 orders, thirty days 420."""
    app = run_page("overview", viewer(make_telling(tmp_path / "few", orders=2)))
    assert app.segmented_control[0].value == 2
    assert [re.split("最后|目前|留下", item.label)[0] for item in app.metric] == ["近30天", "昨天", "近7天"]
    assert app.metric[0].value == rough_yuan(sums(30)["stays"])
    assert app.metric[1].label.startswith("昨天目前留下")
    assert f"只有 14 单，不到 {FEW_ORDERS} 单不估最后留下多少" in said(app)


def test_no_part_of_a_day_of_few_orders_is_estimated_and_each_says_so(tmp_path: Path) -> None:
    """Seven channels of two orders each; of thirty days each has sixty."""
    who = viewer(make_telling(tmp_path / "few", orders=2))
    text = everything(run_page("overview", who, period=0))
    assert text.count(f"只有 2 单，不到 {FEW_ORDERS} 单不估 · 目前留下") == 7
    assert "还估不了谁最后留得最多" in text
    month = everything(run_page("overview", who, period=2))
    assert "只有 60 单" not in month and "最后留下最多的是" in month
    week = everything(run_page("matured", who, matured_period=0))
    assert "只有 98 单" not in week and week.count(f"只有 14 单，不到 {FEW_ORDERS} 单不估") == 7


def test_a_whole_of_few_orders_is_not_estimated_where_its_parts_are_not(tmp_path: Path) -> None:
    """Of one order in two days nothing is said: half an order a day and channel would be seven a week."""
    house = make_telling(tmp_path / "fewer", orders=1)
    with Lake.open(house, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        lake.connection.execute(
            "UPDATE lake.gold.mart_shop_channel_daily SET paid_orders_qty = 0 WHERE channel_code <> 'search'"
        )
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    app = run_page("matured", viewer(house), matured_period=0)
    assert app.metric[0].value == "—"
    assert f"只有 7 单，不到 {FEW_ORDERS} 单不估最后留下多少" in said(app)


def test_old_periods_are_a_fact_without_an_estimate(tmp_path: Path) -> None:
    old = dt.date(2020, 3, 1)
    house = make_telling(tmp_path / "old", watched=90, last_day=old)
    app = run_page("overview", viewer(house))
    text = said(app)
    assert [item.label.split(" ")[0] for item in app.metric] == ["最新一天留下", "近7天留下", "近30天留下"]
    assert text.count("退货期已过，不是估计") == 3
    assert "八成把握" not in "\n".join(item.value for item in app.markdown) and "估计还会退" not in text


def test_a_house_that_was_never_given_refunds_says_so_and_no_figure_goes_down(tmp_path: Path) -> None:
    house = make_telling(tmp_path / "bare", orders=2)
    with Lake.open(house, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        lake.connection.execute("""
            INSERT INTO lake.gold.dim_reported BY NAME
            SELECT merchant_id, shop_id, platform_code, report_code, report_code <> 'refunds' AS is_reported,
                min(business_date) AS first_date, max(business_date) AS last_date,
                last_date AS whole_until_date
            FROM lake.gold.mart_shop_channel_daily,
                (VALUES ('orders'), ('placed_days'), ('paid_days'), ('refunds')) AS reports (report_code)
            GROUP BY ALL""")
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    text = said(run_page("overview", viewer(house)))
    assert "还没有收到售后（退款）文件" in text
    assert "现在的数还会降" not in text and "还在退货期" not in text

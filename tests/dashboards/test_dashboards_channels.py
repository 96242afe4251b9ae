"""渠道: channels by what will stay, what no platform tells the channel of last, every figure as ``ask``
answers it, and an address that never shows what is another's.
"""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest
from dashboards_cases import NOW, PASSWORD, TODAY, gold_frames
from screen import everything, pieces, run_page
from streamlit.testing.v1 import AppTest
from telling import STAYS, YESTERDAY, make_telling

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.channels.address import Spot, up
from dashboards.parts.page.money import percent, rough_yuan, tenths, yuan
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.equal_age import kept_at_age
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

PERIOD = (TODAY - dt.timedelta(days=30), YESTERDAY)
NAMES = {"unknown": "平台没分渠道"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """As told in ``telling``, and no platform tells what was sold by product cards, of which most stays."""
    made = make_telling(tmp_path_factory.mktemp("channels") / "house")
    with Lake.open(made, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        for mart in ("mart_shop_channel_daily", "mart_outlook_daily"):
            lake.connection.execute(
                f"UPDATE lake.gold.{mart} SET channel_code = 'unknown' WHERE channel_code = 'product_card'"  # noqa: S608
            )
        # at equal age, and in profit, most is of no channel either
        lake.connection.execute(
            "UPDATE lake.gold.mart_kept_age_daily SET channel_code = 'unknown' WHERE channel_code = 'search'"
        )
        lake.connection.execute(
            "UPDATE lake.gold.mart_profit_daily SET channel_code = 'search', cost_fen = cost_fen * 2 "
            "WHERE shop_id = 'a-tmall'"
        )
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    return made


@pytest.fixture(scope="module")
def a(house: Place) -> Viewer:
    return access.sign_in(house, "a", PASSWORD)


def page(viewer: Viewer, address: dict[str, str] | None = None) -> AppTest:
    """The page as opened at ``address``."""
    app = run_page("channels", viewer)
    for name, value in (address or {}).items():
        app.query_params[name] = value
    return app.run() if address else app


def by_hand(period: tuple[dt.date, dt.date] = PERIOD) -> pl.DataFrame:
    """Platform, channel, paid and stays of A's days, from the rows the house is made of."""
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(merchant_id="merchant-a")
    rows = rows.filter(pl.col("business_date").is_between(*period))
    kept = pl.col("paid_fen") - pl.col("cohort_refund_fen")
    stays = (kept * pl.col("channel_code").replace_strict(STAYS)) // 100
    channel = pl.col("channel_code").replace({"product_card": "unknown"})
    return (
        rows.group_by(platform="platform_code", channel=channel)
        .agg(pl.col("paid_fen").sum(), stays=stays.sum())
        .sort(pl.col("channel") == "unknown", "stays", descending=[False, True])
    )


def title(platform: str, channel: str) -> str:
    return f"{PLATFORM.zh(platform)} · {NAMES.get(channel) or CHANNEL.zh(channel)}"


def said(app: AppTest) -> list[str]:
    return [item.value for kind in (app.markdown, app.caption) for item in kind]


def test_channels_stand_by_what_will_stay_and_what_no_platform_tells_stands_last(a: Viewer) -> None:
    app = page(a)
    assert not app.exception and not app.error
    text, told = everything(app), by_hand()
    assert told["channel"].to_list()[-2:] == ["unknown", "unknown"]
    unknown, known = (
        told.filter((pl.col("channel") == "unknown") == where)["stays"] for where in (True, False)
    )
    assert unknown.max() > known.sort()[-2], "else last proves nothing"
    places = []
    for rank, (platform, channel) in enumerate(told.select("platform", "channel").rows(), 1):
        number = "" if channel == "unknown" else f"{rank}. "
        places.append(text.index(f"**{number}{title(platform, channel)}**"))
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("overview", {"period": 2}),
        ("matured", {"matured_period": 1}),
        ("profit", {"profit_by": "channel"}),
        ("profit", {"profit_by": "channel", "profit_worst": True}),
    ],
)
@pytest.mark.parametrize(("language", "nobody"), [("zh", "平台没分渠道"), ("en", "channel unknown")])
def test_what_no_platform_tells_stands_last_on_every_page(
    a: Viewer, path: str, state: dict[str, object], language: str, nobody: str
) -> None:
    """It holds most, and is of one platform in two rows: after all that are named, and first of nothing."""
    app = run_page(path, a, language=language, **state)
    assert not app.exception and not app.error
    lists = _lists_of_channels(app, nobody)
    assert len(lists) == (2 if path == "matured" else 1)
    for names in lists:
        is_nobody = [name.endswith(nobody) for name in names]
        assert is_nobody == sorted(is_nobody) and 0 < sum(is_nobody) < len(names)
    leads = [line for line in said(app) if line.startswith(("**最后留下最多", "**Most will"))]
    assert not [line for line in leads if nobody in re.split("；另有|; of another", line)[0]]


def _lists_of_channels(app: AppTest, nobody: str) -> list[list[str]]:
    """The names of channels in each table or chart that has them, in its order."""
    called = {nobody, *(word for both in CHANNEL.labels.values() for word in both)}
    lists = [
        [*dict.fromkeys(line for line in text.splitlines() if line.split(" · ")[-1] in called)]
        for text in pieces(app)
    ]
    return [names for names in lists if nobody in " ".join(names)]


def test_every_figure_is_what_ask_answers(a: Viewer) -> None:
    text = everything(page(a))
    by = ["platform", "channel"]
    rows = ask(a, ["matured_net", "paid_gmv", "paid_orders", "commissions"], by=by, period=PERIOD).rows
    hand = {row[:2]: row[2:] for row in by_hand().rows()}
    whole = sum(stays for _, stays in hand.values())
    aged = {
        (row["platform"], row["channel"]): row["kept_rate"] for row in kept_at_age(a, 14, by=by).to_dicts()
    }
    for platform, channel, stays, paid, orders, commissions in rows.rows():
        assert hand[platform, channel] == (paid, stays)
        assert f"最后大约留下 **{rough_yuan(stays)}**" in text
        assert f"占 {percent(stays / whole)}" in text
        rate = aged.get((platform, channel))
        back = percent(None if rate is None else 1 - rate)
        assert f"支付 {yuan(paid)} · {orders:,} 单 · 满 14 天退掉 **{back}**" in text
        assert (f"佣金 {yuan(commissions)}" if commissions != 0 else "没有佣金") in text


def test_change_is_beside_the_equal_days_before_both_as_they_will_be(a: Viewer) -> None:
    week = dt.timedelta(days=7)
    now = (YESTERDAY - week + dt.timedelta(days=1), YESTERDAY)
    then = (now[0] - week, now[1] - week)
    text = everything(page(a, {"from": f"{now[0]}", "to": f"{now[1]}"}))
    both = by_hand(now).join(by_hand(then), on=["platform", "channel"], suffix="_then")
    wholes = [int(both[name].sum()) for name in ("stays", "stays_then")]
    for stays, before in both.select("stays", "stays_then").rows():
        change, points = stays / before - 1, stays / wholes[0] - before / wholes[1]
        told = "差不多" if abs(change) < 0.005 else f"{'↑' if change > 0 else '↓'} {percent(abs(change))}"
        moved = (
            "差不多" if abs(points) < 0.005 else f"{'↑' if points > 0 else '↓'} {abs(points) * 100:.0f} 个点"
        )
        share = percent(stays / wholes[0])
        assert f"占 {share} :gray[占比{moved}] · 比前 7 天 **{told}** :gray[{rough_yuan(before)}]" in text


def test_concentration_is_told_in_words_of_what_can_be_told_apart(a: Viewer) -> None:
    known = by_hand().filter(pl.col("channel") != "unknown")
    channel, stays = known.group_by("channel").agg(pl.col("stays").sum()).sort("stays").row(-1)
    share = stays / int(known["stays"].sum())
    (line,) = [line for line in said(page(a)) if "能分出渠道的最后留下的钱里" in line]
    assert f"**{CHANNEL.zh(channel)}**" in line and f"**{tenths(share)}**" in line
    assert f"（{percent(share)}）" in line
    unknown = int(by_hand().filter(channel="unknown")["stays"].sum())
    (line,) = [line for line in said(page(a)) if "不摊给别的渠道" in line]
    assert f"{rough_yuan(unknown)}（{percent(unknown / int(by_hand()['stays'].sum()))}）" in line


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (0.004, "不到一成"), (0.09, "一成"), (0.14, "一成多"), (0.21, "二成"),
        (0.33, "三成多"), (0.5, "一半"),
        (0.45, "四成多"), (0.47, "近五成"), (0.68, "近七成"), (0.7, "七成"), (0.72, "七成多"),
        (0.89, "九成"), (0.96, "几乎全部"), (0.99, "几乎全部"), (1.0, "全部"),
    ],
)  # fmt: skip
def test_shares_as_people_say_them(share: float, word: str) -> None:
    assert tenths(share) == word


def test_a_link_tells_where_one_looks_and_no_figure(a: Viewer) -> None:
    spot = Spot(PERIOD, "douyin", "own_live", "session", "a-douyin-live-3", page=2)
    first, last = PERIOD
    assert spot.params() == {
        "from": f"{first}", "to": f"{last}", "platform": "douyin", "channel": "own_live",
        "session": "a-douyin-live-3", "page": "2",
    }  # fmt: skip
    assert up(spot) == [Spot(PERIOD), Spot(PERIOD, "douyin", "own_live", "session")]
    app = page(a, {**spot.params(), "page": "1", "amount": "1234.56"})
    assert "amount" not in app.query_params, "what it does not know is not kept"
    assert app.query_params["session"] in ("a-douyin-live-3", ["a-douyin-live-3"])


def test_a_channel_shows_its_own_headline_and_what_sold_in_it(a: Viewer) -> None:
    where = {"platform": "douyin", "channel": "own_live"}
    app = page(a, {**where, "by": "session"})
    assert not app.exception and not app.error
    stays = ask(a, ["matured_net"], where=where, period=PERIOD).rows.item()
    assert app.metric[0].value == rough_yuan(stays)
    hand = {row[:2]: row[3] for row in by_hand().rows()}
    assert stays == hand["douyin", "own_live"]
    assert "a-douyin-live-" in everything(app) or "雾山" in everything(app)


@pytest.mark.parametrize(
    "address",
    [
        {"platform": "taobao", "channel": "search"},
        {"platform": "douyin", "channel": "own_live", "session": "a-douyin-live-3"},
        {"platform": "douyin", "channel": "own_live", "style": "a-douyin-1"},
    ],
)
def test_anothers_id_is_as_one_that_is_not_there(house: Place, a: Viewer, address: dict[str, str]) -> None:
    """B's page over A's ids: a calm sentence, the same as for what nobody has (orders: ``tests/proof``)."""
    assert "这段时间没有这个" not in everything(page(a, address)), "else it proves nothing"
    b = access.sign_in(house, "b", PASSWORD)
    nobodys = {**address, next(reversed(address)): "nobody-has-this"}
    shown, none = (everything(page(b, words)) for words in (address, nobodys))
    assert "这段时间没有这个" in shown and shown == none
    assert "a-douyin" not in shown and "雾山" not in shown


@pytest.mark.parametrize(
    "address",
    [
        {"platform": "douyin"}, {"channel": "own_live"}, {"session": "x"}, {"order": "x"},
        {"shop": "a-douyin"}, {"by": "order_id"},
        {"platform": "<script>", "channel": "own_live"}, {"from": "2026-13-01", "to": "x"},
        {"from": "0001-01-01", "to": "9999-12-31"}, {"page": "99999999999999"}, {"page": "²"},
    ],
)  # fmt: skip
def test_no_address_breaks_the_page(a: Viewer, address: dict[str, str]) -> None:
    app = page(a, address)
    assert not app.exception and not app.error

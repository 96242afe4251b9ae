"""对平: a wrong number is the rest, a day nobody told is named, each step is the sum of its lines, and nobody
matches another's shop.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from truth_cases import FIRST, LATER, downloads, settle, small_market
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from metrics.query.access import Viewer
from metrics.reports import screens
from metrics.reports.match import match
from metrics.reports.money_abroad import Money
from metrics.reports.screens import NET, PAID, SCREENS, UNKNOWN, Counting, walk
from metrics.reports.typed import Typed, read_amount
from pipeline.house import reading
from pipeline.steps import ingest
from simulator.history.market import Market
from simulator.truths.backoffice import back_office
from transforms.gold.orders.grain import ORDER
from warehouse.settings import Settings

MISSING = FIRST + dt.timedelta(days=14)
PERIOD = (FIRST + dt.timedelta(days=8), FIRST + dt.timedelta(days=20))
SHOP, OTHERS = "tinglan-douyin", "yunshan-douyin"


@pytest.fixture(scope="module")
def market() -> Market:
    return small_market(lines=300, merchants=2, platforms=("douyin",))


@pytest.fixture(scope="module")
def settings(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two merchants' Douyin shops; one merchant's downloads leave a day out between them."""
    made = Settings(home=tmp_path_factory.mktemp("match"))
    settle(made, market)
    folder = Path(made.home) / "files"
    spans = {
        "before": (FIRST, MISSING - dt.timedelta(days=1)),
        "after": (MISSING + dt.timedelta(days=1), LATER.date()),
    }
    parts = {name: downloads(market, folder / name, LATER, *span) for name, span in spans.items()}
    ingest(made, "yunshan", OTHERS, downloads(market, folder, LATER)[OTHERS], at=LATER)
    ingest(
        made,
        "tinglan",
        SHOP,
        [
            path
            for part in parts.values()
            for path in part[SHOP]
            if "直播" not in path.name or part is parts["before"]
        ],
        at=LATER,
    )
    return made


def viewer_of(settings: Settings, merchant: str = "tinglan") -> Viewer:
    return Viewer(settings.place, "test", "merchant", merchant)


def test_a_day_nobody_told_is_named_and_what_it_sold_is_the_rest(settings: Settings, market: Market) -> None:
    shown = back_office(market, LATER, SHOP, "douyin_orders", *PERIOD)
    found = match(viewer_of(settings), "douyin_orders", SHOP, PERIOD, Typed(shown))
    that_day = back_office(market, LATER, SHOP, "douyin_orders", MISSING, MISSING)
    assert that_day > 0, "the day has to matter"
    assert found.untold.rows() == [(MISSING, "none")]
    assert found.rest_minor == that_day and found.residual_fen == 0 and not found.is_explained
    before = (PERIOD[0], MISSING - dt.timedelta(days=1))
    whole = match(
        viewer_of(settings),
        "douyin_orders",
        SHOP,
        before,
        Typed(back_office(market, LATER, SHOP, "douyin_orders", *before)),
    )
    assert whole.untold.is_empty() and whole.rest_minor == 0 and whole.is_explained


@pytest.mark.parametrize("wrong", [1, -1, 123_456, -10_000_000])
def test_a_wrong_number_is_the_rest_to_the_fen(settings: Settings, market: Market, wrong: int) -> None:
    shown = back_office(market, LATER, OTHERS, "douyin_live_gmv", *PERIOD)
    found = match(viewer_of(settings, "yunshan"), "douyin_live_gmv", OTHERS, PERIOD, Typed(shown + wrong))
    assert found.rest_minor == wrong and found.residual_fen == 0 and not found.is_explained
    assert dict(found.steps.select("step", "fen").iter_rows())["rest"] == -wrong
    assert found.steps["step"].to_list() == [
        "typed",
        "rest",
        "screen",
        "subsidy",
        "clock",
        "scope",
        "paid_gmv",
        "refunds",
        "net_by_order_date",
    ]


def test_every_step_is_the_sum_of_its_lines_and_by_hand(settings: Settings) -> None:
    """The steps of what was placed, counted anew by SQL over the facts."""
    found = match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, Typed(0))
    fen = dict(found.steps.select("step", "fen").iter_rows())
    for step, lines_qty in found.steps.select("step", "lines_qty").rows():
        if step not in ("typed", "rest"):
            assert (found.lines(step)["amount"].sum(), found.lines(step).height) == (fen[step], lines_qty)
    with reading(settings) as lake:
        lines = lake.sql("SELECT * FROM gold.fct_order_line WHERE shop_id = ?", [OTHERS])  # noqa: F841 - named in SQL
    first, last = PERIOD
    placed, unpaid, paid, back = duckdb.execute(
        """
        SELECT sum(placed_fen) FILTER (created_date BETWEEN ? AND ?), sum(placed_fen)
            FILTER (created_date BETWEEN ? AND ? AND paid_at IS NULL),
            sum(paid_fen) FILTER (paid_date BETWEEN ? AND ?), sum(cohort_refund_fen)
                FILTER (paid_date BETWEEN ? AND ?) FROM lines""",
        [first, last] * 4,
    ).fetchone() or (0, 0, 0, 0)
    assert (fen["screen"], fen["status"], fen["paid_gmv"], fen["refunds"], fen["net_by_order_date"]) == (
        placed,
        -unpaid,
        paid,
        -back,
        paid - back,
    )
    assert placed > paid > back > 0 and found.rest_minor == -placed
    with pytest.raises(UsageError, match="NO_SUCH_STEP"):
        found.lines("rest")


def test_nobody_matches_anothers_shop_or_a_screen_nobody_defined(settings: Settings) -> None:
    mine = viewer_of(settings)
    for shop in (OTHERS, "no-such-shop"):
        with pytest.raises(NotFoundError, match="NO_SUCH_SHOP"):
            match(mine, "douyin_orders", shop, PERIOD, Typed(0))
    with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
        match(mine, "douyin_orders", OTHERS, PERIOD, Typed(0), merchant="yunshan")
    for screen in ("taobao_paid", "douyin_net"):
        with pytest.raises(UsageError, match="UNKNOWN_SCREEN"):
            match(mine, screen, SHOP, PERIOD, Typed(0))
    association = Viewer(settings.place, "assoc", "association")
    with pytest.raises(UsageError, match="NAME_ONE_MERCHANT"):
        match(association, "douyin_orders", SHOP, PERIOD, Typed(0))
    with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
        match(association, "douyin_orders", SHOP, PERIOD, Typed(0), merchant="tinglan")
    operator = Viewer(settings.place, "op", "operator")
    assert match(operator, "douyin_orders", SHOP, PERIOD, Typed(0), merchant="tinglan").residual_fen == 0


def test_an_older_release_is_matched_as_it_was(settings: Settings) -> None:
    """Release 1 had only the other merchant's files."""
    assert (
        match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, Typed(0), as_of=1).release == 1
    )
    with pytest.raises(NotFoundError, match="NOTHING_TOLD"):  # where nobody told anything, nothing is matched
        match(viewer_of(settings), "douyin_orders", SHOP, PERIOD, Typed(0), as_of=1)


def test_a_number_in_another_money_than_the_screens_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match=r"OTHER_CURRENCY.*CNY"):
        match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, read_amount("USD 12.05"))
    assert (
        match(
            viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, read_amount("CNY 12.05")
        ).typed.minor
        == 1_205
    )


def test_days_nobody_told_yet_do_not_keep_those_before_them_from_being_matched(
    settings: Settings, market: Market
) -> None:
    """Only where all of a period lies ahead there is nothing to match."""
    ahead = LATER.date() + dt.timedelta(days=2)
    period = (PERIOD[1], ahead)
    shown = back_office(market, LATER, OTHERS, "douyin_orders", *period)
    found = match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, period, Typed(shown))
    assert shown > 0 and found.is_explained and (ahead, "none") in found.untold.rows()
    with pytest.raises(NotFoundError, match="NOTHING_TOLD"):
        match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, (ahead, ahead), Typed(0))


def test_a_walk_changes_one_property_at_a_time_and_ends_at_ours() -> None:
    start = Counting("order_each_row", "all", "payable", "platform", "shop", "created", "live", "kept")
    steps = walk(start)
    assert [name for name, *_ in steps] == ["rows", "status", "money", "subsidy", "zone", "clock", "scope"]
    assert steps[-1][3] == PAID and walk(PAID) == [] and NET != PAID
    assert {screen.counts.refunds for screen in SCREENS.values()} == {"kept"}, (
        "the walk to paid GMV ends before refunds"
    )
    assert all(
        (name, value) in screens.WAYS
        for screen in SCREENS.values()
        for name, value in vars(screen.counts).items()
    )
    assert all(screen.source_zh and screen.source_en for screen in SCREENS.values()) and {
        platform for platform, *_ in UNKNOWN
    } <= {s.platform for s in SCREENS.values()}


@pytest.mark.parametrize(
    ("text", "typed"),
    [("59847.17", Typed(5_984_717)), ("¥59,847.17", Typed(5_984_717, 0, "CNY")),
        (" ￥ 1，234 元", Typed(123_400, 0, "CNY")), ("-3.5", Typed(-350)),
     ("-¥3.50", Typed(-350, 0, "CNY")),
     ("THB 12.05", Typed(1_205, 0, "THB")), ("47.22万", Typed(47_220_000, 5_000)),
     ("1亿", Typed(10_000_000_000, 5_000_000_000)), ("0", Typed(0))],
)  # fmt: skip
def test_amounts_as_people_type_them(text: str, typed: Typed) -> None:
    assert read_amount(text) == typed


@pytest.mark.parametrize("text", ["1 2 3", "1 234", "1.2 3", "12 万 3"])
def test_figures_apart_are_no_figure(text: str) -> None:
    with pytest.raises(UsageError, match="BAD_AMOUNT"):
        read_amount(text)


@pytest.mark.parametrize(
    "text", ["", "abc", "1.234", "1,23", "12,34.5", "1e5", "--3", "9" * 20, "¥", "12.3.4", "30%"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="BAD_AMOUNT"):
        read_amount(text)


def test_rounded_numbers_are_explained_within_their_rounding(settings: Settings, market: Market) -> None:
    shown = back_office(market, LATER, OTHERS, "douyin_orders", *PERIOD)
    text = f"{round(shown / 1_000_000, 2)}万"
    found = match(viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, read_amount(text))
    assert 0 < abs(found.rest_minor) <= 5_000 and found.is_explained
    assert not match(
        viewer_of(settings, "yunshan"), "douyin_orders", OTHERS, PERIOD, Typed(shown + 5_001, 5_000)
    ).is_explained


def test_money_abroad_goes_back_to_what_was_charged_within_its_doubt() -> None:
    """0.2123 yuan a baht: 12.34 baht became 262 fen.

    From them 12.34 cannot be told from its neighbours, 2 satang on each side.
    """
    keys = dict.fromkeys(ORDER, "x")
    money = Money("THB", "Asia/Bangkok", pl.DataFrame([{**keys, "rate": 21_230_000}]))
    fen = (1234 * 21_230_000 + 50_000_000) // 100_000_000
    back = money.add_minor(pl.DataFrame([{**keys, "fen": fen}, {**keys, "fen": -fen}]), "fen")[
        "minor"
    ].to_list()
    assert fen == 262 and abs(back[0] - 1234) <= money.doubt(1) == 2 and abs(back[1] + 1234) <= 2
    assert money.in_fen(10_000) == 2_123 and money.in_fen(-10_000) == -2_123


def test_the_commands(settings: Settings, market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(settings.home))
    shown = back_office(market, LATER, OTHERS, "douyin_orders", *PERIOD)
    words = [
        "match",
        f"{shown / 100:.2f}",
        "-m",
        "yunshan",
        "-s",
        OTHERS,
        "--screen",
        "douyin_orders",
        "--period",
        f"{PERIOD[0]}..{PERIOD[1]}",
    ]
    told = json.loads(CliRunner().invoke(app, [*words, "--step", "status", "--raw", "1", "--json"]).stdout)
    assert told["rest_minor"] == told["residual_fen"] == 0 and told["is_explained"]
    unpaid = next(item["fen"] for item in told["steps"] if item["step"] == "status")
    assert unpaid == sum(line["amount"] for line in told["lines"]) < 0
    assert any(
        told["lines"][0]["order_id"] in cell for row in told["raw_rows"] for cell in row["cells"].values()
    )
    plain = CliRunner().invoke(app, words).output
    assert "对平" in plain and "没有付款的订单" in plain
    wrong = CliRunner().invoke(app, [*words[:1], "1.00", *words[2:]]).output
    assert "说不清的差额" in wrong
    assert {
        item["id"] for item in json.loads(CliRunner().invoke(app, ["screens", "--json"]).stdout)["screens"]
    } == set(SCREENS)
    listed = CliRunner().invoke(app, ["screens"]).output
    assert "口径不明" in listed and "pinduoduo_orders" in listed
    with pytest.raises(UsageError, match="NO_SUCH_LINE"):
        CliRunner().invoke(app, [*words, "--raw", "1"], catch_exceptions=False)

"""What the demo shows, without its scheduler: the files of the past make a release somebody looks at, then
the platforms' APIs tell the last days. A file waits for a person, a wave of refunds comes late, figures that
were seen move and say why, and costs, stock and advertising are in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
import pytest

from demo import market as people
from demo.home import DemoHome
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period
from metrics.reports.health import quarantine
from metrics.reports.restated import restatements
from pipeline import steps
from simulator.__main__ import write_home
from simulator.downloads import history_ends, write_downloads
from simulator.handout import credentials_of
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.trade import DEMO
from simulator.server import make_app, serve_in_thread
from simulator.truths.truth import truth
from warehouse import accounts
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

DAYS, LINES, SHOP_OF_HELD = 60, 3_000, "yunshan-douyin"
PERIOD = (dt.date(2020, 1, 1), dt.date(2099, 12, 31))
MONEY = ("paid_gmv", "refunds", "net_by_order_date", "paid_orders", "units")


@dataclass(frozen=True)
class Shown:
    market: Market
    settings: Settings

    def viewer(self, merchant: str) -> Viewer:
        return Viewer(self.settings.place, "test", "merchant", merchant)

    def figure(
        self, merchant: str, metric: str, as_of: int | None = None, period: Period = PERIOD
    ) -> float | None:
        return ask(self.viewer(merchant), [metric], period=period, as_of=as_of).rows[metric].item()


def take(settings: Settings, home: DemoHome, part: str) -> None:
    """What the inbox's task does with files that have lain there for a while."""
    people.fill_inbox(settings, home, part)
    assert {receipt.verdict for receipt in steps.scan_inbox(settings)} == {"accepted"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    now = dt.datetime.now(ZONE).replace(microsecond=0) - dt.timedelta(minutes=1)
    market = build_market(1, 3, DAYS, LINES, now=now, trade=DEMO)
    settings = Settings(
        home=tmp_path_factory.mktemp("home"), http_wait_scale=0.001, history_days=3, collect_days=3
    )
    home = DemoHome.of(settings)
    home.make()
    app = make_app(market, now)
    base, stop = serve_in_thread(app)
    try:
        write_home(home.simulator, market, app.state.world, base)
        people.register_people(settings, home)
        write_downloads(market, home.simulator / "downloads", DAYS, people.LEADS)
        people.enter_lists(settings, home)
        take(settings, home, "history")
        steps.build_and_release(settings)
        people.look_once(settings)
        take(settings, home, "later")
        secrets = credentials_of(market, app.state.world, base)
        held = {people.reference(shop): access for shop, access in secrets.items()}
        collected = steps.collect(settings, sorted(secrets), run_name="run", credentials=held.__getitem__)
    finally:
        stop()
    assert {item.outcome_code for item in collected} == {"ok"}
    assert {item.merchant_id for item in collected} == set(people.LEADS), "nobody else lets us collect"
    steps.build_and_release(settings)
    return Shown(market, settings)


@pytest.mark.parametrize("merchant", people.LEADS)
@pytest.mark.parametrize("metric", MONEY)
def test_files_of_the_past_and_the_last_days_make_the_whole(shown: Shown, merchant: str, metric: str) -> None:
    true = truth(shown.market, shown.market.now, metric, ["merchant_id"], *PERIOD)
    assert shown.figure(merchant, metric) == true.filter(merchant_id=merchant)["value"].item()
    # what was sold in the second of midnight itself is of the day after, whichever file it came in
    ends = history_ends(shown.market)
    past = (PERIOD[0], ends.date() - dt.timedelta(days=1))
    before = truth(shown.market, ends, metric, ["merchant_id"], *past)
    then = shown.figure(merchant, metric, as_of=1, period=past)
    assert then == before.filter(merchant_id=merchant)["value"].item()


def test_a_file_whose_amounts_were_lost_waits_for_a_person(shown: Shown) -> None:
    """Every row of it is held, and every order in it counts at what the other files and the API say."""
    rows = quarantine(shown.viewer("yunshan")).filter(rule_name="PAID_ZERO")
    assert set(rows["shop_id"]) == {SHOP_OF_HELD}
    assert rows["export_name"].n_unique() == 1 and rows["export_name"][0].startswith("补导_")
    assert rows.height >= 60


@pytest.mark.parametrize("merchant", people.LEADS)
def test_who_looked_before_the_wave_is_told_what_moved_and_why(shown: Shown, merchant: str) -> None:
    """What late refunds took from days before the history's end is what the market says they took."""
    assert accounts.last_seen(shown.settings.place, merchant) == 1
    ends = history_ends(shown.market)
    moved = restatements(shown.viewer(merchant), since=1).filter(
        pl.col("business_date") < ends.date(), metric_id="net_by_order_date"
    )
    late = shown.market.refunds.filter(
        pl.col("refunded_at") >= ends, pl.col("refunded_at") <= shown.market.now, merchant_id=merchant
    )
    known = shown.market.lines.filter(pl.col("paid_at") < ends).select("order_line_id", "paid_at")
    late = late.join(known, on="order_line_id")
    assert moved["restated_number"].sum() == -late["refund_fen"].sum() < 0
    by_reason = dict(moved.group_by("restatement_code").agg(pl.col("restated_number").sum()).iter_rows())
    assert by_reason["late_refund"] < 0.5 * moved["restated_number"].sum()
    ago = (pl.lit(shown.market.now) - pl.col("paid_at")).dt.total_hours() / 24
    of_sale = late.filter(ago.is_between(18.5, 26))["refund_fen"].sum()
    assert of_sale > 0.25 * late["refund_fen"].sum(), "most of it is the wave of the sale"


@pytest.mark.parametrize("merchant", people.LEADS)
@pytest.mark.parametrize(
    "metric",
    ["contribution", "break_even_net_roi", "net_roi", "ad_spend"],
)
def test_what_was_entered_makes_profit_break_even_and_stock_known(
    shown: Shown, merchant: str, metric: str
) -> None:
    assert shown.figure(merchant, metric) is not None


@pytest.mark.parametrize("merchant", people.LEADS)
def test_every_shop_has_goods_in_store_and_sells_through(shown: Shown, merchant: str) -> None:
    asked = ask(
        shown.viewer(merchant), ["sell_through", "closing_stock"], by=["shop", "month"], period=PERIOD
    )
    last = asked.rows.filter(pl.col("month") == asked.rows["month"].max())
    assert set(last["shop"]) == set(shown.market.shops.filter(merchant_id=merchant)["shop_id"])
    assert last["sell_through"].is_between(0, 1).all() and last["closing_stock"].min() > 0  # type: ignore[operator]


@pytest.mark.parametrize("merchant", people.LEADS)
def test_costs_and_advertising_are_those_of_the_market(shown: Shown, merchant: str) -> None:
    """All that was sold has a cost; what no platform reports of advertising was entered day by day, so that
    almost every day of the history has a figure after it.
    """
    assert shown.figure(merchant, "cost_coverage") == 1
    days = ask(shown.viewer(merchant), ["contribution_after_ads"], by=["date"], period=PERIOD).rows
    days = days.filter(pl.col("date") < history_ends(shown.market).date())
    assert days.filter(pl.col("contribution_after_ads").is_null()).height < 0.1 * days.height
    ads = shown.market.ads.filter(pl.col("ad_date") < shown.market.now.date(), merchant_id=merchant)
    assert shown.figure(merchant, "ad_spend") == ads["spent_fen"].sum()


def test_every_session_and_creator_has_a_name(shown: Shown) -> None:
    from metrics.query.labels import labels

    for merchant in people.LEADS:
        viewer = shown.viewer(merchant)
        for dimension in ("session", "creator"):
            names = labels(viewer, dimension)
            split = ask(viewer, ["paid_gmv"], by=[dimension], period=PERIOD).rows
            told = set(split.drop_nulls(dimension)[dimension]) - {"untold"}
            assert told and told <= set(names), (merchant, dimension, told - set(names))

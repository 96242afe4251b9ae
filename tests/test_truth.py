"""The truth test: whatever way and order the figures of eight platforms come in, every metric equals what the
simulator knows, to the fen.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs
import pytest
from truth_cases import (
    API,
    BY_CHANNEL,
    BY_DAY,
    COSTED_FROM,
    COUNTED,
    CUTS,
    FILES,
    FIRST,
    HIT_UNITS,
    LATER,
    MONEY,
    NO_PLACED_DAY,
    NO_SETTLEMENT_DAY,
    NOW,
    RATES,
    SESSIONS,
    TRUTH_NAME,
    Way,
    costed_goods,
    differences,
    downloads,
    enter_costs,
    enter_stock,
    lies,
    lookup,
    settle,
    small_market,
    true_ledger,
    true_lumps,
    true_spend,
    true_stock,
    untrue_ledgers,
)

from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import order_lines
from metrics.reports.ladder.bridges import rung_bridge, settled_bridge
from metrics.reports.match import match
from metrics.reports.screens import SCREENS, screens_of
from metrics.reports.typed import Typed
from pipeline.house import reading
from pipeline.intake.raw_rows import raw_rows
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build_and_release, collect, scan_inbox, scanned
from simulator.handout import credentials_of as keys
from simulator.history.market import Market
from simulator.history.platforms import FACTS
from simulator.history.stock import counted
from simulator.server import make_app, serve_in_thread
from simulator.truths.ad_truth import sold_on
from simulator.truths.backoffice import NUMBERS, back_office
from simulator.truths.profit_truth import TAKEN, costed_lines
from simulator.truths.truth import SESSION_METRICS, buyer_truth, truth
from transforms.gold import gold_tables
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

EARLIER = NOW - dt.timedelta(days=9)
MOMENTS = (EARLIER, NOW, LATER)
STOCK = [
    "closing_stock",
    "sell_through",
    "stock_to_sales",
    "stock_to_sales_with_returns",
    "returns_in_transit",
    "moving_rate_30",
    "moving_rate_7",
]


@pytest.fixture(scope="module")
def market() -> Market:
    """Six merchants with fifteen shops on all eight platforms."""
    return small_market(lines=1_500, merchants=6, platforms=tuple(FACTS))


@pytest.fixture(scope="module")
def moments(market: Market, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[Path]]]:
    """What every shop downloads at each moment, oldest first; each overlaps the one before.

    Written once: a workbook's bytes tell when it was made.
    """
    return [downloads(market, tmp_path_factory.mktemp("downloads"), at) for at in MOMENTS]


def gold(settings: Settings) -> dict[str, str]:
    """Content hash of every gold table."""
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def merchant_of(market: Market) -> dict[str, str]:
    return dict(market.shops.select("shop_id", "merchant_id").iter_rows())


def viewers(settings: Settings, market: Market) -> list[Viewer]:
    return [
        Viewer(settings.place, "test", "merchant", merchant) for merchant in market.merchants["merchant_id"]
    ]


def take(
    settings: Settings, market: Market, files: dict[str, list[Path]], *, at_once: bool = False
) -> list[FileReceipt]:
    """Put every shop's files into the inbox, settled long ago; scan, build and release: ``at_once``, or by a
    build that reads what was landed, as a scheduler's does.

    Returns the receipts of the build.
    """
    owner = merchant_of(market)
    for shop, paths in files.items():
        folder = settings.place.inbox / owner[shop] / shop
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            os.utime(shutil.copy(path, folder), (0, 0))
    way = scanned(settings, at=LATER) if at_once else nullcontext((scan_inbox(settings, at=LATER), None))
    with way as (taken, known):
        # an unchanged list may be the same bytes again
        assert {item.verdict for item in taken} <= {"accepted", "duplicate"}
        built, _ = build_and_release(settings, at=LATER, known=known)
    return built.receipts


@pytest.fixture(scope="module")
def by_files(
    market: Market, moments: list[dict[str, list[Path]]], tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """The downloads dropped into the inbox in order; one build a moment."""
    settings = Settings(home=tmp_path_factory.mktemp("files"), hit_units=HIT_UNITS)
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    for files in moments:
        for item in take(settings, market, files):
            # the bookkeeping system's file does not say when it was made, and is told that it was overtaken
            assert item.verdict == "accepted" or {notice.rule for notice in item.notices} == {
                "OVERTAKEN_UNDATED"
            }, item
            assert item.rows_read == item.published + item.quarantined + item.superseded + item.duplicate
    return settings


@pytest.fixture(scope="module")
def by_shuffled_files(
    by_files: Settings,
    market: Market,
    moments: list[dict[str, list[Path]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """The same files newest first, some twice, every shop's in two archives of mixed moments."""
    settings = Settings(home=tmp_path_factory.mktemp("shuffled"), hit_units=HIT_UNITS)
    shutil.copytree(by_files.home / "secrets", settings.home / "secrets")  # buyers' keys are made with them
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    dice = random.Random(7)
    folder = tmp_path_factory.mktemp("archives")
    deliveries: list[dict[str, list[Path]]] = [{}, {}]
    for shop in dice.sample(sorted(merchant_of(market)), market.shops.height):
        paths = list(itertools.chain.from_iterable(moment.get(shop, []) for moment in reversed(moments)))
        dice.shuffle(paths)
        half = len(paths) // 2
        deliveries[0][shop] = [packed(folder / f"{shop}-1.zip", [*paths[:half], paths[0]])]
        deliveries[1][shop] = [packed(folder / f"{shop}-2.zip", [*paths[half:], paths[0]])]
    for files in deliveries:
        take(settings, market, files, at_once=True)
    return settings


def packed(archive: Path, paths: list[Path]) -> Path:
    """The files in a zip, each in a folder of its own: two moments' downloads may be called alike."""
    with zipfile.ZipFile(archive, "w") as bundle:
        for number, path in enumerate(paths):
            bundle.write(path, f"{number}/{path.name}")
    return archive


#: Days each collection reads back: to before the market began, and then three days into what the one before
#: read. Each day more costs Pinduoduo, of which half an hour may be asked at once, 96 requests a shop.
READ_BACK = (24, 12, 35)


@contextmanager
def whole_days() -> Iterator[None]:
    """Pinduoduo lets a day be asked at once: its half hours are shown by collections that bring something,
    and of a month in which hardly anything happens they would cost thousands of requests.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("api.WINDOW_SECONDS", "simulate_api._WINDOW_SECONDS"):
            patch.setattr(f"connectors.pinduoduo.{name}", 86_400)
        yield


@pytest.fixture(scope="module")
def by_api(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Three collections at three moments, each re-reading the window of the one before."""
    settings = Settings(home=tmp_path_factory.mktemp("api"), http_wait_scale=0.01, history_days=1)
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    app = make_app(market, EARLIER)
    base, stop = serve_in_thread(app)
    try:
        for number, at in enumerate(MOMENTS):
            app.state.world.at = at
            secrets = keys(market, app.state.world, base)  # tokens live a week: the shops authorise anew
            with whole_days() if at == LATER else nullcontext():
                collected = collect(
                    settings,
                    sorted(secrets),
                    run_name=f"run-{number}",
                    credentials=lookup(secrets),
                    until=at,
                    days=READ_BACK[number],
                )
            assert {item.outcome_code for item in collected} == {"ok"}, collected
            build_and_release(settings, at=LATER)
    finally:
        stop()
    yield settings


WAYS = [("by_files", FILES), ("by_shuffled_files", FILES), ("by_api", API)]


@pytest.mark.parametrize("by", [BY_DAY, BY_CHANNEL])
@pytest.mark.parametrize(("house", "way"), WAYS)
def test_money_is_true_to_the_fen(
    house: str, way: Way, by: tuple[str, ...], market: Market, request: pytest.FixtureRequest
) -> None:
    """Every metric of every platform where its README says that this way tells it."""
    wrong = differences(request.getfixturevalue(house), market, LATER, MONEY, by)
    assert lies(way, wrong, by).is_empty()


@pytest.mark.parametrize(("house", "way"), WAYS)
def test_what_is_not_told_is_left_out_and_never_guessed(
    house: str, way: Way, market: Market, request: pytest.FixtureRequest
) -> None:
    """Of a platform that keeps something to itself, no channel shows more than it took, no day and no stage
    more than came back.
    """
    settings: Settings = request.getfixturevalue(house)
    by_channel = differences(settings, market, LATER, ["paid_gmv", "paid_orders", "units"], BY_CHANNEL)
    assert set() < set(by_channel["platform"]) <= set(FACTS) - way.channels
    in_form = ~pl.col("channel").is_in(["own", "creator", "unknown"])  # the others: the next test
    assert by_channel.filter(in_form, pl.col("told") > pl.col("truth")).is_empty()
    by_stage = differences(
        settings, market, LATER, ["refunds_before_shipment", "refunds_after_shipment"], BY_DAY
    )
    assert set(by_stage["platform"]) == set(FACTS) - way.stages
    assert by_stage.filter(pl.col("told") > pl.col("truth")).is_empty()
    by_refund_day = differences(settings, market, LATER, ["net_by_refund_date"], BY_DAY)
    assert set(by_refund_day["platform"]) == set(FACTS) - way.refund_days
    assert (by_refund_day["told"] == 0).all(), (
        "empty, not what was paid: nobody told on which days money went back"
    )


@pytest.mark.parametrize("house", ["by_files", "by_shuffled_files", "by_api"])
def test_no_order_gets_a_wrong_channel(house: str, market: Market, request: pytest.FixtureRequest) -> None:
    """Order by order: the channel it was sold through, or who sold it where no form is told, or unknown.

    Of WeChat's files every order has a seller, and of TikTok's API every order of one thing that a creator
    was paid for.
    """
    with reading(request.getfixturevalue(house)) as lake:
        lines = lake.read(gold_tables()["fct_order_line"]).filter(pl.col("paid_fen") > 0)
    truth_of = market.lines.select("shop_id", "order_id", true="channel_code", seller="seller_code").unique()
    told = lines.join(truth_of, on=["shop_id", "order_id"], how="left")
    assert told.height == lines.height and told["true"].null_count() == 0
    channel = pl.col("channel_code")
    right = (channel == "unknown") | (channel == pl.col("true")) | (channel == pl.col("seller"))
    assert told.filter(~right).is_empty()
    of_platform = {name: rows for (name,), rows in told.group_by("platform_code")}
    if house != "by_api":
        assert "unknown" not in of_platform["wechat_channels"]["channel_code"]
        return
    paid_out = market.settlements.filter(pl.col("settled_at") <= LATER, pl.col("commission_fen") > 0)
    lone = market.lines.filter(~pl.col("is_gift")).filter(pl.len().over("order_id") == 1)
    lone = lone.join(paid_out, on="order_line_id", how="semi")  # of several goods any may be meant
    creators = of_platform["tiktok_shop"].join(lone, on=["shop_id", "order_id"], how="semi")
    assert creators.height >= 3 and set(creators["channel_code"]) == {"creator"}
    assert set(creators["channel_basis_code"]) == {"commission"}


@pytest.mark.parametrize("house", ["by_files", "by_api"])
def test_money_of_an_order_stands_on_the_goods_beside_its_gift(
    house: str, market: Market, request: pytest.FixtureRequest
) -> None:
    """R51: of JD's order of cancelled goods, goods that left and a gift, the goods hold all the money, and
    what left is worth no less than 0.
    """
    back = market.refunds.filter(pl.col("refunded_at") <= LATER).select(
        "order_line_id", "refund_fen", "stage_code"
    )
    lines = market.lines.filter(platform_code="jd").join(back, on="order_line_id", how="left")
    gift = pl.col("is_gift")
    cancelled = pl.col("stage_code") == "before_shipment"
    left = pl.col("shipped_at").is_not_null()
    case = lines.filter(*(some.any().over("order_id") for some in (gift, cancelled, left & ~gift)))
    assert case.height >= 3
    with reading(request.getfixturevalue(house)) as lake:
        rows = lake.read(gold_tables()["fct_order_line"]).filter(
            pl.col("order_id").is_in(case["order_id"].implode())
        )
        shipped = lake.read(gold_tables()["mart_style_daily"])["shipped_fen"]
    money = [pl.col("paid_fen", "refund_fen").sum()]
    goods = rows.filter(pl.col("product_id").is_not_null(), ~gift).rename({"cohort_refund_fen": "refund_fen"})
    assert (
        goods.group_by("order_id").agg(money).sort("order_id").rows()
        == case.group_by("order_id").agg(money).sort("order_id").rows()
    )
    assert goods["paid_fen"].min() > 0 and rows.filter(gift).select(
        "paid_fen", "cohort_refund_fen"
    ).rows() == [(0, 0)]
    assert shipped.min() == 0
    if house == "by_files":  # the wallet bill names the goods of a refund
        assert set(goods.select("is_shipped", pl.col("refund_fen") > 0).iter_rows()) == {
            (False, True),
            (True, False),
        }


@pytest.mark.parametrize(("house", "way"), [WAYS[0], WAYS[2]])
def test_sessions_tell_the_truth(
    house: str, way: Way, market: Market, request: pytest.FixtureRequest
) -> None:
    """Sales over views, where the platform tells a session's views; nothing for the others."""
    wrong = differences(request.getfixturevalue(house), market, LATER, SESSIONS, BY_CHANNEL)
    for platform, channels in way.rooms.items():
        assert wrong.filter(pl.col("platform") == platform, pl.col("channel").is_in(channels)).is_empty()
    assert wrong.filter(~pl.col("platform").is_in(list(way.rooms)))["told"].is_null().all()


def test_the_funnel_of_sessions_is_true_and_closes(by_files: Settings, market: Market) -> None:
    """Douyin tells the people of every step; nobody else does."""
    funnel = [name for name in SESSION_METRICS if name.endswith("_rate")]
    wrong = differences(by_files, market, LATER, [*funnel, "uv_value"], BY_CHANNEL)
    assert wrong.filter(pl.col("platform") == "douyin").is_empty()
    assert (
        wrong.filter(pl.col("platform") != "douyin", pl.col("metric").is_in(funnel))["told"].is_null().all()
    )
    assert wrong.filter(platform="taobao", channel="own_live", metric="uv_value").is_empty()


def test_what_a_buyer_and_a_thousand_exposures_bring_and_how_long_a_view_lasts_are_true(
    by_files: Settings, by_api: Settings, market: Market
) -> None:
    """Douyin's list of sessions tells all three, WeChat's API product exposures.

    Of the others there is no figure.
    """
    metrics = ["paid_per_buyer", "product_gpm", "watch_time"]
    wrong = differences(by_files, market, LATER, metrics, BY_CHANNEL)
    assert wrong.filter(platform="douyin").is_empty() and wrong["told"].is_null().all()
    assert wrong["platform"].n_unique() > 3, "the others do sell in sessions"
    by_way = differences(by_api, market, LATER, metrics, BY_CHANNEL)
    assert (
        by_way.filter(platform="wechat_channels", channel="own_live", metric="product_gpm").is_empty()
        and by_way["told"].is_null().all()
    )


def test_buyers_who_come_again_are_true_where_a_file_tells_them_and_untold_elsewhere(
    by_files: Settings, by_api: Settings, market: Market
) -> None:
    """Xiaohongshu's order file tells a buyer's number.

    TikTok Shop's does too, but not whether what was refunded came back; no API's is read.
    """
    true = buyer_truth(market, LATER, 90).rename({"platform_code": "platform"})
    assert true.filter(pl.col("platform") == "xiaohongshu")["repeat_buyers"].sum() > 0
    for settings, tellers in ((by_files, {"xiaohongshu", "tiktok_shop"}), (by_api, set[str]())):
        for merchant in market.merchants["merchant_id"]:
            viewer = Viewer(settings.place, "test", "merchant", merchant)
            answer = ask(viewer, ["kept_buyers", "repurchase_rate"], by=["platform", "month"])
            told = answer.rows.drop_nulls("kept_buyers")
            assert set(told["platform"]) <= tellers and any(
                note.code == "BUYER_UNTOLD" for note in answer.notes
            )
            mine = true.filter(merchant_id=merchant, platform="xiaohongshu").with_columns(
                rate=pl.col("repeat_buyers") / pl.col("kept_buyers")
            )
            here = told.filter(platform="xiaohongshu").select("month", "kept_buyers", "repurchase_rate")
            assert here.rows() == (
                mine.select("month", "kept_buyers", "rate").rows() if settings is by_files else []
            )


@pytest.mark.parametrize("by", [("shop",), BY_DAY])
@pytest.mark.parametrize(("house", "way"), WAYS)
def test_settled_and_funded_are_true_to_the_fen(
    house: str, way: Way, by: tuple[str, ...], market: Market, request: pytest.FixtureRequest
) -> None:
    """What was paid out and what it cost, as far as each platform's bill tells it, and what the account says
    of it.
    """
    assert untrue_ledgers(request.getfixturevalue(house), market, LATER, way, by).is_empty()


def test_every_order_is_settled_to_the_fen_and_every_statement_closes(
    by_files: Settings, market: Market
) -> None:
    with reading(by_files) as lake:
        entries, items, statements = (
            lake.read(gold_tables()[name])
            for name in ("fct_settlement_entry", "mart_open_item", "mart_statement_monthly")
        )
    told = entries.group_by("platform_code", "shop_id", "order_id").agg(told=pl.col("settled_fen").sum())
    true = true_ledger(market, LATER, "settled", ["platform_code", "shop_id", "order_id"])
    both = true.join(
        told, on=["platform_code", "shop_id", "order_id"], how="full", coalesce=True
    ).with_columns(pl.col("truth", "told").fill_null(0))
    assert set(both["platform_code"]) == set(FACTS)
    assert both.filter(pl.col("truth") != pl.col("told")).is_empty()
    assert (
        statements["total_fen"]
        == statements["matched_fen"] + statements["explained_fen"] + statements["open_fen"]
    ).all()
    # every entry found its order and, where the account is told, its money; only movements without any number
    # are left
    assert items.filter(pl.col("ledger_code").is_in(["settlement", "funding"])).is_empty()
    assert set(items.filter(pl.col("ledger_code") == "fund")["open_reason_code"]) == {"fund_names_nothing"}
    assert items.filter(pl.col("open_reason_code") == "refunded_after_settlement").is_empty()


def test_every_rung_leads_to_every_other_with_nothing_left(by_files: Settings, market: Market) -> None:
    """From placed to funded, for every shop.

    Where bills name fees and subsidies, nothing is settled otherwise than what is kept.
    """
    for shop, merchant, platform in market.shops.select(
        "shop_id", "merchant_id", "platform_code"
    ).iter_rows():
        viewer = Viewer(by_files.place, "test", "merchant", merchant)
        for period in ((FIRST, FIRST + dt.timedelta(days=9)), (FIRST - dt.timedelta(days=60), LATER.date())):
            first = "M02" if platform in NO_PLACED_DAY else "M01"
            last = "M10" if platform in FILES.accounts else "M09" if platform in FILES.bills else "M06"
            assert rung_bridge(viewer, first, last, period, where={"shop": shop}).residual_fen == 0
            if (first, last) != ("M01", "M10"):
                with pytest.raises(UsageError, match="RUNG_UNREPORTED"):
                    rung_bridge(viewer, "M01", "M10", period, where={"shop": shop})
            if last == "M06":
                continue
            steps = dict(
                settled_bridge(viewer, period, where={"shop": shop}).steps.select("step", "fen").iter_rows()
            )
            assert platform not in ("douyin", "kuaishou", "pinduoduo") or steps["settled_otherwise"] == 0, (
                shop,
                steps,
            )
        assert last == "M06" or steps["settled"] or platform in NO_SETTLEMENT_DAY


@pytest.mark.parametrize("cut", CUTS)
def test_what_a_line_tells_of_itself_is_true_to_the_fen(by_files: Settings, market: Market, cut: str) -> None:
    """By SKU, size, colour, province, hour and account on air: what was placed, paid, what stays on any
    clock, and how many pieces.
    """
    metrics = [
        "placed_gmv",
        "kept_sales",
        "paid_gmv",
        "net_by_order_date",
        "net_by_refund_date",
        "refunds_before_shipment",
        "units",
        "kept_units",
        "unit_return_rate",
    ]
    wrong = differences(by_files, market, LATER, metrics, ("shop", cut))
    assert lies(FILES, wrong, ("shop", cut)).filter(pl.col("platform").is_in(CUTS[cut])).is_empty()


@pytest.mark.parametrize("cut", CUTS)
def test_what_was_settled_is_true_by_what_its_line_tells(
    by_files: Settings, market: Market, cut: str
) -> None:
    """Douyin's and Kuaishou's bills name the line of every entry and have no premiums in them."""
    lines = market.lines.with_columns(
        hour=pl.col("paid_at").dt.convert_time_zone("Asia/Shanghai").dt.strftime("%H"), shop="shop_id"
    )
    told = lines.select(
        "shop_id", "order_line_id", "shop", pl.col(TRUTH_NAME[cut]).fill_null("untold").alias(cut)
    )
    settled = market.settlements.filter(
        pl.col("settled_at") <= LATER, pl.col("platform_code").is_in(["douyin", "kuaishou"])
    )
    true = (
        settled.join(told, on=["shop_id", "order_line_id"])
        .group_by("shop", cut)
        .agg(pl.col("settled_fen").sum())
        .filter(pl.col("settled_fen") != 0)
    )
    rows = pl.concat(
        [ask(viewer, ["settled"], by=["shop", "platform", cut]).rows for viewer in viewers(by_files, market)]
    )
    got = rows.filter(pl.col("platform").is_in(["douyin", "kuaishou"]), pl.col("settled") != 0).select(
        "shop", cut, settled_fen="settled"
    )
    assert true.height > 10 and got.sort("shop", cut).equals(true.sort("shop", cut))


def test_what_goods_cost_is_true_to_the_fen(by_files: Settings, market: Market) -> None:
    """Units that were not cancelled and did not come back, at the cost of their SKU, wherever a platform
    tells what kind of refund it was.
    """
    sold = market.lines.filter(pl.col("paid_at").dt.date() >= COSTED_FROM, ~pl.col("is_gift")).join(
        costed_goods(market).select("shop_id", "sku_code", "unit_cost_fen"), on=["shop_id", "sku_code"]
    )
    stays = (pl.col("stage_code") == "after_shipment") & pl.col("type_code").is_in(
        ["refund_only", "price_protection"]
    )
    gone = market.refunds.filter(~stays, pl.col("refunded_at") <= LATER)
    true = duckdb.sql("""
        WITH back AS (SELECT order_line_id, sum(refund_fen)::BIGINT AS fen FROM gone GROUP BY ALL)
        SELECT platform_code, shop_id,
            sum(unit_cost_fen * (line_qty - coalesce((2 * line_qty * fen + paid_fen) // (2 * paid_fen),
            0)))::BIGINT AS cost
        FROM sold LEFT JOIN back USING (order_line_id) GROUP BY ALL""").pl()
    assert sold.height > 200 and gone.height > 200
    with reading(by_files) as lake:
        told = lake.sql("""
            SELECT platform_code, shop_id, sum(c.cost_fen)::BIGINT AS told
            FROM gold.fct_line_cost AS c JOIN gold.fct_order_line
                USING (merchant_id, shop_id, platform_code, order_line_id) WHERE NOT is_gift GROUP BY ALL""")
    both = true.join(told, on=["platform_code", "shop_id"], how="full", coalesce=True)
    wrong = both.filter(pl.col("cost").ne_missing(pl.col("told")))
    # TikTok Shop's order file tells of a refund its amount alone; JD's tells no SKU
    assert set(wrong["platform_code"]) == {"tiktok_shop", "jd"}, wrong
    assert wrong.filter(platform_code="jd")["told"].is_null().all()


KNOWN = pl.col("paid_fen").filter("is_known").sum()
#: Platforms whose bill names the line of every charge, and of which a file tells what kind of refund a refund
#: was. Others charge an order as a whole.
BILLED_BY_LINE = frozenset({"douyin", "kuaishou", "pinduoduo", "wechat_channels"})


@pytest.mark.parametrize("cut", ["date", "channel", "sku", "creator"])
def test_profit_is_true_to_the_fen(by_files: Settings, market: Market, cut: str) -> None:
    """Gross profit, contribution and how much of what was paid they are of.

    Nothing stands for contribution where no bill has come yet.
    """
    lines = costed_lines(market, LATER, costed_goods(market), RATES, COSTED_FROM).with_columns(
        pl.col("live_account_id").fill_null("untold")
    )
    key = ["shop_id", TRUTH_NAME[cut]]
    true = lines.group_by(key).agg(
        paid=pl.col("paid_fen").sum(), known=KNOWN, **{name: pl.col(name).sum() for name in TAKEN}
    )
    true = true.join(true_lumps(market, cut), on=key, how="full", coalesce=True).with_columns(
        cs.numeric().fill_null(0)
    )
    true = true.with_columns(
        gross=pl.col("known") - pl.sum_horizontal(TAKEN[:3]),
        left=pl.col("known") - pl.sum_horizontal(*TAKEN, "lump_fen"),
    )
    metrics = ["gross_profit", "contribution", "cost_coverage"]
    got = pl.concat(
        [
            ask(viewer, metrics, by=["shop", cut], period=(COSTED_FROM, LATER.date())).rows
            for viewer in viewers(by_files, market)
        ]
    )
    both = true.join(market.shops.select("shop_id", "platform_code"), on="shop_id").join(
        got, left_on=key, right_on=["shop", cut], how="left"
    )
    told = BILLED_BY_LINE & {"date": BILLED_BY_LINE, "channel": FILES.channels}.get(
        cut, CUTS.get(cut, BILLED_BY_LINE)
    )
    mine = both.filter(pl.col("platform_code").is_in(told))
    assert mine.height > 30 and set(mine["platform_code"]) == told
    assert mine.filter(pl.col("gross").ne_missing(pl.col("gross_profit").fill_null(0))).is_empty()
    untold = pl.col("contribution").is_null()
    assert mine.filter(~untold, pl.col("left") != pl.col("contribution")).is_empty()
    assert mine.filter(untold, pl.col("fee_fen") != 0).is_empty()
    assert mine.filter(
        (pl.col("known") / pl.col("paid")).ne_missing(pl.col("cost_coverage")), pl.col("paid") != 0
    ).is_empty()
    # where every line's cost is known, whose part of an order's charge is whose makes no difference
    whole = both.filter(
        ~untold,
        pl.col("platform_code").is_in(["taobao", "xiaohongshu"]),
        pl.col("cost_coverage") == 1,
        pl.lit(cut == "date"),
    )
    assert whole.filter(pl.col("left") != pl.col("contribution")).is_empty() and (
        whole.height > 20 or cut != "date"
    )


def test_break_even_and_what_is_left_after_advertising_are_true(by_files: Settings, market: Market) -> None:
    """What must be sold, kept or settled for every yuan spent so that none is lost.

    And, of days whose costs are all known, profit less spend.
    """
    lines = costed_lines(market, LATER, costed_goods(market), RATES, COSTED_FROM)
    true = lines.group_by("shop_id", "date").agg(
        paid=pl.col("paid_fen").sum(), known=KNOWN, **{name: pl.col(name).sum() for name in TAKEN}
    )
    true = true.join(true_lumps(market, "date"), on=["shop_id", "date"], how="left").join(
        true_spend(market, LATER), on=["shop_id", "date"], how="inner"
    )
    true = true.with_columns(
        pl.col("lump_fen").fill_null(0),
        margin=pl.col("known") - pl.sum_horizontal(TAKEN),
        net=pl.col("known") - pl.col("back_fen"),
    )
    true = true.with_columns(
        settled=pl.col("net") - pl.col("fee_fen") - pl.col("commission_fen"),
        has_all=pl.col("known") == pl.col("paid"),
    )
    metrics = ["break_even_roi", "break_even_net_roi", "break_even_settled_roi", "contribution_after_ads"]
    got = pl.concat(
        [
            ask(viewer, metrics, by=["shop", "date"], period=(COSTED_FROM, LATER.date())).rows
            for viewer in viewers(by_files, market)
        ]
    )
    both = true.join(market.shops.select("shop_id", "platform_code"), on="shop_id").join(
        got, left_on=["shop_id", "date"], right_on=["shop", "date"], how="left"
    )
    mine = both.filter(
        pl.col("platform_code").is_in(BILLED_BY_LINE)
        | pl.col("has_all") & pl.col("platform_code").is_in(["xiaohongshu"])
    )
    for metric, part in zip(metrics, ("known", "net", "settled"), strict=False):
        wrong = mine.filter(
            pl.when(pl.col("margin") > 0).then(pl.col(part) / pl.col("margin")).ne_missing(pl.col(metric))
        )
        assert wrong.is_empty() and mine[metric].is_not_null().sum() > 50, wrong
    after = mine.filter(pl.col("contribution_after_ads").is_not_null())
    assert after.height > 50 and after["has_all"].all()
    assert after.filter(
        pl.col("margin") - pl.col("lump_fen") - pl.col("spent_fen") != pl.col("contribution_after_ads")
    ).is_empty()


def test_what_advertising_brings_is_true_to_the_fen(by_files: Settings, market: Market) -> None:
    """By shop and day, and over everything as a ratio of sums: paid, kept and settled beside what was spent,
    on the days that are told.
    """
    told = true_spend(market, LATER)
    metrics = ["ad_spend", "ad_roi", "uni_roi", "shop_roi", "net_roi", "settled_roi", "matured_roi"]
    true = sold_on(market, LATER, told).join(
        market.shops.select("shop_id", "merchant_id", "platform_code"), on="shop_id"
    )
    everybody = viewers(by_files, market)
    got = pl.concat(
        [ask(viewer, metrics, by=["shop", "platform", "date"]).rows for viewer in everybody]
    ).filter(pl.col("ad_spend").is_not_null())
    both = true.join(got, left_on=["shop_id", "date"], right_on=["shop", "date"], how="full", coalesce=True)
    assert both.height == told.height > 300
    assert both.filter(pl.col("spent_fen").ne_missing(pl.col("ad_spend"))).is_empty()

    def off(metric: str, fen: str) -> pl.DataFrame:
        return both.filter(pl.col(metric).ne_missing(pl.col(fen) / pl.col("spent_fen")))

    for metric, fen in (("shop_roi", "paid_fen"), ("net_roi", "kept_fen")):
        assert off(metric, fen).is_empty(), off(metric, fen)
    # Douyin reports all that was sold, Taobao and Pinduoduo what they attribute; one of Taobao's reports
    # attributes in two ways at once, and tells none
    assert set(off("uni_roi", "sold_fen").drop_nulls("sold_fen")["platform_code"]) == {
        "taobao",
        "pinduoduo",
        "xiaohongshu",
    }
    assert both.drop_nulls("uni_roi")["platform_code"].unique().to_list() == ["douyin"]
    assert set(both.drop_nulls("ad_roi")["platform_code"]) == {"taobao", "pinduoduo"}
    assert (
        off("ad_roi", "sold_fen").drop_nulls("ad_roi").is_empty()
        and off("ad_roi", "sold_fen").filter(platform_code="pinduoduo").is_empty()
    )
    # what these platforms settle has premiums in it
    assert set(off("settled_roi", "settled_fen")["platform_code"]) <= {"taobao", "xiaohongshu", "pinduoduo"}
    old = both.filter(pl.col("date") < LATER.date() - dt.timedelta(days=50))
    assert old.height > 50 and old.filter(pl.col("matured_roi").ne_missing(pl.col("net_roi"))).is_empty(), (
        "of full age, it is what was kept"
    )
    for viewer in everybody:
        mine = both.filter(merchant_id=viewer.merchant_id)
        whole = ask(viewer, metrics).rows.row(0, named=True)
        assert whole["ad_spend"] == mine["spent_fen"].sum()
        assert whole["net_roi"] == mine["kept_fen"].sum() / mine["spent_fen"].sum()


#: Platforms whose files tell every line's SKU and whether what was refunded came back.
STOCKED = CUTS["sku"] & FILES.goods
#: Of these, those that tell a style and not a product or a colour.
STYLED = STOCKED - {"xiaohongshu"}


@pytest.mark.parametrize(
    ("release", "at", "day"), [(2, NOW, COUNTED[-1]), (3, LATER, COUNTED[-1]), (3, LATER, LATER.date())]
)
def test_stock_is_true_to_the_piece(
    by_files: Settings, market: Market, release: int, at: dt.datetime, day: dt.date
) -> None:
    """Sell-through, stock to sales with and without returns in transit, the share of SKUs that sell, of every
    shop, as known at two moments.

    A file that does not say when it was made reaches to the day it was given, so only some shops have a row
    on a day that is no end of a month.
    """
    told = [
        ask(
            Viewer(by_files.place, "test", "merchant", merchant),
            STOCK,
            by=["shop", "platform"],
            period=(day, day),
            as_of=release,
        ).rows
        for merchant in market.merchants["merchant_id"]
    ]
    got = pl.concat(told).filter(pl.col("platform").is_in(STOCKED)).drop("platform").sort("shop")
    sheet = true_stock(market, at, day).join(
        market.shops.filter(pl.col("platform_code").is_in(STOCKED)), on="shop_id", how="semi"
    )
    noted, held, sells = pl.col("received") > 0, pl.col("stock").is_not_null(), pl.col("stock") > 0
    stock, kept = pl.col("stock").sum(), pl.col("kept_30").filter(held).sum()
    over = pl.when(kept > 0).then(kept)
    true = sheet.group_by(shop="shop_id").agg(
        closing_stock=stock,
        sell_through=pl.col("kept").filter(noted).sum() / pl.col("received").sum(),
        stock_to_sales=stock / over,
        stock_to_sales_with_returns=(stock + pl.col("returning").filter(held).sum()) / over,
        returns_in_transit=pl.col("returning").sum(),
        moving_rate_30=(sells & (pl.col("kept_30") > 0)).sum() / sells.sum(),
        moving_rate_7=(sells & (pl.col("kept_7") > 0)).sum() / sells.sum(),
    )
    assert 5 < got.height <= true.height
    assert got.height == true.height or (release, day) != (3, COUNTED[-1])
    assert true["returns_in_transit"].sum() > 0
    wrong = got.join(true.sort("shop"), on="shop", suffix="_true").filter(
        pl.any_horizontal(
            ~(pl.col(name) - pl.col(f"{name}_true")).abs().fill_null(0).le(1e-12) for name in STOCK
        )
        | pl.any_horizontal(pl.col(name).is_null() != pl.col(f"{name}_true").is_null() for name in STOCK)
    )
    assert wrong.is_empty(), wrong.to_dicts()


@pytest.mark.parametrize(("release", "at"), [(2, NOW), (3, LATER)])
def test_turnover_and_new_styles_are_true(
    by_files: Settings, market: Market, release: int, at: dt.datetime
) -> None:
    """Turnover of the SKUs whose count stood on every one of 30 days.

    Of the styles that sell, the share first paid for in them.
    """
    key, day = ["shop_id", "sku_code"], COUNTED[-1]
    since = day - dt.timedelta(days=29)
    counts = (
        counted(market, [each for each in COUNTED if each <= day])
        .rename({"counted_date": "date"})
        .sort("date")
    )
    grid = (
        counts.select(key)
        .unique()
        .join(pl.DataFrame({"date": pl.date_range(since, day, eager=True)}), how="cross")
        .sort("date")
    )
    stood = grid.join_asof(counts, on="date", by=key, check_sortedness=False)
    known = (
        stood.group_by(key)
        .agg(stock_days=pl.col("counted_qty").sum(), is_known=pl.col("counted_qty").is_not_null().all())
        .filter("is_known")
    )
    sheet = true_stock(market, at, day).join(known, on=key, how="left")
    over = pl.col("kept_30").filter(pl.col("is_known")).sum()
    turnover = sheet.group_by(shop="shop_id").agg(
        turnover_days=pl.when(over > 0).then(pl.col("stock_days").sum() / over)
    )

    sold = truth(
        market, at, "units", ["shop_id", "style_code", "date"], FIRST - dt.timedelta(days=60), day
    ).filter(pl.col("value") > 0)
    first = sold.group_by("shop_id", "style_code").agg(first=pl.col("date").min())
    first = first.with_columns(
        is_launch=pl.col("first") - pl.col("first").min().over("shop_id") >= pl.duration(days=14)
    )
    styles = market.lines.select(*key, "style_code").unique(key)
    on_sale = (
        sheet.join(styles, on=key)
        .filter((pl.col("stock") > 0).fill_null(False) | (pl.col("kept_30") > 0))
        .select("shop_id", "style_code")
        .unique()
    )
    told = on_sale.join(first, on=["shop_id", "style_code"], how="left").with_columns(
        is_new=(pl.col("is_launch") & (pl.col("first") >= since)).fill_null(False)
    )
    rate = told.group_by(shop="shop_id").agg(new_style_rate=pl.col("is_new").mean())

    metrics = ["turnover_days", "new_style_rate"]
    asked = [
        ask(viewer, metrics, by=["shop", "platform"], period=(day, day), as_of=release).rows
        for viewer in viewers(by_files, market)
    ]
    got = (
        pl.concat(asked)
        .filter(pl.col("platform").is_in(STOCKED))
        .join(turnover.join(rate, on="shop", how="full", coalesce=True), on="shop", suffix="_true")
    )
    assert got.height > 5 and got["turnover_days"].count() > 3 and got["new_style_rate"].n_unique() > 1
    for metric, rows in (
        ("turnover_days", got),
        ("new_style_rate", got.filter(pl.col("platform").is_in(STYLED))),
    ):
        wrong = rows.filter(
            ~(pl.col(metric) - pl.col(f"{metric}_true")).abs().fill_null(0).le(1e-12)
            | (pl.col(metric).is_null() != pl.col(f"{metric}_true").is_null())
        )
        assert wrong.is_empty(), (metric, wrong.to_dicts())


def test_stock_of_platforms_lists_is_true_to_the_piece(by_api: Settings, market: Market) -> None:
    """Three platforms' APIs tell stock: of SKUs nobody counted theirs stands, of the others the count.

    Who gives neither is untold.
    """
    key = ["shop_id", "sku_code"]
    shown = market.skus.group_by(key).agg(pl.col("stock_qty").sum())
    counts = (
        counted(market, COUNTED).sort("counted_date").unique(key, keep="last").select(*key, "counted_qty")
    )
    both = shown.join(counts, on=key, how="full", coalesce=True).with_columns(
        value=pl.coalesce("counted_qty", "stock_qty")
    )
    for shop, merchant, platform in market.shops.select(
        "shop_id", "merchant_id", "platform_code"
    ).iter_rows():
        viewer = Viewer(by_api.place, "test", "merchant", merchant)
        rows = ask(viewer, ["closing_stock"], by=["month"], where={"shop": shop}).rows.sort("month")
        lists = platform in ("pinduoduo", "wechat_channels", "xiaohongshu")
        mine = (
            both.filter(shop_id=shop)
            if lists
            else both.filter(pl.col("counted_qty").is_not_null(), shop_id=shop)
        )
        assert rows["closing_stock"][-1] == mine["value"].sum(), (shop, rows)
        lines = order_lines(viewer, "closing_stock", {"shop": shop, "month": str(rows["month"][-1])})
        by_sku = (
            lines.rows.group_by("sku_code").agg(pl.col("amount").sum()).join(mine, on="sku_code", how="left")
        )
        assert lines.value == rows["closing_stock"][-1] and (by_sku["amount"] == by_sku["value"]).all(), shop
        for line in lines.rows.filter(evidence_code="listed").head(2).iter_rows(named=True):
            assert lists and any(
                str(line["evidence_qty"]) in row.cells.values() and row.source == "api"
                for row in raw_rows(viewer, line)
            ), line


def test_launches_and_hits_are_true(by_files: Settings, market: Market) -> None:
    """By shop: styles first paid for two weeks after its first sale or later, and of those two weeks old the
    share that kept enough in them.
    """
    days, fortnight = (FIRST - dt.timedelta(days=60), LATER.date()), pl.duration(days=14)
    key = ["shop_id", "platform_code", "style_code"]
    sold = (
        truth(market, LATER, "units", [*key, "date"], *days)
        .filter(pl.col("value") > 0)
        .group_by(key)
        .agg(first=pl.col("date").min())
    )
    new = sold.filter(
        pl.col("first") - pl.col("first").min().over("shop_id") >= fortnight,
        pl.col("platform_code").is_in(STYLED),
    )
    kept = (
        truth(market, LATER, "kept_units", [*key, "date"], *days)
        .join(new, on=key)
        .filter(pl.col("date") - pl.col("first") < fortnight)
    )
    styles = new.join(kept.group_by(key).agg(kept=pl.col("value").sum()), on=key)
    is_old = pl.lit(LATER.date()) - pl.col("first") >= fortnight
    true = styles.group_by(shop="shop_id").agg(
        launched_styles=pl.len().cast(pl.Int64),
        hit_rate=pl.when(is_old.any()).then((is_old & (pl.col("kept") >= HIT_UNITS)).sum() / is_old.sum()),
    )
    viewers = [
        Viewer(by_files.place, "test", "merchant", merchant) for merchant in market.merchants["merchant_id"]
    ]
    told = pl.concat(
        [ask(viewer, ["launched_styles", "hit_rate"], by=["shop"]).rows for viewer in viewers]
    ).filter(pl.col("launched_styles") > 0)
    mine = market.shops.filter(pl.col("platform_code").is_in(STYLED)).select(shop="shop_id")
    assert 0 < true["hit_rate"].max() < 1
    assert told.join(mine, on="shop", how="semi").sort("shop").rows() == true.sort("shop").rows()


def test_what_every_back_office_shows_is_led_to_our_figure_with_nothing_left(
    by_files: Settings, market: Market
) -> None:
    """Every number whose definition is known, of every shop on eight platforms, over several periods: rest
    and residual 0, and each kind of step met.
    """
    assert set(NUMBERS) == set(SCREENS) and {screen.platform for screen in SCREENS.values()} == set(FACTS)
    dice, met = random.Random(11), set[str]()
    for shop, merchant, platform in market.shops.select(
        "shop_id", "merchant_id", "platform_code"
    ).iter_rows():
        viewer = Viewer(by_files.place, "test", "merchant", merchant)
        # the day on which the simulator has orders just round midnight, a day, a week, everything
        for days in (
            _edge_day(market, shop),
            *((FIRST + dt.timedelta(days=start),) * 2 for start in dice.sample(range(30), 1)),
            (FIRST, LATER.date()),
        ):
            for screen in screens_of(platform):
                shown = back_office(market, LATER, shop, screen.id, *days)
                found = match(viewer, screen.id, shop, days, Typed(shown))
                assert (found.rest_minor, found.residual_fen) == (0, 0), (screen.id, shop, days, found.steps)
                met |= set(found.steps.filter(pl.col("fen") != 0)["step"])
    assert met == {
        "typed",
        "screen",
        "rows",
        "status",
        "subsidy",
        "zone",
        "clock",
        "scope",
        "paid_gmv",
        "refunds",
        "net_by_order_date",
    }


def _edge_day(market: Market, shop: str) -> tuple[dt.date, dt.date]:
    """A day of which an order was placed and that was paid on the next.

    TikTok Shop's: one that is over in Beijing before it is in Bangkok.
    """
    lines = market.lines.filter(pl.col("paid_at").is_not_null(), shop_id=shop)
    abroad = pl.col("paid_at").dt.convert_time_zone("Asia/Bangkok").dt.date()
    created, paid = pl.col("created_at").dt.date(), pl.col("paid_at").dt.date()
    late = lines.filter((created < paid) | (abroad < paid if "tiktok" in shop else False)).select(
        created.alias("day")
    )["day"]
    day = late.sort()[0] if late.len() else FIRST
    return day, day


def test_an_older_release_answers_as_it_did(by_api: Settings, market: Market) -> None:
    """The release after the first collection still tells the truth of that moment."""
    metrics = ["paid_gmv", "refunds", "net_by_refund_date", "paid_orders"]
    assert differences(by_api, market, EARLIER, metrics, BY_DAY, as_of=1).is_empty()
    assert set(differences(by_api, market, EARLIER, metrics, BY_DAY)["platform"]) == set(FACTS)


def test_order_of_arrival_leaves_no_trace(by_files: Settings, by_shuffled_files: Settings) -> None:
    assert gold(by_files) == gold(by_shuffled_files)


@pytest.mark.parametrize("way", ["by_files", "by_api"])
def test_increments_equal_a_rebuild_from_landing(
    way: str, request: pytest.FixtureRequest, market: Market
) -> None:
    settings: Settings = request.getfixturevalue(way)
    increments = gold(settings)
    build_and_release(settings, at=LATER, from_landing=True)
    assert gold(settings) == increments
    assert differences(settings, market, LATER, ["net_by_order_date"], BY_DAY).is_empty()


def test_collecting_again_changes_no_total(by_api: Settings, market: Market) -> None:
    before = gold(by_api)
    app = make_app(market, LATER)
    base, stop = serve_in_thread(app)
    try:
        secrets = keys(market, app.state.world, base)
        with whole_days():
            collect(by_api, sorted(secrets), run_name="again", credentials=lookup(secrets), until=LATER)
    finally:
        stop()
    built, _ = build_and_release(by_api, at=LATER)
    assert all(item.published == 0 for item in built.receipts)
    assert gold(by_api) == before

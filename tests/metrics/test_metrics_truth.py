"""``ask`` against the simulator's truth, to the fen, over marts that plain DuckDB summed from the market's
own frames.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from metrics_cases import BEIJING, merchant, publish

from metrics.query.ask import ask
from simulator.history.market import Market, build_market
from simulator.truths.truth import METRICS as ALL
from simulator.truths.truth import SESSION_METRICS, truth
from transforms.gold import gold_tables
from warehouse import registry
from warehouse.lake import Lake
from warehouse.place import Place

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=BEIJING)
SEEN = NOW + dt.timedelta(days=12)  # some refunds are still to come
PERIODS = [(dt.date(2026, 6, 25), dt.date(2026, 7, 12)), (dt.date(2020, 1, 1), dt.date(2030, 1, 1))]
#: The ladder's ends go by marts of their own and are proved over the whole path, in test_truth.py and
#: test_metrics_bridge.py.
METRICS = tuple(name for name in ALL if name not in ("placed_gmv", "kept_sales"))
NAMES = {
    "merchant": "merchant_id", "shop": "shop_id", "platform": "platform_code", "channel": "channel_code",
    "date": "date", "style": "style_code",
    "session": "session_ref",
}  # fmt: skip

FACTS = """
    CREATE TABLE facts AS
    WITH back AS (
        SELECT order_line_id, sum(refund_fen) AS back, sum(refund_fen)
            FILTER (stage_code = 'before_shipment') AS before_ship,
            sum(refund_fen) FILTER (stage_code = 'after_shipment') AS after_ship, sum(refund_qty)
                FILTER (stage_code = 'before_shipment') AS off_qty,
            sum(refund_qty) FILTER (stage_code = 'after_shipment' AND type_code = 'return_refund') AS back_qty
        FROM refunds WHERE refunded_at <= $at GROUP BY ALL),
    sold AS (
        SELECT *, CASE WHEN is_gift THEN 0 ELSE line_qty END AS units_qty,
            coalesce(shipped_at <= $at, false) AS has_left,
            units_qty - coalesce(off_qty, 0) - coalesce(back_qty, 0) AS kept_units_qty,
            (NOT is_gift AND order_line_id = min(CASE WHEN NOT is_gift THEN order_line_id END)
                OVER (PARTITION BY shop_id, order_id))::BIGINT AS paid_orders_qty
        FROM lines LEFT JOIN back USING (order_line_id) WHERE paid_at <= $at)
    SELECT merchant_id, shop_id, platform_code, channel_code, style_code, session_ref AS live_session_id,
        order_line_id, buyer_ref,
        paid_at::DATE AS business_date,
        coalesce(CASE WHEN is_paid_traffic THEN 'paid' WHEN NOT is_paid_traffic THEN 'free' END,
            'unknown') AS traffic_code,
        paid_fen, coalesce(back, 0) AS cohort_refund_fen,
            coalesce(before_ship, 0) AS cohort_refund_before_fen,
        coalesce(after_ship, 0) AS cohort_refund_after_fen, units_qty, kept_units_qty, paid_orders_qty,
        CASE WHEN has_left THEN units_qty - coalesce(off_qty, 0) ELSE 0 END AS sent_units_qty,
            coalesce(back_qty, 0) AS returned_units_qty,
        CASE WHEN has_left THEN paid_fen - coalesce(before_ship, 0) ELSE 0 END AS shipped_fen,
        paid_fen + discount_platform_fen + discount_creator_fen AS merchant_paid_fen,
        paid_orders_qty * (sum(coalesce(back, 0)) OVER (PARTITION BY shop_id,
            order_id) > 0)::BIGINT AS refunded_orders_qty,
        paid_orders_qty * (max(kept_units_qty) OVER (PARTITION BY shop_id,
            order_id) > 0)::BIGINT AS kept_orders_qty
    FROM sold"""

SUMS = """sum(paid_fen) AS paid_fen, sum(paid_orders_qty) AS paid_orders_qty, sum(units_qty) AS units_qty,
        0 AS units_untold_qty,
    sum(cohort_refund_fen) AS cohort_refund_fen, sum(cohort_refund_before_fen) AS cohort_refund_before_fen,
    sum(merchant_paid_fen) AS merchant_paid_fen, sum(kept_units_qty) AS kept_units_qty,
        sum(kept_orders_qty) AS kept_orders_qty,
    sum(refunded_orders_qty) AS refunded_orders_qty, sum(shipped_fen) AS shipped_fen,
        sum(sent_units_qty) AS sent_units_qty,
    sum(returned_units_qty) AS returned_units_qty, 0 AS shipment_untold_fen, 0 AS subsidy_untold_fen,
    sum(cohort_refund_after_fen) AS cohort_refund_after_fen, 0 AS cohort_refund_unstaged_fen,
        0 AS cohort_refund_undated_fen, 0 AS cohort_refund_unsized_fen,
    0 AS aside_paid_fen, 0 AS aside_refund_fen"""


def daily(base: duckdb.DuckDBPyConnection, name: str, more: str) -> pl.DataFrame:
    """A daily mart: what was paid on its day beside what was refunded on its day.

    ``more`` is the key column that tells the two marts apart.
    """
    key = f"merchant_id, shop_id, platform_code, {more}, channel_code"
    paid = base.execute(f"SELECT {key}, business_date, {SUMS} FROM facts GROUP BY ALL").pl()  # noqa: S608
    back = base.execute(
        f"""SELECT {key}, refunded_at::DATE AS business_date, sum(refund_fen) AS dated_refund_fen
        FROM (SELECT order_line_id, refund_fen, refunded_at FROM refunds WHERE refunded_at <= $at) JOIN facts
            USING (order_line_id) GROUP BY ALL""",  # noqa: S608
        {"at": SEEN},
    ).pl()
    table = gold_tables()[name]
    joined = paid.join(back, on=table.key, how="full", coalesce=True)
    return table.shape(
        joined.with_columns(
            pl.col(column).fill_null(0) if column in joined.columns else pl.lit(0).alias(column)
            for column in table.required
        )
    )


def sessions(base: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    query = f"""
        WITH sold AS (SELECT live_session_id, {SUMS}, count(DISTINCT buyer_ref) AS buyers FROM facts
            GROUP BY ALL)
        SELECT s.merchant_id, s.shop_id, s.platform_code, s.session_ref AS live_session_id, s.started_at,
            s.ended_at, s.started_at::DATE AS business_date,
            CASE WHEN is_own THEN 'own_live' ELSE 'creator_live' END AS channel_code,
                s.views_qty AS session_views_qty, s.viewers_qty AS session_viewers_qty,
            exposure_viewers_qty AS funnel_shown_qty, s.viewers_qty AS funnel_entered_qty,
                product_exposure_viewers_qty AS funnel_seen_qty,
            product_click_viewers_qty AS funnel_clicked_qty, buyers AS funnel_bought_qty,
                0 AS funnel_untold_qty,
            buyers AS session_buyers_qty, product_exposure_qty AS session_shown_qty,
                s.views_qty AS session_watch_views_qty,
            s.views_qty * average_watch_qty AS session_watch_qty, 0 AS session_watch_untold_qty,
                sold.* EXCLUDE (live_session_id, buyers)
        FROM sessions AS s LEFT JOIN sold ON sold.live_session_id = s.session_ref
            WHERE s.ended_at <= $at"""  # noqa: S608
    table = gold_tables()["mart_live_session"]
    numbers = [name for name in table.required if name.endswith(("_fen", "_qty"))]
    return table.shape(
        base.execute(query, {"at": SEEN}).pl().with_columns(pl.col(name).fill_null(0) for name in numbers)
    )


@pytest.fixture(scope="module")
def market() -> Market:
    return build_market(seed=11, merchants=3, days=40, lines=4000, now=NOW)


@pytest.fixture(scope="module")
def home(market: Market, tmp_path_factory: pytest.TempPathFactory, template: Path) -> Place:
    place = Place(tmp_path_factory.mktemp("truth") / "home")
    shutil.copytree(template, place.home)
    base = duckdb.connect()
    base.execute("SET TimeZone = 'Asia/Shanghai'")
    for name in ("lines", "refunds", "sessions"):
        base.register(name, getattr(market, name))
    base.execute(FACTS, {"at": SEEN})
    gold = {
        "mart_shop_channel_daily": daily(base, "mart_shop_channel_daily", "traffic_code"),
        "mart_style_daily": daily(base, "mart_style_daily", "style_code"),
        "mart_live_session": sessions(base),
    }
    with Lake.open(place, write=True) as lake:
        registry.add_owner(lake, "everybody", "所有人", at=NOW)
        for who in market.merchants["merchant_id"]:
            registry.add_merchant(lake, who, who, owner_id="everybody", at=NOW)
    publish(place, gold, at=SEEN)
    return place


def expected(
    market: Market, metric: str, by: list[str], period: tuple[dt.date, dt.date], who: str
) -> pl.DataFrame:
    found = truth(
        market, SEEN, metric, ["merchant_id", *(NAMES[name] for name in by if name != "merchant")], *period
    )
    found = found.filter(pl.col("merchant_id") == who)
    return found.select(
        *(pl.col(NAMES[name]).alias(name) for name in by), pl.col("value").alias(metric)
    ).sort(by)


@pytest.mark.parametrize(
    "by",
    [
        ["merchant"],
        ["shop", "channel", "date"],
        ["platform", "date"],
        ["channel"],
        ["style"],
        ["style", "date"],
    ],
)
def test_every_metric_equals_truth(market: Market, home: Place, by: list[str]) -> None:
    metrics = [name for name in METRICS if "style" not in by or name not in SESSION_METRICS]
    for who in market.merchants["merchant_id"]:
        for period in PERIODS:
            for metric in metrics:
                asked = ask(merchant(home, who), [metric], by=by, period=period).rows
                assert asked.equals(expected(market, metric, by, period, who).cast(asked.schema)), (
                    who,
                    metric,
                    period,
                )  # type: ignore[arg-type]


def test_sessions_equal_truth(market: Market, home: Place) -> None:
    """By session every figure stands on the day the session began, so only a period that cuts nothing can
    agree with other clocks.
    """
    for who in market.merchants["merchant_id"]:
        for metric in set(METRICS) - {"net_by_refund_date"}:
            asked = ask(merchant(home, who), [metric], by=["session"], period=PERIODS[1]).rows
            right = expected(market, metric, ["session"], PERIODS[1], who).drop_nulls("session")
            assert asked.equals(right.cast(asked.schema)), (who, metric)  # type: ignore[arg-type]


def test_metrics_asked_together_are_those_asked_alone(market: Market, home: Place) -> None:
    who = market.merchants["merchant_id"][0]
    by = ["shop", "channel", "date"]
    together = ask(merchant(home, who), METRICS, by=by, period=PERIODS[0]).rows
    for metric in METRICS:
        alone = ask(merchant(home, who), [metric], by=by, period=PERIODS[0]).rows
        seen = together.select(*by, metric).join(alone.select(by), on=by, how="semi", maintain_order="left")
        assert seen.equals(alone), metric
        rest = together.join(alone.select(by), on=by, how="anti")[metric]
        assert set(rest.to_list()) <= {0, None}


def test_the_market_has_what_the_test_needs(market: Market, home: Place) -> None:
    """Refund-only days, several shops per merchant, sessions: otherwise equality would prove little."""
    rows = ask(
        merchant(home, market.merchants["merchant_id"][0]),
        ["paid_orders", "net_by_refund_date", "gpm"],
        by=["date"],
    ).rows
    assert (
        rows.filter((pl.col("paid_orders").fill_null(0) == 0) & (pl.col("net_by_refund_date") < 0)).height > 3
    )
    assert rows["gpm"].drop_nulls().len() > 10
    assert market.shops["shop_id"].n_unique() > 3

"""The truth: identities between metrics, sums over every split, and hand-made cases worked out on paper."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from simulator_cases import NOW

from simulator.history.clock import ZONE
from simulator.history.market import Market
from simulator.truths.truth import METRICS, buyer_truth, truth

FIRST, LAST = dt.date(2026, 6, 10), dt.date(2026, 7, 5)
ADDITIVE = (
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "net_by_order_date",
    "net_by_refund_date", "paid_orders", "units",
)  # fmt: skip


def total(
    market: Market, metric: str, at: dt.datetime = NOW, first: dt.date = FIRST, last: dt.date = LAST
) -> float:
    return truth(market, at, metric, [], first, last)["value"][0]


def test_identities(market: Market) -> None:
    assert total(market, "refunds") == total(market, "refunds_before_shipment") + total(
        market, "refunds_after_shipment"
    )
    assert total(market, "net_by_order_date") == total(market, "paid_gmv") - total(market, "refunds")
    assert total(market, "return_rate_value") == pytest.approx(
        total(market, "refunds") / total(market, "paid_gmv")
    )
    everything = (dt.date(2020, 1, 1), dt.date(2030, 1, 1))
    assert total(market, "net_by_refund_date", NOW, *everything) == total(
        market, "net_by_order_date", NOW, *everything
    )


@pytest.mark.parametrize("metric", ADDITIVE)
@pytest.mark.parametrize("by", ["channel_code", "shop_id", "date", "style_code", "session_ref"])
def test_parts_sum_to_the_total(market: Market, metric: str, by: str) -> None:
    assert truth(market, NOW, metric, [by], FIRST, LAST)["value"].sum() == total(market, metric)


def test_net_keeps_falling_as_the_cohort_ages(market: Market) -> None:
    values = [total(market, "net_by_order_date", NOW + dt.timedelta(days=days)) for days in (0, 10, 60)]
    assert values[0] > values[1] > values[2]
    assert total(market, "paid_gmv") == total(market, "paid_gmv", NOW + dt.timedelta(days=60))


def test_bridge_between_the_two_clocks(market: Market) -> None:
    done = market.refunds.filter(pl.col("refunded_at") <= NOW).join(
        market.lines.select("order_line_id", "paid_at"), on="order_line_id"
    )
    in_period = {name: pl.col(name).dt.date().is_between(FIRST, LAST) for name in ("paid_at", "refunded_at")}
    after = done.filter(in_period["paid_at"] & ~in_period["refunded_at"])["refund_fen"].sum()
    of_before = done.filter(~in_period["paid_at"] & in_period["refunded_at"])["refund_fen"].sum()
    assert total(market, "net_by_refund_date") - total(market, "net_by_order_date") == after - of_before


def test_gpm_counts_sessions_by_their_start(market: Market) -> None:
    sessions = market.sessions.filter(pl.col("started_at").dt.date().is_between(FIRST, LAST))
    paid = market.lines.filter(
        (pl.col("paid_at") <= NOW) & pl.col("session_ref").is_in(sessions["session_ref"].implode())
    )["paid_fen"].sum()
    views = sessions["views_qty"].sum()
    assert total(market, "gpm") == int(1000 * paid / views + 0.5)
    assert 0 < total(market, "net_gpm") < total(market, "gpm")
    one = truth(market, NOW, "gpm", ["session_ref"], FIRST, LAST)
    assert one.height == sessions.height
    assert one.filter(value=0).height > 0


def test_gpm_ignores_a_running_session(market: Market) -> None:
    session = market.sessions.filter(pl.col("ended_at") < NOW).tail(1).row(0, named=True)
    day, inside = session["started_at"].date(), session["started_at"] + dt.timedelta(minutes=10)
    running = truth(market, inside, "gpm", ["session_ref"], day, day)
    assert session["session_ref"] not in set(running["session_ref"])


def test_refuses_what_it_cannot_answer(market: Market) -> None:
    for metric, by in (("gmv", []), ("gpm", ["style_code"]), ("paid_gmv", ["buyer_ref"])):
        with pytest.raises(ValueError, match="no such truth"):
            truth(market, NOW, metric, by, FIRST, LAST)
    with pytest.raises(ValueError, match="time zone"):
        truth(market, NOW.replace(tzinfo=None), "paid_gmv", [], FIRST, LAST)


def hand_made(market: Market) -> Market:
    """One order of two lines and a gift paid on the 1st at 23:59:59 (¥100 + ¥50), one refund of ¥50 before
    shipment on the 2nd, and one unpaid order.

    The platform paid ¥2 more for the line of ¥100, which was shipped on the 2nd and finished on the 4th, with
    the gift.
    """
    day = dt.datetime(2026, 7, 1, 23, 59, 59, tzinfo=ZONE)
    base = market.lines.filter(pl.col("session_ref").is_null()).head(1)
    rows = [
        ("o1", "b", False, 2, 10_000, day),
        ("o1", "a9", False, 1, 5_000, day),
        ("o1", "a1", True, 1, 0, day),
        ("o2", "o2", False, 1, 0, None),
    ]
    went = pl.col("order_line_id").is_in(["b", "a1"])
    told = {
        "created_at": pl.lit(day - dt.timedelta(minutes=1)),
        "shipped_at": pl.when(went).then(pl.lit(day + dt.timedelta(days=1))),
        "finished_at": pl.when(went).then(pl.lit(day + dt.timedelta(days=3))),
        "discount_creator_fen": pl.lit(0),
        "discount_platform_fen": pl.when(pl.col("order_line_id") == "b").then(200).otherwise(0),
        "placed_fen": pl.when(pl.col("order_line_id") == "o2").then(700).otherwise("paid_fen"),
    }  # fmt: skip
    lines = pl.concat(
        [
            base.with_columns(
                order_id=pl.lit(order), order_line_id=pl.lit(line), is_gift=pl.lit(gift),
                line_qty=pl.lit(qty), paid_fen=pl.lit(paid, pl.Int64),
                paid_at=pl.lit(at, dtype=base.schema["paid_at"]), style_code=pl.lit("style-" + line),
                channel_code=pl.lit("product_card"),
            )
            for order, line, gift, qty, paid, at in rows
        ]
    )  # fmt: skip
    refund = market.refunds.head(1).with_columns(
        order_id=pl.lit("o1"), order_line_id=pl.lit("a9"), refund_fen=pl.lit(5_000, pl.Int64),
        stage_code=pl.lit("before_shipment"),
        refunded_at=pl.lit(day + dt.timedelta(seconds=1), dtype=base.schema["paid_at"]),
    )  # fmt: skip
    lines = lines.with_columns(**{name: value.cast(base.schema[name]) for name, value in told.items()})
    return dataclasses.replace(
        market,
        lines=lines,
        refunds=refund.with_columns(refund_qty=pl.lit(1, pl.Int64)),
        sessions=market.sessions.clear(),
    )


def test_worked_by_hand(market: Market) -> None:
    case, first, second = hand_made(market), dt.date(2026, 7, 1), dt.date(2026, 7, 2)
    expected = {
        "paid_gmv": 15_000, "refunds": 5_000, "refunds_before_shipment": 5_000, "refunds_after_shipment": 0,
        "net_by_order_date": 10_000,
        "net_by_refund_date": 15_000, "paid_orders": 1, "units": 3, "aov": 15_000,
        "return_rate_value": pytest.approx(1 / 3), "gpm": None, "net_gpm": None,
        "placed_gmv": 15_700, "kept_sales": 10_000, "merchant_paid": 15_200, "kept_units": 2,
        "units_per_order": 3, "kept_units_per_order": 2,
        "order_refund_rate": 1, "refund_rate_after_shipment": 0, "unit_return_rate": 0,
        "own_live_share": 0, "creator_live_share": 0,
        **dict.fromkeys(["paid_per_buyer", "product_gpm", "watch_time"]),
        **dict.fromkeys(["uv_value", "entry_rate", "product_exposure_rate", "product_click_rate",
                "click_order_rate", "view_order_rate"]),
    }  # fmt: skip
    assert set(expected) == set(METRICS)
    assert {metric: total(case, metric, NOW, first, first) for metric in METRICS} == expected
    assert total(case, "net_by_refund_date", NOW, second, second) == -5_000
    assert total(case, "paid_orders", NOW, second, second) == 0
    assert total(case, "aov", NOW, second, second) is None
    by_style = truth(case, NOW, "paid_orders", ["style_code"], first, first)
    # the gift's number comes first as text, but a gift is never the head; then "a9" < "b"
    assert dict(by_style.iter_rows()) == {"style-a1": 0, "style-a9": 1, "style-b": 0}
    early = dt.datetime(2026, 7, 1, 23, 59, 59, tzinfo=ZONE)
    assert total(case, "refunds", early, first, first) == 0
    dates = truth(case, NOW, "net_by_refund_date", ["date"], first, second)
    assert dates.rows() == [(first, 15_000), (second, -5_000)]


def test_money_ratios_round_half_up(market: Market) -> None:
    case = hand_made(market)
    odd = case.lines.with_columns(
        paid_fen=pl.when(order_line_id="b").then(10_001).otherwise("paid_fen"), order_id="order_line_id"
    ).filter(~pl.col("is_gift"))
    case = dataclasses.replace(case, lines=odd)
    assert total(case, "aov", NOW, dt.date(2026, 7, 1), dt.date(2026, 7, 1)) == 7_501  # 15001 / 2 = 7500.5


def test_buyers_worked_by_hand(market: Market) -> None:
    """Two orders of one buyer on the first and the last day of a window of 31 days.

    A day less and they stand apart.
    """
    case = hand_made(market)
    kept = case.lines.filter(order_line_id="b")
    later = kept.with_columns(
        pl.lit("o2").alias("order_id"),
        pl.lit("b2").alias("order_line_id"),
        pl.col("created_at", "paid_at") + dt.timedelta(days=30),
    )
    both = dataclasses.replace(case, lines=pl.concat([kept, later]))
    who = kept.select("merchant_id", "platform_code").row(0)
    assert buyer_truth(both, NOW + dt.timedelta(days=60), 31).rows() == [(*who, "2026-07", 1, 1)]
    assert buyer_truth(both, NOW + dt.timedelta(days=60), 30).rows() == [(*who, "2026-07", 1, 0)]


def test_buyers_come_again_on_every_platform(market: Market) -> None:
    """Some orders are of somebody who has bought in the shop before; most people buy once."""
    orders = (
        market.lines.unique(["shop_id", "order_id"])
        .group_by("platform_code", "shop_id", "buyer_ref")
        .agg(count=pl.len())
    )
    again = orders.group_by("platform_code").agg(share=(pl.col("count") > 1).mean())
    assert (
        again.height == market.shops["platform_code"].n_unique()
        and again["share"].is_between(0.08, 0.35).all()
    )

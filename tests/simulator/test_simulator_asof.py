"""States as of a moment: nothing from the future, nothing taken back."""

import datetime as dt
from itertools import pairwise

import polars as pl
from simulator_cases import NOW

from contracts import codes
from simulator.history.market import Market

MOMENTS = [NOW + dt.timedelta(days=days) for days in (-40, -20, -6, -1, 0, 9, 60)]
RANK = {"unpaid": 0, "closed_unpaid": 1, "paid": 1, "shipped": 2, "finished": 3, "closed_refunded": 4}


def test_states_only_move_forward(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    states = [
        market.lines_at(shop, at).with_columns(rank=pl.col("order_status_code").replace_strict(RANK))
        for at in MOMENTS
    ]
    for at, state in zip(MOMENTS, states, strict=True):
        moments = state.select(pl.col(pl.Datetime).max())
        assert all(value is None or value <= at for value in moments.row(0))
        assert set(state["order_order_status_code"]) <= set(codes.ORDER_STATUS.values)
        assert set(state["refund_status_code"]) <= set(codes.REFUND_STATUS.values)
    for earlier, later in pairwise(states):
        both = earlier.join(later, on="order_line_id", suffix="_later", how="left", validate="1:1")
        assert both["shop_id_later"].null_count() == 0
        for column in ("rank", "updated_at", "paid_fen", "refunded_fen"):
            assert (both[column] <= both[column + "_later"]).all(), column
        # an unchanged updated_at means an unchanged row: collecting by update time loses nothing
        same = both.filter(pl.col("updated_at") == pl.col("updated_at_later"))
        for column in ("order_status_code", "refund_status_code", "refunded_fen"):
            assert (same[column] == same[column + "_later"]).all(), column


def test_the_end_is_the_whole_story(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    final = market.lines_at(shop, NOW + dt.timedelta(days=400))
    assert final.select(market.lines.columns).equals(market.lines.filter(shop_id=shop))
    assert set(final["order_status_code"]) == {"finished", "closed_refunded", "closed_unpaid"}


def test_orders_status_from_their_lines(market: Market) -> None:
    states = pl.concat([market.lines_at(shop, NOW) for shop in market.shops["shop_id"]])
    orders = states.group_by("order_id").agg(
        pl.col("order_status_code").unique().sort().alias("lines"), pl.col("order_order_status_code").unique()
    )
    assert orders["order_order_status_code"].list.len().max() == 1
    flat = orders.with_columns(order=pl.col("order_order_status_code").list.first())
    assert set(flat.filter(lines=["closed_refunded", "shipped"])["order"]) <= {"shipped"}
    assert set(flat.filter(lines=["paid", "shipped"])["order"]) == {"part_shipped"}
    single = flat.filter(pl.col("lines").list.len() == 1)
    assert (single["lines"].list.first() == single["order"]).all()
    assert "part_shipped" not in set(states["order_status_code"])


def test_a_gift_closes_with_its_main_line(market: Market) -> None:
    final = market.lines.filter(pl.col("is_gift").any().over("order_id"), pl.col("paid_at").is_not_null())
    head = final.filter(line_number=1).select("order_id", head_closed="closed_at")
    gifts = final.filter("is_gift").join(head, on="order_id")
    assert gifts["closed_at"].equals(gifts["head_closed"], null_equal=True)


def test_refund_states(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    state = market.refunds_at(shop, NOW)
    assert (state["applied_at"] <= NOW).all()
    assert {"pending", "success", "closed", "exchanged"} == set(state["refund_status_code"])
    assert state.filter(refund_status_code="success")["refunded_at"].null_count() == 0
    assert state.filter(pl.col("refund_status_code") != "success")["refunded_at"].is_null().all()
    assert state.filter(type_code="exchange")["refund_fen"].sum() == 0


def test_sessions_report_what_their_lines_say(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    shown = market.sessions_at(shop, NOW)
    assert (shown["ended_at"] <= NOW).all()
    sold = market.lines_at(shop, NOW).filter(pl.col("session_ref").is_in(shown["session_ref"].implode()))
    assert shown["reported_user_paid_fen"].sum() == sold["paid_fen"].sum()
    assert shown["reported_refund_fen"].sum() == sold["refunded_fen"].sum()
    assert (shown["reported_gmv_fen"] >= shown["reported_user_paid_fen"]).all()
    assert shown["reported_hour_refund_fen"].sum() > 0
    assert (shown["reported_hour_refund_fen"] <= shown["reported_refund_fen"]).all()
    assert (shown["product_click_viewers_qty"] >= shown["reported_buyers_qty"]).all()
    funnel = [
        "product_click_viewers_qty",
        "product_exposure_viewers_qty",
        "viewers_qty",
        "exposure_viewers_qty",
        "exposure_qty",
    ]
    for narrow, wide in pairwise(funnel):
        assert (shown[narrow] <= shown[wide]).all()


def test_an_unknown_shop_has_nothing(market: Market) -> None:
    assert market.lines_at("nobody", NOW).is_empty()
    assert market.refunds_at("nobody", NOW).is_empty()
    assert market.sessions_at("nobody", NOW).is_empty()


def test_any_time_zone_will_do(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    assert market.lines_at(shop, NOW.astimezone(dt.UTC)).equals(market.lines_at(shop, NOW))


def test_a_moment_may_be_told_in_any_zone(market: Market) -> None:
    shop, abroad = market.shops["shop_id"][0], NOW.astimezone(dt.UTC)
    for name in (
        "lines_at",
        "refunds_at",
        "sessions_at",
        "settlements_at",
        "insurance_at",
        "ads_at",
        "funds_at",
    ):
        assert getattr(market, name)(shop, abroad).equals(getattr(market, name)(shop, NOW)), name

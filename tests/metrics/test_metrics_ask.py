"""Figures worked out by hand from the rows in ``metrics_cases``: clocks, grains, ratios, rounding and
refusals.
"""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext

import pytest
from fact_cases import facts, line
from metrics_cases import (
    AT,
    MARCH,
    OTHER,
    association,
    day,
    frames,
    merchant,
    operator,
    publish,
    rows_of,
    shop_day,
)

from cli import show
from contracts.errors import NotFoundError, UsageError
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.question import check_period
from metrics.query.sources import SOURCES
from warehouse.place import Place

#: All but those that are never added up over platforms and months.
ADDED = [
    name
    for name, metric in METRICS.items()
    if not any(source.apart for source in SOURCES if metric.clock in source.rows)
]


def one(answer: Answer) -> dict[str, object]:
    assert answer.rows.height == 1
    return answer.rows.row(0, named=True)


def test_totals_of_a_period(shown: Place) -> None:
    answer = ask(merchant(shown), ADDED, period=MARCH)
    assert one(answer) == {
        "paid_gmv": 350_01,
        "refunds": 100_00,
        "refunds_before_shipment": 10_00,
        "refunds_after_shipment": 30_00,
        "refunds_untold_stage": 60_00,
        "refunds_undated": 60_00,
        "refunds_by_refund_date": 40_00,
        "return_rate_by_refund_date": pytest.approx(
            4000 / 15001
        ),  # s2 tells no day of refund and is on neither side
        "refund_rate_before_shipment": pytest.approx(1000 / 35001),
        "unit_price": 70_00,  # 35001 / 5 = 7000.2; two days' lines tell no units
        "matured_net": 0,  # no row of the outlook: nothing was paid that it knows of
        "still_to_return": 0,  # likewise
        "net_by_order_date": 250_01,
        # of s1 150.01 less 10.00 and 30.00 dated in March; s2 tells no day of refund
        "net_by_refund_date": 110_01,
        "paid_orders": 8,
        "units": 5,
        "aov": 43_75,  # 35001 / 8 = 4375.125
        "return_rate_value": pytest.approx(10000 / 35001),
        # 1000 × (12000 + 1000) / 2301 views = 5649.7; L2 sold too, but nobody told its views
        "gpm": 5650,
        "net_gpm": 3911,  # 1000 × 9000 / 2301 = 3911.3
        "entry_rate": 1 / 3,
        "product_exposure_rate": pytest.approx(260 / 1000),
        "product_click_rate": pytest.approx(100 / 260),
        "click_order_rate": 4 / 100,
        "view_order_rate": 4 / 1000,
        "uv_value": 11,  # 13000 / 1200 viewers = 10.8; L2 sold too, but nobody told its viewers
        # 12000 / (3 + 1) buyers; L2 and L4 sold too, but nobody told their buyers
        "paid_per_buyer": 30_00,
        # 1000 × 12000 / 6200 exposures = 1935.48; L4 sold too, but nobody told its exposures
        "product_gpm": 1_935,
        # (64,000 + 700 × 31) seconds / 1700 views = 50.4; the mean of 64 and 31 would be 47.5
        "watch_time": 50,
        "own_live_share": 1.0,  # of 110.01 of known channel; 140.00 is of an untold one
        "creator_live_share": 0.0,
        # 60.00 paid of known cost: 11.00 is left of it before advertising, of 40.00 kept, 9.00 of that
        # charged
        "break_even_roi": pytest.approx(60 / 11),
        "break_even_net_roi": pytest.approx(40 / 11),
        "break_even_settled_roi": pytest.approx(31 / 11),
        "launched_styles": 0,
        "hit_rate": None,
        "placed_gmv": 123_01,  # 60.00 was placed in February
        "kept_sales": 50_00,
        "merchant_paid": 160_01,  # the other shop's files do not tell who bore discounts
        "kept_units": 4,
        "units_per_order": 5 / 8,
        "kept_units_per_order": pytest.approx(4 / 3),
        "order_refund_rate": 3 / 8,
        "refund_rate_after_shipment": pytest.approx(3000 / 14001),
        "unit_return_rate": 1 / 5,
        **dict.fromkeys(
            ("ad_spend", "ad_cash", "contribution_after_ads"), 0
        ),  # no shop told any, and the answer counts them
        **dict.fromkeys(("ad_roi", "uni_roi", "shop_roi", "settled_roi", "net_roi", "matured_roi")),
        "settled": 50_00,
        "funded": 55_00,
        "settled_before_charges": 69_00,
        "platform_fee": 5_00,
        "creator_commission": 12_00,
        "leader_commission": 2_00,
        "service_commission": 0,
        "commissions": 14_00,
        "effective_commission": pytest.approx(14 / 69),
        "gross_profit": 24_00,
        "contribution": 1_00,
        "cost_coverage": pytest.approx(6000 / 35001),
        "aside_paid": 30_00,
        "paid_gmv_without_aside": 320_01,
        "net_without_aside": 245_01,  # 250.01 less 30.00 paid and 25.00 of it returned
    }
    assert (answer.release, answer.as_of, answer.first_date, answer.last_date) == (1, AT, *MARCH)
    assert {str(answer.rows.schema[name]) for name in ADDED} == {"Int64", "Float64"}


def test_rates_are_recomputed_from_sums_and_never_averaged(shown: Place) -> None:
    """metrics.md 2.4.13: the mean of the two streams' rates would be 20 %."""
    where = {"shop": "s1", "date": "2026-03-01"}
    by = ask(
        merchant(shown),
        ["return_rate_value", "refund_rate_after_shipment", "units_per_order"],
        by=["traffic"],
        where=where,
    ).rows
    assert by["return_rate_value"].to_list() == [0.4, 0.0]
    whole = one(
        ask(
            merchant(shown),
            ["return_rate_value", "refund_rate_after_shipment", "units_per_order"],
            where=where,
        )
    )
    assert whole == {
        "return_rate_value": 4000 / 15001,
        "refund_rate_after_shipment": 3000 / 14001,
        "units_per_order": 5 / 4,
    }


def test_the_funnel_is_the_product_of_its_steps_at_every_grain(shown: Place) -> None:
    """metrics.md §7: 看播成交率 = 商品曝光率 × 商品点击率 × 点击成交率.

    Averaged rates of two sessions would not be.
    """
    steps = ["product_exposure_rate", "product_click_rate", "click_order_rate"]
    for by in ([], ["session"], ["channel"], ["date"]):
        rows = ask(merchant(shown), [*steps, "view_order_rate"], by=by, period=MARCH)
        for row in rows.rows.drop_nulls().iter_rows(named=True):
            assert row["view_order_rate"] == pytest.approx(row[steps[0]] * row[steps[1]] * row[steps[2]])
        assert rows.rows.drop_nulls().height >= 1
        assert {note.code: note.count for note in rows.notes}["FUNNEL_UNTOLD"] == 2
    alone = ask(merchant(shown), steps, by=["session"]).rows.drop_nulls()
    means = [alone[name].mean() for name in steps]
    assert one(ask(merchant(shown), ["view_order_rate"]))["view_order_rate"] != pytest.approx(
        means[0] * means[1] * means[2]
    )


def test_what_no_source_tells_is_empty_and_not_nothing(shown: Place) -> None:
    assert ask(
        merchant(shown), ["placed_gmv", "kept_sales"], where={"platform": "taobao"}, period=MARCH
    ).rows.row(0) == (None, None)
    metrics = [
        "merchant_paid",
        "kept_units",
        "units_per_order",
        "refund_rate_after_shipment",
        "unit_return_rate",
    ]
    told = ask(merchant(shown), metrics, where={"platform": "taobao"}, period=MARCH)
    assert told.rows.row(0) == (None,) * 5
    assert {note.code: note.amount_fen for note in told.notes
        if note.code in ("SUBSIDY_UNTOLD", "SHIPMENT_UNTOLD")} == {
        "SUBSIDY_UNTOLD": 200_00, "SHIPMENT_UNTOLD": 200_00,
    }  # fmt: skip


def test_placed_value_by_sku_owns_up_to_lines_without_a_placed_day(place: Place) -> None:
    """C only finished: it stands on no placed day, so it is no row of the answer."""
    rows = [
        line(None, sku_code="A", created_date=day(3), placed_fen=30_00, order_status_code="placed"),
        line(day(3), sku_code="B", paid_fen=50_00),
        line(
            day(3),
            sku_code="C",
            created_date=day(20, 2),
            placed_fen=9_00,
            paid_fen=9_00,
            order_status_code="finished",
        ),
    ]
    publish(place, {"fct_order_line": facts("fct_order_line", rows)})
    answer = ask(merchant(place), ["placed_gmv"], by=["sku"], period=MARCH)
    assert answer.rows["sku"].to_list() == ["A", "B"] and answer.rows["placed_gmv"][0] == 30_00
    assert {note.code: note.amount_fen for note in answer.notes}["CREATED_UNTOLD"] == 50_00


def test_buyers_are_asked_of_one_platform_and_month_and_are_untold_where_no_file_tells_them(
    shown: Place,
) -> None:
    rows = ask(merchant(shown), ["kept_buyers", "repurchase_rate"], by=["platform", "month"])
    assert rows.rows.rows() == [
        ("douyin", "2026-03", None, None),
        ("xiaohongshu", "2026-02", 8, 0.125),
        ("xiaohongshu", "2026-03", 12, 0.25),
    ]
    assert {note.code: note.count for note in rows.notes} == {"BUYER_UNTOLD": 42}
    march = ask(merchant(shown), ["repurchase_rate"], where={"platform": "xiaohongshu", "month": "2026-03"})
    assert one(march) == {"repurchase_rate": 0.25} and march.age is None


def test_shares_are_of_net_of_known_channel(shown: Place) -> None:
    answer = ask(merchant(shown), ["own_live_share"], by=["shop"], period=MARCH)
    assert answer.rows.rows() == [("s1", 1.0), ("s2", None)]
    assert {note.code: note.amount_fen for note in answer.notes} == {"CHANNEL_UNTOLD": 140_00}


def test_what_a_line_tells_of_itself_can_be_asked_together(shown: Place) -> None:
    kept = ["paid_gmv", "net_by_order_date", "return_rate_value", "net_by_refund_date"]
    sizes = ask(merchant(shown), kept, by=["size"], where={"style": "A"}, period=MARCH).rows
    assert sizes.rows() == [("L", 30_00, 30_00, 0.0, 30_00), ("M", 60_00, 20_00, pytest.approx(2 / 3), 30_00)]
    hours = ask(merchant(shown), ["paid_gmv"], by=["hour", "province"], where={"shop": "s1"}).rows
    assert hours.rows() == [("20", "广东省", 60_00), ("20", "浙江省", 60_01), ("21", "广东省", 30_00)]
    orders = ask(merchant(shown), ["aov"], by=["sku"])
    assert [note.code for note in orders.notes] == ["ORDERS_ON_FIRST_LINE"]
    with pytest.raises(UsageError, match="NOT_TOGETHER"):
        ask(merchant(shown), ["paid_gmv"], by=["size", "traffic"])


def test_refunds_are_asked_by_reason_and_what_has_none_is_not(shown: Place) -> None:
    back = ask(
        merchant(shown),
        ["refunds", "refunds_before_shipment", "refunds_by_refund_date"],
        by=["reason", "size"],
        where={"shop": "s1"},
        period=MARCH,
    )
    assert back.rows.rows() == [("look", "M", 10_00, 10_00, 0), ("size", "M", 30_00, 0, 30_00)]
    assert ask(merchant(shown), ["refunds"], where={"reason": "尺码不合"}).rows.item() == 30_00
    with pytest.raises(UsageError, match="NOT_TOGETHER") as caught:
        ask(merchant(shown), ["refunds", "paid_gmv"], by=["reason"])
    assert caught.value.facts["metric"] == "paid_gmv"


def test_a_day_with_refunds_only_is_no_day_of_payment(shown: Place) -> None:
    paid = ask(merchant(shown), ["paid_gmv"], by=["date"], period=MARCH)
    assert paid.rows.rows() == [(day(1), 150_01), (day(2), 200_00)]
    both = ask(merchant(shown), ["paid_gmv", "net_by_refund_date", "aov", "units"], by=["date"], period=MARCH)
    assert both.rows.rows() == [
        (day(1), 150_01, 140_01, 37_50, 5),
        (day(2), 200_00, 0, 50_00, None),
        (day(5), 0, -30_00, None, 0),
    ]


def test_each_clock_is_summed_before_it_is_joined(shown: Place) -> None:
    rows = ask(
        merchant(shown), ["paid_gmv", "gpm", "net_by_refund_date"], by=["shop", "channel"], period=MARCH
    ).rows
    assert rows.rows() == [
        ("s1", "creator_live", 0, 0, 0),
        ("s1", "own_live", 150_01, 8120, 110_01),  # 1000 × (120.00 + 10.00) / 1601 views; L2 tells no views
        ("s2", "unknown", 200_00, None, None),
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (["merchant"], [("m1", 430_01)]),
        (["platform"], [("douyin", 150_01), ("taobao", 280_00)]),
        (["traffic"], [("free", 100_00), ("paid", 50_01), ("unknown", 280_00)]),
        (["month"], [("2026-02", 80_00), ("2026-03", 350_01)]),
        (["week"], [("2026-W09", 230_01), ("2026-W10", 200_00)]),
        (["paid_date"], [(day(27, 2), 80_00), (day(1), 150_01), (day(2), 200_00)]),
        (["style"], [("A", 90_00), ("B", 60_01), ("gift", 0)]),
        (["style", "date"], [("A", day(1), 90_00), ("B", day(1), 60_01), ("gift", day(1), 0)]),
        (["session"], [("L1", 120_00), ("L2", 30_00), ("L4", 10_00)]),
        (
            ["traffic", "date"],
            [
                ("free", day(1), 100_00),
                ("paid", day(1), 50_01),
                ("unknown", day(27, 2), 80_00),
                ("unknown", day(2), 200_00),
            ],
        ),
    ],
)
def test_every_dimension(shown: Place, by: list[str], expected: list[tuple[object, ...]]) -> None:
    rows = ask(merchant(shown), ["paid_gmv"], by=by).rows
    assert rows.columns == [*by, "paid_gmv"]
    assert rows.rows() == expected


def test_filters(shown: Place) -> None:
    def paid(**where: str | list[str]) -> object:
        return one(ask(merchant(shown), ["paid_gmv"], where=where))["paid_gmv"]

    assert paid(platform="taobao") == 280_00
    assert paid(platform=["taobao", "douyin"], month="2026-03") == 350_01
    assert paid(paid_date="2026-03-02") == 200_00
    assert paid(style="A") == 90_00
    assert paid(session=["L1", "L4"]) == 130_00
    assert paid(shop=[]) is None
    assert paid(shop="' OR true --") is None
    assert (
        paid(channel="自播") == paid(channel="own live") == paid(channel="own_live") != 0
    )  # a name is as good as its code


def test_a_filter_moves_the_question_to_the_mart_that_knows_it(shown: Place) -> None:
    assert ask(merchant(shown), ["net_by_refund_date"], by=["date"], where={"style": "A"}).rows.rows() == [
        (day(1), 90_00),
        (day(5), -30_00),
    ]


def test_nothing_there_is_one_row_of_nothing(shown: Place) -> None:
    answer = ask(
        merchant(shown), ["paid_gmv", "aov", "return_rate_value", "gpm", "units"], period=(day(20), day(21))
    )
    assert one(answer) == {"paid_gmv": 0, "aov": None, "return_rate_value": None, "gpm": None, "units": 0}
    assert (answer.age, [note.code for note in answer.notes]) == (None, ["NO_ROWS", "SESSIONS_MISSING"]), (
        "0 is not passed off as measured"
    )
    assert [note.code for note in ask(merchant(shown), ["paid_gmv"], where={"shop": "s9"}).notes] == [
        "NO_ROWS"
    ]
    assert ask(merchant(shown), ["paid_gmv"], by=["shop"], period=(day(20), day(21))).rows.is_empty()


def test_without_a_period_the_answer_says_what_it_covers(shown: Place) -> None:
    paid, cash = (ask(merchant(shown), [metric]) for metric in ("paid_gmv", "net_by_refund_date"))
    assert (paid.first_date, paid.last_date) == (day(27, 2), day(2))
    assert (cash.first_date, cash.last_date) == (day(27, 2), day(5))


def test_money_ratios_round_half_up(place: Place) -> None:
    cases = [(1, 2, 1), (5, 2, 3), (4, 3, 1), (10**13, 3, 3_333_333_333_333), (0, 1, 0)]
    days = [
        shop_day(day(1), shop=f"s{number}", paid_fen=paid, paid_orders_qty=orders)
        for number, (paid, orders, _) in enumerate(cases)
    ]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", days)})
    assert ask(merchant(place), ["aov"], by=["shop"]).rows["aov"].to_list() == [
        expected for _, _, expected in cases
    ]


def test_a_ratio_comes_from_sums_not_from_ratios(shown: Place) -> None:
    by_day = ask(merchant(shown), ["return_rate_value"], by=["date"], period=MARCH).rows["return_rate_value"]
    whole = one(ask(merchant(shown), ["return_rate_value"], period=MARCH))["return_rate_value"]
    assert whole == pytest.approx(10000 / 35001)
    assert by_day.mean() != pytest.approx(whole)


@pytest.mark.parametrize(
    ("first", "last", "is_known"),
    [(2000, 2100, True), (1999, 2000, False), (2100, 2101, False), (2000, 2000, True)],
)
def test_dates_are_of_a_century(first: int, last: int, is_known: bool) -> None:
    period = (dt.date(first, 1, 1), dt.date(last, 12, 31))
    with nullcontext() if is_known else pytest.raises(UsageError, match="BAD_PERIOD"):
        check_period(period)


@pytest.mark.parametrize(
    ("metrics", "more", "rule"),
    [
        (["paid_gmv", "profit"], {}, "UNKNOWN_METRIC"),
        ([], {}, "NO_METRIC"),
        (["paid_gmv"], {"by": ["colour"]}, "UNKNOWN_DIMENSION"),
        (["paid_gmv"], {"where": {"buyer": "x"}}, "UNKNOWN_DIMENSION"),
        (["paid_gmv"], {"where": {"channel": "自拨"}}, "UNKNOWN_VALUE"),
        (["paid_gmv"], {"where": {"platform": "' OR true --"}}, "UNKNOWN_VALUE"),
        (["paid_gmv"], {"period": (dt.date(1, 1, 1), dt.date(9999, 12, 31))}, "BAD_PERIOD"),
        (["paid_gmv", "net_by_refund_date"], {"by": ["paid_date"]}, "CLOCK_MISMATCH"),
        (["gpm"], {"where": {"paid_date": "2026-03-01"}}, "CLOCK_MISMATCH"),
        (["paid_gmv"], {"by": ["paid_date", "session"]}, "CLOCK_MISMATCH"),
        (["gpm"], {"by": ["style"]}, "NOT_TOGETHER"),
        (["net_gpm"], {"where": {"traffic": "paid"}}, "NOT_TOGETHER"),
        (["net_by_refund_date"], {"by": ["session"]}, "NOT_TOGETHER"),
        (["paid_gmv"], {"by": ["style", "traffic"]}, "NOT_TOGETHER"),
        (["repurchase_rate"], {}, "NEVER_ADDED"),
        (["repurchase_rate"], {"by": ["platform"], "period": (day(1), day(1, 4))}, "NEVER_ADDED"),
        (
            ["kept_buyers"],
            {"by": ["month"], "where": {"platform": ["xiaohongshu", "tiktok_shop"]}},
            "NEVER_ADDED",
        ),
        (["kept_buyers"], {"by": ["month"], "where": {"platform": []}}, "NEVER_ADDED"),
        (["repurchase_rate"], {"by": ["platform", "month", "shop"]}, "NOT_TOGETHER"),
        (["paid_gmv"], {"period": (day(2), day(1))}, "BAD_PERIOD"),
        (["paid_gmv"], {"where": {"date": "1 March"}}, "BAD_DATE"),
        (["paid_gmv"], {"where": {"month": "2026-1"}}, "BAD_DATE"),
        (["paid_gmv"], {"where": {"month": ["2026-03", "2026-13"]}}, "BAD_DATE"),
        (["paid_gmv"], {"where": {"week": "xx"}}, "BAD_DATE"),
        (["paid_gmv"], {"where": {"week": "2026-W1"}}, "BAD_DATE"),
        (["paid_gmv"], {"as_of": dt.datetime(2026, 3, 10)}, "NAIVE_MOMENT"),  # noqa: DTZ001
    ],
)
def test_questions_put_wrongly(shown: Place, metrics: list[str], more: dict[str, object], rule: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(merchant(shown), metrics, **more)  # type: ignore[arg-type]
    assert caught.value.rule == rule
    assert caught.value.step_zh
    assert caught.value.step_en
    if rule == "UNKNOWN_METRIC":
        assert caught.value.facts["like"] == ["gross_profit"]
    if rule == "CLOCK_MISMATCH":
        assert "date" in caught.value.step_en


def test_before_the_first_release(place: Place) -> None:
    for where in (place, Place(place.home / "nowhere")):
        with pytest.raises(NotFoundError, match="NO_RELEASE") as caught:
            ask(merchant(where), ["paid_gmv"])
        assert "baiyun ingest" in caught.value.step_en
    publish(place, frames())
    assert ask(merchant(place), ["paid_gmv"]).release == 1


def test_another_merchant_is_the_same_as_none(shown: Place) -> None:
    said = []
    for name in (OTHER, "nobody"):
        with pytest.raises(NotFoundError) as caught:
            ask(merchant(shown), ["paid_gmv"], where={"merchant": name})
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert one(ask(merchant(shown), ["paid_gmv"], where={"merchant": "m1"}))["paid_gmv"] == 430_01


def test_the_association_is_told_that_no_metric_exists(shown: Place) -> None:
    said = set()
    for metric in ("paid_gmv", "no such thing"):
        with pytest.raises(NotFoundError) as caught:
            ask(association(shown), [metric], where={"merchant": "m1"})
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_operator_names_one_merchant(shown: Place) -> None:
    for where in ({}, {"merchant": ["m1", OTHER]}):
        with pytest.raises(UsageError, match="NAME_ONE_MERCHANT"):
            ask(operator(shown), ["paid_gmv"], where=where)
    assert one(ask(operator(shown), ["paid_gmv"], where={"merchant": "m1"}))["paid_gmv"] == 430_01
    assert one(ask(operator(shown), ["paid_orders"], where={"merchant": OTHER}))["paid_orders"] == 42
    with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
        ask(operator(shown), ["paid_gmv"], where={"merchant": "nobody"})
    narrowed = Viewer(shown, "值班", "operator", "m1")
    assert one(ask(narrowed, ["paid_gmv"]))["paid_gmv"] == 430_01


def test_the_command_line_tells_each_figure_in_its_own_unit(
    shown: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds are no yuan."""
    told: list[list[str]] = []
    monkeypatch.setattr(show, "print_table", lambda title, columns, rows: told.extend(rows))
    show.answered(
        ask(
            merchant(shown),
            ["watch_time", "product_gpm", "own_live_share", "units_per_order", "paid_orders"],
            period=MARCH,
        ),
        None,
        as_json=False,
    )
    assert told == [["50", "19.35", "100.0%", "0.63", "8"]]

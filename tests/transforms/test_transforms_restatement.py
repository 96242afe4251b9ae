"""The restatement ledger sums to the difference of two marts whatever moved, and names the reason a person
would.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import Gold, observed, own_accounts, run

from contracts.codes import RESTATEMENT
from transforms.gold.orders.grain import ORDER
from transforms.restatement import (
    CELL,
    Causes,
    Facts,
    ledger,
    moves,
    of_no_order,
    reasons,
    redefined,
    standing_left_out,
)

PARTS = ["paid_fen", "cohort_refund_fen", "dated_refund_fen", "paid_orders_qty"]
METRICS = {
    "paid_gmv": {"paid_fen": 1},
    "net_by_order_date": {"paid_fen": 1, "cohort_refund_fen": -1},
    "net_by_refund_date": {"paid_fen": 1, "dated_refund_fen": -1},
    "paid_orders": {"paid_orders_qty": 1},
}
DAYS = ["2026-06-28 10:00:00", "2026-06-29 10:00:00", "2026-06-30 10:00:00"]
Row = dict[str, Any]


def line(order: str, paid: int = 100, **cells: Any) -> Row:  # noqa: ANN401
    return {
        "order_id": order,
        "paid_fen": paid,
        "placed_fen": paid,
        "paid_at": DAYS[0],
        "line_qty": 1,
        "content_code": "search",
        **cells,
    }


def built(lines: list[Row], refunds: list[Row] = [], accounts: tuple[str, ...] = ()) -> Gold:  # noqa: B006
    return run(
        ("order_line", observed("order_line", *lines)),
        ("refund_line", observed("refund_line", *refunds)),
        own=own_accounts(*accounts),
    )


def refund(order: str, fen: int, day: str | None = DAYS[1]) -> Row:
    return {"refund_id": f"r{order}", "order_id": order, "refund_fen": fen, "refunded_at": day}


def facts(gold: Gold, days: pl.DataFrame) -> Facts:
    return Facts(gold.lines, gold.refunds, days)


def orders(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        [{"merchant_id": "m", "shop_id": "s", "platform_code": "taobao", "order_id": name} for name in names],
        schema=dict.fromkeys(ORDER, pl.String),
    )


def causes(**named: pl.DataFrame) -> Causes:
    entered = {
        code: named.get(name, orders())
        for name, code in (("rates", "rate_change"), ("accounts", "registry_change"))
    }
    return Causes(
        **{name: named.get(name, orders()) for name in ("withdrawn", "told", "known", "sessions")},
        entered=entered,
    )


def restate(before: Gold, after: Gold, why: Causes) -> pl.DataFrame:
    days = (
        pl.concat([before.daily, after.daily])
        .select("merchant_id", "shop_id", "platform_code", "business_date")
        .unique()
    )
    moved = moves(facts(before, days), facts(after, days), PARTS)
    return standing_left_out(ledger(reasons(moved, why), METRICS))


def difference(before: Gold, after: Gold) -> pl.DataFrame:
    """Cell and metric → how much the marts themselves differ, where they do."""
    told = []
    for gold, sign in ((after, 1), (before, -1)):
        values = [
            sum(sign * factor * pl.col(part) for part, factor in parts.items()).alias(name)
            for name, parts in METRICS.items()
        ]  # type: ignore[union-attr]
        told.append(
            gold.daily.select(*CELL, *values).unpivot(
                list(METRICS), index=CELL, variable_name="metric_id", value_name="moved"
            )
        )
    sums = (
        pl.concat(told).group_by([*CELL, "metric_id"]).agg(pl.col("moved").sum()).filter(pl.col("moved") != 0)
    )
    return sums.sort(*CELL, "metric_id")


def summed(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.group_by([*CELL, "metric_id"])
        .agg(moved=pl.col("restated_number").sum())
        .sort(*CELL, "metric_id")
    )


def by_reason(rows: pl.DataFrame, metric: str = "net_by_order_date") -> dict[str, int]:
    return dict(
        rows.filter(metric_id=metric)
        .group_by("restatement_code")
        .agg(pl.col("restated_number").sum())
        .iter_rows()
    )


_MONEY = st.integers(0, 5)
_ORDER = st.fixed_dictionaries(
    {
        "paid": _MONEY,
        "back": _MONEY,
        "day": st.sampled_from(DAYS),
        "back_day": st.sampled_from([*DAYS, None]),
        "content_code": st.sampled_from(["search", "live"]),
    }
)
_RELEASE = st.dictionaries(st.sampled_from("abcd"), _ORDER, min_size=1)


def release_of(told: dict[str, Row]) -> Gold:
    lines = [
        line(name, item["paid"], paid_at=item["day"], content_code=item["content_code"])
        for name, item in told.items()
    ]
    return built(
        lines,
        [refund(name, min(item["back"], item["paid"]), item["back_day"]) for name, item in told.items()],
    )


@settings(max_examples=25, deadline=None)
@given(
    _RELEASE,
    _RELEASE,
    st.dictionaries(
        st.sampled_from(["withdrawn", "told", "known", "rates", "sessions", "accounts"]),
        st.sets(st.sampled_from("abcd")),
    ),
)
def test_the_rows_of_a_figure_sum_to_the_difference_whatever_moved_it(
    before: dict[str, Row], after: dict[str, Row], why: dict[str, set[str]]
) -> None:
    old, new = release_of(before), release_of(after)
    rows = restate(old, new, causes(**{name: orders(*names) for name, names in why.items()}))
    assert summed(rows).equals(difference(old, new))
    assert (rows["restated_number"] != 0).all() and set(rows["restatement_code"]) <= set(RESTATEMENT.values)


def test_a_refund_told_later_is_a_late_refund_on_both_clocks() -> None:
    before, after = built([line("1"), line("2")]), built([line("1"), line("2")], [refund("1", 30)])
    rows = restate(before, after, causes(told=orders("1"), known=orders("1", "2")))
    assert by_reason(rows) == {"late_refund": -30} == by_reason(rows, "net_by_refund_date")
    assert by_reason(rows, "paid_gmv") == {}
    assert set(rows["orders_qty"]) == {1}
    assert {str(day) for day in rows.filter(metric_id="net_by_refund_date")["business_date"]} == {
        "2026-06-29"
    }


def test_refunds_that_grew_on_an_order_that_moved_to_another_channel_are_told_apart() -> None:
    before = built([line("1")], [refund("1", 20)])
    after = built([line("1", content_code="product_card")], [refund("1", 50)])
    rows = restate(before, after, causes(told=orders("1"), known=orders("1")))
    assert by_reason(rows) == {
        "late_refund": -30,
        "correction": 0,
    }  # its old money, 100 paid and 20 back, only went from one channel to the other
    cells = dict(
        rows.filter(metric_id="net_by_order_date", restatement_code="correction")
        .select("channel_code", "restated_number")
        .rows()
    )
    assert cells == {"search": -80, "product_card": 80}


def test_each_reason_by_what_moved() -> None:
    nothing, one = built([line("0")]), built([line("0"), line("1", 70)])
    for cause, expected in (("told", "new_file"), ("rates", "rate_change")):
        assert by_reason(restate(nothing, one, causes(**{cause: orders("1")}))) == {expected: 70}
    assert by_reason(
        restate(one, nothing, causes(withdrawn=orders("1"), told=orders("1"), known=orders("1")))
    ) == {"withdrawn_file": -70}
    dearer = built([line("0"), line("1", 90)])
    for cause, expected in (
        ("told", "correction"),
        ("accounts", "registry_change"),
        ("sessions", "correction"),
        ("rates", "rate_change"),
    ):
        assert by_reason(restate(one, dearer, causes(**{cause: orders("1")}, known=orders("1")))) == {
            expected: 20
        }
    # what was told, who owns which account and every rate are as they were: only the house's own rules can
    # have moved it
    assert by_reason(restate(one, dearer, causes(known=orders("1")))) == {"definition_change": 20}
    anew = replace(causes(known=orders("1"), rates=orders("1")), is_made_anew=True)
    assert by_reason(restate(one, dearer, anew)) == {"rate_change": 20}
    assert by_reason(restate(one, dearer, replace(anew, entered={}))) == {"made_anew": 20}


def test_what_no_order_moved_is_told_of_none() -> None:
    """The version before had summed two fen more than its orders said: the rest of the difference."""
    before, after = built([line("0"), line("1", 70)]), built([line("0"), line("1", 90)])
    days = before.daily.select("merchant_id", "shop_id", "platform_code", "business_date").unique()
    moved = moves(facts(before, days), facts(after, days), ["paid_fen"])
    cell = moved.select(*CELL).unique()
    odd = cell.with_columns(part=pl.lit("paid_fen"), moved=pl.lit(18, pl.Int64))
    coded = reasons(moved, causes(known=orders("1")))
    rows = ledger(pl.concat([coded, of_no_order(odd, moved)]), {"paid_gmv": {"paid_fen": 1}})
    assert sorted(rows.select("restatement_code", "restated_number", "orders_qty").rows()) == [
        ("definition_change", 20, 1),
        ("made_anew", -2, 0),
    ]
    assert of_no_order(odd.with_columns(moved=pl.lit(20, pl.Int64)), moved).is_empty()


def test_other_coefficients_move_every_figure_and_nothing_else() -> None:
    daily = built([line("1"), line("2", paid_at=DAYS[2])], [refund("1", 30)]).daily
    gross = {**METRICS, "net_by_order_date": {"paid_fen": 1}}
    rows = standing_left_out(redefined(daily, gross, METRICS))
    assert rows.select("metric_id", "restated_number", "restatement_code", "orders_qty").rows() == [
        ("net_by_order_date", -30, "definition_change", 0)
    ]
    back = standing_left_out(redefined(daily, METRICS, gross))
    assert back.select("metric_id", "restated_number").rows() == [("net_by_order_date", 30)], (
        "a part that is left out goes whole"
    )
    assert standing_left_out(redefined(daily, METRICS, METRICS)).is_empty()
    assert standing_left_out(redefined(daily, {}, METRICS)).is_empty(), (
        "an older release that kept no definitions is taken at its word"
    )


@pytest.mark.parametrize("swap", [False, True])
def test_a_figure_that_stands_has_no_row(swap: bool) -> None:
    """Two orders that change places move nothing a reader sees."""
    before = built([line("1", 40), line("2", 60)])
    after = built([line("1", 60 if swap else 40), line("2", 40 if swap else 60)])
    assert restate(before, after, causes(told=orders("1", "2"), known=orders("1", "2"))).is_empty()

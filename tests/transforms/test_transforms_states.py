"""Observed states: whatever order, batches and repetitions observations arrive in, the same states and the
same current row.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import at, observed

from contracts.canonical import ORDER_LINE, REFUND_LINE, SILVER, entity_key
from transforms.silver.states import current, merge_states

_MOMENTS = [f"2026-06-{day:02d} 12:00:00" for day in range(1, 8)]
_observation = st.fixed_dictionaries(
    {
        "order_line_id": st.sampled_from(["1", "2"]),
        "_observed_at": st.sampled_from(_MOMENTS),
        "_export_id": st.sampled_from(["a", "b", "c"]),
        "order_status_code": st.sampled_from(["paid", "shipped"]),
        "paid_fen": st.sampled_from([None, 100, 200]),
        "shipped_at": st.sampled_from([None, "2026-06-03 09:00:00"]),
    }
)


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["order_line_id"], row["_observed_at"], row["_export_id"]


#: One row of one export says one thing of a line.
_observations = st.lists(_observation, min_size=1, max_size=12, unique_by=_key)


def _arrive(rows: list[dict[str, Any]], batches: int, dice: random.Random) -> tuple[pl.DataFrame, list[str]]:
    """All states and every row's outcome after the rows came in, in the given order, cut into batches at
    random places.
    """
    cuts = sorted(dice.randrange(len(rows) + 1) for _ in range(batches - 1))
    stored, outcomes = ORDER_LINE.empty(), []
    for first, last in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        incoming = observed("order_line", *rows[first:last]) if rows[first:last] else ORDER_LINE.empty()
        merged = merge_states(ORDER_LINE, stored, incoming)
        assert merged.outcomes.height == incoming.height
        outcomes += merged.outcomes["outcome"].to_list()
        stored = merged.states
    return stored, outcomes


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"order_id": "1", "_row_number": int(row["order_line_id"]), **row} for row in rows]


@settings(max_examples=100, deadline=None)
@given(_observations, st.randoms(use_true_random=False), st.integers(1, 4))
def test_arrival_does_not_matter(rows: list[dict[str, Any]], dice: random.Random, batches: int) -> None:
    rows = _numbered(rows)
    straight, _ = _arrive(rows, 1, dice)
    again = [*rows, *dice.sample(rows, len(rows) // 2)]
    dice.shuffle(again)
    mixed, outcomes = _arrive(again, batches, dice)
    assert mixed.equals(straight)
    assert current(ORDER_LINE, mixed).equals(current(ORDER_LINE, straight))
    assert set(outcomes) <= {"published", "superseded", "duplicate"}
    assert len(outcomes) == len(again)


@settings(max_examples=100, deadline=None)
@given(_observations)
def test_current_is_every_columns_last_told_value(rows: list[dict[str, Any]]) -> None:
    """Against the plain list of observations: of those that tell a column, one of the latest moment decides
    it.
    """
    rows = _numbered(rows)
    states, _ = _arrive(rows, 1, random.Random(0))
    now = current(ORDER_LINE, states).with_columns(pl.col("shipped_at").dt.strftime("%Y-%m-%d %H:%M:%S"))
    assert set(now["order_line_id"]) == {row["order_line_id"] for row in rows}
    for found in now.iter_rows(named=True):
        mine = [row for row in rows if row["order_line_id"] == found["order_line_id"]]
        for name in ("order_status_code", "paid_fen", "shipped_at"):
            told = [row for row in mine if row[name] is not None]
            latest = max((row["_observed_at"] for row in told), default=None)
            assert found[name] in ({row[name] for row in told if row["_observed_at"] == latest} or {None})


@settings(max_examples=60, deadline=None)
@given(_observations)
def test_one_state_per_distinct_content_with_its_first_and_last_observation(
    rows: list[dict[str, Any]],
) -> None:
    rows = _numbered(rows)
    states, _ = _arrive(rows, 1, random.Random(0))
    told = Counter(
        (row["order_line_id"], row["order_status_code"], row["paid_fen"], row["shipped_at"]) for row in rows
    )
    assert states.height == len(told)
    assert states.select(ORDER_LINE.key).is_unique().all()
    shown = {row["_observed_at"] for row in rows}
    assert set(states["_observed_at"].dt.strftime("%Y-%m-%d %H:%M:%S")) <= shown
    assert (states["_last_observed_at"] >= states["_observed_at"]).all()


#: An order's life as exports without a moment of their own tell it, one after the other.
_LIVES: list[list[dict[str, Any]]] = [
    [
        {"order_status_code": "unpaid", "paid_fen": 0, "paid_at": None},
        {"order_status_code": "paid"},
        {"order_status_code": "part_shipped"},
        {"order_status_code": "shipped"},
        {"order_status_code": "finished"},
        {"order_status_code": "closed_refunded"},
    ],
    [
        {"order_status_code": "shipped", "refund_status_code": code}
        for code in ("none", "pending", "closed", "success")
    ],
    [
        {"order_status_code": "paid"},
        {"order_status_code": "shipped", "shipped_at": "2026-05-30 09:00:00"},
        {"order_status_code": "finished", "shipped_at": "2026-05-30 09:00:00", "stated_refund_fen": 0},
        {"order_status_code": "finished", "shipped_at": "2026-05-30 09:00:00", "stated_refund_fen": 90},
    ],
]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_of_undated_files_with_one_newest_row_the_state_that_got_furthest_stands(
    data: st.DataObject, dice: random.Random, batches: int
) -> None:
    """Whatever their fingerprints say and in whatever order they arrive: finished is never shipped again."""
    life = data.draw(st.sampled_from(_LIVES))
    told = sorted(data.draw(st.sets(st.integers(0, len(life) - 1), min_size=2)))
    files = dice.sample("abcdef", len(told))  # fingerprints know nothing of time
    rows = [
        {"order_id": "1", "order_line_id": "1", "paid_fen": 100, "paid_at": "2026-05-29 09:00:00"}
        | life[place]
        | {"_observed_at": _MOMENTS[0], "_export_id": file}
        for place, file in zip(told, files, strict=True)
    ]
    dice.shuffle(rows)
    states, _ = _arrive([{"_row_number": 1, **row} for row in rows], batches, dice)
    (now,) = current(ORDER_LINE, states).iter_rows(named=True)
    assert {name: now[name] for name in life[told[-1]] if not name.endswith("_at")} == {
        name: cell for name, cell in life[told[-1]].items() if not name.endswith("_at")
    }


def _refund(**cells: Any) -> pl.DataFrame:  # noqa: ANN401
    return observed("refund_line", {"refund_id": "r", "order_id": "1", "refund_fen": 100, **cells})


def test_outcomes_and_changes_of_a_refunds_life() -> None:
    """Applied for, granted; then a late upload of the older export, and the newest one again under another
    name.
    """
    applied = _refund(refund_status_code="pending", _observed_at=_MOMENTS[1], _export_id="a")
    granted = _refund(refunded_at="2026-06-03 10:00:00", _observed_at=_MOMENTS[3], _export_id="b")
    first = merge_states(REFUND_LINE, REFUND_LINE.empty(), granted)
    assert (first.outcomes["outcome"].to_list(), first.changed.height) == (["published"], 1)
    late = merge_states(REFUND_LINE, first.states, applied)
    assert (late.outcomes["outcome"].to_list(), late.changed.height, late.states.height) == (
        ["superseded"],
        0,
        2,
    )
    again = merge_states(REFUND_LINE, late.states, granted.with_columns(_export_id=pl.lit("c")))
    assert (again.outcomes["outcome"].to_list(), again.changed.height, again.states.height) == (
        ["duplicate"],
        0,
        2,
    )
    newer = granted.with_columns(
        pl.col("_observed_at", "_last_observed_at") + dt.timedelta(days=2), _export_id=pl.lit("d")
    )
    unmoved = merge_states(REFUND_LINE, again.states, newer)
    assert (unmoved.outcomes["outcome"].to_list(), unmoved.changed.height) == (["duplicate"], 0)
    assert unmoved.states["_last_observed_at"].max() == newer["_observed_at"].max()
    assert current(REFUND_LINE, unmoved.states).select("refund_status_code", "_export_id").rows() == [
        ("success", "b")
    ]


def test_a_return_to_an_earlier_content_is_published_and_changes_the_current_row() -> None:
    asked = {"refund_status_code": "pending"}
    back = {"refund_status_code": "closed"}
    rows = [
        _refund(**cells, _observed_at=moment, _export_id=moment)
        for cells, moment in zip((asked, back, asked), _MOMENTS, strict=False)
    ]
    stored = REFUND_LINE.empty()
    for row, status in zip(rows, ("pending", "closed", "pending"), strict=True):
        merged = merge_states(REFUND_LINE, stored, row)
        stored = merged.states
        assert merged.outcomes["outcome"].to_list() == ["published"]
        assert merged.changed.height == 1
        assert current(REFUND_LINE, stored)["refund_status_code"].to_list() == [status]
    assert stored.height == 2


def test_a_silent_source_erases_nothing() -> None:
    """The API tells no refund on the line, the item file no finish: the current row has both."""
    file = observed(
        "order_line", {"order_id": "1", "stated_refund_fen": 300, "paid_fen": 900, "_export_id": "file"}
    )
    api = {
        "order_id": "1",
        "paid_fen": 900,
        "finished_at": "2026-06-20 10:00:00",
        "_observed_at": "2026-07-01 00:00:00",
        "_export_id": "api",
    }
    states = merge_states(
        ORDER_LINE, merge_states(ORDER_LINE, ORDER_LINE.empty(), file).states, observed("order_line", api)
    ).states
    (now,) = current(ORDER_LINE, states).iter_rows(named=True)
    assert (now["stated_refund_fen"], now["finished_at"] is not None, now["_export_id"]) == (300, True, "api")


def test_what_is_seen_again_as_it_was_is_neither_changed_nor_restated() -> None:
    """Also where no statement of refunds was ever seen; one seen again later stands until then."""
    first = observed(
        "order_line",
        {"order_id": "1", "paid_fen": 9},
        {"order_id": "2", "paid_fen": 9, "stated_refund_fen": 0},
    )
    later = "2026-07-09 00:00:00"
    again = first.with_columns(
        _export_id=pl.lit("y"), **dict.fromkeys(("_observed_at", "_last_observed_at"), pl.lit(at(later)))
    )
    stored = merge_states(ORDER_LINE, ORDER_LINE.empty(), first).states
    merged = merge_states(ORDER_LINE, stored, again)
    assert merged.changed.is_empty()
    assert merged.restated["order_line_id"].to_list() == ["2"]


def test_entities_of_two_shops_never_meet() -> None:
    rows = observed(
        "order_line",
        {"order_id": "1", "shop_id": "s"},
        {"order_id": "1", "shop_id": "t", "order_status_code": "shipped"},
    )
    now = current(ORDER_LINE, merge_states(ORDER_LINE, ORDER_LINE.empty(), rows).states)
    assert now.select("shop_id", "order_status_code").rows() == [("s", "paid"), ("t", "shipped")]


def test_every_canonical_table_merges_from_nothing() -> None:
    for table in SILVER.values():
        merged = merge_states(table, table.empty(), table.empty())
        assert (merged.states.height, merged.changed.columns, merged.outcomes.height) == (
            0,
            entity_key(table),
            0,
        )
        assert set(current(table, merged.states).columns) - set(table.columns) <= {
            "_stated_since_at",
            "_stated_until_at",
        }


def test_a_statement_of_refunds_stands_since_it_was_first_and_until_it_was_last_observed() -> None:
    """A source that states none neither prolongs another's statement nor begins it anew."""
    days = [f"2026-06-0{day} 12:00:00" for day in range(1, 7)]
    cells = [
        (0, "paid"),
        (0, "shipped"),
        (50, "shipped"),
        (50, "finished"),
        (None, "finished"),
        (None, "closed_refunded"),
    ]
    rows = [
        {
            "order_id": "1",
            "stated_refund_fen": fen,
            "order_status_code": status,
            "_observed_at": day,
            "_export_id": day,
        }
        for day, (fen, status) in zip(days, cells, strict=True)
    ]
    for turned in (rows, rows[::-1]):
        (now,) = current(
            ORDER_LINE, merge_states(ORDER_LINE, ORDER_LINE.empty(), observed("order_line", *turned)).states
        ).iter_rows(named=True)
        assert [
            str(now[name])[:10] for name in ("_stated_since_at", "_stated_until_at", "_last_observed_at")
        ] == ["2026-06-03", "2026-06-04", "2026-06-06"]
    (alone,) = current(ORDER_LINE, observed("order_line", {"order_id": "1"})).iter_rows(named=True)
    assert alone["_stated_since_at"] is None and alone["_stated_until_at"] is None

"""Fields by dotted path, on answers written by hand; and an instant as platforms write it."""

from __future__ import annotations

import datetime as dt

import pytest

from connectors.dotted import dig, steps_of
from connectors.files.clocks import stamp

ANSWER = {
    "order": {"id": 7, "none": None, "rows": [{"state": "new"}, {"state": "old"}], "empty": [], "text": "abc"}
}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("order.id", 7), ("order.none", None), ("order.rows.0.state", "new"), ("order.rows.1.state", "old"),
        ("order.rows.2.state", None),
        ("order.rows.state", None), ("order.empty.0", None), ("order.id.more", None), ("order.text.0", None),
        ("order.no", None), ("no.id", None),
        ("order.rows.-1.state", None),
    ],
)  # fmt: skip
def test_a_path_leads_to_its_value_or_nowhere(header: str, found: object) -> None:
    assert dig(ANSWER, steps_of([header])[header]) == found


def test_how_a_member_is_read_may_be_the_platforms_own() -> None:
    assert dig({"A": {"B": 1}}, ["a", "b"], lambda part, name: part.get(name.upper())) == 1


def test_paths_stand_in_the_order_of_the_headers() -> None:
    assert list(steps_of(["b.c", "a"]).items()) == [("b.c", ["b", "c"]), ("a", ["a"])]


def test_an_instant_is_written_by_beijings_clock() -> None:
    assert stamp(dt.datetime(2026, 11, 30, 16, 5, 9, 999_999, tzinfo=dt.UTC)) == "2026-12-01 00:05:09"

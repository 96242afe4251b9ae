"""How strangers write moments: what can be read one way only is read, what can be read two ways is asked,
what nobody can read is named.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_cases import read, table

from connectors.files.cells import READERS
from connectors.mapping.answers import settled
from connectors.mapping.propose import propose
from contracts.errors import FileRefusedError, UsageError

_ZONE = ZoneInfo("Asia/Shanghai")
_EDGES = (dt.datetime(2015, 1, 1), dt.datetime(2039, 12, 31))  # noqa: DTZ001 - on the wall


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=_ZONE)


def orders(*cells: str) -> bytes:
    """Paid orders whose payment time is written so."""
    return table(
        "订单号|付款时间|商品编码|数量|实付金额",
        *(f"A{place}|{cell}|S1|1|10.00" for place, cell in enumerate(cells)),
    )


def paid_at(data: bytes, **answers: str) -> list[dt.datetime | None]:
    """The payment times a shop's table comes to; no row of it may be set aside."""
    reading = read(
        data, [settled(propose(data, kind="orders"), answers).model_copy(update={"platform": "other"})]
    )
    assert reading.quarantine.is_empty(), reading.quarantine
    return reading.bronze["paid_at"].to_list()


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2026年10月3日 14:05", moment(2026, 10, 3, 14, 5)),
        ("2026年10月3日14时5分9秒", moment(2026, 10, 3, 14, 5, 9)),
        ("2026年10月13日", moment(2026, 10, 13)),
        ("26-10-03", moment(2026, 10, 3)), ("26/10/3 9:05", moment(2026, 10, 3, 9, 5)),
        ("2026.10.3 14:05", moment(2026, 10, 3, 14, 5)),
        ("2026-10-03 下午 2:05", moment(2026, 10, 3, 14, 5)),
        ("2026/10/3 下午2:05:09", moment(2026, 10, 3, 14, 5, 9)),
        ("2026-10-03 上午12:05", moment(2026, 10, 3, 0, 5)),
        ("2026-10-03 下午12:05", moment(2026, 10, 3, 12, 5)),
        ("2026-10-03 中午 1:05", moment(2026, 10, 3, 13, 5)),
        ("2026-10-03 2:05 PM", moment(2026, 10, 3, 14, 5)),
        ("2026-10-03T14:05:09", moment(2026, 10, 3, 14, 5, 9)),
        ("2026-10-03 14:05:09 星期六", moment(2026, 10, 3, 14, 5, 9)),
        ("２０２６／１０／３ １４：０５", moment(2026, 10, 3, 14, 5)),
        ("20261003140509", moment(2026, 10, 3, 14, 5, 9)),
        ("13/10/26", moment(2026, 10, 13)), ("10/13/2026", moment(2026, 10, 13)),
        ("10/13/26 2:05 PM", moment(2026, 10, 13, 14, 5)),
    ],
)  # fmt: skip
def test_a_spelling_that_can_be_read_one_way_is_read(cell: str, wanted: dt.datetime) -> None:
    assert paid_at(orders(cell, cell)) == [wanted, wanted]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-10-03 晚上 12:05",
        "2026-13-03 14:05",
        "2026年10月32日",
        "10-11-26 25:00",
        "40/10/3",
        "2026-10-03 上午 14:05",
        "46298.5",
        "10/3/2026",
    ],
)
def test_what_is_no_moment_or_several_is_bad_where_years_stand_first(cell: str) -> None:
    value, bad = READERS["time"](pl.Series([cell, "2026-10-03 14:05:00"]))
    assert (value.to_list(), bad.to_list()) == ([None, moment(2026, 10, 3, 14, 5)], [True, False])


@pytest.mark.parametrize("cell", ["0000-00-00 00:00:00", "1970-01-01 08:00:00", "未付款", "暂无"])
def test_what_says_that_nothing_happened_is_empty(cell: str) -> None:
    assert paid_at(orders("2026-10-03 14:05:00", cell, cell)) == [moment(2026, 10, 3, 14, 5), None, None]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.datetimes(*_EDGES), st.sampled_from(["ymd", "dmy", "mdy"]), st.booleans(), st.booleans())
def test_every_moment_is_read_as_it_was_written(
    at: dt.datetime, order: str, short: bool, halves: bool
) -> None:
    """Each order of the parts, years of two digits, twelve hours with their half: written by hand, read as
    the order says.
    """
    at = at.replace(microsecond=0)
    year = f"{at.year % 100:02d}" if short else str(at.year)
    day = {
        "ymd": f"{year}/{at.month}/{at.day}",
        "dmy": f"{at.day}/{at.month}/{year}",
        "mdy": f"{at.month}/{at.day}/{year}",
    }[order]
    clock = (
        f"{'下午' if at.hour >= 12 else '上午'}{at.hour % 12 or 12}:{at:%M:%S}"
        if halves
        else f"{at.hour}:{at:%M:%S}"
    )
    value, _ = READERS["time" if order == "ymd" else f"time_{order}"](pl.Series([f"{day} {clock}"]))
    assert value.to_list() == [at.replace(tzinfo=_ZONE)]


def test_the_order_of_day_and_month_is_asked_where_no_cell_tells_it() -> None:
    (asked,) = propose(orders("10/3/2026", "11/3/2026"), kind="orders").questions
    assert (asked.key, set(asked.options), "10/3/2026" in asked.zh) == ("dates", {"dmy", "mdy"}, True)
    assert paid_at(orders("10/3/2026", "11/3/2026"), dates="mdy") == [
        moment(2026, 10, 3),
        moment(2026, 11, 3),
    ]
    assert paid_at(orders("10/3/2026", "11/3/2026"), dates="dmy") == [
        moment(2026, 3, 10),
        moment(2026, 3, 11),
    ]
    (short,) = propose(orders("26-10-27"), kind="orders").questions
    assert set(short.options) == {"ymd", "dmy"}, "2026-10-27, or 2027-10-26"


def test_a_spreadsheets_day_numbers_are_asked_about_and_read_to_the_second() -> None:
    """46298 is 2026-10-03; 0.586805 of a day is 14:04:59.95."""
    data = orders("46298.586805", "46299")
    (asked,) = propose(data, kind="orders").questions
    assert (asked.key, asked.options, asked.default) == ("dates", ("serial",), "")
    assert paid_at(data, dates="serial") == [moment(2026, 10, 3, 14, 5), moment(2026, 10, 4)]
    known = settled(propose(orders("2026-10-03 14:05:00"), kind="orders"), {}).model_copy(
        update={"platform": "other"}
    )
    with pytest.raises(FileRefusedError) as refused:
        read(data, [known])
    assert (refused.value.rule, refused.value.facts["example"]) == ("SERIAL_DATES", "46298.586805")
    assert "baiyun map" in refused.value.step_zh


@pytest.mark.parametrize("cell", ["10月3日 14:05", "Oct 3, 2026 2:05 PM"])
def test_a_payment_time_nobody_can_read_is_named_and_not_asked_away(cell: str) -> None:
    """The question whether orders are paid when placed is for tables without such a column."""
    data = table(
        "订单号|下单时间|付款时间|商品编码|数量|实付金额", f"A1|2026-10-03 10:00:00|{cell}|S1|1|10.00"
    )
    proposal = propose(data, kind="orders")
    assert (proposal.missing, proposal.unreadable) == (("paid_at",), {"付款时间": cell})
    assert "paid_when_placed" not in {question.key for question in proposal.questions}
    with pytest.raises(UsageError) as raised:
        settled(proposal, {})
    assert (raised.value.rule, raised.value.facts["unreadable"]) == ("MISSING_NAMES", f"付款时间: {cell}")
    assert "2026-10-03 14:05:00" in raised.value.step_zh


def in_zone(*zones: str) -> bytes:
    """An order paid at 20:00 on the 3rd by the clock its headers name."""
    placed, paid = zones
    return table(
        f"订单号|下单时间{placed}|付款时间{paid}|商品编码|数量|实付金额",
        "A1|2026-11-03 19:00:00|2026-11-03 20:00:00|S1|1|10.00",
    )


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        ("(UTC)", moment(2026, 11, 4, 4)), ("(GMT)", moment(2026, 11, 4, 4)),
        ("（UTC+8）", moment(2026, 11, 3, 20)), ("(北京时间)", moment(2026, 11, 3, 20)),
        ("(UTC-05:00)", moment(2026, 11, 4, 9)), ("(GMT+09)", moment(2026, 11, 3, 19)),
    ],
)  # fmt: skip
def test_the_clock_a_header_names_is_the_one_its_moments_are_read_from(
    zone: str, wanted: dt.datetime
) -> None:
    assert paid_at(in_zone(zone, zone)) == [wanted]


@pytest.mark.parametrize("zones", [("(UTC)", ""), ("(UTC)", "(UTC+8)")])
def test_headers_of_two_clocks_are_asked_about(zones: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as left_open:
        settled(propose(in_zone(*zones), kind="orders"), {})
    assert left_open.value.facts["questions"] == "时区"


def test_a_cell_that_says_its_distance_from_greenwich_is_read_by_it_in_any_zone() -> None:
    data = orders("2026-11-16 09:12:00 -0500", "2026-11-16T09:12:00Z")
    wanted = [moment(2026, 11, 16, 22, 12), moment(2026, 11, 16, 17, 12)]
    assert paid_at(data) == paid_at(data, time_zone="America/New_York") == wanted

"""What an order line is worth under every way of counting, beside a plain loop over the same lines."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.errors import UsageError
from metrics.reports.match import value
from metrics.reports.money_abroad import HOME, Money
from metrics.reports.screens import WAYS, Counting
from metrics.reports.typed import Typed, read_amount
from transforms.gold.orders.grain import ORDER

HOUSE, SHOP = "Asia/Shanghai", "Asia/Bangkok"
PERIOD = (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
#: Ends of days in both zones, and nothing.
MOMENTS = [
    "2026-03-01 23:59:59",
    "2026-03-02 00:00:00",
    "2026-03-02 00:59:59",
    "2026-03-02 01:00:00",
    "2026-03-03 23:59:59",
    "2026-03-04 00:30:00",
    None,
]
Line = dict[str, Any]


def _lines(seed: int) -> list[Line]:
    rng = random.Random(seed)

    def moment() -> dt.datetime | None:
        told = rng.choice(MOMENTS)
        return dt.datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(HOUSE)) if told else None

    lines = []
    for number in range(60):
        rest_alone, created, paid = rng.random() < 0.2, moment(), moment()
        for place in range(rng.randint(1, 3)):
            lines.append(
                dict.fromkeys(ORDER, "x")
                | {
                    "order_id": f"O{number}",
                    "created_at": created,
                    "paid_at": paid,
                    "is_order_level": rest_alone or place == 2,
                }
                | {
                    "start_date": rng.choice([None, *(dt.date(2026, 3, day) for day in range(1, 5))]),
                    "live_session_id": rng.choice([None, "L"]),
                }
                | {
                    "placed_fen": rng.choice([None, 900, 1100]),
                    "paid_fen": rng.choice([0, 700, 801]),
                    "cohort_refund_fen": rng.choice([0, 300]),
                }
                | {"discount_platform_fen": rng.choice([None, 13])}
            )
    return lines


def _worth(line: Line, order: list[Line], way: Counting) -> int:
    def money(one: Line) -> int:
        paid = one["paid_at"] is not None
        fen = int(one["placed_fen"] or 0) if way.money == "payable" else int(one["paid_fen"]) if paid else 0
        return fen + (int(one["discount_platform_fen"] or 0) if way.subsidy == "platform" and paid else 0)

    zone = ZoneInfo(SHOP if way.zone == "shop" else HOUSE)
    moment = {"paid": line["paid_at"], "created": line["created_at"], "session": line["start_date"]}[
        way.clock
    ]
    day = moment.astimezone(zone).date() if isinstance(moment, dt.datetime) else moment
    if day is None or not PERIOD[0] <= day <= PERIOD[1]:
        return 0
    if (way.status == "paid" and line["paid_at"] is None) or (
        way.scope == "live" and line["live_session_id"] is None
    ):
        return 0
    rows = [one for one in order if not one["is_order_level"]] or order
    fen = money(line) if way.rows == "line" else sum(map(money, order)) if line in rows else 0
    return fen - (line["cohort_refund_fen"] if way.refunds == "off" else 0)


def test_every_way_of_counting_gives_a_line_what_a_plain_loop_gives_it() -> None:
    lines = _lines(1)
    choices: dict[str, list[str]] = {}
    for name, choice in WAYS:
        choices.setdefault(name, []).append(choice)
    ways = [
        Counting(**dict(zip(choices, several, strict=True)))
        for several in itertools.product(*choices.values())
    ]
    frame = pl.DataFrame(lines, schema_overrides={"live_session_id": pl.String}, infer_schema_length=None)
    found = frame.with_columns(pl.col("created_at", "paid_at").dt.convert_time_zone(HOUSE)).select(
        value(way, PERIOD, SHOP).alias(str(place)) for place, way in enumerate(ways)
    )
    orders = {
        line["order_id"]: [one for one in lines if one["order_id"] == line["order_id"]] for line in lines
    }
    for place, way in enumerate(ways):
        assert found[str(place)].to_list() == [
            _worth(line, orders[line["order_id"]], way) for line in lines
        ], way
    assert 0 not in found.sum().row(0), "each way is tried"


@pytest.mark.parametrize(
    ("rates", "lines", "doubt"),
    [([100_000_000], 3, 0), ([50_000_000], 3, 3), ([21_230_000, 49_000_000], 2, 4), ([], 5, 0)],
)
def test_an_amount_abroad_is_in_doubt_by_the_lowest_rate(rates: list[int], lines: int, doubt: int) -> None:
    """One hundredth of half a yuan is half a fen: its neighbours make the same fen."""
    money = Money(
        "THB",
        SHOP,
        pl.DataFrame(
            [dict.fromkeys(ORDER, str(rate)) | {"rate": rate} for rate in rates], schema=HOME.rates.schema
        ),
    )
    assert money.doubt(lines) == doubt
    assert money.in_fen(1_001) == ((1_001 * rates[-1] + 50_000_000) // 100_000_000 if rates else 1_001), (
        "by the newest"
    )


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("10000000000000.00", Typed(10**15)),
        ("100000亿", Typed(10**15, 5 * 10**9)),
        ("0.5万", Typed(500_000, 50_000)),
        ("1.25 万", Typed(1_250_000, 5_000)),
        ("1.2345万", Typed(1_234_500, 50)),
        ("+7元", Typed(700)),
        ("-$3", Typed(-300, 0, "USD")),
        ("฿-3", Typed(-300, 0, "THB")),
        ("usd 3", Typed(300, 0, "USD")),
    ],
)
def test_an_amount_at_its_limits(text: str, typed: Typed) -> None:
    assert read_amount(text) == typed


@pytest.mark.parametrize("text", ["10000000000000.01", "+-7", "+$-7", "0.005", "1.23456789万"])
def test_what_is_beyond_them_is_refused_and_named(text: str) -> None:
    with pytest.raises(UsageError, match="BAD_AMOUNT") as refused:
        read_amount(text)
    assert refused.value.facts["given"] == text
    with pytest.raises(UsageError) as refused:
        read_amount("x" * 41)
    assert refused.value.facts["given"] == "x" * 40

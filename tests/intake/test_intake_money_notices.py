"""Money that was read and is in no figure yet: which orders, how much, of which days, beside hand sums.

Nothing is said of what another file tells.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from connectors.base import platforms
from connectors.reading import Reading
from contracts.canonical import FUND_ENTRY, ORDER, ORDER_LINE, REFUND_LINE, SETTLEMENT_ENTRY, SILVER
from pipeline.build.loading import Loaded
from pipeline.intake.load_notices import with_money_notices
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE

ZONE = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]


def at(day: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, 1, tzinfo=ZONE)


def rows(table: str, *told: Row) -> pl.DataFrame:
    dtypes = SILVER[table].dtypes
    usual = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "_export_id": "e1",
        "order_id": "1",
        "is_gift": False,
    }
    cells = [
        {name: row.get(name, usual.get(name)) for name in dtypes} | {"_row_number": number}
        for number, row in enumerate(told, 1)
    ]
    return pl.DataFrame(cells, schema=dtypes)


@dataclass(frozen=True)
class Silent:
    """A reading of which nothing was said so far."""

    notices: list[Any] = field(default_factory=list)


class Known:
    """A lake that holds these rows, as far as it is asked for them."""

    def __init__(self, **frames: pl.DataFrame) -> None:
        self.frames = frames

    def read(self, table: Any, *, keys: pl.DataFrame, columns: list[str] | None = None) -> pl.DataFrame:  # noqa: ANN401 - a table
        found = self.frames.get(table.name, rows(table.name)).join(keys, on=keys.columns, how="semi")
        return found.select(columns) if columns else found


def notices(
    *frames: tuple[str, pl.DataFrame], rates: dict[int, str] | None = None, **known: pl.DataFrame
) -> list[tuple[str, str, int, str]]:
    """Shop and file, rule, count and evidence of each notice of one delivery of these frames."""
    exports = {
        key: cast("Reading", Silent())
        for _, frame in frames
        for key in frame.select("shop_id", "_export_id").unique().iter_rows()
    }
    part = Loaded(
        platforms()["douyin"],
        "orders",
        pl.DataFrame(),
        pl.DataFrame(),
        dict(frames),
        {},
        exports,
        pl.DataFrame(),
    )
    told = [
        {"rate_date": dt.date(2026, 3, day), "currency_code": code, "cny_e8_number": 1}
        for day, code in (rates or {}).items()
    ]
    (done,) = with_money_notices(
        cast("Lake", Known(**known)),
        [part],
        pl.DataFrame(told, schema=CURRENCY_RATE.dtypes).select("rate_date", "currency_code"),
    )
    return sorted(
        (f"{shop} {export}", one.rule, one.count, one.about)
        for (shop, export), reading in done.readings.items()
        for one in reading.notices
    )


def test_foreign_rows_wait_for_the_rate_of_their_own_day() -> None:
    lines = rows(
        "order_line",
        *({"currency_code": "THB", "created_at": at(day)} for day in (3, 1, 3)),
        {"currency_code": "USD", "created_at": None},
        {"currency_code": "CNY", "created_at": at(9)},
        {"created_at": at(9)},
        {"currency_code": "THB", "created_at": at(2), "_export_id": "e2"},
        {"currency_code": "THB", "created_at": at(1), "shop_id": "s2"},
    )
    found = notices(("order_line", lines), rates={2: "THB", 3: "USD"})
    assert found == [
        (
            "s1 e1",
            "RATE_MISSING",
            4,
            "THB 2026-03-01、2026-03-03；USD 日期不明 / THB 2026-03-01、2026-03-03；USD days unknown",
        ),
        ("s2 e1", "RATE_MISSING", 1, "THB 2026-03-01"),
    ]


def test_ten_days_are_named_and_the_last() -> None:
    for days, words in (
        (10, "、2026-03-10"),
        (11, "、2026-03-10 … 2026-03-11"),
        (12, "、2026-03-10 … 2026-03-12"),
    ):
        lines = rows(
            "order", *({"currency_code": "THB", "created_at": at(day)} for day in range(1, days + 1))
        )
        ((_, rule, count, about),) = notices(("order", lines))
        assert (
            (rule, count) == ("RATE_MISSING", days)
            and about.startswith("THB 2026-03-01、")
            and about.endswith(words)
        )


@pytest.mark.parametrize(("table", "clock"), [(SETTLEMENT_ENTRY, "settled_at"), (FUND_ENTRY, "moved_at")])
def test_a_ledgers_row_waits_where_its_currency_has_no_rate_at_all(table: Any, clock: str) -> None:  # noqa: ANN401 - a table
    entries = rows(table.name, {"currency_code": "THB", clock: at(5)}, {"currency_code": "USD", clock: at(6)})
    assert notices((table.name, entries), rates={1: "THB"}) == [
        ("s1 e1", "RATE_MISSING", 1, "USD 2026-03-06")
    ]


def test_what_was_paid_on_no_day_is_told_until_a_file_tells_the_day() -> None:
    paid = {"order_status_code": "paid", "paid_fen": 1_000}
    lines = rows(
        "order_line",
        paid,
        {**paid, "order_status_code": "closed_refunded", "paid_fen": 300},
        {**paid, "paid_at": at(1)},
        {**paid, "order_status_code": "unpaid"},
        {**paid, "currency_code": "THB"},
        {**paid, "currency_code": "CNY", "paid_fen": 20},
        {**paid, "paid_fen": 0},
        {**paid, "paid_fen": None, "placed_fen": 7},
        {**paid, "paid_fen": None, "unit_price_fen": 5, "line_qty": 3},
        {**paid, "paid_fen": None, "unit_price_fen": 2},
        {**paid, "order_id": "2", "paid_fen": 50_000},
        {**paid, "order_id": "3", "paid_fen": 60_000},
        {**paid, "order_id": "4", "shop_id": "s2"},
    )
    ours = {"order_id": "2", "paid_at": at(2)}
    found = notices(
        ("order_line", lines),
        order=rows("order", ours),
        order_line=rows("order_line", {"order_id": "3", "paid_at": at(2)}, {"order_id": "1"}),
    )
    found = [notice for notice in found if notice[1] == "MONEY_UNDATED"]
    told = [(key, rule, count, about.split("；")[0]) for key, rule, count, about in found]
    assert told == [("s1 e1", "MONEY_UNDATED", 6, "¥13.44"), ("s2 e1", "MONEY_UNDATED", 1, "¥10.00")]
    assert found[0][3].endswith("；写付款时间的文件：订单 / ¥13.44; told by: orders"), found[0][3]


@pytest.mark.parametrize(
    ("platform", "told"),
    [
        (
            "taobao",
            "¥10.00；写付款时间的文件：订单、订单商品明细 / ¥10.00; told by: orders, order items",
        ),
        ("tiktok_shop", "¥10.00；写付款时间的文件：订单 / ¥10.00; told by: orders"),
        ("pinduoduo", "¥10.00"),
    ],
)
def test_files_that_tell_when_an_order_was_paid_are_named(platform: str, told: str) -> None:
    """Not the API's, nor lists of what was sold live or through creators; Pinduoduo's need not tell it."""
    part = Loaded(
        platforms()[platform],
        "orders",
        pl.DataFrame(),
        pl.DataFrame(),
        {"order_line": rows("order_line", {"order_status_code": "paid", "paid_fen": 1_000})},
        {},
        {("s1", "e1"): cast("Reading", Silent())},
        pl.DataFrame(),
    )
    (done,) = with_money_notices(cast("Lake", Known()), [part], CURRENCY_RATE.empty())
    assert [notice.about for notice in done.readings["s1", "e1"].notices] == [told]


def test_what_went_back_of_no_amount_is_told_until_a_file_gives_it() -> None:
    back = {
        "order_status_code": "closed_refunded",
        "refund_status_code": "success",
        "paid_fen": 1_000,
        "paid_at": at(1),
    }
    lines = rows(
        "order_line",
        back,
        {**back, "paid_fen": 25},
        {**back, "stated_refund_fen": 5},
        {**back, "stated_refund_fen": 0},
        {**back, "is_gift": True},
        {**back, "paid_at": None},
        {**back, "paid_fen": 0},
        {**back, "currency_code": "THB"},
        {**back, "refund_status_code": "none", "order_status_code": "paid"},
        *({**back, "order_id": number} for number in "234567"),
    )
    success = {"refund_status_code": "success", "refund_fen": 9, "refund_id": "r"}
    found = notices(
        ("order_line", lines),
        order=rows("order", {"order_id": "2", "stated_refund_fen": 900}),
        order_line=rows("order_line", {"order_id": "3", "stated_refund_fen": 0}, {"order_id": "4"}),
        refund_line=rows(
            "refund_line",
            {**success, "order_id": "5"},
            {**success, "order_id": "6", "refund_fen": 0},
            {**success, "order_id": "7", "refund_status_code": "pending"},
        ),
    )
    assert [notice for notice in found if notice[1] == "REFUND_UNSIZED"] == [
        ("s1 e1", "REFUND_UNSIZED", 5, "¥40.25")
    ]


def test_refunds_of_orders_nobody_gave_are_told_by_currency() -> None:
    done = {"refund_status_code": "success", "refund_fen": 1_000, "refund_id": "r1"}
    refunds = rows(
        "refund_line",
        done,
        {**done, "refund_fen": 50},
        {**done, "refund_id": "r2", "currency_code": "THB"},
        {**done, "refund_id": "r3", "refund_fen": 0},
        {**done, "refund_id": "r4", "refund_status_code": "pending"},
        {**done, "refund_id": "r5", "order_id": "2"},
        {**done, "refund_id": "r6", "order_id": "3"},
        {**done, "refund_id": "r7", "shop_id": "s2", "order_id": "2"},
    )
    found = notices(
        ("refund_line", refunds),
        order=rows("order", {"order_id": "2"}),
        order_line=rows("order_line", {"order_id": "3"}),
    )
    assert found == [
        ("s1 e1", "REFUND_WAITS", 2, "¥10.50；THB 10.00"),
        ("s2 e1", "REFUND_WAITS", 1, "¥10.00"),
    ]


def test_an_order_of_a_sheet_told_again_with_other_lines_is_named_five_at_most() -> None:
    """Tellings that come to the same: the older lines are replaced. At other prices the newest counts."""
    old, new = (
        {
            "_export_id": export,
            "_observed_at": at(day),
            "_last_observed_at": at(day),
            "layout_name": "erp",
            "paid_at": at(1),
            "order_status_code": "paid",
        }
        for export, day in (("e1", 1), ("e2", 2))
    )
    numbers = [str(number) for number in range(1, 8)]
    before = [
        {**old, "order_id": number, "order_line_id": f"{number}:A", "sku_code": "A", "paid_fen": 500}
        for number in numbers
    ]
    after = [
        {**new, "order_id": number, "order_line_id": f"{number}:B", "sku_code": "B", "paid_fen": 500}
        for number in numbers
    ]
    dearer = [
        {**when, "order_id": "9", "order_line_id": "9:A", "sku_code": "A", "paid_fen": fen}
        for when, fen in ((old, 400), (new, 450))
    ]
    states = rows("order_line", *before, *after, *dearer)
    newest = states.filter(pl.col("_export_id") == "e2")
    assert notices(("order_line", newest), order_line=states) == [
        ("s1 e2", "LINES_REPLACED", 7, "1、2、3、4、5"),
        ("s1 e2", "LINES_REPRICED", 1, "9"),
    ]
    plain = newest.with_columns(layout_name=pl.lit(None, pl.String))
    assert notices(("order_line", plain), order_line=states) == [], (
        "a platform's own lines are no second telling"
    )


def test_of_other_kinds_nothing_is_said() -> None:
    assert (
        notices(
            (ORDER.name, rows("order", {"order_id": "1"})),
            (REFUND_LINE.name, rows("refund_line")),
            (ORDER_LINE.name, rows("order_line")),
        )
        == []
    )

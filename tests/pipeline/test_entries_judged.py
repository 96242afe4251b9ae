"""Hand-entered lists, judged row by row: on either side of every bound, and which cell is to blame."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.fields import TIME_ZONE
from pipeline.entries.cells import exact_number, text, whole_number, yuan
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.judging import judge
from pipeline.entries.lists import accounts, aside, costs, rates, stock
from warehouse.entries import Book

SHOPS = {"s1": "s1", "一店": "s1", "s2": "s2"}
TODAY = dt.datetime.now(ZoneInfo(TIME_ZONE)).date()


def ahead(days: int) -> str:
    return str(TODAY + dt.timedelta(days=days))


def wrong(item: EntryList, *rows: Sequence[str], given: Given | None = None) -> list[tuple[int, str, str]]:
    """Row (2 is the first), header of the cell and rule of each wrong row."""
    out = io.StringIO()
    csv.writer(out).writerows([item.labels, *rows])
    found = judge(item, "list.csv", out.getvalue().encode(), given or Given.of(SHOPS))
    return [
        (problem.row, problem.column, problem.rule.removeprefix(item.prefix + "_"))
        for problem in found.problems
    ]


def cost(**cells: str) -> list[str]:
    usual = {"成本项目": "打包费", "金额(元)": "1.20", "生效日期": "2026-03-08"}
    return [(usual | cells).get(label, "") for label in costs.LIST.labels]


ONCE = {"成本项目": "样品费", "店铺": "s1"}
SLOT = {"成本项目": "坑位费", "店铺": "s1"}


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({}, "", ""),
        ({"店铺": "一店"}, "", ""),
        ({"店铺": "三店"}, "店铺", "SHOP"),
        ({"成本项目": "房租"}, "成本项目", "KIND"),
        ({"成本项目": ""}, "成本项目", "KIND"),
        ({"计费方式": "每件"}, "", ""),
        ({"计费方式": "一次性"}, "计费方式", "BASIS"),
        ({"成本项目": "商品成本", "商家编码": "A", "计费方式": "每单"}, "计费方式", "BASIS"),
        ({"金额(元)": "1000000.00"}, "", ""),
        ({"金额(元)": "1000000.01"}, "金额(元)", "LARGE"),
        ({**ONCE, "金额(元)": "1000000000.00"}, "", ""),
        ({**ONCE, "金额(元)": "1000000000.01"}, "金额(元)", "LARGE"),
        ({"金额(元)": "0"}, "", ""),
        ({"金额(元)": "-0.01"}, "金额(元)", "AMOUNT"),
        ({"金额(元)": "1.234"}, "金额(元)", "AMOUNT"),
        ({"金额(元)": ""}, "金额(元)", "AMOUNT"),
        ({"金额(元)": "撤销"}, "", ""),
        ({"成本项目": "商品成本"}, "商家编码", "GOODS"),
        ({"成本项目": "商品成本", "款号": "A"}, "", ""),
        ({"商家编码": "A"}, "商家编码", "GOODS"),
        ({**ONCE, "店铺": ""}, "店铺", "SHOP_MISSING"),
        ({**ONCE}, "", ""),
        ({**SLOT}, "达人ID", "WHOSE"),
        ({**SLOT, "达人ID": "7"}, "", ""),
        ({**SLOT, "直播场次": "7"}, "", ""),
        ({**ONCE, "达人ID": "7"}, "达人ID", "WHOSE"),
        ({**ONCE, "成本项目": "推广现金"}, "", ""),
        ({**ONCE, "成本项目": "推广赠款", "达人ID": "7"}, "", ""),
        ({"结束日期": "2026-03-09"}, "结束日期", "UNTIL"),
        ({**ONCE, "结束日期": "2026-03-08"}, "", ""),
        ({**ONCE, "结束日期": "2026-03-07"}, "结束日期", "UNTIL"),
        ({**ONCE, "结束日期": "2027-03-08"}, "", ""),
        ({**ONCE, "结束日期": "2027-03-09"}, "结束日期", "UNTIL"),
        ({"生效日期": ""}, "生效日期", "DATE"),
        ({"生效日期": "2026-02-30"}, "生效日期", "DATE"),
        ({"成本项目": "商品成本", "商家编码": "2.02606E+27"}, "商家编码", "CODE"),
    ],
)
def test_costs(cells: dict[str, str], column: str, rule: str) -> None:
    assert wrong(costs.LIST, cost(**cells)) == ([(2, column, rule)] if rule else [])


def test_a_cost_stands_twice_where_all_that_tells_costs_apart_is_the_same() -> None:
    shop, later, goods = {"店铺": "s1"}, {"生效日期": "2026-03-09"}, {"成本项目": "商品成本", "商家编码": "A"}
    assert wrong(costs.LIST, cost(), cost(**shop), cost(**later), cost(**ONCE)) == []
    assert wrong(costs.LIST, cost(), cost(**ONCE), cost(计费方式="每件")) == [(4, "", "TWICE")]
    unread = cost(**{"金额(元)": "x"})
    assert wrong(costs.LIST, unread, cost(), cost()) == [(2, "金额(元)", "AMOUNT"), (4, "", "TWICE")]
    found = wrong(costs.LIST, cost(**goods), cost(**goods, 款号="B"))
    assert found == [(3, "", "TWICE")], "a SKU says more than its style"


def rate(day: str, number: str, currency: str = "THB") -> list[str]:
    cells = {"日期": day, "币种": currency, "汇率": number}
    return [cells.get(label, "") for label in rates.LIST.labels]


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        (("2026-03-08", "0.2123"), "", ""),
        (("2026-03-08", "0.00000001"), "", ""),
        (("2026-03-08", "0.000000001"), "汇率", "NUMBER"),
        (("2026-03-08", "9999.99999999"), "", ""),
        (("2026-03-08", "10000"), "汇率", "NUMBER"),
        (("2026-03-08", "0"), "汇率", "NUMBER"),
        (("2026-03-08", "-1"), "汇率", "NUMBER"),
        (("2026-03-08", "1.2.3"), "汇率", "NUMBER"),
        (("2026-03-08", ".5"), "汇率", "NUMBER"),
        (("2026-03-08", "5."), "汇率", "NUMBER"),
        (("2026-03-08", "1e2"), "汇率", "NUMBER"),
        (("2026-03-08", "١"), "汇率", "NUMBER"),
        (("2026-03-08", ""), "汇率", "NUMBER"),
        (("2026-03-08", "撤销"), "", ""),
        (("2026-03-08", "1", "usd"), "", ""),
        (("2026-03-08", "1", "CNY"), "币种", "CURRENCY"),
        (("2026-03-08", "1", "cny"), "币种", "CURRENCY"),
        (("2026-03-08", "1", "USDT"), "币种", "CURRENCY"),
        (("2026-03-08", "1", "U1D"), "币种", "CURRENCY"),
        (("2026-03-08", "1", ""), "币种", "CURRENCY"),
        ((ahead(366), "1"), "", ""),
        ((ahead(367), "1"), "日期", "DATE"),
        (("", "1"), "日期", "DATE"),
    ],
)
def test_rates(cells: tuple[str, ...], column: str, rule: str) -> None:
    assert wrong(rates.LIST, rate(*cells)) == ([(2, column, rule)] if rule else [])


@pytest.mark.parametrize(
    ("numbers", "days", "odd"),
    [
        (("0.2", "0.4"), 1, False),
        (("0.2", "0.40001"), 1, True),
        (("0.4", "0.2"), 1, False),
        (("0.4", "0.19999"), 1, True),
        (("0.2", "0.5"), 31, True),
        (("0.2", "0.5"), 32, False),
    ],
)
def test_a_rate_halves_or_doubles_within_a_month_by_mistake_alone(
    numbers: tuple[str, str], days: int, odd: bool
) -> None:
    day = dt.date(2026, 3, 8)
    here = [rate(str(day), numbers[0]), rate(str(day + dt.timedelta(days=days)), numbers[1])]
    assert wrong(rates.LIST, *here) == ([(3, "汇率", "JUMP")] if odd else [])
    assert wrong(rates.LIST, here[0], [*rate(str(day + dt.timedelta(days=1)), "9", "USD")]) == []

    def stood(book: Book) -> pl.DataFrame:
        told = {"rate_date": day, "currency_code": "THB", "cny_e8_number": int(float(numbers[0]) * 10**8)}
        return pl.DataFrame([dict.fromkeys(book.table.columns) | told], schema=book.table.dtypes)

    given = Given(SHOPS, {}, stood)
    assert wrong(rates.LIST, here[1], given=given) == ([(2, "汇率", "JUMP")] if odd else []), (
        "beside what stands"
    )
    again = rate(str(day), "9")
    assert wrong(rates.LIST, again, given=given) == [], "the one it takes the place of is no neighbour"


def units(**cells: str) -> list[str]:
    usual = {"项目": "到货", "店铺": "s1", "商家编码": "A", "日期": "2026-03-08", "件数": "3"}
    return [(usual | cells).get(label, "") for label in stock.LIST.labels]


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({}, "", ""),
        ({"件数": "0"}, "", ""),
        ({"件数": "-1"}, "件数", "QTY"),
        ({"件数": "10000000"}, "", ""),
        ({"件数": "10,000,000"}, "", ""),
        ({"件数": "10000001"}, "件数", "QTY"),
        ({"件数": "1.5"}, "件数", "QTY"),
        ({"件数": "撤销"}, "", ""),
        ({"日期": ahead(0)}, "", ""),
        ({"日期": ahead(1)}, "日期", "DATE"),
        ({"项目": "卖出"}, "项目", "KIND"),
        ({"店铺": ""}, "店铺", "SHOP"),
        ({"商家编码": ""}, "商家编码", "GOODS"),
    ],
)
def test_units(cells: dict[str, str], column: str, rule: str) -> None:
    assert wrong(stock.LIST, units(**cells)) == ([(2, column, rule)] if rule else [])


def test_units_stand_twice_and_rows_nobody_filled_in_are_none() -> None:
    assert wrong(stock.LIST, units(), units(项目="盘点"), units(件数="9")) == [(4, "", "TWICE")]
    assert wrong(stock.LIST, units(日期="", 件数=""), units(日期="")) == [(3, "日期", "DATE")]


def order(**cells: str) -> list[str]:
    usual = {"店铺": "s1", "订单号": "693157", "原因": "自己下的单"}
    return [(usual | cells).get(label, "") for label in aside.LIST.labels]


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({}, "", ""),
        ({"原因": "单" * 200}, "", ""),
        ({"原因": "单" * 201}, "原因", "CELLS"),
        ({"原因": ""}, "原因", "CELLS"),
        ({"原因": "打给 13800138000"}, "原因", "PERSONAL"),
        ({"订单号": "6.93157E+18"}, "订单号", "ORDER"),
        ({"订单号": ""}, "订单号", "CELLS"),
        ({"处理": "剔除"}, "", ""),
        ({"处理": "撤销"}, "", ""),
        ({"处理": "删掉"}, "处理", "ACTION"),
        ({"店铺": "别家"}, "店铺", "SHOP"),
    ],
)
def test_orders_set_aside(cells: dict[str, str], column: str, rule: str) -> None:
    assert wrong(aside.LIST, order(**cells)) == ([(2, column, rule)] if rule else [])


@pytest.mark.parametrize(("nickname", "rule"), [("名" * 80, ""), ("名" * 81, "TEXT")])
def test_nicknames_of_own_accounts(nickname: str, rule: str) -> None:
    cells = {"店铺": "s1", "账号ID": "12345", "昵称": nickname}
    row = [cells.get(label, "") for label in accounts.LIST.labels]
    assert wrong(accounts.LIST, row) == ([(2, "昵称", rule)] if rule else [])


def test_values_are_written_back_as_a_person_would_fill_them_in() -> None:
    assert yuan().write(123_450) == "1,234.50" and exact_number(8, 10).write(21_230_000) == "0.2123"
    assert whole_number(0, 9).write(10_000) == "10,000" and text().write("a") == "a"
    cell = next(cell for cell in costs.LIST.columns if cell.name == "cost_kind_code")
    assert [cell.words(value)[0] for value in ("goods", "strange")] == ["商品成本", "strange"]
    shop = next(cell for cell in costs.LIST.columns if cell.name == "shop_id")
    assert (shop.words(None)[0], cell.words(None)[0]) == ("全部", "")

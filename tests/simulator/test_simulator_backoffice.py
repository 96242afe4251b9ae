"""What back offices are said to show is what a merchant gets who opens the file and adds the column up, by
nothing but the cells.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from types import ModuleType

import fastexcel
import pytest

from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS
from simulator.server import simulators
from simulator.truths.backoffice import NUMBERS, back_office

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
LATER = NOW + dt.timedelta(days=32)
FIRST, LAST = dt.date(2026, 6, 25), dt.date(2026, 7, 9)
#: Number → how its file is called, the columns added up, the column of the day and how that writes it, and
#: the column a row must have filled to count.
SUMS = {
    "douyin_live_gmv": ("直播明细", ["直播间成交金额"], "直播开始时间", "%Y/%m/%d", ""),
    "douyin_live_paid": ("直播明细", ["直播间用户支付金额"], "直播开始时间", "%Y/%m/%d", ""),
    "douyin_orders": (r"^\d{10}_", ["订单应付金额"], "订单提交时间", "%Y-%m-%d", ""),
    "taobao_orders": ("ExportOrderList", ["总金额"], "订单创建时间", "%Y-%m-%d", ""),
    "kuaishou_orders": ("订单导出", ["实付款"], "订单创建时间", "%Y-%m-%d", "订单支付时间"),
    "wechat_orders": (r"^订单\d", ["订单实际支付金额"], "订单下单时间", "%Y-%m-%d", "支付时间"),
    "xiaohongshu_orders": ("小红书订单", ["商家应收金额(元)（支付金额）"], "订单创建时间", "%Y-%m-%d", ""),
    "pinduoduo_orders": ("orders_export", ["用户实付金额(元)"], "订单成交时间", "%Y-%m-%d", "订单成交时间"),
    "jd_orders": (r"^\d+\.csv$", ["应付金额", "余额支付"], "下单时间", "%Y-%m-%d", ""),
    "tiktok_orders": ("All order", ["Order Amount"], "Created Time", "%d/%m/%Y", ""),
    "tiktok_revenue": ("All order", ["Order Amount"], "Paid Time", "%d/%m/%Y", "Paid Time"),
}


@pytest.fixture(scope="module")
def market() -> Market:
    return build_market(seed=3, merchants=6, days=30, lines=1_500, now=NOW, platforms=tuple(FACTS))


@pytest.fixture(scope="module")
def platforms() -> dict[str, ModuleType]:
    return simulators()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A file's rows by header, in all its sheets."""
    if not content.startswith(b"PK"):
        text = (
            content.decode("utf-8-sig") if content.startswith(b"\xef\xbb\xbf") else content.decode("gb18030")
        )
        return [
            {str(key).strip(): str(cell).strip() for key, cell in row.items()}
            for row in csv.DictReader(io.StringIO(text))
        ]
    book = fastexcel.read_excel(content)
    sheets = [book.load_sheet(name, dtypes="string").to_polars() for name in book.sheet_names]
    return [
        {key.strip(): (cell or "").strip() for key, cell in row.items()}
        for sheet in sheets
        for row in sheet.iter_rows(named=True)
    ]


def money(cell: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.\-]", "", cell) or 0)


def added_up(rows: list[dict[str, str]], number: str) -> int:
    """The sum of the column over the days, in hundredths.

    Orders JD has split are left out; a TikTok order's total is paid once.
    """
    _, columns, day, form, filled = SUMS[number]
    total, orders = Decimal(0), set[str]()
    for row in rows:
        told = row[day].split(" ")[0]
        is_off = (
            (filled and row[filled] in ("", "-"))
            or "订单拆分" in row.get("商家备注", "")
            or told in ("", "-")
        )
        if is_off or not FIRST <= dt.datetime.strptime(told, form).date() <= LAST:  # noqa: DTZ007 - a day on the wall
            continue
        if number == "tiktok_revenue":
            if row["Order ID"] in orders:
                continue
            orders.add(row["Order ID"])
        total += sum(map(money, (row[column] for column in columns)), Decimal(0))
    return int((total * 100).quantize(Decimal(1)))


@pytest.mark.parametrize("number", SUMS)
def test_a_number_is_what_the_file_adds_up_to(
    market: Market, platforms: dict[str, ModuleType], number: str
) -> None:
    platform = number.split("_")[0].replace("wechat", "wechat_channels").replace("tiktok", "tiktok_shop")
    seen = 0
    for shop in market.shops.filter(platform_code=platform)["shop_id"]:
        files = platforms[platform].export_files(
            market, shop, LATER, FIRST - dt.timedelta(days=3), LATER.date()
        )
        rows = [
            row
            for name, content in files.items()
            if re.search(SUMS[number][0], name)
            for row in rows_of(content)
        ]
        shown = back_office(market, LATER, shop, number, FIRST, LAST)
        assert shown == added_up(rows, number)
        seen += shown
    assert seen > 0


def test_every_number_but_sycms_is_checked_against_a_file() -> None:
    """Taobao's order report states what was paid after refunds: no column of its files is 生意参谋's
    figure.
    """
    assert set(NUMBERS) - set(SUMS) == {"taobao_paid"}

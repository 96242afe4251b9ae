"""The benchmark's job once more, in plain loops over the csv module: slow, and sharing nothing with any
contender but the generator's files.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    """The rows of one file by header, cells without TAB and ``="…"``."""
    encoding = "gb18030" if path.name.startswith("ExportOrder") else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as stream:
        header, *rows = csv.reader(stream)
    clean = [name.strip() for name in header]
    return [
        dict(zip(clean, (re.sub(r'^="(.*)"$', r"\1", cell).strip("\t") for cell in row), strict=True))
        for row in rows
    ]


def fen(text: str) -> int:
    """Yuan text as fen; ``无退款申请`` and ``-`` are 0.

    InvalidOperation for anything else that is no amount.
    """
    return 0 if text in ("", "-", "无退款申请") else int(Decimal(text.replace(",", "")) * 100)


def is_good(row: Row, times: list[str], amounts: list[str]) -> bool:
    """Whether the given cells can be read."""
    try:
        for name in times:
            datetime.fromisoformat(row[name])
        for name in amounts:
            fen(row[name])
    except (ValueError, InvalidOperation):
        return False
    return True


def newest(
    roots: list[Path], pattern: str, key: str, times: list[str], amounts: list[str]
) -> Iterator[tuple[str, Row]]:
    """Shop and newest readable row of each ``key``; file names sort by download moment."""
    found: dict[tuple[str, str], Row] = {}
    for path in sorted(
        (path for root in roots for path in root.glob(f"*/*/{pattern}")), key=lambda path: path.name
    ):
        for row in rows_of(path):
            price = [name for name in ("商品金额", "商品单价") if name in row]
            if is_good(row, times, amounts + price):
                found[path.parts[-2], row[key]] = row
    return ((shop, row) for (shop, _), row in found.items())


def plain_totals(roots: list[Path]) -> dict[str, int]:
    """Paid and returned fen and orders of all shops, counted one by one."""
    paid: dict[tuple[str, str], int] = {}
    back: dict[tuple[str, str], int] = {}
    goods: set[tuple[str, str]] = set()
    paid_lines = set()
    for shop, row in newest(roots, "1*_*.csv", "子订单编号", ["订单提交时间"], ["订单应付金额"]):
        order = shop, row["主订单编号"]
        if row["支付完成时间"] != "-":
            paid[order] = paid.get(order, 0) + fen(row["订单应付金额"])
            paid_lines.add((shop, row["子订单编号"]))
            if "赠品" not in row["选购商品"]:
                goods.add(order)
    for shop, row in newest(roots, "售后单-*", "售后单号", ["售后申请时间"], []):
        if row["售后状态"] == "同意退款，退款成功" and (shop, row["商品单号"]) in paid_lines:
            order = shop, row["订单号"]
            back[order] = back.get(order, 0) + fen(row["退商品金额（元）"]) + fen(row["退运费金额（元）"])
    _add_taobao(roots, paid, back, goods)
    return {"paid_fen": sum(paid.values()), "refund_fen": sum(back.values()), "orders": len(goods)}


def _add_taobao(
    roots: list[Path],
    paid: dict[tuple[str, str], int],
    back: dict[tuple[str, str], int],
    goods: set[tuple[str, str]],
) -> None:
    """An order is worth what its own row says; without a readable one, what its items say."""
    items: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for shop, row in newest(roots, "ExportOrderDetailList*", "子订单编号", ["订单创建时间"], ["价格"]):
        if row["订单付款时间"]:
            stated = fen(row["退款金额"]) if row["退款状态"] == "退款成功" else 0
            items.setdefault((shop, row["主订单编号"]), []).append((fen(row["买家实际支付金额"]), stated))
    whole = {
        (shop, row["订单编号"]): (fen(row["买家实际支付金额"]) + fen(row["退款金额"]), fen(row["退款金额"]))
        for shop, row in newest(roots, "ExportOrderList*", "订单编号", ["订单创建时间"], ["买家应付货款"])
        if row["订单付款时间"]
    }
    for order in items.keys() | whole.keys():
        told = tuple(map(sum, zip(*items.get(order, [(0, 0)]), strict=True)))
        sums = [max(pair) for pair in zip(told, whole.get(order, (0, 0)), strict=True)]
        paid[order], back[order] = sums[0], sums[1]
        goods.add(order)

"""Order sheets of other systems whose truth is known: made from orders in plain integers, written in the many
ways such systems write them.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from random import Random

import xlsxwriter
from erp_dress import alike_below, headed, noted, respelled

#: How an amount of an order is written on its rows.
LAYOUTS = ("line", "repeated", "first")


@dataclass
class Line:
    """One row that sells: money in fen.

    ``paid`` is this row's part of what the buyer paid, ``refund`` of what went back.
    """

    sku: str
    qty: int
    price: int
    paid: int
    refund: int = 0
    is_gift: bool = False
    #: In which of the ERP's own orders it is: one after the other, as their rows stand.
    parcel: int = 0


@dataclass
class Order:
    """One order: ``freight`` is part of nothing else here.

    ``back`` are the parts of its lines that stand as negative rows (line, fen).
    """

    number: str
    lines: list[Line]
    freight: int
    is_paid: bool
    back: list[tuple[Line, int]] = field(default_factory=list)
    #: Several orders in one cell: nobody can tell whose the money is.
    merged_with: str = ""


@dataclass(frozen=True)
class Sheet:
    """A file, the fen each of its orders paid and got back, whose each amount column is, and what only a
    person knows (``money``).
    """

    data: bytes
    paid: dict[str, int]
    back: dict[str, int]
    meanings: dict[str, str]
    answers: dict[str, str]


def _orders(rng: Random, with_back: str) -> list[Order]:
    orders = []
    for number in range(rng.randint(1, 9)):
        lines = [_line(rng, place) for place in range(rng.choice((1, 1, 2, 2, 3, 4)))]
        if len(lines) > 1 and rng.random() < 0.25:
            lines[-1] = Line("GIFT", 1, 0, 0, is_gift=True)
        if len(lines) > 1 and rng.random() < 0.2:
            lines[1].sku = lines[0].sku  # one article on two rows: a split line, or paid in two parts
        order = Order(
            f"26110{rng.randint(10**9, 10**10 - 1)}{number:02d}",
            lines,
            rng.choice((0, 0, 800, 1_250)),
            rng.random() < 0.85,
        )
        if rng.random() < 0.4:
            for place, line in enumerate(lines):
                line.parcel = lines[max(place - 1, 0)].parcel + (place > 0 and rng.random() < 0.5)
        if not order.is_paid:
            for line in lines:
                line.paid = 0
        elif with_back == "stated" and rng.random() < 0.5:
            for line in lines:
                line.refund = rng.choice((0, line.paid, line.paid // 2, line.paid // 3))
        elif with_back == "negative" and rng.random() < 0.5:
            sold = [line for line in lines if line.paid > 1]
            order.back = [(line, rng.choice((line.paid, line.paid // 2))) for line in sold[:1]]
        if rng.random() < 0.05:
            order.merged_with = f"26119{rng.randint(10**9, 10**10 - 1)}99"
        orders.append(order)
    return orders


def _line(rng: Random, place: int) -> Line:
    qty, price = rng.choice((1, 1, 1, 2, 3)), rng.choice((990, 9_900, 13_901, 23_900, rng.randint(1, 99_999)))
    off = rng.choice((0, 0, 500, qty * price // 10))
    return Line(f"S{place}-{rng.randint(1, 4)}", qty, price, max(qty * price - off, 0))


def _spread(amounts: list[int], layout: str, blank: str, write: object) -> list[str]:
    """An order's amounts by row as the layout has them."""
    assert callable(write)
    if layout == "line":
        return [write(amount) for amount in amounts]
    whole = write(sum(amounts))
    return [whole] * len(amounts) if layout == "repeated" else [whole, *[blank] * (len(amounts) - 1)]


def _by_parcel(
    lines: list[Line], amounts: list[int], layout: str, blank: str, write: object, *, is_split: bool
) -> list[str]:
    """As ``_spread``; where the ERP has split its orders, of each of its own."""
    parcels = sorted({line.parcel for line in lines}) if is_split else [None]
    told = [
        [fen for line, fen in zip(lines, amounts, strict=True) if parcel in (None, line.parcel)]
        for parcel in parcels
    ]
    return [cell for parcel in told for cell in _spread(parcel, layout, blank, write)]


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _marked(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}" if fen >= 0 else _yuan(fen)


def sheet(rng: Random) -> Sheet:
    """One table of some system, from orders nobody but this function knows."""
    with_back = rng.choice(("none", "stated", "negative"))
    orders = _orders(rng, with_back)
    unit, blank = rng.choice(("yuan", "marked", "fen")), rng.choice(("", "0", "-"))
    write = {"yuan": _yuan, "marked": _marked, "fen": str}[unit]
    paid_as, placed_as, back_as = (rng.choice(LAYOUTS) for _ in range(3))
    is_split = rng.random() < 0.4
    paid_header = rng.choice(("实付金额", "已付金额", "实付"))
    optional = {
        name: rng.random() < 0.5 for name in ("单价", "应付金额", "运费", "商品名称", "是否赠品", "订单状态")
    }
    rows: list[dict[str, str]] = []
    # from what is there, not from the dice: sheets of older seeds stay as they were
    is_bare = Random(orders[0].number).random() < 0.3
    for order in orders:
        above = len(rows)
        number = f"{order.number};{order.merged_with}" if order.merged_with else order.number
        moment = "2026-11-03 10:20:30" if order.is_paid else ""
        paid, placed, back = (
            _by_parcel(order.lines, fen, layout, blank, write, is_split=is_split)
            for fen, layout in (
                ([line.paid for line in order.lines], paid_as),
                ([line.price * line.qty for line in order.lines], placed_as),
                ([line.refund for line in order.lines], back_as),
            )
        )
        for place, line in enumerate(order.lines):
            rows.append(
                {
                    "订单编号": number, "下单时间": "2026-11-03 10:00:00", "付款时间": moment,
                    "商家编码": line.sku, "数量": str(line.qty),
                    paid_header: paid[place], "单价": write(line.price), "应付金额": placed[place],
                    "已退款金额": back[place],
                    "运费": write(order.freight) if place == 0 else blank,
                    "商品名称": "赠品" if line.is_gift else "围巾",
                    "内部订单号": f"3{order.number[-8:]}{line.parcel}",
                    "是否赠品": "是" if line.is_gift else "否",
                    "订单状态": "已发货" if order.is_paid else "待支付",
                }
            )  # fmt: skip
        for line, amount in order.back:
            rows.append(
                {
                    **rows[-1],
                    "商家编码": line.sku,
                    "数量": "-1",
                    paid_header: write(-amount),
                    "应付金额": write(-amount),
                }
            )
            rows[-1] |= {
                "内部订单号": f"3{order.number[-8:]}{line.parcel}",
                "已退款金额": blank,
                "运费": blank,
                "是否赠品": "否",
                "单价": write(line.price),
            }
        if is_bare:  # merged cells, saved as text: what is of the order stands on its first row
            for row in rows[above + 1 :]:
                row |= dict.fromkeys(("订单编号", "下单时间", "付款时间", "订单状态"), "")
    told = [name for name, is_there in optional.items() if is_there] + (
        ["已退款金额"] if with_back == "stated" else []
    )
    told += ["内部订单号"] if is_split else []
    header = ["订单编号", "下单时间", "付款时间", "商家编码", "数量", paid_header, *told]
    rng.shuffle(header)
    table = [[row[name] for name in header] for row in rows]
    money = (paid_header, "单价", "应付金额", "已退款金额", "运费")
    named = rng.choice(("", "", "(分)" if unit == "fen" else "(元)"))
    titles = [f"{name}{named}" if name in money else name for name in header]
    if rng.random() < 0.2 and header[0] == "订单编号":
        table.append(["合计", *[""] * (len(header) - 1)])
    counted = [order for order in orders if not order.merged_with]
    whole = "part" if is_split else "once"
    once = {"line": "each", "repeated": whole, "first": whole}
    meanings = {
        paid_header: once[paid_as],
        "应付金额": once[placed_as],
        "已退款金额": once[back_as],
        "运费": whole,
    }
    return Sheet(
        _written(rng, titles, table),
        {order.number: sum(line.paid for line in order.lines) for order in counted},
        {
            order.number: sum(line.refund for line in order.lines) + sum(fen for _, fen in order.back)
            for order in counted
        },
        {f"{name}{named}": meaning for name, meaning in meanings.items() if name in header},
        {"money": "fen" if unit == "fen" else "yuan"},
    )


def _written(rng: Random, header: list[str], table: list[list[str]]) -> bytes:
    kind = rng.choice(("utf-8", "utf-8-sig", "gb18030", "xlsx"))
    lines, rows = headed(rng, header), noted(rng, respelled(rng, table))
    if kind == "xlsx":
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"strings_to_numbers": False, "in_memory": True}) as book:
            page = book.add_worksheet("订单")
            for number, row in enumerate([*lines, *rows]):
                page.write_row(number, 0, row)
            place = header.index("订单编号")
            for first, last in alike_below([row[place] for row in table]) if rng.random() < 0.3 else ():
                page.merge_range(len(lines) + first, place, len(lines) + last, place, table[first][place])
        return out.getvalue()
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([*lines, *rows])
    return text.getvalue().encode(kind)

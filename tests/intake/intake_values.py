"""The catalogue's files whose values, or whose rows as a set, are odd: B54-B101."""

from __future__ import annotations

import re

from intake_case import CREATED, DUE, ID, PAID, QTY, SUB, TITLE, Case, cell, fine, refused, row_out
from intake_files import (
    HEADER,
    Table,
    after_sales,
    book,
    column,
    data,
    order_id,
    orders,
    sessions,
    with_column,
)


def _full_width(digits: str) -> str:
    return digits.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def _total(due: str) -> Table:
    told = [""] * len(HEADER)
    told[0], told[HEADER.index(DUE)] = "合计", due
    return [*orders(), told]


def _total_in_a_new_column() -> Table:
    *table, total = with_column(orders() + _total("5,196.00")[-1:], "新列")
    return [*table, ["合计", "", *total[2:]]]


def _numbers_as_spreadsheets_keep_them(rows: int) -> Table:
    table = orders(8)
    for row in table[1 : 1 + rows]:
        row[:] = [
            str(int(cell.strip()))[:15] + "0" * (len(cell.strip()) - 15)
            if cell.strip().isdigit() and len(cell.strip()) > 15
            else cell
            for cell in row
        ]
    return table


def shops(*refs: str) -> bytes:
    header = [
        "订单编号",
        "买家应付货款",
        "总金额",
        "买家实付金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间",
        "店铺ID",
        "商品标题",
    ]
    rows = [[str(2520000000000000001 + 2 * n), "10.00", "10.00", "10.00", "交易成功",
            f"2026-10-0{n + 1} 10:00:00", f"2026-10-0{n + 1} 10:00:05", ref, "衬衫"]
            for n, ref in enumerate(refs)]  # fmt: skip
    return data([header, *rows])


NOTHING = ["-", "--", "/", "null", "'null", "N/A", "无"]
NO_TIMES = [
    "1899-12-30 00:00:00", "1970-01-01 08:00:00", "2126-01-01 00:00:00", "2026-02-30 10:00:00",
    "2026-03-09 25:00:00", "45000", "1792375211",
]  # fmt: skip
ON_AIR = ["主播抖音号", "直播开始时间", "直播结束时间"]
FUTURE = {CREATED: "2098-01-01 00:00:00", PAID: "-", "订单完成时间": "-", "发货时间": "-"}

VALUES = [
    cell("B54", "scientific", "ID_PRECISION_LOST", ID, "6.93157E+18"),
    cell("B54", "long-float", "ID_PRECISION_LOST", ID, "6931570482213341234.0"),
    row_out("B55", "one-ruined-row", "ID_PRECISION_LOST", lambda: data(_numbers_as_spreadsheets_keep_them(1)),
        rows=8),
    refused("B55", "ruined-column", "ID_PRECISION_LOST", lambda: data(_numbers_as_spreadsheets_keep_them(8)),
        "column="),
    row_out("B55", "one-number-in-a-workbook", "ID_PRECISION_LOST",
        lambda: book(numbers=[(2, HEADER.index(SUB))]), bad_row=3),
    refused("B55", "numbers-in-a-workbook", "ID_PRECISION_LOST",
        lambda: book(numbers=[(row, HEADER.index(ID)) for row in range(1, 5)]), f"column={ID}"),
    refused("B55", "scientific-column", "ID_PRECISION_LOST",
        lambda: data(column(orders(), ID, ["6.93157E+18"] * 4)), f"column={ID}"),
    fine("B56", "wrapped-ids", lambda: data(orders(**{ID: f'="{order_id()}"', SUB: f"'{order_id()}"}))),
    fine("B57", "leading-zeros", lambda: data(orders(**{"商品ID": "\t0012345"}))),
    fine("B58", "full-width-id", lambda: data(
            orders(**{ID: _full_width(order_id()), SUB: re.sub("(.{4})", r"\1 ", order_id())}))),
    *(cell("B58", f"merged-ids-{number}", "MERGED_IDS", SUB,
            f"{order_id(number)}{mark}{order_id(number + 1)}")
      for number, mark in enumerate([";", "；", ",", "，", "、", "|", "\n", "\r\n", " ", "; ", "\t", " / "])),
    cell("B58", "merged-orders", "MERGED_IDS", ID, f"{order_id()};{order_id(1)};{order_id(2)}"),
    fine("B58", "separator-left-behind",
        lambda: data(orders(**{ID: f"{order_id()};", SUB: f"{order_id()}，"}))),
    fine("B59", "thousands", lambda: data(orders(**{DUE: "1,234.50"}))),
    cell("B59", "european", "BAD_MONEY", DUE, "1.234,50"),
    cell("B59", "french", "BAD_MONEY", DUE, "1 234,50"),
    fine("B60", "yuan-sign", lambda: data(orders(**{DUE: "￥12.00"}))),
    fine("B60", "yuan-word", lambda: data(orders(**{DUE: "12元"}))),
    cell("B60", "wan", "BAD_MONEY", DUE, "1.2万"),
    cell("B60", "brackets", "CONTRACT", DUE, "(12.00)"),
    cell("B60", "true-minus-sign", "CONTRACT", DUE, "−12.00"),
    cell("B60", "percent-of-money", "BAD_MONEY", DUE, "12.5%"),
    cell("B60", "minus-behind", "BAD_MONEY", DUE, "12-"),
    *(fine("B61", f"nothing-{number}", lambda word=word: data(orders(**{"运费": word}))) for number,
        word in enumerate(NOTHING)),
    *(cell("B62", f"no-number-{number}", "BAD_MONEY", DUE, word) for number,
        word in enumerate(["NaN", "inf", "1e400", "0x10"])),
    fine("B62", "full-width-number", lambda: data(orders(**{DUE: "１２"}))),
    cell("B63", "three-decimals", "BAD_MONEY", DUE, "12.345"),
    cell("B64", "quadrillion", "BAD_MONEY", DUE, "1000000000000000"),
    cell("B65", "negative-order", "CONTRACT", DUE, "-12.00"),
    Case("B65", "negative-after-sale", lambda: data(after_sales(**{"退商品金额（元）": "-159.90"})), "warned",
         {"CONTRACT": 1}, ("REFUND_WAITS",), bad_row=2, rows=2),
    fine("B66", "more-back-than-paid", lambda: data(after_sales(**{"退商品金额（元）": "1,599.00"})),
         "REFUND_WAITS", rows=2, verdict="warned"),
    fine("B70", "paid-before-created", lambda: data(orders(**{PAID: "2026-10-12 20:00:00"}))),
    fine("B71", "from-the-future", lambda: data(orders(**FUTURE)), "FUTURE_TIMES", verdict="warned"),
    *(cell("B72", f"no-time-{number}", "BAD_TIME", CREATED, word)
      for number, word in enumerate(NO_TIMES)),
    fine("B72", "slashes", lambda: data(orders(**{CREATED: "2026/10/9 8:05", PAID: "2026/10/9 8:06:07"}))),
    fine("B73", "over-midnight", lambda: data(
            sessions(**dict(zip(ON_AIR, ["73", "2026/10/12 23:50:00", "2026/10/13 00:40:00"], strict=True)))),
            rows=2),
    refused("B72", "ambiguous", "AMBIGUOUS_DATES",
        lambda: data(column(orders(), CREATED, [f"3/{n}/2026 10:00" for n in range(9, 13)])),
        f"column={CREATED}"),
    refused("B72", "serials", "SERIAL_DATES",
        lambda: data(column(orders(), CREATED, [f"4630{n}.84" for n in range(4)])), f"column={CREATED}"),
    fine("B74", "unknown-word", lambda: data(orders(**{"订单状态": "星际运输中"})), "UNKNOWN_WORD",
        verdict="warned"),
    fine("B74", "refunded-of-no-amount", lambda: data(orders(**{"售后状态": "退款成功"})), "REFUND_UNSIZED",
        verdict="warned"),
    fine("B77", "no-piece", lambda: data(orders(**{QTY: "0"}))),
    cell("B77", "minus-one-piece", "CONTRACT", QTY, "-1"),
    cell("B77", "half-a-piece", "BAD_NUMBER", QTY, "1.5"),
    fine("B77", "ten-thousand", lambda: data(orders(**{QTY: "10,000"}))),
    *(fine("B79", f"formula-{number}", lambda word=word: data(orders(**{TITLE: word})))
      for number, word in enumerate(["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "＝1+1"])),
    fine("B80", "html", lambda: data(orders(**{TITLE: "<script>alert(1)</script> **x** $x^2$"}))),
    fine("B81", "sql", lambda: data(orders(**{TITLE: "'; DROP TABLE orders; --"}))),
    fine("B78", "one-product-two-titles", lambda: data(orders(**{TITLE: "羊毛大衣 新名"}))),
    *(fine("B82", f"phone-in-title-{number}", lambda word=word: data(orders(**{TITLE: word})),
            "PERSONAL_MASKED")
      for number, word in enumerate(["大衣 联系13800138000", "大衣 微信号:138-0013-8000",
              "大衣 +86 138 0013 8000,13900139000"])),
]  # fmt: skip

NOBODY = [
    "直播间曝光人数", "直播间曝光次数", "直播间观看人数", "直播间观看次数", "直播间商品曝光次数",
    "直播间商品点击次数", "直播间成交订单数", "直播间成交金额",
    "直播间退款金额", "净成交金额", "1小时退款金额",
]  # fmt: skip
NO_RATES = ["观看老粉占比", "商品点击-成交率(次数）", "1小时退款率", "商品曝光-点击率(人数）"]

SETS = [
    fine("B83", "total-last", lambda: data(_total("5,196.00")), "SUMMARY_ROW"),
    fine("B83", "total-first", lambda: data([HEADER, _total("5,196.00")[-1], *orders()[1:]]), "SUMMARY_ROW"),
    fine(
        "B83",
        "total-in-a-new-first-column",
        lambda: data(_total_in_a_new_column()),
        "SUMMARY_ROW",
        "NEW_COLUMN",
        verdict="warned",
    ),
    fine(
        "B83",
        "total-of-other-rows",
        lambda: data(_total("9,999.00")),
        "SUMMARY_ROW",
        "SUMMARY_DISAGREES",
        verdict="warned",
    ),
    fine(
        "B84",
        "footer-and-header",
        lambda: data([*orders(), HEADER, *orders(3, 9)[1:]]) + "第 1 页\r\n共 7 条\r\n".encode(),
        "REPEATED_HEADER",
        "FOOTER",
        rows=7,
    ),
    fine(
        "B94", "a-split-orders-id", lambda: data(orders(**{ID: f"\t{order_id()}M", SUB: f"\t{order_id()}M1"}))
    ),
    refused(
        "B98",
        "masked-key",
        "MASKED_KEY",
        lambda: data(column(orders(), ID, ["6931****7101"] * 4)),
        f"column={ID}",
    ),
    cell("B98", "one-masked-key", "MASKED_KEY", ID, "6931****7101"),
    fine("B99", "a-fen", lambda: data(orders(**{DUE: "0.01"})), "TINY_ORDERS", verdict="warned"),
    fine(
        "B100",
        "nobody-came",
        lambda: data(
            sessions(**dict.fromkeys(NOBODY, "0") | dict.fromkeys(NO_RATES, "-") | {"主播抖音号": "100"})
        ),
        rows=2,
    ),
    fine(
        "B101",
        "net-is-not-the-rest",
        lambda: data(sessions(**{"净成交金额": "1.00", "主播抖音号": "101"})),
        "NET_DISAGREES",
        rows=2,
        verdict="warned",
    ),
]

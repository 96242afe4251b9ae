"""The dictionary's entries of what each shop reported."""

from __future__ import annotations

from contracts import codes
from contracts.field import Field
from contracts.field import entry as _f

REPORT_FIELDS: tuple[Field, ...] = (
    _f(
        "report_code",
        "资料",
        "report",
        "What a figure needs before it may be anything but empty.",
        code=codes.REPORT,
    ),
    _f(
        "is_reported",
        "给过",
        "was reported",
        "The shop gave it at least once, or nothing is left open without it.",
    ),
    _f(
        "whole_until_date",
        "完整到",
        "whole until",
        "The last day that was over when the newest file of it was made.",
    ),
    _f(
        "undated_fen",
        "日期不明金额",
        "money without a day",
        "What the source says was paid without saying when, or was refunded without a day: in no figure by "
        "that day.",
        low=0,
    ),
    _f(
        "doubtful_fen",
        "存疑的行金额",
        "money on doubtful lines",
        "On lines that the newest file of their order leaves out, while nothing tells whether they were "
        "replaced; included.",
        low=0,
    ),
    _f(
        "doubtful_orders_qty",
        "有存疑行的订单数",
        "orders with doubtful lines",
        "See ``doubtful_fen``.",
        low=0,
    ),
)

"""Answers in a merchant's words: Chinese labels for our names, questions and options, so that nobody needs to
know what they are called inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from connectors.mapping.dictionary import labels
from connectors.mapping.kinds import KINDS, codes_of, names_of
from contracts.codes import KIND

_COLUMN, _WORD, _AMOUNT, _PRICE = "columns.", "words.", "amount.", "price."
#: What the questions are called, where they are not of a column.
_QUESTIONS = {
    "种类": "kind", "金额单位": "money", "币种": "currency", "时区": "time_zone", "日期顺序": "dates",
    "下单即付款": "paid_when_placed", "单号只在第一行": "carried",
    "换货另付": "exchange_paid", "实付已减退款": "net_of_refund",
    "按单价乘数量付款": "priced", "店铺": "shop_name", "店铺名": "shop_name", "标题": "zh",
}  # fmt: skip
#: What the options are called, one spelling an option first.
_OPTIONS = {
    "元": "yuan", "分": "fen", "厘": "li", "是": "yes", "否": "no",
    "年在前": "ymd", "日在前": "dmy", "月在前": "mdy", "日期序号": "serial", "行金额": "row", "单价": "price",
    "整单": "once", "整单只算一次": "once", "每行": "each",
    "每行各自": "each", "每个内部单": "part", "没有": "-", "不读": "-",
}  # fmt: skip


@cache
def _names() -> dict[str, str]:
    """Chinese label → our name, of all kinds; of two with one label that of the kind listed first."""
    found: dict[str, str] = {}
    for kind in KINDS:
        for name in names_of(kind):
            found.setdefault(labels(name)[0], name)
    return found


def plain_answers(said: Mapping[str, str]) -> dict[str, str]:
    """Answers as ``connectors.mapping.answers.settled`` takes them, keys and options in our words as well as
    in Chinese.

    ``支付金额=实收``: our name and their header; ``订单状态.缺货中=已支付待发货``: what a word of theirs
    means; ``金额.实收=整单``; ``金额单位=分``.
    """
    return dict(_plain(key, value) for key, value in said.items())


def _plain(key: str, value: str) -> tuple[str, str]:
    if key in _QUESTIONS:
        kinds = {KIND.zh(kind): kind for kind in KINDS}
        name = _QUESTIONS[key]
        return name, kinds.get(value, value) if name == "kind" else value if name in (
            "zh",
            "shop_name",
        ) else _OPTIONS.get(value, value)
    bare = key.removeprefix(_COLUMN)
    if bare in _names():
        return f"{_COLUMN}{_names()[bare]}", _OPTIONS.get(value, value) if value in (
            "没有",
            "不读",
        ) else value
    first, dot, word = key.removeprefix(_WORD).partition(".")
    if dot and first in ("金额", "amount"):
        return f"{_AMOUNT}{word}", _OPTIONS.get(value, value)
    if dot and first in ("单价", "price"):
        return f"{_PRICE}{word}", _OPTIONS.get(value, value)
    name = _names().get(first, first)
    if dot and (codes := codes_of(name)):
        return f"{_WORD}{name}.{word}", next((code for code, (zh, _) in codes.items() if value == zh), value)
    return key, value


def shown(option: str, others: Mapping[str, str] | None = None) -> str:
    """An option in Chinese: a name, a kind of table, a unit; their own headers stay as they are."""
    known = (
        {code: label for label, code in reversed(_OPTIONS.items())}
        | {kind: KIND.zh(kind) for kind in KINDS}
        | dict(others or {})
    )
    return known.get(option) or labels(option)[0]


def chosen(said: str, options: Sequence[str], others: Mapping[str, str] | None = None) -> str:
    """The option somebody means: by its number from 1, by what it is called, or as it is.

    What is none stays as it was said.
    """
    if said in options:
        return said
    if said.isdecimal() and 1 <= int(said) <= len(options):
        return options[int(said) - 1]
    return next((option for option in options if shown(option, others) == said), said)


def question_label(key: str) -> str:
    """What an open question is called for the person who has to answer it: the left side of ``--set
    标签=回答``.
    """
    if key.startswith(_COLUMN):
        return labels(key.removeprefix(_COLUMN))[0]
    if key.startswith(_AMOUNT):
        return f"金额.{key.removeprefix(_AMOUNT)}"
    if key.startswith(_PRICE):
        return f"单价.{key.removeprefix(_PRICE)}"
    return next((label for label, name in _QUESTIONS.items() if name == key), key)

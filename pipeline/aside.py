"""Orders a merchant sets aside, by an explicit list and by nothing else: read, entered, and which orders a build must look at again for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.cells import read_id
from contracts.canonical import LISTED_ORDER
from contracts.errors import FileRefusedError
from contracts.fields import TIME_ZONE
from pipeline.entering import Shops, known_shops, said_since
from pipeline.house import writing
from pipeline.lists import read_list
from pipeline.lists import template as template_of
from pipeline.merging import ORDER
from transforms.gold.fct_order_line import TABLE as LINES
from warehouse import registry
from warehouse.aside import save_aside
from warehouse.lake import Lake
from warehouse.ops import ASIDE_ORDER
from warehouse.settings import Settings

#: Header of the list → what its cells are. A blank ``处理`` means 剔除.
HEADER = {"店铺": "shop_id", "订单号": "order_id", "原因": "reason_name", "处理": "action"}
TAKEN_BACK = "撤销"
_ACTIONS = {"剔除": True, TAKEN_BACK: False}
_EXAMPLES = [("s1", "6920000000000000001", "刷单", ""), ("s1", "6920000000000000002", "寄样", ""), ("s1", "6920000000000000003", "误列", TAKEN_BACK)]

#: Rule → what is wrong with a row, and what to do.
RULES = {
    "ASIDE_CELLS": ("店铺、订单号和原因都要填", "shop, order and reason are all needed", "补齐这一行", "fill in the row"),
    "ASIDE_SHOP": ("没有这个店铺", "no such shop of yours", "写店铺编号或店铺名", "write the shop's id or name"),
    "ASIDE_ORDER": ("订单号被 Excel 改成了科学计数法,后几位已丢失", "a number was rounded", "设为文本后重新填", "format the column as text"),
    "ASIDE_ACTION": ("不认识的处理", "no such action", f"写「剔除」或「{TAKEN_BACK}」,空着表示剔除", "write 剔除 or 撤销; blank means 剔除"),
    "ASIDE_TWICE": ("同一个订单写了两次", "the same order stands twice", "只留一行", "keep one of the rows"),
}  # fmt: skip


def template() -> str:
    """The list to fill in, as CSV with examples."""
    return template_of(HEADER, _EXAMPLES)


def import_aside(settings: Settings, merchant_id: str, path: Path, *, by: str, at: dt.datetime | None = None) -> int:
    """Take over a merchant's list (columns ``HEADER``); returns how many rows say something new. The next build reckons with them.

    Raises ``FileRefusedError`` naming file, row and rule, ``NotFoundError`` for an unknown merchant; then nothing has changed.
    """
    with writing(settings) as lake:
        registry.require_merchant(lake, merchant_id)
        orders = read_aside(path.name, path.read_bytes(), known_shops(lake, merchant_id))
        return save_aside(lake, merchant_id, orders, by=by, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE)))


def read_aside(name: str, data: bytes, shops: Shops) -> pl.DataFrame:
    """The list's ``shop_id, order_id, reason_name, is_aside``; ``shops`` are the merchant's (``known_shops``).

    Raises ``FileRefusedError`` for its first wrong row.
    """
    rows = read_list(name, data, HEADER, _bad_file).with_columns(pl.col("shop_id").replace(shops))
    order, is_lost = read_id(rows["order_id"])
    known = rows["action"].fill_null("剔除").replace_strict(_ACTIONS, default=None, return_dtype=pl.Boolean)
    rows = rows.with_columns(order_id=order, is_aside=known, is_lost=is_lost)
    wrong = {
        "ASIDE_ORDER": pl.col("is_lost"),
        "ASIDE_CELLS": pl.any_horizontal(pl.col("shop_id", "order_id", "reason_name").is_null()),
        "ASIDE_SHOP": ~pl.col("shop_id").is_in(sorted(set(shops.values()))),
        "ASIDE_ACTION": pl.col("is_aside").is_null(),
        "ASIDE_TWICE": ~pl.struct("shop_id", "order_id").is_first_distinct(),
    }
    broken = rows.select("row", *(found.alias(rule) for rule, found in wrong.items())).filter(pl.any_horizontal(pl.exclude("row"))).head(1)
    for row in broken.iter_rows(named=True):
        zh, en, step_zh, step_en = RULES[rule := next(rule for rule in wrong if row[rule])]
        raise FileRefusedError(rule, zh, en, step_zh=step_zh, step_en=step_en, file=name, row=row["row"])
    return rows.select("shop_id", "order_id", "reason_name", "is_aside")


def _bad_file(name: str, **facts: object) -> FileRefusedError:
    zh, en = "名单读不出来,或表头、列数不对", "the list cannot be read, or its header or columns are wrong"
    step_zh, step_en = "用 baiyun aside template 取模板", "take the template of `baiyun aside template`"
    return FileRefusedError("ASIDE_FILE", zh, en, step_zh=step_zh, step_en=step_en, file=name, **facts)


def moved_by_lists(lake: Lake) -> pl.DataFrame:
    """Orders in gold (columns ``ORDER``) of which a list has said anything since the last judged build."""
    said = said_since(lake, ASIDE_ORDER)
    if said.is_empty() or not lake.may_hold_rows(LINES):
        return pl.DataFrame(schema=dict.fromkeys(ORDER, pl.String))
    return lake.read(LINES, keys=said.select(LISTED_ORDER).unique(), columns=ORDER).unique()

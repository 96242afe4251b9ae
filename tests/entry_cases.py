"""A hand-entered list nobody has heard of, declared in one file of a folder of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.entries import lists

CODE = "promises"
DECLARED = """
from contracts.tables import Table
from pipeline.entries.cells import Cell, code, day, own_shop, whole_number
from pipeline.entries.declaration import EntryList, Part
from warehouse.entries import Book

TABLE = Table(
    "ops", "promise", "赠品承诺", "promised gifts",
    "One promise of gifts of a SKU from a day on. Append-only; the highest number counts.",
    key=("merchant_id", "event_number"),
    required=("shop_id", "sku_code", "stock_date", "received_by_name", "changed_at"),
    optional=("entered_qty",),
    is_entered=True,
)
LIST = EntryList(
    "promises", "PROMISE", "赠品承诺", "promised gifts",
    ("每行一个商家编码,哪天答应送多少件。", "A SKU a row: how many were promised on which day."),
    columns=(
        Cell("店铺", "shop_id", own_shop(), "shop", is_required=True),
        Cell("商家编码", "sku_code", code(), "SKU", is_required=True, leads=True),
        Cell("日期", "stock_date", day(), "day", is_required=True, is_filled_in=True),
        Cell("件数", "entered_qty", whole_number(0, 1_000), "units",
             is_required=True, takes_back=True, is_filled_in=True),
    ),
    parts=(
        Part(
            Book(TABLE, ("merchant_id", "shop_id", "sku_code", "stock_date"), "entered_qty", day="stock_date")
        ),
    ),
    examples=(("s1", "A1001-M", "2026-03-01", "3"),),
    goods={},
)
"""


#: The same for the whole house: a table without a merchant, kept as a register.
OF_THE_HOUSE = (
    DECLARED.replace('key=("merchant_id", "event_number")', 'key=("sku_code", "stock_date")')
    .replace('required=("shop_id", "sku_code", "stock_date", "received_by_name", "changed_at")',
        'required=("changed_at",)')
    .replace('optional=("entered_qty",)', 'optional=("entered_qty", "received_by_name")')
    .replace('        Cell("店铺", "shop_id", own_shop(), "shop", is_required=True),\n', "")
    .replace('TABLE, ("merchant_id", "shop_id", "sku_code", "stock_date"), "entered_qty", day="stock_date"',
        'TABLE, TABLE.key, "entered_qty", is_log=False')
    .replace('(("s1", "A1001-M",', '(("A1001-M",')
    .replace("goods={},", "is_house=True,")
)  # fmt: skip


def declare(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = DECLARED) -> None:
    """Put the list's file where lists are looked for."""
    (folder / f"{CODE}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lists, "__path__", [*lists.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, f"{lists.__name__}.{CODE}", raising=False)

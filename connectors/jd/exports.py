"""What is special about JD's export files before their cells are typed."""

from __future__ import annotations

import polars as pl

from connectors.jd.words import province

_FIRST_CELL = ("订单号", "订单编号", "商户号", "商家ID", "合计", "总计", "汇总")
_EDGES = " \t\ufeff=\"'"
_SPLIT = r"订单拆分为\s*([0-9][0-9\s,，、]*)"


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without repeated header rows and total rows.

    Orders gain two columns that are read out of personal cells, which are dropped right after this.

    ``客户省份``: the province the address begins with, from a closed list. ``拆分子单号``: the numbers JD
    writes into 商家备注 of an order it has split (``订单拆分为 117… 117…``); nothing else of the remark
    passes.
    """
    del layout
    first = next(name for name in table.columns if name != "_row_number")
    table = table.filter(~pl.col(first).str.strip_chars(_EDGES).is_in(_FIRST_CELL).fill_null(False))
    if kind != "orders":
        return table
    by_name = {name.strip(_EDGES): name for name in table.columns}
    found = {}
    if address := by_name.get("客户地址"):
        found["客户省份"] = province(pl.col(address))
    if remark := by_name.get("商家备注"):
        found["拆分子单号"] = (
            pl.col(remark).str.extract(_SPLIT, 1).str.strip_chars().str.replace_all(r"[\s,，、]+", " ")
        )
    return table.with_columns(**found)

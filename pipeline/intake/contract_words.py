"""A broken contract in the words of the file: the header and the value at fault and what the contract
demands, instead of our column's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from connectors.base import Layout
from contracts.field import MONEY_LIMIT_FEN, QTY_LIMIT
from contracts.fields import FIELDS, Field

#: What a rule of the schema demands; ``{}`` is its bound.
_DEMANDS = {
    "min": ("不能小于 {}", "not below {}"),
    "max": ("不能大于 {}", "not above {}"),
    "nullability": ("不能为空", "may not be empty"),
    "primary_key": ("同一条在文件里出现两次且内容不同", "given twice in the file, with different content"),
    "check__own_id": ("编号以本系统保留的字开头", "begins like one of our own ids"),
}


def in_file_words(
    bad: pl.DataFrame, layouts: Mapping[tuple[str, str], Layout], own: Mapping[str, Field]
) -> pl.DataFrame:
    """Quarantined rows with ``why_name`` (empty but for broken contracts), these with the file's header and
    value as ``column_name`` and ``cell_name``.

    A broken contract stands in ``bad`` by the rule of its schema (``line_qty|min``), with the row as JSON.
    ``layouts`` are by shop and export, ``own`` the platform's own columns. A name no header of the layout
    stands for (it was made of several) is told by its label.
    """
    is_contract = pl.col("rule_name") == "CONTRACT"
    whole, broken = bad.filter(~is_contract).with_columns(why_name=pl.lit("")), bad.filter(is_contract)
    rows = [
        _told(row, layouts.get((row["shop_id"], row["_export_id"])), own)
        for row in broken.iter_rows(named=True)
    ]
    return pl.concat([whole, pl.DataFrame(rows, schema=whole.schema)]) if rows else whole


def _told(row: dict[str, str], layout: Layout | None, own: Mapping[str, Field]) -> dict[str, str]:
    name, _, check = row["column_name"].rpartition("|")
    header = (
        next((column.header.strip() for column in layout.columns if column.name == name), "")
        if layout
        else ""
    )
    known = FIELDS.get(name) or own.get(name)
    value = json.loads(row["row_json"] or "{}").get(name)
    zh, en = _DEMANDS.get(check, (check, check))
    bound = _written(name, _bound(name, known, check))
    said = {
        "column_name": header or (known.zh if known else name),
        "cell_name": "" if value is None else _written(name, value),
    }
    return row | said | {"why_name": f"{zh.format(bound)} / {en.format(bound)}"}


def _bound(name: str, known: Field | None, check: str) -> int:
    if check == "max":
        return MONEY_LIMIT_FEN if name.endswith("_fen") else QTY_LIMIT
    return known.minimum if known and known.minimum is not None else 0


def _written(name: str, value: object) -> str:
    """Fen as yuan, as files have them; anything else as it is."""
    if name.endswith("_fen") and isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return str(value)

"""What a Kuaishou file holds besides its rows.

No export name tells a moment (no source knows one that does), so only ``clean`` has work.
"""

from __future__ import annotations

import polars as pl

#: The column that names a row, per kind.
_NAMING = {
    "orders": "订单号",
    "after_sales": "订单编号",
    "settlements": "订单号",
    "funds": "账务流水号",
    "insurance": "收费编号",
}
_TOTALS = ["合计", "总计", "全部"]
_EDGES = " \t\ufeff'`"
#: Money set aside inside the account and given free again: nothing moves in or out.
_NO_MOVEMENT = ["资金冻结", "资金解冻"]


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without repeated header rows (pasted or joined sheets), total rows, and frozen money in the fund flow.

    ``_row_number`` keeps its gaps.
    """
    del layout
    kept = table
    if (naming := _column(table, _NAMING[kind])) is not None:
        said = pl.col(naming).str.strip_chars(_EDGES).is_in([_NAMING[kind], *_TOTALS]).fill_null(False)
        kept = kept.filter(~said)
    if kind == "funds" and (scene := _column(table, "业务类型")) is not None:
        kept = kept.filter(~pl.col(scene).str.strip_chars(_EDGES).is_in(_NO_MOVEMENT).fill_null(False))
    return kept


def _column(table: pl.DataFrame, header: str) -> str | None:
    return next((name for name in table.columns if name.strip(_EDGES) == header), None)

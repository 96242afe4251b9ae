"""Typed Vipshop bill lines → settlement entries.

README.md says why a bill is neither an order nor a refund.
"""

from __future__ import annotations

import polars as pl

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
#: 行类型 → type, first match wins; the words are nowhere listed, so these are keywords and the sign decides
#: about everything else.
_LINE_TYPES = (("compensation", r"赔|罚"), ("fee", r"费|扣款"), ("subsidy", r"补贴|补差"))
#: 数据标识 of what is taken back.
_BACK = -1


def conform(kind: str, bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Canonical frames of one kind of typed bronze rows: silver table name → frame.

    KeyError for a kind that is not declared.
    """
    return {"settlements": _settlements}[kind](bronze)


def _settlements(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One entry per bill line. Amounts are written without a sign; 数据标识 says which way the money goes."""
    said = pl.coalesce(
        *(
            pl.when(pl.col("line_type_text").str.contains(words)).then(pl.lit(code))
            for code, words in _LINE_TYPES
        )
    )
    by_sign = pl.when(pl.col("sign_qty") == _BACK).then(pl.lit("refund_after")).otherwise(pl.lit("sale"))
    entry = bronze.select(
        *LINEAGE,
        "order_id",
        "settled_at",
        settlement_entry_id=pl.concat_str("bill_id", "detail_id", separator=":"),
        settlement_type_code=pl.coalesce(said, by_sign),
        settled_fen=pl.col("sign_qty") * pl.col("payable_fen").abs(),
        product_id="barcode_id",
    )
    return {"settlement_entry": entry}

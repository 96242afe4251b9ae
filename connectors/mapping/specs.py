"""Colour and size out of the one text in which other systems write both: ``颜色:黑色;尺码:M``, ``黑色;M``,
``黑色 M码``.
"""

from __future__ import annotations

import polars as pl

_PAIR = r"\s*[:：]\s*([^;；,，|\[\]【】()（）]+)"
_COLOR, _SIZE = r"(?:颜色分类|颜色|花色)" + _PAIR, r"(?:尺码|尺寸|码数|鞋码)" + _PAIR
_PARTS = r"[^\s,，;；/、|+_]+"
_IS_SIZE = r"(?i)^(?:[XSML]{1,5}|[2-9]XL|均码|F|FREE|\d{2,3}(?:cm|码)?|[XSML]{1,5}码|[2-9]XL码)$"


def with_color_and_size(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill ``color_name`` and ``size_name`` from ``spec_text`` where no column tells them: parts that say
    what they are, or two of which one is a size.

    Anything else is left empty: a guess would put goods under a colour nobody sells.
    """
    spec = pl.col("spec_text")
    parts = spec.str.extract_all(_PARTS)
    first, second = parts.list.get(0, null_on_oob=True), parts.list.get(1, null_on_oob=True)
    first_is, second_is = first.str.contains(_IS_SIZE), second.str.contains(_IS_SIZE)
    clear = (parts.list.len() == 2) & (first_is != second_is)
    color = pl.coalesce(
        spec.str.extract(_COLOR), pl.when(clear).then(pl.when(first_is).then(second).otherwise(first))
    )
    size = pl.coalesce(
        spec.str.extract(_SIZE), pl.when(clear).then(pl.when(first_is).then(first).otherwise(second))
    )
    return rows.with_columns(
        color_name=pl.coalesce("color_name", color.str.strip_chars()),
        size_name=pl.coalesce(
            "size_name", size.str.strip_chars().str.replace(r"(?i)^([XSML0-9]{1,5})码$", "$1")
        ),
    )

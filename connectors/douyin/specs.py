"""Colour and size out of the text in which Douyin writes a specification."""

from __future__ import annotations

import polars as pl

_PAIR = r"\s*[:：]\s*([^;；,，|\[\]【】()（）]+)"
_COLOR = r"(?:主要颜色|颜色分类|颜色)" + _PAIR
_SIZE = r"(?:尺码|尺寸|码数|鞋码)" + _PAIR
#: ``黑色;M`` or ``黑色；L【建议100-115斤】``: two unnamed parts, of which the second looks like a size.
_TWO_PARTS = (
    r"^([^:：;；,，]+)[;；,，"
    r"]\s*(\d{0,2}X{0,4}[SMLsml]|均码|F|\d{2,3}(?:/\d{2,3}[A-C])?)码?\s*(?:[【（(\[].*)?$"
)


def color_and_size() -> tuple[pl.Expr, pl.Expr]:
    """From ``颜色分类:黑色;尺码:M`` anywhere, or ``黑色;M`` in the specification column.

    Null where neither pattern is followed.
    """
    spec = pl.coalesce("spec_text", "product_name")
    named = [spec.str.extract(pattern).str.strip_chars() for pattern in (_COLOR, _SIZE)]
    plain = [pl.col("spec_text").str.extract(_TWO_PARTS, part).str.strip_chars() for part in (1, 2)]
    color, size = (pl.coalesce(*pair) for pair in zip(named, plain, strict=True))
    return color, size

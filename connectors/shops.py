"""Sheets that hold several shops: which rows are of the shop a file is given for.

Rows of other shops are never mixed in, and never left out unsaid.
"""

from __future__ import annotations

import polars as pl

from connectors.base import Layout
from connectors.files.oddities import is_total
from connectors.files.spelling import trim
from connectors.typed import fold
from contracts.intake import Notice, refuse

_NAMED = 8


def names_in(cells: pl.Series) -> list[str]:
    """The shops a column names, each once, without what says that a row is a total."""
    return [
        str(word) for word in trim(cells).drop_nulls().unique(maintain_order=True) if not is_total(str(word))
    ]


def filled_down(cells: pl.Series) -> pl.Series:
    """What a column says of each row: a blank cell, and one that says its row is a total, says what stands
    above it.
    """
    words = trim(cells)
    totals = [word for word in words.drop_nulls().unique() if is_total(str(word))]
    return words.set(words.is_in(totals), None).forward_fill()


def only_shop(layout: Layout, table: pl.DataFrame, shop_id: str) -> tuple[pl.DataFrame, list[Notice]]:
    """``table`` with the rows of one of our shops, and what to say of those left out.

    A blank cell is of the shop above it.

    A table of one shop nobody has spoken of is taken as it is, unless this shop is known by another name.
    Raises FileRefusedError: SHOP_UNSAID where no name is known to be this shop's, OTHER_SHOP for one that is
    said to be another.
    """
    column = next(
        (name for name in table.columns if layout.shop_column and fold(name) == fold(layout.shop_column)),
        None,
    )
    found = names_in(table[column]) if column else []
    if column is None or not found:
        return table, []
    ours = dict(layout.shops)
    mine = [word for word in found if ours.get(word) == shop_id]
    others = [word for word in found if word not in mine]
    if not mine and len(others) == 1 and others[0] in ours:
        raise refuse("OTHER_SHOP", column=column.strip(), shop=shop_id, belongs_to=ours[others[0]])
    if not mine and (len(others) > 1 or shop_id in ours.values()):
        raise refuse("SHOP_UNSAID", column=column.strip(), shops="、".join(others[:_NAMED]), shop=shop_id)
    if not mine or not others:
        return table, []
    words = trim(table[column])
    is_mine = filled_down(words).is_in(mine).fill_null(False)
    about = f"{column.strip()}: {'、'.join(others[:_NAMED])}"
    left_out = ~is_mine & (words.is_in(others) | words.is_null())
    return table.filter(is_mine), [Notice("OTHER_SHOP_ROWS", int(left_out.sum()), about)]

"""Whose the amounts of a column are: each row's own, or the whole order's (the after-sale's), written on
every or on the first of its rows. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

#: ``each``: every row has its own amount, they add up. ``once``: it is the whole's, however often written,
#: and counts once. ``part``: once in each of the ERP's own orders, into which the whole may be split; these
#: add up.
Meaning = Literal["each", "once", "part"]
#: So many of the telling orders have to differ within themselves for the others, whose lines cost the same,
#: to be no doubt.
_DIFFERING = 0.2


class Spread(BaseModel):
    """How a column's amounts lie on the rows of orders (after-sales) of several rows: how many of these are
    of which pattern.

    ``alike``: one amount on all rows. ``first``, ``later``: on the first row only, on one later row only.
    ``partly``: one amount on several rows, not on all. ``differing``: several amounts; of these ``long`` ones
    have three amounts at least, and in ``runs`` equal ones stand together, as the amounts of parcels would.
    Orders without any amount are none of these. ``example``: an ``alike`` one, else one of the others.
    """

    model_config = ConfigDict(frozen=True)

    alike: int = 0
    first: int = 0
    later: int = 0
    partly: int = 0
    differing: int = 0
    long: int = 0
    runs: int = 0
    example: str = ""
    example_rows: int = 0
    example_cell: str = ""

    @property
    def several(self) -> int:
        """Orders of several rows that have an amount."""
        return self.alike + self.first + self.later + self.partly + self.differing

    @property
    def meaning(self) -> tuple[Meaning, bool]:
        """As ``own``, where no number tells the parcels of an order apart: amounts in runs may be the
        parcels', which no one can count.
        """
        return ("once", False) if self.runs and self.runs * 2 >= self.long else self.own

    @property
    def own(self) -> tuple[Meaning, bool]:
        """What the pattern speaks for, and whether it leaves no doubt that matters.

        Without any evidence what cannot count money twice.
        """
        doubtful = self.alike + self.partly
        if self.differing:
            return (
                ("each", True)
                if self.differing >= _DIFFERING * (self.differing + doubtful)
                else ("once", False)
            )
        if doubtful or not self.several:
            return "once", False
        return (
            ("each", True) if self.later else ("once", True)
        )  # in either reading the order comes to the same


def spread_of(whole: pl.Series, amounts: pl.Series, cells: pl.Series | None = None) -> Spread:
    """The pattern of ``amounts`` (nulls for none) over the rows of one ``whole`` each.

    ``cells`` are the same as written.

    Rows of no whole are left out, and what is less than nothing: it goes back.
    """
    written = amounts.cast(pl.String) if cells is None else cells
    rows = pl.DataFrame([whole.alias("whole"), amounts.alias("amount"), written.alias("cell")])
    rows = rows.filter(pl.col("whole").is_not_null() & (pl.col("amount").fill_null(0) >= 0))
    is_amount = pl.col("amount").fill_null(0) != 0
    given = pl.col("amount").filter(is_amount)
    orders = rows.group_by("whole", maintain_order=True).agg(
        rows=pl.len(),
        filled=is_amount.sum(),
        distinct=pl.col("amount").filter(is_amount).n_unique(),
        on_first=is_amount.first(),
        runs=(given != given.shift()).fill_null(True).sum(),
        cell=pl.col("cell").filter(is_amount).first(),
    )
    one = pl.col("distinct") == 1
    pattern = (
        pl.when(pl.col("distinct") > 1).then(pl.lit("differing"))
        .when(one & (pl.col("filled") == pl.col("rows"))).then(pl.lit("alike"))
        .when(one & (pl.col("filled") > 1)).then(pl.lit("partly"))
        .when(one & pl.col("on_first")).then(pl.lit("first"))
        .when(one).then(pl.lit("later"))
    )  # fmt: skip
    told = (
        orders.filter(pl.col("rows") > 1)
        .with_columns(pattern=pattern)
        .filter(pl.col("pattern").is_not_null())
    )
    if told.is_empty():
        return Spread()
    counts = dict(told["pattern"].value_counts().iter_rows())
    long = told.filter((pl.col("distinct") > 1) & (pl.col("filled") > 2))
    counts |= {
        "long": long.height,
        "runs": long.filter(
            (pl.col("runs") == pl.col("distinct")) & (pl.col("distinct") < pl.col("filled"))
        ).height,
    }
    shown = told.sort(pl.col("pattern") != "alike", -pl.col("rows").cast(pl.Int64), maintain_order=True).row(
        0, named=True
    )
    return Spread(
        **counts, example=shown["whole"], example_rows=shown["rows"], example_cell=shown["cell"] or ""
    )


def comes_to(whole: pl.Series, amounts: pl.Series, parts: pl.Series) -> Meaning | None:
    """What a second opinion proves: ``parts`` is what each row has to come to (quantity × price, another
    column).

    ``each`` where every row of several has just that, ``once`` where the rows of each order add up to its one
    amount; None where neither is so, or both. Only orders of several rows with an amount speak, and those of
    which every part is known.
    """
    rows = pl.DataFrame([whole.alias("whole"), amounts.alias("amount"), parts.alias("part")]).filter(
        pl.col("whole").is_not_null()
    )
    is_amount = pl.col("amount").fill_null(0) != 0
    orders = rows.group_by("whole").agg(
        rows=pl.len(),
        one=pl.col("amount").filter(is_amount).n_unique() == 1,
        amount=pl.col("amount").filter(is_amount).first(),
        parts=pl.col("part").sum(),
        known=pl.col("part").is_not_null().all(),
        same=(pl.col("part") == pl.col("amount").fill_null(0)).all(),
    )
    told = orders.filter((pl.col("rows") > 1) & pl.col("amount").is_not_null() & pl.col("known"))
    if told.is_empty():
        return None
    is_each, is_once = bool(told["same"].all()), bool((told["one"] & (told["parts"] == told["amount"])).all())
    return None if is_each == is_once else "each" if is_each else "once"


def proven(
    whole: pl.Series, amounts: pl.Series, columns: Mapping[str, pl.Series]
) -> tuple[Meaning, tuple[str, ...]] | None:
    """What the other ``columns`` (our name → numbers) prove, and the names of those that do: price ×
    quantity, with or without the discounts off.
    """
    if not {"unit_price_fen", "line_qty"} <= columns.keys():
        return None
    goods = columns["unit_price_fen"] * columns["line_qty"]
    off = [name for name in columns if name.startswith("discount_")]
    less = [goods - reduce(add, (columns[name].fill_null(0).abs() for name in off))] if off else []
    for parts, names in zip([goods, *less], [[], off], strict=False):
        if meaning := comes_to(whole, amounts, parts):
            return meaning, ("unit_price_fen", "line_qty", *names)
    return None


def parts_of(whole: pl.Series, numbers: pl.Series) -> pl.Series:
    """By what number of the ERP's own each row's amounts repeat: the one told last in its ``whole``, which
    itself stands in where none is told.
    """
    rows = pl.DataFrame([whole.alias("whole"), numbers.alias("part")])
    told = pl.coalesce(pl.col("part").forward_fill().over("whole"), "whole")
    return rows.select(pl.when(pl.col("whole").is_not_null()).then(told)).to_series()


def over_parts(
    whole: pl.Series, parts: pl.Series, amounts: pl.Series, cells: pl.Series | None = None
) -> Spread:
    """As ``spread_of``, of the ERP's own orders in each whole, with the first amount each of these has."""
    columns = [
        whole.alias("whole"),
        parts.alias("part"),
        amounts.alias("amount"),
        *([] if cells is None else [cells.alias("cell")]),
    ]
    rows = pl.DataFrame(columns).filter(pl.col("whole").is_not_null() & (pl.col("amount").fill_null(0) >= 0))
    firsts = rows.sort(pl.col("amount").fill_null(0) == 0, maintain_order=True).unique(
        ["whole", "part"], keep="first", maintain_order=True
    )
    return spread_of(firsts["whole"], firsts["amount"], None if cells is None else firsts["cell"])


def contradicting(whole: pl.Series, amounts: pl.Series) -> pl.Series:
    """Which rows are of a whole that has several amounts (other than 0) sold, or several given back, though
    it can have but one of each.
    """
    rows = pl.DataFrame([whole.alias("whole"), amounts.alias("amount")])
    amount = pl.col("amount")
    several = pl.any_horizontal(
        amount.filter(is_one).n_unique().over("whole") > 1 for is_one in (amount > 0, amount < 0)
    )
    return rows.select((several & pl.col("whole").is_not_null()).fill_null(False)).to_series()


def not_adding_up(
    whole: pl.Series, amounts: pl.Series, parts: pl.Series, freight: pl.Series | None = None
) -> pl.Series:
    """The wholes whose one amount is not what its rows' ``parts`` add up to, with or without the freight (the
    whole's, or each row's own).
    """
    added = pl.Series([0]).new_from_index(0, whole.len()) if freight is None else freight
    rows = pl.DataFrame(
        [whole.alias("whole"), amounts.alias("amount"), parts.alias("part"), added.alias("freight")]
    )
    rows = rows.filter(pl.col("whole").is_not_null() & (pl.col("part").fill_null(0) >= 0))
    given = pl.col("amount").filter(pl.col("amount") > 0).first().fill_null(0)
    sent = pl.col("freight").fill_null(0)
    orders = rows.group_by("whole", maintain_order=True).agg(
        rest=given - pl.col("part").sum(), once=sent.max(), each=sent.sum()
    )
    adds_up = pl.any_horizontal(pl.col("rest") == known for known in (0, pl.col("once"), pl.col("each")))
    return orders.filter(~adds_up)["whole"]

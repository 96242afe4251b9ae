"""Numbers of orders left blank below the order's first row, as merged cells are when they are saved as text:
whose row is whose. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from pydantic import BaseModel, ConfigDict

from connectors.files.oddities import is_total
from connectors.files.spelling import ID_EDGES, trim
from connectors.mapping.kinds import PART, WHOLE

#: What a row says of the whole order or after-sale it is of, and not of its goods or money.
_OF_WHOLE = (
    "order_id", "refund_id", PART, "created_at", "paid_at", "shipped_at", "finished_at", "applied_at",
    "refunded_at", "order_status_code", "currency_code", "province_name",
)  # fmt: skip
#: What a row says of its goods: without any it may be a sum.
_OF_GOODS = (
    "order_line_id", "sku_code", "product_id", "product_name", "style_code", "spec_text", "color_name",
    "size_name",
)  # fmt: skip


_NUMBER = r"^[^\p{Han}\p{L}]*[0-9]"
#: An order's number with that of a part behind it.
_PART_OF = r"^(\s*[='\"`\t]*[0-9]{15,})-[0-9]{1,2}(\W*)$"


class Carried(BaseModel):
    """What carrying numbers down comes to.

    ``columns``: their header → cells, of those that change. ``rows``: how many got the number of the row
    above. ``is_sure``: each says nothing of the order at all, where the row above does, and no row with goods
    is left without a number. ``first`` is the place (0-based) of the first such row, ``number`` what it got.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    columns: dict[str, pl.Series] = {}
    rows: int = 0
    is_sure: bool = False
    first: int = 0
    number: str = ""


def of_platform(
    platform: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]
) -> dict[str, pl.Series]:
    """The numbers of a platform's orders without the ``-1``, ``-2`` some ERPs put behind them when they split
    an order: no platform writes that behind so many digits. Empty where nothing changes.
    """
    header = taken.get("order_id", "")
    if platform in ("shop", "other") or header not in table:
        return {}
    is_part = table[header].str.contains(_PART_OF).fill_null(False)
    return {header: table[header].str.replace(_PART_OF, "$1")} if is_part.any() else {}


def carry_down(
    kind: str,
    taken: Mapping[str, str],
    cells: Mapping[str, pl.Series],
    platform: str,
    *,
    is_bare: bool = True,
) -> Carried:
    """Give rows with goods and without a number that of the row above, unless they say something else of the
    order than it does; behind a row that is of nobody, none is.

    ``taken``: our name → their header; ``cells``: header → cells. Numbers come out as ``of_platform`` has
    them, also where no row ``is_bare``.
    """
    whole_numbers = of_platform(platform, taken, cells)
    table = {**cells, **whole_numbers}
    found = _carried_down(kind, taken, table) if is_bare else Carried()
    return found.model_copy(update={"columns": {**whole_numbers, **found.columns}})


def _carried_down(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> Carried:
    key = taken.get(WHOLE.get(kind, ""), "")
    whole = [taken[name] for name in _OF_WHOLE if taken.get(name) in table]
    goods = [taken[name] for name in _OF_GOODS if taken.get(name) in table and taken[name] not in whole]
    if key not in table or not goods:
        return Carried()
    numbers = [taken[name] for name in taken if name.endswith(("_fen", "_qty")) and taken[name] in table]
    told = [*whole, *goods, *numbers]
    cells = pl.DataFrame([trim(table[header]).alias(header) for header in dict.fromkeys(told)])
    is_head = cells[key].str.strip_chars(ID_EDGES).fill_null("") != ""
    if is_head.all() or not is_head.any():
        return Carried()
    words = cells.filter(~is_head).unpivot()["value"].drop_nulls().unique()
    totals = [word for word in words if is_total(word)]
    # an order may be in several of the ERP's own
    others = [header for header in whole if header not in (key, taken.get(PART))]
    above = {header: pl.col(header).first().over("_of") for header in whole}
    says = {header: pl.col(header).is_not_null() for header in others}
    is_total_row = pl.any_horizontal(
        pl.col(header).is_in(totals).fill_null(False) for header in cells.columns
    )
    # a note under the table may stand in any column, but never beside a number
    has_number = pl.any_horizontal(
        pl.lit(False), *(pl.col(header).str.contains(_NUMBER).fill_null(False) for header in numbers)
    )
    has_goods = (
        pl.any_horizontal(pl.col(header).is_not_null() for header in goods) & has_number & ~is_total_row
    )
    differs = (says[header] & pl.col(header).ne_missing(above[header]) for header in others)
    rows = cells.with_columns(_of=is_head.cum_sum(), _is_head=is_head).with_columns(
        _is_more=~pl.col("_is_head")
        & (pl.col("_of") > 0)
        & has_goods
        & ~pl.any_horizontal(pl.lit(False), *differs),
        _has_goods=has_goods,
        _says=pl.any_horizontal(pl.lit(False), *says.values()),
        _told=pl.any_horizontal(pl.lit(False), *(above[header].is_not_null() for header in others)),
    )
    is_cut = (~pl.col("_is_head") & ~pl.col("_is_more")).cum_sum().over("_of") > 0
    rows = rows.with_columns(_is_more=pl.col("_is_more") & ~is_cut)
    return _as_carried(rows, table, key, whole)


def _as_carried(rows: pl.DataFrame, table: Mapping[str, pl.Series], key: str, whole: list[str]) -> Carried:
    """What the marked ``rows`` come to."""
    above = {header: pl.col(header).first().over("_of") for header in whole}
    more = rows["_is_more"]
    if not more.any():
        return Carried()
    # a number's cell may hold an edge of text alone, as ' or =""
    own = {header: pl.col(header) if header != key else pl.lit(None, pl.String) for header in whole}
    filled = rows.select(
        pl.when("_is_more").then(pl.coalesce(own[header], above[header])).otherwise(header).alias(header)
        for header in whole
    )
    left = rows.filter(~pl.col("_is_head") & ~pl.col("_is_more") & pl.col("_has_goods"))
    sure = rows.filter("_is_more").select(~pl.col("_says") & pl.col("_told")).to_series().all()
    first = int(more.arg_max() or 0)
    return Carried(
        # a row that is not carried keeps its cells as written
        columns={header: table[header].zip_with(~more, filled[header].alias(header)) for header in whole},
        rows=int(more.sum()),
        is_sure=bool(sure) and left.is_empty(),
        first=first,
        number=str(filled[key][first]),
    )

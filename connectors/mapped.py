"""Any other table as a source like a connector's: mappings → a ``Platform`` with layouts, bronze tables,
cleaning and conform. No code per table.

The shop's platform decides whose rows they are: a mapping for ``shop`` gives after-sales to a Douyin shop as
well as to one on no known platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import polars as pl

from connectors.base import Checked, Column, Layout, Platform, platforms
from connectors.files.merged_ids import holds_several_ids
from connectors.files.spelling import trim
from connectors.mapping.amounts import contradicting, not_adding_up, over_parts, parts_of, proven, spread_of
from connectors.mapping.brushed import told_brushed
from connectors.mapping.carried import carry_down
from connectors.mapping.copies import pasted_rows
from connectors.mapping.file import FOLDER, shipped
from connectors.mapping.kinds import KINDS, PART, PRICED, REPEATED, TOLD, WHOLE, names_of
from connectors.mapping.model import MappingFile
from connectors.mapping.readied import readied
from connectors.mapping.rows import bronze_name, conform
from connectors.mapping.states import sent_again, silent_returns, void_rows
from connectors.shops import filled_down
from connectors.typed import fold
from contracts.fields import FIELDS, Field
from contracts.intake import Notice, refuse
from contracts.tables import Table


def _bronze(kind: str) -> Table:
    """One table for every mapping of a kind: our names, words still untranslated (``order_status_text``),
    money and times typed.
    """
    fields = {bronze_name(name): _field(name) for name in names_of(kind)}
    title = KINDS[kind]
    return Table(
        "bronze",
        f"mapped__{kind}",
        f"映射 {title.zh}",
        f"mapped {title.en}",
        "One row of one table read through a mapping, typed, personal columns removed. ``layout_name`` is "
        "the mapping.",
        key=("merchant_id", "shop_id", "_export_id", "_row_number"),
        required=("platform_code", "layout_name", "_observed_at"),
        optional=tuple(fields),
        extra=tuple(fields.values()),
    )


def _field(name: str) -> Field:
    known, told = FIELDS.get(name, Field(name, name, name)), bronze_name(name)
    if told != name:
        return Field(told, f"{known.zh}（原词）", f"{known.en} (their word)")
    # a file may hold negative amounts where our tables do not: the contract of the canonical table is the
    # judge
    return Field(name, known.zh, known.en, minimum=-(10**13)) if name.endswith(("_fen", "_qty")) else known


#: ``mapped_<kind>`` → its bronze table, whatever the mapping and the platform.
BRONZE: dict[str, Table] = {f"mapped_{kind}": _bronze(kind) for kind in KINDS}


def bronze_tables() -> list[Table]:
    """Every bronze table there is: of each connector, and one per kind of mapped table."""
    return [
        *(table for platform in platforms().values() for table in platform.bronze.values()),
        *BRONZE.values(),
    ]


@dataclass(frozen=True)
class Mapped(Platform):
    """The part of a platform that mappings give: a ``Platform`` of code ``code`` whose layouts are
    ``mappings``.
    """

    mappings: tuple[MappingFile, ...] = field(default=(), hash=False)

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """One layout per mapping."""
        return tuple(_layout(self.code, mapping) for mapping in self.mappings)

    def carried(self, layout: Layout, table: pl.DataFrame) -> tuple[pl.DataFrame, list[Notice]]:
        """As the mapping says; rows that say something else of the order than the row above stay without."""
        mapping = next(mapping for mapping in self.mappings if mapping.name == layout.name)
        by_word = {fold(name): name for name in table.columns}
        taken = {
            name: by_word[fold(rule.header[0])]
            for name, rule in mapping.columns.items()
            if fold(rule.header[0]) in by_word
        }
        cells = {name: table[name] for name in taken.values()}
        done = carry_down(mapping.kind, taken, cells, self.code, is_bare=mapping.carried)
        about = f"{done.number}: {int(table['_row_number'][done.first])}" if done.rows else ""
        notices = [Notice("NUMBER_CARRIED", done.rows, about)] if done.rows else []
        return table.with_columns(**done.columns), notices

    def repeated(self, layout: Layout) -> frozenset[str]:
        """Headers the mapping says are repeated."""
        mine = (mapping for mapping in self.mappings if mapping.name == layout.name)
        return frozenset(
            header.strip()
            for mapping in mine
            for name in mapping.repeated
            for header in mapping.columns[name].header
        )

    @cached_property
    def bronze(self) -> dict[str, Table]:
        """``BRONZE``: also of kinds no mapping here is of, so that what was loaded stays readable."""
        return BRONZE


def source(
    platform_code: str, mappings: Sequence[MappingFile], retired: Sequence[MappingFile] = ()
) -> Mapped:
    """What a shop on ``platform_code`` can give through ``mappings``; those of another platform are left out.

    Of one name the first counts.

    ``retired`` read no file any more, but rows that were read by them are still understood.
    """
    fit = tuple(
        {
            mapping.name: mapping
            for mapping in reversed(mappings)
            if mapping.platform in ("shop", platform_code)
        }.values()
    )[::-1]
    return Mapped(
        code=platform_code,
        folder=FOLDER,
        conform=partial(conform, (*fit, *retired), has_sub_orders=_has_sub_orders(platform_code)),
        clean=partial(_clean, platform_code, {mapping.name: mapping for mapping in fit}),
        check=partial(_check, {mapping.name: mapping for mapping in fit}),
        mappings=fit,
    )


def shipped_layouts() -> list[Layout]:
    """The layouts of the mappings that come with the house, those for any shop as of ``other``."""
    return [
        _layout("other" if mapping.platform == "shop" else mapping.platform, mapping)
        for mapping in shipped().values()
    ]


def _has_sub_orders(platform_code: str) -> bool:
    """Whether the platform numbers sub-orders itself (its own layouts name one).

    Elsewhere a sub-order number is the other system's, and says nothing here.
    """
    known = platforms().get(platform_code)
    return known is None or any(
        column.name == "order_line_id" for layout in known.layouts for column in layout.columns
    )


def _layout(platform_code: str, mapping: MappingFile) -> Layout:
    required = set(mapping.signature) or {
        rule.header[0]
        for name, rule in mapping.columns.items()
        if mapping.is_filled(name) and len(rule.header) == 1
    }
    columns = [
        Column(
            bronze_name(name),
            rule.header[0],
            mapping.cell_of(name),
            rule.header[0] in required,
            mapping.is_filled(name),
            False,
        )
        for name, rule in mapping.columns.items()
    ]
    unnamed = [header for rule in mapping.columns.values() for header in rule.header[1:]] + list(
        mapping.unread
    )
    unnamed += [column.header for column in (mapping.platform_column, mapping.shop_column) if column]
    columns += [Column("", header, "text", header in required, False, False) for header in unnamed]
    columns += [Column("", header, "text", header in required, False, True) for header in mapping.personal]
    if mapping.buyer:
        columns.append(
            Column("buyer_key", mapping.buyer, "text", mapping.buyer in required, False, True, buyer=True)
        )
    first = {fold(column.header): column for column in reversed(columns)}
    kept = tuple(column for column in columns if first[fold(column.header)] is column)
    header_row = 0 if mapping.header_row == "auto" else mapping.header_row
    encoding = "" if mapping.encoding == "auto" else mapping.encoding
    told = (
        (mapping.shop_column.header, tuple(mapping.shop_column.shops.items()))
        if mapping.shop_column
        else ("", ())
    )
    return Layout(
        platform_code,
        mapping.layout_kind,
        mapping.name,
        "file",
        mapping.verified,
        mapping.origin,
        kept,
        header_row,
        encoding,
        *told,
    )


# cells made ready for the house's own parsers
def _clean(
    platform_code: str, mappings: dict[str, MappingFile], kind: str, layout: str, table: pl.DataFrame
) -> pl.DataFrame:
    """``table`` with one column per name, money without foreign marks and with its sign, times on the house's
    clock.

    Raises FileRefusedError when the rows are of other platforms than the shop, or of several, and when all
    headers of a needed name are missing.
    """
    del kind
    mapping = mappings[layout]
    by_word = {fold(name): name for name in table.columns}
    table = _only_platform(mapping, platform_code, by_word, table)
    _check_told(mapping, by_word)
    cells: dict[str, pl.Series] = {}
    for name, rule in mapping.columns.items():
        there = [by_word[fold(word)] for word in rule.header if fold(word) in by_word]
        if not there:
            continue
        raw = table[there[0]] if len(there) == 1 else _first_said([table[column] for column in there])
        target = by_word.get(fold(rule.header[0]), rule.header[0])
        cells[target] = readied(raw, mapping, name).alias(target)
    return table.with_columns(cells.values()) if cells else table


def _check(mappings: dict[str, MappingFile], kind: str, layout: str, typed: pl.DataFrame) -> Checked:
    """Amounts that contradict what the mapping takes them for: an order's with several values, and lines' own
    that no order tells apart.
    """
    del kind
    mapping = mappings[layout]
    names = [name for name in REPEATED.get(mapping.kind, ()) if name in typed.columns]
    beside = [name for name in mapping.of_order.values() if name not in mapping.once]
    whole = typed[WHOLE[mapping.kind]] if names else pl.Series([], dtype=pl.String)
    again = sent_again(mapping, typed)
    twice = pasted_rows(mapping.kind, typed)
    if names:
        whole = whole.set(void_rows(mapping, typed) | holds_several_ids(whole) | again | twice, None)
    parts = parts_of(whole, typed[PART]) if PART in typed.columns else whole
    by = {name: parts if mapping.is_per_part(name) else whole for name in (*names, *beside)}
    bad = [
        (contradicting(by[name], typed[name]), "AMOUNTS_DIFFER", name)
        for name in by
        if name in (*mapping.repeated, *beside)
    ]
    bad += [(twice, "PASTED_AGAIN", WHOLE.get(mapping.kind, "order_id"))]
    bad += [(silent, "RETURN_AMOUNT", name) for name, silent in silent_returns(mapping, typed).items()]
    doubtful = [name for name in names if name not in (*mapping.repeated, *mapping.per_row)]
    own = {
        name: spread_of(whole, typed[name])
        for name in doubtful
        if not proven(whole, typed[name], typed.to_dict())
    }
    own |= {
        name: over_parts(whole, parts, typed[name])
        for name in names
        if name in mapping.per_erp_order and spread_of(parts, typed[name]).alike
    }
    alike = [
        (spread.alike, f"{mapping.columns[name].header[0]} {spread.example}")
        for name, spread in own.items()
        if spread.alike == spread.several > 0
    ]
    notices = [Notice("AMOUNTS_ALIKE", count, about) for count, about in alike]
    notices += _sums_that_differ(mapping, typed, {name: by[name] for name in beside})
    notices += _of_rows(mapping, typed.filter(~twice), again.filter(~twice))
    return Checked(tuple(item for item in bad if item[0].any()), tuple(notices))


def _of_rows(mapping: MappingFile, typed: pl.DataFrame, again: pl.Series) -> list[Notice]:
    """What is said of rows that each may be good; ``again`` are goods sent in exchange or once more."""
    return [
        *_same_goods(mapping, typed.filter(~again)),
        *_odd_rows(mapping, typed),
        *_heads_again(mapping, typed),
        *_exchanges(mapping, typed.filter(again)),
        *told_brushed(mapping, typed),
    ]


def _sums_that_differ(mapping: MappingFile, typed: pl.DataFrame, by: Mapping[str, pl.Series]) -> list[Notice]:
    """Orders whose lines do not add up to what is told of the order, per such column."""
    notices: list[Notice] = []
    for name in by:
        freight = typed["freight_fen"] if "freight_fen" in typed.columns else None
        odd = not_adding_up(by[name], typed[name], typed[name.removeprefix("order_")], freight)
        notices += (
            [Notice("ORDER_SUM_DIFFERS", odd.len(), f"{mapping.columns[name].header[0]} {odd[0]}")]
            if odd.len()
            else []
        )
    return notices


def _same_goods(mapping: MappingFile, typed: pl.DataFrame) -> list[Notice]:
    """Rows of one order and code with different money, in a table that numbers no lines: lines of their own,
    one that was corrected, or payments.

    Where price × quantity is what they come to together, each is a payment, and the pieces are written again
    on each.
    """
    amount = next(
        (name for name in ("paid_fen", "placed_fen") if name in typed.columns and name not in mapping.once),
        None,
    )
    code = next((name for name in ("sku_code", "product_id") if name in typed.columns), None)
    if mapping.kind != "orders" or amount is None or code is None or "order_line_id" in typed.columns:
        return []
    rows = typed.filter(
        ~void_rows(mapping, typed)
        & ~holds_several_ids(typed["order_id"])
        & (typed[amount] > 0)
        & typed[code].is_not_null()
    )
    goods = (
        pl.col("unit_price_fen") * pl.col("line_qty")
        if {"unit_price_fen", "line_qty"} <= set(typed.columns)
        else pl.lit(None, pl.Int64)
    )
    in_parts = (pl.len() > 1) & (goods.min() == pl.col(amount).sum()) & (goods.max() == pl.col(amount).sum())
    lines = rows.group_by("order_id", code, maintain_order=True).agg(
        n=pl.col(amount).n_unique(), _in_parts=in_parts
    )
    is_paid_in_parts = pl.col("_in_parts").fill_null(False)
    found = {
        "PIECES_REPEATED": lines.filter(is_paid_in_parts),
        "SAME_GOODS": lines.filter(~is_paid_in_parts & (pl.col("n") > 1)),
    }
    return [
        Notice(rule, odd["order_id"].n_unique(), f"{odd['order_id'][0]} {odd[code][0]}")
        for rule, odd in found.items()
        if odd.height
    ]


def _odd_rows(mapping: MappingFile, typed: pl.DataFrame) -> list[Notice]:
    """Rows of orders whose money may be no line's: as much as all others of the order together, and below 0
    with goods that did not come back.
    """
    amount = next((name for name in ("paid_fen", "placed_fen") if name in typed.columns), None)
    if mapping.kind != "orders" or amount is None:
        return []
    rows = typed.filter(
        ~void_rows(mapping, typed) & ~holds_several_ids(typed["order_id"]) & typed["order_id"].is_not_null()
    )
    sums = rows.group_by("order_id", maintain_order=True).agg(
        several=pl.len() > 2, is_sum=2 * pl.col(amount).max() == pl.col(amount).sum()
    )
    is_less = (
        (pl.col(amount) < 0) & (pl.col("line_qty") > 0) if "line_qty" in typed.columns else pl.lit(False)
    )
    found = {
        "ROW_IS_SUM": sums.filter(pl.col("several") & pl.col("is_sum"))
        if amount not in mapping.once
        else sums.clear()
    }
    found["LESS_THAN_NOTHING"] = rows.filter(is_less)
    return [
        Notice(rule, odd["order_id"].n_unique(), str(odd["order_id"][0]))
        for rule, odd in found.items()
        if odd.height
    ]


def _exchanges(mapping: MappingFile, again: pl.DataFrame) -> list[Notice]:
    """Amounts on goods sent in exchange within an order that was sold, which do not count."""
    names = [name for name in PRICED.get(mapping.kind, ()) if name in again.columns]
    odd = again.filter(pl.any_horizontal(pl.lit(False), *(pl.col(name) > 0 for name in names)))
    return [Notice("EXCHANGE_UNPAID", odd.height, str(odd["order_id"][0]))] if odd.height else []


def _heads_again(mapping: MappingFile, typed: pl.DataFrame) -> list[Notice]:
    """Orders on several rows of a table that was mapped as one row an order: of rows alike in their money
    only one counts.
    """
    if mapping.kind != "order_heads":
        return []
    again = (
        typed.filter(~void_rows(mapping, typed) & typed["order_id"].is_not_null())["order_id"]
        .value_counts()
        .filter(pl.col("count") > 1)
        .sort("order_id")
    )
    return [Notice("HEADS_AGAIN", again.height, str(again["order_id"][0]))] if again.height else []


def _check_told(mapping: MappingFile, by_word: Mapping[str, str]) -> None:
    """Of several headers a name may have, or several names that tell the same, none needs to be there, but
    one of them does.
    """
    wanted = [[name] for name in mapping.columns if mapping.is_filled(name)]
    for names in TOLD.get(mapping.kind, ()):
        told = [
            mapping.same_as.get(name, "unit_price_fen" if name in mapping.priced else name) for name in names
        ]
        wanted.append([name for name in told if name in mapping.columns])
    for several in wanted:
        headers = [header for name in several for header in mapping.columns[name].header]
        if headers and not any(fold(header) in by_word for header in headers):
            raise refuse("MISSING_COLUMN", looks_like=mapping.name, missing=" / ".join(headers))


def _only_platform(
    mapping: MappingFile, platform_code: str, by_word: dict[str, str], table: pl.DataFrame
) -> pl.DataFrame:
    told = mapping.platform_column
    if told is None or fold(told.header) not in by_word or table.is_empty():
        return table
    words = filled_down(table[by_word[fold(told.header)]])
    found = words.replace_strict(told.values, default="?", return_dtype=pl.String)
    if (found == platform_code).fill_null(True).all():
        return table
    said = "、".join(words.fill_null("").unique().sort().head(8))
    raise refuse(
        "SEVERAL_SHOPS" if (found == platform_code).any() else "WRONG_PLATFORM",
        file=said,
        shop=platform_code,
        column=told.header.strip(),
    )


def _first_said(columns: list[pl.Series]) -> pl.Series:
    """Each row's first cell with something in it; where none has, the first column's own."""
    said = pl.select(pl.coalesce(*(pl.lit(trim(column)) for column in columns))).to_series()
    return said.zip_with(said.is_not_null(), columns[0])

"""One export → typed bronze rows and quarantined rows.

Generic: what a header means comes from each platform's ``columns.csv``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Platform, platforms
from connectors.files import oddities
from connectors.files.cells import read_id
from connectors.files.delimited import Delimited
from connectors.files.endings import Ending, check_last_row
from connectors.files.grids import spread_merged
from connectors.recognising import Aliases, Recognised, near_headers, recognise, twins
from connectors.shops import only_shop
from connectors.typed import QUARANTINE, Origin, Reading, fold, moment, present_columns, type_rows
from contracts.fields import TIME_ZONE
from contracts.intake import SHEET_STEP, Notice, refuse

__all__ = [
    "QUARANTINE",
    "Aliases",
    "Origin",
    "Reading",
    "Recognised",
    "fold",
    "near_headers",
    "read_file",
    "read_pages",
    "read_records",
    "recognise",
]

#: Above this share of rows with another number of cells than the header the whole file is suspect.
MISFIT_SHARE = 0.01
_MANY_SHOPS = 20
_STATED_DAY = re.compile(
    r"导出[-_ ]?(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?![-_.~至到 ]*20\d\d)"
)  # of two days the file is about neither is told


def _without_twins(table: pl.DataFrame, found: Recognised) -> tuple[list[str], list[Notice]]:
    """The header with the later of two columns of one name struck out.

    Raises FileRefusedError when they hold different cells and somebody reads them.
    """
    header, twice = found.header, twins(found.header)
    pairs = [(first, other) for first, *rest in twice.values() for other in rest]
    names = "、".join(header[first].strip() for first, *_ in twice.values())
    read = set(_read_places(found)) | {
        str(place)
        for place, cell in enumerate(header)
        if fold(cell) in {fold(found.layout.shop_column), *oddities.SHOP_HEADERS}
    }
    if any(str(first) in read and not table[str(first)].equals(table[str(other)]) for first, other in pairs):
        raise refuse("DUPLICATE_HEADER", columns=names)
    struck = {other for _, other in pairs}
    return ["" if index in struck else cell for index, cell in enumerate(header)], [
        Notice("TWIN_COLUMN", len(pairs), names)
    ] if pairs else []


@dataclass(frozen=True)
class _Raw:
    """A file's table by header words, what does not fit it, its summary rows, and warnings."""

    table: pl.DataFrame
    misfits: pl.DataFrame
    totals: pl.DataFrame
    notices: list[Notice]


def _needed(found: Recognised) -> list[int]:
    """Places of the columns somebody looks at.

    Of the platform's narrow kinds those that are typed or personal (a connector may take a province out of an
    address), those that say whose shop it is, the first, where totals stand, and doubled ones; of other kinds
    all.
    """
    layout, header = found.layout, found.header
    if layout.kind not in found.platform.narrow_kinds:
        return list(range(len(header)))
    looked_at = {
        fold(column.header) for column in layout.columns if column.name or column.personal
    } | oddities.SHOP_HEADERS
    doubled = {place for places in twins(header).values() for place in places}
    return [
        place
        for place, cell in enumerate(header)
        if place == 0 or place in doubled or fold(cell) in looked_at
    ]


def _read_places(found: Recognised) -> dict[str, tuple[str, str]]:
    """Places of the columns whose cells somebody reads, with header and kind of cell."""
    # of a mapped name several headers may speak, of which the first alone has the name
    is_mapped = found.platform is not platforms().get(found.platform.code)
    columns = [
        item for item in found.layout.columns if item.name or item.buyer or (is_mapped and not item.personal)
    ]
    kinds = {fold(item.header): item.cell for item in columns}
    return {
        str(place): (cell.strip(), kinds[fold(cell)])
        for place, cell in enumerate(found.header)
        if fold(cell) in kinds
    }


def _ending(found: Recognised) -> Ending | None:
    """Where the sheet ends, if it is a text whose last row may not be whole."""
    source, place = found.sheet.source, len(found.header) - 1
    if not isinstance(source, Delimited) or not source.may_be_cut:
        return None
    _, kind = _read_places(found).get(str(place), ("", None))
    return Ending(
        source.last_row(found.header_row),
        source.text[-3:].rstrip(b"\r\n")[-1:],
        source.is_open,
        str(place),
        found.header[place].strip(),
        kind,
    )


def _read_raw(found: Recognised, shop_id: str) -> _Raw:
    """One recognised sheet without what is no data, without other shops' rows where a column tells them, and
    without the columns nobody reads.
    """
    places, ending = _needed(found), _ending(found)
    table, misfits = found.sheet.read(
        found.header_row, sorted({*places, int(ending.place)}) if ending else places
    )
    if ending:
        table, misfits = check_last_row(table, misfits, ending)
    if found.sheet.merges:
        table = spread_merged(
            table, found.sheet.merges, _read_places(found), found.platform.repeated(found.layout)
        )
    table, again = oddities.without_repeated_headers(table, found.header)
    misfits, short = oddities.misfit_notices(misfits)
    ragged = misfits.filter(pl.col("rule_name") == "RAGGED_ROW")
    if ragged.height > max(1, (table.height + misfits.height) * MISFIT_SHARE):
        raise refuse("RAGGED_ROWS", rows=ragged.height, first_row=ragged["_row_number"].min())
    header, doubled = _without_twins(table, found)
    named = table.rename(
        {str(index): cell for index, cell in enumerate(header) if cell.strip()}, strict=False
    )
    named, carried = found.platform.carried(found.layout, named)
    named, others = only_shop(found.layout, named, shop_id)
    cleaned = found.platform.clean(found.layout.kind, found.layout.name, named)
    known = present_columns(found.layout, named.columns)
    table, totals, left_out = oddities.without_totals(cleaned, known)
    if cleaned.height < named.height:
        gone, told = oddities.told_of(named.join(cleaned, on="_row_number", how="anti"), known)
        totals, left_out = pl.concat([totals, gone], how="diagonal"), oddities.summed([*left_out, *told])
    return _Raw(table, misfits, totals, [*again, *short, *doubled, *carried, *others, *left_out])


def _read_sheets(found: Recognised, shop_id: str) -> _Raw:
    """All sheets of one header as one table.

    Row 5 of the workbook's second such sheet is row 10,000,005: see ``contracts.intake.row_place``.
    """
    raws = [_read_raw(item, shop_id) for item in (found, *found.others)]
    if len(raws) == 1:
        return raws[0]
    shifts = [pl.col("_row_number") + index * SHEET_STEP for index in range(len(raws))]
    words = raws[0].table.columns
    tables = [
        raw.table.rename(dict(zip(raw.table.columns, words, strict=True))).with_columns(shift)
        for raw, shift in zip(raws, shifts, strict=True)
    ]
    totals = [
        raw.totals.rename(dict(zip(raw.totals.columns, words, strict=True))).with_columns(shift)
        for raw, shift in zip(raws, shifts, strict=True)
    ]
    misfits = [raw.misfits.with_columns(shift) for raw, shift in zip(raws, shifts, strict=True)]
    notices = [notice for raw in raws for notice in raw.notices] + [Notice("SEVERAL_SHEETS", len(raws))]
    return _Raw(pl.concat(tables), pl.concat(misfits), pl.concat(totals), notices)


def read_file(
    data: bytes, origin: Origin, *, mappings: Sequence[Platform] = (), aliases: Aliases | None = None
) -> Reading:
    """Read an uploaded or dropped file. Raises FileRefusedError; a refused file has changed nothing.

    ``mappings`` are further sources beside the connectors' own layouts: ``Platform`` objects made from
    mapping files (``connectors.mapped.source``). Their ``layouts`` compete by the number of headers they have
    in common with the file, then by their share, and on a tie the connector's own wins; their ``clean`` and
    ``bronze`` (kind → table) are used as any platform's, so a mapped kind needs a name of its own.
    ``aliases`` is ``Layout.key`` (``platform/kind/layout``, of built-in and mapped layouts alike) → their
    header → the layout's header: names a person confirmed. An alias counts where the file has their header
    and lacks the layout's own; headers are compared folded (``fold``). What was read by an alias stands in
    ``notices`` (ALIAS_USED). Nothing near is ever used unconfirmed: see ``near_headers``.
    """
    found = recognise(data, mappings=mappings, aliases=aliases)
    platform = found.platform
    raw = _read_sheets(found, origin.shop_id)
    if raw.table.is_empty() and raw.misfits.is_empty():
        raise refuse("NO_ROWS")
    exported_at = platform.exported_at(origin.name) or _stated_day(origin.name)
    if exported_at and exported_at > origin.received_at + dt.timedelta(days=1):
        exported_at = None  # a stamp from the future would win over everything that ever follows
    reading = type_rows(platform, found.layout, raw.table, origin, origin.observed_at or exported_at)
    known = present_columns(found.layout, raw.table.columns)
    new = _new_columns(found)
    quarantine = (
        pl.concat([reading.quarantine, _misfit_rows(raw.misfits, origin.export_id)])
        if raw.misfits.height
        else reading.quarantine
    )
    rows = raw.table.height + raw.misfits.height
    sums = [
        *oddities.disagreements(raw.totals, reading.bronze, known),
        *oddities.doubtful(reading.bronze, found.layout),
    ]
    sums += oddities.identical(raw.table, known) if found.layout.kind == "mapped_orders" else []
    notices = [*raw.notices, *reading.notices, *_told(found, new), *sums, *oddities.capped(rows)]
    return replace(
        reading,
        quarantine=quarantine,
        rows_read=rows,
        new_columns=new,
        notices=notices,
        shop_refs=_shop_refs(raw.table)
        if platform is platforms().get(platform.code)
        else [],  # another system numbers shops its own way
    )


def _stated_day(name: str) -> dt.datetime | None:
    """The end of the day a person wrote into a file's name as that of its export: ``…导出20261215….csv``."""
    told = _STATED_DAY.search(name)
    try:
        day = dt.date(*map(int, told.groups())) if told else None
    except ValueError:
        return None
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(TIME_ZONE)) if day else None


def _new_columns(found: Recognised) -> list[str]:
    """Headers, as written, of which the layout says nothing."""
    declared = {fold(column.header) for column in found.layout.columns}
    return [
        cell
        for cell in dict.fromkeys(found.header)
        if cell.strip() and fold(cell) not in declared and cell not in found.other_units
    ]


def _told(found: Recognised, new: list[str]) -> list[Notice]:
    """What the receipt says of names that were read by an alias, or were not read at all."""
    names = {
        "ALIAS_USED": [f"{theirs.strip()}→{known}" for theirs, known in found.aliased.items()],
        "UNIT_IN_HEADER": [theirs.strip() for theirs in found.in_units],
        "OTHER_UNIT": [theirs.strip() for theirs in found.other_units],
        "OTHER_SHEETS": list(found.left_out),
        "NEW_COLUMN": [name.strip() for name in new],
    }
    return [Notice(rule, len(about), "、".join(about)[:200]) for rule, about in names.items() if about]


def _misfit_rows(misfits: pl.DataFrame, export_id: str) -> pl.DataFrame:
    """Rows that do not fit the header as ``QUARANTINE`` rows.

    In which column a name might stand there nobody knows, so no cell is told.
    """
    said = {"column_name": pl.lit(""), "cell_name": pl.lit(""), "row_json": pl.lit("{}")}
    return misfits.select("_row_number", "rule_name", _export_id=pl.lit(export_id), **said).select(
        *QUARANTINE
    )


def _shop_refs(table: pl.DataFrame) -> list[str]:
    """The platform's numbers of the shops the rows say they are of, one a shop however a spreadsheet spelled
    it; 0 is what a platform writes for none.
    """
    told = [
        read_id(table[name].unique().head(_MANY_SHOPS))[0].str.replace_all(r",|\.0+$", "")
        for name in table.columns
        if fold(name) in oddities.SHOP_HEADERS
    ]
    return sorted({str(ref) for column in told for ref in column if ref and ref != "0"})


def read_records(platform: Platform, kind: str, records: list[dict[str, object]], origin: Origin) -> Reading:
    """Read one API page already flattened to records.

    The same typing, contracts and quarantine as a file's rows.
    """
    return read_pages(platform, kind, [(origin, records)])


def read_pages(
    platform: Platform, kind: str, pages: Sequence[tuple[Origin, Sequence[Mapping[str, object]]]]
) -> Reading:
    """Read many API pages of one shop's kind at once: typing is per column, so a thousand small pages cost
    what one large one does.
    """
    layout = next(item for item in platform.layouts if item.kind == kind and item.source == "api")
    headers = [column.header for column in layout.columns]
    rows = {
        header: [
            "" if (cell := record.get(header)) is None else str(cell)
            for _, records in pages
            for record in records
        ]
        for header in headers
    }
    sizes = [len(records) for _, records in pages]
    lineage = pl.DataFrame(
        {
            "_export_id": [origin.export_id for origin, _ in pages],
            "_observed_at": [moment(origin.observed_at or origin.received_at) for origin, _ in pages],
            "_row_number": [list(range(1, size + 1)) for size in sizes],
        },
        schema={
            "_export_id": pl.String,
            "_observed_at": pl.Datetime("us", TIME_ZONE),
            "_row_number": pl.List(pl.Int64),
        },
    )
    table = pl.DataFrame(rows, schema=dict.fromkeys(headers, pl.String))
    numbered = lineage.filter(pl.col("_row_number").list.len() > 0).explode("_row_number")
    newest = max(origin.observed_at or origin.received_at for origin, _ in pages)
    return type_rows(platform, layout, table.hstack(numbered), pages[0][0], newest)

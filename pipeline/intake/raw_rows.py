"""The rows behind a figure as they were received: from landing, header by header, personal columns as
stars.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from connectors.http import Client, Credentials
from connectors.mapped import Mapped
from connectors.received import Cells, rows_of_page
from contracts.amounts import yuan
from contracts.errors import FileRefusedError, NotFoundError
from contracts.tables import Table
from metrics.query.access import Viewer
from metrics.query.explain import ENTERED_IN, ENTRY_IDS, told_by
from metrics.query.released import AsOf
from pipeline.build.loading import ROW
from pipeline.house import reading
from pipeline.intake.mapping import own_aliases, platform_of
from pipeline.intake.sandbox.parsing import Limits, rows_apart
from warehouse import landing
from warehouse.lake import Lake
from warehouse.ops import EXPORT
from warehouse.place import Place
from warehouse.settings import Settings

Row = Mapping[str, object]
#: ``RawRow.source`` of what a merchant entered here.
ENTERED = "entered"


@dataclass(frozen=True)
class RawRow:
    """One row of one file or API page that told of an order, session or listing.

    Or one entry of the merchant's own (``source`` ``ENTERED``).

    ``row_number`` is the row as a person finds it in the file (``contracts.intake.row_place``). ``cells`` is
    header → text as received; where the bytes have expired or can no longer be read (``is_raw`` False) our
    name of each column → what was loaded of it.
    """

    export_id: str
    name: str
    shop_id: str
    kind: str
    source: str
    received_at: dt.datetime
    row_number: int
    cells: dict[str, str]
    is_raw: bool


def raw_rows(viewer: Viewer, line: Row, as_of: AsOf = None) -> list[RawRow]:
    """Every received row that told of ``line`` (a row of ``metrics.query.explain.order_lines``), oldest
    first; none for a line that is not the viewer's.

    Raises what ``told_by`` raises, and ``NotFoundError`` when there is no such release any more.
    """
    if entry := next(
        (str(line[name]) for name in ENTRY_IDS if str(line.get(name)).partition(":")[0] in ENTERED_IN), None
    ):
        return _entered(viewer, line, entry)
    told = told_by(viewer, line, as_of).unique(
        ["shop_id", "_export_id", "_row_number"], keep="first", maintain_order=True
    )
    settings = Settings(home=viewer.place.home)
    with reading(settings) as lake:
        files = lake.read(EXPORT, keys=told.select("merchant_id", "shop_id", export_id="_export_id"))
        found: dict[tuple[str, str, int], RawRow] = {}
        for file in files.iter_rows(named=True):
            mine = told.filter(
                (pl.col("_export_id") == file["export_id"]) & (pl.col("shop_id") == file["shop_id"])
            )["_row_number"].to_list()
            for number, cells, is_raw in _cells(lake, settings, file, mine):
                found[file["shop_id"], file["export_id"], number] = _row(file, number, cells, is_raw=is_raw)
    return [
        found[key] for key in told.select("shop_id", "_export_id", "_row_number").iter_rows() if key in found
    ]


def _entered(viewer: Viewer, line: Row, entry: str) -> list[RawRow]:
    """What the viewer's own merchant entered under this number for the line's shop, or for all shops."""
    book, _, number = entry.partition(":")
    table = ENTERED_IN[book]
    with reading(Settings(home=viewer.place.home)) as lake:
        found = lake.read(table, where={"merchant_id": viewer.merchant_id, "event_number": int(number)})
    mine = found.filter(pl.col("shop_id").is_null() | (pl.col("shop_id") == line["shop_id"]))
    return [
        RawRow(
            "",
            table.zh,
            row["shop_id"] or "",
            book,
            ENTERED,
            row["changed_at"],
            row["event_number"],
            _told(table, row),
            True,
        )
        for row in mine.to_dicts()
    ]


def _told(table: Table, row: Row) -> dict[str, str]:
    """An entry under the dictionary's Chinese names; number and moment are told apart."""
    apart = ("merchant_id", "event_number", "changed_at")
    return {
        table.fields[name].zh: _said(table, name, value)
        for name, value in row.items()
        if value is not None and name not in apart
    }


def _said(table: Table, name: str, value: object) -> str:
    """A value of an entry in a person's words."""
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    code = table.fields[name].codes
    return code.zh(str(value)) if code else str(value)


def _row(file: Row, number: int, cells: dict[str, str], *, is_raw: bool) -> RawRow:
    received = file["received_at"]
    assert isinstance(received, dt.datetime)  # noqa: S101 - the manifest's contract
    name = str(file["export_name"]).rsplit("/", 1)[-1]
    return RawRow(
        str(file["export_id"]),
        name,
        str(file["shop_id"]),
        str(file["kind_code"]),
        str(file["source_code"]),
        received,
        number,
        cells,
        is_raw,
    )


def _cells(
    lake: Lake, settings: Settings, file: Row, numbers: list[int]
) -> Iterable[tuple[int, dict[str, str], bool]]:
    """Row number, cells, and whether they are the received ones.

    One file may be of several kinds: rows of another kind are not here.
    """
    received: Cells = {}
    if _is_there(settings.place, file):
        try:
            received = _received(lake, settings, file, numbers)
        except (FileRefusedError, NotFoundError):
            received = {}  # damaged on disk, or a layout nobody reads any more: what was loaded is shown
    missing = [number for number in numbers if number not in received]
    loaded = _loaded(lake, file, missing) if missing else {}
    return [
        *((number, cells, True) for number, cells in received.items()),
        *((number, cells, False) for number, cells in loaded.items()),
    ]


def _is_there(place: Place, file: Row) -> bool:
    return file["expired_at"] is None and (place.landing / str(file["landing_name"])).is_file()


def _received(lake: Lake, settings: Settings, file: Row, numbers: list[int]) -> Cells:
    merchant, kind = str(file["merchant_id"]), str(file["kind_code"])
    platform = platform_of(lake, merchant, str(file["platform_code"]), kind)
    data = landing.read_landed(settings.place, str(file["landing_name"]))
    if file["source_code"] == "file":
        mappings = [platform] if isinstance(platform, Mapped) else []
        return rows_apart(
            data, numbers, Limits.of(settings), mappings=mappings, aliases=own_aliases(lake, merchant)
        )
    assert platform.api is not None  # noqa: S101 - the page came through it
    records = platform.api(Client(), Credentials("https://landing.invalid", "replay", "")).records(kind, data)
    return rows_of_page(platform, kind, records, numbers)


def _loaded(lake: Lake, file: Row, numbers: list[int]) -> Cells:
    """What bronze keeps of these rows, under the dictionary's Chinese names."""
    table = platform_of(
        lake, str(file["merchant_id"]), str(file["platform_code"]), str(file["kind_code"])
    ).bronze[str(file["kind_code"])]
    key = {"merchant_id": file["merchant_id"], "shop_id": file["shop_id"], "_export_id": file["export_id"]}
    rows = lake.read(table, where={**key, "_row_number": numbers})
    names = [
        name for name in table.columns if name not in {*ROW, "platform_code", "layout_name", "_observed_at"}
    ]
    return {
        row["_row_number"]: {table.fields[name].zh: str(row[name]) for name in names if row[name] is not None}
        for row in rows.iter_rows(named=True)
    }

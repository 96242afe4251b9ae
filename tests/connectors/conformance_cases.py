"""What the conformance suite runs over, found by looking: every platform and shipped mapping, its layouts and
samples, and third-party files where they lie.
"""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors import reading
from connectors.base import TOGETHER, Column, Layout, Platform, platforms
from connectors.http import Client, Credentials
from connectors.mapped import Mapped, source
from connectors.mapping.file import shipped
from connectors.reading import Origin, Reading, Recognised, fold, read_records
from contracts.canonical import SILVER
from contracts.fields import FIELDS

#: Beside the repository, never part of it.
THIRD_PARTY = Path(__file__).parents[2] / "../shared/samples"
#: Third-party folder → the platform its files are from, where the two names differ.
FOLDERS = {"tmall_2020": "taobao"}
#: Third-party tables that no layout should take, and why: every other table is read, a header alone is
#: recognised.
REFUSED = {
    # an imitation without payment time, product and channel
    "douyin/1791213782_order_export_tab_prefix_utf8bom.csv": "MISSING_COLUMN",
    "taobao/taobao_book_orders_gbk.csv": "UNKNOWN_LAYOUT",  # five columns and no order number
    "tiktok_shop/order_export_US_mmddyyyy_ampm.csv": "UNKNOWN_LAYOUT",  # an imitation without any amount paid
}
RECEIVED = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
MARK = "隐私标记PRIVATEMARK"

#: Platforms of whose orders and refunds no export is publicly known; what they do tell is money paid out, and
#: an ERP's tables tell the rest (mappings).
BILLS_ONLY = {"vipshop"}
#: Cell kind → text that cannot be read as one.
BAD = {
    "id": "2.02606E+27", "yuan": "12.345", "yuan_stat": "12.3.4", "li": "12.5", "fen": "12.5", "int": "1.5",
    "minutes": "1分5秒", "rate": "12.5",
    "time": "昨天", "time_dmy": "昨天", "time_mdy": "昨天", "epoch_s": "soon", "epoch_ms": "soon",
    "date": "2026-13-01",
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One shipped sample and the kind and layout ``samples.csv`` declares for it.

    Layout ``error`` is an API's error answer.
    """

    platform: Platform
    name: str
    kind: str
    layout: str

    def __str__(self) -> str:
        return f"{self.platform.code}-{self.kind}-{self.layout}-{self.name}"

    @property
    def data(self) -> bytes:
        """The bytes as shipped."""
        return (self.platform.folder / "samples" / self.name).read_bytes()


@cache
def samples() -> list[Sample]:
    """Every sample declared in any connector's ``samples.csv``, and that of every shipped mapping."""
    found = []
    for platform in platforms().values():
        with (platform.folder / "samples.csv").open(encoding="utf-8", newline="") as stream:
            found += [
                Sample(platform, row["file"], row["kind"], row["layout"]) for row in csv.DictReader(stream)
            ]
    return found + [
        Sample(platform, f"{layout.name}.csv", layout.kind, layout.name)
        for platform in mapped()
        for layout in platform.layouts
    ]


@cache
def mapped() -> list[Mapped]:
    """Every shipped mapping as a source of its platform.

    Those for any shop as one of a shop on Kuaishou, which exports few after-sales, or Douyin.
    """
    of_any_shop = {"mapped_orders": "douyin", "mapped_after_sales": "kuaishou"}
    return [
        source(
            of_any_shop[mapping.layout_kind] if mapping.platform == "shop" else mapping.platform, [mapping]
        )
        for mapping in shipped().values()
    ]


def read_file(data: bytes, origin: Origin) -> Reading:
    """As the intake reads, with every shipped mapping beside the connectors."""
    return reading.read_file(data, origin, mappings=mapped())


def recognise(data: bytes) -> Recognised:
    """As the intake recognises, with every shipped mapping beside the connectors."""
    return reading.recognise(data, mappings=mapped())


def alternates(sample: Sample) -> set[str]:
    """Headers whose cell may be blank although the name is needed: another column of the mapping speaks
    then.
    """
    mappings = sample.platform.mappings if isinstance(sample.platform, Mapped) else ()
    return {
        rule.header[0] for mapping in mappings for rule in mapping.columns.values() if len(rule.header) > 1
    }


def file_samples() -> list[Sample]:
    """Samples of files."""
    return [item for item in samples() if item.layout not in ("api", "error")]


def layouts() -> list[Layout]:
    """Every layout of every platform."""
    return [layout for platform in (*platforms().values(), *mapped()) for layout in platform.layouts]


def third_party() -> list[Path]:
    """Every third-party file; empty where the folder is not here."""
    return sorted(path for path in THIRD_PARTY.glob("*/*") if path.is_file())


def origin(name: str = "neutral") -> Origin:
    """A file of a shop, received at the suite's moment."""
    return Origin("merchant", "shop", "e" * 64, name, RECEIVED)


@cache
def read_sample(sample: Sample) -> Reading:
    """A sample as read under a name that says nothing; read once."""
    return read_anew(sample)


def read_anew(sample: Sample) -> Reading:
    """A sample read once more, whoever has read it before."""
    if sample.layout != "api":
        return read_file(sample.data, origin())
    return read_records(sample.platform, sample.kind, api_records(sample), origin())


def bronze_of(sample: Sample) -> pl.DataFrame:
    """The typed rows of a sample."""
    return read_sample(sample).bronze


def api_records(sample: Sample) -> list[dict[str, object]]:
    """An API sample as flat records."""
    assert sample.platform.api is not None
    return sample.platform.api(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "token")).records(
        sample.kind, sample.data
    )


# --- samples taken apart and put together again, with cells exchanged ---------------------------------------


@dataclass(frozen=True)
class Grid:
    """A sample's header and rows as text, so that single cells can be changed and the file be written
    again.
    """

    layout: Layout
    header: list[str]
    rows: list[list[str]]

    @property
    def columns(self) -> dict[str, Column]:
        """Header cell → its declared column."""
        known = {fold(column.header): column for column in self.layout.columns}
        return {cell: known[fold(cell)] for cell in self.header if fold(cell) in known}

    def cell(self, row: int, header: str) -> str:
        """The text of one cell."""
        return self.rows[row][self.header.index(header)]

    def with_cells(self, changes: dict[tuple[int, str], str]) -> bytes:
        """The file with (row, header) → text exchanged, as comma-separated UTF-8.

        Line n of ``rows`` is row n + 2 of the file.
        """
        rows = [list(row) for row in self.rows]
        for (row, header), text in changes.items():
            rows[row][self.header.index(header)] = text
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([self.header, *rows])
        return out.getvalue().encode()


@cache
def grid(sample: Sample) -> Grid:
    """A file sample taken apart.

    Rows that are not data to the platform (totals, repeated headers) are left out.
    """
    found = recognise(sample.data)
    table, misfits = found.sheet.read(found.header_row)
    assert misfits.is_empty()
    named = table.rename(
        {str(place): cell for place, cell in enumerate(found.header) if cell.strip()}, strict=False
    )
    kept = table.join(
        sample.platform.clean(found.layout.kind, found.layout.name, named).select("_row_number"),
        on="_row_number",
        how="semi",
    )
    rows = [["" if cell is None else cell for cell in row] for row in kept.drop("_row_number").iter_rows()]
    return Grid(found.layout, found.header, rows)


def texts(frame: pl.DataFrame) -> str:
    """Every text cell of a frame in one string, to search in."""
    return "\n".join(
        str(cell) for row in frame.select(pl.col(pl.String)).iter_rows() for cell in row if cell is not None
    )


# --- what conformed frames must keep ------------------------------------------------------------------------


def broken_promises(frames: dict[str, pl.DataFrame]) -> list[str]:
    """What conformed frames do that the canonical tables do not allow; empty when nothing."""
    said = [f"no canonical table {name}" for name in frames if name not in SILVER]
    for name, frame in frames.items():
        table = SILVER[name]
        said += [
            f"{name}.{column} is not declared"
            for column in frame.columns
            if column not in (*table.columns, TOGETHER)
        ]
        said += [
            f"{name} lacks {column}"
            for column in (*table.key, *table.required)
            if column not in frame.columns and column != "_last_observed_at"
        ]
        if not said:
            said += _broken_values(name, table.shape(frame.with_columns(_last_observed_at="_observed_at")))
    return said


def _broken_values(name: str, frame: pl.DataFrame) -> list[str]:
    said = []
    for column in frame.columns:
        listed = FIELDS[column].codes if column in FIELDS else None
        if listed is not None:
            strange = set(frame[column].drop_nulls()) - set(listed.values)
            said += [f"{name}.{column} holds {sorted(strange)}"] if strange else []
    _, failures = SILVER[name].schema.filter(frame)
    return said + [f"{name} breaks {rule} on {count} rows" for rule, count in failures.counts().items()]


# --- who imports whom ---------------------------------------------------------------------------------------


def imported(path: Path) -> set[str]:
    """Dotted names a module imports; ``from a import b`` gives ``a.b``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{item.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for item in node.names
    }
    return named | {
        item.name for node in ast.walk(tree) if isinstance(node, ast.Import) for item in node.names
    }

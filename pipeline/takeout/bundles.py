"""The files a merchant takes along, written into a folder: of one merchant, and nobody else's.

Received files are handed back byte for byte, so they hold what the platform put into them, personal columns
too; tables hold what was loaded, of which those columns are never part.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from contracts.canonical import SILVER
from contracts.errors import FileRefusedError, NotFoundError
from contracts.tables import Table
from metrics.model.definitions import METRICS
from metrics.model.versions import version
from metrics.query.question import Period
from metrics.query.released import choose, open_release
from metrics.reports.sheets import kept_as_text
from pipeline.entries.found import entry_tables
from pipeline.house import reading
from pipeline.intake.names import plain_name
from pipeline.statement.document import Document, statement
from pipeline.statement.files import write
from transforms.gold import gold_tables
from warehouse import landing
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD, QUARANTINE
from warehouse.settings import Settings

Say = Callable[[str, str, float], None]
_LISTED = ("zip_name", "export_id", "export_name", "shop_id", "kind_code", "source_code", "received_at")
_ABOUT = """\
商家 merchant:{merchant}
发布 release:#{release}({at})

figures.duckdb  全部数字：发布时的汇总和明细、平台给过的每个状态、您录入的清单、文件回执。
                金额单位是分；空 = 没有数据，不是 0。每个数字怎么算见表 metrics。
                All figures as released: marts, facts, every observed state, your own entries, receipts.
                Money is in fen; empty is unknown, not 0. Table metrics says how each figure is defined.
files/          收到的原始文件，一个字节也没改；里面有平台写进去的收件人信息，请妥善保管。
                Files as received, to the byte. They hold what the platform put into them about buyers: keep
                them safe.
files.csv       每个文件的指纹（SHA-256）、名称、店铺、种类、收到时间；没有文件的说明为什么。
                Every file's SHA-256, name, shop, kind and moment, and why one is not here.
"""


def write_statement(
    settings: Settings, merchant_id: str, period: Period, folder: Path, say: Say
) -> list[Path]:
    """The signed statement of ``period`` as PDF, and a zip of it with its JSON and the files it rests on.

    Raises as ``statement`` does.
    """
    say("正在核算这段时间", "adding up the period", 0.1)
    document = statement(settings, merchant_id, period, at=dt.datetime.now(dt.UTC))
    name = f"净成交凭证-{merchant_id}-{document['period']['first'][:7]}"
    say("正在签名和排版", "signing and setting it", 0.4)
    papers = {f"{name}{end}": write(settings.place, document, end) for end in (".pdf", ".json")}
    pdf, whole = folder / f"{name}.pdf", folder / f"{name}.zip"
    pdf.write_bytes(papers[pdf.name])
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as book, reading(settings) as lake:
        for paper, data in papers.items():
            book.writestr(paper, data)
        _put_files(book, lake, settings, _behind(lake, merchant_id, document), lambda part: say(
            "正在放入来源文件", "putting in the files it rests on", 0.5 + part / 2
        ))  # fmt: skip
    return [pdf, whole]


def write_everything(settings: Settings, merchant_id: str, folder: Path, say: Say) -> list[Path]:
    """A zip of all the merchant's figures in one DuckDB file and every received file that is still here.

    Raises ``NotFoundError`` before the first release.
    """
    found = choose(settings.place, merchant_id=merchant_id)
    tables, whole = folder / "figures.duckdb", folder / f"全部数据-{merchant_id}-发布{found.number}.zip"
    with open_release(settings.place, found) as lake, duckdb.connect(str(tables)) as out:
        out.register("known", _definitions(found.number, found.changed_at))
        out.execute("CREATE TABLE metrics AS SELECT * FROM known")
        every = [*_own_tables()]
        for place, table in enumerate(every):
            say("正在取出全部数字", "taking out all figures", place / len(every) / 2)
            _put_table(out, lake, table, merchant_id)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as book, reading(settings) as lake:
        told = {"merchant": merchant_id, "release": found.number, "at": f"{found.changed_at:%Y-%m-%d %H:%M}"}
        book.writestr("README.txt", _ABOUT.format(**told))
        book.write(tables, tables.name)
        tables.unlink()
        exports = lake.read(EXPORT, where={"merchant_id": merchant_id}).sort("received_at", "export_id")
        _put_files(book, lake, settings, exports, lambda part: say(
            "正在放入原始文件", "putting in the files as received", 0.5 + part / 2
        ))  # fmt: skip
    return [whole]


def _own_tables() -> Iterator[Table]:
    """Every table whose rows say which merchant they are of."""
    named = [*gold_tables().values(), *SILVER.values(), *entry_tables(), EXPORT, LOAD, QUARANTINE]
    yield from (table for table in named if "merchant_id" in table.columns)


def _put_table(out: duckdb.DuckDBPyConnection, lake: Lake, table: Table, merchant_id: str) -> None:
    rows = lake.read(table, where={"merchant_id": merchant_id})
    mine = rows.filter(merchant_id=merchant_id)  # what leaves the house is looked at twice
    out.execute(f'CREATE SCHEMA IF NOT EXISTS "{table.layer}"')
    out.register("rows", mine)
    out.execute(f"CREATE TABLE {table.full_name} AS SELECT * FROM rows")  # noqa: S608 - names are declared
    out.unregister("rows")


def _definitions(release: int, at: dt.datetime) -> pl.DataFrame:
    known = [
        {
            "metric_id": item.id, "zh": item.zh, "en": item.en, "formula": item.formula,
            "about_zh": item.about_zh, "about_en": item.about_en, "definition_version": version(item),
        }
        for item in METRICS.values()
    ]  # fmt: skip
    return pl.DataFrame(known).with_columns(release_number=pl.lit(release), published_at=pl.lit(at))


def _behind(lake: Lake, merchant_id: str, document: Document) -> pl.DataFrame:
    """The manifest rows of the files a statement names."""
    names = pl.DataFrame(
        document["files"], schema={"sha256": pl.String, "shop": pl.String, "kind": pl.String}
    )
    rows = lake.read(EXPORT, where={"merchant_id": merchant_id})
    named = names.rename({"sha256": "export_id", "shop": "shop_id", "kind": "kind_code"})
    return rows.join(named, on=["export_id", "shop_id", "kind_code"], how="semi").sort(
        "received_at", "export_id"
    )


def _put_files(
    book: zipfile.ZipFile, lake: Lake, settings: Settings, exports: pl.DataFrame, say: Callable[[float], None]
) -> None:
    """``exports`` (columns of ``EXPORT``) under ``files/``, each once, and ``files.csv`` of all of them."""
    listed: list[dict[str, Any]] = []
    held: dict[str, str] = {}
    for place, row in enumerate(exports.iter_rows(named=True)):
        say(place / exports.height)
        name = plain_name(row["export_name"].replace("/", "_"))
        inside = f"files/{row['shop_id']}/{row['received_at']:%Y-%m-%d}/{row['export_id'][:12]}-{name}"
        where = held.get(row["landing_name"]) or _put_file(book, settings, row, inside)
        if where.startswith("files/"):
            held[row["landing_name"]] = where
        listed.append({"zip_name": where, **{key: kept_as_text(str(row[key])) for key in _LISTED[1:]}})
    out = io.StringIO()
    writer = csv.DictWriter(out, _LISTED, lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    book.writestr("files.csv", "\ufeff" + out.getvalue())


def _put_file(book: zipfile.ZipFile, settings: Settings, row: dict[str, Any], inside: str) -> str:
    """Where the file lies in the zip, or why it does not."""
    if row["expired_at"] is not None:
        return f"已到期删除 expired {row['expired_at']:%Y-%m-%d}"
    try:
        book.writestr(inside, landing.read_landed(settings.place, row["landing_name"]))
    except (FileRefusedError, NotFoundError) as error:
        return f"{error.zh} {error.en}"
    return inside

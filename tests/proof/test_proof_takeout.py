"""What a merchant takes along: all of theirs to the byte and to the fen, and nothing of anybody else."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path

import duckdb
import pytest
from proof_cases import merchants, owner_of
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline import counter
from pipeline.house import reading
from pipeline.statement.files import verify
from pipeline.takeout import shelf
from warehouse.ops import EXPORT
from warehouse.settings import Settings

MONTH = (dt.date(2026, 7, 1), dt.date(2026, 7, 31))


@pytest.fixture(scope="module")
def everything(house: Settings) -> counter.Takeout:
    made = counter.take_everything(owner_of(house))
    made.outcome.result(timeout=300)
    return made


def fetched(house: Settings, made: counter.Takeout, number: int = 0) -> Path:
    return counter.taken_out(owner_of(house), made.id, number)


def sums(path: Path) -> dict[str, tuple[int | None, set[str]]]:
    """Table → its rows and whose they are, for every table of a DuckDB file."""
    with duckdb.connect(str(path), read_only=True) as db:
        named = db.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name <> 'main'"
        ).fetchall()
        found = {}
        for schema, name in named:
            rows = db.execute(f'SELECT merchant_id, count(*) FROM "{schema}"."{name}" GROUP BY 1').fetchall()  # noqa: S608
            found[f"{schema}.{name}"] = (sum(count for _, count in rows), {owner for owner, _ in rows})
        return found


def test_every_figure_is_in_it_and_of_this_merchant_alone(
    house: Settings, everything: counter.Takeout, tmp_path: Path
) -> None:
    mine, theirs = merchants(house)
    with zipfile.ZipFile(fetched(house, everything)) as book:
        path = Path(book.extract("figures.duckdb", tmp_path))
    found = sums(path)
    assert {owner for _, owners in found.values() for owner in owners} == {mine}
    with reading(house) as lake:
        for name in ("gold.fct_order_line", "gold.mart_shop_channel_daily", "silver.order_line"):
            count = lake.sql(f"SELECT count(*) FROM {name} WHERE merchant_id = ?", [mine]).item()  # noqa: S608
            assert found[name][0] == count > 0
    with duckdb.connect(str(path), read_only=True) as db:
        paid = db.execute("SELECT sum(paid_fen) FROM gold.fct_order_line").fetchone()
        assert paid == (ask(owner_of(house), ["paid_gmv"]).rows.item(),)
        told = db.execute("SELECT zh, release_number FROM metrics WHERE metric_id = 'paid_gmv'").fetchone()
    assert told is not None and told[1] == ask(owner_of(house), ["paid_gmv"]).release
    assert theirs.encode() not in path.read_bytes()


def test_every_received_file_comes_back_to_the_byte_and_no_other(
    house: Settings, everything: counter.Takeout
) -> None:
    mine, theirs = merchants(house)
    with reading(house) as lake:
        known = lake.read(EXPORT, where={"merchant_id": mine})
        others = lake.read(EXPORT, where={"merchant_id": theirs})
    with zipfile.ZipFile(fetched(house, everything)) as book:
        names = [name for name in book.namelist() if name.startswith("files/")]
        digests = {hashlib.sha256(book.read(name)).hexdigest() for name in names}
        listed = list(csv.DictReader(io.StringIO(book.read("files.csv").decode("utf-8-sig"))))
        about = book.read("README.txt").decode()
    assert digests == set(known["export_id"]) and not digests & set(others["export_id"])
    assert len(listed) == known.height and {row["zip_name"] for row in listed} == set(names)
    assert mine in about and theirs not in about


def test_a_file_that_is_gone_is_listed_with_why(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.takeout import bundles

    def gone(place: object, name: str) -> bytes:
        raise NotFoundError("NO_SUCH_FILE", "没有这个原始文件", "no such landed file")

    monkeypatch.setattr(bundles.landing, "read_landed", gone)
    made = counter.take_everything(owner_of(house))
    made.outcome.result(timeout=300)
    with zipfile.ZipFile(fetched(house, made)) as book:
        listed = list(csv.DictReader(io.StringIO(book.read("files.csv").decode("utf-8-sig"))))
        assert not [name for name in book.namelist() if name.startswith("files/")]
    assert {row["zip_name"] for row in listed} == {"没有这个原始文件 no such landed file"}


def test_the_statement_of_a_month_verifies_and_brings_its_files(house: Settings) -> None:
    made = counter.take_statement(owner_of(house), MONTH)
    made.outcome.result(timeout=300)
    paper = verify(house.place, fetched(house, made, 0).read_bytes())
    assert paper.is_ours and paper.document["period"] == {"first": "2026-07-01", "last": "2026-07-31"}
    total = ask(owner_of(house), ["net_by_order_date"], period=MONTH).rows.item()
    assert paper.document["totals"]["net_by_order_date"] == total > 0
    with zipfile.ZipFile(fetched(house, made, 1)) as book:
        data = {name: book.read(name) for name in book.namelist()}
    (signed,) = (data[name] for name in data if name.endswith(".json"))
    assert verify(house.place, signed).document == paper.document
    (pdf,) = (data[name] for name in data if name.endswith(".pdf"))
    assert pdf == fetched(house, made, 0).read_bytes()
    held = {hashlib.sha256(data[name]).hexdigest() for name in data if name.startswith("files/")}
    assert held == {item["sha256"] for item in paper.document["files"]} != set()


def test_nobody_else_fetches_it_and_it_lies_an_hour(
    house: Settings, everything: counter.Takeout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in (owner_of(house, 1), Viewer(house.place, "x", "merchant", "nobody")):
        with pytest.raises(NotFoundError) as refused:
            counter.taken_out(other, everything.id, 0)
        assert refused.value.rule == "NO_SUCH_FILE"
    for role in ("association", "operator"):
        with pytest.raises(NotFoundError):
            counter.taken_out(Viewer(house.place, "x", role), everything.id, 0)
        with pytest.raises(NotFoundError):
            counter.take_everything(Viewer(house.place, "x", role))
    for number in (-1, 1):
        with pytest.raises(NotFoundError):
            counter.taken_out(owner_of(house), everything.id, number)
    path = fetched(house, everything)
    assert path.parent.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(shelf, "KEEP_SECONDS", -1.0)
    with pytest.raises(NotFoundError):
        fetched(house, everything)
    assert not path.exists()


def test_a_month_without_figures_is_refused_in_words_and_leaves_nothing_behind(house: Settings) -> None:
    made = counter.take_statement(owner_of(house), (dt.date(2020, 1, 1), dt.date(2020, 1, 31)))
    error = made.outcome.exception(timeout=300)
    assert isinstance(error, NotFoundError) and error.rule == "NOTHING_TO_STATE"
    with pytest.raises(NotFoundError, match="NO_SUCH_FILE"):
        fetched(house, made)


def test_the_command_line_gives_the_same_and_overwrites_nothing(at_home: Settings, tmp_path: Path) -> None:
    paged_too = counter.take_everything(owner_of(at_home))
    paged_too.outcome.result(timeout=300)
    command = ["export", "-m", owner_of(at_home).merchant_id or "", "-o", str(tmp_path / "out")]
    assert CliRunner().invoke(app, command).exit_code == 0
    (made,) = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(made) as book, zipfile.ZipFile(fetched(at_home, paged_too)) as paged:
        assert set(book.namelist()) == set(paged.namelist())
    with pytest.raises(UsageError, match="FILE_EXISTS"):
        CliRunner().invoke(app, command, catch_exceptions=False)

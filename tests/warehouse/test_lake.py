"""The lake keeps types and rows exactly, and its fingerprint depends on content alone."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from warehouse_cases import ROOT, SALES, lines

from contracts.errors import NotFoundError, UsageError, WriterBusyError
from pipeline.steps import is_transient
from warehouse.attach import connect, limits
from warehouse.changes import changes
from warehouse.lake import Lake
from warehouse.place import Place


def test_every_type_comes_back_as_it_went(lake: Lake) -> None:
    frame = lines(5)
    lake.append(SALES, frame)
    assert lake.read(SALES).sort("order_line_id").equals(frame.sort("order_line_id"))
    assert lake.read(SALES).schema == pl.Schema(SALES.dtypes)


def test_a_table_holds_what_matches_a_key_and_nothing_where_there_is_no_table_or_no_key(lake: Lake) -> None:
    mine, other = lines(1).select("order_line_id"), pl.DataFrame({"order_line_id": ["never"]})
    assert not lake.holds(replace(SALES, name="never"), mine)
    lake.append(SALES, lines(1))
    assert [lake.holds(SALES, keys) for keys in (mine, pl.concat([other, mine]), other, mine.clear())] == [
        True,
        True,
        False,
        False,
    ]


def test_an_instant_keeps_its_beijing_day_on_both_sides_of_midnight(lake: Lake) -> None:
    lake.append(SALES, lines(2))
    days = lake.sql('SELECT CAST(paid_at AS DATE) AS "day" FROM gold.sales ORDER BY paid_at')["day"].to_list()
    assert days == [dt.date(2026, 3, 8), dt.date(2026, 3, 9)]


def test_a_table_never_created_reads_as_empty_and_a_column_never_added_as_null(lake: Lake) -> None:
    unknown = replace(SALES, name="never")
    assert lake.read(unknown).equals(SALES.empty())
    assert lake.content_hash(unknown) == lake.content_hash(SALES)
    lake.append(SALES, lines(1))
    wider = replace(SALES, optional=(*SALES.optional, "units_qty"))
    assert lake.read(wider)["units_qty"].to_list() == [None]
    lake.ensure([wider])
    lake.append(wider, lines(1, "m2").with_columns(units_qty=7))
    assert sorted(lake.read(wider)["units_qty"].to_list(), key=str) == [7, None]


def test_a_changed_type_is_refused(lake: Lake) -> None:
    lake.connection.execute("CREATE TABLE lake.gold.other (merchant_id BIGINT)")
    with pytest.raises(UsageError, match="COLUMN_TYPE_CHANGED"):
        lake.ensure([replace(SALES, name="other")])


def test_keys_where_and_columns(lake: Lake) -> None:
    lake.append(SALES, lines(4))
    lake.append(SALES, lines(3, "m2", dt.date(2026, 3, 10)))
    keys = pl.DataFrame({"merchant_id": ["m1", "m1", "m9"], "business_date": [dt.date(2026, 3, 9)] * 3})
    assert lake.read(SALES, keys=keys).height == 4
    assert lake.read(SALES, keys=keys.clear()).is_empty()
    assert lake.read(SALES, where={"merchant_id": ["m2", "m'x"]}, columns=["paid_fen"]).shape == (3, 1)
    assert lake.read(SALES, where={"product_name": None}).height == 2
    assert lake.read(SALES, where={"merchant_id": []}).is_empty()
    assert (
        lake.sql(
            "SELECT count(*) AS n FROM gold.sales JOIN wanted USING (merchant_id) WHERE is_gift = ?",
            [True],
            wanted=keys.head(1),
        )["n"].item()
        == 2
    )


def test_null_keys_match_null_rows_and_nothing_else(lake: Lake) -> None:
    lake.append(SALES, lines(3))
    lake.delete(SALES, pl.DataFrame({"product_name": [None]}, schema={"product_name": pl.String}))
    assert lake.read(SALES)["product_name"].null_count() == 0
    assert lake.read(SALES).height == 2


def test_an_empty_frame_changes_nothing(lake: Lake) -> None:
    before = lake.snapshot()
    lake.append(SALES, SALES.empty())
    lake.replace(SALES, SALES.empty().select("merchant_id"), SALES.empty())
    assert lake.snapshot() == before


def test_a_transaction_is_one_snapshot_or_none(lake: Lake) -> None:
    before, fingerprint = lake.snapshot(), lake.content_hash(SALES)
    with pytest.raises(ZeroDivisionError), lake.transaction():
        lake.append(SALES, lines(3))
        lake.replace(SALES, lines(1).select("merchant_id"), lines(2))
        raise ZeroDivisionError
    assert (lake.snapshot(), lake.content_hash(SALES)) == (before, fingerprint)
    with lake.transaction():
        lake.append(SALES, lines(3))
        lake.replace(SALES, lines(1).select("merchant_id"), lines(2))
        assert lake.read(SALES).height == 2
    assert lake.snapshot() == before + 1


def test_a_cast_that_would_lose_a_value_raises_and_nulls_nothing(lake: Lake) -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError):
        lake.append(SALES, lines(1).with_columns(paid_fen=pl.lit("1,234.50")))
    with pytest.raises(duckdb.ConstraintException):
        lake.append(SALES, lines(1).with_columns(merchant_id=pl.lit(None, pl.String)))
    assert lake.read(SALES).is_empty()


def test_content_hash_ignores_order_and_files_but_nothing_else(lake: Lake) -> None:
    frame = lines(40)
    lake.append(SALES, frame)
    whole = lake.content_hash(SALES)
    shuffled = list(range(40))
    random.Random(7).shuffle(shuffled)
    with lake.transaction():
        lake.delete(SALES, frame.select("merchant_id"))
        for start in range(0, 40, 10):
            lake.append(SALES, frame[shuffled[start : start + 10]])
    assert lake.content_hash(SALES) == whole
    lake.append(SALES, frame.head(1))
    assert lake.content_hash(SALES) != whole
    lake.append(SALES, frame.head(1))
    assert lake.content_hash(SALES) != whole  # a pair of equal rows does not cancel itself out
    lake.replace(SALES, frame.select("merchant_id"), frame.with_columns(paid_fen=pl.col("paid_fen").shift(1)))
    assert lake.content_hash(SALES) != whole
    assert lake.content_hash(SALES, ignore=("paid_fen",)) == _hash_without(lake, frame)


def _hash_without(lake: Lake, frame: pl.DataFrame) -> str:
    lake.replace(SALES, frame.select("merchant_id"), frame.with_columns(paid_fen=None))
    return lake.content_hash(SALES, ignore=("paid_fen",))


def test_content_hash_is_the_same_in_another_process_and_time_zone(lake: Lake, place: Place) -> None:
    lake.append(SALES, lines(20))
    code = (
        "import sys; from pathlib import Path; from warehouse.lake import Lake; from warehouse.place import "
        "Place\n"
        "from warehouse_cases import SALES\n"
        "with Lake.open(Place(Path(sys.argv[1]))) as lake:\n"
        "    lake.connection.execute(\"SET TimeZone = 'America/New_York'\")\n"
        "    print(lake.content_hash(SALES))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(place.home)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "tests" / "warehouse",
    )
    assert run.stdout.strip() == lake.content_hash(SALES)


def test_a_past_snapshot_is_read_as_it_was(lake: Lake, place: Place) -> None:
    lake.append(SALES, lines(3))
    then, fingerprint = lake.snapshot(), lake.content_hash(SALES)
    lake.replace(SALES, lines(1).select("merchant_id"), lines(1, "m2"))
    with Lake.open(place, snapshot=then) as past:
        assert (past.snapshot(), past.content_hash(SALES)) == (then, fingerprint)
    with pytest.raises(NotFoundError, match="NO_SUCH_SNAPSHOT"):
        Lake.open(place, snapshot=then + 99)
    with pytest.raises(UsageError):
        Lake.open(place, snapshot=then, write=True)


def test_a_reader_cannot_write_and_needs_a_warehouse(lake: Lake, place: Place, tmp_path: Path) -> None:
    with Lake.open(place) as reader, pytest.raises(duckdb.Error, match="read-only"):
        reader.append(SALES, lines(1))
    with pytest.raises(NotFoundError, match="NO_WAREHOUSE"):
        Lake.open(Place(tmp_path / "elsewhere"))


def test_the_whole_home_can_move(lake: Lake, place: Place, tmp_path: Path) -> None:
    lake.append(SALES, lines(3))
    fingerprint = lake.content_hash(SALES)
    lake.close()
    moved = tmp_path / "it's elsewhere"
    shutil.move(place.home, moved)
    with Lake.open(Place(moved), write=True) as restored:
        assert restored.content_hash(SALES) == fingerprint
        restored.append(SALES, lines(1, "m2"))
        assert restored.read(SALES).height == 4


def test_maintain_keeps_named_snapshots_and_cleans_the_rest(lake: Lake, place: Place) -> None:
    for number in range(8):
        lake.replace(SALES, lines(1).select("merchant_id"), lines(number + 1))
    now, kept = lake.snapshot(), lake.snapshot() - 5
    orphan = place.home / "lake" / "data" / "gold" / "sales" / "orphan.parquet"
    lines(2).write_parquet(orphan)
    before = len(list(place.home.rglob("*.parquet")))
    lake.maintain(now, keep=[kept], grace=dt.timedelta(0))
    assert not orphan.exists()
    assert len(list(place.home.rglob("*.parquet"))) < before
    assert lake.read(SALES).height == 8
    with Lake.open(place, snapshot=kept) as past:
        assert past.read(SALES).height == 3
    with pytest.raises(NotFoundError):
        Lake.open(place, snapshot=kept + 1)


def test_maintain_spares_fresh_files_of_readers(lake: Lake, place: Place) -> None:
    lake.append(SALES, lines(2))
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 2
        lake.replace(SALES, lines(1).select("merchant_id"), lines(3))
        lake.maintain(lake.snapshot())
        assert reader.read(SALES).height == 2


def test_spill_folders_of_dead_processes_are_cleared(lake: Lake, place: Place) -> None:
    dead, alive = place.scratch / "999999999.0", place.scratch / f"{os.getpid()}.77"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    lake.maintain(0)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_query_larger_than_memory_spills_and_tidies_up(place: Place) -> None:
    with Lake.open(place, write=True, memory="100MB") as lake:
        lake.ensure([SALES])
        query = (
            "SELECT count(*) AS n FROM (SELECT DISTINCT md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS d "
            "FROM range(1_500_000) AS r(i))"
        )
        assert lake.sql(query)["n"].item() == 1_500_000
    assert not list(place.scratch.glob("*"))


def test_a_reader_sees_one_snapshot_and_the_next_one_the_newest(lake: Lake, place: Place) -> None:
    lake.append(SALES, lines(2))
    with Lake.open(place) as reader:
        before = reader.snapshot()
        lake.append(SALES, lines(2, "m2"))
        assert (reader.read(SALES).height, reader.snapshot()) == (2, before)
    used = reader.connection
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 4
        assert reader.connection is used
        with Lake.open(place) as beside:
            assert beside.connection is not used and beside.read(SALES).height == 4


def test_a_connection_that_waits_serves_no_other_home_no_lost_snapshot_and_not_after_a_failure(
    lake: Lake, place: Place
) -> None:
    lake.append(SALES, lines(2))
    kept = lake.snapshot()
    lake.append(SALES, lines(2, "m2"))
    with Lake.open(place, snapshot=kept) as past:
        assert past.read(SALES).height == 2
        with pytest.raises(duckdb.Error):
            past.sql("SELECT error('no')")
    with Lake.open(place, snapshot=kept) as past:  # rolled back in between
        assert past.read(SALES).height == 2
    lake.maintain(lake.snapshot(), keep=[lake.snapshot()], grace=dt.timedelta(0))
    with pytest.raises(NotFoundError):
        Lake.open(place, snapshot=kept)
    with pytest.raises(duckdb.Error), Lake.open(place) as failing:
        failing.sql("SELECT error('no')")
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 4
        assert reader.connection is not failing.connection
    lake.close()
    shutil.rmtree(place.home)
    with Lake.open(place, write=True) as other:
        other.ensure([SALES])
        other.append(SALES, lines(1))
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 1


def test_a_home_made_anew_is_not_read_through_a_connection_to_the_one_before(
    lake: Lake, place: Place, tmp_path: Path
) -> None:
    """ext4 gives the number of a deleted file to the next one made.

    Both catalogs are at their first schema, in which the table has another number.
    """
    other = Place(tmp_path / "other")
    with Lake.open(other, write=True) as made:
        made.ensure([SALES])
        made.append(SALES, lines(1))
    lake.append(SALES, lines(2))
    lake.close()
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 2
    assert place.catalog_file is not None and other.catalog_file is not None
    number = place.catalog_file.stat().st_ino
    place.catalog_file.unlink()
    for attempt in range(300):
        made_anew = tmp_path / f"{attempt}.sqlite"
        made_anew.touch()
        if made_anew.stat().st_ino == number:
            break
    shutil.copyfile(other.catalog_file, made_anew)
    made_anew.rename(place.catalog_file)
    shutil.rmtree(place.home / "lake" / "data")
    shutil.copytree(other.home / "lake" / "data", place.home / "lake" / "data")
    with Lake.open(place) as reader:
        assert reader.read(SALES).height == 1


def test_rows_appended_in_a_long_transaction_are_not_held_in_memory(lake: Lake) -> None:
    plain = lines(20_000)

    def rows(number: int) -> pl.DataFrame:
        return plain.with_columns(
            product_name=pl.format("{} {}", pl.lit("长长的商品标题" * 20), pl.int_range(pl.len()) + number)
        )

    with lake.transaction():
        lake.append(SALES, rows(0))
        before = _resident()
        for number in range(12):
            lake.append(SALES, rows(number))
        held, given = _resident() - before, 12 * rows(0).estimated_size()
    assert held < given / 2, f"{held >> 20} MiB held of {given >> 20} appended"


def _resident() -> int:
    """Bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_catalog_server_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    place = Place(tmp_path, catalog="postgres:host=127.0.0.1 port=1 user=u password=hunter2 dbname=lake")
    for write in (False, True):
        with pytest.raises(UsageError, match="CATALOG_UNREACHABLE") as raised:
            Lake.open(place, write=write)
        assert "hunter2" not in str(raised.value) and raised.value.__suppress_context__


@pytest.mark.parametrize("catalog", ["", "postgres:host=127.0.0.1 port=1 password=hunter2 dbname=lake"])
def test_a_missing_extension_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalog: str) -> None:
    """Parquet files in a bucket need httpfs, whose wheel is not installed here, wherever the catalog is."""
    (tmp_path / "duckdb_extension_postgres_scanner").mkdir()
    (tmp_path / "duckdb_extension_postgres_scanner" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    place = Place(tmp_path / "home", catalog=catalog, data="s3://bucket/lake")
    with pytest.raises(UsageError, match="EXTENSION_MISSING") as raised:
        Lake.open(place, write=True)
    assert raised.value.facts == {"package": "duckdb-extension-httpfs"}
    assert "duckdb-extension-httpfs" in raised.value.step_en and "hunter2" not in raised.value.sentence()


def test_a_refused_commit_is_worth_another_try(lake: Lake, place: Place) -> None:
    """Somebody who does not know the slot writes between our first statement and our COMMIT."""
    lake.append(SALES, lines(5))
    with (
        connect(place, limits(1, "1GB"), write=True) as stranger,
        pytest.raises(WriterBusyError, match="COMMIT_REFUSED") as raised,
        lake.transaction(),
    ):
        lake.delete(SALES, lines(2).select(SALES.key))
        stranger.execute("DELETE FROM lake.gold.sales WHERE order_line_id LIKE '%4'")
    assert is_transient(raised.value)
    with lake.transaction():
        lake.delete(SALES, lines(2).select(SALES.key))
    assert lake.read(SALES).height == 2


def test_a_forked_child_opens_its_own_connection_and_ends_well(lake: Lake, place: Place) -> None:
    """As Airflow starts its tasks.

    A connection's threads and locks do not come with it, nor do those of Polars, which nothing here may use.
    """
    lake.append(SALES, lines(2))
    lake.close()
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from warehouse.lake import Lake\n"
        "from warehouse.place import Place\n"
        "def rows():\n"
        "    with Lake.open(Place(Path(sys.argv[1])), threads=2) as lake:\n"
        "        return lake.connection.execute('SELECT count(*) FROM lake.gold.sales').fetchone()[0]\n"
        "assert rows() == 2\n"
        "child = os.fork()\n"
        "assert rows() == 2\n"
        "if child:\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
    )
    subprocess.run([sys.executable, "-c", program, str(place.home)], check=True, timeout=60, cwd=ROOT)


def test_a_writer_that_waited_sees_what_another_process_wrote_and_made(lake: Lake, place: Place) -> None:
    lake.append(SALES, lines(2))
    lake.close()
    with Lake.open(place, write=True) as first:
        used = first.connection
    program = (
        "import sys; from pathlib import Path; from warehouse.lake import Lake; from warehouse.place import "
        "Place\n"
        "from warehouse_cases import SALES, lines\n"
        "with Lake.open(Place(Path(sys.argv[1])), write=True) as lake:\n"
        "    lake.append(SALES, lines(3, 'm2'))\n"
        "    lake.connection.execute('CREATE TABLE lake.gold.other (merchant_id VARCHAR)')\n"
        "    lake.connection.execute('ALTER TABLE lake.gold.sales ADD COLUMN later_qty BIGINT')\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(place.home)],
        check=True,
        timeout=60,
        cwd=ROOT / "tests" / "warehouse",
    )
    with Lake.open(place, write=True) as again:
        assert again.connection is used
        assert again.read(SALES).height == 5 and "later_qty" in again.columns(SALES)
        again.append(SALES, lines(1, "m3"))
        again.connection.execute("INSERT INTO lake.gold.other VALUES ('m1')")
    with Lake.open(place) as reader:
        assert (
            reader.read(SALES).height,
            reader.sql("SELECT count(*) AS n FROM gold.other")["n"].item(),
        ) == (6, 1)


def test_what_commits_took_away_and_brought_is_told_with_what_came_and_went(lake: Lake) -> None:
    since = lake.snapshot()
    first = lines(6)
    key = list(SALES.key)
    lake.append(SALES, first)
    before, brought = changes(lake, SALES, since)
    assert before.is_empty() and brought.sort(key).equals(SALES.shape(first).sort(key))
    since = lake.snapshot()
    lake.replace(SALES, first.head(2).select(key), first.head(2).with_columns(paid_fen=pl.lit(9)))
    lake.delete(SALES, first.tail(1).select(key))
    passing = first.head(1).with_columns(order_line_id=pl.lit("passing"))
    lake.append(SALES, passing)
    lake.delete(SALES, passing.select(key))
    gone, come = changes(lake, SALES, since)
    ids = first["order_line_id"].to_list()
    assert sorted(gone["order_line_id"]) == sorted([ids[0], ids[1], ids[-1], "passing"]) and sorted(
        come["order_line_id"]
    ) == sorted([*ids[:2], "passing"])
    assert set(come.filter(pl.col("order_line_id") != "passing")["paid_fen"]) == {9}
    assert [frame.height for frame in changes(lake, SALES, lake.snapshot())] == [0, 0]

"""What another version of the house made is made anew by the next build, by itself; what the same one made
stays as it is.
"""

# ruff: noqa: S608 - every name in these queries is this file's

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from counting import counted
from kill_cases import command

from cli.shown.changes import restated as show_restated
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.build import recipe
from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, ingest
from transforms.gold import gold_tables
from transforms.gold.sales import mart_style_daily
from warehouse.attach import connect, limits
from warehouse.ops import RECIPE, RESTATEMENT
from warehouse.release import releases
from warehouse.settings import Settings

HOUSE = Path(__file__).parents[2]
DOUYIN = HOUSE / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
#: The rooms a command needs; their samples are nobody's code.
ROOMS = (
    "cli", "connectors", "contracts", "district", "expectations", "metrics", "pipeline", "transforms",
    "warehouse",
)  # fmt: skip
LAST_WEEK = "UPDATE ops.recipe SET content_id = 'older', details_json = '{\"sources\": \"older\"}'"
STYLES = "gold.mart_style_daily"


def paid(settings: Settings) -> int:
    return int(ask(Viewer(settings.place, "test", "merchant", "m1"), ["paid_gmv"]).rows.item())


def gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def made_by_another(settings: Settings, *changes: str) -> None:
    """The home as another version, in a process of its own, would have left it."""
    with connect(settings.place, limits(None, None), write=True) as connection:
        for change in (LAST_WEEK, *changes):
            connection.execute(change)


def copied(target: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(HOUSE / room, target / room, ignore=shutil.ignore_patterns("samples", "__pycache__"))
    return target


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("rooms"))


@pytest.fixture
def told(rooms: Path, tmp_path: Path) -> Callable[[str, str, str], tuple[bool, bool]]:
    """Whether a change of one file moves the fingerprint of the bytes, and that of what the code means."""

    def tell(name: str, old: str, new: str) -> tuple[bool, bool]:
        other = tmp_path / "other"
        shutil.copytree(rooms, other)
        change(other / name, old, new)
        return recipe.sources(rooms) != recipe.sources(other), recipe.meaning(rooms) != recipe.meaning(other)

    return tell


# the fingerprint
@pytest.mark.parametrize(
    ("name", "old", "new", "means_more"),
    [
        ("transforms/gold/measures.py", "measure → what one paid", "a measure and what one paid", False),
        ("transforms/money.py", '"""', '"""In other words: ', False),
        ("contracts/canonical.py", "OF_ORDERS = (ORDER, ", "OF_ORDERS = (\n    ORDER,\n    ", False),
        ("transforms/gold/measures.py", "THEN 0 ELSE line_qty", "THEN 1 ELSE line_qty", True),
        ("connectors/douyin/columns.csv", "text", "fen", True),
        ("pipeline/build/merging.py", '"superseded": 1', '"superseded": 3', True),
    ],
)
def test_words_and_layout_do_not_count_and_all_else_does(
    told: Callable[[str, str, str], tuple[bool, bool]], name: str, old: str, new: str, *, means_more: bool
) -> None:
    assert told(name, old, new) == (True, means_more)


def test_what_no_build_reads_is_no_part_of_it(rooms: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(rooms, other)
    (other / "connectors" / "douyin" / "samples").mkdir()
    (other / "connectors" / "douyin" / "samples" / "new.csv").write_text("a")
    (other / "connectors" / "douyin" / "README.md").write_text("otherwise")
    change(other / "connectors" / "douyin" / "simulate.py", '"""', '"""Otherwise: ')
    change(other / "cli" / "daily.py", '"cli"', '"shell"')
    assert recipe.sources(other) == recipe.sources(rooms) == recipe.sources()
    assert recipe.meaning(other) == recipe.meaning(rooms) == recipe.meaning()


def test_it_is_the_same_in_every_process() -> None:
    script = "from pipeline.build import recipe; print(recipe.meaning())"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(HOUSE)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{recipe.meaning()}\n".encode()}


# the same one
def test_by_the_same_recipe_nothing_is_made_anew(
    released: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with counted() as sent:
        again = build(released)
    assert not again.has_changes and not again.is_anew and caplog.text == ""
    assert [query for query in sent.statements if query.startswith(("DROP", "INSERT", "DELETE"))] == []
    assert sum("recipe" in query for query in sent.statements) == 1
    with reading(released) as lake:
        rows = lake.read(RECIPE)
    assert rows["build_number"].to_list() == [1] and rows["content_id"].to_list() == [recipe.meaning()]


def test_where_only_words_differ_the_files_are_told_anew_with_the_next_data(
    released: Settings, tmp_path: Path
) -> None:
    made_by_another(released, f"UPDATE ops.recipe SET content_id = '{recipe.meaning()}'")
    assert not build(released).has_changes
    shorter = tmp_path / "more.csv"
    shorter.write_bytes(DOUYIN.read_bytes() + b"\n")
    done = ingest(released, "m1", "s1", [shorter])
    assert not done.is_anew and done.document()["made_anew"] is False
    with reading(released) as lake:
        rows = lake.read(RECIPE)
    assert rows["build_number"].to_list() == [1]
    assert json.loads(rows["details_json"].item())["sources"] == recipe.sources()


# another one
def test_a_home_of_an_older_layout_becomes_a_release_by_a_build_alone(
    released: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A column of another type, one that may not be empty and nobody declares any more, a table too few and
    one too many.
    """
    good, fresh = paid(released), gold(released)
    made_by_another(
        released,
        f"DROP TABLE {STYLES}",
        f"CREATE TABLE {STYLES} (merchant_id VARCHAR, paid_fen VARCHAR, gone_code VARCHAR NOT NULL)",
        f"INSERT INTO {STYLES} VALUES ('m1', 'dear', 'x')",
        "DROP TABLE gold.mart_final_daily",
        "CREATE TABLE gold.mart_of_old (merchant_id VARCHAR)",
        "ALTER TABLE silver.order_line ADD COLUMN once_told VARCHAR",
        "DELETE FROM ops.recipe",
    )
    assert paid(released) == good
    built, release = build_and_release(released)
    assert built.is_anew and release.status == "published" and release.number == 2
    assert caplog.text.count("全部从原始文件重算") == 1
    assert paid(released) == good and gold(released) == fresh
    with reading(released) as lake:
        assert "gold.mart_of_old" not in lake.known()
        assert lake.columns(mart_style_daily.TABLE).keys() == set(mart_style_daily.TABLE.columns)
        assert lake.read(RECIPE)["build_number"].to_list() == [2]
        assert lake.read(RESTATEMENT).is_empty()
    assert not build_and_release(released)[0].has_changes


def test_what_has_expired_is_made_anew_of_what_was_kept(released: Settings) -> None:
    good, fresh = paid(released), gold(released)
    landed = [path for path in released.place.landing.rglob("*.csv")]
    made_by_another(released, "UPDATE ops.export SET expired_at = now()")
    for path in landed:
        path.unlink()
    assert landed and build_and_release(released)[0].is_anew
    assert paid(released) == good and gold(released) == fresh


def test_what_it_moves_is_said_with_its_reason(
    released: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """The version before paid one line a yuan more: every figure of that line moves back, for one reason."""
    line = "(SELECT min(order_line_id) FROM gold.fct_order_line WHERE paid_fen > 0)"
    row = f"""(SELECT min(m.rowid) FROM gold.mart_shop_channel_daily AS m JOIN gold.fct_order_line AS l
        ON (m.business_date, m.channel_code) = (l.paid_date, l.channel_code) AND l.order_line_id = {line})"""
    with writing(released) as lake, lake.transaction():
        for query in (
            f"UPDATE gold.mart_shop_channel_daily SET paid_fen = paid_fen + 100 WHERE rowid = {row}",
            f"UPDATE gold.fct_order_line SET paid_fen = paid_fen + 100 WHERE order_line_id = {line}",
        ):
            lake.connection.execute(query)
        before = lake.sql("SELECT sum(paid_fen)::BIGINT AS fen FROM gold.mart_shop_channel_daily").item()
    with writing(released) as lake, lake.transaction():
        lake.connection.execute(f"UPDATE ops.release SET snapshot_number = {lake.snapshot()}")
    made_by_another(released)
    built, release = build_and_release(released)
    with reading(released) as lake:
        after = lake.sql("SELECT sum(paid_fen)::BIGINT AS fen FROM gold.mart_shop_channel_daily").item()
        rows = lake.read(RESTATEMENT, where={"release_number": release.number})
    assert built.is_anew and before - after == 100
    assert set(rows["restatement_code"]) == {"made_anew"}
    moved = rows.filter(metric_id="paid_gmv")
    assert moved["restated_number"].to_list() == [-100] and moved["orders_qty"].to_list() == [1]
    show_restated(release.number, 1, rows, as_json=False)
    assert "从原始文件重算" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("label", ["build.silver", "lake.before_commit#3", "build.committed"])
def test_killed_while_it_makes_all_anew_the_old_release_stands_and_the_next_build_ends_it(
    released: Settings, label: str
) -> None:
    good, fresh = paid(released), gold(released)
    made_by_another(released)
    assert command("build", home=released.home, crash_at=label).code == -9
    assert paid(released) == good
    with reading(released) as lake:
        assert [item.number for item in releases(lake)] == [1]
    _, release = build_and_release(released)
    assert release.number == 2 and paid(released) == good and gold(released) == fresh
    with reading(released) as lake:
        assert lake.read(RECIPE)["content_id"].to_list()[-1] == recipe.meaning()


# a measure that a release never held
@pytest.fixture(scope="module")
def with_a_new_measure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next version: what was paid on dear lines is a measure of every mart of sales, and a metric."""
    rooms = copied(tmp_path_factory.mktemp("next"))
    change(
        rooms / "transforms/gold/measures.py",
        '    "paid_orders_qty": ',
        '    "dear_fen": "CASE WHEN paid_fen >= 20000 THEN paid_fen ELSE 0 END",\n    "paid_orders_qty": ',
    )
    change(
        rooms / "contracts/fields/report.py", "    _f(\n", '    _f("dear_fen", "大额", "dear"),\n    _f(\n'
    )
    change(rooms / "metrics/model/needs.py", '        "paid_fen", ', '        "paid_fen", "dear_fen", ')
    change(
        rooms / "metrics/model/definitions.py",
        "for metric in group}",
        "for metric in group}\nimport dataclasses\n"
        'METRICS["dear"] = dataclasses.replace(METRICS["paid_gmv"], id="dear", zh="大额成交", '
        'numerator={"dear_fen": 1})',
    )
    return rooms


def run(rooms: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        cwd=rooms,
        env=os.environ | {"BAIYUN_HOME": str(home), "PYTHONPATH": str(rooms)},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(rooms: Path, home: Path, *by: str) -> tuple[list[dict[str, object]], list[str]]:
    words = ("ask", "--merchant", "m1", "--metrics", "paid_gmv,dear", *by, "--json")
    found = run(rooms, home, *words)
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    return told["rows"], [note["code"] for note in told["notes"]]


@pytest.mark.slow
def test_a_new_measure_is_empty_until_the_next_build_and_then_what_a_fresh_home_says(
    released: Settings, with_a_new_measure: Path, tmp_path: Path
) -> None:
    good, place = paid(released), released.home
    assert answer(with_a_new_measure, place) == ([{"paid_gmv": good, "dear": None}], ["NOT_HELD"])
    by_day, notes = answer(with_a_new_measure, place, "--by", "date")
    assert notes[0] == "NOT_HELD" and {row["dear"] for row in by_day} == {None} and by_day
    made = run(with_a_new_measure, place, "build")
    assert made.returncode == 0 and made.stderr.count("made anew") == 1, made.stderr
    fresh = tmp_path / "fresh"
    taken = run(with_a_new_measure, fresh, "ingest", "-m", "m1", "-s", "s1", "--new-shop", str(DOUYIN))
    assert taken.returncode == 0, taken.stdout + taken.stderr
    rows, notes = answer(with_a_new_measure, place)
    assert (rows, notes) == answer(with_a_new_measure, fresh) and "NOT_HELD" not in notes
    with reading(released) as lake:
        lines = lake.read(gold_tables()["fct_order_line"]).filter(pl.col("paid_date").is_not_null())
    dear = lines.filter(pl.col("paid_fen") >= 20000)["paid_fen"].sum()
    assert rows == [{"paid_gmv": good, "dear": dear}] and 0 < dear < good

"""The one suite every platform runs through.

A new connector folder joins by being there: it brings columns.csv, samples, samples.csv.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from conformance_cases import (
    BAD,
    BILLS_ONLY,
    FOLDERS,
    MARK,
    REFUSED,
    THIRD_PARTY,
    Sample,
    alternates,
    api_records,
    broken_promises,
    file_samples,
    grid,
    imported,
    layouts,
    mapped,
    origin,
    read_anew,
    read_file,
    read_sample,
    recognise,
    samples,
    texts,
    third_party,
)

from connectors.base import Layout, Platform, platforms
from connectors.files.cells import RULES
from connectors.mapping.file import FOLDER, shipped
from connectors.reading import fold
from contracts.canonical import (
    ORDER,
    ORDER_LINE,
    REFUND_LINE,
    SETTLEMENT_ENTRY,
    SILVER,
    content_columns,
    entity_key,
)
from contracts.codes import PLATFORM
from contracts.errors import CollectError, FileRefusedError
from contracts.intake import ROW_RULES
from transforms.silver.states import current, merge_states

each_platform = pytest.mark.parametrize("platform", platforms().values(), ids=lambda platform: platform.code)
each_file = pytest.mark.parametrize("sample", file_samples(), ids=str)
each_sample = pytest.mark.parametrize(
    "sample", [item for item in samples() if item.layout != "error"], ids=str
)
each_api = pytest.mark.parametrize("sample", [item for item in samples() if item.layout == "api"], ids=str)
each_error = pytest.mark.parametrize(
    "sample", [item for item in samples() if item.layout == "error"], ids=str
)
each_layout = pytest.mark.parametrize(
    "layout", layouts(), ids=lambda layout: f"{layout.platform}-{layout.kind}-{layout.name}"
)


# --- declarations -------------------------------------------------------------------------------------------


@each_platform
def test_the_folder_is_complete(platform: Platform) -> None:
    assert platform.code in PLATFORM.values, (
        "第1步:在 contracts/codes.py 的 PLATFORM 里加上 / step 1: add to PLATFORM in contracts/codes.py: "
        f"{platform.code}"
    )
    parts = {
        "columns.csv",
        "samples.csv",
        "coverage.csv",
        "README.md",
        "conform.py",
        "exports.py",
        "api.py",
        "simulate.py",
    }
    assert parts <= {path.name for path in platform.folder.iterdir()}
    shipped = {path.name for path in (platform.folder / "samples").iterdir()}
    assert shipped == {item.name for item in samples() if item.platform is platform}
    assert set(platform.api_kinds) <= set(platform.kinds)


@each_platform
def test_no_step_of_the_skeleton_is_left_undone(platform: Platform) -> None:
    """``baiyun new-platform`` marks what only a person can fill in.

    Each mark says what to do (docs/guides/add-a-platform.md).
    """
    texts_of = [path for path in sorted(platform.folder.rglob("*")) if path.suffix in {".py", ".csv", ".md"}]
    marks = [
        f"{path.relative_to(platform.folder)}:{number}: {line[line.index('TODO') :][:120]}"
        for path in texts_of
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), start=1)
        if "TODO" in line
    ]
    assert marks == [], "骨架还有没填的地方 / steps of the skeleton are left:\n" + "\n".join(marks)


@each_platform
def test_columns_say_where_each_layout_comes_from(platform: Platform) -> None:
    with (platform.folder / "columns.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    firsts = {(row["kind"], row["layout"]): row for row in reversed(rows)}
    assert set(firsts) == {(layout.kind, layout.name) for layout in platform.layouts}
    for key, row in firsts.items():
        assert row["source"] in ("file", "api"), key
        assert row["verified"] in ("yes", "no"), key
        assert len(row["origin"]) > 20, key


@each_layout
def test_every_layout_has_a_sample_and_names_its_key_columns(layout: Layout) -> None:
    assert (layout.platform, layout.kind, layout.name) in {
        (item.platform.code, item.kind, item.layout) for item in samples()
    }
    assert any(column.required and column.filled for column in layout.columns)
    assert all(column.name or column.personal or column.cell == "text" for column in layout.columns)
    assert not [
        column.header for column in layout.columns if column.personal and (column.required and column.filled)
    ]


@each_platform
def test_no_two_layouts_of_a_kind_have_the_same_header(platform: Platform) -> None:
    headers = [
        frozenset(fold(column.header) for column in layout.columns)
        for layout in platform.layouts
        if layout.source == "file"
    ]
    assert len(headers) == len(set(headers))


def test_every_shipped_mapping_has_its_sample_and_a_header_of_its_own() -> None:
    assert {path.name for path in (FOLDER / "samples").iterdir()} == {f"{name}.csv" for name in shipped()}
    headers = [
        frozenset(fold(column.header) for column in layout.columns)
        for platform in mapped()
        for layout in platform.layouts
    ]
    assert len(headers) == len(set(headers)) == len(shipped())
    assert all(
        mapping.layout_kind not in platform.kinds
        for mapping in shipped().values()
        for platform in platforms().values()
    )


# --- reading ------------------------------------------------------------------------------------------------


@each_file
def test_a_sample_is_recognised_by_its_content(sample: Sample) -> None:
    found = recognise(sample.data).layout
    assert (found.platform, found.kind, found.name) == (sample.platform.code, sample.kind, sample.layout)


@each_sample
def test_rows_read_are_rows_kept_plus_rows_set_aside(sample: Sample) -> None:
    reading = read_sample(sample)
    assert (reading.layout.platform, reading.layout.kind, reading.layout.name) == (
        sample.platform.code,
        sample.kind,
        sample.layout,
    )
    assert reading.rows_read == reading.bronze.height + reading.quarantine["_row_number"].n_unique() > 0
    assert set(reading.quarantine["rule_name"]) <= set(ROW_RULES)
    _, failures = sample.platform.bronze[sample.kind].schema.filter(reading.bronze)
    assert len(failures) == 0


@each_sample
def test_reading_twice_gives_the_same(sample: Sample) -> None:
    one, two = read_sample(sample), read_anew(sample)
    assert one.bronze.equals(two.bronze)
    assert one.quarantine.equals(two.quarantine)
    for name, frame in sample.platform.conform(sample.kind, one.bronze).items():
        assert frame.equals(sample.platform.conform(sample.kind, two.bronze)[name])


@each_file
def test_row_numbers_are_those_a_person_sees(sample: Sample) -> None:
    """Written again without what is not data, row n of the table is line n + 2 of the file, whatever was
    there before.
    """
    whole = grid(sample)
    reading = read_file(whole.with_cells({}), origin())
    rows = [*reading.bronze["_row_number"], *reading.quarantine["_row_number"].unique()]
    assert sorted(rows) == list(range(2, len(whole.rows) + 2))
    assert reading.bronze.drop("_row_number", "_observed_at").equals(
        read_sample(sample).bronze.drop("_row_number", "_observed_at")
    )


# --- personal data ------------------------------------------------------------------------------------------


@each_file
def test_personal_cells_go_nowhere(sample: Sample) -> None:
    """A mark in every personal cell, and in every row one cell spoilt: it is neither in bronze nor beside the
    quarantined row.
    """
    whole = grid(sample)
    personal = [header for header, column in whole.columns.items() if column.personal]
    marks = {(row, header): MARK for row in range(len(whole.rows)) for header in personal}
    good = read_file(whole.with_cells(marks), origin())
    assert sorted(good.dropped_columns) == sorted(header.strip() for header in personal)
    assert good.bronze.height > 0
    # a column of ids spoilt from end to end refuses the whole file; empty ones set their rows aside
    spoils = {
        header: BAD[column.cell] if column.cell != "id" else "-"
        for header, column in whole.columns.items()
        if column.cell in BAD and column.name
    }
    typed = min(
        (header for header in spoils if not whole.columns[header].personal),
        key=lambda header: whole.columns[header].cell == "id",
    )
    spoilt = read_file(
        whole.with_cells(marks | {(row, typed): spoils[typed] for row in range(len(whole.rows))}), origin()
    )
    assert spoilt.bronze.is_empty()
    assert spoilt.quarantine["_row_number"].n_unique() == len(whole.rows)
    frames = sample.platform.conform(sample.kind, good.bronze)
    for frame in (good.bronze, spoilt.quarantine, *frames.values()):
        assert MARK not in texts(frame)
    for header in personal:
        assert header.strip() not in texts(spoilt.quarantine.select("row_json", "column_name"))


@each_api
def test_fields_nobody_declared_are_not_taken_from_an_answer(sample: Sample) -> None:
    declared = {
        column.header for column in sample.platform.layout(sample.kind, "api").columns if not column.personal
    }
    for record in api_records(sample):
        assert set(record) <= declared


# --- quarantine ---------------------------------------------------------------------------------------------


def spoils(sample: Sample) -> list[tuple[str, str, str]]:
    """Header, text and rule of every way a cell of the sample can be spoilt."""
    found = []
    for header, column in grid(sample).columns.items():
        if column.name and not column.personal:
            found += [(header, BAD[column.cell], RULES[column.cell])] if column.cell in BAD else []
            is_needed = column.filled and header not in alternates(sample)
            found += [(header, "-", "MISSING_VALUE")] if is_needed else []
    return found


@each_file
def test_a_spoilt_cell_sets_aside_exactly_its_row(sample: Sample) -> None:
    """Every cell that can be spoilt, several rows at a time with one each: never more than half of them."""
    whole = grid(sample)
    plain = read_file(whole.with_cells({}), origin())
    clean_rows = sorted(set(range(2, len(whole.rows) + 2)) - set(plain.quarantine["_row_number"]))
    middle, tried = len(clean_rows) // 2, spoils(sample)
    at_once = max(1, middle)
    assert len(tried) > 2
    for first in range(0, len(tried), at_once):
        targets = dict(zip(clean_rows[middle:], tried[first : first + at_once], strict=False))
        assert len(targets) == len(tried[first : first + at_once]), "none is left out"
        cells = {(row - 2, header): text for row, (header, text, _) in targets.items()}
        reading = read_file(whole.with_cells(cells), origin())
        kept = plain.bronze.filter(~pl.col("_row_number").is_in(list(targets))).drop("_observed_at")
        assert reading.bronze.drop("_observed_at").equals(kept), targets
        assert reading.quarantine.height == plain.quarantine.height + len(targets), targets
        for row, (header, text, rule) in targets.items():
            added = reading.quarantine.filter(pl.col("_row_number") == row)
            assert added.select("rule_name", "column_name").rows() == [(rule, header.strip())]
            assert added["cell_name"].to_list() == [text.replace("昨天", "**")], (
                "words are starred: in a shifted row a cell may hold a name"
            )
            assert header not in json.loads(added["row_json"][0])
            assert rule in ROW_RULES


@each_file
def test_a_file_without_a_required_column_is_refused_by_name(sample: Sample) -> None:
    """Or it is recognised as another layout of the same platform that does without."""
    whole = grid(sample)
    for header, column in whole.columns.items():
        if not column.required:
            continue
        renamed = whole.with_cells({}).decode().replace(f'"{header}"', '"某列"', 1).encode()
        try:
            found = recognise(renamed).layout
        except FileRefusedError as refused:
            assert refused.rule in ("MISSING_COLUMN", "UNKNOWN_LAYOUT")
            if refused.rule == "MISSING_COLUMN":
                assert refused.facts["missing"]
        else:
            assert found.platform == sample.platform.code
            assert (
                found.name != sample.layout
                or sum(other.required and other.name == column.name for other in whole.layout.columns) > 1
            )


# --- meaning ------------------------------------------------------------------------------------------------


@each_sample
def test_conformed_frames_keep_the_canonical_tables_promises(sample: Sample) -> None:
    reading = read_sample(sample)
    frames = sample.platform.conform(sample.kind, reading.bronze)
    assert broken_promises(frames) == []
    lineage = ["_export_id", "_row_number"]
    for frame in frames.values():
        assert frame.height > 0
        assert frame.select(lineage).join(reading.bronze.select(lineage), on=lineage, how="anti").is_empty()
        assert set(frame["platform_code"]) == {sample.platform.code}


@each_sample
def test_what_is_loaded_twice_counts_once(sample: Sample) -> None:
    """The same rows met again, by other hands and a day later, are duplicates, every one of them."""
    reading = read_sample(sample)
    for name, frame in sample.platform.conform(sample.kind, reading.bronze).items():
        table = SILVER[name]
        first = table.shape(frame.with_columns(_last_observed_at="_observed_at"))
        later = pl.col("_observed_at") + pl.duration(days=1)
        again = first.with_columns(_export_id=pl.lit("f" * 64), _observed_at=later, _last_observed_at=later)
        stored = merge_states(table, table.empty(), first).states
        merged = merge_states(table, stored, again)
        entity = entity_key(table)
        assert set(merged.outcomes["outcome"]) == {"duplicate"}, name
        assert merged.changed.is_empty()
        assert current(table, merged.states).select(entity).equals(current(table, stored).select(entity))
        told = content_columns(table)
        assert current(table, merged.states).select(told).equals(current(table, stored).select(told))


@each_platform
def test_conform_of_no_rows_is_no_rows(platform: Platform) -> None:
    for kind, table in platform.bronze.items():
        frames = platform.conform(kind, table.empty())
        assert frames
        assert [name for name, frame in frames.items() if frame.height] == []
        assert {name for name in frames} <= set(SILVER)


@each_platform
def test_a_platform_tells_orders_by_file_and_refunds_somehow(platform: Platform) -> None:
    """Orders by file always; refunds by a file or, where no layout of one is publicly known, by the API."""
    told = {
        item: set(platform.conform(item.kind, read_sample(item).bronze))
        for item in samples()
        if item.platform is platform and item.layout != "error"
    }
    by_file = set().union(*(tables for item, tables in told.items() if item.layout != "api"))
    if platform.code in BILLS_ONLY:
        assert by_file == {SETTLEMENT_ENTRY.name}
        return
    assert {ORDER.name, ORDER_LINE.name} & by_file
    assert REFUND_LINE.name in set().union(*told.values())


@each_error
def test_an_error_answer_is_an_error(sample: Sample) -> None:
    with pytest.raises(CollectError) as raised:
        api_records(sample)
    assert raised.value.rule
    assert raised.value.zh


# --- files nobody here wrote --------------------------------------------------------------------------------


@pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository (../shared/samples)"
)
@pytest.mark.parametrize("path", third_party(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_third_party_files_are_read_or_refused_for_the_stated_reason(path: Path) -> None:
    expected = REFUSED.get(
        f"{path.parent.name}/{path.name}", "JSON_NOT_TABLE" if path.suffix == ".json" else ""
    )
    platform = FOLDERS.get(path.parent.name, path.parent.name)
    if path.name.startswith("HEADER_"):
        assert recognise(path.read_bytes()).layout.platform == platform
        expected = "NO_ROWS"
    if expected:
        with pytest.raises(FileRefusedError) as refused:
            read_file(path.read_bytes(), origin(path.name))
        assert refused.value.rule == expected
        assert refused.value.zh
        assert refused.value.step_en
        return
    reading = read_file(path.read_bytes(), origin(path.name))
    assert reading.layout.platform == platform
    assert reading.rows_read == reading.bronze.height + reading.quarantine["_row_number"].n_unique() > 0
    assert set(reading.quarantine["rule_name"]) <= set(ROW_RULES)
    assert (
        broken_promises(platforms()[reading.layout.platform].conform(reading.layout.kind, reading.bronze))
        == []
    )


# --- the simulator's side of a connector --------------------------------------------------------------------


@each_platform
def test_simulator_and_parser_share_no_import(platform: Platform) -> None:
    """Written from one belief they would agree with each other and with nothing else."""
    home = f"connectors.{platform.folder.name}"
    for path in platform.folder.glob("*.py"):
        names = imported(path)
        if not path.stem.startswith("simulate"):
            assert not [name for name in names if "simulat" in name], path.name
            continue
        ours = {
            name
            for name in names
            if name.split(".")[0]
            in {"connectors", "contracts", "pipeline", "transforms", "warehouse", "metrics", "expectations"}
        }
        assert not [name for name in ours if not name.startswith(f"{home}.simulate")], path.name
        read = [
            name for name in ("columns.csv", "samples.csv") if f'"{name}"' in path.read_text(encoding="utf-8")
        ]
        assert read == [], path.name
    siblings = {other.folder.name for other in platforms().values()} - {platform.folder.name}
    for path in platform.folder.glob("*.py"):
        assert not [
            name for name in imported(path) for other in siblings if name.startswith(f"connectors.{other}")
        ], path.name

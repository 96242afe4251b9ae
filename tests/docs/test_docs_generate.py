"""The generated pages say what was declared, all of it, and ``--check`` notices a page that no longer
does.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer

from connectors.base import Layout
from connectors.coverage import Coverage, coverage, mapped_coverage
from contracts.canonical import SILVER
from contracts.codes import KIND, PLATFORM
from contracts.fields import FIELDS
from contracts.intake import FILE_RULES, ROW_RULES
from expectations.rules import RULES
from metrics.model.definitions import METRICS
from metrics.reports.screens import SCREENS, UNKNOWN
from transforms.gold import gold_tables
from warehouse.ops import OPS
from warehouse.settings import Settings

HOUSE = Path(__file__).parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", HOUSE / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _load()


@pytest.fixture(scope="module")
def dictionary() -> str:
    return str(generate.dictionary())


def _section(page: str, heading: str) -> str:
    """The part of ``page`` under ``heading``, up to the next heading of any level."""
    lines = page.split("\n")
    start = lines.index(heading) + 1
    end = next((number for number in range(start, len(lines)) if lines[number].startswith("#")), len(lines))
    return "\n".join(lines[start:end])


def test_check_names_a_page_that_was_changed_by_hand_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    settings = tmp_path / "settings.md"
    settings.write_text(settings.read_text(encoding="utf-8") + "by hand\n", encoding="utf-8")
    (tmp_path / "dictionary.md").unlink()
    assert generate.main(["--check"], tmp_path) == 1
    assert "dictionary.md, settings.md" in capsys.readouterr().out
    assert settings.read_text(encoding="utf-8").endswith("by hand\n")
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0


def test_the_pages_in_the_tree_are_the_declarations_whatever_the_environment() -> None:
    environment = {
        **os.environ,
        "BAIYUN_HOME": "elsewhere",
        "BAIYUN_DISCLOSURE_P": "7",
        "COLUMNS": "40",
        "PYTHONHASHSEED": "1",
    }
    command = [sys.executable, HOUSE / "docs" / "generate.py", "--check"]
    run = subprocess.run(
        command, cwd=HOUSE / "tests", env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_field_stands_in_the_dictionary_with_its_words(dictionary: str) -> None:
    section = _section(dictionary, "## 字段 / fields")
    rows = [line.split(" | ")[:3] for line in section.split("\n") if line.startswith("| `")]
    assert rows == [[f"| `{item.name}`", item.zh, item.en] for item in FIELDS.values()]


@pytest.mark.parametrize(
    "table", [*SILVER.values(), *gold_tables().values(), *OPS.values()], ids=lambda table: table.full_name
)
def test_every_table_stands_in_the_dictionary_with_its_columns(dictionary: str, table: object) -> None:
    assert hasattr(table, "full_name")
    section = _section(dictionary, f"### {table.full_name}")
    assert table.grain in section
    assert [line.split("`")[1] for line in section.split("\n") if line.startswith("| `")] == table.columns


@pytest.mark.parametrize("platform", ["douyin", "taobao"])
def test_every_header_of_every_layout_stands_in_the_dictionary(dictionary: str, platform: str) -> None:
    with (HOUSE / "connectors" / platform / "columns.csv").open(encoding="utf-8", newline="") as stream:
        declared = list(csv.DictReader(stream))
    for kind in {row["kind"] for row in declared}:
        section = _section(dictionary, f"#### bronze.{platform}__{kind}")
        of_kind = [row for row in declared if row["kind"] == kind]
        missing = [row["header"] for row in of_kind if row["header"].strip() not in section]
        assert missing == []
        personal = next(line for line in section.split("\n") if line.startswith("进门就删"))
        assert [
            row["header"]
            for row in of_kind
            if "personal" in row["flags"] and row["header"].strip() not in personal
        ] == []
    layouts = [
        line
        for line in dictionary.split("\n")
        if "已核实 / verified |" in line or "未核实 / unverified** |" in line
    ]
    known = {(row["kind"], row["layout"], row["origin"]) for row in declared if row["origin"]}
    assert len(known) == len({(row["kind"], row["layout"]) for row in declared})
    for kind, layout, origin in known:
        assert [
            line
            for line in layouts
            if f"| `{kind}` | `{layout}` |" in line and line.endswith(f"| {origin} |")
        ], (kind, layout)


def test_a_layout_without_an_outside_source_is_marked_unverified() -> None:
    made_up = Layout("douyin", "orders", "2030", "file", verified=False, origin="a guess", columns=())
    assert "**未核实 / unverified**" in generate.layout_row(made_up)


def test_every_kind_and_source_stands_in_the_coverage_with_its_layouts_and_proofs() -> None:
    text = generate.coverage_page()
    for item in coverage():
        platform, kind, source = item.key
        section = _section(
            text, f'## <a id="{platform}"></a>{PLATFORM.zh(platform)} / {PLATFORM.en(platform)}'
        )
        (row,) = [
            line
            for line in section.split("\n")
            if f"`{kind}`" in line and f" {'API' if source == 'api' else 'file'} |" in line
        ]
        verified, unverified, simulated, proved = row.strip("| ").split(" | ")[2:]
        assert [name for name in verified.split(", ") if name != "—"] == [
            f"`{layout.name}`" for layout in item.layouts if layout.verified
        ]
        assert [name for name in unverified.split(", ") if name != "—"] == [
            f"`{layout.name}`" for layout in item.layouts if not layout.verified
        ]
        assert (simulated == "✓", proved.count("✓")) == (item.is_simulated, len(item.proofs))
    assert [
        item.layouts[0].name for item in mapped_coverage() if f"| `{item.layouts[0].name}` |" not in text
    ] == []


def test_the_matrix_tells_verified_from_unverified_and_neither_from_nothing() -> None:
    made_up = [
        Layout("douyin", kind, "x", source, verified, "", ())
        for kind, source, verified in (("orders", "file", False), ("orders", "api", True))
    ]
    funds = Layout("jd", "funds", "y", "file", verified=True, origin="", columns=())
    matrix = generate._matrix(
        [Coverage((layout,), is_simulated=False, proofs=()) for layout in (*made_up, funds)]
    )
    assert matrix[2:4] == [
        f"| {KIND.zh('orders')} orders | 未核实 / ✓ |  |",
        f"| {KIND.zh('funds')} fund flow |  | ✓ / — |",
    ]


def test_every_code_list_of_a_field_stands_in_the_dictionary(dictionary: str) -> None:
    for field in FIELDS.values():
        if field.codes:
            section = _section(dictionary, f"### {field.codes.name}")
            assert [
                line.split("`")[1] for line in section.split("\n") if line.startswith("| `")
            ] == field.codes.values


def test_every_setting_stands_in_the_settings_and_a_confidential_default_does_not() -> None:
    text = generate.settings()
    assert [name for name in Settings.model_fields if f"| `BAIYUN_{name.upper()}` |" not in text] == []
    (line,) = [line for line in text.split("\n") if "BAIYUN_DISCLOSURE_P`" in line]
    assert "保密" in line
    assert str(Settings.model_fields["disclosure_p"].default) not in line


def test_every_number_that_can_be_matched_stands_with_its_source() -> None:
    text = generate.PAGES["screens.md"]()
    assert all(
        f"`{item.id}`" in text and item.source_zh in text and item.source_en in text
        for item in SCREENS.values()
    )
    assert all(what in text for _, what, *_ in UNKNOWN)


def test_every_metric_stands_in_the_metrics() -> None:
    text = generate.metrics()
    assert [
        item.id for item in METRICS.values() if item.about_zh not in text or item.about_en not in text
    ] == []


def test_every_intake_rule_stands_in_the_rules_with_its_next_step() -> None:
    text = generate.rules()
    for name, rule in [*FILE_RULES.items(), *ROW_RULES.items()]:
        assert f"| `{name}` | {rule.zh} / {rule.en} | {rule.step_zh} / {rule.step_en} |" in text


def test_every_check_before_a_release_stands_in_the_rules_with_its_reason() -> None:
    text = generate.rules()
    assert len(RULES) > 8
    assert [
        rule.name
        for rule in RULES
        if f"| `{rule.name}` |" not in text or f"| {rule.reason_zh} / {rule.reason_en} |" not in text
    ] == []


def test_a_command_is_written_with_its_parameters_and_hidden_ones_are_not() -> None:
    app = typer.Typer(help="顶层 / top", add_completion=False)
    users = typer.Typer(help="账号 / accounts")
    app.add_typer(users, name="user")

    @users.command()
    def add(name: str, role: str = typer.Option("merchant", help="角色 / role")) -> None:
        """新建账号 / create an account."""

    @app.command(hidden=True)
    def secret() -> None:
        """Not for people."""

    text = "\n".join(generate.command_lines(typer.Context(typer.main.get_command(app), info_name="baiyun")))
    assert (
        "## baiyun user add\n\n新建账号 / create an account.\n\n```\nbaiyun user add [OPTIONS] {name}\n```"
        in text
    )
    assert "--role" in text
    assert "角色 / role" in text
    assert "secret" not in text


def test_a_bar_in_a_cell_does_not_break_the_row() -> None:
    assert generate.table(["a"], [["x|y\nz"]]) == ["| a |", "| --- |", "| x\\|y z |", ""]


def _told_commands() -> list[tuple[str, str]]:
    """(page, command line) of every ``baiyun`` line in a shell block of a page that people read."""
    pages = [
        HOUSE / "README.md",
        HOUSE / "CONTRIBUTING.md",
        *(HOUSE / "docs").rglob("*.md"),
        *(HOUSE / "connectors").glob("*/README.md"),
    ]
    blocks = [
        (page.relative_to(HOUSE).as_posix(), block)
        for page in pages
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]
    lines = [(page, line.split("#")[0].strip()) for page, block in blocks for line in block.split("\n")]
    return [
        (page, line.removeprefix(".venv/bin/"))
        for page, line in lines
        if line.removeprefix(".venv/bin/").startswith("baiyun ")
    ]


def test_every_command_the_pages_tell_exists_with_its_options() -> None:
    reference = (HOUSE / "docs" / "cli.md").read_text(encoding="utf-8")
    known = [line.removeprefix("## ") for line in reference.split("\n") if line.startswith("## ")]
    told = _told_commands()
    assert len(told) > 8
    for page, line in told:
        words = [word for word in line.split() if not word.startswith("-")]
        path = max(
            (name for name in known if words[: len(name.split())] == name.split()), key=len, default=""
        )
        assert path not in {"", "baiyun"}, (page, line)
        section = _section(reference, f"## {path}")
        assert [
            word
            for word in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line)
            if word not in section and word != "--help"
        ] == [], (page, line)

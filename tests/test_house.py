"""The house keeps its own rules: rooms, names, budgets, locks.

Each rule is tried on the tree as it is, and the import rules on seeded violations.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from setuptools import Distribution, find_packages
from setuptools.command.build_py import build_py

HOUSE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = (
    "contracts", "connectors", "transforms", "district", "warehouse", "expectations", "metrics", "pipeline",
    "cli", "demo", "dags", "dashboards", "simulator", "bench",
)  # fmt: skip
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

#: Contract → (file, line added to it, link the report must name).
SEEDS = {
    "rooms import downwards only": [
        ("contracts/codes.py", "import warehouse.place", "contracts.codes -> warehouse.place"),
        ("warehouse/place.py", "from connectors.files import cells",
            "warehouse.place -> connectors.files.cells"),
        ("connectors/files/cells.py", "from warehouse.place import Place",
            "connectors.files.cells -> warehouse.place"),
        ("warehouse/place.py", "from transforms import money", "warehouse.place -> transforms.money"),
        ("transforms/money.py", "from district import policy", "transforms.money -> district.policy"),
        ("expectations/__init__.py", "import metrics", "expectations -> metrics"),
        ("metrics/__init__.py", "import expectations", "metrics -> expectations"),
        ("expectations/__init__.py", "import pipeline", "expectations -> pipeline"),
        ("pipeline/__init__.py", "import dashboards", "pipeline -> dashboards"),
        ("dashboards/__init__.py", "import dags", "dashboards -> dags"),
    ],
    "dags import the pipeline and the list of connectors": [
        ("dags/__init__.py", "from warehouse.place import Place", "dags -> warehouse.place"),
        ("dags/__init__.py", "from connectors import douyin", "dags -> connectors.douyin"),
        ("dags/__init__.py", "from transforms import money", "dags -> transforms.money"),
        ("dags/__init__.py", "import polars", "dags -> polars"),
    ],
    "dashboards import metrics, contracts and the counter": [
        ("dashboards/__init__.py", "import duckdb", "dashboards -> duckdb"),
        ("dashboards/__init__.py", "from warehouse.viewer import tenant_instance",
            "dashboards -> warehouse.viewer"),
        ("dashboards/__init__.py", "from transforms.gold import gold_tables",
            "dashboards -> transforms.gold"),
        ("dashboards/__init__.py", "import pipeline", "dashboards -> pipeline"),
        ("dashboards/parts/page/menu.py", "from pipeline.steps import ingest",
            "dashboards.parts.page.menu -> pipeline.steps"),
        ("dashboards/parts/page/frame.py", "from pipeline.counter.giving import deliver",
            "dashboards.parts.page.frame -> pipeline.counter.giving"),
    ],
    "metrics answer from released tables": [
        ("metrics/__init__.py", "from connectors.base import platforms", "metrics -> connectors.base"),
        ("metrics/__init__.py", "from transforms.silver import states",
            "metrics -> transforms.silver.states"),
    ],
    "transforms are pure": [
        ("transforms/money.py", "import duckdb", "transforms.money -> duckdb"),
        ("transforms/money.py", "from warehouse.place import Place", "transforms.money -> warehouse.place"),
        ("transforms/money.py", "import requests", "transforms.money -> requests"),
        ("transforms/money.py", "import great_expectations", "transforms.money -> great_expectations"),
        ("transforms/money.py", "import streamlit", "transforms.money -> streamlit"),
    ],
    "the district reads contributions and nothing else": [
        ("district/cubes.py", "import duckdb", "district.cubes -> duckdb"),
        ("district/cubes.py", "from warehouse.place import Place", "district.cubes -> warehouse.place"),
        ("district/cubes.py", "from transforms import money", "district.cubes -> transforms.money"),
        ("district/cubes.py", "from connectors.files import cells",
            "district.cubes -> connectors.files.cells"),
    ],
    "the auditor shares no code with what it audits": [
        ("district/audit.py", "from district.primary import judge", "district.audit -> district.primary"),
        ("district/audit.py", "from district.release import release_month",
            "district.audit -> district.release"),
        ("district/audit_index.py", "from district.index import step",
            "district.audit_index -> district.index"),
        ("district/audit_quartiles.py", "from district.quartiles import bands_of",
            "district.audit_quartiles -> district.quartiles"),
    ],
    "what is audited shares no code with the auditor": [
        ("district/primary.py", "from district.audit import audit", "district.primary -> district.audit"),
        ("district/links.py", "from district.audit_index import reveals",
            "district.links -> district.audit_index"),
        ("district/quartiles.py", "from district.audit_quartiles import findings",
            "district.quartiles -> district.audit_quartiles"),
    ],
    "the association is shown released documents and nothing else": [
        ("metrics/reports/association/cells.py", "from warehouse.lake import Lake",
            "metrics.reports.association.cells -> warehouse.lake"),
        ("metrics/reports/association/releases.py", "import polars",
            "metrics.reports.association.releases -> polars"),
        ("metrics/reports/association/pulse.py", "from district.contributions import check_contributions",
            "metrics.reports.association.pulse -> district.contributions"),
    ],
    "no platform imports another, and the shared machinery imports none": [
        ("connectors/douyin/words.py", "from connectors.taobao import words",
            "connectors.douyin.words -> connectors.taobao.words"),
        ("connectors/taobao/api.py", "from connectors.douyin.api import DouyinApi",
            "connectors.taobao.api -> connectors.douyin.api"),
        ("connectors/base.py", "from connectors.douyin import words",
            "connectors.base -> connectors.douyin.words"),
        ("connectors/gateway.py", "from connectors.jd import signing",
            "connectors.gateway -> connectors.jd.signing"),
    ],
    "only tests, bench and a platform's simulate modules import the simulator": [
        ("pipeline/__init__.py", "from simulator.history.market import build_market",
            "pipeline -> simulator.history.market"),
        ("connectors/douyin/api.py", "from simulator.history import clock",
            "connectors.douyin.api -> simulator.history.clock"),
    ],
    "the simulator shares nothing with what it tests": [
        ("simulator/truths/truth.py", "from transforms.money import *",
            "simulator.truths.truth -> transforms.money"),
        ("simulator/truths/truth.py", "from contracts import codes",
            "simulator.truths.truth -> contracts.codes"),
    ],
    "a platform's simulate modules share nothing with its parser": [
        ("connectors/douyin/simulate.py", "from connectors.douyin import words",
            "connectors.douyin.simulate -> connectors.douyin.words"),
        ("connectors/douyin/simulate_files.py", "from connectors.reading import *",
            "connectors.douyin.simulate_files -> connectors.reading"),
        ("connectors/taobao/simulate_api.py", "from connectors.base import platforms",
            "connectors.taobao.simulate_api -> connectors.base"),
        ("connectors/taobao/simulate_words.py", "from connectors.taobao import exports",
            "connectors.taobao.simulate_words -> connectors.taobao.exports"),
    ],
    "no parser imports a simulate module": [
        ("connectors/douyin/words.py", "from connectors.douyin import simulate_files",
            "connectors.douyin.words -> connectors.douyin.simulate_files"),
        ("pipeline/__init__.py", "from connectors.taobao.simulate import dialect",
            "pipeline -> connectors.taobao.simulate"),
    ],
    "only dags import airflow": [
        ("pipeline/__init__.py", "import airflow", "pipeline -> airflow"),
        ("connectors/http.py", "from airflow.sdk import Connection", "connectors.http -> airflow"),
    ],
}  # fmt: skip


def _tracked() -> list[Path]:
    """Every file of the project: what git tracks, or everything outside the ignored folders in an unpacked
    archive.
    """
    if (HOUSE / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=True
        ).stdout.decode()
        return [path for name in listed.split("\0") if name and (path := HOUSE / name).is_file()]
    ignored = {
        ".venv",
        ".git",
        "data",
        "build",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
    }
    return [
        path
        for path in HOUSE.rglob("*")
        if path.is_file() and not ignored & set(path.relative_to(HOUSE).parts)
    ]


TRACKED = _tracked()
MODULES = [path for path in TRACKED if path.suffix == ".py" and "tests" not in path.relative_to(HOUSE).parts]


def _name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms' Python files and the rules, to be spoiled."""
    place = tmp_path_factory.mktemp("house")
    shutil.copy(HOUSE / "pyproject.toml", place)
    for room in ROOMS:
        shutil.copytree(
            HOUSE / room,
            place / room,
            ignore=lambda folder, names: [
                n for n in names if (Path(folder) / n).is_file() and not n.endswith(".py")
            ],
        )
    return place


def _lint(place: Path) -> str:
    """What lint-imports says of the tree at ``place``, its line breaks removed."""
    run = subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "400", "PATH": ""},
    )
    return run.stdout + run.stderr


@pytest.fixture
def spoiled(copy: Path) -> Iterator[Path]:
    """``copy``, put right again afterwards."""
    before = {path: path.read_bytes() for path in copy.rglob("*.py")}
    yield copy
    for path, content in before.items():
        path.write_bytes(content)


def test_the_rooms_keep_every_import_rule(copy: Path) -> None:
    said = _lint(copy)
    assert f"Contracts: {len(SEEDS)} kept, 0 broken." in said, said


@pytest.mark.parametrize("contract", SEEDS)
def test_every_seeded_violation_of_an_import_rule_is_named(spoiled: Path, contract: str) -> None:
    for file, line, _ in SEEDS[contract]:
        with (spoiled / file).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{line}\n")
    said = _lint(spoiled)
    assert f"{contract} BROKEN" in said, said
    under = re.sub(
        r"\s+", " ", said.split("Broken contracts", 1)[1].split(f"\n{contract}\n", 1)[1].split("\n---")[0]
    )
    assert [link for _, _, link in SEEDS[contract] if link not in under] == [], said


def test_every_import_rule_has_a_seeded_violation() -> None:
    assert {contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]} == set(SEEDS)
    assert PROJECT["tool"]["importlinter"]["root_packages"] == list(ROOMS)


def _texts(path: Path) -> list[str]:
    """The strings of a module's code; its docstrings, which stand alone as statements, are not among them."""
    tree = _tree(path)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


def test_a_simulator_never_reads_the_parsers_columns() -> None:
    simulators = [path for path in MODULES if path.name.startswith("simulate")]
    # the import rules know a simulator's modules by these names
    assert {path.stem for path in simulators} <= {
        "simulate",
        "simulate_api",
        "simulate_files",
        "simulate_money",
        "simulate_words",
    }
    assert [_name(path) for path in simulators if any("columns.csv" in text for text in _texts(path))] == []


def test_no_installed_distribution_owns_a_rooms_name() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {room: owned for room in ROOMS if (owned := set(owners.get(room, ())) - {"baiyun-live"})} == {}


def test_no_page_and_no_dag_bears_a_rooms_name() -> None:
    borne = [
        _name(path)
        for path in MODULES
        for part in path.relative_to(HOUSE).with_suffix("").parts[1:]
        if _name(path).startswith("da") and part in ROOMS
    ]
    assert borne == []


def test_the_package_list_is_the_folders() -> None:
    patterns = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert patterns == [pattern for room in ROOMS for pattern in (room, f"{room}.*")]
    assert PROJECT["tool"]["ruff"]["lint"]["isort"]["known-first-party"] == list(ROOMS)
    on_disk = {
        path.parent.relative_to(HOUSE).as_posix().replace("/", ".")
        for path in MODULES
        if path.parent != HOUSE and path.parent.name != "docs"
    }
    assert {name.split(".")[0] for name in on_disk} == set(ROOMS)
    assert on_disk <= set(find_packages(str(HOUSE), include=patterns)), (
        "a folder with modules lacks its __init__.py"
    )


def test_a_wheel_holds_every_file_that_lies_beside_the_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOUSE)
    house = Distribution()
    house.parse_config_files([str(HOUSE / "pyproject.toml")])
    house.include_package_data = False  # by what is declared, not by what version control would tell
    command = build_py(house)
    command.ensure_finalized()
    taken = {Path(source) / name for _, source, _, names in command.data_files for name in names}
    beside = {
        path.relative_to(HOUSE)
        for room in ROOMS
        for path in (HOUSE / room).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert len([path for path in beside if path.suffix == ".sql"]) > 70
    assert beside - taken == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_installed_as_its_own_constraint(lock: str) -> None:
    """Pip takes a needed ``uvicorn[standard]`` for another package than the pinned ``uvicorn``, and without a
    constraint refuses the lock as soon as there is a newer one.
    """
    made = [line for line in (HOUSE / "Makefile").read_text("utf-8").splitlines() if f"-r {lock}" in line]
    assert made and all(f"-c {lock}" in line and "--require-hashes" in line for line in made)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (HOUSE / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|(?<=\s)@ ", text)
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    loose = [
        entry.split("\n")[0]
        for entry in entries
        if not re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s;]+", entry)
        or "--hash=sha256:" not in entry
    ]
    assert len(entries) > 10
    assert loose == []


@pytest.mark.parametrize("lock", ["requirements.in", "requirements-dev.in"])
def test_every_wanted_package_is_locked(lock: str) -> None:
    wanted = [
        re.split(r"[=<>\[; ]", line)[0].lower()
        for line in (HOUSE / lock).read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#-"
    ]
    locked = re.findall(
        r"(?m)^([a-z0-9._-]+)(?:\[[^]]*\])?==",
        (HOUSE / lock.replace(".in", ".lock")).read_text(encoding="utf-8"),
    )
    assert set(wanted) - set(locked) == set()


def _wanted(file: str) -> set[str]:
    lines = (HOUSE / file).read_text(encoding="utf-8").splitlines()
    return {re.split(r"[=<>\[; ]", line)[0] for line in lines if line and line[0] not in "#-"}


def test_every_imported_package_is_wanted_by_name() -> None:
    """What runs the tests (``bench.mutants``) may want what the tests want."""
    wanted, beside = _wanted("requirements.in"), _wanted("requirements-dev.in")
    owners = {
        root: [re.sub("[-_.]+", "-", name).lower() for name in names]
        for root, names in importlib.metadata.packages_distributions().items()
    }
    imported: dict[str, str] = {}
    for path in MODULES:
        for node in ast.walk(_tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            imported |= {name.split(".")[0]: _name(path) for name in names}
    foreign = {
        root: place for root, place in imported.items() if root not in {*sys.stdlib_module_names, *ROOMS}
    }
    assert len(foreign) > 10
    unwanted = {
        root: place
        for root, place in foreign.items()
        if not any(
            owner.startswith(name)
            for owner in owners.get(root, ())
            for name in (wanted | beside if place.startswith("bench/") else wanted)
        )
    }
    assert unwanted == {}


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    place = re.compile(
        rb"(?<![\w.:}>*-])/(?:" + b"|".join([b"work", b"root", b"home", b"Users", b"mnt"]) + rb")/\w"
    )
    named = [f"{_name(path)}: {found[0]!r}" for path in TRACKED if (found := place.search(path.read_bytes()))]
    assert named == []


def test_no_file_names_a_registry() -> None:
    hosts = re.compile(
        b"|".join(
            re.escape(part + b"." + top)
            for part, top in ((b"pypi", b"org"), (b"pythonhosted", b"org"), (b"npmjs", b"com"))
        )
    )
    assert [_name(path) for path in TRACKED if hosts.search(path.read_bytes())] == []


#: Longer than a file (400 lines) or a function (50) may be since lines are 110 columns wide: how long each is
#: now. They may only become shorter; what is short enough leaves the list, and nothing joins it.
LONG_FILES = {
    "bench/peer_pandas.py": 402,
    "bench/peer_polars.py": 433,
    "connectors/mapped.py": 441,
    "connectors/mapping/propose.py": 432,
    "contracts/fields/__init__.py": 683,
    "docs/generate.py": 517,
    "metrics/query/ask.py": 435,
}
LONG_FUNCTIONS = {
    "bench/mutants.py:main": 52,
    "bench/peer_pandas.py:_marts": 62,
    "bench/peer_polars.py:_facts": 74,
    "bench/peer_polars.py:_marts": 52,
    "bench/report.py:page": 52,
    "bench/run.py:run": 59,
    "cli/entries.py:entry_group": 52,
    "cli/shown/passport.py:passport": 59,
    "connectors/douyin/simulate_api.py:render_after_sales": 64,
    "connectors/douyin/simulate_files.py:_after_sale_cells": 55,
    "connectors/douyin/simulate_files.py:_order_cells": 68,
    "connectors/jd/bills.py:_refunds": 51,
    "connectors/jd/simulate_files.py:bill_rows": 61,
    "connectors/mapping/propose.py:_proposal": 74,
    "connectors/mapping/whole.py:orders_apart": 56,
    "connectors/wechat_channels/simulate_api.py:orders": 51,
    "docs/generate.py:coverage_page": 57,
    "docs/generate.py:dictionary": 56,
    "metrics/reports/equal_age.py:kept_at_age": 62,
    "metrics/reports/match.py:match": 68,
    "pipeline/intake/mapping.py:save_alias": 60,
    "pipeline/intake/receiving.py:load_rows": 61,
    "simulator/history/catalogue.py:_listing": 57,
    "simulator/history/lines.py:line_frame": 56,
    "simulator/history/lines.py:make_lines": 53,
    "simulator/history/settlements.py:settlement_frame": 78,
    "transforms/gold/ledgers/open_orders.py:not_taken_back": 52,
    "warehouse/lake.py:open": 56,
}


def test_files_and_functions_keep_their_budgets() -> None:
    """How much a function does is ruff's to judge (PLR0915); here how far one has to scroll."""
    files = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    functions = {
        f"{_name(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 50
    }
    long = {name: count for name, count in files.items() if count > 400}
    for found, listed in ((long, LONG_FILES), (functions, LONG_FUNCTIONS)):
        assert set(found) == set(listed)
        assert {name: count for name, count in found.items() if count > listed[name]} == {}


@pytest.mark.parametrize(
    ("folder", "most"), [("dags", 80), ("transforms/gold", 225), ("dashboards/views", 200)]
)
def test_small_rooms_keep_small_files(folder: str, most: int) -> None:
    files = [path for path in MODULES if _name(path).startswith(f"{folder}/")]
    assert [
        f"{_name(path)} {count}"
        for path in files
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > most
    ] == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches everything and does not hand it on; cleaning up and raising again is right."""
    names = (
        {leaf.id for leaf in ast.walk(handler.type) if isinstance(leaf, ast.Name)}
        if handler.type
        else {"BaseException"}
    )
    last = handler.body[-1]
    return bool({"Exception", "BaseException"} & names) and not (
        isinstance(last, ast.Raise) and last.exc is None
    )


def test_nobody_swallows_everything() -> None:
    handlers = [
        (path, node)
        for path in MODULES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler)
    ]
    assert len(handlers) > 10
    assert [f"{_name(path)}:{node.lineno}" for path, node in handlers if _is_broad(node)] == []


@pytest.mark.parametrize(
    "platform", sorted(path.parent.name for path in (HOUSE / "connectors").glob("*/columns.csv"))
)
def test_a_connector_has_its_seven_parts(platform: str) -> None:
    folder = HOUSE / "connectors" / platform
    parts = ["exports.py", "columns.csv", "conform.py", "api.py", "simulate.py", "README.md"]
    assert [part for part in parts if not (folder / part).is_file()] == []
    assert any((folder / "samples").iterdir())


def test_every_folder_in_connectors_is_a_platform() -> None:
    folders = {path.parent.name for path in (HOUSE / "connectors").glob("*/__init__.py")} - {
        "files",
        "mapping",
    }
    assert folders == {path.parent.name for path in (HOUSE / "connectors").glob("*/columns.csv")}
    assert {"douyin", "taobao"} <= folders


def test_no_folder_is_crowded_and_every_room_says_what_does_not_belong_in_it() -> None:
    folders = {path.parent for room in ROOMS for path in (HOUSE / room).rglob("*.py")}
    modules = {
        folder.relative_to(HOUSE).as_posix(): sum(1 for _ in folder.glob("*.py")) - 1 for folder in folders
    }
    assert {name: count for name, count in modules.items() if count > 25} == {}
    said = {
        room: ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
        for room in ROOMS
    }
    assert [room for room, text in said.items() if "Not here:" not in text] == []


def test_ci_runs_check_and_test_and_nothing_else() -> None:
    script = HOUSE / ".ci" / "run"
    lines = [line.strip() for line in script.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert [line for line in lines if line.startswith("make")] == ["make check", "make test"]
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [path for path in TRACKED if path.suffix == ".md" and "samples" not in path.parts]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(
            r"\]\((?!https?://|#|mailto:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")
        )
    ]
    assert len(links) > 30
    assert [
        f"{_name(page)} → {target}" for page, target in links if not (page.parent / target).exists()
    ] == []


def test_what_goes_first_or_together_is_there() -> None:
    """A file that was renamed would lose its place, and be what the other worker waits for at the end."""
    made = ast.parse((HOUSE / "tests" / "conftest.py").read_text(encoding="utf-8")).body
    named = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in made
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert named["TOGETHER"] and named["DEAREST"]
    assert [name for name in (*named["DEAREST"], *named["TOGETHER"]) if not (HOUSE / name).exists()] == []


@pytest.mark.parametrize(
    ("environment", "outcome"), [({}, "1 passed, 1 skipped"), ({"CI": "true"}, "1 passed, 1 error")]
)
def test_without_chromium_a_browser_test_is_skipped_at_home_and_fails_in_ci(
    tmp_path: Path, environment: dict[str, str], outcome: str
) -> None:
    for name in ("conftest.py", "clock.py"):
        shutil.copy(HOUSE / "tests" / name, tmp_path)
    (tmp_path / "test_page.py").write_text(
        "import pytest\n\n@pytest.mark.browser\ndef test_page():\n    pass\n\ndef test_other():\n    pass\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-o",
        "markers=browser: x",
        "--rootdir",
        tmp_path,
        tmp_path,
    ]
    run = subprocess.run(
        command, cwd=tmp_path, env={"PATH": "", **environment}, capture_output=True, text=True, check=False
    )
    assert outcome in run.stdout, run.stdout + run.stderr

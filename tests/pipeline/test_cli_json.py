"""Every command with ``--json``: one document on standard output and nothing else, when it succeeds, when it
refuses, and when it is put wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from cli import app, run
from pipeline.intake.sandbox import parsing
from warehouse.settings import Settings

DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
OF = ["-m", "m1"]
#: Command → words of one that does what is asked, and of some that cannot. ``{}`` stands for a folder with
#: the files named.
DONE = {
    "ingest": [*OF, "-s", "s1", str(DOUYIN)],
    "ask": ["--metrics", "paid_gmv", *OF],
    "explain": ["paid_gmv", *OF],
    "match": ["100", *OF, "-s", "s1", "--screen", "SCREEN", "--period", "2026-10"],
    "open": [*OF],
    "screens": [],
    "map": [*OF, "-s", "s1", "-y", "--kind", "orders", "{}/mine.csv"],
    "files list": [*OF],
    "files withdraw": [*OF, "EXPORT"],
    "quarantine list": [*OF],
    "quarantine show": ["EXPORT"],
    "quarantine confirm": ["EXPORT", *OF],
    "quarantine lines": [*OF],
    "quarantine confirm-line": ["no-such-line", *OF],
    "mappings list": [*OF],
    "district members": [],
    "district mine": [*OF],
    "district list": [],
    "district waiting": [],
    "district approve": ["1", "0" * 16, "--by", "nobody", "--password-stdin"],
    "district refuse": ["1", "--by", "nobody", "--why", "x", "--password-stdin"],
    "releases list": [],
    "releases show": ["1"],
    "releases changes": [],
    "shops list": [],
    "user accesses": [],
    "user events": [],
    "user sessions": ["nobody"],
    "erase": [*OF],
    "verify": ["{}/statement.json"],
}
FAILS = {
    "ingest": [
        [*OF, "-s", "s1", "{}/none.csv"],
        [*OF, "-s", "nobody", str(DOUYIN)],
        [*OF, "-s", "s1", "{}/page.csv"],
    ],
    "ask": [["--metrics", "nonsense", *OF], ["--metrics", "paid_gmv", *OF, "--from", "soon"]],
    "explain": [
        ["nonsense", *OF],
        ["paid_gmv", *OF, "--where", "nonsense"],
        ["paid_gmv", *OF, "--raw", "999999"],
    ],
    "match": [
        ["100", *OF, "-s", "s1", "--screen", "nonsense", "--period", "2026-10"],
        ["x", *OF, "-s", "s1", "--screen", "a", "--period", "soon"],
    ],
    "open": [[*OF, "--ledger", "nonsense"]],
    "map": [[*OF, "-s", "s1", "{}/none.csv"], [*OF, "-s", "s1", "{}/page.csv"]],
    "files withdraw": [[*OF, "ffff"]],
    "quarantine show": [["ffff"]],
    "quarantine confirm": [["ffff", *OF]],
    "erase": [["-m", "nobody"], ["-m", "nobody", "--yes"]],
    "releases show": [["99"]],
    "releases changes": [["99"]],
    "verify": [["{}/page.csv"]],
}


def commands(context: typer.Context, before: str = "") -> Iterator[tuple[str, bool]]:
    """Every command by its words, and whether it prints JSON."""
    group = context.command
    assert isinstance(group, TyperGroup)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, TyperGroup):
            yield from commands(typer.Context(command, parent=context), f"{before}{name} ")
        else:
            yield f"{before}{name}", "as_json" in {item.name for item in command.params}


@pytest.fixture
def home(released: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    (tmp_path / "page.csv").write_text("<html><form></form></html>\n", encoding="utf-8")
    (tmp_path / "mine.csv").write_text(
        "订单号,实付,付款时间\nA1,5.00,2026-10-12 20:15:03\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    yield released
    parsing.close()


class Said:
    """What a command printed, and how it ended."""

    def __init__(
        self,
        command: str,
        words: list[str],
        folder: Path,
        patch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        argv = ["baiyun", *command.split(), *(word.replace("{}", str(folder)) for word in words), "--json"]
        patch.setattr("sys.argv", argv)
        capfd.readouterr()
        try:
            self.code = run(app)
        except SystemExit as ended:
            self.code = int(ended.code or 0)
        self.out, self.err = capfd.readouterr()

    @property
    def document(self) -> dict[str, object]:
        """The one document there is."""
        found: dict[str, object] = json.loads(self.out)
        return found


def test_every_command_that_prints_json_is_tried() -> None:
    whole = typer.Context(typer.main.get_command(app))
    with_json = {name for name, prints in commands(whole) if prints}
    assert with_json == set(DONE) and set(FAILS) <= with_json


def test_a_command_that_succeeds_prints_one_document(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    listed = Said("files list", OF, tmp_path, monkeypatch, capfd).document["files"]
    screens = Said("screens", [], tmp_path, monkeypatch, capfd).document
    known = {"EXPORT": listed[0]["export_id"], "SCREEN": first_id(screens)}  # type: ignore[index]
    monkeypatch.setattr(
        "sys.argv",
        ["baiyun", "statement", *OF, "--period", "2026-10", "--out", str(tmp_path / "statement.json")],
    )
    with pytest.raises(SystemExit):
        run(app)
    for command, words in sorted(DONE.items(), key=lambda item: item[0] == "files withdraw"):
        said = Said(command, [known.get(word, word) for word in words], tmp_path, monkeypatch, capfd)
        assert isinstance(said.document, dict), command
        assert said.code in (0, 1, 2) and "Traceback" not in said.err, (command, said.err)


def first_id(document: object) -> str:
    """The first screen's id, wherever the list of them stands."""
    if isinstance(document, dict):
        return str(document["id"]) if "id" in document else first_id(next(iter(document.values())))
    assert isinstance(document, list)
    return first_id(document[0])


def test_a_command_that_fails_prints_one_document_with_rule_and_next_step(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for command, tries in FAILS.items():
        for words in tries:
            said = Said(command, words, tmp_path, monkeypatch, capfd)
            assert said.code in (1, 2), (command, words, said.out)
            told = said.document.get("error") or said.document["files"]
            assert told, (command, words)


@pytest.mark.parametrize("command", sorted(DONE))
def test_a_command_put_wrongly_prints_one_document_too(
    command: str,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    said = Said(command, ["--no-such-option"], tmp_path, monkeypatch, capfd)
    assert said.code == 2 and said.document["error"]["rule"]  # type: ignore[index]
    assert said.err


def test_an_error_nobody_foresaw_is_a_document_before_it_is_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise KeyError("x")

    monkeypatch.setattr("sys.argv", ["baiyun", "ask", "--json"])
    with pytest.raises(KeyError):
        run(broken)
    assert json.loads(capsys.readouterr().out)["error"]["rule"] == "UNFORESEEN"

"""A merchant nobody has registered: every command that looks at one says so, and none shows an empty list."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator

import pytest

from cli import app, run
from pipeline.house import writing
from pipeline.intake.registering import register_shop
from warehouse.settings import Settings

#: Commands that look at what a merchant has, and what they need beside it.
LOOKING: dict[str, list[str]] = {
    "files list": [], "files withdraw": ["ffff"], "quarantine list": [], "quarantine lines": [],
    "quarantine confirm": ["ffff"],
    "quarantine confirm-line": ["l1"], "mappings list": [], "mappings forget": ["mine"], "open": [],
    "ask": ["--metrics", "paid_gmv"],
    "explain": ["paid_gmv"], "costs list": [], "aside list": [], "accounts list": [], "stock list": [],
    "shops keep-raw": ["3"],
    "shops remove-account": ["-s", "s1", "123456"],
}  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("unknown"))
    with writing(settings) as lake:
        register_shop(lake, "m1", "s1", "douyin", at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return settings


@pytest.fixture(autouse=True)
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BAIYUN_HOME", str(settings.home))
    yield


def called(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> int:
    monkeypatch.setattr(sys, "argv", ["baiyun", *words])
    try:
        return run(app)
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("command", LOOKING)
def test_an_unknown_merchant_is_told_and_is_wrong_use(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, [*command.split(), "-m", "nobody", *LOOKING[command]]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "→" in said.err, "a sentence and a next step"
    assert "nobody" in said.err or not command.endswith("list"), said.err


@pytest.mark.parametrize(
    "command", ["files list", "quarantine list", "quarantine lines", "mappings list", "costs list"]
)
def test_a_merchant_who_gave_nothing_yet_has_an_empty_list(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, [*command.split(), "-m", "m1"]) == 0
    assert capsys.readouterr().err == ""

"""What is asked for wrongly is refused by name: refusals that no longer test comes by."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.files.tabular import open_sheets
from connectors.taobao import top
from contracts.errors import BaiyunError, FileRefusedError, NotFoundError, TransientError, UsageError
from metrics.reports.ladder.bridges import rung_bridge
from pipeline.entries.found import entry_list, entry_lists
from pipeline.intake.collect import Collected
from pipeline.intake.registering import register_market
from pipeline.intake.verdicts import insist
from warehouse import accounts
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.settings import Settings


def _refused(call: Callable[[], object], rule: str, kind: type[BaiyunError]) -> BaiyunError:
    with pytest.raises(kind) as raised:
        call()
    assert type(raised.value) is kind and raised.value.rule == rule
    assert raised.value.zh and raised.value.en
    return raised.value


def _zipped(name: str, *, locked: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, b"1")
    data = bytearray(stream.getvalue())
    if locked:  # the mark of a password in the directory
        data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def test_archives() -> None:
    _refused(lambda: open_sheets(_zipped("xl/workbook.xml", locked=True)), "ZIP_ENCRYPTED", FileRefusedError)
    _refused(lambda: open_sheets(_zipped("a.csv")), "ZIP_NOT_WORKBOOK", FileRefusedError)


@pytest.mark.parametrize("body", [b"{}", b'{"a_response":{},"b_response":{}}'])
def test_an_answer_of_taobao_that_is_not_one_object(body: bytes) -> None:
    _refused(lambda: top.parse(body), "NOT_TOP", TransientError)
    assert top.parse(b'{"a_response":7}') == {}


@pytest.mark.parametrize(
    ("role", "merchant"),
    [("merchant", None), ("merchant", ""), ("operator", "m1"), ("association", "m1"), ("boss", None)],
)
def test_roles_of_accounts(tmp_path: Path, role: str, merchant: str | None) -> None:
    def add() -> object:
        return accounts.add(Place(tmp_path), "name", "long enough", role=role, merchant_id=merchant)

    _refused(add, "BAD_ROLE", UsageError)


@pytest.mark.parametrize(
    ("name", "password"), [("", "12345678"), (" ", "12345678"), ("a\nb", "12345678"), ("a", "1234567")]
)
def test_names_and_passwords_of_accounts(tmp_path: Path, name: str, password: str) -> None:
    def add(name: str, password: str) -> accounts.Account:
        return accounts.add(Place(tmp_path), name, password, role="operator")

    _refused(lambda: add(name, password), "BAD_ACCOUNT", UsageError)
    assert add("a", "12345678").name == "a"


def test_the_past_is_not_written(tmp_path: Path) -> None:
    def write() -> None:
        with Lake.open(Place(tmp_path / "home"), write=True, snapshot=1):
            pass

    _refused(write, "SNAPSHOT_READ_ONLY", UsageError)
    assert not (tmp_path / "home").exists()


def test_lists_nobody_declared() -> None:
    assert _refused(lambda: entry_list("nothing"), "NO_SUCH_LIST", NotFoundError).facts == {"list": "nothing"}
    assert [entry_list(item.code) for item in entry_lists()] == list(entry_lists())


@pytest.mark.parametrize("part", ["merchants", "shops", "accounts"])
def test_a_registry_without_a_part(tmp_path: Path, part: str) -> None:
    market: dict[str, list[dict[str, str]]] = {"merchants": [], "shops": [], "accounts": []}
    del market[part]
    settings = Settings(home=tmp_path / "home")
    told = _refused(lambda: register_market(settings, market), "BAD_REGISTRY", UsageError)
    assert told.facts["parts"] == sorted(market)


def test_shops_worth_another_try_are_named_once_in_order() -> None:
    def ended(shop: str, *, is_transient: bool) -> Collected:
        return Collected("m1", shop, "douyin", "orders", "failed", is_transient=is_transient)

    passing = [ended("s2", is_transient=True), ended("s1", is_transient=True), ended("s2", is_transient=True)]
    lasting = ended("s0", is_transient=False)
    told = _refused(lambda: insist([*passing, lasting]), "COLLECT_AGAIN", TransientError)
    assert told.facts["shops"] == "s1, s2"
    insist([lasting])


@pytest.mark.parametrize(("start", "end"), [("M02", "M02"), ("M03", "M02"), ("M02", "M99")])
def test_bridges_that_lead_nowhere(start: str, end: str) -> None:
    with pytest.raises(ValueError, match=f"no bridge from {start} to {end}"):
        rung_bridge(object(), start, end, (None, None))  # type: ignore[arg-type]

"""A statement says what ``ask`` says, on paper and in JSON.

Anybody can check it, and one fen, one bit or one blank more makes it fail.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from proof_cases import FIRST, merchants, owner_of, published
from pypdf import PdfReader
from typer.testing import CliRunner

from cli import app
from cli.statement import read_period
from contracts.errors import FileRefusedError, NotFoundError, UsageError
from metrics.query.ask import ask
from pipeline.house import reading
from pipeline.statement.document import BY, content_digest, stated
from pipeline.statement.files import verify
from warehouse.ops import EXPORT
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.signing import Signature, canonical, holds, sign

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "statement.md"
PERIOD = "2026-06-01..2026-08-31"


@pytest.fixture(scope="module")
def papers(house: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A merchant's statement as ``s.pdf`` and ``s.json``, made by the command."""
    folder = tmp_path_factory.mktemp("papers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIYUN_HOME", str(house.home))
        for name in ("s.pdf", "s.json"):
            done = CliRunner().invoke(
                app, ["statement", "-m", merchants(house)[0], "--period", PERIOD, "--out", str(folder / name)]
            )
            assert done.exit_code == 0, done.output
    return folder


def figures(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - a JSON document
    """Where the whole numbers of a document stand."""
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if isinstance(item, int):
            yield (*path, key)
        else:
            yield from figures(item, (*path, key))


def altered(document: Any, path: tuple[Any, ...], by: int = 1) -> bytes:  # noqa: ANN401 - a JSON document
    changed = copy.deepcopy(document)
    spot = changed
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] += by
    return json.dumps(changed, ensure_ascii=False).encode()


def test_it_says_what_is_asked_and_what_it_rests_on(house: Settings, papers: Path) -> None:
    document = verify(house.place, (papers / "s.json").read_bytes()).document
    viewer, period = owner_of(house), read_period(PERIOD)
    names = stated(with_settled=True)
    rows = ask(viewer, names, by=BY, period=period).rows
    assert [{name: row[name] for name in rows.columns} for row in document["rows"]] == rows.to_dicts()
    assert document["totals"] == ask(viewer, names, period=period).rows.row(0, named=True)
    assert (
        document["totals"]["net_by_order_date"]
        == sum(row["net_by_order_date"] or 0 for row in document["rows"])
        > 0
    )
    assert document["totals"]["settled"] == sum(row["settled"] or 0 for row in document["rows"]) != 0
    with reading(house, published(house)[-1].snapshot) as lake:
        reach = lake.sql(
            "SELECT shop_id AS shop, returns_date::VARCHAR AS until FROM gold.dim_observed WHERE merchant_id "
            "= ? ORDER BY 1",
            [viewer.merchant_id],
        )
        newest = lake.sql(
            "SELECT max(paid_date)::VARCHAR FROM gold.fct_order_line WHERE merchant_id = ?",
            [viewer.merchant_id],
        ).item()
    assert document["observed"] == reach.to_dicts()
    assert document["maturity"]["newest_date"] == newest < document["period"]["last"]
    assert 0 < document["maturity"]["open_per_10000"] <= 10_000
    last = published(house)[-1]
    assert (document["release"]["number"], document["release"]["content_sha256"]) == (
        last.number,
        content_digest(last),
    )
    assert "gold." not in json.dumps(document) and not any(
        digest in json.dumps(document) for digest in last.content.values()
    )
    with reading(house) as lake:
        known = lake.read(EXPORT, where={"merchant_id": viewer.merchant_id})
    assert {item["sha256"] for item in document["files"]} <= set(known["export_id"])
    assert not {item["sha256"] for item in document["files"]} & set(
        known.filter(known["withdrawn_at"].is_not_null())["export_id"]
    )


def test_one_fen_more_or_less_anywhere_fails(house: Settings, papers: Path) -> None:
    told = json.loads((papers / "s.json").read_bytes())
    places = [path for path in figures(told) if path[0] == "statement"]
    assert len(places) > 20
    for path in places:
        for by in (1, -1):
            with pytest.raises(FileRefusedError, match="STATEMENT_ALTERED"):
                verify(house.place, altered(told, path, by))
    assert verify(house.place, json.dumps(told).encode()).is_ours, "written otherwise it still says the same"


def test_words_figures_of_another_kind_and_keys_told_twice_fail(house: Settings, papers: Path) -> None:
    plain = (papers / "s.json").read_bytes()
    name = json.loads(plain)["statement"]["merchant"]["name"]
    total = json.loads(plain)["statement"]["totals"]["net_by_order_date"]
    for old, new, rule in (
        (name, f"{name} ", "STATEMENT_ALTERED"),
        (f'"net_by_order_date": {total}', f'"net_by_order_date": {total}.0', "STATEMENT_ALTERED"),
        (
            f'"net_by_order_date": {total}',
            f'"net_by_order_date": {total}, "net_by_order_date": {total}',
            "NOT_A_STATEMENT",
        ),
        ('"statement"', '"Statement"', "NOT_A_STATEMENT"),
    ):
        assert old in plain.decode()
        with pytest.raises(FileRefusedError, match=rule):
            verify(house.place, plain.decode().replace(old, new, 1).encode())
    told = json.loads(plain)
    for forged in (
        told | {"note": "approved"},
        told | {"signature": told["signature"] | {"fingerprint": "0000-0000"}},
        told | {"signature": told["signature"] | {"algorithm": "RSA"}},
        told | {"signature": told["signature"] | {"more": 1}},
    ):
        with pytest.raises(FileRefusedError, match="STATEMENT_ALTERED"):
            verify(house.place, json.dumps(forged).encode())
    for value in ('"\\ud800"', "NaN", "Infinity", "[" * 5_000 + "]" * 5_000):
        with pytest.raises(FileRefusedError, match=r"NOT_A_STATEMENT|STATEMENT_ALTERED"):
            verify(house.place, plain.replace(b'"money": "CNY fen"', f'"money": {value}'.encode()))
    for rubbish in (b"", b"{}", b"[1]", b"%PDF-1.4\n%%EOF", b"\xff\xfe", b"null"):
        with pytest.raises(FileRefusedError, match=r"NOT_A_STATEMENT|STATEMENT_ALTERED"):
            verify(house.place, rubbish)


def test_the_paper_prints_every_figure_of_the_document_it_carries(house: Settings, papers: Path) -> None:
    data = (papers / "s.pdf").read_bytes()
    found = verify(house.place, data)
    reader = PdfReader(io.BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "")
    document = found.document
    for row in [*document["rows"], document["totals"]]:
        for name in (item["id"] for item in document["metrics"] if row[item["id"]] is not None):
            assert f"{abs(row[name]) // 100:,}.{abs(row[name]) % 100:02d}" in text
    for words in (
        document["merchant"]["name"],
        "净成交凭证",
        found.fingerprint,
        document["files"][0]["sha256"],
        f"#{document['release']['number']}",
    ):
        assert words.replace(" ", "") in text
    assert json.loads(reader.attachments["statement.json"][0])["statement"] == document


def test_no_byte_of_the_paper_can_change(house: Settings, papers: Path) -> None:
    data = (papers / "s.pdf").read_bytes()
    step = max(1, len(data) // 400)
    for place in [*range(0, len(data), step), *range(len(data) - 230, len(data))]:
        forged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(FileRefusedError):
            verify(house.place, forged)
    for forged in (
        data + b"\n",
        data + data,
        data[:-1],
        data[: data.rfind(b"%BAIYUN")],
        data.replace(b"%%EOF", b"%%EOF\n1 0 obj<<>>endobj", 1),
    ):
        with pytest.raises(FileRefusedError):
            verify(house.place, forged)


def test_a_broken_paper_that_anybody_sealed_is_refused_and_no_crash(
    house: Settings, papers: Path, tmp_path: Path
) -> None:
    """A seal needs no key of ours, so whatever stands above one gets as far as the reader of PDFs."""
    whole = (papers / "s.pdf").read_bytes()
    body, forger, dice = whole[: whole.rfind(b"%BAIYUN")], Place(tmp_path / "forger"), random.Random(7)
    for _ in range(60):
        place = dice.randrange(len(body))
        more = dice.choice([b"", b"null", b"<<", b"]", b"0 0 R", b"\x00" * 9])
        broken = body[:place] + more + body[place + dice.randrange(1, 60) :]
        seal = sign(forger, broken)
        with pytest.raises(FileRefusedError):
            verify(house.place, broken + f"%BAIYUN-ED25519 {seal.public_key} {seal.value}\n".encode())


def test_what_somebody_else_signed_is_told_by_its_fingerprint(
    house: Settings, papers: Path, tmp_path: Path
) -> None:
    """A forger can sign whatever they like, but not with our key."""
    told = json.loads((papers / "s.json").read_bytes())
    told["statement"]["totals"]["net_by_order_date"] *= 2
    forger = Place(tmp_path / "forger")
    signature = sign(forger, canonical(told["statement"]))
    told["signature"] |= {
        "public_key": signature.public_key,
        "fingerprint": signature.fingerprint,
        "value": signature.value,
    }
    forged = json.dumps(told).encode()
    ours = verify(house.place, (papers / "s.json").read_bytes()).fingerprint
    with pytest.raises(FileRefusedError, match="OTHER_KEY"):
        verify(house.place, forged)
    bank = Place(tmp_path / "bank")
    assert verify(bank, forged).is_ours is None, "who has no key to compare with must ask for the fingerprint"
    with pytest.raises(FileRefusedError, match="OTHER_KEY"):
        verify(bank, forged, expected=ours)
    for written in (
        ours.lower(),
        ours.replace("-", ""),
        f" {ours.replace('-', ' ')}\n",
        ours.replace("-", "\uff0d"),
    ):
        assert verify(bank, (papers / "s.pdf").read_bytes(), expected=written).fingerprint == ours
    for none in ("", " ", ours[:-1], f"{ours}0", "G" * 32):
        with pytest.raises(UsageError, match="BAD_FINGERPRINT"):
            verify(bank, (papers / "s.json").read_bytes(), expected=none)
    assert not (bank.home / "secrets").exists(), "checking makes no key"


@pytest.mark.parametrize(
    "point", ["01" + "00" * 31, "01" + "00" * 30 + "80", "00" * 32, "ee" + "ff" * 30 + "7f"]
)
def test_a_key_under_which_one_signature_holds_for_everything_is_none(point: str) -> None:
    assert not holds(Signature(point, "01" + "00" * 63), b"any document")


def test_the_commands(at_home: Settings, papers: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    fine = run(app, ["verify", str(papers / "s.pdf")])
    assert fine.exit_code == 0 and "核验通过" in fine.output and "由本系统签署" in fine.output
    assert json.loads(run(app, ["verify", str(papers / "s.json"), "--json"]).stdout)["is_valid"] is True
    spoilt = tmp_path / "s.pdf"
    whole = (papers / "s.pdf").read_bytes()
    spoilt.write_bytes(whole[:-2] + (b"1" if whole[-2:-1] == b"0" else b"0") + b"\n")
    with pytest.raises(FileRefusedError, match="STATEMENT_ALTERED"):
        run(app, ["verify", str(spoilt)], catch_exceptions=False)
    mine, first = merchants(at_home)[0], published(at_home)[FIRST].number
    older = tmp_path / "old.json"
    assert (
        run(
            app, ["statement", "-m", mine, "--period", PERIOD, "--out", str(older), "--as-of", str(first)]
        ).exit_code
        == 0
    )
    assert verify(at_home.place, older.read_bytes()).document["release"]["number"] == first
    for words, error in (
        (["-m", mine, "--period", "2026-13", "--out", "x.json"], UsageError),
        (["-m", mine, "--period", "2026-06", "--out", "x.txt"], UsageError),
        (["-m", mine, "--period", "2026-06", "--out", "nowhere/x.pdf"], UsageError),
        (["-m", mine, "--period", "2019-01", "--out", "x.json"], NotFoundError),
        (["-m", "nobody", "--period", "2026-06", "--out", "x.json"], NotFoundError),
    ):
        with pytest.raises(error):
            run(app, ["statement", *words[:-1], str(tmp_path / words[-1])], catch_exceptions=False)
        assert not (tmp_path / words[-1]).exists()


def test_a_json_can_be_checked_without_us(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The few lines the guide gives, as they stand there."""
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    plain = (papers / "s.json").read_bytes()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "statement.json").write_bytes(plain)
    exec(block, {})  # noqa: S102 - it is what is tested
    assert capsys.readouterr().out.strip() == json.loads(plain)["signature"]["fingerprint"].replace("-", "")
    (tmp_path / "statement.json").write_bytes(
        altered(json.loads(plain), ("statement", "totals", "net_by_order_date"))
    )
    with pytest.raises(InvalidSignature):
        exec(block, {})  # noqa: S102


def test_periods() -> None:
    assert [str(day) for day in read_period("2026-02")] == ["2026-02-01", "2026-02-28"]
    assert [str(day) for day in read_period("2026-02-03..2026-03-01")] == ["2026-02-03", "2026-03-01"]

"""``baiyun map`` and ``baiyun new-platform`` as a person types them, in this process.

The skeleton's red tests in a copy of the house.
"""

from __future__ import annotations

import getpass
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from mapping_cases import ORDERS, table
from typer.testing import CliRunner, Result

from cli import app
from cli import run as run_command
from cli.new_platform import write_skeleton
from cli.terminal import OUT
from connectors.mapping.file import FOLDER
from connectors.mapping.model import MappingFile
from contracts.errors import NotFoundError, UsageError
from contracts.intake import FILE_RULES, UNREAD_HEADERS
from pipeline.house import reading
from pipeline.intake.mapping import own_aliases, own_mappings
from warehouse.ops import MAPPING, MERCHANT, SHOP
from warehouse.settings import Settings

HOUSE = Path(__file__).parents[2]
WHERE = ["--merchant", "acme", "--shop", "acme-own", "--new-shop"]
OWN = table(
    "订单编号|下单日期|付款日期|商家编码|件数|应付总额|实付|订单状态|收货人姓名",
    "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|YS01|1|99.00|89.00|已发货|张三",
    "A2|2026-11-01 11:00:00||YS01|2|198.00|188.00|待付款|李四",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own; files lie beside it."""
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "home"))
    (tmp_path / "own.csv").write_bytes(OWN)
    return tmp_path


def run(*words: str | Path) -> Result:
    """What a command came to; an error of the house is ``result.exception``."""
    return CliRunner().invoke(app, [str(word) for word in words])


def entry_point(*words: str | Path) -> None:
    """The command as the shell runs it: ends with its exit code."""
    sys.exit(run_command(lambda: app([str(word) for word in words], standalone_mode=False)))


def kept_now() -> list[MappingFile]:
    with reading(Settings()) as lake:
        return own_mappings(lake, "acme")


def kept() -> list[str]:
    return [item.name for item in kept_now()]


def test_looking_saves_nothing_and_saying_yes_does(home: Path) -> None:
    looked = run("map", home / "own.csv", *WHERE, "--json")
    assert looked.exit_code == 0, looked.output
    told = json.loads(looked.stdout)
    assert told["saved"] is False
    assert told["preview"]["dropped_columns"] == ["收货人姓名"]
    assert [row["paid_fen"] for row in told["preview"]["rows"]["order"]] == [8_900, 0], (
        "no order of several rows: as the order's"
    )
    assert [question["key"] for question in told["proposal"]["questions"]] == ["columns.placed_fen"]
    assert yaml.safe_load(told["mapping"])["columns"]["paid_fen"] == "实付"
    assert "张三" not in looked.output
    assert kept() == []
    saved = run(
        "map",
        home / "own.csv",
        *WHERE,
        "--yes",
        "--set",
        "columns.placed_fen=应付总额",
        "--set",
        "name=acme_orders",
    )
    assert saved.exit_code == 0, saved.output
    assert "acme_orders" in saved.output
    assert kept() == ["acme_orders"]
    with reading(Settings()) as lake:
        assert lake.read(MAPPING)["received_by_name"].to_list() == [getpass.getuser()]


def test_mapping_a_table_again_mends_its_mapping_and_a_known_file_needs_none(home: Path) -> None:
    for answers in ([], ["--set", "zh=改过的"], ["--set", "zh=改过的"]):
        assert run("map", home / "own.csv", *WHERE, "--yes", *answers).exit_code == 0
    with reading(Settings()) as lake:
        assert [(item.name, item.zh) for item in own_mappings(lake, "acme")] == [("own_orders", "改过的")]
        assert lake.read(MAPPING)["event_number"].sort().to_list() == [1, 2], (
            "what was in force before stays known"
        )
    known = run("map", FOLDER / "samples" / "mini_program_orders.csv", *WHERE, "--yes")
    assert isinstance(known.exception, UsageError)
    assert known.exception.rule == "KNOWN_LAYOUT"


@pytest.mark.parametrize(
    ("said", "taken"),
    [("once", "按整单的,只算一次"), ("each", "按每行的,相加"), ("", "按整单的,只算一次")],
)
def test_what_was_answered_is_shown_as_answered(
    home: Path, monkeypatch: pytest.MonkeyPatch, said: str, taken: str
) -> None:
    """An order of two rows with one amount on both: asked whose it is, until somebody has said it."""
    monkeypatch.setattr(OUT, "width", 1_000)
    (home / "rows.csv").write_bytes(
        table(
            "订单编号|下单日期|付款日期|商家编码|实付金额|订单状态",
            "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|S1|89.00|已发货",
            "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|S2|89.00|已发货",
            "A2|2026-11-02 10:00:00|2026-11-02 10:01:00|S1|45.00|已发货",
            "A2|2026-11-02 10:00:00|2026-11-02 10:01:00|S2|45.00|已发货",
        )
    )
    answers = ["--set", f"金额.实付金额={said}"] if said else []
    done = run("map", home / "rows.csv", *WHERE, "--kind", "orders", "--yes", *answers)
    assert done.exit_code == 0, done.output
    (told,) = [line for line in done.stdout.splitlines() if f"→ {taken}" in line]
    assert told.startswith("✓ " if said else "? ") and "实付金额" in told
    assert ("您的回答 / as you answered" in told, "--set amount.实付金额" in told) == (bool(said), not said)


def test_an_unknown_shop_is_refused_as_by_ingest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same sentence for a shop nobody entered, for another merchant's, and for a name one letter off."""

    def refused(*words: str | Path) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            entry_point(*words)
        return ended.value.code, capsys.readouterr().err

    own = home / "own.csv"
    for merchant, shop in (("acme", "acme-own"), ("acme", "acme-owm"), ("other", "acme-own")):
        place = ["--merchant", merchant, "--shop", shop]
        told = refused("map", own, *place, "--platform", "jd", "--yes")
        assert told == refused("ingest", own, *place)
        assert told[0] == 2 and "NOT_REGISTERED" in told[1] and "--new-shop" in told[1]
        assert ("near=acme-own" in told[1]) is (shop == "acme-owm")
        if shop == "acme-own" and merchant == "acme":
            with reading(Settings()) as lake:
                assert lake.read(SHOP).is_empty() and lake.read(MERCHANT).is_empty()
            assert run("map", own, *WHERE, "--yes").exit_code == 0
    taken = ["--merchant", "other", "--shop", "acme-own", "--new-shop"]
    assert refused("map", own, *taken, "--yes") == refused("ingest", own, *taken)
    with reading(Settings()) as lake:
        assert lake.read(SHOP)["shop_id"].to_list() == ["acme-own"]


def test_a_mapping_file_is_taken_as_it_is(home: Path) -> None:
    (home / "mine.yaml").write_text(ORDERS, encoding="utf-8")
    (home / "broken.yaml").write_text(ORDERS.replace("kind: orders", "kind: order"), encoding="utf-8")
    (home / "table.csv").write_bytes(
        table("单号|下单|付款|实付|编码|状态", "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|S1|已发货")
    )
    broken = run("map", home / "table.csv", *WHERE, "--mapping", home / "broken.yaml", "--yes")
    assert isinstance(broken.exception, UsageError)
    assert (broken.exception.rule, broken.exception.facts["file"], broken.exception.facts["line"]) == (
        "BAD_MAPPING",
        "broken.yaml",
        6,
    )
    taken = run("map", home / "table.csv", *WHERE, "--mapping", home / "mine.yaml", "--yes")
    assert taken.exit_code == 0, taken.output
    assert kept() == ["own_orders"]


def test_open_questions_are_named_where_nobody_can_be_asked(home: Path) -> None:
    (home / "us.csv").write_bytes(
        table("Order Number|Paid At|Qty|Total Paid", "1|03/04/2026 10:00:00|1|$12.00")
    )
    left = run("map", home / "us.csv", *WHERE, "--yes")
    assert isinstance(left.exception, UsageError)
    assert (left.exception.rule, left.exception.facts["questions"]) == ("OPEN_QUESTION", "时区、日期顺序")
    said = run(
        "map", home / "us.csv", *WHERE, "--yes", "--set", "time_zone=America/New_York", "--set", "dates=mdy"
    )
    assert said.exit_code == 0, said.output
    assert kept() == ["own_orders"]
    again = run("map", home / "us.csv", *WHERE, "--set", "wrong")
    assert isinstance(again.exception, UsageError)
    assert again.exception.rule == "BAD_SET"


SHOP_TABLE = table(
    "订单编号|日子|到账|下单时间|买家|进展",
    "A1|2026-11-01|50.00|2026-11-01 10:00:00|张三|已发货",
    "A2|2026-11-02|60.00|2026-11-02 10:00:00|李四|缺货中",
)


def one_document(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[object, dict[str, Any]]:
    """Exit code and all that stands on stdout, which has to be one JSON document."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        entry_point(*words)
    return ended.value.code, json.loads(capsys.readouterr().out)


def test_a_program_is_told_in_one_document_what_is_open_and_what_is_missing(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house's errors speak on stderr with the exit code.

    ``--json`` says the same on stdout, and nothing else there.
    """
    (home / "us.csv").write_bytes(
        table("Order Number|Paid At|Qty|Total Paid", "1|03/04/2026 10:00:00|1|$12.00")
    )
    (home / "shop.csv").write_bytes(SHOP_TABLE)
    (home / "x.csv").write_bytes(table("甲|乙|丙", "1|2|3"))
    monkeypatch.setattr(sys, "argv", ["baiyun", "map", "--json"])
    code, told = one_document(capsys, "map", home / "us.csv", *WHERE, "--json")
    assert (code, told["rule"], told["error"]["rule"]) == (2, "OPEN_QUESTION", "OPEN_QUESTION")
    assert ([question["key"] for question in told["questions"]], told["missing"], told["saved"]) == (
        ["time_zone", "dates"],
        [],
        False,
    )
    assert "OPEN_QUESTION" in told["message"]
    _, short = one_document(
        capsys,
        "map",
        home / "shop.csv",
        *WHERE,
        "--json",
        "--set",
        "columns.order_status_code=进展",
        "--set",
        "paid_when_placed=yes",
    )
    assert (short["rule"], short["questions"], short["missing"]) == (
        "MISSING_NAMES",
        [],
        ["paid_fen/placed_fen"],
    )
    assert short["unknown_words"] == {"order_status_code": ["缺货中"]}
    assert one_document(capsys, "map", home / "x.csv", *WHERE, "--json")[1]["rule"] == "UNKNOWN_LAYOUT"
    assert (
        one_document(
            capsys,
            "map",
            home / "us.csv",
            *WHERE,
            "--json",
            "--set",
            "time_zone=America/New_York",
            "--set",
            "dates=mdy",
        )[0]
        == 0
    )


def test_at_a_terminal_everything_open_is_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real terminal's other end: the missing amount and what an unknown word means are asked for, a wrong
    answer is asked again.

    Answers are a merchant's: what things are called, or the number of an option.
    """
    (home / "shop.csv").write_bytes(SHOP_TABLE)
    answers = ["是", "进展了", "1", "支付金额", "已支付待发货", "y"]
    ours, theirs = pty.openpty()
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    with os.fdopen(theirs, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        app(
            ["map", str(home / "shop.csv"), *WHERE, "--set", "columns.order_status_code=进展"],
            standalone_mode=False,
        )
    os.close(ours)
    said = capsys.readouterr().out
    assert (
        "哪一列是支付金额 或 应付金额?" in said
        and "[1 到账 | 2 日子]" in said
        and "must be one of: 1 到账 | 2 日子" in said
        and "“缺货中”是什么意思?" in said
        and "不知道" in said
    )
    assert "用于您在其他来源的店铺" in said
    (own,) = kept_now()
    assert own.columns["paid_fen"].header == ("到账",)
    assert own.columns["order_status_code"].values == {"已发货": "shipped", "缺货中": "paid"}
    assert own.same_as == {"paid_at": "created_at"}


def test_a_mapping_is_listed_and_taken_back(home: Path) -> None:
    assert run("map", home / "own.csv", *WHERE, "--yes", "--set", "zh=柜台本").exit_code == 0
    (told,) = json.loads(run("mappings", "list", "-m", "acme", "--json").stdout)["mappings"]
    assert (told["name"], told["zh"], told["kind"], told["platform"], told["version"], told["by"]) == (
        "own_orders", "柜台本", "orders", "other", 1, getpass.getuser()
    )  # fmt: skip
    assert "柜台本" in run("mappings", "list", "-m", "acme").stdout
    assert "柜台本" in run("mappings", "forget", "own_orders", "-m", "acme").stdout
    assert json.loads(run("mappings", "list", "-m", "acme", "--json").stdout) == {"mappings": []}
    again = run("mappings", "forget", "own_orders", "-m", "acme")
    assert isinstance(again.exception, NotFoundError)
    assert run("map", home / "own.csv", *WHERE, "--yes").exit_code == 0
    assert kept() == ["own_orders_2"], "rows stand under the old name: another mapping is another name"


def test_a_word_that_comes_later_is_explained_without_mapping_anew(home: Path) -> None:
    (home / "mine.yaml").write_text(ORDERS + "repeated: [paid_fen]\n", encoding="utf-8")
    (home / "table.csv").write_bytes(
        table("单号|下单|付款|实付|编码|状态", "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|S1|缺货中")
    )
    assert run("map", home / "table.csv", *WHERE, "--mapping", home / "mine.yaml", "--yes").exit_code == 0
    looked = run("map", home / "table.csv", *WHERE, "--json", "--set", "words.order_status_code.别的=paid")
    assert json.loads(looked.stdout)["unknown_words"] == {"order_status_code": ["缺货中"]}
    assert (
        run(
            "map", home / "table.csv", *WHERE, "--set", "words.order_status_code.缺货中=paid", "--yes"
        ).exit_code
        == 0
    )
    (own,) = kept_now()
    assert own.columns["order_status_code"].values["缺货中"] == "paid"
    assert own.repeated == ("paid_fen",), "all else stays as it was written"


@pytest.mark.parametrize("answer", ["columns.product_name=收货人姓名", "columns.sku_code=收货人姓名"])
def test_a_personal_column_cannot_be_mapped(home: Path, answer: str) -> None:
    refused = run("map", home / "own.csv", *WHERE, "--yes", "--set", answer)
    assert isinstance(refused.exception, UsageError)
    assert (refused.exception.rule, refused.exception.facts["columns"]) == ("MAPPED_PERSONAL", "收货人姓名")
    (home / "mine.yaml").write_text(ORDERS.replace("sku_code: 编码", "sku_code: 手机"), encoding="utf-8")
    (home / "table.csv").write_bytes(
        table(
            "单号|下单|付款|实付|手机|状态",
            "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|13800138000|已发货",
        )
    )
    refused = run("map", home / "table.csv", *WHERE, "--mapping", home / "mine.yaml", "--yes")
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.rule == "MAPPED_PERSONAL"
    assert kept() == []


def test_a_renamed_column_is_learned_by_name(home: Path) -> None:
    data = (
        (FOLDER / "samples" / "erp_after_sale.csv")
        .read_bytes()
        .decode("gb18030")
        .replace("申请时间", "售后申请时间")
        .encode()
    )
    (home / "erp.csv").write_bytes(data)
    place = ["--merchant", "acme", "--shop", "acme-jd", "--new-shop", "--platform", "jd"]
    wrong = run("map", home / "erp.csv", *place, "--alias", "售后申请时间=没有这列")
    assert isinstance(wrong.exception, UsageError)
    assert wrong.exception.rule == "BAD_ALIAS"
    learned = run("map", home / "erp.csv", *place, "--alias", "售后申请时间=申请时间", "--json")
    assert json.loads(learned.stdout) == {
        "layout": "jd/mapped_after_sales/erp_after_sale",
        "learned": {"售后申请时间": "申请时间"},
    }
    with reading(Settings()) as lake:
        assert own_aliases(lake, "acme") == {
            "jd/mapped_after_sales/erp_after_sale": {"售后申请时间": "申请时间"}
        }
    nothing = run("map", home / "erp.csv", *place, "--alias", "售后申请时间=申请时间")
    assert isinstance(nothing.exception, UsageError)
    assert nothing.exception.rule == "NOTHING_TO_NAME"


def test_names_are_offered_where_they_alone_are_wrong_and_a_mapping_where_more_is(home: Path) -> None:
    """Each offer would supply something missing.

    Where nothing can, what is missing is another table's, and no name is offered.
    """
    path = HOUSE / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
    text = path.read_text(encoding="utf-8-sig")
    place = ["--merchant", "acme", "--shop", "acme-dy", "--new-shop", "--platform", "douyin"]
    sheet = home / "sheet.csv"
    sheet.write_text(
        text.replace("达人ID", "达人编号ID")
        .replace("支付完成时间", "付款完成时间")
        .replace("商家备注", "商家的备注"),
        encoding="utf-8-sig",
    )
    said = [
        line.split("--alias ")[1]
        for line in run("map", sheet, *place).stdout.splitlines()
        if "--alias" in line
    ]
    assert said == ["'付款完成时间=支付完成时间'", "'达人编号ID=达人ID'"]
    sheet.write_text(
        text.replace("达人ID", "KOL").replace("支付完成时间", "付款完成时间"), encoding="utf-8-sig"
    )
    assert "--alias" not in run("map", sheet, *place).stdout


@pytest.mark.parametrize("rule", UNREAD_HEADERS)
def test_a_header_nobody_reads_is_refused_with_the_command_that_maps_it(rule: str) -> None:
    assert "baiyun map FILE" in FILE_RULES[rule].step_zh and "`baiyun map FILE`" in FILE_RULES[rule].step_en


def test_no_file_no_mapping(home: Path) -> None:
    gone = run("map", home / "gone.csv", *WHERE)
    assert isinstance(gone.exception, UsageError)
    assert gone.exception.rule == "NO_SUCH_FILE"


# --- a new platform -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Vipshop", "1688", "a b", "../up", "reading", "vipshop"])
def test_a_name_that_cannot_be_or_is_taken_writes_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "connectors" / "vipshop").mkdir(parents=True)
    (tmp_path / "connectors" / "reading.py").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError):
        write_skeleton(name, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_a_skeletons_conformance_fails_and_says_what_to_do(tmp_path: Path) -> None:
    """In a copy of the house: red, and each failure names the step; every other platform stays green
    there.
    """
    for room in (
        "contracts",
        "connectors",
        "transforms",
        "warehouse",
        "pipeline",
        "metrics",
        "expectations",
        "simulator",
        "tests/connectors",
    ):
        shutil.copytree(HOUSE / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    written = write_skeleton("newshop", tmp_path)
    assert {path.name for path in written} >= {
        "__init__.py",
        "columns.csv",
        "conform.py",
        "exports.py",
        "gateway.py",
        "api.py",
        "simulate.py",
        "README.md",
        "samples.csv",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "tests/connectors/test_conformance.py",
        "tests/connectors/newshop",
    ]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "", "LANG": "C.UTF-8"}
    ours = subprocess.run(
        [*command, "-k", "newshop or vipshop"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ours.returncode == 1, ours.stdout + ours.stderr
    said = ours.stdout
    failed = [line for line in said.splitlines() if line.startswith("FAILED")]
    assert failed
    assert all("newshop" in line for line in failed), failed
    assert "step 1: add to PLATFORM in contracts/codes.py: newshop" in said
    assert "step 4: turn typed rows into order_line" in said
    assert "columns.csv:2: TODO" in said
    assert "README.md:3: TODO" in said
    assert "gateway.py:1: TODO" in said

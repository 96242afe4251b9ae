"""Hand-entered lists: a new one is a declaration and nothing else; and what holds for every list alike."""

from __future__ import annotations

import csv
import datetime as dt
import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType
from typing import cast

import fastexcel
import pytest
from entry_cases import CODE, OF_THE_HOUSE, declare
from typer.testing import CliRunner

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from pipeline.build.engine import is_entered
from pipeline.entries import engine
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.files import csv_template, xlsx_template
from pipeline.entries.found import entry_list, entry_lists
from pipeline.entries.judging import RowProblem, judge
from pipeline.entries.lists import accounts, aside, costs, rates, stock
from pipeline.entries.moved import causes_between, touched_by_entries
from pipeline.entries.template import template
from pipeline.house import all_tables, reading, writing
from pipeline.release.restating import restated
from pipeline.steps import build, build_and_release, now
from warehouse import entries, registry, release
from warehouse.changes import Since
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE, LIVE_ACCOUNT
from warehouse.settings import Settings

DAY = now().date() - dt.timedelta(days=1)


def fresh_commands() -> ModuleType:
    """The command line as a new process finds it."""
    spec = importlib.util.find_spec("cli")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def csv_of(item: EntryList, *rows: str) -> bytes:
    return ("\n".join([",".join(item.labels), *rows]) + "\n").encode()


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_list_is_one_declaration(
    released: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists").mkdir()
    declare(tmp_path / "lists", monkeypatch)
    assert CODE in {item.code for item in entry_lists()} and "ops.promise" in {
        table.full_name for table in all_tables()
    }
    run, app = CliRunner().invoke, fresh_commands().app
    # template: the merchant's own SKUs, largest first, by shop since each shop's is entered apart
    path = tmp_path / "承诺.csv"
    path.write_bytes(run(app, [CODE, "template", "-m", "m1"]).stdout_bytes)
    with reading(released) as lake:
        sold = lake.sql("""
            SELECT sku_code FROM gold.fct_order_line WHERE merchant_id = 'm1' AND sku_code IS NOT NULL
                AND NOT is_gift
            GROUP BY sku_code HAVING sum(paid_fen) > 0 ORDER BY sum(paid_fen) DESC, sku_code""")[
            "sku_code"
        ].to_list()
    head, *rows = lines_of(path.read_bytes())
    assert (
        head == ["店铺", "商家编码", "日期", "件数"]
        and [row[1].strip() for row in rows] == sold
        and len(sold) > 2
    )
    assert {row[0] for row in rows} == {"s1"} and {cell for row in rows for cell in row[2:]} == {""}
    # preview: what is filled in would be new, the rest of the template is left alone; a wrong cell is named
    filled = path.read_text(encoding="utf-8-sig").replace(",,\n", ",2026-10-01,5\n", 1)
    path.write_text(filled, encoding="utf-8")
    shown = run(app, [CODE, "preview", str(path), "-m", "m1"])
    assert (
        shown.exit_code == 0
        and f"读取 {len(sold)} 行" in shown.output
        and f"{len(sold) - 1} 行没填" in shown.output
        and "新增 1" in shown.output
    )
    bad = tmp_path / "错.csv"
    bad.write_text(filled.replace(",5\n", ",五箱\n"), encoding="utf-8")
    refused = run(app, [CODE, "preview", str(bad), "-m", "m1"])
    assert refused.exit_code == 1 and all(
        word in refused.output for word in ("2", "件数", "五箱", "PROMISE_QTY")
    )
    # import, and again: nothing new
    assert "新增或更改 1 条赠品承诺" in run(app, [CODE, "import", str(path), "-m", "m1"]).output
    assert "新增或更改 0 条赠品承诺" in run(app, [CODE, "import", str(path), "-m", "m1"]).output
    with reading(released) as lake:
        touched = touched_by_entries(lake, Since(lake, release.releases(lake)[-1].snapshot))
    assert set(touched.orders["merchant_id"]) == {"m1"}, "its merchant's orders are made anew"
    assert build(released).has_changes
    # listed with who, and taken back
    (entry,) = engine.in_force_now(entry_list(CODE), released, "m1").iter_rows(named=True)
    told = run(app, [CODE, "list", "-m", "m1"]).output
    assert all(word in told for word in (sold[0], "2026-10-01", entry["entry_id"], entry["received_by_name"]))
    assert run(app, [CODE, "take-back", entry["entry_id"], "-m", "m1"]).exit_code == 0
    assert "还没有赠品承诺" in run(app, [CODE, "list", "-m", "m1"]).output


def test_a_new_lists_changes_are_the_reason_of_what_they_move(
    released: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists").mkdir()
    declare(tmp_path / "lists", monkeypatch)
    item = entry_list(CODE)
    with writing(released) as lake:
        first = release.releases(lake)[-1]
        engine.enter(item, lake, "m1", "x.csv", csv_of(item, "s1,K,2026-10-01,5"), by="店主")
        # as a transform that reads the list would: a fen more on every line of a day
        lake.connection.execute(
            "UPDATE lake.gold.fct_order_line SET paid_fen = paid_fen + 1 WHERE paid_date IS NOT NULL AND NOT "
            "is_gift"
        )
        lake.connection.execute(
            "UPDATE lake.gold.mart_shop_channel_daily SET paid_fen = paid_fen + 1 WHERE paid_fen > 0"
        )
        lake.connection.execute(
            "UPDATE lake.gold.mart_payment_flow_daily SET placed_fen = placed_fen + 1 WHERE placed_fen > 0"
        )
    with reading(released) as after, reading(released, first.snapshot) as before:
        assert {cause.code for cause, rows in causes_between(before, after) if rows.height} == {
            "list_entered"
        }
        moved = restated(released, first, after)
    assert {"paid_gmv", "placed_gmv"} <= set(moved["metric_id"])
    assert set(moved["restatement_code"]) == {"list_entered"}


def test_a_list_of_the_whole_house_needs_no_more(
    released: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists").mkdir()
    declare(tmp_path / "lists", monkeypatch, OF_THE_HOUSE)
    run, app = CliRunner().invoke, fresh_commands().app
    path = tmp_path / "承诺.xlsx"
    assert run(app, [CODE, "template", "-o", str(path)]).exit_code == 0
    assert "新增或更改 1 条赠品承诺" in run(app, [CODE, "import", str(path)]).output
    with reading(released) as after, reading(released, release.releases(after)[-1].snapshot) as before:
        touched = touched_by_entries(after, Since(after, before.snapshot()))
        (cause, rows) = next(pair for pair in causes_between(before, after) if pair[1].height)
        assert (
            set(touched.orders["merchant_id"]),
            cause.code,
            cause.shops(after, rows)["merchant_id"].to_list(),
        ) == (
            {"m1"},
            "list_entered",
            ["m1"],
        )
    assert "A1001-M" in run(app, [CODE, "list"]).output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Merchants m1 and m2 with a shop each, and nothing else."""
    settings = Settings(home=tmp_path_factory.mktemp("entries"))
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        for number in (1, 2):
            registry.add_merchant(lake, f"m{number}", "商家", owner_id="o1", at=now())
            registry.add_shop(
                lake, f"m{number}", f"s{number}", platform_code="douyin", shop_name=f"店{number}", at=now()
            )
    return settings


EVERY = (accounts.LIST, aside.LIST, costs.LIST, rates.LIST, stock.LIST)


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.code)
def test_a_templates_second_sheet_explains_the_list_and_every_column_in_both_languages(
    item: EntryList,
) -> None:
    head, list_words, *columns = (
        fastexcel.read_excel(template(item, "xlsx"))
        .load_sheet(1, header_row=None, dtypes="string")
        .to_polars()
        .rows()
    )
    assert len(head) == 3 and list_words[0] == f"{item.zh} / {item.en}"
    assert [row[0].split(" / ")[0] for row in columns] == list(item.labels)
    for _, zh, en in (list_words, *columns):
        (chinese, quoted), (names, english) = (
            [len(re.findall(letter, words)) for words in (zh, en)] for letter in ("[\u4e00-\u9fff]", "[a-z]")
        )
        assert chinese > quoted and english > names, "Chinese first, English beside it"


def test_beside_the_merchants_own_goods_a_template_names_what_else_there_is_and_fills_in_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = tuple("自己的" for _ in costs.LIST.columns)
    monkeypatch.setattr("pipeline.entries.template._goods_rows", lambda *_: [own])
    header, first, *others = lines_of(template(costs.LIST, lake=cast("Lake", object()), merchant_id="m1"))
    assert first == list(own)
    filled = [{label: cell for label, cell in zip(header, row, strict=True) if cell} for row in others]
    assert [set(row) for row in filled] == [{"成本项目", "计费方式"}] * len(filled), (
        "no amount, day, shop or person of the examples"
    )
    assert [row["成本项目"] for row in filled] == [
        "打包费",
        "发货运费",
        "退货运费",
        "退货折损",
        "坑位费",
        "样品费",
        "推广现金",
        "推广赠款",
    ]


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.code)
def test_what_a_template_says_is_taken_once_and_can_be_taken_back(
    home: Settings, tmp_path: Path, item: EntryList
) -> None:
    merchant = None if item.is_house else "m1"
    book, text = tmp_path / "表.xlsx", tmp_path / "表.csv"
    book.write_bytes(template(item, "xlsx"))
    text.write_bytes(template(item, "csv"))
    told = [[cell.strip() for cell in row] for row in lines_of(text.read_bytes())]
    sheet = (
        fastexcel.read_excel(book)
        .load_sheet(0, header_row=None, dtypes="string")
        .to_polars()
        .fill_null("")
        .rows()
    )
    assert [list(row) for row in sheet] == told, "both formats say the same"
    new = sum("撤销" not in row for row in told[1:])
    assert engine.import_file(item, home, merchant, book, by="会计") == new
    assert engine.import_file(item, home, merchant, text, by="别人") == 0, (
        "the same again says nothing new, whoever gives it"
    )
    with reading(home) as lake:
        before = entries.last_entry(lake, item.books, merchant)
        found = engine.in_force(item, lake, merchant)
    assert (
        found.height == new
        and set(found["received_by_name"]) == {"会计"}
        and found["entry_id"].is_unique().all()
    )
    shown = [
        [cell.kind.write(row[cell.name]) if row[cell.name] is not None else "" for cell in item.columns]
        for row in found.iter_rows(named=True)
    ]
    assert all(row[0] for row in shown)
    assert engine.take_back_now(item, home, merchant, [found["entry_id"][0]], by="会计") == 1
    with reading(home) as lake:
        assert engine.in_force(item, lake, merchant)["entry_id"].to_list() == found["entry_id"].to_list()[1:]
        assert entries.last_entry(lake, item.books, merchant) != before
    with pytest.raises(NotFoundError, match="NO_SUCH_ENTRY"):
        engine.take_back_now(item, home, merchant, [found["entry_id"][0]], by="会计")
    with writing(home) as lake, pytest.raises(UsageError, match=f"{item.prefix}S_MOVED"):
        engine.enter(item, lake, merchant, "表.csv", text.read_bytes(), by="会计", seen=before)
    engine.take_back_now(item, home, merchant, found["entry_id"].to_list()[1:], by="会计")
    if merchant:
        with reading(home) as lake:
            assert all(entries.in_force(lake, book, "m2").is_empty() for book in item.books), "nobody else's"


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.code)
def test_a_formula_in_any_cell_is_refused_by_name(item: EntryList) -> None:
    row = list(item.filled(item.examples[0]))
    given = Given({"s1": "s1"}, {"s1": "douyin"}, lambda book: book.table.empty())
    for place, label in enumerate(item.labels):
        told = ",".join([*row[:place], "=A1+1", *row[place + 1 :]])
        found = judge(item, "表.csv", csv_of(item, told), given).problems
        assert found == (RowProblem(2, label, "=A1+1", f"{item.prefix}_FORMULA"),)
        assert "公式" in item.rules[found[0].rule].zh and item.rules[found[0].rule].step_zh
    kept = ",".join(
        f'"=""{cell}"""' if item.columns[place].kind.name == "id" and cell else cell
        for place, cell in enumerate(row)
    )
    assert judge(item, "表.csv", csv_of(item, kept), given).problems == (), (
        'the text ="0012" of an export is no formula'
    )


def test_personal_data_are_neither_kept_nor_repeated(home: Settings) -> None:
    given = Given({"s1": "s1"}, {"s1": "douyin"}, lambda book: book.table.empty())
    rows = ["s1,6920000000000000001,寄给张三13800138000,", "s1,6920000000000000002,广州市白云区机场路18号,"]
    found = judge(aside.LIST, "x.csv", csv_of(aside.LIST, *rows), given).problems
    assert [problem.rule for problem in found] == ["ASIDE_PERSONAL"] * 2
    assert not [word for word in ("13800138000", "18号") for problem in found if word in problem.cell]
    with pytest.raises(FileRefusedError) as refused, writing(home) as lake:
        engine.enter(
            stock.LIST,
            lake,
            "m1",
            "x.csv",
            csv_of(stock.LIST, "到货,s1,A,2026-01-01,电话13800138000"),
            by="x",
        )
    assert (
        refused.value.rule == "STOCK_QTY"
        and "13800138000" not in refused.value.sentence()
        and "电话" in refused.value.sentence()
    )


def test_a_code_that_a_spreadsheet_would_compute_or_round_stays_itself(tmp_path: Path) -> None:
    """A SKU comes from a platform's file: opened in Excel a template must neither run it nor lose its
    digits.
    """
    codes = ["=cmd|' /C calc'!A0", "+86", "@x", "6901234567890123", "0012", "A-1"]
    told = [("盘点", "s1", code, "2026-01-01", "1") for code in codes]
    data = csv_template(stock.LIST.labels, told)
    assert [row[2][0] for row in lines_of(data)[1:]] == ["\t", "\t", "\t", "\t", "\t", "A"]
    judged = judge(stock.LIST, "库存.csv", data, Given.of({"s1": "s1"}))
    assert not judged.problems and judged.rows["sku_code"].to_list()[1:] == codes[1:]
    book = tmp_path / "库存.xlsx"
    book.write_bytes(xlsx_template(("库存", "说明"), stock.LIST.labels, told, [("列", "怎么填", "how")], {}))
    judged = judge(stock.LIST, book.name, book.read_bytes(), Given.of({"s1": "s1"}))
    assert not judged.problems and judged.rows["sku_code"].to_list()[1:] == codes[1:]


# exchange rates
def rate_problems(home: Settings, *rows: str) -> list[tuple[int, str, str]]:
    with reading(home) as lake:
        found = engine.preview(rates.LIST, lake, None, "x.csv", csv_of(rates.LIST, *rows))
    return [(problem.row, problem.column, problem.rule) for problem in found.problems]


BAD = [
    ("汇率", "NUMBER", f"{DAY},THB,{text}")
    for text in ("0.123456789", "-1", "nan", "1e-9", "0", "7_1", "", "１", "10000", "1" * 40)
] + [
    ("币种", "CURRENCY", f"{DAY},CNY,1"),
    ("币种", "CURRENCY", f"{DAY},US,1"),
    ("日期", "DATE", ",THB,1"),
    ("日期", "DATE", f"{DAY + dt.timedelta(days=368)},USD,7"),
    ("", "TWICE", f"{DAY},usd,7"),
]


@pytest.mark.parametrize(("column", "rule", "row"), BAD)
def test_a_bad_rate_is_named(home: Settings, column: str, rule: str, row: str) -> None:
    assert rate_problems(home, f"{DAY},USD,7", row) == [(3, column, f"RATE_{rule}")]


def test_rates_are_exact_and_the_newest_word_counts_and_none_is_the_wrong_way_round(home: Settings) -> None:
    def enter(*rows: str) -> int:
        with writing(home) as lake:
            return engine.enter(
                rates.LIST,
                lake,
                None,
                "x.csv",
                ("date,currency,rate\n" + "\n".join(rows) + "\n").encode(),
                by="运维",
            )

    assert enter(f"{DAY},THB,0.20631847", f"{DAY},usd,7.1") == 2
    assert (enter(f"{DAY},THB,0.20631847"), enter(f"{DAY},USD,7.12345678")) == (0, 1)
    with reading(home) as lake:
        kept = (
            entries.read(lake, CURRENCY_RATE)
            .select("currency_code", "cny_e8_number", "received_by_name")
            .rows()
        )
    assert kept == [("THB", 20_631_847, "运维"), ("USD", 712_345_678, "运维")]
    next_day = DAY + dt.timedelta(days=1)
    for day in (next_day, DAY - dt.timedelta(days=1)):
        assert rate_problems(home, f"{day},USD,0.14") == [(2, "汇率", "RATE_JUMP")]
    assert enter(f"{DAY},USD,0.14", f"{next_day},USD,0.141") == 2, (
        "what was wrong from the first can be put right"
    )
    assert enter(f"{DAY - dt.timedelta(days=40)},USD,7.1") == 1, "forty days are no neighbours"
    with (
        pytest.raises(FileRefusedError, match=r"RATE_FILE.*缺少列「汇率」；多出列「备注」"),
        reading(home) as lake,
    ):
        engine.preview(rates.LIST, lake, None, "x.csv", "日期,币种,备注\n2026-01-01,USD,x\n".encode())


def test_an_own_account_is_entered_with_who_and_the_registry_does_not_forget_it(
    home: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "账号.csv"
    path.write_bytes(csv_of(accounts.LIST, "店1,7012345,官方,"))
    assert engine.import_file(accounts.LIST, home, "m1", path, by="店主") == 1
    with writing(home) as lake:
        registry.add_live_account(lake, "m1", "s1", "7012345", at=now(), live_account_name="官方")
        kept = lake.read(LIVE_ACCOUNT).select("platform_code", "live_account_name", "received_by_name").rows()
    assert kept == [("douyin", "官方", "店主")]
    for row, rule in (("s2,7,x,", "SHOP"), ("s1,,x,", "ID"), ("s1,a b,x,", "ID"), ("s1,7,x,删除", "ACTION")):
        with reading(home) as lake:
            found = engine.preview(accounts.LIST, lake, "m1", "x.csv", csv_of(accounts.LIST, row))
        assert [problem.rule for problem in found.problems] == [f"ACCOUNT_{rule}"]


def test_nothing_entered_is_nothing_to_build(released: Settings) -> None:
    build_and_release(released)
    with reading(released) as lake:
        since = Since(lake, release.releases(lake)[-1].snapshot)
        assert touched_by_entries(lake, since).is_empty and not is_entered(since)

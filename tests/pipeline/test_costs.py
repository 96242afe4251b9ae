"""Entered costs in the warehouse: refused whole or taken over, only the days they reach are rebuilt, and gold
is what it would be made anew.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from cli import app
from contracts.errors import FileRefusedError, NotFoundError
from pipeline.entries.declaration import Given
from pipeline.entries.engine import given_for, import_file, never_sold
from pipeline.entries.judging import sound
from pipeline.entries.lists.costs import LIST
from pipeline.entries.moved import touched_by_entries
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.release.restating import restated
from pipeline.steps import build, now
from transforms.gold import gold_tables
from transforms.gold.profit import fct_line_cost, mart_profit_daily
from warehouse import registry, release
from warehouse.changes import Since
from warehouse.entries import read
from warehouse.ops import FIXED_COST, UNIT_COST
from warehouse.settings import Settings

DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples"
BILL = DOUYIN / "结算账单_2026-10-01_2026-10-19.csv"
GOODS = "商品成本,,,YS26F007,,,,60.00,2026-10-16,"
SLOT = "坑位费,s1,,,c9,,,100.00,2026-10-19,2026-10-21"
PACKING = "打包费,,,,,,每单,1.20,2026-01-01,"


def listed(folder: Path, *rows: str) -> Path:
    path = folder / "成本.csv"
    path.write_text("\n".join([",".join(LIST.labels), *rows]) + "\n", encoding="gb18030")
    return path


def read_path(path: Path, shops: Mapping[str, str]) -> tuple[pl.DataFrame, ...]:
    return sound(LIST, path.name, path.read_bytes(), Given.of(shops))


def enter(settings: Settings, folder: Path, *rows: str) -> int:
    return import_file(LIST, settings, "m1", listed(folder, *rows), by="会计")


def hashes(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def mart(settings: Settings) -> dict[str, int]:
    with reading(settings) as lake:
        return (
            lake.read(mart_profit_daily.TABLE)
            .select(pl.col(mart_profit_daily.TABLE.required).sum())
            .row(0, named=True)
        )


def test_codes_that_stand_in_no_order_are_counted(released: Settings, tmp_path: Path) -> None:
    rows = [GOODS, PACKING, "商品成本,,没卖过,,,,,1,2026-01-01,", "商品成本,,,YS26F00X,,,,1,2026-01-01,"]
    with reading(released) as lake:
        assert never_sold(lake, "m1", read_path(listed(tmp_path, *rows), given_for(lake, "m1").shops)) == 2


def test_costs_move_the_days_they_reach_and_leave_no_trace_when_taken_back(
    released: Settings, tmp_path: Path
) -> None:
    without = hashes(released)
    assert mart(released)["cost_untold_fen"] == mart(released)["paid_fen"] > 0
    assert enter(released, tmp_path, GOODS, SLOT) == 2
    assert enter(released, tmp_path, GOODS, SLOT) == 0
    with reading(released) as lake:
        since = Since(lake, release.releases(lake)[-1].snapshot)
        days = touched_by_entries(lake, since).days["business_date"]
    # the style sold on 12, 16 and 19 October; the slot is paid for until the 21st
    assert sorted(days) == [dt.date(2026, 10, number) for number in (16, 19, 20, 21)]
    build(released)
    assert enter(released, tmp_path, PACKING) == 1
    build(released)
    told = mart(released)
    with reading(released) as lake:
        sold = lake.sql("""
            SELECT sum(paid_fen)::BIGINT AS paid, sum(6000 * line_qty)::BIGINT AS cost,
                count(DISTINCT order_id) * 120 AS packing
            FROM gold.fct_order_line WHERE style_code = 'YS26F007' AND paid_date >= DATE '2026-10-16'""").row(
            0, named=True
        )
        assert (
            lake.sql(
                "SELECT sum(cohort_refund_fen) FROM gold.fct_order_line WHERE style_code = 'YS26F007'"
            ).item()
            == 0
        )
    assert (told["cost_known_fen"], told["cost_fen"], told["packing_fen"], told["slot_fee_fen"]) == (
        sold["paid"],
        sold["cost"],
        sold["packing"],
        100_00,
    )
    with reading(released) as lake:
        moved = restated(released, release.releases(lake)[-1], lake)
    assert set(moved["restatement_code"]) == {"cost_entered"} and set(moved["metric_id"]) == {
        "gross_profit",
        "contribution",
    }
    known = told["cost_known_fen"] - told["costed_refund_fen"] - told["cost_fen"] - told["write_down_fen"]
    assert moved.filter(metric_id="gross_profit")["restated_number"].sum() == known
    grown = hashes(released)
    build(released, from_landing=True)
    assert hashes(released) == grown
    back = (
        row.rsplit(",", 3)[0] + ",撤销," + ",".join(row.rsplit(",", 2)[1:]) for row in (GOODS, SLOT, PACKING)
    )
    assert enter(released, tmp_path, *back) == 3
    build(released)
    assert hashes(released) == without


def test_a_bill_brings_fees_to_the_days_its_orders_were_paid(released: Settings, tmp_path: Path) -> None:
    styles = [f"商品成本,,,{style},,,,10.00,2026-01-01," for style in ("YS26F007", "YS26F001", "YS26F011")]
    enter(released, tmp_path, *styles)
    build(released)
    assert mart(released)["fees_known_fen"] == mart(released)["cohort_commission_fen"] == 0
    with writing(released) as lake:
        land_files(lake, released.place, "m1", "s1", [BILL])
    build(released)
    with reading(released) as lake:
        charged = lake.sql("""
            SELECT sum(coalesce(commission_creator_fen, 0) + coalesce(commission_leader_fen,
                0) + coalesce(commission_service_fen, 0))::BIGINT AS commission,
                sum(coalesce(platform_fee_fen, 0) + coalesce(other_fee_fen, 0))::BIGINT AS fee
            FROM gold.fct_settlement_entry JOIN gold.fct_line_cost
                USING (merchant_id, shop_id, platform_code, order_line_id)
            WHERE settled_date IS NOT NULL""").row(0, named=True)
        assert lake.read(fct_line_cost.TABLE)["fees_known_fen"].sum() > 0
    told = mart(released)
    assert charged["commission"] > 0 and charged["fee"] > 0
    assert told["cohort_commission_fen"] == charged["commission"]
    assert told["cohort_fee_fen"] >= charged["fee"]  # and what the bill does not break down
    grown = hashes(released)
    build(released, from_landing=True)
    assert hashes(released) == grown


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Merchant m1 with shop s1 and nothing else."""
    settings = Settings(home=tmp_path_factory.mktemp("costs"))
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        registry.add_merchant(lake, "m1", "商家", owner_id="o1", at=now())
        registry.add_shop(lake, "m1", "s1", platform_code="douyin", shop_name="店", at=now())
    return settings


WRONG = [
    ("COST_KIND", "房租,,,,,,,1,2026-01-01,"),
    ("COST_BASIS", "商品成本,,A,,,,每单,1,2026-01-01,"),
    ("COST_BASIS", "打包费,,,,,,每箱,1,2026-01-01,"),
    ("COST_CODE", "商品成本,,6.90123E+12,,,,,1,2026-01-01,"),
    *(
        ("COST_AMOUNT", f"商品成本,,A,,,,,{cell},2026-01-01,")
        for cell in ("-1", "1.005", "面议", "", "99999999999999.9999")
    ),
    ("COST_LARGE", "商品成本,,A,,,,,1000000.01,2026-01-01,"),
    ("COST_LARGE", "坑位费,s1,,,c1,,,1000000000.01,2026-01-01,"),
    *(("COST_DATE", f"商品成本,,A,,,,,1,{cell},") for cell in ("", "2026-13-01")),
    ("COST_GOODS", "商品成本,,,,,,,1,2026-01-01,"),
    ("COST_GOODS", "打包费,,A,,,,,1,2026-01-01,"),
    ("COST_SHOP", "商品成本,s2,A,,,,,1,2026-01-01,"),
    ("COST_SHOP_MISSING", "样品费,,,,,,,1,2026-01-01,"),
    ("COST_SHOP_MISSING", "推广现金,,,,,,,1,2026-01-01,"),
    ("COST_BASIS", "推广赠款,s1,,,,,每单,1,2026-01-01,"),
    ("COST_WHOSE", "坑位费,s1,,,,,,1,2026-01-01,"),
    ("COST_WHOSE", "样品费,s1,,,c1,,,1,2026-01-01,"),
    ("COST_UNTIL", "打包费,,,,,,,1,2026-01-01,2026-02-01"),
    ("COST_UNTIL", "样品费,s1,,,,,,1,2026-01-02,2026-01-01"),
    ("COST_UNTIL", "样品费,s1,,,,,,1,2026-01-01,2027-01-02"),
    ("COST_FORMULA", "商品成本,,A,,,,,=30*2,2026-01-01,"),
    ("COST_TWICE", "商品成本,,K,,,,每件,2,2026-01-01,"),
]


def test_every_rule_is_tried() -> None:
    assert {rule for rule, _ in WRONG} == set(LIST.rules)


def test_a_wrong_row_is_named_and_nothing_is_changed(home: Settings, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="COST_SHOP"):
        enter(home, tmp_path, "商品成本,,K,,,,,1,2026-01-01,", "商品成本,s2,K,,,,,1,2026-01-01,")
    for rule, row in WRONG:
        with pytest.raises(FileRefusedError) as raised:
            read_path(listed(tmp_path, "商品成本,,K,,,,,1,2026-01-01,", "", row), {"s1": "s1"})
        facts = {name: fact for name, fact in raised.value.facts.items() if name not in ("column", "cell")}
        assert (raised.value.rule, facts, bool(raised.value.step_zh)) == (
            rule,
            {"file": "成本.csv", "row": 4},
            True,
        ), row
        assert (raised.value.facts.get("column") in LIST.labels) == (rule != "COST_TWICE"), row
    with reading(home) as lake:
        assert read(lake, UNIT_COST).is_empty() and read(lake, FIXED_COST).is_empty()


def test_ten_mistakes_are_not_ten_runs(home: Settings, tmp_path: Path) -> None:
    rows = [row for _, row in WRONG[:4]]
    with pytest.raises(FileRefusedError) as raised:
        enter(home, tmp_path, *rows)
    assert (raised.value.facts["row"], raised.value.facts["other_rows"]) == (
        2,
        "3 COST_BASIS、4 COST_BASIS、5 COST_CODE",
    )


def test_a_shop_may_be_called_by_its_name_and_a_spreadsheets_empty_column_says_nothing(
    home: Settings, tmp_path: Path
) -> None:
    by_id, by_name = (
        listed(tmp_path, f"样品费,{shop},,,,,,1,2026-01-01,").rename(tmp_path / f"{shop}.csv")
        for shop in ("s1", "店")
    )
    wide = tmp_path / "宽.csv"
    wide.write_text(
        "\n".join(f"{line},," for line in by_name.read_text(encoding="gb18030").splitlines()),
        encoding="utf-8",
    )
    with reading(home) as lake:
        shops = given_for(lake, "m1").shops
    told = [read_path(path, shops)[1] for path in (by_id, by_name, wide)]
    assert told[0].equals(told[1]) and told[0].equals(told[2]) and told[0]["shop_id"].to_list() == ["s1"]
    wide.write_text(
        wide.read_text(encoding="utf-8").replace("结束日期,,", "结束日期,备注,店铺"), encoding="utf-8"
    )
    with pytest.raises(FileRefusedError, match=r"COST_FILE.*unknown=备注 twice=店铺"):
        read_path(wide, shops)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "成本项目,店铺\n商品成本,s1\n",
        ",".join(LIST.labels) + "\n商品成本,s1\n",
        ",".join(LIST.labels) + "\n",
    ],
)
def test_another_table_is_refused(home: Settings, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefusedError, match="COST_FILE"):
        import_file(LIST, home, "m1", path, by="会计")


def workbook(path: Path, *rows: dict[str, object]) -> Path:
    """A list as Excel keeps it: amounts are numbers, dates are dates."""
    with xlsxwriter.Workbook(path) as book:
        sheet, dated = book.add_worksheet("成本"), book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, list(LIST.labels))
        for number, row in enumerate(rows, start=1):
            for header, cell in row.items():
                form = dated if isinstance(cell, dt.date) else None
                sheet.write(number, list(LIST.labels).index(header), cell, form)
    return path


def rewritten(path: Path, pattern: bytes, by: bytes) -> Path:
    """The workbook as another program may have kept it."""
    other = path.with_stem(path.stem + "-2")
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(other, "w") as written:
        for part in given.infolist():
            written.writestr(part, re.sub(pattern, by, given.read(part)))
    return other


def test_a_workbook_is_taken_like_the_same_list_as_text(home: Settings, tmp_path: Path) -> None:
    day = dt.date(2026, 10, 16)
    goods = {"成本项目": "商品成本", "款号": "YS26F007", "金额(元)": 60.1, "生效日期": day}
    packing = {"成本项目": " 打包费", "计费方式": "每单", "金额(元)": 1.2, "生效日期": dt.date(2026, 1, 1)}
    book = read_path(workbook(tmp_path / "成本.xlsx", goods, {}, packing), {"s1": "s1"})
    text = read_path(listed(tmp_path, GOODS.replace("60.00", "60.10"), PACKING), {"s1": "s1"})
    assert [part.equals(other) for part, other in zip(book, text, strict=True)] == [True, True]
    with pytest.raises(
        FileRefusedError, match=r"COST_CODE.*row=2"
    ):  # typed as a number, of which Excel keeps fifteen digits
        read_path(workbook(tmp_path / "长.xlsx", goods | {"款号": 6931570482213350001}), {"s1": "s1"})
    # as other programs than Excel write the same number
    small = rewritten(
        tmp_path / "长.xlsx",
        rb"<v>6931570482213[0-9]+</v>|<v>6\.93157[0-9]*E\+18</v>",
        b"<v>6.93157048221335e+18</v>",
    )
    with pytest.raises(FileRefusedError, match=r"COST_CODE.*row=2"):
        read_path(small, {"s1": "s1"})
    # a program that computes nothing keeps 0 as the result, or none: neither is what the merchant sees
    computed = workbook(tmp_path / "公式.xlsx", goods, goods | {"金额(元)": "=30*2"})
    for path in (computed, rewritten(computed, rb"(</f>)<v>0</v>", rb"\1")):
        with pytest.raises(FileRefusedError, match=r"COST_FORMULA.*公式.*row=3 column=金额\(元\)"):
            read_path(path, {"s1": "s1"})
    with pytest.raises(FileRefusedError, match="COST_FILE"):
        read_path(workbook(tmp_path / "空.xlsx"), {"s1": "s1"})
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(FileRefusedError, match="COST_FILE"):
        import_file(LIST, home, "m1", tmp_path / "坏.xlsx", by="会计")


def test_another_merchant_is_not_found(home: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        import_file(LIST, home, "m9", listed(tmp_path, GOODS), by="会计")


def test_the_template_is_a_list_that_can_be_given_and_is_listed(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(home.home))
    run = CliRunner()
    assert "还没有成本" in run.invoke(app, ["costs", "list", "-m", "m1"]).stdout
    path = tmp_path / "模板.csv"
    path.write_text(run.invoke(app, ["costs", "template"]).stdout, encoding="utf-8")
    assert "10 条成本" in run.invoke(app, ["costs", "import", "-m", "m1", str(path)]).stdout
    path.write_text(path.read_text(encoding="utf-8").replace("38.50", "39.00"), encoding="utf-8")
    assert "1 条换掉了原来的" in run.invoke(app, ["costs", "import", "-m", "m1", str(path)]).stdout
    path.write_text(path.read_text(encoding="utf-8").replace("39.00", "38.50"), encoding="utf-8")
    run.invoke(app, ["costs", "import", "-m", "m1", str(path)])
    told = run.invoke(app, ["costs", "list", "-m", "m1"]).stdout
    assert "38.50" in told and "20,000.00" in told and "A1001-M" in told

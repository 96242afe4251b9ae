"""Goods received and counted in the warehouse: refused whole or taken over, reckoned with by the next build
of that merchant alone, and taken back.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import fastexcel
import pytest
from typer.testing import CliRunner

from cli import app
from contracts.errors import FileRefusedError, UsageError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from pipeline.build import engine
from pipeline.entries.engine import import_file
from pipeline.entries.lists.stock import LIST
from pipeline.entries.template import template
from pipeline.house import reading, writing
from pipeline.intake.raw_rows import ENTERED, raw_rows
from pipeline.steps import build, build_and_release, ingest, now
from transforms.gold import gold_tables
from transforms.gold.stock import mart_stock_monthly
from warehouse import registry, release
from warehouse.changes import Since
from warehouse.entries import read
from warehouse.ops import STOCK_ENTRY
from warehouse.settings import Settings

HEADER, RULES = LIST.labels, LIST.rules
AFTER_SALES = next((Path(__file__).parents[2] / "connectors" / "douyin" / "samples").glob("售后单-*.xlsx"))


def listed(folder: Path, *rows: str) -> Path:
    path = folder / "库存.csv"
    path.write_text("\n".join([",".join(HEADER), *rows]) + "\n", encoding="gb18030")
    return path


def enter(settings: Settings, folder: Path, *rows: str) -> int:
    return import_file(LIST, settings, "m1", listed(folder, *rows), by="仓库")


def hashes(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def test_entries_move_the_sheet_of_their_merchant_and_leave_no_trace_when_taken_back(
    released: Settings, tmp_path: Path
) -> None:
    ingest(released, "m1", "s1", [AFTER_SALES])  # or nothing is known of what was kept
    without = hashes(released)
    with reading(released) as lake:
        sold = lake.sql("""
            SELECT sku_code, sum(sent_qty - back_qty)::BIGINT AS kept FROM gold.fct_order_line
            WHERE paid_date IS NOT NULL AND NOT is_gift AND sku_code IS NOT NULL
            GROUP BY ALL ORDER BY kept DESC, sku_code LIMIT 1""").row(0, named=True)
    sku, kept = sold["sku_code"], sold["kept"]
    assert kept > 0
    rows = [f"到货,s1,{sku},2026-10-01,{2 * kept}", f"盘点,s1,{sku},2026-10-12,{kept + 3}"]
    assert (enter(released, tmp_path, *rows), enter(released, tmp_path, *rows)) == (2, 0)
    with reading(released) as lake:
        assert engine.is_entered(Since(lake, release.releases(lake)[-1].snapshot))
    build_and_release(released)
    with reading(released) as lake:
        assert not engine.is_entered(Since(lake, release.releases(lake)[-1].snapshot))
    viewer = Viewer(released.place, "test", "merchant", "m1")
    told = ask(
        viewer, ["sell_through", "closing_stock"], by=["month"], where={"shop": "s1", "sku": sku}
    ).rows.row(-1, named=True)
    assert (told["sell_through"], told["closing_stock"]) == (0.5, kept + 3)
    cell = {"shop": "s1", "sku": sku, "month": str(told["month"])}
    passport, lines = explain(viewer, "sell_through", cell), order_lines(viewer, "sell_through", cell)
    assert (passport.value, passport.mart, lines.value) == (0.5, mart_stock_monthly.TABLE, 0.5)
    assert (
        set(passport.files["kind_code"]) <= {"orders", "order_items", "after_sales"} and passport.files.height
    ), "the sales come from files"
    assert passport.entered_at is not None and passport.entered_at > passport.observed_at
    (receipt,) = lines.rows.filter(evidence_code="received").iter_rows(named=True)
    assert (receipt["divisor"], receipt["evidence_date"]) == (2 * kept, dt.date(2026, 10, 1))
    (entered,) = raw_rows(viewer, receipt)
    assert (entered.source, entered.cells["经手人"], entered.cells["录入件数"]) == (
        ENTERED,
        "仓库",
        str(2 * kept),
    )
    assert raw_rows(Viewer(released.place, "test", "merchant", "m2"), receipt) == [], "nobody else's"
    grown = hashes(released)
    build(released, from_landing=True)
    assert hashes(released) == grown
    assert enter(released, tmp_path, *(row.rpartition(",")[0] + ",撤销" for row in rows)) == 2
    build(released)
    assert hashes(released) == without


def test_stock_is_never_added_up_over_months_or_shops(released: Settings) -> None:
    viewer = Viewer(released.place, "test", "merchant", "m1")
    for by, where in ((["month"], {}), (["shop"], {}), ([], {"shop": "s1"})):
        with pytest.raises(UsageError, match="NEVER_ADDED"):
            ask(viewer, ["closing_stock"], by=by, where=where)
    assert ask(viewer, ["closing_stock"], by=["shop", "month"]).rows["month"].is_sorted()
    rows = ask(viewer, ["closing_stock", "sell_through", "stock_to_sales"], by=["shop", "month"])
    # nothing was entered and Douyin's files tell no stock: untold is empty, not 0
    assert rows.rows.drop("shop", "month").null_count().row(0) == (rows.rows.height,) * 3
    assert {"STOCK_UNTOLD", "RECEIPTS_UNTOLD"} <= {note.code for note in rows.notes}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Merchant m1 with shop s1 and nothing else."""
    settings = Settings(home=tmp_path_factory.mktemp("stock"))
    with writing(settings) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        registry.add_merchant(lake, "m1", "商家", owner_id="o1", at=now())
        registry.add_shop(lake, "m1", "s1", platform_code="douyin", shop_name="店", at=now())
    return settings


WRONG = [
    *(("STOCK_KIND", f"{kind},s1,A,2026-01-01,1") for kind in ("发货", "")),
    ("STOCK_CODE", "到货,s1,6.90123E+12,2026-01-01,1"),
    *(("STOCK_SHOP", f"到货,{shop},A,2026-01-01,1") for shop in ("", "s2")),
    ("STOCK_GOODS", "到货,s1,,2026-01-01,1"),
    *(("STOCK_DATE", f"到货,s1,A,{day},1") for day in ("", "2026-13-01", "2098-01-01")),
    ("STOCK_DATE", "到货,s1,A,,撤销"),
    *(("STOCK_QTY", f"盘点,s1,A,2026-01-01,{cell}") for cell in ("", "-1", "1.5", "一箱", "99999999999")),
    *(
        ("STOCK_FORMULA", f"盘点,s1,A,{day},{cell}")
        for day, cell in (("2026-01-01", "=20+21"), ("=TODAY()", "1"))
    ),
    ("STOCK_TWICE", "到货,s1,K,2026-01-01,2"),
]


def test_every_rule_is_tried() -> None:
    assert {rule for rule, _ in WRONG} == set(RULES)


def test_the_template_says_of_every_column_that_it_has_to_be_filled_in() -> None:
    """An entry without its kind, shop, goods, day or number says nothing."""
    notes = fastexcel.read_excel(template(LIST, "xlsx")).load_sheet("说明", header_row=None).to_polars()
    told = {row[0].partition(" / ")[0]: row[1:] for row in notes.rows()}
    for header in HEADER:
        assert told[header][0].startswith("必填") and told[header][1].startswith("Required"), header


def test_a_wrong_row_is_named_and_nothing_is_changed(home: Settings, tmp_path: Path) -> None:
    for rule, row in WRONG:
        with pytest.raises(FileRefusedError) as raised:
            enter(home, tmp_path, "到货,s1,K,2026-01-01,1", "", row)
        assert (raised.value.rule, raised.value.facts["row"], bool(raised.value.step_zh)) == (
            rule,
            4,
            True,
        ), row
        assert (raised.value.facts.get("column") in HEADER) == (rule != "STOCK_TWICE"), row
    with reading(home) as lake:
        assert read(lake, STOCK_ENTRY).is_empty()


def test_the_template_is_a_list_that_can_be_given_and_is_listed(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(home.home))
    run = CliRunner()
    assert "还没有到货和盘点" in run.invoke(app, ["stock", "list", "-m", "m1"]).stdout
    path = tmp_path / "模板.csv"
    path.write_text(run.invoke(app, ["stock", "template"]).stdout, encoding="utf-8")
    assert "5 条库存" in run.invoke(app, ["stock", "import", "-m", "m1", str(path)]).stdout
    path.write_text(path.read_text(encoding="utf-8").replace(",41", ",40"), encoding="utf-8")
    assert "1 条换掉了原来的" in run.invoke(app, ["stock", "import", "-m", "m1", str(path)]).stdout
    told = run.invoke(app, ["stock", "list", "-m", "m1"]).stdout
    assert "A1001-M" in told and "40" in told and "41" not in told
    with reading(home) as lake:
        assert read(lake, STOCK_ENTRY, "m1").height == 6
        assert lake.read(mart_stock_monthly.TABLE).is_empty(), (
            "a shop that gave no data has no day to stand on"
        )

"""Sheets of ERPs and shop systems from the file to the answer: mapped without a word more than they leave
open, ingested, asked, true to the fen.

Headings are those of ``erp_sheets``; orders and amounts are invented, and their sums worked out by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from erp_sheets import HEADINGS, P, cell
from mapping_cases import read
from mapping_cases import table as bar_table
from typer.testing import CliRunner

from cli import app
from connectors.mapping.answers import settled
from connectors.mapping.model import ShopColumn
from connectors.mapping.propose import propose
from contracts.errors import FileRefusedError, UsageError
from pipeline.build.run import Built
from pipeline.house import writing
from pipeline.intake.land import Landed, land_files
from pipeline.steps import build_and_release
from warehouse.settings import Settings

RECEIVED = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class Line:
    """A line of an order in fen: what its goods cost, and what went back of it."""

    order: str
    sku: str
    qty: int
    fen: int
    back: int = 0
    is_paid: bool = True


LINES = (
    Line("692010000000000001", "S1", 1, 8_950), Line("692010000000000001", "S2", 2, 12_000),
    Line("692010000000000002", "S3", 1, 6_030, 2_030),
    Line("692010000000000003", "S1", 1, 8_950, 0, False), Line("692010000000000004", "S4", 1, 101_010),
    Line("692010000000000004", "S5", 1, 2_020),
    Line("692010000000000004", "S6", 1, 3_030),
)  # fmt: skip
#: 89.50 + 120.00 + 60.30 + 1,010.10 + 20.20 + 30.30, and 20.30 back; the third order was never paid.
PAID, BACK = 133_040, 2_030
#: Which amounts a sheet writes of the whole order on each of its lines; the others are each line's own. Where
#: a sheet has the ERP's own order numbers the amount is the ERP order's: the last order goes out in two
#: parcels, S4 in the first.
OF_ORDER = {
    "jst_24": {"placed_fen", "paid_fen"}, "jst_47": {"placed_fen", "paid_fen", "stated_refund_fen"},
    "wdt_orders": {"placed_fen"},
    "wdt_shipped": {"placed_fen"}, "km_orders": {"placed_fen", "paid_fen"},
    "yz_orders": {"placed_fen", "paid_fen", "stated_refund_fen"},
    "wdgj": {"placed_fen", "paid_fen"}, "shop_b2c": {"placed_fen"},
    "units": {"placed_fen", "paid_fen", "stated_refund_fen"},
}  # fmt: skip
#: What a sheet does not tell, and only a person can.
ANSWERS = {"jst_24": ["下单即付款=是"], "jky": ["支付时间=发货时间"], "yz_goods": ["支付时间=交易成功时间"]}
ORDERS = sorted(name for name, heading in HEADINGS.items() if heading.kind == "orders")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def erp_order(line: Line) -> str:
    """The ERP's own number of the order, or of the parcel, a line is of."""
    return f"31{line.order[-2:]}{2 if line.sku in ('S5', 'S6') else 1}"


def whole_of(line: Line, sheet: str) -> str:
    """What a sheet's repeated amounts are of."""
    return erp_order(line) if "erp_order_id" in HEADINGS[sheet].names.values() else line.order


def amount(name: str, sheet: str, line: Line) -> str:
    """What stands under an amount on one line."""
    mine = (
        [each for each in LINES if whole_of(each, sheet) == whole_of(line, sheet)]
        if name in OF_ORDER.get(sheet, ())
        else [line]
    )
    if name == "stated_refund_fen":
        return yuan(sum(each.back for each in mine))
    if name == "unit_price_fen":
        return yuan(line.fen // line.qty)
    if name not in ("paid_fen", "placed_fen"):
        return "0.00"
    # of an unpaid order what its line would have come to stands in the line's own column all the same
    unpaid = name == "paid_fen" and not line.is_paid and name in OF_ORDER.get(sheet, {"paid_fen"})
    return "0.00" if unpaid else yuan(sum(each.fen for each in mine))


def rows(sheet: str) -> list[list[str]]:
    """The sheet's rows under its headings."""
    heading, told = HEADINGS[sheet], []
    for number, line in enumerate(LINES):
        by_name = {
            "order_id": line.order, "order_line_id": f"69202000000000000{number}", "sku_code": line.sku,
            "style_code": line.sku, "line_qty": str(line.qty),
            "product_name": f"女装{line.sku}", "order_status_code": "已发货" if line.is_paid else "已取消",
            "created_at": f"2026-11-0{number + 1} 10:00:00",
            "refund_status_code": "", "erp_order_id": erp_order(line),
        }  # fmt: skip
        moments = {
            name: f"2026-11-0{number + 1} 10:01:00" if line.is_paid else ""
            for name in ("paid_at", "shipped_at", "finished_at")
        }
        cells = by_name | moments
        named = [heading.names.get(word, "") for word in heading.header]
        told.append(
            [
                amount(name, sheet, line)
                if name.endswith("_fen")
                else cells.get(name, cell(name, number) if name else "")
                for name in named
            ]
        )
    return told


def as_csv(table: list[list[str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode(encoding)


def as_workbook(table: list[list[str]]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(table, orient="row", schema=[str(place) for place in range(len(table[0]))]).write_excel(
        out, include_header=False
    )
    return out.getvalue()


def titled(table: list[list[str]]) -> list[list[str]]:
    """A line above the header, and a total below the rows."""
    return [["十一月订单明细", *[""] * (len(table[0]) - 1)], *table, ["合计", *[""] * (len(table[0]) - 1)]]


def marked(table: list[list[str]]) -> list[list[str]]:
    """Amounts as people write them: ¥ and a comma in each thousand; the header once more in the middle.

    A blank column.
    """
    money = [
        place
        for place in range(len(table[0]))
        if all("." in row[place] and row[place].replace(".", "").isdigit() for row in table[1:])
    ]
    said = [
        [
            f"¥{float(text):,.2f}" if place in money and row is not table[0] else text
            for place, text in enumerate(row)
        ]
        for row in table
    ]
    return [[*row, "", ""] for row in (*said[:4], said[0], *said[4:])]


WRITTEN: list[tuple[str, Callable[[list[list[str]]], bytes]]] = [
    ("csv", lambda table: as_csv(table, "gb18030")),
    ("xlsx", as_workbook),
    ("csv", lambda table: as_csv(titled(table), "utf-8-sig")),
    ("csv", lambda table: as_csv(marked(table), "utf-8")),
    ("xlsx", lambda table: as_workbook(titled(table))),
]


def run(*words: object) -> str:
    """What a command says; its error is this one's."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception:
        raise result.exception
    return result.stdout


def map_and_land(
    settings: Settings, folder: Path, merchant: str, sheet: str, table: list[list[str]], way: int
) -> Landed:
    """A sheet mapped with no answer but ``ANSWERS``, and given to intake."""
    ending, write = WRITTEN[way % len(WRITTEN)]
    path = folder / f"{sheet}.{ending}"
    path.write_bytes(write(table))
    shop = f"{merchant}-own"
    answers = [word for answer in ANSWERS.get(sheet, ()) for word in ("--set", answer)]
    run("map", path, "--merchant", merchant, "--shop", shop, "--new-shop", "--yes", *answers)
    with writing(settings) as lake:
        (landed,) = land_files(lake, settings.place, merchant, shop, [path], by="test", at=RECEIVED)
    return landed


def merchant_of(sheet: str) -> str:
    return f"m-{sheet.replace('_', '-')}"


def after_sales(sheet: str) -> list[list[str]]:
    """20.30 of the second order went back; what the first one asks for is not settled."""
    heading = HEADINGS[sheet]
    told = [
        {"refund_id": "R1", "order_id": LINES[2].order, "sku_code": "S3", "refund_qty": "1",
            "refund_fen": "20.30", "refund_status_code": "退款成功",
         "refund_type_code": "仅退款", "refund_stage_code": "已发货", "applied_at": "2026-11-10 10:00:00",
         "refunded_at": "2026-11-11 10:00:00"},
        {"refund_id": "R2", "order_id": LINES[0].order, "sku_code": "S1", "refund_qty": "1",
            "refund_fen": "5.00", "refund_status_code": "等待退货",
         "refund_type_code": "退货", "refund_stage_code": "已发货", "applied_at": "2026-11-12 10:00:00",
         "refunded_at": ""},
    ]  # fmt: skip
    return [
        [
            row.get(
                heading.names.get(word, ""), cell(heading.names[word], 0) if word in heading.names else ""
            )
            for word in heading.header
        ]
        for row in told
    ]


@dataclass(frozen=True)
class Home:
    """The lake's settings, what the build came to, and which columns each sheet's reading dropped."""

    settings: Settings
    built: Built
    dropped: dict[str, set[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One lake with a merchant for each sheet, all sheets mapped, ingested, built and released."""
    folder = tmp_path_factory.mktemp("erp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIYUN_HOME", str(folder / "home"))
        settings, dropped = Settings(), {}
        for way, sheet in enumerate(ORDERS):
            landed = map_and_land(
                settings, folder, merchant_of(sheet), sheet, [HEADINGS[sheet].header, *rows(sheet)], way
            )
            assert landed.reading is not None, landed.receipt
            dropped[sheet] = set(landed.reading.dropped_columns)
        for way, sheet in enumerate(("jst_after_sales", "wdt_returns")):
            map_and_land(
                settings, folder, merchant_of(sheet), "hupun", [HEADINGS["hupun"].header, *rows("hupun")], way
            )
            landed = map_and_land(
                settings,
                folder,
                merchant_of(sheet),
                sheet,
                [HEADINGS[sheet].header, *after_sales(sheet)],
                way + 2,
            )
            assert landed.receipt is None, landed.receipt
        built, _ = build_and_release(settings, at=RECEIVED)
        return Home(settings, built, dropped)


@pytest.mark.parametrize("sheet", sorted(HEADINGS))
def test_what_is_asked_of_a_sheet_is_what_its_orders_came_to(
    home: Home, monkeypatch: pytest.MonkeyPatch, sheet: str
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(home.settings.home))
    said = json.loads(
        run("ask", "-m", merchant_of(sheet), "--metrics", "paid_gmv,refunds,net_by_order_date", "--json")
    )
    heading = HEADINGS[sheet]
    back = BACK if heading.kind == "after_sales" or "stated_refund_fen" in heading.names.values() else 0
    (row,) = said["rows"]
    net = PAID - back if back else None  # a shop that never reported refunds has no net
    assert (row["paid_gmv"], row["refunds"] or 0, row["net_by_order_date"]) == (PAID, back, net)


@pytest.mark.parametrize("sheet", ORDERS)
def test_every_row_of_a_sheet_is_published_and_no_person_with_it(home: Home, sheet: str) -> None:
    (receipt,) = [item for item in home.built.receipts if item.merchant_id == merchant_of(sheet)]
    assert (receipt.rows_read, receipt.published, receipt.quarantined) == (len(LINES), len(LINES), 0), receipt
    personal = {theirs for theirs, ours in HEADINGS[sheet].names.items() if ours == P}
    assert home.dropped[sheet] == personal


# --- sheets of several shops --------------------------------------------------------------------------------

SEVERAL = bar_table(
    "店铺|订单号|付款时间|实付金额", "甲店|A1|2026-11-01 10:00:00|10.50", "|A2|2026-11-01 10:00:00|1.25",
    "乙店|B1|2026-11-01 10:00:00|20.50",
    "|B2|2026-11-01 10:00:00|2.00", "|B3|2026-11-01 10:00:00|3.00", "合计|||37.25",
)  # fmt: skip


def test_of_several_shops_the_one_a_person_names_is_read_and_the_rest_is_said_to_be_left_out() -> None:
    proposal = propose(SEVERAL, kind="orders")
    (question,) = [item for item in proposal.questions if item.key == "shop_name"]
    assert (question.options, question.default) == (("甲店", "乙店"), "")
    with pytest.raises(UsageError) as open_one:
        settled(proposal, {"shop": "shop"})
    assert open_one.value.facts["questions"] == "店铺"
    own = settled(proposal, {"shop": "shop", "shop_name": "甲店"}).model_copy(update={"platform": "other"})
    reading = read(SEVERAL, [own])
    assert reading.bronze["order_id"].to_list() == ["A1", "A2"]
    assert reading.rows_read == 2
    (told,) = [notice for notice in reading.notices if notice.rule == "OTHER_SHOP_ROWS"]
    assert (told.count, told.about) == (3, "店铺: 乙店")


@pytest.mark.parametrize(("shops", "rule"), [({}, "SHOP_UNSAID"), ({"甲店": "other-shop"}, "SHOP_UNSAID")])
def test_of_several_shops_none_is_read_that_nobody_named(shops: dict[str, str], rule: str) -> None:
    own = settled(propose(SEVERAL, kind="orders"), {"shop": "shop", "shop_name": "甲店"})
    told = ShopColumn(header="店铺", shops=shops)
    with pytest.raises(FileRefusedError) as refused:
        read(SEVERAL, [own.model_copy(update={"platform": "other", "shop_column": told})])
    assert refused.value.rule == rule


def test_a_sheet_of_one_shop_is_not_taken_for_another() -> None:
    data = bar_table("店铺|订单号|付款时间|实付金额", "甲店|A1|2026-11-01 10:00:00|10.50")
    own = settled(propose(data, kind="orders"), {"shop": "elsewhere"}).model_copy(
        update={"platform": "other"}
    )
    with pytest.raises(FileRefusedError) as refused:
        read(data, [own])
    assert (refused.value.rule, refused.value.facts["belongs_to"]) == ("OTHER_SHOP", "elsewhere")


def test_a_sheet_of_a_shop_nobody_named_is_not_read_into_one_known_by_another_name() -> None:
    header, cells = "店铺名称|订单号|付款时间|实付金额", "A1|2026-11-01 10:00:00|150.00"
    own = settled(propose(bar_table(header, f"云裳店|{cells}"), kind="orders"), {"shop": "shop"}).model_copy(
        update={"platform": "other"}
    )
    assert read(bar_table(header, f"云裳店|{cells}"), [own]).rows_read == 1
    with pytest.raises(FileRefusedError) as refused:
        read(bar_table(header, f"霓裳店|{cells}"), [own])
    assert (refused.value.rule, refused.value.facts["shops"]) == ("SHOP_UNSAID", "霓裳店")

"""Mapped tables through the public intake into a lake: refunds of an ERP on the lines of eight platforms, a
merchant's own tables, names learned.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from mapping_cases import AFTER_SALES, ORDERS, RECEIVED, mapping, table

from connectors.base import platforms
from connectors.mapped import BRONZE, source
from connectors.mapping.aliases import find_layout
from connectors.mapping.file import FOLDER, shipped
from contracts.canonical import REFUND_LINE
from contracts.errors import NotFoundError, UsageError
from pipeline.build.run import Built, build
from pipeline.house import reading, writing
from pipeline.intake.land import Landed, land_files
from pipeline.intake.mapping import (
    forget_mapping,
    free_name,
    kept_mappings,
    own_aliases,
    own_mappings,
    preview_mapping,
    save_alias,
    save_mapping,
    source_of,
)
from pipeline.intake.registering import register_shop
from transforms.gold import gold_tables
from warehouse.ops import ALIAS, MAPPING, SHOP
from warehouse.settings import Settings

MERCHANT, OTHER = "acme", "rival"
HEADER = (
    "售后单号|内部订单号|线上订单号|线上子订单编号|线上售后单号|售后类型|线上状态|发货状态|商品编码|"
    "申请数量|退款金额|申请时间|退款时间"
)
OWN = "单号|下单|付款|实付|编码|状态"
PLATFORMS = sorted(platforms().keys() - {"vipshop"})


def land(settings: Settings, shop: str, *paths: Path, merchant: str = MERCHANT) -> list[Landed]:
    with writing(settings) as lake:
        return land_files(lake, settings.place, merchant, shop, paths, by="test", at=RECEIVED)


def built(settings: Settings, *, from_landing: bool = False) -> Built:
    return build(settings, at=RECEIVED, from_landing=from_landing)


def gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(item) for name, item in gold_tables().items()}


def order_sample(platform: str) -> Path:
    """One shipped order file of a platform whose layout tells lines."""
    folder = platforms()[platform].folder
    with (folder / "samples.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if row["layout"] not in ("api", "error") and row["kind"] in ("orders", "order_items")
        ]
    wanted = [row for row in rows if platform != "taobao" or row["kind"] == "order_items"]
    return Path(folder / "samples" / wanted[-1]["file"])


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One lake: a shop on every platform with that platform's own order sample, and two shops of no
    platform.
    """
    settings = Settings(home=tmp_path_factory.mktemp("mapped"))
    with writing(settings) as lake, lake.transaction():
        for platform in PLATFORMS:
            register_shop(lake, MERCHANT, f"acme-{platform.replace('_', '-')}", platform, at=RECEIVED)
        register_shop(lake, MERCHANT, "acme-own", "other", at=RECEIVED)
        register_shop(lake, OTHER, "rival-own", "other", at=RECEIVED)
    for platform in PLATFORMS:
        (landed,) = land(settings, f"acme-{platform.replace('_', '-')}", order_sample(platform))
        assert landed.receipt is None, landed.receipt
    built(settings)
    return settings


@pytest.fixture(scope="module")
def paid(home: Settings) -> pl.DataFrame:
    """Paid lines of the samples that are not gifts, as gold has them.

    Of two lines of one SKU in one order nobody can say which came back.
    """
    with reading(home) as lake:
        lines = lake.read(gold_tables()["fct_order_line"])
    alone = pl.len().over("shop_id", "order_id", "sku_code") == 1
    wanted = alone & pl.col("paid_at").is_not_null() & ~pl.col("is_gift") & (pl.col("paid_fen") > 100)
    return lines.filter(wanted).sort("shop_id", "order_line_id")


def erp_row(line: dict[str, object], number: int, fen: int) -> str:
    """One after-sale of a line as an ERP tells it: the platform's order number and the merchant's SKU
    code.
    """
    sub = line["order_line_id"] if line["platform_code"] in ("douyin", "taobao") else ""
    cells = [
        f"7{number:07d}",
        f"3{number:06d}",
        line["order_id"],
        sub,
        f"P{number}",
        "普通退货",
        "退款成功",
        "已发货",
        line["sku_code"] or "",
        1,
    ]
    return "|".join(
        map(str, [*cells, f"{fen // 100}.{fen % 100:02d}", "2026-11-20 10:00:00", "2026-11-21 10:00:00"])
    )


def test_an_erps_refunds_stand_on_the_platforms_own_lines(
    home: Settings, paid: pl.DataFrame, tmp_path: Path
) -> None:
    """For each platform: a refund of one yuan on one line, through the file an ERP exports, on exactly that
    line.
    """
    shops = paid.partition_by("shop_id", as_dict=True)
    wanted: dict[tuple[str, str], int] = {}
    for number, ((shop,), lines) in enumerate(shops.items()):
        line = (
            lines.filter(~pl.col("is_order_level")).row(-1, named=True)
            if not lines["is_order_level"].all()
            else lines.row(-1, named=True)
        )
        path = write(tmp_path, f"售后单_{number}.csv", table(HEADER, erp_row(line, number, 100)))
        (landed,) = land(home, str(shop), path)
        assert landed.receipt is None, landed.receipt
        assert landed.reading is not None
        assert landed.reading.layout.key == f"{line['platform_code']}/mapped_after_sales/erp_after_sale"
        wanted[str(shop), str(line["order_line_id"])] = 100
    receipts = built(home).receipts
    assert {item.verdict for item in receipts} == {"accepted"}, receipts
    with reading(home) as lake:
        silver = lake.read(REFUND_LINE)
        facts = lake.read(gold_tables()["fct_refund_line"])
        lines = lake.read(gold_tables()["fct_order_line"])
    erp = silver.filter(pl.col("refund_id").str.contains(r"^P\d+$"))
    assert len(wanted) >= 7
    told = facts.filter(pl.col("refund_id").is_in(erp["refund_id"].implode()))
    assert {
        (shop, line): fen
        for shop, line, fen in told.select("shop_id", "order_line_id", "refund_fen").iter_rows()
    } == wanted
    after = {
        (shop, line): fen
        for shop, line, fen in lines.select("shop_id", "order_line_id", "refund_after_fen").iter_rows()
    }
    assert all(after[key] >= fen for key, fen in wanted.items())


def test_given_again_nothing_moves(home: Settings, paid: pl.DataFrame, tmp_path: Path) -> None:
    """The same rows under another name and in another order: no new refund."""
    before = gold(home)
    line = paid.filter(pl.col("shop_id") == "acme-kuaishou").row(0, named=True)
    shop = "acme-kuaishou"
    first = write(tmp_path, "一.csv", table(HEADER, erp_row(line, 901, 100), erp_row(line, 902, 50)))
    again = write(tmp_path, "二.csv", table(HEADER, erp_row(line, 902, 50), erp_row(line, 901, 100)))
    assert [item.receipt for item in land(home, shop, first)] == [None]
    built(home)
    once = gold(home)
    assert once != before
    land(home, shop, again, first)
    (receipt,) = built(home).receipts
    assert (receipt.rows_read, receipt.duplicate) == (2, 2)
    assert gold(home) == once


def test_a_merchants_own_table_is_known_once_it_is_mapped_and_to_that_merchant_only(
    home: Settings, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "own.csv",
        table(
            OWN,
            "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|S1|已发货",
            "A2|x|2026-11-01 10:01:00|1.00|S1|已发货",
        ),
    )
    (refused,) = land(home, "acme-own", path)
    assert refused.receipt is not None
    assert refused.receipt.rule == "UNKNOWN_LAYOUT"
    assert "baiyun map" in refused.receipt.next_step
    own = mapping(ORDERS)
    shown = preview_mapping(path.read_bytes(), own, "other")
    assert (shown.reading.rows_read, shown.reading.quarantine.height) == (2, 1)
    assert shown.frames["order_line"]["order_id"].to_list() == ["A1"]
    with writing(home) as lake:
        assert save_mapping(lake, MERCHANT, own, by="alice", at=RECEIVED)
        assert not save_mapping(lake, MERCHANT, own, by="alice", at=RECEIVED), "the same again is nothing new"
        assert own_mappings(lake, MERCHANT) == [own]
        assert own_mappings(lake, OTHER) == []
        said = (
            lake.read(MAPPING).select("merchant_id", "layout_name", "received_by_name", "changed_at").row(0)
        )
        assert said == (MERCHANT, "own_orders", "alice", RECEIVED)
    (foreign,) = land(home, "rival-own", path, merchant=OTHER)
    assert foreign.receipt is not None
    assert foreign.receipt.rule == "UNKNOWN_LAYOUT"
    (landed,) = land(home, "acme-own", path)
    assert landed.receipt is None
    (receipt,) = built(home).receipts
    assert (receipt.verdict, receipt.layout, receipt.rows_read, receipt.published, receipt.quarantined) == (
        "warned",
        "own_orders",
        2,
        1,
        1,
    )
    assert receipt.rules == {"BAD_TIME": 1}
    with reading(home) as lake:
        bronze = lake.read(BRONZE["mapped_orders"])
        lines = lake.read(gold_tables()["fct_order_line"], where={"shop_id": "acme-own"})
    assert bronze.select("platform_code", "layout_name", "order_id", "order_status_text").rows() == [
        ("other", "own_orders", "A1", "已发货")
    ]
    assert lines.select("order_id", "paid_fen", "platform_code").rows() == [("A1", 8_900, "other")]


def test_a_renamed_column_is_read_once_a_person_confirmed_it(home: Settings, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "renamed.csv",
        table(OWN.replace("实付", "实付金额"), "A9|2026-11-02 10:00:00|2026-11-02 10:01:00|19.00|S1|已发货"),
    )
    (refused,) = land(home, "acme-own", path)
    assert refused.receipt is not None
    assert refused.receipt.rule in ("MISSING_COLUMN", "UNKNOWN_LAYOUT")
    own = mapping(ORDERS)
    layout = find_layout("other/mapped_orders/own_orders", [source("other", [own])])
    with writing(home) as lake:
        for theirs, known in (
            ("实付金额", "没有"),
            ("付款", "实付"),
            ("", "实付"),
            ("到账(万元)", "实付"),
            ("到账(分)", "实付"),
            ("到账(USD)", "实付"),
        ):
            with pytest.raises(UsageError) as raised:
                save_alias(lake, MERCHANT, layout, theirs, known, by="bob", at=RECEIVED)
            assert raised.value.rule == ("UNIT_DISAGREES" if "(" in theirs else "BAD_ALIAS")
        save_alias(lake, MERCHANT, layout, "实付金额", "实付", by="bob", at=RECEIVED)
        assert own_aliases(lake, MERCHANT) == {layout.key: {"实付金额": "实付"}}
        assert own_aliases(lake, OTHER) == {}
        assert lake.read(ALIAS).select("received_by_name", "column_name", "known_column_name").rows() == [
            ("bob", "实付金额", "实付")
        ]
    (landed,) = land(home, "acme-own", path)
    assert landed.receipt is None
    assert landed.reading is not None
    assert [notice.rule for notice in landed.reading.notices] == ["ALIAS_USED"]
    built(home)
    with writing(home) as lake:
        save_alias(
            lake,
            MERCHANT,
            layout,
            "实付金额",
            "实付",
            by="carol",
            at=RECEIVED + dt.timedelta(hours=1),
            in_force=False,
        )
        assert own_aliases(lake, MERCHANT) == {}
        assert lake.read(ALIAS).height == 2, "who said it first stays known"
        save_alias(
            lake, MERCHANT, layout, "实付金额", "实付", by="carol", at=RECEIVED + dt.timedelta(hours=2)
        )


def test_a_mapping_of_another_platform_is_named_where_its_table_is_refused(
    home: Settings, tmp_path: Path
) -> None:
    """It holds for shops on the platform it was made for; a shop nobody registered is on none."""
    own = write(
        tmp_path, "own2.csv", table(OWN, "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|S1|已发货")
    )
    mini = FOLDER / "samples" / "mini_program_orders.csv"
    erp = FOLDER / "samples" / "erp_orders.csv"
    with writing(home) as lake:
        elsewhere = [
            land_files(lake, home.place, MERCHANT, "acme-jd", [path], at=RECEIVED)[0].receipt
            for path in (own, mini)
        ]
        before = lake.read(SHOP)
        fresh = [
            land_files(lake, home.place, MERCHANT, "acme-fresh", [path], at=RECEIVED, register=True)[
                0
            ].receipt
            for path in (own, mini, erp)
        ]
        assert lake.read(SHOP).equals(before), "a refused file registers nothing"
    told = [
        (receipt.rule, receipt.message.partition("mapping=")[2])
        for receipt in [*elsewhere, *fresh]
        if receipt
    ]
    assert told == [
        ("MAPPED_ELSEWHERE", "自有订单(own_orders) platform=other)"),
        ("MAPPED_ELSEWHERE", "小程序商城订单(mini_program_orders) platform=other)"),
        ("SHOP_PLATFORM_UNKNOWN", "自有订单(own_orders) platform=other)"),
        ("SHOP_PLATFORM_UNKNOWN", "小程序商城订单(mini_program_orders) platform=other)"),
        ("SHOP_PLATFORM_UNKNOWN", "ERP 订单导出(含平台列)(erp_orders))"),
    ]  # fmt: skip


def test_increments_equal_a_rebuild_from_landing(home: Settings) -> None:
    """After all of the above: what mapped tables gave is made again from the raw files by the mappings and
    names that are kept.
    """
    increments = gold(home)
    built(home, from_landing=True)
    assert gold(home) == increments


def test_a_mapping_taken_back_reads_no_file_more_but_what_it_read_is_still_understood(
    home: Settings, tmp_path: Path
) -> None:
    """Until a build from landing: then the raw file is refused, and where that has expired its rows still are
    dollars.
    """
    dollars = mapping(
        ORDERS.replace("own_orders", "own_dollars").replace("单号", "号").replace("实付", "美元"),
        "currency: USD\n",
    )
    path = write(
        tmp_path,
        "dollars.csv",
        table("号|下单|付款|美元|编码|状态", "D1|2026-11-01 10:00:00|2026-11-01 10:01:00|9.00|S1|已发货"),
    )
    with writing(home) as lake:
        save_mapping(lake, MERCHANT, dollars, by="alice", at=RECEIVED)
    (landed,) = land(home, "acme-own", path)
    built(home)
    before = gold(home)
    with writing(home) as lake:
        forget_mapping(lake, MERCHANT, "own_dollars", by="bob", at=RECEIVED)
        assert "own_dollars" not in {kept.mapping.name for kept in kept_mappings(lake, MERCHANT)}
        assert free_name(lake, MERCHANT, "orders") == "own_orders_2"
    assert built(home).receipts == [] and gold(home) == before
    (refused,) = land(home, "acme-own", write(tmp_path, "more.csv", path.read_bytes() + b"\n"))
    assert refused.receipt is not None and refused.receipt.rule == "MISSING_COLUMN", (
        "it is now but near the other mapping"
    )
    with reading(home) as lake:
        rows = lake.read(BRONZE["mapped_orders"], where={"layout_name": "own_dollars"})
        lines = source_of(lake, MERCHANT, "other").conform("mapped_orders", rows)["order_line"]
    assert lines["currency_code"].to_list() == ["USD"]
    receipts = {item.export_id: item for item in built(home, from_landing=True).receipts}
    assert receipts[landed.export_id].verdict == "refused"
    with writing(home) as lake:
        assert save_mapping(lake, MERCHANT, dollars, by="alice", at=RECEIVED), (
            "the same, once taken back, is something new"
        )
        versions = lake.read(MAPPING, where={"layout_name": "own_dollars"}).sort("event_number")
    assert versions.select("event_number", "is_in_force", "received_by_name").rows() == [
        (1, True, "alice"),
        (2, False, "bob"),
        (3, True, "alice"),
    ]
    built(home, from_landing=True)
    assert gold(home) == before


def test_a_personal_column_is_no_name_for_another(home: Settings) -> None:
    layout = find_layout("other/mapped_orders/own_orders", [source("other", [mapping(ORDERS)])])
    with writing(home) as lake, pytest.raises(UsageError) as raised:
        save_alias(lake, MERCHANT, layout, "收件人", "编码", by="bob", at=RECEIVED)
    assert raised.value.rule == "MAPPED_PERSONAL"


def test_a_mapping_may_not_take_a_name_that_means_something_else(home: Settings) -> None:
    with writing(home) as lake:
        with pytest.raises(UsageError) as raised:
            save_mapping(lake, MERCHANT, next(iter(shipped().values())), by="alice", at=RECEIVED)
        assert raised.value.rule == "MAPPING_NAME"
        with pytest.raises(UsageError) as raised:
            save_mapping(
                lake,
                MERCHANT,
                mapping(AFTER_SALES.replace("own_after_sales", "own_orders")),
                by="alice",
                at=RECEIVED,
            )
        assert raised.value.rule == "MAPPING_KIND"
        with pytest.raises(NotFoundError):
            save_mapping(lake, "nobody", mapping(ORDERS), by="alice", at=RECEIVED)


def test_a_known_file_needs_no_mapping() -> None:
    with pytest.raises(UsageError) as raised:
        preview_mapping(order_sample("kuaishou").read_bytes(), mapping(ORDERS), "other")
    assert raised.value.rule == "KNOWN_LAYOUT"

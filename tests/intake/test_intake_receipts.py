"""What a receipt says of money that is in no figure, and of files of which nothing is: the command, the
inbox, and the released numbers.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from intake_case import CREATED, DUE
from intake_files import SAMPLES, column, data, order_id, orders
from typer.testing import CliRunner

from cli import app, run
from contracts.intake import ROW_RULES
from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from pipeline.steps import now
from warehouse.lake import Lake
from warehouse.ops import LOAD
from warehouse.settings import Settings

TIKTOK = SAMPLES / "tiktok_shop" / "samples" / "All order-2026-11-20-11_05.csv"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("BAIYUN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "400")
    return Settings()


def command(*words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, list(words))
    return told.exit_code, told.stdout


def ingest(path: Path, shop: str = "s1", *more: str) -> tuple[int, dict[str, Any]]:
    code, told = command("ingest", "-m", "m1", "-s", shop, "--new-shop", "--json", *more, str(path))
    return code, json.loads(told)


def drop(settings: Settings, shop: str, platform: str, name: str, content: bytes) -> Path:
    with writing(settings) as lake:
        register_shop(lake, "m1", shop, platform, at=now())
    folder = settings.place.inbox / "m1" / shop
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    os.utime(folder / name, (0, 0))
    return folder


def test_a_first_foreign_file_without_rates_names_them_and_what_brings_them(
    settings: Settings, tmp_path: Path
) -> None:
    code, told = ingest(TIKTOK)
    (receipt,) = told["files"]
    (notice,) = [notice for notice in receipt["notices"] if notice["rule"] == "RATE_MISSING"]
    assert code == 3 and receipt["verdict"] == "warned" and "baiyun rates import" in notice["message"]
    with TIKTOK.open(encoding="utf-8-sig", newline="") as stream:
        numbers = [row["Order ID"].strip() for row in csv.DictReader(stream)]
    assert len(set(numbers)) < len(numbers) == notice["count"], "rows, as it says; one order has several"
    held = told["held"]["message"]
    currency, day = notice["about"].split(";")[0].split("、")[0].split(" ")[:2]
    assert currency in held and day in held and "baiyun rates import" in held
    with reading(settings) as lake:
        needed = foreign_days(lake)
    assert needed and all(f"{one} " in notice["about"] for one, _ in needed)
    assert all(of_day in notice["about"] for _, of_day in sorted(needed)[:10])
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "date,currency,rate\n" + "".join(f"{of_day},{one},0.25\n" for one, of_day in sorted(needed))
    )
    assert command("rates", "import", str(rates))[0] == 0
    assert command("build")[0] == 0


def foreign_days(lake: Lake) -> set[tuple[str, str]]:
    day = "strftime(timezone('Asia/Shanghai', created_at), '%Y-%m-%d')"
    rows = lake.sql(
        f"SELECT DISTINCT currency_code, {day} FROM silver.order_line WHERE currency_code <> 'CNY'"  # noqa: S608
    )
    return {(str(one), str(of_day)) for one, of_day in rows.iter_rows()}


def test_a_scan_prints_its_receipts_also_when_the_release_is_held(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    drop(settings, "tk", "tiktok_shop", TIKTOK.name, TIKTOK.read_bytes())
    monkeypatch.setattr("sys.argv", ["baiyun", "scan"])
    code = run(app)
    told = capfd.readouterr()
    assert code == 3 and "[HELD]" in told.err and "baiyun rates import" in told.err
    assert f"■ {TIKTOK.name}" in told.out and "[RATE_MISSING]" in told.out and "读取" in told.out


def test_a_scan_prints_its_receipts_also_when_the_build_breaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(settings, "dy", "douyin", "a.csv", data(orders(3)))

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pipeline.steps.build_and_release", broken)
    told = CliRunner().invoke(app, ["scan"])
    assert isinstance(told.exception, OSError) and "■ a.csv" in told.stdout


def test_a_file_of_which_no_row_is_usable_is_not_called_accepted(settings: Settings, tmp_path: Path) -> None:
    whole = tmp_path / "good.csv"
    whole.write_bytes(data(orders(2)))
    assert ingest(whole)[0] == 0
    # found by the reader, and found only by the build
    bad = {
        "BAD_TIME": column(orders(4, 10), CREATED, ["昨天"] * 4),
        "CONTRACT": column(orders(3, 20), DUE, ["-1.00"] * 3),
    }
    for rule, table in bad.items():
        path = tmp_path / f"{rule}.csv"
        path.write_bytes(data(table))
        for _ in range(2):  # given again it is no better
            code, told = ingest(path)
            (receipt,) = told["files"]
            assert (code, receipt["verdict"], receipt["rule"]) == (1, "unusable", rule)
            assert (
                receipt["rows_read"] == receipt["quarantined"] == len(table) - 1
                and receipt["published"] == receipt["duplicate"] == 0
            )
            assert (
                ROW_RULES[rule].zh in receipt["message"]
                and ROW_RULES[rule].step_zh in receipt["next_step"]
                and path.name in receipt["message"]
            )
            assert told["changes"] == [] or all(item["before"] == item["after"] for item in told["changes"])
    shown = command("ingest", "-m", "m1", "-s", "s1", str(path))[1]
    assert "没有一行可用" in shown and "已接收" not in shown and "→" in shown
    with reading(settings) as lake:
        assert sorted(lake.read(LOAD)["verdict_code"]) == ["accepted", "unusable", "unusable"]


def test_an_unusable_file_is_set_aside_in_the_inbox_with_its_reason(settings: Settings) -> None:
    folder = drop(settings, "dy", "douyin", "bad.csv", data(column(orders(4), CREATED, ["昨天"] * 4)))
    told = CliRunner().invoke(app, ["scan"])
    assert "没有一行可用" in told.stdout
    kept = sorted(path.name.partition("-")[2] for path in (folder / "refused").iterdir())
    assert kept == ["bad.csv", "bad.csv.txt"] and not (folder / "bad.csv").exists()
    (reason,) = (folder / "refused").glob("*.txt")
    assert "[BAD_TIME]" in reason.read_text(encoding="utf-8") and "全部 4 行" in reason.read_text(
        encoding="utf-8"
    )


def test_money_without_a_day_is_told_with_its_sum_until_a_file_tells_the_day(tmp_path: Path) -> None:
    """Taobao's items of old tell no payment.

    Its list of orders does: given later, or before, nothing is left to tell.
    """
    header = [
        "订单编号",
        "标题",
        "价格",
        "购买数量",
        "外部系统编号",
        "商品属性",
        "套餐信息",
        "备注",
        "订单状态",
        "商家编码",
    ]
    row = {"标题": "衬衫", "价格": "1900.00", "购买数量": "1", "订单状态": "交易成功", "商家编码": "C-01"}
    unpaid = row | {"订单状态": "等待买家付款", "订单编号": "2520000000000000015"}
    rows = [row | {"订单编号": "2520000000000000011"}, row | {"订单编号": "2520000000000000012"}, unpaid]
    path, heads = tmp_path / "items.csv", tmp_path / "heads.csv"
    path.write_bytes(data([header, *([one.get(name, "") for name in header] for one in rows)]))
    receipt = ingest(path, "tb")[1]["files"][0]
    assert receipt["verdict"] == "warned" and [notice["rule"] for notice in receipt["notices"]] == [
        "MONEY_UNDATED"
    ]
    notice = receipt["notices"][0]
    assert notice["count"] == 2 and notice["about"].startswith("¥3,800.00") and "订单" in notice["message"]
    told = [
        "订单编号",
        "买家应付货款",
        "总金额",
        "买家实际支付金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间",
        "宝贝标题",
    ]
    known = [
        [
            f"252000000000000001{n}",
            "1900.00",
            "1900.00",
            "1900.00",
            "交易成功",
            "2026-10-01 10:00:00",
            "2026-10-01 10:00:05",
            "衬衫",
        ]
        for n in (1, 2)
    ]
    heads.write_bytes(data([told, *known]))
    first = json.loads(
        command("ingest", "-m", "m1", "-s", "tb2", "--new-shop", "--json", str(heads), str(path))[1]
    )["files"]
    assert [
        notice["rule"] for item in first for notice in item["notices"] if notice["rule"] == "MONEY_UNDATED"
    ] == []


def test_a_total_is_empty_until_the_shop_has_given_what_it_is_made_of(tmp_path: Path) -> None:
    """Douyin's orders say that one was refunded and not how much: no 0.00 goes back, and nothing is kept,
    before a file of refunds comes.
    """
    first, second, refunds = (tmp_path / name for name in ("first.csv", "second.csv", "refund.csv"))
    first.write_bytes(data(orders(2, 售后状态="退款成功")))
    second.write_bytes(data(orders(1, 10)))
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    refunds.write_text(
        f"{head}9001,{order_id()},仅退款,退款成功,5.00,2026-11-02 10:00:00,2026-11-02 11:00:00\n"
    )
    moved = [
        {item["metric"]: (item["before"], item["after"]) for item in ingest(path)[1]["changes"]}
        for path in (first, second)
    ]
    untold = {"refunds": (None, None), "net_by_order_date": (None, None)}
    assert moved == [
        {"paid_gmv": (None, 259800), "paid_orders": (None, 2), **untold},
        {"paid_gmv": (259800, 389700), "paid_orders": (2, 3), **untold},
    ]
    shown = command("ingest", "-m", "m1", "-s", "s1", str(refunds))[1]
    lines = {
        line.split("/")[0].strip(" │"): [cell.strip() for cell in line.strip("│ ").split("│")[1:]]
        for line in shown.splitlines()
        if "│" in line
    }
    assert lines["退款"] == ["—", "5.00", "—"] and lines["净成交"] == ["—", "3,892.00", "—"], shown
    assert lines["支付金额"] == ["3,897.00", "3,897.00", "0.00"]


def test_refunds_that_wait_for_their_orders_are_told_with_their_sum(tmp_path: Path) -> None:
    """Two refunds of orders nobody gave, one refused and one of an order that came in the same ingest: 45.00
    and 5.50 wait.
    """
    path, known = tmp_path / "refund.csv", tmp_path / "orders.csv"
    known.write_bytes(data(orders(1)))
    given = [
        (9001, "6939999999999999999", "退款成功", "45.00"),
        (9002, "6939999999999999998", "退款成功", "5.50"),
    ]
    given += [(9003, "6939999999999999997", "退款关闭", "8.00"), (9004, order_id(), "退款成功", "5.00")]
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    path.write_text(
        head
        + "".join(f"{a},{b},仅退款,{c},{d},2026-11-02 10:00:00,2026-11-02 11:00:00\n" for a, b, c, d in given)
    )
    receipts = ingest(path, "s1", str(known))[1]["files"]
    notices = [notice for item in receipts for notice in item["notices"] if notice["rule"] == "REFUND_WAITS"]
    assert [(notice["count"], notice["about"]) for notice in notices] == [(2, "¥50.50")]

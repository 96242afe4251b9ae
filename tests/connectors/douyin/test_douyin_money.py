"""Bills, account movements, insurance, advertising and products: made-up samples worked out by hand, and
amounts that contradict themselves.
"""

from __future__ import annotations

import polars as pl
import pytest
from douyin_cases import SAMPLES, bronze_rows, conformed, moment, origin, read_page, read_sample

from connectors.douyin import PLATFORM, lists, money
from connectors.reading import read_file
from contracts.errors import CollectError, FileRefusedError

BILL, BILL_API = "结算账单_2026-10-01_2026-10-19.csv", "order_getSettleBillDetailV3.json"
FLOW = "动账明细_2026-10-01_2026-10-19.csv"
FLOW_30 = "动账明细_2025-06-01_2025-06-30.csv"
LEDGER = "账户流水_2026-09-01_2026-09-30.csv"
POLICIES, PREMIUMS = "运费险_2026-10-01_2026-10-19.csv", "保费支出_2026-09-01_2026-09-30.csv"
PLANS = "全域推广数据_计划_2026-10-12_2026-10-13.csv"
VIDEOS = "全域推广数据-视频-2026-10-12_2026-10-13.csv"
GOODS = "全域推广数据_商品_2026-10-12_2026-10-12.csv"


def test_the_bill_to_the_fen() -> None:
    reading = read_sample(BILL)
    assert reading.rows_read == 7, "the formula row below the header is no data"
    frame = conformed(reading).with_columns(line=pl.col("order_line_id").str.tail(3))
    assert frame.select("line", "settlement_type_code", "settled_fen", "income_fen",
        "expense_fen").rows() == [
        ("101", "sale", 10336, 12990, -2654), ("145", "sale", 9500, 10000, -500),
        ("101", "refund_after", -2990, 0, -2990),
        ("145", "refund_after", -800, 0, -800), ("145", "refund_after", -800, 0, -800),
        ("169", "sale", 4725, 5250, -525),  # this row writes its expenses without the minus
        ("176", "unknown", 100, 100, 0),
    ]  # fmt: skip
    assert (
        frame.select(pl.col("settled_fen") == pl.col("income_fen") + pl.col("expense_fen")).to_series().all()
    )
    whole = frame.row(0, named=True)
    fees = ["platform_fee_fen", "commission_creator_fen", "commission_leader_fen", "other_fee_fen"]
    assert [whole[name] for name in fees] == [650, 1624, 260, 120] and sum(
        whole[name] for name in fees
    ) == -whole["expense_fen"]
    assert (whole["subsidy_platform_fen"], whole["subsidy_creator_fen"]) == (1150, 300)
    assert frame.row(1, named=True)["settled_refund_fen"] == 2000
    assert [frame.row(5, named=True)[name] for name in fees] == [262, 263, 0, 0]


def test_two_entries_alike_are_two_and_keep_their_names_in_any_order() -> None:
    bronze = read_sample(BILL).bronze
    one, other = money.settlements(bronze), money.settlements(bronze.reverse())
    assert one["settlement_entry_id"].is_unique().all()
    assert set(one["settlement_entry_id"]) == set(other["settlement_entry_id"])
    assert one.filter(pl.col("settled_fen") == -800)["settlement_entry_id"].str.ends_with(":2").to_list() == [
        False,
        True,
    ]


def test_bill_and_answer_name_the_same_entries() -> None:
    by_file, by_api = conformed(read_sample(BILL)), conformed(read_sample(BILL_API))
    names = [
        "settlement_entry_id",
        "settlement_type_code",
        "settled_fen",
        "income_fen",
        "expense_fen",
        "platform_fee_fen",
        "settled_at",
        "order_id",
    ]
    assert by_api.height == 5
    assert by_api.select(names).equals(by_file.head(5).select(names))


@pytest.mark.parametrize(
    ("settled", "income", "expense", "kept"),
    [
        (9702, 10900, 1198, True),
        (9702, 10900, -1198, True),
        (-800, 0, 800, True),
        (9702, 10900, 1199, False),
        (9702, 9702, 0, True),
        (9702, 9701, 0, False),
    ],
)
def test_a_bill_that_does_not_add_up_is_set_aside(
    settled: int, income: int, expense: int, kept: bool
) -> None:
    row = {
        "order_line_id": "1",
        "settled_at": moment("2026-07-01 00:00:00"),
        "settlement_type_text": "已结算",
    }
    frame = money.settlements(
        bronze_rows(
            "settlements", {**row, "settled_fen": settled, "income_fen": income, "expense_fen": expense}
        )
    )
    assert frame["settled_fen"].to_list() == ([settled] if kept else [None])
    if kept:
        assert frame["income_fen"].item() + frame["expense_fen"].item() == settled


def test_a_bill_refused_inside_a_good_answer_is_an_error() -> None:
    with pytest.raises(CollectError, match=r"BILL_REFUSED.*100099"):
        read_page("settlements", (SAMPLES / "order_getSettleBillDetailV3_refused.json").read_bytes())


def test_the_fund_flow_takes_its_sign_from_the_direction() -> None:
    frame = conformed(read_sample(FLOW))
    assert frame.select("fund_entry_id", "fund_type_code", "moved_fen").rows() == [
        ("S1", "sale", 10336), ("X1", "insurance", -500), ("C1", "compensation", -1200),
        ("W1", "withdrawal", -500000), ("R1", "refund", -2990),
        ("R2", "fee", 100), ("R3", "subsidy", -200), ("F1", "freight", -310), ("A1", "advertising", -80000),
        ("D1", "deposit", -200000),
        ("M1", "other", -80), ("U1", "unknown", 666),
    ]  # fmt: skip
    assert frame.row(4, named=True)["refund_id"] == "144000000000000101"
    assert frame.filter(pl.col("order_id").is_null())["fund_entry_id"].to_list() == [
        "X1",
        "W1",
        "A1",
        "D1",
        "U1",
    ]
    signed = conformed(read_sample(FLOW_30))
    assert signed.select("fund_entry_id", "moved_fen").rows() == [
        ("S10", 9500),
        ("X10", -85),
        ("R10", -3000),
        ("W10", -6415),
    ]


def test_the_ledgers_balance_follows_from_its_movements() -> None:
    frame = conformed(read_sample(LEDGER))
    assert frame.select("fund_entry_id", "moved_fen", "balance_fen").rows() == [
        ("X21", -500, 17850), ("S22", 2600, 18350), ("S21", 4850, 15750), ("S20", 900, 10900)
    ]  # fmt: skip
    oldest_first = frame.reverse()
    assert (oldest_first["balance_fen"].diff() == oldest_first["moved_fen"])[1:].all()


@pytest.mark.parametrize(
    ("direction", "amount", "moved"),
    [
        ("入账", 100, 100),
        ("收入", 100, 100),
        ("出账", 100, -100),
        ("支出", -100, -100),
        ("入账", -100, None),
        ("冻结", 100, None),
        (None, 100, None),
    ],
)
def test_a_movement_that_contradicts_its_direction_is_set_aside(
    direction: str | None, amount: int, moved: int | None
) -> None:
    frame = money.funds(
        bronze_rows(
            "funds",
            {"fund_entry_id": "1", "direction_text": direction, "amount_fen": amount, "scene_name": "提现"},
        )
    )
    assert frame["moved_fen"].to_list() == [moved]


def test_premiums_by_who_bore_them() -> None:
    frame = conformed(read_sample(POLICIES))
    assert frame.select("insurance_id", "premium_fen", "premium_merchant_fen",
        "premium_platform_fen").rows() == [
        ("8100000000000001", 130, 104, 26), ("8100000000000002", 92, 92, 0),
        ("8100000000000003", 56, 56, None),
    ]  # fmt: skip
    of_zip = conformed(read_sample(PREMIUMS))
    assert of_zip.select("insurance_id", "order_line_id", "premium_fen", "premium_merchant_fen").rows() == [
        ("P1", "6931570482213347101", 92, 92), ("P2", "6931570482213347102", 118, 118)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "family", "rows"),
    [
        (PLANS, "uni_plan", [("1801000000000001", 12, 70025, 218670, 186983),
                ("1801000000000001", 13, 65030, 200000, 186983)]),
        (
            VIDEOS, "uni_video",
            [
                ("7391000000000000001", 12, 70025, 218670, 190050),
                ("7391000000000000001", 13, 45030, 140000, 120050),
                ("7391000000000000002", 13, 20000, 60000, 50000),
            ],
        ),
        (GOODS, "uni_product", [("3620244734656483392", 12, 70025, 218670, 190050),
                ("3739533408279848418", 12, 10000, 20000, 10000)]),
    ],
)  # fmt: skip
def test_advertising_without_its_total_row(name: str, family: str, rows: list[tuple[object, ...]]) -> None:
    frame = conformed(read_sample(name)).with_columns(day=pl.col("ad_date").dt.day().cast(pl.Int64))
    assert (
        frame.select("ad_object_id", "day", "spent_fen", "reported_gmv_fen", "reported_net_fen").rows()
        == rows
    )
    assert set(frame["ad_family_code"]) == {family}
    assert frame["ad_entry_id"].is_unique().all()
    assert frame["product_id"].to_list() == (
        [row[0] for row in rows] if family == "uni_product" else [None] * len(rows)
    )


def test_the_three_families_never_share_an_entry() -> None:
    names = [set(conformed(read_sample(name))["ad_entry_id"]) for name in (PLANS, VIDEOS, GOODS)]
    assert sum(len(part) for part in names) == len(set().union(*names)) == 7


def test_reports_do_not_tell_cash_from_grants_and_nobody_guesses() -> None:
    frame = lists.ads(read_sample(PLANS).bronze)
    assert not {"spent_cash_fen", "spent_grant_fen"} & set(frame.columns)


def test_a_report_pasted_twice_spends_more_than_its_total_and_is_refused() -> None:
    lines = (SAMPLES / PLANS).read_bytes().decode("gb18030").splitlines()
    twice = "\n".join([*lines, *lines[2:], ""]).encode("gb18030")
    with pytest.raises(FileRefusedError, match="TOTAL_DISAGREES"):
        read_file(twice, origin(PLANS))


def test_a_report_without_its_days_is_refused_by_name() -> None:
    lines = [line.split(",") for line in (SAMPLES / PLANS).read_bytes().decode("gb18030").splitlines()]
    without = "\n".join(",".join(cells[:2] + cells[3:]) for cells in lines).encode("gb18030") + b"\n"
    with pytest.raises(FileRefusedError, match=r"MISSING_COLUMN.*日期"):
        read_file(without, origin(PLANS))


def test_the_product_list_tells_skus() -> None:
    frame = conformed(read_sample("商品列表_20261019.xlsx"))
    assert frame.height == frame.select("product_id", "platform_sku_id").unique().height > 1
    first = frame.row(0, named=True)
    assert first["category_name"] and first["sku_code"] and first["color_name"] and first["size_name"]
    assert PLATFORM.layout("products", "2026").verified is False

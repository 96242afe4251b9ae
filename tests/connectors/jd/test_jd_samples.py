"""The shipped samples to the fen; every expectation was worked out by hand from the rows."""

import polars as pl
import pytest
from jd_cases import SAMPLES, by_key, conformed, fen, read, sample

FILES = ["19453840_2016_30.csv", "19453841_later.csv"]
SKU_A, SKU_B = "10110023456701", "10110023456702"


@pytest.mark.parametrize("name", FILES)
def test_order_totals_are_counted_once(name: str) -> None:
    order = sample(name)["order"]
    assert order.height == 10
    # 938.45 stands on three rows of the first order; the second pays 578.00 and 100.00 of its balance
    assert by_key(order, "order_id", "paid_fen") == {
        "312045678901": 93845, "312045678902": 67800, "312045678903": 0, "312045678904": 69000,
        "312045678905": 0, "312045678906": 0,
        "312045678907": 75800, "312045678908": 33900, "312045678909": 67800, "312045678910": 0,
    }  # fmt: skip
    assert by_key(order, "order_id", "placed_fen")["312045678903"] == 75800
    assert fen(order, "freight_fen") == 600


@pytest.mark.parametrize("name", FILES)
def test_states_and_what_a_cancelled_order_says(name: str) -> None:
    order = sample(name)["order"]
    assert by_key(order, "order_id", "order_status_code") == {
        "312045678901": "finished", "312045678902": "shipped", "312045678903": "unpaid",
        "312045678904": "closed_refunded",
        "312045678905": "closed_unpaid", "312045678906": "closed_unpaid", "312045678907": "paid",
        "312045678908": "paid",
        "312045678909": "closed_refunded", "312045678910": "unknown",
    }  # fmt: skip
    # cancelled before the goods left: all of it goes back; on the way or split: the row does not say
    assert order.filter(pl.col("stated_refund_fen").is_not_null()).select(
        "order_id", "stated_refund_fen"
    ).rows() == [("312045678904", 69000)]
    assert order["province_name"].value_counts(sort=True).rows()[0] == ("广东省", 8)


@pytest.mark.parametrize("name", FILES)
def test_lines_have_numbers_of_their_own_and_no_money_of_the_order(name: str) -> None:
    line = sample(name)["order_line"]
    assert line.height == 14 == line["order_line_id"].n_unique()
    assert line.filter(pl.col("order_id") == "312045678909")["order_line_id"].to_list() == [
        f"312045678909:{SKU_B}",
        f"312045678909:{SKU_B}:2",
    ]
    assert "paid_fen" not in line.columns
    # 1,097.00 - 932.45 = 164.55 by price: 758/1097 and 339/1097, nothing for the gift
    assert line.head(3)["discount_merchant_fen"].to_list() == [11370, 5085, 0]
    assert line.filter("is_gift")["product_id"].to_list() == ["10110023456799"]
    assert line.head(3)["sku_code"].to_list() == (
        [None] * 3 if name == FILES[0] else ["YS010007-01-M", "YS010011-02-L", "YSZP01"]
    )


def test_an_order_jd_has_split_and_goods_sent_again_are_no_sale_in_the_api_either() -> None:
    frames = sample("pop_order_search.json")
    paid = by_key(frames["order"], "order_id", "paid_fen")
    assert paid == {
        "312045678901": 93845, "312045678902": 67800, "312045678904": 69000, "312045678906": 0,
        "312045678907": 75800, "312045678908": 33900,
        "312045678909": 67800, "312045678911": 0,
    }  # fmt: skip
    order = frames["order"].filter(pl.col("order_id") == "312045678901").row(0, named=True)
    assert (str(order["shipped_at"]), order["order_status_code"], order["placed_fen"]) == (
        "2026-11-03 18:00:00+08:00",
        "finished",
        93845,
    )
    assert frames["order"].filter(pl.col("order_id") == "312045678902")["finished_at"].item() is None


def test_file_and_api_give_a_line_the_same_number() -> None:
    file, api = sample(FILES[1])["order_line"], sample("pop_order_search.json")["order_line"]
    both = file.join(api, on="order_line_id", suffix="_api")
    assert both.height == 11  # seven orders are in both
    for name in (
        "product_id",
        "style_code",
        "sku_code",
        "unit_price_fen",
        "line_qty",
        "discount_merchant_fen",
        "is_gift",
        "product_name",
    ):
        assert both[name].equals(both[f"{name}_api"], null_equal=True), name


@pytest.mark.parametrize("name", ["wallet_21.csv", "wallet_22.csv", "wallet_23.csv"])
def test_wallet_bills_by_fee(name: str) -> None:
    entry = sample(name)["settlement_entry"]
    assert entry.height == 13 == entry["settlement_entry_id"].n_unique()
    # 644.30 - 32.22 + 288.15 - 14.41 + 6.00 - 0.86 - 0.50 - 288.15 + 14.41 - 20.00 - 50.00 - 3.00; the
    # cancelled order's 700.00 never settles
    assert fen(entry, "settled_fen") == 54372
    assert (
        entry["settled_fen"] == entry["income_fen"].fill_null(0) + entry["expense_fen"].fill_null(0)
    ).all()
    assert fen(entry, "platform_fee_fen") == 3222 + 1441 - 1441
    assert fen(entry, "other_fee_fen") == 86 + 50 + 5000 + 300
    assert (fen(entry, "freight_fen"), fen(entry, "settled_refund_fen")) == (600, 28815 + 2000)
    kinds = dict(entry.group_by("settlement_type_code").len().iter_rows())
    assert kinds == {"sale": 3, "refund_after": 3, "fee": 5, "insurance": 1, "compensation": 1}
    assert entry.filter(pl.col("order_id").is_null())["settlement_entry_id"].to_list() == [
        "::综合违约金:85200000004:20261122", "::短信服务费:85200000005:20261122",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["wallet_21.csv", "wallet_22.csv", "wallet_23.csv"])
def test_wallet_bills_prove_refunds(name: str) -> None:
    refund = sample(name)["refund_line"].sort("refund_id")
    told = refund.select(
        "refund_id",
        "order_line_id",
        "refund_fen",
        "refund_stage_code",
        "refund_type_code",
        pl.col("refunded_at").dt.strftime("%m-%d %H:%M"),
    )
    assert told.rows() == [
        ("81200000002", f"312045678904:{SKU_A}", 70000, "before_shipment", "refund_only", "11-03 15:30"),
        ("83200000001", f"312045678901:{SKU_B}", 28815, "after_shipment", "unknown", "11-21 10:00"),
        ("84200000003", f"312045678901:{SKU_A}", 2000, "after_shipment", "price_protection", "11-22 09:10"),
    ]
    assert set(refund["refund_status_code"]) == {"success"}


def test_the_older_bill_without_signs_says_the_same_as_the_newer_with_them() -> None:
    old, new = sample("wallet_21.csv"), sample("wallet_23.csv")
    for name in ("settlement_entry", "refund_line"):
        assert old[name].drop("_export_id").equals(new[name].drop("_export_id"))


def test_the_reconciliation_file_dates_refunds_by_itself() -> None:
    frames = sample("reconciliation_22.xlsx")
    assert fen(frames["settlement_entry"], "settled_fen") == 64430 - 3222 - 28815 + 1441 - 2390
    refund = frames["refund_line"].select(
        "refund_id", "refund_fen", "refund_stage_code", pl.col("refunded_at").dt.strftime("%m-%d %H:%M")
    )
    assert refund.rows() == [
        ("83200000001", 28815, "after_shipment", "11-21 10:00"),
        ("312045678904:货款", 70000, "before_shipment", None),
    ]


def test_settled_totals_stand_on_the_second_sheet() -> None:
    entry = sample("settled_20.xlsx")["settlement_entry"]
    assert entry["settled_fen"].to_list() == [61672, 27374, -27374]
    assert (entry["settled_fen"] == entry["income_fen"] + entry["expense_fen"]).all()
    assert entry["settlement_type_code"].to_list() == ["sale", "sale", "refund_after"]


def test_promotions_move_no_money_of_their_own() -> None:
    reading = read((SAMPLES / "marketing_11.csv").read_bytes())
    entry = conformed(reading)["settlement_entry"]
    assert (fen(entry, "settled_fen"), fen(entry, "subsidy_platform_fen")) == (0, 3000)
    assert fen(reading.bronze, "borne_merchant_fen") == 11370 + 5085
    assert fen(reading.bronze, "borne_government_fen") == 1250


def test_wallet_movements_add_up_to_their_balances() -> None:
    entry = sample("wallet_10.xlsx")["fund_entry"]
    assert (entry["balance_fen"].diff().drop_nulls() == entry["moved_fen"][1:]).all()
    assert entry["fund_type_code"].to_list() == [
        "sale",
        "refund",
        "advertising",
        "compensation",
        "withdrawal",
        "other",
    ]


def test_applications_of_cancelled_orders() -> None:
    refund = sample("refundapply_queryPageList.json")["refund_line"]
    told = refund.select(
        "order_id",
        "refund_fen",
        "refund_status_code",
        "refund_stage_code",
        pl.col("refunded_at").dt.strftime("%m-%d %H:%M"),
    )
    assert told.rows() == [
        ("312045678904", 69000, "success", "before_shipment", "11-03 15:30"),
        ("312045678908", 33900, "pending", "before_shipment", None),
        ("312045678902", 67800, "closed", "before_shipment", None),
        ("312045678909", 67800, "success", "after_shipment", "11-09 10:00"),
        ("312045678907", 100, "unknown", "before_shipment", None),
    ]


def test_a_service_is_money_only_where_its_refund_has_succeeded() -> None:
    refund = sample("asc_serviceAndRefund_view.json")["refund_line"]
    told = refund.select(
        "refund_id",
        "refund_fen",
        "refund_status_code",
        "reason_code",
        pl.col("refunded_at").dt.strftime("%m-%d %H:%M"),
    )
    assert told.rows() == [
        ("83200000001", 28215, "success", "size", "11-21 10:00"),
        ("83200000002", 0, "none", "changed_mind", None),
        ("83200000003", 0, "pending", "quality", None),
        ("83200000004", 10050, "success", "look", "11-21 18:00"),
    ]
    assert set(refund["product_id"]) == {SKU_A, SKU_B}

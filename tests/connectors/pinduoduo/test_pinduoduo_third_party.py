"""Files and answers nobody here wrote."""

from __future__ import annotations

import json

import pytest
from pinduoduo_cases import THIRD_PARTY, conformed, moment, offline, read, read_answer

from connectors.pinduoduo import PLATFORM, simulate_files
from connectors.reading import fold

pytestmark = pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository (../shared/samples)"
)


def test_the_default_columns() -> None:
    reading = read((THIRD_PARTY / "orders_default_columns.csv").read_bytes())
    assert reading.new_columns == []
    line = conformed(reading)["order_line"]
    assert line["paid_fen"].to_list() == [1780, 1780]
    # the second row has no time at all: the day in its number; the first shows that it may be a day off near
    # midnight
    assert line["paid_at"].to_list() == [moment("2026-06-01 00:03:00"), moment("2026-05-17 00:00:00")]
    assert line["order_id"].to_list() == ["260531-607198974342268", "260517-607198974342268"]
    assert line["order_status_code"].to_list() == ["finished", "finished"]
    assert line["color_name"].is_null().all()


def test_the_account_detail() -> None:
    fund = conformed(read((THIRD_PARTY / "settlement_account_detail.csv").read_bytes()))["fund_entry"]
    assert fund.select("order_id", "fund_type_code", "moved_fen", "moved_at", "_row_number").rows() == [
        ("260620-1", "sale", 6180, moment("2026-06-30 23:30:43"), 6),
    ]


def test_every_known_header_is_declared() -> None:
    headers = json.loads((THIRD_PARTY / "headers.json").read_text(encoding="utf-8"))
    ticked = {fold(column.header) for column in PLATFORM.layout("orders", "ticked").columns}
    assert [
        name for version in headers["orders"].values() for name in version if fold(name) not in ticked
    ] == []
    assert [column.header for column in PLATFORM.layout("ads", "product_daily").columns] == headers[
        "promotion_daily"
    ]
    assert [column.header for column in PLATFORM.layout("funds", "2026").columns] == headers[
        "settlement (row 5 of the file)"
    ]


def test_the_simulator_writes_the_known_headers() -> None:
    headers = json.loads((THIRD_PARTY / "headers.json").read_text(encoding="utf-8"))
    first, second, third = (text.split(",") for text in simulate_files.TICKED)
    known = list(headers["orders"].values())
    assert first == known[2]
    assert second[:23] == known[0]
    assert third[:27] == known[1]


def test_the_documented_after_sale_answer() -> None:
    refund = conformed(
        read_answer("after_sales", (THIRD_PARTY / "refund_list_increment_get.json").read_bytes())
    )["refund_line"]
    assert refund.select("refund_id", "order_id", "refund_fen", "reason_code").rows() == [
        ("1", "190228-355530178612389", 100, "changed_mind")
    ]
    assert refund["applied_at"].to_list() == [moment("2019-03-03 19:23:24")], "Unix seconds as text"


def test_the_documented_order_keys_are_those_taken() -> None:
    """All headers but those of nested members are keys of the documented order."""
    answer = json.loads((THIRD_PARTY / "order_list_get_doc_keys.json").read_text(encoding="utf-8"))
    (order,) = answer["order_list_get_response"]["order_list"]
    declared = {column.header for column in PLATFORM.layout("orders", "api").columns}
    assert {name for name in declared if "." not in name} <= set(order)
    assert {name.removeprefix("item.") for name in declared if name.startswith("item.")} <= set(
        order["item_list"][0]
    )
    body = json.dumps(
        {"order_sn_increment_get_response": {"order_sn_list": [order], "total_count": 1}}
    ).encode()
    (record,) = offline().records("orders", body)
    assert record["pay_amount"] == "1.0"
    assert record["item.goods_id"] == "1"

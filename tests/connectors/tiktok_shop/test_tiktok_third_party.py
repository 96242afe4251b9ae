"""Files and answers that nobody here wrote."""

from __future__ import annotations

import json

import orjson
import pytest
from tiktok_cases import THIRD_PARTY, conformed, moment, private_cells, read, read_page

from connectors.tiktok_shop import PLATFORM
from contracts.errors import FileRefusedError

pytestmark = pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository"
)


def test_a_thai_file_of_an_outside_importers_test() -> None:
    reading = read((THIRD_PARTY / "order_export_TH_trailing_tabs_utf8bom.csv").read_bytes())
    assert (reading.layout.kind, reading.layout.name) == ("orders", "order_sku_list")
    assert (reading.rows_read, reading.quarantine.height) == (4, 0)
    frames = conformed(reading)
    order = frames["order"].sort("order_id")
    # 238 stands on both rows of the first order; 200 + 58 of goods less a discount on the whole, and 38 of
    # freight within
    assert order.select("placed_fen", "paid_fen", "order_status_code", "currency_code").rows() == [
        (23800, 23800, "shipped", "THB"), (6700, 0, "closed_unpaid", "THB"), (6700, 0, "paid", "THB"),
    ]  # fmt: skip
    # no country column: the status words are Thai, so days stand first and the clock is Bangkok's
    assert order["created_at"].to_list() == [
        moment("2026-05-10 23:05:43"),
        moment("2026-05-10 13:00:00"),
        moment("2026-05-10 14:00:00"),
    ]
    line = frames["order_line"].sort("order_line_id")
    assert line["order_line_id"].to_list()[:2] == ["583870900000000001:SKU-001", "583870900000000001:SKU-002"]
    assert line["placed_fen"].head(2).sum() == 23800
    assert private_cells(reading.bronze) == []
    assert {"Recipient", "Buyer Username", "Tracking ID"} <= set(reading.dropped_columns)


def test_a_us_file_without_an_orders_amount_is_refused() -> None:
    """Eleven columns cut out of the file by an importer's test; none says what an order cost."""
    with pytest.raises(FileRefusedError) as refused:
        read((THIRD_PARTY / "order_export_US_mmddyyyy_ampm.csv").read_bytes())
    assert refused.value.rule in ("MISSING_COLUMN", "UNKNOWN_LAYOUT")


def test_the_outside_header_is_the_declared_one() -> None:
    header = (
        (THIRD_PARTY / "HEADER_order_OrderSKUList_first37of54.csv").read_text("utf-8-sig").strip().split(",")
    )
    assert [column.header for column in PLATFORM.layout("orders", "order_sku_list").columns][:37] == header
    with pytest.raises(FileRefusedError, match="NO_ROWS"):
        read((",".join(header) + "\n").encode())


def test_the_official_example_of_an_order() -> None:
    """One order of 202309 as the platform documents it.

    Its amounts are made up and add up to nothing: each is taken as it stands.
    """
    told = json.loads((THIRD_PARTY / "order_202309_official_example.json").read_text("utf-8"))
    page = {
        "code": 0,
        "message": "Success",
        "data": {"orders": [told], "total_count": 1, "next_page_token": ""},
    }
    reading = read_page("orders", orjson.dumps(page))
    order = conformed(reading)["order"].row(0, named=True)
    assert (order["order_id"], order["placed_fen"], order["paid_fen"], order["freight_fen"],
        order["currency_code"]) == (
        "576461413038785752", 500_000, 500_000, 500_000, "IDR",
    )  # fmt: skip
    assert order["created_at"] == moment("2021-04-28 20:06:01")
    line = conformed(reading)["order_line"].row(0, named=True)
    assert (line["order_line_id"], line["sku_code"], line["placed_fen"], line["line_qty"]) == (
        "576461413038785752:2729382476852921560",
        "red_iphone_256",
        1,
        1,
    )
    assert line["is_gift"] is False
    address = json.dumps(told["recipient_address"])
    taken = " ".join(str(cell) for row in reading.bronze.iter_rows() for cell in row)
    assert told["recipient_address"]["phone_number"] in address
    for private in (
        told["buyer_email"],
        told["cpf"],
        told["recipient_address"]["phone_number"],
        told["recipient_address"]["name"],
    ):
        assert private not in taken

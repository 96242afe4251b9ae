"""Header lists and answers that nobody here wrote."""

from __future__ import annotations

import csv
import json

import pytest
from kuaishou_cases import conformed, origin, read_page, repository_samples

from connectors.kuaishou import PLATFORM
from connectors.reading import read_file, recognise
from contracts.errors import FileRefusedError

FOLDER = repository_samples()
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="third-party samples are not beside the repository"
)


@pytest.mark.parametrize(
    ("name", "kind", "layout"),
    [
        ("HEADER_order_64col_2026.csv", "orders", "2026_64"),
        ("HEADER_order_61col_FinEngine.csv", "orders", "2025_61"),
        ("HEADER_settlement_40col.csv", "settlements", "40"),
        ("HEADER_dongzhang_9col.csv", "funds", "9"),
        ("HEADER_shipping_insurance_6col.csv", "insurance", "6"),
    ],
)
def test_headers_belong_to_a_layout_and_hold_no_rows(name: str, kind: str, layout: str) -> None:
    data = (FOLDER / name).read_bytes().rstrip(b"\r\n") + b"\n"
    found = recognise(data).layout
    assert (found.platform, found.kind, found.name) == ("kuaishou", kind, layout)
    header = next(csv.reader([(FOLDER / name).read_text("utf-8-sig").splitlines()[0]]))
    assert [column.header for column in PLATFORM.layout(kind, layout).columns] == header
    with pytest.raises(FileRefusedError, match="NO_ROWS"):
        read_file(data, origin(name))


def test_the_older_name_of_the_direction_is_known() -> None:
    text = (FOLDER / "HEADER_dongzhang_9col.csv").read_text("utf-8-sig").replace("账务方向", "财务方式")
    found = recognise(text.rstrip().encode() + b"\n").layout
    assert (found.kind, found.name) == ("funds", "9_older")


def test_a_page_of_an_outside_fixture() -> None:
    """Its order holds five fields only: what is not told stays untold, and money stands by the one amount
    there is.
    """
    reading = read_page("orders", (FOLDER / "open.order.cursor.list_page1_fixture.json").read_bytes())
    assert reading.quarantine.is_empty()
    line = conformed(reading).row(0, named=True)
    assert (line["order_id"], line["order_line_id"], line["placed_fen"], line["paid_fen"]) == (
        "2307500074108220",
        "2307500074108220",
        3990,
        0,
    )
    assert (line["order_status_code"], line["seller_code"], line["content_code"], line["is_gift"]) == (
        "paid",
        "unknown",
        "unknown",
        False,
    )


def test_tokens_live_as_long_as_the_real_answer_says() -> None:
    told = json.loads((FOLDER / "oauth2_access_token_REAL_redacted.json").read_text("utf-8"))
    assert (told["expiresIn"], told["refreshTokenExpiresIn"]) == (48 * 3600, 180 * 86_400)
    assert {"merchant_order", "merchant_refund", "merchant_funds"} <= set(told["scopes"])

"""Order money that stands open: what is told of it where one item stands for several lines."""

from __future__ import annotations

import datetime as dt

import pytest
from test_transforms_ledgers import JULY, built, entries, lines, refunds


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(("seller", "channel"), [("own", "own_live"), ("creator", "unknown")])
def test_an_order_not_taken_back_is_of_a_channel_only_where_its_lines_agree(
    seller: str, channel: str, turn: int
) -> None:
    """Whichever of them comes first. The payout names the order, so it is one item."""
    usual = {"order_id": "A", "content_code": "live"}
    orders = [
        {**usual, "order_line_id": "a1", "seller_code": "own"},
        {**usual, "order_line_id": "a2", "seller_code": seller},
    ][::turn]
    back = [
        {"refund_id": f"r-{line}", "order_line_id": line, "refund_fen": 1_000, "refunded_at": JULY}
        for line in ("a1", "a2")
    ][::turn]
    sale = {"settlement_entry_id": "e", "order_id": "A", "settled_fen": 19_000}
    made = built(lines(*orders), refunds(*({"order_id": "A", **row} for row in back)), entries(sale))
    (item,) = made["mart_open_item"].iter_rows(named=True)
    assert (item["open_item_id"], item["open_fen"], item["channel_code"]) == ("A", -2_000, channel)
    assert (item["order_line_id"], item["paid_date"]) == (None, dt.date(2026, 6, 1))

"""The clean market's ledgers: paid out and in the account, taken back, charged for no order, moved for
nobody's order, and drawn out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

from contracts.canonical import SILVER

Seen = Callable[[str, int], dict[str, object]]


def ledgers(
    seen: Seen, order_id: Callable[[str, int], str], day: dt.datetime, rows: Callable[..., pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Silver states by table. Shop s1 gives bill and account, s3 a bill alone; the others neither."""
    later = day + dt.timedelta(days=14)

    def of_line(shop: str, number: int) -> dict[str, object]:
        return {"order_id": order_id(shop, number), "order_line_id": f"{order_id(shop, number)}{number % 2}"}

    def entry(
        shop: str, number: int, name: str, fen: int, kind: str = "sale", **more: object
    ) -> dict[str, object]:
        told = {
            "settlement_entry_id": name,
            "settlement_type_code": kind,
            "settled_fen": fen,
            "settled_at": later,
        }
        return seen(shop, 200 + number) | told | more

    def moved(number: int, name: str, fen: int, kind: str, **more: object) -> dict[str, object]:
        return (
            seen("s1", 300 + number)
            | {"fund_entry_id": name, "fund_type_code": kind, "moved_fen": fen, "moved_at": later}
            | more
        )

    parts = {"income_fen": 10_004, "expense_fen": -504, "platform_fee_fen": 500, "commission_creator_fen": 4}
    entries = rows(
        SILVER["settlement_entry"],
        entry("s1", 1, "E1", 9_500, **of_line("s1", 4), **parts),
        entry("s1", 2, "E2", 10_005, **of_line("s1", 5)),
        entry(
            "s1",
            3,
            "E3",
            -3_000,
            "refund_after",
            **of_line("s1", 5),
            settled_at=later + dt.timedelta(days=20),
        ),
        entry("s1", 4, "E4", -100, "fee"),
        entry("s1", 5, "E5", 0, "adjustment", settled_at=None),
        entry("s3", 6, "E6", 10_000, **of_line("s3", 0)),
    )
    funds = rows(
        SILVER["fund_entry"],
        moved(1, "F1", 9_500, "sale", **of_line("s1", 4)),
        moved(2, "F2", 10_005, "sale", order_id=order_id("s1", 5)),
        moved(3, "F3", 700, "sale", order_id="gone"),
        moved(4, "F4", -5_000, "withdrawal"),
    )
    return {"settlement_entry": entries, "fund_entry": funds}

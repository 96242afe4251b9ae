"""The rows of a shop's coverage: what can be told, what has come, and nothing claimed beyond."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from connectors.base import Layout
from dashboards.parts.health.coverage import coverage_rows
from dashboards.parts.page.words import day
from pipeline.counter import Coverage

RECEIVED = dt.datetime(2026, 7, 20, 23, 30, tzinfo=ZoneInfo("UTC"))  # the next morning in Beijing


def can(
    kind: str, source: str = "file", *, verified: bool = True, proofs: tuple[str, ...] = ("test",)
) -> Coverage:
    return Coverage(
        (Layout("douyin", kind, "x", source, verified, "", ()),), is_simulated=True, proofs=proofs
    )


def came(kind: str, source: str = "file", last: dt.date | None = None) -> dict[str, object]:
    return {"kind_code": kind, "source_code": source, "received_at": RECEIVED, "last_date": last}


def test_rows_tell_dates_what_to_do_and_what_is_not_told() -> None:
    known = [
        can("products", verified=False, proofs=()),
        can("orders"),
        can("orders", "api", proofs=()),
        can("after_sales", "api"),
        can("ads"),
    ]
    given = [
        came("orders", last=dt.date(2026, 7, 1)),
        came("ads"),
        came("mapped_after_sales"),
        came("brand_new", "api", dt.date(2026, 7, 2)),
    ]
    assert [tuple(row.values()) for row in coverage_rows(known, given)] == [
        ("订单", f"✓ {day(dt.date(2026, 7, 1))}", "可授权", "—"),
        ("售后", "—", "可授权", "✓"),
        ("投放", f"✓ {day(dt.date(2026, 7, 21))}", "—", "✓"),
        ("商品", "可上传，未核实", "—", "—"),
        ("售后（映射）", f"✓ {day(dt.date(2026, 7, 21))}", "—", "—"),
        ("brand_new", "—", f"✓ {day(dt.date(2026, 7, 2))}", "—"),
    ]

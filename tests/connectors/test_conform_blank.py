"""A row with one cell blank, or a word nobody knows, or 0: it stays a row, and keeps the tables' promises."""

from __future__ import annotations

import polars as pl
import pytest
from conformance_cases import Sample, broken_promises, bronze_of, samples

#: Rows of a frame that nothing but this cell tells of: platform and kind → frame → columns.
ALONE = {
    # a wallet names the order a compensation is for, and its direction
    ("jd", "settlements"): {"refund_line": {"order_id", "direction_text"}},
    ("taobao", "live_orders"): {"live_session": {"started_at"}},
    # of payments only those of an order are settlements
    ("taobao", "funds"): {"settlement_entry": {"order_id", "merchant_order_id", "note_order_id"}},
    # two of one SKU and two of none are told apart by their number of the SKU
    ("tiktok_shop", "after_sales"): {"refund_line": {"platform_sku_id"}},
    ("wechat_channels", "orders"): {"settlement_entry": {"settled_at", "received_fen"}},
}
#: Columns without which the intake sets a row aside.
NEEDED = {("douyin", "ads"): {"spent_fen"}, ("xiaohongshu", "products"): {"platform_sku_id"}}


def _optional(sample: Sample, bronze: pl.DataFrame) -> list[str]:
    """Columns of the sample's layout that may be blank and are not, in all of its rows."""
    layout = sample.platform.layout(sample.kind, sample.layout)
    may_be = dict.fromkeys(column.name for column in layout.columns if column.name and not column.filled)
    needed = NEEDED.get((sample.platform.code, sample.kind), set())
    return [name for name in may_be if name in bronze.columns and bronze[name].count() and name not in needed]


@pytest.mark.parametrize("sample", [item for item in samples() if item.layout not in ("error", "")], ids=str)
def test_a_row_with_one_odd_cell_is_the_same_rows(sample: Sample) -> None:
    """Each column in an export of its own: blank, and as a word or 0 where it holds words or counts."""
    bronze = bronze_of(sample)
    plain = {name: frame.height for name, frame in sample.platform.conform(sample.kind, bronze).items()}
    odd: list[tuple[str, object]] = []
    for name in _optional(sample, bronze):
        words = {pl.String: "怪词", pl.Int64: 0}
        odd += [(name, None)]
        odd += [(name, words[type(bronze.schema[name])])] if type(bronze.schema[name]) in words else []
    if not odd:
        return
    parts = [
        bronze.with_columns(pl.lit(cell, bronze.schema[name]).alias(name), _export_id=pl.lit(f"{number:064}"))
        for number, (name, cell) in enumerate(odd)
    ]
    frames = sample.platform.conform(sample.kind, pl.concat(parts))
    assert broken_promises(frames) == []
    for frame, rows in frames.items():
        alone = ALONE.get((sample.platform.code, sample.kind), {}).get(frame, set())
        found = dict(rows.group_by("_export_id").len().iter_rows())
        lost = {
            (name, cell): found.get(f"{number:064}", 0)
            for number, (name, cell) in enumerate(odd)
            if found.get(f"{number:064}", 0) != plain[frame] and name not in alone
        }
        assert lost == {}, (frame, plain[frame])

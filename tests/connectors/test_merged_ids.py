"""Several ids in one cell, in any layout of any platform and in mapped tables.

And ids as they are, which never look like that.
"""

from __future__ import annotations

import polars as pl
import pytest
from conformance_cases import Sample, file_samples, grid, origin, read_file, read_sample, samples

from connectors.base import Column
from connectors.files.merged_ids import merged_ids

KEYS = ("order_id", "order_line_id", "refund_id")
#: Ids as platforms and other systems write them.
GENUINE = [
    "6931570482213347101", "\t6931570482213347101", '="6931570482213347101"', "'6931570482213347101",
    "`6931570482213347101`", "6931570482213347101M",
    "6931570482213347101M1", "6931 5704 8221 3341 234", "６９３１５７０４８２２１３３４７１０１",
    "230101-123456789012345", "P718123456789012345",
    "SO/2026/0001", "SO_2026_10_0000000017", "T200P2520000000000000001", "577087614418520388", "cost:17",
    "A1:S1:2",
    "2026.10.0001", "6931570482213347101;", "-", "", "无",
]  # fmt: skip


def column(name: str = "order_id", cell: str = "id", *, filled: bool = True) -> Column:
    return Column(name, "单号", cell, True, filled, False)


def test_no_genuine_id_is_taken_for_several() -> None:
    found = merged_ids(column(), pl.Series(GENUINE))
    assert found is not None
    assert [cell for cell, several in zip(GENUINE, found, strict=True) if several] == []


@pytest.mark.parametrize("mark", ["-", "(合)", "_", " / ", "+", "&", "\n", "与"])
def test_two_whole_numbers_in_one_cell_are_two_whatever_stands_between_them(mark: str) -> None:
    cells = pl.Series([f"4021234567890123401{mark}4021234567890123402"])
    found = merged_ids(column(), cells)
    assert found is not None and found.to_list() == [True]


def test_only_what_rows_are_matched_by_is_looked_at() -> None:
    """An order may well name two products or creators: its money is still one order's."""
    several = pl.Series(["1;2"])
    assert (
        merged_ids(column("creator_id", filled=False), several) is None
        and merged_ids(column("product_name", "text"), several) is None
    )
    assert all(merged_ids(column(name, filled=False), several).to_list() == [True] for name in KEYS)  # type: ignore[union-attr]


def _keys(sample: Sample) -> list[str]:
    return [
        cell
        for cell, known in grid(sample).columns.items()
        if known.cell == "id" and (known.filled or known.name in KEYS)
    ]


@pytest.mark.parametrize("sample", [item for item in file_samples() if _keys(item)], ids=str)
@pytest.mark.parametrize("mark", [";", "、", "\n"])
def test_a_row_of_several_ids_is_set_aside_and_named_in_every_layout(sample: Sample, mark: str) -> None:
    file = grid(sample)
    for header in _keys(sample):
        other = file.cell(0, header).strip() or "6931570482213347101"
        reading = read_file(file.with_cells({(0, header): f"{other}{mark}{other}7"}), origin())
        assert reading.quarantine.filter(pl.col("_row_number") == 2)["rule_name"].to_list() == ["MERGED_IDS"]
        assert reading.quarantine["column_name"].unique().to_list() == [header.strip()]
        assert reading.rows_read == reading.bronze.height + reading.quarantine["_row_number"].n_unique()


@pytest.mark.parametrize("sample", [item for item in samples() if item.layout == "api"], ids=str)
def test_no_id_of_an_api_is_taken_for_several(sample: Sample) -> None:
    assert "MERGED_IDS" not in set(read_sample(sample).quarantine["rule_name"])

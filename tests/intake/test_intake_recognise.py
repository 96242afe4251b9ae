"""A header that lacks a column is never taken for another export: every required column of every layout left
out in turn.
"""

from __future__ import annotations

import itertools

import pytest
from intake_files import data

from connectors.base import Layout, platforms
from connectors.mapped import source
from connectors.mapping.file import shipped
from connectors.recognising import recognise
from contracts.errors import FileRefusedError

LAYOUTS = [
    layout for platform in platforms().values() for layout in platform.layouts if layout.source == "file"
]
#: As for a shop on a platform of which the mappings speak, or that speak of any.
MAPPED = [source(code, list(shipped().values())) for code in ("kuaishou", "other")]


def recognised(header: list[str]) -> Layout:
    return recognise(data([header, ["1"] * len(header)]), mappings=MAPPED).layout


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
def test_a_header_without_a_required_column_is_refused_by_its_own_name_or_is_a_version_that_does_without(
    layout: Layout,
) -> None:
    words = [column.header for column in layout.columns]
    assert recognised(words).key == layout.key
    for column in layout.columns:
        if not column.required:
            continue
        try:
            found = recognised([word for word in words if word != column.header])
        except FileRefusedError as refused:
            assert refused.rule == "MISSING_COLUMN"
            assert str(refused.facts["looks_like"]).split("/")[:2] == [layout.platform, layout.kind]
        else:
            assert (found.platform, found.kind) == (layout.platform, layout.kind)
            assert column.header not in {other.header for other in found.columns if other.required}


def test_the_refusal_names_the_layout_and_what_is_missing() -> None:
    """JD's orders without 订单金额 have all that a list of Taobao's products needs."""
    words = [
        column.header
        for column in platforms()["jd"].layout("orders", "2016_30").columns
        if column.header != "订单金额"
    ]
    with pytest.raises(FileRefusedError) as refused:
        recognised(words)
    assert (refused.value.rule, refused.value.facts["missing"]) == ("MISSING_COLUMN", "订单金额")
    assert str(refused.value.facts["looks_like"]).startswith("jd/orders/")


def test_no_two_layouts_need_so_little_that_a_file_could_be_either() -> None:
    """A file of only the required columns of a layout is of that export."""
    for layout in LAYOUTS:
        found = recognised([column.header for column in layout.columns if column.required])
        assert (found.platform, found.kind) == (layout.platform, layout.kind), layout.key


def test_columns_of_another_platform_beside_all_of_ones_own_change_nothing() -> None:
    douyin, taobao = (platforms()[code].layouts for code in ("douyin", "taobao"))
    orders = douyin[0]
    foreign = [column.header for column in itertools.chain(*(layout.columns for layout in taobao[:1]))]
    assert recognised([*(column.header for column in orders.columns), *foreign[:10]]).key == orders.key

"""Headers nobody here wrote, beside the repository."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from xiaohongshu_cases import THIRD_PARTY, origin

from connectors.reading import fold, read_file, recognise
from connectors.xiaohongshu import PLATFORM
from contracts.errors import FileRefusedError

pytestmark = pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository"
)


def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((THIRD_PARTY / "headers.json").read_bytes())
    return found


def as_csv(header: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, ["1"] * len(header)])
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("header", "kind", "layout"),
    [
        (lambda: told()["orders"]["columns seen in importers"], "orders", "2026"),
        (lambda: told()["refunds (columns seen)"], "after_sales", "2026"),
        (lambda: told()["account_flow (动账流水)"], "funds", "2026"),
        (lambda: [name.split("|")[0] for name in told()["monthly_statement sheets (about 2019)"]["商品销售"]],
            "settlements", "2019_sales"),
        (lambda: [name.split("|")[0] for name in told()["monthly_statement sheets (about 2019)"]["退货"]],
            "settlements", "2019_returns"),
        (lambda: [name.split("|")[-1] for name in told()["monthly_statement sheets (about 2019)"]["退货"]],
            "settlements", "2019_returns"),
        (lambda: [name.split("|")[-1] for name in told()["monthly_statement sheets (about 2019)"][
                    "人工退款"]], "settlements", "2019_manual_refunds"),
    ],
)  # fmt: skip
def test_outside_headers_are_our_layouts(header: Any, kind: str, layout: str) -> None:  # noqa: ANN401
    names = header()
    found = recognise(as_csv(names)).layout
    assert (found.platform, found.kind, found.name) == ("xiaohongshu", kind, layout)
    known = {fold(column.header) for column in PLATFORM.layout(kind, layout).columns}
    assert {fold(name) for name in names} <= known


def test_every_alternative_name_of_a_statement_column_is_declared() -> None:
    for sheet, layout in (
        ("商品销售", "2019_sales"),
        ("退货", "2019_returns"),
        ("人工退款", "2019_manual_refunds"),
    ):
        known = {fold(column.header) for column in PLATFORM.layout("settlements", layout).columns}
        for names in told()["monthly_statement sheets (about 2019)"][sheet]:
            assert {fold(name) for name in names.split("|")} <= known, sheet


def test_a_sheet_too_plain_to_be_recognised_is_not_taken_for_ours() -> None:
    """时间, 支出金额 and 原因 could head anybody's table: 赔偿用户薯券 is refused, not guessed."""
    names = [name.split("|")[0] for name in told()["monthly_statement sheets (about 2019)"]["赔偿用户薯券"]]
    with pytest.raises(FileRefusedError, match=r"UNKNOWN_LAYOUT|MISSING_COLUMN"):
        read_file(as_csv(names), origin("x.csv"))

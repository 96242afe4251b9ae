"""Personal data in cells become stars however they are written.

Amounts, times and ids stay to the last character.
"""

from __future__ import annotations

import polars as pl
import pytest

from connectors.files.personal import mask_cells, mask_texts
from contracts.personal import STARS, is_masked

PHONES = [
    "13800138000", "8613800138000", "+86 138 0013 8000", "008613800138000", "013800138000", "138-0013-8000",
    "138.0013.8000", "138 0013 8000", "1380 013 8000",
    "1380-0138-000", "138－0013－8000", "１３８００１３８０００", "０１３８００１３８０００", "138****8000",
]  # fmt: skip
OTHERS = [
    "110101199003074258", "44010619900307123X", "１１０１０１１９９００３０７４２５８", "z.zhang@example.com",
    "zhang＠qq.com", "wxid_zhangsan", "010-62345678",
]  # fmt: skip
PLAIN = [
    "12.3x", "1,299,00", "￥１，２９９．００", "1.2E+10", "-1.5元", "2026-13-01 25:61", "2026年11月5日",
    "Mon Jan 05 2026 10:00:00 GMT+0800", "待定", "上午9时",
    "6930000000000000001", "240115-158123456789012", "SO-2026-abc123", "#REF!", "N/A", "1792375211",
    "1731234567890", "6931****7101",
]  # fmt: skip
NAMES = ["张三丰", "Zhang San, 12 Baker Street, London", "王小明 13800138000", "คุณสมชาย"]


def cell(text: str) -> str:
    return mask_cells(pl.Series("cell", [text])).item()


@pytest.mark.parametrize("text", [*PHONES, *OTHERS])
def test_a_number_or_address_of_a_person_is_stars_in_a_cell_and_in_any_text(text: str) -> None:
    assert STARS in cell(text) and not any(
        part in cell(text) for part in (text, "0013", "8000", "zhang", "6234", "1990")
    )
    masked, count = mask_texts(
        pl.DataFrame({"product_name": [f"大衣 {text}", "大衣"], "reason_text": [f"打{text}", None]}),
        ["product_name", "reason_text"],
    )
    assert count == 2 and masked["product_name"][1] == "大衣"
    assert STARS in masked["product_name"][0] and masked["reason_text"][0].startswith(f"打{STARS}")


@pytest.mark.parametrize("text", PLAIN)
def test_an_amount_a_time_or_an_id_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize("text", NAMES)
def test_a_name_in_a_shifted_row_is_not_told(text: str) -> None:
    told = cell(text)
    assert (
        is_masked(told)
        and not set("张三丰王小明คุณสมชาย") & set(told)
        and not any(word in told for word in ("Zhang", "San", "Baker", "London"))
    )


def test_two_numbers_side_by_side_are_both_masked() -> None:
    masked, count = mask_texts(
        pl.DataFrame({"spec_text": ["13800138000/13900139000,13700137000"]}), ["spec_text"]
    )
    assert (masked.item(), count) == (f"{STARS}/{STARS},{STARS}", 1)


@pytest.mark.parametrize(
    "text",
    [
        "羊毛大衣 2026新款 180*2000*2200",
        "款号2026-1105 M",
        "L【建议100-115斤】",
        "广州市白云区石井街道8号仓清仓",
        "15-25岁 36码",
    ],
)
def test_a_title_without_a_person_in_it_is_left_alone(text: str) -> None:
    titles = pl.DataFrame({"product_name": [text]})
    masked, count = mask_texts(titles, ["product_name"])
    assert masked.equals(titles) and count == 0


def test_where_a_parcel_goes_is_masked_in_a_title_and_an_address_in_any_other_text() -> None:
    there = "广东省广州市白云区机场路12号"
    masked, count = mask_texts(
        pl.DataFrame({"product_name": [f"大衣 收件人张三 {there}"], "reason_text": [f"送到{there}"]}),
        ["product_name", "reason_text"],
    )
    assert count == 2 and masked["product_name"].item() == f"大衣 收件人{STARS}"
    assert "机场路" not in masked["reason_text"].item()

"""The counts of 数据健康 are those of the files themselves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import pandas as pd
import pytest
from proof_cases import merchants, owner_of, published
from screen_of import page_of, text
from streamlit.testing.v1 import AppTest

from dashboards.views.merchant import data_health
from warehouse.settings import Settings

_PARTS = ["发布", "问题行", "已被新文件更新", "重复"]


@pytest.fixture(params=[0, 1])
def number(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def page(house: Settings, number: int) -> AppTest:
    return page_of(data_health.show, owner_of(house, number))


def table(page: AppTest, column: str) -> pd.DataFrame:
    (found,) = (item.value for item in page.dataframe if column in item.value.columns)
    return found


def rows_of(path: Path) -> int:
    """Records below the header, read by no code of the house; a line that explains columns is none."""
    if path.suffix == ".csv":
        data = path.read_bytes()
        told = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "gb18030")
        return sum(1 for row in csv.reader(io.StringIO(told)) if row and row[0].strip()) - 1
    return fastexcel.read_excel(path).load_sheet(0, header_row=None).height - 1


def given(house: Settings, merchant: str) -> Iterator[tuple[str, int]]:
    """File name and records of everything the merchant downloaded."""
    for path in house.home.parent.glob(f"20*/{merchant}/*/*.*"):
        yield path.name, rows_of(path)


def test_a_file_says_as_many_rows_as_it_has_and_where_each_of_them_is(
    house: Settings, page: AppTest, number: int
) -> None:
    told = table(page, "读取")
    counted = told[told["结论"] != "已撤回"]
    said = Counter(zip(counted["文件"], counted["读取"].astype(int), strict=True))
    assert len(counted) > 10 and not said - Counter(given(house, merchants(house)[number]))
    assert (counted["读取"] == counted[_PARTS].sum(axis=1)).all()


def test_the_release_and_its_checks_are_those_in_force(house: Settings, page: AppTest) -> None:
    checks = table(page, "规则")
    assert f"**\\#{published(house)[-1].number}**" in text(page)
    assert f"通过 {len(checks)} 项" in text(page) and checks["结果"].str.contains("通过").all()

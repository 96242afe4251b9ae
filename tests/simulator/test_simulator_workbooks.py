"""What the simulator writes as a workbook is what two readers that are not ours find in it."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import fastexcel
import polars as pl
import pytest

from simulator.workbooks import write_workbook

WIDE = 60
TABLE = pl.DataFrame(
    {
        "单号\t": ["6920000000000000001", "<&>\"'", "", None],
        "件数": [1, -2, None, 2**40],
        "金额": [0.1, 12.34, None, -3.0],
        "备注": [" 两边有空格 ", "=1+1", "第一行\n第二行", "重复"],
        **{f"列{number}": ["重复", str(number), "", "x"] for number in range(WIDE)},
    }
)


def test_a_reader_finds_every_cell_where_it_was_put() -> None:
    data = write_workbook({"甲": TABLE, "乙": TABLE.head(0)})
    book = fastexcel.read_excel(data)
    assert book.sheet_names == ["甲", "乙"]
    read = book.load_sheet("甲", dtypes={"件数": "int", "金额": "float"}).to_polars()
    assert read.columns == TABLE.columns
    texts = [name for name in TABLE.columns if TABLE[name].dtype == pl.String]
    assert read.select(texts).equals(TABLE.select(pl.col(texts).replace("", None)))
    assert read.select("件数", "金额").equals(TABLE.select("件数", "金额"))
    assert book.load_sheet("乙").to_polars().is_empty()


def test_it_is_well_formed_and_says_its_extent_or_a_false_one() -> None:
    for is_range_false, extent in ((False, "A1:BL5"), (True, "A1:A1")):
        data = write_workbook({"S": TABLE}, is_range_false=is_range_false)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            trees = {
                name: ElementTree.fromstring(archive.read(name))  # noqa: S314 - just written
                for name in archive.namelist()
            }
        sheet = trees["xl/worksheets/sheet1.xml"]
        space = {"m": sheet.tag[1:].partition("}")[0]}
        dimension = sheet.find("m:dimension", space)
        assert dimension is not None and dimension.get("ref") == extent
        cells = sheet.findall(".//m:c", space)
        assert len(cells) == TABLE.width + sum(
            TABLE[name].cast(pl.String).replace("", None).count() for name in TABLE.columns
        )


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_the_same_table_gives_the_same_bytes(rows: int) -> None:
    assert write_workbook({"S": TABLE.head(rows)}) == write_workbook({"S": TABLE.head(rows)})

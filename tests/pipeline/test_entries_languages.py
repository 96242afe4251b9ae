"""Hand-entered lists in two languages: a template has the headers and choices of its reader, and an import
takes either and says the same.
"""

from __future__ import annotations

import csv
import io
import re

import fastexcel
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from cli import app
from connectors.typed import fold
from contracts.errors import FileRefusedError
from pipeline.entries import engine
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.found import entry_lists
from pipeline.entries.judging import judge
from pipeline.entries.lists import accounts, aside, costs, rates, stock
from pipeline.entries.template import template
from pipeline.house import writing
from pipeline.steps import now
from warehouse import registry
from warehouse.settings import Settings

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff5e]")
GIVEN = Given({"s1": "s1", "一店": "s1"}, {"s1": "douyin"}, lambda book: book.table.empty())
#: List → the same rows as a Chinese and as an English reader fills them in.
PAIRS: dict[str, tuple[EntryList, str, str]] = {
    "costs": (
        costs.LIST,
        "成本项目,店铺,商家编码,款号,达人ID,直播场次,计费方式,金额(元),生效日期,结束日期\n"
        "商品成本,,A1,,,,每件,38.50,2026-01-01,\n退货运费,一店,,,,,每单,撤销,2026-01-02,\n"
        "推广现金,s1,,,,,一次性,3000,2026-01-03,2026-01-05\n",
        "Cost item,Shop,SKU,style,creator,session,Charged,Amount (yuan),Valid from,Until\n"
        "Cost of goods,,A1,,,,per unit,38.50,2026-01-01,\n"
        "return freight,一店,,,,,per order,Take back,2026-01-02,\n"
        "advertising (cash),s1,,,,,once,3000,2026-01-03,2026-01-05\n",
    ),
    "stock": (
        stock.LIST,
        "项目,店铺,商家编码,日期,件数\n到货,s1,A1,2026-03-01,300\n盘点,s1,A1,2026-03-02,撤销\n",
        "units,day,SKU,shop,kind\n300,2026-03-01,A1,s1,goods received\n"
        "take back,2026-03-02,A1,s1,stock counted\n",
    ),
    "aside": (
        aside.LIST,
        "店铺,订单号,原因,处理\ns1,77,x,\ns1,78,x,剔除\ns1,79,x,撤销\n",
        "shop,order,reason,action\ns1,77,x,\ns1,78,x,exclude\ns1,79,x,take back\n",
    ),
    "accounts": (
        accounts.LIST,
        "店铺,账号ID,昵称,处理\ns1,701,a,登记\ns1,702,b,撤销\n",
        "shop,account id,nickname,action\ns1,701,a,enter\ns1,702,b,take back\n",
    ),
    "rates": (
        rates.LIST,
        "日期,币种,汇率\n2026-03-08,USD,7.1\n2026-03-08,THB,撤销\n",
        "Day,Currency,Yuan for one unit\n2026-03-08,USD,7.1\n2026-03-08,THB,take back\n",
    ),
}


def lines_of(data: bytes) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))]


@pytest.mark.parametrize("code", PAIRS)
def test_an_import_in_either_language_says_the_same(code: str) -> None:
    item, zh, en = PAIRS[code]
    chinese, english = (judge(item, "x.csv", text.encode(), GIVEN) for text in (zh, en))
    assert chinese.problems == english.problems == ()
    for ours, theirs in zip(chinese.parts, english.parts, strict=True):
        assert_frame_equal(ours, theirs)
    assert chinese.rows.height == zh.count("\n") - 1


def test_what_an_english_list_of_costs_says() -> None:
    """Written out by hand."""
    item, _, en = PAIRS["costs"]
    goods, others = judge(item, "x.csv", en.encode(), GIVEN).parts
    assert goods.select("sku_code", "unit_cost_fen", "is_back").rows() == [("A1", 38_50, False)]
    assert others.select(
        "cost_kind_code", "cost_basis_code", "shop_id", "cost_amount_fen", "is_back"
    ).rows() == [
        ("freight_back", "per_order", "s1", None, True),
        ("ad_cash", "once", "s1", 3000_00, False),
    ]


@pytest.mark.parametrize("item", entry_lists(), ids=lambda item: item.code)
def test_an_english_template_is_english_and_filled_in_says_what_the_chinese_one_says(item: EntryList) -> None:
    text, book = (template(item, form, language="en") for form in ("csv", "xlsx"))
    reader = fastexcel.read_excel(book)
    sheets = [
        reader.load_sheet(place, header_row=None, dtypes="string").to_polars().fill_null("").rows()
        for place in range(2)
    ]
    assert [list(row) for row in sheets[0]] == lines_of(text), "both formats say the same"
    assert not [cell for row in sheets[0] + sheets[1] for cell in row if CHINESE.search(cell)]
    assert not CHINESE.search(" ".join(reader.sheet_names))
    worded = [cell.name for cell in item.columns if cell.kind.name == "text" or cell.name == "creator_id"]
    zh, en = (
        judge(item, "x", data, GIVEN)
        for data in (template(item, "xlsx"), template(item, "xlsx", language="en"))
    )
    assert zh.problems == en.problems == () and zh.rows.height == len(item.examples)
    for ours, theirs in zip(zh.parts, en.parts, strict=True):
        loose = [name for name in ours.columns if name in (*worded, *(book.amount for book in item.books))]
        free = [name for name in loose if ours[name].dtype == pl.String]
        assert_frame_equal(ours.drop(free), theirs.drop(free))


@pytest.mark.parametrize("item", entry_lists(), ids=lambda item: item.code)
def test_no_word_of_a_list_means_two_things(item: EntryList) -> None:
    headers = [fold(label) for cell in item.columns for label in (cell.label, cell.en, *cell.also)]
    assert len({(name, header) for header, name in item.header.items()}) == len(item.header)
    meant = {(fold(label), name) for label, name in item.header.items()}
    assert len({header for header, _ in meant}) == len(meant) and set(headers) == {word for word, _ in meant}
    for cell in item.columns:
        for place in range(2):
            words = [pair[place].casefold() for pair in cell.kind.choices.values()]
            assert len(set(words)) == len(words)
            # a spreadsheet's list of choices is one text of at most 255 characters, parted by commas
            assert not [word for word in words if "," in word] and len(",".join(words)) <= 255


def test_one_column_under_both_its_names_is_refused_in_both_languages() -> None:
    with pytest.raises(FileRefusedError) as refused:
        judge(stock.LIST, "x.csv", "项目,店铺,商家编码,日期,件数,shop\n".encode(), GIVEN)
    assert "重复列「店铺」" in refused.value.zh and "there twice “shop”" in refused.value.en
    with pytest.raises(FileRefusedError) as refused:
        judge(stock.LIST, "x.csv", b"kind,SKU,day,units,colour\n", GIVEN)
    assert "缺少列「店铺」" in refused.value.zh
    assert "missing “shop”; unknown “colour”" in refused.value.en and not CHINESE.search(refused.value.en)


def test_the_same_list_in_the_other_language_is_nothing_new(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Settings(home=tmp_path_factory.mktemp("languages"))
    with writing(home) as lake:
        registry.add_owner(lake, "o1", "持有人", at=now())
        registry.add_merchant(lake, "m1", "商家", owner_id="o1", at=now())
        registry.add_shop(lake, "m1", "s1", platform_code="douyin", shop_name="一店", at=now())
    for code, (item, zh, en) in PAIRS.items():
        merchant = None if item.is_house else "m1"
        with writing(home) as lake:
            assert engine.enter(item, lake, merchant, "甲.csv", zh.encode(), by="会计") > 0, code
            assert engine.enter(item, lake, merchant, "b.csv", en.encode(), by="Ann") == 0, code


@pytest.mark.parametrize("item", entry_lists(), ids=lambda item: item.code)
def test_the_command_line_gives_either_template(item: EntryList, settings: Settings) -> None:
    given = [
        CliRunner().invoke(app, [item.code, "template", *more]).stdout_bytes for more in ([], ["--english"])
    ]
    assert given == [template(item, "csv"), template(item, "csv", language="en")]
    assert not settings.home.exists() or not any(settings.home.glob("*.csv"))

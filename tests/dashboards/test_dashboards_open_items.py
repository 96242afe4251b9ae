"""未结台账: the sums, by hand from the rows the house is made of.

The largest of many, a shop that gave no bill, and nobody else's orders.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import polars as pl
import pytest
from dashboards_cases import MERCHANTS, NOW, OPEN, PASSWORD, STATED
from screen import everything, open_app, run_page, shown, sign_in
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from cli import app as command
from contracts.errors import NotFoundError
from contracts.tables import Table
from metrics.query import access
from metrics.reports.open_book import open_book
from transforms.gold.ledgers import mart_open_item, mart_statement_monthly
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

ITEMS, STATEMENTS = mart_open_item.TABLE, mart_statement_monthly.TABLE


def page(house: Place, name: str, **state: object) -> AppTest:
    app = run_page("open_items", access.sign_in(house, name, PASSWORD), **state)
    assert not app.exception and not app.error
    return app


def change(house: Place, table: Table, how: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    """A release in which ``table`` holds what ``how`` makes of it."""
    with Lake.open(house, write=True) as lake, lake.transaction():
        rows = lake.read(table)
        lake.replace(table, rows.select(table.key), how(rows))
    with Lake.open(house, write=True) as lake:
        release.publish(
            lake, snapshot=lake.snapshot(), build_number=release.begin_build(lake, at=NOW), at=NOW
        )


def money(yuan: int, merchant: str) -> str:
    """``yuan`` of every unit of the merchant's scale, as a page writes it."""
    amount = yuan * MERCHANTS[merchant][2]
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


def markdown(app: AppTest) -> list[str]:
    return [item.value for item in app.markdown]


def test_what_is_open_stands_first_with_how_many_and_how_old(house: Place) -> None:
    """62 orders are still to be paid out, one of them finished; what is to go back is never taken off them.

    Ages run to the day after the last.
    """
    told = markdown(page(house, "b"))
    first = told.index("**¥4,680.00**  \n:gray[:small[要扣]] **-¥90.00**")
    assert told[first - 1].startswith("**订单还没结算**  \n:gray[63 单 · 最久 21 天]") and told[
        first + 1
    ].startswith("其中已完成的 **¥3,000.00**")
    assert (money(1_560, "merchant-b"), money(-30, "merchant-b"), money(1_000, "merchant-b")) == (
        "¥4,680.00",
        "-¥90.00",
        "¥3,000.00",
    )
    assert sum(amount for ledger, _, _, amount in OPEN if ledger == "order" and amount > 0) == 1_560
    wanted = {
        "结算了没到账": ("1 笔 · 最久 41 天", 200),
        "账单对不上订单": ("1 笔 · 没写日期", -7),
        "有流水、没账单": ("1 笔 · 最久 4 天", 9),
    }
    for name, (counted, amount) in wanted.items():
        place = next(number for number, text in enumerate(told) if text.startswith(f"**{name}**"))
        assert counted in told[place] and told[place + 1] == f"**{money(amount, 'merchant-b')}**"


def test_each_reason_has_its_sum_and_its_next_step(house: Place) -> None:
    told = markdown(page(house, "a"))
    wanted = {
        "订单已完成，未见结算": ("1 单 · 最久 21 天", 1_000, "先上传最新结算单；仍没有就向平台查询"),
        "订单未完成，尚未结算": ("61 单 · 最久 6 天", 560, "等买家确认收货"),
        "结算后退款，未见扣回": ("1 单 · 最久 11 天", -30, "留出这笔钱"),
        "已结算，未见到账": ("1 笔 · 最久 41 天", 200, "上传同一时间的资金流水"),
    }
    for reason, (counted, amount, step) in wanted.items():
        place = next(number for number, text in enumerate(told) if text.startswith(f"**{reason}**"))
        assert counted in told[place] and step in told[place + 2]
        assert told[place + 1] == f"**{money(amount, 'merchant-a')}**"


def test_every_item_is_in_reach_sorted_as_money_and_found_by_its_words(house: Place) -> None:
    app = page(house, "a")
    assert app.dataframe[0].value["金额"].dtype == float and len(app.dataframe[0].value) == len(OPEN)
    rows = shown(app.dataframe[0])
    assert list(rows["金额"][:3]) == [money(amount, "merchant-a") for amount in (1_000, 500, 200)]
    assert list(rows["天数"][:3]) == ["21 天", "6 天", "41 天"] and list(rows["订单"][:3]) == [
        "a-douyin-order-0",
        "a-douyin-order-1",
        "—",
    ]
    assert f"共 {len(OPEN)} 行" in everything(app)
    for words, wanted in (("ORDER-1", "a-douyin-order-1"), ("order-1 雾山抖音店", "a-douyin-order-1")):
        app.text_input(key="未结明细_search").set_value(words).run()
        found = shown(app.dataframe[0])["订单"]
        assert wanted in found and all("order-1" in order for order in found) and len(found) < len(OPEN)
    for amount in (money(1_000, "merchant-a"), money(1_000, "merchant-a").removeprefix("¥").replace(",", "")):
        app.text_input(key="未结明细_search").set_value(amount).run()
        assert money(1_000, "merchant-a") in shown(app.dataframe[0])["金额"], amount
    app.text_input(key="未结明细_search").set_value("nothing-like-it").run()
    assert app.dataframe[0].value.empty and f"找到 0 行，共 {len(OPEN)} 行" in everything(app)
    app.text_input(key="未结明细_search").set_value("").run()
    app.selectbox(key="open_items_reason").set_value("order_unfinished").run()
    assert f"相加 **{money(560, 'merchant-a')}**" in everything(app) and len(app.dataframe[0].value) == 61
    app.selectbox(key="open_items_reason").set_value("entry_names_nothing").run()
    assert shown(app.dataframe[0]).select("金额", "天数").rows() == [(money(-7, "merchant-a"), "—")]


def test_each_statement_is_what_was_matched_own_and_open(house: Place) -> None:
    app = page(house, "b")
    rows = {row["对账"]: row for row in shown(app.dataframe[1]).to_dicts()}
    for name, ledger, left in (
        ("结算单对订单", "settlement", -7),
        ("结算单对资金", "funding", 200),
        ("资金流水", "fund", 9),
    ):
        matched, own = STATED[ledger]
        figures = [money(amount, "merchant-b") for amount in (matched + own + left, matched, own, left, 0)]
        assert [rows[name][column] for column in ("合计", "已对上", "自有划转", "未结", "差")] == figures
    assert "3 行，每行 合计 = 已对上 + 自有划转 + 未结，差 **0 分**" in everything(app)


def test_an_item_too_few_is_a_statement_that_does_not_close(own_house: Place) -> None:
    """What is open is summed from the items a person sees, not taken from the statement's own word."""
    change(own_house, ITEMS, lambda rows: rows.filter(pl.col("open_item_id") != "b-douyin-item-3"))
    app = run_page("open_items", access.sign_in(own_house, "b", PASSWORD))
    assert [item.value.split(" 没有")[0] for item in app.error] == ["还差 ¥600.00"]
    assert "差 **0 分**" not in everything(app)


def test_a_shop_without_a_bill_is_named_and_told_what_to_give(house: Place) -> None:
    app = page(house, "a")
    assert "还没有给过结算单和资金流水：雾山天猫旗舰店" in everything(app)
    assert "还没有给过" not in everything(page(house, "b"))
    app.selectbox(key="open_items_shop").set_value("a-tmall").run()
    text = everything(app)
    assert "这家店还没给过结算单和资金流水" in text and not app.dataframe and "订单还没结算" not in text


def test_nothing_open_is_said_and_so_is_no_bill_at_all(own_house: Place) -> None:
    change(own_house, ITEMS, lambda rows: rows.clear())
    closed = {"total_fen": pl.col("matched_fen") + pl.col("explained_fen"), "open_fen": pl.lit(0, pl.Int64)}
    change(own_house, STATEMENTS, lambda rows: rows.filter(merchant_id="merchant-b").with_columns(**closed))
    app = page(own_house, "b")
    assert "给过的账单都对上了，没有未结的" in everything(app) and "差 **0 分**" in everything(app)
    assert markdown(app).count("¥0.00") == 4
    nothing = everything(page(own_house, "a"))
    assert (
        "还没有一家店给过结算单和资金流水" in nothing and "雾山抖音店" in nothing and "对上了" not in nothing
    )


def test_nobody_sees_anothers_orders(house: Place) -> None:
    a, b = everything(page(house, "a")), everything(page(house, "b"))
    assert "a-douyin-order-0" in a and "b-douyin-order-0" in b
    assert "a-douyin" not in b and "b-douyin" not in a
    assert money(1_000, "merchant-a") in a and money(1_000, "merchant-a") not in b
    forged = run_page("open_items", access.sign_in(house, "b", PASSWORD), open_items_shop="a-douyin")
    assert "雾山" not in everything(forged) and money(1_000, "merchant-a") not in everything(forged)
    with pytest.raises(NotFoundError, match="NO_SUCH_SHOP"):
        open_book(access.sign_in(house, "b", PASSWORD), shop="a-douyin")


def test_the_ladder_leads_here_where_the_viewer_has_the_page(house: Place) -> None:
    assert sign_in(open_app(), "a", PASSWORD).session_state["open_items_page"].url_path == "open_items"
    a = access.sign_in(house, "a", PASSWORD)
    assert "way_ladder_open_items" in {
        str(item.key) for item in run_page("ladder", a, open_items_page="the page").button
    }
    assert "way_ladder_open_items" not in {str(item.key) for item in run_page("ladder", a).button}


def test_the_command_says_the_same(house: Place) -> None:
    """Of every ledger: what was matched, the merchant's own and the items listed are the statement."""
    document = json.loads(CliRunner().invoke(command, ["open", "-m", "merchant-b", "--json"]).stdout)
    sums = {
        row["ledger_code"]: (row["items_qty"], row["orders_qty"], row["to_come_fen"], row["to_go_fen"])
        for row in document["by_ledger"]
    }
    assert sums == {
        "order": (63, 63, 4_680_00, -90_00), "funding": (1, 0, 600_00, 0), "settlement": (1, 0, 0, -21_00),
        "fund": (1, 0, 27_00, 0),
    }  # fmt: skip
    listed = {
        ledger: sum(item["open_fen"] for item in document["items"] if item["ledger_code"] == ledger)
        for ledger in STATED
    }
    told = {
        row["ledger_code"]: row["total_fen"] - row["matched_fen"] - row["explained_fen"]
        for row in document["statements"]
    }
    assert (
        listed == told == {"settlement": -21_00, "funding": 600_00, "fund": 27_00}
        and document["residual_fen"] == 0
    )
    assert all(item["merchant_id"] == "merchant-b" and item["step_name"] for item in document["items"])
    shown = CliRunner().invoke(command, ["open", "-m", "merchant-b", "--ledger", "funding"])
    assert (
        shown.exit_code == 0
        and "600.00" in shown.output
        and "3,000.00" not in shown.output
        and "= 0.00 / total" in shown.output
    )


def test_each_table_leaves_as_a_workbook_and_as_csv(house: Place) -> None:
    buttons = [button.proto.label for button in page(house, "a").get("download_button")]
    assert buttons == [*["Excel", "CSV"] * 2, "整页 Excel"]

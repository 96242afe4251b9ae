"""The upload page, with the real intake, build and release behind it: seen before it is taken, taken once,
receipted; drifted and unknown tables answered.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import polars as pl
import pytest
from dashboards_cases import PASSWORD, ROOT
from screen import CODES, SECONDS, cells, everything, folded, outside, run_page, shown
from streamlit.testing.v1 import AppTest

from contracts.errors import HeldReleaseError
from contracts.intake import Notice, refuse
from dashboards.parts.entering.on_counter import OnCounter
from metrics.query import access
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline.counter import Delivery, FileReceipt, Ingested
from pipeline.house import reading, writing
from pipeline.intake.receipts import refused
from pipeline.intake.registering import register_shop
from warehouse import accounts
from warehouse.lake import Lake
from warehouse.ops import ALIAS, EXPORT, MAPPING, SECURITY_EVENT
from warehouse.place import Place
from warehouse.settings import Settings

SAMPLE = (ROOT / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv").read_text(
    encoding="utf-8-sig"
)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
THEIR_NUMBER = "778899001"
PAGE = b"<!DOCTYPE html><html><body>\xe8\xaf\xb7\xe7\x99\xbb\xe5\xbd\x95</body></html>"
ERP = """线上单号,货品编码,数量,到账,下单日期,付款日期,单据状态,收货人,手机
S1,YS1,1,89.00,2026-11-01 20:00:00,2026-11-01 20:01:00,已发货,张三,13800138000
S2,YS2,2,100.50,2026-11-02 20:00:00,2026-11-02 20:01:00,缺货中,李四,13800138001
"""
WORD = "asked_orders_words.order_status_code.缺货中"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Merchant ``mine`` with three shops, ``theirs`` with one, ``none`` without any; nothing is loaded yet.

    Tests add to it and do not undo one another.
    """
    made = Settings(home=tmp_path_factory.mktemp("upload"))
    with writing(made) as lake:
        register_shop(lake, "mine", "my-douyin", "douyin", at=NOW, shop_name="雾山抖音店")
        register_shop(lake, "mine", "a-first", "taobao", at=NOW, shop_name="雾山天猫店")
        register_shop(lake, "mine", "my-own", "other", at=NOW, shop_name="雾山小程序")
        register_shop(
            lake,
            "theirs",
            "their-douyin",
            "douyin",
            at=NOW,
            shop_name="青禾抖音店",
            platform_shop_id=THEIR_NUMBER,
        )
    for name, merchant in (("a", "mine"), ("nobody", "none")):
        accounts.add(made.place, name, PASSWORD, role="merchant", merchant_id=merchant)
    return made.place


@pytest.fixture
def a(place: Place) -> Viewer:
    return access.sign_in(place, "a", PASSWORD)


def csv(text: str) -> bytes:
    return text.encode("utf-8-sig")


def give(viewer: Viewer, shop: str, *files: tuple[str, bytes]) -> AppTest:
    """The page with files dropped for the shop whose name begins so."""
    app = at(run_page("upload", viewer), shop)
    return app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()


def at(app: AppTest, shop: str) -> AppTest:
    """The page with the shop whose name begins so chosen."""
    picker = app.selectbox[0]
    return picker.select(next(option for option in picker.options if option.startswith(shop))).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def badges(app: AppTest) -> list[str]:
    """The verdicts' words, in order."""
    words = (
        "可以导入|可以导入，有提醒|导入过的文件|不能导入|已接收，有提醒|已接收|已拒收|重复|重复文件|已撤回"
    )
    found = (re.fullmatch(rf":\w+-badge\[\S+[\s\xa0]+({words})\]", item.value) for item in app.markdown)
    return [badge[1] for badge in found if badge]


def outcome(app: AppTest) -> AppTest:
    """The page once the delivery is over."""
    app.session_state["on_counter"].delivery.outcome.exception(timeout=SECONDS)
    return app.run()


def test_files_are_seen_then_taken_then_receipted_and_count_once(place: Place, a: Viewer) -> None:
    bad = SAMPLE.replace('"1,299.00"', "12.3x")
    app = give(a, "雾山抖音店", ("订单.csv", csv(bad)), ("登录.csv", PAGE))
    text = everything(app)
    assert badges(app) == ["可以导入，有提醒", "不能导入"]
    assert "这是网页，不是导出的表格" in text and "→ 重新登录后台再导出" in text
    assert "HTML\\_NOT\\_TABLE" in folded(app) and "BAD\\_MONEY" in folded(app)
    assert not CODES.findall(outside(app))
    assert "1 行有问题，不计入数字；其余 12 行可用。" in text
    assert "收件人手机号" in text and "13800138000" not in text and "pretend" not in text
    (problem,) = cells(app).filter(cells(app)["问题"] == "金额无法识别").iter_rows(named=True)
    assert (problem["行"], problem["列"], problem["原值"], problem["问题"]) == (
        "2",
        "订单应付金额",
        "12.3x",
        "金额无法识别",
    )
    with reading(Settings(home=place.home)) as lake:
        assert lake.read(EXPORT).is_empty()
    app = press(app, "确认导入 1 个文件")
    assert "正在导入" in everything(app) and not app.file_uploader
    app = outcome(app)
    text = everything(app)
    assert (
        badges(app) == ["已接收，有提醒"]
        and "读取 **13** 行 = 发布 12 + 问题行 1 + 已被新文件更新 0 + 重复 0" in text
    )
    assert "看板现在读取发布 \\#1" in text and "金额无法识别" in text and "All checks passed" not in text
    assert "没有阻断检查未通过；**1** 项提醒" in text
    totals = moves(app)
    assert totals["支付金额"][0] == totals["支付金额"][2] == "—" and totals["支付金额"][1].startswith("¥")
    assert totals["支付订单"][1] != "0" and totals["退款"] == totals["净成交"] == ("—", "—", "—")
    (row,) = rows_of(app, "问题")
    assert (row["行"], row["列"], row["原值"]) == ("2", "订单应付金额", "12.3x")
    assert "1 行有问题，不计入数字；其余 12 行可用。" in text and not CODES.findall(outside(app))
    app = press(app, "继续上传")
    assert "把文件拖到上面" in everything(app)
    assert app.selectbox[0].value.shop_id == "my-douyin"  # and not the first of the list
    app = give(a, "雾山抖音店", ("改了名字.csv", csv(bad)))
    assert badges(app) == ["导入过的文件"] and "再导入不会改变数字" in everything(app)


def test_a_file_is_taken_back_with_a_second_click_and_counts_again_when_given_again(
    place: Place, a: Viewer
) -> None:
    goods = ("另一批.csv", csv(SAMPLE.replace("69315704822133", "69315704900133")))
    app = outcome(press(give(a, "雾山抖音店", goods), "确认导入 1 个文件"))
    app = press(at(press(app, "继续上传"), "雾山抖音店"), "撤回")
    assert "确认撤回" in str([button.label for button in app.button]) and "再次上传就恢复" in everything(app)
    assert "确认撤回" not in str([button.label for button in press(app, "不撤回").button])
    app = press(press(app, "撤回"), "确认撤回")
    assert "正在导入" in everything(app) or app.session_state["on_counter"].delivery
    app = outcome(app)
    assert badges(app) == ["已撤回"]
    totals = moves(app)
    assert totals["支付订单"][2].startswith("-") and totals["支付金额"][2].startswith("-")
    text = everything(at(press(app, "继续上传"), "雾山抖音店"))
    assert "~~另一批.csv~~" in text.replace("\\", "") and "撤回" in text
    assert badges(outcome(press(give(a, "雾山抖音店", goods), "确认导入 1 个文件"))) == ["已接收，有提醒"]


def test_every_file_ever_given_is_found_by_name_and_by_page(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older ones used to be within reach of the command line alone."""
    viewer = access.sign_in(house, "a", PASSWORD)
    known = health.receipts(viewer, source="file", limit=1)
    files = pl.concat([known] * 45).with_columns(
        export_id=pl.int_range(45).cast(pl.String),
        export_name=pl.concat_str(pl.lit("第"), pl.int_range(45).cast(pl.String), pl.lit("批.csv")),
    )
    monkeypatch.setattr(health, "receipts", lambda *_, **__: files)
    script = (
        "import streamlit as st\nfrom dashboards.parts.entering.given import show_given\n"
        f"show_given(st.session_state['looking'], {known['shop_id'][0]!r})"
    )
    app = AppTest.from_string(script, default_timeout=SECONDS)
    app.session_state["looking"] = viewer
    app.run()
    names = [f"第{number}批" for number in range(45)]
    assert [name for name in names if name in everything(app)] == names[:20]
    app.session_state["given_page"] = 3
    assert [name for name in names if name in everything(app.run())] == names[40:]
    app.text_input[0].set_value("第33").run()
    assert [name for name in names if name in everything(app)] == ["第33批"]


def test_bytes_given_twice_in_one_go_are_told_before_they_are_taken(a: Viewer) -> None:
    app = give(
        a, "雾山抖音店", ("一.csv", csv(SAMPLE)), ("二.csv", csv(SAMPLE)), ("三.csv", PAGE), ("四.csv", PAGE)
    )
    assert [word for word in badges(app) if word.startswith(("重复", "可以"))] == [
        "可以导入，有提醒",
        "重复",
    ]
    assert badges(app).count("不能导入") == 2  # nothing of a refused file counts even once
    assert "与本批的「一\\.csv」逐字节相同，只计一次" in everything(app)


def test_what_is_no_table_is_refused_with_a_word_and_a_step_whatever_it_is_called(a: Viewer) -> None:
    """A page's box of files would only say, in English, that the type is not allowed."""
    app = run_page("upload", a)
    assert not app.file_uploader[0].proto.type
    app = give(
        a,
        "雾山抖音店",
        ("账单.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("截图.png", b"\x89PNG\r\n\x1a\n" + bytes(99)),
        ("订单.csv", csv(SAMPLE)),
    )
    text = everything(app)
    assert sorted(badges(app)) == ["不能导入", "不能导入", "可以导入，有提醒"]
    assert "这是 PDF" in text and "这是图片" in text and "请在平台后台导出为 Excel 或 CSV" in text
    assert [button.label for button in app.button if "确认导入" in button.label] == ["确认导入 1 个文件"]


def test_words_nobody_knows_are_told_before_the_file_is_taken(a: Viewer) -> None:
    app = give(a, "雾山抖音店", ("订单.csv", csv(SAMPLE)))
    assert badges(app) == ["可以导入，有提醒"] and "有不认识的状态词，按未知计（1：审核中）" in everything(
        app
    ).replace("\\", "")


def test_health_says_that_a_file_is_still_being_built(place: Place, a: Viewer) -> None:
    """Landed and not yet built, or under way from this session: the release shown is not the newest word."""
    assert "已是最新" in everything(run_page("data_health", a))
    here = OnCounter(delivery=Delivery(1))
    here.delivery.say("排队等待写入", "waiting for its turn to write")  # type: ignore[union-attr]
    text = everything(run_page("data_health", a, on_counter=here))
    assert "已是最新" not in text and "您上传的正在导入，还没进来" in text
    row = {"export_id": "f" * 64, "merchant_id": "mine", "shop_id": "my-douyin", "platform_code": "douyin",
        "kind_code": "orders", "source_code": "file",
           "export_name": "刚到.csv", "bytes_qty": 1, "landing_name": "x", "received_at": NOW,
           "observed_at": NOW}  # fmt: skip
    with writing(Settings(home=place.home)) as lake:
        lake.append(
            EXPORT,
            EXPORT.shape(pl.DataFrame([{**dict.fromkeys(EXPORT.columns), **row}], schema=EXPORT.dtypes)),
        )
    try:
        text = everything(run_page("data_health", a))
        assert "已是最新" not in text and "还有 1 个文件没进来，正在构建或等待构建" in text
    finally:
        with writing(Settings(home=place.home)) as lake:
            lake.delete(EXPORT, pl.DataFrame([row]).select(EXPORT.key))
    assert "已是最新" in everything(run_page("data_health", a))


def test_a_masked_cell_is_told_with_the_place_that_holds_it(a: Viewer) -> None:
    app = give(a, "雾山抖音店", ("订单.csv", csv(SAMPLE.replace('"1,299.00"', "张三 138.0013.8000"))))
    (problem,) = cells(app).filter(cells(app)["问题"] == "金额无法识别").iter_rows(named=True)
    assert (
        "张三" not in everything(app)
        and "0013" not in everything(app)
        and problem["原值"] == "** ***********"
    )
    assert (
        problem["下一步"]
        == "可能含个人信息，已遮住；原值在导出的原文件里：第2行「订单应付金额」列；改正后再上传"
    )


def test_a_renamed_column_is_confirmed_learned_with_who_and_when_and_taken_back(
    place: Place, a: Viewer
) -> None:
    drifted = csv(SAMPLE.replace("订单应付金额", "订单应付总额", 1))
    app = give(a, "雾山抖音店", ("订单.csv", drifted))
    assert badges(app) == ["不能导入"] and "最像：抖音 · 订单 · 2025\\_75；缺少：订单应付金额" in everything(
        app
    )
    assert app.selectbox[1].value == ""  # nothing is chosen for anybody
    assert badges(press(app, "确认并记住")) == ["不能导入"]
    app.selectbox[1].select("订单应付金额")
    app = press(app, "确认并记住")
    assert badges(app) == ["可以导入，有提醒"] and "已记住：订单应付总额" in everything(app)
    app = run_page("upload", a)
    told = next(item.value for item in app.markdown if "订单应付总额" in item.value)
    assert "→ **订单应付金额**" in told and "a · " in told and "抖音 · 订单" in told
    app = press(app, "撤销")
    assert "订单应付总额" not in everything(app)
    with reading(Settings(home=place.home)) as lake:
        said = (
            lake.read(ALIAS)
            .sort("event_number")
            .select("merchant_id", "column_name", "is_in_force", "received_by_name")
            .rows()
        )
    assert said == [("mine", "订单应付总额", True, "a"), ("mine", "订单应付总额", False, "a")]


def test_an_unknown_table_is_mapped_by_answering_what_only_a_person_knows_and_taken_back(
    place: Place, a: Viewer
) -> None:
    app = give(a, "雾山小程序", ("erp.csv", csv(ERP)))
    assert "不认识这个版式：去映射" in everything(app)
    app = press(app, "映射这个表格")
    assert "还缺：支付金额 或 应付金额" in everything(app)
    app = press(app, "看看会怎样读")
    assert "还有没回答的" in everything(app) and "会这样读" not in everything(app)
    app.selectbox(key="put_header").select("收货人")
    app = press(app, "记下")
    assert "是个人信息，不能读作" in app.error[0].value and "还缺" in everything(app)
    app.selectbox(key="put_header").select("到账")
    app = press(app, "记下")
    assert "还缺" not in everything(app)
    app.selectbox(key=WORD).select("paid")
    app = press(app, "看看会怎样读")
    assert "说明了订单状态的词，却说没有这一列" in everything(app)
    app.selectbox(key=WORD).select(None)
    for question in app.radio:
        question.set_value(question.options[0])  # yes to each
    app = press(app, "看看会怎样读")
    assert shown_lines(app)["订单状态"] == (
        "已发货",
        "未知",
    ) and "仍有不认识的词，按“未知”计：缺货中" in everything(app)
    app.selectbox(key=WORD).select("paid")
    app = press(app, "看看会怎样读")
    first = shown_lines(app)
    assert (
        first["支付金额"] == ("¥89.00", "¥100.50")
        and first["订单状态"] == ("已发货", "已支付待发货")
        and "仍有不认识的词" not in everything(app)
    )
    assert not re.findall(r"[\u3400-\u9fff][,;:!?][\u3400-\u9fff]+", everything(app)), "marks of English"
    assert "隔离" not in everything(app), "a word of engineers"
    assert "收货人、手机" in everything(
        app
    ) and "用于您在其他来源的店铺，其他平台的店铺要另外映射" in everything(app)
    app = press(app, "保存这个映射")
    assert (
        badges(app) == ["可以导入"]
        and "映射“自有订单”已保存，用于您在其他来源的店铺" in everything(app)
        and "版式 · 自建映射" in folded(app)
        and "自建映射" in everything(app)
    )
    app = run_page("upload", a)
    told = next(item.value for item in app.markdown if "自有订单" in item.value)
    assert "订单 · 其他来源 · 第 1 版 · a · " in told
    app = next(button for button in app.button if button.key == "forget_mapping_own_orders").click().run()
    assert "自有订单" not in everything(app)
    with reading(Settings(home=place.home)) as lake:
        said = (
            lake.read(MAPPING)
            .sort("event_number")
            .select("merchant_id", "layout_name", "received_by_name", "is_in_force")
            .rows()
        )
    assert said == [("mine", "own_orders", "a", True), ("mine", "own_orders", "a", False)]
    assert "不认识这个版式：去映射" in everything(give(a, "雾山小程序", ("erp.csv", csv(ERP))))


def test_a_word_that_comes_later_is_explained_on_the_preview(place: Place, a: Viewer) -> None:
    """In a table the house maps: the merchant's own copy of that mapping knows the word from then on."""
    sample = (ROOT / "connectors" / "mappings" / "samples" / "mini_program_orders.csv").read_text(
        encoding="utf-8-sig"
    )
    app = give(a, "雾山小程序", ("小程序.csv", csv(sample.replace("已完成", "配货中", 1))))
    assert "订单状态里有不认识的词" in everything(app)
    app.selectbox(key="new_words_0_words.order_status_code.配货中").select("paid")
    app = press(app, "记住这些词")
    assert (
        "已记住这些词" in everything(app)
        and "不认识的词" not in everything(app)
        and badges(app) == ["可以导入"]
    )
    with reading(Settings(home=place.home)) as lake:
        said = (
            lake.read(MAPPING)
            .filter(pl.col("details_json").str.contains("配货中"))
            .select("kind_code", "received_by_name", "event_number")
            .rows()
        )
    assert said == [("mapped_orders", "a", 1)]


def shown_lines(app: AppTest) -> dict[str, tuple[str, str]]:
    """What the two rows of ``ERP`` are read as, by the meaning above each of their columns."""
    (table,) = [shown(item) for item in app.dataframe if "支付金额" in " ".join(item.value.columns[1:])]
    first, second = table.rows(named=True)
    assert (first["行"], second["行"]) == ("2", "3")
    return {name.split(" ← ")[0]: (first[name], second[name]) for name in table.columns}


def rows_of(app: AppTest, column: str) -> list[dict[str, str]]:
    """The rows of the page's one table that has this column."""
    (table,) = [shown(item) for item in app.dataframe if column in item.value.columns]
    return table.rows(named=True)


def moves(app: AppTest) -> dict[str, tuple[str, ...]]:
    """Each of the shop's totals before, after, and how far it moved."""
    before, after, change = rows_of(app, "本店合计")
    assert (before["本店合计"], after["本店合计"], change["本店合计"]) == ("之前", "之后", "变化")
    return {name: (before[name], after[name], change[name]) for name in before if name != "本店合计"}


def test_a_table_in_which_nothing_is_known_cannot_be_mapped_and_is_told_so(a: Viewer) -> None:
    app = press(give(a, "雾山小程序", ("x.csv", "甲,乙,丙\n1,2,3\n".encode())), "映射这个表格")
    assert "列名大多不认识" in app.error[0].value
    assert badges(press(app, "返回文件")) == ["不能导入"]


def test_another_merchants_file_is_refused_and_noted(place: Place, a: Viewer) -> None:
    header, *rows = SAMPLE.strip().splitlines()
    theirs = "\n".join([f"{header},店铺ID", *(f"{row},{THEIR_NUMBER}" for row in rows), ""])
    app = give(a, "雾山抖音店", ("订单.csv", csv(theirs)))
    text = everything(app)
    assert (
        badges(app) == ["不能导入"]
        and "文件属于另一个店铺" in text
        and "青禾" not in text
        and THEIR_NUMBER not in text
    )
    assert next(button for button in app.button if button.key == "confirm").disabled
    with reading(Settings(home=place.home)) as lake:
        assert lake.read(SECURITY_EVENT).select("shop_id", "rule_name").rows() == [
            ("my-douyin", "OTHER_SHOP")
        ]


def test_a_receipt_says_of_each_file_what_where_and_what_next_in_one_language(house: Place) -> None:
    """File, row, the rule's sentence and the next step; several files together in one line that sums."""
    refusal = refused(
        "bad.csv", refuse("MISSING_COLUMN", row=3, missing="x"), merchant_id="merchant-a", shop_id="a-tmall"
    )
    good = FileReceipt("good.csv", "taobao", "orders", "2022", rows_read=30, published=20, superseded=9)
    again = FileReceipt("again.csv", "taobao", "orders", "2022", "duplicate", rows_read=7, duplicate=7)
    warned = FileReceipt(
        "warned.csv", "taobao", "orders", "2022", "warned", rows_read=1_200, published=1_198, quarantined=2,
        rules={"BAD_MONEY": 2}, export_id="none",
        notices=[Notice("MONEY_UNDATED", 3, "¥9.00；写付款时间的文件：订单 / ¥9.00; told by: orders")],
    )  # fmt: skip
    good = replace(good, duplicate=1)
    delivery = Delivery(1)
    delivery.outcome.set_result(Ingested([good, again, warned, refusal], None, [], None))
    viewer = access.sign_in(house, "a", PASSWORD)
    chinese = run_page("upload", viewer, on_counter=OnCounter(delivery=delivery))
    text = everything(chinese)
    assert "4 个文件：1 个已拒收、1 个已接收，有提醒、1 个重复文件、1 个已接收" in text
    assert "读取 **1,237** 行 = 发布 1,218 + 问题行 2 + 已被新文件更新 9 + 重复 8" in text
    assert 1_218 + 2 + 9 + 8 == 30 + 7 + 1_200
    assert badges(chinese) == ["已拒收", "已接收，有提醒", "重复文件", "已接收"], "what needs a look is first"
    assert "第几行：3；缺少：x" in text and "→ 用默认列重新导出" in text
    assert "2 行：金额无法识别 → " in text and "2 行有问题，不计入数字；其余 1,198 行可用。" in text
    (table,) = [item for item in chinese.dataframe if "已被新文件更新" in item.value.columns]
    assert table.value["读取"].to_list() == [30, 7, 1_200, 0], "numbers, which sort and stand on the right"
    assert not CODES.findall(outside(chinese)) and "MISSING\\_COLUMN" in folded(chinese)
    english = everything(run_page("upload", viewer, on_counter=OnCounter(delivery=delivery), language="en"))
    assert "**1,237** rows read = 1,218 published + 2 problem rows" in english
    english = english.replace("雾山抖音店", "")  # what the merchant calls a shop
    assert (
        "row: 3" in english
        and "(3: ¥9.00; told by: orders)" in english.replace("\\", "")
        and not re.search(r"[\u3400-\u9fff]", english)
    )


def test_a_next_step_is_read_whole_in_a_cell(house: Place) -> None:
    """In English it was cut after sixty characters."""
    app = run_page("data_health", access.sign_in(house, "a", PASSWORD), language="en")
    steps = [row["next step"] for row in rows_of(app, "next step")]
    assert max(map(len, steps)) > 60 and not [step for step in steps if step.endswith("…")]


def test_a_merchant_without_shops_is_told_whom_to_ask(place: Place) -> None:
    app = run_page("upload", access.sign_in(place, "nobody", PASSWORD))
    assert "还没有登记店铺" in app.info[0].value and not app.file_uploader


def test_a_delivery_that_fails_says_so_and_the_page_goes_on(
    place: Place, a: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds the writer's slot longer than this one waits."""
    monkeypatch.setenv("BAIYUN_SLOT_SECONDS", "0.1")
    app = give(a, "雾山抖音店", ("订单.csv", csv(SAMPLE)))
    with Lake.open(place, write=True):
        app = outcome(press(app, "确认导入 1 个文件"))
    assert app.error and not app.exception
    assert "把文件拖到上面" in everything(press(app, "继续上传"))


def test_a_held_release_is_told_with_the_check_that_holds_it(house: Place) -> None:
    """What a delivery ends with when the new build fails a check.

    The check's sentence is read from the stored outcomes.
    """
    held = HeldReleaseError("HELD", "检查未通过", "checks failed", rules="GOLD_EQUALS_SILVER")
    receipt = FileReceipt("订单.csv", "taobao", "orders", "2022", rows_read=3, published=2, superseded=1)
    delivery = Delivery(1)
    delivery.outcome.set_result(Ingested([receipt], None, [], held))
    text = everything(
        run_page("upload", access.sign_in(house, "a", PASSWORD), on_counter=OnCounter(delivery=delivery))
    )
    assert "新数据未放行" in text and "「汇总等于明细之和」" in text and "看板现在读取" not in text
    assert "读取 **3** 行 = 发布 2 + 问题行 0 + 已被新文件更新 1 + 重复 0" in text

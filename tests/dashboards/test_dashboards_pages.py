"""What the pages say: the right figures, the held build, old and missing data, and a sentence where something
fails.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from dashboards_cases import BEIJING, HOSTILE, NOW, PASSWORD, STYLES, TODAY, gold_frames, make_house
from screen import cells, everything, everything_of, open_app, run_page, sign_in
from streamlit.testing.v1 import AppTest

from dashboards.parts.figures import keepers
from dashboards.parts.page.menu import entries
from dashboards.parts.page.words import day, span, visible
from dashboards.views.merchant import matured, overview
from metrics.query import access
from metrics.query.access import Viewer
from metrics.reports import health
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place


def viewer(house: Place, name: str) -> Viewer:
    return access.sign_in(house, name, PASSWORD)


YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def overview_of_a(built: Place) -> AppTest:
    """The overview as A finds it; only to read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIYUN_HOME", str(built.home))
        return run_page("overview", viewer(built, "a"))


def total(first: dt.date, column: str) -> str:
    """Merchant A's sum of the days up to yesterday, in yuan, from the rows the house was made of."""
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(merchant_id="merchant-a")
    rows = rows.filter(pl.col("business_date").is_between(first, YESTERDAY)).with_columns(
        kept_fen=pl.col("paid_fen") - pl.col("cohort_refund_fen")
    )
    return f"¥{rows[column].sum() / 100:,.2f}"


# the overview
def test_yesterday_comes_first_then_the_longer_periods(overview_of_a: AppTest) -> None:
    app = overview_of_a
    assert [item.label.split("最后")[0] for item in app.metric] == ["昨天", "近7天", "近30天"]
    assert app.segmented_control[0].options == ["昨天", "近7天", "近30天", "今天（未完）"]
    for item, days in zip(app.metric, (1, 7, 30), strict=True):
        assert span(TODAY - dt.timedelta(days=days), YESTERDAY) in item.label, "all end yesterday"


def test_the_channels_below_are_yesterdays_and_stand_above_the_other_periods(overview_of_a: AppTest) -> None:
    text = everything(overview_of_a)
    assert (
        text.index("昨天最后大约留下") < text.index("昨天各渠道最后会留下") < text.index("近7天最后大约留下")
    )
    assert "今天还没完" not in text


def test_today_is_never_shown_as_if_it_were_over(house: Place) -> None:
    app = run_page("overview", viewer(house, "a"), period=3)
    assert app.metric[0].label.startswith("今天（未完）")
    text = everything(app)
    assert text.count("今天还没完") == 1 and "今天（未完）各渠道最后会留下" in text
    assert text.count("今天还没过完，不和整天比") == 1
    assert [item.label.split("最后")[0] for item in app.metric[1:]] == ["昨天", "近7天", "近30天"]


def test_a_shop_that_has_not_told_all_of_yesterday_is_named_beside_it(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = dt.datetime.combine(YESTERDAY, dt.time(14, 5), BEIJING)
    late = health.freshness(viewer(house, "a")).with_columns(observed_at=until, covered_until_at=None)
    monkeypatch.setattr(overview.health, "freshness", lambda _: late)
    text = everything(run_page("overview", viewer(house, "a")))
    assert (
        f"这一天还没收全**：雾山抖音店只到 {day(YESTERDAY)} 14:05、雾山天猫旗舰店只到 {day(YESTERDAY)} 14:05"
        in text
    )
    monkeypatch.setattr(
        overview.health, "freshness", lambda _: late.with_columns(observed_at=until + dt.timedelta(hours=10))
    )
    assert "还没收全" not in everything(run_page("overview", viewer(house, "a")))


def test_young_figures_are_never_told_without_how_sure_they_are(house: Place) -> None:
    text = everything(run_page("overview", viewer(house, "a"), period=2))
    assert text.count("八成把握") >= 3 and "基本定了" not in text


def test_the_overview_says_what_is_in_no_figure_and_which_checks_warn(
    house: Place, overview_of_a: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lake.open(house) as lake:
        held = lake.sql(
            "SELECT count(DISTINCT (export_id, row_number)) FROM ops.quarantine WHERE merchant_id = "
            "'merchant-a'"
        ).item()
    assert held > 0
    assert f"文件里有 {held} 行不合规则、被隔离" in everything(overview_of_a)
    for name in ("held", "checks"):
        nothing = getattr(overview.health, name)(viewer(house, "a")).clear()
        monkeypatch.setattr(overview.health, name, lambda _, nothing=nothing: nothing)
    assert "数据已核对，没有问题行" in everything(run_page("overview", viewer(house, "a")))


def test_sessions_show_gpm_and_net_gpm_and_own_up_to_missing_views(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "SESSIONS", 8)
    lines = [item.value for item in run_page("overview", viewer(house, "b"), period=2).markdown]
    # b's newest session: 900,000 × 3 fen paid, 46% kept, 23,000 views → 1000 × 27,000.00 / 23,000, half up to
    # the fen
    assert "净GPM **¥540.00** :gray[/ GPM ¥1,173.91]" in lines
    assert sum("净GPM **—** :gray[/ GPM —]" in line for line in lines) == 1


def test_titles_from_outside_are_drawn_as_they_are_and_never_as_markup(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "SESSIONS", 16)
    app = run_page("overview", viewer(house, "a"), period=2)
    assert visible(HOSTILE, 40) in [item.value for item in app.text]
    marked = [
        item.value
        for kind in (app.markdown, app.caption, app.info, app.warning, app.error, app.subheader)
        for item in kind
    ]
    assert not [value for value in marked if "frac" in value or "script" in value or "cmd" in value]
    assert "\u202e" not in everything(app)


# matured net
def test_matured_net_tells_point_interval_age_and_what_is_open(house: Place) -> None:
    app = run_page("matured", viewer(house, "a"))
    # two shops × 30 days of 12 × 1,000 yuan in each of two channels: 40 % and 70 % of it stay; nine days have
    # not come back yet
    assert app.metric[0].value == "¥79.2万"
    text = everything(app)
    whole = next(item.value for item in app.markdown if "八成把握" in item.value)
    assert re.fullmatch(r"\*\*八成把握 ¥7\d\.\d万–¥8\d\.\d万\*\*", whole)
    assert "已支付 ¥1,440,000.00 · 现在留着 ¥986,400.00 · 最新订单才 1 天，支付里估计还有 14% 会退" in text
    assert "两周前还没有预测，暂时无法核对" in text


def test_matured_net_goes_by_style_and_session_too(house: Place) -> None:
    app = run_page("matured", viewer(house, "b"), matured_by="style")
    text = everything(app)
    # one shop, 30 days of 3 × 1,000 yuan in each of two channels with a style of its own: 70 % and 40 % of it
    # stay
    assert text.index("¥6.30万") < text.index("¥3.60万"), "the style of the channel that keeps more is first"
    assert "按同类订单（渠道、品类、价位）的退法分摊" in text and STYLES[0] in text
    app.session_state["matured_by"] = "session"
    text = everything(app.run())
    assert "另有 ¥6.30万 不在场次里" in text
    assert f"{YESTERDAY:%m-%d} 20:00 秋装上新专场" in text, (
        "by the clock of the shop, whatever the machine's is"
    )


def test_at_equal_age_the_channel_that_keeps_more_is_first_though_another_kept_more_so_far(
    house: Place,
) -> None:
    app = run_page("matured", viewer(house, "b"))
    text = everything(app)
    # 26 of 39 days have been a fortnight old: 26 × 3,000 yuan, of which 70 % and 40 % stay
    assert text.index("70% · ¥5.46万") < text.index("40% · ¥3.12万")
    app.session_state["matured_age"] = 7
    assert "85% · ¥8.42万" in everything(app.run()), "half of what goes back has by the 7th day"


def test_equal_age_says_what_stands_at_the_right_and_lists_say_that_they_are_cut(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = everything(run_page("matured", viewer(house, "b")))
    assert "右侧：留下的占比 · 那一刻留下的净成交" in text and "只列前" not in text
    monkeypatch.setattr(matured, "TOP", 1)
    captions = [item.value for item in run_page("matured", viewer(house, "b")).caption]
    assert "只列前 1 个，共 2 个。" in captions and "只列前 1 款，共 2 款。" in captions


# profit
def test_profit_says_how_much_of_its_cost_is_known_and_what_is_not(house: Place) -> None:
    app = run_page("profit", viewer(house, "b"))
    # one shop, ten days of 3 × 1,000 yuan in each of two styles: 400 − 150 − 50 of the one, nothing known of
    # the other
    assert [item.value for item in app.metric] == ["¥6,000.00", "¥7,500.00"]
    text = everything(app)
    assert "已知成本 50.0%" in text and "另有 ¥30,000.00 支付的商品不知道成本，没算进利润，不当成 0" in text
    by_style = cells(app).drop_nulls("贡献利润").select("贡献利润", "毛利", "已知成本", "支付").rows()
    assert by_style == [
        ("¥6,000.00", "¥7,500.00", "100%", "¥30,000.00"),
        ("—", "—", "—", "¥30,000.00"),
    ]
    app.session_state["profit_by"] = "session"
    named = cells(app.run()).drop_nulls("场次").select("场次", "贡献利润").rows()
    assert str(named[0][0]).endswith("秋装上新专场 · 抖音") and "不在场次里" in {
        name for name, _ in named[1:]
    }
    assert [profit for _, profit in named] == ["¥6,000.00", *["—"] * 8]
    app.session_state["profit_by"] = "sku"
    assert cells(app.run()).drop_nulls("SKU").select("SKU", "已知成本").rows() == [
        ("b-douyin-0-M", "100%"), ("b-douyin-1-M", "—"), ("没有商家编码", "—"),
    ]  # fmt: skip


def test_accounts_are_told_apart_by_platform_and_own_ones_are_said_to_be_own(tmp_path: Path) -> None:
    house = remade(
        tmp_path / "accounts",
        "UPDATE lake.gold.fct_order_line SET creator_id = platform_code || CASE WHEN sku_code LIKE '%-0-M' "
        "THEN '-1' ELSE '-2' END;"
        "UPDATE lake.gold.fct_line_cost SET creator_id = platform_code || '-1';"
        "INSERT INTO lake.gold.dim_creator BY NAME SELECT DISTINCT merchant_id, platform_code, creator_id, "
        "creator_id LIKE '%-1' AS is_own_account,"
        " '小满穿搭' AS creator_name FROM lake.gold.fct_order_line",
    )
    rows = cells(run_page("profit", viewer(house, "a"), profit_by="creator"))
    assert set(rows["账号/达人"].drop_nulls()) == {
        "小满穿搭 · 抖音 · 自有",
        "小满穿搭 · 抖音",
        "小满穿搭 · 淘宝/天猫 · 自有",
        "小满穿搭 · 淘宝/天猫",
    }


def test_a_session_says_its_platform_beside_its_account(overview_of_a: AppTest) -> None:
    captions = [item.value for item in overview_of_a.caption]
    assert {item.split(" · ")[0] for item in captions if re.search(r"[\d万] 次观看", item)} == {
        "抖音",
        "淘宝/天猫",
    }


# advertising
def test_advertising_says_what_a_yuan_brings_back_and_which_report_counts(house: Place) -> None:
    app = run_page("ads", viewer(house, "b"))
    # one shop, ten days of 2 × 3,000 yuan for 1,200 of advertising: 0.64 × 3,000 will be kept; of 3,000 of
    # known cost 1,200 stay and 600 are left
    assert [item.value for item in app.metric] == ["¥1.20万", "1.60", "2.00"]
    text = everything(app)
    assert "每花 1 元推广，扣掉退款、货、费用和运费后拿回 0.80 元：亏 0.20 元" in text
    assert cells(app).drop_nulls("投产比").select("投产比", "现在", "保本").rows() == [
        ("退货后 ROI（预计）", "1.60", "2.00"), ("净ROI（至今）", "2.00", "2.00"),
        ("整体支付ROI", "5.00", "5.00"),
        ("全域ROI（报表）", "4.50", "5.00"),
    ]  # fmt: skip
    assert cells(app).drop_nulls("来源").select("来源", "计入", "花费", "现金", "赠款").rows() == [
        ("全域推广 · 计划", "计入", "¥12,000.00", "¥6,000.00", "¥6,000.00"),
        ("全域推广 · 素材", "说不全，没计入", "¥12,000.00", "—", "—"),
    ]  # fmt: skip


def test_shops_stand_side_by_side_each_with_its_own_line(house: Place) -> None:
    rows = (
        cells(run_page("ads", viewer(house, "a")))
        .drop_nulls("退货后 ROI（预计）")
        .select("店铺", "花费", "退货后 ROI（预计）", "保本", "保本了吗", "扣推广后的贡献")
        .rows()
    )
    assert rows == [
        (name, "¥48,000.00", "1.60", "2.00", "✗ 不够", "—") for name in ("雾山抖音店", "雾山天猫旗舰店")
    ]


def remade(home: Path, statement: str) -> Place:
    """A house whose gold was changed and released again."""
    house = make_house(home)
    with Lake.open(house, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        for part in statement.split(";"):
            lake.connection.execute(part)
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    return house


def test_without_told_advertising_the_page_says_what_to_give_and_still_what_breaks_even(
    tmp_path: Path,
) -> None:
    house = remade(
        tmp_path / "silent", "DELETE FROM lake.gold.mart_ad_daily; DELETE FROM lake.gold.mart_promotion_daily"
    )
    app = run_page("ads", viewer(house, "b"))
    assert "没有推广花费的数据" in everything(app)
    assert [item.value for item in app.metric] == ["5.00", "2.00"]
    assert not app.dataframe


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE lake.gold.mart_profit_daily SET cost_fen = paid_fen WHERE cost_known_fen > 0",
            "广告之前就不剩钱",
        ),
        (
            (
                "UPDATE lake.gold.mart_profit_daily SET cost_known_fen = 0, fees_known_fen = 0, "
                "cost_untold_fen "
                "= paid_fen, fees_untold_fen = paid_fen"
            ),
            "没有商品成本",
        ),
        (
            "UPDATE lake.gold.mart_profit_daily SET fees_known_fen = 0, fees_untold_fen = paid_fen",
            "结算单还没来",
        ),
    ],
)
def test_without_a_line_that_breaks_even_the_page_says_which_is_missing(
    tmp_path: Path, statement: str, said: str
) -> None:
    app = run_page("ads", viewer(remade(tmp_path / "other", statement), "b"))
    assert said in everything(app) and "每花 1 元推广" not in everything(app)
    assert [item.value for item in app.metric] == ["¥1.20万", "1.60", "—"]


def test_choosing_a_period_changes_the_parts_below(house: Place) -> None:
    app = run_page("overview", viewer(house, "a"))
    before = everything(app)
    app.session_state["period"] = 1
    after = everything(app.run())
    assert "近7天各渠道最后会留下" in after and "近7天各渠道最后会留下" not in before


def test_without_data_for_yesterday_the_newest_day_is_shown_and_said(tmp_path: Path) -> None:
    house = make_house(tmp_path / "old", last_day=dt.date(2020, 3, 1), watched=46)
    app = run_page("overview", viewer(house, "a"))
    assert app.info[0].value.startswith(f"昨天（{day(YESTERDAY)}）还没有数据，先看最新一天 **2020年3月1日**")
    assert [re.split("最后|留下", item.label)[0] for item in app.metric] == ["最新一天", "近7天", "近30天"]
    assert app.segmented_control[0].options == ["最新一天", "近7天", "近30天"]
    assert "2020年2月1日–3月1日" in app.metric[2].label


def test_a_gap_yesterday_is_said_though_today_has_begun(tmp_path: Path) -> None:
    house = remade(
        tmp_path / "gap",
        f"DELETE FROM lake.gold.mart_shop_channel_daily WHERE business_date = DATE '{YESTERDAY}'",  # noqa: S608
    )
    app = run_page("overview", viewer(house, "a"))
    before = day(YESTERDAY - dt.timedelta(days=1))
    assert (
        f"先看最新一天 **{before}**" in app.info[0].value
        and f"最新一天最后大约留下 :gray[:small[{before}]]" in app.metric[0].label
    )


# the top of every page
def test_a_held_build_is_told_with_the_rule_in_chinese_and_the_release_shown(house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    [banner] = app.warning
    assert "未放行" in banner.value and "「汇总等于明细之和」" in banner.value and "\\#1" in banner.value
    assert any("发布 **\\#1**" in item.value and "数据截至" in item.value for item in app.caption)


def test_the_association_is_told_nothing_of_merchants_releases(house: Place) -> None:
    """What it sees are the district's own; why a build of merchants is held is none of its business."""
    app = sign_in(open_app(), "assoc", PASSWORD)
    text = everything(app)
    assert not app.warning and "未放行" not in text and "汇总等于明细" not in text and "\\#1" not in text


def test_without_a_held_build_there_is_no_banner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(make_house(tmp_path / "calm").home))
    assert not sign_in(open_app(), "a", PASSWORD).warning


# data health
def test_health_names_shops_checks_rows_and_files(house: Place) -> None:
    app = run_page("data_health", viewer(house, "a"))
    text = everything(app)
    assert "采集失败" in text and "授权已失效" in text and "正常" in text
    table = cells(app)
    quarantined = table.filter(pl.col("原值").is_not_null())
    assert quarantined["行"].to_list() == ["17", "204", "8,765,431"]
    assert set(quarantined["文件"]) == {"天猫订单报表.csv"}
    assert quarantined["原值"].to_list() == ["12,3x", "**", "12,3x"]
    steps = dict(zip(quarantined["行"], quarantined["下一步"], strict=True))
    assert steps["17"] == "打开导出的原文件看这一行；改正后再上传"
    assert steps["204"] == "可能含个人信息，已遮住；原值在导出的原文件里：第204行「总金额」列；改正后再上传"
    received = table.filter(pl.col("读取").is_not_null())
    assert received.select("读取", "发布", "问题行").row(0) == ("28,010", "28,007", "3")
    covered = table.filter(pl.col("数据").is_not_null()).select("数据", "文件", "接口").rows()
    asked, given = day((NOW - dt.timedelta(hours=2)).date()), day(TODAY)
    assert {
        ("订单", "可上传", f"✓ {asked}"),
        ("直播场次", "可上传", "—"),
        ("商品", "可上传，未核实", "—"),
    } < set(covered)
    assert {("订单", f"✓ {given}", "—"), ("交易", "—", "可授权")} < set(covered)


def test_a_failed_check_is_told_with_its_shop_its_reason_and_the_next_step_and_only_to_whom_it_concerns(
    house: Place,
) -> None:
    failed = {
        name: [
            item.value
            for item in run_page("data_health", viewer(house, name)).markdown
            if "未做到" in item.value
        ]
        for name in ("a", "b")
    }
    stop, warn = failed["a"]
    assert stop.startswith("- **阻断 · 全站检查** · 未做到「汇总等于明细之和」") and "→ 下一步 汇总" in stop
    assert (
        warn.startswith("- **提醒 · 雾山抖音店、雾山天猫旗舰店** · 未做到「完成不早于支付」")
        and "理由" in warn
        and "→ 下一步 完成" in warn
    )
    assert [line.partition("** · ")[0] for line in failed["b"]] == [
        "- **阻断 · 全站检查",
        "- **提醒 · 青禾抖音店",
        "- **提醒 · 青禾抖音店",
    ]
    app = run_page("data_health", viewer(house, "a"))
    assert any("未通过 2 项" in item.value for item in app.markdown)
    judged = cells(app).filter(pl.col("结果").is_not_null()).select("规则", "结果", "范围").rows()
    assert ("FINISHED_AFTER_PAID", "✗ 未通过", "雾山天猫旗舰店") in judged and (
        "GIFT_IS_FREE",
        "✓ 通过",
        "",
    ) in judged
    assert "pinduoduo" not in everything(app) and "4 行不符" not in everything(app)


def test_foreign_orders_that_wait_are_told_with_their_day(house: Place) -> None:
    told = [item.value for item in run_page("data_health", viewer(house, "a")).warning]
    assert (
        len(told) == 1
        and told[0].startswith(f"**雾山抖音店：1 笔外币订单等待 {TODAY.month}月{TODAY.day}日 的汇率（USD）")
        and "baiyun rates import" in told[0]
    )
    english = run_page("data_health", viewer(house, "a"), language="en").warning[0].value
    assert "1 USD order in no figure yet" in english
    assert "7 笔外币订单" in run_page("data_health", viewer(house, "b")).warning[0].value


# empty and failing
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.card.path)
def test_before_the_first_release_each_page_is_one_calm_sentence(empty_house: Place, entry: object) -> None:
    name = {"merchant": "a", "association": "assoc", "operator": "op"}[entry.audience]  # type: ignore[attr-defined]
    app = run_page(entry.card.path, viewer(empty_house, name))  # type: ignore[attr-defined]
    assert not app.exception and not app.error
    [told] = app.info
    # who signs in, and by which rules is released, is known before anything is
    rules = ["一个人就能发布"]
    before = {"security": ["没有要留意的事"], "govern": rules, "policy": rules}
    calm = before.get(entry.card.path, ["尚未建立", "还没有发布"])  # type: ignore[attr-defined]
    assert any(sentence in told.value for sentence in calm)


def test_signing_in_to_an_empty_house_works(empty_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    assert not app.exception and not app.error
    assert "还没有发布任何数据" in app.info[0].value


def test_an_operator_without_pages_is_told_so(house: Place) -> None:
    app = sign_in(open_app(), "op", PASSWORD)
    assert not app.exception
    assert any(entry.audience == "operator" for entry in entries()) or "命令行" in app.info[0].value


def test_a_part_that_fails_is_a_sentence_and_the_rest_of_the_page_stands(
    house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("/secret/path/merchant-b")

    monkeypatch.setattr(keepers, "labels", broken)
    app = run_page("overview", viewer(house, "a"))
    text = everything(app)
    assert [item.value.partition("暂时打不开")[0] for item in app.error] == ["「退得少、留得多的款」"]
    assert "secret" not in text and "ZeroDivision" not in text and "Traceback" not in text
    assert "¥271,828.18" in text and "直播场次" in text


# sessions and buyers
def test_people_are_worth_what_the_sessions_tell_and_come_again_on_each_platform_apart(house: Place) -> None:
    app = run_page("people", viewer(house, "b"))
    lines = [item.value for item in app.markdown]
    # eight sessions of 900,000 fen × (3, 4 or 5, 31 in all): 27,900,000 over 828 buyers and 428,000
    # exposures, of which one session tells no views
    for zh, value in (("客单价", "¥336.96"), ("商品GPM", "¥651.87"), ("平均停留", "1分04秒")):
        place = next(number for number, line in enumerate(lines) if line.startswith(f"**{zh}**"))
        assert lines[place + 1] == f"**{value}**"
    text = everything(app)
    assert "另有 1 场来源未说明观看时长，未参与平均停留" in text
    rows = gold_frames(40, TODAY)["mart_shop_channel_daily"].filter(merchant_id="merchant-b")
    rows = rows.filter(
        pl.col("business_date").is_between(TODAY - dt.timedelta(days=30), YESTERDAY)
    ).with_columns(kept=pl.col("paid_fen") - pl.col("cohort_refund_fen"))
    own = rows.filter(channel_code="own_live")["kept"].sum() / rows["kept"].sum()
    parts = rows.group_by("channel_code").agg(pl.col("kept").sum())["kept"].sort(descending=True)
    three = parts.head(3).sum() / rows["kept"].sum()
    index = sum(10_000 * (part / rows["kept"].sum()) ** 2 for part in parts)
    assert own < 0.5 and len(parts) > 3 and index >= 2_500
    assert f"前三个渠道占了净成交的 **{three:.0%}**，**偏集中**；最大的是 **自播**，占 **{own:.0%}**" in lines
    assert "达播净成交：没有留存的净成交，看不出集中在谁身上" in text
    (fold,) = [item for item in app.expander if item.label == "技术细节"]
    assert f"{index:,.0f}" in everything_of(fold) and f"{index:,.0f}" not in "".join(lines)
    assert (
        "**小红书** 120 个买家里，24 个留下了两单以上：**20%**" in text and "抖音：文件里没有买家编号" in text
    )
    [table] = [frame for frame in [cells(app)] if "平台" in frame.columns]
    newest, before = f"{TODAY:%Y-%m}", f"{TODAY.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    assert table.select("平台", newest, before).rows() == [("小红书", "20%", "13%")]


def test_the_passport_of_stock_asks_for_one_shop_and_month(house: Place) -> None:
    app = run_page("passport", viewer(house, "a"), passport_metric="closing_stock")
    assert not app.exception and not app.error
    assert app.selectbox(key="passport_shop").options and app.selectbox(key="passport_month").options
    assert "没有逐行明细" not in everything(app) and "明细之和与这个数字不符" in everything(app), (
        "nothing stands behind what this house says"
    )


def test_the_passport_of_what_is_never_added_up_asks_for_one_platform_and_month(house: Place) -> None:
    app = run_page("passport", viewer(house, "b"), passport_metric="repurchase_rate")
    assert [box.label for box in app.selectbox] == ["指标", "平台", "月份"]
    assert app.selectbox(key="passport_platform").options == ["小红书"] and not app.error
    assert "20%" in everything(app)


# the menu
def test_pages_have_an_audience_a_card_and_an_address_of_their_own() -> None:
    assert {entry.audience for entry in entries()} <= {"merchant", "association", "operator"}
    addresses = [(entry.audience, entry.card.path) for entry in entries()]
    assert len(set(addresses)) == len(addresses)
    assert [entry.card.path for entry in entries() if entry.audience == "merchant"] == [
        "overview", "channels", "data_health", "profit", "upload", "ads", "matured", "ladder", "open_items",
        "match", "people", "stock", "passport", "costs", "entries", "take_out",
        "sharing", "position", "policy",
    ]  # fmt: skip


# from order to account
def test_the_ladder_names_every_rung_and_a_period_without_data_says_so(house: Place) -> None:
    app = run_page("ladder", viewer(house, "a"))
    lines = [item.value for item in app.markdown]
    rungs = [
        re.search(r"M\d\d", line) for line in lines if line.startswith("**") and ":gray[:small[M" in line
    ]
    assert [found.group() for found in rungs if found] == [
        "M01",
        "M02",
        "M02",
        "M03",
        "M04",
        "M05",
        "M06",
        "M07",
        "M08",
        "M09",
        "M10",
    ]
    first = TODAY - dt.timedelta(days=30)
    assert sum(f"**{total(first, 'paid_fen')}**" in line for line in lines) == 1
    assert sum(f"**{total(first, 'kept_fen')}**" in line for line in lines) >= 1
    app.segmented_control[0].set_value(3).run()
    assert "这段时间没有数据" in everything(app)

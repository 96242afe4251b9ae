"""Every page under a thumb: nothing too small to tap, nothing wider than the phone, the daily pages at the
bottom; one heading of the first rank, in the language that the page says it is in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from dashboards_cases import PASSWORD, make_house
from test_dashboards_browser import WAIT, WIDTHS, browser, fill_form, serving, settle

from dashboards.parts.page.menu import entries
from dashboards.parts.page.phone import pixels
from warehouse import accounts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

MINE = [entry.card for entry in entries() if entry.audience == "merchant"]
#: What can be tapped and is lower than a thumb is wide, in pixels; the keyboard's link waits for the focus.
_SMALL = """() => [...document.querySelectorAll('a, button, summary, input, [role=radio]')]
    .filter(item => item.offsetParent && item.dataset.testid !== 'stSkipToContent')
    .map(item => [item, item.matches('input') && item.closest('label, [data-testid=stDateInput]') || item])
    .map(([item, box]) => [item.innerText || item.ariaLabel || item.tagName,
        Math.round(box.getBoundingClientRect().height)])
    .filter(([, height]) => height > 0 && height < 40)"""


#: Page → for each of its tables, by its first heading: what a phone shows of it beside that, whole.
LEADING = {
    "profit": {"款式": ["贡献利润"]},
    "stock": {"商家编码": ["库存", "30天净销", "售罄率"]},
    "ads": {"投产比": ["现在", "保本"], "店铺": ["花费", "退货后 ROI（预计）"], "来源": ["花费", "计入"]},
    "open_items": {"原因": ["金额"], "月份": ["对账", "未结", "差"]},
}
OF_THE_DISTRICT = {
    "district_channels": {"平台": ["渠道", "留下", "退回占支付"]},
    "govern": {"时间": ["账号", "页面或文件"]},
    "pulse": {"月份": ["指数", "环比", "同比"]},
    "trends": {"格子": ["2025年9月", "2026年9月", "变化"]},
}
#: Of every table: how wide it is inside, how wide its columns are together, and their headings.
_TABLES = """() => [...document.querySelectorAll('[data-testid=stDataFrame]')].map(item => {
    const inside = item.querySelector('.dvn-scroller');
    return [inside.clientWidth, inside.scrollWidth,
        [...item.querySelectorAll('[role=columnheader]')].map(head => head.textContent)]; })"""


@pytest.fixture(scope="module")
def phone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """A phone that ``a`` signed in on, and the address."""
    folder = tmp_path_factory.mktemp("phone")
    accounts.give_duty(make_house(folder / "house"), "assoc", "administrator", "a")
    with serving(folder / "house", folder / "log") as address:
        size = {"width": 390, "height": WIDTHS[390]}
        page = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
        page.set_default_timeout(WAIT)
        page.goto(address)
        fill_form(page, "a", PASSWORD)
        settle(page)
        yield page, address


@pytest.mark.parametrize("path", [card.path for card in MINE])
def test_a_page_is_made_for_a_thumb(phone: tuple[Page, str], path: str) -> None:
    page, address = phone
    page.goto(f"{address}/{path}")
    settle(page)
    assert page.evaluate("document.documentElement.lang") == "zh"
    titles = page.locator("h1").all_inner_texts()
    assert titles == [card.zh for card in MINE if card.path == path]
    assert page.evaluate(_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def tables(page: Page) -> dict[str, list[str]]:
    """The headings a phone shows of every table, each of which is whole in view; under the first one's."""
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stDataFrame]')].every(item => "
        "item.querySelector('[role=columnheader]'))"
    )
    found = {}
    for inside, together, (first, *others) in page.evaluate(_TABLES):
        assert together <= inside, first
        found[first or others[0]] = others if first else others[1:]
    return found


@pytest.mark.parametrize("path", LEADING)
def test_what_matters_of_a_table_is_whole_in_view(phone: tuple[Page, str], path: str) -> None:
    page, address = phone
    page.goto(f"{address}/{path}")
    settle(page)
    found = tables(page)
    assert {first: found[first][: len(rest)] for first, rest in LEADING[path].items()} == LEADING[path]


def test_the_other_columns_are_a_tap_away(phone: tuple[Page, str]) -> None:
    page, address = phone
    page.goto(f"{address}/profit")
    settle(page)
    page.get_by_text("全部 6 列").click()
    page.wait_for_function(
        "(item => item.scrollWidth > item.clientWidth)(document.querySelector('.dvn-scroller'))"
    )


def test_a_tables_text_is_not_wider_than_is_reckoned(phone: tuple[Page, str]) -> None:
    """By the font the browser draws it in."""
    page, address = phone
    page.goto(f"{address}/profit")
    settle(page)
    words = [
        "复古风衣 YU010173", "¥22,438.92", "-¥1,234,567.89", "全区退货率", "2026-12-03", "+34.0%", "—",
        "ROI after returns", "association", "12-03 14:57", "抖音、快手", "whole-site promotion by plan",
        "MW-XXL",
    ]  # fmt: skip
    drawn = page.evaluate(
        """words => { const pen = document.createElement('canvas').getContext('2d');
        pen.font = `14px ${getComputedStyle(document.querySelector('[data-testid=stDataFrame]')).fontFamily}`;
        return words.map(word => pen.measureText(word).width); }""",
        words,
    )
    around = 16  # 8 on either side
    assert [word for word, width in zip(words, drawn, strict=True) if pixels(word) < width + around] == []
    assert all(pixels(word) < 1.2 * (width + around) for word, width in zip(words, drawn, strict=True))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_matters_of_the_districts_tables_is_whole_in_view(
    browser: Browser, phone: tuple[Page, str], language: str
) -> None:
    size = {"width": 390, "height": WIDTHS[390]}
    page = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.set_default_timeout(WAIT)
    page.goto(f"{phone[1]}/sign_in?language={language}")
    page.locator("input[name=name]").fill("assoc")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    for path, leading in OF_THE_DISTRICT.items():
        settle(page)
        page.goto(f"{phone[1]}/{path}")
        settle(page)
        found = tables(page)
        if language == "zh":
            assert {first: found[first][: len(rest)] for first, rest in leading.items()} == leading
        elif path == "district_channels":
            assert found["platform"][:2] == ["channel", "kept"]
    page.context.close()


def test_streamlits_own_words_are_chinese_on_a_chinese_page(phone: tuple[Page, str]) -> None:
    page, address = phone
    page.goto(f"{address}/upload")
    settle(page)
    assert page.locator("[data-testid=stSkipToContent]").all_text_contents() == ["跳到正文"]
    assert (
        page.locator("[data-testid=stFileUploaderDropzone] button").all_inner_texts()[0].endswith("选择文件")
    )
    assert "Skip to main" not in page.inner_text("body")


def test_the_first_page_is_found_by_its_name(phone: tuple[Page, str]) -> None:
    page, address = phone
    page.goto(f"{address}/overview?x=1")
    settle(page)
    page.get_by_text("链接里带的条件这一页用不上").wait_for()  # the words of the link came along
    assert page.url == f"{address}/" and page.get_by_text("Page not found").count() == 0


@pytest.mark.parametrize("path", ["pulse", "nothing_of_the_kind"])
def test_a_page_of_others_or_of_nobody_leads_to_ones_own_first(phone: tuple[Page, str], path: str) -> None:
    page, address = phone
    page.goto(f"{address}/{path}")
    settle(page)
    page.get_by_text(f"没有这一页，或者它不是给这个账号看的；下面是“{MINE[0].zh}”。").wait_for()
    assert page.url == f"{address}/" and page.get_by_text("Page not found").count() == 0


def test_the_daily_pages_stand_at_the_bottom(phone: tuple[Page, str]) -> None:
    page, address = phone
    page.goto(f"{address}/upload")
    settle(page)
    links = page.locator(".st-key-bar a")
    boxes = [link.bounding_box() for link in links.all()]
    assert len(boxes) == 5 and all(box and box["y"] > WIDTHS[390] - 80 for box in boxes)
    assert [name.split("\n")[-1] for name in links.all_inner_texts()] == [card.zh for card in MINE[:5]]
    links.filter(has_text=MINE[1].zh).click()
    page.wait_for_url(f"**/{MINE[1].path}")

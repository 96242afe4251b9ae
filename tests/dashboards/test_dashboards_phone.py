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


@pytest.fixture(scope="module")
def phone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """A phone that ``a`` signed in on, and the address."""
    folder = tmp_path_factory.mktemp("phone")
    make_house(folder / "house")
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

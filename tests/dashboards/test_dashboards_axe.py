"""Every page once through axe-core: nothing of ours that keeps somebody from reading or using it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from dashboards_cases import PASSWORD, make_house
from test_dashboards_browser import WAIT, WIDTHS, browser, fill_form, serving, settle

from dashboards.parts.page.menu import entries
from warehouse import accounts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Account → its audience and what it reads its pages in.
READERS = {"a": ("merchant", "zh"), "assoc": ("association", "en"), "op": ("operator", "en")}
SERIOUS = ("serious", "critical")
#: Streamlit's own elements, to which no page of ours can give a name: rule → what their markup holds.
THEIRS = {"svg-img-alt": "metric_chart_"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("axe")
    house = make_house(folder / "house")
    for name, (_, language) in READERS.items():
        accounts.choose_language(house, name, language)
    with serving(house.home, folder / "log") as found:
        yield found


def opened(browser: Browser) -> Page:
    size = {"width": 1440, "height": WIDTHS[1440]}
    page = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.set_default_timeout(WAIT)
    return page


def findings(page: Page) -> list[str]:
    """What axe-core finds serious or worse, one line an element, without Streamlit's own."""
    response = Axe().run(page).response
    return [
        f"{item['id']}: {node['html'][:160]}"
        for item in response["violations"]
        if item["impact"] in SERIOUS
        for node in item["nodes"]
        if THEIRS.get(item["id"], "\0") not in node["html"]
    ]


@pytest.mark.parametrize("name", READERS)
def test_no_page_has_a_serious_finding(browser: Browser, address: str, name: str) -> None:
    audience, language = READERS[name]
    page, found = opened(browser), {}
    page.goto(address)
    fill_form(page, name, PASSWORD)
    settle(page)
    assert page.evaluate("document.documentElement.lang") == language
    for path in [entry.card.path for entry in entries() if entry.audience == audience]:
        page.goto(f"{address}/{path}")
        settle(page)
        found[path] = findings(page)
    page.context.close()
    assert {path: some for path, some in found.items() if some} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_has_no_serious_finding(browser: Browser, address: str, language: str) -> None:
    page = opened(browser)
    page.goto(f"{address}/sign_in?language={language}")
    assert findings(page) == []
    page.context.close()

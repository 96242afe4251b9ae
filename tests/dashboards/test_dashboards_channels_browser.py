"""渠道 in a real browser, over files that went through the house: each tap is an address, which opens the
same place again, leads back, and shows another merchant nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dashboards_cases import PASSWORD
from test_dashboards_browser import WAIT, WIDTHS, browser, fill_form, picture, serving, settle
from truth_cases import LATER, downloads, small_market
from truth_cases import settle as register

from pipeline.steps import ingest
from warehouse import accounts
from warehouse.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What is too small for a thumb, in pixels.
_SMALL = """() => [...document.querySelectorAll('.st-key-channels :is(a, button, summary)')]
    .filter(item => item.offsetParent && !item.closest('[data-testid=stTooltipHoverTarget]'))
    .map(item => [item.innerText, item.getBoundingClientRect().height])
    .filter(([text, height]) => text && height < 40)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two merchants' Douyin files; ``a`` and ``b`` may sign in."""
    folder = tmp_path_factory.mktemp("channels")
    market = small_market(seed=5, lines=200, merchants=2, platforms=["douyin"])
    settings = Settings(home=folder / "house")
    register(settings, market)
    owner = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    for shop, paths in downloads(market, folder, LATER).items():
        wanted = [path for path in paths if path.suffix == ".csv" or "直播" in path.name]
        assert ingest(settings, owner[shop], shop, wanted, at=LATER).held is None
    for name, merchant in zip("ab", market.merchants["merchant_id"].sort()[:2], strict=True):
        accounts.add(settings.place, name, PASSWORD, role="merchant", merchant_id=merchant)
    with serving(settings.home, folder / "log") as found:
        yield found


def opened(browser: Browser, address: str, name: str, width: int, path: str = "channels") -> Page:
    size = {"width": width, "height": WIDTHS[width]}
    page = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.set_default_timeout(WAIT)
    page.goto(f"{address}/{path}")
    fill_form(page, name, PASSWORD)
    settle(page)
    return page


def look(page: Page, folder: Path, name: str, width: int) -> str:
    """What is on the page, once nothing on it is wider than the screen or smaller than a thumb."""
    settle(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    if width == min(WIDTHS):
        assert page.evaluate(_SMALL) == []
    assert picture(page, folder, name).stat().st_size > 10_000
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    settle(page)
    return page.inner_text(".st-key-channels")


@pytest.mark.parametrize("width", WIDTHS)
def test_taps_are_addresses_that_open_again_and_lead_back(
    browser: Browser, address: str, tmp_path: Path, width: int
) -> None:
    page = opened(browser, address, "a", width)
    seen = [(page.url, look(page, tmp_path, "all", width))]
    steps = {
        "channel": (page.get_by_role("link", name="抖音 · 自播"), "点一个看它的订单"),
        "session": (page.get_by_role("link", name=re.compile(r"^\d\d-\d\d ")).first, "只算这里的部分"),
        "order": (page.get_by_role("link", name=re.compile(r"^\d{15,}$")).first, "原始行"),
    }
    for name, (link, then) in steps.items():
        link.click()
        page.get_by_text(then).first.wait_for()
        seen.append((page.url, look(page, tmp_path, name, width)))
    addresses = [url for url, _ in seen]
    assert len(set(addresses)) == 4 and "?" not in addresses[0]
    assert "channel=own_live" in addresses[1] and "&session=" in addresses[2] and "&order=" in addresses[3]
    assert re.search(r"第 \d+ 行", seen[3][1]) and ".csv" in seen[3][1]
    money = {digits for _, text in seen for digits in re.findall(r"¥([\d,.]+\d)", text) if "." in digits}
    assert money and not [digits for digits in money if digits in "".join(addresses)], "ids, no figures"
    page.reload()
    assert look(page, tmp_path, "again", width) == seen[3][1]
    for url, text in reversed(seen[:3]):
        page.go_back()
        page.wait_for_url(url)
        assert look(page, tmp_path, "back", width) == text
    page.go_forward()
    page.wait_for_url(addresses[1])
    assert look(page, tmp_path, "forward", width) == seen[1][1]
    other = opened(browser, address, "b", width, addresses[3].removeprefix(f"{address}/"))
    other.get_by_text("这段时间没有这个订单").wait_for()
    assert "¥" not in other.inner_text(".st-key-channels")
    for item in (page, other):
        item.context.close()


def test_a_choice_is_an_address_too(browser: Browser, address: str, tmp_path: Path) -> None:
    page = opened(browser, address, "a", 390, "channels?platform=douyin&channel=own_live")
    before = look(page, tmp_path, "sessions", 390)
    page.get_by_text("款式", exact=True).click()
    page.wait_for_url(re.compile("by=style"))
    styles = page.url
    assert look(page, tmp_path, "styles", 390) != before
    page.get_by_text("近7天", exact=True).click()
    page.wait_for_url(lambda url: url != styles)
    assert "from=" in page.url and "by=style" in page.url and "channel=own_live" in page.url
    page.go_back()
    page.wait_for_url(styles)
    page.go_back()
    page.wait_for_url(re.compile("own_live$"))
    assert look(page, tmp_path, "sessions", 390) == before
    page.context.close()

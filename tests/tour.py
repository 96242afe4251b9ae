"""``python -m tests.tour`` starts the demo, takes every picture of ``docs/tour`` anew, and ends it.

A real demo and a real Chromium: some ten minutes. ``BAIYUN_HOME`` is where the demo lives; without it, in a
folder that goes afterwards.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "tour"
#: Whose page → name of its picture and its address.
PAGES = {
    "商家": {
        "overview": "overview", "channels": "channels", "matured": "matured", "ladder": "ladder",
        "match": "match", "health": "data_health", "upload": "upload", "sharing": "sharing",
    },
    "行业协会": {"district": "pulse", "district-channels": "district_channels"},
}  # fmt: skip
#: Width of a window → its height, and how much of a long page a picture shows.
SIZES = {1440: (900, 1500), 390: (844, 1900)}
#: Few colours make small files, and the pages have few.
COLOURS = 128
_SIGN_IN = re.compile(r"^ *(商家|行业协会)\b.*? {2,}(\S+) {2,}(\S+) *$", re.MULTILINE)
_QUIET = (
    "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning' && "
    "!document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
)


def names() -> list[str]:
    """Every picture: in Chinese, in English, on a desk and on a phone."""
    return [
        f"{name}{language}-{width}.png"
        for of in PAGES.values()
        for name in of
        for language in ("", "-en")
        for width in SIZES
    ]


def take_pictures(told: str) -> None:
    """All of them, from the demo that printed ``told``."""
    from playwright.sync_api import sync_playwright

    address = re.search(r"http://127\.0\.0\.1:\d+", told)
    people = {whose: (name, password) for whose, name, password in reversed(_SIGN_IN.findall(told))}
    if address is None or set(people) != set(PAGES):
        sys.exit("演示没有打印地址和账号 / the demo printed no address and sign-ins")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for whose, pages in PAGES.items():
            for language, mark in (("zh", ""), ("en", "-en")):
                for width in SIZES:
                    page = _signed_in(browser, address[0], people[whose], language, width)
                    for name, path in pages.items():
                        _take(page, f"{address[0]}/{path}", FOLDER / f"{name}{mark}-{width}.png")
                    page.context.close()
        browser.close()


def _signed_in(browser: Browser, address: str, who: tuple[str, str], language: str, width: int) -> Page:
    size = {"width": width, "height": SIZES[width][0]}
    page = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai").new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{address}/sign_in?language={language}")
    for field, text in zip(("name", "password"), who, strict=True):
        page.locator(f"input[name={field}]").fill(text)
    page.locator("input[name=password]").press("Enter")
    page.locator(".st-key-account").wait_for()
    return page


def _take(page: Page, address: str, path: Path) -> None:
    """The page from its top, as much of it as a picture shows."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    low, most = SIZES[width]
    page.set_viewport_size({"width": width, "height": low})
    page.goto(address)
    _settle(page)
    whole = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(low, whole), most)})
    _settle(page)
    page.screenshot(path=path)
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
    print(f"{path.name} {path.stat().st_size >> 10} KB", flush=True)


def _settle(page: Page) -> None:
    page.locator(".st-key-account").wait_for()
    page.wait_for_function(_QUIET)
    page.wait_for_timeout(1_000)  # charts are drawn after the run has ended


@contextmanager
def _demo(home: str) -> Iterator[str]:
    """What a demo printed when it was ready; it ends with the context."""
    running = subprocess.Popen(
        [sys.executable, "-m", "cli", "demo"],
        cwd=ROOT, env={**os.environ, "BAIYUN_HOME": home}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = ""
    for line in running.stdout or ():
        told += line
        if "Ctrl-C" in line:
            break
    try:
        yield told
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=120)


def main() -> None:
    """The demo, the pictures, and the demo's end."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _demo(os.environ.get("BAIYUN_HOME") or folder) as told,
    ):
        take_pictures(told)


if __name__ == "__main__":
    main()

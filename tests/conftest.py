"""What every test relies on: browser tests need Chromium (a laptop may lack it; the gate may not), and the slow files come first.

Workers take whole files in turn: one that comes last keeps the others waiting for as long as it takes. Each worker keeps to
one thread of Polars: there is a worker for every core.
"""

from __future__ import annotations

import os
import shutil

import pytest

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before anything imports it


@pytest.hookimpl(tryfirst=True)  # before a fixture tries to start the browser
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not shutil.which("chromium"):
        told = "没有 chromium / no chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(told, pytrace=False)
        pytest.skip(told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)

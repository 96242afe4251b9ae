"""What every test relies on: browser tests need Chromium. A laptop may lack it; the gate may not."""

from __future__ import annotations

import os
import shutil

import pytest


@pytest.hookimpl(tryfirst=True)  # before a fixture tries to start the browser
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not shutil.which("chromium"):
        told = "没有 chromium / no chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(told, pytrace=False)
        pytest.skip(told)

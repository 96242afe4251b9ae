"""Rules of the room that no type checker knows: what pages may not use, and how the server is set up."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dashboards_cases import PASSWORD, ROOT
from screen import everything, run_page

from dashboards.parts.page.menu import entries
from dashboards.views import merchant as merchants
from metrics.query import access
from warehouse.place import Place

SOURCES = sorted((ROOT / "dashboards").rglob("*.py"))
ROOTS = {
    "connectors",
    "contracts",
    "dags",
    "expectations",
    "metrics",
    "pipeline",
    "simulator",
    "transforms",
    "warehouse",
    "bench",
    "dashboards",
}

PAGE = ROOT / "dashboards" / "parts" / "page"


@pytest.mark.parametrize(
    "word",
    [
        "unsafe_allow_html",
        "st.html",
        "components",
        "cache_data",
        "cache_resource",
        "query_params",
        "download_button",
        "global ",
    ],
)
def test_pages_do_not_use(word: str) -> None:
    """Markup with data in it, caches that forget whose they are, addresses that choose the tenant, downloads
    named without tenant and release.

    Constant styles stand in one file; the channels' address tells a place within one's own tenant.
    """
    found = {
        path.name
        for path in SOURCES
        if re.search(rf"(?<![\w.]){re.escape(word)}", path.read_text(encoding="utf-8"))
    }
    assert found == {"st.html": {"style.py"}, "query_params": {"address.py"}}.get(word, set())


def test_styles_hold_nothing_of_anybodys() -> None:
    tree = ast.parse((PAGE / "style.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.BinOp)]
    calls = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls == ["st.html(_STYLE)"]


def test_no_module_takes_a_rooms_name() -> None:
    """Streamlit puts ``dashboards/`` first on the path: ``import metrics`` must not find a page."""
    assert {path.stem for path in SOURCES} & ROOTS == set()
    assert {path.name for path in (ROOT / "dashboards").iterdir() if path.is_dir()} & ROOTS == set()


def test_pages_and_files_stay_small() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES
    }
    assert {name for name, count in lengths.items() if count > (200 if "/views/" in name else 280)} == set()


def test_the_server_takes_its_options_from_us_alone(tmp_path: Path) -> None:
    """A folder's or a person's own file of options used to open the server to everybody."""
    hostile = (
        '[server]\naddress = "0.0.0.0"\nenableXsrfProtection = false\n[client]\ntoolbarMode = "developer"\n'
    )
    for folder in (tmp_path, tmp_path / "home"):
        (folder / ".streamlit").mkdir(parents=True)
        (folder / ".streamlit" / "config.toml").write_text(hostile, encoding="utf-8")
    code = (
        "from dashboards.serving.run import options, settle; from streamlit import config;"
        "settle(options() | {'server.address': '127.0.0.1'});"
        "print(*[config.get_option(name) for name in ('server.address', 'server.enableXsrfProtection',"
        " 'browser.gatherUsageStats', 'client.showErrorDetails', 'client.toolbarMode',"
        " 'client.disableDataExport', 'server.enableStaticServing', 'theme.light.primaryColor')])"
    )
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert shown.split() == ["127.0.0.1", "True", "False", "none", "minimal", "True", "False", "#0d7a6f"]


NEW_PAGE = """
import streamlit as st
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer

CARD = Card("weather", "天气", "Weather", ":material/sunny:", 95)


def show(viewer: Viewer) -> None:
    st.title(f"今天白云区晴 · {viewer.name}")
"""


def test_a_page_is_one_file(house: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its audience's menu and nobody else's, and shown by the application itself."""
    folder = tmp_path / "merchant"
    folder.mkdir()
    (folder / "weather.py").write_text(NEW_PAGE, encoding="utf-8")
    monkeypatch.setattr(merchants, "__path__", [*merchants.__path__, str(folder)])
    entries.cache_clear()
    try:
        assert {entry.audience for entry in entries() if entry.card.path == "weather"} == {"merchant"}
        app = run_page("weather", access.sign_in(house, "a", PASSWORD))
        assert "今天白云区晴 · a" in everything(app) and not app.exception
    finally:
        entries.cache_clear()
        sys.modules.pop("dashboards.views.merchant.weather", None)

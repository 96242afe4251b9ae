"""Everything a page sent to the browser, as text: labels, sentences, and the cells behind tables and
charts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Dataframe

from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from dashboards.parts.page.details import TITLE
from dashboards.parts.page.menu import entries
from expectations.rules import RULES
from metrics.query import access, signing
from metrics.query.access import Viewer

APP = str(Path(__file__).parents[2] / "dashboards" / "app.py")
SECONDS = 60
#: The names engineers gave to what may be wrong with files, rows and figures.
CODES = re.compile(
    r"(?<![A-Z_])(?:"
    + "|".join({*FILE_RULES, *ROW_RULES, *WARN_RULES, *(rule.name for rule in RULES)}).replace("_", r"\\?_")
    + r")(?![A-Z_])"
)

_ONE_PAGE = """
import streamlit as st
from dashboards.parts.page.book import begin_book, show_book
from dashboards.parts.page.failure import TellFailure
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from dashboards.parts.page.details import TITLE
from dashboards.parts.page.menu import entries
from expectations.rules import RULES
begin_book()
with TellFailure("页面"):
    asked = st.session_state["path"]
    entry = next(item for item in entries() if item.card.path == asked)
    entry.show(st.session_state["looking"])
    show_book(st.session_state["looking"], entry.card)
"""


def open_app() -> AppTest:
    """The whole application in a new session that nobody signed in to."""
    return AppTest.from_file(APP, default_timeout=SECONDS)


def sign_in(app: AppTest, name: str, password: str) -> AppTest:
    """``app`` as the door lets it in for whoever has this password."""
    given = signing.enter(access.home_place(), signing.SignIn(name, password), signing.Visit())
    app.user = {"session": given.token}
    return app.run()


def run_page(path: str, viewer: Viewer, **state: object) -> AppTest:
    """One page alone, as the router would run it for ``viewer`` in a session that already holds ``state``."""
    app = AppTest.from_string(_ONE_PAGE, default_timeout=SECONDS)
    for name, value in {"path": path, "looking": viewer, **state}.items():
        app.session_state[name] = value
    return app.run()


def paths() -> list[str]:
    return sorted({entry.card.path for entry in entries()})


def everything(app: AppTest) -> str:
    """All text of the page, whatever element carries it. Arrow tables are decoded cell by cell."""
    return everything_of(app._tree)


def everything_of(part: object) -> str:
    """The same of one part of the page: a fold, a column."""
    protos = (getattr(node, "proto", None) for node in _walk(part))
    return "\n".join(text for proto in protos if proto is not None for text in _texts(proto))


def pieces(app: AppTest) -> list[str]:
    """The same, element by element: a sentence, a table, a chart."""
    protos = (getattr(node, "proto", None) for node in _walk(app._tree))
    return ["\n".join(_texts(proto)) for proto in protos if proto is not None]


def folded(app: AppTest) -> str:
    """What stands under 技术细节, on a page in either language."""
    return "\n".join(everything_of(fold) for fold in _folds(app))


def outside(app: AppTest) -> str:
    """What a merchant reads without unfolding any 技术细节."""
    inside = {id(node) for fold in _folds(app) for node in _walk(fold)}
    protos = (getattr(node, "proto", None) for node in _walk(app._tree) if id(node) not in inside)
    return "\n".join(text for proto in protos if proto is not None for text in _texts(proto))


def _folds(app: AppTest) -> list[object]:
    return [item for item in app.expander if item.label.startswith(TITLE)]


def cells(app: AppTest) -> pl.DataFrame:
    """The page's tables (not charts) as people read them, one under another."""
    return pl.concat([shown(item) for item in app.dataframe], how="diagonal")


def shown(item: Dataframe) -> pl.DataFrame:
    """One table's cells as people read them, all text; what they sort by is in ``item.value``."""
    words = item.proto.arrow_data.styler.display_values
    frame = pa.ipc.open_stream(words).read_pandas() if words else item.value
    frame.columns = item.value.columns
    return pl.from_pandas(frame).cast(pl.String)


def _walk(node: object) -> Iterator[object]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _walk(child)


def _texts(message: object) -> Iterator[str]:
    """Every string of a protobuf message, however deep; every bytes field is an Arrow stream."""
    for field, value in message.ListFields():  # type: ignore[attr-defined]
        for item in value if field.is_repeated else [value]:
            if field.type == field.TYPE_STRING:
                yield item
            elif field.type == field.TYPE_BYTES:
                table = pa.ipc.open_stream(item).read_all()
                yield from (
                    str(cell)
                    for column in [table.column_names, *table.itercolumns()]
                    for cell in _cells(column)
                )
            elif field.type == field.TYPE_MESSAGE and hasattr(item, "ListFields"):
                yield from _texts(item)


def _cells(column: list[str] | pa.ChunkedArray) -> list[object]:
    return column if isinstance(column, list) else column.to_pylist()

"""Everything a page shows as one workbook: what is drawn puts its table here, and the button beside the title
makes the file of them when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from dashboards.parts.page.language import called, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.words import today
from metrics.query.access import Viewer
from metrics.query.ask import Answer
from metrics.query.people import Noted
from metrics.query.question import Period
from metrics.reports.health import release_line
from metrics.reports.sheets import Figure, Sheet, as_workbook, figures_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEY = "page_book"


@dataclass
class Book:
    """What the page that runs has shown so far: its tables in order, and its single figures."""

    sheets: list[Sheet] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def pages(self) -> list[Sheet]:
        """Figures first, then the tables; nothing where nothing was shown."""
        first = [figures_sheet(pick("数字", "Figures"), self.figures)] if self.figures else []
        return [*first, *self.sheets]


def begin_book() -> None:
    """Forget what the page before, or its last run, has shown."""
    st.session_state[_KEY] = Book()


def book() -> Book:
    """What the page has shown so far."""
    found: Book = st.session_state.setdefault(_KEY, Book())
    return found


def put(sheet: Sheet) -> None:
    """A table, or what a chart is drawn from."""
    book().sheets.append(sheet)


def put_figures(
    values: Mapping[str, int | float | None],
    period: Period | None = None,
    of: str = "",
    answer: Answer | None = None,
) -> None:
    """Single figures, metric → value in its own unit, of one part of the business; ``answer`` is what says
    what they leave out.
    """
    notes = tuple(answer.notes) if answer else ()
    book().figures.extend(Figure(name, value, period, of, notes) for name, value in values.items())


def whose(viewer: Viewer) -> str:
    """How a file's name begins: of whom it is, and of which release; the district's have numbers of their
    own, which its figures' notes tell.
    """
    number = None if viewer.role == "association" else release_line(viewer).current
    of = f"-{pick('发布', 'release')}{number}" if number else ""
    return f"{viewer.merchant_id or viewer.role}{of}"


def show_book(viewer: Viewer, card: Card) -> None:
    """The button for all of it; nothing on a page that shows no figures."""
    shown = book()
    if not (shown.sheets or shown.figures):
        return
    name = f"{whose(viewer)}-{called(card)}-{today():%Y%m%d}.xlsx"
    st.download_button(
        pick("整页 Excel", "Page as Excel"),
        data=Noted(viewer, name, partial(as_workbook, viewer, shown.pages(), called(card))),
        file_name=name,
        mime=XLSX,
        key=f"{card.path}_book",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )

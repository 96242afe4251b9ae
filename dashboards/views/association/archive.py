"""简报与下载: each release's briefing as it was written, and every published cell of every cube as a file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboards.parts.association.cubes import cube_sheet, notes_of, quartile_sheet
from dashboards.parts.association.page import months_of, show_method
from dashboards.parts.association.server import show_server
from dashboards.parts.association.words import about_people, about_release
from dashboards.parts.page.book import put
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import capital, language, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.table import show_files
from dashboards.parts.page.words import remark
from metrics.query.access import Viewer
from metrics.query.people import Noted
from metrics.reports.association.archive import Issue, issues, read_briefing
from metrics.reports.association.briefing import TITLE
from metrics.reports.association.pulse import pulse
from metrics.reports.association.releases import Month
from metrics.reports.association.told.index_words import headline
from metrics.reports.association.told.words import marked
from metrics.reports.sheets import Sheet

CARD = Card("archive", "简报与下载", "Briefings and files", ":material/folder_open:", 4)

#: Ending → what its button says, its picture, its type.
_FORMATS = {
    "html": (("网页", "Web page"), ":material/web:", "text/html"),
    "pdf": (("PDF", "PDF"), ":material/picture_as_pdf:", "application/pdf"),
    "docx": (
        ("Word", "Word"),
        ":material/description:",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}
_WHY = (
    "简报和表格里的每个数都来自**已签名的发布**，和页面上的是同一个数。"
    "简报每次发布做一份，做好就不再改：更正过的月份，更正前后的都在。"
    "表格是更正之后的，Excel 的第二页写着说明。"
)
_WHY_EN = (
    "Every figure in briefings and tables is of a **signed release**, and the same as on the pages. A "
    "briefing is made once for each release and never changed: of a corrected month those from before and "
    "after are both here. Tables are as corrected; the second sheet of each workbook says what must be known."
)


def show(viewer: Viewer) -> None:
    """Briefings, then the cubes, each failing alone; what the server's keeper could see, always."""
    if months := months_of(viewer):
        _show_released(viewer, months)
    show_server()


def _show_released(viewer: Viewer, months: tuple[Month, ...]) -> None:
    show_heading("每月简报", "The monthly briefing")
    with TellFailure(pick("简报", "The briefing")):
        _show_briefing(viewer)
    show_heading("全部公开的格子", "Every published cell")
    for note in notes_of(months):
        st.caption(remark(note))
    cubes = [partial(cube_sheet, months, cube) for cube in months[-1].cubes]
    for make in (*cubes, partial(quartile_sheet, months)):
        with TellFailure(pick("表格", "The table")):
            _show_sheet(viewer, make())
    show_method(pick(_WHY, _WHY_EN), months[-1], months)


def _show_briefing(viewer: Viewer) -> None:
    """A release from a closed list, its first sentence, and its files."""
    with loading():
        found = issues(viewer, language())
    at = st.selectbox(
        pick("月份", "Month"),
        range(len(found)),
        format_func=lambda place: _called(found[place]),
        key="archive_issue",
        width=320,
    )
    issue = found[at]
    with st.container(border=True):
        st.markdown(headline(pick, pulse(issue.months)))
        st.caption(f"{about_release(issue.month)} {about_people(issue)}".strip())
        if issue.files:
            _show_formats(viewer, issue)
        else:
            show_empty(*_why_none(issue.month), icon=":material/lock:")


def _called(issue: Issue) -> str:
    """``2026年9月 · 第 3 次发布``."""
    number = issue.month.number
    return f"{marked(pick, issue.month)} · {pick(f'第 {number} 次发布', f'release {number}')}"


def _show_formats(viewer: Viewer, issue: Issue) -> None:
    with st.container(horizontal=True, gap="small"):
        for ending, (words, icon, kind) in _FORMATS.items():
            if file := issue.files.get(ending):
                st.download_button(
                    pick(*words),
                    data=Noted(viewer, file.name, partial(read_briefing, viewer, file)),
                    file_name=f"{pick(*TITLE)}-{file.name}",
                    mime=kind,
                    key=f"archive_{ending}",
                    icon=icon,
                    on_click="ignore",
                )


def _why_none(month: Month) -> tuple[str, str]:
    if not month.figures:
        return (
            "**这次发布没有一格可以公开，没有简报。** 成员多起来的月份就有。",
            "**Not one cell of this release is published, so there is no briefing.** Months with more "
            "members have one.",
        )
    return (
        f"**这份简报还没有做。** 每天早上 7 点自动做，也可以运行 `baiyun district briefing {month.name}`。",
        "**This briefing is not made yet.** It is made at 7 in the morning, or by "
        f"`baiyun district briefing {month.name}`.",
    )


def _show_sheet(viewer: Viewer, sheet: Sheet) -> None:
    """A table's name and its files."""
    put(sheet)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{capital(sheet.title)}**", width=260)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
            show_files(viewer, sheet)

"""A table nobody knows: what is proposed, the few questions only a person can answer, the first rows as they
would be read, and saving it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import streamlit as st

from contracts.codes import KIND
from contracts.errors import BaiyunError, FileRefusedError
from dashboards.parts.entering.first_rows import show_first_rows, show_problems
from dashboards.parts.entering.kinds import column_name
from dashboards.parts.entering.questions import ask, either
from dashboards.parts.entering.verdicts import (
    show_before,
    show_columns,
    show_error_refusal,
    show_fold,
    show_notices,
)
from dashboards.parts.page.failure import show_error
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import called, label, listed, phrase, pick
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import plain, visible
from metrics.query.access import Viewer
from pipeline.counter import (
    COLUMN,
    KINDS,
    UNREAD,
    Match,
    Proposal,
    Trial,
    holds_for,
    missing,
    names_of,
    propose,
    save_mapping,
    taken,
    try_mapping,
)

_HOW = {
    "known": ("✓ 认识", "✓ known"),
    "near": ("? 相近，待确认", "? near, to confirm"),
    "personal": ("个人信息，不保存", "personal, not kept"),
    "unread": ("不读取", "not read"),
}
_BUYER = "buyer_key"
_HIDDEN = {"merchant_id", "shop_id", "platform_code", "layout_name"}


@dataclass
class Sheet:
    """One unknown table on the counter: whose, its name and content, what was said about it so far, and how
    it would be read.
    """

    shop_id: str
    name: str
    content: bytes = field(repr=False)
    kind: str = ""
    proposal: Proposal | None = None
    put: dict[str, str] = field(default_factory=dict)
    trial: Trial | None = None

    def say_kind(self, kind: str) -> None:
        """Another kind is another proposal; what was said under the old one is void."""
        self.kind, self.proposal, self.trial = kind, None, None
        self.put.clear()


def show_mapping(viewer: Viewer, sheet: Sheet) -> str:
    """The whole form; what is to be said once the mapping is saved, empty before.

    What a person has to put right is told in place.
    """
    show_heading("映射", "Map a table")
    st.text(visible(sheet.name, 120))
    if sheet.proposal is None:
        sheet.proposal = _proposed(viewer, sheet)
    if sheet.proposal is None:
        return ""
    _ask_kind(sheet, sheet.proposal)
    _show_matches(viewer, sheet, sheet.proposal)
    _put_right(sheet, sheet.proposal)
    for finding in sheet.proposal.findings:
        st.markdown(f":green[:material/check:] {plain(called(finding), 300)}")
    answers = ask(sheet.proposal, sheet.put)
    if answers:
        sheet.trial = _tried(viewer, sheet, sheet.proposal, answers)
    if sheet.trial is None:
        return ""
    return _show_trial(viewer, sheet.trial, taken(sheet.proposal, sheet.put))


def _proposed(viewer: Viewer, sheet: Sheet) -> Proposal | None:
    try:
        with st.spinner(pick("正在比对表头…", "Matching headers…")):
            return propose(viewer, sheet.shop_id, sheet.content, sheet.kind, sheet.put)
    except FileRefusedError as error:
        if error.rule != "UNKNOWN_LAYOUT":
            show_error_refusal(error)
            return None
        en = (
            "**Most headers of this table are unknown.** Make sure that the first row is the header; if it "
            "is another "
            "kind of table, ask your operator for a mapping file."
        )
        zh = "**这张表的列名大多不认识。** 请确认第一行是表头；确实是别的表格时，请管理员写一个映射文件。"
        st.error(pick(zh, en), icon=":material/help:")
        return None


def _ask_kind(sheet: Sheet, proposal: Proposal) -> None:
    kinds = list(KINDS)
    kind = st.selectbox(
        pick("这是什么表？", "What kind of table is it?"),
        kinds,
        index=kinds.index(proposal.kind),
        format_func=lambda code: label(KIND, code),
    )
    if kind != proposal.kind:
        sheet.say_kind(kind)
        st.rerun()


def _show_matches(viewer: Viewer, sheet: Sheet, proposal: Proposal) -> None:
    """Each header and what it is taken for; a person's own word comes last."""
    names = {header: name for name, header in taken(proposal, sheet.put).items()}
    rows = [
        {
            pick("文件里的列", "column of the file"): visible(match.header, 30),
            pick("读作", "read as"): name,
            pick("把握", "how sure"): how,
            pick("例", "example"): _examples(match) if name else "",
        }
        for match in proposal.matches
        for name, how in [_taken_for(match, names.get(match.header, ""), sheet.put)]
    ]
    zh = f"表头在第 {proposal.header_row} 行，{len(rows)} 列。"
    st.markdown(pick(zh, f"The header is row {proposal.header_row}, with {len(rows)} columns."))
    title = pick("列的读法", "How columns are read")
    show_table(viewer, sheet_of(title, pl.DataFrame(rows)), is_released=False)


def _examples(match: Match) -> str:
    return listed(visible(example, 20) for example in match.examples or match.words[:3])


def _taken_for(match: Match, name: str, put: Mapping[str, str]) -> tuple[str, str]:
    """Our name and how sure it is."""
    if name and put.get(f"{COLUMN}{name}") == match.header:
        return column_name(name), pick("✓ 您说的", "✓ as you said")
    return (
        (pick(match.zh, match.en) or column_name(name), pick(*_HOW[match.how]))
        if name
        else ("", pick(*_HOW["personal" if match.how == "personal" else "unread"]))
    )


def _put_right(sheet: Sheet, proposal: Proposal) -> None:
    """One of our names on one of their columns, as a person says: for what is missing, and for what was taken
    wrongly.
    """
    needed = missing(proposal, sheet.put)
    if needed:
        which = listed(map(either, needed))
        zh, en = (
            f"**还缺：{which}。** 请在下面指出是哪一列。",
            f"**Missing: {which}.** Say below which column it is.",
        )
        st.warning(pick(zh, en), icon=":material/help:")
    wanted = [name for names in needed for name in names]
    choices = [*wanted, *(name for name in names_of(proposal.kind) if name not in wanted)]
    with (
        st.expander(pick("指定或更正一列", "Say what a column is"), expanded=bool(needed)),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.selectbox(
            pick("读作", "Read as"),
            choices,
            format_func=lambda name: f"{column_name(name)} {name}",
            key="put_name",
        )
        header = st.selectbox(
            pick("文件里的列", "Column of the file"),
            [UNREAD, *(match.header for match in proposal.matches)],
            format_func=_header,
            key="put_header",
        )
        if st.button(pick("记下", "Note it"), icon=":material/add:"):
            _put(sheet, proposal, name, header)


def _put(sheet: Sheet, proposal: Proposal, name: str, header: str) -> None:
    if name != _BUYER and any(
        match.how == "personal" for match in proposal.matches if match.header == header
    ):
        theirs, ours, buyer = plain(header), column_name(name), column_name(_BUYER)
        zh = (
            f"**“{theirs}”是个人信息，不能读作{ours}。** "
            f"这一列进门就删；要区分买家，读作“{buyer}”，只留加密的键。"
        )
        en = (
            f"**“{theirs}” is personal and cannot be read as {ours}.** The column is dropped at the door; "
            "to tell "
            f"buyers apart read it as “{buyer}”, of which only a keyed digest is kept."
        )
        st.error(pick(zh, en), icon=":material/shield_person:")
        return
    sheet.put[f"{COLUMN}{name}"] = header
    # whose an amount is depends on which columns it stands among
    sheet.kind, sheet.proposal, sheet.trial = proposal.kind, None, None
    st.rerun()


def _header(header: str) -> str:
    return pick("（没有这一列）", "(no such column)") if header == UNREAD else visible(header, 100)


def _tried(viewer: Viewer, sheet: Sheet, proposal: Proposal, answers: dict[str, str]) -> Trial | None:
    try:
        with st.spinner(pick("正在试读…", "Reading…")):
            return try_mapping(viewer, sheet.shop_id, sheet.name, sheet.content, proposal, answers)
    except BaiyunError as error:
        show_error(error)
        if told := error.facts.get("problem"):
            st.markdown(f"{plain(str(error.facts.get('key', '')))}: {plain(str(told), 300)}")
        return None


def _show_trial(viewer: Viewer, trial: Trial, headers: Mapping[str, str]) -> str:
    """The first rows as they would be read, what would count as unknown, for which shops it holds, and the
    button that keeps the mapping.

    ``headers``: our name → theirs.
    """
    show_heading("会这样读", "As it will be read")
    receipt = trial.preview.receipt
    show_before(receipt, trial.preview.bad_rows)
    show_notices(receipt.notices)
    show_problems(viewer, trial.preview.problems, "trial")
    show_columns(receipt)
    for name, words in trial.words.items():
        told, column = listed(plain(word) for word in words), column_name(name)
        zh = f"{column}仍有不认识的词，按“未知”计：{told}"
        st.markdown(
            f":orange[:material/help:] {pick(zh, f'Words of {column} that count as unknown: {told}')}"
        )
    for name, frame in trial.frames.items():
        show_first_rows(viewer, frame.select("_row_number", *_told(frame)), headers, name)
    show_fold(receipt, (problem.rule for problem in trial.preview.problems))
    zh, en = holds_for(trial.mapping.platform)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_sent = st.button(pick("保存这个映射", "Save this mapping"), icon=":material/save:", type="primary")
        st.markdown(phrase(zh, en))
    if not is_sent:
        return ""
    with st.spinner(pick("正在保存…", "Saving…")):
        save_mapping(viewer, trial.mapping)
    name = plain(trial.mapping.zh)  # as its owner called it
    return pick(
        f"映射“{name}”已保存，{zh}；这样的文件以后直接导入。",
        f"Mapping “{name}” saved, {en}: files like this are imported at once from now on.",
    )


def _told(frame: pl.DataFrame) -> list[str]:
    """The columns worth showing: none of the house's own, none in which nothing was read."""
    return [
        name
        for name in frame.columns
        if not name.startswith("_") and name not in _HIDDEN and frame[name].count()
    ]

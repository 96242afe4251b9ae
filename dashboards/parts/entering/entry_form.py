"""Any hand-entered list on a page: template, every wrong row, what it would change, how it went, and what is
in force with its way back.
"""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from dashboards.parts.entering.entry_done import show_done
from dashboards.parts.entering.entry_words import changes_table, entries_table, named
from dashboards.parts.entering.receipts import MEANWHILE
from dashboards.parts.page.failure import TellFailure, show_cut
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import capital, phrase, pick
from dashboards.parts.page.progress import show_progress
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import plain, quoted
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline import counter
from pipeline.counter import CHANGES, LIST_MAX_BYTES, Delivery, EntryList, ListPreview, RowProblem

_SHOWN = 200
#: Entries one may choose from to take back; what is older is taken back by a list.
_CHOICE = 2_000
_FILLED = ("填好的模板（Excel 或 CSV）", "The template, filled in (Excel or CSV)")
_ICONS = {
    "changed": ":orange[:material/edit:]",
    "taken_back": ":orange[:material/undo:]",
    "new": ":green[:material/add:]",
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def is_under_way(item: EntryList) -> bool:
    """Whether the session's list of this kind is being entered, or its outcome is not read yet."""
    return f"{item.code}_delivery" in st.session_state


def show_delivery(viewer: Viewer, item: EntryList) -> None:
    """How far what was entered is, or how it went."""
    delivery, before = st.session_state[f"{item.code}_delivery"]
    if not delivery.outcome.done():
        show_heading(f"正在录入{item.zh}", f"Entering {item.en}")
        show_progress(delivery, MEANWHILE)
        return
    show_heading("录入结果", "Result")
    with TellFailure(pick(f"录入{item.zh}", f"Entering {item.en}")):
        show_done(viewer, item, delivery.outcome.result(), before)
    if st.button(pick("返回", "Back"), icon=":material/arrow_back:", type="primary", key=f"{item.code}_back"):
        del st.session_state[f"{item.code}_delivery"]
        st.rerun()


def show_list(viewer: Viewer, item: EntryList) -> None:
    """What to enter and why, the template to take, the place to give it back, and what is in force."""
    entries, seen = counter.entries_in_force(viewer, item.code)
    st.markdown(pick(*item.about))
    _show_templates(viewer, item)
    _show_upload(viewer, item)
    with TellFailure(pick(f"有效的{item.zh}", f"{capital(item.en)} in force")):
        _show_in_force(viewer, item, entries, seen)


def _show_templates(viewer: Viewer, item: EntryList) -> None:
    with st.container(horizontal=True, gap="small"):
        for form, title, kind in (
            ("xlsx", pick("下载模板 Excel", "Template, Excel"), _XLSX),
            ("csv", "CSV", "text/csv"),
        ):
            data = partial(counter.list_template, viewer, item.code, form, pick("zh", "en"))
            st.download_button(
                title,
                data,
                f"{pick(f'{item.zh}模板', f'{item.en} template')}.{form}",
                kind,
                icon=":material/download:",
                key=f"{item.code}_{form}",
                on_click="ignore",
            )
    if item.goods is not None:
        st.caption(
            pick(
                "模板里已填好您卖过的商家编码，卖得多的在前；没填的行不算。",
                "Your own SKU codes are filled in, the best sellers first; rows left open do not count.",
            )
        )


def _show_upload(viewer: Viewer, item: EntryList) -> None:
    turn = st.session_state.get(f"{item.code}_round", 0)
    file = st.file_uploader(
        pick(*_FILLED),
        type=["csv", "xlsx", "xls"],
        max_upload_size=LIST_MAX_BYTES >> 20,
        key=f"{item.code}_file_{turn}",
    )
    if file is None:
        return
    with TellFailure(pick(f"{item.zh}表", f"List of {item.en}")):
        data = file.getvalue()
        found = counter.preview_list(viewer, item.code, file.name, data)
        if found.problems:
            _show_problems(item, found.problems)
            return
        is_ready = _show_changes(viewer, item, found)
        count = sum(found.count(code) for code in ("new", "changed", "taken_back"))
        if st.button(
            pick(f"确认导入 {count} 条", f"Enter {count}"),
            type="primary",
            icon=":material/check:",
            disabled=not is_ready,
            key=f"{item.code}_confirm",
        ):
            st.session_state[f"{item.code}_round"] = turn + 1
            _begin(viewer, item, counter.enter_list(viewer, item.code, file.name, data, found.seen))


def _begin(viewer: Viewer, item: EntryList, delivery: Delivery) -> None:
    """Remember what is under way, and the release read before it."""
    st.session_state[f"{item.code}_delivery"] = (delivery, health.release_line(viewer).current)
    st.rerun()


def _show_problems(item: EntryList, problems: tuple[RowProblem, ...]) -> None:
    """Every wrong row: where, what stands there, what is wrong, what to do: as sentences, of which a phone
    cuts nothing. The list is not taken.
    """
    zh = f"**{len(problems)} 行有问题，整份没有收下，原来的{item.zh}没有变。** 改好后再放一次。"
    en = (
        f"**{len(problems)} rows are wrong: nothing was taken, and {item.en} stand as they did.** Mend "
        "them, then give the list again."
    )
    st.error(pick(zh, en), icon=":material/block:")
    st.markdown("\n".join(_problem(item, problem) for problem in problems[:_SHOWN]))
    show_cut(min(len(problems), _SHOWN), len(problems), "行")


def _problem(item: EntryList, problem: RowProblem) -> str:
    rule = item.rules[problem.rule]
    named = {cell.label: pick(cell.label, cell.en) for cell in item.columns}
    column = plain(named.get(problem.column)) or pick("整行", "the whole row")
    cell = quoted(problem.cell or pick("（空）", "(empty)"), 60)
    where = pick(f"**第 {problem.row} 行 · {column}**：{cell}", f"**Row {problem.row} · {column}**: {cell}")
    what = pick(
        f"{plain(rule.zh, 200)} → {plain(rule.step_zh, 200)}",
        f"{plain(rule.en, 200)} → {plain(rule.step_en, 200)}",
    )
    return f"- {where} {what}"


def _show_changes(viewer: Viewer, item: EntryList, found: ListPreview) -> bool:
    """What the list would change, replaced figures first.

    True when it may be confirmed: something changes, and what is replaced was acknowledged.
    """
    counts = {code: found.count(code) for code in CHANGES}
    unfilled = (
        f" :gray[· {pick('没填', 'not filled in')} {found.unfilled}{pick(' 行', '')}]"
        if found.unfilled
        else ""
    )
    st.markdown(
        " · ".join(
            f"{_ICONS.get(code, '')} {pick(*CHANGES[code])} **{count}**"
            for code, count in counts.items()
            if count
        )
        + unfilled
    )
    order = {code: place for place, code in enumerate(CHANGES)}
    rows = found.changes.sort(pl.col("verdict_code").replace_strict(order, return_dtype=pl.Int64), "row")
    if rows.height:
        title = f"{pick('这份表会改什么', 'What the list changes')} {item.code}"
        show_table(viewer, sheet_of(title, changes_table(item, rows), c0="count"))
    if found.never_sold:
        count = found.never_sold
        zh = f"其中 {count} 行的编码没有出现在您的任何订单里：还没卖过，或者写错了。"
        en = f"Codes of {count} rows are in no order of yours: not sold yet, or mistyped."
        st.caption(f":orange[:material/help:] {pick(zh, en)}")
    replaced = counts["changed"] + counts["taken_back"]
    if not replaced and not counts["new"]:
        st.info(
            pick(
                f"这份表和现在的{item.zh}完全一样，不用导入。",
                f"The list is just what is in force for {item.en}: nothing to enter.",
            ),
            icon=":material/check:",
        )
        return False
    if not replaced:
        return True
    zh = f"我看过了：有 **{replaced}** 条会换掉或撤销现在的数字（旧数字留底，可以再改回来）"
    en = (
        f"I have seen it: **{replaced}** replace or take back what stands now (the old figures are kept, "
        "and can "
        "be put back)"
    )
    return st.checkbox(pick(zh, en), key=f"{item.code}_seen")


def _show_in_force(viewer: Viewer, item: EntryList, entries: pl.DataFrame, seen: tuple[int, ...]) -> None:
    """The entries that count now, and taking some of them back: chosen first, then confirmed."""
    if entries.is_empty():
        st.caption(phrase(*item.none_words))
        return
    with st.expander(
        pick(f"现在有效的{item.zh} {entries.height} 条", f"{capital(item.en)} in force: {entries.height}"),
        icon=":material/list:",
    ):
        title = f"{pick('现在有效的', 'In force')} {item.code}"
        show_table(viewer, sheet_of(title, entries_table(item, entries)), is_folded=True)
        rows = {row["entry_id"]: row for row in entries.head(_CHOICE).iter_rows(named=True)}
        chosen = st.multiselect(
            pick("录错了？选出来撤销", "Entered wrongly? Choose what to take back"),
            list(rows),
            format_func=lambda name: named(item, rows[name]),
            key=f"{item.code}_chosen",
            placeholder=pick("选一条或几条，可输入查找", "Choose one or more; type to search"),
        )
        if not chosen:
            return
        st.warning(
            pick(
                "撤销后，这些条从下一个发布起不再算；随时可以再录。",
                "They count no more from the next release on; they can be entered again at any time.",
            ),
            icon=":material/undo:",
        )
        if st.button(
            pick(f"确认撤销 {len(chosen)} 条", f"Take back {len(chosen)}"),
            type="primary",
            icon=":material/undo:",
            key=f"{item.code}_take_back",
        ):
            del st.session_state[f"{item.code}_chosen"]
            _begin(viewer, item, counter.take_back(viewer, item.code, tuple(chosen), seen))

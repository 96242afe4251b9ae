"""Any hand-entered list on a page: template, every wrong row, what it would change, how it went, and what is
in force with its way back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.entering.entry_words import about, changes_table, entries_table, named
from dashboards.parts.entering.receipts import show_progress
from dashboards.parts.figures.passport import amount
from dashboards.parts.page.failure import TellFailure, show_cut
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.money import NOTHING
from dashboards.parts.page.words import plain, sentence
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports import health
from pipeline import counter
from pipeline.counter import CHANGES, LIST_MAX_BYTES, Delivery, EntryList, Ingested, ListPreview, RowProblem

_SHOWN = 200
#: Entries one may choose from to take back; what is older is taken back by a list.
_CHOICE = 2_000
_FILLED = "填好的模板(Excel 或 CSV) The list, filled in"
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
        show_progress(delivery)
        return
    show_heading("录入结果", "Result")
    with TellFailure(f"录入{item.zh}"):
        _show_done(viewer, item, delivery.outcome.result(), before)
    if st.button("返回 Back", icon=":material/arrow_back:", type="primary", key=f"{item.code}_back"):
        del st.session_state[f"{item.code}_delivery"]
        st.rerun()


def show_list(viewer: Viewer, item: EntryList) -> None:
    """What to enter and why, the template to take, the place to give it back, and what is in force."""
    entries, seen = counter.entries_in_force(viewer, item.code)
    st.markdown(about(item))
    _show_templates(viewer, item)
    _show_upload(viewer, item)
    with TellFailure(f"有效的{item.zh}"):
        _show_in_force(viewer, item, entries, seen)


def _show_templates(viewer: Viewer, item: EntryList) -> None:
    with st.container(horizontal=True, gap="small"):
        for form, label, kind in (("xlsx", "下载模板 Excel", _XLSX), ("csv", "CSV", "text/csv")):
            data = partial(counter.list_template, viewer, item.code, form)
            st.download_button(
                label,
                data,
                f"{item.zh}模板.{form}",
                kind,
                icon=":material/download:",
                key=f"{item.code}_{form}",
                on_click="ignore",
            )
    if item.goods is not None:
        st.caption(
            "模板里已填好您卖过的商家编码,卖得多的在前;没填的行不算。 Your own SKUs are filled in, largest "
            "first; rows left open do not count."
        )


def _show_upload(viewer: Viewer, item: EntryList) -> None:
    turn = st.session_state.get(f"{item.code}_round", 0)
    file = st.file_uploader(
        _FILLED,
        type=["csv", "xlsx", "xls"],
        max_upload_size=LIST_MAX_BYTES >> 20,
        key=f"{item.code}_file_{turn}",
    )
    if file is None:
        return
    with TellFailure(f"{item.zh}表"):
        data = file.getvalue()
        found = counter.preview_list(viewer, item.code, file.name, data)
        if found.problems:
            _show_problems(item, found.problems)
            return
        is_ready = _show_changes(item, found)
        count = sum(found.count(code) for code in ("new", "changed", "taken_back"))
        if st.button(
            f"确认导入 {count} 条 Enter",
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
    zh = f"**{len(problems)} 行有问题,整份没有收下,原来的{item.zh}没有变。** 改好后再放一次。"
    st.error(
        f"{zh}  \n:small[Nothing was taken: mend these rows, then give the list again.]",
        icon=":material/block:",
    )
    st.markdown("\n".join(_problem(item, problem) for problem in problems[:_SHOWN]))
    show_cut(min(len(problems), _SHOWN), len(problems), "行")


def _problem(item: EntryList, problem: RowProblem) -> str:
    rule = item.rules[problem.rule]
    where = f"**第 {problem.row} 行 · {plain(problem.column) or '整行'}**:「{plain(problem.cell) or '(空)'}」"
    return (
        f"- {where} {plain(rule.zh, 200)} → {plain(rule.step_zh, 200)}  \n  "
        f":gray[:small[{plain(rule.en, 200)}]]"
    )


def _show_changes(item: EntryList, found: ListPreview) -> bool:
    """What the list would change, replaced figures first.

    True when it may be confirmed: something changes, and what is replaced was acknowledged.
    """
    counts = {code: found.count(code) for code in CHANGES}
    unfilled = f" :gray[· 没填 {found.unfilled} 行]" if found.unfilled else ""
    st.markdown(
        " · ".join(
            f"{_ICONS.get(code, '')} {CHANGES[code][0]} **{count}**"
            for code, count in counts.items()
            if count
        )
        + unfilled
    )
    order = {code: place for place, code in enumerate(CHANGES)}
    rows = found.changes.sort(pl.col("verdict_code").replace_strict(order, return_dtype=pl.Int64), "row")
    if rows.height:
        shown = changes_table(item, rows.head(_SHOWN))
        st.dataframe(shown, hide_index=True, height=min(420, 40 + 35 * shown.height))
    show_cut(min(rows.height, _SHOWN), rows.height, "条")
    if found.never_sold:
        text = f"其中 {found.never_sold} 行的编码没有出现在您的任何订单里:还没卖过,或者写错了。"
        st.caption(
            f":orange[:material/help:] {text} Codes of {found.never_sold} rows stand in no order of yours: "
            "not sold yet, or mistyped."
        )
    replaced = counts["changed"] + counts["taken_back"]
    if not replaced and not counts["new"]:
        st.info(
            f"这份表和现在的{item.zh}完全一样,不用导入。  \n:small[It says what is in force already: nothing "
            "to enter.]",
            icon=":material/check:",
        )
        return False
    if not replaced:
        return True
    zh = f"我看过了:有 **{replaced}** 条会换掉或撤销现在的数字(旧数字留底,可以再改回来)"
    return st.checkbox(f"{zh} :gray[:small[I have seen what is replaced]]", key=f"{item.code}_seen")


def _show_in_force(viewer: Viewer, item: EntryList, entries: pl.DataFrame, seen: tuple[int, ...]) -> None:
    """The entries that count now, and taking some of them back: chosen first, then confirmed."""
    if entries.is_empty():
        st.caption(f"{item.none_words[0]}。 {sentence(item.none_words[1])}")
        return
    with st.expander(f"现在有效的{item.zh} {entries.height} 条 In force", icon=":material/list:"):
        shown = entries_table(item, entries.head(_SHOWN))
        st.dataframe(shown, hide_index=True, height=min(420, 40 + 35 * shown.height))
        show_cut(min(entries.height, _SHOWN), entries.height, "条")
        rows = {row["entry_id"]: row for row in entries.head(_CHOICE).iter_rows(named=True)}
        label = "录错了?选出来撤销 Take back"
        chosen = st.multiselect(
            label,
            list(rows),
            format_func=lambda name: named(item, rows[name]),
            key=f"{item.code}_chosen",
            placeholder="选一条或几条,可输入查找",
        )
        if not chosen:
            return
        st.warning(
            "撤销后,这些条从下一个发布起不再算;随时可以再录。  \n:small[They count no more from the next "
            "release on.]",
            icon=":material/undo:",
        )
        if st.button(
            f"确认撤销 {len(chosen)} 条 Take back",
            type="primary",
            icon=":material/undo:",
            key=f"{item.code}_take_back",
        ):
            del st.session_state[f"{item.code}_chosen"]
            _begin(viewer, item, counter.take_back(viewer, item.code, tuple(chosen), seen))


def _show_done(viewer: Viewer, item: EntryList, done: Ingested, before: int | None) -> None:
    """The release the entries came into, and what they did to the list's own metrics against release
    ``before`` (None: there was none).
    """
    if done.held is not None:
        zh = f"**{item.zh}已收下,新数据未放行,看板停留在上一个发布。** {plain(done.held.zh, 200)}"
        st.warning(
            f"{zh}  \n:small[The entries are kept; the new figures failed a check.]",
            icon=":material/front_hand:",
        )
        return
    number = done.current.number if done.current else None
    zh = f"**{item.zh}已生效,看板现在读取发布 \\#{number}。**"
    st.success(
        f"{zh}  \n:small[The entries are in force; the dashboards read this release.]",
        icon=":material/rocket_launch:",
    )
    if not item.metrics:
        return
    answer = ask(viewer, list(item.metrics))
    then: Mapping[str, Any] = (
        ask(viewer, list(item.metrics), as_of=before).rows.row(0, named=True)
        if before
        else dict.fromkeys(item.metrics)
    )
    now = answer.rows.row(0, named=True)
    rows = [
        {
            "全部日期合计": METRICS[name].zh,
            "之前": _figure(name, then[name]),
            "现在": _figure(name, now[name]),
        }
        for name in item.metrics
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, height="content")
    for note in answer.notes:
        st.caption(f"{note.zh}。 {sentence(note.en)}")


def _figure(metric: str, value: float | None) -> str:
    return NOTHING if value is None else amount(METRICS[metric], value)

"""A list a merchant gives on a page, of whatever kind: template, every wrong row, what it would change, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.failure import TellFailure, show_cut
from dashboards.parts.frame import show_heading
from dashboards.parts.receipts import show_progress
from dashboards.parts.words import plain
from metrics import health
from metrics.access import Viewer
from pipeline.counter import CHANGES, LIST_MAX_BYTES, Delivery, Ingested, ListPreview, RowProblem

_SHOWN = 200
_FILLED = "填好的模板(Excel 或 CSV) The list, filled in"
_ICONS = {"changed": ":orange[:material/edit:]", "taken_back": ":orange[:material/undo:]", "new": ":green[:material/add:]"}


@dataclass(frozen=True)
class ListForm:
    """One kind of list on a page. ``key`` begins the names of its widgets; ``told``: a row of a preview → its cells; ``done``: shows what a list did.

    The calls are the counter's of this kind.
    """

    key: str
    zh: str
    en: str
    template: Callable[[], bytes]
    preview: Callable[[Viewer, str, bytes], ListPreview]
    enter: Callable[[Viewer, str, bytes, tuple[int, ...]], Delivery]
    problem: Callable[[RowProblem], tuple[str, str, str, str]]
    told: Callable[[Mapping[str, Any]], dict[str, Any]]
    done: Callable[[Viewer, Ingested, int | None], None]

    def delivery(self) -> tuple[Delivery, int | None] | None:
        """The list under way or done, and the release read before it."""
        given: tuple[Delivery, int | None] | None = st.session_state.get(f"{self.key}_delivery")
        return given

    def show(self, viewer: Viewer) -> None:
        """The template to take and the place to give it back."""
        st.download_button("下载模板 Template", self.template(), f"{self.zh}模板.csv", "text/csv", icon=":material/download:", key=f"{self.key}_template")
        turn = st.session_state.get(f"{self.key}_round", 0)
        file = st.file_uploader(_FILLED, type=["csv", "xlsx", "xls"], max_upload_size=LIST_MAX_BYTES >> 20, key=f"{self.key}_file_{turn}")
        if file is None:
            return
        with TellFailure(f"{self.zh}表"):
            data = file.getvalue()
            found = self.preview(viewer, file.name, data)
            if found.problems:
                self._show_problems(found.problems)
                return
            is_ready = self._show_changes(found)
            if found.never_sold:
                text = f"其中 {found.never_sold} 行的编码没有出现在您的任何订单里:还没卖过,或者写错了。"
                st.caption(f":orange[:material/help:] {text} Codes of {found.never_sold} rows stand in no order of yours: not sold yet, or mistyped.")
            count = sum(found.count(code) for code in ("new", "changed", "taken_back"))
            if st.button(f"确认导入 {count} 条 Enter", type="primary", icon=":material/check:", disabled=not is_ready, key=f"{self.key}_confirm"):
                line = health.release_line(viewer)
                st.session_state[f"{self.key}_delivery"] = (self.enter(viewer, file.name, data, found.seen), line.current)
                st.session_state[f"{self.key}_round"] = turn + 1
                st.rerun()

    def show_delivery(self, viewer: Viewer, delivery: Delivery, before: int | None) -> None:
        """How far it is, or how it went."""
        if not delivery.outcome.done():
            show_heading(f"正在录入{self.zh}", f"Entering {self.en}")
            show_progress(delivery)
            return
        show_heading("录入结果", "Result")
        with TellFailure(f"录入{self.zh}"):
            self.done(viewer, delivery.outcome.result(), before)
        if st.button("返回 Back", icon=":material/arrow_back:", type="primary", key=f"{self.key}_back"):
            del st.session_state[f"{self.key}_delivery"]
            st.rerun()

    def _show_problems(self, problems: tuple[RowProblem, ...]) -> None:
        """Every wrong row: where, what stands there, what is wrong, what to do: as sentences, of which a phone cuts nothing. The list is not taken."""
        zh = f"**{len(problems)} 行有问题,整份没有收下,原来的{self.zh}没有变。** 改好后再放一次。"
        st.error(f"{zh}  \n:small[Nothing was taken: mend these rows, then give the list again.]", icon=":material/block:")
        st.markdown("\n".join(self._told_problem(problem) for problem in problems[:_SHOWN]))
        show_cut(min(len(problems), _SHOWN), len(problems), "行")

    def _told_problem(self, problem: RowProblem) -> str:
        zh, en, step, _ = self.problem(problem)
        where = f"**第 {problem.row} 行 · {plain(problem.column) or '整行'}**:「{plain(problem.cell) or '(空)'}」"
        return f"- {where} {plain(zh, 200)} → {plain(step, 200)}  \n  :gray[:small[{plain(en, 200)}]]"

    def _show_changes(self, found: ListPreview) -> bool:
        """What the list would change, replaced figures first; True when it may be confirmed: something changes, and what is replaced was acknowledged."""
        counts = {code: found.count(code) for code in CHANGES}
        st.markdown(" · ".join(f"{_ICONS.get(code, '')} {CHANGES[code][0]} **{count}**" for code, count in counts.items() if count))
        order = {code: place for place, code in enumerate(CHANGES)}
        rows = found.changes.sort(pl.col("verdict_code").replace_strict(order, return_dtype=pl.Int64), "row")
        shown = pl.DataFrame([self.told(row) for row in rows.head(_SHOWN).iter_rows(named=True)])
        st.dataframe(shown, hide_index=True, height=min(420, 40 + 35 * shown.height))
        if rows.height > _SHOWN:
            st.caption(f"列出前 {_SHOWN} 条,共 {rows.height} 条。 The first {_SHOWN} of {rows.height}.")
        replaced = counts["changed"] + counts["taken_back"]
        if not replaced and not counts["new"]:
            zh = f"这份表和现在的{self.zh}完全一样,不用导入。"
            st.info(f"{zh}  \n:small[It says what is in force already: nothing to enter.]", icon=":material/check:")
            return False
        if not replaced:
            return True
        zh = f"我看过了:有 **{replaced}** 条会换掉或撤销现在的数字(旧数字留底,可以再改回来)"
        return st.checkbox(f"{zh} :gray[:small[I have seen what is replaced]]", key=f"{self.key}_seen")

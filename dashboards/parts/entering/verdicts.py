"""What is said of a file, before and after it is taken: a word with its icon, sentences with their next step,
rows in a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl
import streamlit as st

from contracts.codes import KIND, PLATFORM, VERDICT
from contracts.errors import FileRefusedError
from contracts.intake import WARN_RULES, Notice, row_place
from dashboards.parts.entering.kinds import cell_text, column_name, layout_name, version_name
from dashboards.parts.page.words import halves, plain, sentence, span, visible
from pipeline.counter import FileReceipt, Preview, Problem

_SIGNS = {
    "accepted": ("green", ":material/check_circle:"),
    "warned": ("orange", ":material/warning:"),
    "unusable": ("red", ":material/block:"),
    "duplicate": ("gray", ":material/content_copy:"),
    "refused": ("red", ":material/block:"),
    "withdrawn": ("gray", ":material/undo:"),
}
_BEFORE = {
    "accepted": "可以导入 ready",
    "warned": "可以导入,有提醒 ready, with warnings",
    "unusable": "没有一行可用 no usable row",
    "duplicate": "导入过的文件 given before",
    "refused": "不能导入 refused",
}
_FACTS = {
    "looks_like": "最像", "missing": "缺少", "row": "第几行", "first_row": "最早在第几行", "rows": "行数",
    "column": "列", "columns": "列", "limit": "上限",
    "bytes": "字节", "sheet": "工作表", "sheets": "工作表", "entry": "压缩包内", "files": "文件数",
    "shops": "店铺数", "shop": "所选店铺", "file": "文件",
    "example": "例", "seconds": "秒", "belongs_to": "其实属于店铺", "total": "合计", "countries": "国家",
    "twice": "重复的列",
    "mapping": "映射", "platform": "用于平台",
}  # fmt: skip
#: On a page there is no command line to send people to.
_STEPS = {
    "UNKNOWN_LAYOUT": (
        "确认这是平台导出的原始文件;其他表格可以映射",
        "make sure it is an original export; any other table can be mapped",
    ),
    "MISSING_COLUMN": (
        "用默认列重新导出;若只是列改了名,在下面确认",
        "export again with the default columns; confirm below if a column was only renamed",
    ),
}


def show_title(receipt: FileReceipt, *, is_taken: bool, word: str = "") -> None:
    """The verdict's word (or ``word``) and icon, what the file is, and its name."""
    colour, icon = _SIGNS[receipt.verdict]
    word = word or (
        f"{VERDICT.zh(receipt.verdict)} {VERDICT.en(receipt.verdict)}"
        if is_taken
        else _BEFORE[receipt.verdict]
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(word, icon=icon, color=colour)
        if receipt.platform:
            st.badge(f"{PLATFORM.zh(receipt.platform)} · {KIND.zh(receipt.kind)}", color="gray")
    st.text(visible(receipt.name, 120))


def show_facts(receipt: FileReceipt, *more: str) -> None:
    """``more``, days covered and layout, on one line."""
    days = [span(receipt.first_date, receipt.last_date)] if receipt.first_date and receipt.last_date else []
    st.caption(" · ".join([*more, *days, f"版式 {plain(version_name(receipt.kind, receipt.layout))}"]))


def show_refusal(error: FileRefusedError) -> None:
    """Rule, sentence, what was found and the next step."""
    step_zh, step_en = _STEPS.get(error.rule, (error.step_zh, error.step_en))
    known = [(_FACTS[key], _fact(key, value)) for key, value in error.facts.items() if key in _FACTS]
    found = ";".join(f"{word}:{plain(value, 200)}" for word, value in known)
    lines = [f"**{plain(error.zh, 200)}**{f' — {found}' if found else ''}", f"→ {plain(step_zh, 200)}"]
    en = f"{sentence(plain(error.en, 200))} {sentence(plain(step_en, 200))}"
    st.markdown("  \n".join([*lines, f":gray[:small[{en} {plain(error.rule)}]]"]))


def show_reason(receipt: FileReceipt) -> None:
    """Why a file changed nothing, and the next step."""
    zh, en = halves(receipt.message, 400)
    step_zh, step_en = halves(receipt.next_step, 200)
    st.markdown(
        f"**{plain(zh, 400)}**  \n→ {plain(step_zh, 200)}  \n:gray[:small[{plain(en, 400)} "
        f"{sentence(plain(step_en, 200))} {receipt.rule}]]"
    )


def _fact(key: str, value: object) -> str:
    text = str(value)
    return (
        layout_name(text)
        if key == "looks_like"
        else PLATFORM.zh(text)
        if key in ("file", "shop", "platform")
        else text
    )


def show_notices(notices: Sequence[Notice]) -> None:
    """Warnings; those a person should look at with their next step, the others small."""
    for notice in sorted(notices, key=lambda item: not item.calls):
        said, about = WARN_RULES[notice.rule], f":{plain(notice.about, 120)}" if notice.about else ""
        if notice.calls:
            st.markdown(
                f":orange[:material/warning:] {said.zh}({notice.count:,}{about}) → {said.step_zh}  "
                f"\n:gray[:small[{sentence(said.en)}]]"
            )
        else:
            st.markdown(f":gray[:small[:material/info: {said.zh}({notice.count:,}{about})]]")


def show_columns(receipt: FileReceipt) -> None:
    """The personal columns that are not kept, each by its name."""
    if receipt.dropped_columns:
        names = "、".join(plain(name) for name in receipt.dropped_columns)
        st.markdown(
            f":material/shield_person: 个人信息 {len(receipt.dropped_columns)} 列不保存:{names} "
            ":gray[:small[personal, dropped]]"
        )


def show_problems(problems: Sequence[Problem], bad_rows: int) -> None:
    """How many rows are set aside, and the first of them with row number, column, cell and what to do."""
    if not bad_rows:
        return
    st.markdown(
        f":orange[:material/rule:] **{bad_rows:,}** 行会被隔离,不计入数字;其余照常导入。 "
        ":gray[:small[Rows "
        "that will be set aside.]]"
    )
    rows = [
        {
            "行": halves(item.place)[0],
            "列": visible(item.column, 30),
            "原值": visible(item.cell, 30),
            "问题": halves(item.message)[0],
            "下一步": halves(item.next_step)[0],
            "规则": item.rule,
        }
        for item in problems
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True)


def show_first_rows(head: pl.DataFrame, headers: Mapping[str, str]) -> None:
    """The first rows, turned: one line per column of ours, so that a phone can show a wide table."""
    told = head.drop("_row_number")
    lines = {
        "读作": [column_name(name, headers.get(name, "")) for name in told.columns],
        **({"文件里的列": [visible(headers.get(name, ""), 30) for name in told.columns]} if headers else {}),
        **{
            f"第 {row_place(row)} 行": [cell_text(name, told[name][place]) for name in told.columns]
            for place, row in enumerate(head["_row_number"])
        },
    }
    st.dataframe(pl.DataFrame(lines), hide_index=True)


def show_preview(preview: Preview) -> None:
    """One file before it is taken; the box around it, and what a person may answer, are the page's."""
    receipt = preview.receipt
    show_title(receipt, is_taken=False)
    if preview.error is not None:
        show_refusal(preview.error)
        return
    if receipt.message:
        show_reason(receipt)
    show_facts(receipt, f"{receipt.rows_read:,} 行")
    show_notices(receipt.notices)
    show_problems(preview.problems, preview.bad_rows)
    show_columns(receipt)
    if preview.head.height:
        with st.expander(f"前 {preview.head.height} 行会这样读 First rows, as they will be read"):
            show_first_rows(preview.head, preview.headers)


def show_twin(preview: Preview, first: str) -> None:
    """One file of the very same bytes as ``first``, which is on the counter before it: nothing of it counts
    twice.
    """
    show_title(replace(preview.receipt, verdict="duplicate"), is_taken=False, word="重复 given twice")
    st.markdown(
        f"与本批的「{plain(first, 120)}」逐字节相同,只计一次。  \n:gray[:small[The very same bytes as "
        "another file here; they count once.]]"
    )

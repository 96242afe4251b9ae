"""What is said of a file, before and after it is taken: a word with its icon, sentences with their next step,
rows in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from contracts.code_list import CodeList
from contracts.codes import KIND, PLATFORM
from contracts.errors import FileRefusedError
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES, Notice
from dashboards.parts.entering.first_rows import show_first_rows, show_problems
from dashboards.parts.entering.kinds import layout_name, version_name
from dashboards.parts.page.details import show_codes
from dashboards.parts.page.language import called, capital, label, listed, pick
from dashboards.parts.page.words import halves, plain, quoted, span, visible
from metrics.query.access import Viewer
from pipeline.counter import FileReceipt, Preview

_SIGNS = {
    "accepted": ("green", ":material/check_circle:"),
    "warned": ("orange", ":material/warning:"),
    "unusable": ("red", ":material/block:"),
    "duplicate": ("gray", ":material/content_copy:"),
    "refused": ("red", ":material/block:"),
    "withdrawn": ("gray", ":material/undo:"),
}
_BEFORE = CodeList(
    "before",
    {
        "accepted": ("可以导入", "ready"),
        "warned": ("可以导入，有提醒", "ready, with warnings"),
        "unusable": ("不能导入", "not taken"),
        "duplicate": ("导入过的文件", "given before"),
        "refused": ("不能导入", "refused"),
    },
)
_FACTS = {
    "looks_like": ("最像", "most like"), "missing": ("缺少", "missing"), "row": ("第几行", "row"),
    "first_row": ("最早在第几行", "first in row"), "rows": ("行数", "rows"), "column": ("列", "column"),
    "columns": ("列", "columns"), "limit": ("上限", "limit"), "bytes": ("字节", "bytes"),
    "sheet": ("工作表", "sheet"), "sheets": ("工作表", "sheets"), "entry": ("压缩包内", "in the archive"),
    "files": ("文件数", "files"), "shops": ("店铺数", "shops"), "shop": ("所选店铺", "shop chosen"),
    "file": ("文件", "file"), "example": ("例", "example"), "seconds": ("秒", "seconds"),
    "belongs_to": ("其实属于店铺", "really of the shop"), "total": ("合计", "total"),
    "countries": ("国家", "countries"), "twice": ("重复的列", "columns twice"),
    "mapping": ("映射", "mapping"), "platform": ("用于平台", "for the platform"),
}  # fmt: skip
#: On a page there is no command line to send people to.
_STEPS = {
    "UNKNOWN_LAYOUT": (
        "确认这是平台导出的原始文件；其他表格可以映射",
        "make sure it is an original export; any other table can be mapped",
    ),
    "MISSING_COLUMN": (
        "用默认列重新导出；若只是列改了名，在下面确认",
        "export again with the default columns; confirm below if a column was only renamed",
    ),
}


def show_name(receipt: FileReceipt) -> None:
    """What the file is called, and what it was taken for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(visible(receipt.name, 120), width="content")
        if receipt.platform:
            st.badge(f"{label(PLATFORM, receipt.platform)} · {label(KIND, receipt.kind)}", color="gray")


def show_verdict(verdict: str, words: CodeList, why: str) -> None:
    """The verdict: its word in ``words`` with its icon and colour, and in a sentence what it means for the
    figures.
    """
    colour, icon = _SIGNS[verdict]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(pick(words.zh(verdict), capital(words.en(verdict))), icon=icon, color=colour)
        st.markdown(f"**{pick(why, capital(why))}**", width="content")


def show_before(receipt: FileReceipt, bad_rows: int) -> None:
    """The verdict on a file nobody has said yes to."""
    show_verdict(receipt.verdict, _BEFORE, taken_for(receipt, bad_rows, is_taken=False))


def taken_for(receipt: FileReceipt, bad_rows: int, *, is_taken: bool) -> str:
    """What a verdict means for the figures, before and after the file is taken."""
    rows, good = f"{receipt.rows_read:,}", f"{receipt.rows_read - bad_rows:,}"
    if receipt.verdict in ("accepted", "warned") and bad_rows:
        zh = f"{bad_rows:,} 行有问题，不计入数字；其余 {good} 行可用。"
        bad = f"{bad_rows:,} problem rows are" if bad_rows > 1 else "1 problem row is"
        return pick(zh, f"{bad} in no figure; the other {good} are usable.")
    told = {
        "accepted": (f"{rows} 行全部可用。", f"all {rows} rows are usable."),
        "warned": (f"{rows} 行可用，请看下面的提醒。", f"{rows} rows are usable; see the warnings below."),
        "unusable": ("一行都不能用，数字不变。", "not one row is usable; no figure changes."),
        "duplicate": ("再导入不会改变数字。", "to import it again changes nothing."),
        "refused": ("数字不变。", "no figure changes."),
        "withdrawn": (
            "它的行不再计入；再次上传就恢复。", "its rows count no more; upload it again to restore them."
        ),
    }  # fmt: skip
    if is_taken:
        told["duplicate"] = ("没有一行计了两次。", "no row counts twice.")
    return pick(*told[receipt.verdict])


def show_days(receipt: FileReceipt) -> None:
    """The days covered."""
    if receipt.first_date and receipt.last_date:
        st.caption(f"{pick('数据日期', 'Days')} {span(receipt.first_date, receipt.last_date)}")


def show_refusal(zh: str, en: str, step: tuple[str, str], facts: Mapping[str, object]) -> None:
    """Why a file changed nothing: the rule's sentence, what was found where, and the next step."""
    known = [(pick(*_FACTS[key]), _fact(key, value)) for key, value in facts.items() if key in _FACTS]
    found = pick("；", "; ").join(f"{word}{pick('：', ': ')}{plain(value, 200)}" for word, value in known)
    what, then = plain(pick(zh, capital(en)), 400), plain(pick(step[0], capital(step[1])), 300)
    st.markdown(
        "  \n".join([f"**{what}**{f' — {found}' if found else ''}", *([f"→ {then}"] if then else [])])
    )


def show_error_refusal(error: FileRefusedError) -> None:
    """``show_refusal`` of an error, with its code folded away."""
    step = _STEPS.get(error.rule, (error.step_zh, error.step_en))
    show_refusal(error.zh, error.en, step, error.facts)
    show_codes({error.rule: plain(pick(error.zh, capital(error.en)), 300)})


def show_reason(receipt: FileReceipt) -> None:
    """``show_refusal`` of a receipt."""
    zh, _, en = receipt.next_step.partition(" / ")
    show_refusal(*receipt.reason, _STEPS.get(receipt.rule, (zh, en)), receipt.facts)


def show_fold(receipt: FileReceipt, rules: Iterable[str] = ()) -> None:
    """What engineers ask for: the layout, and the code of every rule the receipt speaks of or ``rules``
    names.
    """
    codes = {}
    if receipt.layout:
        codes[pick("版式", "layout")] = plain(version_name(receipt.kind, receipt.layout))
    every = [receipt.rule, *receipt.rules, *rules, *(notice.rule for notice in receipt.notices)]
    known = FILE_RULES | ROW_RULES | WARN_RULES
    show_codes(codes | {rule: capital(called(known[rule])) for rule in every if rule in known})


def _fact(key: str, value: object) -> str:
    text = str(value)
    return (
        layout_name(text)
        if key == "looks_like"
        else label(PLATFORM, text)
        if key in ("file", "shop", "platform")
        else text
    )


def show_notices(notices: Sequence[Notice]) -> None:
    """Warnings; those a person should look at with their next step, the others small."""
    for notice in sorted(notices, key=lambda item: not item.calls):
        rule = WARN_RULES[notice.rule]
        about = f"{pick('：', ': ')}{plain(pick(*halves(notice.about)), 120)}" if notice.about else ""
        much = f"{notice.count:,}{about}"
        what = pick(f"{rule.zh}（{much}）", f"{capital(rule.en)} ({much})")
        if notice.calls:
            step = pick(rule.step_zh, capital(rule.step_en))
            st.markdown(f":orange[:material/warning:] {what} → {step}")
        else:
            st.markdown(f":gray[:small[:material/info: {what}]]")


def show_columns(receipt: FileReceipt) -> None:
    """The personal columns that are not kept, each by its name."""
    if receipt.dropped_columns:
        names, count = listed(plain(name) for name in receipt.dropped_columns), len(receipt.dropped_columns)
        zh, en = f"个人信息 {count} 列不保存：{names}", f"{count} personal columns are not kept: {names}"
        st.markdown(f":material/shield_person: {pick(zh, en)}")


def show_preview(viewer: Viewer, preview: Preview, key: str) -> None:
    """One file before it is taken; the box around it, and what a person may answer, are the page's.

    ``key`` is unique on the page.
    """
    receipt = preview.receipt
    show_name(receipt)
    show_before(receipt, preview.bad_rows)
    if preview.error is not None:
        show_error_refusal(preview.error)
        return
    if receipt.message:
        show_reason(receipt)
    show_days(receipt)
    show_notices(receipt.notices)
    show_problems(viewer, preview.problems, key)
    show_columns(receipt)
    if preview.head.height:
        with st.expander(
            pick(
                f"前 {preview.head.height} 行会这样读",
                f"The first {preview.head.height} rows, as they will be read",
            )
        ):
            show_first_rows(viewer, preview.head, preview.headers, key)
    show_fold(receipt, (problem.rule for problem in preview.problems))


def show_twin(preview: Preview, first: str) -> None:
    """One file of the very same bytes as ``first``, which is on the counter before it: nothing of it counts
    twice.
    """
    name = quoted(first, 120)
    show_name(preview.receipt)
    show_verdict(
        "duplicate",
        CodeList("twice", {"duplicate": ("重复", "given twice")}),
        pick(f"与本批的{name}逐字节相同，只计一次。", f"the very same bytes as {name}: they count once."),
    )

"""A delivery under way, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from contracts.code_list import CodeList
from contracts.codes import VERDICT
from contracts.errors import BaiyunError
from contracts.intake import ROW_RULES
from dashboards.parts.entering.moves import show_moves
from dashboards.parts.entering.verdicts import (
    show_columns,
    show_days,
    show_fold,
    show_name,
    show_notices,
    show_reason,
    show_verdict,
    taken_for,
)
from dashboards.parts.health.checks import warnings
from dashboards.parts.health.files import show_quarantined
from dashboards.parts.health.waiting import show_marked, show_waiting
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import called, capital, label, listed, phrase, pick
from dashboards.parts.page.rules import in_words
from dashboards.parts.page.table import show_table
from dashboards.parts.page.words import moment, plain, quoted, visible
from metrics.query.access import Viewer
from metrics.reports import health
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import Change, FileReceipt, Ingested

#: What may be done while an import goes on.
MEANWHILE = (
    "可以离开本页，导入会继续；结果也在「数据健康」里。",
    "You may leave this page; the import goes on, and its result stands under Data health too.",
)
#: On the receipt of one file, of which the rest of the sentence speaks.
_TAKEN = CodeList("taken", {**VERDICT.labels, "unusable": ("没有计入", "not counted")})
#: What needs a look comes first.
_ORDER = ("refused", "unusable", "warned", "withdrawn", "duplicate", "accepted")
_FILES = {
    "name": Column("文件", "file"),
    "verdict": Column("结论", "verdict"),
    "read": Column("读取", "read", "count"),
    "published": Column("发布", "published", "count"),
    "quarantined": Column("问题行", "problem rows", "count"),
    "superseded": Column("已被新文件更新", "superseded", "count"),
    "duplicate": Column("重复", "duplicate", "count"),
    "first": Column("从", "first day", "date"),
    "last": Column("到", "last day", "date"),
}


def show_outcome(viewer: Viewer, done: Ingested) -> None:
    """The release first, then what moved and what still waits, then each file's receipt."""
    _show_release(viewer, done)
    _show_changes(viewer, done.changes)
    show_waiting(viewer)
    show_marked(viewer)
    _show_receipts(viewer, done.receipts)


def _show_release(viewer: Viewer, done: Ingested) -> None:
    if done.held is not None:
        _show_held(viewer, done.held)
    elif all(receipt.verdict in ("refused", "unusable") for receipt in done.receipts):
        st.error(
            pick("没有文件被接收，数字没有变化。", "No file was taken; no figure has changed."),
            icon=":material/block:",
        )
    elif done.current is not None:
        number, at, warned = done.current.number, moment(done.current.changed_at), warnings(viewer)
        zh = f"没有阻断检查未通过；**{warned}** 项提醒，见「数据健康」。" if warned else "没有检查未通过。"
        some = f"No check that stops a release failed; **{warned}** warn, see Data health."
        en = some if warned else "No check failed."
        st.success(
            pick(
                f"**看板现在读取发布 \\#{number}**（{at}）。{zh}",
                f"**The dashboards now read release \\#{number}** ({at}). {en}",
            ),
            icon=":material/rocket_launch:",
        )


def _show_held(viewer: Viewer, held: BaiyunError) -> None:
    names = [rule for rule in str(held.facts.get("rules", "")).split(", ") if rule]
    rules = listed(quoted(rule) for rule in in_words(viewer, names))
    why = (
        pick(f"未通过检查：{rules}。", f"Failed checks: {rules}.")
        if rules
        else phrase(plain(held.zh, 200), plain(held.en, 200))
    )
    st.warning(
        pick(
            f"**文件已收下，新数据未放行，看板停留在上一个发布。** {why}原因消除后，下一次构建会再判。",
            "**The files are kept, the new data is held back, and the dashboards stay on the release "
            f"before.** {why} "
            "Once the reason is gone the next build is judged again.",
        ),
        icon=":material/front_hand:",
    )


def _show_changes(viewer: Viewer, changes: Sequence[Change]) -> None:
    if not changes:
        return
    if all(item.before == item.after for item in changes):
        st.markdown(pick("本店发布的合计没有变化。", "The shop's released totals have not moved."))
        return
    show_moves(
        viewer,
        pick("本店合计", "Total of the shop"),
        {called(item): "count" if item.metric == "paid_orders" else "fen" for item in changes},
        {
            pick("之前", "before"): [item.before for item in changes],
            pick("之后", "after"): [item.after for item in changes],
            pick("变化", "change"): [item.moved for item in changes],
        },
    )


def _show_receipts(viewer: Viewer, receipts: Sequence[FileReceipt]) -> None:
    """All files together where there are several, then each by itself, those first that need a look."""
    show_heading("回执", "Receipts")
    if len(receipts) > 1:
        counts = [(label(VERDICT, code), sum(item.verdict == code for item in receipts)) for code in _ORDER]
        told = listed(pick(f"{count} 个{word}", f"{count} {word}") for word, count in counts if count)
        st.markdown(f"**{pick(f'{len(receipts)} 个文件：', f'{len(receipts)} files: ')}{told}**")
        st.markdown(_sum([_counts(item) for item in receipts]))
        show_table(viewer, _together(receipts), leads=("name", "verdict", "published"), is_released=False)
    for place, receipt in enumerate(sorted(receipts, key=lambda item: _ORDER.index(item.verdict))):
        with st.container(border=True, gap="xsmall"):
            _show_receipt(viewer, receipt, str(place))


def _together(receipts: Sequence[FileReceipt]) -> Sheet:
    rows = [
        (
            visible(item.name, 80),
            label(VERDICT, item.verdict),
            *_counts(item),
            item.first_date,
            item.last_date,
        )
        for item in receipts
    ]
    kinds = {"text": pl.String, "count": pl.Int64, "date": pl.Date}
    schema = {name: kinds[column.kind] for name, column in _FILES.items()}
    return Sheet(pick("回执", "Receipts"), _FILES, pl.DataFrame(rows, schema=schema, orient="row"))


def _counts(receipt: FileReceipt) -> tuple[int, int, int, int, int]:
    """Rows read, and where they went."""
    return (
        receipt.rows_read, receipt.published, receipt.quarantined, receipt.superseded, receipt.duplicate
    )  # fmt: skip


def _sum(counts: Sequence[tuple[int, int, int, int, int]]) -> str:
    """Rows read and where each of them went, in one line that sums."""
    read, published, aside, newer, twice = (f"{sum(column):,}" for column in zip(*counts, strict=True))
    zh = f"读取 **{read}** 行 = 发布 {published} + 问题行 {aside} + 已被新文件更新 {newer} + 重复 {twice}"
    en = (
        f"**{read}** rows read = {published} published + {aside} problem rows + {newer} replaced by "
        f"newer files + {twice} duplicates"
    )
    return pick(zh, en)


def _show_receipt(viewer: Viewer, receipt: FileReceipt, key: str) -> None:
    show_name(receipt)
    show_verdict(receipt.verdict, _TAKEN, taken_for(receipt, receipt.quarantined, is_taken=True))
    if receipt.verdict == "refused":
        show_reason(receipt)
    elif receipt.verdict != "withdrawn":
        st.markdown(_sum([_counts(receipt)]))
        show_days(receipt)
        for rule, rows in receipt.rules.items():
            known = ROW_RULES.get(rule)
            what = called(known) if known else plain(rule)
            step = pick(f" → {known.step_zh}", f" → {capital(known.step_en)}") if known else ""
            told = pick(f"{rows:,} 行：{what}", f"{rows:,} row{'' if rows == 1 else 's'}: {what}")
            st.markdown(f":orange[:material/rule:] {told}{step}")
        _show_problem_rows(viewer, receipt, key)
        show_notices(receipt.notices)
        show_columns(receipt)
    show_fold(receipt)


def _show_problem_rows(viewer: Viewer, receipt: FileReceipt, key: str) -> None:
    """The receipt's own rows that are set aside, as far as the release has them; else where they will be."""
    if not receipt.rules:
        return
    mine = pl.col("export_id") == receipt.export_id, pl.col("shop_id") == receipt.shop_id
    rows = health.quarantine(viewer).filter(*mine)
    if rows.is_empty():
        st.caption(pick("逐行见「数据健康」。", "Row by row under Data health."))
    else:
        show_quarantined(viewer, rows, key)

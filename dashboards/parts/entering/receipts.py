"""A delivery under way, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from contracts.errors import BaiyunError
from contracts.intake import ROW_RULES
from dashboards.parts.entering.verdicts import show_columns, show_facts, show_notices, show_reason, show_title
from dashboards.parts.health.checks import warnings
from dashboards.parts.health.waiting import show_marked, show_waiting
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.money import yuan
from dashboards.parts.page.rules import in_words
from dashboards.parts.page.words import moment, plain
from metrics.query.access import Viewer
from pipeline.counter import Change, Delivery, FileReceipt, Ingested


@st.fragment(run_every=1.0)
def show_progress(delivery: Delivery) -> None:
    """The bar with the step said, drawn anew each second.

    The whole page is run again when there is an outcome.
    """
    if delivery.outcome.done():
        st.rerun(scope="app")
    zh, en, _ = delivery.said[-1]
    with st.container(border=True):
        st.progress(
            delivery.share,
            text=f"**{plain(zh, 120)}…** :gray[:small[{plain(en, 120)} · {delivery.seconds:.0f} s]]",
        )
        st.caption(
            "可以离开本页,导入会继续;结果也在「数据健康」里。 You may leave this page; the import goes on."
        )


def show_outcome(viewer: Viewer, done: Ingested) -> None:
    """The release first, then what moved and what still waits, then each file's receipt."""
    _show_release(viewer, done)
    _show_changes(done.changes)
    show_waiting(viewer)
    show_marked(viewer)
    show_heading("回执", "Receipts")
    for receipt in done.receipts:
        with st.container(border=True, gap="xsmall"):
            _show_receipt(receipt)


def _show_release(viewer: Viewer, done: Ingested) -> None:
    if done.held is not None:
        _show_held(viewer, done.held)
    elif all(receipt.verdict in ("refused", "unusable") for receipt in done.receipts):
        st.error(
            "没有文件被接收,数字没有变化。  \n:small[No file was taken; nothing has changed.]",
            icon=":material/block:",
        )
    elif done.current is not None:
        number, at, warned = done.current.number, moment(done.current.changed_at), warnings(viewer)
        zh = f"没有阻断检查未通过;**{warned}** 项提醒,见「数据健康」。" if warned else "没有检查未通过。"
        en = (
            (
                f"no check that stops a release failed; {warned} warning{'s' if warned != 1 else ''}, see "
                "Data "
                "health."
            )
            if warned
            else "no check failed."
        )
        st.success(
            f"**看板现在读取发布 \\#{number}**({at})。{zh}  \n:small[The dashboards read this release: {en}]",
            icon=":material/rocket_launch:",
        )


def _show_held(viewer: Viewer, held: BaiyunError) -> None:
    rules = "、".join(
        f"「{plain(rule, 160)}」"
        for rule in in_words(viewer, [rule for rule in str(held.facts.get("rules", "")).split(", ") if rule])
    )
    zh = f"未通过检查:{rules}。" if rules else f"{plain(held.zh, 200)}。"
    en = "The files are kept, but the new figures failed a check; it is judged again with the next build."
    st.warning(
        f"**文件已收下,新数据未放行,看板停留在上一个发布。** {zh}原因消除后,下一次构建会再判。  "
        f"\n:small[{en}]",
        icon=":material/front_hand:",
    )


def _show_changes(changes: Sequence[Change]) -> None:
    if not changes:
        return
    if all(item.before == item.after for item in changes):
        st.markdown("本店发布的合计没有变化。 :gray[:small[The shop's released totals have not moved.]]")
        return
    rows = [
        {
            "本店合计": item.zh,
            "之前": _amount(item, item.before),
            "之后": _amount(item, item.after),
            "变化": _amount(item, item.moved),
        }
        for item in changes
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True)


def _amount(change: Change, value: int | None) -> str:
    return yuan(value) if value is None or change.metric != "paid_orders" else f"{value:,}"


def _show_receipt(receipt: FileReceipt) -> None:
    show_title(receipt, is_taken=True)
    if receipt.message:
        show_reason(receipt)
    if receipt.verdict == "refused":
        return
    if receipt.verdict == "withdrawn":
        st.markdown(
            "它的行不再计入;再次上传就恢复。  \n:gray[:small[Its rows count no more; upload it again to "
            "restore them.]]"
        )
        return
    counts = (
        f"发布 {receipt.published:,} + 隔离 {receipt.quarantined:,} + 取代 {receipt.superseded:,} + "
        f"重复 {receipt.duplicate:,}"
    )
    st.markdown(
        f"读取 **{receipt.rows_read:,}** 行 = {counts}  \n:gray[:small[read = published + quarantined + "
        "superseded + duplicate]]"
    )
    show_facts(receipt)
    for rule, rows in receipt.rules.items():
        said = ROW_RULES.get(rule)
        st.markdown(
            f":orange[:material/rule:] 隔离 {rows:,} 行:{said.zh if said else plain(rule)} "
            f":gray[:small[{plain(rule)} · 逐行见「数据健康」]]"
        )
    show_notices(receipt.notices)
    show_columns(receipt)

"""The passport of one figure on a page: its definition, what it rests on, its lines, and the rows they were
read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import KIND, SOURCE
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.details import details
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.money import NOTHING, duration, percent, times, yuan
from dashboards.parts.page.table import in_words, show_table
from dashboards.parts.page.words import CHANNEL_NAMES, halves, moment, plain, remark, span, visible
from metrics.model.metric import CLOCKS, Metric
from metrics.query.access import Viewer
from metrics.query.ages import MATURE_DAYS
from metrics.query.estimate_lines import ESTIMATE
from metrics.query.explain import Lines, Passport
from metrics.query.lineage import EVIDENCE_KINDS
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import ENTERED, RawRow

#: Columns shown where any row has them.
_SOMETIMES = ("what", "sku_code", "evidence_qty")
_FILE = {
    "file": Column("文件", "file"),
    "kind": Column("种类", "kind"),
    "source": Column("来源", "source"),
    "received_at": Column("收到", "received", "moment"),
    "rows_qty": Column("行", "rows", "count"),
    "export_id": Column("SHA-256", "SHA-256"),
}
#: What a line is called by beside its order.
_OTHERS = (
    "refund_id",
    "settlement_entry_id",
    "fund_entry_id",
    "ad_entry_id",
    "live_session_id",
    "platform_sku_id",
    "stock_entry_id",
)


def show_passport(viewer: Viewer, found: Passport) -> None:
    """Value, formula, clock, coverage, checks and release, then the files."""
    answer, metric = found.answer, found.metric
    put_figures({metric.id: found.value}, answer=answer)
    st.markdown(f"### {amount(metric, found.value)}  \n{called(metric)}")
    covered = span(answer.first_date, answer.last_date) if answer.first_date and answer.last_date else NOTHING
    clock = CLOCKS[metric.clock]
    count = len(found.checks_failed)
    failed = pick(f"，{count} 项提醒", f", {count} with a warning") if count else ""
    at = moment(answer.as_of)
    _show_pairs(
        {
            pick("口径", "What it is"): plain(pick(metric.about_zh, metric.about_en), 300),
            pick("公式", "Formula"): plain(pick(metric.formula_zh, metric.formula_en), 300),
            pick("日期", "By day of"): pick(*clock),
            pick("期间", "Period"): covered,
            pick("依据的文件截至", "Its files, up to"): _told_until(found),
            pick("检查", "Checks"): pick(f"通过 {found.checks_passed} 项", f"{found.checks_passed} passed")
            + failed,
            pick("发布", "Release"): f"\\#{answer.release}{pick(f'（{at}）', f' ({at})')}",
        }
    )
    if found.is_redefined:
        zh = "该发布当时的口径与现在不同。"
        st.caption(pick(zh, "When this was released the definition was another than today's."))
    with details():
        _show_pairs(
            {
                pick("公式（代码）", "Formula, in code"): plain(metric.formula, 300),
                pick("汇总表", "Table"): f"`{found.mart.full_name}`",
                pick("口径版本", "Version of the definition"): f"`{found.version}`",
            }
        )
    if answer.age and answer.age.is_open:
        part = percent(answer.age.open_share)
        zh = f"其中 {part} 的支付金额付款未满 {MATURE_DAYS} 天，还会退。"
        en = f"{part} of what was paid is under {MATURE_DAYS} days old and can still come back."
        st.caption(pick(zh, en))
    for note in answer.notes:
        st.caption(remark(note))
    for message in found.checks_failed:
        st.caption(f"{pick('提醒：', 'Warning: ')}{plain(pick(*halves(message)), 200)}")
    _show_files(viewer, found.files)


def _show_pairs(rows: Mapping[str, str]) -> None:
    """Names on the left, what they are on the right."""
    for name, told in rows.items():
        left, right = st.columns([1, 5])
        left.markdown(f":gray[{name}]")
        right.markdown(told)


def _told_until(found: Passport) -> str:
    """How fresh the files behind a figure are, and what the merchant entered."""
    told = [moment(found.observed_at)] if found.observed_at else []
    told += [f"{pick('录入', 'entered')} {moment(found.entered_at)}"] if found.entered_at else []
    return " · ".join(told) or NOTHING


def show_lines(viewer: Viewer, lines: Lines) -> dict[str, Any] | None:
    """The lines, largest first, and their sum; the one a person picks is returned."""
    rows = _told(lines)
    shown = {name: column for name, column in _columns(lines.metric).items() if _is_shown(name, rows)}
    picked = show_table(
        viewer,
        Sheet(
            f"{pick('凭证明细', 'Proof of')} {called(lines.metric)}", shown, rows, metrics=[lines.metric.id]
        ),
        picks=True,
    )
    zh, en = f"全部相加 {_sum(lines)}。选一行看原始数据。", f"All lines add up to {_sum(lines)}."
    st.caption(pick(zh, f"{en} Choose a line to see it as received."))
    _tell_kinds(lines)
    return picked


def show_raw_row(row: RawRow) -> None:
    """One row as it was received, or as it was entered here."""
    if row.source == ENTERED:
        at, number = moment(row.received_at), row.row_number
        which = pick(f"第 {number} 条录入", f"entry {number}")
        how = pick(f"录入 {at} · 没有文件，是商家在本系统录入的", f"entered here {at}, no file")
        st.markdown(f"**{plain(row.name, 80)}** {which}  \n:gray[:small[{how}]]")
        _show_cells(row)
        return
    number = row.row_number
    where = (
        pick(f"第 {number} 行", f"row {number}")
        if row.source == "file"
        else pick(f"接口返回第 {number} 条", f"record {number} of the interface's answer")
    )
    expired = pick("原文件已到期删除，下面是入库时的内容", "the file has expired; this is as it was loaded")
    at = f"{pick('收到', 'received')} {moment(row.received_at)}"
    told = [label(KIND, row.kind), at, f"{row.export_id[:16]}…", *([] if row.is_raw else [expired])]
    st.markdown(f"**{plain(row.name, 80)}** {where}  \n:gray[:small[{' · '.join(told)}]]")
    _show_cells(row)


def _show_cells(row: RawRow) -> None:
    header, value = pick("表头", "column"), pick("原值", "as received")
    cells = [{header: visible(name), value: visible(cell, 200)} for name, cell in row.cells.items() if cell]
    schema = {header: pl.String, value: pl.String}
    st.dataframe(pl.DataFrame(cells, schema=schema), hide_index=True, height="content")


def amount(metric: Metric, value: float | None) -> str:
    """A figure in its own unit: yuan, percent, a ratio, a time, or a count."""
    if value is None:
        return NOTHING
    if metric.unit == "fraction":
        return percent(value)
    if metric.unit == "ratio":
        return times(value)
    if metric.unit == "days":
        return pick(f"{value:,.1f} 天", f"{value:,.1f} days")
    if metric.unit == "seconds":
        return duration(int(value))
    return yuan(int(value)) if metric.unit.startswith("fen") else f"{int(value):,}"


def _columns(metric: Metric) -> dict[str, Column]:
    """What is shown of a line, by column of ``_told``."""
    # what a line adds to a ratio is money or views, not a ratio
    kind = "fen" if metric.adds_money else "count"
    figure = Column("金额", "amount", "fen") if metric.adds_money else Column("数量", "quantity", "count")
    counts = bool(metric.denominator and metric.denominator.endswith("_qty"))
    return {
        "day": Column("日期", "day", "date"),
        "what": Column("是什么", "what it is"),
        "added": Column(figure.zh, figure.en, kind),
        "divisor": Column("分母", "divided by", "count" if counts else "fen"),
        "evidence_qty": Column("件数", "pieces", "count"),
        "sku_code": Column("SKU", "SKU"),
        "order_id": Column("订单", "order"),
        "order_line_id": Column("子订单", "order line"),
        "other": Column("售后/场次/流水/推广/商品", "after-sale, session, entry, ad or item"),
        "channel": Column("渠道", "channel"),
    }


def _is_shown(name: str, rows: pl.DataFrame) -> bool:
    return name in rows.columns and (name not in _SOMETIMES or rows[name].is_not_null().any())


def _told(lines: Lines) -> pl.DataFrame:
    """The lines with the columns people see; estimates last, however large they are."""
    is_guessed = pl.col("evidence_code").eq_missing(ESTIMATE)
    rows = lines.rows.with_columns(
        day=pl.coalesce("evidence_date", "business_date"),
        what=pl.col("evidence_code").replace({code: pick(*both) for code, both in EVIDENCE_KINDS.items()}),
        added=pl.col("amount") // lines.metric.per,
        other=pl.coalesce(*(pl.col(name).cast(pl.String) for name in _OTHERS)),
        channel=in_words("channel_code", CHANNEL_NAMES),
    ).sort(is_guessed, maintain_order=True)
    return rows if lines.metric.denominator else rows.drop("divisor", strict=False)


def _sum(lines: Lines) -> str:
    """The figure as the sums it is made of."""
    figure = f"**{amount(lines.metric, lines.value)}**"
    if not lines.metric.denominator:
        return figure
    top, bottom = int(lines.rows["amount"].sum()), int(lines.rows["divisor"].sum())
    over = f"{bottom:,}" if lines.metric.denominator.endswith("_qty") else yuan(bottom)
    per = f" × {lines.metric.per:,}" if lines.metric.per > 1 else ""
    top //= lines.metric.per
    return f"{yuan(top) if lines.metric.adds_money else f'{top:,}'}{per} ÷ {over} = {figure}"


def _tell_kinds(lines: Lines) -> None:
    """What rows that are no plain facts of their day are, and how much of the figure is an estimate."""
    kinds = lines.rows["evidence_code"].drop_nulls().unique().sort()
    if kinds.len():
        names = [pick(*EVIDENCE_KINDS[code]) for code in kinds]
        st.caption(pick(f"是什么：{';'.join(names)}。", f"What they are: {'; '.join(names)}."))
    if lines.rows["evidence_qty"].is_not_null().any():
        zh = "「件数」是这一行自己说的（订单是留存的件数），「数量」是它算进这个数字的。"
        en = "Pieces are the row's own (of an order those kept); the quantity is what it adds to the figure."
        st.caption(pick(zh, en))
    if lines.is_estimate:
        guessed = lines.rows.filter(evidence_code=ESTIMATE)
        much = yuan(int(guessed["amount"].sum()))
        zh = (
            f"**其中 {guessed.height} 行是估计，共 {much}**：还没退、"
            "预计会退的，按天按渠道推算，排在最后，没有订单号；其余各行已经发生。"
        )
        en = (
            f"**{guessed.height} rows are estimates, {much} in all**: what is still expected to go back, by "
            "day and "
            "channel, last in the list and without an order; the others have happened."
        )
        st.info(pick(zh, en), icon=":material/query_stats:")


def _show_files(viewer: Viewer, files: pl.DataFrame) -> None:
    with st.expander(pick(f"来源文件 {files.height} 个", f"Files it rests on: {files.height}")):
        rows = files.with_columns(
            file=pl.col("export_name").str.split("/").list.last(),
            kind=in_words("kind_code", KIND),
            source=in_words("source_code", SOURCE),
        )
        show_table(viewer, Sheet(pick("来源文件", "Files"), _FILE, rows), leads=("file", "received_at"))

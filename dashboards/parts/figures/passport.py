"""The passport of one figure on a page: its definition, what it rests on, its lines, and the rows they were
read from.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import KIND, SOURCE
from dashboards.parts.page.money import NOTHING, duration, percent, times, yuan
from dashboards.parts.page.table import in_words, show_table
from dashboards.parts.page.words import CHANNEL_NAMES, moment, plain, sentence, span, visible
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
    st.markdown(f"### {amount(metric, found.value)}  \n{metric.zh} :gray[:small[{metric.en}]]")
    covered = span(answer.first_date, answer.last_date) if answer.first_date and answer.last_date else NOTHING
    clock = CLOCKS[metric.clock]
    failed = f",{len(found.checks_failed)} 项提醒" if found.checks_failed else ""
    rows = {
        "口径": f"{plain(metric.about_zh, 300)}  \n:gray[:small[{plain(metric.about_en, 300)}]]",
        "公式": (
            f"{plain(metric.formula_zh, 300)}  \n:gray[:small[{plain(metric.formula, 300)} · "
            f"{plain(found.mart.full_name)}]]"
        ),
        "日期": f"{clock[0]}  \n:gray[:small[{clock[1]}]]",
        "期间": covered,
        "数据截至": _told_until(found),
        "检查": (
            f"通过 {found.checks_passed} 项{failed}  \n:gray[:small[{found.checks_passed} checks passed]]"
        ),
        "口径版本": f"`{found.version}`" + (" · 该发布当时的口径与现在不同" if found.is_redefined else ""),
        "发布": f"\\#{answer.release}({moment(answer.as_of)})",
    }
    for name, told in rows.items():
        left, right = st.columns([1, 5])
        left.markdown(f":gray[{name}]")
        right.markdown(told)
    if answer.age and answer.age.is_open:
        st.caption(
            f"其中 {percent(answer.age.open_share)} 的支付金额付款未满 {MATURE_DAYS} 天,还会退。 Part of it "
            "can still come back."
        )
    for note in answer.notes:
        st.caption(f"{note.zh}。 {sentence(note.en)}")
    for message in found.checks_failed:
        st.caption(f"提醒:{plain(message, 200)}")
    _show_files(viewer, found.files)


def _told_until(found: Passport) -> str:
    """How fresh the files behind a figure are, and what the merchant entered."""
    told = [moment(found.observed_at)] if found.observed_at else []
    told += [f"录入 {moment(found.entered_at)} :gray[:small[entered]]"] if found.entered_at else []
    return " · ".join(told) or NOTHING


def show_lines(viewer: Viewer, lines: Lines) -> dict[str, Any] | None:
    """The lines, largest first, and their sum; the one a person picks is returned."""
    rows = _told(lines)
    shown = {name: column for name, column in _columns(lines.metric).items() if _is_shown(name, rows)}
    picked = show_table(
        viewer, Sheet(f"凭证明细 {lines.metric.zh}", shown, rows, metrics=[lines.metric.id]), picks=True
    )
    st.caption(f"全部相加 {_sum(lines)}。 All lines add up to the figure. 选一行看原始数据。")
    _tell_kinds(lines)
    return picked


def show_raw_row(row: RawRow) -> None:
    """One row as it was received, or as it was entered here."""
    if row.source == ENTERED:
        by = f"录入 {moment(row.received_at)}"
        st.markdown(
            f"**{plain(row.name, 80)}** 第 {row.row_number} 条录入  \n:gray[:small[{by} · "
            "没有文件,是商家在本系统录入的 entered here, no file]]"
        )
        _show_cells(row)
        return
    where = f"第 {row.row_number} 行" if row.source == "file" else f"接口返回第 {row.row_number} 条"
    kept = "" if row.is_raw else " · 原文件已到期删除,下面是入库时的内容 the file has expired; as loaded"
    st.markdown(
        f"**{plain(row.name, 80)}** {where}  \n:gray[:small[{KIND.zh(row.kind)} · 收到 "
        f"{moment(row.received_at)} · {row.export_id[:16]}…{kept}]]"
    )
    _show_cells(row)


def _show_cells(row: RawRow) -> None:
    cells = [{"表头": visible(name), "原值": visible(cell, 200)} for name, cell in row.cells.items() if cell]
    st.dataframe(
        pl.DataFrame(cells, schema={"表头": pl.String, "原值": pl.String}), hide_index=True, height="content"
    )


def amount(metric: Metric, value: float | None) -> str:
    """A figure in its own unit: yuan, percent, a ratio, a time, or a count."""
    if value is None:
        return NOTHING
    if metric.unit == "fraction":
        return percent(value)
    if metric.unit == "ratio":
        return times(value)
    if metric.unit == "days":
        return f"{value:,.1f} 天"
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
        what=pl.col("evidence_code").replace({code: zh for code, (zh, *_) in EVIDENCE_KINDS.items()}),
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
        st.caption(
            "是什么 What:"
            + ";".join(f"{zh} {en}" for zh, en in (EVIDENCE_KINDS[code] for code in kinds))
            + "。"
        )
    if lines.rows["evidence_qty"].is_not_null().any():
        st.caption(
            "「件数」是这一行自己说的(订单是留存的件数),「数量」是它算进这个数字的。 Units are the row's "
            "own; the amount is what it adds to the figure."
        )
    if lines.is_estimate:
        guessed = lines.rows.filter(evidence_code=ESTIMATE)
        much = yuan(int(guessed["amount"].sum()))
        st.info(
            f"**其中 {guessed.height} 行是估计,共 {much}**:还没退、"
            "预计会退的,按天按渠道推算,排在最后,没有订单号;其余各行已经发生。  \n"
            f":small[{guessed.height} rows are estimates, {much} in all: what is still expected to go back, "
            "reckoned by day and channel.]",
            icon=":material/query_stats:",
        )


def _show_files(viewer: Viewer, files: pl.DataFrame) -> None:
    with st.expander(f"来源文件 {files.height} 个 Files it rests on"):
        rows = files.with_columns(
            file=pl.col("export_name").str.split("/").list.last(),
            kind=in_words("kind_code", KIND),
            source=in_words("source_code", SOURCE),
        )
        show_table(viewer, Sheet("来源文件", _FILE, rows), pinned="file")

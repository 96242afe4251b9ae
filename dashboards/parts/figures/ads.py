"""Advertising on a page: what a yuan spent brings back, every ROI beside the one that breaks even, and which
reports count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from contracts.ad_families import family
from contracts.codes import AD_USE
from dashboards.parts.page.beside import show_beside, spark
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.language import called, pick
from dashboards.parts.page.money import NOTHING, percent, short_yuan, times
from dashboards.parts.page.table import in_words, named, show_table
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import about, remark, visible
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import Answer, Note
from metrics.reports.sheets import Column, Sheet
from metrics.reports.staying.compared import Compared

#: Each ROI with the one of the same numerator that breaks even.
PAIRS = {
    "matured_roi": "break_even_net_roi", "net_roi": "break_even_net_roi",
    "settled_roi": "break_even_settled_roi", "shop_roi": "break_even_roi",
    "uni_roi": "break_even_roi", "ad_roi": "break_even_roi",
}  # fmt: skip
BREAK_EVEN = tuple(dict.fromkeys(PAIRS.values()))
_SHORT = {
    "matured_roi": ("退货后 ROI（预计）", "ROI after returns (estimate)"),
    "net_roi": ("净ROI（至今）", "Net ROI so far"),
    "settled_roi": ("结算ROI", "Settled ROI"),
    "shop_roi": ("整体支付ROI", "ROI of all that was paid"),
    "uni_roi": ("全域ROI（报表）", "Whole-site ROI (report)"),
    "ad_roi": ("广告ROI（报表归因）", "Ad ROI (attributed by the report)"),
}
_PAIR = {
    "name": Column("投产比", "ROI"),
    "now": Column("现在", "now", "ratio"),
    "even": Column("保本", "break-even", "ratio"),
    "verdict": Column("保本了吗", "breaks even"),
}
_SHOP_METRICS = ("matured_roi", "break_even_net_roi", "ad_spend", "shop_roi", "contribution_after_ads")
_SHOP = {
    "name": Column("店铺", "shop"),
    "verdict": Column("保本了吗", "breaks even"),
    "matured_roi": Column(*_SHORT["matured_roi"], "ratio"),
    "break_even_net_roi": Column("保本", "break-even", "ratio"),
    "ad_spend": Column("花费", "spend", "fen"),
    "shop_roi": Column(*_SHORT["shop_roi"], "ratio"),
    "contribution_after_ads": Column("扣推广后的贡献", "contribution after advertising", "fen"),
}
_REPORT = {
    "report": Column("来源", "report"),
    "use": Column("计入", "counted"),
    "spent_fen": Column("花费", "spend", "fen"),
    "name": Column("店铺", "shop"),
    "spent_cash_fen": Column("现金", "cash", "fen"),
    "spent_grant_fen": Column("赠款", "grants", "fen"),
    "days_qty": Column("天数", "days", "count"),
}
#: What lacks anything is never 100 %.
_NOT_ALL = 0.99
#: Said by the page in its own words.
_SAID = ("SPEND_UNTOLD", "MATURED_INTERVAL")


def show_verdict(
    found: Mapping[str, Any], line: Mapping[str, Any], window: Window, beside: Mapping[str, Compared]
) -> None:
    """``found``: values of the ROIs and spend; ``line``: of those that break even; ``beside``: what spend and
    the ROI stand beside.

    What comes back of one yuan, in a sentence, and both figures large.
    """
    roi = next((name for name in ("matured_roi", "net_roi") if found[name] is not None), "matured_roi")
    even = line["break_even_net_roi"]
    put_figures({name: found[name] for name in ("ad_spend", *PAIRS)}, window.period)
    put_figures({name: line[name] for name in BREAK_EVEN})
    with st.container(border=True, gap="xxsmall"):
        if found[roi] is not None and even:
            st.markdown(_brings(found[roi] / even, line["cost_coverage"]))
        spent, net, needed = st.columns(3)
        told = {
            "ad_spend": (f"{pick('推广花费', 'Advertising spend')} :gray[:small[{window.days}]]", short_yuan),
            roi: (pick(*_SHORT[roi]), times),
        }
        for column, (name, (title, written)) in zip((spent, net), told.items(), strict=True):
            with column.container(gap=None):
                st.metric(title, written(found[name]), help=about(name), **_line(name, beside))
                show_way(name, window.period, "ads")
                if name in beside and found[name] is not None:
                    show_beside(window, beside[name], name)
        needed.metric(
            pick("保本净ROI", "Net ROI that breaks even"), times(even), help=about("break_even_net_roi")
        )


def _line(name: str, beside: Mapping[str, Compared]) -> dict[str, Any]:
    return spark(beside[name], METRICS[name].unit) if name in beside else {}


def _brings(back: float, coverage: float) -> str:
    """``back``: what is left of one yuan's sales after goods, fees and freight, were all goods like those of
    known cost.
    """
    left = back - 1
    colour, icon = ("green", "trending_up") if left >= 0 else ("red", "trending_down")
    word, much = pick("赚", "gains") if left >= 0 else pick("亏", "loses"), times(abs(left))
    brings = pick(
        f"每花 1 元推广，扣掉退款、货、费用和运费后拿回 {times(back)} 元：{word} {much} 元。",
        f"Each yuan spent brings back {times(back)} after returns, goods, fees and freight: it {word} "
        f"{much}.",
    )
    part = percent(min(coverage, _NOT_ALL))
    known = pick(f"按成本已知的 {part} 推算。", f"Reckoned from the {part} of sales whose cost is known. ")
    average = pick(
        "全店平均，没有广告也会卖的也在内。",
        "The whole shop's average: what sells without advertising is in it.",
    )
    return f":{colour}[:material/{icon}: **{brings}**]  \n:gray[{'' if coverage == 1 else known}{average}]"


def show_break_even_lack(line: Answer) -> None:
    """Why there is no ROI that breaks even; nothing where there is one."""
    row = line.rows.row(0, named=True)
    if row["break_even_roi"] is not None:
        return
    if any(note.code == "NO_MARGIN" for note in line.notes):
        st.error(
            pick(
                "**没有保本ROI：广告之前就不剩钱。** 退款、货、费用和运费加起来已经超过卖的钱，"
                "投得越多亏得越多。",
                "**No ROI breaks even: nothing is left before advertising.** Returns, goods, fees and "
                "freight take "
                "more than goods sell for; the more is spent, the more is lost.",
            ),
            icon=":material/trending_down:",
        )
    elif not row["cost_coverage"]:
        st.info(
            pick(
                "**还不知道保本ROI**：没有商品成本。到「成本」页放上成本表就有了。",
                "**No break-even ROI yet**: no unit cost is known. Enter costs on the page “Costs”.",
            ),
            icon=":material/help:",
        )
    else:
        st.info(
            pick(
                "**还不知道保本ROI**：成本知道了，结算单还没来，平台费和佣金未知。",
                "**No break-even ROI yet**: costs are known, but no bill gives fees and commissions.",
            ),
            icon=":material/help:",
        )


def show_pairs(viewer: Viewer, found: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    """Every ROI that is told beside the one it must reach."""
    rows = [
        {
            "name": pick(*_SHORT[name]),
            "now": found[name],
            "even": line[even],
            "verdict": _against(name, found[name], line[even]),
        }
        for name, even in PAIRS.items()
        if found[name] is not None
    ]
    if rows:
        told = pl.DataFrame(rows, schema_overrides={"now": pl.Float64, "even": pl.Float64})
        title = pick("投产比和保本线", "Returns, and what breaks even")
        show_table(viewer, Sheet(title, _PAIR, told, [*PAIRS, *BREAK_EVEN]), leads=["name"])


def _against(name: str, roi: float | None, even: float | None) -> str:
    """Whether an ROI reaches its line; the one that still falls with every refund does so for now only."""
    if roi is None or even is None:
        return NOTHING
    if roi < even:
        return pick("✗ 不够", "✗ no")
    return (
        pick("✓ 目前够，退货期过后再看", "✓ for now: look again when returns are over")
        if name == "net_roi"
        else pick("✓ 够", "✓ yes")
    )


def show_shops(viewer: Viewer, rows: pl.DataFrame, lines: pl.DataFrame, names: Mapping[str, str]) -> None:
    """One row per shop with told spend: what it spent, keeps of it, needs to keep, and earns after it.

    Both frames by ``shop``.
    """
    both = rows.join(lines, on="shop", how="left").sort("ad_spend", "shop", descending=[True, False])
    told = both.with_columns(
        name=named("shop", names),
        verdict=pl.Series(
            [_against("matured_roi", *row) for row in both["matured_roi", "break_even_net_roi"].iter_rows()],
            dtype=pl.String,
        ),
    )
    show_table(
        viewer,
        Sheet(pick("各店推广", "Advertising by shop"), _SHOP, told, metrics=_SHOP_METRICS),
        leads=("name", "ad_spend", "matured_roi", "verdict"),
    )
    if told["contribution_after_ads"].null_count():
        st.caption(pick("— 是成本还没有全知道，算不出。", "— where not every cost is known."))


def show_reports(viewer: Viewer, rows: pl.DataFrame, names: Mapping[str, str]) -> None:
    """What advertising took, one report a row, whether it counts, cash and grants apart."""
    is_told = pl.col("ad_untold_fen") < pl.col("spent_fen")
    told = rows.with_columns(
        *(pl.when(is_told).then(pl.col(fen)).alias(fen) for fen in ("spent_cash_fen", "spent_grant_fen")),
        report=pl.Series(map(report_name, rows["ad_family_code"]), dtype=pl.String),
        use=in_words("ad_use_code", AD_USE),
        name=named("shop_id", names),
    )
    sheet = Sheet(pick("推广报表", "Advertising reports"), _REPORT, told)
    show_table(viewer, sheet, leads=("report", "spent_fen", "use"))
    zh = (
        "同一平台的几张报表说的是同一笔钱，只算一张；录入了的天按录入的算。"
        "赠款不是掏出去的现金；— 是平台没提供，不猜。"
    )
    en = (
        "Several reports of one platform speak of the same money, and one of them counts; a day that was "
        "entered "
        "goes by the entry. Grants are no cash of yours; — is what the platform does not report."
    )
    st.caption(pick(zh, en))


def report_name(code: str) -> str:
    """What the platform calls a report; a report of unknown meaning by its own name."""
    known = family(code)
    return called(known) if known else visible(code, 40)


def show_notes(notes: Sequence[Note]) -> None:
    """What the figures leave out, for those who ask."""
    told = {note.code: note for note in notes if note.code not in _SAID}
    if told:
        with st.expander(pick("这些数没算进什么", "What is left out"), icon=":material/info:"):
            for note in told.values():
                st.caption(remark(note))


def show_coverage(notes: Sequence[Note]) -> None:
    """How much of what was paid has told spend: the rest is on neither side."""
    for note in notes:
        if note.code == "SPEND_UNTOLD":
            st.markdown(f":orange[:material/info: {remark(note)}]")

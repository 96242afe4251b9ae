"""Figures of people on a page: what one brings, on how few the money hangs, and who comes again."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.page.money import NOTHING, percent, yuan
from dashboards.parts.page.words import plain
from metrics.model.guide import tooltip
from metrics.reports.concentration import Concentration

#: Months of repurchase side by side: what a phone is wide enough for.
_MONTHS = 3
#: Half: from here on the rest together is less than the one.
_MOST = 0.5


def show_figure(metric: str, zh: str, en: str, value: str) -> None:
    """One line that a phone keeps on one row: its name on the left, the figure on the right."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.markdown(f"**{zh}** :gray[:small[{en}]]", width="content", help=tooltip(metric))
        st.markdown(f"**{value}**", width="content", text_alignment="right")


def show_concentration(
    found: Concentration, whole: tuple[str, str], one: str, en: str, names: Mapping[str, str]
) -> None:
    """One sentence: how much of ``whole`` (Chinese and English) hangs on ``one`` kind of member (named), over
    how many, and the index in small print.
    """
    if found.index is None or found.largest is None:
        told, why = _no_index(found, one, en)
        st.markdown(
            f":gray[**{one}** {whole[0]}:{told},没有集中度。 :small[No concentration by {en}: {why}.]]"
        )
        return
    name = plain(names.get(found.largest, found.largest), 40)
    is_most = found.share is not None and found.share >= _MOST
    base, base_en = (
        (f"知道{one}的{whole[0]}", f"{whole[1]} whose {en} is told") if found.untold_fen else whole
    )
    part = percent(found.share)
    told = (
        f"{base}里 **{part}** 靠一个{one}:**{name}**"
        if is_most
        else f"最大的{one} **{name}** 占{base} **{part}**"
    )
    st.markdown(f"{told}  \n:gray[:small[The largest {en} brings {part} of {base_en}.]]")
    rest = f" · 另有 {yuan(found.untold_fen)} 没有说是哪个{one},不在这个占比里" if found.untold_fen else ""
    st.caption(
        f"共 {found.groups_qty} 个{one} · 集中度 {found.index:,}(10,000 = 全靠一个){rest}。 HHI by {en}: "
        "10,000 is all on one."
    )


def _no_index(found: Concentration, one: str, en: str) -> tuple[str, str]:
    """Why there is none, Chinese and English."""
    if found.below_qty:
        zh = f"有 {found.below_qty} 个{one}退回的比付的还多(净成交为负),占比没有意义"
        return zh, f"{found.below_qty} gave back more than was paid, so shares mean nothing"
    if found.untold_fen:
        return f"来源没有说是哪个{one}", f"no source tells the {en}"
    return "没有留存的净成交", "nothing was kept"


def show_buyers(rows: pl.DataFrame) -> None:
    """``rows``: platform, month, kept_buyers, repurchase_rate.

    The newest month in words, the last ones side by side; who tells no buyers is named.
    """
    told = rows.filter(pl.col("kept_buyers") > 0).sort("month", "platform")
    silent = sorted(set(rows["platform"]) - set(told["platform"]))
    for platform, (*_, newest) in told.rows_by_key("platform", named=True).items():
        again = round(newest["kept_buyers"] * newest["repurchase_rate"])
        zh = (
            f"**{PLATFORM.zh(platform)}** {newest['kept_buyers']:,} 个买家里,{again:,} "
            f"个留下了两单以上:**{percent(newest['repurchase_rate'])}**"
        )
        st.markdown(
            f"{zh}  \n:gray[:small[{PLATFORM.en(platform)}: of {newest['kept_buyers']:,} buyers "
            f"{again:,} "
            "kept two orders or more.]]"
        )
    if told["month"].n_unique() > 1:
        st.dataframe(_by_month(told), hide_index=True, height="content")
    if silent:
        names = "、".join(PLATFORM.zh(platform) for platform in silent)
        st.caption(
            f"{names}:文件里没有买家编号,复购率不知道,不是 0。 Their files tell no buyers: unknown, not 0."
        )


def _by_month(told: pl.DataFrame) -> pl.DataFrame:
    """One row per platform, the newest month first."""
    months = told["month"].unique().sort(descending=True).head(_MONTHS)
    cells = told.filter(pl.col("month").is_in(months.implode())).sort("month", descending=True)
    shown = cells.with_columns(rate=pl.col("repurchase_rate").map_elements(percent, return_dtype=pl.String))
    wide = shown.pivot("month", index="platform", values="rate", maintain_order=True).fill_null(NOTHING)
    return wide.with_columns(pl.col("platform").map_elements(PLATFORM.zh, return_dtype=pl.String)).rename(
        {"platform": "平台"}
    )

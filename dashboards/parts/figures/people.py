"""Figures of people on a page: what one brings, on how few the money hangs, and who comes again."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.page.details import details
from dashboards.parts.page.language import capital, label, listed, pick
from dashboards.parts.page.money import percent, yuan
from dashboards.parts.page.table import in_words, sheet_of, show_table
from dashboards.parts.page.words import about, plain
from metrics.query.access import Viewer
from metrics.reports.concentration import LEADERS, LINES, Concentration

#: Months of repurchase side by side: what a phone is wide enough for.
_MONTHS = 3
#: Half: from here on the rest together is less than the one.
_MOST = 0.5
_LEVELS = {
    "concentrated": ("偏集中", "concentrated"),
    "moderate": ("集中度适中", "moderately concentrated"),
    "spread": ("分散", "well spread"),
}


def show_figure(metric: str, zh: str, en: str, value: str) -> None:
    """One line that a phone keeps on one row: its name on the left, the figure on the right."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.markdown(f"**{pick(zh, en)}**", width="content", help=about(metric))
        st.markdown(f"**{value}**", width="content", text_alignment="right")


def show_concentration(
    found: Concentration, whole: tuple[str, str], one: str, en: str, names: Mapping[str, str]
) -> None:
    """One sentence: how much of ``whole`` (Chinese and English) hangs on ``one`` kind of member (named), in
    words; what of it nobody names in small print.
    """
    if found.index is None or found.largest is None:
        why = _no_index(found, one, en)
        zh = f"**{one}** {whole[0]}：{why}，看不出集中在谁身上。"
        st.markdown(f":gray[{pick(zh, f'**By {en}**, {whole[1]}: {why}, so this cannot be told.')}]")
        return
    base, base_en = (
        (f"能分出{one}的{whole[0]}", f"{whole[1]} whose {en} is known") if found.untold_fen else whole
    )
    name = plain(names.get(found.largest, found.largest), 40)
    st.markdown(pick(_hangs(found, base, one, name), _hangs_en(found, base_en, en, name)))
    if found.untold_fen:
        fen = yuan(found.untold_fen)
        zh = f"另有 {fen} 没有说是哪个{one}，不在这个占比里。"
        st.caption(pick(zh, f"Another {fen} of unknown {en} is not in this share."))


def show_indexes(found: Mapping[tuple[str, str], Concentration]) -> None:
    """The indexes behind the words, folded away, and what the words mean; ``found`` by what the members are
    called.
    """
    low, high = LINES
    with details():
        for (one, en), item in found.items():
            if item.index is not None:
                zh = f"{one}：集中度指数 {item.index:,}，共 {item.groups_qty:,} 个。"
                st.caption(pick(zh, f"{capital(en)}: index {item.index:,}, over {item.groups_qty:,}."))
        zh = (
            f"指数（HHI）= 各自占比的平方和 × 10,000：10,000 是全靠一个。{high:,} 以上说偏集中，"
            f"{low:,} 以下说分散，中间说适中：这是看市场常用的分界，不是给一家店定的。"
        )
        en = (
            f"The index (HHI) is the sum of squared shares × 10,000: 10,000 is all on one. From {high:,} on "
            f"it is called concentrated, below {low:,} well spread: how markets are usually judged, not made "
            "for a shop."
        )
        st.caption(pick(zh, en))


def _hangs(found: Concentration, base: str, one: str, name: str) -> str:
    part, level = percent(found.share), _LEVELS[found.level or ""][0]
    if found.groups_qty == 1:
        return f"{base}全部来自一{_measure(one)}{one}：**{name}**"
    if (found.share or 0) >= _MOST:
        return f"{base}里 **{part}** 靠一{_measure(one)}{one}：**{name}**，**{level}**"
    if found.groups_qty <= LEADERS:
        return f"最大的{one} **{name}** 占{base} **{part}**，**{level}**"
    first = f"前三{_measure(one)}{one}占了{base}的 **{percent(found.leaders_share)}**，**{level}**"
    return f"{first}；最大的是 **{name}**，占 **{part}**"


def _hangs_en(found: Concentration, base: str, en: str, name: str) -> str:
    part, level = percent(found.share), _LEVELS[found.level or ""][1]
    if found.groups_qty == 1:
        return f"All of {base} comes from one {en}: **{name}**."
    if (found.share or 0) >= _MOST or found.groups_qty <= LEADERS:
        return f"The largest {en}, **{name}**, brings **{part}** of {base}: **{level}**."
    first = f"The first three {en}s bring **{percent(found.leaders_share)}** of {base}: **{level}**."
    return f"{first} The largest is **{name}** with **{part}**."


def _measure(one: str) -> str:
    """The word that counts such members: people are counted politely."""
    return "位" if one == "达人" else "个"


def _no_index(found: Concentration, one: str, en: str) -> str:
    """Why there is none."""
    if found.below_qty:
        return pick(
            f"有 {found.below_qty} 个{one}退回的比付的还多（净成交为负），占比没有意义",
            f"{found.below_qty} gave back more than was paid and shares mean nothing",
        )
    if found.untold_fen:
        return pick(f"来源没有说是哪个{one}", f"no source gives the {en}")
    return pick("没有留存的净成交", "nothing was kept")


def show_buyers(viewer: Viewer, rows: pl.DataFrame) -> None:
    """``rows``: platform, month, kept_buyers, repurchase_rate.

    The newest month in words, the last ones side by side; who tells no buyers is named.
    """
    told = rows.filter(pl.col("kept_buyers") > 0).sort("month", "platform")
    silent = sorted(set(rows["platform"]) - set(told["platform"]))
    for platform, (*_, newest) in told.rows_by_key("platform", named=True).items():
        again = round(newest["kept_buyers"] * newest["repurchase_rate"])
        rate, who = f"**{percent(newest['repurchase_rate'])}**", f"**{label(PLATFORM, platform)}**"
        buyers = f"{newest['kept_buyers']:,}"
        zh = f"{who} {buyers} 个买家里，{again:,} 个留下了两单以上：{rate}"
        st.markdown(pick(zh, f"{who}: of {buyers} buyers {again:,} kept two orders or more, {rate}"))
    if told["month"].n_unique() > 1:
        wide = _by_month(told)
        kinds = {f"c{place}": "fraction" for place in range(1, wide.width)}
        title = pick("各月复购率", "Buying again, by month")
        show_table(viewer, sheet_of(title, wide, **kinds), leads=wide.columns)
    if silent:
        names = listed(label(PLATFORM, platform) for platform in silent)
        zh = f"{names}：文件里没有买家编号，复购率不知道，不是 0。"
        st.caption(pick(zh, f"{names}: the files name no buyers, so this is unknown and not 0."))


def _by_month(told: pl.DataFrame) -> pl.DataFrame:
    """One row per platform, the newest month first."""
    months = told["month"].unique().sort(descending=True).head(_MONTHS)
    cells = told.filter(pl.col("month").is_in(months.implode())).sort("month", descending=True)
    wide = cells.pivot("month", index="platform", values="repurchase_rate", maintain_order=True)
    return wide.with_columns(in_words("platform", PLATFORM)).rename({"platform": pick("平台", "platform")})

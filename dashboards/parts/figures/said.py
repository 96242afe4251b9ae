"""What was said before of what will stay, held against what is known now, and how often it held."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page.language import pick
from dashboards.parts.page.money import percent, rough_yuan, yuan
from dashboards.parts.page.words import day
from metrics.query.ages import MATURE_DAYS
from metrics.reports.staying.backtest import Said, Score

#: As many own weeks as make their own misses count for half (``transforms.maturity.rehearsal``).
_ENOUGH_WEEKS = 30


def show_said(said: Said | None, score: Score) -> None:
    """What was said before and what is known now, in one sentence, and how often such sentences held."""
    if said is None:
        st.caption(
            pick("两周前还没有预测，暂时无法核对。", "No forecast is two weeks old yet: nothing to compare.")
        )
        return
    verdict = (
        f":green[:material/check: {pick('落在区间内', 'within the interval')}]"
        if said.is_inside
        else f":orange[:material/priority_high: {pick('落在区间外', 'outside the interval')}]"
    )
    bounds = f"**{rough_yuan(said.low_fen)}–{rough_yuan(said.high_fen)}**"
    facts = (bounds, f"**{rough_yuan(said.now_fen)}**", verdict)
    st.markdown(pick(_in_chinese(said, *facts), _in_english(said, *facts)))
    if score.weeks_qty:
        show_score(score)


def _in_chinese(said: Said, bounds: str, now: str, verdict: str) -> str:
    known = "已全部满龄" if said.done_share >= 1 else f"其中 {percent(said.done_share)} 已满 {MATURE_DAYS} 天"
    added = f"此后又补进这些日子的支付 {yuan(said.added_fen)}，当时不可能知道。" if said.added_fen else ""
    told = "按当时的数据会说" if said.is_rehearsed else "我们说"
    return (
        f"**{said.days} 天前**（{day(said.said_date)}）{told}：当时付款未满 {MATURE_DAYS} 天的订单会留下 "
        f"{bounds}；现在是 {now}（{known}）。{verdict}。{added}"
    )


def _in_english(said: Said, bounds: str, now: str, verdict: str) -> str:
    done = percent(said.done_share)
    known = "all over" if said.done_share >= 1 else f"{done} of it over {MATURE_DAYS} days old"
    added = (
        f" Since then {yuan(said.added_fen)} paid in those days came in, which nobody could know."
        if said.added_fen
        else ""
    )
    told = "the data of that time would have said" if said.is_rehearsed else "we said"
    return (
        f"**{said.days} days ago** ({day(said.said_date)}) {told}: of orders then under {MATURE_DAYS} days "
        "old "
        f"{bounds} will stay. It is now {now} ({known}): {verdict}.{added}"
    )


def show_score(score: Score) -> None:
    """How often the interval held, what of it is of before the first build, and from whom its width is."""
    which = "都" if score.rehearsed_qty == score.weeks_qty else f"其中 {score.rehearsed_qty} 个"
    past = f"（{which}是用您给的历史数据、按当时能知道的重算的）" if score.rehearsed_qty else ""
    few = "您自己的记录还少，区间宽窄先参照别的行情定。" if score.weeks_qty < _ENOUGH_WEEKS else ""
    zh = (
        f"预测准不准：已到 {MATURE_DAYS} 天的 {score.weeks_qty} "
        "周（每店每周算一个）里，满两周时预测的区间装下了 "
        f"{score.inside_qty} 个{past}；按八成把握应有 {round(score.weeks_qty * 0.8)} 个左右。{few}"
    )
    st.caption(pick(zh, _score_in_english(score)))


def _score_in_english(score: Score) -> str:
    which = "all" if score.rehearsed_qty == score.weeks_qty else f"{score.rehearsed_qty} of them"
    past = (
        f" ({which} worked out from your own history, with what could be known then)"
        if score.rehearsed_qty
        else ""
    )
    few = (
        " Your own record is short: for now the width follows other markets."
        if score.weeks_qty < _ENOUGH_WEEKS
        else ""
    )
    return (
        f"How good forecasts are: of {score.weeks_qty} weeks that are {MATURE_DAYS} days old (each shop's "
        "own), "
        f"{score.inside_qty} ended within what was said when they were two weeks old{past}; at 80% about "
        f"{round(score.weeks_qty * 0.8)} should.{few}"
    )

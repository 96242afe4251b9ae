"""How each shop's data are doing, in a word: in order, stale, collection failed, no data yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.page.language import label, phrases, pick
from dashboards.parts.page.words import BEIJING, day, halves, moment, plain, visible

#: Collections run daily; a shop whose newest word is older than this missed one.
STALE = dt.timedelta(hours=36)
_SHOP = ["merchant_id", "shop_id", "platform_code"]


@dataclass(frozen=True)
class Health:
    """One word about one shop; ``colour`` says it a second time, ``step`` is what to do."""

    word: str
    colour: str
    icon: str
    step: str = ""


def judge_shop(shop: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], now: dt.datetime) -> Health:
    """``shop`` is a row of ``metrics.reports.health``; ``attempts`` its newest collections, one per kind."""
    failed = [attempt for attempt in attempts if attempt["outcome_code"] == "failed"]
    if failed:
        return Health(pick("采集失败", "Collection failed"), "red", ":material/error:", _told(failed[0]))
    seen = last_word(shop)
    if seen is None:
        return Health(
            pick("还没有数据", "No data yet"),
            "red",
            ":material/cloud_off:",
            pick(
                "导入导出文件，或请管理员接通平台接口。",
                "Upload export files, or have your operator connect the platform's interface.",
            ),
        )
    if now - seen > STALE:
        days = max(1, (now - seen).days)
        return Health(
            pick(f"{days} 天没有新数据", f"Nothing new for {days} day{'' if days == 1 else 's'}"),
            "orange",
            ":material/schedule:",
            pick(
                "导入新的导出文件，或等下一次采集。",
                "Upload a newer export, or wait for the next collection.",
            ),
        )
    return Health(pick("正常", "In order"), "green", ":material/check_circle:")


def last_word(shop: Mapping[str, Any]) -> dt.datetime | None:
    """The last moment the platform told anything of this shop, also that there was nothing new."""
    told = [at for at in (shop["observed_at"], shop["covered_until_at"]) if at is not None]
    return max(told, default=None)


def late_shops(shops: pl.DataFrame, date: dt.date, as_of: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """Shops that had not told all of ``date`` by ``as_of``: name, and the moment they told up to, the
    furthest behind first.

    A shop that never told anything is in no figure and not among them: the page of data health says so.
    ``shops`` as ``metrics.reports.health`` gives them.
    """
    over = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), BEIJING)
    told = [
        (str(shop["shop_name"]), min(seen, as_of))
        for shop in shops.iter_rows(named=True)
        if (seen := last_word(shop)) is not None
    ]
    return sorted(((name, at) for name, at in told if at < over), key=lambda late: late[1])


def newest_attempts(collections: pl.DataFrame) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Shop → the newest attempt of each of its kinds.

    ``collections`` as ``metrics.reports.health.collections`` gives them, newest first.
    """
    newest = collections.unique([*_SHOP, "kind_code"], keep="first", maintain_order=True)
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in newest.iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in _SHOP), []).append(row)
    return found


def show_shop(shop: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], health: Health) -> None:
    """One shop in a box: name and word first, then the moments that matter, then what to do."""
    with st.container(border=True, gap="xxsmall", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(health.word, icon=health.icon, color=health.colour)
            st.badge(label(PLATFORM, shop["platform_code"]), color="gray")
        st.text(visible(shop["shop_name"]))
        seen = last_word(shop)
        told = [f"{pick('数据截至', 'data as of')} {moment(seen)}"] if seen else []
        if shop["newest_paid_date"] is not None:
            told.append(f"{pick('最新付款日', 'newest payment')} {day(shop['newest_paid_date'])}")
        if shop["newest_stock_date"] is not None:
            told.append(f"{pick('库存录到', 'stock told up to')} {day(shop['newest_stock_date'])}")
        if attempts:
            newest = max(attempt["changed_at"] for attempt in attempts)
            told.append(f"{pick('上次采集', 'last collected')} {moment(newest)}")
        st.caption(" · ".join(told) or pick("尚无记录", "nothing yet"))
        if health.step:
            st.markdown(f":small[→ {health.step}]")


def shop_key(shop: Mapping[str, Any]) -> tuple[str, ...]:
    """As ``newest_attempts`` keys it."""
    return tuple(shop[name] for name in _SHOP)


def _told(failure: Mapping[str, Any]) -> str:
    """Message and next step of a failed collection."""
    halved = [halves(failure[name], 200) for name in ("message_name", "next_step_name") if failure[name]]
    unknown = pick("原因不明，请联系管理员", "Reason unknown: ask your operator")
    told = phrases(*((plain(zh, 200), plain(en, 200)) for zh, en in halved))
    return told or unknown

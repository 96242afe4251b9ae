"""A list of costs on a page: its form, what is in force, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import COST_BASIS, COST_KIND
from dashboards.parts.list_form import ListForm
from dashboards.parts.money import NOTHING, percent, yuan
from dashboards.parts.words import moment, plain, visible
from metrics.access import Viewer
from metrics.ask import ask
from pipeline.counter import CHANGES, Ingested, cost_problem, cost_template, costs_in_force, enter_costs, preview_costs

_SHOWN = 200
_OF = ("sku_code", "style_code", "creator_id", "live_session_id")
_PROFIT = {"gross_profit": "毛利", "contribution": "贡献利润(未扣推广)", "cost_coverage": "成本覆盖率"}


def show_in_force(viewer: Viewer) -> None:
    """The entries that count now."""
    entries = costs_in_force(viewer)
    if entries.is_empty():
        return
    with st.expander(f"现在有效的成本 {entries.height} 条 In force", icon=":material/list:"):
        rows = [
            _entry(row) | {"经手": f"{visible(row['received_by_name'], 20)} {moment(row['changed_at'])}"} for row in entries.head(_SHOWN).iter_rows(named=True)
        ]
        st.dataframe(pl.DataFrame(rows), hide_index=True, height=min(420, 40 + 35 * len(rows)))
        if entries.height > _SHOWN:
            st.caption(f"列出最新 {_SHOWN} 条,共 {entries.height} 条;全部用 baiyun costs list。 The newest {_SHOWN}; all by baiyun costs list.")


def show_done(viewer: Viewer, done: Ingested, before: int | None) -> None:
    """The release the costs came into, and what they did to profit against release ``before`` (None: there was none)."""
    if done.held is not None:
        zh = f"**成本已收下,新数据未放行,看板停留在上一个发布。** {plain(done.held.zh, 200)}"
        st.warning(f"{zh}  \n:small[The costs are kept; the new figures failed a check.]", icon=":material/front_hand:")
        return
    number = done.current.number if done.current else None
    st.success(
        f"**成本已生效,看板现在读取发布 \\#{number}。**  \n:small[The costs are in force; the dashboards read this release.]", icon=":material/rocket_launch:"
    )
    after = ask(viewer, list(_PROFIT)).rows.row(0, named=True)
    then = ask(viewer, list(_PROFIT), as_of=before).rows.row(0, named=True) if before else dict.fromkeys(_PROFIT)
    rows = [{"全部日期合计": zh, "之前": _figure(name, then[name]), "现在": _figure(name, after[name])} for name, zh in _PROFIT.items()]
    st.dataframe(pl.DataFrame(rows), hide_index=True, height="content")
    st.caption("利润只算成本已知的部分:覆盖率变了,利润就会变。 Profit is of what is known: it moves with coverage.")


def _figure(metric: str, value: float | None) -> str:
    if value is None:
        return NOTHING
    return percent(value) if metric == "cost_coverage" else yuan(int(value))


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a preview: what it is about, the figure now and the one given, and who entered the one it replaces."""
    code = row["verdict_code"]
    given = "撤销" if row["fen"] is None else yuan(row["fen"])
    earlier = f"此前 {yuan(row['before_fen'])}" if code == "new" and row["before_fen"] is not None else NOTHING
    who = f"{visible(row['received_by_name'], 20)} {moment(row['changed_at'])}" if row["was_fen"] is not None else NOTHING
    about = _entry(row)
    # what a phone shows without a swipe comes first
    return {
        "行": row["row"],
        "变化": CHANGES[code][0],
        "对象": about.pop("对象"),
        "现在": yuan(row["was_fen"]) if row["was_fen"] is not None else earlier,
        "改成": given,
        **about,
        "现在这条由谁录入": who,
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry is about; its amount when it has one of its own."""
    until = row.get("valid_until_date")
    kind = row.get("cost_kind_code") or "goods"
    about = {
        "项目": COST_KIND.zh(kind),
        "对象": visible(next((row[name] for name in _OF if row.get(name)), "") or "全部"),
        "店铺": visible(row["shop_id"] or "全部店铺"),
        "计费": COST_BASIS.zh(row.get("cost_basis_code") or "per_unit"),
        "生效": f"{row['valid_from_date']}" + (f" 至 {until}" if until else ""),
    }
    return about if "verdict_code" in row else about | {"金额": yuan(row["fen"])}


COSTS = ListForm("costs", "成本", "costs", cost_template, preview_costs, enter_costs, cost_problem, _told, show_done)

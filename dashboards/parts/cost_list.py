"""A list of costs on a page: what is wrong with it, what it would change, what is in force, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import COST_BASIS, COST_KIND
from dashboards.parts.money import NOTHING, percent, yuan
from dashboards.parts.words import moment, plain, visible
from metrics.access import Viewer
from metrics.ask import ask
from pipeline.counter import CHANGES, CostPreview, CostProblem, Ingested, cost_problem, costs_in_force

_SHOWN = 200
_OF = ("sku_code", "style_code", "creator_id", "live_session_id")
_ICONS = {"changed": ":orange[:material/edit:]", "taken_back": ":orange[:material/undo:]", "new": ":green[:material/add:]"}
_PROFIT = {"gross_profit": "毛利", "contribution": "贡献利润(未扣推广)", "cost_coverage": "成本覆盖率"}


def show_problems(problems: tuple[CostProblem, ...]) -> None:
    """Every wrong row: where, what stands there, what is wrong, what to do. The list is not taken."""
    zh = f"**{len(problems)} 行有问题,整份没有收下,原来的成本没有变。** 改好后再放一次。"
    st.error(f"{zh}  \n:small[Nothing was taken: mend these rows, then give the list again.]", icon=":material/block:")
    rows = []
    for problem in problems[:_SHOWN]:
        zh, en, step, _ = cost_problem(problem)
        rows.append({"行": problem.row, "列": problem.column or "整行", "内容": visible(problem.cell) or "(空)", "问题": zh, "怎么改": step, "English": en})
    st.dataframe(pl.DataFrame(rows), hide_index=True, height="content")
    if len(problems) > _SHOWN:
        st.caption(f"列出前 {_SHOWN} 行,共 {len(problems)} 行。 The first {_SHOWN} of {len(problems)}.")


def show_changes(found: CostPreview) -> bool:
    """What the list would change, replaced figures first; True when it may be confirmed: something changes, and what is replaced was acknowledged."""
    counts = {code: found.count(code) for code in CHANGES}
    st.markdown(" · ".join(f"{_ICONS.get(code, '')} {CHANGES[code][0]} **{count}**" for code, count in counts.items() if count))
    order = {code: place for place, code in enumerate(CHANGES)}
    rows = found.changes.sort(pl.col("verdict_code").replace_strict(order, return_dtype=pl.Int64), "row")
    shown = pl.DataFrame([_told(row) for row in rows.head(_SHOWN).iter_rows(named=True)])
    st.dataframe(shown, hide_index=True, height=min(420, 40 + 35 * shown.height))
    if rows.height > _SHOWN:
        st.caption(f"列出前 {_SHOWN} 条,共 {rows.height} 条。 The first {_SHOWN} of {rows.height}.")
    replaced = counts["changed"] + counts["taken_back"]
    if not replaced and not counts["new"]:
        st.info("这份表和现在的成本完全一样,不用导入。  \n:small[It says what is in force already: nothing to enter.]", icon=":material/check:")
        return False
    if not replaced:
        return True
    zh = f"我看过了:有 **{replaced}** 条会换掉或撤销现在的数字(旧数字留底,可以再改回来)"
    return st.checkbox(f"{zh} :gray[:small[I have seen what is replaced]]", key="costs_seen")


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

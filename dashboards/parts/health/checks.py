"""Checks that failed, for the people they concern: in which shop, what was not so, what it means, what
to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import SEVERITY
from dashboards.parts.page.language import label, listed, pick
from dashboards.parts.page.rules import demand
from dashboards.parts.page.words import halves, plain, quoted, visible
from metrics.query.access import Viewer
from metrics.reports import health


def show_failed(failed: pl.DataFrame, shops: Mapping[str, str]) -> None:
    """Failed rows of ``metrics.reports.health.checks``, a rule once with all shops it fails in.

    ``shops`` are the viewer's, id to name.
    """
    for _, rows in failed.group_by("rule_name", maintain_order=True):
        row = rows.row(0, named=True)
        places = listed(dict.fromkeys(where(item, shops) for item in rows.iter_rows(named=True)))
        what = quoted(demand(row["message_name"]))
        why, step = (pick(*halves(row.get(name), 200)) for name in ("reason_name", "next_step_name"))
        head = f"**{label(SEVERITY, row['severity_code'])} · {plain(places, 160)}**"
        lines = [f"{head} · {pick('未做到', 'not so:')}{pick('', ' ')}{what}"]
        lines += [plain(why, 200)] if why else []
        lines += [f"→ {plain(step, 200)}"] if step else []
        st.markdown("- " + "  \n".join(lines))


def where(row: Mapping[str, Any], shops: Mapping[str, str]) -> str:
    """The shop's name; 全站检查 for what is judged over all shops at once; for an operator the table."""
    if "table_name" in row:
        return str(row["table_name"])
    if row["is_house"] or row["is_house"] is None:
        return pick("全站检查", "whole house")
    return shops.get(row["shop_id"] or "", pick("本商家", "this merchant"))


def all_checks(rows: pl.DataFrame, shops: Mapping[str, str]) -> pl.DataFrame:
    """Every row of ``metrics.reports.health.checks`` as it stands in a table."""
    table = [
        {
            pick("结果", "outcome"): (
                pick("✓ 通过", "✓ passed") if row["is_passed"] else pick("✗ 未通过", "✗ failed")
            ),
            pick("要求", "what must hold"): demand(row["message_name"]),
            pick("范围", "of"): where(row, shops) if not row["is_passed"] or "table_name" in row else "",
            pick("级别", "level"): label(SEVERITY, row["severity_code"]),
            pick("规则", "rule"): row["rule_name"],
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(table, infer_schema_length=None)


def own_shops(viewer: Viewer) -> dict[str, str]:
    """The viewer's shops, id to name as it may be shown."""
    return {
        shop: visible(name)
        for shop, name in health.freshness(viewer).select("shop_id", "shop_name").iter_rows()
    }


def warnings(viewer: Viewer) -> int:
    """How many checks of the newest judged build warn of the viewer's shops or of the whole house."""
    return (
        health.checks(viewer)
        .filter(~pl.col("is_passed") & (pl.col("severity_code") == "warn"))["rule_name"]
        .n_unique()
    )

"""Checks that failed, for the people they concern: in which shop, what was not so, what it means, what
to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import SEVERITY
from dashboards.parts.page.rules import demand
from dashboards.parts.page.words import halves, plain, sentence, visible
from metrics.query.access import Viewer
from metrics.reports import health


def show_failed(failed: pl.DataFrame, shops: Mapping[str, str]) -> None:
    """Failed rows of ``metrics.reports.health.checks``, a rule once with all shops it fails in.

    ``shops`` are the viewer's, id to name.
    """
    for _, rows in failed.group_by("rule_name", maintain_order=True):
        row = rows.row(0, named=True)
        places = "、".join(dict.fromkeys(where(item, shops) for item in rows.iter_rows(named=True)))
        zh, en = demand(row["message_name"], row["rule_name"])
        (why_zh, why_en), (step_zh, step_en) = (
            halves(row.get(name), 200) for name in ("reason_name", "next_step_name")
        )
        lines = [
            f"**{SEVERITY.zh(row['severity_code'])} · {plain(places, 160)}** · 未做到「{plain(zh, 160)}」"
        ]
        lines += [plain(why_zh, 200)] if why_zh else []
        lines += [f"→ {plain(step_zh, 200)}"] if step_zh else []
        told = " ".join(sentence(plain(text, 200)) for text in (en, why_en, step_en) if text)
        st.markdown("- " + "  \n".join([*lines, f":gray[:small[{told}]]"]))


def where(row: Mapping[str, Any], shops: Mapping[str, str]) -> str:
    """The shop's name; 全站检查 for what is judged over all shops at once; for an operator the table."""
    if "table_name" in row:
        return str(row["table_name"])
    if row["is_house"] or row["is_house"] is None:
        return "全站检查"
    return shops.get(row["shop_id"] or "", "本商家")


def all_checks(rows: pl.DataFrame, shops: Mapping[str, str]) -> pl.DataFrame:
    """Every row of ``metrics.reports.health.checks`` as it stands in a table."""
    table = [
        {
            "结果": "✓ 通过" if row["is_passed"] else "✗ 未通过",
            "要求": demand(row["message_name"], row["rule_name"])[0],
            "范围": where(row, shops) if not row["is_passed"] or "table_name" in row else "",
            "级别": SEVERITY.zh(row["severity_code"]),
            "规则": row["rule_name"],
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

"""What a shop's platform can tell, by file and by API, and up to which day it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import KIND, PLATFORM, SOURCE
from dashboards.parts.health.shops import shop_key
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.money import NOTHING
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import BEIJING, day, plain
from metrics.query.access import Viewer
from pipeline.counter import Coverage, coverage

#: What to do for a kind that has not come yet.
_OPEN = {"file": ("可上传", "can be uploaded"), "api": ("可授权", "can be authorised")}
_TOLD = {True: "✓", False: NOTHING}


def show_shop_coverage(viewer: Viewer, shop: Mapping[str, Any], came: Sequence[Mapping[str, Any]]) -> None:
    """One shop's table.

    ``shop`` as ``metrics.reports.health.freshness`` gives it, ``came`` its rows of
    ``metrics.reports.health.given``.
    """
    known = [item for item in coverage() if item.key[0] == shop["platform_code"]]
    st.markdown(f"**{plain(shop['shop_name'])}** :gray[:small[{label(PLATFORM, shop['platform_code'])}]]")
    rows = list(coverage_rows(known, came))
    if rows:
        title = f"{pick('数据覆盖', 'What has come')} {shop['shop_id']}"
        show_table(viewer, sheet_of(title, pl.DataFrame(rows)), leads=list(rows[0]))
    else:
        st.markdown(
            pick(
                "没有专门的版式，任何表格都可以在「上传文件」里映射。",
                "No layout of its own: any table can be matched on the upload page.",
            )
        )


def coverage_rows(known: Iterable[Coverage], came: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    """One row per kind that can be told or has come: by file, by API, and whether tests hold all of it
    against the simulator's truth.
    """
    can = {item.key[1:]: item for item in known}
    has = {(row["kind_code"], row["source_code"]): row for row in came}
    kinds = {kind for kind, _ in (*can, *has)}
    for kind in sorted(
        kinds, key=lambda kind: (KIND.values.index(kind) if kind in KIND.labels else len(KIND.values), kind)
    ):
        told = [item for item in can.values() if item.key[1] == kind]
        cells = {
            label(SOURCE, source): _cell(source, can.get((kind, source)), has.get((kind, source)))
            for source in SOURCE.values
        }
        yield {
            pick("数据", "data"): label(KIND, kind),
            **cells,
            pick("核对", "tested"): _TOLD[bool(told) and all(item.proofs for item in told)],
        }


def came_to(shop: Mapping[str, Any], given: pl.DataFrame) -> list[dict[str, Any]]:
    """The shop's rows of ``metrics.reports.health.given``."""
    return [row for row in given.iter_rows(named=True) if shop_key(row) == shop_key(shop)]


def _cell(source: str, can: Coverage | None, came: Mapping[str, Any] | None) -> str:
    """Up to which day it has come, or on which day where its rows have none.

    Else what to do for it, or a dash where the platform does not tell it so.
    """
    if came is not None:
        return f"✓ {day(came['last_date'] or came['received_at'].astimezone(BEIJING).date())}"
    if can is None:
        return NOTHING
    what = pick(*_OPEN[source])
    return what if can.is_verified else what + pick("，未核实", ", unconfirmed")

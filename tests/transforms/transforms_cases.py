"""What the transforms tests share: canonical rows written by hand, and a pure-Polars run from observations to
gold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.canonical import LIVE_SESSION, OF_ORDERS, SETTLEMENT_ENTRY, SILVER
from simulator.history.clock import ZONE
from transforms.gold.orders import dim_live_session, fct_order_line, fct_refund_line
from transforms.gold.sales import mart_live_session, mart_shop_channel_daily, mart_style_daily
from transforms.silver.restated import standing_lines
from transforms.silver.states import current, merge_states

#: Observations in the order in which they arrive: (silver table, rows of its columns).
Arrivals = list[tuple[str, pl.DataFrame]]

OWN_ACCOUNT = {"merchant_id": pl.String, "platform_code": pl.String, "live_account_id": pl.String}
_WHO = {"merchant_id": "m", "shop_id": "s", "platform_code": "taobao", "_export_id": "x"}
_USUAL: dict[str, dict[str, Any]] = {
    "order": {"order_status_code": "paid"},
    "order_line": {"order_status_code": "paid", "is_gift": False},
    "refund_line": {
        "refund_status_code": "success",
        "refund_stage_code": "after_shipment",
        "refund_type_code": "return_refund",
    },
    "live_session": {},
    "line_channel": {"content_code": "live"},
}
NOON = "2026-06-30 12:00:00"


def at(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def observed(table: str, *rows: Mapping[str, Any]) -> pl.DataFrame:
    """Canonical rows of ``table``: what is not given is the usual (shop ``s`` of merchant ``m``, a paid line,
    a successful return) or null.

    Times are Beijing text. ``order_line_id`` defaults to the order's number, as on both platforms for an
    order of one line.
    """
    dtypes = SILVER[table].dtypes
    full = []
    for number, row in enumerate(rows, 1):
        cells = {"_row_number": number, "_observed_at": NOON, **_WHO, **_USUAL.get(table, {}), **row}
        cells.setdefault("_last_observed_at", cells["_observed_at"])
        if "order_line_id" in dtypes:
            cells.setdefault("order_line_id", cells.get("order_id"))
        unknown = set(cells) - set(dtypes)
        assert not unknown, f"no columns of {table}: {sorted(unknown)}"
        full.append({name: _cell(dtype, cells.get(name)) for name, dtype in dtypes.items()})
    return pl.DataFrame(full, schema=dtypes)


def _cell(dtype: pl.DataType, value: Any) -> Any:  # noqa: ANN401 - whatever a row literal or a CSV cell holds
    if value is None or value == "":
        return None
    if isinstance(value, str) and isinstance(dtype, pl.Datetime):
        return at(value)
    if isinstance(value, str) and dtype == pl.Int64:
        return int(value)
    return value == "true" if isinstance(value, str) and dtype == pl.Boolean else value


@dataclass(frozen=True)
class Gold:
    """Facts and marts of everything observed."""

    lines: pl.DataFrame
    refunds: pl.DataFrame
    sessions: pl.DataFrame
    daily: pl.DataFrame
    styles: pl.DataFrame
    session_mart: pl.DataFrame

    def line(self, order_line_id: str) -> dict[str, Any]:
        """One order-line fact."""
        return self.lines.row(by_predicate=pl.col("order_line_id") == order_line_id, named=True)


def fold(arrivals: Arrivals) -> dict[str, pl.DataFrame]:
    """Silver states after merging the arrivals one by one."""
    states = {name: table.empty() for name, table in SILVER.items()}
    for name, rows in arrivals:
        table = SILVER[name]
        states[name] = merge_states(table, states[name], rows).states
    return states


def own_accounts(*accounts: str, platform: str = "taobao") -> pl.DataFrame:
    """The registry's own accounts of merchant ``m``."""
    return pl.DataFrame(
        [{"merchant_id": "m", "platform_code": platform, "live_account_id": name} for name in accounts],
        schema=OWN_ACCOUNT,
    )


def gold(states: dict[str, pl.DataFrame], own: pl.DataFrame | None = None) -> Gold:
    """Everything gold holds of these states."""
    now = {table.name: current(table, states[table.name]) for table in (*OF_ORDERS, LIVE_SESSION)} | {
        "order_line": standing_lines(states["order_line"])
    }
    own = own_accounts() if own is None else own
    charged = current(SETTLEMENT_ENTRY, states["settlement_entry"])
    lines = fct_order_line.build(fct_order_line.Current(**now, own_account=own, charged=charged))
    refunds = fct_refund_line.build(lines, now["refund_line"])
    sessions = dim_live_session.build(now["live_session"], own)
    facts = {"fct_order_line": lines, "fct_refund_line": refunds, "dim_live_session": sessions}
    marts = (
        mart.ASSET.build(facts) for mart in (mart_shop_channel_daily, mart_style_daily, mart_live_session)
    )
    return Gold(lines, refunds, sessions, *marts)


def run(*arrivals: tuple[str, pl.DataFrame], own: pl.DataFrame | None = None) -> Gold:
    """Gold of hand-written observations."""
    return gold(fold(list(arrivals)), own)

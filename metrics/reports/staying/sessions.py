"""Each session beside the one before and that of the same weekday, of the same account, all at 45 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.reports.staying.compared import Against, Compared
from metrics.reports.staying.headline import FEW_ORDERS
from transforms.gold.orders.dim_observed import TABLE as _OBSERVED
from transforms.gold.sales.mart_live_session import TABLE as _SESSION

#: So many sessions of an account make its line, at most.
_POINTS = 8
#: Every session, and whether its shop's data reach past its day: one that is not over is no whole.
_QUERY = f"""
    SELECT shop_id AS shop, platform_code, channel_code, live_account_name, live_session_id AS session,
        business_date AS day, coalesce(until > business_date, false) AS is_over
    FROM {_SESSION.full_name} LEFT JOIN (
        SELECT shop_id, max(observed_date) AS until FROM {_OBSERVED.full_name} GROUP BY ALL) USING (shop_id)
    ORDER BY started_at, live_session_id"""  # noqa: S608 - names are declared
_Row = Mapping[str, Any]
_ACCOUNT = ("shop", "platform_code", "channel_code", "live_account_name")
_WEEK = 7
_MEASURES = ("matured_net", "paid_gmv", "paid_orders")


def sessions_beside(viewer: Viewer, sessions: Sequence[str]) -> Mapping[tuple[str, str], Compared]:
    """Shop and session → what it stands beside: of the same shop, channel and account the session before, and
    the last one of the same weekday a week before it; and what will stay of that account's sessions up to it.

    All of their orders, whenever paid, at the age of 45 days; what was paid where one of them has too few
    orders for an estimate. Raises as ``ask`` does.
    """
    if viewer.merchant_id is None or not sessions:
        return {}
    every = [row for row in open_desk(viewer).sql(_QUERY).iter_rows(named=True) if row["is_over"]]
    named = {row["session"] for row in every if row["session"] in set(sessions)}
    accounts = {_account(row) for row in every if row["session"] in named}
    lists: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in every:
        if _account(row) in accounts:
            lists.setdefault(_account(row), []).append(row)
    wanted = [row["session"] for rows in lists.values() for row in rows]
    if not wanted:
        return {}
    told = ask(viewer, list(_MEASURES), by=["shop", "session"], where={"session": wanted}).rows
    money = {(row["shop"], row["session"]): row for row in told.iter_rows(named=True)}
    return {
        (row["shop"], row["session"]): _compared(rows[: place + 1], money)
        for rows in lists.values()
        for place, row in enumerate(rows)
        if row["session"] in named
    }


def _account(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _ACCOUNT)


def _compared(rows: Sequence[_Row], money: Mapping[tuple[str, str], _Row]) -> Compared:
    """The last of an account's sessions beside those before it."""
    *earlier, last = rows
    ago = [(last["day"] - row["day"]).days for row in earlier]
    same_day = [row for row, days in zip(earlier, ago, strict=True) if days == _WEEK]
    found = [("session_before", earlier[-1:]), ("week_before", same_day[-1:])]
    against = [
        one for kind, then in found for row in then if (one := _against(kind, last, row, money)) is not None
    ]
    points = tuple(_stays(money.get(_key(row), {})) for row in rows[-_POINTS:])
    return Compared(tuple(against), points)


def _against(
    kind: str,
    now: _Row,
    then: _Row,
    money: Mapping[tuple[str, str], _Row],
) -> Against | None:
    mine, theirs = money.get(_key(now), {}), money.get(_key(then), {})
    for metric, value in (("matured_net", _stays), ("paid_gmv", lambda row: row.get("paid_gmv"))):
        one, other = value(mine), value(theirs)
        if one is not None and other is not None:
            return Against(kind, (then["day"], then["day"]), metric, one, other)
    return None


def _stays(row: Mapping[str, Any]) -> float | None:
    """What will stay; nothing of too few orders."""
    return row.get("matured_net") if (row.get("paid_orders") or 0) >= FEW_ORDERS else None


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["shop"], row["session"]

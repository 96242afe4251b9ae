"""What a release moves against the published one before it: facts that commits in between took away or
brought, where the daily mart differs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from contracts.canonical import LIVE_SESSION, OF_ORDERS, SETTLEMENT_ENTRY, SHOP
from contracts.tables import Table
from metrics.model import versions
from pipeline.entries.moved import causes_between
from pipeline.house import reading
from pipeline.release.loads import Loads, loads_since
from pipeline.release.restating_cells import restated_cells
from transforms import restatement
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.channel import telling_channel
from transforms.gold.orders.grain import ORDER as ORDER_KEY
from transforms.gold.sales.mart_shop_channel_daily import TABLE as DAILY
from transforms.restatement import CELL, Causes, Facts
from warehouse.changes import changes
from warehouse.lake import Lake
from warehouse.ops import MERCHANT
from warehouse.release import Release, of_merchant
from warehouse.settings import Settings

_LINES, _REFUNDS = fct_order_line.TABLE, fct_refund_line.TABLE
_DAY = [*SHOP, "business_date"]


def restated_of_each(
    settings: Settings, published: Sequence[Release], after: Lake, holds: Collection[str]
) -> pl.DataFrame:
    """``restated`` of every merchant but those that ``after`` ``holds``, each against the newest of
    ``published`` that it reads.
    """
    if not published:
        return restated(settings, None, after)
    last = published[-1]
    apart: dict[int, list[str]] = {}
    for merchant in last.holds.keys() - holds:
        if read := of_merchant(published, last, merchant):
            apart.setdefault(read.number, []).append(merchant)
    others = ~pl.col("merchant_id").is_in([*last.holds, *holds])
    parts = [restated(settings, last, after).filter(others)]
    for item in published:
        if mine := apart.get(item.number):
            parts.append(restated(settings, item, after).filter(pl.col("merchant_id").is_in(mine)))
    return pl.concat(parts)


def restated(settings: Settings, previous: Release | None, after: Lake) -> pl.DataFrame:
    """Rows of ``ops.restatement`` without their release: what the snapshot ``after`` moves against
    ``previous``; none before the first release.
    """
    numerators = versions.numerators()
    if previous is None:
        return restatement.redefined(DAILY.empty(), numerators, numerators)
    with reading(settings, previous.snapshot) as before:
        held = before.columns(DAILY).keys()  # what was never published does not move
        numerators = {name: item for name, item in numerators.items() if item.keys() <= held}
        parts = sorted({part for item in numerators.values() for part in item})
        old, new = (lake.read(DAILY, columns=[*CELL, *parts]) for lake in (before, after))
        difference = _difference(old, new, parts)
        moved = _moves(before, after, difference, parts)
        loads = loads_since(previous, before, after)
        causes = _causes(before, after, loads, moved.select(ORDER_KEY).unique())
        coded = restatement.reasons(moved, causes)
        if loads.is_made_anew:
            coded = pl.concat([coded, restatement.of_no_order(difference, moved)])
        defined = restatement.redefined(old, versions.numerators(previous), numerators)
        beside = restated_cells(previous, before, after, loads)
    told = restatement.standing_left_out(pl.concat([restatement.ledger(coded, numerators), defined, beside]))
    # of a merchant that was erased nothing is told, not even that its figures went
    return told.join(after.read(MERCHANT, columns=["merchant_id"]), on="merchant_id", how="semi")


def _difference(old: pl.DataFrame, new: pl.DataFrame, parts: list[str]) -> pl.DataFrame:
    """``CELL``, ``part``, ``moved``: by how much the daily mart differs, where it does."""
    change = (
        pl.concat([new, old.with_columns(-pl.col(name) for name in parts)])
        .group_by(CELL)
        .agg(pl.col(parts).sum())
    )
    return change.unpivot(parts, index=CELL, variable_name="part", value_name="moved").filter(
        pl.col("moved") != 0
    )


def _moves(before: Lake, after: Lake, difference: pl.DataFrame, parts: list[str]) -> pl.DataFrame:
    """What each order moves.

    Facts that stayed as they were move nothing: only changed ones are read, as long as they add up to the
    difference.
    """
    days = difference.select(_DAY).unique()
    lines, refunds = (changes(after, table, before.snapshot()) for table in (_LINES, _REFUNDS))
    moved = restatement.moves(Facts(lines[0], refunds[0], days), Facts(lines[1], refunds[1], days), parts)
    cell = [*CELL, "part"]
    left = (
        pl.concat([moved.select(*cell, "moved"), difference.select(*cell, -pl.col("moved"))])
        .group_by(cell)
        .agg(pl.col("moved").sum())
    )
    if left.filter(pl.col("moved") != 0).is_empty():
        return moved
    old, new = (
        Facts(_on(lake, _LINES, "paid_date", days), _on(lake, _REFUNDS, "refund_date", days), days)
        for lake in (before, after)
    )
    return restatement.moves(old, new, parts)


def _on(lake: Lake, table: Table, clock: str, days: pl.DataFrame) -> pl.DataFrame:
    return lake.read(table, keys=days.rename({"business_date": clock}))


def _causes(before: Lake, after: Lake, loads: Loads, orders: pl.DataFrame) -> Causes:
    files = loads.files if loads.is_made_anew else None
    told = [(before.read(table, keys=orders), after.read(table, keys=orders)) for table in OF_ORDERS]
    bills = [telling_channel(lake.read(SETTLEMENT_ENTRY, keys=orders)) for lake in (before, after)]
    told.append((bills[0], bills[1]))
    known = before.read(_LINES, keys=orders, columns=[*ORDER_KEY, "paid_date"]).filter(
        pl.col("paid_date").is_not_null()
    )
    shops = orders.select(SHOP).unique()
    sessions = _odd(before.read(LIVE_SESSION, keys=shops), after.read(LIVE_SESSION, keys=shops), files)
    entered = [
        (cause.code, cause.orders(after, orders, rows))
        for cause, rows in causes_between(before, after)
        if not cause.clocks
    ]
    return Causes(
        withdrawn=_told_by([old for old, _ in told], loads.withdrawn),
        told=pl.concat([_odd(old, new, files).select(ORDER_KEY) for old, new in told]),
        known=known,
        sessions=orders.join(sessions.select(SHOP).unique(), on=list(SHOP), how="semi"),
        entered={
            code: pl.concat([rows.select(ORDER_KEY) for other, rows in entered if other == code])
            for code, _ in entered
        },
        is_made_anew=loads.is_made_anew,
    )


def _odd(old: pl.DataFrame, new: pl.DataFrame, files: pl.DataFrame | None) -> pl.DataFrame:
    """Rows that only one of the two has; with ``files``, only what these tell: the others were read anew, and
    told nothing new.
    """
    odd = pl.concat(
        [
            one.join(other, on=one.columns, how="anti", nulls_equal=True)
            for one, other in ((old, new), (new, old))
        ]
    )
    return odd if files is None else odd.join(files, on=files.columns, how="semi")


def _told_by(states: list[pl.DataFrame], files: pl.DataFrame) -> pl.DataFrame:
    """Orders of which these files told something in the earlier release."""
    return pl.concat([frame.join(files, on=files.columns, how="semi").select(ORDER_KEY) for frame in states])

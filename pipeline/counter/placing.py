"""Where the viewer's merchant stands in the district: its own months beside the signed releases."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from district.declared import QUARTILES_OF
from metrics.query.access import Viewer
from metrics.reports.association.changes import month_before
from metrics.reports.association.releases import by_month
from metrics.reports.association.standing import Own, Standing, standings
from pipeline.counter.sharing import own_contributions
from pipeline.entries.page import merchant_of
from warehouse.signed.district_log import ReleaseLog


@dataclass(frozen=True)
class Position:
    """A released month (``YYYY-MM``), by which release, and where the merchant stood in it."""

    month: str
    number: int
    standings: tuple[Standing, ...]


def positions(viewer: Viewer) -> list[Position]:
    """Every released month in which the viewer's merchant was paid, the newest first.

    Its own rows and the signed documents are all that is opened. Raises ``NotFoundError`` before the first
    release of merchants' figures, and for anybody but a merchant; ``UsageError`` LOG_DAMAGED.
    """
    merchant_of(viewer)
    rows = own_contributions(viewer)
    months = {month.name: month for month in by_month(ReleaseLog(viewer.place).entries())}
    paid = set(rows["business_month"])
    return [
        Position(
            name,
            month.number,
            tuple(
                standings(
                    month,
                    months.get(month_before(name)),
                    _sums(rows, name),
                    _sums(rows, month_before(name)),
                )
            ),
        )
        for name, month in sorted(months.items(), reverse=True)
        if name in paid
    ]


def _sums(rows: pl.DataFrame, month: str) -> Own:
    mine = rows.filter(business_month=month)
    return {
        name: {
            value: (kept, refund)
            for value, kept, refund in mine.group_by(pl.col(name).fill_null("unknown"))
            .agg(pl.col("kept_fen", "refund_fen").sum())
            .iter_rows()
        }
        for name in QUARTILES_OF
    }

"""Each platform × channel of a period: what will stay of it, its part of the whole and how that moved, and
what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from metrics.model.notes import Note
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period
from metrics.reports.equal_age import kept_at_age
from metrics.reports.staying.compared import before
from metrics.reports.staying.ranked import ranked

BY = ("platform", "channel")
UNKNOWN = "unknown"
#: Age in days at which what came back is compared.
AGE = 14
#: What a channel costs and leaves: each metric of ``ask`` as it answers.
COSTS = ("contribution", "cost_coverage", "commissions", "effective_commission")


@dataclass(frozen=True, eq=False)
class ChannelTable:
    """``rows``: per platform and channel what ``ranked`` gives, in its order; ``share`` of all that will
    stay; ``now_fen`` and ``then_fen`` as ``before`` gives them, ``share_now`` and ``share_then`` their parts
    of these; ``returned_rate``, the part of what was paid that had gone back at the age of ``AGE`` days;
    ``COSTS``. Null where nothing tells it.
    """

    rows: pl.DataFrame
    notes: list[Note]

    @property
    def is_estimated(self) -> bool:
        """Whether what will stay can be said of any of them."""
        return self.rows["matured_fen"].null_count() < self.rows.height


def channel_table(viewer: Viewer, period: Period) -> ChannelTable:
    """The channels of ``period``. Raises as ``ask`` does."""
    rows, answer = ranked(viewer, BY, period)
    costs = ask(viewer, COSTS, by=BY, period=period).rows
    aged = kept_at_age(viewer, AGE, by=BY).select(*BY, returned_rate=1 - pl.col("kept_rate"))
    for frame in (costs, before(viewer, BY, period), aged):
        rows = rows.join(frame, on=list(BY), how="left", validate="1:1", maintain_order="left")
    whole = pl.col("adds_fen").sum()
    # of the same shops then and now: what one of them cannot be compared by is in neither
    told = rows.with_columns(
        share=pl.when(whole > 0).then(pl.col("matured_fen") / whole),
        share_now=_share("now_fen"),
        share_then=_share("then_fen"),
    )
    return ChannelTable(told, answer.notes)


def _share(name: str) -> pl.Expr:
    return pl.when(pl.col(name).sum() > 0).then(pl.col(name) / pl.col(name).sum())

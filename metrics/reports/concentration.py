"""How much hangs on how few: the Herfindahl index of channels, creators or goods, on net and never on GMV
(metrics.md 2.3, 渠道集中度).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period, Where
from metrics.query.released import AsOf
from metrics.reports.nobody import is_nobody

_WHOLE = 10_000
#: How many of the largest are looked at together.
LEADERS = 3
#: Below the first all is spread, from the second on concentrated: how markets are usually judged (merger
#: guidelines of the United States, 2010). Three alike are concentrated, seven are spread.
LINES = (1_500, 2_500)


@dataclass(frozen=True)
class Concentration:
    """``index`` from near 0 (many alike) to 10,000 (all on one), half up, and ``groups_qty``, how many kept
    anything.

    ``largest`` is who kept most, ``share`` how much of it all, ``leaders_share`` how much the ``LEADERS``
    largest kept together. What no source tells the group of is ``untold_fen`` and in none of these. Index,
    largest and shares are None where nothing is kept, or a group gave back more than it was paid: a share of
    that means nothing. ``below_qty``: how many groups did so.
    """

    index: int | None
    groups_qty: int
    largest: str | None
    share: float | None
    untold_fen: int
    release: int
    below_qty: int = 0
    leaders_share: float | None = None

    @property
    def level(self) -> str | None:
        """``spread``, ``moderate`` or ``concentrated``, by ``LINES``; None without an index."""
        if self.index is None:
            return None
        return ("spread", "moderate", "concentrated")[sum(self.index >= line for line in LINES)]


def concentration(
    viewer: Viewer,
    by: str,
    *,
    period: Period | None = None,
    where: Where | None = None,
    metric: str = "net_by_order_date",
    as_of: AsOf = None,
) -> Concentration:
    """Σ share² × 10,000 over the groups of ``by`` (channel, creator, sku, style …), shares being of
    ``metric``, money kept so far or in the end. Groups without an estimate take no part. Raises as ``ask``
    does.
    """
    answer = ask(viewer, [metric], by=[by], period=period, where=where, as_of=as_of)
    untold = int(answer.rows.filter(is_nobody([by]))[metric].sum())
    groups = answer.rows.filter(~is_nobody([by]), pl.col(metric) != 0).sort(
        metric, by, descending=[True, False]
    )
    kept = groups[metric].to_list()
    total, squares = sum(kept), _WHOLE * sum(fen * fen for fen in kept)
    count = sum(fen > 0 for fen in kept)
    if min(kept, default=0) <= 0:
        return Concentration(None, count, None, None, untold, answer.release, sum(fen < 0 for fen in kept))
    index = (2 * squares + total * total) // (2 * total * total)
    leaders = sum(kept[:LEADERS]) / total
    return Concentration(
        index, count, groups[by][0], kept[0] / total, untold, answer.release, leaders_share=leaders
    )

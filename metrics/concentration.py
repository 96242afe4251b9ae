"""How much hangs on how few: the Herfindahl index of channels, creators or goods, on net and never on GMV (metrics.md 2.3, 渠道集中度)."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.access import Viewer
from metrics.ask import ask
from metrics.question import Period, Where
from metrics.released import AsOf

_WHOLE = 10_000


@dataclass(frozen=True)
class Concentration:
    """``index`` from near 0 (many alike) to 10,000 (all on one), half up, and ``groups_qty``, how many kept anything.

    The index is None where nothing is kept, or a group gave back more than it was paid: a share of that means nothing.
    """

    index: int | None
    groups_qty: int
    release: int


def concentration(viewer: Viewer, by: str, *, period: Period | None = None, where: Where | None = None, as_of: AsOf = None) -> Concentration:
    """Σ share² × 10,000 over the groups of ``by`` (channel, creator, sku, style …), shares being of net by order date. Raises as ``ask`` does."""
    answer = ask(viewer, ["net_by_order_date"], by=[by], period=period, where=where, as_of=as_of)
    kept = [int(fen) for fen in answer.rows["net_by_order_date"] if fen]
    total, is_sound = sum(kept), min(kept, default=0) > 0
    squares = _WHOLE * sum(fen * fen for fen in kept)
    index = (2 * squares + total * total) // (2 * total * total) if is_sound else None
    return Concentration(index, sum(fen > 0 for fen in kept), answer.release)

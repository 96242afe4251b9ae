"""The first figure of a period: what will stay of its orders, with its interval, and the parts that make up
what was paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from metrics.query.access import Viewer
from metrics.query.ages import Age
from metrics.query.ask import Answer, ask
from metrics.query.question import Period, Where

#: Orders from which a figure of them is worth an estimate: its interval holds what it says from here on
#: (docs/maturity.md, by orders of the figure).
FEW_ORDERS = 20
METRICS = ("paid_gmv", "net_by_order_date", "refunds", "paid_orders", "matured_net", "still_to_return")


@dataclass(frozen=True, eq=False)
class Headline:
    """Metrics of one answer of ``ask`` (fen; None where untold), its interval, and what may be said of them.

    ``stays_fen`` + ``back_fen`` + ``still_fen`` + ``apart_fen`` = ``paid_fen`` wherever there is an estimate;
    ``apart_fen`` was paid in shops that never gave refunds, of which nothing is known.
    """

    answer: Answer
    stays_fen: int | None
    back_fen: int | None
    still_fen: int | None
    paid_fen: int | None
    kept_fen: int | None
    orders: int
    low_fen: int | None
    high_fen: int | None

    @property
    def age(self) -> Age | None:
        """How young the youngest of what was paid is."""
        return self.answer.age

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to estimate: what is kept now is a fact."""
        is_old = self.age is not None and not self.age.is_open
        return is_old and self.stays_fen is not None and not self.still_fen and self.low_fen is None

    @property
    def is_few(self) -> bool:
        """Whether it is of too few orders to be estimated by."""
        return not self.is_over and self.orders < FEW_ORDERS

    @property
    def is_told(self) -> bool:
        """Whether what will stay can be told: a fact, or an estimate of enough orders."""
        return self.stays_fen is not None and not self.is_few

    @property
    def apart_fen(self) -> int:
        """What was paid and is in none of the parts."""
        parts = (self.stays_fen or 0) + (self.back_fen or 0) + (self.still_fen or 0)
        return (self.paid_fen or 0) - parts


def headline(viewer: Viewer, period: Period, where: Where | None = None) -> Headline:
    """The headline of ``period``. Raises as ``ask`` does."""
    answer = ask(viewer, METRICS, where=where, period=period)
    paid, kept, back, orders, stays, still = answer.rows.select(METRICS).row(0)
    note = next((note for note in answer.notes if note.code == "MATURED_INTERVAL"), None)
    low, high = (note.beside, note.amount_fen) if note and stays is not None else (None, None)
    return Headline(answer, stays, back, still, paid, kept, orders or 0, low, high)

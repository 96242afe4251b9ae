"""The value ladder from order to account (metrics.md 2.2): every rung on its own clock."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.model.definitions import METRICS
from metrics.model.notes import Note
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period
from metrics.query.released import AsOf

#: Code of the dictionary → metric.
RUNGS: dict[str, str] = {
    "M01": "placed_gmv", "M02": "paid_gmv", "M02b": "merchant_paid", "M03": "refunds_before_shipment",
    "M04": "refunds_after_shipment",
    "M05": "net_by_refund_date", "M06": "net_by_order_date", "M07": "matured_net", "M08": "kept_sales",
    "M09": "settled", "M10": "funded",
}  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """One step of the ladder; ``fen`` is None where no source tells it."""

    code: str
    metric: str
    zh: str
    en: str
    clock: str
    fen: int | None


@dataclass(frozen=True)
class Ladder:
    """M01 to M10 of a period, in the dictionary's order, and what must be said beside them."""

    rungs: tuple[Rung, ...]
    notes: tuple[Note, ...]


def ladder(viewer: Viewer, period: Period, *, as_of: AsOf = None) -> Ladder:
    """The ladder of ``period`` (both days included) for the viewer's merchant. Raises as ``ask`` does."""
    answer = ask(viewer, list(RUNGS.values()), period=period, as_of=as_of)
    values = answer.rows.row(0, named=True)
    return Ladder(tuple(_rung(code, name, values[name]) for code, name in RUNGS.items()), tuple(answer.notes))


def _rung(code: str, name: str, fen: int | None) -> Rung:
    metric = METRICS[name]
    return Rung(code, name, metric.zh, metric.en, metric.clock, fen)

"""After-sale applications: full, partial, repeated, withdrawn, exchanges and small payments, from each line's
fate.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from simulator.history.clock import DAY, HOUR, NEVER, Bools, Ints, instants, midnight_of
from simulator.history.fates import (
    BEFORE,
    EXCHANGED,
    PART,
    PROTECTED,
    RETRIED,
    RETURNED,
    TWICE,
    WITHDRAWN,
    Life,
)
from simulator.history.ids import as_text
from simulator.history.lines import Lines
from simulator.history.platforms import numbers_of

_STAGES = ("before_shipment", "after_shipment")
_TYPES = ("refund_only", "return_refund", "exchange", "price_protection")
_REASONS = ("size", "look", "quality", "changed_mind", "price", "late", "other")
_REASONS_AFTER = (0.38, 0.27, 0.10, 0.15, 0.05, 0.03, 0.02)
_REASONS_BEFORE = (0.08, 0.02, 0.00, 0.62, 0.14, 0.12, 0.02)


@dataclass(frozen=True)
class Applications:
    """One entry per after-sale.

    ``line`` is a row of ``Lines``; ``stage`` and ``type`` index the code tuples; moments are ``NEVER`` where
    they do not come.
    """

    line: Ints
    amount: Ints
    qty: Ints
    stage: Ints
    type: Ints
    applied: Ints
    shipped_back: Ints
    refunded: Ints
    closed: Ints


def make_applications(rng: np.random.Generator, lines: Lines, life: Life) -> Applications:
    """All after-sales of all lines.

    Gifts have none: they close with their main line. Refunds of one line never exceed what was paid on it.
    """
    parts = [
        _full(rng, lines, life),
        _part(rng, lines, life, _rows(lines, life, PART), 0.1, 0.6),
        *_twice(rng, lines, life),
        _withdrawn(rng, lines, life, _rows(lines, life, WITHDRAWN)),
        _before_retry(rng, lines, life),
        _exchanged(rng, lines, life),
        _protected(rng, lines, life),
    ]
    names = [field.name for field in fields(Applications)]
    merged = {
        name: np.concatenate([getattr(part, name) for part in parts]).astype(np.int64) for name in names
    }
    order = np.lexsort((merged["applied"], merged["line"]))
    return Applications(**{name: values[order] for name, values in merged.items()})


def _rows(lines: Lines, life: Life, *fates: int) -> Ints:
    return np.flatnonzero(np.isin(life.fate, fates) & ~lines.is_gift)


def _later(rng: np.random.Generator, base: Ints, low_days: float, high_days: float) -> Ints:
    return base + (rng.uniform(low_days, high_days, len(base)) * DAY).astype(np.int64)


def _full(rng: np.random.Generator, lines: Lines, life: Life) -> Applications:
    """Before shipment everything goes back, freight too; after it the goods only.

    One in ten after shipment keeps the parcel (refund only).
    """
    rows = _rows(lines, life, BEFORE, RETURNED, RETRIED)
    before = life.fate[rows] == BEFORE
    sends_back = ~before & (rng.random(len(rows)) < 0.9)
    amount = lines.placed[rows] - np.where(before, 0, lines.freight[rows])
    return Applications(
        rows, amount, lines.qty[rows], np.where(before, 0, 1), np.where(sends_back, 1, 0),
        life.applied[rows], np.where(sends_back, life.shipped_back[rows], NEVER), life.refunded[rows],
        np.full(len(rows), NEVER),
    )  # fmt: skip


def _share(rng: np.random.Generator, lines: Lines, rows: Ints, low: float, high: float) -> Ints:
    goods = lines.placed[rows] - lines.freight[rows]
    amount: Ints = np.maximum((goods * rng.uniform(low, high, len(rows)) / 100).astype(np.int64) * 100, 1)
    amount = np.minimum(amount, goods)
    return amount


def _part(
    rng: np.random.Generator, lines: Lines, life: Life, rows: Ints, low: float, high: float
) -> Applications:
    """Part of the money back while the goods stay; on lines of several pieces one piece comes back."""
    several = lines.qty[rows] > 1
    goods = lines.placed[rows] - lines.freight[rows]
    amount = np.where(several, goods // lines.qty[rows], _share(rng, lines, rows, low, high))
    applied = _later(rng, life.delivered[rows], 0.1, 7.0)
    back = np.where(several, _later(rng, applied, 0.1, 1.5), NEVER)
    refunded = _later(rng, np.maximum(applied, back), 0.2, 5.0)
    never = np.full(len(rows), NEVER)
    return Applications(
        rows,
        amount,
        np.where(several, 1, 0),
        never + 2,
        np.where(several, 1, 0),
        applied,
        back,
        refunded,
        never,
    )


def _twice(rng: np.random.Generator, lines: Lines, life: Life) -> tuple[Applications, Applications]:
    """Two small refunds on one line, the second well after the first."""
    rows = _rows(lines, life, TWICE)
    never, nothing = np.full(len(rows), NEVER), np.zeros(len(rows), dtype=np.int64)
    first = _later(rng, life.delivered[rows], 0.1, 4.0)
    second = _later(rng, first, 6.0, 15.0)
    return tuple(  # type: ignore[return-value]
        Applications(
            rows, _share(rng, lines, rows, 0.05, 0.35), nothing, nothing + 1, nothing, applied, never,
            _later(rng, applied, 0.1, 3.0), never
        )
        for applied in (first, second)
    )  # fmt: skip


def _withdrawn(rng: np.random.Generator, lines: Lines, life: Life, rows: Ints) -> Applications:
    """Applied for and closed without money: asked in full, given up within days."""
    applied = _later(rng, life.delivered[rows], 0.1, 6.0)
    never = np.full(len(rows), NEVER)
    sends = (rng.random(len(rows)) < 0.7).astype(np.int64)
    amount = lines.placed[rows] - lines.freight[rows]
    return Applications(
        rows, amount, lines.qty[rows], never + 2, sends, applied, never, never, _later(rng, applied, 0.2, 6.0)
    )


def _before_retry(rng: np.random.Generator, lines: Lines, life: Life) -> Applications:
    """The closed first try of lines that are returned in the end: asked for while the parcel waited to be
    shipped, given up on shipment.
    """
    rows = _rows(lines, life, RETRIED)
    never = np.full(len(rows), NEVER)
    applied = life.shipped[rows] - rng.integers(600, HOUR, len(rows))
    closed = np.maximum(life.shipped[rows], applied + 60)
    return Applications(
        rows, lines.placed[rows], lines.qty[rows], never + 1, never + 1, applied, never, never, closed
    )


def _exchanged(rng: np.random.Generator, lines: Lines, life: Life) -> Applications:
    """Another size for the same money: no refund, ``closed`` is when the exchange was done."""
    rows = _rows(lines, life, EXCHANGED)
    applied = _later(rng, life.delivered[rows], 0.1, 6.0)
    back = _later(rng, applied, 0.2, 1.5)
    never = np.full(len(rows), NEVER)
    return Applications(
        rows,
        never + 1,
        lines.qty[rows],
        never + 2,
        never + 3,
        applied,
        back,
        never,
        _later(rng, back, 3.0, 8.0),
    )


def _protected(rng: np.random.Generator, lines: Lines, life: Life) -> Applications:
    """Price protection and small payments, up to two months after payment.

    Paid out within the hour, some in a day's last or first second.
    """
    rows = _rows(lines, life, PROTECTED)
    applied = _later(rng, life.delivered[rows], 0.5, 50.0)
    refunded = applied + rng.integers(60, HOUR, len(rows))
    edge: Bools = rng.random(len(rows)) < 0.05
    edge[:2] = True
    refunded = np.where(edge, midnight_of(applied + DAY) - np.arange(len(rows)) % 2, refunded)
    amount = np.minimum(rng.integers(3, 21, len(rows)) * 100, (lines.placed[rows] - lines.freight[rows]) // 2)
    never = np.full(len(rows), NEVER)
    return Applications(rows, amount, never + 1, never + 2, never + 4, applied, never, refunded, never)


def refund_frame(rng: np.random.Generator, lines: pl.DataFrame, found: Applications) -> pl.DataFrame:
    """The contract's ``refunds``; reasons are drawn here, size first after shipment, a changed mind before
    it.
    """
    count = len(found.line)
    after = rng.choice(len(_REASONS), count, p=_REASONS_AFTER)
    before = rng.choice(len(_REASONS), count, p=_REASONS_BEFORE)
    reason = np.where(found.stage == 1, after, before)
    reason = np.where(found.type == 3, _REASONS.index("price"), reason)
    reason = np.where(found.type == 2, _REASONS.index("size"), reason)
    owner = lines.select("merchant_id", "shop_id", "platform_code", "order_id", "order_line_id")[found.line]
    return owner.with_columns(
        refund_id=as_text(numbers_of(rng, owner["platform_code"], "refunds")),
        refund_fen=pl.Series(found.amount),
        refund_qty=pl.Series(found.qty),
        # what is refunded before shipment goes back with its postage, all else without
        refund_freight_fen=pl.Series(np.where(
                (found.stage == 0) & (found.refunded != NEVER), lines["freight_fen"].to_numpy()[found.line],
                0)),
        stage_code=pl.Series(_STAGES).gather(found.stage),
        type_code=pl.Series(_TYPES).gather(found.type),
        reason_code=pl.Series(_REASONS).gather(reason),
        applied_at=instants(found.applied),
        shipped_back_at=instants(found.shipped_back),
        refunded_at=instants(found.refunded),
        closed_at=instants(found.closed),
    ).select(
        "merchant_id", "shop_id", "platform_code", "refund_id", "order_id", "order_line_id", "refund_fen",
        "refund_qty",
        "refund_freight_fen", "stage_code", "type_code", "reason_code", "applied_at", "shipped_back_at",
        "refunded_at", "closed_at",
    )  # fmt: skip

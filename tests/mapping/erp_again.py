"""Two files of one sheet without sub-order numbers whose truth is known: a newer export after exchanges,
halves of one export, filtered parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

#: What the second file is: the same orders exported again, the rest of an export cut at a row limit, the
#: lines of other codes, the same lines of some codes, or the parcels of another day.
WAYS = ("again", "cut", "other_codes", "some_codes", "parcels")


@dataclass
class Line:
    """One line of an order: fen for all its pieces, and the ERP's own order it is in."""

    sku: str
    qty: int
    fen: int
    parcel: int = 0


@dataclass
class Given:
    """Two files as rows of ``order, line``, the fen each order comes to, and the lines as they truly are."""

    way: str
    files: tuple[list[tuple[str, Line]], list[tuple[str, Line]]]
    truth: dict[str, int]
    changed: dict[str, str] = field(default_factory=dict)


def _order(rng: Random) -> list[Line]:
    codes = rng.sample([f"S{number}" for number in range(1, 7)], rng.choice((1, 1, 2, 2, 3)))
    lines = [
        Line(code, qty, qty * rng.choice((990, 9_900, 9_900, 13_900, rng.randint(1, 30_000))))
        for code in codes
        for qty in (rng.choice((1, 1, 2)),)
    ]
    for place, line in enumerate(lines):
        line.parcel = lines[max(place - 1, 0)].parcel + (place > 0 and rng.random() < 0.5)
    return lines


def _changed(rng: Random, lines: list[Line]) -> tuple[list[Line], str]:
    """What became of an order between two exports: its new lines and a word for it."""
    what = rng.choice(("", "", "", "exchanged", "dearer", "added", "joined"))
    new, fresh = [Line(line.sku, line.qty, line.fen, line.parcel) for line in lines], f"X{rng.randint(1, 9)}"
    if what in ("exchanged", "dearer"):
        new[0].sku, new[0].fen = fresh, new[0].fen + (rng.randint(1, 5_000) if what == "dearer" else 0)
    elif what == "added":
        new.append(Line(fresh, 1, rng.randint(1, 20_000), new[-1].parcel))
    elif what == "joined" and len(new) > 1:
        new[0].fen, new[0].qty = new[0].fen + new[1].fen, new[0].qty + new[1].qty
        del new[1]
    return new, what


def two_files(rng: Random) -> Given:
    """Orders nobody but this function knows, given in two files."""
    way = rng.choice(WAYS)
    orders = {
        f"2611{rng.randint(10**9, 10**10 - 1)}{number:02d}": _order(rng)
        for number in range(rng.randint(2, 8))
    }
    if rng.random() < 0.5:
        for lines in orders.values():
            for line in lines:
                line.parcel = 0
    rows = [(order, line) for order, lines in orders.items() for line in lines]
    truth = {order: sum(line.fen for line in lines) for order, lines in orders.items()}
    if way == "cut":
        at = rng.randint(1, len(rows) - 1)
        return Given(way, (rows[:at], rows[at:]), truth)
    if way == "again":
        made = {order: _changed(rng, lines) for order, lines in orders.items()}
        listed = [order for order in orders if rng.random() < 0.8] or list(orders)
        rng.shuffle(listed)
        truth |= {order: sum(line.fen for line in made[order][0]) for order in listed}
        newer = [(order, line) for order in listed for line in made[order][0]]
        return Given(way, (rows, newer), truth, {order: made[order][1] for order in listed})
    codes = {f"S{number}" for number in range(1, 7) if rng.random() < 0.5} or {"S1"}
    if way == "parcels":
        return Given(
            way,
            ([item for item in rows if item[1].parcel == 0], [item for item in rows if item[1].parcel > 0]),
            truth,
        )
    first = rows if way == "some_codes" else [item for item in rows if item[1].sku not in codes]
    return Given(way, (first, [item for item in rows if item[1].sku in codes]), truth)

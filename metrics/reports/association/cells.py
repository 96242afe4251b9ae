"""A published cube as parts of a whole: the finest published cells, and what is left of the whole beside
them, which follows from published figures alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from district.cubes import ALL, Dimension, cell_key
from district.vocabulary import FAMILIES
from metrics.reports.association.releases import Month

KEPT, REFUND = "kept_fen", "refund_fen"


@dataclass(frozen=True)
class Part:
    """What was kept and refunded in ``node``; where ``is_rest``, in whatever of it is not published by
    itself.
    """

    node: str
    kept_fen: int
    refund_fen: int
    is_rest: bool = False

    @property
    def paid_fen(self) -> int:
        """Both together."""
        return self.kept_fen + self.refund_fen

    @property
    def refund_rate(self) -> float | None:
        """The part of what was paid that went back (0–1)."""
        return self.refund_fen / self.paid_fen if self.paid_fen else None


def dimension(month: Month, cube: str, name: str) -> Dimension:
    """A dimension of a cube as it was merged."""
    return next(item for item in month.cubes[cube].dimensions if item.name == name)


def belongs(item: Dimension, node: str) -> bool:
    """Whether a node is of this hierarchy: a part of it, or a value it does not name. Nodes that other cubes
    merged and families they tell apart are not.
    """
    is_named = node in item.parents or node in item.parents.values()
    return is_named or ("+" not in node and node not in FAMILIES)


def part(month: Month, within: Mapping[str, str]) -> Part | None:
    """One cell; None where it is not published, withheld or empty."""
    found = month.figures.get(cell_key(within.items()))
    return None if found is None else Part("", found[KEPT], found[REFUND])


def parts(
    month: Month, cube: str, name: str, within: Mapping[str, str] | None = None, *, is_cubes: bool = False
) -> list[Part]:
    """The cell ``within`` (default: the whole district) along one dimension: its finest published parts, and
    after those of a published node what is left of it. Without the whole, the parts alone.

    ``is_cubes``: no finer than the cube tells apart where it has several dimensions.
    """
    fixed = dict(within or {})
    names = {name, *fixed}
    shown = {
        dict(key)[name]: figures
        for key, figures in month.figures.items()
        if {item for item, _ in key} == names and fixed.items() <= dict(key).items()
    }
    item = dimension(month, cube, name)
    inside = {node for value in item.parents for node in item.ancestors(value)}
    below: dict[str, list[str]] = {}
    hidden = item.hidden if is_cubes else frozenset()
    for node in sorted((inside | {node for node in shown if belongs(item, node)}) - hidden - {ALL}):
        below.setdefault(item.parents.get(node, ALL), []).append(node)
    whole = month.figures.get(cell_key(fixed.items()))
    return _finest(ALL, {**shown, **({ALL: whole} if whole else {})}, below)


def nested(month: Month, cube: str, outer: str, inner: str) -> list[tuple[Part, list[Part]]]:
    """The district along ``outer``, each part with its own parts along ``inner``; they add up to the whole
    where that is published.

    A node that is withheld while cells in it are published stands there with those alone.
    """
    found = [
        (each, [] if each.is_rest else parts(month, cube, inner, {outer: each.node}))
        for each in parts(month, cube, outer, is_cubes=True)
    ]
    item, shown = dimension(month, cube, outer), {each.node for each, _ in found}
    lone = {dict(key)[outer] for key in month.figures if {name for name, _ in key} == {outer, inner}} - shown
    for node in sorted(lone):
        inside = parts(month, cube, inner, {outer: node})
        if belongs(item, node) and not {*item.ancestors(node)} & shown - {ALL}:
            known = _sum_of(node, inside)
            found = [(_less(each, known) if each.node == ALL else each, below) for each, below in found]
            found.insert(0, (known, inside))
    return [(each, below) for each, below in found if below or each.paid_fen]


def _sum_of(node: str, inside: Sequence[Part]) -> Part:
    return Part(node, sum(each.kept_fen for each in inside), sum(each.refund_fen for each in inside))


def _less(each: Part, known: Part) -> Part:
    kept, refund = each.kept_fen - known.kept_fen, each.refund_fen - known.refund_fen
    return replace(each, kept_fen=kept, refund_fen=refund)


def _finest(node: str, shown: Mapping[str, Mapping[str, int]], below: Mapping[str, list[str]]) -> list[Part]:
    found = [each for child in below.get(node, ()) for each in _finest(child, shown, below)]
    if node not in shown:
        return found
    own = shown[node]
    if not found:
        return [Part(node, own[KEPT], own[REFUND], is_rest=node == ALL)]
    kept = own[KEPT] - sum(each.kept_fen for each in found)
    refund = own[REFUND] - sum(each.refund_fen for each in found)
    return found + ([Part(node, kept, refund, is_rest=True)] if kept or refund else [])

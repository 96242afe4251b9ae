"""One month's release, and its correction: which cells go out, after the auditor has looked.

A closed month is written once. Afterwards it may only be corrected: the same cells, other figures, and only
if what the two together tell passes the same rules as a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.errors import BaiyunError
from district.audit import Audit, Figures, audit
from district.contributions import check_contributions
from district.coverage import Coverage, coverage
from district.cubes import Cube, Key
from district.lattice import PLATFORM, build_lattice
from district.merging import merge_cube
from district.policy import Policy
from district.suppress import suppress

#: Corrections a month may have; afterwards it stays as it is.
MOST_CORRECTIONS = 3


class RefusedReleaseError(BaiyunError):
    """Nothing goes out; what was published stays as it was."""


@dataclass(frozen=True, eq=False)
class MonthRelease:
    """What is published of a month: ``figures`` cell → measure → value, nothing of the cells withheld.

    ``cubes``: as they were merged. ``withheld``: how many cells have no figure. ``coverage`` is empty for a
    correction, which shows the cells that were shown.
    """

    month: str
    cubes: tuple[Cube, ...]
    measures: tuple[str, ...]
    figures: Figures
    withheld: int
    coverage: tuple[Coverage, ...]
    audit: Audit


def release_month(
    contributions: pl.DataFrame,
    month: str,
    cubes: Sequence[Cube],
    measures: Sequence[str],
    policy: Policy,
    last: Sequence[Cube] = (),
) -> MonthRelease:
    """Choose, check and lay out the cells of one closed month.

    ``contributions``: one row per owner, merchant, ``business_month`` and cut; ``measures`` are the parts of
    one whole that add up (kept and refunded make paid), whole numbers. ``last``: the cubes as they were
    merged the month before. Raises ``RefusedReleaseError`` when
    the month has no contributions or the auditor finds that something could be inferred.
    """
    rows = _of_month(check_contributions(contributions, cubes, measures), month)
    before = {cube.name: cube for cube in last}
    merged = tuple(merge_cube(rows, cube, measures, policy, before.get(cube.name)) for cube in cubes)
    lattice = build_lattice(rows, merged, measures)
    pattern = suppress(lattice, merged, policy)
    figures = {
        key: {name: int(lattice.totals[name][at]) for name in measures}
        for at, key in enumerate(lattice.keys)
        if not pattern.withheld[at]
    }
    found = _audited(rows, month, merged, measures, figures, policy)
    hidden = int(pattern.withheld.sum())
    return MonthRelease(
        month, merged, tuple(measures), figures, hidden, tuple(coverage(pattern, merged)), found
    )


def correct_month(
    earlier: Sequence[pl.DataFrame], now: pl.DataFrame, published: MonthRelease, policy: Policy
) -> MonthRelease:
    """The same cells with the figures of ``now``.

    ``earlier``: the contributions behind each release of this month, ``published`` being the last. Raises
    ``RefusedReleaseError`` when the month had all the corrections it may have, when no published figure
    changes, or when the new figures, or their differences from those of any earlier release, would tell too
    much of anybody: then the correction waits until more owners have one.
    """
    month, cubes, measures = published.month, published.cubes, published.measures
    if len(earlier) > MOST_CORRECTIONS:
        raise _frozen(month)
    rows = _of_month(check_contributions(now, cubes, measures), month)
    figures = _figures(rows, published)
    if figures == published.figures:
        raise _unchanged(month)
    found = _audited(rows, month, cubes, measures, figures, policy)
    for old in earlier:
        _check_differences(rows, _of_month(old, month), published, policy)
    return replace(published, figures=figures, coverage=(), audit=found)


def _check_differences(new: pl.DataFrame, old: pl.DataFrame, published: MonthRelease, policy: Policy) -> None:
    """Hold what two releases of a month tell together to the rules of a cell; cells where nobody's figures
    changed tell nothing.
    """
    cubes, measures = published.cubes, published.measures
    columns = [
        *dict.fromkeys(["owner_id", PLATFORM, *(item.name for cube in cubes for item in cube.dimensions)])
    ]
    taken_off = old.with_columns(-pl.col(name) for name in measures)
    both = pl.concat([rows.select(*columns, *measures) for rows in (new, taken_off)])
    differences = both.group_by(columns).agg(pl.col(name).sum() for name in measures)
    differences = differences.filter(pl.any_horizontal(pl.col(name) != 0 for name in measures))
    if differences.is_empty():
        return
    lattice = build_lattice(differences, cubes, measures)
    moved = {
        key: {name: int(lattice.totals[name][at]) for name in measures}
        for at, key in enumerate(lattice.keys)
        if key in published.figures and any(lattice.parts[name][at].any() for name in measures)
    }
    _audited(differences, published.month, cubes, measures, moved, replace(policy, nothing_is_a_figure=False))


def _frozen(month: str) -> RefusedReleaseError:
    return RefusedReleaseError(
        "MONTH_FROZEN",
        f"这个月已经更正过 {MOST_CORRECTIONS} 次，不再改",
        f"this month was corrected {MOST_CORRECTIONS} times and stays as it is",
        step_zh="在数据说明里写明差多少",
        step_en="tell the difference in the notes instead",
        month=month,
    )


def _unchanged(month: str) -> RefusedReleaseError:
    return RefusedReleaseError(
        "NOTHING_CHANGED",
        "公开的数一个也没变，没有可更正的",
        "no published figure changed: there is nothing to correct",
        step_zh="等成员的更正进了发布的数据再试",
        step_en="try again when members' corrections are in the released data",
        month=month,
    )


def _of_month(contributions: pl.DataFrame, month: str) -> pl.DataFrame:
    rows = contributions.filter(pl.col("business_month") == month)
    if rows.is_empty():
        raise RefusedReleaseError(
            "EMPTY_MONTH",
            "这个月没有任何贡献",
            "nobody contributed to this month",
            step_zh="等成员的数据发布后再试",
            step_en="wait until members have released this month",
            month=month,
        )
    return rows


def _figures(rows: pl.DataFrame, published: MonthRelease) -> dict[Key, dict[str, int]]:
    """Values of the cells that are published already."""
    lattice = build_lattice(rows, published.cubes, published.measures)
    return {
        key: {
            name: int(lattice.totals[name][lattice.place[key]]) if key in lattice.place else 0
            for name in shown
        }
        for key, shown in published.figures.items()
    }


def _audited(
    rows: pl.DataFrame,
    month: str,
    cubes: Sequence[Cube],
    measures: Sequence[str],
    figures: Figures,
    policy: Policy,
) -> Audit:
    found = audit(rows, cubes, measures, figures, policy)
    if not found.passed:
        raise RefusedReleaseError(
            "AUDIT_REFUSED",
            "审核不通过:从公开的数字里能推出某个成员",
            "the audit found that a member could be inferred from what is public",
            step_zh="看手册「发布被审核拦下」;更正要等更多持有人有更正",
            step_en="see the runbook on refused releases; a correction waits for more owners to have one",
            month=month,
            findings=len(found.findings),
            rules=",".join(sorted({finding.rule for finding in found.findings})),
        )
    return found

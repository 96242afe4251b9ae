"""The index on golden vectors, on panels whose true path is known, and what it gives away."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from district.index import (
    DETECTOR,
    FALSE_ALARMS_A_YEAR,
    chain,
    diffusion,
    false_alarms,
    rounding_of,
    slowing,
    step,
    votes,
)
from district.policy import Policy


def test_diffusion_of_the_golden_vector() -> None:
    found = diffusion(200, 100, 50)
    assert found == pytest.approx(71.43, abs=0.005)
    assert diffusion(0, 0, 0) is None


def test_diffusion_and_value_tell_two_stories() -> None:
    """FIPI's case: nine small ones up 1 %, one giant down 40 %."""
    before = {f"small{number}": 100 for number in range(9)} | {"giant": 10_000}
    now = {f"small{number}": 101 for number in range(9)} | {"giant": 6_000}
    assert votes(before, now, 0.0) == (9, 0, 1)
    assert diffusion(*votes(before, now, 0.0)) == 90
    assert votes(before, now, 0.02) == (0, 9, 1)
    link = step({"a": before, "b": now}, "a", "b")
    assert link.ratio == pytest.approx((909 + 6000) / 10_900)


def test_who_joins_or_leaves_moves_it_by_nothing() -> None:
    stays = {"2026-01": {"a": 100, "b": 300}, "2026-02": {"a": 110, "b": 330}, "2026-03": {"a": 99, "b": 297}}
    moved = {month: dict(values) for month, values in stays.items()}
    moved["2026-01"]["leaver"] = 200
    moved["2026-03"]["joiner"] = 190
    for panel in (stays, moved):
        assert [point.level for point in chain(panel)] == pytest.approx([100, 110, 99])
    link = chain(moved)[1].step
    assert link is not None
    assert (link.matched_rate, link.members_qty, link.matched_qty) == (400 / 600, 3, 2)


def test_it_is_refused_below_sixty_percent_and_chained_over() -> None:
    panel = {
        "2026-01": {"a": 100, "b": 100},
        "2026-02": {"a": 90, "stranger": 110},  # 45 % of the month, 50 % of the one before
        "2026-03": {"a": 120, "b": 110},
    }
    levels = [point.level for point in chain(panel)]
    assert levels[1] is None
    assert levels[2] == pytest.approx(115)
    assert chain(panel, least=0.4)[1].level == pytest.approx(90)
    assert chain({}) == []


def test_a_month_with_exactly_sixty_percent_counts() -> None:
    panel = {"a": {"x": 60, "y": 40}, "b": {"x": 60, "z": 40}}
    assert step(panel, "a", "b").ratio == 1.0


MONTHS = [f"{2024 + at // 12}-{at % 12 + 1:02d}" for at in range(36)]


def test_a_stable_panel_does_not_drift() -> None:
    """Each member wanders on its own; chained month by month it ends where the sums do."""
    rng = np.random.default_rng(3)
    sizes = {f"m{number}": 1e9 / (number + 1) for number in range(60)}
    panel = {
        month: {member: round(size * rng.lognormal(0, 0.3)) for member, size in sizes.items()}
        for month in MONTHS
    }
    direct = sum(panel[MONTHS[-1]].values()) / sum(panel[MONTHS[0]].values()) * 100
    assert chain(panel)[-1].level == pytest.approx(direct, abs=1e-9)
    yearly = step(panel, MONTHS[0], MONTHS[12]).ratio
    assert yearly == pytest.approx(sum(panel[MONTHS[12]].values()) / sum(panel[MONTHS[0]].values()))


def test_a_panel_that_changes_all_the_time_follows_the_known_path() -> None:
    rng = np.random.default_rng(3)
    path = np.exp(np.cumsum(rng.normal(0.002, 0.03, 36)))
    panel = {
        month: {
            f"m{member}": round(1e9 / (member % 50 + 1) * path[at]) for member in range(2 * at, 2 * at + 50)
        }
        for at, month in enumerate(MONTHS)
    }
    assert len(panel[MONTHS[0]].keys() & panel[MONTHS[-1]].keys()) == 0
    for point, true in zip(chain(panel), path / path[0] * 100, strict=True):
        assert point.level == pytest.approx(true, abs=0.001)


def test_a_slow_down_is_found_within_two_months_at_a_known_rate_of_false_alarms() -> None:
    rng = np.random.default_rng(11)
    delays = []
    for _ in range(60):
        growth = rng.normal(0.004, 0.015, 48)
        growth[36:] -= 0.045  # three deviations
        flags = slowing(np.exp(np.cumsum(growth)).tolist())
        delays.append(next((at - 35 for at in range(36, 48) if flags[at]), math.inf))
    assert sum(delay <= 2 for delay in delays) >= 45
    assert sum(delay <= 4 for delay in delays) >= 55
    assert 0.02 < false_alarms(DETECTOR, years=5, histories=60, seed=4) < 0.25


def test_on_year_on_year_changes_the_published_rate_of_false_alarms_holds() -> None:
    """As the page uses it, while there are too few months to adjust for season."""
    rng = np.random.default_rng(4)
    alarms, years, histories = 0, 5, 120
    for _ in range(histories):
        levels = np.exp(np.cumsum(rng.normal(0.004, 0.015, 13 + DETECTOR.fewest + 12 * years)))
        flags = slowing((levels[12:] / levels[:-12]).tolist())
        alarms += sum(now and not before for before, now in pairwise([False, *flags]))
    assert alarms / (years * histories) == pytest.approx(FALSE_ALARMS_A_YEAR, abs=0.04)


def test_what_is_short_or_still_is_not_slowing() -> None:
    assert slowing([]) == []
    assert slowing([100.0]) == [False]
    assert slowing([100.0] * 30) == [False] * 30
    assert not any(slowing([100 * 0.9**at for at in range(10)]))  # too short to know what is usual


def test_totals_and_an_exact_index_give_a_joiner_away() -> None:
    """So the index is rounded until they do not, or is not published."""
    before = {f"o{number}": 1_000_000 for number in range(100)}
    small, large = before | {"new": 300_000}, before | {"new": 20_000_000}
    index = sum(before.values()) / sum(before.values())
    assert sum(small.values()) - index * sum(before.values()) == 300_000  # the attack, by hand
    assert rounding_of(before, before, Policy()) == 0.1
    assert (
        rounding_of(before, small, Policy()) == 0.1
    )  # half a tenth of a point of 100 m is 50,000 ≥ 15 % of it
    assert rounding_of(before, before | {"new": 600_000}, Policy()) == 0.2
    assert rounding_of(before, large, Policy()) is None
    assert rounding_of(before | {"old": 600_000}, before, Policy()) == 0.2
    many = before | {f"new{number}": 600_000 for number in range(8)}
    assert rounding_of(before, many, Policy()) == 0.1  # they hide each other

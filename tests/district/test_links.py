"""What a release tells of the index: on a panel whose path is known, and what it may not give away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from district.audit_index import reveals
from district.links import Link, MemberMonth, index_of, link
from district.policy import Policy

POLICY = Policy()
MONTHS = [f"{2024 + at // 12}-{at % 12 + 1:02d}" for at in range(26)]
Panels = Mapping[str, MemberMonth]


def month_of(values: Mapping[str, int], **owners: str) -> MemberMonth:
    return MemberMonth(values, {name: owners.get(name, f"owner of {name}") for name in values})


def panel(
    seed: int, path: Sequence[float], *, stays: int = 60, spread: float = 0.05
) -> dict[str, MemberMonth]:
    """Zipf sizes along a known path; each month a small member joins, for two months, and another leaves."""
    rng = np.random.default_rng(seed)
    return {
        month: month_of(
            {
                f"m{number:03d}": round(5e8 / (min(number, stays) + 6) * path[at] * rng.lognormal(0, spread))
                for number in [*range(stays), stays + at, stays + at + 1]
            }
        )
        for at, month in enumerate(MONTHS[: len(path)])
    }


def told(panels: Panels, policy: Policy = POLICY) -> dict[str, dict[str, Any]]:
    """What the documents of all months say, released one after the other."""
    published: list[dict[str, Any]] = []
    found: dict[str, dict[str, Any]] = {}

    def audit(month: str, one: Link) -> bool:
        words = {"month": month, **asdict(one)}
        published.append(words)
        return not reveals(words, published[:-1], seen(panels), policy)

    for month in sorted(panels):
        found[month] = index_of(month, panels.__getitem__, found, policy, audit)
    return found


def seen(panels: Panels) -> Any:  # noqa: ANN401 - a function of the auditor's own shape
    return lambda month: {
        name: (panels[month].owners[name], value) for name, value in panels[month].values.items()
    }


@pytest.mark.parametrize("seed", range(4))
def test_levels_follow_the_known_path(seed: int) -> None:
    """Of a stable panel within 0.25 points a year. Where one joins alone and one leaves each month, links are
    rounded so far that levels are up to 1.5 points off, without drifting.
    """
    rng = np.random.default_rng(seed)
    path = np.exp(np.cumsum(rng.normal(0.001, 0.03, 26)))
    path /= path[0]
    changing = panel(1, path, spread=0.0)
    stable = {
        month: month_of({name: value for name, value in item.values.items() if name < "m060"})
        for month, item in changing.items()
    }
    for panels, allowed in ((stable, lambda at: 0.25 * max(at / 12, 0.5)), (changing, lambda at: 1.5)):
        found = told(panels)
        for at, month in enumerate(MONTHS):
            level = found[month]["level_per_1000"]
            assert level / 1000 == pytest.approx(100 * path[at], abs=allowed(at)), month
    yearly = next(one for one in found[MONTHS[20]]["links"] if one["since"] == MONTHS[8])
    assert yearly["ratio_per_1000"] == pytest.approx(
        1000 * path[20] / path[8], abs=yearly["rounded_to_per_1000"] / 2 + 0.01
    )


def test_a_link_is_the_plain_ratio_of_members_in_both_months() -> None:
    panels = panel(3, [1.0, 0.97], spread=0.2)
    before, now = (panels[month].values for month in MONTHS[:2])
    both = [name for name in before if name in now]
    ratio = 1000 * sum(now[name] for name in both) / sum(before[name] for name in both)
    one = link(MONTHS[0], panels[MONTHS[0]], panels[MONTHS[1]], POLICY)
    assert one.ratio_per_1000 is not None and one.rounded_to_per_1000 is not None
    assert abs(one.ratio_per_1000 - ratio) <= one.rounded_to_per_1000 / 2
    assert (one.members_qty, one.matched_qty, one.voters_qty) == (63, 61, 61)
    ups = sum(now[name] > 1.02 * before[name] for name in both)
    downs = sum(now[name] < 0.98 * before[name] for name in both)
    assert one.diffusion_per_100 == round(100 * (ups + (len(both) - ups - downs) / 2) / len(both))
    assert one.matched_from_per_100 == 90


EVEN = {f"m{number:02d}": 1_000_000 + number for number in range(20)}


def test_a_giant_who_joins_costs_the_month_its_index_and_nothing_else() -> None:
    """18 of 38 million come from it: beside both totals any index would tell its figure."""
    panels = {
        MONTHS[0]: month_of(EVEN),
        MONTHS[1]: month_of(EVEN | {"giant": 12_000_000}),
        MONTHS[2]: month_of(
            {name: value * 9 // 10 for name, value in (EVEN | {"giant": 12_000_000}).items()}
        ),
    }
    found = told(panels)
    assert found[MONTHS[1]]["level_per_1000"] is None
    [refused] = found[MONTHS[1]]["links"]
    assert (refused["ratio_per_1000"], refused["matched_from_per_100"], refused["diffusion_per_100"]) == (
        None, None, None,
    )  # fmt: skip
    # chained over it, to the month before
    assert found[MONTHS[2]]["links"][0]["since"] == MONTHS[0]


def test_it_is_refused_below_sixty_percent_matched() -> None:
    some, others = dict(list(EVEN.items())[:11]), {f"x{number}": 1_000_000 for number in range(9)}
    assert link("a", month_of(EVEN), month_of(some | others), POLICY).ratio_per_1000 is None
    more = dict(list(EVEN.items())[:13]) | dict(list(others.items())[:7])
    assert link("a", month_of(EVEN), month_of(more), POLICY).matched_from_per_100 == 60


def test_few_owners_or_one_giant_have_no_index() -> None:
    four = {name: value for name, value in EVEN.items() if name < "m04"}
    assert link("a", month_of(four), month_of(four), POLICY).ratio_per_1000 is None
    twins = {name: "one owner" for name in EVEN if name > "m03"}
    assert link("a", month_of(EVEN, **twins), month_of(EVEN, **twins), POLICY).ratio_per_1000 is None
    assert link("a", month_of(EVEN), month_of(EVEN), POLICY).ratio_per_1000 == 1000


def test_a_vote_in_which_a_coalition_would_see_all_others_is_not_told() -> None:
    """Two members who fell and know it would learn that everybody else rose."""
    up = {name: value * 2 for name, value in EVEN.items()}
    two = up | {name: EVEN[name] // 2 for name in ("m00", "m01")}
    three = two | {"m02": EVEN["m02"]}
    votes = [link("a", month_of(EVEN), month_of(now), POLICY).diffusion_per_100 for now in (up, two, three)]
    assert votes == [None, None, round(100 * 17.5 / 20)]


def test_an_unrounded_link_is_refused_by_the_auditor() -> None:
    joined = EVEN | {"new": 600_000}
    panels = {"a": month_of(EVEN), "b": month_of(joined)}
    fine = link("a", panels["a"], panels["b"], POLICY)
    assert fine.rounded_to_per_1000 == 10  # 15 % of 600,000 is 0.45 % of 20 million: half of a point is more
    words = {"month": "b", **asdict(fine)}
    assert reveals(words, [], seen(panels), POLICY) == []
    for unit in (1, 2, 5):
        assert reveals(words | {"rounded_to_per_1000": unit}, [], seen(panels), POLICY) == ["owner of new"]


def test_a_link_that_with_an_earlier_one_singles_somebody_out_is_refused() -> None:
    """Five joined in May, four of them left in June: each sum is safe, their difference is the fifth."""
    guests = {f"guest{number}": 400_000 for number in range(5)}
    panels = {
        "2026-04": month_of(EVEN),
        "2026-05": month_of(EVEN | guests),
        "2026-06": month_of(EVEN | {"guest4": 400_000}),
    }
    first = {
        "month": "2026-05",
        **asdict(replace(_link(panels, "2026-04", "2026-05"), rounded_to_per_1000=1)),
    }
    second = {
        "month": "2026-06",
        **asdict(replace(_link(panels, "2026-05", "2026-06"), rounded_to_per_1000=1)),
    }
    assert reveals(first, [], seen(panels), POLICY) == []
    assert reveals(second, [], seen(panels), POLICY) == []
    assert reveals(second, [first], seen(panels), POLICY) == ["owner of guest4"]


def _link(panels: Panels, since: str, month: str) -> Link:
    return link(since, panels[since], panels[month], POLICY)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_who_joins_or_leaves_is_known_to_within_p_percent(seed: int) -> None:
    """The attack by hand, with both totals, the link, and everything of whoever left (or joined)."""
    rng = np.random.default_rng(seed)
    panels = panel(seed, np.exp(np.cumsum(rng.normal(0, 0.1, 8))).tolist(), stays=60, spread=0.4)
    links = 0
    for month, index in told(panels).items():
        for one in index["links"]:
            if one["ratio_per_1000"] is None:
                continue
            links += 1
            before, now = panels[one["since"]].values, panels[month].values
            joined = [value for name, value in now.items() if name not in before]
            left = [value for name, value in before.items() if name not in now]
            half = one["rounded_to_per_1000"] / 2
            low, high = (one["ratio_per_1000"] - half) / 1000, (one["ratio_per_1000"] + half) / 1000
            old, new = sum(before.values()) - sum(left), sum(now.values()) - sum(joined)
            wide_joined = sum(now.values()) - low * old, sum(now.values()) - high * old
            wide_left = sum(before.values()) - new / high, sum(before.values()) - new / low
            for values, bounds in ((joined, wide_joined), (left, wide_left)):
                hidden = sum(sorted(values, reverse=True)[1 + POLICY.coalition :])
                assert max(bounds) - sum(values) + hidden >= 0.15 * max(values, default=0) - 1
                assert sum(values) - min(bounds) + hidden >= 0.15 * max(values, default=0) - 1
    assert links >= 4

"""Development factors, what is still to come and how far it may miss: the golden vector, the chainladder
package, and what must hold of any triangle.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import chainladder
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maturity_cases import GOLDEN, steps

from transforms.maturity.calendar import PROMOTIONS
from transforms.maturity.factors import credible_factors, factors, weigh
from transforms.maturity.interval import bounds
from transforms.maturity.tails import tails


def kept_shares(triangle: pl.DataFrame) -> list[float]:
    """By age a cohort has reached: the part of what it keeps then that it will keep in the end."""
    ahead = tails(credible_factors(triangle, [[]]), []).sort("from_age")
    return [
        math.exp(-before - after) for before, after in ahead.select("before_risk", "after_risk").iter_rows()
    ]


def test_golden_vector_of_the_metric_dictionary() -> None:
    found = factors(steps(GOLDEN), [])
    assert [
        round(1 - before - after, 4)
        for before, after in found.select("before_rate", "after_rate").iter_rows()
    ] == [0.7, 0.711, 0.8018, 0.95]
    shares = [*kept_shares(steps(GOLDEN)), 1.0]
    ultimates = [row[-1] * shares[len(row) - 1] for row in GOLDEN]
    # §7 prints the second factor as .7111; it is 155 ÷ 218 = .71101, and the ultimates there follow from that
    assert [round(value, 2) for value in ultimates] == [38, 46.55, 33.52, 56.32]
    assert max(range(4), key=lambda number: GOLDEN[number][-1]) == 3  # "so far" ranks the youngest first
    assert max(range(4), key=lambda number: ultimates[number] / GOLDEN[number][0]) == 1


def random_triangle(dice: random.Random, size: int = 6) -> list[list[int]]:
    rows = []
    for number in range(size):
        row = [dice.randint(50_000, 500_000)]
        for age in range(size - 1 - number):
            row.append(round(row[-1] * min(1.0, dice.gauss(0.7 + 0.05 * age, 0.04))))
        rows.append(row)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_chainladder_package_says_the_same(seed: int) -> None:
    """Factors, ultimates, Mack's sigma, the errors of the factors and the process risk of every cohort, as
    the package computes them for itself.
    """
    rows = random_triangle(random.Random(seed))
    long = pd.DataFrame(
        [
            (2000 + number, 2000 + number + age, value)
            for number, row in enumerate(rows)
            for age, value in enumerate(row)
        ]
    )
    long.columns = pd.Index(["origin", "valuation", "kept"])
    theirs = chainladder.Triangle(
        long, origin="origin", development="valuation", columns="kept", cumulative=True
    )
    developed = chainladder.Development(sigma_interpolation="mack").fit_transform(theirs)
    mack = chainladder.MackChainladder().fit(developed)
    ours = factors(steps(rows), [])
    # what follows is its empty tail
    ldf = mack.ldf_.to_frame(origin_as_datetime=False).to_numpy().ravel()[: ours.height]
    assert (1 - ours["before_rate"] - ours["after_rate"]).to_list() == pytest.approx(ldf.tolist(), rel=1e-12)
    sigma = developed.sigma_.to_frame(origin_as_datetime=False).to_numpy().ravel()
    assert ours["sigma2"].to_list()[:-1] == pytest.approx((sigma[: ours.height - 1] ** 2).tolist(), rel=1e-9)
    # the last age has one cohort and no variance of its own; the package extrapolates it, and we take a
    # parent's: here the package's
    last = sigma[ours.height - 1] ** 2
    filled = ours.with_columns(
        pl.col("sigma2").fill_null(last),
        pl.col("error2").fill_null(last / rows[0][-2]),
        level_number=pl.lit(0),
    )
    ahead = tails(filled, []).sort("from_age")
    ultimate = mack.ultimate_.to_frame(origin_as_datetime=False).to_numpy().ravel()
    chance = mack.process_risk_.to_frame(origin_as_datetime=False).iloc[:, -1].to_numpy()
    errors = developed.std_err_.to_frame(origin_as_datetime=False).to_numpy().ravel()
    for number, row in enumerate(rows[1:], start=1):
        here = ahead.row(len(row) - 1, named=True)
        mine = row[-1] * math.exp(-here["after_risk"])
        assert mine == pytest.approx(ultimate[number], rel=1e-9)
        assert math.sqrt(row[-1] * here["process2"]) == pytest.approx(chance[number], rel=1e-6)
        assert mine**2 * here["error2"] == pytest.approx(
            parameter_error2(row[-1], ldf[len(row) - 1 :], errors[len(row) - 1 :]), rel=1e-6
        )


def parameter_error2(kept: float, factor: Sequence[float], error: Sequence[float]) -> float:
    """Mack's recursion, step by step.

    The package's own ``parameter_risk_`` is 0 throughout in 0.10.1 under this pandas, so its factors' errors
    are used.
    """
    variance = 0.0
    for one, its_error in zip(factor, error, strict=True):
        variance, kept = one**2 * variance + kept**2 * its_error**2, kept * one
    return variance


@st.composite
def triangles(draw: st.DrawFn) -> list[list[int]]:
    size = draw(st.integers(2, 6))
    return [
        sorted(draw(st.lists(st.integers(0, 10**9), min_size=size - number, max_size=size - number)),
            reverse=True) for number in range(size)
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(triangles(), st.randoms(use_true_random=False))
def test_any_triangle_keeps_within_what_is_kept_and_no_order_matters(
    rows: list[list[int]], dice: random.Random
) -> None:
    triangle = steps(rows)
    shares = kept_shares(triangle)
    assert all(0 <= share <= 1 for share in shares)
    shuffled = triangle.sample(fraction=1.0, shuffle=True, seed=dice.randint(0, 10**6))
    assert kept_shares(shuffled) == pytest.approx(shares, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**10), st.floats(0, 1), st.floats(0, 10**18))
def test_bounds_hold_the_point_between_nothing_and_what_is_kept(
    kept: int, share: float, variance: float
) -> None:
    low, high = pl.select(
        *(
            item.alias(name)
            for name, item in zip(
                ("low", "high"),
                bounds(pl.lit(float(kept)), pl.lit(kept * share), pl.lit(variance)),
                strict=True,
            )
        )
    ).row(0)
    assert 0 <= low <= kept * share * (1 + 1e-9)
    assert kept * share * (1 - 1e-9) <= high <= kept


def test_no_projection_has_no_bounds() -> None:
    nothing = pl.lit(None, pl.Float64)
    assert pl.select(pl.concat_list(bounds(pl.lit(5.0), nothing, pl.lit(1.0)))).item().to_list() == [
        None,
        None,
    ]


def test_thin_segments_lean_on_their_parent_and_thick_ones_stand_alone() -> None:
    """Two segments of one parent: one with 200 orders, one with 50, which counts half (√(50 ÷ 200))."""

    def segment(name: str, orders: int, back: int) -> pl.DataFrame:
        row = {
            "channel_code": name,
            "age": 0,
            "base_fen": orders * 100,
            "before_fen": 0,
            "after_fen": orders * back,
            "orders_qty": orders,
            "weight": 1.0,
        }
        return pl.DataFrame([row, row | {"after_fen": orders * back}])

    triangle = pl.concat([segment("thick", 100, 60), segment("thin", 25, 20)])
    found = {
        row["channel_code"]: row
        for row in credible_factors(triangle, [[], ["channel_code"]]).iter_rows(named=True)
    }
    parent = (200 * 60 + 50 * 20) / (250 * 100)
    assert found["thick"]["after_rate"] == pytest.approx(0.6)
    assert (found["thick"]["level_number"], found["thin"]["level_number"]) == (1, 0)
    assert found["thin"]["after_rate"] == pytest.approx((parent + 0.2) / 2)


def test_the_error_of_a_mix_is_that_of_two_rates_which_miss_apart() -> None:
    """Half own, half the parent's: variances of cohorts mix by halves, those of the rates by quarters.

    A thick segment has its own.
    """
    rows = [
        {
            "channel_code": name,
            "age": 0,
            "base_fen": orders * 100,
            "before_fen": 0,
            "after_fen": orders * back,
            "orders_qty": orders,
            "weight": 1.0,
        }
        for name, orders, backs in (("thick", 100, (60, 50)), ("thin", 25, (20, 4)))
        for back in backs
    ]
    triangle = pl.DataFrame(rows)
    own = {
        row["channel_code"]: row
        for row in factors(triangle, ["channel_code"], is_pooled=True).iter_rows(named=True)
    }
    (parent,) = factors(triangle, [], is_pooled=True).iter_rows(named=True)
    found = {
        row["channel_code"]: row
        for row in credible_factors(triangle, [[], ["channel_code"]]).iter_rows(named=True)
    }
    for name, parts in (("sigma2", 2), ("error2", 4)):
        assert min(own["thin"][name], own["thick"][name], parent[name]) > 0
        assert found["thick"][name] == pytest.approx(own["thick"][name])
        assert found["thin"][name] == pytest.approx((own["thin"][name] + parent[name]) / parts)


def test_an_age_a_segment_never_reached_is_its_parents() -> None:
    young = steps([[1_000, 500]]).with_columns(channel_code=pl.lit("young"), orders_qty=pl.lit(1_000))
    old = steps([[1_000, 800, 600]]).with_columns(channel_code=pl.lit("old"), orders_qty=pl.lit(1_000))
    found = credible_factors(pl.concat([young, old]), [[], ["channel_code"]]).filter(
        pl.col("channel_code") == "young"
    )
    assert found["after_rate"].to_list() == pytest.approx([0.5, 0.25])
    assert found.filter(age=1).select("sigma2", "error2").row(0) == (0.0, 0.0), (
        "of one cohort nothing is known to vary"
    )


def test_promotions_are_those_of_the_metric_dictionary_every_year() -> None:
    """Section 2.6: 20 May to 20 June, 14 October to 11 November, 10 to 12 December."""
    days = {"618": ("05-20", "06-20"), "双11": ("10-14", "11-11"), "双12": ("12-10", "12-12")}
    found = [(one.name, str(one.first_date), str(one.last_date), one.platform_code) for one in PROMOTIONS]
    wanted = [
        (name, f"{year}-{first}", f"{year}-{last}", None)
        for year in range(2015, 2041)
        for name, (first, last) in days.items()
    ]
    assert found == wanted


def test_weights_forget_by_half() -> None:
    dates = pl.DataFrame(
        {"paid_date": ["2026-03-01", "2026-03-15"], "known_date": ["2026-03-31"] * 2, "age": [2, 16]}
    ).with_columns(pl.col("paid_date", "known_date").str.to_date())
    # both were that old on days 28 and 0 before the last known one
    assert weigh(dates, 14.0)["weight"].to_list() == [0.25, 1.0]
    assert weigh(dates)["weight"].to_list() == [1.0, 1.0]


def test_late_ages_forget_more_slowly() -> None:
    """At age 28 by half in 56 days, at age 2 in 14: both were that old 28 days before the last known one."""
    dates = pl.DataFrame(
        {"paid_date": ["2026-02-03", "2026-03-01"], "known_date": ["2026-03-31"] * 2, "age": [28, 2]}
    ).with_columns(pl.col("paid_date", "known_date").str.to_date())
    assert weigh(dates, 14.0)["weight"].to_list() == pytest.approx([0.5**0.5, 0.25])


def test_the_variance_of_sums_is_all_misses_over_all_bases() -> None:
    """A day of one order and a day of a hundred: factor 3,010 ÷ 10,100, both miss it by 19.8.

    Mack averages 392.1 ÷ 100 and 392.1 ÷ 10,000.
    """
    triangle = steps([[100, 90], [10_000, 7_000]])
    mack, pooled = (factors(triangle, [], is_pooled=how)["sigma2"].item() for how in (False, True))
    miss2 = (10 - 100 * 3_010 / 10_100) ** 2
    assert mack == pytest.approx(miss2 / 100 + miss2 / 10_000)
    assert pooled == pytest.approx(2 * (2 * miss2) / 10_100)


@pytest.mark.parametrize(
    ("kept", "matured", "variance", "low", "high"),
    [
        # one refund's worth still to go, exponential of mean 10: nothing can exceed what is kept, and 0.95
        # deviations of a normal distribution, 82.9 % of it, lose less than −10 ln 0.171 = 17.66
        (1_000.0, 990.0, 100.0, 1_000 - 17.66, 1_000.0),
        # the other way round: what stays is exponential of mean 10, all of it may go
        (1_000.0, 10.0, 100.0, 0.0, 17.66),
        # two refunds' worth, mean 10 and variance 50: one in ten on either side; chi-square of four degrees
        # of freedom has its 10 % at 1.0636 and its 90 % at 7.7794
        (1_000.0, 990.0, 50.0, 1_000 - 2.5 * 7.7794, 1_000 - 2.5 * 1.0636),
        # many refunds: one in ten on either side; chi-square of 200 degrees of freedom has its 10 % at 174.84
        (1_000.0, 500.0, 2_500.0, 2.5 * 174.84, 1_000 - 2.5 * 174.84),
    ],
)
def test_bounds_leave_two_in_ten_outside(
    kept: float, matured: float, variance: float, low: float, high: float
) -> None:
    found = pl.select(
        *(
            item.alias(name)
            for name, item in zip(
                ("low", "high"), bounds(pl.lit(kept), pl.lit(matured), pl.lit(variance)), strict=True
            )
        )
    ).row(0)
    assert found == pytest.approx((low, high), abs=0.5)

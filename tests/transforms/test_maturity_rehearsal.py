"""The merchant's own past foretold as it stood then: nothing later is looked at, and its misses widen or
narrow what is told now.
"""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from contracts.canonical import SHOP
from transforms.maturity import rehearsal
from transforms.maturity.cohorts import COHORT
from transforms.maturity.outlook import project
from transforms.maturity.rehearsal import BACK_DAYS, rehearse, rehearsed_weeks, stretch, stretched
from transforms.maturity.triangle import HORIZON

KNOWN = dt.date(2026, 6, 30)
_KEY = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin", "channel_code": "own_live"}
_KEY |= {"category_name": "*", "price_band_code": "*"}
_FIRST = KNOWN - dt.timedelta(days=130)


def history(days: int = 131, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A shop that is paid 10,000 fen a day, of which about 3,000 go back on day 3 and 2,000 on day 10."""
    dice, cohorts, refunds = random.Random(seed), [], []
    for number in range(days):
        paid_date = _FIRST + dt.timedelta(days=number)
        key = {**_KEY, "is_promotion": False, "paid_date": paid_date}
        back = {3: 3_000 + dice.randint(-300, 300), 10: 2_000 + dice.randint(-300, 300)}
        for age, fen in back.items():
            refunds.append(
                {
                    **key,
                    "refund_date": paid_date + dt.timedelta(days=age),
                    "refund_fen": fen,
                    "is_before": False,
                }
            )
        gone = sum(fen for age, fen in back.items() if paid_date + dt.timedelta(days=age) <= KNOWN)
        kept = 10_000 - gone
        cohorts.append(
            {
                **key,
                "known_date": KNOWN,
                "paid_fen": 10_000,
                "kept_fen": kept,
                "undated_fen": 0,
                "orders_qty": 50,
            }
            | {"kept_known_fen": kept}
        )
    told = pl.DataFrame(refunds).filter(pl.col("refund_date") <= KNOWN)
    return pl.DataFrame(cohorts), told


def test_only_what_was_known_then_is_looked_at() -> None:
    """Foretold of a house whose data end on that day, the same comes out."""
    cohorts, refunds = history()
    past = rehearse(cohorts, refunds)
    for days in BACK_DAYS:
        then = KNOWN - dt.timedelta(days=days)
        old = refunds.filter(pl.col("refund_date") <= then)
        gone = old.group_by("paid_date").agg(gone=pl.col("refund_fen").sum())
        kept = pl.col("paid_fen") - pl.col("gone").fill_null(0)
        before = cohorts.filter(pl.col("paid_date") <= then).join(gone, on="paid_date", how="left")
        before = before.with_columns(known_date=then, kept_fen=kept, kept_known_fen=kept).drop("gone")
        alone = project(before, old).filter(pl.col("age") < HORIZON).sort("paid_date")
        mine = past.filter(pl.col("known_date") == then).sort("paid_date")
        assert mine.drop("true_fen").equals(alone.select(mine.drop("true_fen").columns)), days
        assert mine["matured_fen"].null_count() == 0 and mine.height == HORIZON


def test_the_truth_is_what_was_kept_at_the_45th_day() -> None:
    cohorts, refunds = history()
    late = refunds.head(1).with_columns(
        paid_date=KNOWN - dt.timedelta(days=100),
        refund_date=KNOWN - dt.timedelta(days=50),
        refund_fen=pl.lit(77, pl.Int64),
    )
    past = rehearse(cohorts, pl.concat([refunds, late]))
    back = refunds.group_by("paid_date").agg(gone=pl.col("refund_fen").sum())
    true = past.join(back, on="paid_date", how="left")
    assert true.height == len(BACK_DAYS) * HORIZON
    assert true.filter(pl.col("true_fen") != 10_000 - pl.col("gone")).is_empty(), "the 50th day is past it"


def missed(deviations: list[float]) -> pl.DataFrame:
    """One cohort of one shop a day told, off by so many deviations of chance (300 fen) and doubt (400)."""
    rows = [
        {**dict.fromkeys(SHOP, "x"), "known_date": KNOWN + dt.timedelta(days=number), "age": 5}
        | {"kept_fen": 100_000, "matured_fen": 60_000.0, "true_fen": int(60_000 + 500 * miss)}
        | {"noise2": 90_000.0, "doubt_fen": 400.0}
        for number, miss in enumerate(deviations)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("deviations", "own"),
    [
        # shop and merchant miss alike: the 80 % × 21 ÷ 20 quantile of 20 is the 17th, the 9th of these ten
        ([0.2, -0.4, 0.6, -0.8, 1.0, -1.2, 1.4, -1.6, 1.8, -2.0], 1.8 / 1.2815515655446004),
        # far off: no more than two and a half times as wide
        ([9.0] * 10, 2.5),
        # never off: no less than half
        ([0.0] * 10, 0.5),
    ],
)
def test_own_misses_count_beside_thirty_of_other_houses(deviations: list[float], own: float) -> None:
    expected = ((30 * 1 + 20 * own**2) / 50) ** 0.5
    assert stretch(missed(deviations)) == pytest.approx(expected)


def test_the_doubt_is_stretched_and_chance_is_what_it_is() -> None:
    projected = project(*history())
    wide = stretched(projected, 2.0)
    assert wide["doubt_fen"].to_list() == pytest.approx((projected["doubt_fen"] * 2).to_list())
    assert projected["doubt_fen"].sum() > 0 and wide.drop("doubt_fen").equals(projected.drop("doubt_fen"))


def test_a_house_without_history_borrows_all() -> None:
    """Sixty days followed none of the days open then to its end: there is nothing to learn from."""
    cohorts, refunds = history(60)
    shift = pl.col("paid_date") + dt.timedelta(days=71)
    cohorts = cohorts.with_columns(shift)
    refunds = refunds.with_columns(shift, pl.col("refund_date") + dt.timedelta(days=71))
    past = rehearse(cohorts, refunds.filter(pl.col("refund_date") <= KNOWN))
    assert stretch(past) == 1.0
    assert rehearsed_weeks(past).is_empty()
    assert stretch(past.clear()) == 1.0 and rehearsed_weeks(past.clear()).is_empty()


def test_each_week_is_rehearsed_once_when_it_was_a_fortnight_old() -> None:
    cohorts, refunds = history()
    weeks = rehearsed_weeks(rehearse(cohorts, refunds))
    assert weeks.height == len(BACK_DAYS) == weeks.select(*SHOP, "first_date").n_unique()
    for row in weeks.iter_rows(named=True):
        sunday = row["first_date"] + dt.timedelta(days=6)
        assert (row["last_date"] - sunday).days == row["age_days_qty"] and 14 <= row["age_days_qty"] <= 20
        kept = refunds.filter(
            pl.col("paid_date").is_between(row["first_date"], sunday),
            pl.col("refund_date") < row["last_date"],
        )["refund_fen"].sum()
        assert (row["paid_fen"], row["kept_fen"]) == (70_000, 70_000 - kept)
        assert row["matured_low_fen"] <= row["matured_fen"] <= row["matured_high_fen"]
    assert set(COHORT) > set(SHOP)


@pytest.mark.parametrize("first", [0, 300], ids=["all open today", "all long over"])
def test_where_nothing_was_open_nothing_is_computed_and_the_shape_stays(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A house of the last six weeks, and one whose sales are a year old: no factors are made of them."""
    whole = rehearse(*history())
    cohorts, refunds = (
        frame.filter(pl.col("paid_date") > KNOWN - dt.timedelta(days=40)).with_columns(
            pl.col("paid_date") - dt.timedelta(days=first)
        )
        for frame in history()
    )
    made: list[pl.DataFrame] = []
    monkeypatch.setattr(rehearsal, "project", lambda *given: made.append(given[0]))
    past = rehearse(cohorts, refunds)
    assert made == [] and past.is_empty() and past.schema == whole.schema
    assert rehearsed_weeks(past).is_empty() and stretch(past) == 1.0

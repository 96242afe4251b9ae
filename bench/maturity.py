"""How well matured net was foretold: the method on simulated markets as they stood, against what became of them.

``python -m bench.maturity`` measures calm markets, promotions that come back more, a change of return rates, and all of it, over several seeds, and
prints the tables of docs/maturity.md. The truth is the simulator's; what is judged is the transforms' own code on what was known at each moment.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from simulator.clock import ZONE, ZONE_NAME
from simulator.market import Market, build_market
from simulator.moods import Mood
from transforms.maturity.cohorts import COHORT, Promotion, make_cohorts, segment_lines
from transforms.maturity.interval import bounds
from transforms.maturity.outlook import TAUGHT_DAYS, project
from transforms.maturity.triangle import HORIZON

LAST = dt.date(2026, 9, 15)
#: The simulator's promotions in the window (simulator.clock).
PROMOTIONS = (Promotion("618", dt.date(2026, 6, 8), dt.date(2026, 6, 18)), Promotion("双12", dt.date(2025, 12, 10), dt.date(2025, 12, 12)))
CHANGE = dt.date(2026, 7, 10)
SCENARIOS = {
    "calm": Mood(),
    "promotion": Mood(promotion=0.08),
    "change": Mood(changes=((CHANGE, 0.08),)),
    "both": Mood(promotion=0.08, changes=((CHANGE, -0.08),)),
}
#: What figures people look at: name → grouping. ``week`` counts back from the last known day, ``total`` is all open cohorts of a merchant.
VIEWS = {
    "shop × channel × day": ["shop_id", "channel_code", "paid_date"],
    "shop × channel × week": ["shop_id", "channel_code", "week"],
    "shop × week": ["shop_id", "week"],
    "merchant × day": ["merchant_id", "paid_date"],
    "merchant × week": ["merchant_id", "week"],
    "merchant total": ["merchant_id"],
}


@dataclass(frozen=True)
class Size:
    """How much is tried: markets of ``merchants`` with ``lines`` over ``days``, foretold every ``step`` days once ``HORIZON`` + 60 days are known."""

    merchants: int = 3
    days: int = 260
    lines: int = 60_000
    step: int = 14


def foretold(scenario: str, seed: int, size: Size = Size()) -> pl.DataFrame:
    """Open cohorts at every moment tried: ``project``'s columns, ``true_fen`` (kept at age 45), ``scenario``, ``seed``, ``week``."""
    now = dt.datetime.combine(LAST, dt.time(23, 59, 59), ZONE)
    market = build_market(seed, size.merchants, size.days, size.lines, now=now, mood=SCENARIOS[scenario])
    lines, refunds = _facts(market)
    found = [
        _foretell(lines.filter(pl.col("merchant_id") == merchant), refunds.filter(pl.col("merchant_id") == merchant), known)
        for known in _moments(size)
        for merchant in market.merchants["merchant_id"].sort()
    ]
    week = pl.col("age").clip(lower_bound=0) // 7
    return pl.concat(found).with_columns(scenario=pl.lit(scenario), seed=pl.lit(seed), week=week)


def _moments(size: Size) -> Iterator[dt.date]:
    for back in range(0, size.days - HORIZON - 60, size.step):
        yield LAST - dt.timedelta(days=back)


def _facts(market: Market) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The market's whole story as order-line and refund facts."""

    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.convert_time_zone(ZONE_NAME).dt.date()

    lines = market.lines.filter(pl.col("paid_at").is_not_null()).with_columns(paid_date=day("paid_at"), refund_undated_fen=pl.lit(0, pl.Int64))
    refunds = market.refunds.filter(pl.col("refunded_at").is_not_null(), pl.col("refund_fen") > 0)
    return lines, refunds.with_columns(refund_date=day("refunded_at"), refund_stage_code="stage_code")


def _foretell(lines: pl.DataFrame, refunds: pl.DataFrame, known: dt.date) -> pl.DataFrame:
    """What is foretold of one merchant from what was known at the end of ``known``, beside what became of it."""
    sold = lines.filter(pl.col("paid_date").is_between(known - dt.timedelta(days=TAUGHT_DAYS), known))
    told = refunds.filter(pl.col("refund_date") <= known)
    back = told.group_by("order_line_id").agg(cohort_refund_fen=pl.col("refund_fen").sum())
    sold = sold.join(back, on="order_line_id", how="left").with_columns(pl.col("cohort_refund_fen").fill_null(0))
    segmented = segment_lines(sold, sold.select(SHOP).unique().with_columns(known_date=pl.lit(known)), PROMOTIONS)
    rows = project(*make_cohorts(segmented, told)).filter(pl.col("age") < HORIZON)
    gone = segmented.select("order_line_id", *COHORT).join(refunds.select("order_line_id", "refund_date", "refund_fen"), on="order_line_id")
    gone = gone.filter((pl.col("refund_date") - pl.col("paid_date")).dt.total_days() <= HORIZON).group_by(COHORT).agg(_gone=pl.col("refund_fen").sum())
    return rows.join(gone, on=COHORT, how="left").with_columns(true_fen=pl.col("paid_fen") - pl.col("_gone").fill_null(0)).drop("_gone")


def judged(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows of ``foretold`` summed to figures: point, bounds, truth, ``is_inside``, and the naive figure ``kept_fen``."""
    group = ["scenario", "seed", "known_date", *by]
    money = pl.col("kept_fen", "matured_fen", "noise2", "true_fen", "orders_qty").sum()
    # what one shop sells shares its doubt, shops do not: as transforms.maturity.said sums
    parts = found.group_by(list(dict.fromkeys([*group, *SHOP]))).agg(money, pl.col("age").min(), doubt2=pl.col("doubt_fen").sum() ** 2)
    sums = parts.group_by(group).agg(money, pl.col("age").min(), pl.col("doubt2").sum())
    low, high = bounds(pl.col("kept_fen").cast(pl.Float64), pl.col("matured_fen"), pl.col("noise2") + pl.col("doubt2"))
    # published bounds are whole fen, rounded outwards
    rows = sums.filter(pl.col("kept_fen") > 0).with_columns(low=low.floor(), high=high.ceil())
    return rows.with_columns(is_inside=pl.col("true_fen").is_between("low", "high"))


def summary(rows: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Per group: how many figures, part inside, below and above their bounds, weighted absolute error of point and of "so far", bias and width."""
    true = pl.col("true_fen").sum()
    measures = {
        "figures": pl.len(),
        "inside": pl.col("is_inside").mean(),
        "below": (pl.col("true_fen") < pl.col("low")).mean(),
        "above": (pl.col("true_fen") > pl.col("high")).mean(),
        "error": (pl.col("matured_fen") - pl.col("true_fen")).abs().sum() / true,
        "naive": (pl.col("kept_fen") - pl.col("true_fen")).abs().sum() / true,
        "bias": (pl.col("matured_fen") - pl.col("true_fen")).sum() / true,
        "width": (pl.col("high") - pl.col("low")).sum() / true,
    }
    expressions = [value.alias(name) for name, value in measures.items()]
    return rows.group_by(list(by)).agg(expressions).sort(list(by)) if by else rows.select(expressions)


def _lines(title: str, table: pl.DataFrame) -> Iterator[str]:
    names = [name for name in table.columns if name != "figures"]
    yield f"| {title} | " + " | ".join(table.columns[1:]) + " |"
    yield "| --- |" + " ---: |" * (table.width - 1)
    for row in table.iter_rows(named=True):
        cells = [str(row["figures"]) if name == "figures" else f"{100 * row[name]:.1f} %" for name in table.columns[1:]]
        yield f"| {row[names[0]]} | " + " | ".join(cells) + " |"
    yield ""


def report(found: pl.DataFrame) -> str:
    """The tables of docs/maturity.md."""
    views = pl.concat([summary(judged(found, by)).select(pl.lit(name).alias("figure"), pl.all()) for name, by in VIEWS.items()])
    weeks = judged(found, VIEWS["merchant × week"])
    shops = judged(found, VIEWS["shop × week"])
    parts = [_lines("all scenarios", views)]
    for name, rows in (("merchant × week", weeks), ("shop × week", shops)):
        parts.append(_lines(name, summary(rows, ["scenario"])))
    parts.append(_lines("age in weeks, merchant × week", summary(weeks, ["week"])))
    aged = weeks.filter(pl.col("age") == 14)
    parts.append(_lines("age 14–20 days, merchant × week", summary(aged, ["scenario"])))
    changed = weeks.filter(pl.col("scenario") == "change").with_columns(since=(pl.col("known_date") - CHANGE).dt.total_days())
    parts.append(_lines("days since the change, merchant × week", summary(changed, ["since"]).with_columns(pl.col("since").cast(pl.String))))
    return "\n".join(line for part in parts for line in part)


def main(seeds: Sequence[int]) -> None:
    """Measure and print."""
    found = pl.concat([foretold(scenario, seed) for scenario in SCENARIOS for seed in seeds])
    sys.stdout.write(report(found))


if __name__ == "__main__":
    main([int(item) for item in sys.argv[1:]] or range(11, 14))

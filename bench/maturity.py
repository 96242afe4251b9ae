"""How well matured net was foretold: the method on simulated markets as they stood, against what became of
them.

``python -m bench.maturity`` measures calm markets, promotions that come back more, a change of return rates,
and all of it, over several seeds, and prints the tables of docs/maturity.md. The truth is the simulator's;
what is judged is the transforms' own code on what was known at each moment.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from contracts.canonical import SHOP
from simulator.history.clock import ZONE, ZONE_NAME
from simulator.history.market import Market, build_market
from simulator.history.moods import Mood
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.sales.mart_order_detail_daily import DETAIL
from transforms.maturity.cohorts import COHORT, Promotion, make_cohorts, segment_lines
from transforms.maturity.interval import bounds
from transforms.maturity.outlook import TAUGHT_DAYS, project
from transforms.maturity.rehearsal import rehearse, stretch, stretched
from transforms.maturity.said import doubt2, week_of_age
from transforms.maturity.triangle import HORIZON

LAST = dt.date(2026, 9, 15)
#: The simulator's promotions in the window (simulator.history.clock).
PROMOTIONS = (
    Promotion("618", dt.date(2026, 6, 8), dt.date(2026, 6, 18)),
    Promotion("双12", dt.date(2025, 12, 10), dt.date(2025, 12, 12)),
)
CHANGE = dt.date(2026, 7, 10)
SCENARIOS = {
    "calm": Mood(),
    "promotion": Mood(promotion=0.08),
    "change": Mood(changes=((CHANGE, 0.08),)),
    "both": Mood(promotion=0.08, changes=((CHANGE, -0.08),)),
}
#: Every other style comes back 8 points less than its kind, the rest 8 points more: what the method cannot
#: see.
APART = "apart"
_APART = tuple(Mood(changes=((dt.date(2025, 1, 1), points),)) for points in (-0.08, 0.08))
#: What figures people look at: name → grouping. ``week`` counts back from the last known day, ``total`` is
#: all open cohorts of a merchant.
VIEWS = {
    "shop × channel × day": ["shop_id", "channel_code", "paid_date"],
    "shop × channel × week": ["shop_id", "channel_code", "week"],
    "shop × week": ["shop_id", "week"],
    "merchant × day": ["merchant_id", "paid_date"],
    "merchant × week": ["merchant_id", "week"],
    "merchant × month": ["merchant_id", "month"],
    "merchant total": ["merchant_id"],
}
#: What figures people look at by what a line tells of itself: name → grouping of ``Foretold.cells``.
CUTS = {
    "style × week": ["merchant_id", "style_code", "week"],
    "SKU × week": ["merchant_id", "sku_code", "week"],
    "style, all open": ["merchant_id", "style_code"],
    "session": ["shop_id", "live_session_id"],
}
_CELL = [*SHOP, "channel_code", "paid_date", *DETAIL]
#: Of fen² in yuan².
_FEN2 = 10_000.0


class Foretold(NamedTuple):
    """Open cohorts at every moment tried, and the same money shared among cells of lines alike.

    Both: ``kept_fen``, ``matured_fen``, ``noise2``, ``doubt_fen``, ``true_fen`` (kept at age 45),
    ``orders_qty``, ``age``, ``known_date``, ``scenario``, ``seed``, ``week``, ``month``; cohorts by
    ``COHORT``, cells by ``DETAIL``, channel and day.
    """

    cohorts: pl.DataFrame
    cells: pl.DataFrame


@dataclass(frozen=True)
class Size:
    """How much is tried: markets of ``merchants`` with ``lines`` over ``days``, foretold every ``step`` days
    once ``HORIZON`` + 60 days are known.
    """

    merchants: int = 3
    days: int = 260
    lines: int = 60_000
    step: int = 14


def foretold(scenario: str, seed: int, size: Size = Size()) -> Foretold:
    """What is said at every moment tried of one market, beside what became of it."""
    now = dt.datetime.combine(LAST, dt.time(23, 59, 59), ZONE)
    moods = _APART if scenario == APART else (SCENARIOS[scenario],)
    lines, refunds = _facts(
        [build_market(seed, size.merchants, size.days, size.lines, now=now, mood=mood) for mood in moods]
    )
    found = [
        _foretell(
            lines.filter(pl.col("merchant_id") == merchant),
            refunds.filter(pl.col("merchant_id") == merchant),
            known,
        )
        for known in _moments(size)
        for merchant in lines["merchant_id"].unique().sort()
    ]
    told_of = {
        "week": pl.col("age").clip(lower_bound=0) // 7,
        "month": pl.col("paid_date").dt.truncate("1mo"),
    }
    parts = (
        pl.concat(frames).with_columns(scenario=pl.lit(scenario), seed=pl.lit(seed), **told_of)
        for frames in zip(*found, strict=True)
    )
    return Foretold(*parts)


def _moments(size: Size) -> Iterator[dt.date]:
    for back in range(0, size.days - HORIZON - 60, size.step):
        yield LAST - dt.timedelta(days=back)


def _facts(markets: Sequence[Market]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The whole story as order-line and refund facts.

    Markets in which the same was bought: of the first style what came back in the first, and so on.
    """

    def day(name: str) -> pl.Expr:
        return pl.col(name).dt.convert_time_zone(ZONE_NAME).dt.date()

    lines = (
        markets[0]
        .lines.filter(pl.col("paid_at").is_not_null())
        .with_columns(paid_date=day("paid_at"), refund_undated_fen=pl.lit(0, pl.Int64))
    )
    style = pl.col("style_code").rank("dense")
    told = [
        market.refunds.join(lines.filter(style % len(markets) == number), on="order_line_id", how="semi")
        for number, market in enumerate(markets)
    ]
    refunds = pl.concat(told).filter(pl.col("refunded_at").is_not_null(), pl.col("refund_fen") > 0)
    lines = lines.with_columns(
        live_session_id="session_ref",
        creator_id="seller_code",
        paid_hour_code=pl.col("paid_at").dt.strftime("%H"),
    )
    lines = lines.with_columns(pl.col(name).fill_null("untold") for name in DETAIL)
    return lines, refunds.with_columns(refund_date=day("refunded_at"), refund_stage_code="stage_code")


def _foretell(lines: pl.DataFrame, refunds: pl.DataFrame, known: dt.date) -> Foretold:
    """What is foretold of one merchant from what was known at the end of ``known``, beside what became
    of it.
    """
    sold = lines.filter(pl.col("paid_date").is_between(known - dt.timedelta(days=TAUGHT_DAYS), known))
    told = refunds.filter(pl.col("refund_date") <= known)
    back = told.group_by("order_line_id").agg(cohort_refund_fen=pl.col("refund_fen").sum())
    sold = sold.join(back, on="order_line_id", how="left").with_columns(
        pl.col("cohort_refund_fen").fill_null(0)
    )
    segmented = segment_lines(
        sold, sold.select(SHOP).unique().with_columns(known_date=pl.lit(known)), PROMOTIONS
    )
    cohorts, dated = make_cohorts(segmented, told)
    projected = stretched(project(cohorts, dated), stretch(rehearse(cohorts, dated)))
    projected = projected.filter(pl.col("age") < HORIZON)
    gone = lines.select("order_line_id", "paid_date").join(
        refunds.select("order_line_id", "refund_date", "refund_fen"), on="order_line_id"
    )
    gone = (
        gone.filter((pl.col("refund_date") - pl.col("paid_date")).dt.total_days() <= HORIZON)
        .group_by("order_line_id")
        .agg(_gone=pl.col("refund_fen").sum())
    )
    segmented = segmented.join(gone, on="order_line_id", how="left").with_columns(
        true_fen=pl.col("paid_fen") - pl.col("_gone").fill_null(0)
    )
    true = segmented.group_by(COHORT).agg(pl.col("true_fen").sum())
    return Foretold(
        projected.join(true, on=COHORT, how="left", validate="1:1"), _cells(segmented, projected, known)
    )


def _cells(segmented: pl.DataFrame, projected: pl.DataFrame, known: dt.date) -> pl.DataFrame:
    """The same money by what its lines tell of themselves, shared as the warehouse shares it."""
    shops = segmented.select(SHOP).unique().with_columns(returns_date=pl.lit(known + dt.timedelta(days=1)))
    daily = segmented.select(
        *SHOP, "channel_code", "paid_fen", "cohort_refund_fen", business_date="paid_date"
    )
    days = mart_outlook_daily.build(daily, projected, shops)
    young = segmented.filter(pl.col("paid_date") > known - dt.timedelta(days=HORIZON))
    shares = mart_outlook_detail_daily.build(young, projected, days).rename({"business_date": "paid_date"})
    kept = young.with_columns(kept_fen=pl.col("paid_fen") - pl.col("cohort_refund_fen")).group_by(_CELL).agg(
        pl.col("kept_fen", "true_fen").sum(), orders_qty=pl.col("order_id").n_unique().cast(pl.Int64)
    )  # fmt: skip
    rows = kept.join(shares, on=_CELL, how="left", validate="1:1").with_columns(
        pl.col(mart_outlook_detail_daily.TABLE.required).fill_null(0)
    )
    return rows.select(
        *_CELL,
        "kept_fen",
        "true_fen",
        "orders_qty",
        known_date=pl.lit(known),
        age=(pl.lit(known) - pl.col("paid_date")).dt.total_days().cast(pl.Int32),
        matured_fen=(pl.col("kept_fen") - pl.col("to_return_fen")).cast(pl.Float64),
        noise2=pl.col("matured_noise_number") * _FEN2,
        doubt_fen=pl.col("matured_doubt_fen").cast(pl.Float64),
    )


def judged(found: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows of ``foretold`` summed to figures: point, bounds, truth, ``is_inside``, and the naive figure
    ``kept_fen``.
    """
    group = ["scenario", "seed", "known_date", *by]
    money = pl.col("kept_fen", "matured_fen", "noise2", "true_fen", "orders_qty").sum()
    # as transforms.maturity.said sums
    shops = list(dict.fromkeys([*group, *SHOP]))
    by_week = found.rename({"age": "age_days_qty"}).group_by([*shops, week_of_age().alias("_week")])
    weeks = by_week.agg(money, pl.col("doubt_fen").sum(), age=pl.col("age_days_qty").min())
    parts = weeks.group_by(shops).agg(money, pl.col("age").min(), doubt2=doubt2(pl.col("doubt_fen")))
    sums = parts.group_by(group).agg(money, pl.col("age").min(), pl.col("doubt2").sum())
    low, high = bounds(
        pl.col("kept_fen").cast(pl.Float64), pl.col("matured_fen"), pl.col("noise2") + pl.col("doubt2")
    )
    # published bounds are whole fen, rounded outwards
    rows = sums.filter(pl.col("kept_fen") > 0).with_columns(low=low.floor(), high=high.ceil())
    return rows.with_columns(is_inside=pl.col("true_fen").is_between("low", "high"))


def summary(rows: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Per group: how many figures, part inside, below and above their bounds, weighted absolute error of
    point and of "so far", bias and width.
    """
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
        cells = [
            str(row["figures"]) if name == "figures" else f"{100 * row[name]:.1f} %"
            for name in table.columns[1:]
        ]
        yield f"| {row[names[0]]} | " + " | ".join(cells) + " |"
    yield ""


def _by_view(found: pl.DataFrame, views: Mapping[str, list[str]]) -> pl.DataFrame:
    """One row per view; of sessions only what is of one."""
    rows = [
        found.filter(pl.col(name) != "untold") if (name := by[-1]) in DETAIL else found
        for by in views.values()
    ]
    return pl.concat(
        [
            summary(judged(frame, by)).select(pl.lit(view).alias("figure"), pl.all())
            for (view, by), frame in zip(views.items(), rows, strict=True)
        ]
    )


def _size(orders: pl.Expr) -> pl.Expr:
    """Of how many orders a figure is made."""
    return (
        pl.when(orders < 5)
        .then(pl.lit("1–4"))
        .when(orders < 20)
        .then(pl.lit("5–19"))
        .otherwise(pl.lit("≥ 20"))
        .alias("orders")
    )


def report(found: Foretold, apart: Foretold) -> str:
    """The tables of docs/maturity.md; ``apart``: foretold of markets whose styles differ."""
    weeks, shops = (judged(found.cohorts, VIEWS[name]) for name in ("merchant × week", "shop × week"))
    parts = [_lines("all scenarios", _by_view(found.cohorts, VIEWS))]
    for name, rows in (("merchant × week", weeks), ("shop × week", shops)):
        parts.append(_lines(name, summary(rows, ["scenario"])))
    parts.append(_lines("one seed each, merchant × week", summary(weeks, ["seed"])))
    parts.append(_lines("age in weeks, merchant × week", summary(weeks, ["week"])))
    thin = judged(found.cohorts, VIEWS["shop × channel × week"])
    parts.append(_lines("age in weeks, shop × channel × week", summary(thin, ["week"])))
    aged = weeks.filter(pl.col("age") == 14)
    parts.append(_lines("age 14–20 days, merchant × week", summary(aged, ["scenario"])))
    changed = weeks.filter(pl.col("scenario") == "change").with_columns(
        since=(pl.col("known_date") - CHANGE).dt.total_days()
    )
    parts.append(
        _lines(
            "days since the change, merchant × week",
            summary(changed, ["since"]).with_columns(pl.col("since").cast(pl.String)),
        )
    )
    parts.append(_lines("by what a line tells", _by_view(found.cells, CUTS)))
    styles = judged(found.cells, CUTS["style × week"])
    parts.append(
        _lines(
            "orders of the figure, style × week",
            summary(styles.with_columns(_size(pl.col("orders_qty"))), ["orders"]),
        )
    )
    parts.append(_lines("age in weeks, style × week", summary(styles, ["week"])))
    parts.append(_lines("styles 8 points apart from their kind", _by_view(apart.cells, CUTS)))
    styles = judged(apart.cells, CUTS["style × week"])
    parts.append(
        _lines(
            "so, by orders of the figure, style × week",
            summary(styles.with_columns(_size(pl.col("orders_qty"))), ["orders"]),
        )
    )
    return "\n".join(line for part in parts for line in part)


def main(seeds: Sequence[int]) -> None:
    """Measure and print."""
    sys.stdout.write(report(*(_all(scenarios, seeds) for scenarios in (tuple(SCENARIOS), (APART,)))))


def _all(scenarios: Sequence[str], seeds: Sequence[int]) -> Foretold:
    found = [foretold(scenario, seed) for scenario in scenarios for seed in seeds]
    return Foretold(*(pl.concat(frames) for frames in zip(*found, strict=True)))


if __name__ == "__main__":
    main([int(item) for item in sys.argv[1:]] or range(11, 14))

"""What was said of matured net before, held against what is known now: "14 days ago we said 412k–455k.

It is now 431k".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from metrics.query.access import Viewer, open_desk, require
from metrics.query.released import judged
from transforms.gold.forecast.mart_outlook_daily import TABLE
from transforms.maturity.said import summed
from transforms.maturity.triangle import HORIZON
from warehouse.lake import Lake
from warehouse.ops import OUTLOOK

_WEEK = [*SHOP, "first_date"]
#: A week is judged by what was said of it first when its youngest day was this old.
_SCORED_AGE = 14


@dataclass(frozen=True)
class Said:
    """What was said on ``said_date`` (``days`` before the data's last day) of ``weeks_qty`` shop × weeks then
    open, and what is known of the same orders.

    ``now_fen`` is today's figure of them, of which ``done_share`` of paid value is old enough to be what it
    is (0 to 1); ``added_fen``: paid value of those weeks that came to be known since, which nobody could have
    foretold. ``is_rehearsed``: nobody said it then; it is what the data of that day would have told.
    """

    said_date: dt.date
    days: int
    weeks_qty: int
    low_fen: int
    high_fen: int
    now_fen: int
    done_share: float
    added_fen: int
    is_rehearsed: bool = False

    @property
    def is_inside(self) -> bool:
        """Whether today's figure lies within what was said."""
        return self.low_fen <= self.now_fen <= self.high_fen


@dataclass(frozen=True)
class Score:
    """Of ``weeks_qty`` shop × weeks that have come to their end, how many ended within what was said when
    their youngest day was a fortnight old. ``rehearsed_qty`` of them are of before the first build: what the
    data of that day would have told.
    """

    weeks_qty: int
    inside_qty: int
    rehearsed_qty: int = 0


def said_before(viewer: Viewer, days: int = 14) -> Said | None:
    """The newest published forecast at least ``days`` old of the viewer's merchant.

    None when there is none, or nothing of it can be compared.

    Only weeks that were over when it was said take part: an unfinished one is not the same orders today.
    Raises as ``open_desk`` does.
    """
    now, told = _now(viewer), _told(viewer)
    if now.is_empty() or told.is_empty():
        return None
    newest = told.join(now.select(_WEEK), on=_WEEK, how="semi")
    reach = _reach(now)
    old = newest.filter(pl.col("last_date") <= reach - dt.timedelta(days=days))
    then = old.filter(pl.col("build_number") == pl.col("build_number").max())
    then = then.filter(pl.col("last_date") == pl.col("last_date").max().over(SHOP))
    pair = then.join(now, on=_WEEK, how="inner", suffix="_now", validate="1:1").filter(
        pl.col("matured_fen_now").is_not_null()
    )
    if pair.is_empty():
        return None
    row = summed(pair.with_columns(_all=pl.lit(0, pl.Int32)), ["_all"]).row(0, named=True)
    sums = pair.select(
        pl.col("paid_fen", "paid_fen_now", "matured_fen_now", "done_fen").sum(), pl.col("last_date").max()
    ).row(0, named=True)
    return Said(
        sums["last_date"],
        (reach - sums["last_date"]).days,
        pair.height,
        row["matured_low_fen"],
        row["matured_high_fen"],
        sums["matured_fen_now"],
        sums["done_fen"] / sums["paid_fen_now"] if sums["paid_fen_now"] else 1.0,
        sums["paid_fen_now"] - sums["paid_fen"],
        bool(pair["is_rehearsed"].any()),
    )


def score(viewer: Viewer) -> Score:
    """How the forecasts of the weeks that are now over have done. Raises as ``open_desk`` does."""
    now, told = _now(viewer), _told(viewer)
    over = now.filter(pl.col("done_fen") == pl.col("paid_fen"))
    aged = told.filter(pl.col("age_days_qty").is_between(_SCORED_AGE, _SCORED_AGE + 6)).sort("build_number")
    pair = aged.unique(_WEEK, keep="first", maintain_order=True).join(
        over, on=_WEEK, how="inner", suffix="_now", validate="1:1"
    )
    inside = pl.col("matured_fen_now").is_between("matured_low_fen", "matured_high_fen")
    return Score(pair.height, pair.filter(inside).height, int(pair["is_rehearsed"].sum()))


def _now(viewer: Viewer) -> pl.DataFrame:
    """Per shop and week of the current release: ``paid_fen``, ``matured_fen`` (null unless every day has
    one), ``done_fen``, ``reach_date``.
    """
    require(viewer)
    desk = open_desk(viewer)
    rows = desk.sql(f"SELECT * FROM {TABLE.full_name}") if viewer.merchant_id else TABLE.empty()  # noqa: S608 - names are declared
    is_done = pl.col("age_days_qty") > HORIZON
    return rows.group_by(*SHOP, first_date=pl.col("business_date").dt.truncate("1w")).agg(
        pl.col("paid_fen").sum(),
        pl.when(pl.col("matured_fen").is_not_null().all())
        .then(pl.col("matured_fen").sum())
        .alias("matured_fen"),
        done_fen=pl.col("paid_fen").filter(is_done).sum(),
        reach_date=(pl.col("business_date") + pl.duration(days=pl.col("age_days_qty"))).max(),
    )


def _reach(now: pl.DataFrame) -> dt.date:
    found = now["reach_date"].max()
    assert isinstance(found, dt.date)  # noqa: S101 - there are rows, and each has a day
    return found


def _told(viewer: Viewer) -> pl.DataFrame:
    """What published builds said of the merchant's weeks that were over by then, as far as its bounds can be
    summed; ``is_rehearsed``: of a day so long before the build's own that nobody said it then.
    """
    line = judged(viewer.place)
    last = line.current.number if line.current else 0
    builds = [
        item.build for item in line.published if item.number <= last and viewer.merchant_id not in item.holds
    ]
    if viewer.merchant_id is None or not builds:
        return OUTLOOK.empty().with_columns(is_rehearsed=pl.lit(False))
    with Lake.open(viewer.place) as lake:
        rows = lake.read(OUTLOOK, where={"merchant_id": viewer.merchant_id, "build_number": builds})
    newest = pl.col("last_date").max().over("build_number", *SHOP)
    rows = rows.with_columns(is_rehearsed=newest - pl.col("last_date") >= dt.timedelta(days=HORIZON))
    return rows.filter(
        pl.col("last_date") - pl.col("first_date") >= dt.timedelta(days=7),
        pl.col("matured_noise_number").is_not_null(),
    )

"""What moved between two releases of the daily mart, order by order, and by which reason.

Its rows sum to the difference of the two, to the unit.

Every figure of the mart is the sum of what single facts add to it (``mart_shop_channel_daily.ASSET``); a
difference of figures is therefore the sum of differences of orders, and each order moves for one reason, or
for two where its refunds grew while it was told otherwise as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from contracts.canonical import SHOP
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.sales import mart_shop_channel_daily

CELL = [*SHOP, "channel_code", "business_date"]
#: Measures that only grow because money went back later.
_REFUNDS = ("cohort_refund_fen", "dated_refund_fen")
_MOVES = {
    **dict.fromkeys(ORDER, pl.String),
    "channel_code": pl.String,
    "business_date": pl.Date,
    "part": pl.String,
    "moved": pl.Int64,
}
#: What a release moved of one figure, for one reason.
ROWS = {
    **{name: _MOVES[name] for name in CELL},
    **dict.fromkeys(["metric_id", "restatement_code"], pl.String),
    "restated_number": pl.Int64,
    "orders_qty": pl.Int64,
}
Numerators = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Causes:
    """What could have moved orders, all between the two releases (frames of order keys, or of
    ``merchant_id``).

    ``withdrawn``: told by a file that was withdrawn. ``told``: observed otherwise than before, or for the
    first time. ``known``: paid orders of the earlier release. ``sessions``: orders of shops whose sessions
    were told otherwise. ``entered``: code of the reason → orders that hand-entered lists moved by it (rates,
    own accounts); of two the first is named. ``is_made_anew``: all was read and made anew from the raw
    files, which moves what nothing else does.
    """

    withdrawn: pl.DataFrame
    told: pl.DataFrame
    known: pl.DataFrame
    sessions: pl.DataFrame
    entered: Mapping[str, pl.DataFrame]
    is_made_anew: bool = False


@dataclass(frozen=True)
class Facts:
    """Order-line and refund facts of one release (columns of their tables), whole days of both clocks, and
    those days (shop × ``business_date``).
    """

    lines: pl.DataFrame
    refunds: pl.DataFrame
    days: pl.DataFrame = field(repr=False)


def moves(before: Facts, after: Facts, parts: Collection[str]) -> pl.DataFrame:
    """What each order moved in each cell: ``ORDER``, channel, day, ``part`` (a measure of the mart, among
    ``parts``), ``moved`` (never 0).
    """
    key = [*ORDER, "channel_code", "business_date", "part"]
    both = pl.concat([_added(after, parts), _added(before, parts).with_columns(-pl.col("moved"))])
    return both.group_by(key).agg(pl.col("moved").sum()).filter(pl.col("moved") != 0).sort(key)


def _added(facts: Facts, parts: Collection[str]) -> pl.DataFrame:
    """What each order of a release adds to each cell of its days, in the shape of ``moves``."""
    orders = pl.concat(
        [facts.lines.select(*LINE, "order_id"), facts.refunds.select(*LINE, "order_id")]
    ).unique(LINE)
    frames = [pl.DataFrame(schema=_MOVES)]
    told = {fct_order_line.TABLE.name: facts.lines, fct_refund_line.TABLE.name: facts.refunds}
    for frame in mart_shop_channel_daily.ASSET.contributions(told):
        measures = [name for name in parts if name in frame.columns]
        if measures:
            here = frame.join(facts.days, on=facts.days.columns, how="semi").join(
                orders, on=LINE, how="left", validate="m:1"
            )
            frames.append(
                here.unpivot(
                    measures,
                    index=[*ORDER, "channel_code", "business_date"],
                    variable_name="part",
                    value_name="moved",
                )
            )
    return pl.concat(frames)


def reasons(moved: pl.DataFrame, causes: Causes) -> pl.DataFrame:
    """``moved`` with ``restatement_code``.

    An order's refunds that grew while it was told otherwise stand in two rows.
    """

    def among(orders: pl.DataFrame) -> pl.DataFrame:
        return orders.select(ORDER).unique().with_columns(is_here=pl.lit(True))

    whom = {name: getattr(causes, name) for name in ("withdrawn", "told", "known", "sessions")} | dict(
        causes.entered
    )
    named = moved
    for name, orders in whom.items():
        named = named.join(among(orders), on=ORDER, how="left", validate="m:1").rename({"is_here": name})
    named = named.with_columns(pl.col(list(whom)).fill_null(False))
    entered = pl.coalesce(
        *(pl.when(reason).then(pl.lit(reason)) for reason in causes.entered), pl.lit(None, pl.String)
    )
    code = (
        pl.when("withdrawn").then(pl.lit("withdrawn_file"))
        .when(pl.col("told") & ~pl.col("known")).then(pl.lit("new_file"))
        .when("told").then(pl.lit("correction"))
        # what was told of the order is what it was: something beside it moved
        .when(entered.is_not_null()).then(entered)
        .when("sessions").then(pl.lit("correction"))
        .otherwise(pl.lit("made_anew" if causes.is_made_anew else "definition_change"))
    )  # fmt: skip
    coded = named.select(*moved.columns, restatement_code=code)
    return _with_late_refunds(coded)


def _with_late_refunds(coded: pl.DataFrame) -> pl.DataFrame:
    """By how much an order's refunds grew in all is late refund, on the cells they grew in.

    The rest of its moves only shifts them about.
    """
    is_refund = (pl.col("restatement_code") == "correction") & pl.col("part").is_in(_REFUNDS)
    refunds = coded.filter(is_refund).sort(*ORDER, "part", "business_date", "channel_code")
    order = [*ORDER, "part"]
    gain = pl.col("moved").clip(lower_bound=0)
    grown = pl.col("moved").sum().over(order)
    late = (grown - (gain.cum_sum().over(order) - gain)).clip(lower_bound=0)
    split = refunds.with_columns(late=pl.min_horizontal(late, gain))
    rows = [
        coded.filter(~is_refund),
        split.with_columns(moved=pl.col("late"), restatement_code=pl.lit("late_refund")).drop("late"),
        split.with_columns(moved=pl.col("moved") - pl.col("late")).drop("late"),
    ]
    return pl.concat(rows).filter(pl.col("moved") != 0)


def of_no_order(difference: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """What of the ``difference`` of two marts (``CELL``, ``part``, ``moved``) no order ``moved``: the earlier
    one was the sum of other facts, and all was made anew. In the shape of ``reasons``, of no order.
    """
    cell = [*CELL, "part"]
    both = pl.concat([difference.select(*cell, "moved"), moved.select(*cell, -pl.col("moved"))])
    left = both.group_by(cell).agg(pl.col("moved").sum()).filter(pl.col("moved") != 0)
    told = left.with_columns(order_id=pl.lit(None, pl.String), restatement_code=pl.lit("made_anew"))
    return told.select(*moved.columns, "restatement_code")


def ledger(coded: pl.DataFrame, numerators: Numerators) -> pl.DataFrame:
    """Moves of measures as moves of metrics: ``CELL``, ``metric_id``, ``restatement_code``,
    ``restated_number``, ``orders_qty``.

    ``numerators``: metric → measure → coefficient. A figure whose moves cancel out stands and has no row.
    """
    factors = pl.DataFrame(
        [(metric, part, factor) for metric, parts in numerators.items() for part, factor in parts.items()],
        schema={"metric_id": pl.String, "part": pl.String, "factor": pl.Int64},
        orient="row",
    )
    key = [*CELL, "metric_id", "restatement_code"]
    by_order = coded.join(factors, on="part", how="inner").with_columns(
        moved=pl.col("moved") * pl.col("factor")
    )
    by_order = by_order.group_by([*key, "order_id"]).agg(pl.col("moved").sum()).filter(pl.col("moved") != 0)
    return (
        by_order.group_by(key)
        .agg(restated_number=pl.col("moved").sum(), orders_qty=pl.col("order_id").count().cast(pl.Int64))
        .select(list(ROWS))
    )


def redefined(daily: pl.DataFrame, before: Numerators, after: Numerators) -> pl.DataFrame:
    """What other coefficients alone moved in the earlier release's rows of the daily mart, in the shape of
    ``ledger``.
    """
    frames = [pl.DataFrame(schema=ROWS)]
    for metric, parts in after.items():
        old = before.get(metric, parts)
        odd = {
            part: parts.get(part, 0) - old.get(part, 0)
            for part in {*parts, *old}
            if parts.get(part, 0) != old.get(part, 0)
        }
        moved = (
            pl.sum_horizontal(
                pl.col(part) * factor for part, factor in sorted(odd.items()) if part in daily.columns
            )
            if odd
            else pl.lit(0)
        )
        rows = (
            daily.group_by(CELL).agg(restated_number=moved.sum())
            if odd
            else daily.clear().select(*CELL, restated_number=pl.lit(0, pl.Int64))
        )
        said = rows.with_columns(
            metric_id=pl.lit(metric),
            restatement_code=pl.lit("definition_change"),
            orders_qty=pl.lit(0, pl.Int64),
        )
        frames.append(said.select(list(ROWS)))
    return pl.concat(frames)


def standing_left_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``ledger`` and ``redefined`` together, each figure and reason once, without reasons that moved
    nothing and figures that stand.
    """
    key = [*CELL, "metric_id", "restatement_code"]
    whole = (
        rows.group_by(key)
        .agg(pl.col("restated_number", "orders_qty").sum())
        .filter(pl.col("restated_number") != 0)
    )
    return (
        whole.filter(pl.col("restated_number").sum().over([*CELL, "metric_id"]) != 0)
        .select(list(ROWS))
        .sort(key)
    )

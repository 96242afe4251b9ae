"""How far a shop's data reach: ages are counted to here, not to the clock on the wall."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Choices, Derived, Slices

TABLE = Table(
    "gold",
    "dim_observed",
    "数据截至",
    "observed until",
    "One shop that gave anything: the day of its newest observation, the day to which what comes back was "
    "observed, up to which day of "
    "finishing an order is past the return window by then, and how many units make a style a hit.",
    key=SHOP,
    required=("observed_date",),
    optional=("returns_date", "final_until_date", "hit_units_qty"),
)


#: A kind of a shop's files, one of them, and the verdicts of those that published something or might have.
OF_KIND = [*SHOP, "kind_code"]
GIVEN = ["export_id", *OF_KIND]
COUNTING = ["accepted", "warned", "duplicate"]
#: To where what comes back is known; releases from before it was told apart went by the newest observation.
RETURNS_UNTIL = "coalesce(returns_date, observed_date)"
#: Kinds of files that tell what became of orders, that tell what came back and nothing else, and whose money
#: moves when it does. Many an order file does not say when it was made and reaches no further than its newest
#: row; a list of products, advertising or sessions says nothing of refunds.
_ORDERS = ("orders", "order_heads", "order_items", "trades")
_RETURNS = ("after_sales", "refunds")
_MONEY = ("settlements", "funds")
#: Who gave after-sales apart, and then gave orders for longer than this without them, has stopped: nobody
#: looks at what comes back.
_STOPPED_AFTER = pl.duration(days=3)


def build(exports: pl.DataFrame, return_window_days: int, hit_units: int) -> pl.DataFrame:
    """``exports`` are the files and API bodies that count: ``SHOP, kind_code, observed_at, received_at``.

    The day of the newest observation is not over: no window ends on it.
    """
    kind = pl.col("kind_code").str.strip_prefix("mapped_")
    orders = kind.is_in(_ORDERS)
    returns = kind.is_in(_RETURNS)
    telling = kind.is_in([*_ORDERS, *_RETURNS, *_MONEY])
    newest = exports.group_by(SHOP).agg(
        any=pl.col("observed_at").max(),
        telling=pl.col("observed_at").filter(telling).max(),
        returns=pl.col("observed_at").filter(returns).max(),
        is_stopped=pl.col("received_at").filter(orders).max() - pl.col("received_at").filter(returns).max()
        > _STOPPED_AFTER,
    )
    known = (
        pl.when(pl.col("is_stopped").fill_null(False))
        .then(pl.min_horizontal("telling", "returns"))
        .otherwise(pl.coalesce("telling", "any"))
    )
    rows = newest.select(*SHOP, observed_date=pl.col("any").dt.date(), returns_date=known.dt.date()).sort(
        SHOP
    )
    final = pl.col("returns_date") - pl.duration(days=return_window_days + 1)
    return TABLE.shape(rows.with_columns(final_until_date=final, hit_units_qty=pl.lit(hit_units, pl.Int64)))


def _made(of: Slices) -> pl.DataFrame:
    """Of what published something or might have, and of what an API was asked up to: it may have had nothing
    to tell.
    """
    moments = ["observed_at", "received_at"]
    took = of.read("ops.load", where={"verdict_code": COUNTING}, columns=GIVEN)
    given = of.read("ops.export", where={"withdrawn_at": None}, columns=[*GIVEN, *moments])
    given = given.join(took, on=GIVEN, how="semi")
    asked = of.read("ops.cursor", columns=[*OF_KIND, "covered_until_at"])
    asked = asked.with_columns(pl.col("covered_until_at").alias(name) for name in moments)
    exports = pl.concat([frame.select(*OF_KIND, *moments) for frame in (given, asked)])
    return build(exports, of.choices.return_window_days, of.choices.hit_units)


def _is_stale(chosen: Choices) -> str:
    final = f"final_until_date <> returns_date - {chosen.return_window_days + 1}"
    return f"hit_units_qty <> {chosen.hit_units} OR {final}"


ASSET = Derived(TABLE, _made, reads=("ops.load", "ops.cursor"), beside=("ops.export",), is_stale=_is_stale)

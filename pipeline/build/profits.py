"""Cost facts, by whole days: rebuilt for days whose orders, refunds, settlement entries or entered costs
moved.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.cost_fields import SAME_COST
from pipeline.build.engine import Change
from pipeline.build.merging import ENTRY
from pipeline.build.slices import rewrite
from transforms.costing import Costs, lump_days
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.orders import fct_order_line
from transforms.gold.profit import fct_line_cost
from warehouse import entries, registry, release
from warehouse.lake import Lake
from warehouse.ops import FIXED_COST, UNIT_COST

DAY = [*SHOP, "business_date"]
_DAYS = {**dict.fromkeys(SHOP, pl.String), "business_date": pl.Date}
_ABOUT = ["merchant_id", "shop_id", "sku_code", "style_code", "valid_from_date"]
_FACTS, _LINES, _ENTRIES = fct_line_cost.TABLE, fct_order_line.TABLE, fct_settlement_entry.TABLE


def known_costs(lake: Lake) -> Costs:
    """Everything merchants have entered."""
    return Costs(entries.read(lake, UNIT_COST), entries.read(lake, FIXED_COST))


def rebuild(lake: Lake, days: pl.DataFrame, costs: Costs) -> dict[str, Change]:
    """Bring the cost facts of ``days`` (columns ``DAY``) up to date with the order and ledger facts that
    stand; what that changed.
    """
    if days.is_empty() or (costs.is_empty and not lake.may_hold_rows(_FACTS)):
        return {}
    costed = days.rename({"business_date": "paid_date"}).join(
        costs.goods.select("merchant_id").unique(), on="merchant_id", how="semi"
    )
    lines = lake.read(_LINES, keys=costed, columns=fct_line_cost.FROM_LINES)
    entries = lake.read(_ENTRIES, keys=costed)
    lumps = fct_line_cost.build_lumps(costs, days.select(SHOP).unique()).join(days, on=DAY, how="semi")
    change = Change(
        lake.read(_FACTS, keys=days), pl.concat([fct_line_cost.build(lines, entries, costs), lumps])
    )
    rewrite(lake, _FACTS, *change, by=DAY)
    return {_FACTS.name: change}


def moved_days(lake: Lake, lines: pl.DataFrame, before: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Days (``DAY``) on which touched ``lines`` were or are paid, those of ``before``, and those the
    settlement entries ``entries`` (``ENTRY``) are about.
    """
    return pl.concat([_days_of(lines), before, days_of_entries(lake, entries)]).unique()


def days_of_entries(lake: Lake, entries: pl.DataFrame) -> pl.DataFrame:
    """The payment days that the facts of ``entries`` (columns ``ENTRY``) are about, as they stand."""
    return _days_of(lake.read(_ENTRIES, keys=entries.select(ENTRY), columns=[*SHOP, "paid_date"]))


def moved_by_costs(lake: Lake, costs: Costs, *, whole: bool) -> pl.DataFrame:
    """Days (``DAY``) that costs entered since the last judged build reach.

    ``whole``: that any entered cost reaches.
    """
    if costs.is_empty:
        return pl.DataFrame(schema=_DAYS)
    seen = Costs(costs.goods.clear(), costs.others.clear())
    judged = release.releases(lake)
    if judged and not whole:
        with Lake.open(lake.place, snapshot=judged[-1].snapshot) as then:
            seen = known_costs(then)
    key = ["merchant_id", "event_number"]
    goods = costs.goods.join(seen.goods, on=key, how="anti")
    others = costs.others.join(seen.others, on=key, how="anti")
    # what is said anew of a cost charged once moves the days it was charged to before, too
    again = costs.others.join(others, on=list(SAME_COST), how="semi", nulls_equal=True)
    lumps = lump_days(again).join(
        registry.shops(lake).select(SHOP), on=["merchant_id", "shop_id"], how="inner", validate="m:1"
    )
    return pl.concat(
        [lumps.select(DAY), _days_of_lines(lake, goods, others.filter(pl.col("cost_basis_code") != "once"))]
    ).unique()


def _days_of_lines(lake: Lake, goods: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """Payment days of the lines that unit costs, and costs of every unit or order, are about."""
    if not lake.may_hold_rows(_LINES):
        return pl.DataFrame(schema=_DAYS)
    about = pl.concat(
        [goods.select(_ABOUT), rates.with_columns(sku_code=None, style_code=None).select(_ABOUT)]
    )
    wide = (
        about.filter(pl.col("shop_id").is_null())
        .drop("shop_id")
        .join(registry.shops(lake).select("merchant_id", "shop_id"), on="merchant_id")
    )
    about = (
        pl.concat([about.filter(pl.col("shop_id").is_not_null()), wide.select(_ABOUT)])
        .group_by(_ABOUT[:-1])
        .agg(pl.col("valid_from_date").min())
    )
    query = """
        SELECT DISTINCT l.merchant_id, l.shop_id, l.platform_code, l.paid_date AS business_date
            FROM gold.fct_order_line AS l JOIN _about AS a
        ON a.merchant_id = l.merchant_id AND a.shop_id = l.shop_id AND l.paid_date >= a.valid_from_date
            AND """
    which = (
        "a.sku_code = l.sku_code",
        "a.style_code = l.style_code",
        "a.sku_code IS NULL AND a.style_code IS NULL",
    )
    return lake.sql(" UNION ".join(query + goods for goods in which), _about=about)


def _days_of(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.select(*SHOP, business_date="paid_date").drop_nulls().unique()

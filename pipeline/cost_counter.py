"""Costs at the counter: their list, and what is in force."""

from __future__ import annotations

from functools import partial

import polars as pl

from metrics.access import Viewer
from pipeline.costing import COST_LIST
from pipeline.house import reading
from pipeline.list_counter import enter_list, list_problem, list_template, merchant_of, preview_list, settings_of
from transforms.costing import goods_in_force, others_in_force
from warehouse.costs import fixed_costs, unit_costs

cost_template = partial(list_template, COST_LIST)
cost_problem = partial(list_problem, COST_LIST)
preview_costs = partial(preview_list, COST_LIST)
enter_costs = partial(enter_list, COST_LIST)


def costs_in_force(viewer: Viewer) -> pl.DataFrame:
    """The entries of the viewer's merchant that count, newest first: kind, basis, shop, of what, ``fen``, days, who and when."""
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        goods, others = goods_in_force(unit_costs(lake, merchant_id)), others_in_force(fixed_costs(lake, merchant_id))
    named = goods.with_columns(cost_kind_code=pl.lit("goods"), cost_basis_code=pl.lit("per_unit")).rename({"unit_cost_fen": "fen"})
    return pl.concat([named, others.rename({"cost_amount_fen": "fen"})], how="diagonal").sort("changed_at", "event_number", descending=True)

"""Costs at the counter: the template, a list compared with what is in force before anything is written, and taking it over."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError
from metrics.access import Viewer, require
from pipeline import costing, deliveries
from pipeline.costing import RULES, CostProblem
from pipeline.deliveries import Delivery
from pipeline.house import reading
from transforms.costing import goods_in_force, others_in_force
from warehouse import registry
from warehouse.costs import compare, fixed_costs, last_entry, unit_costs
from warehouse.settings import Settings

#: What a list would do to each entry, in the order in which a page tells it; the first three change something.
CHANGES = {
    "changed": ("更改", "changed"),
    "taken_back": ("撤销", "taken back"),
    "new": ("新增", "new"),
    "same": ("不变", "same"),
    "nothing": ("没有可撤", "not there"),
}


@dataclass(frozen=True)
class CostPreview:
    """A list nobody has entered yet. With ``problems`` it cannot be; else ``changes`` holds what each of its rows would change (``warehouse.costs.compare``).

    ``seen`` goes back with the confirmation, so that what was confirmed is what happens.
    """

    problems: tuple[CostProblem, ...]
    changes: pl.DataFrame
    seen: tuple[int, int]

    def count(self, code: str) -> int:
        """How many rows are of this code of ``CHANGES``."""
        return self.changes.filter(pl.col("verdict_code") == code).height if self.changes.width else 0


def cost_template() -> bytes:
    """The list to fill in, with examples; the mark in front tells Excel its encoding."""
    return ("\ufeff" + costing.template()).encode()


def cost_problem(problem: CostProblem) -> tuple[str, str, str, str]:
    """What is wrong and what to do, each in Chinese and English."""
    return RULES[problem.rule]


def preview_costs(viewer: Viewer, name: str, data: bytes) -> CostPreview:
    """A list of the viewer's merchant as it would be taken over. Changes nothing. Raises ``FileRefusedError`` COST_FILE for another kind of table."""
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        shops = set(registry.shops(lake, merchant_id)["shop_id"])
        listed = costing.judge_costs(name, data, shops)
        seen = last_entry(lake, merchant_id)
        changes = pl.DataFrame() if listed.problems else compare(lake, merchant_id, listed.goods, listed.others)
    return CostPreview(listed.problems, changes, seen)


def enter_costs(viewer: Viewer, name: str, data: bytes, seen: tuple[int, int]) -> Delivery:
    """Take a previewed list over, build and release, in the background. The outcome raises ``UsageError`` COSTS_MOVED when costs were entered since."""
    return deliveries.enter_costs(settings_of(viewer), merchant_of(viewer), name, data, by=viewer.name, seen=seen)


def costs_in_force(viewer: Viewer) -> pl.DataFrame:
    """The entries of the viewer's merchant that count, newest first: kind, basis, shop, of what, ``fen``, days, who and when."""
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        goods, others = goods_in_force(unit_costs(lake, merchant_id)), others_in_force(fixed_costs(lake, merchant_id))
    named = goods.with_columns(cost_kind_code=pl.lit("goods"), cost_basis_code=pl.lit("per_unit")).rename({"unit_cost_fen": "fen"})
    return pl.concat([named, others.rename({"cost_amount_fen": "fen"})], how="diagonal").sort("changed_at", "event_number", descending=True)


def merchant_of(viewer: Viewer) -> str:
    """The merchant whose data the viewer may give. The association has no such page, nor has an operator who named no merchant."""
    require(viewer)
    if viewer.merchant_id is None or viewer.role == "association":
        raise NotFoundError("NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview")
    return viewer.merchant_id


def settings_of(viewer: Viewer) -> Settings:
    """This installation's choices, at the viewer's place."""
    place = viewer.place
    return Settings(home=place.home, catalog=place.catalog, data=place.data)

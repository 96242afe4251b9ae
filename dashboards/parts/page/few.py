"""Too few orders to say what will stay of them: said wherever such a figure would stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.parts.page.language import pick
from dashboards.parts.page.money import count_orders
from metrics.query.ages import MATURE_DAYS
from metrics.reports.staying.headline import FEW_ORDERS


def is_few(row: Mapping[str, Any]) -> bool:
    """Whether ``row``, with ``orders`` and ``age_days_qty``, is of some, but too few, that may still come
    back.
    """
    return 0 < (row["orders"] or 0) < FEW_ORDERS and (row["age_days_qty"] or 0) <= MATURE_DAYS


def few_words(orders: int) -> str:
    """``只有 7 单，不到 20 单不估``."""
    return pick(
        f"只有 {orders} 单，不到 {FEW_ORDERS} 单不估",
        f"only {count_orders(orders)} (under {FEW_ORDERS})",
    )


def few_sentence(orders: int) -> str:
    """The same of a whole period, and what its figure will do."""
    return pick(
        f"只有 {orders} 单，不到 {FEW_ORDERS} 单不估最后留下多少；现在的数还会降。",
        f"Only {count_orders(orders)}: under {FEW_ORDERS} there is no estimate of what will stay, and this "
        "figure will go down.",
    )

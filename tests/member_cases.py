"""The small district of ``association_cases`` as an installation: its owners' merchants with the order lines
that their contributions are made of, released, all of them members.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from association_cases import AT, MONTHS, contributions
from fact_cases import Row, facts, line

from transforms.gold import gold_tables
from warehouse import registry, release
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.registry import Merchant
from warehouse.settings import Settings

_WORDS = {
    "dress": "法式连衣裙", "skirt": "高腰半身裙", "t_shirt": "短袖T恤", "shirt": "真丝衬衫",
    "jeans": "直筒牛仔裤", "s": "S", "m": "M", "l": "L", "black": "黑色", "white": "白色", "red": "红色",
    "south": "广东省", "east": "浙江省",
}  # fmt: skip


def make_members(settings: Settings, months: Iterable[str] = MONTHS, *, more: Iterable[Row] = ()) -> None:
    """Thirty members from the first of ``months`` on, and their lines; ``more`` lines beside them."""
    rows = contributions(months)
    names = dict(rows.select("merchant_id", "owner_id").unique(maintain_order=True).iter_rows())
    first = dt.date.fromisoformat(f"{min(months)}-01")
    with Lake.open(settings.place, write=True) as lake:
        lake.ensure([*OPS.values(), *gold_tables().values()])
        registry.add_owners(lake, dict.fromkeys(names.values(), "老板"), at=AT)
        registry.add_merchants(lake, [Merchant(name, name, owner) for name, owner in names.items()], at=AT)
        for name in names:
            registry.join(lake, name, first, at=AT)
        lake.append(
            gold_tables()["fct_order_line"],
            facts("fct_order_line", [*map(_line, rows.iter_rows(named=True)), *more]),
        )
        number = release.begin_build(lake, at=AT)
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=AT)


def sold(month: str, merchant: str, **told: object) -> Row:
    """A line of ``merchant`` in the middle of ``month``."""
    return line(dt.date.fromisoformat(f"{month}-15"), merchant_id=merchant, shop_id=merchant, **told)


def _line(row: dict[str, Any]) -> Row:
    paid = int(row["kept_fen"]) + int(row["refund_fen"])
    words = {
        cut: _WORDS[str(row[cut])] for cut in ("category_code", "size_code", "colour_code", "region_code")
    }
    return sold(
        str(row["business_month"]),
        str(row["merchant_id"]),
        platform_code=row["platform_code"],
        channel_code=row["channel_code"],
        product_name=words["category_code"],
        size_name=words["size_code"],
        color_name=words["colour_code"],
        province_name=words["region_code"],
        paid_fen=paid,
        cohort_refund_fen=row["refund_fen"],
    )

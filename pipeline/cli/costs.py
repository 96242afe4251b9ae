"""``baiyun costs``: what a merchant's goods, parcels, slots and samples cost."""

from __future__ import annotations

import polars as pl
import typer

from contracts.codes import COST_BASIS, COST_KIND
from metrics.notes import amount
from pipeline.cli.listing import list_group
from pipeline.cli.words import Merchant
from pipeline.costing import COST_LIST
from pipeline.house import reading
from pipeline.terminal import print_table
from transforms.costing import goods_in_force, others_in_force
from warehouse.costs import fixed_costs, unit_costs
from warehouse.settings import Settings

_OF = ("sku_code", "style_code", "creator_id", "live_session_id")

app = list_group(COST_LIST, "成本:模板、导入、列表 / costs: template, import, list", (";店铺空着表示全部店铺", "; a blank shop means all shops"))


@app.command("list")
def list_costs(merchant: Merchant) -> None:
    """一个商家现在有效的成本 / the costs of a merchant that are in force."""
    with reading(Settings()) as lake:
        goods, others = goods_in_force(unit_costs(lake, merchant)), others_in_force(fixed_costs(lake, merchant))
    rows = [*_rows(goods.with_columns(cost_kind_code=pl.lit("goods"), cost_basis_code=pl.lit("per_unit"))), *_rows(others)]
    if rows:
        print_table("", ["项目 / kind", "店铺 / shop", "对象 / of", "计费 / charged", "元 / CNY", "生效 / from", "结束 / until", "经手 / by"], rows)
    else:
        typer.echo("还没有成本 / no costs yet → baiyun costs template")


def _rows(entries: pl.DataFrame) -> list[tuple[str, ...]]:
    """Entered costs in words, in order of entry; what of an entry its table has no column for is left blank."""
    return [
        (
            " / ".join(COST_KIND.labels[row["cost_kind_code"]]),
            row["shop_id"] or "全部 / all",
            next((row[name] for name in _OF if row.get(name)), ""),
            " / ".join(COST_BASIS.labels[row["cost_basis_code"]]),
            amount(row["unit_cost_fen"] if "unit_cost_fen" in row else row["cost_amount_fen"]),
            str(row["valid_from_date"]),
            str(row.get("valid_until_date") or ""),
            f"{row['received_by_name']} {row['changed_at']:%Y-%m-%d}",
        )
        for row in entries.iter_rows(named=True)
    ]

"""``baiyun stock``: goods a shop received and counted."""

from __future__ import annotations

import typer

from contracts.codes import STOCK_KIND
from pipeline.cli.listing import list_group
from pipeline.cli.words import Merchant
from pipeline.house import reading
from pipeline.stocking import STOCK_LIST
from pipeline.terminal import print_table
from transforms.stock import entries_in_force
from warehouse.settings import Settings
from warehouse.stock import stock_entries

app = list_group(STOCK_LIST, "库存:到货和盘点的模板、导入、列表 / stock received and counted: template, import, list")


@app.command("list")
def list_stock(merchant: Merchant) -> None:
    """一个商家现在有效的到货和盘点 / the goods received and counted of a merchant that are in force."""
    with reading(Settings()) as lake:
        listed = entries_in_force(stock_entries(lake, merchant))
    rows = [
        (
            " / ".join(STOCK_KIND.labels[row["stock_kind_code"]]),
            row["shop_id"],
            row["sku_code"],
            str(row["stock_date"]),
            f"{row['entered_qty']:,}",
            f"{row['received_by_name']} {row['changed_at']:%Y-%m-%d}",
        )
        for row in listed.iter_rows(named=True)
    ]
    if rows:
        print_table("", ["项目 / kind", "店铺 / shop", "商家编码 / SKU", "日期 / day", "件数 / units", "经手 / by"], rows)
    else:
        typer.echo("还没有到货和盘点 / nothing received or counted yet → baiyun stock template")

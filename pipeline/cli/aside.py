"""``baiyun aside``: orders a merchant sets aside, such as brushing and samples. Both figures are kept: with them and without."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from pipeline.aside import import_aside, template
from pipeline.cli.words import Merchant, group
from pipeline.house import reading
from pipeline.terminal import print_table
from warehouse.aside import aside_orders
from warehouse.settings import Settings

app = group("剔除名单(刷单、寄样):模板、导入、列表 / orders set aside (brushing, samples): template, import, list")


@app.command("template")
def print_template() -> None:
    """名单的模板(CSV,带例子) / the list to fill in, with examples."""
    typer.echo("\ufeff" + template(), nl=False)  # without the mark Excel takes it for GBK


@app.command("import")
def import_file(path: Annotated[Path, typer.Argument(help="CSV,列同模板 / CSV as the template", exists=True, dir_okay=False)], merchant: Merchant) -> None:
    """导入名单;有一行不对就整份拒收 / take over a list; one wrong row refuses it whole."""
    changed = import_aside(Settings(), merchant, path, by=getpass.getuser())
    typer.echo(f"新增或更改 {changed} 个订单 / {changed} orders new or changed → 运行 baiyun build / run `baiyun build`")


@app.command("list")
def list_aside(merchant: Merchant) -> None:
    """一个商家现在剔除的订单 / the orders a merchant has set aside."""
    with reading(Settings()) as lake:
        listed = aside_orders(lake, merchant)
    rows = [
        (row["shop_id"], row["order_id"], row["reason_name"], f"{row['received_by_name']} {row['changed_at']:%Y-%m-%d}") for row in listed.iter_rows(named=True)
    ]
    if rows:
        print_table("", ["店铺 / shop", "订单 / order", "原因 / why", "经手 / by"], rows)
    else:
        typer.echo("名单是空的 / no order is set aside → baiyun aside template")

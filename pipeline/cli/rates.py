"""``baiyun rates``: daily exchange rates of foreign shops."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.words import group, read_day
from pipeline.exchange import forget_rate, import_rates
from pipeline.house import reading
from warehouse import rates
from warehouse.settings import Settings

app = group("汇率:导入、列表 / exchange rates: import, list")


@app.command("import")
def import_file(
    path: Annotated[Path, typer.Argument(help="CSV: date,currency,rate(一单位外币合多少元 / yuan for one unit)", exists=True, dir_okay=False)],
) -> None:
    """导入每日汇率;等汇率的订单在下一次构建时入账 / take over daily rates; orders that waited for them are converted by the next build."""
    changed = import_rates(Settings(), path)
    typer.echo(f"新增或更改 {changed} 条汇率 / {changed} rates new or changed → 运行 baiyun build / run `baiyun build`")


@app.command()
def forget(
    day: Annotated[str, typer.Argument(help="日期 YYYY-MM-DD / day")],
    currency: Annotated[str, typer.Argument(help="币种,如 USD / currency")],
) -> None:
    """收回一条汇率;按它折算的订单在下一次构建时改为等汇率 / take a rate back; by the next build the orders converted by it wait for another."""
    forget_rate(Settings(), read_day(day), currency)
    typer.echo("已收回 / taken back → 运行 baiyun build / run `baiyun build`")


@app.command("list")
def list_rates() -> None:
    """全部汇率 / every rate."""
    with reading(Settings()) as lake:
        found = rates.rates(lake)
    for day, currency, number in found.select("rate_date", "currency_code", "cny_e8_number").iter_rows():
        typer.echo(f"{day}  1 {currency} = {Decimal(number) / 100_000_000} CNY")
    if found.is_empty():
        typer.echo("还没有汇率 / no rates yet")

"""The commands every list a merchant fills in has: its template, and taking it over."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from pipeline.cli.words import Merchant, group
from pipeline.entering import ListKind, import_list, known_shops, never_sold
from pipeline.house import reading
from warehouse.entries import compare
from warehouse.settings import Settings

_Path = Annotated[Path, typer.Argument(help="CSV 或 Excel,列同模板 / CSV or a workbook, as the template", exists=True, dir_okay=False)]


def list_group(kind: ListKind, title: str, hint: tuple[str, str] = ("", "")) -> typer.Typer:
    """A group of commands with ``template`` and ``import`` of ``kind``; ``hint`` is said beside the template."""
    app = group(title)

    @app.command("template", help=f"{kind.zh}表的模板(CSV,带例子){hint[0]} / the list to fill in, with examples{hint[1]}")
    def print_template() -> None:
        typer.echo("\ufeff" + kind.template(), nl=False)  # without the mark Excel takes it for GBK

    @app.command("import", help=f"导入{kind.zh}表;有一行不对就整份拒收 / take over a list of {kind.en}; one wrong row refuses it whole")
    def import_file(path: _Path, merchant: Merchant) -> None:
        settings = Settings()
        with reading(settings) as lake:
            given = kind.read_path(path, known_shops(lake, merchant))
            replaced = compare(lake, kind.books, merchant, given).filter(pl.col("verdict_code").is_in(["changed", "taken_back"])).height
            strange = never_sold(lake, merchant, given)
        changed = import_list(kind, settings, merchant, path, by=getpass.getuser())
        told = f",其中 {replaced} 条换掉了原来的 / {replaced} of them replaced others" if replaced else ""
        typer.echo(f"新增或更改 {changed} 条{kind.zh} / {changed} entries of {kind.en} new or changed{told} → 运行 baiyun build / run `baiyun build`")
        if strange:
            typer.echo(
                f"其中 {strange} 行的编码没有出现在任何订单里:还没卖过,或者写错了 / codes of {strange} rows stand in no order: not sold yet, or mistyped"
            )

    return app

"""``baiyun files``: what a merchant gave, and taking one of them back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from cli import show
from cli.words import DONE, HELD, Json, Merchant, group, looking_as
from pipeline import steps
from warehouse.settings import Settings

_LISTED = 10_000

app = group("已收文件:列表、撤回 / files received: list, withdraw")


@app.command("list")
def list_files(merchant: Merchant, as_json: Json = False) -> None:
    """一个商家交来的文件,新的在前 / the files of a merchant, newest first."""
    from metrics.reports.health import receipts

    show.files(receipts(looking_as(merchant), source="file", limit=_LISTED), as_json=as_json)


@app.command("withdraw")
def withdraw(
    export: Annotated[str, typer.Argument(help="文件编号(可只写前几位) / file id or its beginning")],
    merchant: Merchant,
    shop: Annotated[
        str,
        typer.Option(
            "--shop",
            "-s",
            help="同一文件给过几家店时,指哪一家 / which shop, where several were given the same file",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """撤回一个文件:它的行不再计入,店铺用其余文件重算;再次导入就恢复 / take one file back: its shop is made
    anew from all the others.
    """
    with show.progress(quiet=as_json) as say:
        done = steps.withdraw(Settings(), merchant, export, shop_id=shop, by=getpass.getuser(), say=say)
    show.ingested(done, as_json=as_json)
    raise typer.Exit(HELD if done.held else DONE)

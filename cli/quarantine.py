"""``baiyun quarantine``: rows that did not fit, why, and trying them again."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from cli import show
from cli.shown.releases import released
from cli.words import HELD, Json, Merchant, group, looking_as
from contracts.errors import NotFoundError
from pipeline import steps
from pipeline.house import reading
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import LOAD, QUARANTINE
from warehouse.settings import Settings

app = group("隔离行:列表、原行、重新判定 / quarantined rows: list, show, re-judge")


@app.command("list")
def list_quarantine(
    merchant: Annotated[
        str, typer.Option("--merchant", "-m", help="商家编号,默认全部 / merchant, default all")
    ] = "",
    as_json: Json = False,
) -> None:
    """各文件的隔离行数,按规则 / quarantined rows by file and rule."""
    with reading(Settings()) as lake:
        if merchant:
            registry.require_merchant(lake, merchant)
        rows = lake.read(QUARANTINE, where={"merchant_id": merchant} if merchant else None)
        exports = lake.read(LOAD, columns=["export_id", "shop_id", "loaded_at"])
        names = show.export_names(lake)
    show.quarantine_list(rows, exports, names, as_json=as_json)


@app.command("show")
def show_quarantine(
    export: Annotated[str, typer.Argument(help="文件指纹(可只写前几位) / export id or its beginning")],
    as_json: Json = False,
) -> None:
    """一个文件的隔离行:行号、列、原值、下一步 / a file's quarantined rows: row, column, cell, next step."""
    with reading(Settings()) as lake:
        show.quarantine_rows(
            lake.read(QUARANTINE, where={"export_id": _export_ids(lake, export)}),
            show.export_names(lake),
            as_json=as_json,
        )


@app.command("rejudge")
def rejudge(
    export: Annotated[str, typer.Argument(help="文件指纹(可只写前几位) / export id or its beginning")],
) -> None:
    """修正后重新判定隔离行,通过的行随即发布 / try a file's quarantined rows again and release those that
    pass.
    """
    settings = Settings()
    with reading(settings) as lake:
        ids = _export_ids(lake, export)
    with show.progress() as say:
        built, release = steps.build_and_release(settings, run_name="rejudge", rejudge=ids, say=say)
    show.receipts(built.receipts)
    released(built, release)
    if release.holds:
        raise typer.Exit(HELD)


@app.command("confirm")
def confirm(
    export: Annotated[str, typer.Argument(help="文件指纹(可只写前几位) / export id or its beginning")],
    merchant: Merchant,
    shop: Annotated[str, typer.Option("--shop", "-s", help="店铺编号 / shop")] = "",
    row: Annotated[
        list[int] | None,
        typer.Option(
            help="行号,可多次;不写就是这个文件里等人确认的所有行 / row, repeatable; default all that wait"
        ),
    ] = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="撤销确认,这些行不再计入 / take the confirmation back")
    ] = False,
    as_json: Json = False,
) -> None:
    """确认金额或件数异常的行无误(记下谁、何时),随即计入;可撤销 / confirm rows held for absurd figures (who
    and when is kept); they count from then on.
    """
    settings = Settings()
    with show.progress(quiet=as_json) as say:
        done = steps.confirm(
            settings,
            merchant,
            export,
            row or (),
            shop_id=shop,
            by=getpass.getuser(),
            is_in_force=not revoke,
            say=say,
        )
    show.ingested(done, as_json=as_json)
    if done.held:
        raise typer.Exit(HELD)


@app.command("lines")
def list_lines(merchant: Merchant, as_json: Json = False) -> None:
    """已计入、但大得异常、等人确认的行 / lines that count, are marked as absurdly large, and wait for a
    person.
    """
    from metrics.reports.health import outliers

    show.outliers(outliers(looking_as(merchant)), as_json=as_json)


@app.command("confirm-line")
def confirm_line(
    line: Annotated[str, typer.Argument(help="子订单号 / order line id", metavar="LINE")],
    merchant: Merchant,
    shop: Annotated[str, typer.Option("--shop", "-s", help="店铺编号 / shop")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="撤销确认 / take the confirmation back")] = False,
    as_json: Json = False,
) -> None:
    """确认异常大的一行无误(记下谁、何时),标记随即去掉 / confirm a marked line (who and when is kept): its
    mark comes off.
    """
    with show.progress(quiet=as_json) as say:
        done = steps.confirm_line(
            Settings(), merchant, line, shop_id=shop, by=getpass.getuser(), is_in_force=not revoke, say=say
        )
    show.ingested(done, as_json=as_json)
    if done.held:
        raise typer.Exit(HELD)


def _export_ids(lake: Lake, beginning: str) -> list[str]:
    found = [
        name
        for name in lake.read(QUARANTINE, columns=["export_id"])["export_id"].unique()
        if name.startswith(beginning)
    ]
    if not beginning or not found:
        raise NotFoundError(
            "NO_SUCH_EXPORT", "没有这个文件的隔离行", "no quarantined rows of such a file", export=beginning
        )
    return found

"""``baiyun releases``: what was judged, what the dashboards read, and holding them on an older release."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from cli.shown import changes as shown_changes
from cli.shown import releases as shown_releases
from cli.words import Json, group
from contracts.errors import NotFoundError
from metrics.query.released import choose, open_release
from pipeline import steps
from pipeline.house import reading, writing
from pipeline.release import verifying
from warehouse import release as releasing
from warehouse.ops import CHECK, RESTATEMENT
from warehouse.settings import Settings

app = group("发布:列表、详情、变动、固定、取消固定 / releases: list, show, changes, pin, unpin")


@app.command("list")
def list_releases(as_json: Json = False) -> None:
    """全部发布,新的在后 / every release, newest last."""
    with reading(Settings()) as lake:
        shown_releases.releases(releasing.releases(lake), releasing.current(lake), as_json=as_json)


@app.command("show")
def show_release(number: int, as_json: Json = False) -> None:
    """一个发布:快照、状态、每条检查 / one release: snapshot, status, every check."""
    with reading(Settings()) as lake:
        found = next((item for item in releasing.releases(lake) if item.number == number), None)
        if found is None:
            raise NotFoundError("NO_SUCH_RELEASE", "没有这个发布", "no such release", release=number)
        checks = lake.read(CHECK, where={"build_number": found.build})
    shown_releases.release(found, checks, as_json=as_json)


@app.command("changes")
def show_changes(
    number: Annotated[
        int | None, typer.Argument(help="发布号,默认当前 / release number, default the current one")
    ] = None,
    as_json: Json = False,
) -> None:
    """一个发布改动了哪些已发布的数字、各多少、为什么 / which published figures a release moved, by how much,
    and why.
    """
    with reading(Settings()) as lake:
        published = [item for item in releasing.releases(lake) if item.status == releasing.PUBLISHED]
        current = releasing.current(lake)
        wanted = number if number is not None else current.number if current else None
        place = next((place for place, item in enumerate(published) if item.number == wanted), None)
        if place is None:
            raise NotFoundError(
                "NO_SUCH_RELEASE", "没有这个已发布的版本", "no such published release", release=wanted
            )
        rows = lake.read(RESTATEMENT, where={"release_number": published[place].number}).sort(RESTATEMENT.key)
    shown_changes.restated(
        published[place].number, published[place - 1].number if place else None, rows, as_json=as_json
    )


@app.command("suites")
def export_suites(
    folder: Annotated[Path, typer.Argument(help="放到哪个文件夹 / folder to write to", metavar="DIR")],
    with_rows: Annotated[
        bool,
        typer.Option("--rows", help="连同数据,一个 DuckDB 文件 / with the rows, as a DuckDB file"),
    ] = False,
) -> None:
    """把当前发布的检查导出成 Great Expectations 的 JSON / checks of the current release as Great
    Expectations' JSON.
    """
    written = verifying.export_suites(Settings(), folder, with_rows=with_rows)
    typer.echo(f"写好 {len(written)} 个文件 / {len(written)} files written → {folder}")


@app.command("pin")
def pin_release(number: int) -> None:
    """把看板固定在一个旧发布上 / hold the dashboards on an older release."""
    settings = Settings()
    open_release(
        settings.place, choose(settings.place, number, merchant_id=None)
    ).close()  # what is past retention would leave every page without figures
    with writing(settings) as lake:
        releasing.pin(lake, number, at=steps.now(), by=getpass.getuser())
    typer.echo(f"看板已固定在发布 #{number} / dashboards pinned to release #{number}")


@app.command("unpin")
def unpin_release() -> None:
    """取消固定,看板跟随最新发布 / let the dashboards follow the newest release again."""
    with writing(Settings()) as lake:
        releasing.unpin(lake, at=steps.now(), by=getpass.getuser())
    typer.echo("看板跟随最新发布 / dashboards follow the newest release")

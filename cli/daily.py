"""The daily commands: taking files in, collecting, building and keeping house."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.shown.releases import released
from cli.words import DONE, HELD, REFUSED, Json, Merchant, Shop
from contracts.errors import UsageError
from pipeline import steps
from warehouse.settings import Settings


def ingest(
    files: Annotated[
        list[Path], typer.Argument(help="平台导出的文件 / exports as downloaded", metavar="FILE...")
    ],
    merchant: Merchant,
    shop: Shop,
    as_json: Json = False,
    new_shop: Annotated[
        bool,
        typer.Option(
            "--new-shop",
            help="登记这个新店铺(平台由文件认出) / enter this new shop, on the platform its files tell",
        ),
    ] = False,
) -> None:
    """导入文件:按内容识别平台和版式,构建、检查、发布,给出回执 / take exports in, build, check, release, and
    print receipts.
    """
    settings = Settings()
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise UsageError(
            "NO_SUCH_FILE", "找不到文件", "no such file", files=", ".join(str(path) for path in missing)
        )
    with show.progress(quiet=as_json) as say:
        done = steps.ingest(settings, merchant, shop, files, by=getpass.getuser(), register=new_shop, say=say)
    show.ingested(done, as_json=as_json)
    if not as_json:
        _tell_waiting(settings, merchant)
    if done.held:
        raise typer.Exit(HELD)
    share_limit = settings.quarantine_share_limit
    bad = any(item.verdict == "refused" or item.quarantined_share > share_limit for item in done.receipts)
    raise typer.Exit(REFUSED if bad else DONE)


def _tell_waiting(settings: Settings, merchant: str) -> None:
    from metrics.query.access import Viewer
    from metrics.reports.health import outliers, waiting

    viewer = Viewer(settings.place, "cli", "merchant", merchant)
    show.waiting(waiting(viewer))
    show.outliers(outliers(viewer))


def build(
    from_landing: Annotated[
        bool, typer.Option(help="从原始文件全部重算 / make everything anew from the raw files")
    ] = False,
    merchant: Annotated[
        str, typer.Option("--merchant", "-m", help="只这一家,默认全部 / this merchant alone, default all")
    ] = "",
) -> None:
    """构建并发布等待中的数据;原因修正后,同一命令放行;有商家未放行时退出码 3 / build and release what waits.

    After mending a held build, the same command publishes. Exit code 3 when any merchant is held.
    """
    with show.progress() as say:
        built, release = steps.build_and_release(
            Settings(), run_name="cli", from_landing=from_landing, merchant_id=merchant, say=say
        )
    refused = [item for item in built.receipts if item.verdict == "refused"]
    show.receipts(refused)
    released(built, release)
    raise typer.Exit(HELD if release.holds else REFUSED if refused else DONE)


def collect(
    shops: Annotated[
        list[str] | None, typer.Argument(help="店铺编号,默认全部 / shop ids, default all")
    ] = None,
    days: Annotated[int | None, typer.Option(help="回看天数 / days of updates to read")] = None,
) -> None:
    """通过接口采集(凭据来自环境变量),不构建 / collect over the APIs (credentials from the environment).

    Does not build.
    """
    settings = Settings()
    wanted = [shop for batch in steps.batches(settings, wanted=shops or ()) for shop in batch]
    if not wanted:
        raise steps.nothing_to_collect(())
    run = f"cli-{steps.now():%Y%m%dT%H%M%S}"
    with show.progress() as say:
        collected = []
        for shop in wanted:
            say(f"采集 {shop}", f"collecting {shop}")
            collected += steps.collect(
                settings, [shop], run_name=run, credentials=steps.from_environment, days=days
            )
    show.collected(collected)
    raise typer.Exit(REFUSED if any(item.outcome_code != "ok" for item in collected) else DONE)


def scan() -> None:
    """收取投递文件夹 inbox/<商家>/<店铺>/ 里的文件,然后构建发布 / take what lies in the inbox folder, then
    build and release.
    """
    settings = Settings()
    taken: list[steps.FileReceipt] = []
    try:
        with show.progress() as say, steps.scanned(settings, say=say) as (taken, known):
            # also when nothing came: an earlier scan may have been cut off before its build
            built, release = steps.build_and_release(settings, run_name="scan", known=known, say=say)
    finally:  # whatever becomes of the release, whoever dropped files is told what became of them
        receipts = steps.settled(settings, taken)
        show.receipts(receipts)
    released(built, release)
    bad = any(
        item.verdict == "refused" or item.quarantined_share > settings.quarantine_share_limit
        for item in receipts
    )
    raise typer.Exit(HELD if release.holds else REFUSED if bad else DONE)


def maintain() -> None:
    """维护:合并小文件、清理过期快照和残留文件 / compact, expire snapshots no release needs, sweep left-over
    files.
    """
    with show.progress() as say:
        say("维护", "maintaining")
        kept = steps.maintain(Settings())
    typer.echo(f"完成,保留 {len(kept)} 个快照 / done, {len(kept)} snapshots kept")

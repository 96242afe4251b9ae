"""``baiyun``: the house from a terminal.

Chinese first, English beside it; ``--json`` prints one document on stdout and nothing else there.

Not here: what a command does; that is one call of ``pipeline`` or ``metrics``.

Exit codes: 0 done · 1 something refused, or quarantined beyond the stated share · 2 wrong use · 3 a held
release.
"""

from __future__ import annotations

import getpass
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from pydantic import ValidationError

from cli import (
    dashboards,
    entries,
    explain,
    files,
    map_table,
    match,
    new_platform,
    open_items,
    people,
    quarantine,
    rates,
    releases,
    show,
    statement,
    users,
)
from cli.terminal import print_json
from cli.words import DONE, HELD, REFUSED, WRONG_USE, Json, Merchant, Shop, group, read_span
from contracts.errors import BaiyunError, HeldReleaseError, NotFoundError, UsageError
from pipeline import steps
from pipeline.entries.found import entry_lists
from warehouse.settings import Settings

_AS_JSON = "--json"
_SUPPORT = {"step_zh": "把这条命令和错误发给支持", "step_en": "send this command and the error to support"}

app = group(__doc__ or "")
app.add_typer(releases.app, name="releases")
app.add_typer(files.app, name="files")
app.add_typer(quarantine.app, name="quarantine")
_lists = {item.code: entries.entry_group(item) for item in entry_lists()}
_lists["rates"].command("forget")(rates.forget)
for _code, _group in _lists.items():
    app.add_typer(_group, name=_code)
app.add_typer(users.user_app, name="user")
app.add_typer(people.shops_app, name="shops")
app.command("map")(map_table.map_table)
app.add_typer(map_table.app, name="mappings")
app.command("explain")(explain.explain)
app.command("match", context_settings=match.NUMBER_MAY_BE_NEGATIVE)(match.match)
app.command("open")(open_items.open_items)
app.command("screens")(match.screens)
app.command("statement")(statement.statement)
app.command("verify")(statement.verify)
app.command("dashboards")(dashboards.dashboards)
app.command("new-platform")(new_platform.new_platform)


@app.command()
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


@app.command()
def build(
    from_landing: Annotated[
        bool, typer.Option(help="从原始文件全部重算 / make everything anew from the raw files")
    ] = False,
) -> None:
    """构建并发布等待中的数据;原因修正后,同一命令放行 / build and release what waits.

    After mending a held build, the same command publishes.
    """
    with show.progress() as say:
        built, release = steps.build_and_release(
            Settings(), run_name="cli", from_landing=from_landing, say=say
        )
    refused = [item for item in built.receipts if item.verdict == "refused"]
    show.receipts(refused)
    show.released(built, release)
    raise typer.Exit(REFUSED if refused else DONE)


@app.command()
def ask(
    metrics: Annotated[str, typer.Option(help="指标编号,逗号分隔 / metric ids, comma-separated")],
    merchant: Merchant,
    by: Annotated[str, typer.Option(help="分组,如 platform,channel,paid_date / split by")] = "",
    first: Annotated[str, typer.Option("--from", help="起始日期 YYYY-MM-DD / first day")] = "",
    last: Annotated[str, typer.Option("--to", help="结束日期 YYYY-MM-DD / last day")] = "",
    as_of: Annotated[int | None, typer.Option(help="历史发布号 / an older release's number")] = None,
    as_json: Json = False,
) -> None:
    """提问:指标、分组、期间,答案来自当前发布 / ask metrics of the current (or an older) release."""
    from metrics.query.access import Viewer
    from metrics.query.ask import ask as ask_metrics

    settings = Settings()
    viewer = Viewer(settings.place, "cli", "merchant", merchant)
    period = read_span(first, last)
    answer = ask_metrics(viewer, _words(metrics), by=_words(by), period=period, as_of=as_of)
    show.answered(answer, as_json=as_json)


@app.command()
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
    wanted = shops or [shop for batch in steps.batches(settings) for shop in batch]
    run = f"cli-{steps.now():%Y%m%dT%H%M%S}"
    with show.progress() as say:
        collected = []
        for shop in wanted:
            say(f"采集 {shop}", f"collecting {shop}")
            collected += steps.collect(
                settings, [shop], run_name=run, credentials=steps.from_environment, days=days
            )
    if not collected:
        step = {
            "step_zh": "用 baiyun shops list 核对编号和凭据",
            "step_en": "check ids and credentials with `baiyun shops list`",
        }
        raise NotFoundError(
            "NOTHING_TO_COLLECT",
            "没有可采集的店铺",
            "no shop that can be collected",
            **step,
            shops=", ".join(wanted),
        )
    show.collected(collected)
    raise typer.Exit(REFUSED if any(item.outcome_code != "ok" for item in collected) else DONE)


@app.command()
def scan() -> None:
    """收取投递文件夹 inbox/<商家>/<店铺>/ 里的文件,然后构建发布 / take what lies in the inbox folder, then
    build and release.
    """
    settings = Settings()
    taken = steps.scan_inbox(settings)
    try:
        with (
            show.progress() as say
        ):  # also when nothing came: an earlier scan may have been cut off before its build
            built, release = steps.build_and_release(settings, run_name="scan", say=say)
    finally:  # whatever becomes of the release, whoever dropped files is told what became of them
        receipts = steps.settled(settings, taken)
        show.receipts(receipts)
    show.released(built, release)
    bad = any(
        item.verdict == "refused" or item.quarantined_share > settings.quarantine_share_limit
        for item in receipts
    )
    raise typer.Exit(REFUSED if bad else DONE)


@app.command()
def maintain() -> None:
    """维护:合并小文件、清理过期快照和残留文件 / compact, expire snapshots no release needs, sweep left-over
    files.
    """
    with show.progress() as say:
        say("维护", "maintaining")
        kept = steps.maintain(Settings())
    typer.echo(f"完成,保留 {len(kept)} 个快照 / done, {len(kept)} snapshots kept")


@app.command()
def demo(
    lines: Annotated[
        int, typer.Option(help="模拟市场的订单行数 / order lines of the simulated market")
    ] = 30_000,
    clean: Annotated[bool, typer.Option(help="删除演示数据 / remove the demo's data")] = False,
) -> None:
    """演示:模拟平台、Airflow、看板一起启动 / start simulated platforms, Airflow and the dashboards
    together.
    """
    import demo as show_case

    settings = Settings()
    if clean:
        removed = show_case.clean(settings)
        typer.echo(
            "演示数据已删除 / the demo's data was removed"
            if removed
            else "没有演示数据 / there is no demo data"
        )
        raise typer.Exit(DONE)
    raise typer.Exit(show_case.run_demo(settings, lines=lines))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def run(command: Callable[[], None]) -> int:
    """``command``'s exit code; an error of the house is one clear line on stderr instead of a traceback, and
    with ``--json`` a document on stdout too.
    """
    try:
        command()
    except BaiyunError as error:
        return _failed(error)
    except ValidationError as error:
        names = ", ".join("BAIYUN_" + str(item["loc"][0]).upper() for item in error.errors())
        steps_to_take = {"step_zh": "见 docs/settings.md", "step_en": "see docs/settings.md"}
        return _failed(
            UsageError(
                "BAD_SETTING",
                "设置的值不能用",
                "a setting's value cannot be used",
                **steps_to_take,
                names=names,
            )
        )
    except (OSError, duckdb.Error) as error:
        zh = "数据文件夹无法读写,已提交的数据不受影响"
        en = "the data folder cannot be read or written; what was committed is safe"
        steps_to_take = {
            "step_zh": "检查磁盘空间与权限后重试",
            "step_en": "check disk space and permissions, then try again",
        }
        return _failed(BaiyunError("STORAGE", zh, en, **steps_to_take, detail=str(error)))
    except SystemExit as ended:
        if (
            ended.code == WRONG_USE and _AS_JSON in sys.argv
        ):  # the parser of commands has said on stderr what is wrong
            steps_to_take = {"step_zh": "加 --help 查看用法", "step_en": "see the usage with --help"}
            print_json(
                {
                    "error": UsageError(
                        "BAD_COMMAND", "命令写得不对", "the command is put wrongly", **steps_to_take
                    ).document()
                }
            )
        raise
    except Exception as error:
        if _AS_JSON in sys.argv:  # nobody foresaw it, and yet whoever reads us gets a document
            unforeseen = BaiyunError(
                "UNFORESEEN", "程序出错", "the program failed", **_SUPPORT, error=type(error).__name__
            )
            print_json({"error": unforeseen.document()})
        raise
    return DONE


def _failed(error: BaiyunError) -> int:
    typer.echo(error.sentence(), err=True)
    if _AS_JSON in sys.argv:
        print_json({"error": error.document(), **error.beside})
    if isinstance(error, HeldReleaseError):
        return HELD
    return WRONG_USE if isinstance(error, UsageError | NotFoundError) else REFUSED


def main() -> None:
    """Entry point of ``baiyun``."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    sys.exit(run(app))

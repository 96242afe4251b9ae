"""``baiyun``: the house from a terminal.

Chinese first, English beside it; ``--json`` prints one document on stdout and nothing else there.

Not here: what a command does; that is one call of ``pipeline`` or ``metrics``.

Exit codes: 0 done · 1 something refused, or quarantined beyond the stated share · 2 wrong use · 3 a held
release.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import typer

from cli.lazy import LazyGroup
from cli.terminal import print_json
from cli.words import DONE, HELD, REFUSED, WRONG_USE, group
from contracts.errors import BaiyunError, HeldReleaseError, NotFoundError, UsageError

if TYPE_CHECKING:
    import duckdb
    from pydantic import ValidationError

_AS_JSON = "--json"
_SUPPORT = {"step_zh": "把这条命令和错误发给支持", "step_en": "send this command and the error to support"}


class _Commands(LazyGroup):
    """Every command and where it is."""

    targets: ClassVar[Mapping[str, str]] = {
        "releases": "cli.releases:app",
        "files": "cli.files:app",
        "quarantine": "cli.quarantine:app",
        LazyGroup.with_lists: "",
        "district": "cli.district:app",
        "user": "cli.users:user_app",
        "shops": "cli.people:shops_app",
        "mappings": "cli.map_table:app",
        "map": "cli.map_table:map_table",
        "explain": "cli.explain:explain",
        "match": "cli.match:app",
        "open": "cli.open_items:open_items",
        "screens": "cli.match:screens",
        "statement": "cli.statement:statement",
        "verify": "cli.statement:verify",
        "export": "cli.copies:export",
        "erase": "cli.copies:erase",
        "backup": "cli.copies:backup",
        "restore": "cli.copies:restore",
        "dashboards": "cli.dashboards:dashboards",
        "new-platform": "cli.new_platform:new_platform",
        "ingest": "cli.daily:ingest",
        "build": "cli.daily:build",
        "ask": "cli.asking:ask",
        "collect": "cli.daily:collect",
        "scan": "cli.daily:scan",
        "maintain": "cli.daily:maintain",
        "demo": "cli.demos:demo",
    }


app = group(__doc__ or "", cls=_Commands)


@app.callback(help=__doc__)
def _baiyun() -> None:
    """Nothing is done without a command."""


def _setting_error() -> type[ValidationError]:
    from pydantic import ValidationError  # looked at when something failed, and not before

    return ValidationError


def _database_error() -> type[duckdb.Error]:
    import duckdb

    return duckdb.Error


def run(command: Callable[[], None]) -> int:
    """``command``'s exit code; an error of the house is one clear line on stderr instead of a traceback, and
    with ``--json`` a document on stdout too.
    """
    try:
        command()
    except BaiyunError as error:
        return _failed(error)
    except _setting_error() as error:
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
    except (OSError, _database_error()) as error:
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

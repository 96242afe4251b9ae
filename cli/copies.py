"""Copies: ``baiyun backup`` and ``restore`` of a whole home, ``baiyun export`` of one merchant."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.words import Merchant
from contracts.errors import UsageError
from pipeline import steps
from pipeline.house import reading
from pipeline.takeout.bundles import write_everything
from warehouse import registry
from warehouse.backup import Backup, back_up
from warehouse.backup import restore as restore_home
from warehouse.settings import Settings


def backup(folder: Annotated[Path, typer.Argument(help="新文件夹 / a new folder")]) -> None:
    """备份:全部数据的一份完整副本,什么都不用停 / copy the whole home; nothing needs to stop for it."""
    with show.progress() as say:
        made = back_up(Settings().place, folder.resolve(), at=steps.now(), say=say)
    _tell("已备份", "backed up", made)
    typer.echo("secrets 里是密钥,请和其余部分分开存放 / secrets holds the keys: keep it apart from the rest")


def restore(folder: Annotated[Path, typer.Argument(help="备份文件夹 / folder of a backup")]) -> None:
    """恢复:把备份写进空的 BAIYUN_HOME,逐个文件核对 / make the empty BAIYUN_HOME what a backup holds.

    每个文件都按备份时的指纹核对 / every file is checked against its hash.
    """
    with show.progress() as say:
        made = restore_home(folder.resolve(), Settings().place, say=say)
    _tell("已恢复", "restored", made)


def export(
    merchant: Merchant,
    out: Annotated[Path, typer.Option("--out", "-o", help="写到这个文件夹 / into this folder")] = Path(),
) -> None:
    """导出一家商家的全部:数字(一个 DuckDB 文件)和收到的原始文件 / everything of one merchant in a zip.

    原始文件一个字节也不改,请妥善保管 / files as received, with what platforms put into them: keep them safe.
    """
    settings = Settings()
    with reading(settings) as lake:
        registry.require_merchant(lake, merchant)
    with tempfile.TemporaryDirectory() as folder, show.progress() as say:
        (made,) = write_everything(settings, merchant, Path(folder), lambda zh, en, _: say(zh, en))
        target = out / made.name
        if target.exists():
            raise UsageError(
                "FILE_EXISTS",
                "文件已存在",
                "the file exists already",
                step_zh="换一个文件夹",
                step_en="name another folder",
                file=target.name,
            )
        out.mkdir(parents=True, exist_ok=True)
        shutil.move(made, target)
    typer.echo(f"{target} · {target.stat().st_size / 1e6:,.1f} MB")


def _tell(zh: str, en: str, made: Backup) -> None:
    size = f"{made.bytes_qty / 1e6:,.1f} MB"
    typer.echo(
        f"{zh}:{made.files_qty} 个文件,{size},快照 {made.snapshot},{made.taken_at}"
        f" / {en}: {made.files_qty} files, {size}, snapshot {made.snapshot}, {made.taken_at}"
    )

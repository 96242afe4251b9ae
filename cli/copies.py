"""Copies, and the end of them: ``baiyun backup`` and ``restore`` of a whole home, ``baiyun export`` and
``erase`` of one merchant.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.terminal import print_json
from cli.words import Json, Merchant
from contracts.errors import UsageError
from pipeline import erasing, steps
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


def erase(
    merchant: Merchant,
    yes: Annotated[
        bool, typer.Option("--yes", help="真的抹掉,不能撤销 / really erase; there is no way back")
    ] = False,
    as_json: Json = False,
) -> None:
    """抹掉一家商家:账号、文件、密钥、每张表里的行,打印回执 / erase one merchant for good, with a receipt.

    不加 --yes 只列出会抹掉什么 / without --yes it only tells what would be erased.
    """
    settings = Settings()
    if not yes:
        found = erasing.look(settings, merchant)
    else:
        with show.progress() as say:
            found = erasing.erase(settings, merchant, say=say)
    if as_json:
        print_json(found.document())
    else:
        typer.echo("\n".join(receipt(found)))
    if found.held:
        raise found.held


def receipt(found: erasing.Erased) -> list[str]:
    """What there was, what has become of it, and what else holds it, a sentence a line."""
    rows = " · ".join(f"{layer} {count:,}" for layer, count in found.rows.items())
    months = ", ".join(found.months)
    told = [
        f"{found.merchant_name}({found.merchant_id})",
        f"店铺 / shops: {', '.join(found.shops) or '–'}",
        f"账号 / sign-ins: {', '.join(found.sign_ins) or '–'}",
        f"文件 / files: {found.files:,}",
        f"行 / rows: {rows or '–'}",
        f"已发布的全区月份 / released months of the district: {months or '–'}",
    ]
    if found.erased_at is None:
        return [
            *told,
            "什么都没有动;加 --yes 抹掉,不能撤销 / nothing was touched; add --yes to erase for good",
        ]
    told.append(f"{found.erased_at:%Y-%m-%d %H:%M} 已抹掉 / erased")
    if found.proposals:
        numbers = ", ".join(f"#{number}" for number in found.proposals)
        told.append(
            f"等批准的全区发布 {numbers} 已撤掉,会不带这家重新准备 / proposed releases of the district are "
            "dropped, and prepared again without it"
        )
    if found.months:
        told.append(
            "已发布的全区数字不变,它们的底数里不再有名字 / released figures of the district stand; what they "
            "are made of no longer bears the name"
        )
    if found.older:
        told.append(
            f"旧发布 {', '.join(f'#{number}' for number in found.older)} 里还有,到期自动消失;要现在就去掉:"
            "BAIYUN_KEEP_RELEASES=1 baiyun maintain(别家也不能再问旧发布) / older releases hold it until "
            "they expire; to have them gone now: BAIYUN_KEEP_RELEASES=1 baiyun maintain (for everybody)"
        )
    told.append(
        "以前的备份、别人导出或下载过的文件、平台的授权不归这里管 / earlier backups, what was exported or "
        "downloaded, and the platforms' authorisations are not in this home"
    )
    return told


def _tell(zh: str, en: str, made: Backup) -> None:
    size = f"{made.bytes_qty / 1e6:,.1f} MB"
    typer.echo(
        f"{zh}:{made.files_qty} 个文件,{size},快照 {made.snapshot},{made.taken_at}"
        f" / {en}: {made.files_qty} files, {size}, snapshot {made.snapshot}, {made.taken_at}"
    )

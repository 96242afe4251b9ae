"""``baiyun statement`` and ``baiyun verify``: a signed statement of what was kept, and checking one."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.shown.releases import tell_held
from cli.terminal import print_json, print_table
from cli.words import Merchant
from contracts.amounts import yuan
from contracts.errors import UsageError
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from pipeline import steps
from pipeline.release.verifying import verify_release
from pipeline.statement.document import Document
from pipeline.statement.document import statement as state
from pipeline.statement.files import Checked, check_suffix, read, write
from pipeline.statement.files import verify as check
from warehouse.settings import Settings


def statement(
    merchant: Merchant,
    period: Annotated[
        str, typer.Option(help="月份 2026-10,或 2026-10-01..2026-12-31 / a month, or first..last day")
    ],
    out: Annotated[Path, typer.Option(help="写到哪里:.pdf 或 .json / where to, .pdf or .json")],
    as_of: Annotated[
        int | None,
        typer.Option(help="历史发布号,默认当前 / an older release's number, default the current one"),
    ] = None,
) -> None:
    """出具凭证:净成交按店铺、渠道、月份,带签名,任何人可用 baiyun verify 核验 / a signed statement of kept
    sales that anybody can verify.
    """
    settings = Settings()
    days = read_period(period)
    check_suffix(out.suffix.lower())
    if not out.parent.is_dir():
        raise UsageError(
            "NO_SUCH_FOLDER",
            "要写入的文件夹不存在",
            "the folder to write to does not exist",
            folder=str(out.parent),
        )
    document = state(settings, merchant, days, at=steps.now(), as_of=as_of)
    out.write_bytes(write(settings.place, document, out.suffix.lower()))
    _tell(document)
    if as_of is None:
        tell_held(Viewer(settings.place, "cli", "merchant", merchant))
    typer.echo(f"已写入 / written: {out.name} · 密钥指纹 / key {_fingerprint(settings, out)}")


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="凭证文件;不写:核验当前发布 / a statement, .pdf or .json; none: verify the current release",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option(help="出具方告知的密钥指纹 / the fingerprint its issuer told")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="输出一个 JSON 文档 / print one JSON document")
    ] = False,
) -> None:
    """核验凭证,改动一分钱就不通过;不写文件:把当前发布从明细重算一遍 / check a statement.

    Without one, recompute the current release.
    """
    if file is None:
        verify_house(as_json=as_json)
        return
    found = check(Settings().place, read(file), expected=fingerprint)
    if as_json:
        print_json(
            {
                "is_valid": True,
                "fingerprint": found.fingerprint,
                "is_ours": found.is_ours,
                "statement": found.document,
            }
        )
        return
    _tell(found.document)
    typer.echo(
        "核验通过:内容与签署时一字不差 / verified: to the bit what was signed · 密钥指纹 / key "
        f"{found.fingerprint}"
    )
    typer.echo(_trust(found, told=fingerprint is not None))


def verify_house(*, as_json: bool) -> None:
    """Recompute marts, fingerprints and judgement of the current release, tell what differs, and end with
    exit code 1 if anything does.
    """
    found = verify_release(Settings())
    if as_json:
        told = {
            "release": found.release.number,
            "is_whole": found.is_whole,
            "marts": found.marts,
            "content": found.content,
            "rules": found.rules,
            "held": found.held,
        }
        print_json(told)
    elif found.is_whole:
        typer.echo(
            f"核验通过:发布 #{found.release.number} 的汇总、内容、检查重算后完全一致 / verified: release "
            f"#{found.release.number} recomputed, nothing differs"
        )
    else:
        rows = [
            ("汇总不等于明细之和 / not the sum of its facts", name, str(count))
            for name, count in found.marts.items()
        ]
        rows += [("内容与发布时不同 / rows are not those judged", name, "") for name in found.content]
        rows += [("检查不再通过 / a rule fails now", name, "") for name in found.rules]
        print_table(
            f"发布 / release #{found.release.number}", ["差异 / difference", "表 / table", "行 / rows"], rows
        )
        typer.echo(
            "下一步:baiyun build --from-landing 从原始文件重算 / next: run `baiyun build --from-landing`"
        )
    for merchant, number in () if as_json else found.held.items():
        typer.echo(
            f"{merchant} 未放行,读的是 {f'#{number}' if number else '–'} / {merchant} is held and reads "
            f"{f'#{number}' if number else 'none'}"
        )
    if not found.is_whole:
        raise typer.Exit(1)


def read_period(text: str) -> tuple[dt.date, dt.date]:
    """``2026-10`` or ``2026-10-01..2026-12-31`` as first and last day. Raises ``UsageError``."""
    first, _, last = text.partition("..")
    try:
        if last:
            return dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        year, month = map(int, first.split("-"))
        return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:
        raise UsageError(
            "BAD_PERIOD",
            "期间应写成 2026-10 或 2026-10-01..2026-12-31",
            "a period is 2026-10 or 2026-10-01..2026-12-31",
            given=text,
        ) from None


def _fingerprint(settings: Settings, out: Path) -> str:
    return check(
        settings.place, out.read_bytes()
    ).fingerprint  # what was written is read back and checked before anybody gets it


def _trust(found: Checked, *, told: bool) -> str:
    if told:
        return "指纹与出具方告知的一致 / the fingerprint is the one its issuer told"
    if found.is_ours:
        return "由本系统签署 / signed by this house"
    return (
        "请向出具方核对指纹:签名只证明没有改动,指纹才证明是谁签的 / compare the fingerprint with the "
        "issuer's own word: only it tells who signed"
    )


def _tell(document: Document) -> None:
    names = [item["id"] for item in document["metrics"]]
    heads = [f"{METRICS[name].zh} / {name}" if name in METRICS else name for name in names]
    title = (
        f"{document['merchant']['name']} {document['period']['first']} – {document['period']['last']} · "
        f"发布 / release #{document['release']['number']}"
    )
    rows = [
        (row["shop_name"], row["channel"], row["month"], *(_money(row[name]) for name in names))
        for row in document["rows"]
    ]
    total = ("合计 / total", "", "", *(_money(document["totals"][name]) for name in names))
    print_table(title, ["店铺 / shop", "渠道 / channel", "月份 / month", *heads], [*rows, total])


def _money(fen: int | None) -> str:
    return "—" if fen is None else yuan(fen)

"""``baiyun district``: who contributes, what a merchant contributes, and releasing closed months."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from cli import show
from cli.terminal import print_json, print_table
from cli.words import HELD, FromStdin, Json, Merchant, group, read_day, typed_password
from contracts.amounts import yuan
from district.declared import MEASURES
from district.document import read
from district.release import RefusedReleaseError
from pipeline import steps
from pipeline.briefing.making import brief
from pipeline.district.approving import Waiting, takes_two, withdraw, withdrawn
from pipeline.district.approving import approve as approve_proposal
from pipeline.district.approving import waiting as waiting_now
from pipeline.district.contributing import contributions, of_members, unclassified
from pipeline.district.publish import correct as correct_released
from pipeline.district.publish import publish_due
from pipeline.house import reading, writing
from warehouse import accounts, registry
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY, Approvals
from warehouse.signed.briefings import Briefings
from warehouse.signed.district_log import Entry, ReleaseLog

app = group("协会:成员、贡献、发布 / the association: members, contributions, releases")
_Day = Annotated[str, typer.Option("--from", help="从哪天,默认今天 / from which day, default today")]


@app.command()
def join(merchant: Merchant, since: _Day = "") -> None:
    """加入:从第一个完整月份起计入 / join; counted from the first whole month."""
    with writing(Settings()) as lake:
        registry.join(lake, merchant, _day(since), at=steps.now())
    typer.echo(f"{merchant} 已是成员 / is a member")


@app.command()
def leave(merchant: Merchant, since: _Day = "") -> None:
    """退出:计到最后一个完整月份 / leave; counted until the last whole month."""
    with writing(Settings()) as lake:
        registry.leave(lake, merchant, _day(since), at=steps.now())
    typer.echo(f"{merchant} 已退出 / has left")


@app.command()
def members(as_json: Json = False) -> None:
    """谁从哪天到哪天是成员 / who is a member from when to when."""
    with reading(Settings()) as lake:
        rows = registry.members(lake).drop("changed_at")
    if as_json:
        print_json({"members": rows.to_dicts()})
    else:
        print_table("成员 / members", ["商家 / merchant", "加入 / joined", "退出 / left"], rows.rows())


@app.command()
def mine(merchant: Merchant, as_json: Json = False) -> None:
    """一家商家贡献什么:每一行,发布之前就看得到 / every row a merchant contributes, before it counts."""
    rows = contributions(Settings()).filter(merchant_id=merchant).drop("owner_id", "merchant_id")
    if as_json:
        print_json({"rows": rows.to_dicts(), "unclassified": unclassified(rows)})
        return
    by_month = rows.group_by("business_month").agg(pl.len().alias("rows"), pl.col(MEASURES).sum())
    cells = [
        (month, count, yuan(kept), yuan(back))
        for month, count, kept, back in by_month.sort("business_month").iter_rows()
    ]
    print_table(
        f"{merchant}",
        ["月份 / month", "行 / rows", "留下(元)/ kept", "退回(元)/ went back"],
        cells,
    )
    shares = "、".join(f"{cut} {share:.1%}" for cut, share in unclassified(rows).items())
    typer.echo(f"未归类的金额 / value not classified: {shares};逐行看用 --json / --json for every row")


@app.command()
def publish(
    month: Annotated[
        str, typer.Argument(help="YYYY-MM;默认所有关账未发的月份 / default: all that are due")
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            help="谁发布;要两个人发布时是发布人的账号,要输密码 / who releases; where that takes two people a "
            "publisher's account, by its password"
        ),
    ] = "",
    password_stdin: FromStdin = False,
) -> None:
    """发布关账的月份,要两个人时先等批准;审核不通过的不发 / release closed months, or have them wait.

    One that the audit refuses stays back.
    """
    settings = Settings()
    made_by = _proposer(settings, by, password_stdin)
    with show.progress() as say:
        outcomes = publish_due(settings, made_by=made_by, month=month, say=say)
    for outcome in outcomes:
        if outcome.entry:
            _tell_made(settings, outcome.entry)
        elif outcome.refusal:
            typer.echo(f"{outcome.month}: {outcome.refusal.sentence()}", err=True)
    if not outcomes:
        typer.echo("没有到期未发的月份 / no month is due")
    if any(outcome.refusal for outcome in outcomes):
        raise typer.Exit(HELD)


@app.command()
def briefing(
    month: Annotated[str, typer.Argument(help="YYYY-MM")],
    to: Annotated[Path, typer.Option("--to", help="写到哪个文件夹 / into which folder")] = Path(),
) -> None:
    """一个月的简报:中英文的 HTML、PDF、Word / a month's briefing, in both languages and three formats."""
    settings = Settings()
    files = brief(settings, month)
    to.mkdir(parents=True, exist_ok=True)
    for file in files:
        path = to / file.name
        path.write_bytes(Briefings(settings.place).read(file))
        typer.echo(str(path))


@app.command()
def correct(
    month: Annotated[str, typer.Argument(help="YYYY-MM,发布过的月份 / a month that was released")],
    by: Annotated[
        str, typer.Option(help="谁更正;要两个人发布时同 publish / who corrects; as publish has it")
    ],
    why: Annotated[
        str, typer.Option(help="为什么;会留在记录里,不写是哪家 / why; kept in the log, names no member")
    ],
    password_stdin: FromStdin = False,
) -> None:
    """更正发布过的月份:格子不变,按今天的贡献重算;差额会泄露谁的不发,最多三次 / correct a released month."""
    settings = Settings()
    made_by = _proposer(settings, by, password_stdin)
    with show.progress() as say:
        say("读取贡献", "reading contributions")
        rows = of_members(settings)
        say(f"{month}", f"correcting {month}")
        try:
            entry = correct_released(settings, rows, month, made_by=made_by, why=why, at=steps.now())
        except RefusedReleaseError as error:
            typer.echo(f"{month}: {error.sentence()}", err=True)
            raise typer.Exit(HELD) from None
        _tell_made(settings, entry)


@app.command()
def waiting(as_json: Json = False) -> None:
    """等批准的发布,和退回的月份 / releases that wait for people, and months that were sent back."""
    settings = Settings()
    found, back = waiting_now(settings), withdrawn(settings)
    if as_json:
        print_json({"waiting": [_document(item) for item in found], "withdrawn": list(back.values())})
        return
    for item in found:
        _tell(item.entry)
        about, people = item.entry.document, "、".join(item.people) or "–"
        typer.echo(f"  {about['made_by']} 提出 / proposed it, {about['made_at']}")
        typer.echo(f"  {people} 同意,还差 {item.missing} 人 / for it, {item.missing} more to approve")
        typer.echo(f"  sha256 {item.entry.sha256}")
    for month, told in back.items():
        typer.echo(f"{month}: {told['withdrawn_by']} 退回 / sent back, {told['withdrawn_at']}: {told['why']}")
    if not found and not back:
        typer.echo("没有等批准的发布 / nothing waits")


_Number = Annotated[int, typer.Argument(help="第几次发布,看 waiting / its number, as waiting tells it")]
_By = Annotated[str, typer.Option(help="发布人的账号,要输密码 / a publisher's account, by its password")]


@app.command()
def approve(
    number: _Number,
    sha256: Annotated[str, typer.Argument(help="看过的那一份,至少前 16 位 / of what was seen; 16 digits do")],
    by: _By,
    password_stdin: FromStdin = False,
    as_json: Json = False,
) -> None:
    """批准一份等着的发布;人够了就发布 / approve a release that waits; with enough people it goes out."""
    settings = Settings()
    name = accounts.verify(settings.place, by, typed_password(password_stdin)).name
    entry = approve_proposal(settings, number, sha256, by=name, at=steps.now())
    if as_json:
        print_json({"number": number, "is_released": entry is not None})
    elif entry:
        _tell(entry)
    else:
        typer.echo(f"#{number} 已批准,还要另一个人 / approved; it takes somebody else, too")


@app.command()
def refuse(
    number: _Number,
    by: _By,
    why: Annotated[str, typer.Option(help="为什么;会留下,不写是哪家 / why; kept, names no member")],
    password_stdin: FromStdin = False,
    as_json: Json = False,
) -> None:
    """退回一份等着的发布,接在它后面的一起撤掉 / send a release back, and drop what is chained on it."""
    settings = Settings()
    name = accounts.verify(settings.place, by, typed_password(password_stdin)).name
    numbers = withdraw(settings, number, by=name, why=why, at=steps.now())
    if as_json:
        print_json({"dropped": numbers})
    else:
        typer.echo(f"#{number} 已退回 / sent back;撤掉 / dropped: {', '.join(map(str, numbers))}")


@app.command("list")
def list_releases(as_json: Json = False) -> None:
    """全部发布,新的在后 / every release, newest last."""
    place = Settings().place
    entries = ReleaseLog(place).entries()
    if as_json:
        print_json({"releases": [item.document for item in entries]})
        return
    for item in entries:
        _tell(item)
        if "approval" in item.document:
            typer.echo(f"  两个人 / by two: {'、'.join(sorted(Approvals(place).people(item)))}")


def _tell_made(settings: Settings, entry: Entry) -> None:
    _tell(entry)
    if takes_two(settings):
        typer.echo("  等批准:baiyun district waiting / waits to be approved")


def _tell(entry: Entry) -> None:
    about, release = entry.document, read(entry.document)
    shown = len(release.figures)
    typer.echo(
        f"#{about['number']} {about['month']} {about['kind']}:{shown} 格公开,{release.withheld} 格保密"
        f" / {shown} cells shown, {release.withheld} withheld"
    )
    if about.get("why"):
        typer.echo(f"  {about['made_by']},{about['made_at']}:{about['why']}")


def _document(item: Waiting) -> dict[str, object]:
    told = {"sha256": item.entry.sha256, "people": list(item.people), "missing_qty": item.missing}
    return {**told, "document": item.entry.document}


def _proposer(settings: Settings, by: str, from_stdin: bool) -> str:
    """Who releases, or proposes where that takes two people: then only whoever proves to be it."""
    if not takes_two(settings):
        return by or getpass.getuser()
    return accounts.verify(settings.place, by, typed_password(from_stdin)).name if by else NOBODY


def _day(text: str) -> dt.date:
    return read_day(text) if text else steps.now().date()

"""``baiyun user``: who may sign in, where they are signed in, and what happened at the door."""

from __future__ import annotations

import getpass
from typing import Annotated

import polars as pl
import typer

from cli.terminal import print_json
from cli.words import FromStdin, Json, group, typed_password
from contracts.errors import NotFoundError
from metrics.query.access import Viewer, limits
from metrics.reports.security import EVENT, accesses, security_events
from pipeline.house import reading
from warehouse import accounts, registry
from warehouse.accounts import DUTY, sessions
from warehouse.settings import Settings

user_app = group("登录账号 / sign-in accounts")

_DUTIES = " | ".join(DUTY.values)
Duty = Annotated[
    str,
    typer.Option(
        help=f"协会账号的分工:{_DUTIES},默认 {next(iter(DUTY.values))} / of the association's people"
    ),
]


@user_app.command("add")
def add_user(
    name: str,
    role: Annotated[str, typer.Option(help="merchant | association | operator")] = "merchant",
    merchant: Annotated[
        str | None, typer.Option("--merchant", "-m", help="商家编号(商家账号必填) / merchant id")
    ] = None,
    duty: Duty = "",
    password_stdin: FromStdin = False,
) -> None:
    """新建或更改登录账号;密码不会出现在命令行 / add or change an account.

    The password is typed or piped, never an argument.
    """
    password = typed_password(password_stdin)
    settings = Settings()
    if merchant:
        with reading(settings) as lake:
            if merchant not in registry.merchants(lake)["merchant_id"]:
                step = {
                    "step_zh": "先用 baiyun shops add 登记",
                    "step_en": "enter it with `baiyun shops add` first",
                }
                raise NotFoundError(
                    "NOT_REGISTERED", "没有登记这个商家", "no such merchant", **step, merchant=merchant
                )
    account = accounts.add(settings.place, name, password, role=role, merchant_id=merchant, duty=duty)
    typer.echo(f"账号 {account.name}({account.role})已保存 / account saved")


@user_app.command("list")
def list_users() -> None:
    """全部账号 / all accounts."""
    for account in accounts.names(Settings().place):
        typer.echo(f"{account.name}\t{account.role}\t{account.merchant_id or account.duty}")


@user_app.command("duty")
def give_duty(name: str, duty: Annotated[str, typer.Argument(help=_DUTIES)]) -> None:
    """改协会账号的分工;它的登录随之结束 / another duty for one of the association; its sessions end."""
    accounts.give_duty(Settings().place, name, duty, getpass.getuser())
    typer.echo(f"账号 {name} 的分工是 {duty} / is its duty")


@user_app.command("remove")
def remove_user(name: str) -> None:
    """删除账号,已登录的会话立即失效 / remove an account; its open sessions end at once."""
    if not accounts.remove(Settings().place, name):
        raise NotFoundError("NO_SUCH_ACCOUNT", "没有这个账号", "no such account", name=name)
    typer.echo(f"账号 {name} 已删除 / account removed")


@user_app.command("password")
def set_password(name: str, password_stdin: FromStdin = False) -> None:
    """给账号一个新密码;它在所有设备上的登录随之结束 / a new password; all its sessions end with it."""
    settings = Settings()
    account = _account(settings, name)
    accounts.change_password(settings.place, account, typed_password(password_stdin))
    typer.echo(f"账号 {name} 的密码已改,已登录的都已退出 / password changed, all its sessions ended")


@user_app.command("sessions")
def list_sessions(name: str, as_json: Json = False) -> None:
    """一个账号在哪些设备上登录着 / where an account is signed in."""
    settings = Settings()
    _account(settings, name)
    found = sessions.of(settings.place, name, limits())
    if as_json:
        print_json(
            {
                "sessions": [
                    {
                        "id": item.id,
                        "device": item.device,
                        "address": item.address,
                        "begun_at": item.begun_at.isoformat(),
                        "seen_at": item.seen_at.isoformat(),
                    }
                    for item in found
                ]
            }
        )
        return
    for item in found:
        typer.echo(
            f"{item.id[:12]}\t{item.device}\t{item.address}\t{item.seen_at.astimezone():%Y-%m-%d %H:%M}"
        )


@user_app.command("sign-out")
def sign_out(
    name: str,
    session: Annotated[
        str, typer.Option(help="只结束这一个(编号的开头);默认全部 / this one only; default: all")
    ] = "",
) -> None:
    """结束一个账号的登录 / end an account's sessions."""
    settings = Settings()
    _account(settings, name)
    if not session:
        count = sessions.end_all(settings.place, name, accounts.HERE)
    else:
        ids = [item.id for item in sessions.of(settings.place, name, limits()) if item.id.startswith(session)]
        if len(ids) != 1:
            step = {"step_zh": "用 baiyun user sessions 核对", "step_en": "see `baiyun user sessions`"}
            raise NotFoundError(
                "NO_SUCH_SESSION",
                "没有这个登录,或不止一个",
                "no such session, or several",
                **step,
                session=session,
            )
        count = sessions.end(settings.place, name, ids[0], accounts.HERE)
    typer.echo(f"已结束 {int(count)} 个登录 / ended")


@user_app.command("events")
def list_events(
    name: Annotated[str | None, typer.Argument(help="只看一个账号 / of one account only")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最近多少条 / how many, the newest first")] = 50,
    as_json: Json = False,
) -> None:
    """安全记录:登录、连错、改密码、结束登录、交来别家的文件 / the security log."""
    rows = security_events(Viewer(Settings().place, "cli", "operator"), limit=limit, name=name)
    _print_events(rows, "events", as_json=as_json)


@user_app.command("accesses")
def list_accesses(
    name: Annotated[str | None, typer.Argument(help="只看一个账号 / of one account only")] = None,
    limit: Annotated[int, typer.Option(min=1, help="最近多少条 / how many, the newest first")] = 50,
    as_json: Json = False,
) -> None:
    """协会的人打开、下载了什么 / what the association's people opened and downloaded."""
    rows = accesses(Viewer(Settings().place, "cli", "operator"), limit=limit, name=name)
    _print_events(rows, "accesses", as_json=as_json)


def _print_events(rows: pl.DataFrame, called: str, *, as_json: bool) -> None:
    if as_json:
        print_json({called: [{**row, "at": row["at"].isoformat()} for row in rows.iter_rows(named=True)]})
        return
    for row in rows.iter_rows(named=True):
        what = f"{EVENT.zh(row['kind'])} / {EVENT.en(row['kind'])}"
        typer.echo(f"{row['at']:%Y-%m-%d %H:%M:%S}\t{what}\t{row['name']}\t{row['origin']}\t{row['detail']}")


def _account(settings: Settings, name: str) -> accounts.Account:
    found = accounts.get(settings.place, name)
    if found is None:
        raise NotFoundError("NO_SUCH_ACCOUNT", "没有这个账号", "no such account", name=name)
    return found

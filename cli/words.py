"""Words and options shared by the commands."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from contracts.errors import UsageError

if TYPE_CHECKING:
    from metrics.query.access import Viewer

DONE, REFUSED, WRONG_USE, HELD = 0, 1, 2, 3

Json = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 文档 / print one JSON document only")]
Merchant = Annotated[str, typer.Option("--merchant", "-m", help="商家编号 / merchant id")]
FromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="从标准输入读取密码 / read the password from standard input"),
]
Shop = Annotated[str, typer.Option("--shop", "-s", help="店铺编号 / shop id")]


def group(help_text: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    """A group of commands; without a command it prints its help."""
    return typer.Typer(
        cls=cls,
        help=help_text,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        add_completion=False,
    )


def read_day(text: str) -> dt.date:
    """A day as typed. Raises ``UsageError``."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError("BAD_DATE", "日期格式应为 YYYY-MM-DD", "a date is YYYY-MM-DD", given=text) from None


def read_span(first: str, last: str) -> tuple[dt.date, dt.date] | None:
    """From and to as typed; an end left out is open, both left out are no period. Raises ``UsageError``."""
    if not first and not last:
        return None
    return read_day(first) if first else dt.date(2000, 1, 1), read_day(last) if last else dt.date(
        2099, 12, 31
    )


def looking_as(merchant: str) -> Viewer:
    """The command line, looking as a merchant.

    Raises ``NotFoundError`` for one that is not registered: its lists would only look empty.
    """
    from metrics.query.access import Viewer
    from pipeline.house import reading
    from warehouse import registry
    from warehouse.settings import Settings

    settings = Settings()
    with reading(settings) as lake:
        registry.require_merchant(lake, merchant)
    return Viewer(settings.place, "cli", "merchant", merchant)


def typed_password(from_stdin: bool) -> str:
    """A password as somebody types or pipes it, never an argument."""
    return sys.stdin.readline().rstrip("\n") if from_stdin else getpass.getpass("密码 / password: ")

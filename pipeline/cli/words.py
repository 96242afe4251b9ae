"""Words and options shared by the commands."""

from __future__ import annotations

from typing import Annotated

import typer

DONE, REFUSED, WRONG_USE, HELD = 0, 1, 2, 3

Json = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 文档 / print one JSON document only")]
Merchant = Annotated[str, typer.Option("--merchant", "-m", help="商家编号 / merchant id")]
Shop = Annotated[str, typer.Option("--shop", "-s", help="店铺编号 / shop id")]


def group(help_text: str) -> typer.Typer:
    """A group of commands; without a command it prints its help."""
    return typer.Typer(help=help_text, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False)

"""``baiyun rates forget``: a rate taken back by its day and currency, beside the commands every hand-entered
list has.
"""

from __future__ import annotations

import getpass
from typing import Annotated

import polars as pl
import typer

from cli.words import read_day
from contracts.errors import NotFoundError
from pipeline.entries import engine
from pipeline.entries.lists.rates import LIST
from warehouse.settings import Settings


def forget(
    day: Annotated[str, typer.Argument(help="日期 YYYY-MM-DD / day")],
    currency: Annotated[str, typer.Argument(help="币种,如 USD / currency")],
) -> None:
    """收回一条汇率;按它折算的订单在下一次构建时改为等汇率 / take a rate back.

    By the next build the orders converted by it wait for another.
    """
    settings, wanted = Settings(), read_day(day)
    rates = engine.in_force_now(LIST, settings, None).filter(
        pl.col("rate_date") == wanted, pl.col("currency_code") == currency.upper()
    )
    if rates.is_empty():
        step = {"step_zh": "用 baiyun rates list 查看", "step_en": "see `baiyun rates list`"}
        raise NotFoundError(
            "NO_SUCH_RATE",
            "没有这一天这种货币的汇率",
            "no rate of that day and currency",
            **step,
            date=day,
            currency=currency,
        )
    engine.take_back_now(LIST, settings, None, rates["entry_id"].to_list(), by=getpass.getuser())
    typer.echo("已收回 / taken back → 运行 baiyun build / run `baiyun build`")

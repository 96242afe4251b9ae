"""``baiyun demo``: everything together on simulated platforms."""

from __future__ import annotations

from typing import Annotated

import typer

import demo as show_case
from cli.words import DONE
from warehouse.settings import Settings


def demo(
    lines: Annotated[
        int | None, typer.Option(help="模拟市场的订单行数 / order lines of the simulated market")
    ] = None,
    clean: Annotated[bool, typer.Option(help="删除演示数据 / remove the demo's data")] = False,
) -> None:
    """演示:模拟平台、Airflow、看板一起启动 / start simulated platforms, Airflow and the dashboards
    together.
    """
    settings = Settings()
    if clean:
        removed = show_case.clean(settings)
        typer.echo(
            "演示数据已删除 / the demo's data was removed"
            if removed
            else "没有演示数据 / there is no demo data"
        )
        raise typer.Exit(DONE)
    raise typer.Exit(show_case.run_demo(settings, lines=lines or show_case.LINES))

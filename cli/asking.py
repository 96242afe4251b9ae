"""``baiyun ask``: metrics of a release, split as wished."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import show
from cli.shown.releases import tell_held
from cli.words import Json, Merchant, read_span
from metrics.query.access import Viewer, data_until
from metrics.query.ask import ask as ask_metrics
from warehouse.settings import Settings


def ask(
    metrics: Annotated[str, typer.Option(help="指标编号,逗号分隔 / metric ids, comma-separated")],
    merchant: Merchant,
    by: Annotated[str, typer.Option(help="分组,如 platform,channel,paid_date / split by")] = "",
    first: Annotated[str, typer.Option("--from", help="起始日期 YYYY-MM-DD / first day")] = "",
    last: Annotated[str, typer.Option("--to", help="结束日期 YYYY-MM-DD / last day")] = "",
    as_of: Annotated[int | None, typer.Option(help="历史发布号 / an older release's number")] = None,
    as_json: Json = False,
) -> None:
    """提问:指标、分组、期间,答案来自当前发布 / ask metrics of the current (or an older) release."""
    settings = Settings()
    viewer = Viewer(settings.place, "cli", "merchant", merchant)
    period = read_span(first, last)
    answer = ask_metrics(viewer, _words(metrics), by=_words(by), period=period, as_of=as_of)
    show.answered(answer, data_until(viewer, as_of), as_json=as_json)
    if as_of is None:
        tell_held(viewer)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]

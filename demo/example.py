"""The worked example of the metric pages: a shop's March in ``example_march/``, put through the house, and
what every metric makes of it.

The lists there are what one would write by hand on a page: orders, refunds, a session, bills, the account
(columns of the silver tables), and a cost list and a list of orders set aside as a merchant gives them.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.canonical import SILVER
from contracts.fields import FIELDS, TIME_ZONE
from contracts.tables import Table
from metrics.model.definitions import METRICS, UNITS, Metric
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import order_lines
from pipeline.build import engine
from pipeline.build.merging import merge_into_silver
from pipeline.build.run import bring_up_to_date, choices_of
from pipeline.entries.engine import import_file
from pipeline.entries.lists import aside, costs, stock
from pipeline.entries.moved import touched_by_entries
from pipeline.house import writing
from pipeline.intake.registering import register_shop
from warehouse import release
from warehouse.changes import Since
from warehouse.ops import EXPORT, LOAD
from warehouse.settings import Settings

FOLDER = Path(__file__).parent / "example_march"
SHOP = {"merchant_id": "example", "shop_id": "example", "platform_code": "douyin"}
#: Stock is asked by shop, buyers by platform: neither knows the other.
_CELL = {"platform": "douyin", "month": "2026-03"}
_CELLS = {"stock": {"shop": "example", "month": "2026-03"}}
#: When the files were made: the orders of March have been followed beyond their return window, not to their
#: 45th day.
_SEEN = dt.datetime(2026, 4, 30, 9, 0, tzinfo=ZoneInfo(TIME_ZONE))


def observed(name: str) -> pl.DataFrame:
    """A list of the example as rows of the silver table ``name``."""
    table = SILVER[name]
    told = pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False)
    own = {
        **SHOP,
        "_export_id": "example",
        "_observed_at": _SEEN,
        "_last_observed_at": _SEEN,
        "is_gift": False,
        "is_on_sale": True,
    }
    rows = told.with_columns(
        pl.lit(value).alias(column) for column, value in own.items() if column in table.columns
    )
    rows = rows.with_columns(_row_number=pl.int_range(1, pl.len() + 1))
    moments = [
        column
        for column in told.columns
        if column in table.columns and isinstance(table.dtypes[column], pl.Datetime)
    ]
    days = [column for column in told.columns if table.dtypes[column] == pl.Date]
    return table.shape(
        rows.with_columns(
            pl.col(moments).str.to_datetime("%Y-%m-%d %H:%M:%S", time_zone=TIME_ZONE),
            pl.col(days).str.to_date(),
        )
    )


def build(home: Path) -> Viewer:
    """The example in a house of its own under ``home``, released; its merchant as a viewer."""
    settings = Settings(home=home)
    with writing(settings) as lake:
        register_shop(lake, **SHOP, at=_SEEN, shop_name="示例店", merchant_name="示例商家")
    import_file(costs.LIST, settings, SHOP["merchant_id"], FOLDER / "costs.csv", by="docs", at=_SEEN)
    import_file(aside.LIST, settings, SHOP["merchant_id"], FOLDER / "aside.csv", by="docs", at=_SEEN)
    import_file(stock.LIST, settings, SHOP["merchant_id"], FOLDER / "stock.csv", by="docs", at=_SEEN)
    silver = {name: observed(name) for name in SILVER if (FOLDER / f"{name}.csv").exists()}
    choices = choices_of(settings, _SEEN)
    with writing(settings) as lake:
        number, since = release.begin_build(lake, at=_SEEN), Since(lake, None)
        with lake.transaction():
            _, touched = merge_into_silver(lake, [silver])
            engine.refresh(lake, touched, choices)
            engine.refresh(lake, touched_by_entries(lake, since, is_whole=True), choices)
            for table in (EXPORT, LOAD):
                lake.append(table, _receipt(table))
            bring_up_to_date(lake, choices, since, number)
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=_SEEN)
    return Viewer(settings.place, "docs", "merchant", SHOP["merchant_id"])


def _receipt(table: Table) -> pl.DataFrame:
    """That one file told all of it."""
    told = SHOP | {
        "export_id": "example",
        "kind_code": "orders",
        "source_code": "file",
        "export_name": "orders.csv",
        "landing_name": "orders.csv",
    }
    told |= {"verdict_code": "accepted"}
    moments = dict.fromkeys(("received_at", "observed_at", "loaded_at"), _SEEN)
    counts = {name: 0 for name in table.required if table.dtypes[name] == pl.Int64}
    return table.shape(
        pl.DataFrame(
            [{name: value for name, value in {**told, **moments, **counts}.items() if name in table.columns}]
        )
    )


@cache
def examples() -> dict[str, str]:
    """Metric → what it comes to in the example's March: what is divided by what, and the figure.

    A metric without one says why.
    """
    with tempfile.TemporaryDirectory() as folder:
        viewer = build(Path(folder))
        return {name: _example(viewer, metric) for name, metric in METRICS.items()}


def _example(viewer: Viewer, metric: Metric) -> str:
    cell = _CELLS.get(metric.clock, _CELL)
    figure = ask(viewer, [metric.id], where=cell).rows[metric.id].item()
    if figure is None:
        return "— (本例说不出 / the example cannot tell)"
    shown = f"**{_number(figure, metric.unit)}**"
    if metric.denominator is None:
        return shown
    lines = order_lines(viewer, metric.id, cell)
    return f"{lines.rows['amount'].sum():,} ÷ {lines.rows['divisor'].sum():,} = {shown}"


def _number(figure: float, unit: str) -> str:
    words = "" if unit == "count" else f" {UNITS[unit][0]} {UNITS[unit][1]}"
    return (
        f"{figure:.2%}"
        if unit == "fraction"
        else f"{figure:.2f}"
        if unit == "ratio"
        else f"{figure:,.{isinstance(figure, float):d}f}{words}"
    )


def example_lines() -> list[str]:
    """The lists of the example as Markdown."""
    about = (
        "一家店的三月,金额以分为单位;下面每个指标的「例」都由它算出。A shop's March, in fen; every "
        "metric's example below is made of it."
    )
    lines = ["## 示例 / The worked example", "", about, ""]
    for name in (*SILVER, "costs", "stock", "aside"):
        path = FOLDER / f"{name}.csv"
        if path.exists():
            rows = pl.read_csv(path, infer_schema=False)
            title = f"{SILVER[name].zh} / {SILVER[name].en}" if name in SILVER else f"`{name}`"
            heads = [
                f"{FIELDS[column].zh} `{column}`" if column in FIELDS else column for column in rows.columns
            ]
            cells = [[cell or "" for cell in row] for row in rows.iter_rows()]
            body = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *cells)]
            lines += [f"<details><summary>{title}</summary>", "", *body, "", "</details>", ""]
    return lines

"""What stands in the house's tables at the end, and what every question and report answers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from record_house import BY_FILES, STRANGER, House
from record_lines import Record, digest, frame_lines, plain_lines, text
from truth_cases import FIRST, LATER, NOW

from connectors.mapped import bronze_tables
from contracts.canonical import SILVER
from contracts.errors import BaiyunError
from contracts.tables import Table
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.explain import explain, order_lines, told_by
from metrics.query.matured import matured
from metrics.query.sources import dimensions_of
from metrics.reports import health
from metrics.reports.ad_spend import ad_spend
from metrics.reports.bridge import net_bridge
from metrics.reports.concentration import concentration
from metrics.reports.equal_age import kept_at_age
from metrics.reports.ladder.bridges import rung_bridge, settled_bridge
from metrics.reports.ladder.rungs import ladder
from metrics.reports.match import match, shops
from metrics.reports.open_book import open_book
from metrics.reports.open_items import open_items, statements
from metrics.reports.profit_steps import paid_by, profit_steps
from metrics.reports.restated import restatements
from metrics.reports.screens import screens_of
from metrics.reports.staying.backtest import said_before, score
from metrics.reports.staying.compared import compared
from metrics.reports.staying.headline import headline
from metrics.reports.staying.ranked import ranked
from metrics.reports.typed import Typed, read_amount
from pipeline.house import reading
from pipeline.intake.raw_rows import raw_rows
from transforms.gold import gold_tables
from warehouse.ops import OPS

WHOLE, JULY = (FIRST - dt.timedelta(days=60), LATER.date()), (NOW.date() - dt.timedelta(days=12), NOW.date())
_RUNGS = (
    ("M01", "M06"), ("M02", "M02b"), ("M06", "M05"), ("M06", "M07"), ("M06", "M08"), ("M02", "M09"),
    ("M10", "M02"),
)  # fmt: skip
#: What is another every time: moments of the machine, and what is made of pages that name their moment.
MOVING = (
    "changed_at", "received_at", "expired_at", "bytes_qty", "snapshot_number", "snapshot", "landing_name",
    "_export_id", "export_id",
)  # fmt: skip
#: Also of these tables: the fingerprint of the code moves with every commit.
_MOVING_OF = {"recipe": ("content_id", "details_json")}


def tables(house: House, layer: list[Table]) -> Record:
    """Every table of a layer as it stands."""
    with reading(house.settings) as lake:
        found = {
            table.name: frame_lines(lake.read(table), (*MOVING, *_MOVING_OF.get(table.name, ())))
            for table in layer
        }
    return {name: lines for name, lines in found.items() if lines["*"] != f"rows=0 {digest([])}"}


def viewer(house: House, merchant: str = "yunshan") -> Viewer:
    """A merchant of the market, or the stranger."""
    return Viewer(house.settings.place, "record", "merchant", merchant)


def lines_of(value: Any, name: str = "") -> dict[str, str]:  # noqa: ANN401
    """Whatever a report returns, its frames column by column."""
    if isinstance(value, pl.DataFrame):
        return {f"{name}.{line}".lstrip("."): told for line, told in frame_lines(value, MOVING).items()}
    if isinstance(value, pl.LazyFrame | Path):
        return {}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.repr}
        return lines_of({key: told for key, told in fields.items() if key not in MOVING}, name)
    if isinstance(value, Mapping):
        return {
            line: told
            for key, each in value.items()
            for line, told in lines_of(each, f"{name}.{key}".lstrip(".")).items()
        }
    if isinstance(value, list | tuple) and any(dataclasses.is_dataclass(each) for each in value):
        return lines_of({f"{place}": each for place, each in enumerate(value)}, name)
    told = text(value)
    return {name or "*": told if len(told) < 120 else f"{told[:40]}… {digest([told])}"}


def _said(work: Callable[[], object]) -> dict[str, str]:
    try:
        return lines_of(work())
    except BaiyunError as error:
        return {"refused": f"{error.rule} {digest([error.sentence()])}"}
    except ValueError as error:
        return {"refused": str(error)}


def _answer(answer: Answer) -> dict[str, str]:
    notes = {f"note.{note.code}": digest([text(dataclasses.asdict(note))]) for note in answer.notes}
    told = {"days": (answer.first_date, answer.last_date), "release": answer.release, "age": answer.age}
    return frame_lines(answer.rows) | notes | plain_lines(told)


def _asked(viewer: Viewer, metrics: list[str], **how: Any) -> dict[str, str]:  # noqa: ANN401
    try:
        return _answer(ask(viewer, metrics, **how))
    except BaiyunError as error:
        return {"refused": f"{error.rule} {digest([error.sentence()])}"}


def each_metric(house: House) -> Record:
    """Each metric by itself; those of a clock together over some days, and of one shop by month."""
    found = {name: _asked(viewer(house), [name]) for name in METRICS}
    for clock, names in _clocks().items():
        found[f"{clock} some days"] = _asked(viewer(house), names, period=JULY)
        found[f"{clock} a shop"] = _asked(
            viewer(house), names, where={"shop": "yunshan-douyin"}, by=["month"]
        )
    return found


def _clocks() -> dict[str, list[str]]:
    """Clock → its metrics."""
    clocks = dict.fromkeys(metric.clock for metric in METRICS.values())
    return {clock: [metric.id for metric in METRICS.values() if metric.clock == clock] for clock in clocks}


def each_cut(house: House) -> Record:
    """The metrics of each clock by some of its dimensions, so that each dimension has its turn."""
    found: Record = {}
    for place, (clock, names) in enumerate(_clocks().items()):
        cuts = dimensions_of(clock)
        some = cuts if clock == "paid" else cuts[1 + place % 3 :: 3]
        for by in [*((cut,) for cut in some), ("shop", cuts[-1])]:
            merchant = STRANGER if by == ("shop",) else "yunshan"
            lines = _asked(viewer(house, merchant), names, by=list(dict.fromkeys(by)))
            found[f"{clock} by {'×'.join(by)} · {merchant}"] = lines
    return {name: lines for name, lines in found.items() if not lines.get("*", "").startswith("rows=0")}


def each_figure(house: House) -> Record:
    """The lines the first metrics of each clock are made of; of the very first its passport, and the rows by
    which a line of it was told.
    """
    found: Record = {}
    mine, clocks = viewer(house), _clocks()
    firsts = {clock: names[0] for clock, names in clocks.items()}
    for name, metric in ((name, METRICS[name]) for names in clocks.values() for name in names[:2]):
        cell = {"month": "2026-07"}
        if "shop" in dimensions_of(metric.clock, metric.parts):
            cell["shop"] = "yunshan-douyin"
        found[name] = _said(lambda name=name, cell=cell: order_lines(mine, name, cell))
        if name in firsts.values():
            found[f"{name} passport"] = _said(lambda name=name, cell=cell: explain(mine, name, cell))
            found |= {f"{name} row {each}": lines for each, lines in _told_by(mine, name, cell).items()}
    return found


def _told_by(mine: Viewer, name: str, cell: dict[str, str]) -> Record:
    try:
        rows = order_lines(mine, name, cell).rows
    except BaiyunError:
        return {}
    return {
        f"{place} {kind}": _said(lambda row=row, work=work: work(mine, row))
        for place, row in enumerate(rows.sort(rows.columns).head(1).iter_rows(named=True))
        for kind, work in {"told": told_by, "raw": raw_rows}.items()
    }


def reports(house: House) -> Record:
    """Every report of a merchant's, and of the house."""
    mine, other = viewer(house), viewer(house, "mailong")
    made: dict[str, Callable[[], object]] = {}
    for who, name in ((mine, "yunshan"), (other, "mailong")):
        made |= {
            f"{name} ladder": lambda who=who: ladder(who, WHOLE),
            f"{name} net": lambda who=who: net_bridge(who, JULY),
            f"{name} settled": lambda who=who: settled_bridge(who, WHOLE),
            f"{name} profit": lambda who=who: profit_steps(who),
            f"{name} profit of days": lambda who=who: profit_steps(who, period=JULY),
            f"{name} ads": lambda who=who: ad_spend(who),
            f"{name} matured": lambda who=who: matured(who, by=["shop", "week"]),
            f"{name} headline": lambda who=who: headline(who, JULY),
            f"{name} headline of all": lambda who=who: headline(who, WHOLE),
            f"{name} compared": lambda who=who: compared(who, JULY),
            f"{name} said before": lambda who=who: said_before(who),
            f"{name} score": lambda who=who: score(who),
            f"{name} open book": lambda who=who: open_book(who),
            f"{name} open items": lambda who=who: open_items(who),
            f"{name} statements": lambda who=who: statements(who),
            f"{name} restated": lambda who=who: restatements(who, since=1),
            f"{name} restated last": lambda who=who: restatements(who, since=2),
        }
        made |= {
            f"{name} ranked by {by}": lambda who=who, by=by: ranked(who, [by], WHOLE)[0]
            for by in ("channel", "style", "creator")
        }
        made |= {
            f"{name} concentrated by {by}": lambda who=who, by=by: concentration(who, by)
            for by in ("channel", "creator", "style", "sku")
        }
        made |= {
            f"{name} kept at {age}": lambda who=who, age=age: kept_at_age(who, age, by=["shop"])
            for age in (7, 15, 30)
        }
        made |= {
            f"{name} paid by {by}": lambda who=who, by=by: paid_by(who, by, WHOLE)
            for by in ("channel", "style")
        }
        made |= {
            f"{name} {each.__name__}": lambda who=who, each=each: each(who)
            for each in (
                health.freshness,
                health.given,
                health.quarantine,
                health.unjudged,
                health.waiting,
                health.outliers,
                health.held,
                health.checks,
            )
        }
        made |= {
            f"{name} rungs {start}-{end}": lambda who=who, start=start, end=end: rung_bridge(
                who, start, end, WHOLE
            )
            for start, end in _RUNGS
        }
    return {name: _said(work) for name, work in made.items()}


def matches(house: House) -> Record:
    """What every back-office's number is led to, of a typed number that fits nothing; numbers as people type
    them.
    """
    found: Record = {"shops": lines_of(shops(viewer(house)))}
    for shop in BY_FILES:
        merchant = house.owners[shop]
        platform = shop.removeprefix(f"{merchant}-")
        for screen in screens_of(platform):
            found[screen.id] = _said(
                lambda screen=screen, shop=shop, merchant=merchant: match(
                    viewer(house, merchant), screen.id, shop, JULY, Typed(1_234_567)
                )
            )
    numbers = (
        "12",
        "12.3",
        "12.34",
        "12.345",
        "1,234.5",
        "1.2万",
        "¥12",
        "-3",
        "3.5w",
        "abc",
        "",
        "1e3",
        "12%",
        "１２",
    )
    return found | {
        "typed": {repr(number): text(_said(lambda number=number: read_amount(number))) for number in numbers}
    }


def all_tables() -> dict[str, list[Table]]:
    """The layers of the house."""
    return {
        "bronze": bronze_tables(),
        "silver": list(SILVER.values()),
        "gold": list(gold_tables().values()),
        "ops": list(OPS.values()),
    }

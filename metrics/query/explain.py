"""The passport of a figure: how it is defined, what it rests on, and, line by line, the rows whose sum it is.

Nothing is computed anew: the question is the one ``ask`` answers, and the lines are what the mart's own
declaration adds up. They are read for the one merchant asked about, into an instance of their own that closes
behind the answer (decision 0005); no page ever holds a connection to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from contracts.canonical import AD_SPEND, FUND_ENTRY, LIVE_SESSION, OF_ORDERS, PRODUCT, SETTLEMENT_ENTRY
from contracts.tables import Table
from metrics.model.definitions import METRICS, Metric
from metrics.model.notes import Note
from metrics.model.versions import redefined_since, version
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import Answer, ask, extent, for_one_merchant, is_given
from metrics.query.coverage import read_coverage
from metrics.query.estimate_lines import ESTIMATE
from metrics.query.facts import Facts
from metrics.query.lineage import ALONGSIDE, EVIDENCE_COLUMNS, IDS, contributions
from metrics.query.memo import Memo
from metrics.query.question import Period, Question, Where, read_question
from metrics.query.released import AsOf, choose, open_release
from metrics.query.unheld import unheld
from metrics.reports.held import held_notes
from metrics.reports.own_checks import of_merchant
from warehouse.lake import Lake
from warehouse.ops import CHECK, EXPORT, FIXED_COST, STOCK_ENTRY
from warehouse.release import Release
from warehouse.viewer import tenant_instance

_STATE = ["merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at"]
_FILE = [
    "export_id",
    "shop_id",
    "platform_code",
    "kind_code",
    "source_code",
    "export_name",
    "received_at",
    "observed_at",
]
#: A row's id → where what told it stands; the first id a row has counts.
_TOLD_IN = {
    "settlement_entry_id": (SETTLEMENT_ENTRY,),
    "fund_entry_id": (FUND_ENTRY,),
    "ad_entry_id": (AD_SPEND,),
    "order_id": OF_ORDERS,
    "live_session_id": (LIVE_SESSION,),
    "platform_sku_id": (PRODUCT,),
}
#: What an id means only together with.
_WITHIN = {"platform_sku_id": ["product_id"]}
#: How the id of what a merchant entered begins → where it stands, and the ids that may be one.
ENTERED_IN = {"stock": STOCK_ENTRY, "cost": FIXED_COST}
ENTRY_IDS = ("stock_entry_id", "ad_entry_id", "order_line_id")
_LINE = ["shop_id", "platform_code", "channel_code", "business_date", *IDS]


#: What was read for the last few cells: a page asks for a figure's passport, its lines, and the next figure
#: of the same days.
_ROWS: Memo[pl.DataFrame] = Memo(4)
_HELD: Memo[list[Note]] = Memo(64)


@dataclass(frozen=True, eq=False)
class Lines:
    """The rows behind one cell, each with what it adds to the figure.

    ``rows``: shop, platform, channel, day and ids (``lineage.IDS``: null where a row has none), ``amount`` it
    adds to the numerator in the metric's own unit, and ``divisor`` it adds to the denominator (0 where the
    metric has none); ``lineage.EVIDENCE_COLUMNS`` say what is no plain fact. ``is_silent``: no source tells
    what it is made of, or not all of it.
    """

    metric: Metric
    rows: pl.DataFrame
    is_silent: bool = False

    @property
    def is_estimate(self) -> bool:
        """Whether any of the rows is an estimate."""
        return ESTIMATE in self.rows["evidence_code"]

    @property
    def value(self) -> int | float | None:
        """The cell's figure made of the lines alone.

        Null where there is nothing to divide by, or the source tells nothing.
        """
        if self.is_silent:
            return None
        top, bottom = int(self.rows["amount"].sum()), int(self.rows["divisor"].sum())
        if self.metric.denominator is None:
            return top
        if bottom <= 0:
            return None
        return self.metric.quotient(top, bottom)


@dataclass(frozen=True, eq=False)
class Passport:
    """What stands behind one figure.

    ``answer`` is what ``ask`` says of the cell (value, release, period covered, age, reservations). ``mart``
    is the table it was summed from, ``version`` the content hash of today's definition, ``is_redefined``
    whether the release showed the figure under another one. ``checks_failed`` are warnings of the release's
    build, ready to print: what stops a release never gets here. ``files`` (id, shop, kind, source, name,
    when) told the rows behind it, with ``rows_qty`` each; ``entered_at`` is when the newest of the merchant's
    own entries behind it was made. ``lines_qty``: how many lines sum to it.
    """

    metric: Metric
    answer: Answer
    mart: Table
    version: str
    is_redefined: bool
    checks_passed: int
    checks_failed: tuple[str, ...]
    files: pl.DataFrame
    entered_at: dt.datetime | None
    lines_qty: int

    @property
    def value(self) -> int | float | None:
        """The figure, as asked."""
        value: int | float | None = self.answer.rows[self.metric.id].item()
        return value

    @property
    def observed_at(self) -> dt.datetime | None:
        """The last moment at which a file behind the figure saw its platform."""
        newest = self.files["observed_at"].max()
        return newest if isinstance(newest, dt.datetime) else None


def explain(
    viewer: Viewer, metric: str, cell: Where, *, period: Period | None = None, as_of: AsOf = None
) -> Passport:
    """The passport of ``metric`` in ``cell`` (dimension → value, as ``ask``'s ``where``) and ``period``, in
    the release ``as_of`` names.

    Raises what ``ask`` raises: an unknown metric or dimension, another's merchant, a release that is gone.
    """
    asking, question = _question(viewer, metric, cell, period)
    answer = ask(asking, [metric], where=cell, period=period, as_of=as_of)
    found, item = choose(asking.place, as_of, merchant_id=asking.merchant_id), METRICS[metric]
    mart, rows = question.sources[item.clock].table, _lines(asking, question, found, as_of).rows
    with open_release(asking.place, found) as lake:
        files, entered_at = _files(lake, asking, rows), _entered_at(lake, asking, rows)
        key = (
            asking.place,
            found.number,
            found.snapshot,
            asking.merchant_id,
            question.where.get("shop"),
            period,
        )
        held = _HELD.get(key, lambda: held_notes(lake, str(asking.merchant_id), _shops(question), period))
    answer = replace(answer, notes=[*answer.notes, *held])
    passed, failed = _checks(asking, found)
    return Passport(
        item,
        answer,
        mart,
        version(item),
        redefined_since(found, item),
        passed,
        failed,
        files,
        entered_at,
        rows.height,
    )


def order_lines(
    viewer: Viewer, metric: str, cell: Where, *, period: Period | None = None, as_of: AsOf = None
) -> Lines:
    """The lines behind one cell, largest first.

    Their amounts sum to the figure exactly: ``Lines.value`` is what ``ask`` answers.

    Raises what ``ask`` raises.
    """
    asking, question = _question(viewer, metric, cell, period)
    return _lines(asking, question, choose(asking.place, as_of, merchant_id=asking.merchant_id), as_of)


def told_by(viewer: Viewer, line: Mapping[str, object], as_of: AsOf = None) -> pl.DataFrame:
    """Every row of every file that told of a line's order, session or ledger entry up to the release: columns
    of ``_STATE``, oldest first.

    ``line`` is a row of ``Lines.rows``. Only the viewer's own merchant is looked at: a line of somebody
    else's has no rows.
    """
    asking, _ = _question(viewer, "paid_gmv", {}, None)
    one = pl.DataFrame([{name: line.get(name) for name in _LINE}], schema=_NO_LINES.select(_LINE).schema)
    found = choose(asking.place, as_of, merchant_id=asking.merchant_id)
    with open_release(asking.place, found) as lake:
        return _states(lake, asking, one).sort("_observed_at", "_export_id", "_row_number")


def _question(viewer: Viewer, metric: str, cell: Where, period: Period | None) -> tuple[Viewer, Question]:
    question = read_question([metric], [], cell, period)
    return for_one_merchant(viewer, question), question


def _shops(question: Question) -> list[str] | None:
    return [str(shop) for shop in question.where["shop"]] if "shop" in question.where else None


def _lines(viewer: Viewer, question: Question, found: Release, as_of: AsOf) -> Lines:
    (metric,) = question.metrics
    source = question.sources[metric.clock]
    desk = open_desk(viewer, as_of)
    if unheld(desk, question):
        return Lines(metric, _NO_LINES, is_silent=True)
    coverage = read_coverage(desk, question)
    first, last = extent(desk, question, since=source.since)
    if first is None or last is None:
        return Lines(metric, _NO_LINES, not is_given(desk, question, coverage))

    def read() -> pl.DataFrame:
        with open_release(viewer.place, found) as lake:
            return contributions(source, _facts(lake, viewer, question, first, last))

    shops = question.where.get("shop")
    key = (
        viewer.place,
        viewer.name,
        viewer.role,
        viewer.merchant_id,
        found.number,
        found.snapshot,
        found.changed_at,
        source.table.full_name,
        source.is_estimate,
        first,
        last,
        shops,
    )
    kept = _ROWS.get(key, read)
    covered = coverage.of(metric) if coverage.is_known and "shop" in source.dimensions else None
    condition, values = question.conditions(metric.clock, shops=covered)
    beside = {table.full_name: desk.sql(f"SELECT * FROM {table.full_name}") for table in source.beside}  # noqa: S608 - names are declared
    with tenant_instance({source.table.full_name: kept, **beside}) as alone:
        here = alone.execute(f"SELECT * FROM {source.table.full_name} WHERE {condition}", values).pl()  # noqa: S608
    amount = pl.sum_horizontal(pl.col(part) * factor for part, factor in metric.numerator.items())
    divisor = pl.col(metric.denominator) if metric.denominator else pl.lit(0, pl.Int64)
    told = here.filter(_is_part(metric)).select(*_LINE, *EVIDENCE_COLUMNS, amount=amount, divisor=divisor)
    rows = told.sort(
        pl.col("amount").abs(), *_LINE, descending=[True, *([False] * len(_LINE))], nulls_last=True
    )
    return Lines(metric, rows, _is_silent(metric, here) or not is_given(desk, question, coverage))


def _is_part(metric: Metric) -> pl.Expr:
    """A line that was paid and came back whole adds nothing, and still is part of the figure.

    So is what leaves it empty, and what stands beside it.
    """
    parts = [name for name in (*metric.numerator, metric.denominator, metric.whole) if name]
    return pl.any_horizontal(
        pl.col(name) != 0
        for name in dict.fromkeys([*parts, *(ALONGSIDE[name] for name in parts if name in ALONGSIDE)])
    )


def _is_silent(metric: Metric, rows: pl.DataFrame) -> bool:
    """As ``ask`` judges it: nothing is told although something is there to be told of, or only a part is."""
    if metric.whole and int(rows[metric.whole].sum()) != 0:
        return True
    if not metric.told:
        return False
    told = sum(int(rows[name].sum()) for name in metric.told)
    return told == 0 and any(int(rows[name].sum()) > 0 for name in metric.silence)


def _facts(lake: Lake, viewer: Viewer, question: Question, first: dt.date, last: dt.date) -> Facts:
    """Of the viewer's merchant and the shops asked about."""
    where: dict[str, object] = {"merchant_id": viewer.merchant_id}
    return Facts(
        lake,
        where | ({"shop_id": list(question.where["shop"])} if "shop" in question.where else {}),
        first,
        last,
    )


def _states(lake: Lake, viewer: Viewer, lines: pl.DataFrame) -> pl.DataFrame:
    """Silver rows of what stands in ``lines``: ledger entries themselves, else the order, else the session.

    Keys are the viewer's own merchant's.
    """
    mine = lines.with_columns(merchant_id=pl.lit(viewer.merchant_id, pl.String))
    frames = [pl.DataFrame(schema={name: LIVE_SESSION.dtypes[name] for name in _STATE})]
    for name, tables in _TOLD_IN.items():
        keys = mine.filter(pl.col(name).is_not_null())
        mine = mine.filter(pl.col(name).is_null())
        keys = keys.select("merchant_id", "shop_id", "platform_code", name, *_WITHIN.get(name, [])).unique()
        frames += [lake.read(table, keys=keys, columns=_STATE) for table in tables]
    return pl.concat(frames)


def _files(lake: Lake, viewer: Viewer, lines: pl.DataFrame) -> pl.DataFrame:
    """Files that told the rows of ``lines``: ``_FILE`` and ``rows_qty``, most rows first."""
    rows = (
        _states(lake, viewer, lines)
        .group_by("merchant_id", "shop_id", export_id="_export_id")
        .agg(rows_qty=pl.len().cast(pl.Int64))
    )
    exports = lake.read(EXPORT, keys=rows.select("merchant_id", "shop_id", "export_id"))
    joined = exports.join(rows, on=["merchant_id", "shop_id", "export_id"], how="inner")
    return joined.select(*_FILE, "rows_qty").sort(
        "rows_qty", "received_at", "export_id", descending=[True, True, False]
    )


def _entered_at(lake: Lake, viewer: Viewer, lines: pl.DataFrame) -> dt.datetime | None:
    """When the newest of the merchant's own entries in ``lines`` was made."""
    ids = pl.concat([lines[name].rename("entry") for name in ENTRY_IDS]).drop_nulls().unique()
    found = []
    for book, table in ENTERED_IN.items():
        numbers = ids.filter(ids.str.starts_with(f"{book}:")).str.strip_prefix(f"{book}:").cast(pl.Int64)
        found += lake.read(
            table, keys=pl.DataFrame({"event_number": numbers}), where={"merchant_id": viewer.merchant_id}
        )["changed_at"].to_list()
    return max(found, default=None)


def _checks(viewer: Viewer, found: Release) -> tuple[int, tuple[str, ...]]:
    """How many rules the release's build passed, and what the warnings among the others say to this
    merchant.
    """
    with Lake.open(viewer.place) as lake:
        outcomes = lake.read(CHECK, where={"build_number": found.build}).drop("snapshot_number")
    told = of_merchant(outcomes, viewer.merchant_id or "", is_held=False)
    failed = told.filter(~pl.col("is_passed"))
    return told.filter("is_passed")["rule_name"].n_unique(), tuple(
        message or rule
        for message, rule in failed.select("message_name", "rule_name").unique().sort("rule_name").rows()
    )


_KEYS = {name: pl.Date() if name == "business_date" else pl.String() for name in _LINE}
_NO_LINES = pl.DataFrame(schema={**_KEYS, **EVIDENCE_COLUMNS, "amount": pl.Int64(), "divisor": pl.Int64()})

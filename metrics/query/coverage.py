"""Of the shops a question is about, which ever gave what a figure is made of: the one mechanism by which a
cell is a figure or empty, whatever its clock.

A metric counts the rows of shops that gave every report it needs (``metrics.model.needs``) and no others', so
that both parts of a ratio are of the same shops.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.codes import REPORT
from contracts.report_codes import PART_OF
from metrics.model.metric import Metric
from metrics.model.needs import MISSING
from metrics.query.access import Desk
from metrics.query.question import OF_SHOPS, Question
from metrics.query.reach import DATED_BY, PROVEN_BY, Span, first_day, last_day
from metrics.query.sources import SOURCES, TIME, Source
from transforms.gold.orders import dim_reported, dim_shop
from transforms.gold.sales import mart_buyer_monthly

#: As many shops as a sentence names.
_NAMED = 6
#: Paid value of lines that went back, of an amount nobody gave.
_UNSIZED = "cohort_refund_unsized_fen"


@dataclass(frozen=True, eq=False)
class Coverage:
    """``shops``: those asked about (``merchant_id, shop_id, platform_code, shop_name``), by id.

    ``given``: report → those that gave it, by id.

    ``undated``: report → money without a day it leaves out; ``doubtful``: parts of the note on doubtful
    lines; ``spans``: shop and report → its days. A release from before reports were kept is not ``is_known``:
    there every shop counts.
    """

    shops: pl.DataFrame
    given: dict[str, set[str]]
    undated: dict[str, int]
    doubtful: dict[str, int]
    spans: dict[tuple[str, str], Span]
    is_known: bool

    def of(self, metric: Metric) -> list[str]:
        """The shops asked about that gave everything ``metric`` needs."""
        return [
            shop
            for shop in self.shops["shop_id"]
            if all(shop in self.given[report] for report in metric.needs)
        ]

    def until(self, metric: Metric, reports: Sequence[str] = ()) -> dict[str, dt.date]:
        """Shop → the last day that all ``reports`` reach, by default those which date the rows of ``metric``.

        Without shops of which nothing tells it.
        """
        dated = [report for report in reports or DATED_BY[metric.clock] if report in metric.needs]
        days = {shop: [self.spans[shop, report].last for report in dated] for shop in self.of(metric)}
        return {shop: min(told) for shop, some in days.items() if (told := [day for day in some if day])}

    def begun(self) -> dict[str, dt.date]:
        """Shop → the first day of anything it gave: of one report alone, a bill say, nothing may have been
        due before; without shops of which nothing tells.
        """
        days = sorted(
            ((span.first, shop) for (shop, _), span in self.spans.items() if span.first), reverse=True
        )
        return {shop: day for day, shop in days}

    def without(self, report: str) -> list[str]:
        """The shops asked about that never gave ``report``.

        Of a column of other files, those that gave these files.
        """
        base = (
            self.given[PART_OF[report]]
            if report in ("placed_days", "paid_days", "refund_days")
            else set(self.shops["shop_id"])
        )
        return [shop for shop in self.shops["shop_id"] if shop in base and shop not in self.given[report]]

    def missing(self, metrics: Iterable[Metric]) -> dict[str, dict[str, str | int]]:
        """Note → the words of its sentence, for each report that ``metrics`` need and some shop asked about
        never gave.
        """
        wanted = {report for metric in metrics for report in metric.needs}
        found = {report: self.without(report) for report in REPORT.values if report in wanted}
        return {MISSING[report]: self._words(report, shops) for report, shops in found.items() if shops}

    def dated(self, metrics: Iterable[Metric]) -> dict[str, list[Span]]:
        """The days of what the figures of ``metrics`` are dated by, per shop (by name) that they cover."""
        names = dict(self.shops.select("shop_id", "shop_name").iter_rows())
        wanted = {
            (shop, report)
            for metric in metrics
            for shop in self.of(metric)
            for report in DATED_BY[metric.clock]
            if report in metric.needs
        }
        found: dict[str, list[Span]] = {}
        for shop, report in sorted(wanted):
            found.setdefault(names[shop] or shop, []).append(self.spans[shop, report])
        return found

    def _words(self, report: str, without: Sequence[str]) -> dict[str, str | int]:
        given = [shop for shop in self.shops["shop_id"] if shop in self.given[report]]
        figures = {"figure": len(without), "asked": self.shops.height, "given": len(given)}
        return {**figures, "names": self._names(given), "without": self._names(without)}

    def _names(self, shops: Sequence[str]) -> str:
        known = dict(self.shops.select("shop_id", "shop_name").iter_rows())
        more = f"…(+{len(shops) - _NAMED})" if len(shops) > _NAMED else ""
        return "、".join(known[shop] or shop for shop in shops[:_NAMED]) + more or "—"


def read_coverage(desk: Desk, question: Question) -> Coverage:
    """What the shops gave that ``question`` is about: by its conditions on merchant, shop and platform, and
    by what their orders say they sold.

    A shop that gave orders and never sold what the question names beside (a channel, a style …) is none of
    them, unless nobody is left.
    """
    every = desk.sql(f"""
        SELECT r.*, s.shop_name FROM {dim_reported.TABLE.full_name} AS r
        LEFT JOIN {dim_shop.TABLE.full_name} AS s USING (merchant_id, shop_id, platform_code)
            ORDER BY shop_id, report_code""")  # noqa: S608
    wanted = [
        pl.col(column).is_in(pl.Series(question.where[name], dtype=pl.String))
        for name, column in OF_SHOPS.items()
        if name in question.where
    ]
    rows = every.filter(*wanted) if wanted else every
    rows = _of_sellers(rows, _sellers(desk, question))
    given = {
        report: set(rows.filter(pl.col("is_reported"), report_code=report)["shop_id"])
        for report in REPORT.values
    }
    undated = {report: int(rows.filter(report_code=report)["undated_fen"].sum()) for report in REPORT.values}
    doubtful = {name: int(rows[name].sum()) for name in ("doubtful_fen", "doubtful_orders_qty")}
    shops = rows.select(*OF_SHOPS.values(), "shop_name").unique(maintain_order=True)
    days = rows.select("shop_id", "report_code", "first_date", "last_date", "whole_until_date").iter_rows()
    spans = {(shop, report): Span(*some) for shop, report, *some in days}
    return Coverage(shops, given, undated, doubtful, spans, is_known=not every.is_empty())


def _sellers(desk: Desk, question: Question) -> list[str] | None:
    """The shops that ever sold what ``question`` names beside shops and days.

    None where it names no more than these, or no mart knows.
    """
    if question.witness is None:
        return None
    where = {name: values for name, values in question.where.items() if name not in OF_SHOPS}
    here = replace(question, where=where, sources={"paid": question.witness})
    condition, values = here.conditions("paid", timed=False)
    query = f"SELECT DISTINCT shop_id FROM {question.witness.relation} WHERE {condition}"  # noqa: S608 - names are declared
    return desk.rows(question.witness, query, values)["shop_id"].to_list()


def _of_sellers(rows: pl.DataFrame, sellers: Sequence[str] | None) -> pl.DataFrame:
    """Rows of ``dim_reported`` without the shops whose orders say that they are none of ``sellers``.

    All of them where nobody is left.
    """
    if sellers is None:
        return rows
    tells = rows.filter("is_reported", report_code="orders")["shop_id"].implode()
    left = rows.filter(
        pl.col("shop_id").is_in(pl.Series(sellers, dtype=pl.String)) | ~pl.col("shop_id").is_in(tells)
    )
    return rows if left.is_empty() else left


def mark_cells(
    question: Question, coverage: Coverage, rows: pl.DataFrame, metrics: Mapping[str, Metric]
) -> pl.DataFrame:
    """Per cell of ``rows`` (what ``question`` splits by, and ``_place``, the shop) whether a shop of it gave
    all that a metric needs: one column each.

    Of a cell of days it must have given the days the metric goes by, too, up to the cell's first or beyond;
    what is asked as a whole must not lie before everything it gave either. Where the question tells cells
    apart by who sells alone, every shop asked about is of its cell, also one without a row in it; by anything
    else, the shops that have a row there.
    """
    by = [name for name in question.by if name not in TIME]
    asked = coverage.shops.select(
        _place="shop_id", **{name: pl.col(column) for name, column in OF_SHOPS.items()}
    )
    of_cell = rows.select(*by, "_place").unique()
    if question.dimensions - {*TIME} <= OF_SHOPS.keys() or (not by and of_cell.is_empty()):
        of_cell = rows.select(by).unique().join(asked, on=by, how="left") if by else asked
    if len(by) < len(question.by):
        cells = rows.select(question.by).unique()
        of_cell = (
            cells.join(of_cell, on=by, how="left", nulls_equal=True)
            if by
            else cells.join(of_cell, how="cross")
        )
    begins = first_day(question, of_cell)
    ends = None if question.by else last_day(question)
    wanted: list[tuple[str, Metric, tuple[str, ...]]] = [
        (name, metric, ()) for name, metric in metrics.items()
    ]
    wanted += [
        (f"{name}:{report}", metric, (report,))
        for name, metric in metrics.items()
        for report in PROVEN_BY.get(metric.clock, ())[:1]
    ]
    marks = [
        (_reaches(coverage, metric, reports, begins, ends) if coverage.is_known else pl.lit(True))
        .any()
        .alias(name)
        for name, metric, reports in wanted
    ]
    return of_cell.group_by(question.by).agg(marks) if question.by else of_cell.select(marks)


def is_proven(metric: Metric, mark: str, part: Callable[[str], pl.Expr], rows: str) -> pl.Expr:
    """Whether the rows of a cell show that all was given, however far the reports reach by their own days.

    ``mark``: the cells' column of ``metric``.
    """
    found = part(rows) > 0
    if metric.clock not in PROVEN_BY:
        return found
    report, measure = PROVEN_BY[metric.clock]
    return found & (pl.col(f"{mark}:{report}") | (part(measure) > 0))


def _reaches(
    coverage: Coverage, metric: Metric, reports: Sequence[str], begins: pl.Expr, ends: dt.date | None
) -> pl.Expr:
    """Whether the shop of a row gave all that ``metric`` needs, and not only of days before ``begins``, or
    anything only of days after ``ends``.
    """
    given = pl.Series(coverage.of(metric), dtype=pl.String)
    first, last = (
        pl.col("_place").replace_strict(days, default=None, return_dtype=pl.Date)
        if days
        else pl.lit(None, pl.Date)
        for days in (coverage.begun(), coverage.until(metric, reports))
    )
    outside = (last < begins).fill_null(False) | (first > pl.lit(ends, pl.Date)).fill_null(False)
    return pl.col("_place").is_in(given).fill_null(False) & ~outside


def is_listed(source: Source, question: Question) -> bool:
    """Whether the question is about members of a list of the mart's own, in which one may be missing."""
    return bool(question.dimensions & set(source.lists))


def session_days(question: Question) -> dict[str, dict[str, str]]:
    """The note on figures by the day a session began beside others by their own days, and its words.

    None where all are alike.
    """
    apart: dict[bool, list[Metric]] = {True: [], False: []}
    for metric in question.metrics:
        apart[is_listed(question.sources[metric.clock], question)].append(metric)
    began, own = apart[True], apart[False]
    zh, en = (
        ["、".join(getattr(metric, way) for metric in some) for some in (began, own)] for way in ("zh", "en")
    )
    return (
        {"SESSION_DAYS": {"began_zh": zh[0], "began_en": en[0], "own_zh": zh[1], "own_en": en[1]}}
        if began and own
        else {}
    )


def unsized(desk: Desk, question: Question, coverage: Coverage, last: dt.date | None) -> int:
    """What was paid in the bounds of ``question`` on lines that went back of an amount nobody gave, at shops
    that otherwise gave refunds.

    By the cuts that the question's own mart knows, else by its shops, channels and days. By refund day such a
    refund may be of any order paid until ``last``.
    """
    source = next((source for source in question.sources.values() if _UNSIZED in source.measures), SOURCES[0])
    where = {name: values for name, values in question.where.items() if name in source.dimensions}
    here = replace(question, where=where, sources={"paid": source})
    by_refund_day = last is not None and not question.sources.keys().isdisjoint(("refund", "mixed"))
    shops = (
        [shop for shop in coverage.shops["shop_id"] if shop in coverage.given["refunds"]]
        if coverage.is_known
        else None
    )
    condition, values = here.conditions("paid", timed=not by_refund_day, shops=shops)
    until, days = (" AND business_date <= ?", [last]) if by_refund_day else ("", [])
    query = f"SELECT coalesce(sum({_UNSIZED}), 0)::BIGINT FROM {source.relation} WHERE {condition}{until}"  # noqa: S608 - names are declared
    return int(desk.rows(source, query, [*values, *days]).item())


def window_days(desk: Desk, question: Question) -> int | None:
    """How long the windows are that its months end, where it asks of buyers."""
    if "buyers" not in question.sources:
        return None
    days: int | None = desk.sql(
        f"SELECT max(window_days_qty) FROM {mart_buyer_monthly.TABLE.full_name}"  # noqa: S608
    ).item()
    return days

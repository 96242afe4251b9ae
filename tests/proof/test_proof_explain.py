"""Every cell of every mart comes apart into lines that sum to it, each line into the rows of the files that
told it; and nobody sees another's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json

import polars as pl
import pytest
from proof_cases import ANEW, FIRST, merchants, owner_of, published
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from contracts.personal import STARS
from metrics.model.definitions import METRICS
from metrics.model.versions import version
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.estimate_lines import ESTIMATE
from metrics.query.explain import explain, order_lines, told_by
from metrics.query.launch_lines import LAUNCH
from metrics.query.lineage import ESTIMATED, EVIDENCE
from metrics.query.sources import DIMENSIONS, SOURCES, find_source
from pipeline.house import reading
from pipeline.intake.raw_rows import raw_rows
from transforms.gold.orders.fct_order_line import TABLE as LINES
from warehouse.ops import EXPORT, SHOP, STOCK_ENTRY
from warehouse.settings import Settings


def test_every_mart_comes_apart() -> None:
    assert {source.table.full_name for source in SOURCES if not source.is_estimate} <= set(EVIDENCE)
    assert {source.table.full_name for source in SOURCES if source.is_estimate} == set(ESTIMATED)


@pytest.mark.parametrize("dimension", [None, *DIMENSIONS])
def test_the_lines_of_a_cell_sum_to_what_is_asked(house: Settings, dimension: str | None) -> None:
    """Of every metric the dimension goes with: its largest cell."""
    viewer, checked = owner_of(house), 0
    needed = {dimension} if dimension else set()
    asked: dict[tuple[str, ...], list[str]] = {}  # what is cut alike is asked in one question
    for metric in METRICS.values():
        source = find_source(metric.clock, needed, metric.parts)
        if source is not None and (dimension != "paid_date" or metric.clock == "paid"):
            asked.setdefault(tuple(sorted(needed | set(source.apart))), []).append(metric.id)
    for names, metrics in asked.items():
        cells = ask(viewer, metrics, by=list(names)).rows
        for metric_id in metrics if cells.height else ():
            row = cells.sort(metric_id, descending=True, nulls_last=True).row(0, named=True)
            cell = {name: row[name] for name in names}
            lines = order_lines(viewer, metric_id, cell)
            assert lines.value == row[metric_id], (metric_id, cell)
            assert lines.rows.height > 0 or not row[metric_id]
            checked += 1
    assert checked >= 3  # only profit goes by SKU and creator


def test_cells_of_several_dimensions_and_a_period(house: Settings) -> None:
    viewer = owner_of(house)
    days = ask(viewer, ["paid_gmv"], by=["date"]).rows["date"]
    period = (days[len(days) // 3], days[2 * len(days) // 3])
    for metric in ("net_by_order_date", "net_by_refund_date", "paid_orders", "return_rate_value"):
        for row in (
            ask(viewer, [metric], by=["shop", "channel", "month"], period=period)
            .rows.head(3)
            .iter_rows(named=True)
        ):
            cell = {name: row[name] for name in ("shop", "channel", "month")}
            assert order_lines(viewer, metric, cell, period=period).value == row[metric]


@pytest.mark.parametrize(("number", "more"), [(0, set()), (1, {"launch", "advertised_matured"})])
def test_every_clock_has_a_passport_that_ends_in_files_and_lines_of_its_own_merchant(
    house: Settings, number: int, more: set[str]
) -> None:
    """Of a metric of each clock the largest cell: files wherever a line names an order, a session, a bill or
    a listing; nothing of another merchant's.
    """
    viewer, seen = owner_of(house, number), set()
    with reading(house) as lake:
        shops = set(lake.read(SHOP, where={"merchant_id": viewer.merchant_id})["shop_id"])
        orders = set(
            lake.read(LINES, where={"merchant_id": viewer.merchant_id}, columns=["order_line_id"])[
                "order_line_id"
            ]
        )
        entries = {
            f"stock:{each}"
            for each in lake.read(
                STOCK_ENTRY, where={"merchant_id": viewer.merchant_id, "shop_id": sorted(shops)}
            )["event_number"]
        }
    for metric in [
        *{metric.clock: metric for metric in METRICS.values()}.values(),
        METRICS["sell_through"],
        METRICS["returns_in_transit"],
    ]:
        source = find_source(metric.clock, ())
        assert source is not None
        by = [*source.apart] or ["shop"]
        largest = (
            ask(viewer, [metric.id], by=by)
            .rows.sort(metric.id, descending=True, nulls_last=True)
            .head(1)
            .to_dicts()
        )
        cell = {name: row[name] for row in largest for name in by}
        found, rows = explain(viewer, metric.id, cell), order_lines(viewer, metric.id, cell).rows
        assert found.lines_qty == rows.height and found.value == (
            largest[0][metric.id] if largest else found.value
        ), metric.id
        is_told = pl.any_horizontal(
            pl.col("order_id", "live_session_id", "settlement_entry_id", "platform_sku_id").is_not_null()
        )
        assert (found.files.height > 0) == rows.select(is_told.any()).item(), metric.id
        assert set(rows["shop_id"]) <= shops and set(rows["order_line_id"].drop_nulls()) - orders <= _entered(
            rows
        ), metric.id
        assert set(rows["stock_entry_id"].drop_nulls()) <= entries, metric.id
        seen |= {metric.clock} if rows.height else set()
    assert seen >= {"paid", "refund", "session", "matured", "cost", "stock", "settled"} | more, seen


def _entered(rows: pl.DataFrame) -> set[str]:
    """Costs charged once bear the number of their entry where lines bear theirs."""
    return set(rows.filter(pl.col("order_line_id").str.starts_with("cost:"))["order_line_id"])


def test_an_estimate_is_what_lines_keep_and_what_is_still_expected_to_go_back(house: Settings) -> None:
    viewer = owner_of(house, 1)
    lines = order_lines(viewer, "matured_net", {})
    guessed = lines.rows.filter(evidence_code=ESTIMATE)
    kept = lines.rows.filter(pl.col("evidence_code") != ESTIMATE)
    assert lines.is_estimate and guessed.height and guessed["amount"].max() < 0  # type: ignore[operator]
    assert (
        kept["amount"].sum()
        == ask(viewer, ["net_by_order_date"]).rows.item()
        == lines.value - guessed["amount"].sum()
    )
    ahead = order_lines(viewer, "still_to_return", {})
    assert ahead.is_estimate and ahead.value == -guessed["amount"].sum()
    assert guessed["order_id"].is_null().all() and kept["order_id"].is_not_null().all()
    assert not guessed.select("shop_id", "channel_code", "business_date").is_duplicated().any()
    assert raw_rows(viewer, guessed.row(0, named=True)) == []
    old = kept["business_date"].min()
    assert not order_lines(viewer, "matured_net", {}, period=(old, old)).is_estimate, (
        "what is 45 days old is what it is"
    )


def test_the_lines_of_a_launch_reach_beyond_the_days_asked_about(house: Settings) -> None:
    viewer, later = owner_of(house, 1), 0
    for day, launched in (
        ask(viewer, ["launched_styles"], by=["date"]).rows.filter(pl.col("launched_styles") > 0).iter_rows()
    ):
        lines = order_lines(viewer, "launched_styles", {}, period=(day, day))
        assert (lines.value, lines.rows.filter(evidence_code=LAUNCH).height) == (launched, launched)
        assert lines.rows["evidence_date"].is_between(day, day + dt.timedelta(days=13)).all()
        assert (lines.rows.filter(evidence_code=LAUNCH)["evidence_date"] == day).all()
        later += lines.rows.filter(pl.col("evidence_date") > day).height
    assert later


def test_a_past_release_comes_apart_as_it_was(house: Settings) -> None:
    viewer, first = owner_of(house), published(house)[FIRST].number
    then = order_lines(viewer, "net_by_order_date", {}, as_of=first)
    now = order_lines(viewer, "net_by_order_date", {})
    assert then.value == ask(viewer, ["net_by_order_date"], as_of=first).rows.item() != now.value


def test_the_passport_says_what_a_figure_rests_on(house: Settings) -> None:
    viewer = owner_of(house)
    (shop, *_) = ask(viewer, ["net_by_order_date"], by=["shop"]).rows["shop"]
    found = explain(viewer, "net_by_order_date", {"shop": shop})
    assert found.value == ask(viewer, ["net_by_order_date"], where={"shop": shop}).rows.item()
    assert found.metric.formula == "Σ paid_fen − Σ cohort_refund_fen"
    assert found.mart.full_name == "gold.mart_shop_channel_daily"
    assert (found.version, found.is_redefined) == (version(METRICS["net_by_order_date"]), False)
    assert found.answer.release == published(house)[ANEW].number
    assert found.checks_passed > 30
    assert found.lines_qty and found.lines_qty > 10
    with reading(house) as lake:
        exports = lake.read(EXPORT, where={"shop_id": shop})
    assert set(found.files["export_id"]) <= set(exports.filter(pl.col("withdrawn_at").is_null())["export_id"])
    assert {len(name) for name in found.files["export_id"]} == {64}
    assert "orders" in set(found.files["kind_code"]) or "order_items" in set(found.files["kind_code"])
    assert found.observed_at == found.files["observed_at"].max()


def test_a_line_leads_to_the_rows_as_they_were_received(house: Settings) -> None:
    """The raw cells hold the very order number and amount the line is of, and no buyer."""
    viewer = owner_of(house)
    lines = order_lines(viewer, "net_by_order_date", {}).rows
    kinds = set()
    for line in itertools.islice(
        lines.filter(pl.col("amount") > 0).iter_rows(named=True), 0, None, max(1, lines.height // 6)
    ):
        found = raw_rows(viewer, line)
        assert len(found) == told_by(viewer, line).select("_export_id", "_row_number").n_unique()
        for row in found:
            kinds.add(row.kind)
            cells = "\n".join(row.cells.values())
            assert row.is_raw and line["order_id"] in cells
            assert STARS in cells or row.kind not in ("orders", "order_items")
        amounts = {f"{line['amount'] / 100:.2f}", f"{line['amount'] / 100:g}"}
        assert any(amount in row.cells.values() for row in found for amount in amounts) or len(found) > 1
    assert kinds & {"orders", "order_items"}


def test_rows_of_a_file_that_expired_are_shown_as_they_were_loaded(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.intake import raw_rows as module

    viewer = owner_of(house)
    line = order_lines(viewer, "paid_gmv", {}).rows.row(0, named=True)
    received = raw_rows(viewer, line)
    monkeypatch.setattr(module, "_is_there", lambda place, row: False)
    loaded = raw_rows(viewer, line)
    assert [(row.export_id, row.row_number) for row in loaded] == [
        (row.export_id, row.row_number) for row in received
    ]
    assert not any(row.is_raw for row in loaded)
    assert all(line["order_id"] in row.cells.values() for row in loaded)


def test_a_merchant_never_sees_anothers_lines_rows_or_passport(house: Settings) -> None:
    mine, other = owner_of(house), owner_of(house, 1)
    theirs = order_lines(other, "paid_gmv", {}).rows
    with reading(house) as lake:
        ours = set(
            lake.read(LINES, where={"merchant_id": mine.merchant_id}, columns=["order_line_id"])[
                "order_line_id"
            ]
        )
    assert set(order_lines(mine, "paid_gmv", {}).rows["order_line_id"]) <= ours
    assert not set(theirs["order_line_id"]) & ours
    line = theirs.row(0, named=True)
    assert told_by(mine, line).is_empty() and raw_rows(mine, line) == []
    assert raw_rows(other, line)
    shop = theirs["shop_id"][0]
    assert order_lines(mine, "paid_gmv", {"shop": shop}).rows.is_empty()
    for ask_for in (explain, order_lines):
        with pytest.raises(NotFoundError, match="NO_SUCH_MERCHANT"):
            ask_for(mine, "paid_gmv", {"merchant": other.merchant_id or ""})
    association = Viewer(house.place, "促进会", "association", None)
    for ask_for in (explain, order_lines):
        with pytest.raises((NotFoundError, UsageError)):
            ask_for(association, "paid_gmv", {})
        with pytest.raises(NotFoundError):
            ask_for(association, "paid_gmv", {"merchant": merchants(house)[0]})
    operator = Viewer(house.place, "值班", "operator", None)
    assert order_lines(operator, "paid_gmv", {"merchant": other.merchant_id or ""}).rows.equals(theirs)


def test_the_command(at_home: Settings) -> None:
    viewer = owner_of(at_home)
    (row,) = (
        ask(viewer, ["net_by_order_date"], by=["shop", "channel"])
        .rows.sort("net_by_order_date")
        .tail(1)
        .iter_rows(named=True)
    )
    words = [
        "explain",
        "net_by_order_date",
        "-m",
        str(viewer.merchant_id),
        "--where",
        f"shop={row['shop']}",
        "--where",
        f"channel={row['channel']}",
    ]
    document = json.loads(CliRunner().invoke(app, [*words, "--raw", "1", "--json"]).stdout)
    assert document["value"] == row["net_by_order_date"] == sum(line["amount"] for line in document["lines"])
    assert document["raw_rows"][0]["is_raw"] and document["files"]
    shown = CliRunner().invoke(app, [*words, "--raw", "1"])
    assert shown.exit_code == 0 and "they add up to" in shown.output and STARS in shown.output
    for wrong in (["--raw", "99999"], ["--where", "shop"], ["--from", "x"]):
        with pytest.raises(UsageError):
            CliRunner().invoke(app, [*words, *wrong], catch_exceptions=False)

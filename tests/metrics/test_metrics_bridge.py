"""The bridge between the two clocks of kept money: every step counted anew from the facts in plain Python,
the rest 0 fen for any period.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from pathlib import Path

import polars as pl
import pytest
from truth_cases import FIRST, LATER, downloads, settle, small_market

from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.reports.bridge import STEPS, net_bridge
from metrics.reports.ladder.bridges import (
    ENDS,
    final_bridge,
    funded_bridge,
    placed_bridge,
    refund_bridge,
    rung_bridge,
    settled_bridge,
)
from metrics.reports.ladder.rungs import ladder
from metrics.reports.ladder.steps import FINAL_STEPS, FUNDED_STEPS, PLACED_STEPS, SETTLED_STEPS
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release
from transforms.gold import gold_tables
from warehouse.settings import Settings

COMMISSIONS = ("commission_creator_fen", "commission_leader_fen", "commission_service_fen")

#: Long enough that some orders are finished and not final.
WINDOW = 30


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two merchants' shops on Douyin and Taobao, told twice, a month apart."""
    made = Settings(home=tmp_path_factory.mktemp("bridge"), return_window_days=WINDOW)
    market = small_market(lines=400, merchants=2)
    settle(made, market)
    owners = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    with writing(made) as lake:
        for shop, paths in downloads(market, Path(made.home) / "files", LATER).items():
            land_files(lake, made.place, owners[shop], shop, paths, at=LATER)
    build_and_release(made, at=LATER)
    return made


def counted(refunds: pl.DataFrame, lines: pl.DataFrame, first: dt.date, last: dt.date) -> dict[str, int]:
    """The steps by a loop over facts, which a page would never do."""
    told = dict.fromkeys(STEPS, 0)
    for row in lines.iter_rows(named=True):
        if row["paid_date"] and first <= row["paid_date"] <= last:
            told["net_by_order_date"] += row["paid_fen"] - row["cohort_refund_fen"]
            told["net_by_refund_date"] += row["paid_fen"]
            told["refunded_undated"] += row["refund_undated_fen"]
    for row in refunds.filter(pl.col("refund_date").is_not_null()).iter_rows(named=True):
        is_ours, is_now = first <= row["paid_date"] <= last, first <= row["refund_date"] <= last
        told["net_by_refund_date"] -= row["refund_fen"] if is_now else 0
        if is_ours and not is_now:
            told["refunded_later" if row["refund_date"] > last else "refunded_sooner"] += row["refund_fen"]
        if is_now and not is_ours:
            told["earlier_orders" if row["paid_date"] < first else "later_orders"] -= row["refund_fen"]
    return told


def test_every_step_of_any_period_is_what_the_facts_say_and_nothing_is_left(settings: Settings) -> None:
    dice = random.Random(5)
    with reading(settings) as lake:
        lines = lake.sql("SELECT * FROM gold.fct_order_line")
        refunds = lake.sql("SELECT * FROM gold.fct_refund_line")
    met: set[str] = set()
    begun = dict(lines.group_by("merchant_id").agg(pl.col("created_date").min()).iter_rows())
    for merchant in sorted(lines["merchant_id"].unique()):
        mine = pl.col("merchant_id") == merchant
        for _ in range(12):
            first = FIRST + dt.timedelta(days=dice.randrange(-2, 30))
            last = first + dt.timedelta(days=dice.choice([0, 1, 6, 30]))
            if last < begun[merchant]:
                with pytest.raises(UsageError, match="RUNG_UNREPORTED"):
                    net_bridge(Viewer(settings.place, "test", "merchant", merchant), (first, last))
                continue
            bridge = net_bridge(Viewer(settings.place, "test", "merchant", merchant), (first, last))
            told = dict(bridge.steps.select("step", "fen").iter_rows())
            assert told == counted(refunds.filter(mine), lines.filter(mine), first, last)
            assert bridge.residual_fen == 0 and bridge.steps["step"].to_list() == list(STEPS)
            met |= {name for name, fen in told.items() if fen}
    assert met >= {"net_by_order_date", "refunded_later", "earlier_orders", "net_by_refund_date"}, (
        "each step has to happen to be tried"
    )


def settled_counted(facts: dict[str, pl.DataFrame], first: dt.date, last: dt.date) -> dict[str, int]:
    """From net to settled by a loop over lines, entries and open items.

    What bills pay otherwise is what no other step tells.
    """
    told = dict.fromkeys(SETTLED_STEPS, 0)
    billed = set(facts["fct_settlement_entry"]["shop_id"])
    for row in (
        facts["fct_order_line"].filter(pl.col("paid_date").is_between(first, last)).iter_rows(named=True)
    ):
        told["net_by_order_date"] += (kept := row["paid_fen"] - row["cohort_refund_fen"])
        told["no_bill"] -= 0 if row["shop_id"] in billed else kept
    for row in (
        facts["mart_open_item"]
        .filter(pl.col("paid_date").is_between(first, last), ledger_code="order")
        .iter_rows(named=True)
    ):
        told[
            {"refunded_after_settlement": "not_taken_back"}.get(
                row["open_reason_code"], row["open_reason_code"]
            )
        ] -= row["open_fen"]
    goods = 0
    for row in (
        facts["fct_settlement_entry"].filter(pl.col("settled_date").is_not_null()).iter_rows(named=True)
    ):
        charges = [row[name] or 0 for name in ("platform_fee_fen", "other_fee_fen", *COMMISSIONS)]
        before = 0 if row["settlement_type_code"] == "insurance" else row["settled_fen"] + sum(charges)
        now, paid = first <= row["settled_date"] <= last, row["paid_date"]
        mine = bool(paid) and first <= paid <= last
        if now:
            told["settled"] += row["settled_fen"]
            told["platform_fee"] -= charges[0]
            told["other_fees"] -= charges[1]
            told["commissions"] -= sum(charges[2:])
            told["premiums"] += row["settled_fen"] - before + sum(charges)
        if mine:
            goods += before
            told["subsidies"] += (row["subsidy_platform_fen"] or 0) + (row["subsidy_creator_fen"] or 0)
        if mine and not now:
            told["settled_later" if row["settled_date"] > last else "settled_sooner"] -= before
        if now and not mine:
            told["unplaced" if not paid else "earlier_orders" if paid < first else "later_orders"] += before
    owed = sum(
        told[name]
        for name in ("net_by_order_date", "no_bill", "order_unfinished", "order_unsettled", "not_taken_back")
    )
    return told | {"settled_otherwise": goods - told["subsidies"] - owed}


def funded_counted(facts: dict[str, pl.DataFrame], first: dt.date, last: dt.date) -> dict[str, int]:
    """From settled to funded by a loop over entries and movements."""
    told = dict.fromkeys(FUNDED_STEPS, 0)
    banked = set(facts["fct_fund_entry"]["shop_id"])
    for row in (
        facts["fct_settlement_entry"].filter(pl.col("settled_date").is_not_null()).iter_rows(named=True)
    ):
        now, fen = first <= row["settled_date"] <= last, row["settled_fen"]
        on = row["settled_date"] if row["funding_code"] == "day" else row["funded_date"]
        moved = bool(on) and first <= on <= last
        told["settled"] += fen if now else 0
        if now and row["funding_code"] == "none":
            told["unfunded" if row["shop_id"] in banked else "no_account"] -= fen
        elif now and not on:
            told["summed" if row["funding_code"] == "order" else "beside"] -= fen
        elif now and not moved:
            told["funded_later" if on > last else "funded_sooner"] -= fen
        elif moved and not now:
            told["settled_sooner" if row["settled_date"] < first else "settled_later"] += fen
    goods = pl.col("fund_type_code").is_in(["sale", "refund", "fee", "commission", "subsidy"])
    for row in (
        facts["fct_fund_entry"]
        .filter(goods, pl.col("moved_date").is_between(first, last))
        .iter_rows(named=True)
    ):
        told["funded"] += row["moved_fen"]
        if row["match_code"] not in ("settlement", "day"):
            told["unanswered"] += row["moved_fen"]
        elif row["match_code"] == "settlement" and not row["settled_date"]:
            told["summed"] += row["moved_fen"]
    return told


def test_net_leads_to_settled_and_settled_to_the_account_to_the_fen(settings: Settings) -> None:
    dice, met = random.Random(13), set[str]()
    with reading(settings) as lake:
        facts = {
            name: lake.read(gold_tables()[name])
            for name in ("fct_order_line", "fct_settlement_entry", "fct_fund_entry", "mart_open_item")
        }
    for merchant in sorted(facts["fct_order_line"]["merchant_id"].unique()):
        mine = {name: rows.filter(merchant_id=merchant) for name, rows in facts.items()}
        viewer = Viewer(settings.place, "test", "merchant", merchant)
        begun = mine["fct_order_line"]["created_date"].min()
        for days in (0, 6, 20, 120):
            first = FIRST + dt.timedelta(days=dice.randrange(-2, 30))
            period = (first, first + dt.timedelta(days=days))
            for bridge, counted_by in ((settled_bridge, settled_counted), (funded_bridge, funded_counted)):
                if period[1] < begun:
                    with pytest.raises(UsageError, match="RUNG_UNREPORTED"):
                        bridge(viewer, period)
                    continue
                found = bridge(viewer, period)
                assert dict(found.steps.select("step", "fen").iter_rows()) == counted_by(mine, *period)
                assert found.residual_fen == 0
                met |= {name for name, fen in found.steps.select("step", "fen").iter_rows() if fen}
    assert met >= {
        "order_unfinished",
        "subsidies",
        "settled_later",
        "earlier_orders",
        "platform_fee",
        "commissions",
        "premiums",
        "settled",
        "beside",
        "funded",
    }
    with pytest.raises(UsageError):
        funded_bridge(viewer, period, where={"channel": "own_live"})


def test_a_bridge_leads_from_any_rung_to_any_other(settings: Settings) -> None:
    viewer = Viewer(settings.place, "test", "merchant", "yunshan")
    period = (FIRST, FIRST + dt.timedelta(days=9))
    rungs = {rung.code: rung.fen or 0 for rung in ladder(viewer, period).rungs}
    for start, end in itertools.permutations(ENDS, 2):
        found = rung_bridge(viewer, start, end, period)
        assert (found.steps["fen"][0], found.steps["fen"][-1], found.residual_fen) == (
            rungs[start],
            rungs[end],
            0,
        ), (start, end)
        assert found.steps["step"].is_unique().all()
    for start, end in (("M01", "M01"), ("M03", "M10"), ("M10", "nothing")):
        with pytest.raises(ValueError, match="no bridge"):
            rung_bridge(viewer, start, end, period)


def test_a_bridge_of_one_channel_and_of_nothing(settings: Settings) -> None:
    viewer = Viewer(settings.place, "test", "merchant", "yunshan")
    month = (FIRST, FIRST + dt.timedelta(days=20))
    whole = net_bridge(viewer, month).steps["fen"].to_list()
    with reading(settings) as lake:
        channels = lake.sql(
            "SELECT DISTINCT channel_code FROM gold.fct_order_line WHERE merchant_id = 'yunshan'"
        )["channel_code"].to_list()
    parts = [net_bridge(viewer, month, where={"channel": channel}) for channel in channels]
    assert len(parts) > 1 and all(part.residual_fen == 0 for part in parts)
    assert [
        sum(column) for column in zip(*(part.steps["fen"].to_list() for part in parts), strict=True)
    ] == whole
    with pytest.raises(UsageError, match="RUNG_UNREPORTED"):
        net_bridge(viewer, (dt.date(2020, 1, 1), dt.date(2020, 1, 31)))
    with pytest.raises(UsageError):
        net_bridge(viewer, month, where={"style": "A"})


def placed_counted(lines: pl.DataFrame, first: dt.date, last: dt.date) -> dict[str, int]:
    told = dict.fromkeys(PLACED_STEPS, 0)
    for row in lines.iter_rows(named=True):
        placed, paid, made = row["created_date"], row["paid_date"], row["placed_fen"] or 0
        is_placed, is_paid = bool(placed) and first <= placed <= last, bool(paid) and first <= paid <= last
        told["placed_gmv"] += made if is_placed else 0
        told["paid_gmv"] += row["paid_fen"] if is_paid else 0
        if is_placed and not is_paid:
            told["never_paid" if not paid else "paid_later" if paid > last else "paid_sooner"] -= made
        elif is_paid and not placed:
            told["created_untold"] += row["paid_fen"]
        elif is_paid and not is_placed:
            told["placed_sooner" if placed < first else "placed_later"] += row["paid_fen"]
        elif is_paid:
            told["paid_otherwise"] += row["paid_fen"] - made
    return told


def final_counted(lines: pl.DataFrame, first: dt.date, last: dt.date, until: dt.date) -> dict[str, int]:
    told = dict.fromkeys(FINAL_STEPS, 0)
    for row in lines.filter(pl.col("paid_date").is_between(first, last)).iter_rows(named=True):
        kept, finished = row["paid_fen"] - row["cohort_refund_fen"], row["finished_at"]
        told["net_by_order_date"] += kept
        if finished and finished.date() <= until:
            told["kept_sales"] += kept
        else:
            told[
                "in_window"
                if finished
                else "finish_untold"
                if row["order_status_code"] == "finished"
                else "unfinished"
            ] -= kept
    return told


def test_every_rung_of_the_ladder_leads_to_the_next_to_the_fen(settings: Settings) -> None:
    """Placed → paid → net → final, for periods that cut orders in two; counted by a loop over the facts."""
    dice = random.Random(8)
    with reading(settings) as lake:
        lines = lake.sql("SELECT * FROM gold.fct_order_line")
    met: set[str] = set()
    for merchant in sorted(lines["merchant_id"].unique()):
        mine = lines.filter(merchant_id=merchant)
        viewer = Viewer(settings.place, "test", "merchant", merchant)
        # the day of looking is not over
        until = LATER.date() - dt.timedelta(days=WINDOW + 1)
        cut = (
            mine.filter(pl.col("created_date") < pl.col("paid_date"))["created_date"]
            .unique()
            .sort()
            .head(2)
            .to_list()
        )
        wide = [FIRST + dt.timedelta(days=dice.randrange(-2, 30)) for _ in range(5)]
        for first, days in [
            *((day, 0) for day in cut),
            *((day + dt.timedelta(days=1), 0) for day in cut),
            *((day, dice.choice([1, 6, 30])) for day in wide),
        ]:
            period = (first, first + dt.timedelta(days=days))
            placed = placed_bridge(viewer, period)
            final = final_bridge(viewer, period)
            back = refund_bridge(viewer, period)
            assert dict(placed.steps.select("step", "fen").iter_rows()) == placed_counted(mine, *period)
            assert dict(final.steps.select("step", "fen").iter_rows()) == final_counted(mine, *period, until)
            assert placed.residual_fen == final.residual_fen == back.residual_fen == 0
            met |= {
                name
                for bridge in (placed, final)
                for name, fen in bridge.steps.select("step", "fen").iter_rows()
                if fen
            }
            told = {rung.code: rung.fen for rung in ladder(viewer, period).rungs}
            assert list(told) == [
                "M01",
                "M02",
                "M02b",
                "M03",
                "M04",
                "M05",
                "M06",
                "M07",
                "M08",
                "M09",
                "M10",
            ]
            assert (told["M01"] or 0, told["M02"]) == tuple(placed.steps["fen"][index] for index in (0, -1))
            assert (told["M06"], told["M08"] or 0) == tuple(final.steps["fen"][index] for index in (0, -1))
    assert met >= {
        "placed_gmv",
        "never_paid",
        "paid_later",
        "placed_sooner",
        "paid_gmv",
        "unfinished",
        "in_window",
        "kept_sales",
    }
    with pytest.raises(UsageError):
        placed_bridge(viewer, period, where={"style": "A"})

"""Whatever each shop gave: a cell is empty exactly where no shop of it gave what the figure is made of, and
what is said of the shops adds up.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping

import pytest
from metrics_cases import (
    Row,
    day,
    merchant,
    publish,
    reported,
    rows_of,
    session,
    settled_day,
    shop_day,
    style_day,
)

from contracts.codes import REPORT
from contracts.errors import UsageError
from contracts.fields import FIELDS
from metrics.model.definitions import METRICS
from metrics.model.needs import MISSING, REPORTS_OF
from metrics.query.ask import ask
from metrics.query.sources import SOURCES
from metrics.reports.bridge import net_bridge
from metrics.reports.ladder.bridges import funded_bridge, refund_bridge
from metrics.reports.profit_steps import profit_steps
from warehouse.place import Place

SHOPS = {"a": "douyin", "b": "douyin", "c": "taobao"}
CHANNELS = ("own_live", "creator_live")
_ORDERS, _KEPT = {"orders", "paid_days"}, {"orders", "paid_days", "refunds"}
#: Metric → what a shop must have given, written down again by hand.
NEEDED: dict[str, set[str]] = {
    "paid_gmv": _ORDERS, "aov": _ORDERS, "refunds": _KEPT, "net_by_order_date": _KEPT,
    "return_rate_value": _KEPT,
    "net_by_refund_date": {*_KEPT, "refund_days"}, "settled": {"bills"}, "effective_commission": {"bills"},
    "funded": {"accounts"},
}  # fmt: skip
#: Metric → what a shop's rows below add to it, above and below the line.
ADDED: dict[str, tuple[int, int | None]] = {
    "paid_gmv": (100_00, None), "aov": (100_00, 2), "refunds": (25_00, None),
    "net_by_order_date": (75_00, None), "return_rate_value": (25_00, 100_00),
    "net_by_refund_date": (90_00, None), "settled": (60_00, None), "effective_commission": (6_00, 66_00),
    "funded": (55_00, None),
}  # fmt: skip


def subsets(seed: int) -> dict[str, set[str]]:
    """What each shop gave: any of the reports, a column never without its file."""
    pick = random.Random(seed)
    found = {shop: {report for report in REPORT.values if pick.random() < 0.6} for shop in SHOPS}
    for given in found.values():
        given -= set() if "orders" in given else {"placed_days", "paid_days"}
        given -= set() if "refunds" in given else {"refund_days"}
    return found


def frames(given: Mapping[str, set[str]]) -> dict[str, list[Row]]:
    """Every shop sells in each channel on one day of March, whatever it gave: marts hold rows of lines that
    no report vouches for.
    """
    keys = list(itertools.product(SHOPS.items(), CHANNELS))
    return {
        "mart_shop_channel_daily": [
            shop_day(day(3), shop=shop, platform=platform, channel=channel, paid_fen=100_00,
                paid_orders_qty=2, cohort_refund_fen=25_00, dated_refund_fen=10_00)
            for (shop, platform), channel in keys
        ],
        "mart_settlement_daily": [
            {**settled_day(day(3), channel, settled_fen=60_00, settled_goods_fen=66_00, commission_fen=6_00,
                    funded_fen=55_00), "shop_id": shop,
             "platform_code": platform}
            for (shop, platform), channel in keys
        ],
        "dim_reported": reported({("m1", shop, platform): sorted(given[shop]) for shop,
                platform in SHOPS.items()}),
    }  # fmt: skip


def cells() -> Iterator[tuple[list[str], dict[str, str], list[str]]]:
    """How a question splits, one of its cells, and the shops of that cell."""
    yield [], {}, list(SHOPS)
    yield from (
        (["month"], {"month": "2026-03"}, list(SHOPS)),
        (["channel", "date"], {"channel": "own_live"}, list(SHOPS)),
    )
    yield from ((["shop"], {"shop": shop}, [shop]) for shop in SHOPS)
    for platform in set(SHOPS.values()):
        yield (
            ["platform", "channel"],
            {"platform": platform, "channel": "creator_live"},
            [shop for shop in SHOPS if SHOPS[shop] == platform],
        )


@pytest.mark.parametrize("seed", range(6))
def test_a_cell_is_empty_just_where_no_shop_of_it_gave_what_the_figure_needs(place: Place, seed: int) -> None:
    given = subsets(seed)
    publish(place, {name: rows_of(name, rows) for name, rows in frames(given).items()})
    for by, cell, shops in cells():
        answer = ask(merchant(place), list(NEEDED), by=by)
        (row,) = (
            row
            for row in answer.rows.iter_rows(named=True)
            if all(row[name] == value for name, value in cell.items())
        )
        channels = 1 if "channel" in by else len(CHANNELS)
        for metric, needed in NEEDED.items():
            covered = channels * sum(needed <= given[shop] for shop in shops)
            top, bottom = ADDED[metric]
            expected = None if not covered else top * covered if bottom is None else top / bottom
            assert row[metric] == (pytest.approx(expected) if bottom and expected else expected), (
                metric,
                by,
                cell,
                given,
            )
    counts = {note.code: note.count for note in answer.notes if note.code in MISSING.values()}
    wanted = set().union(*NEEDED.values())
    gave = {report: {shop for shop in SHOPS if report in given[shop]} for report in REPORT.values}
    asked = {
        report: gave["orders" if report == "paid_days" else "refunds"]
        if report in ("paid_days", "refund_days")
        else set(SHOPS)
        for report in wanted
    }
    assert counts == {
        MISSING[report]: len(asked[report] - gave[report])
        for report in wanted
        if asked[report] - gave[report]
    }


def test_a_group_on_one_clock_is_0_on_another_only_where_its_shops_gave_that(place: Place) -> None:
    """Shop a gave bills, b did not; the creator's channel is of b alone."""
    rows = [
        shop_day(day(3), shop="a", paid_fen=100_00),
        shop_day(day(3), shop="b", channel="creator_live", paid_fen=100_00),
    ]
    given = {
        ("m1", "a", "douyin"): ["orders", "paid_days", "bills"],
        ("m1", "b", "douyin"): ["orders", "paid_days"],
    }
    tables: dict[str, list[Row]] = {"mart_shop_channel_daily": rows, "dim_reported": reported(given)}
    publish(place, {name: rows_of(name, some) for name, some in tables.items()})
    assert ask(merchant(place), ["paid_gmv", "settled"], by=["channel"]).rows.rows() == [
        ("creator_live", 100_00, None),
        ("own_live", 100_00, 0),
    ]
    assert ask(merchant(place), ["paid_gmv", "settled"], by=["date"]).rows.rows() == [(day(3), 200_00, 0)]


def test_what_lies_beyond_what_was_given_is_empty_and_not_0(place: Place) -> None:
    """Bills of a reach 31 March, of b 10 April; c gave none.

    Their orders reach 20 April, and nothing was sold on the 12th.
    """
    sold = [
        shop_day(date, shop=shop, paid_fen=100_00)
        for date in (day(3), day(5, 4), day(20, 4))
        for shop in SHOPS
    ]
    settled = [
        {**settled_day(date, settled_fen=60_00), "shop_id": shop}
        for shop, date in (("a", day(3)), ("b", day(3)), ("b", day(10, 4)))
    ]
    given = {
        ("m1", shop, "douyin"): ["orders", "paid_days", *(["bills"] if shop in "ab" else [])]
        for shop in SHOPS
    }
    ends = {("a", "bills"): day(31), ("b", "bills"): day(10, 4)}
    days = [
        row
        | dict.fromkeys(
            ("last_date", "whole_until_date"),
            ends.get((str(row["shop_id"]), str(row["report_code"])), row.get("last_date")),
        )
        for row in reported(given, until=day(20, 4))
    ]
    tables: dict[str, list[Row]] = {
        "mart_shop_channel_daily": sold,
        "mart_settlement_daily": settled,
        "dim_reported": days,
    }
    publish(place, {name: rows_of(name, some) for name, some in tables.items()})

    def rows(*by: str, **more: object) -> list[tuple[object, ...]]:
        return ask(merchant(place), ["paid_gmv", "settled"], by=by, **more).rows.rows()  # type: ignore[arg-type]

    assert rows("shop", "month") == [
        ("a", "2026-03", 100_00, 60_00), ("a", "2026-04", 200_00, None), ("b", "2026-03", 100_00, 60_00),
        ("b", "2026-04", 200_00, 60_00),
        ("c", "2026-03", 100_00, None), ("c", "2026-04", 200_00, None),
    ]  # fmt: skip
    assert rows("month") == [("2026-03", 300_00, 120_00), ("2026-04", 600_00, 60_00)], (
        "a shop whose report reaches there counts"
    )
    assert rows("date", period=(day(5, 4), day(20, 4))) == [
        (day(5, 4), 300_00, 0),
        (day(10, 4), 0, 60_00),
        (day(20, 4), 300_00, None),
    ]
    assert rows("channel", where={"shop": "a", "month": "2026-04"}) == [("own_live", 200_00, None)]
    assert rows("channel", "week", where={"week": "2026-W14", "shop": ["a", "b"]}) == [
        ("own_live", "2026-W14", 200_00, 0)
    ]
    assert rows(period=(day(11, 4), day(12, 4))) == [(0, None)], "sold nothing, and no bill"
    assert rows(period=(day(10, 4), day(12, 4))) == [(0, 60_00)]
    assert rows(period=(day(21, 4), day(30, 4))) == [(None, None)]
    assert rows(where={"date": [day(12, 4).isoformat(), day(30, 4).isoformat()]}) == [(0, None)], (
        "the 12th was given"
    )
    assert rows(period=(day(1, 1), day(31, 1))) == [(0, 0)], (
        "of days before the first a shop need not give anything"
    )
    for name in (refund_bridge, funded_bridge, net_bridge):
        with pytest.raises(UsageError, match="RUNG_UNREPORTED"):
            name(merchant(place), (day(21, 4), day(30, 4)))


def test_a_period_of_which_nothing_was_given_is_empty_and_not_0(place: Place) -> None:
    """The shop's orders begin on 1 March and end on 30 April.

    On the 5th of March it sold nothing, and that is a 0.
    """
    given = reported({("m1", "a", "douyin"): ["orders", "paid_days", "refunds"]}, first=day(1))
    tables: dict[str, list[Row]] = {
        "mart_shop_channel_daily": [shop_day(day(3), shop="a", paid_fen=100_00)],
        "dim_reported": given,
    }
    publish(place, {name: rows_of(name, some) for name, some in tables.items()})
    for asked, expected in ((day(1, 2), None), (day(5), 0), (day(1, 6), None)):
        answer = ask(merchant(place), ["paid_gmv", "net_by_order_date"], period=(asked, asked))
        assert answer.rows.rows() == [(expected, expected)], asked
        assert "NO_ROWS" in [note.code for note in answer.notes]
    for month, expected in (("2026-01", None), ("2026-02", None), ("2026-04", 0), ("2026-05", None)):
        assert ask(merchant(place), ["paid_gmv"], where={"month": month}).rows.rows() == [(expected,)], month
        assert ask(merchant(place), ["paid_gmv"], where={"month": month}, by=["month"]).rows.height == 0
    assert ask(merchant(place), ["paid_gmv"], period=(day(1, 2), day(1))).rows.rows() == [(0,)], (
        "the 1st was given"
    )
    billed = reported({("m1", "a", "douyin"): ["bills"]}, first=day(10))
    tables["dim_reported"] = [
        *(row for row in given if row["report_code"] != "bills"),
        *(row for row in billed if row["report_code"] == "bills"),
    ]
    publish(place, {name: rows_of(name, some) for name, some in tables.items()})
    found = [
        ask(merchant(place), ["settled"], period=(asked, asked)).rows.item() for asked in (day(1, 2), day(3))
    ]
    assert found == [None, 0], "what was sold in the days before the first bill was not settled yet"


def test_net_by_refund_date_is_empty_on_days_whose_refunds_nobody_gave(place: Place) -> None:
    """Paid until 20 April, refunds until the 5th: what was paid on the 10th is no net.

    Refunds after the last order are: nothing was paid then.
    """
    rows = [shop_day(date, shop="a", paid_fen=100_00) for date in (day(3), day(5, 4), day(10, 4))]
    rows += [
        shop_day(day(3), shop="b", paid_fen=50_00),
        shop_day(day(25, 4), shop="b", dated_refund_fen=20_00),
    ]
    ends = {
        ("a", "orders"): day(20, 4),
        ("a", "refunds"): day(5, 4),
        ("b", "orders"): day(20, 4),
        ("b", "refunds"): day(30, 4),
    }
    kept = ["orders", "paid_days", "refunds", "refund_days"]
    given = [
        row
        | dict.fromkeys(
            ("last_date", "whole_until_date"),
            ends.get((str(row["shop_id"]), str(row["report_code"])), row.get("last_date")),
        )
        for row in reported({("m1", shop, "douyin"): kept for shop in "ab"})
    ]
    publish(
        place,
        {
            name: rows_of(name, some)
            for name, some in {"mart_shop_channel_daily": rows, "dim_reported": given}.items()
        },
    )
    found = ask(merchant(place), ["paid_gmv", "net_by_refund_date"], by=["shop", "date"])
    assert found.rows.rows() == [
        ("a", day(3), 100_00, 100_00), ("a", day(5, 4), 100_00, 100_00), ("a", day(10, 4), 100_00, None),
        ("b", day(3), 50_00, 50_00),
        ("b", day(25, 4), None, -20_00),
    ]  # fmt: skip
    whole = ask(merchant(place), ["net_by_refund_date"], where={"shop": "a"})
    assert whole.rows.rows() == [(300_00,)] and "PERIODS_PART" not in [note.code for note in whole.notes]
    april = ask(merchant(place), ["net_by_refund_date"], where={"shop": "a", "month": "2026-04"})
    assert april.rows.rows() == [(200_00,)] and "PERIODS_PART" in [note.code for note in april.notes], (
        "a part that says so"
    )
    late = ask(
        merchant(place),
        ["net_by_refund_date", "return_rate_by_refund_date"],
        where={"shop": "a"},
        period=(day(6, 4), day(20, 4)),
    )
    assert late.rows.rows() == [(None, None)]


def test_only_shops_a_figure_is_about_are_said_to_be_missing(place: Place) -> None:
    """Shop b never gave refunds and sells style B through creators.

    Of shop c, which gave no orders either, nobody knows what it sells.
    """
    sold = [("a", "own_live", "A"), ("b", "creator_live", "B")]
    rows = {
        "mart_shop_channel_daily": [
            shop_day(day(3), shop=shop, channel=channel, paid_fen=100_00) for shop, channel, _ in sold
        ],
        "mart_style_daily": [
            style_day(day(3), style, paid_fen=100_00) | {"shop_id": shop, "channel_code": channel}
            for shop, channel, style in sold
        ],
    }
    kept = ["orders", "paid_days", "refunds"]
    given = {"a": kept, "b": ["orders", "paid_days"], "c": ["sessions"]}
    shops = [
        {
            "merchant_id": "m1",
            "shop_id": shop,
            "platform_code": "douyin",
            "shop_name": f"店{shop}",
            "merchant_name": "云山",
        }
        for shop in given
    ]

    def missing(**where: str) -> dict[str, tuple[int | None, str]]:
        notes = ask(merchant(place), ["net_by_order_date", "settled"], where=where).notes
        return {
            note.code: (note.count, note.zh.split("没给过的：")[1].split("。")[0])
            for note in notes
            if note.code in MISSING.values()
        }

    for names, refunds in (
        ("abc", {"a": (1, "店c"), "b": (2, "店b、店c")}),
        ("ab", {"a": None, "b": (1, "店b")}),
    ):
        some = {("m1", shop, "douyin"): given[shop] for shop in names}
        known = {
            "dim_reported": reported(some),
            "dim_shop": [shop for shop in shops if shop["shop_id"] in names],
        }
        publish(place, {name: rows_of(name, every) for name, every in {**rows, **known}.items()})
        for shop, said in refunds.items():
            channel, style = next((channel, style) for of, channel, style in sold if of == shop)
            for where in ({"channel": channel}, {"style": style}, {"style": style, "month": "2026-03"}):
                assert missing(**where).get("REFUNDS_NONE") == said, (names, where)
        assert missing()["REFUNDS_NONE"][0] == len(names) - 1
        assert missing(style="nobody's")["REFUNDS_NONE"][0] == 1, (
            "it may be of the shop without orders; without such a one all are asked"
        )
    assert missing(channel="own_live")["BILLS_MISSING"] == (1, "店a"), "by what it sold, not by its bills"


def test_steps_of_profit_are_empty_where_nothing_was_given(place: Place) -> None:
    rows = [
        style_day(day(3), "A", paid_fen=100_00, cost_known_fen=100_00, cost_fen=30_00, fees_known_fen=100_00)
    ]
    for reports, expected in ((REPORT.values, [100_00, 70_00]), (("orders", "paid_days"), [None, None])):
        given = reported({("m1", "s1", "douyin"): reports}, first=day(1), until=day(31))
        publish(
            place,
            {
                name: rows_of(name, some)
                for name, some in {"mart_profit_daily": rows, "dim_reported": given}.items()
            },
        )
        found = profit_steps(merchant(place), period=(day(1), day(31)))
        assert [found.steps["fen"][0], found.steps["fen"][-1]] == expected
        assert (found.paid_fen, found.residual_fen) == (100_00, 0 if expected[0] else None)
    for period in ((day(1, 2), day(28, 2)), (day(1, 5), day(31, 5))):
        found = profit_steps(merchant(place), period=period)
        assert found.steps["fen"].null_count() == found.steps.height
        assert (found.paid_fen, found.untold_fen, found.unbilled_fen, found.residual_fen) == (
            None,
            None,
            None,
            None,
        )


def test_sessions_sold_nothing_only_where_orders_tell(place: Place) -> None:
    aired = [{**session(day(3), shop, session_views_qty=1000), "shop_id": shop} for shop in "ab"]
    given = {("m1", "a", "douyin"): ["orders", "paid_days", "sessions"], ("m1", "b", "douyin"): ["sessions"]}
    publish(
        place,
        {
            "mart_live_session": rows_of("mart_live_session", aired),
            "dim_reported": rows_of("dim_reported", reported(given)),
        },
    )
    assert ask(merchant(place), ["gpm"], by=["session"]).rows.rows() == [("a", 0), ("b", None)]


def test_every_measure_a_figure_is_made_of_says_what_brings_it() -> None:
    for metric in METRICS.values():
        assert metric.needs, metric.id
        assert set(metric.needs) <= set(REPORT.values)
    known = {name for source in SOURCES for name in source.measures}
    assert set(REPORTS_OF) <= known | set(FIELDS)
    assert set(MISSING) == set(REPORT.values)

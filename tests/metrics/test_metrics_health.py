"""Data health: the viewer's own rows, and none for the association."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from metrics_cases import AT, OTHER, association, day, merchant, operator, publish

from contracts.canonical import ORDER_LINE
from contracts.errors import NotFoundError, UsageError
from contracts.tables import Table
from expectations.rule import Rule
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.health import (
    checks,
    collections,
    freshness,
    given,
    quarantine,
    receipts,
    release_line,
    unjudged,
    waiting,
)
from metrics.reports.held import held_notes
from warehouse import registry, release
from warehouse.lake import Lake
from warehouse.ops import CHECK, COLLECTION, CURRENCY_RATE, CURSOR, EXPORT, LOAD, QUARANTINE
from warehouse.place import Place

HOUR = dt.timedelta(hours=1)
COUNTS = {
    "rows_read_qty": 5,
    "published_qty": 3,
    "quarantined_qty": 1,
    "superseded_qty": 0,
    "duplicate_qty": 1,
}
RULE = Rule("R", "stop", "支付不为负", "never negative", "", "")


def outcome(
    rule: str, severity: str, failed: int, owners: list[list[str | None]], table: str = "gold.fct_order_line"
) -> dict[str, object]:
    told = {"reason": "为什么 / why", "step": "怎么办 / what to do", "owners": owners, "examples": owners}
    message = "67 of them" if rule == "C_ODD" else RULE.sentence(failed)
    judged = {
        "build_number": 1,
        "table_name": table,
        "snapshot_number": 9,
        "checked_qty": 123_456,
        "changed_at": AT,
        "rule_name": rule,
    }
    details = json.dumps(told) if failed else None
    return {
        **judged,
        "severity_code": severity,
        "is_passed": not failed,
        "failed_qty": failed,
        "message_name": message,
        "details_json": details,
    }


#: What one build was judged to be: failures of m1 and of another, of another alone, of the whole house.
OUTCOMES = [
    outcome("A_FINE", "stop", 0, []),
    outcome("B_WRONG", "warn", 0, [], "gold.dim_shop"),
    outcome("B_WRONG", "warn", 789, [["m1", "s2"], [OTHER, "s9"], ["m1", "s1"]]),
    outcome("C_ODD", "warn", 67, [["m1", "s1"]]),
    outcome("D_THEIRS", "warn", 4, [[OTHER, "s9"]], "bronze.kuaishou__orders"),
    outcome("E_HOUSE", "warn", 3, [[None, None]], "bronze.kuaishou__orders"),
    outcome("F_STOPS", "stop", 2, [[OTHER, "s9"]], "bronze.kuaishou__orders"),
]


def rows(table: Table, *given: dict[str, object]) -> pl.DataFrame:
    return table.shape(
        pl.DataFrame([{**dict.fromkeys(table.columns), **row} for row in given], schema=table.dtypes)
    )


def of_shop(merchant_id: str, shop: str, platform: str = "douyin", kind: str = "orders") -> dict[str, object]:
    return {"merchant_id": merchant_id, "shop_id": shop, "platform_code": platform, "kind_code": kind}


def export(number: int, merchant_id: str, shop: str, source: str = "file") -> dict[str, object]:
    facts = {
        "source_code": source,
        "export_name": f"{merchant_id}-{number}.csv",
        "bytes_qty": 10,
        "landing_name": f"douyin/{shop}/x",
    }
    return {
        "export_id": f"hash-{number}",
        **of_shop(merchant_id, shop),
        **facts,
        "received_at": AT + number * HOUR,
        "observed_at": AT + number * HOUR / 2,
    }


@pytest.fixture(scope="module")
def busy_home(tmp_path_factory: pytest.TempPathFactory, released_home: Path) -> Path:
    """Shops s1 and s2 of m1 and s9 of ``OTHER``, with files, attempts, a quarantined row each, and checks of
    the only release.
    """
    home = tmp_path_factory.mktemp("busy") / "home"
    shutil.copytree(released_home, home)
    with Lake.open(Place(home), write=True) as lake:
        for name, shop, platform in (("m1", "s1", "douyin"), ("m1", "s2", "taobao"), (OTHER, "s9", "douyin")):
            registry.add_shop(lake, name, shop, platform_code=platform, shop_name=f"{shop} 店", at=AT)
        lake.append(
            EXPORT, rows(EXPORT, export(1, "m1", "s1"), export(2, "m1", "s1", "api"), export(3, OTHER, "s9"))
        )
        loaded = {"build_number": 1, "loaded_at": AT, "verdict_code": "warned", **COUNTS}
        lake.append(
            LOAD,
            rows(
                LOAD,
                *(
                    {"export_id": f"hash-{n}", **of_shop(m, s), **loaded}
                    for n, m, s in ((1, "m1", "s1"), (3, OTHER, "s9"))
                ),
            ),
        )
        bad = {
            "row_number": 4,
            "rule_name": "BAD_MONEY",
            "column_name": "paid_fen",
            "message_name": "金额无法识别",
        }
        lake.append(
            QUARANTINE,
            rows(
                QUARANTINE,
                *(
                    {"export_id": f"hash-{n}", **of_shop(m, s), **bad, "cell_name": f"{m}¥"}
                    for n, m, s in ((1, "m1", "s1"), (3, OTHER, "s9"))
                ),
            ),
        )
        lake.append(
            CURSOR,
            rows(
                CURSOR,
                {**of_shop("m1", "s1"), "covered_until_at": AT, "changed_at": AT},
                {**of_shop("m1", "s1", kind="refunds"), "covered_until_at": AT - HOUR, "changed_at": AT},
                {**of_shop(OTHER, "s9"), "covered_until_at": AT, "changed_at": AT},
            ),
        )
        lake.append(
            COLLECTION,
            rows(
                COLLECTION,
                {**of_shop("m1", "s1"), "run_name": "r1", "outcome_code": "ok", "changed_at": AT},
                {
                    **of_shop("m1", "s1"),
                    "run_name": "r2",
                    "outcome_code": "failed",
                    "changed_at": AT + HOUR,
                    "rule_name": "REVOKED",
                },
                {**of_shop(OTHER, "s9"), "run_name": "r2", "outcome_code": "ok", "changed_at": AT},
            ),
        )
        lake.append(CHECK, rows(CHECK, *OUTCOMES))
    return home


@pytest.fixture
def busy(busy_home: Path) -> Place:
    """Do not write to it."""
    return Place(busy_home)


@pytest.fixture
def held(tmp_path: Path, busy_home: Path) -> Place:
    """The same with a second build that was held back."""
    shutil.copytree(busy_home, tmp_path / "home")
    publish(Place(tmp_path / "home"), {}, at=AT + HOUR, hold=["GMV_JUMP"])
    return Place(tmp_path / "home")


def test_files_count_as_judged_when_a_release_was_made_of_their_build(busy: Place, tmp_path: Path) -> None:
    """m1's file is loaded by the released build, its API page waits.

    A build that loads more and is not judged yet changes nothing until it is.
    """
    assert (unjudged(merchant(busy)), unjudged(merchant(busy, OTHER)), unjudged(operator(busy))) == (1, 0, 1)
    with pytest.raises(NotFoundError):
        unjudged(association(busy))
    home = Place(tmp_path / "home")
    shutil.copytree(busy.home, home.home)
    loaded = {"loaded_at": AT, "verdict_code": "accepted", **COUNTS}
    with Lake.open(home, write=True) as lake:
        number = release.begin_build(lake, at=AT)
        lake.append(
            LOAD, rows(LOAD, {"export_id": "hash-2", **of_shop("m1", "s1"), "build_number": number, **loaded})
        )
        lake.append(EXPORT, rows(EXPORT, {**export(4, "m1", "s1"), "withdrawn_at": AT}))
        snapshot = lake.snapshot()
    assert unjudged(merchant(home)) == 1, "built, and not yet checked"
    with Lake.open(home, write=True) as lake:
        release.publish(lake, snapshot=snapshot, build_number=number, at=AT)
    assert unjudged(merchant(home)) == 0, "a withdrawn file waits for nothing"


def test_freshness(busy: Place) -> None:
    found = freshness(merchant(busy)).select(
        "shop_id", "shop_name", "received_at", "observed_at", "covered_until_at", "newest_paid_date"
    )
    assert found.rows() == [
        ("s1", "s1 店", AT + 2 * HOUR, AT + HOUR, AT - HOUR, day(1)),
        ("s2", "s2 店", None, None, None, day(2)),
    ]
    assert freshness(operator(busy))["shop_id"].to_list() == ["s1", "s2", "s9"]


def test_health_is_read_anew_after_a_commit(held: Place) -> None:
    before = receipts(merchant(held)).height
    with Lake.open(held, write=True) as lake:
        lake.append(EXPORT, rows(EXPORT, export(9, "m1", "s1")))
    assert receipts(merchant(held)).height == before + 1
    assert freshness(merchant(held))["received_at"].to_list() == [AT + 9 * HOUR, None]


def test_collections_newest_first(busy: Place) -> None:
    found = collections(merchant(busy))
    assert found.select("run_name", "outcome_code", "rule_name").rows() == [
        ("r2", "failed", "REVOKED"),
        ("r1", "ok", None),
    ]
    assert collections(merchant(busy), limit=1)["run_name"].to_list() == ["r2"]


def test_receipts(busy: Place) -> None:
    found = receipts(merchant(busy))
    assert found.select("export_name", "verdict_code", "rows_read_qty", "quarantined_qty").rows() == [
        ("m1-2.csv", None, None, None),
        ("m1-1.csv", "warned", 5, 1),
    ]
    assert receipts(merchant(busy), source="file")["export_name"].to_list() == ["m1-1.csv"]


def test_given_tells_up_to_which_day_each_kind_came_by_file_and_by_api(held: Place) -> None:
    with Lake.open(held, write=True) as lake:
        older = export(5, "m1", "s1")
        orders = {"verdict_code": "accepted", "build_number": 1, "loaded_at": AT, **COUNTS}
        lake.append(
            EXPORT,
            rows(
                EXPORT, older, {**export(6, "m1", "s2"), "kind_code": "products", "platform_code": "taobao"}
            ),
        )
        lake.append(
            LOAD,
            rows(
                LOAD,
                *(
                    {**of_shop("m1", "s1"), "export_id": f"hash-{n}", **orders, "last_date": day(d)}
                    for n, d in ((2, 3), (5, 2))
                ),
            ),
        )
    assert given(merchant(held)).rows() == [
        ("m1", "s1", "douyin", "orders", "api", AT + 2 * HOUR, AT.date()),
        ("m1", "s1", "douyin", "orders", "file", AT + 5 * HOUR, day(2)),
        ("m1", "s1", "douyin", "refunds", "api", None, AT.date()),
        ("m1", "s2", "taobao", "products", "file", AT + 6 * HOUR, None),
    ]
    assert given(operator(held))["shop_id"].to_list() == ["s1", "s1", "s1", "s2", "s9", "s9"]


def test_quarantine(busy: Place) -> None:
    assert quarantine(merchant(busy)).select(
        "export_name", "row_number", "rule_name", "cell_name"
    ).rows() == [("m1-1.csv", 4, "BAD_MONEY", "m1¥")]
    with pytest.raises(NotFoundError):
        quarantine(operator(busy))


def test_checks_show_a_merchant_its_own_shops_and_what_is_of_the_whole_house(busy: Place) -> None:
    """What fails in another merchant's shops alone holds here: it holds that merchant alone."""
    seen, said = checks(merchant(busy)), "支付不为负 / never negative"
    assert seen.select(
        "rule_name", "is_passed", "shop_id", "is_house", "message_name", "next_step_name"
    ).rows() == [
        ("B_WRONG", False, "s1", False, said, "怎么办 / what to do"),
        ("B_WRONG", False, "s2", False, said, "怎么办 / what to do"),
        ("C_ODD", False, "s1", False, None, "怎么办 / what to do"),
        ("E_HOUSE", False, None, True, said, "怎么办 / what to do"),
        ("A_FINE", True, None, None, said, None),
        ("F_STOPS", True, None, None, said, None),
        ("D_THEIRS", True, None, None, said, None),
    ]
    told = seen.with_columns(pl.all().cast(pl.String)).write_csv()
    assert not any(word in told for word in (OTHER, "s9", "kuaishou", "789", "67"))
    theirs = checks(merchant(busy, OTHER)).filter(~pl.col("is_passed"))
    assert theirs.select("rule_name", "shop_id").rows() == [
        ("F_STOPS", "s9"),
        ("B_WRONG", "s9"),
        ("D_THEIRS", "s9"),
        ("E_HOUSE", None),
    ]


def test_checks_show_an_operator_the_facts(busy: Place) -> None:
    seen = checks(operator(busy)).filter(rule_name="B_WRONG", is_passed=False)
    assert seen.select("failed_qty", "checked_qty", "table_name").rows() == [
        (789, 123_456, "gold.fct_order_line")
    ]
    assert "789" in seen["message_name"][0] and OTHER in seen["details_json"][0]


def test_foreign_orders_wait_for_the_rate_of_their_day_and_are_told_to_their_own_merchant(
    held: Place,
) -> None:
    late, known = AT.replace(hour=1), AT + 30 * HOUR  # in UTC the first is of the day before
    keys = {"_export_id": "x", "_observed_at": AT, "_last_observed_at": AT, "platform_code": "tiktok_shop"}

    def line(
        number: int, owner: str, shop: str, at: dt.datetime, currency: str | None = "USD"
    ) -> dict[str, object]:
        whose = {
            "merchant_id": owner,
            "shop_id": shop,
            "currency_code": currency,
            "_row_number": number,
            "created_at": at,
        }
        return {**keys, **whose, "order_id": f"o{number // 2}", "order_line_id": f"l{number}"}

    codes = {
        "order_status_code": "shipped",
        "is_gift": False,
        "content_code": "unknown",
        "seller_code": "unknown",
    }
    told = [
        line(2, "m1", "s1", late),
        line(3, "m1", "s1", known),
        line(4, "m1", "s1", known),
        line(6, "m1", "s1", known, None),
        line(8, OTHER, "s9", late),
    ]
    with Lake.open(held, write=True) as lake:
        lake.ensure([ORDER_LINE])
        lake.append(ORDER_LINE, rows(ORDER_LINE, *({**item, **codes} for item in told)))
    days = [late.date(), known.date()]  # an order is of the day its first line tells
    assert waiting(merchant(held)).rows() == [("m1", "s1", "tiktok_shop", "USD", day, 1) for day in days]
    with Lake.open(held, write=True) as lake:
        rate = {
            "rate_date": known.date(),
            "currency_code": "USD",
            "cny_e8_number": 712_000_000,
            "changed_at": AT,
        }
        lake.append(CURRENCY_RATE, rows(CURRENCY_RATE, rate))
    assert waiting(merchant(held))["rate_date"].to_list() == [late.date()]
    assert waiting(operator(held))["orders_qty"].sum() == 2
    with Lake.open(held) as lake:
        told = {note.code: note.count for note in held_notes(lake, "m1", None, None)}
        assert told == {"RATE_AWAITED": 1, "ROWS_HELD": 1}, "of one's own merchant"
        assert held_notes(lake, "m1", ["s2"], None) == held_notes(lake, "m3", None, None) == []
        before = (late.date() - dt.timedelta(days=9), late.date() - dt.timedelta(days=2))
        assert "RATE_AWAITED" not in {note.code for note in held_notes(lake, "m1", None, before)}


def test_quarantined_rows_are_told_beside_figures_of_the_days_their_file_is_about(held: Place) -> None:
    """Of the file with the row nobody knows the days; those of the second are the 3rd to the 5th."""
    with Lake.open(held, write=True) as lake:
        lake.append(EXPORT, rows(EXPORT, export(7, "m1", "s1")))
        days = {"first_date": day(3), "last_date": day(5)}
        of_file = {"export_id": "hash-7", **of_shop("m1", "s1")}
        lake.append(
            LOAD,
            rows(
                LOAD,
                {**of_file, "build_number": 1, "loaded_at": AT, "verdict_code": "warned", **COUNTS, **days},
            ),
        )
        bad = {"rule_name": "BAD_MONEY", "column_name": "paid_fen", "message_name": "金额无法识别"}
        lake.append(QUARANTINE, rows(QUARANTINE, *({**of_file, "row_number": n, **bad} for n in (8, 9))))
    with Lake.open(held) as lake:
        for first, last, count in ((1, 2, 1), (1, 3, 3), (4, 4, 3), (5, 9, 3), (6, 9, 1)):
            assert [note.count for note in held_notes(lake, "m1", None, (day(first), day(last)))] == [count]


@pytest.mark.parametrize("call", [freshness, given, collections, quarantine, receipts, checks, waiting])
def test_health_is_the_viewers_own(busy: Place, call: Callable[[Viewer], pl.DataFrame]) -> None:
    assert OTHER not in call(merchant(busy)).with_columns(pl.all().cast(pl.String)).write_csv()
    with pytest.raises(NotFoundError):
        call(association(busy))


def test_checks_are_those_of_the_newest_judged_build(held: Place) -> None:
    assert checks(merchant(held)).is_empty()


def test_the_association_learns_that_a_build_is_held_but_not_why(held: Place) -> None:
    line = release_line(association(held))
    assert (line.current, line.held, line.failed_rules) == (1, 2, ())
    assert release_line(merchant(held)).failed_rules == ("GMV_JUMP",)


def test_health_before_the_first_release(place: Place) -> None:
    with Lake.open(place, write=True) as lake:
        registry.add_shop(lake, "m1", "s1", platform_code="douyin", shop_name="店", at=AT)
    assert freshness(merchant(place))["newest_paid_date"].to_list() == [None]
    assert checks(merchant(place)).is_empty()
    line = release_line(merchant(place))
    assert (line.current, line.as_of, line.newest, line.held, line.is_pinned) == (
        None,
        None,
        None,
        None,
        False,
    )


def test_labels(shown: Place) -> None:
    assert labels(merchant(shown), "shop") == {"s1": "云山店", "s2": "云山天猫店"}
    assert labels(merchant(shown), "merchant") == {"m1": "云山服饰"}
    assert labels(merchant(shown), "style") == {"A": "连衣裙"}
    assert labels(association(shown), "shop") == {}
    with pytest.raises(UsageError):
        labels(merchant(shown), "channel")

"""Costs found for order lines, and what is left of them, by hand and to the fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from transforms_cases import Gold, observed, run

from contracts.canonical import SHOP, SILVER
from contracts.field import OWN_IDS
from metrics.query.explain import ENTERED_IN
from transforms.costing import Costs, add_unit_cost, spread_lumps
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.profit import fct_line_cost, mart_profit_daily
from warehouse.ops import FIXED_COST, UNIT_COST

PAID = "2026-06-10 12:00:00"
DAY = dt.date(2026, 6, 10)


def entered(table: Any, *rows: Mapping[str, Any]) -> pl.DataFrame:  # noqa: ANN401
    """Entries of merchant ``m`` in the order of entry; dates as text, from 2026 on where none is given."""
    usual = {
        "merchant_id": "m",
        "valid_from_date": "2026-01-01",
        "received_by_name": "老板",
        "changed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }
    full = [
        {**dict.fromkeys(table.columns), **usual, "event_number": number, **row}
        for number, row in enumerate(rows, 1)
    ]
    dates = {name: dt.date.fromisoformat for name in ("valid_from_date", "valid_until_date")}
    return pl.DataFrame(
        [
            {name: dates[name](cell) if name in dates and cell else cell for name, cell in row.items()}
            for row in full
        ],
        schema=table.dtypes,
    )


def costs(goods: list[dict[str, Any]], others: list[dict[str, Any]] | None = None) -> Costs:
    return Costs(entered(UNIT_COST, *goods), entered(FIXED_COST, *(others or [])))


def line(order: str, fen: int, sku: str | None, qty: int | None = 1, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "order_id": order,
        "order_line_id": order,
        "paid_at": PAID,
        "created_at": PAID,
        "paid_fen": fen,
        "line_qty": qty,
        "sku_code": sku,
        **more,
    }


def back(
    order: str,
    fen: int,
    stage: str = "after_shipment",
    kind: str = "return_refund",
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    told = {
        "refund_id": f"r-{order}-{stage}-{fen}",
        "refund_stage_code": stage,
        "refund_type_code": kind,
        "refunded_at": "2026-06-12 12:00:00",
    }
    return {"order_id": order, "refund_fen": fen, **told, **more}


def entry(name: str, *, order: str | None = None, line_id: str | None = None, **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    usual = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "taobao",
        "settlement_type_code": "sale",
        "settled_fen": 0,
        "channel_code": "unknown",
    }
    where = {
        "match_code": "line",
        "funding_code": "none",
        "business_month": "2026-06",
        "settled_date": dt.date(2026, 6, 20),
        "paid_date": DAY,
    }
    return {
        **usual,
        **where,
        "settlement_entry_id": name,
        "order_id": order,
        "order_line_id": line_id,
        **parts,
    }


def facts(gold: Gold, known: Costs, *entries: dict[str, Any]) -> pl.DataFrame:
    table = fct_settlement_entry.TABLE
    told = pl.DataFrame([{**dict.fromkeys(table.columns), **row} for row in entries], schema=table.dtypes)
    return fct_line_cost.build(gold.lines, told, known)


def of(rows: pl.DataFrame, name: str) -> dict[str, Any]:
    return rows.row(by_predicate=pl.col("order_line_id") == name, named=True)


# which cost
@pytest.mark.parametrize(
    ("goods", "cost"),
    [
        ([{"style_code": "K", "unit_cost_fen": 100}], 100),
        ([{"style_code": "K", "unit_cost_fen": 100}, {"sku_code": "K-M", "unit_cost_fen": 90}], 90),
        ([{"sku_code": "K-M", "unit_cost_fen": 90}, {"sku_code": "K-M", "shop_id": "s", "unit_cost_fen": 80}],
            80),
        ([{"sku_code": "K-M", "shop_id": "elsewhere", "unit_cost_fen": 80}], None),
        ([{"sku_code": "K-M", "unit_cost_fen": 90},
                {"sku_code": "K-M", "unit_cost_fen": 95, "valid_from_date": "2026-06-10"}], 95),
        ([{"sku_code": "K-M", "unit_cost_fen": 95, "valid_from_date": "2026-06-11"}], None),
        # the newest date in force, whatever was entered last
        ([{"sku_code": "K-M", "unit_cost_fen": 95, "valid_from_date": "2026-06-01"},
                {"sku_code": "K-M", "unit_cost_fen": 90}], 95),
        # the last word on one date; taken back, the date before counts again
        ([{"sku_code": "K-M", "unit_cost_fen": 90}, {"sku_code": "K-M", "unit_cost_fen": 70}], 70),
        ([{"sku_code": "K-M", "unit_cost_fen": 90},
                *({"sku_code": "K-M", "unit_cost_fen": fen, "valid_from_date": "2026-06-01"}
                    for fen in (95, None))], 90),
        ([{"sku_code": "K-M", "unit_cost_fen": 90, "merchant_id": "another"}], None),
    ],
)  # fmt: skip
def test_the_cost_in_force_on_the_day_of_payment(goods: list[dict[str, Any]], cost: int | None) -> None:
    lines = run(
        ("order_line", observed("order_line", line("1", 100, "K-M", style_code="K"), line("2", 100, None)))
    ).lines
    found = dict(
        add_unit_cost(lines, entered(UNIT_COST, *goods)).select("order_line_id", "unit_cost_fen").iter_rows()
    )
    assert found == {"1": cost, "2": None}


def test_a_cost_charged_once_is_spread_over_its_days_to_the_fen() -> None:
    slot = {
        "cost_kind_code": "slot_fee",
        "cost_basis_code": "once",
        "shop_id": "s",
        "creator_id": "c",
        "cost_amount_fen": 100,
        "valid_from_date": "2026-06-10",
    }
    other = {**slot, "creator_id": "d", "cost_amount_fen": 5}
    said = [slot, {**slot, "valid_until_date": "2026-06-12"}, other, {**other, "cost_amount_fen": None}]
    known = costs([], said)
    parts = spread_lumps(known.others).sort("business_date")
    assert parts["part_fen"].to_list() == [34, 33, 33]
    shops = pl.DataFrame({"merchant_id": ["m"], "shop_id": ["s"], "platform_code": ["taobao"]})
    made = fct_line_cost.build_lumps(known, shops)
    assert made.select("order_line_id", "style_code", "channel_code").unique().rows() == [
        ("cost:2", "untold", "creator_live")
    ]
    assert made["slot_fee_fen"].sum() == 100 and made["sample_fen"].sum() == 0


# what of the goods came back
@pytest.mark.parametrize(
    ("refunds", "sent", "came_back"),
    [
        ([], 3, 0),
        ([back("1", 300)], 3, 3),
        ([back("1", 100)], 3, 1),
        ([back("1", 140)], 3, 1),  # 1.4 units
        ([back("1", 100, "before_shipment", "refund_only"), back("1", 100)], 2, 1),
        ([back("1", 300, "before_shipment", "refund_only")], 0, 0),
        ([back("1", 300, kind="refund_only")], 3, 0),  # the buyer kept the goods
        ([back("1", 20, kind="price_protection")], 3, 0),
        ([back("1", 300, "unknown", "unknown")], 3, 3),
    ],
)  # fmt: skip
def test_units_sent_and_come_back(refunds: list[dict[str, Any]], sent: int, came_back: int) -> None:
    given = [("order_line", observed("order_line", line("1", 300, "K", 3)))]
    gold = run(*given, *([("refund_line", observed("refund_line", *refunds))] if refunds else []))
    row = of(facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 40}])), "1")
    assert (row["sent_qty"], row["back_qty"], row["cost_fen"]) == (sent, came_back, 40 * (sent - came_back))


def test_a_gift_goes_with_its_order() -> None:
    gift = {"is_gift": True, "paid_fen": 0}
    rows = [
        line("1", 100, "K"), line("1", 0, "G", 2) | {"order_line_id": "1g"} | gift,
        line("2", 100, "K"), line("2", 0, "G", 2) | {"order_line_id": "2g"} | gift,
    ]  # fmt: skip
    gold = run(
        ("order_line", observed("order_line", *rows)),
        ("refund_line", observed("refund_line", back("2", 100, "before_shipment", "refund_only"))),
    )
    made = facts(gold, costs([{"sku_code": "G", "unit_cost_fen": 7}]))
    assert {row["order_line_id"]: row["cost_fen"] for row in made.iter_rows(named=True)} == {
        "1g": 14,
        "2g": 0,
    }


RATES = [
    {"cost_kind_code": kind, "cost_basis_code": basis, "cost_amount_fen": fen}
    for kind, basis, fen in (
        ("packing", "per_unit", 10), ("freight_out", "per_order", 350), ("freight_back", "per_order", 600),
        ("write_down", "per_unit", 500),
    )
]  # fmt: skip


def test_contribution_of_an_order_to_the_fen() -> None:
    """Two lines: 3 × 50.00 of which one unit came back, 1 × 80.00 without a known cost.

    A bill by the line and a charge on the whole order.
    """
    rows = [
        line("1", 150_00, "K", 3) | {"order_line_id": "1a"},
        line("1", 80_00, "X") | {"order_line_id": "1b"},
    ]
    gold = run(
        ("order_line", observed("order_line", *rows)),
        ("refund_line", observed("refund_line", back("1", 50_00) | {"order_line_id": "1a"})),
    )
    bill = entry(
        "e1",
        order="1",
        line_id="1a",
        settled_fen=85_00,
        income_fen=100_00,
        expense_fen=-15_00,
        platform_fee_fen=5_00,
        commission_creator_fen=10_00,
    )
    premium = entry("e2", order="1", settlement_type_code="insurance", settled_fen=-2_31)
    waiting = entry(
        "e3", order="1", line_id="1a", settlement_type_code="fee", settled_fen=-9_99, settled_date=None
    )
    made = facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 20_00}], RATES), bill, premium, waiting)
    assert made["order_line_id"].to_list() == ["1a"]
    row = of(made, "1a")
    told = {name: row[name] for name in fct_line_cost.MEASURES if row[name]}
    assert told == {
        "cost_known_fen": 150_00, "fees_known_fen": 150_00, "costed_refund_fen": 50_00, "cost_fen": 40_00,
        "write_down_fen": 5_00,
        "cohort_fee_fen": 5_00 + 1_51,  # 2.31 by 150 : 80 is 1.506… and 0.803…: whole fen 1.51 and 0.80
        "cohort_commission_fen": 10_00, "packing_fen": 30, "freight_out_fen": 3_50, "freight_back_fen": 6_00,
    }  # fmt: skip
    mart = mart_profit_daily.ASSET.build({"fct_order_line": gold.lines, "fct_line_cost": made})
    assert mart.select(pl.col("paid_fen", "cost_untold_fen", "fees_untold_fen").sum()).row(0) == (
        230_00,
        80_00,
        80_00,
    )
    assert mart.select(pl.col(fct_line_cost.MEASURES).sum()).row(0, named=True) == {
        name: row[name] for name in fct_line_cost.MEASURES
    }


@pytest.mark.parametrize(
    ("later", "packing"),
    [
        ({}, 30),
        ({"valid_from_date": "2026-01-01"}, 100),
        ({"valid_from_date": "2026-06-01"}, 100),
        ({"valid_from_date": "2026-07-01"}, 30),
    ],
)
def test_a_kind_is_charged_one_way_at_a_time(later: dict[str, str], packing: int) -> None:
    """By the unit since January, by the order since June: who changes the way does not pay both."""
    rates = [
        {
            "cost_kind_code": "packing",
            "cost_basis_code": "per_unit",
            "cost_amount_fen": 10,
            "valid_from_date": "2026-01-01",
        }
    ]
    rates += (
        [{"cost_kind_code": "packing", "cost_basis_code": "per_order", "cost_amount_fen": 100, **later}]
        if later
        else []
    )
    gold = run(("order_line", observed("order_line", line("1", 150_00, "K", 3))))
    assert facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 20_00}], rates))[
        "packing_fen"
    ].to_list() == [packing]


def test_fees_are_known_once_a_payout_came_or_nothing_was_kept() -> None:
    rows = [line(name, 100, "K") for name in ("settled", "waiting", "returned")]
    gold = run(
        ("order_line", observed("order_line", *rows)),
        ("refund_line", observed("refund_line", back("returned", 100))),
    )
    made = facts(
        gold,
        costs([{"sku_code": "K", "unit_cost_fen": 40}]),
        entry("e", order="settled", line_id="settled", platform_fee_fen=3),
    )
    assert dict(made.select("order_line_id", "fees_known_fen").iter_rows()) == {
        "settled": 100,
        "waiting": 0,
        "returned": 100,
    }
    assert dict(made.select("order_line_id", "cohort_fee_fen").iter_rows()) == {
        "settled": 3,
        "waiting": 0,
        "returned": 0,
    }


def test_what_a_whole_order_is_charged_or_given_back_is_shared_to_the_fen() -> None:
    rows = [
        line("1", 100, "K"),
        line("2", 200, "K") | {"order_line_id": "2a"},
        line("2", 100, "K") | {"order_line_id": "2b"},
    ]
    gold = run(("order_line", observed("order_line", *rows)))
    bill = [
        entry("e1", order="1", platform_fee_fen=7),
        entry("e2", order="2", platform_fee_fen=-10, commission_leader_fen=5, expense_fen=5),
    ]
    made = facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 40}]), *bill).sort("order_line_id")
    told = made.select("order_line_id", "cohort_fee_fen", "cohort_commission_fen", "fees_known_fen").rows()
    assert told == [("1", 7, 0, 100), ("2a", -7, 3, 200), ("2b", -3, 2, 100)]


def test_a_day_is_the_same_made_alone_or_among_others() -> None:
    """An order of two payments: each day's facts follow from that day."""
    rows = [
        line("1", 100, "K") | {"order_line_id": "1a"},
        line("1", 100, "K") | {"order_line_id": "1b", "paid_at": "2026-06-11 12:00:00"},
    ]
    gold = run(("order_line", observed("order_line", *rows)))
    known = costs([{"sku_code": "K", "unit_cost_fen": 40}], RATES)
    whole = facts(gold, known)
    alone = [
        fct_line_cost.build(part, fct_settlement_entry.TABLE.empty(), known)
        for part in gold.lines.partition_by("paid_date")
    ]
    assert pl.concat(alone).sort("order_line_id").equals(whole.sort("order_line_id"))
    assert whole["packing_fen"].to_list() == [10, 10]
    assert set(whole.columns) >= set(SHOP)


def test_lines_without_units_or_cost_are_untold_and_nothing_else() -> None:
    gold = run(("order_line", observed("order_line", line("1", 100, "K", None), line("2", 50, "X"))))
    made = facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 40}], RATES))
    assert made.is_empty()
    mart = mart_profit_daily.ASSET.build({"fct_order_line": gold.lines, "fct_line_cost": made})
    assert mart.select(pl.exclude(mart_profit_daily.TABLE.key).sum()).row(0, named=True) == (
        dict.fromkeys(mart_profit_daily.TABLE.required, 0)
        | {"paid_fen": 150, "cost_untold_fen": 150, "fees_untold_fen": 150, "facts_qty": 2}
    )


def test_postage_that_stands_on_no_line_is_of_known_cost() -> None:
    """An order paid 108.00: one line of 100.00 and postage of 8.00 that the order alone reports. The postage
    takes no goods, and its payout comes with the line's.
    """
    order = {"order_id": "1", "paid_at": PAID, "created_at": PAID, "paid_fen": 108_00, "freight_fen": 8_00}
    gold = run(
        ("order", observed("order", order)), ("order_line", observed("order_line", line("1", 100_00, "K")))
    )
    bill = entry("e", order="1", line_id="1", platform_fee_fen=5_00)
    made = facts(gold, costs([{"sku_code": "K", "unit_cost_fen": 40_00}], RATES), bill)
    columns = ("cost_known_fen", "fees_known_fen", "cost_fen", "packing_fen", "freight_out_fen")
    assert [of(made, name)[column] for name in ("1", "1:rest") for column in columns] == [
        *(100_00, 100_00, 40_00, 10, 3_50),
        *(8_00, 8_00, 0, 0, 0),
    ]
    mart = mart_profit_daily.ASSET.build({"fct_order_line": gold.lines, "fct_line_cost": made})
    assert mart.select(pl.col("paid_fen", "cost_untold_fen", "fees_untold_fen").sum()).row(0) == (
        108_00,
        0,
        0,
    )
    goods = costs([{"sku_code": "other", "unit_cost_fen": 40_00}])
    assert facts(gold, goods)["order_line_id"].to_list() == ["1:rest"]


def test_no_platforms_number_may_look_like_an_entry_of_ours() -> None:
    """Costs charged once and words on stock stand among lines and listings, told from them by how their ids
    begin.
    """
    names = ["1", "1:cost:2", "cost:2", "cost:x", "stock:1", "成本:1"]
    rows = observed("order_line", *(line(name, 100, "K") for name in names))
    good, bad = SILVER["order_line"].schema.filter(rows)
    assert sorted(pl.DataFrame(good)["order_line_id"]) == ["1", "1:cost:2", "成本:1"] and len(bad) == 3
    assert set(OWN_IDS) == {f"{book}:" for book in ENTERED_IN}

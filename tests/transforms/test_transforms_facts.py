"""Order-line and refund facts, and the dimensions drawn from them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from transforms_cases import observed, own_accounts, run

from transforms.gold import gold_tables
from transforms.gold.orders import dim_creator, dim_live_session, dim_product, dim_shop

PAID = "2026-06-01 10:00:00"
ORDER = {
    "order_id": "O",
    "paid_at": PAID,
    "created_at": "2026-05-31 23:59:59",
    "paid_fen": 1000,
    "placed_fen": 1000,
    "province_name": "广东省",
}


def _line(name: str, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"order_id": "O", "order_line_id": name, **cells}


def test_lines_take_from_their_order_what_they_do_not_tell() -> None:
    """Old item files have neither money nor times: the order's are split by price × quantity, to the fen."""
    lines = [
        _line("A", unit_price_fen=300, line_qty=2),
        _line("B", unit_price_fen=301, line_qty=1),
        _line("C", unit_price_fen=99, line_qty=1),
    ]
    built = run(("order_line", observed("order_line", *lines)), ("order", observed("order", ORDER)))
    assert [built.line(name)["paid_fen"] for name in "ABC"] == [600, 301, 99]
    assert built.lines["is_order_level"].any() is False
    assert {str(day) for day in built.lines["paid_date"]} == {"2026-06-01"}
    assert {str(day) for day in built.lines["created_date"]} == {"2026-05-31"}
    assert set(built.lines["province_name"]) == {"广东省"}


def test_a_gift_beside_goods_takes_no_money_and_keeps_none_from_them() -> None:
    """R51: a JD order reports its money once.

    A gift among its lines once left the goods without any, all of it on a line of no goods.
    """
    lines = [
        _line("A", unit_price_fen=300, line_qty=2),
        _line("B", unit_price_fen=400, line_qty=1),
        _line("G", unit_price_fen=0, line_qty=1, is_gift=True),
    ]
    refund = {
        "refund_id": "r",
        "order_id": "O",
        "order_line_id": "A",
        "refund_fen": 600,
        "refunded_at": PAID,
        "refund_stage_code": "before_shipment",
    }
    orders = observed("order", {**ORDER, "shipped_at": PAID})
    built = run(
        ("order_line", observed("order_line", *lines)),
        ("order", orders),
        ("refund_line", observed("refund_line", refund)),
    )
    assert {row[0]: row[1:] for row in built.lines.select("order_line_id", "paid_fen", "is_shipped")
        .iter_rows()} == {
        "A": (600, False), "B": (400, True), "G": (0, True),
    }  # fmt: skip
    assert built.styles["shipped_fen"].sum() == 400 and built.styles["shipped_fen"].min() >= 0


def test_a_gift_whose_order_reports_its_goods_nowhere_leaves_the_money_to_the_rest() -> None:
    built = run(
        ("order_line", observed("order_line", _line("G", unit_price_fen=0, line_qty=1, is_gift=True))),
        ("order", observed("order", ORDER)),
    )
    assert dict(built.lines.select("order_line_id", "paid_fen").iter_rows()) == {"G": 0, "O:rest": 1000}


def test_what_was_refunded_whole_before_shipment_never_left_though_nothing_was_paid() -> None:
    line = _line("A", paid_fen=0, placed_fen=0, paid_at=PAID, shipped_at=PAID)
    refund = {
        "refund_id": "r",
        "order_id": "O",
        "order_line_id": "A",
        "refund_fen": 50,
        "refunded_at": PAID,
        "refund_stage_code": "before_shipment",
    }
    built = run(
        ("order_line", observed("order_line", line)), ("refund_line", observed("refund_line", refund))
    )
    assert (built.line("A")["is_shipped"], built.styles["shipped_fen"].to_list()) == (False, [0])


def test_a_lines_own_word_outranks_its_orders() -> None:
    line = _line("A", paid_fen=400, placed_fen=400, paid_at="2026-06-02 08:00:00", province_name="浙江省")
    built = run(
        ("order_line", observed("order_line", line)),
        ("order", observed("order", {**ORDER, "paid_fen": 400, "placed_fen": 400})),
    )
    found = built.line("A")
    assert (found["paid_fen"], str(found["paid_date"]), found["province_name"]) == (
        400,
        "2026-06-02",
        "浙江省",
    )


def test_the_orders_paid_rest_is_kept_as_a_line_of_its_own() -> None:
    lines = [
        _line("A", paid_fen=600, placed_fen=600, line_qty=2),
        _line("B", paid_fen=390, placed_fen=390, line_qty=1),
    ]
    built = run(
        ("order_line", observed("order_line", *lines)), ("order", observed("order", {**ORDER, "line_qty": 3}))
    )
    rest = built.line("O:rest")
    assert (rest["paid_fen"], rest["is_order_level"], rest["line_qty"], rest["is_order_head"]) == (
        10,
        True,
        0,
        False,
    )
    assert built.daily.select("paid_fen", "paid_orders_qty", "units_qty", "units_untold_qty").sum().row(
        0
    ) == (1000, 1, 3, 0)


def test_no_rest_where_lines_account_for_the_order_or_more() -> None:
    for paid in (1000, 1001):
        line = _line("A", paid_fen=paid, placed_fen=paid)
        built = run(("order_line", observed("order_line", line)), ("order", observed("order", ORDER)))
        assert built.lines["order_line_id"].to_list() == ["A"]


def test_an_order_no_line_is_told_of_is_one_line() -> None:
    built = run(("order", observed("order", {**ORDER, "line_qty": 2, "stated_refund_fen": 250})))
    (found,) = built.lines.iter_rows(named=True)
    assert (found["order_line_id"], found["is_order_level"], found["is_order_head"], found["line_qty"]) == (
        "O",
        True,
        True,
        2,
    )
    assert (found["cohort_refund_fen"], found["refund_undated_fen"], found["refund_unstaged_fen"]) == (
        250,
        250,
        250,
    )
    assert built.refunds.select("refund_id", "refund_fen", "refund_date").rows() == [("stated:O", 250, None)]


@pytest.mark.parametrize(
    ("names", "gifts", "head"),
    [(("B", "A"), (), "A"), (("A", "B"), ("A",), "B"), (("A",), ("A",), None), (("O",), (), "O")],
)
def test_one_head_per_order_never_a_gift(
    names: tuple[str, ...], gifts: tuple[str, ...], head: str | None
) -> None:
    lines = [
        _line(
            name,
            paid_fen=0 if name in gifts else 100,
            placed_fen=0 if name in gifts else 100,
            is_gift=name in gifts,
            paid_at=PAID,
        )
        for name in names
    ]
    built = run(("order_line", observed("order_line", *lines)))
    assert built.lines.filter("is_order_head")["order_line_id"].to_list() == ([head] if head else [])


def test_the_rest_is_head_only_where_nothing_else_could_be() -> None:
    """``O:rest`` sorts before the line's id here, yet a told line heads the order."""
    told = _line("Z", paid_fen=400, placed_fen=400)
    built = run(("order_line", observed("order_line", told)), ("order", observed("order", ORDER)))
    assert built.lines.filter("is_order_head")["order_line_id"].to_list() == ["Z"]
    gift = _line("Z", paid_fen=0, placed_fen=0, is_gift=True)
    built = run(("order_line", observed("order_line", gift)), ("order", observed("order", ORDER)))
    assert built.lines.filter("is_order_head")["order_line_id"].to_list() == ["O:rest"]


def test_never_paid_is_no_money_whatever_a_row_says() -> None:
    line = _line("A", placed_fen=500, paid_fen=500, stated_refund_fen=500, order_status_code="closed_unpaid")
    refund = {"refund_id": "r", "order_id": "O", "order_line_id": "A", "refund_fen": 500, "refunded_at": PAID}
    built = run(
        ("order_line", observed("order_line", line)), ("refund_line", observed("refund_line", refund))
    )
    found = built.line("A")
    assert (found["paid_fen"], found["cohort_refund_fen"], found["placed_fen"]) == (0, 0, 500)
    assert (built.refunds.height, built.daily.height) == (0, 0)


def test_what_a_line_states_beyond_its_after_sales_is_undated_and_unstaged() -> None:
    line = _line("A", paid_fen=900, placed_fen=900, paid_at=PAID, stated_refund_fen=500)
    refunds = [
        {
            "refund_id": "r1",
            "order_id": "O",
            "order_line_id": "A",
            "refund_fen": 100,
            "refunded_at": PAID,
            "refund_stage_code": "before_shipment",
        },
        {
            "refund_id": "r2",
            "order_id": "O",
            "order_line_id": "A",
            "refund_fen": 50,
            "refund_stage_code": "unknown",
        },
    ]
    built = run(
        ("order_line", observed("order_line", line)), ("refund_line", observed("refund_line", *refunds))
    )
    found = built.line("A")
    assert (found["cohort_refund_fen"], found["refund_before_fen"], found["refund_after_fen"]) == (
        500,
        100,
        0,
    )
    assert (found["refund_unstaged_fen"], found["refund_undated_fen"]) == (400, 400)
    assert dict(built.refunds.select("refund_id", "refund_fen").iter_rows()) == {
        "r1": 100,
        "r2": 50,
        "stated:A": 350,
    }


def test_what_went_back_by_its_status_of_no_amount_is_known_by_what_was_paid_on_it() -> None:
    """Of each line of two orders: whether any source gives what went back.

    An order's status says nothing of lines beside known refunds.
    """
    done, paid = {"refund_status_code": "success"}, {"paid_at": PAID, "paid_fen": 100, "placed_fen": 100}
    closed = {"order_status_code": "closed_refunded"}
    lines = [
        _line("unsized", **paid, **done), _line("stated", **paid, **done, stated_refund_fen=0),
        _line("sold", **paid, refund_status_code="none"),
        _line("gift", **done, paid_at=PAID, is_gift=True), _line("matched", **paid, **done),
    ]  # fmt: skip
    whole = [
        {**_line(name, **paid, **closed), "order_id": order}
        for order, name in (("W", "w1"), ("W", "w2"), ("K", "k1"), ("K", "k2"))
    ]
    refunds = [
        {
            "refund_id": f"r{name}",
            "order_id": order,
            "order_line_id": name,
            "refund_fen": 30,
            "refunded_at": PAID,
        }
        for order, name in (("O", "matched"), ("K", "k1"))
    ]
    built = run(
        ("order_line", observed("order_line", *lines, *whole)),
        ("refund_line", observed("refund_line", *refunds)),
    )
    assert dict(built.lines.select("order_line_id", "refund_unsized_fen").iter_rows()) == {
        "unsized": 100, "stated": None, "sold": None, "gift": None, "matched": None, "w1": 100, "w2": 100,
        "k1": None, "k2": None,
    }  # fmt: skip
    assert built.daily["cohort_refund_unsized_fen"].sum() == 300
    of_order = {"order_id": "O", "paid_at": PAID, "paid_fen": 100, "stated_refund_fen": 0}
    built = run(("order_line", observed("order_line", lines[0])), ("order", observed("order", of_order)))
    assert built.line("unsized")["refund_unsized_fen"] is None, "its order states what went back"


def test_a_statement_smaller_than_the_after_sales_changes_nothing() -> None:
    line = _line("A", paid_fen=900, placed_fen=900, paid_at=PAID, stated_refund_fen=40)
    refund = {
        "refund_id": "r1",
        "order_id": "O",
        "order_line_id": "A",
        "refund_fen": 100,
        "refunded_at": PAID,
    }
    built = run(
        ("order_line", observed("order_line", line)), ("refund_line", observed("refund_line", refund))
    )
    assert (built.line("A")["cohort_refund_fen"], built.line("A")["refund_undated_fen"]) == (100, 0)


def test_what_the_order_states_beyond_all_lines_goes_to_lines_that_state_nothing() -> None:
    lines = [
        _line("A", paid_fen=600, placed_fen=600, stated_refund_fen=100),
        _line("B", paid_fen=300, placed_fen=300),
        _line("C", paid_fen=100, placed_fen=100),
    ]
    built = run(
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", {**ORDER, "stated_refund_fen": 180})),
    )
    assert {name: built.line(name)["cohort_refund_fen"] for name in "ABC"} == {"A": 100, "B": 60, "C": 20}
    assert built.lines["refund_undated_fen"].sum() == 180


def test_what_the_order_states_beyond_lines_that_all_speak_is_not_lost() -> None:
    lines = [
        _line("A", paid_fen=600, placed_fen=600, stated_refund_fen=600),
        _line("B", paid_fen=400, placed_fen=400, stated_refund_fen=0),
    ]
    built = run(
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", {**ORDER, "stated_refund_fen": 650})),
    )
    assert {name: built.line(name)["cohort_refund_fen"] for name in "AB"} == {"A": 600, "B": 50}


def test_order_and_after_sales_telling_the_same_money_count_it_once() -> None:
    """Lines without money and statements of their own (old item file), the order's refund total, and the
    after-sale that it is made of.
    """
    lines = [
        _line("A", unit_price_fen=500, line_qty=1, sku_code="a"),
        _line("B", unit_price_fen=500, line_qty=1, sku_code="b"),
    ]
    refund = {"refund_id": "r", "order_id": "O", "refund_fen": 500, "refunded_at": PAID, "sku_code": "b"}
    built = run(
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", {**ORDER, "stated_refund_fen": 500})),
        ("refund_line", observed("refund_line", refund)),
    )  # fmt: skip
    assert {name: built.line(name)["cohort_refund_fen"] for name in "AB"} == {"A": 0, "B": 500}
    assert built.lines["refund_undated_fen"].sum() == 0


def test_facts_of_refunds_carry_their_lines_day_channel_and_style() -> None:
    line = _line("A", paid_fen=900, placed_fen=900, paid_at=PAID, product_id="77")
    told = {"order_id": "O", "order_line_id": "A", "seller_code": "own", "live_session_id": "L"}
    room = {"live_session_id": "L", "started_at": "2026-05-31 21:00:00", "seller_code": "own"}
    refund = {
        "refund_id": "r",
        "order_id": "O",
        "order_line_id": "A",
        "refund_fen": 100,
        "refunded_at": "2026-07-02 00:00:01",
        "reason_code": "size",
    }
    built = run(
        ("order_line", observed("order_line", line)), ("line_channel", observed("line_channel", told)),
        ("live_session", observed("live_session", room)),
        ("refund_line", observed("refund_line", refund)),
    )  # fmt: skip
    days = built.refunds.with_columns(pl.col("refund_date", "paid_date", "start_date").cast(pl.String))
    assert days.select(
        "channel_code",
        "style_code",
        "refund_date",
        "paid_date",
        "start_date",
        "live_session_id",
        "reason_code",
    ).rows() == [("own_live", "77", "2026-07-02", "2026-06-01", "2026-05-31", "L", "size")]


def test_products_and_creators_are_known_by_their_latest_name() -> None:
    lines = [
        _line(
            "A",
            style_code="S",
            product_name="old",
            created_at="2026-05-01 00:00:00",
            creator_id="h",
            creator_name="before",
            content_code="live",
        ),
        _line(
            "B",
            style_code="S",
            product_name="new",
            created_at="2026-06-01 00:00:00",
            creator_id="h",
            content_code="live",
        ),
        _line("C", product_id="77", created_at="2026-06-02 00:00:00", product_name=None),
        _line("D"),
    ]
    built = run(("order_line", observed("order_line", *lines)), own=own_accounts("h"))
    assert dim_product.build(built.lines).select("style_code", "product_id", "product_name").rows() == [
        ("77", "77", None),
        ("S", None, "new"),
    ]
    assert dim_creator.build(built.lines).select("creator_id", "is_own_account", "creator_name").rows() == [
        ("h", True, "before")
    ]


@pytest.mark.parametrize(
    ("cells", "own", "channel"),
    [
        ({"live_account_id": "h"}, ("h",), "own_live"),
        ({"live_account_id": "h"}, (), "creator_live"),
        # the shop's own list of rooms names no account, only that they are its own
        ({"seller_code": "own"}, (), "own_live"),
        ({"live_account_id": "h", "seller_code": "own"}, (), "creator_live"),
        ({}, (), "creator_live"),
    ],
)
def test_a_session_is_own_by_the_registry_or_by_the_list_it_stands_in(
    cells: dict[str, str], own: tuple[str, ...], channel: str
) -> None:
    room = observed(
        "live_session",
        {
            "live_session_id": "L",
            "started_at": "2026-06-01 23:30:00",
            "ended_at": "2026-06-02 02:00:00",
            **cells,
        },
    )
    (found,) = dim_live_session.build(
        room.select(*dim_live_session.TABLE.key, "started_at", "ended_at", "live_account_id", "seller_code"),
        own_accounts(*own),
    ).iter_rows(named=True)
    assert (found["channel_code"], found["is_own_account"], str(found["start_date"])) == (
        channel,
        channel == "own_live",
        "2026-06-01",
    )


def test_shops_stand_with_their_merchant() -> None:
    shops = pl.DataFrame(
        {
            "merchant_id": ["m", "gone"],
            "shop_id": ["s", "t"],
            "platform_code": ["taobao"] * 2,
            "shop_name": ["店", "无"],
        }
    )
    merchants = pl.DataFrame({"merchant_id": ["m"], "merchant_name": ["商"]})
    assert dim_shop.build(shops, merchants).select("shop_id", "merchant_name", "platform_shop_id").rows() == [
        ("s", "商", None)
    ]


def test_gold_tables_are_found_and_facts_keep_their_contract() -> None:
    assert {
        "fct_order_line",
        "fct_refund_line",
        "mart_shop_channel_daily",
        "mart_style_daily",
        "mart_live_session",
    } < set(gold_tables())
    built = run(("order", observed("order", {**ORDER, "stated_refund_fen": 250})))
    for name, frame in (
        ("fct_order_line", built.lines),
        ("fct_refund_line", built.refunds),
        ("mart_shop_channel_daily", built.daily),
    ):
        good, failures = gold_tables()[name].schema.filter(frame)
        assert (good.height, len(failures)) == (frame.height, 0)
        assert frame.height == 1


@pytest.mark.parametrize("first", ["platform", "sheet"])
def test_goods_of_a_platforms_lines_are_not_counted_again_from_an_erp_sheet(first: str) -> None:
    """A sheet without sub-order numbers, whose lines are numbered by order and SKU, of orders the platform
    told itself: whichever came first.
    """
    own = observed(
        "order_line", _line("A", paid_fen=400, placed_fen=400, paid_at=PAID, sku_code="K1", line_qty=1)
    )
    sheet = observed(
        "order_line",
        _line("O:K1", paid_fen=400, placed_fen=400, paid_at=PAID, sku_code="K1", line_qty=1),
        {
            "order_id": "P",
            "order_line_id": "P:K1",
            "paid_fen": 70,
            "placed_fen": 70,
            "paid_at": PAID,
            "sku_code": "K1",
            "line_qty": 1,
        },
    )
    arrivals = [("order_line", own), ("order_line", sheet)]
    built = run(*(arrivals if first == "platform" else arrivals[::-1]))
    assert dict(built.lines.select("order_line_id", "paid_fen").iter_rows()) == {"A": 400, "P:K1": 70}
    assert built.daily["units_qty"].sum() == 2


@pytest.mark.parametrize("first", ["platform", "sheet"])
@pytest.mark.parametrize("code", ["K1", "K9"])
def test_a_platform_that_numbers_lines_by_goods_too_has_the_last_word_on_its_orders(
    first: str, code: str
) -> None:
    """TikTok's and WeChat's lines are numbered as a sheet's: by order, whatever codes the sheet has."""
    line = {"paid_fen": 400, "placed_fen": 400, "paid_at": PAID, "line_qty": 1}
    own = observed(
        "order_line", _line("O:K1", **line), _line("O:K2", **line | {"paid_fen": 60, "placed_fen": 60})
    )
    sheet = observed(
        "order_line",
        _line(f"O:{code}", **line, layout_name="own", _export_id="y"),
        _line("P:K1", **line, order_id="P", layout_name="own"),
    )
    arrivals = [("order_line", own), ("order_line", sheet)]
    built = run(*(arrivals if first == "platform" else arrivals[::-1]))
    assert dict(built.lines.select("order_line_id", "paid_fen").iter_rows()) == {
        "O:K1": 400,
        "O:K2": 60,
        "P:K1": 400,
    }

"""The sheet of stock, against sums done by hand on a page: words and their days, counts before lists, claims
that open and end, spans to the day.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from contracts.canonical import PRODUCT, REFUND_LINE, SHOP
from transforms.gold.orders import dim_observed, fct_order_line
from transforms.gold.sales import mart_launch_daily
from transforms.gold.stock import mart_stock_monthly
from transforms.gold.stock.fct_return_claim import claims_of, open_claims
from transforms.stock import Told
from warehouse.ops import STOCK_ENTRY

BEIJING = ZoneInfo("Asia/Shanghai")
OF = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}
#: The shop's data reach to here.
NEWEST = dt.date(2026, 3, 20)
KEY = {**dict.fromkeys(SHOP, pl.String), "sku_code": pl.String, "style_code": pl.String}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def moment(text: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day(text), dt.time(hour), BEIJING)


def listed(
    sku: str,
    stock: int | None,
    first: str,
    last: str | None = None,
    *,
    product: str = "p1",
    on: bool | None = True,
) -> dict[str, object]:
    """One state of one listing of a SKU, as a platform showed it from ``first`` to ``last``."""
    seen = {
        "_observed_at": moment(first),
        "_last_observed_at": moment(last or first),
        "_export_id": "e" * 64,
        "_row_number": 2,
    }
    return (
        OF
        | seen
        | {
            "product_id": product,
            "platform_sku_id": f"{product}-{sku}",
            "sku_code": sku,
            "style_code": "K1",
            "stock_qty": stock,
            "is_on_sale": on,
        }
    )


def entered(*rows: tuple[str, str, str, int | None]) -> pl.DataFrame:
    """(kind, SKU, day, units), in the order in which they were entered."""
    said = {"merchant_id": "m1", "shop_id": "s1", "received_by_name": "仓库", "changed_at": moment("03-20")}
    told = [
        said
        | {
            "event_number": number,
            "stock_kind_code": kind,
            "sku_code": sku,
            "stock_date": day(on),
            "entered_qty": qty,
        }
        for number, (kind, sku, on, qty) in enumerate(rows, 1)
    ]
    return STOCK_ENTRY.shape(pl.DataFrame(told, schema=STOCK_ENTRY.dtypes)) if told else STOCK_ENTRY.empty()


def kept(*rows: tuple[str, str, int]) -> pl.DataFrame:
    """(SKU, day, units kept)."""
    told = [
        OF | {"sku_code": sku, "style_code": "K1", "paid_date": day(on), "kept_qty": qty}
        for sku, on, qty in rows
    ]
    return pl.DataFrame(told, schema={**KEY, "paid_date": pl.Date, "kept_qty": pl.Int64})


def sheet(
    products: list[dict[str, object]] | None = None,
    entries: pl.DataFrame | None = None,
    sold: pl.DataFrame | None = None,
    claims: pl.DataFrame | None = None,
    *,
    tells: bool = True,
) -> pl.DataFrame:
    shop = pl.DataFrame([OF])
    observed = dim_observed.TABLE.shape(shop.with_columns(observed_date=pl.lit(NEWEST)))
    none = pl.DataFrame(schema={**KEY, "applied_date": pl.Date, "back_date": pl.Date, "units_qty": pl.Int64})
    states = (
        PRODUCT.shape(pl.DataFrame(products, schema_overrides=PRODUCT.dtypes))
        if products
        else PRODUCT.empty()
    )
    given = entered() if entries is None else entries
    return mart_stock_monthly.build(
        Told(
            observed,
            states,
            given,
            kept() if sold is None else sold,
            none if claims is None else claims,
            shop if tells else shop.clear(),
        )
    )


def told(rows: pl.DataFrame, sku: str, on: str, *names: str) -> tuple[object, ...]:
    return rows.filter(sku_code=sku, business_date=day(on)).select(names).row(0)


def test_a_row_stands_for_the_end_of_each_month_and_for_the_newest_day() -> None:
    rows = sheet([listed("A", 5, "01-15")])
    assert rows["business_date"].to_list() == [day("01-31"), day("02-28"), NEWEST]
    assert rows["closing_stock_qty"].to_list() == [5, 5, 5]
    assert rows["stale_skus_qty"].to_list() == [0, 1, 1], (
        "a word of 15 January is 16 days old at the end of its month, 44 at the end of the next"
    )


def test_the_newest_word_at_or_before_the_day_counts() -> None:
    # shown as 9 twice with 4 between: what stood on 10 February is 4, though 9 was seen last of all
    rows = sheet([listed("A", 9, "01-15", "03-02"), listed("A", 4, "02-10")])
    assert [told(rows, "A", on, "closing_stock_qty") for on in ("01-31", "02-28", "03-20")] == [
        (9,),
        (4,),
        (9,),
    ]


def test_a_merchants_count_speaks_alone_from_its_day_on() -> None:
    platform = [listed("A", 300, "01-10"), listed("A", 280, "03-18"), listed("B", 7, "03-18")]
    platform += [listed("A", 290, "02-25")]  # between two counts
    counts = entered(
        ("counted", "A", "02-20", 41),
        ("counted", "A", "03-19", 35),
        ("counted", "A", "03-19", 36),
        ("counted", "B", "03-01", None),
    )
    rows = sheet(platform, counts)
    assert [told(rows, "A", on, "closing_stock_qty") for on in ("01-31", "02-28", "03-20")] == [
        (300,),
        (41,),
        (36,),
    ]
    assert told(rows, "B", "03-20", "closing_stock_qty") == (7,)


def test_listings_of_one_sku_are_added_up_and_one_on_sale_is_enough() -> None:
    rows = sheet(
        [
            listed("A", 3, "03-10"),
            listed("A", 4, "03-12", product="p2", on=False),
            listed("B", 2, "03-10", on=False),
            listed("C", 2, "03-10", on=None),
        ]
    )
    assert told(rows, "A", "03-20", "closing_stock_qty", "stocked_skus_qty") == (7, 1)
    assert told(rows, "B", "03-20", "closing_stock_qty", "stocked_skus_qty") == (2, 0)
    assert told(rows, "C", "03-20", "stocked_skus_qty") == (1,), "nobody said that it is off sale"


def test_sell_through_is_of_goods_whose_receipt_is_told() -> None:
    goods = entered(
        ("received", "A", "01-05", 60),
        ("received", "A", "02-05", 40),
        ("received", "A", "04-05", 999),
        ("received", "C", "03-01", 2),
    )
    rows = sheet(
        entries=goods, sold=kept(("A", "01-10", 30), ("A", "03-01", 25), ("B", "03-01", 8), ("C", "03-02", 3))
    )
    what = ("received_qty", "sold_of_received_qty", "sold_unreceived_qty", "oversold_skus_qty")
    assert told(rows, "A", "01-31", *what) == (60, 30, 0, 0)
    assert told(rows, "A", "03-20", *what) == (100, 55, 0, 0)
    assert told(rows, "B", "03-20", *what) == (0, 0, 8, 0)
    assert told(rows, "C", "03-20", *what) == (2, 3, 0, 1)


def test_spans_are_thirty_and_seven_days_with_the_day_itself() -> None:
    # the thirty days to 20 March begin on 19 February, the seven on 14 March
    sold = kept(
        ("A", "02-18", 100), ("A", "02-19", 1), ("A", "03-13", 10), ("B", "03-14", 5), ("C", "03-20", 2)
    )
    rows = sheet([listed("A", 20, "03-01"), listed("B", 6, "03-01"), listed("C", 0, "03-01")], sold=sold)
    what = (
        "stock_kept_qty",
        "stocked_skus_qty",
        "moving_7_skus_qty",
        "moving_30_skus_qty",
        "sold_out_skus_qty",
    )
    assert told(rows, "A", "03-20", *what) == (11, 1, 0, 1, 0)
    assert told(rows, "B", "03-20", *what) == (5, 1, 1, 1, 0)
    assert told(rows, "C", "03-20", *what) == (2, 0, 0, 0, 1)


def test_what_nobody_tells_of_stock_is_untold_and_not_nothing() -> None:
    rows = sheet([listed("A", None, "03-01")], sold=kept(("A", "03-02", 4)), tells=False)
    assert told(
        rows, "A", "03-20", "stock_kept_qty", "stock_untold_qty", "sold_out_skus_qty", "returns_untold_qty"
    ) == (0, 4, 0, 1)


def test_average_stock_is_of_goods_told_on_every_day_of_the_span() -> None:
    # 19 February to 20 March: 12 of ten days (from 15 February), 8 of the twenty from 1 March on
    rows = sheet(
        [listed("A", 12, "02-15"), listed("A", 8, "03-01"), listed("B", 5, "02-20")],
        sold=kept(("A", "03-02", 4), ("B", "03-02", 4)),
    )
    assert told(rows, "A", "03-20", "stock_days_qty", "days_kept_qty") == (12 * 10 + 8 * 20, 4)
    assert told(rows, "B", "03-20", "stock_days_qty", "days_kept_qty") == (0, 0), (
        "its first word is a day too late"
    )
    assert told(sheet([listed("A", 12, "02-19")]), "A", "03-20", "stock_days_qty") == (360,)


def test_a_style_on_sale_counts_once_and_is_new_for_thirty_days() -> None:
    def style(name: str, *rows: tuple[str, str, int]) -> pl.DataFrame:
        return kept(*rows).with_columns(style_code=pl.lit(name))

    # the shop's data begin on 1 February: what first sold before the 15th may be older; the thirty days to 20
    # March begin on 19 February
    sold = pl.concat([
        style("OLD", ("A", "02-01", 1), ("A", "03-10", 2), ("B", "03-10", 1)),
        style("EARLY", ("C", "02-14", 1), ("C", "03-01", 1)),
        style("PAST", ("D", "02-18", 1), ("D", "03-01", 1)),
        style("NEW", ("E", "02-19", 3), ("F", "03-01", 1)), style("BACK", ("G", "03-01", 0)),
    ])  # fmt: skip
    rows = (
        sheet(sold=sold)
        .filter(business_date=NEWEST)
        .group_by("style_code")
        .agg(pl.col("selling_styles_qty", "new_styles_qty").sum())
        .sort("style_code")
    )
    assert rows.rows() == [("EARLY", 1, 0), ("NEW", 1, 1), ("OLD", 1, 0), ("PAST", 1, 0)], (
        "a style of which nothing was kept is not on sale"
    )


def test_launches_are_judged_after_fourteen_days_on_what_was_kept_of_them() -> None:
    def style(name: str, *rows: tuple[str, int]) -> pl.DataFrame:
        return kept(*(("A", on, qty) for on, qty in rows)).with_columns(style_code=pl.lit(name))

    sold = pl.concat([
        style("OLD", ("02-01", 9), ("03-10", 9)), style("DUE", ("03-06", 4), ("03-19", 5), ("03-20", 100)),
        style("YOUNG", ("03-07", 50)),
        style("RETURNED", ("02-20", 0), ("03-01", 2)), style("untold", ("03-01", 7)),
    ])  # fmt: skip
    observed = pl.DataFrame([OF]).with_columns(observed_date=pl.lit(NEWEST))
    rows = mart_launch_daily.build(sold, observed).sort("style_code")
    assert rows.select("style_code", "business_date", "launched_qty", "judged_launches_qty",
        "launch_kept_qty", "launch_untold_qty").rows() == [
        ("DUE", day("03-06"), 1, 1, 9, 0), ("OLD", day("02-01"), 0, 0, 0, 1),
        ("RETURNED", day("02-20"), 1, 1, 2, 0), ("YOUNG", day("03-07"), 1, 0, 0, 0),
    ]  # fmt: skip


def line(number: int, qty: int = 2, fen: int = 200_00) -> dict[str, object]:
    paid = moment("03-01")
    told = {
        "order_id": f"O{number}",
        "order_line_id": f"O{number}",
        "sku_code": f"S{number}",
        "style_code": "K1",
        "line_qty": qty,
        "paid_fen": fen,
    }
    state = {
        "order_status_code": "shipped",
        "is_gift": False,
        "created_at": paid,
        "paid_at": paid,
        "paid_date": paid.date(),
        "is_order_level": False,
    }
    return OF | told | state


def claim(number: int, fen: int, **more: object) -> dict[str, object]:
    told = {
        "refund_id": f"R{number}",
        "order_id": f"O{number}",
        "order_line_id": f"O{number}",
        "refund_fen": fen,
        "applied_at": moment("03-05", 23),
    }
    state = {
        "refund_status_code": "pending",
        "refund_type_code": "return_refund",
        "refund_stage_code": "after_shipment",
    }
    seen = {
        "_observed_at": moment("03-06"),
        "_last_observed_at": moment("03-06"),
        "_export_id": "e" * 64,
        "_row_number": 2,
    }
    return OF | told | state | seen | more


def test_only_claims_for_return_still_open_are_on_their_way() -> None:
    lines = fct_order_line.TABLE.shape(
        pl.DataFrame([line(number) for number in range(1, 7)], schema_overrides=fct_order_line.TABLE.dtypes)
    )
    refunds = [
        claim(1, 200_00), claim(2, 100_00), claim(3, 200_00, refund_status_code="closed"),
        claim(4, 200_00, refund_type_code="refund_only"),
        claim(5, 200_00, refund_status_code="success", refunded_at=moment("03-09")),
        claim(6, 200_00, refund_stage_code="before_shipment"),
    ]  # fmt: skip
    states = REFUND_LINE.shape(pl.DataFrame(refunds, schema_overrides=REFUND_LINE.dtypes))
    found = open_claims(lines, states).sort("sku_code")
    assert found.select("sku_code", "applied_date", "back_date", "units_qty").rows() == [
        ("S1", day("03-05"), day("05-04"), 2), ("S2", day("03-05"), day("05-04"), 1),
    ]  # fmt: skip


def test_returns_are_in_transit_from_the_claim_to_the_refund() -> None:
    lines = fct_order_line.TABLE.shape(
        pl.DataFrame([line(1), line(2)], schema_overrides=fct_order_line.TABLE.dtypes)
    )
    done = pl.DataFrame(
        [
            OF
            | {
                "order_line_id": "O1",
                "refund_id": "R1",
                "refund_fen": 200_00,
                "applied_at": moment("02-27"),
                "refund_date": day("03-03"),
            }
        ]
    )
    claims = claims_of(done, lines)
    rows = sheet([listed("S1", 3, "02-01")], claims=claims)
    what = ("returning_qty", "stock_returning_qty", "returns_untold_qty")
    assert told(rows, "S1", "02-28", *what) == (2, 2, 0)
    assert told(rows, "S1", "03-20", *what) == (0, 0, 0)

"""The sheet of stock taken apart: every measure of every row is the sum of what stands behind it, and the
rows say the words, receipts and sales they are.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import cast
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.canonical import PRODUCT, SHOP
from contracts.tables import Table
from metrics.query.facts import Facts
from metrics.query.lineage import ALONGSIDE
from metrics.query.stock_lines import stocks
from transforms.gold.measures import PAID
from transforms.gold.orders import dim_observed, fct_order_line
from transforms.gold.stock import fct_return_claim, mart_stock_monthly
from transforms.stock import Told
from warehouse.lake import Lake
from warehouse.ops import STOCK_ENTRY

BEIJING = ZoneInfo("Asia/Shanghai")
OF = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "pinduoduo"}
FIRST, NEWEST = dt.date(2026, 1, 5), dt.date(2026, 4, 11)
SHEET, LINES, CLAIMS = mart_stock_monthly.TABLE, fct_order_line.TABLE, fct_return_claim.TABLE


@dataclass(frozen=True)
class Known(Facts):
    """Facts that were written down."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def __call__(self, table: Table, clock: str, *, later: int = 0) -> pl.DataFrame:
        return self.frames[table.name].filter(
            pl.col(clock).is_between(self.first, self.last + dt.timedelta(days=later))
        )

    def of_any_day(self, table: Table, columns: object = None) -> pl.DataFrame:
        return self.frames[table.name]


def framed(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    return (
        table.shape(pl.DataFrame(rows, schema={name: table.dtypes[name] for name in rows[0]}))
        if rows
        else table.empty()
    )


def listing(
    sku: str, qty: int | None, seen: dt.date, until: dt.date, product: str = "p1", number: int = 1
) -> dict[str, object]:
    at = {
        "_observed_at": dt.datetime.combine(seen, dt.time(9), BEIJING),
        "_last_observed_at": dt.datetime.combine(until, dt.time(9), BEIJING),
    }
    told = {
        "product_id": product,
        "platform_sku_id": f"{product}-{sku}",
        "sku_code": sku,
        "style_code": sku[0],
        "stock_qty": qty,
        "is_on_sale": True,
    }
    return OF | told | at | {"_export_id": "e" * 64, "_row_number": number}


def entry(kind: str, sku: str, on: dt.date, qty: int | None, number: int) -> dict[str, object]:
    who = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "received_by_name": "仓库",
        "changed_at": dt.datetime(2026, 4, 11, tzinfo=BEIJING),
    }
    return who | {
        "event_number": number,
        "stock_kind_code": kind,
        "sku_code": sku,
        "stock_date": on,
        "entered_qty": qty,
    }


def line(
    number: int,
    sku: str | None,
    style: str | None,
    on: dt.date,
    sent: int,
    back: int,
    *,
    is_gift: bool = False,
) -> dict[str, object]:
    told = {
        "order_id": f"O{number}",
        "order_line_id": f"L{number}",
        "sku_code": sku,
        "style_code": style,
        "paid_date": on,
        "line_qty": max(sent, 1),
    }
    return OF | told | {"sent_qty": sent, "back_qty": back, "is_gift": is_gift, "channel_code": "own_live"}


def claim(number: int, sku: str, on: dt.date, back: dt.date, qty: int) -> dict[str, object]:
    told = {
        "refund_id": f"R{number}",
        "order_id": f"O{number}",
        "order_line_id": f"L{number}",
        "sku_code": sku,
        "style_code": sku[0],
    }
    return OF | told | {"applied_date": on, "back_date": back, "units_qty": qty}


def facts_of(*, products: list, entries: list, lines: list, claims: list, tells: bool = True) -> Known:  # type: ignore[type-arg]
    """The facts, and the sheet ``mart_stock_monthly`` makes of them."""
    sold, shop = framed(LINES, lines), pl.DataFrame([OF])
    named = sold.with_columns(
        pl.col("sku_code", "style_code").fill_null("untold"),
        kept_qty=pl.sql_expr(PAID["kept_units_qty"]),
        _units=pl.sql_expr(PAID["units_qty"]),
    )
    kept = (
        named.group_by(*SHOP, "style_code", "sku_code", "paid_date")
        .agg(pl.col("kept_qty", "_units").sum())
        .filter(pl.col("_units") > 0)
        .drop("_units")
    )
    observed = dim_observed.TABLE.shape(shop.with_columns(observed_date=pl.lit(NEWEST)))
    told = Told(
        observed,
        framed(PRODUCT, products),
        framed(STOCK_ENTRY, entries),
        kept,
        framed(CLAIMS, claims),
        shop if tells else shop.clear(),
    )
    known = {
        PRODUCT.name: told.products,
        STOCK_ENTRY.name: told.entries,
        CLAIMS.name: told.claims,
        LINES.name: sold,
    }
    return Known(cast(Lake, None), {}, FIRST, NEWEST, known | {SHEET.name: mart_stock_monthly.build(told)})


def some(seed: int) -> Known:
    """A shop of six SKUs of three styles over three months, with lists, counts, receipts, sales, gifts, sales
    of no SKU, and claims.
    """
    dice, skus = random.Random(seed), ["A-1", "A-2", "B-1", "B-2", "C-1", "C-2"]

    def day() -> dt.date:
        return FIRST + dt.timedelta(days=dice.randrange((NEWEST - FIRST).days))

    spans = [sorted((day(), day())) for _ in range(30)]
    products = [
        listing(dice.choice(skus[:5]), dice.choice([None, 0, 3, 9]), *span, dice.choice(["p1", "p2"]), n)
        for n, span in enumerate(spans)
    ]
    entries = [
        entry(
            dice.choice(["received", "counted"]),
            dice.choice(skus[1:]),
            day(),
            dice.choice([None, 0, 4, 12]),
            n,
        )
        for n in range(16)
    ]
    sold = [(dice.choice([*skus, None]), day(), dice.randrange(4)) for _ in range(60)]
    lines = [
        line(
            n,
            sku,
            sku[0] if sku else dice.choice(["A", "D", None]),
            on,
            qty,
            dice.randint(0, qty),
            is_gift=n % 9 == 0,
        )
        for n, (sku, on, qty) in enumerate(sold)
    ]
    claims = [
        claim(
            n, dice.choice(skus), on := day(), on + dt.timedelta(days=dice.randint(1, 60)), dice.randint(1, 2)
        )
        for n in range(12)
    ]
    return facts_of(products=products, entries=entries, lines=lines, claims=claims, tells=seed % 2 == 0)


@pytest.mark.parametrize("seed", range(12))
def test_every_measure_of_every_row_is_the_sum_of_what_stands_behind_it(seed: int) -> None:
    facts = some(seed)
    (parts,) = stocks(facts)
    sheet = facts.frames[SHEET.name].sort(SHEET.key)
    sums = parts.group_by(SHEET.key).agg(pl.col(SHEET.required).sum()).sort(SHEET.key)
    assert sheet.height > 10 and sheet["stock_days_qty"].sum() > 0
    assert sums.equals(sheet.select(sums.columns)), seed
    assert set(ALONGSIDE.values()) - {
        name for name in ALONGSIDE.values() if name.startswith("launch")
    } <= set(parts.columns)


def test_a_sku_or_style_counts_exactly_where_the_rows_beside_it_say_why() -> None:
    why = {count: beside for count, beside in ALONGSIDE.items() if count in SHEET.columns}
    style = [name for name in SHEET.key if name != "sku_code"]
    counted = dict.fromkeys(why, 0)
    for facts in map(some, range(12)):
        (parts,) = stocks(facts)
        for count, beside in why.items():  # a style is on sale where something of it is in stock, too
            level, more = (
                (style, pl.col("stocked_skus_qty"))
                if count == "selling_styles_qty"
                else (SHEET.key, pl.lit(0))
            )
            told = facts.frames[SHEET.name].group_by(level).agg(pl.col({count, "stocked_skus_qty"}).sum())
            found = told.join(parts.group_by(level).agg(pl.col(beside).sum()), on=level, validate="1:1")
            assert found.filter((pl.col(count) > 0) != ((pl.col(beside) > 0) | (more > 0))).is_empty(), count
            counted[count] += int(found[count].sum())
    assert min(counted.values()) > 0, "each is tried"


def test_what_a_row_is_made_of_by_hand() -> None:
    """Ten listed, of which five more on a second link; counted as four on 20 March; twelve received.

    Three kept, one of them long ago; one on its way.
    """
    day = dt.date.fromisoformat
    facts = facts_of(
        products=[
            listing("A-1", 10, day("2026-01-10"), day("2026-04-01")),
            listing("A-1", 5, day("2026-02-10"), day("2026-02-10"), "p2", 2),
        ],
        entries=[
            entry("received", "A-1", day("2026-01-08"), 12, 7),
            entry("counted", "A-1", day("2026-03-20"), 4, 8),
        ],
        lines=[
            line(1, "A-1", "A", day("2026-01-20"), 1, 0),
            line(2, "A-1", "A", day("2026-03-05"), 3, 1),
            line(3, "A-1", "A", day("2026-03-06"), 1, 1),
        ],
        claims=[claim(2, "A-1", day("2026-03-30"), day("2026-04-04"), 1)],
    )
    (rows,) = stocks(facts)
    march = rows.filter(business_date=day("2026-03-31")).select(
        "evidence_code", "evidence_date", "evidence_qty", "closing_stock_qty", "stock_days_qty"
    )
    # of the 30 days from 2 March the two links stood for 18, the count for 12
    assert sorted(march.fill_null(0).rows(), key=str) == [
        ("claim", day("2026-03-30"), 1, 0, 0),
        ("counted", day("2026-03-20"), 4, 4, 4 * 12),
        ("kept", day("2026-01-20"), 1, 0, 0),
        ("kept", day("2026-03-05"), 2, 0, 0),
        ("listed", day("2026-01-10"), 10, 0, 10 * 18),
        ("listed", day("2026-02-10"), 5, 0, 5 * 18),
        ("received", day("2026-01-08"), 12, 0, 0),
    ]
    counts = rows.filter(pl.col("business_date") == day("2026-03-31"), pl.col("stocked_skus_qty") > 0)
    assert counts.select(
        "evidence_code", "stock_entry_id", "stocked_skus_qty", "moving_30_skus_qty"
    ).rows() == [("counted", "stock:8", 1, 1)]

"""What a profit, an ROI and a session stand beside: of one age, of the same part, and never of a part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from fact_cases import facts, line
from metrics_cases import AT, Row, merchant, publish, rows_of, session, shop_day

from metrics.query.access import Viewer
from metrics.reports.staying.compared import Against, compared
from metrics.reports.staying.headline import FEW_ORDERS
from metrics.reports.staying.sessions import sessions_beside
from warehouse.place import Place

LAST = AT.date() - dt.timedelta(days=1)
WEEK, BEFORE = (
    (LAST - dt.timedelta(days=6), LAST),
    (LAST - dt.timedelta(days=13), LAST - dt.timedelta(days=7)),
)
_CUT = ("style_code", "sku_code", "size_name", "color_name", "province_name", "creator_id", "paid_hour_code")
_SHOP = {"merchant_id": "m1", "platform_code": "douyin", "shop_id": "s1"}


def earned(date: dt.date, kept: int, *, paid: int = 10_000, known: int | None = None) -> tuple[Row, Row]:
    """A day's orders and what they leave: ``kept`` fen of ``paid``, of which ``known`` has a known cost."""
    known = paid if known is None else known
    money = {"paid_fen": paid, "cost_known_fen": known, "fees_known_fen": known}
    money |= {"cost_untold_fen": paid - known, "fees_untold_fen": paid - known}
    money |= {"costed_refund_fen": known - kept, "facts_qty": 1}
    row = {**_SHOP, "channel_code": "own_live", "style_code": "A", "business_date": date, **money}
    return shop_day(date, paid_fen=paid, paid_orders_qty=FEW_ORDERS), row


def tell(
    place: Place, days: Sequence[tuple[Row, Row]], *, at: dt.datetime = AT, until: dt.date | None = None
) -> Viewer:
    publish(
        place,
        {
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [row for row, _ in days]),
            "mart_profit_daily": rows_of("mart_profit_daily", [row for _, row in days]),
            "dim_observed": rows_of("dim_observed", [{**_SHOP, "observed_date": until or at.date()}]),
        },
        at=at,
    )
    return merchant(place)


def days_of(period: tuple[dt.date, dt.date]) -> list[dt.date]:
    return [period[0] + dt.timedelta(days=number) for number in range((period[1] - period[0]).days + 1)]


def test_a_young_profit_is_set_beside_what_the_week_before_was_at_its_age(place: Place) -> None:
    """A week ago the week before stood at 6,000 a day; its refunds came since and made it 2,000: against that
    the new week's 5,000 would look like a rise.
    """
    week_ago = AT - dt.timedelta(days=7)
    tell(place, [earned(day, 6_000) for day in days_of(BEFORE)], at=week_ago)
    viewer = tell(
        place,
        [*(earned(day, 2_000) for day in days_of(BEFORE)), *(earned(day, 5_000) for day in days_of(WEEK))],
    )
    found = compared(viewer, WEEK, metric="contribution")
    assert found.against == (Against("period_before", BEFORE, "contribution", 35_000, 42_000),)
    assert found.points == (42_000, 35_000)


def test_without_a_release_of_its_age_what_was_paid_is_compared(place: Place) -> None:
    viewer = tell(
        place,
        [
            *(earned(day, 2_000) for day in days_of(BEFORE)),
            *(earned(day, 5_000, paid=20_000) for day in days_of(WEEK)),
        ],
    )
    found = compared(viewer, WEEK, metric="contribution")
    assert found.against == (Against("period_before", BEFORE, "paid_gmv", 140_000, 70_000),)
    assert found.points == (None, 35_000)


def test_old_profits_stand_beside_each_other_as_they_are(place: Place) -> None:
    viewer = tell(
        place,
        [*(earned(day, 2_000) for day in days_of(BEFORE)), *(earned(day, 5_000) for day in days_of(WEEK))],
        until=LAST + dt.timedelta(days=60),
    )
    (one,) = compared(viewer, WEEK, metric="contribution").against
    assert (one.metric, one.now, one.then) == ("contribution", 35_000, 14_000)


def test_a_profit_of_half_the_goods_is_not_set_beside_one_of_all(place: Place) -> None:
    viewer = tell(
        place,
        [
            *(earned(day, 2_000) for day in days_of(BEFORE)),
            *(earned(day, 4_000, known=5_000) for day in days_of(WEEK)),
        ],
        until=LAST + dt.timedelta(days=60),
    )
    found = compared(viewer, WEEK, metric="contribution")
    assert [one.metric for one in found.against] == ["paid_gmv"] and found.points == (None, 28_000)


def test_spend_has_no_age_and_is_compared_as_it_is(place: Place) -> None:
    spent = [
        {
            **_SHOP,
            "ad_family_code": "entered",
            "channel_code": "unknown",
            "business_date": day,
            "spent_fen": fen,
        }
        for days, fen in ((BEFORE, 100), (WEEK, 150))
        for day in days_of(days)
    ]
    sold = [
        shop_day(day, paid_fen=10_000, paid_orders_qty=FEW_ORDERS)
        for day in [*days_of(BEFORE), *days_of(WEEK)]
    ]
    publish(
        place,
        {
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", sold),
            "mart_promotion_daily": rows_of("mart_promotion_daily", spent),
            "dim_observed": rows_of("dim_observed", [{**_SHOP, "observed_date": AT.date()}]),
        },
    )
    found = compared(merchant(place), WEEK, metric="ad_spend")
    assert found.against == (Against("period_before", BEFORE, "ad_spend", 1_050, 700),)
    assert found.points == (700, 1_050)
    assert found.against[0].change == pytest.approx(0.5)


def aired(
    date: dt.date, name: str, paid: int, stays: int, *, account: str = "掌柜", orders: int = 40
) -> tuple[Row, Row, Row]:
    """A session, its one order line, and what is still expected to go back of it."""
    row = session(date, name, paid_fen=paid, paid_orders_qty=orders, live_account_name=account)
    cell = {**_SHOP, "channel_code": "own_live", "business_date": date, "live_session_id": name}
    still = {**cell, **dict.fromkeys(_CUT, "untold"), "to_return_fen": paid - stays}
    still |= {"matured_noise_number": 0, "matured_doubt_fen": 0}
    return row, line(date, live_session_id=name, paid_fen=paid), still


def test_a_session_stands_beside_its_accounts_own_and_at_45_days(place: Place) -> None:
    day = LAST - dt.timedelta(days=1)
    week, eve = day - dt.timedelta(days=7), day - dt.timedelta(days=1)
    rows = [
        aired(week, "a1", 90_000, 30_000),
        aired(day - dt.timedelta(days=2), "a2", 100_000, 20_000),
        aired(eve, "other", 500_000, 400_000, account="别人"),
        aired(eve, "few", 50_000, 45_000, orders=FEW_ORDERS - 1),
        aired(day, "now", 100_000, 25_000),
        aired(AT.date(), "on air", 1_000, 900),
    ]
    sessions, lines, still = zip(*rows, strict=True)
    days = [
        shop_day(date, paid_fen=1, paid_orders_qty=1) for date in {row["business_date"] for row in sessions}
    ]
    every = []
    for date in {row["business_date"] for row in sessions}:
        paid, back = (
            sum(
                int(str(row[name]))
                for row in some
                if date in (row.get("business_date"), row.get("paid_date"))
            )
            for some, name in ((lines, "paid_fen"), (still, "to_return_fen"))
        )
        told = {"paid_fen": paid, "kept_fen": paid, "matured_fen": paid - back, "age_days_qty": 5}
        told |= {"matured_low_fen": paid - back, "matured_high_fen": paid - back}
        told |= {"matured_noise_number": 0, "matured_doubt_fen": 0, "maturity_level_code": "channel"}
        every.append({**_SHOP, "channel_code": "own_live", "business_date": date, **told})
    publish(
        place,
        {
            "mart_outlook_daily": rows_of("mart_outlook_daily", every),
            "mart_live_session": rows_of("mart_live_session", sessions),
            "fct_order_line": facts("fct_order_line", lines),
            "mart_outlook_detail_daily": rows_of("mart_outlook_detail_daily", still),
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", days),
            "dim_observed": rows_of("dim_observed", [{**_SHOP, "observed_date": AT.date()}]),
        },
    )
    found = sessions_beside(merchant(place), ["now", "on air"])
    assert set(found) == {("s1", "now")}, "a session that is not over stands beside none"
    assert found["s1", "now"].against == (
        Against("session_before", (eve, eve), "paid_gmv", 100_000, 50_000),
        Against("week_before", (week, week), "matured_net", 25_000, 30_000),
    )
    assert found["s1", "now"].points == (30_000, 20_000, None, 25_000)

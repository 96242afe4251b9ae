"""Bill, account, insurance, advertising and products of a market moment: files give the market's truth, the
bill's API gives the files'.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from functools import cache

import polars as pl
import pytest
from douyin_cases import MARKET_NOW, Shop, conformed, moment, private_cells

from connectors.douyin import PLATFORM, bills, simulate
from connectors.reading import Origin, Reading, read_file, read_records
from contracts.canonical import SILVER, entity_key
from contracts.errors import CollectError, CredentialError, TransientError
from simulator.history.market import Market

START = moment("2026-06-01 00:00:00")
FIRST, LAST = START.date(), MARKET_NOW.date()
MONEY = ("settlements", "funds", "insurance", "ads", "products")


@cache
def downloads(market: Market, shop_id: str, first: dt.date, last: dt.date) -> dict[str, bytes]:
    """File name → bytes; rendered once for all tests."""
    return simulate.export_files(market, shop_id, MARKET_NOW, first, last)


@cache
def readings(
    market: Market, shop_id: str, first: dt.date = FIRST, last: dt.date = LAST, export: str = "f" * 64
) -> dict[str, Reading]:
    """Kind → what a merchant's downloads for the days became; the kinds of money only."""
    found = {}
    for name, data in downloads(market, shop_id, first, last).items():
        if not name.startswith(("直播", "售后", "17")):
            reading = read_file(data, Origin("m", shop_id, export, name, MARKET_NOW))
            assert (reading.quarantine.height, reading.new_columns, private_cells(reading.bronze)) == (
                0,
                [],
                [],
            )
            found[reading.layout.kind] = reading
    assert set(found) <= set(MONEY)
    return found


@pytest.fixture(scope="module")
def shops(market: Market) -> list[str]:
    """A shop of each of the four habits of downloading."""
    names: list[str] = market.shops.filter(pl.col("platform_code") == "douyin")["shop_id"].to_list()
    return names[:4]


@pytest.fixture(scope="module", params=range(4))
def shop_id(request: pytest.FixtureRequest, shops: list[str]) -> Iterator[str]:
    yield shops[request.param]


def test_every_layout_of_money_is_downloaded_by_somebody(market: Market, shops: list[str]) -> None:
    layouts = {
        (item.layout.kind, item.layout.name) for shop in shops for item in readings(market, shop).values()
    }
    assert layouts == {
        ("settlements", "34"), ("funds", "flow_39"), ("funds", "flow_30"), ("funds", "ledger"),
        ("insurance", "shipping_18"), ("insurance", "premium_6"),
        ("ads", "uni_plan"), ("products", "2026"),
    }  # fmt: skip


def test_the_bill_is_the_markets(market: Market, shop_id: str) -> None:
    key = ["order_line_id", "settled_at", "settled_fen"]
    found = conformed(readings(market, shop_id)["settlements"]).sort(key)
    truth = market.settlements_at(shop_id, MARKET_NOW).sort(key)
    assert found.height == truth.height > 20
    assert found["settlement_entry_id"].is_unique().all()
    names = {
        "fee_fen": "platform_fee_fen",
        "commission_fen": "commission_creator_fen",
        "leader_fen": "commission_leader_fen",
    }
    same = ["order_id", *key, "settlement_type_code", *names.values()]
    assert found.select(same).equals(truth.rename(names).select(same))
    sold = pl.col("settlement_type_code") == "sale"
    assert found.filter(sold)["income_fen"].equals(truth.filter(sold)["base_fen"].alias("income_fen"))
    assert (
        found.select(pl.col("income_fen") + pl.col("expense_fen") == pl.col("settled_fen")).to_series().all()
    )


def test_the_account_is_the_markets(market: Market, shop_id: str) -> None:
    reading = readings(market, shop_id)["funds"]
    found = conformed(reading).sort("fund_entry_id")
    truth = market.funds_at(shop_id, MARKET_NOW).sort("fund_ref")
    same = ["order_id", "order_line_id", "moved_at", "moved_fen", "fund_type_code"]
    assert found.select("fund_entry_id", *same).equals(
        truth.rename({"fund_ref": "fund_entry_id"}).select("fund_entry_id", *same)
    )
    if reading.layout.name == "ledger":  # the only file with a balance; it names no after-sale
        assert found["balance_fen"].equals(truth["balance_fen"])
    else:
        assert found["refund_id"].equals(truth["refund_id"])


def test_premiums_are_the_markets(market: Market, shop_id: str) -> None:
    reading = readings(market, shop_id)["insurance"]
    found = conformed(reading).sort("insurance_id")
    truth = market.insurance_at(shop_id, MARKET_NOW).sort("insurance_ref")
    assert found["insurance_id"].to_list() == truth["insurance_ref"].to_list()
    assert found["premium_merchant_fen"].equals(truth["premium_merchant_fen"])
    if reading.layout.name == "shipping_18":
        assert found.select("order_id", "insured_at", "premium_fen", "premium_platform_fen").equals(
            truth.select("order_id", "insured_at", "premium_fen", "premium_platform_fen")
        )


def test_advertising_is_the_markets_and_the_account_pays_the_cash_only(market: Market, shop_id: str) -> None:
    read = readings(market, shop_id)
    found = conformed(read["ads"]).sort("ad_date", "ad_object_id")
    truth = market.ads_at(shop_id, MARKET_NOW).sort("ad_date", "plan_id")
    same = ["ad_date", "spent_fen", "reported_gmv_fen", "reported_orders_qty"]
    assert found.select(same).equals(truth.select(same))
    assert found["ad_object_id"].to_list() == truth["plan_id"].to_list()
    spent, cash, grants = (
        int(truth[name].sum()) for name in ("spent_fen", "spent_cash_fen", "spent_grant_fen")
    )
    paid = -conformed(read["funds"]).filter(pl.col("fund_type_code") == "advertising")["moved_fen"].sum()
    today = truth.filter(pl.col("ad_date") == truth["ad_date"].max())
    assert int(found["spent_fen"].sum()) == spent == cash + grants
    assert 0 < grants < spent
    assert paid in (
        cash,
        cash - int(today["spent_cash_fen"].sum()),
    )  # the last day may be charged next morning


def test_products_are_the_markets(market: Market, shop_id: str) -> None:
    found = conformed(readings(market, shop_id)["products"]).sort("platform_sku_id")
    truth = market.skus.filter(pl.col("shop_id") == shop_id).sort("sku_id")
    same = ["product_id", "product_name", "sku_code", "category_name", "color_name", "size_name"]
    assert found["platform_sku_id"].to_list() == truth["sku_id"].to_list()
    assert found.select(same).equals(truth.select(same))


def test_live_identities_hold_in_every_row(market: Market, shop_id: str) -> None:
    rows = 0
    for name, data in downloads(market, shop_id, FIRST, LAST).items():
        if "直播明细" not in name:
            continue
        seen = read_file(data, Origin("m", shop_id, "f", name, MARKET_NOW)).bronze
        rows += seen.height
        assert (
            seen.select(
                pl.col("reported_gmv_fen") - pl.col("reported_hour_refund_fen") == pl.col("reported_net_fen")
            )
            .to_series()
            .all()
        )
        funnel = [
            "viewers_qty",
            "product_exposure_viewers_qty",
            "product_click_viewers_qty",
            "reported_buyers_qty",
        ]
        rates = [pl.col(later) / pl.col(earlier) for earlier, later in itertools.pairwise(funnel)]
        whole = seen.filter(pl.all_horizontal(pl.col(name) > 0 for name in funnel))
        product = (
            rates[0] * rates[1] * rates[2] - pl.col("reported_buyers_qty") / pl.col("viewers_qty")
        ).abs() < 1e-9
        assert whole.height > 0 and whole.select(product).to_series().all()
        assert seen.select(pl.all_horizontal(pl.col(funnel[1:3]) <= pl.col(funnel[0]))).to_series().all()
    assert rows > 0


@pytest.mark.parametrize("kind", MONEY)
def test_loaded_twice_or_in_two_halves_is_once(market: Market, shops: list[str], kind: str) -> None:
    """Another download of the same days, and the month in two files, name the same things with the same
    content.
    """
    middle = dt.date(2026, 7, 10)
    for shop in shops:
        (name,) = PLATFORM.conform(kind, PLATFORM.bronze[kind].empty())
        key = entity_key(SILVER[name])
        drop = ["_export_id", "_row_number", "_observed_at"]
        once = conformed(readings(market, shop)[kind])
        parts = [
            readings(market, shop, export="a" * 64)[kind],
            readings(market, shop, first=middle, export="b" * 64)[kind],
        ]
        if kind != "products":
            parts.append(readings(market, shop, last=middle - dt.timedelta(days=1), export="c" * 64)[kind])
        again = pl.concat([once, *(conformed(part) for part in parts)]).drop(drop)
        assert again.unique().height == again.unique(key).height == once.height


# --- the bill by the API ------------------------------------------------------------------------------------


def by_api(shop: Shop, start: dt.datetime = START, end: dt.datetime = MARKET_NOW) -> pl.DataFrame:
    reading = read_records(
        PLATFORM,
        "settlements",
        shop.collect("settlements", start, end),
        Origin("m", shop.shop_id, "a" * 64, "page", MARKET_NOW, MARKET_NOW),
    )
    assert (reading.quarantine.height, private_cells(reading.bronze)) == (0, [])
    return conformed(reading)


def told(frame: pl.DataFrame) -> pl.DataFrame:
    names = [
        "settlement_entry_id", "settlement_type_code", "order_id", "order_line_id", "product_id",
        "settled_at", "settled_fen", "income_fen", "expense_fen",
        "freight_fen", "platform_fee_fen", "commission_creator_fen", "commission_leader_fen", "other_fee_fen",
        "subsidy_platform_fen", "subsidy_creator_fen",
        "settled_refund_fen",
    ]  # fmt: skip
    return frame.select(names).unique("settlement_entry_id").sort("settlement_entry_id")


def test_bill_and_api_agree(market: Market, giant: Shop) -> None:
    """Today's entries stand in the file only: the platform writes the bill of a day on the next."""
    by_file = conformed(readings(market, giant.shop_id)["settlements"]).filter(
        pl.col("settled_at").dt.date() < MARKET_NOW.date()
    )
    assert by_file.height > 150
    assert told(by_api(giant)).equals(told(by_file))


def test_windows_of_the_bill_side_by_side_lose_nothing(giant: Shop) -> None:
    cuts = [START, moment("2026-07-08 00:00:00"), moment("2026-07-15 13:00:01"), MARKET_NOW]
    parts = [by_api(giant, start, end) for start, end in itertools.pairwise(cuts)]
    assert told(pl.concat(parts)).equals(told(by_api(giant)))


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_cursor_walks_any_page_size(giant: Shop, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = told(by_api(giant, moment("2026-07-14 00:00:00")))
    monkeypatch.setattr(bills, "PAGE_SIZE", size)
    assert told(by_api(giant, moment("2026-07-14 00:00:00"))).equals(whole)


def test_a_bill_written_late_comes_with_the_next_window(giant: Shop) -> None:
    """At nine in the evening the day's bill is not there; the next day's window reaches back for it."""
    giant.world.at = evening = moment("2026-07-18 21:00:00")
    first = by_api(giant, START, evening)
    giant.world.at = MARKET_NOW
    both = pl.concat([first, by_api(giant, evening, MARKET_NOW)])
    assert first.filter(pl.col("settled_at").dt.date() == evening.date()).is_empty()
    assert told(both).equals(told(by_api(giant)))


@pytest.mark.parametrize(
    "faults",
    [
        {"http_429_every": 3, "retry_after": 0.5},
        {"http_5xx_every": 3},
        {"throttled_every": 3},
        {"busy_every": 4},
        {"truncate_every": 3},
        {"burst_5xx": 4},
    ],
)
def test_faults_leave_the_bill_as_it_is(giant: Shop, faults: dict[str, float]) -> None:
    clean = told(by_api(giant))
    giant.faults.reset()
    giant.faults.update(faults)
    assert told(by_api(giant)).equals(clean)
    assert giant.faults.injected


def test_faults_that_stay_end_the_bill_after_bounded_tries(shop: Shop) -> None:
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(TransientError):
        shop.collect("settlements", START, MARKET_NOW, shop.api(attempts=3))
    assert shop.faults.requests == 3


def test_an_expired_token_costs_the_bill_one_refresh_and_a_revoked_one_stops(giant: Shop) -> None:
    clean = told(by_api(giant))
    giant.world.tokens.expire_all()
    assert told(by_api(giant)).equals(clean)
    assert len(giant.saved) == 1
    giant.world.tokens.revoke(giant.shop_id)
    with pytest.raises(CredentialError, match="授权"):
        by_api(giant)


def test_a_cursor_that_stands_still_is_an_error_not_an_endless_loop(
    giant: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.douyin.simulate_api import Bill

    honest = Bill.page
    first: list[str] = []

    def stuck(self: Bill, start: str, end: str, index: str, size: int) -> str:
        answer = honest(self, start, end, "", 5)
        first.append(answer)
        return first[0]

    monkeypatch.setattr(Bill, "page", stuck)
    with pytest.raises(CollectError, match="PAGES_INCOMPLETE"):
        giant.collect("settlements", moment("2026-07-14 00:00:00"), MARKET_NOW)
    assert len(first) < 5

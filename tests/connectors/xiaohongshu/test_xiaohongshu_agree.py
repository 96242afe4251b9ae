"""Files and API of the same shop at the same moment say the same, and both say what the market knows."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from xiaohongshu_cases import LINEAGE, NOW, Shop, conformed, origin, private_cells, read_api

from connectors.reading import Reading, read_file
from connectors.xiaohongshu import PLATFORM, simulate
from contracts.canonical import SILVER
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread
from transforms.gold.orders import fct_order_line
from transforms.silver.states import current

NEW, OLD = "yunshan-xiaohongshu", "tinglan-xiaohongshu"
START = NOW - dt.timedelta(days=30)


def read_files(market: Market, shop_id: str) -> dict[str, Reading]:
    """Kind → what a merchant's download of the whole time became."""
    found: dict[str, Reading] = {}
    for name, data in simulate.export_files(market, shop_id, NOW, START.date(), NOW.date()).items():
        reading = read_file(data, origin(name, shop_id, NOW))
        assert (reading.quarantine.height, reading.new_columns) == (0, [])
        assert private_cells(reading.bronze) == []
        assert reading.layout.kind not in found
        found[reading.layout.kind] = reading
    return found


@pytest.fixture(scope="module", params=[NEW, OLD])
def both(
    request: pytest.FixtureRequest, market: Market
) -> tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """(shop, its canonical frames by files, the same by the API).

    Entries of the two settlement kinds together.
    """
    shop_id = request.param
    app = make_app(market, NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    try:
        shop = Shop(app, url, shop_id)
        readings = {
            kind: read_api(kind, shop.api().pages(kind, START, NOW), shop_id) for kind in PLATFORM.api_kinds
        }
    finally:
        stop()
    assert all(private_cells(reading.bronze) == [] for reading in readings.values())
    return shop_id, together(read_files(market, shop_id)), together(readings)


def together(readings: dict[str, Reading]) -> dict[str, pl.DataFrame]:
    frames: dict[str, list[pl.DataFrame]] = {}
    for reading in readings.values():
        for name, frame in conformed(reading).items():
            frames.setdefault(name, []).append(frame)
    return {name: pl.concat(parts, how="diagonal") for name, parts in frames.items()}


def content(frame: pl.DataFrame, key: str, *apart: str) -> pl.DataFrame:
    return frame.drop(LINEAGE, *apart).unique().sort(key)


def test_orders_agree(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    # an unpaid order's money is in the API only; the order's freight stands on its first row in the file and
    # beside the lines in the API
    silent = ["placed_fen", "paid_fen", "unit_price_fen", "buyer_key", "is_gift", "refund_status_code"]
    old = (
        ["product_id", "creator_id", "discount_platform_fen", "discount_merchant_fen", "is_shipment_told"]
        if shop_id == OLD
        else []
    )
    left, right = (content(frames["order_line"], "order_line_id", *silent, *old) for frames in (file, api))
    assert left.height == left["order_line_id"].n_unique() > 100
    if shop_id == NEW:  # what the buyer did not pay has no discount in the file
        paid = left["paid_at"].is_not_null()
        left, right = left.filter(paid), right.filter(paid)
    wrong = [name for name in left.columns if not left[name].equals(right[name], null_equal=True)]
    assert wrong == []
    assert content(file["order_line"], "order_line_id").filter(pl.col("paid_at").is_not_null())[
        "is_gift"
    ].sum() == (
        content(api["order_line"], "order_line_id").filter(pl.col("paid_at").is_not_null())["is_gift"].sum()
    )
    truth = market.lines_at(shop_id, NOW)
    assert file["order_line"]["paid_fen"].sum() == truth["paid_fen"].sum()
    assert api["order"].unique("order_id")["paid_fen"].sum() == truth["paid_fen"].sum()
    if shop_id == NEW:
        told = api["order_line"].unique("order_line_id")
        assert (told["discount_platform_fen"].sum(), told["discount_merchant_fen"].sum()) == (
            truth["discount_platform_fen"].sum(), truth["discount_merchant_fen"].sum()
        )  # fmt: skip


def test_after_sales_agree(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    same = [
        "refund_id",
        "order_id",
        "refund_status_code",
        "refund_type_code",
        "refund_stage_code",
        "reason_code",
        "applied_at",
        "refund_fen",
    ]
    left, right = (frames["refund_line"].select(same).unique().sort("refund_id") for frames in (file, api))
    wrong = [name for name in same if not left[name].equals(right[name])]
    assert wrong == []
    truth = market.refunds_at(shop_id, NOW).sort("refund_id")
    assert left.height == truth.height > 50
    done = truth["refund_status_code"] == "success"
    assert left.filter(done)["refund_fen"].equals(truth.filter(done)["refund_fen"])
    told = api["refund_line"].unique("refund_id").sort("refund_id")
    assert told["refunded_at"].equals(truth["refunded_at"].set(~done, None), check_names=False)
    assert file["refund_line"]["refunded_at"].null_count() == file["refund_line"].height


def test_settlement_and_services_agree_and_are_the_markets(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    apart = ["commission_service_fen", "freight_fen"]  # the one is only in the file, the other 0 or untold
    left, right = (
        content(frames["settlement_entry"], "settlement_entry_id", *apart) for frames in (file, api)
    )
    assert left["settlement_entry_id"].n_unique() == left.height
    assert left.equals(right.select(left.columns), null_equal=True)
    truth, premiums = market.settlements_at(shop_id, NOW), market.insurance_at(shop_id, NOW)
    goods = left.filter(pl.col("settlement_type_code") != "insurance")
    services = left.filter(settlement_type_code="insurance")
    assert goods["settled_fen"].sum() == truth["settled_fen"].sum() and goods.height == truth.height
    assert goods["platform_fee_fen"].sum() == truth["fee_fen"].sum()
    assert goods["commission_creator_fen"].sum() == truth["commission_fen"].sum()
    assert services["settled_fen"].sum() == -premiums["premium_merchant_fen"].sum() != 0
    assert (left["income_fen"] + left["expense_fen"]).equals(left["settled_fen"], check_names=False)


def test_funds_agree_and_are_the_markets(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    left, right = (content(frames["fund_entry"], "fund_entry_id", "account_name") for frames in (file, api))
    assert left.equals(right.select(left.columns), null_equal=True)
    truth = market.funds_at(shop_id, NOW)
    assert (left.height, left["moved_fen"].sum()) == (truth.height, truth["moved_fen"].sum())


def test_advertising_and_products_are_the_markets(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    assert file["ad_spend"]["spent_fen"].sum() == market.ads_at(shop_id, NOW)["spent_fen"].sum() > 0, (
        "the total row is not counted"
    )
    skus = market.skus.filter(pl.col("shop_id") == shop_id).sort("sku_code")
    told = api["product"].sort("sku_code")
    for name in (
        "sku_code",
        "unit_price_fen",
        "stock_qty",
        "color_name",
        "size_name",
        "product_name",
        "style_code",
    ):
        assert told[name].equals(skus[name], check_names=False), name


def test_both_tell_the_markets_money_to_the_fen(
    both: tuple[str, dict[str, pl.DataFrame], dict[str, pl.DataFrame]], market: Market
) -> None:
    shop_id, file, api = both
    lines, refunds = market.lines_at(shop_id, NOW), market.refunds_at(shop_id, NOW)
    done = refunds.filter(refund_status_code="success")
    ours = market.accounts.filter(pl.col("shop_id") == shop_id)
    own = ours.select("live_account_id", merchant_id=pl.lit("merchant"), platform_code=pl.lit("xiaohongshu"))

    def shaped(frames: dict[str, pl.DataFrame], name: str) -> pl.DataFrame:
        table = SILVER[name]
        if name not in frames:
            return current(table, table.empty())
        return current(
            table,
            table.shape(
                frames[name]
                .unique(table.key[3:-3], keep="last")
                .with_columns(_last_observed_at="_observed_at")
            ),
        )

    for frames in (file, api):
        named = ("order", "order_line", "refund_line", "line_channel", "live_session")
        facts = fct_order_line.build(fct_order_line.Current(*(shaped(frames, name) for name in named), own))
        assert facts["paid_fen"].sum() == lines["paid_fen"].sum()
        assert facts["cohort_refund_fen"].sum() == done["refund_fen"].sum()
    if shop_id == NEW:  # the registry of own accounts tells 店播 from 达播, by file as by API
        told = facts.group_by("channel_code").agg(pl.col("paid_fen").sum()).sort("channel_code")
        assert (
            told.rows()
            == lines.group_by("channel_code").agg(pl.col("paid_fen").sum()).sort("channel_code").rows()
        )
    stages = dict(done.group_by("stage_code").agg(pl.col("refund_fen").sum()).iter_rows())
    assert facts["refund_after_fen"].sum() == stages["after_shipment"]


def test_loading_twice_is_loading_once(market: Market) -> None:
    for name, data in simulate.export_files(market, NEW, NOW, START.date(), NOW.date()).items():
        one, two = (conformed(read_file(data, origin(name, NEW, NOW))) for _ in range(2))
        for table, frame in one.items():
            key = list(SILVER[table].key[3:-3])
            assert (
                pl.concat([frame, two[table]]).unique(key).height == frame.unique(key).height == frame.height
            )

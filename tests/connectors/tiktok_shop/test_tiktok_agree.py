"""Files and API of the same shop at the same moment say the same, and both say what the market knows, in
satang and, converted, in gold.
"""

from __future__ import annotations

import polars as pl
import pytest
from tiktok_cases import (
    MARKET_NOW,
    Frames,
    Shop,
    conformed,
    conformed_records,
    content,
    download,
    line_truth,
    moment,
    refund_truth,
    settlement_truth,
)

from connectors.tiktok_shop import simulate
from contracts.canonical import SILVER
from simulator.history.market import Market
from simulator.history.platforms import thb_rates
from simulator.server import make_app, serve_in_thread
from transforms.currency import convert_orders
from transforms.gold.orders import fct_order_line
from transforms.silver.states import current

START = moment("2026-05-01 00:00:00")
EVERY_SHOP = pytest.mark.parametrize("position", [0, 1, 2])


@pytest.fixture(scope="module")
def by_files(market: Market, shop_ids: list[str]) -> list[dict[str, Frames]]:
    """Per shop: kind → canonical frames of its downloads."""
    return [
        {kind: conformed(reading) for kind, reading in download(market, shop_id).items()}
        for shop_id in shop_ids
    ]


@pytest.fixture(scope="module")
def by_api(market: Market, shop_ids: list[str]) -> list[dict[str, Frames]]:
    """Per shop: kind → canonical frames of what its API handed out."""
    app = make_app(market, MARKET_NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    kinds = ("orders", "after_sales", "cancellations", "settlements")
    try:
        shops = [Shop(app, url, shop_id) for shop_id in shop_ids]
        return [
            {
                kind: conformed_records(kind, shop.collect(kind, START, MARKET_NOW), shop.shop_id)
                for kind in kinds
            }
            for shop in shops
        ]
    finally:
        stop()


@EVERY_SHOP
def test_files_tell_the_markets_orders(
    by_files: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    frames, truth = by_files[position]["orders"], line_truth(market, shop_ids[position])
    order = frames["order"].sort("order_id")
    money = ("placed_fen", "paid_fen", "freight_fen")
    totals = (
        truth.group_by("order_id")
        .agg(pl.col(money).sum(), pl.col("line_qty").sum(), pl.col("created_at", "paid_at").first())
        .sort("order_id")
    )
    assert order.select(totals.columns).equals(totals)
    assert set(order["currency_code"]) == {"THB"}
    # no word is known for an order that went out in part
    states = (
        truth.group_by("order_id")
        .agg(pl.col("order_order_status_code").first().replace("part_shipped", "paid"))
        .sort("order_id")
    )
    assert order["order_status_code"].equals(states["order_order_status_code"].alias("order_status_code"))
    back = (
        truth.filter(pl.col("paid_at").is_not_null())
        .group_by("order_id")
        .agg(refund=pl.col("refunded_fen").sum())
        .sort("order_id")
    )
    assert order.filter(pl.col("stated_refund_fen").is_not_null())["stated_refund_fen"].equals(
        back["refund"].alias("stated_refund_fen")
    )


@EVERY_SHOP
def test_files_tell_the_markets_lines(
    by_files: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    line = by_files[position]["orders"]["order_line"].sort("order_line_id")
    truth = line_truth(market, shop_ids[position])
    wanted = truth.group_by(order_line_id="line").agg(
        (pl.col("placed_fen") - pl.col("freight_fen")).sum(),
        pl.col("line_qty", "discount_merchant_fen").sum(),
        (pl.col("discount_platform_fen") + pl.col("discount_creator_fen")).sum(),
        pl.col("unit_price_fen").max(),
        pl.col("sku_code", "product_name", "color_name", "size_name", "province_name").first(),
        pl.col("is_gift").all(),
    ).sort("order_line_id")  # fmt: skip
    assert line.select(wanted.columns).equals(wanted)


@EVERY_SHOP
def test_styles_are_the_markets(
    by_files: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    """The seller's SKU without its colour and size parts is the style number, whichever way the account is
    signed in.
    """
    styles = (
        line_truth(market, shop_ids[position])
        .select(order_line_id="line", style="style_code")
        .unique("order_line_id")
    )
    joined = by_files[position]["orders"]["order_line"].join(styles, on="order_line_id")
    assert joined.filter(~pl.col("is_gift"), pl.col("style_code") != pl.col("style")).is_empty()


@EVERY_SHOP
def test_creator_files_tell_the_markets_channels(
    by_files: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    channel = by_files[position]["affiliate_orders"]["line_channel"].sort("order_line_id")
    lines = line_truth(market, shop_ids[position])
    told = (
        lines.filter(pl.col("live_account_id").is_not_null(), ~pl.col("is_gift")).unique("line").sort("line")
    )
    wanted = told.select(
        order_line_id="line", order_id="order_id", content_code="content_code", creator_id="live_account_id"
    )
    assert channel.select(wanted.columns).equals(wanted)
    assert set(channel["seller_code"]) == {"creator"}
    assert set(channel["content_code"]) == {"live", "short_video"}


@EVERY_SHOP
def test_files_and_api_agree(
    by_files: list[dict[str, Frames]], by_api: list[dict[str, Frames]], position: int
) -> None:
    file, api = by_files[position], by_api[position]
    apart = {
        "order": ["stated_refund_fen"],  # the file alone tells it
        "order_line": ["product_id"],  # the API alone tells it
        "settlement_entry": ["settled_refund_fen"],
    }
    for kind, table, key in (
        ("orders", "order", "order_id"),
        ("orders", "order_line", "order_line_id"),
        ("settlements", "settlement_entry", "settlement_entry_id"),
    ):
        left, right = content(file[kind][table], key), content(api[kind][table], key)
        assert left.height > 100
        for name in [name for name in left.columns if name not in apart[table]]:
            said = right[name].replace("part_shipped", "paid") if name == "order_status_code" else right[name]
            assert left[name].equals(said, null_equal=True), (table, name)
    assert api["orders"]["order_line"]["product_id"].null_count() == 0


@EVERY_SHOP
def test_income_is_what_the_market_settled(
    by_files: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    entry = by_files[position]["settlements"]["settlement_entry"]
    truth = settlement_truth(market, shop_ids[position])
    names = {
        "platform_fee_fen": "fee_fen",
        "commission_creator_fen": "commission_fen",
        "commission_leader_fen": "leader_fen",
        "income_fen": "base_fen",
    }
    told = (
        entry.with_columns(day=pl.col("settled_at").dt.date())
        .sort("order_id", "settlement_type_code", "day")
        .rename(names)
    )
    assert set(truth["settlement_type_code"]) == {"sale", "refund_after"}
    assert told.select(truth.columns).equals(truth)
    assert (entry["income_fen"] + entry["expense_fen"]).equals(entry["settled_fen"].alias("income_fen"))
    taken = entry.filter(settlement_type_code="refund_after")
    assert taken["settled_refund_fen"].equals(-taken["settled_fen"].alias("settled_refund_fen"))


@EVERY_SHOP
def test_after_sales_of_the_api_are_the_markets(
    by_api: list[dict[str, Frames]], market: Market, shop_ids: list[str], position: int
) -> None:
    truth = refund_truth(market, shop_ids[position])
    told = pl.concat(
        [by_api[position][kind]["refund_line"] for kind in ("after_sales", "cancellations")], how="diagonal"
    ).sort("refund_id")
    wanted = truth.select(
        "refund_id", "order_id", "refund_status_code", "refund_fen", "applied_at", "refunded_at",
        order_line_id="line", refund_stage_code="stage_code",
    )  # fmt: skip
    assert told.select(wanted.columns).equals(wanted)
    assert set(told["currency_code"]) == {"THB"}
    kinds = told.join(truth.select("refund_id", "type_code", "reason_code"), on="refund_id", suffix="_true")
    # a price difference is a refund without return here, and nothing says more
    assert kinds["refund_type_code"].equals(
        kinds["type_code"].replace("price_protection", "refund_only").alias("refund_type_code")
    )
    assert kinds["reason_code"].equals(kinds["reason_code_true"].alias("reason_code"))


def _in_fen(frames: Frames) -> Frames:
    rates = thb_rates(START.date(), MARKET_NOW.date()).with_columns(
        cny_e8_number=(pl.col("rate_text").cast(pl.Float64) * 100_000_000).cast(pl.Int64)
    )
    now = {
        name: current(SILVER[name], SILVER[name].shape(frame.with_columns(_last_observed_at="_observed_at")))
        for name, frame in frames.items()
    }
    return convert_orders(now, rates.select("rate_date", "currency_code", "cny_e8_number"))


@EVERY_SHOP
@pytest.mark.parametrize("path", ["files", "api"])
def test_gold_in_fen_is_the_markets(
    by_files: list[dict[str, Frames]],
    by_api: list[dict[str, Frames]],
    market: Market,
    shop_ids: list[str],
    position: int,
    path: str,
) -> None:
    file, api = by_files[position], by_api[position]
    refunds = pl.concat(
        [api[kind]["refund_line"] for kind in ("after_sales", "cancellations")], how="diagonal"
    )
    # no file tells refunds: the API's stand beside either path's orders, and meet their lines
    told = _in_fen(
        {
            **(file if path == "files" else api)["orders"],
            "refund_line": refunds,
            "line_channel": file["affiliate_orders"]["line_channel"],
        }
    )
    own = pl.DataFrame(
        schema=dict.fromkeys(["merchant_id", "shop_id", "platform_code", "live_account_id"], pl.String)
    )
    fact = fct_order_line.build(
        fct_order_line.Current(**told, live_session=SILVER["live_session"].empty(), own_account=own)
    )
    paid = fact.filter(pl.col("paid_at").is_not_null())
    assert paid["refund_undated_fen"].sum() == 0
    lines = market.lines_at(shop_ids[position], MARKET_NOW).filter(pl.col("paid_at").is_not_null())
    truth = lines.group_by("order_id").agg(pl.col("paid_fen", "refunded_fen").sum()).sort("order_id")
    sums = (
        paid.group_by("order_id")
        .agg(pl.col("paid_fen").sum(), refunded_fen=pl.col("cohort_refund_fen").sum())
        .sort("order_id")
    )
    assert sums.equals(truth)
    channels = lines.filter(~pl.col("is_gift")).select(
        line=pl.concat_str("order_id", "sku_id", separator=":"),
        channel=pl.when(pl.col("live_account_id").is_null())
        .then(pl.lit("unknown"))
        .otherwise("channel_code"),
    )
    joined = paid.join(channels.unique("line"), left_on="order_line_id", right_on="line")
    assert joined["channel_code"].equals(joined["channel"].alias("channel_code"))


def test_a_download_loaded_twice_and_beside_the_api_is_the_same_once(
    market: Market, shop_ids: list[str], by_api: list[dict[str, Frames]]
) -> None:
    """The keys of both paths are the same, so whatever is loaded again is another observation of the same
    thing.
    """
    one, two = download(market, shop_ids[0]), download(market, shop_ids[0])
    for kind, reading in one.items():
        assert reading.bronze.equals(two[kind].bronze)
    keys = {
        "orders": [("order", "order_id"), ("order_line", "order_line_id")],
        "settlements": [("settlement_entry", "settlement_entry_id")],
    }
    for kind, tables in keys.items():
        frames = conformed(one[kind])
        for table, key in tables:
            assert frames[table][key].is_unique().all()
            assert set(frames[table][key]) == set(by_api[0][kind][table][key])

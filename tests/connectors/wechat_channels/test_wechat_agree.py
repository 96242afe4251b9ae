"""Files and API of the same shop at the same moment say the same, and both say what the market knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import pytest
from wechat_cases import FIRST, LINEAGE, NOW, Shop, private_cells, read

from connectors.wechat_channels import PLATFORM, simulate
from contracts.canonical import SILVER
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread
from transforms.gold.orders import fct_order_line
from transforms.silver.states import current

#: What one side does not tell: files no place of sale, session, accounts of own sales and creator's discount;
#: the API no refund on the order.
ONE_SIDED = {
    "order": ["shipped_at"],
    "order_line": [
        "content_code", "live_session_id", "creator_id", "creator_name", "discount_creator_fen",
        "discount_merchant_fen", "discount_platform_fen",
        "stated_refund_fen", "refund_status_code", "shipped_at", "is_shipment_told",
    ],
    "refund_line": [],
    "fund_entry": ["scene_name"],
}  # fmt: skip
KEY = {
    "order": "order_id",
    "order_line": "order_line_id",
    "refund_line": "refund_id",
    "fund_entry": "fund_entry_id",
}


def from_files(market: Market, shop_id: str) -> dict[str, pl.DataFrame]:
    frames: dict[str, pl.DataFrame] = {}
    for name, data in simulate.export_files(market, shop_id, NOW, FIRST.date(), NOW.date()).items():
        reading = read(data, name, shop_id)
        assert reading.quarantine.is_empty(), reading.quarantine
        assert reading.new_columns == []
        assert reading.observed_at == NOW
        assert private_cells(reading.bronze) == []
        frames |= PLATFORM.conform(reading.layout.kind, reading.bronze)
    return frames


def gold(frames: dict[str, pl.DataFrame], market: Market, shop_id: str) -> pl.DataFrame:
    """The order-line facts of these frames."""

    def shaped(name: str) -> pl.DataFrame:
        table = SILVER[name]
        return current(
            table,
            table.shape(frames[name].with_columns(_last_observed_at="_observed_at"))
            if name in frames
            else table.empty(),
        )

    ours = market.accounts.filter(pl.col("shop_id") == shop_id)
    own = ours.select(
        "live_account_id", merchant_id=pl.lit("merchant"), platform_code=pl.lit("wechat_channels")
    )
    return fct_order_line.build(
        fct_order_line.Current(
            *(
                shaped(name)
                for name in ("order", "order_line", "refund_line", "line_channel", "live_session")
            ),
            own,
        )
    )


@dataclass(frozen=True)
class Told:
    """One shop: what its files say, and what its API says."""

    shop_id: str
    file: dict[str, pl.DataFrame]
    api: dict[str, pl.DataFrame]


@pytest.fixture(scope="module", params=[0, 1])
def told(market: Market, request: pytest.FixtureRequest) -> Iterator[Told]:
    app = make_app(market, NOW, [simulate.dialect()])
    url, stop = serve_in_thread(app)
    shop = Shop(app, url, market.shops["shop_id"][request.param])
    api = {
        table: frame
        for kind in ("orders", "after_sales", "funds", "live_sessions")
        for table, frame in shop.collect(kind).items()
    }
    yield Told(shop.shop_id, from_files(market, shop.shop_id), api)
    stop()


def test_files_and_api_agree(told: Told) -> None:
    file, api = told.file, told.api
    for table, key in KEY.items():
        left, right = (frames[table].drop(LINEAGE, *ONE_SIDED[table]).sort(key) for frames in (file, api))
        assert left.height > 0
        wrong = [name for name in left.columns if not left[name].equals(right[name], null_equal=True)]
        assert wrong == [], (table, wrong)
        assert left[key].n_unique() == left.height


def test_both_tell_the_markets_money_to_the_fen(told: Told, market: Market) -> None:
    lines, refunds = market.lines_at(told.shop_id, NOW), market.refunds_at(told.shop_id, NOW)
    done = refunds.filter(pl.col("refund_status_code") == "success")
    file, api = (gold(frames, market, told.shop_id) for frames in (told.file, told.api))
    for facts in (file, api):
        assert facts["paid_fen"].sum() == lines["paid_fen"].sum()
        assert facts["cohort_refund_fen"].sum() == done["refund_fen"].sum()
        paid = lines.filter(pl.col("paid_at").is_not_null())
        assert (
            facts.filter(pl.col("paid_at").is_not_null())["is_order_head"].sum()
            == paid["order_id"].n_unique()
        )
    # files tell who sold, and the API alone in what form
    by_seller = lines.group_by(channel_code="seller_code").agg(pl.col("paid_fen").sum()).sort("channel_code")
    sold = file.group_by("channel_code").agg(pl.col("paid_fen").sum()).sort("channel_code")
    assert sold.filter(pl.col("paid_fen") > 0).rows() == by_seller.filter(pl.col("paid_fen") > 0).rows()
    by_channel = api.group_by("channel_code").agg(pl.col("paid_fen").sum()).sort("channel_code")
    assert (
        by_channel.rows()
        == lines.group_by("channel_code").agg(pl.col("paid_fen").sum()).sort("channel_code").rows()
    )
    stages = dict(done.group_by("stage_code").agg(pl.col("refund_fen").sum()).iter_rows())
    for facts in (file, api):
        assert (facts["refund_before_fen"].sum(), facts["refund_after_fen"].sum()) == (
            stages["before_shipment"],
            stages["after_shipment"],
        )
        assert facts["refund_undated_fen"].sum() == 0
    orders_only = gold({name: told.file[name] for name in ("order", "order_line")}, market, told.shop_id)
    assert orders_only["refund_undated_fen"].sum() == done["refund_fen"].sum(), (
        "the order file alone tells no dates"
    )


def test_the_api_tells_when_money_went_back_and_of_which_style(told: Told, market: Market) -> None:
    refunds = market.refunds_at(told.shop_id, NOW).rename({"refunded_at": "true_at"})
    styles = market.lines_at(told.shop_id, NOW).select("order_line_id", true_style="style_code")
    back = told.api["refund_line"].join(
        told.api["order_line"].select("order_line_id", "style_code"), on="order_line_id"
    )
    joined = back.join(refunds.select("refund_id", "true_at", true_line="order_line_id"), on="refund_id")
    joined = joined.join(styles, left_on="true_line", right_on="order_line_id")
    assert joined.height == refunds.height
    done = joined.filter(pl.col("refund_status_code") == "success")
    assert done["refunded_at"].equals(done["true_at"], check_names=False)
    assert joined["style_code"].equals(joined["true_style"], check_names=False)


def test_live_lines_know_their_session(told: Told, market: Market) -> None:
    live = told.api["order_line"].filter(pl.col("content_code") == "live")
    aired = (
        market.lines_at(told.shop_id, NOW)
        .filter(pl.col("content_code") == "live")
        .group_by("order_id")
        .agg(pl.col("session_ref").first())
    )
    joined = live.join(aired, on="order_id")
    assert joined.height == live.height > 0
    assert joined["live_session_id"].equals(joined["session_ref"], check_names=False)


def test_settled_orders_without_refunds_are_settled_as_the_market_did(told: Told, market: Market) -> None:
    entry = told.file["settlement_entry"]
    true = (
        market.settlements_at(told.shop_id, NOW)
        .group_by("order_id")
        .agg(true_fen=pl.col("settled_fen").sum(), true_fee=pl.col("fee_fen").sum())
    )
    plain = entry.filter(pl.col("settled_refund_fen") == 0).join(true, on="order_id")
    assert plain.height > 0
    assert plain["settled_fen"].equals(plain["true_fen"], check_names=False)
    assert (
        entry.join(true, on="order_id")["platform_fee_fen"].sum()
        == entry.join(true, on="order_id")["true_fee"].sum()
    )


def test_two_downloads_pasted_together_are_the_same_rows(market: Market) -> None:
    shop_id = market.shops["shop_id"][1]
    files = simulate.export_files(market, shop_id, NOW, FIRST.date(), NOW.date())
    data = next(body for name, body in files.items() if name.startswith("订单"))
    twice = read(data + data, "订单.csv", shop_id)
    once = read(data, "订单.csv", shop_id)
    assert twice.bronze.height == 2 * once.bronze.height
    assert twice.quarantine.is_empty()


def test_the_same_market_and_moment_give_the_same_bytes(market: Market) -> None:
    for shop_id in market.shops["shop_id"]:
        files = [simulate.export_files(market, shop_id, NOW, FIRST.date(), NOW.date()) for _ in range(2)]
        assert list(files[0]) == list(files[1])
        csvs = [name for name in files[0] if name.endswith(".csv")]
        assert all(files[0][name] == files[1][name] for name in csvs)
        for name in set(files[0]) - set(csvs):
            assert read(files[0][name], name).bronze.equals(read(files[1][name], name).bronze)

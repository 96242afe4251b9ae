"""The market: same dice same rows, sane identities, the plants are there."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from simulator_cases import NOW

from contracts import codes
from simulator.history.market import Market, build_market
from simulator.history.platforms import CHANNELS, FACTS

FRAMES = ("merchants", "shops", "accounts", "skus", "sessions", "lines", "refunds", "settlements")


def test_same_arguments_same_rows() -> None:
    first, second, other = (build_market(seed, 4, 10, 2_000, now=NOW) for seed in (1, 1, 2))
    for name in FRAMES:
        assert getattr(first, name).equals(getattr(second, name)), name
    assert not first.lines.equals(other.lines)


@pytest.mark.parametrize(
    ("merchants", "days", "lines"), [(1, 1, 1), (2, 2, 40), (3, 30, 300), (40, 5, 2_000)]
)
@pytest.mark.parametrize("hour", [0, 3, 23])
def test_any_size_builds(merchants: int, days: int, lines: int, hour: int) -> None:
    now = NOW.replace(hour=hour, minute=0)
    built = build_market(1, merchants, days, lines, now=now)
    for shop in built.shops["shop_id"]:
        assert built.lines_at(shop, now)["created_at"].is_sorted()
        built.sessions_at(shop, now)
    assert built.lines.filter(pl.col("created_at") >= now).is_empty()


def test_refuses_a_naive_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_market(now=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="at least one"):
        build_market(lines=0, now=NOW)


def test_who_is_there(market: Market) -> None:
    assert dict(market.shops.group_by("platform_code").len().iter_rows()) == {"douyin": 8, "taobao": 7}
    assert set(market.shops.filter(merchant_id=market.merchants["merchant_id"][0])["platform_code"]) == {
        "douyin",
        "taobao",
    }
    assert set(market.merchants["merchant_id"]) == set(market.shops["merchant_id"])
    assert market.merchants["owner_id"].n_unique() == market.merchants.height - 1
    share = market.lines.group_by("merchant_id").agg(pl.col("paid_fen").sum()).sort("paid_fen")["paid_fen"]
    assert share[-1] > 2 * share[-2] or share[-1] > 0.25 * share.sum()
    assert market.lines["merchant_id"].n_unique() == 12
    sellers = (
        market.sessions.filter(~pl.col("is_own"))
        .group_by("live_account_id")
        .agg(pl.col("merchant_id").n_unique())
    )
    assert sellers["merchant_id"].max() >= 3
    assert market.lines.filter(category_name="马面裙")["merchant_id"].n_unique() == 1


def test_ids_are_unique_text_beyond_floats(market: Market) -> None:
    lines, refunds = market.lines, market.refunds
    assert lines["order_line_id"].is_unique().all()
    assert refunds["refund_id"].is_unique().all()
    assert lines.group_by("order_id").agg(pl.col("shop_id").n_unique())["shop_id"].max() == 1
    douyin = lines.filter(platform_code="douyin")
    assert douyin["order_id"].str.contains(r"^69\d{17}$").all()
    assert douyin["order_line_id"].str.contains(r"^69\d{17}$").all()
    assert set(lines.filter(platform_code="taobao")["order_id"].str.len_chars()) == {18, 19}
    single = lines.filter(pl.len().over("order_id") == 1)
    assert (single["order_id"] == single["order_line_id"]).all()
    several = lines.filter(pl.len().over("order_id") > 1)
    assert not several["order_line_id"].is_in(lines["order_id"].implode()).any()
    assert market.sessions["session_ref"].is_unique().all()
    assert market.skus["sku_id"].is_unique().all()


def test_codes_are_the_contracts(market: Market) -> None:
    allowed = {
        ("lines", "platform_code"): codes.PLATFORM,
        ("lines", "content_code"): codes.CONTENT,
        ("lines", "seller_code"): codes.SELLER,
        ("lines", "channel_code"): codes.CHANNEL,
        ("refunds", "stage_code"): codes.REFUND_STAGE,
        ("refunds", "type_code"): codes.REFUND_TYPE,
        ("refunds", "reason_code"): codes.REFUND_REASON,
    }
    for (frame, column), known in allowed.items():
        assert set(getattr(market, frame)[column]) <= set(known.values), column


def test_money_adds_up(market: Market) -> None:
    lines = market.lines
    discounts = (
        pl.col("discount_platform_fen") + pl.col("discount_merchant_fen") + pl.col("discount_creator_fen")
    )
    goods = pl.col("unit_price_fen") * pl.col("line_qty")
    assert lines.select((goods - discounts + pl.col("freight_fen") == pl.col("placed_fen")).all()).item()
    assert lines.filter(~pl.col("is_gift"))["placed_fen"].min() > 0
    assert lines.select(
        (
            pl.col("paid_fen") == pl.when(pl.col("paid_at").is_null()).then(0).otherwise(pl.col("placed_fen"))
        ).all()
    ).item()
    gifts = lines.filter("is_gift")
    assert gifts.height > 50 and gifts["placed_fen"].sum() == 0
    assert lines.filter(pl.col("line_number") > 1)["freight_fen"].sum() == 0
    returned = (
        market.refunds.filter(pl.col("refunded_at").is_not_null())
        .group_by("order_line_id")
        .agg(pl.col("refund_fen").sum())
    )
    joined = returned.join(lines, on="order_line_id", validate="1:1")
    assert joined.height == returned.height
    assert (joined["refund_fen"] <= joined["paid_fen"]).all()


def test_orders_share_their_moments(market: Market) -> None:
    shared = market.lines.group_by("order_id").agg(
        pl.col("created_at", "paid_at", "buyer_ref", "channel_code").n_unique()
    )
    assert shared.select(pl.col("created_at", "paid_at", "buyer_ref", "channel_code").max()).row(0) == (
        1,
        1,
        1,
        1,
    )


def test_moments_follow_each_other(market: Market) -> None:
    joined = market.refunds.join(
        market.lines.select("order_line_id", "paid_at", "shipped_at"), on="order_line_id"
    )
    before = pl.col("stage_code") == "before_shipment"
    wrong = joined.filter(
        (pl.col("applied_at") <= pl.col("paid_at"))
        | (pl.col("shipped_back_at") < pl.col("applied_at"))
        | (pl.max_horizontal("refunded_at", "closed_at") < pl.max_horizontal("applied_at", "shipped_back_at"))
        | (before & (pl.col("applied_at") >= pl.col("shipped_at")))
        | (~before & ~(pl.col("applied_at") > pl.col("shipped_at")))
    )
    assert wrong.is_empty()
    lines = market.lines
    assert lines.filter(
        (pl.col("paid_at") < pl.col("created_at")) | (pl.col("finished_at") <= pl.col("shipped_at"))
    ).is_empty()
    assert lines.select((pl.col("paid_at") - pl.col("created_at")).max()).item() <= dt.timedelta(minutes=30)


def test_live_lines_lie_in_exactly_one_session_of_their_account(market: Market) -> None:
    live = market.lines.filter(content_code="live")
    joined = live.join(market.sessions, on=["shop_id", "live_account_id"], suffix="_session").filter(
        pl.col("created_at").is_between(pl.col("started_at"), pl.col("ended_at"))
    )
    assert joined.height == live.height
    assert (joined["session_ref"] == joined["session_ref_session"]).all()
    assert ((joined["channel_code"] == "own_live") == joined["is_own"]).all()
    assert market.lines.filter(pl.col("content_code") != "live")["session_ref"].is_null().all()


def test_taobao_tells_live_only(market: Market) -> None:
    taobao = market.lines.filter(platform_code="taobao")
    assert set(taobao["channel_code"]) == {"own_live", "creator_live", "unknown"}
    assert taobao["is_paid_traffic"].is_null().all()
    assert "unknown" not in set(market.lines.filter(platform_code="douyin")["channel_code"])


def test_the_plants(market: Market) -> None:
    for shop in market.shops["shop_id"]:
        lines = market.lines.filter(shop_id=shop, line_number=1)
        assert {dt.time(23, 59, 59), dt.time(0, 0)} <= set(lines["created_at"].dt.time()), shop
        sessions = market.sessions.filter(shop_id=shop)
        assert sessions.filter(pl.col("ended_at").dt.date() > pl.col("started_at").dt.date()).height > 0
        assert market.lines.filter(shop_id=shop)["is_gift"].any()
        seen = set(market.refunds.filter(shop_id=shop).select("type_code", "stage_code").iter_rows())
        assert {
            ("refund_only", "before_shipment"), ("return_refund", "after_shipment"),
            ("exchange", "after_shipment"), ("price_protection", "after_shipment"),
        } <= seen  # fmt: skip
        assert (
            market.refunds.filter(shop_id=shop, type_code="exchange")
            .select(pl.col("refunded_at").is_null().all())
            .item()
        )
    sold = set(market.lines["session_ref"].drop_nulls())
    assert set(market.sessions["session_ref"]) - sold, "some sessions sell nothing"
    odd = market.lines.filter(content_code="live", platform_code="douyin")
    assert {("own_live", "creator"), ("creator_live", "own")} <= set(
        odd.select("channel_code", "seller_code").iter_rows()
    )
    twice = market.refunds.filter(pl.col("refunded_at").is_not_null()).group_by("order_line_id").len()
    assert twice["len"].max() == 2


@pytest.mark.parametrize("seed", range(1, 15))
def test_jds_markets_hold_a_gift_beside_goods_that_left_and_goods_that_did_not(seed: int) -> None:
    """R51: what once gave shipped value below 0, where money is known by the order alone.

    A market of few lines has it too, beside the other plants.
    """
    for lines in (250, 1_500):
        built = build_market(seed, 6, 30, lines, now=NOW, platforms=tuple(FACTS))
        cancelled = (
            built.refunds.filter(stage_code="before_shipment")
            .drop_nulls("refunded_at")
            .group_by("order_line_id")
            .agg(pl.col("refund_fen").sum())
        )
        for shop in built.shops.filter(platform_code="jd")["shop_id"]:
            orders = (
                built.lines.filter(shop_id=shop)
                .join(cancelled, on="order_line_id", how="left")
                .group_by("order_id")
            )
            goods, is_whole = ~pl.col("is_gift"), pl.col("refund_fen") == pl.col("paid_fen")
            parted = orders.agg(
                (pl.col("is_gift") & pl.col("shipped_at").is_not_null()).any().alias("gift"),
                (goods & is_whole & pl.col("shipped_at").is_null()).any().alias("cancelled"),
                (goods & pl.col("shipped_at").is_not_null()).any().alias("left"),
            )
            assert parted.filter("gift", "cancelled", "left").height >= 1, (shop, lines)
            if lines == 1_500:
                assert built.refunds.filter(shop_id=shop)["type_code"].n_unique() == 4


def test_settlements_come_after_the_end(market: Market) -> None:
    joined = market.settlements.join(market.lines, on="order_line_id")
    assert joined.height == market.settlements.height
    assert (joined["settled_at"] > joined["finished_at"]).all()
    assert (market.settlements["settled_fen"] < 0).any(), "a refund after settlement is a negative entry"
    payouts = market.settlements.filter(pl.col("settled_fen") > 0)
    assert payouts["order_line_id"].is_unique().all()


def test_frozen(market: Market) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        market.seed = 2  # type: ignore[misc]


def test_every_platform_has_its_shops_numbers_and_channels() -> None:
    whole = build_market(seed=3, merchants=12, days=20, lines=8_000, now=NOW)
    assert abs(whole.lines.height - 8_000) < 200
    assert set(whole.shops["platform_code"]) == set(FACTS)
    for code, facts in FACTS.items():
        lines = whole.lines.filter(platform_code=code)
        assert lines.height > 50
        told = {channel for channel, share in zip(CHANNELS, facts.mix, strict=True) if share > 0}
        assert set(lines["channel_code"]) <= told
        assert lines["order_id"].str.contains(r"^(P|[0-9]{6}-)?[0-9]{12,19}$").all()
        if facts.one_line:
            assert (lines["order_id"] == lines["order_line_id"]).all()
            assert not lines["is_gift"].any()


def test_a_market_of_one_platform_gives_everybody_a_shop_there() -> None:
    small = build_market(seed=1, merchants=3, days=5, lines=300, now=NOW, platforms=("jd",))
    assert small.shops["platform_code"].to_list() == ["jd"] * 3
    with pytest.raises(ValueError, match="no such platform"):
        build_market(now=NOW, platforms=("nowhere",))


def test_ledgers_add_up(market: Market) -> None:
    """Every fen of the account is named: opening balance plus movements is the balance, payouts and premiums
    are those of their own frames.
    """
    last = market.funds.group_by("shop_id", maintain_order=True).agg(
        pl.col("moved_fen").sum(), pl.col("balance_fen").last()
    )
    assert (last["balance_fen"] - last["moved_fen"] == 50_000_000).all()
    by_kind = dict(market.funds.group_by("fund_type_code").agg(pl.col("moved_fen").sum()).iter_rows())
    assert by_kind["sale"] + by_kind["refund"] == market.settlements["settled_fen"].sum()
    assert by_kind["insurance"] == -market.insurance["premium_merchant_fen"].sum()
    assert by_kind["advertising"] == -market.ads["spent_cash_fen"].sum()
    assert (market.ads["spent_fen"] == market.ads["spent_cash_fen"] + market.ads["spent_grant_fen"]).all()
    costs = market.settlements.select(
        pl.sum_horizontal("fee_fen", "commission_fen", "leader_fen")
    ).to_series()
    assert (market.settlements["base_fen"] - costs == market.settlements["settled_fen"]).all()

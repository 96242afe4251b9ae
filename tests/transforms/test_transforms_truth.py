"""The whole way from a platform's bytes to gold, without a lake: the simulated market's truth to the fen."""

from __future__ import annotations

import random

import polars as pl
import pytest
from market_cases import MEASURES, Observations, answers, market_own_accounts
from transforms_cases import Gold, fold, gold

from simulator.truths.truth import truth

CELL = ("shop_id", "channel_code", "date")
PLATFORMS = ("douyin", "taobao")


def _truth(
    seen: Observations, platform: str, metric: str, by: tuple[str, ...]
) -> dict[tuple[object, ...], int]:
    rows = truth(seen.market, seen.now, metric, ["platform_code", *by], seen.first, seen.last).filter(
        pl.col("platform_code") == platform
    )
    return {row[1:-1]: row[-1] for row in rows.iter_rows() if row[-1]}


def _check(
    seen: Observations,
    platform: str,
    built: Gold,
    by: tuple[str, ...],
    metrics: tuple[str, ...] = tuple(MEASURES),
) -> None:
    for metric in metrics:
        found, wanted = answers(built.daily, metric, by), _truth(seen, platform, metric, by)
        if platform == "douyin" and "channel_code" in by:
            # Douyin attributes an order on the next day only: the channels of the running day are provisional
            found, wanted = (
                {cell: value for cell, value in side.items() if cell[-1] != seen.last}
                for side in (found, wanted)
            )
        assert len(wanted) > 50, metric
        assert found == wanted, metric


def _built(seen: Observations, platform: str, *ways: str) -> Gold:
    return gold(fold(seen.rows(platform, *ways)), market_own_accounts(seen.market))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_files_give_the_truth(seen: Observations, platform: str) -> None:
    built = _built(seen, platform, "files")
    _check(seen, platform, built, CELL)
    _check(seen, platform, built, ("shop_id", "date"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_api_gives_the_truth(seen: Observations, platform: str) -> None:
    built = _built(seen, platform, "api")
    _check(seen, platform, built, ("shop_id", "date"))
    if platform == "douyin":
        _check(seen, platform, built, CELL)
    else:
        # Taobao's API does not say where an order came from; only 直播订单明细 does
        assert built.lines["channel_code"].unique().to_list() == ["unknown"]
        _check(seen, platform, _built(seen, platform, "api", "files.live_orders"), CELL)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_files_and_api_together_count_once(seen: Observations, platform: str) -> None:
    _check(seen, platform, _built(seen, platform, "files", "api"), CELL)


@pytest.mark.parametrize(("platform", "seed"), [("douyin", 1), ("taobao", 2)])
def test_old_and_new_exports_in_any_order_give_the_newest_truth(
    seen: Observations, platform: str, seed: int
) -> None:
    arrivals = [
        *seen.rows(platform, "files", "api"),
        *seen.rows(platform, "files", "api", moment=seen.earlier),
    ]
    arrivals += arrivals[:: 5 + seed]
    random.Random(seed).shuffle(arrivals)
    states = fold(arrivals)
    _check(seen, platform, gold(states, market_own_accounts(seen.market)), CELL)
    straight = fold(
        [*seen.rows(platform, "files", "api", moment=seen.earlier), *seen.rows(platform, "files", "api")]
    )
    for name, rows in straight.items():
        assert rows.equals(states[name]), name


#: What Taobao's sources tell one by one. Freight stands on orders only; order files count a gift's pieces
#: with the rest; refunds are dated by after-sales only.
_UNDATED = ("paid_gmv", "refunds", "net_by_order_date", "paid_orders", "units")
_WITHOUT_FREIGHT = ("refunds", "refunds_before_shipment", "refunds_after_shipment", "paid_orders", "units")
_WITHOUT_UNITS = tuple(metric for metric in MEASURES if metric != "units")
_TAOBAO_SOURCES = {
    ("files.orders", "files.refunds"): _WITHOUT_UNITS,
    ("files.orders", "api.refunds"): _WITHOUT_UNITS,
    ("files.orders", "files.refunds", "api.refunds"): _WITHOUT_UNITS,
    ("files.orders", "files.order_items"): _UNDATED,
    ("files.orders", "api.trades"): _UNDATED,
    ("files.order_items", "files.refunds"): _WITHOUT_FREIGHT,
    ("files.order_items", "api.refunds"): _WITHOUT_FREIGHT,
    ("api.trades", "files.refunds"): tuple(MEASURES),
    ("files.orders", "api.trades", "files.refunds"): tuple(MEASURES),
    ("files.orders", "files.order_items", "files.refunds", "api.refunds"): tuple(MEASURES),
}


@pytest.mark.parametrize("ways", _TAOBAO_SOURCES)
def test_each_mix_of_taobao_sources_gives_what_it_can_know(seen: Observations, ways: tuple[str, ...]) -> None:
    built = _built(seen, "taobao", *ways)
    _check(seen, "taobao", built, ("shop_id", "date"), _TAOBAO_SOURCES[ways])


@pytest.mark.parametrize("ways", [("files",), ("api.trades", "files.refunds"), ("files", "api")])
def test_taobao_refunds_stand_on_the_very_line(seen: Observations, ways: tuple[str, ...]) -> None:
    """Refund files name the order only.

    The goods' code decides the line, except where an order holds the same SKU twice.
    """
    built = _built(seen, "taobao", *ways)
    done = seen.market.refunds.filter(
        (pl.col("platform_code") == "taobao") & (pl.col("refunded_at") <= seen.now)
    )
    twins = seen.market.lines.filter(pl.len().over("order_id", "sku_code") > 1)["order_id"]
    key = ["refund_id", "order_line_id", "refund_fen", "refunded_at"]
    goods = done.with_columns(pl.col("refund_fen") - pl.col("refund_freight_fen"))
    postage = done.filter(pl.col("refund_freight_fen") > 0).with_columns(
        order_line_id=pl.col("order_id") + ":rest", refund_fen="refund_freight_fen"
    )
    parts = pl.concat([goods, postage.select(goods.columns)])
    found, wanted = (
        rows.filter(~pl.col("order_id").is_in(twins.implode())).select(key).sort(key)
        for rows in (built.refunds, parts)
    )
    assert wanted.height > 500 and postage.height > 5
    assert found.equals(wanted)
    assert (
        built.refunds.group_by("refund_id")
        .agg(pl.col("refund_fen").sum())
        .sort("refund_id")
        .equals(done.select("refund_id", "refund_fen").sort("refund_id"))
    )


@pytest.mark.parametrize(
    "ways",
    [
        ("files.orders", "files.refunds"),
        ("files.orders", "files.order_items"),
        ("api.trades", "files.refunds"),
        ("files", "api"),
    ],
)
def test_refund_facts_add_up_to_the_lines(seen: Observations, ways: tuple[str, ...]) -> None:
    built = _built(seen, "taobao", *ways)
    paid = built.lines.filter(pl.col("paid_date").is_not_null() & (pl.col("cohort_refund_fen") > 0))
    per_line = (
        built.refunds.group_by("order_line_id")
        .agg(cohort_refund_fen=pl.col("refund_fen").sum())
        .sort("order_line_id")
    )
    assert per_line.equals(paid.select("order_line_id", "cohort_refund_fen").sort("order_line_id"))
    undated = built.refunds.filter(pl.col("refund_date").is_null())["refund_fen"].sum()
    assert (
        undated
        == paid["refund_undated_fen"].sum()
        == paid["cohort_refund_fen"].sum() - built.daily["dated_refund_fen"].sum()
    )

"""Entries carry everything a page and a tooltip need, and formulas say what is computed."""

from __future__ import annotations

import pytest

from contracts.fields import FIELDS
from metrics.model.definitions import CLOCKS, METRICS, UNITS, Metric
from metrics.model.guide import metrics_page, tooltip
from metrics.model.notes import NOTES
from metrics.query.sources import SOURCES, dimensions_of, find_source
from simulator.truths.truth import METRICS as TRUE_METRICS

ASKED = {
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "refunds_untold_stage",
    "net_by_order_date", "net_by_refund_date",
    "paid_orders", "units", "aov", "return_rate_value", "gpm", "net_gpm",
    "settled", "funded", "settled_before_charges", "platform_fee", "creator_commission", "leader_commission",
    "service_commission", "commissions",
    "effective_commission", "gross_profit", "contribution", "cost_coverage", "matured_net",
    "still_to_return",
    "refunds_by_refund_date", "refunds_undated", "return_rate_by_refund_date", "refund_rate_before_shipment",
    "unit_price",
    "aside_paid", "paid_gmv_without_aside", "net_without_aside",
    "entry_rate", "product_exposure_rate", "product_click_rate", "click_order_rate", "view_order_rate",
    "uv_value",
    "paid_per_buyer", "product_gpm", "watch_time", "kept_buyers", "repurchase_rate", "own_live_share",
    "creator_live_share",
    "placed_gmv", "kept_sales", "merchant_paid", "kept_units", "units_per_order", "kept_units_per_order",
    "order_refund_rate",
    "refund_rate_after_shipment", "unit_return_rate",
    "ad_spend", "ad_cash", "ad_roi", "uni_roi", "shop_roi", "settled_roi", "net_roi", "matured_roi",
    "contribution_after_ads",
    "break_even_roi", "break_even_net_roi", "break_even_settled_roi",
    "closing_stock", "kept_units_30", "sold_out_skus", "received_units", "sell_through", "stock_to_sales",
    "stock_to_sales_with_returns", "returns_in_transit", "turnover_days", "moving_rate_30",
    "moving_rate_7", "unsold_skus", "new_style_rate", "launched_styles", "hit_rate",
}  # fmt: skip


def test_the_list_is_complete() -> None:
    assert set(METRICS) == ASKED
    assert set(TRUE_METRICS) <= set(METRICS)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_an_entry_is_whole(metric: Metric) -> None:
    for zh in (metric.zh, metric.about_zh, metric.trap_zh):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)
    for en in (metric.en, metric.about_en, metric.trap_en):
        assert en
        assert en != metric.zh
    assert metric.clock in CLOCKS
    assert metric.unit in UNITS
    assert set(metric.numerator) | ({metric.denominator} - {None}) <= set(FIELDS)
    source = find_source(metric.clock, ())
    assert source is not None and source is find_source(metric.clock, (), metric.parts)
    assert all(
        set(metric.parts) <= set(found.measures)
        for found in SOURCES
        if metric.clock in found.rows and "reason" not in found.dimensions
    )
    assert not metric.told or metric.notes


def test_formulas() -> None:
    assert METRICS["paid_gmv"].formula == "Σ paid_fen"
    assert METRICS["net_by_order_date"].formula == "Σ paid_fen − Σ cohort_refund_fen"
    assert METRICS["net_by_order_date"].formula_zh == "Σ 支付金额 − Σ 退款（订单日）"
    assert METRICS["gpm"].formula == "1000 × Σ session_paid_fen ÷ Σ session_views_qty"
    assert (
        METRICS["net_gpm"].formula
        == "(1000 × Σ session_paid_fen − 1000 × Σ session_refund_fen) ÷ Σ session_views_qty"
    )
    assert METRICS["return_rate_value"].formula_en == "Σ refunds on the paid clock ÷ Σ paid value"


def test_dimensions_by_clock() -> None:
    assert "paid_date" in dimensions_of("paid")
    assert "paid_date" not in dimensions_of("mixed")
    assert dimensions_of("session") == (
        "merchant",
        "shop",
        "platform",
        "channel",
        "date",
        "week",
        "month",
        "session",
    )
    assert "session" not in dimensions_of("mixed")


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.id)
def test_page_and_tooltip_tell_all(metric: Metric) -> None:
    page = metrics_page(["head"], dict.fromkeys(METRICS, "1 ÷ 2 = **0.5**"))
    section = page.split(f"## `{metric.id}` · ")[1].split("\n## ")[0]
    for told in (
        metric.zh,
        metric.en,
        metric.about_zh,
        metric.about_en,
        metric.formula,
        metric.formula_zh,
        metric.clock,
        metric.trap_zh,
        metric.trap_en,
    ):
        assert told in section
    assert all(code in section for code in metric.notes)
    assert "1 ÷ 2" in section and ("why so" in section) == bool(metric.decision)
    assert ("分母为 0" in section) == metric.is_ratio
    zh, en = tooltip(metric.id)
    assert metric.formula_zh in zh and metric.trap_zh in zh
    assert metric.formula_en in en and metric.trap_en in en


def test_the_page_lists_every_note_and_is_the_same_twice() -> None:
    page = metrics_page([], dict.fromkeys(METRICS, ""))
    assert all(f"`{code}`" in page for code in NOTES)
    assert "{figure}" not in page
    assert page == metrics_page([], dict.fromkeys(METRICS, ""))


def test_what_is_per_thousand_says_so_and_nothing_else_does() -> None:
    assert {name for name, metric in METRICS.items() if metric.per != 1} == {"gpm", "net_gpm", "product_gpm"}
    assert {METRICS[name].per for name in ("gpm", "net_gpm", "product_gpm")} == {1000}

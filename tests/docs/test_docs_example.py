"""The worked example against the figures one gets with paper and pencil from its lists."""

from __future__ import annotations

import re

from demo.example import FOLDER, example_lines, examples
from metrics.model.definitions import METRICS

#: Paid: A 290, B 300 + 300, C 100, E 580, F 100. Back: B 300 (12 March), C 100 (3 March, before shipment), E
#: 50 (2 April). D was never paid.
BY_HAND = {
    "placed_gmv": 300_00 + 300_00 + 300_00 + 100_00 + 100_00 + 600_00 + 100_00,
    "paid_gmv": 1_670_00,
    "merchant_paid": 1_670_00 + 10_00 + 20_00,
    "refunds": 450_00,
    "refunds_before_shipment": 100_00,
    "refunds_after_shipment": 350_00,
    "refunds_untold_stage": 0,
    "refunds_undated": 0,
    "refunds_by_refund_date": 400_00,
    "net_by_order_date": 1_220_00,
    "net_by_refund_date": 1_270_00,
    "matured_net": 1_220_00,
    # every day is of full age: 1,220 stay and 450 have gone back of 1,670
    "still_to_return": 0,
    "kept_sales": 1_220_00,
    "aside_paid": 100_00,
    "paid_gmv_without_aside": 1_570_00,
    "net_without_aside": 1_120_00,
    "paid_orders": 5,
    "units": 7,
    "kept_units": 5,
    # b1 keeps A and E, b2 keeps B1; F is set aside
    "kept_buyers": 2,
    "settled": 235_00 + 235_00 + 95_00,
    "settled_before_charges": 700_00,
    "funded": 470_00,
    "platform_fee": 35_00,
    "creator_commission": 90_00,
    "leader_commission": 6_00,
    "service_commission": 4_00,
    "commissions": 100_00,
    # kept of known cost 1220.00; dresses that stayed 4 × 80, a shirt 30 (C's never left), one dress worth 5
    # less
    "gross_profit": 1_220_00 - 4 * 80_00 - 30_00 - 5_00,
    # fees and commissions as billed; four parcels of 5 out, one of 6 back; a slot of 31
    "contribution": 1_220_00 - 355_00 - 135_00 - 4 * 5_00 - 6_00 - 31_00,
    # entered for the 1st, by the report of the 31st
    "ad_spend": 50_00 + 100_00,
    "ad_cash": 40_00,
    # of the 1st and the 31st: kept 590 and 530, dresses that stayed 2 × 80 each, and what the 1st was charged
    # beside
    "contribution_after_ads": (590_00 - 160_00 - 5_00 - 130_00 - 2 * 5_00 - 6_00 - 1_00)
    + (530_00 - 160_00 - 5_00 - 1_00)
    - 150_00,
}
#: Numerator and denominator.
RATIOS = {
    "return_rate_by_refund_date": (400_00, 1_670_00),
    "refund_rate_before_shipment": (100_00, 1_670_00),
    "return_rate_value": (450_00, 1_670_00),
    "refund_rate_after_shipment": (350_00, 1_570_00),
    "unit_return_rate": (1, 6),
    "order_refund_rate": (3, 5),
    "units_per_order": (7, 5),
    "kept_units_per_order": (5, 4),
    "unit_price": (1_670_00, 7),
    "aov": (1_670_00, 5),
    "gpm": (1000 * 890_00, 5_000),
    "net_gpm": (1000 * 590_00, 5_000),
    "uv_value": (890_00, 4_000),
    "entry_rate": (4_000, 16_000),
    "product_exposure_rate": (2_000, 4_000),
    "product_click_rate": (400, 2_000),
    "click_order_rate": (2, 400),
    "view_order_rate": (2, 4_000),
    "paid_per_buyer": (890_00, 2),
    "product_gpm": (1000 * 890_00, 12_000),
    "watch_time": (96 * 5_000, 5_000),
    "own_live_share": (0, 1_220_00),
    "creator_live_share": (590_00, 1_220_00),
    "repurchase_rate": (1, 2),
    "uni_roi": (580_00, 100_00),
    "shop_roi": (1_470_00, 150_00),
    "settled_roi": (470_00, 50_00),
    "net_roi": (1_120_00, 150_00),
    "break_even_roi": (1_670_00, 704_00),
    "break_even_net_roi": (1_220_00, 704_00),
    "break_even_settled_roi": (1_085_00, 704_00),
    "effective_commission": (100_00, 700_00),
    "cost_coverage": (1_670_00, 1_670_00),
    "matured_roi": (1_120_00, 150_00),
    "sell_through": (2 + 2 + 1, 25),
    "stock_to_sales": (14, 3),
    "stock_to_sales_with_returns": (14, 3),
    # 29 days of 25 pieces and one of 14, over the three that were kept
    "turnover_days": (29 * 25 + 14, 3),
    "moving_rate_30": (1, 2),
    "moving_rate_7": (1, 2),
    "new_style_rate": (0, 2),
}
#: No report of the example attributes sales; both its styles may have sold before.
UNTOLD = {"ad_roi", "hit_rate"}
#: As of 31 March; the last 30 days begin on the 2nd: two dresses of E and the shirt of F were kept.
STOCK = {
    "closing_stock": 8 + 6 + 0,
    "kept_units_30": 2 + 1,
    "sold_out_skus": 1,
    "unsold_skus": 1,
    "received_units": 25,
    "returns_in_transit": 0,
    "launched_styles": 0,
}


def test_every_metric_comes_to_what_paper_and_pencil_say() -> None:
    shown = examples()
    assert set(shown) == set(METRICS) == {*BY_HAND, *RATIOS, *UNTOLD, *STOCK}
    told = {
        name: [int(number.replace(",", "")) for number in re.findall(r"-?\d[\d,]*(?![\d,.%])", text)]
        for name, text in shown.items()
    }
    assert {name: told[name][0] for name in (*BY_HAND, *STOCK)} == BY_HAND | STOCK
    assert {name: (told[name][0], told[name][1]) for name in RATIOS} == RATIOS
    assert all("—" in shown[name] for name in UNTOLD)
    # half up to a whole fen; a share to a hundredth of a percent
    assert shown["unit_price"].endswith("**23,857 分 fen**") and shown["return_rate_value"].endswith(
        "**26.95%**"
    )


def test_the_page_shows_every_list_of_the_example() -> None:
    lines = "\n".join(example_lines())
    assert lines.count("<details>") == len(list(FOLDER.glob("*.csv")))
    assert "子订单" in lines and "D1-M" in lines and "坑位费" in lines and "寄样" in lines

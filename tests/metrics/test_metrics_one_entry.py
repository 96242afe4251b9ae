"""A metric of measures that are already there is one entry: asked, split, explained and written up without
another line.
"""

from __future__ import annotations

import pytest
from metrics_cases import MARCH, merchant

from metrics.model.definitions import METRICS
from metrics.model.guide import metrics_page, tooltip
from metrics.model.metric import Metric
from metrics.query.ask import ask
from metrics.query.explain import explain
from warehouse.place import Place

#: What a merchant pays on average for a refunded order: nobody defined it.
ENTRY = Metric(
    id="refund_per_refunded_order",
    zh="单笔退款额",
    en="refund per refunded order",
    unit="fen",
    clock="paid",
    numerator={"cohort_refund_fen": 1},
    denominator="refunded_orders_qty",
    about_zh="有退款的订单，平均一单退多少。",
    about_en="How much goes back of an order of which anything does.",
    trap_zh="整单退和部分退混在一起。",
    trap_en="Whole and part refunds are mixed.",
)


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(METRICS, ENTRY.id, ENTRY)
    return ENTRY.id


def test_a_metric_is_one_entry(shown: Place, entered: str) -> None:
    """Of s1 one order lost 40.00, of s2 two lost 60.00."""
    assert ask(merchant(shown), [entered], period=MARCH).rows.item() == 33_33
    by_channel = ask(merchant(shown), ["refunds", entered], by=["channel"], period=MARCH).rows
    assert by_channel.rows() == [("own_live", 40_00, 40_00), ("unknown", 60_00, 30_00)]
    assert ask(merchant(shown), [entered], by=["size"], where={"shop": "s1"}, period=MARCH).rows[
        "size"
    ].to_list() == ["L", "M"], "and by every cut of a line"
    assert explain(merchant(shown), entered, {"shop": "s1"}, period=MARCH).metric is ENTRY
    assert ENTRY.trap_zh in tooltip(entered)[0]
    assert "refund_per_refunded_order" in metrics_page([], dict.fromkeys(METRICS, ""))
    assert ENTRY.needs == ("orders", "paid_days", "refunds"), "what a shop must have given, too"

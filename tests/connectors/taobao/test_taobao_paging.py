"""Paging through rows that are modified meanwhile: what is read must be everything, or the read must fail."""

import datetime as dt

import orjson
import polars as pl
import pytest
from taobao_cases import NOW, Gateway, offline_api

from connectors.taobao.api import PAGE_SIZE
from contracts.errors import TransientError


def _seen(gateway: Gateway, shop_id: str, start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    """Trade → the latest modification time it was read with."""
    api = gateway.api(shop_id)
    found: dict[str, str] = {}
    for page in api.pages("trades", start, end):
        for record in api.records("trades", page):
            order_id, modified = str(record["trade.tid"]), str(record["trade.modified"])
            found[order_id] = max(modified, found.get(order_id, ""))
    return found


def test_trades_modified_while_paging_come_with_the_next_window(
    gateway: Gateway, shop_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.taobao.api.PAGE_SIZE", 5)
    shop_id = shop_ids[-1]
    middle = NOW - dt.timedelta(days=6)
    gateway.world.at = middle
    gateway.faults.update({"advance_seconds": 600.0})
    found = _seen(gateway, shop_id, gateway.first, middle)
    gateway.faults.update({"advance_seconds": 0.0})
    until = gateway.world.at
    assert until > middle
    for order_id, modified in _seen(gateway, shop_id, middle, until).items():
        found[order_id] = max(modified, found.get(order_id, ""))
    truth = (
        gateway.market.lines_at(shop_id, until)
        .group_by("order_id")
        .agg(pl.col("updated_at").max().dt.strftime("%Y-%m-%d %H:%M:%S"))
    )
    assert found == dict(truth.iter_rows())


class Moving:
    """A list of trades, newest first; before the ``at``-th answer the last one, already read, is modified and
    jumps to the front.
    """

    def __init__(self, rows: int, at: set[int]) -> None:
        self.order, self.at, self.answers = [f"T{number}" for number in range(rows)], at, 0

    def page(self, _method: object, _first: object, _last: object, number: int) -> bytes:
        self.answers += 1
        if self.answers in self.at:
            self.order.insert(0, self.order.pop())
        rows = self.order[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        return orjson.dumps(
            {
                "x_response": {
                    "total_results": len(self.order),
                    "trades": {"trade": [{"tid_str": row} for row in rows]},
                }
            }
        )


@pytest.mark.parametrize(("at", "answers"), [(set(), 4), ({3}, 8), ({4}, 8), ({3, 7}, 12)])
def test_a_row_pushed_back_unseen_is_read_in_another_pass(
    at: set[int], answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, moving = offline_api(), Moving(3 * PAGE_SIZE - 10, at)
    monkeypatch.setattr(api, "_page", moving.page)
    found = {
        str(row["trade.tid"])
        for page in api.pages("trades", NOW - dt.timedelta(hours=1), NOW)
        for row in api.records("trades", page)
    }
    assert found == set(moving.order)
    assert moving.answers == answers


def test_rows_that_never_stand_still_are_not_passed_off_as_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    api = offline_api()
    answer = {
        "trades_sold_increment_get_response": {
            "total_results": 3 * PAGE_SIZE,
            "trades": {"trade": [{"tid_str": "1"}]},
        }
    }
    monkeypatch.setattr(api, "_page", lambda *_: orjson.dumps(answer))
    with pytest.raises(TransientError) as error:
        list(api.pages("trades", NOW - dt.timedelta(hours=1), NOW))
    assert error.value.rule == "PAGES_MOVED"


def test_windows_cover_the_span_in_days(monkeypatch: pytest.MonkeyPatch) -> None:
    api, asked = offline_api(), []
    monkeypatch.setattr(
        api,
        "_page",
        lambda _method, first, last, _number: (
            asked.append((first, last)) or b'{"x_response":{"total_results":0}}'
        ),
    )
    start = NOW - dt.timedelta(days=2, hours=5)
    assert len(list(api.pages("refunds", start, NOW))) == 3
    assert [first for first, _ in asked] == [
        start,
        start + dt.timedelta(days=1),
        start + dt.timedelta(days=2),
    ]
    assert [last for _, last in asked] == [start + dt.timedelta(days=1), start + dt.timedelta(days=2), NOW]
    assert list(api.pages("refunds", NOW, NOW)) == []

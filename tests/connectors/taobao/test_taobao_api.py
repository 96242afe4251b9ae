"""The API client against the simulated gateway: nothing lost, nothing twice after conforming, whatever goes
wrong on the way.
"""

import datetime as dt

import orjson
import polars as pl
import pytest
from taobao_cases import NOW, SAMPLES, Gateway, conformed_pages, fen, offline_api

from connectors.files.clocks import stamp
from connectors.http import Client, Credentials
from connectors.taobao import top
from connectors.taobao.api import KINDS, TRADE_TYPES, TaobaoApi
from contracts.errors import CollectError, CredentialError, TransientError


def _current(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The latest observation of each row, without lineage."""
    latest = frame.sort("_observed_at", "_row_number").unique(key, keep="last").sort(key)
    return latest.drop("_export_id", "_row_number", "_observed_at")


def _collect(gateway: Gateway, shop_id: str, kind: str, attempts: int = 8) -> dict[str, pl.DataFrame]:
    return conformed_pages(
        kind, list(gateway.api(shop_id, attempts).pages(kind, gateway.first, NOW)), shop_id
    )


def test_trades_are_the_markets(gateway: Gateway, shop_ids: list[str]) -> None:
    for shop_id in shop_ids:
        truth = gateway.market.lines_at(shop_id, NOW)
        frames = _collect(gateway, shop_id, "trades")
        line, order = _current(frames["order_line"], "order_line_id"), _current(frames["order"], "order_id")
        assert set(line["order_line_id"]) == set(truth["order_line_id"])
        assert fen(order, "paid_fen") == fen(truth, "paid_fen")
        assert fen(line, "paid_fen") == fen(truth, "paid_fen") - fen(
            truth.filter(pl.col("paid_at").is_not_null()), "freight_fen"
        )
        assert line.filter("is_gift").height == truth.filter("is_gift").height > 0


def test_refunds_are_the_markets(gateway: Gateway, shop_ids: list[str]) -> None:
    for shop_id in shop_ids:
        truth = gateway.market.refunds_at(shop_id, NOW)
        refund = _current(_collect(gateway, shop_id, "refunds")["refund_line"], "refund_id")
        done = refund.filter(pl.col("refund_status_code") == "success")
        expected = truth.filter(pl.col("refund_status_code") == "success")
        assert set(refund["refund_id"]) == set(truth["refund_id"])
        assert (
            done.select("refund_id", "order_line_id", "refund_fen", "refunded_at")
            .sort("refund_id")
            .equals(
                expected.select("refund_id", "order_line_id", "refund_fen", "refunded_at").sort("refund_id")
            )
        )


def test_without_the_explicit_types_trades_would_be_missing(
    gateway: Gateway, shop_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = gateway.api(shop_ids[0])
    everything = sum(len(api.records("trades", page)) for page in api.pages("trades", gateway.first, NOW))
    monkeypatch.setattr("connectors.taobao.api.TRADE_TYPES", ())
    default = sum(len(api.records("trades", page)) for page in api.pages("trades", gateway.first, NOW))
    assert "tmall_i18n" in TRADE_TYPES
    assert default < everything


def test_a_ban_is_waited_for(gateway: Gateway, shop_ids: list[str]) -> None:
    gateway.faults.update({"throttled_every": 2})
    list(gateway.api(shop_ids[0]).pages("refunds", NOW - dt.timedelta(days=2), NOW))
    assert gateway.waits
    assert set(gateway.waits) == {1.0}


@pytest.mark.parametrize("end", ["expire_all", "revoke"])
def test_a_dead_session_asks_for_a_person_at_once(gateway: Gateway, shop_ids: list[str], end: str) -> None:
    api = gateway.api(shop_ids[0])
    gateway.world.tokens.expire_all() if end == "expire_all" else gateway.world.tokens.revoke(shop_ids[0])
    with pytest.raises(CredentialError) as error:
        list(api.pages("trades", gateway.first, NOW))
    assert error.value.rule == "SESSION_INVALID"
    assert error.value.step_zh
    assert gateway.faults.requests == 1


def test_a_wrong_secret_is_final_and_is_not_shown(gateway: Gateway, shop_ids: list[str]) -> None:
    right = gateway.credentials(shop_ids[0])
    wrong = Credentials(right.base_url, right.app_key, "another secret", right.access_token)
    with pytest.raises(CollectError) as error:
        list(TaobaoApi(Client(sleep=gateway.waits.append), wrong).pages("trades", gateway.first, NOW))
    assert error.value.rule == "BAD_SIGNATURE"
    assert "another secret" not in error.value.sentence()
    assert right.access_token not in error.value.sentence()
    assert gateway.faults.requests == 1


@pytest.mark.parametrize("minutes", [-11, 11])
def test_the_gateway_refuses_a_clock_that_is_off(gateway: Gateway, shop_ids: list[str], minutes: int) -> None:
    credentials = gateway.credentials(shop_ids[0])
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    arguments = {
        "fields": "tid",
        "start_modified": stamp(NOW - dt.timedelta(hours=1)),
        "end_modified": stamp(NOW),
    }
    body = Client().call(
        lambda: top.request(credentials, "taobao.trades.sold.increment.get", arguments, moment),
        lambda response, body: body,
        credentials,
    )
    with pytest.raises(CollectError, match="CLOCK_WRONG"):
        top.parse(body)


def test_long_numbers_stay_whole() -> None:
    body = orjson.dumps(
        {
            "trades_sold_increment_get_response": {
                "total_results": 1,
                "trades": {
                    "trade": {"tid": 6917926768823643751, "orders": {"order": [{"oid": 6917926768823643753}]}}
                },
            }
        }
    )
    assert [(row["trade.tid"], row["order.oid"]) for row in offline_api().records("trades", body)] == [
        ("6917926768823643751", "6917926768823643753")
    ]


def test_a_trade_without_lines_still_makes_a_record() -> None:
    body = orjson.dumps(
        {"trades_sold_increment_get_response": {"total_results": 1, "trades": {"trade": [{"tid": 1}]}}}
    )
    assert [row["order.oid"] for row in offline_api().records("trades", body)] == [""]


def test_no_personal_field_is_asked_for() -> None:
    asked = {name.removeprefix("orders.") for method in KINDS.values() for name in method.fields.split(",")}
    assert asked.isdisjoint(
        {
            "buyer_nick",
            "receiver_name",
            "receiver_mobile",
            "receiver_address",
            "buyer_message",
            "desc",
            "sid",
            "buyer_open_uid",
            "alipay_no",
        }
    )


def test_the_ban_sample_is_understood() -> None:
    with pytest.raises(TransientError) as error:
        top.parse((SAMPLES / "api_error_ban.json").read_bytes())
    assert error.value.facts["retry_after"] == 2

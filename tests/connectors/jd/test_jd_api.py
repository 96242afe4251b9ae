"""The API client against the simulated gateway: nothing lost, nothing twice after conforming, whatever goes
wrong on the way.
"""

from __future__ import annotations

import datetime as dt
import json

import orjson
import polars as pl
import pytest
from jd_cases import NOW, Jos, conformed_pages, current, fen, offline_api

from connectors.http import Client, Credentials
from connectors.jd import PLATFORM
from connectors.jd.api import KINDS, JdApi
from contracts.errors import CollectError, CredentialError


def test_orders_are_the_markets_but_for_unpaid_ones(jos: Jos, shop_ids: list[str]) -> None:
    for shop_id in shop_ids:
        truth = jos.market.lines_at(shop_id, NOW).filter(pl.col("order_order_status_code") != "unpaid")
        frames = conformed_pages("orders", jos.bodies(shop_id, "orders"), shop_id)
        order, line = current(frames["order"], "order_id"), current(frames["order_line"], "order_line_id")
        assert set(order["order_id"]) == set(truth["order_id"])
        assert line.height == truth.height
        assert (fen(order, "paid_fen"), fen(order, "placed_fen")) == (
            fen(truth, "paid_fen"),
            fen(truth, "placed_fen"),
        )
        assert fen(line, "discount_merchant_fen") == fen(truth, "discount_merchant_fen")
        assert line.filter("is_gift").height == truth.filter("is_gift").height > 0


def test_refunds_of_both_lists_are_the_markets(jos: Jos, shop_ids: list[str]) -> None:
    for shop_id in shop_ids:
        truth = jos.market.refunds_at(shop_id, NOW).filter(pl.col("refund_status_code") == "success")
        told = [
            conformed_pages(kind, jos.bodies(shop_id, kind), shop_id)["refund_line"]
            for kind in ("refunds", "after_sales")
        ]
        refund = current(pl.concat(told, how="diagonal"), "refund_id").filter(
            pl.col("refund_status_code") == "success"
        )
        wanted = ["refund_id", "order_id", "refund_fen", "refunded_at", "stage_code"]
        assert (
            refund.rename({"refund_stage_code": "stage_code"})
            .select(wanted)
            .equals(truth.select(wanted).sort("refund_id"))
        )


@pytest.mark.parametrize("end", ["expire_all", "revoke"])
def test_a_dead_token_asks_for_a_person_at_once(jos: Jos, shop_ids: list[str], end: str) -> None:
    api = jos.api(shop_ids[0])
    jos.world.tokens.expire_all() if end == "expire_all" else jos.world.tokens.revoke(shop_ids[0])
    with pytest.raises(CredentialError) as error:
        list(api.pages("orders", NOW - dt.timedelta(days=3), NOW))
    assert error.value.rule == "TOKEN_INVALID"
    assert jos.faults.requests == 1


def test_a_wrong_secret_is_final_and_is_not_shown(jos: Jos, shop_ids: list[str]) -> None:
    right = jos.credentials(shop_ids[0])
    wrong = Credentials(right.base_url, right.app_key, "another secret", right.access_token)
    assert PLATFORM.api is not None
    with pytest.raises(CredentialError) as error:
        list(
            PLATFORM.api(Client(sleep=jos.waits.append), wrong).pages(
                "orders", NOW - dt.timedelta(days=1), NOW
            )
        )
    assert error.value.rule == "BAD_SIGNATURE"
    assert "another secret" not in error.value.sentence()
    assert right.access_token not in error.value.sentence()
    assert jos.faults.requests == 1


def test_no_personal_field_is_asked_for_or_taken(jos: Jos, shop_ids: list[str]) -> None:
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    asked = str(KINDS["orders"].arguments("a", "b", 1, api.headers["orders"])["optional_fields"]).split(",")
    assert {"orderId", "orderState", "modified", "itemInfoList"} <= set(asked)
    assert set(asked).isdisjoint(
        {
            "pin",
            "consigneeInfo",
            "orderRemark",
            "venderRemark",
            "invoiceInfo",
            "invoiceEasyInfo",
            "vatInfo",
            "waybill",
        }
    )
    for kind in KINDS:
        for body in jos.bodies(shop_ids[0], kind)[:3]:
            text = json.dumps(api.records(kind, body), ensure_ascii=False)
            assert not any(mark in text for mark in ("jd_sim_buyer", "某*", "客服01", "13800138000", "AAS/"))


def test_long_numbers_stay_whole() -> None:
    body = orjson.dumps(
        {
            "jingdong_pop_order_search_responce": {
                "code": "0",
                "searchorderinfo_result": {
                    "apiResult": {"success": True}, "orderTotal": 1,
                    "orderInfoList": [{"orderId": "3464251014580195123",
                            "itemInfoList": [{"skuId": 10062485911639123}]}],
                },
            }
        }
    )  # fmt: skip
    assert [(row["order.orderId"], row["item.skuId"]) for row in offline_api().records("orders", body)] == [
        ("3464251014580195123", "10062485911639123")
    ]


def test_an_order_without_items_still_makes_a_record() -> None:
    result = {"apiResult": {"success": True}, "orderTotal": 1, "orderInfoList": [{"orderId": "1"}]}
    body = orjson.dumps(
        {"jingdong_pop_order_search_responce": {"code": "0", "searchorderinfo_result": result}}
    )
    assert [row["item.skuId"] for row in offline_api().records("orders", body)] == [None]


def test_an_answer_of_another_shape_is_not_an_empty_one() -> None:
    result = {"apiResult": {"success": True}, "orderTotal": "many", "orderInfoList": []}
    body = orjson.dumps(
        {"jingdong_pop_order_search_responce": {"code": "0", "searchorderinfo_result": result}}
    )
    with pytest.raises(CollectError) as error:
        offline_api().records("orders", body)
    assert error.value.rule == "ANSWER_CHANGED"

"""What each open platform is asked for a span of time, request by request, as its documents have it.

Methods, windows, page sizes, and what is read again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from requests_cases import DAY, HOUR, START, T0, Asked, asked, beijing, days, spans

from connectors.http import Client, Credentials


def test_douyin_lists_begin_five_minutes_before_and_end_with_the_second_after() -> None:
    nothing = {"code": 10000, "data": {"total": 0}}
    by_update = {
        "update_time_start": T0 - 300,
        "update_time_end": T0 + 10 * DAY + 2,
        "order_by": "update_time",
        "order_asc": True,
    }
    orders = [("order.searchList", {**by_update, "page": 0, "size": size}) for size in (100, 1)]
    assert asked("douyin", "orders", START, days(10), nothing) == orders, "a page, and how many there are"
    window = {
        "update_start_time": T0 - 300,
        "update_end_time": T0 + 10 * DAY + 2,
        "order_by": ["update_time asc"],
    }
    assert asked("douyin", "after_sales", START, days(10), nothing) == [
        ("afterSale.List", {**window, "page": 0, "size": size}) for size in (100, 1)
    ]


def test_douyin_bills_are_asked_by_the_week_from_three_days_before() -> None:
    requests = asked(
        "douyin",
        "settlements",
        START,
        START + dt.timedelta(days=10),
        {"code": 10000, "data": {"code": "100000", "is_end": 1}},
    )
    assert requests == [
        ("order.getSettleBillDetailV3", {"start_time": start, "end_time": end, "size": 100, "time_type": "0"})
        for start, end in (
            ("2026-10-29 00:00:00", "2026-11-05 00:00:01"),
            ("2026-11-05 00:00:00", "2026-11-11 00:00:01"),
        )
    ]


@pytest.mark.parametrize(
    ("kind", "widest", "method", "more"),
    [
        (
            "orders",
            7 * DAY - 1,
            "open.order.cursor.list",
            {"queryType": 2, "sort": 2, "orderViewStatus": 1, "cpsType": 0, "pageSize": 50, "cursor": ""},
        ),
        (
            "after_sales",
            DAY - 1,
            "open.seller.order.refund.pcursor.list",
            {
                "queryType": 2,
                "sort": 2,
                "type": 9,
                "pageSize": 100,
                "currentPage": 1,
                "pcursor": "",
                "option": {"needExchange": True},
            },
        ),
        ("settlements", DAY - 1, "open.funds.financial.settled.bill.detail", {"size": 100, "cursor": ""}),
    ],
)
def test_kuaishou_is_asked_in_milliseconds_and_not_beyond_ninety_days(
    kind: str, widest: int, method: str, more: dict[str, object]
) -> None:
    ends = ("settlementStartTime", "settlementEndTime") if kind == "settlements" else ("beginTime", "endTime")
    nothing = {"result": 1, "data": {"cursor": "nomore", "pcursor": "nomore"}}
    last = T0 * 1000 + 10 * DAY * 1000 + 500
    windows = spans((T0 - 300) * 1000, last, widest * 1000)
    wanted = [(method, {**dict(zip(ends, window, strict=True)), **more}) for window in windows]
    assert asked("kuaishou", kind, START, days(10), nothing) == wanted
    first = asked("kuaishou", kind, START - dt.timedelta(days=200), days(10), nothing)[0][1][ends[0]]
    assert first == (
        (T0 - 200 * DAY - 300) * 1000 if kind == "settlements" else last - (90 * DAY - 600) * 1000
    )


@pytest.mark.parametrize(
    ("kind", "method"),
    [("trades", "taobao.trades.sold.increment.get"), ("refunds", "taobao.refunds.receive.get")],
)
def test_taobao_is_asked_by_the_day(kind: str, method: str) -> None:
    requests = asked_of_taobao(kind, START, START + dt.timedelta(days=2, hours=6))
    plain = ("start_modified", "end_modified", "page_no", "page_size", "use_has_next")
    assert [(name, *(arguments[part] for part in plain)) for name, arguments in requests] == [
        (method, beijing(first), beijing(last), "1", "50", "false")
        for first, last in spans(T0, T0 + 54 * HOUR, DAY)
    ]
    types = set(requests[0][1]["type"].split(","))
    assert types >= {"fixed", "step", "auction", "cod", "tmall_i18n", "nopaid"}, (
        "all but the default five are left out unless named"
    )
    assert not [
        name
        for name in requests[0][1]["fields"].split(",")
        if name.startswith(("buyer", "receiver_n", "receiver_m", "receiver_p", "receiver_a"))
    ]


def asked_of_taobao(kind: str, start: dt.datetime, end: dt.datetime) -> Asked:
    """A window without rows is an answer of its own, and handed out."""
    from connectors.taobao.api import TaobaoApi

    api, requests = (
        TaobaoApi(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "session")),
        list[tuple[Any, ...]](),
    )

    def call(*request: object) -> bytes:
        requests.append(request)
        return b'{"some_response":{"total_results":0}}'

    api.gateway.call = call  # type: ignore[method-assign, assignment]
    assert len(list(api.pages(kind, start, end))) == len(requests)
    return requests


@pytest.mark.parametrize(
    ("kind", "root", "method", "everything"),
    [
        (
            "orders",
            "order_sn_increment_get_response",
            "pdd.order.number.list.increment.get",
            {"order_status": "5", "refund_status": "5", "is_lucky_flag": "0"},
        ),
        (
            "after_sales",
            "refund_increment_get_response",
            "pdd.refund.list.increment.get",
            {"after_sales_status": "1", "after_sales_type": "1"},
        ),
    ],
)
@pytest.mark.parametrize(
    ("now", "last"),
    [
        (T0 + DAY, T0 + 3 * HOUR + 1),
        (T0 + 3 * HOUR, T0 + 3 * HOUR - 180),
        (T0 + 3 * HOUR + 180, T0 + 3 * HOUR),
        (T0 + 3 * HOUR - 178, T0 + 3 * HOUR - 358),
    ],
)
def test_pinduoduo_is_asked_by_the_half_hour_up_to_three_minutes_before_its_clock(
    kind: str, root: str, method: str, everything: dict[str, str], now: int, last: int
) -> None:
    requests = asked("pinduoduo", kind, START, days(1 / 8), {root: {"total_count": 0}}, now)
    assert requests == [
        (
            method,
            {
                **everything,
                "start_updated_at": str(first),
                "end_updated_at": str(until),
                "page": "1",
                "page_size": "100",
            },
        )
        for first, until in spans(T0 - 180, last, 1_800)
    ]


def test_pinduoduos_promotion_is_asked_by_scene_the_newest_day_apart_and_not_beyond_ninety_days() -> None:
    nothing = {"response": {"success": True, "result": {}}}
    end = START + dt.timedelta(days=2)
    method = "pdd.ad.api.report.daily.report.query"

    def wanted(*parts: tuple[str, str]) -> Asked:
        told = [
            ({"startDateString": first, "endDateString": last}, scene)
            for first, last in parts
            for scene in "012"
        ]
        return [(method, {"queryDimensionType": "0", "scenesType": scene, **days}) for days, scene in told]

    assert asked("pinduoduo", "ads", START, end, nothing) == wanted(
        ("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-02")
    )
    assert asked("pinduoduo", "ads", START, START + dt.timedelta(hours=1), nothing) == wanted(
        ("2026-11-01", "2026-11-01")
    )
    long = asked("pinduoduo", "ads", START - dt.timedelta(days=300), end, nothing)
    assert long == wanted(("2026-08-05", "2026-11-01"), ("2026-11-02", "2026-11-02")), (
        "ninety days, the last included"
    )
    goods = asked("pinduoduo", "products", START, end, {"goods_list_get_response": {"total_count": 0}})
    assert goods == [("pdd.goods.list.get", {"page": "1", "page_size": "100"})]


def test_jd_is_asked_in_windows_each_method_takes_and_as_far_back_as_each_needs() -> None:
    def nothing(method: str) -> object:
        return {f"{method.replace('.', '_')}_responce": {"code": "0", "result": {"success": True}}}

    names = (
        "jingdong.pop.order.search",
        "jingdong.pop.afs.soa.refundapply.queryPageList",
        "jingdong.asc.serviceAndRefund.view",
    )
    orders, refunds, after = (
        asked("jd", kind, START, days(40), nothing(name))
        for kind, name in zip(("orders", "refunds", "after_sales"), names, strict=True)
    )
    last = T0 + 40 * DAY + 1
    told = [
        (
            name,
            {part: arguments[part] for part in arguments if part not in ("order_state", "optional_fields")},
        )
        for name, arguments in orders
    ]
    assert told == [
        (
            names[0],
            {
                "start_date": beijing(a),
                "end_date": beijing(b),
                "source_id": "JOS",
                "page": "1",
                "page_size": "100",
                "sortType": 2,
                "dateType": 0,
            },
        )
        for a, b in spans(T0 - 300, last, 28 * DAY)
    ]
    assert "FINISHED_L" in orders[0][1]["order_state"] and "TRADE_CANCELED" in orders[0][1]["order_state"]
    assert refunds == [
        (names[1], {"modifiedStart": beijing(a), "modifiedEnd": beijing(b), "pageIndex": 1, "pageSize": 50})
        for a, b in spans(T0 - 300, last, 7 * DAY)
    ]
    assert after == [
        (
            names[2],
            {"applyTimeBegin": beijing(a), "applyTimeEnd": beijing(b), "pageNumber": 1, "pageSize": 50},
        )
        for a, b in spans(T0 - 45 * DAY, last, 7 * DAY)
    ]


def test_tiktok_is_asked_by_update_and_its_money_from_days_before() -> None:
    nothing, last = {"code": 0, "data": {}}, T0 + 10 * DAY + 2
    lists = {
        "orders": "order/202309/orders",
        "after_sales": "return_refund/202309/returns",
        "cancellations": "return_refund/202309/cancellations",
    }
    for kind, path in lists.items():
        assert asked("tiktok_shop", kind, START, days(10), nothing) == [
            (
                f"/{path}/search",
                {"page_size": size, "sort_field": "update_time", "sort_order": "ASC"},
                {"update_time_ge": T0 - 300, "update_time_lt": last},
            )
            for size in ("100", "1")
        ]
    listed = {
        "statement_time_ge": str(T0 - 2 * DAY),
        "statement_time_lt": str(last),
        "sort_field": "statement_time",
        "sort_order": "ASC",
        "page_size": "100",
    }
    assert asked("tiktok_shop", "settlements", START, days(10), nothing) == [
        ("/finance/202309/statements", listed)
    ]
    made = {
        "types": "WITHDRAW,SETTLE,REVERSE",
        "create_time_ge": str(T0 - 14 * DAY),
        "create_time_lt": str(last),
        "page_size": "100",
    }
    assert asked("tiktok_shop", "funds", START, days(10), nothing) == [("/finance/202309/withdrawals", made)]


def test_wechat_is_asked_by_the_week_after_sales_by_the_day() -> None:
    first, last = T0 - 300, T0 + 10 * DAY + 2
    orders = asked("wechat_channels", "orders", START, days(10), {"order_id_list": []})
    assert orders == [
        (
            "/channels/ec/order/list/get",
            {"update_time_range": {"start_time": a, "end_time": b}, "page_size": 100},
        )
        for a, b in spans(first, last, 7 * DAY)
    ]
    after = asked("wechat_channels", "after_sales", START, days(10), {"after_sale_order_id_list": []})
    path = "/channels/ec/aftersale/getaftersalelist"
    assert after == [
        (path, {"begin_update_time": a, "end_update_time": b}) for a, b in spans(first, last, DAY)
    ]
    funds = asked("wechat_channels", "funds", START, days(10), {"flow_ids": []})
    assert funds == [
        ("/channels/ec/funds/getfundsflowlist", {"page": 1, "page_size": 10, "start_time": a, "end_time": b})
        for a, b in spans(first, last, 7 * DAY)
    ]
    assert asked("wechat_channels", "products", START, days(10), {"product_ids": []}) == [
        ("/channels/ec/product/list/get", {"page_size": 30})
    ]


def test_wechats_live_days_begin_the_day_before_for_each_account() -> None:
    requests = asked(
        "wechat_channels",
        "live_sessions",
        START,
        days(1),
        {"main_finder_id": "a", "authorized_finder_id_list": ["b", "a"]},
    )
    wanted: Asked = [("/channels/ec/compass/shop/finder/authorization/list/get", {})]
    for day in ("20261031", "20261101", "20261102"):
        wanted += [
            ("/channels/ec/compass/shop/live/list/get", {"finder_id": account, "ds": day}) for account in "ab"
        ]
        wanted.append(("/channels/livedashboard/getlivelist", {"ds": int(day)}))
    assert requests == wanted


@pytest.mark.parametrize(
    ("kind", "method", "unit"),
    [("orders", "order.getOrderList", 1), ("after_sales", "afterSale.listAfterSaleInfos", 1000)],
)
@pytest.mark.parametrize("length", [3 * HOUR, 7 * DAY - 301, 7 * DAY - 300])
def test_xiaohongshu_is_asked_by_update_for_up_to_a_week_and_by_creation_for_more(
    kind: str, method: str, unit: int, length: int
) -> None:
    """Of the week the five minutes before and what is left of the last second are part.

    Orders of ninety days before may have been updated.
    """
    first, last = T0 - 300, T0 + length + 1
    clock, windows = (
        (2, spans(first, last, HOUR // 2, 1))
        if last - first <= 7 * DAY
        else (1, spans(first - 90 * DAY, last, DAY, 1))
    )
    assert asked(
        "xiaohongshu", kind, START, days(length / DAY), {"success": True, "error_code": 0, "data": {}}
    ) == [
        (
            method,
            {"startTime": a * unit, "endTime": b * unit, "timeType": clock, "pageNo": 1, "pageSize": 100},
        )
        for a, b in windows
    ]


@pytest.mark.parametrize(
    ("kind", "method", "more"),
    [
        ("settlements", "finance.pageQueryTransaction", {"commonSettleStatus": 1}),
        ("services", "finance.pageQueryExpense", {"settleStatus": 1}),
        ("funds", "finance.querySellerAccountRecords", {}),
    ],
)
def test_xiaohongshus_ledgers_are_asked_by_the_day_and_its_goods_whole(
    kind: str, method: str, more: dict[str, object]
) -> None:
    nothing = {"success": True, "error_code": 0, "data": {}}
    assert asked("xiaohongshu", kind, START, days(2), nothing) == [
        (method, {**more, "startTime": a * 1000, "endTime": b * 1000, "pageNum": 1, "pageSize": 100})
        for a, b in spans(T0, T0 + 2 * DAY + 1, DAY)
    ]
    assert asked("xiaohongshu", "products", START, days(2), nothing) == [
        ("product.getDetailSkuList", {"pageNo": 1, "pageSize": 100})
    ]
    assert asked("xiaohongshu", kind, START, START, nothing) == []

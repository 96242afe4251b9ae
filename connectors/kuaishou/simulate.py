"""Kuaishou as the simulator plays it: the files its back-office would give at a moment, and its open platform
on loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it. There
is no after-sale file: its header is not publicly known beyond a few columns.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.kuaishou import simulate_api as wire
from connectors.kuaishou import simulate_files as files

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_TIMESTAMP_SLACK_MS = 600_000
_OLD_LAYOUT_EVERY = 4  # each fourth shop still downloads the layout of 61 columns
_SHEET_ROWS = 1_200  # 213,351 rows came in 185 sheets
_DAY = 86_400_000


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the days asked: orders, settlement, fund
    flow, shipping insurance.

    A download without rows is left out.
    """
    at = at.astimezone(_ZONE)
    lines = market.lines_at(shop_id, at)
    days = f"{first_date:%Y%m%d}-{last_date:%Y%m%d}"

    def within(frame: pl.DataFrame, column: str) -> pl.DataFrame:
        return frame.filter(pl.col(column).dt.date().is_between(first_date, last_date))

    old = _has_old_layout(market, shop_id)
    tables = {
        f"订单导出_{days}": files.order_table(within(lines, "created_at"), old_layout=old),
        f"结算账单_{days}": files.settlement_table(
            within(market.settlements_at(shop_id, at), "settled_at"), lines
        ),
        f"动账明细_{days}": files.fund_table(within(market.funds_at(shop_id, at), "moved_at")),
        f"运费险_{days}": files.insurance_table(within(market.insurance_at(shop_id, at), "insured_at")),
    }
    return {
        f"{name}.xlsx": files.workbook(table, _SHEET_ROWS) for name, table in tables.items() if table.height
    }


def _has_old_layout(market: Market, shop_id: str) -> bool:
    shops = market.shops.filter(pl.col("platform_code") == "kuaishou")["shop_id"].to_list()
    return shops.index(shop_id) % _OLD_LAYOUT_EVERY == _OLD_LAYOUT_EVERY - 1


def dialect() -> KuaishouDialect:
    """The open platform's dialect for the simulator's server."""
    return KuaishouDialect()


class KuaishouDialect:
    """The three lists and the token refresh: signature, timestamp, token, window and page limits, rendering.

    No faults of its own.
    """

    platform = "kuaishou"
    #: Longest window per list in ms; the platform narrows these during promotions, and so may a test.
    longest = {"orders": 7 * _DAY, "after_sales": _DAY, "settlements": 7 * _DAY}  # noqa: RUF012

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, wire.Rendered]] = {}

    def routes(self, world: World) -> list[Route]:
        """Paths relative to the dialect's mount."""
        lists = {
            "open.order.cursor.list": self._orders,
            "open.seller.order.refund.pcursor.list": self._after_sales,
            "open.funds.financial.settled.bill.detail": self._settlements,
        }
        return [
            Route("/oauth2/refresh_token", self._refresher(world), methods=["POST"]),
            *(
                Route(
                    "/" + method.replace(".", "/"),
                    self._listing(world, method, answer),
                    methods=["GET", "POST"],
                )
                for method, answer in lists.items()
            ),
        ]

    def throttled(self) -> Response:
        """Too many calls: HTTP 200 and words."""
        return _error(
            100400, "Exceed qps limit, KEY [apiId:open.order.cursor.list;appkey:ks1], MAX_QPS [300.0]"
        )

    def busy(self) -> Response:
        """Server error: HTTP 200 and its code."""
        return _error(100200500, "server_error")

    def _listing(
        self, world: World, method: str, answer: Callable[[World, str, dict[str, Any]], Response]
    ) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            told = dict(request.query_params) | dict(parse_qsl((await request.body()).decode()))
            shop = world.shop_by_app_key(told.get("appkey", ""))
            if shop is None or shop["platform_code"] != self.platform:
                return _error(100200101, "unauthorized_client")
            refused = _refused(world, shop, method, told)
            return refused or answer(world, shop["shop_id"], json.loads(told["param"]))

        return endpoint

    def _refresher(self, world: World) -> Callable[..., Any]:
        async def endpoint(request: Request) -> Response:
            form = dict(parse_qsl((await request.body()).decode()))
            shop = world.shop_by_app_key(form.get("app_id", ""))
            if (
                shop is None
                or form.get("grant_type") != "refresh_token"
                or form.get("app_secret") != wire.secrets_of(shop["app_secret"])[0]
            ):
                return _error(100200101, "unauthorized_client")
            token = world.tokens.refresh(form.get("refresh_token", ""))
            if token is None or world.tokens.check(token.access_token) != shop["shop_id"]:
                return _error(100200102, "refreshToken.discarded")
            told = {
                "result": 1,
                "access_token": token.access_token,
                "refresh_token": token.refresh_token,
                "expires_in": token.expires_in,
            }
            return Response(
                json.dumps({**told, "refresh_token_expires_in": 15_552_000, "scopes": ["merchant_order"]}),
                media_type="application/json",
            )

        return endpoint

    def _orders(self, world: World, shop_id: str, param: dict[str, Any]) -> Response:
        if (
            param.get("queryType") not in (1, 2)
            or not 1 <= int(param.get("pageSize", 0)) <= 50
            or param.get("orderViewStatus") != 1
        ):
            return _error(2001, "参数无效")
        return self._page(
            world,
            shop_id,
            "orders",
            param,
            ("beginTime", "endTime"),
            ("orderList", "cursor", "nomore"),
            int(param["pageSize"]),
        )

    def _after_sales(self, world: World, shop_id: str, param: dict[str, Any]) -> Response:
        if (
            param.get("type") not in (8, 9)
            or not 1 <= int(param.get("pageSize", 0)) <= 100
            or "currentPage" not in param
        ):
            return _error(300002, "REFUND ORDER TYPE IS ERROR")
        names = ("refundOrderInfoList", "pcursor", "nomore")
        return self._page(
            world, shop_id, "after_sales", param, ("beginTime", "endTime"), names, int(param["pageSize"])
        )

    def _settlements(self, world: World, shop_id: str, param: dict[str, Any]) -> Response:
        window = ("settlementStartTime", "settlementEndTime")
        return self._page(
            world,
            shop_id,
            "settlements",
            param,
            window,
            ("orders", "cursor", "no_more"),
            min(int(param.get("size") or 20), 100),
        )

    def _page(
        self,
        world: World,
        shop_id: str,
        kind: str,
        param: dict[str, Any],
        window: tuple[str, str],
        names: tuple[str, str, str],
        size: int,
    ) -> Response:
        begin, end = (int(param.get(name) or 0) for name in window)
        if end <= begin:
            return _error(300003, "ENDTIME MUST AFTER BEGINTIME")
        if end - begin > self.longest[kind]:
            return _error(300004, "SEARCH TIME RANGE EXPAND 7 DAYS")
        if kind != "settlements" and begin < world.at.timestamp() * 1000 - 90 * _DAY:
            return _error(300005, "CAN NOT SEARCH BEFORE 90 DAYS")
        clock = "updated" if kind == "settlements" or param.get("queryType") == 2 else "created"
        way = 1 if kind == "settlements" or param.get("sort") == 2 else -1
        texts, cursor = self._list(world, shop_id, kind).page(
            clock, way, (begin, end), str(param.get(names[1]) or ""), size
        )
        head = {
            "result": 1,
            "code": "1",
            "msg": "SUCCESS",
            "sub_code": "",
            "sub_msg": "",
            "error_msg": "SUCCESS",
        }
        data = (
            f'{{"{names[0]}":[{",".join(texts)}],"{names[1]}":{json.dumps(cursor or names[2])},'
            f'"pageSize":{size}}}'
        )
        return Response(f'{json.dumps(head)[:-1]},"data":{data}}}', media_type="application/json")

    def _list(self, world: World, shop_id: str, kind: str) -> wire.Rendered:
        """The shop's list as of now, rendered once per moment."""
        at = world.at
        known = self._rendered.get((shop_id, kind))
        if known is None or known[0] != at:
            known = self._rendered[shop_id, kind] = (at, wire.RENDER[kind](world, shop_id))
        return known[1]


def _refused(world: World, shop: dict[str, Any], method: str, told: dict[str, str]) -> Response | None:
    """The error answer to a request that does not prove who asks; None for a good one."""
    if told.get("method") != method or told.get("version") != "1" or not told.get("param"):
        return _error(100200100, "invalid_request")
    stamp = told.get("timestamp", "")
    if (
        not stamp.isascii()
        or not stamp.isdigit()
        or abs(int(stamp) - time.time() * 1000) > _TIMESTAMP_SLACK_MS
    ):
        return _error(100200100, "timestamp 无效")
    if not wire.verified(wire.secrets_of(shop["app_secret"])[1], told):
        return _error(100200100, "签名校验失败")
    owner = world.tokens.check(told.get("access_token", ""))
    if owner == shop["shop_id"]:
        return None
    return _error(100200102, "invalid access_token" if owner in ("expired", None) else "授权用户与应用不符")


def _error(result: int, message: str) -> Response:
    told = {
        "result": result,
        "error_msg": message,
        "code": str(result),
        "msg": "业务处理失败",
        "sub_code": str(result),
        "sub_msg": message,
    }
    return Response(json.dumps(told, ensure_ascii=False), media_type="application/json")

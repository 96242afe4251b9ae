"""Xiaohongshu as the simulator plays it: the files its back-office would give at a moment, and its open
platform on loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.xiaohongshu import simulate_api as wire
from connectors.xiaohongshu import simulate_files as files

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_SLACK_SECONDS = 600
_DAY = 86_400_000
_WIDEST = {1: _DAY, 2: 1_800_000}
_PAGE_CAP = 100  # of order.getOrderList
_DEPTH_CAP = 50_000  # rows of afterSale.listAfterSaleInfos

Params = dict[str, Any]


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the days asked: orders, after-sales,
    settlement, account flow, 聚光 by day.

    A download without rows is left out. Every other shop still has the older order file, with its columns in
    an order of its own.
    """
    at = at.astimezone(_ZONE)
    lines, refunds = market.lines_at(shop_id, at), market.refunds_at(shop_id, at)
    shops = market.shops.filter(pl.col("platform_code") == "xiaohongshu")["shop_id"].to_list()
    new_layout = shops.index(shop_id) % 2 == 0
    turn = int(hashlib.sha256(shop_id.encode()).hexdigest(), 16) % 20
    stamp = f"{at:%Y-%m-%d-%H_%M_%S}{hashlib.sha256(shop_id.encode()).hexdigest()[:6]}"
    ordered = _within(lines, "created_at", first_date, last_date)
    applied = _within(refunds, "applied_at", first_date, last_date)
    moved = _within(market.funds_at(shop_id, at), "moved_at", first_date, last_date)
    advertised = market.ads_at(shop_id, at).filter(pl.col("ad_date").is_between(first_date, last_date))
    found: dict[str, bytes] = {}
    if ordered.height:
        found[f"小红书订单查询{stamp}.xlsx"] = files.table_xlsx(
            files.order_table(ordered, turn, new_layout=new_layout), "订单信息"
        )
    if applied.height:
        found[f"小红书售后查询{stamp}.xlsx"] = files.table_xlsx(
            files.after_sale_table(applied, lines), "Sheet1"
        )
    settled = _within(market.settlements_at(shop_id, at), "settled_at", first_date, last_date)
    if settled.height:
        found[f"商品结算明细{stamp}.xlsx"] = files.table_xlsx(files.settlement_table(settled), "商品结算明细")
    services = files.service_table(
        _within(market.insurance_at(shop_id, at), "insured_at", first_date, last_date)
    )
    if services.height:
        found[f"其他服务款{stamp}.xlsx"] = files.table_xlsx(services, "Sheet1")
    if moved.height:
        found[f"小红书动账流水{stamp}.xlsx"] = files.table_xlsx(files.fund_table(moved), "Sheet1")
    if advertised.height:
        found[f"聚光报表_{first_date:%Y%m%d}_{last_date:%Y%m%d}.csv"] = files.table_csv(
            files.ad_table(advertised)
        )
    return found


def _within(frame: pl.DataFrame, column: str, first_date: dt.date, last_date: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col(column).dt.date().is_between(first_date, last_date))


def dialect() -> XiaohongshuDialect:
    """The open platform's dialect for the simulator's server."""
    return XiaohongshuDialect()


class Refusal(Exception):
    """An error answer: code and message.

    The platform publishes no codes for most of what can go wrong; those used here are invented.
    """

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


class XiaohongshuDialect:
    """One address, nine methods: sign, timestamp, token, windows and page limits, rendering.

    No faults of its own.
    """

    platform = "xiaohongshu"

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, wire.Rendered]] = {}
        self._methods: dict[str, Callable[[World, str, Params], str]] = {
            "order.getOrderList": self._order_list,
            "order.getOrderDetail": lambda world, shop, asked: self._one(
                world, shop, "orders", str(asked.get("orderId"))
            ),
            "afterSale.listAfterSaleInfos": self._after_sale_list,
            "afterSale.getAfterSaleInfo": self._after_sale,
            "finance.pageQueryTransaction": lambda world, shop, asked: self._ledger(
                world, shop, "settlements", "transactions", asked
            ),
            "finance.pageQueryExpense": lambda world, shop, asked: self._ledger(
                world, shop, "services", "expenses", asked
            ),
            "product.getDetailSkuList": self._product_list,
            "finance.querySellerAccountRecords": lambda world, shop, asked: self._ledger(
                world, shop, "funds", "records", asked
            ),
        }

    def routes(self, world: World) -> list[Route]:
        """The one path, relative to the dialect's mount."""

        async def controller(request: Request) -> Response:
            try:
                return _answer(self._called(world, json.loads(await request.body())))
            except Refusal as refusal:
                return _error(refusal.code, refusal.message)

        return [Route("/ark/open_api/v3/common_controller", controller, methods=["POST"])]

    def throttled(self) -> Response:
        """Rate limit: HTTP 200 and -9013."""
        return _error(-9013, "触发Method维度的限流")

    def busy(self) -> Response:
        """Service unavailable: HTTP 200; the code is invented, the platform publishes none."""
        return _error(-1, "系统繁忙，请稍后再试")

    def _called(self, world: World, asked: Params) -> str:
        """The data of a good answer. Raises ``Refusal`` for a request that does not prove who asks."""
        shop = world.shop_by_app_key(str(asked.get("appId", "")))
        method, stamp = str(asked.get("method", "")), asked.get("timestamp")
        if shop is None or shop["platform_code"] != self.platform:
            raise Refusal(-2000400, "应用不存在")
        if (
            asked.get("version") != "2.0"
            or not isinstance(stamp, str)
            or not stamp.isdigit()
            or abs(int(stamp) - time.time()) > _SLACK_SECONDS
        ):
            raise Refusal(-2000400, "请求参数错误")
        if not wire.verified(method, shop["app_key"], shop["app_secret"], stamp, str(asked.get("sign", ""))):
            raise Refusal(-2, "签名校验失败")
        if method == "oauth.refreshToken":
            return self._refresh(world, shop["shop_id"], asked)
        if world.tokens.check(str(asked.get("accessToken", ""))) != shop["shop_id"]:
            raise Refusal(401, "accessToken 已失效")
        if method not in self._methods:
            raise Refusal(-2000400, "请求参数错误")
        return self._methods[method](world, shop["shop_id"], asked)

    @staticmethod
    def _refresh(world: World, shop_id: str, asked: Params) -> str:
        token = world.tokens.refresh(str(asked.get("refreshToken", "")))
        if token is None or world.tokens.check(token.access_token) != shop_id:
            raise Refusal(-3, "refreshToken 无效")
        now = int(time.time() * 1000)
        pair = {"accessToken": token.access_token, "refreshToken": token.refresh_token}
        return json.dumps(
            {
                **pair,
                "accessTokenExpiresAt": now + token.expires_in * 1000,
                "refreshTokenExpiresAt": now + 2 * token.expires_in * 1000,
            }
        )

    def _order_list(self, world: World, shop_id: str, asked: Params) -> str:
        """Asked in seconds."""
        page, size = _paging(asked, "pageNo")
        clock, window = _window(asked, 1000)
        if page > _PAGE_CAP:
            raise Refusal(-2000400, "请求参数错误")
        rows, total = self._list(world, shop_id, "orders").page(clock, window, page, size)
        most = max(1, -(-total // size))
        return (
            f'{{"total":{total},"pageNo":{page},"pageSize":{size},"maxPageNo":{most},'
            f'"orderList":[{",".join(rows)}]}}'
        )

    def _after_sale_list(self, world: World, shop_id: str, asked: Params) -> str:
        """Asked in milliseconds; answered in the second envelope."""
        page, size = _paging(asked, "pageNo")
        clock, window = _window(asked, 1)
        if page * size > _DEPTH_CAP:
            raise Refusal(-2000400, "请求参数错误")
        rows, total = self._list(world, shop_id, "after_sales").page(clock, window, page, size)
        return _inner(
            f'{{"totalCount":{total},"pageNo":{page},"pageSize":{size},'
            f'"afterSaleBasicInfos":[{",".join(rows)}]}}'
        )

    def _after_sale(self, world: World, shop_id: str, asked: Params) -> str:
        return _inner(self._one(world, shop_id, "after_sales", str(asked.get("returnsId"))))

    def _one(self, world: World, shop_id: str, kind: str, name: str) -> str:
        found = self._list(world, shop_id, kind).whole.get(name)
        if found is None:
            raise Refusal(-2000101, "包裹不存在")
        return found

    def _ledger(self, world: World, shop_id: str, kind: str, rows_name: str, asked: Params) -> str:
        """Asked in milliseconds, a day at most, the end outside; the page is called pageNum here."""
        page, size = _paging(asked, "pageNum")
        start, end = int(asked.get("startTime") or 0), int(asked.get("endTime") or 0)
        if not start < end <= start + _DAY:
            raise Refusal(-2000400, "请求参数错误")
        rows, total = self._list(world, shop_id, kind).page(1, (start, end - 1), page, size)
        return _inner(
            f'{{"total":{total},"totalPage":{-(-total // size)},"pageNum":{page},"pageSize":{size},'
            f'"{rows_name}":[{",".join(rows)}]}}'
        )

    def _product_list(self, world: World, shop_id: str, asked: Params) -> str:
        """All SKUs; the page is called pageNo here and answered as pageNO."""
        page, size = _paging(asked, "pageNo")
        rows, total = self._list(world, shop_id, "products").page(1, (0, 0), page, size)
        return f'{{"pageNO":{page},"pageSize":{size},"total":{total},"data":[{",".join(rows)}]}}'

    def _list(self, world: World, shop_id: str, kind: str) -> wire.Rendered:
        """The shop's list as of now, rendered once per moment."""
        at = world.at.astimezone(_ZONE)
        known = self._rendered.get((shop_id, kind))
        if known is None or known[0] != at:
            known = self._rendered[shop_id, kind] = (at, _render(world, shop_id, kind))
        return known[1]


def _render(world: World, shop_id: str, kind: str) -> wire.Rendered:
    if kind == "orders":
        return wire.render_orders(world.lines(shop_id))
    if kind == "after_sales":
        return wire.render_after_sales(world.refunds(shop_id), world.lines(shop_id))
    if kind == "products":
        return wire.render_products(world.market.skus.filter(pl.col("shop_id") == shop_id))
    if kind == "services":
        return wire.render_services(world.insurance(shop_id))
    return (
        wire.render_settlements(world.settlements(shop_id))
        if kind == "settlements"
        else wire.render_funds(world.funds(shop_id))
    )


def _paging(asked: Params, page_name: str) -> tuple[int, int]:
    page, size = asked.get(page_name), asked.get("pageSize")
    if not isinstance(page, int) or not isinstance(size, int) or page < 1 or not 1 <= size <= wire.SIZE_CAP:
        raise Refusal(-2000400, "请求参数错误")
    return page, size


def _window(asked: Params, unit: int) -> tuple[int, tuple[int, int]]:
    """The clock and the window in ms. A window too wide, or in the wrong unit, is refused."""
    clock, start, end = asked.get("timeType"), asked.get("startTime"), asked.get("endTime")
    if clock not in _WIDEST or not isinstance(start, int) or not isinstance(end, int):
        raise Refusal(-2000400, "请求参数错误")
    if not 0 <= (end - start) * unit <= _WIDEST[clock] or not 10**12 < start * unit < 10**13:
        raise Refusal(-2000400, "请求参数错误")
    return clock, (start * unit, end * unit + unit - 1)


def _inner(data: str) -> str:
    return f'{{"code":0,"msg":"","success":true,"data":{data}}}'


def _answer(data: str) -> Response:
    return Response(
        f'{{"error_code":0,"error_msg":"","success":true,"data":{data}}}', media_type="application/json"
    )


def _error(code: int, message: str) -> Response:
    body = json.dumps({"error_code": code, "error_msg": message, "success": False}, ensure_ascii=False)
    return Response(body, media_type="application/json")

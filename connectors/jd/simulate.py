"""A JD to test against: the files a merchant downloads from 京麦 and the open platform, both from the
simulated market.

Imports nothing the parser uses; headers and words are written out a second time in ``simulate_files.py`` and
``simulate_words.py``.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.jd import simulate_api as wire
from connectors.jd import simulate_files as files
from connectors.jd.simulate_words import order_states
from simulator.history.market import Market
from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes, as downloaded at ``at`` for the days asked: orders, promotions, wallet bill and
    wallet movements. Empty ones are left out.

    Shops take turns with the wallet bill's layouts of 23, 22 and 21 columns. The names of orders and bills
    tell no moment.
    """
    shops = market.shops.filter(pl.col("platform_code") == "jd")["shop_id"].to_list()
    layout = shops.index(shop_id) % len(files.WALLETS)
    lines = order_states(market.lines_at(shop_id, at))
    ordered = _within(lines, pl.col("created_at").dt.date(), first_date, last_date)
    bill = files.bill_rows(lines, market.refunds_at(shop_id, at), market.settlements_at(shop_id, at))
    bill = _within(bill, pl.col("bill_date"), first_date, last_date)
    funds = _within(market.funds_at(shop_id, at), pl.col("moved_at").dt.date(), first_date, last_date)
    number, span = int(at.timestamp()) % 100_000_000, f"{first_date:%Y%m%d}_{last_date:%Y%m%d}"
    found: dict[str, bytes] = {}
    if ordered.height:
        found |= {
            f"{number}.csv": files.order_csv(ordered),
            f"营销对账明细_{span}.csv": files.promotion_csv(ordered),
        }
    if bill.height:
        found[f"对账单_{span}.csv"] = files.wallet_csv(bill, layout)
    if funds.height:
        found[f"资金表_{span}.xlsx"] = files.fund_xlsx(funds)
    return found


def _within(frame: pl.DataFrame, day: pl.Expr, first_date: dt.date, last_date: dt.date) -> pl.DataFrame:
    return frame.filter(day.is_between(first_date, last_date))


def dialect() -> JdDialect:
    """This platform's way of speaking, for ``simulator.server``."""
    return JdDialect()


class JdDialect:
    """The gateway's one path, the token's, and the gateway's own error answers."""

    platform = "jd"

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, pl.DataFrame]] = {}

    def routes(self, world: World) -> list[Route]:
        """POST /routerjson for every method, POST /oauth2/refresh_token; both form-encoded."""

        async def router(request: Request) -> Response:
            form = await _form(request)
            try:
                return wire.answer(self._call(world, form))
            except wire.Refusal as refusal:
                return wire.answer(refusal.body)

        async def refresh(request: Request) -> Response:
            return wire.answer(_refreshed(world, await _form(request)))

        return [
            Route("/routerjson", router, methods=["POST"]),
            Route("/oauth2/refresh_token", refresh, methods=["POST"]),
        ]

    def throttled(self) -> Response:
        """Too many calls of the app."""
        return wire.error("2", "限制时间内调用失败次数", "App Call Limited")

    def busy(self) -> Response:
        """The service behind the gateway is not available."""
        return wire.error(
            "66", "平台连接后端服务不可用", "platform to connect to the back-end service not available"
        )

    def _call(self, world: World, form: dict[str, str]) -> dict[str, Any]:
        shop = world.shop_by_app_key(form.get("app_key", ""))
        if shop is None or shop["platform_code"] != self.platform:
            raise wire.Refusal("21", "无效app_key", "Invalid app_key")
        wire.check(form, shop["app_secret"])
        if world.tokens.check(form.get("access_token", "")) != shop["shop_id"]:
            raise wire.Refusal("19", "token已过期或者不存在，请重新授权访问", "Invalid access_token")
        arguments = json.loads(form.get("360buy_param_json") or "{}")
        method = form.get("method", "")
        if method == wire.ORDERS:
            return wire.wrapped(
                method, "searchorderinfo_result", self._orders(world, shop["shop_id"], arguments)
            )
        if method == wire.APPLICATIONS:
            return wire.wrapped(method, "queryResult", self._applications(world, shop["shop_id"], arguments))
        if method == wire.SERVICES:
            return wire.wrapped(method, "pageResult", self._services(world, shop["shop_id"], arguments))
        raise wire.Refusal("15", "不存在的方法名", "Invalid Method")

    def _orders(self, world: World, shop_id: str, asked: dict[str, Any]) -> dict[str, Any]:
        window = (str(asked.get("start_date")), str(asked.get("end_date")))
        states, fields = (
            set(str(asked.get(name) or "").split(",")) - {""} for name in ("order_state", "optional_fields")
        )
        size = int(asked.get("page_size") or 0)
        if (
            not states
            or not fields
            or wire.too_wide(window, 31)
            or not 1 <= size <= 100
            or asked.get("dateType") == 1
        ):
            return {
                "apiResult": {
                    "success": False,
                    "numberCode": 10100021,
                    "chineseErrCode": "参数错误",
                    "englishErrCode": "invalid parameter",
                }
            }
        table = self._list(world, shop_id, wire.ORDERS)
        listed = table.filter(pl.col("body").str.extract(r'"orderState":"([A-Z_]+)"').is_in(sorted(states)))
        rows, total = wire.page(
            listed, window, int(asked["page"]), size, descending=asked.get("sortType") == 1
        )
        kept = [{name: value for name, value in row.items() if name in fields} for row in rows]
        return {"apiResult": {"success": True, "numberCode": 0}, "orderTotal": total, "orderInfoList": kept}

    def _applications(self, world: World, shop_id: str, asked: dict[str, Any]) -> dict[str, Any]:
        window = (str(asked.get("modifiedStart")), str(asked.get("modifiedEnd")))
        number, size = int(asked.get("pageIndex") or 0), int(asked.get("pageSize") or 0)
        if wire.too_wide(window, 31) or not 1 <= size <= 50 or not 1 <= number <= 100:
            return {"success": False, "errorCode": "400"}
        rows, total = wire.page(self._list(world, shop_id, wire.APPLICATIONS), window, number, size)
        return {"success": True, "totalCount": total, "result": rows}

    def _services(self, world: World, shop_id: str, asked: dict[str, Any]) -> dict[str, Any]:
        window = (str(asked.get("applyTimeBegin")), str(asked.get("applyTimeEnd")))
        number, size = int(asked.get("pageNumber") or 0), int(asked.get("pageSize") or 0)
        if wire.too_wide(window, 7) or not 1 <= size <= 50 or number < 1:
            return {"success": False, "code": "400"}
        rows, total = wire.page(self._list(world, shop_id, wire.SERVICES), window, number, size)
        return {
            "success": True,
            "code": "00000",
            "totalCount": total,
            "pageNumber": number,
            "pageSize": size,
            "data": rows,
        }

    def _list(self, world: World, shop_id: str, method: str) -> pl.DataFrame:
        """The shop's list as of now, rendered once per moment."""
        known = self._rendered.get((shop_id, method))
        if known is None or known[0] != world.at:
            lines, refunds = world.lines(shop_id), world.refunds(shop_id)
            if method == wire.ORDERS:
                fresh = wire.render_orders(lines)
            else:
                fresh = (
                    wire.render_applications(refunds)
                    if method == wire.APPLICATIONS
                    else wire.render_services(refunds, lines)
                )
            known = self._rendered[shop_id, method] = (world.at, fresh)
        return known[1]


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _refreshed(world: World, form: dict[str, str]) -> dict[str, Any]:
    shop = world.shop_by_app_key(form.get("app_key", ""))
    token = world.tokens.refresh(form.get("refresh_token", ""))
    known = (
        shop is not None
        and form.get("app_secret") == shop["app_secret"]
        and form.get("grant_type") == "refresh_token"
    )
    if not known or token is None:
        return {"code": 402, "msg": "refresh_token 无效"}
    return {
        "access_token": token.access_token,
        "refresh_token": token.refresh_token,
        "expires_in": token.expires_in,
        "scope": "snsapi_base",
        "open_id": "sim",
    }

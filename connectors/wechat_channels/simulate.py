"""WeChat Channels shop as the simulator plays it: the files its back-office would give at a moment, and its
open API on loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.wechat_channels import simulate_api as wire
from connectors.wechat_channels import simulate_files as files

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.history.market import Market
    from simulator.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_WEEK, _DAY = 7 * 86_400, 86_400
_AFTER_SALES_PER_PAGE = 50


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the days asked: orders created,
    after-sales applied for, money moved.

    An empty download is left out.
    Every other shop still has the columns of the year before, as GB18030 text; the first has workbooks.
    """
    at = at.astimezone(_ZONE)
    shops = market.shops.filter(pl.col("platform_code") == "wechat_channels")["shop_id"].to_list()
    new_layout = shops.index(shop_id) % 2 == 0
    lines = market.lines_at(shop_id, at).filter(
        pl.col("created_at").dt.date().is_between(first_date, last_date)
    )
    funds = market.funds_at(shop_id, at).filter(
        pl.col("moved_at").dt.date().is_between(first_date, last_date)
    )
    refunds = market.refunds_at(shop_id, at).filter(
        pl.col("applied_at").dt.date().is_between(first_date, last_date)
    )
    tables = {
        "订单": files.order_table(lines, market.settlements_at(shop_id, at), new_layout=new_layout),
        "售后": files.after_sale_table(refunds, market.lines_at(shop_id, at)),
        "资金流水": files.fund_table(funds, new_layout=new_layout),
    }
    write, suffix = (files.table_xlsx, "xlsx") if new_layout else (files.table_csv, "csv")
    return {
        f"{name}{at:%Y%m%d%H%M%S}.{suffix}": write(table) for name, table in tables.items() if table.height
    }


def dialect() -> WechatDialect:
    """The shop API's dialect for the simulator's server."""
    return WechatDialect()


class WechatDialect:
    """stable_token and the shop's lists and details: token, windows, page sizes, cursors, rendering.

    No faults of its own.

    ``most_orders`` is how many orders a window may hold before the platform asks for a shorter one.
    """

    platform = "wechat_channels"

    def __init__(self, most_orders: int = 20_000) -> None:
        self.most_orders = most_orders
        self._tokens: dict[str, str] = {}
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, wire.Rendered]] = {}

    def routes(self, world: World) -> list[Route]:
        """The paths, relative to the dialect's mount."""
        shops = world.market.shops.filter(pl.col("platform_code") == self.platform)["shop_id"]
        self._tokens = {shop_id: world.tokens.issue(shop_id).access_token for shop_id in shops}
        methods: dict[str, Callable[[World, str, dict[str, Any]], Response]] = {
            "/channels/ec/order/list/get": self._order_list,
            "/channels/ec/order/get": self._detail("orders", "order_id", "order", 100002),
            "/channels/ec/aftersale/getaftersalelist": self._after_sale_list,
            "/channels/ec/aftersale/getaftersaleorder": self._detail(
                "after_sales", "after_sale_order_id", "after_sale_order", 10021050),
            "/channels/ec/funds/getfundsflowlist": self._fund_list,
            "/channels/ec/funds/getfundsflowdetail": self._detail("funds", "flow_id", "funds_flow", 40097),
            "/channels/ec/product/list/get": self._product_list,
            "/channels/ec/product/get": self._detail("products", "product_id", "product", 10020052),
            "/channels/ec/compass/shop/finder/authorization/list/get": _accounts,
            "/channels/ec/compass/shop/live/list/get": _live_list,
            "/channels/livedashboard/getlivelist": _board_list, "/channels/livedashboard/getlivedata": _board,
        }  # fmt: skip

        def endpoint(path: str) -> Route:
            async def answer(request: Request) -> Response:
                return self._answered(
                    world, request.query_params.get("access_token", ""), await request.body(), methods[path]
                )

            return Route(path, answer, methods=["POST"])

        async def token(request: Request) -> Response:
            return self._stable_token(world, await request.json())

        return [
            Route("/cgi-bin/stable_token", token, methods=["POST"]),
            *(endpoint(path) for path in methods),
        ]

    def throttled(self) -> Response:
        """Too many calls a minute."""
        return _error(45011, "api minute-quota reach limit, must slower, retry next minute")

    def busy(self) -> Response:
        """System busy: errcode -1."""
        return _error(-1, "system error")

    def _answered(
        self, world: World, token: str, body: bytes, method: Callable[[World, str, dict[str, Any]], Response]
    ) -> Response:
        owner = world.tokens.check(token)
        if owner == "expired":
            return _error(42001, "access_token expired")
        shop = world.shop(owner) if owner is not None else None
        if shop is None or shop["platform_code"] != self.platform:
            return _error(40001, "invalid credential, access_token is invalid or not latest")
        try:
            asked = json.loads(body)
        except json.JSONDecodeError:
            return _error(47001, "data format error")
        return (
            method(world, shop["shop_id"], asked)
            if isinstance(asked, dict)
            else _error(47001, "data format error")
        )

    def _stable_token(self, world: World, asked: dict[str, Any]) -> Response:
        """The token in force; a new one when it has expired or is asked for by force.

        A revoked shop's secret opens nothing any more.
        """
        shop = world.shop_by_app_key(str(asked.get("appid", "")))
        if (
            shop is None
            or shop["platform_code"] != self.platform
            or asked.get("grant_type") != "client_credential"
        ):
            return _error(40013, "invalid appid")
        held = world.tokens.check(self._tokens[shop["shop_id"]])
        if asked.get("secret") != shop["app_secret"] or not world.tokens.consents(shop["shop_id"]):
            return _error(40001, "invalid credential")
        if held in (None, "expired") or asked.get("force_refresh"):
            self._tokens[shop["shop_id"]] = world.tokens.issue(shop["shop_id"]).access_token
        return Response(
            json.dumps({"access_token": self._tokens[shop["shop_id"]], "expires_in": 345}),
            media_type="application/json",
        )

    def _list(self, world: World, shop_id: str, kind: str) -> wire.Rendered:
        """The shop's list as of now, rendered once per moment."""
        known = self._rendered.get((shop_id, kind))
        if known is None or known[0] != world.at:
            known = self._rendered[shop_id, kind] = (world.at, self._render(world, shop_id, kind))
        return known[1]

    def _render(self, world: World, shop_id: str, kind: str) -> wire.Rendered:
        if kind == "orders":
            return wire.orders(world.lines(shop_id), world.market.settlements_at(shop_id, world.at))
        if kind == "after_sales":
            return wire.after_sales(world.refunds(shop_id), world.lines(shop_id))
        if kind == "funds":
            return wire.funds(world.market.funds_at(shop_id, world.at))
        return wire.products(world.market.skus.filter(pl.col("shop_id") == shop_id))

    def _detail(
        self, kind: str, name: str, member: str, missing: int
    ) -> Callable[[World, str, dict[str, Any]], Response]:
        def answer(world: World, shop_id: str, asked: dict[str, Any]) -> Response:
            text = self._list(world, shop_id, kind).texts.get(str(asked.get(name)))
            return _error(missing, "not found") if text is None else _ok(f'"{member}":{text}')

        return answer

    def _order_list(self, world: World, shop_id: str, asked: dict[str, Any]) -> Response:
        window, size = asked.get("update_time_range"), asked.get("page_size", 10)
        if (
            not isinstance(window, dict)
            or not 0 <= window["end_time"] - window["start_time"] <= _WEEK
            or not 1 <= size <= 100
        ):
            return _error(40097, "invalid args")
        told = self._list(world, shop_id, "orders")
        found = told.window(window["start_time"], window["end_time"])
        if len(found) > self.most_orders:
            return _error(31042, "too many orders, please shorten the time range")
        return _cursored("order_id_list", told, found, asked, size)

    def _after_sale_list(self, world: World, shop_id: str, asked: dict[str, Any]) -> Response:
        first, last = asked.get("begin_update_time"), asked.get("end_update_time")
        if not isinstance(first, int) or not isinstance(last, int) or not 0 <= last - first <= _DAY:
            return _error(10020004, "invalid time range")
        told = self._list(world, shop_id, "after_sales")
        return _cursored(
            "after_sale_order_id_list", told, told.window(first, last), asked, _AFTER_SALES_PER_PAGE
        )

    def _fund_list(self, world: World, shop_id: str, asked: dict[str, Any]) -> Response:
        told = self._list(world, shop_id, "funds")
        page = asked.get("page", 1)
        size = asked.get("page_size", 10)
        found = told.window(asked["start_time"], asked["end_time"])
        if page * size >= 10_000 and not asked.get("next_key"):
            return _error(40097, "next_key is needed")
        shown = [told.names[place] for place in found[(page - 1) * size : page * size]]
        return _ok(
            f'"flow_ids":{json.dumps(shown)},"has_more":{json.dumps(page * size < len(found))},'
            f'"next_key":"{page}"'
        )

    def _product_list(self, world: World, shop_id: str, asked: dict[str, Any]) -> Response:
        size, start = asked.get("page_size", 10), int(asked.get("next_key") or 0)
        if not 1 <= size <= 30:
            return _error(40097, "invalid page_size")
        names = self._list(world, shop_id, "products").names
        return _ok(
            f'"product_ids":{json.dumps(names[start : start + size])},"next_key":"{start + size}",'
            f'"total_num":{len(names)}'
        )


def _cursored(
    member: str, told: wire.Rendered, found: list[int], asked: dict[str, Any], size: int
) -> Response:
    """A page after the place the cursor names. The cursor is good for its own parameters only."""
    mark = hashlib.sha256(
        json.dumps({name: asked[name] for name in sorted(asked) if name != "next_key"}).encode()
    ).hexdigest()[:8]
    key, _, place = str(asked.get("next_key") or f"{mark}.-1").partition(".")
    if key != mark or not place.lstrip("-").isdigit():
        return _error(606006, "next_key does not match")
    rest = [position for position in found if position > int(place)]
    shown, more = rest[:size], len(rest) > size
    names = json.dumps([told.names[position] for position in shown])
    return _ok(
        f'"{member}":{names},"has_more":{json.dumps(more)},'
        f'"next_key":"{f"{mark}.{shown[-1]}" if more else ""}"'
    )


def _own(world: World, shop_id: str) -> pl.DataFrame:
    return world.sessions(shop_id).filter("is_own")


def _of_day(sessions: pl.DataFrame, day: str) -> pl.DataFrame:
    return sessions.filter(pl.col("started_at").dt.strftime("%Y%m%d") == day)


def _accounts(world: World, shop_id: str, asked: dict[str, Any]) -> Response:
    del asked
    names = world.market.accounts.filter(pl.col("shop_id") == shop_id)["live_account_id"].to_list()
    return _ok(f'"main_finder_id":"{names[0]}","authorized_finder_id_list":{json.dumps(names[1:])}')


def _live_list(world: World, shop_id: str, asked: dict[str, Any]) -> Response:
    aired = _of_day(_own(world, shop_id), str(asked.get("ds"))).filter(
        pl.col("live_account_id") == str(asked.get("finder_id"))
    )
    return _ok(f'"live_list":{wire.live_list(aired)}')


def _board_list(world: World, shop_id: str, asked: dict[str, Any]) -> Response:
    return _ok(
        f'"live_items":{wire.board_list(_of_day(_own(world, shop_id), str(asked.get("ds"))))},'
        '"has_more":false'
    )


def _board(world: World, shop_id: str, asked: dict[str, Any]) -> Response:
    room = str(asked.get("export_id")).removeprefix("export/")
    session = next(_own(world, shop_id).filter(pl.col("room_id") == room).iter_rows(named=True), None)
    return (
        _error(40097, "invalid export_id")
        if session is None
        else Response(wire.board(session), media_type="application/json")
    )


def _ok(members: str) -> Response:
    return Response(f'{{"errcode":0,"errmsg":"ok",{members}}}', media_type="application/json")


def _error(code: int, message: str) -> Response:
    return Response(json.dumps({"errcode": code, "errmsg": message}), media_type="application/json")

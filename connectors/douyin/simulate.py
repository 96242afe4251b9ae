"""Douyin as the simulator plays it: the files its back-office would give at a moment, and its open platform
on loopback.

Written from the platform documents, apart from the parser: it shares neither headers nor words with it.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.douyin import simulate_api as wire
from connectors.douyin import simulate_files as files
from connectors.douyin import simulate_money as money

if TYPE_CHECKING:
    from simulator.history.market import Market
    from simulator.world import Token, World

_ZONE = ZoneInfo("Asia/Shanghai")
_TIMESTAMP_SLACK_SECONDS = 600
_LIVE_LIST_DAYS = 31  # the page's longest custom range
_OLD_LAYOUT_EVERY = 4  # each fourth shop still downloads the layouts of 2023-24
_XLSX_ROWS = 20_000  # beyond this the after-sale download is a CSV


def export_files(
    market: Market, shop_id: str, at: dt.datetime, first_date: dt.date, last_date: dt.date
) -> dict[str, bytes]:
    """File name → bytes of what a merchant downloads at ``at`` for the days asked.

    Orders, after-sales, live lists of own and of creators' accounts, settlement bill, account movements,
    insurance, advertising by plan, and the product list of today where ``at``'s day is among those asked. A
    download without rows is left out. Orders of ``at``'s own day are not attributed to a content form yet.
    """
    at = at.astimezone(_ZONE)
    old = _has_old_layout(market, shop_id)
    lines, refunds = market.lines_at(shop_id, at), market.refunds_at(shop_id, at)
    ordered = _within(lines, "created_at", first_date, last_date)
    applied = _within(refunds, "applied_at", first_date, last_date)
    found: dict[str, bytes] = {}
    if ordered.height:
        found[f"{int(at.timestamp())}_{shop_id.encode().hex()[:16]}.csv"] = files.order_csv(
            ordered, at, old_layout=old
        )
    if applied.height:
        table, name = files.after_sale_table(applied, lines, at), f"售后单-{at:%Y-%m-%d %H_%M_%S}"
        large = applied.height > _XLSX_ROWS
        found[f"{name}.csv" if large else f"{name}.xlsx"] = (
            files.table_csv(table) if large else files.table_xlsx(table, "Sheet1")
        )
    if first_date <= at.date() <= last_date:
        goods = money.product_table(market.skus.filter(pl.col("shop_id") == shop_id))
        found[f"商品列表_{at:%Y%m%d}.xlsx"] = files.table_xlsx(goods, "商品列表")
    found |= _money_files(market, shop_id, at, lines, (first_date, last_date))
    return found | _live_lists(market.sessions_at(shop_id, at), first_date, last_date, old_layout=old)


def _money_files(
    market: Market, shop_id: str, at: dt.datetime, lines: pl.DataFrame, days: tuple[dt.date, dt.date]
) -> dict[str, bytes]:
    """The old account zip (ledger and premiums) for shops of the old layouts, the wide fund flow for others,
    the narrow and signed one for every fourth.
    """
    place, span = _place(market, shop_id), f"{days[0]:%Y-%m-%d}_{days[1]:%Y-%m-%d}"
    old, signed = place == _OLD_LAYOUT_EVERY - 1, place == _OLD_LAYOUT_EVERY - 2
    bills = _within(market.settlements_at(shop_id, at), "settled_at", *days)
    moves = _within(market.funds_at(shop_id, at), "moved_at", *days)
    policies, ads = _within(market.insurance_at(shop_id, at), "insured_at", *days), market.ads_at(shop_id, at)
    ads = ads.filter(pl.col("ad_date").is_between(*days))
    found: dict[str, bytes] = {}
    if bills.height:
        found[f"结算账单_{span}.csv"] = money.settlement_csv(bills, lines, plain_expenses=old)
    if moves.height:
        flow = (
            money.ledger_csv(moves) if old else money.flow_csv(moves, lines, wide=not signed, signed=signed)
        )
        found[f"{'账户流水' if old else '动账明细'}_{span}.csv"] = flow
    if policies.height:
        found[f"{'保费支出' if old else '运费险'}_{span}.csv"] = (
            money.premium_csv(policies, moves) if old else money.policy_csv(policies, lines)
        )
    if ads.height:
        found[f"全域推广数据_计划_{span}.csv"] = money.plan_csv(ads, with_unit=old)
    return found


def _place(market: Market, shop_id: str) -> int:
    """Which of the four habits of downloading the shop has."""
    shops = market.shops.filter(pl.col("platform_code") == "douyin")["shop_id"].to_list()
    return shops.index(shop_id) % _OLD_LAYOUT_EVERY


def _has_old_layout(market: Market, shop_id: str) -> bool:
    return _place(market, shop_id) == _OLD_LAYOUT_EVERY - 1


def _within(frame: pl.DataFrame, column: str, first_date: dt.date, last_date: dt.date) -> pl.DataFrame:
    return frame.filter(pl.col(column).dt.date().is_between(first_date, last_date))


def _live_lists(
    sessions: pl.DataFrame, first_date: dt.date, last_date: dt.date, *, old_layout: bool
) -> dict[str, bytes]:
    """One workbook per kind of account and at most 31 days: the kind stands in the file name only."""
    found = {}
    start = first_date
    while start <= last_date:
        end = min(last_date, start + dt.timedelta(days=_LIVE_LIST_DAYS - 1))
        for own, kind in ((True, "自营账号"), (False, "合作账号")):
            chosen = _within(sessions.filter(pl.col("is_own") == own), "started_at", start, end)
            if chosen.height:
                table = files.live_table(chosen, old_layout=old_layout)
                found[f"直播明细_{kind}_{start:%Y%m%d}_{end:%Y%m%d}.xlsx"] = files.table_xlsx(
                    table, "直播间明细"
                )
        start = end + dt.timedelta(days=1)
    return found


def dialect() -> DouyinDialect:
    """The open platform's dialect for the simulator's server."""
    return DouyinDialect()


class DouyinDialect:
    """Orders, after-sales, the settlement bill and token.refresh: signature, timestamp, token, paging caps,
    rendering. No faults of its own.
    """

    platform = "douyin"

    def __init__(self) -> None:
        self._rendered: dict[tuple[str, str], tuple[dt.datetime, wire.Rendered]] = {}
        self._bills: dict[str, tuple[dt.datetime, wire.Bill]] = {}

    def routes(self, world: World) -> list[Route]:
        """The four paths, relative to the dialect's mount."""
        methods = {
            "order.searchList": self._orders, "afterSale.List": self._after_sales,
            "order.getSettleBillDetailV3": self._bill,
            "token.refresh": self._refresh,
        }  # fmt: skip

        def endpoint(method: str) -> Route:
            async def answer(request: Request) -> Response:
                query, body = dict(request.query_params), (await request.body()).decode()
                return self._refused(world, method, query, body) or methods[method](
                    world, query, json.loads(body)
                )

            return Route("/" + method.replace(".", "/"), answer, methods=["POST"])

        return [endpoint(method) for method in methods]

    def throttled(self) -> Response:
        """Rate limit: HTTP 200 and code 60000."""
        return _error(60000, "isv.rate-limit", "请求过于频繁，请稍后再试")

    def busy(self) -> Response:
        """Service unavailable: HTTP 200 and code 20000."""
        return _error(20000, "isp.service-error:1", "服务不可用")

    def _refused(self, world: World, method: str, query: dict[str, str], body: str) -> Response | None:
        """The error answer to a request that does not prove who asks; None for a good one."""
        shop = world.shop_by_app_key(query.get("app_key", ""))
        if shop is None or shop["platform_code"] != self.platform:
            return _error(30001, "dop.app-forbidden", "应用不存在")
        if query.get("method") != method or query.get("v") != "2":
            return _error(40003, "isv.parameter-invalid", "参数不合法")
        stamp = query.get("timestamp", "")
        if (
            not stamp.isascii()
            or not stamp.isdigit()
            or abs(int(stamp) - time.time()) > _TIMESTAMP_SLACK_SECONDS
        ):
            return _error(40003, "isv.timestamp-invalid", "时间戳不合法")
        if not wire.verified(shop["app_key"], shop["app_secret"], query, body):
            return _error(40003, "isv.signature-invalid", "签名不合法")
        if method == "token.refresh":
            return None
        owner = world.tokens.check(query.get("access_token", ""))
        if owner == "expired":
            return _error(40003, "isv.access-token-expired", "access_token 已过期")
        if owner is None:
            return _error(40003, "isv.access-token-no-existed", "access_token 不存在")
        return (
            None
            if owner == shop["shop_id"]
            else _error(30001, "dop.authorization-no-existed", "没有授权关系")
        )

    def _refresh(self, world: World, query: dict[str, str], params: dict[str, Any]) -> Response:
        shop = world.shop_by_app_key(query["app_key"])
        token: Token | None = world.tokens.refresh(str(params.get("refresh_token", "")))
        if shop is None or token is None or world.tokens.check(token.access_token) != shop["shop_id"]:
            return _error(50001, "dop.token-generate-failed:token-invalid", "refresh_token 无效")
        data = {
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "expires_in": token.expires_in,
            "scope": "SCOPE",
        }
        return _answer(
            json.dumps(
                {**data, "shop_id": int(shop["platform_shop_id"]), "shop_name": shop["shop_name"]},
                ensure_ascii=False,
            )
        )

    def _orders(self, world: World, query: dict[str, str], params: dict[str, Any]) -> Response:
        clock = str(params.get("order_by", "create_time"))
        names = {
            "create_time": ("create_time_start", "create_time_end"),
            "update_time": ("update_time_start", "update_time_end"),
        }
        if clock not in names:
            return _error(40003, "isv.parameter-invalid:order_by", "参数不合法")
        window = _window(params, *names[clock])
        return self._page(
            world, query, params, ("orders", "shop_order_list"), clock, bool(params.get("order_asc")), window
        )

    def _after_sales(self, world: World, query: dict[str, str], params: dict[str, Any]) -> Response:
        clock, _, way = str((params.get("order_by") or ["apply_time desc"])[0]).partition(" ")
        names = {
            "apply_time": ("start_time", "end_time"),
            "update_time": ("update_start_time", "update_end_time"),
        }
        if clock not in names:
            return _error(40003, "isv.parameter-invalid:order_by", "参数不合法")
        return self._page(
            world,
            query,
            params,
            ("after_sales", "items"),
            clock,
            way == "asc",
            _window(params, *names[clock]),
        )

    def _bill(self, world: World, query: dict[str, str], params: dict[str, Any]) -> Response:
        size = params.get("size", 10)
        start = str(params.get("start_time", ""))
        end = str(params.get("end_time", ""))
        if (
            not _is_moment(start)
            or not _is_moment(end)
            or not isinstance(size, int)
            or not 1 <= size <= wire.SIZE_CAP
        ):
            return _error(40004, "isv.parameter-invalid:100026", "请检查参数")
        shop = world.shop_by_app_key(query["app_key"])
        assert shop is not None  # noqa: S101 - checked before routing
        at = world.at.astimezone(_ZONE)
        known = self._bills.get(shop["shop_id"])
        if known is None or known[0] != at:
            fresh = wire.render_bill(world.settlements(shop["shop_id"]), world.lines(shop["shop_id"]), at)
            known = self._bills[shop["shop_id"]] = (at, fresh)
        return _answer(known[1].page(start, end, str(params.get("start_index", "")), size))

    def _page(
        self,
        world: World,
        query: dict[str, str],
        params: dict[str, Any],
        kind: tuple[str, str],
        clock: str,
        ascending: bool,
        window: tuple[int, int],
    ) -> Response:
        page, size = params.get("page", 0), params.get("size", 10)
        if (
            not isinstance(page, int)
            or not isinstance(size, int)
            or page < 0
            or not 1 <= size <= wire.SIZE_CAP
            or (page + 1) * size > wire.DEPTH_CAP
        ):
            return _error(40003, "isv.parameter-invalid:page", "参数不合法")
        shop = world.shop_by_app_key(query["app_key"])
        assert shop is not None  # noqa: S101 - checked before routing
        texts, total = self._list(world, shop["shop_id"], kind[0]).page(clock, ascending, window, page, size)
        more = ',"has_more":true' if (page + 1) * size < total else ',"has_more":false'
        return _answer(
            f'{{"{kind[1]}":[{",".join(texts)}],"page":{page},"size":{len(texts)},'
            f'"total":{total}{more if kind[0] == "after_sales" else ""}}}'
        )

    def _list(self, world: World, shop_id: str, kind: str) -> wire.Rendered:
        """The shop's list as of now, rendered once per moment."""
        at = world.at.astimezone(_ZONE)
        known = self._rendered.get((shop_id, kind))
        if known is None or known[0] != at:
            lines, refunds = world.lines(shop_id), world.refunds(shop_id)
            fresh = (
                wire.render_orders(lines, refunds, at)
                if kind == "orders"
                else wire.render_after_sales(refunds, lines)
            )
            known = self._rendered[shop_id, kind] = (at, fresh)
        return known[1]


def _window(params: dict[str, Any], start: str, end: str) -> tuple[int, int]:
    return int(params.get(start) or 0), int(params.get(end) or 2**40)


def _is_moment(text: str) -> bool:
    try:
        dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_ZONE)
    except ValueError:
        return False
    return True


def _envelope(code: int, message: str, sub_code: str, data: str) -> Response:
    head = json.dumps(
        {"code": code, "msg": message, "sub_code": sub_code, "sub_msg": "", "log_id": f"sim{time.time_ns()}"},
        ensure_ascii=False,
    )
    return Response(f'{head[:-1]},"data":{data}}}', media_type="application/json")


def _answer(data: str) -> Response:
    return _envelope(10000, "success", "", data)


def _error(code: int, sub_code: str, message: str) -> Response:
    return _envelope(code, message, sub_code, "null")

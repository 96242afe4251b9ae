"""Money of a session over its own views.

What can be compared with the truth: Douyin's live lists name every session with its views, the creators' too,
so every cell can. Taobao's list (生意参谋 分场次) holds the shop's own rooms only; a creator's session is
known from 直播订单明细, by its orders but without views. There no GPM exists: the creator cells must stay
empty, and a shop's day must be the GPM of its own rooms alone, not all sales over some views.
"""

from __future__ import annotations

import polars as pl
import pytest
from market_cases import Observations, market_own_accounts
from transforms_cases import Gold, fold, gold, observed, run

from simulator.truths.truth import truth


def _gpm(daily: pl.DataFrame, by: list[str], kept: bool) -> dict[tuple[object, ...], int | None]:
    money = pl.col("session_paid_fen").sum() - (pl.col("session_refund_fen").sum() if kept else 0)
    cells = (
        daily.rename({"business_date": "date"})
        .group_by(by)
        .agg(views=pl.col("session_views_qty").sum(), money=money)
    )
    return {
        row[:-2]: (2000 * row[-1] + row[-2]) // (2 * row[-2])
        for row in cells.filter(pl.col("views") > 0).iter_rows()
    }


def _truth(
    seen: Observations, metric: str, platform: str, by: list[str]
) -> dict[tuple[object, ...], int | None]:
    rows = truth(seen.market, seen.now, metric, ["platform_code", *by], seen.first, seen.last).filter(
        pl.col("platform_code") == platform
    )
    return {row[1:-1]: row[-1] for row in rows.drop_nulls().iter_rows()}


@pytest.fixture(scope="module", params=["files", "both"])
def built(request: pytest.FixtureRequest, seen: Observations) -> dict[str, Gold]:
    ways = ("files", "api") if request.param == "both" else ("files",)
    return {
        platform: gold(fold(seen.rows(platform, *ways)), market_own_accounts(seen.market))
        for platform in ("douyin", "taobao")
    }


@pytest.mark.parametrize(("metric", "kept"), [("gpm", False), ("net_gpm", True)])
def test_douyin_gpm_is_the_truth_in_every_cell(
    seen: Observations, built: dict[str, Gold], metric: str, kept: bool
) -> None:
    for by in (["shop_id", "date"], ["shop_id", "channel_code", "date"]):
        wanted = _truth(seen, metric, "douyin", by)
        assert len(wanted) > 100
        assert _gpm(built["douyin"].daily, by, kept) == wanted


@pytest.mark.parametrize(("metric", "kept"), [("gpm", False), ("net_gpm", True)])
def test_taobao_gpm_is_that_of_the_shops_own_rooms(
    seen: Observations, built: dict[str, Gold], metric: str, kept: bool
) -> None:
    cells = _truth(seen, metric, "taobao", ["shop_id", "channel_code", "date"])
    own = {cell: value for cell, value in cells.items() if cell[1] == "own_live"}
    assert 50 < len(own) < len(cells)
    assert _gpm(built["taobao"].daily, ["shop_id", "channel_code", "date"], kept) == own
    assert _gpm(built["taobao"].daily, ["shop_id", "date"], kept) == {
        (shop, day): value for (shop, _, day), value in own.items()
    }


def test_sales_of_every_session_are_the_truth(seen: Observations, built: dict[str, Gold]) -> None:
    paid = seen.market.lines.filter((pl.col("paid_at") <= seen.now) & pl.col("session_ref").is_not_null())
    by_ref = paid.group_by("platform_code", "session_ref").agg(pl.col("paid_fen").sum())
    wanted = {ref: value for platform, ref, value in by_ref.iter_rows() if platform == "taobao" and value}
    found = built["taobao"].session_mart.select("live_session_id", "paid_fen").filter(pl.col("paid_fen") > 0)
    assert dict(found.iter_rows()) == wanted
    sessions = seen.market.sessions.filter(pl.col("platform_code") == "douyin").with_columns(
        live_session_id=pl.concat_str(
            "live_account_id", pl.col("started_at").dt.strftime("%Y%m%d%H%M%S"), separator=":"
        )
    )
    renamed = by_ref.join(sessions.select("session_ref", "live_session_id"), on="session_ref").filter(
        pl.col("paid_fen") > 0
    )
    found = built["douyin"].session_mart.select("live_session_id", "paid_fen").filter(pl.col("paid_fen") > 0)
    assert dict(found.iter_rows()) == dict(renamed.select("live_session_id", "paid_fen").iter_rows())


def test_views_told_later_bring_the_session_in() -> None:
    """Orders of a room whose list has not come yet wait.

    With the list they count, on the day the room opened.
    """
    line = {
        "order_id": "1",
        "paid_fen": 10_000,
        "paid_at": "2026-06-02 00:20:00",
        "created_at": "2026-06-02 00:19:00",
    }
    told = {"order_id": "1", "seller_code": "own", "live_session_id": "L"}
    room = {"live_session_id": "L", "started_at": "2026-06-01 21:00:00", "seller_code": "own"}
    before = run(
        ("order_line", observed("order_line", line)), ("line_channel", observed("line_channel", told)),
        ("live_session", observed("live_session", room))
    )  # fmt: skip
    assert before.daily["session_paid_fen"].sum() == before.daily["session_views_qty"].sum() == 0
    after = run(
        ("order_line", observed("order_line", line)), ("line_channel", observed("line_channel", told)),
        ("live_session", observed("live_session", room)),
        ("live_session", observed("live_session", {**room, "views_qty": 400, "_export_id": "list"})),
    )  # fmt: skip
    day = after.daily.filter(pl.col("session_views_qty") > 0).select(
        "channel_code", pl.col("business_date").cast(pl.String), "session_views_qty"
    )
    assert day.rows() == [("own_live", "2026-06-01", 400)]
    assert after.daily.filter(pl.col("session_paid_fen") > 0).select(
        pl.col("business_date").cast(pl.String), "session_paid_fen"
    ).rows() == [("2026-06-01", 10_000)]
    assert after.daily.filter(pl.col("paid_fen") > 0)["business_date"].cast(pl.String).to_list() == [
        "2026-06-02"
    ]

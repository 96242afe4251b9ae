"""Which channel, session and day a line belongs to."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from transforms_cases import Gold, observed, own_accounts, run

MADE = "2026-06-01 20:00:00"


def _line(name: str = "1", **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "order_id": name,
        "platform_code": "douyin",
        "paid_fen": 100,
        "paid_at": MADE,
        "created_at": MADE,
        **cells,
    }


def _session(name: str, start: str, end: str | None, account: str = "host", **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "live_session_id": name,
        "live_account_id": account,
        "started_at": start,
        "ended_at": end,
        "platform_code": "douyin",
        **cells,
    }


def _build(line: dict[str, Any], *sessions: dict[str, Any], own: tuple[str, ...] = ()) -> dict[str, Any]:
    arrivals = [("order_line", observed("order_line", line))]
    if sessions:
        arrivals.append(("live_session", observed("live_session", *sessions)))
    return run(*arrivals, own=own_accounts(*own, platform="douyin")).line(line["order_id"])


@pytest.mark.parametrize(
    ("told", "own", "channel", "seller"),
    [
        ({"content_code": "live", "seller_code": "own"}, (), "own_live", "own"),
        (
            {"content_code": "live", "seller_code": "creator", "creator_id": "host"},
            (),
            "creator_live",
            "creator",
        ),
        # the merchant's list outranks the platform's word, both ways: 小店自卖 covers creators, 精选联盟
        # covers own accounts
        (
            {"content_code": "live", "seller_code": "creator", "creator_id": "host"},
            ("host",),
            "own_live",
            "own",
        ),
        (
            {"content_code": "live", "seller_code": "own", "creator_id": "stranger"},
            ("host",),
            "creator_live",
            "creator",
        ),
        ({"content_code": "live"}, (), "unknown", "unknown"),
        (
            {"content_code": "short_video", "seller_code": "creator", "creator_id": "host"},
            ("host",),
            "short_video",
            "own",
        ),
        ({"content_code": "product_card", "seller_code": "own"}, (), "product_card", "own"),
        ({"content_code": "search"}, (), "search", "unknown"),
        ({"content_code": "other", "seller_code": "own"}, (), "other", "own"),
        ({}, (), "unknown", "unknown"),
    ],
)
def test_channel_by_what_is_told_and_own_accounts(
    told: dict[str, Any], own: tuple[str, ...], channel: str, seller: str
) -> None:
    found = _build(_line(**told), own=own)
    assert (found["channel_code"], found["seller_code"], found["content_code"]) == (
        channel,
        seller,
        told.get("content_code", "unknown"),
    )


def test_an_own_account_counts_for_its_merchant_and_platform_only() -> None:
    line = _line(content_code="live", seller_code="creator", creator_id="host")
    assert (
        run(("order_line", observed("order_line", line)), own=own_accounts("host", platform="taobao")).line(
            "1"
        )["channel_code"]
        == "creator_live"
    )
    other = {**line, "merchant_id": "n"}
    assert (
        run(("order_line", observed("order_line", other)), own=own_accounts("host", platform="douyin")).line(
            "1"
        )["channel_code"]
        == "creator_live"
    )


@pytest.mark.parametrize(("told", "traffic"), [(True, "paid"), (False, "free"), (None, "unknown")])
def test_traffic(told: bool | None, traffic: str) -> None:
    assert _build(_line(content_code="live", is_paid_traffic=told))["traffic_code"] == traffic


LIVE = {"content_code": "live", "seller_code": "own", "creator_id": "host"}
LONG = ("2026-06-01 18:00:00", "2026-06-02 01:15:00")


@pytest.mark.parametrize(
    ("made", "session", "day"),
    [
        ("2026-06-01 18:00:00", "A", "2026-06-01"),
        ("2026-06-02 00:30:00", "A", "2026-06-01"),
        ("2026-06-02 01:15:00", "A", "2026-06-01"),
        ("2026-06-02 01:15:01", None, "None"),
        ("2026-06-01 17:59:59", None, "None"),
    ],
)
def test_a_session_over_midnight_owns_its_orders_and_belongs_to_its_first_day(
    made: str, session: str | None, day: str
) -> None:
    found = _build(_line(**LIVE, created_at=made), _session("A", *LONG))
    assert (found["live_session_id"], str(found["start_date"])) == (session, day)


@pytest.mark.parametrize(
    ("made", "session"),
    [
        ("2026-06-01 18:30:00", "A"),
        ("2026-06-01 19:00:00", "B"),
        ("2026-06-01 20:00:00", "B"),
        ("2026-06-01 21:00:00", "A"),
        ("2026-06-02 00:59:59", "A"),
    ],
)
def test_of_overlapping_sessions_the_later_begun_owns_the_order_while_it_runs(
    made: str, session: str
) -> None:
    inner = _session("B", "2026-06-01 19:00:00", "2026-06-01 20:00:00")
    for sessions in ((_session("A", *LONG), inner), (inner, _session("A", *LONG))):
        assert _build(_line(**LIVE, created_at=made), *sessions)["live_session_id"] == session


def test_a_line_meets_only_its_own_accounts_session() -> None:
    found = _build(
        _line(**LIVE, created_at="2026-06-01 20:00:00"), _session("A", *LONG, account="somebody else")
    )
    assert found["live_session_id"] is None
    assert (
        _build(_line(**{**LIVE, "content_code": "short_video"}), _session("A", *LONG))["live_session_id"]
        is None
    )


def test_a_session_without_an_end_owns_nothing_by_the_clock() -> None:
    assert _build(_line(**LIVE), _session("A", "2026-06-01 18:00:00", None))["live_session_id"] is None


def _taobao(
    lines: list[dict[str, Any]],
    told: list[dict[str, Any]],
    order: dict[str, Any] | None = None,
    own: tuple[str, ...] = (),
) -> Gold:
    arrivals = [("order_line", observed("order_line", *lines))] if lines else []
    arrivals += [("line_channel", observed("line_channel", *told))] if told else []
    arrivals += [("order", observed("order", order))] if order else []
    return run(*arrivals, own=own_accounts(*own))


ORDER = {
    "order_id": "O",
    "paid_fen": 310,
    "placed_fen": 310,
    "paid_at": MADE,
    "created_at": MADE,
    "freight_fen": 10,
}
GOODS = [
    {"order_id": "O", "order_line_id": name, "paid_fen": paid, "paid_at": MADE}
    for name, paid in (("A", 100), ("B", 200))
]
HOSTED = {"order_id": "O", "seller_code": "creator", "creator_id": "host", "live_session_id": "L"}


def test_a_separate_report_decides_the_line_and_the_registry_decides_over_it() -> None:
    told = [{**HOSTED, "order_line_id": "A"}]
    built = _taobao(GOODS, told)
    assert {name: built.line(name)["channel_code"] for name in "AB"} == {"A": "creator_live", "B": "unknown"}
    assert _taobao(GOODS, told, own=("host",)).line("A")["channel_code"] == "own_live"


def test_freight_follows_its_order_where_all_of_it_was_sold_one_way() -> None:
    both = [{**HOSTED, "order_line_id": name} for name in "AB"]
    found = _taobao(GOODS, both, ORDER).line("O:rest")
    assert (found["paid_fen"], found["channel_code"], found["live_session_id"]) == (10, "creator_live", "L")
    assert _taobao(GOODS, both[:1], ORDER).line("O:rest")["channel_code"] == "unknown"
    elsewhere = [{**HOSTED, "order_line_id": "A"}, {**HOSTED, "order_line_id": "B", "live_session_id": "M"}]
    assert _taobao(GOODS, elsewhere, ORDER).line("O:rest")["channel_code"] == "unknown"
    gift = {"order_id": "O", "order_line_id": "G", "is_gift": True, "paid_fen": 0, "paid_at": MADE}
    assert _taobao([*GOODS, gift], both, ORDER).line("O:rest")["channel_code"] == "creator_live"


def test_an_order_without_lines_is_where_its_told_lines_are() -> None:
    both = [{**HOSTED, "order_line_id": name} for name in "AB"]
    assert _taobao([], both, ORDER).line("O")["channel_code"] == "creator_live"
    assert _taobao([], [], ORDER).line("O")["channel_code"] == "unknown"


def _charged(*bills: dict[str, Any]) -> tuple[str, pl.DataFrame]:
    usual = {
        "platform_code": "douyin",
        "settlement_type_code": "sale",
        "settled_fen": 70,
        "commission_creator_fen": 20,
        "order_line_id": None,
    }
    rows = ({**usual, "settlement_entry_id": f"s{place}", **bill} for place, bill in enumerate(bills))
    return "settlement_entry", observed("settlement_entry", *rows)


@pytest.mark.parametrize(
    ("told", "own", "channel", "basis"),
    [
        ({}, (), "creator", "commission"),
        ({"content_code": "live"}, (), "creator_live", "commission"),
        ({"content_code": "live", "seller_code": "unknown"}, (), "creator_live", "commission"),
        ({"content_code": "search"}, (), "search", "order"),
        # whatever tells the seller outranks a bill
        ({"content_code": "live", "seller_code": "own"}, (), "own_live", "order"),
        ({"content_code": "live", "creator_id": "host"}, ("host",), "own_live", "account"),
        ({"content_code": "live", "creator_id": "host"}, (), "creator_live", "order"),
        ({"seller_code": "own"}, (), "own", "order"),
        ({"creator_id": "host"}, ("host",), "own", "account"),
    ],
)
def test_a_commission_proves_a_creator_where_nothing_else_tells_who_sold(
    told: dict[str, Any], own: tuple[str, ...], channel: str, basis: str
) -> None:
    arrivals = [("order_line", observed("order_line", _line(**told))), _charged({"order_id": "1"})]
    for some in (arrivals, arrivals[::-1]):
        line = run(*some, own=own_accounts(*own, platform="douyin")).line("1")
        assert (line["channel_code"], line["channel_basis_code"]) == (channel, basis)
    free = run(arrivals[0], _charged({"order_id": "1", "commission_creator_fen": 0})).lines
    assert not set(free["channel_basis_code"]) & {"commission"}


@pytest.mark.parametrize("seller", ["own", "creator"])
def test_a_sale_of_untold_form_is_its_sellers(seller: str) -> None:
    line = _build(_line(seller_code=seller))
    assert (line["channel_code"], line["channel_basis_code"]) == (seller, "order")


def test_a_bill_that_names_the_order_alone_is_about_its_only_goods() -> None:
    """Of two goods either may be meant; a gift beside is none."""

    def basis(*lines: dict[str, Any], **bill: Any) -> dict[str, str]:  # noqa: ANN401
        rows = [
            _line(order_line_id=f"1:{place}", **{**line, "order_id": "1"}) for place, line in enumerate(lines)
        ]
        built = run(("order_line", observed("order_line", *rows)), _charged({"order_id": "1", **bill})).lines
        return dict(built.select("order_line_id", "channel_basis_code").iter_rows())

    assert basis({}, {}) == {"1:0": "unknown", "1:1": "unknown"}
    assert basis({}, {}, order_line_id="1:1") == {"1:0": "unknown", "1:1": "commission"}
    assert basis({}, {"is_gift": True, "paid_fen": 0}) == {"1:0": "commission", "1:1": "unknown"}
    order = observed("order", {"order_id": "1", "platform_code": "douyin", "paid_fen": 110, "paid_at": MADE})
    arrivals = [
        ("order", order),
        ("order_line", observed("order_line", _line())),
        _charged({"order_id": "1"}),
    ]
    lines = run(*arrivals).lines.sort("order_line_id")
    told = lines.select("order_line_id", "paid_fen", "channel_code").rows()
    assert told == [("1", 100, "creator"), ("1:rest", 10, "creator")], "freight was sold with its goods"

"""Whatever goes wrong that can be put right changes nothing; the rest stops this shop alone, at once, and tells no secret."""

from __future__ import annotations

import datetime as dt
import logging

import polars as pl
import pytest
from jd_cases import NOW, Jos, conformed_pages

from connectors.jd.api import KINDS, JdApi
from contracts.errors import CredentialError, TransientError

SPAN = (NOW - dt.timedelta(days=30), NOW)


@pytest.mark.parametrize(
    "faults",
    [
        {"http_429_every": 3, "retry_after": 0.5}, {"http_429_every": 3}, {"http_5xx_every": 3}, {"throttled_every": 3}, {"busy_every": 3},
        {"truncate_every": 3}, {"burst_5xx": 5},
    ],
    ids=lambda faults: "-".join(faults),
)  # fmt: skip
def test_each_fault_alone_changes_nothing(jos: Jos, shop_ids: list[str], faults: dict[str, float]) -> None:
    smooth = {kind: jos.bodies(shop_ids[1], kind) for kind in KINDS}
    jos.faults.reset()
    jos.faults.update(faults)
    assert {kind: jos.bodies(shop_ids[1], kind, attempts=20) for kind in KINDS} == smooth
    assert jos.faults.injected
    assert jos.waits


def test_what_the_platform_asks_to_wait_is_waited_and_other_waits_grow(jos: Jos, shop_ids: list[str]) -> None:
    jos.faults.update({"http_429_every": 1, "retry_after": 7.0})
    with pytest.raises(TransientError):
        jos.bodies(shop_ids[0], "orders", attempts=4)
    assert jos.waits == [7.0] * 3
    jos.waits.clear()
    jos.faults.reset()
    jos.faults.update({"throttled_every": 1})
    with pytest.raises(TransientError):
        jos.bodies(shop_ids[0], "orders", attempts=6)
    assert len(jos.waits) == 5
    assert jos.waits[-1] > jos.waits[0]
    assert max(jos.waits) <= 31


@pytest.mark.parametrize("minutes", [-60, -10, 10, 60])
def test_a_clock_that_is_off_is_set_by_the_platforms(jos: Jos, shop_ids: list[str], minutes: int) -> None:
    """F12: JOS refuses what is more than six minutes off."""
    smooth = jos.bodies(shop_ids[0], "orders")
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    true = api.gateway.now
    api.gateway.now = lambda: true() + minutes * 60
    assert list(api.pages("orders", *SPAN)) == smooth
    assert abs(api.gateway.skew + minutes * 60) < 5


def test_a_revoked_shop_stops_alone(jos: Jos, shop_ids: list[str]) -> None:
    """F06. That a run is amber then, and cursors stay, is shown in tests/pipeline/test_collect.py."""
    gone, other = jos.api(shop_ids[0]), jos.api(shop_ids[1])
    jos.world.tokens.revoke(shop_ids[0])
    with pytest.raises(CredentialError, match="授权"):
        list(gone.pages("orders", *SPAN))
    assert jos.faults.requests == 1
    truth = jos.market.lines_at(shop_ids[1], NOW).filter(pl.col("order_order_status_code") != "unpaid")
    assert set(conformed_pages("orders", list(other.pages("orders", *SPAN)))["order"]["order_id"]) == set(truth["order_id"])


def test_a_run_that_was_broken_off_is_made_good_by_the_next(jos: Jos, shop_ids: list[str]) -> None:
    """F04–F06: what had come before is kept, and the same window asked again holds all of it and the rest."""
    whole = jos.bodies(shop_ids[0], "orders")
    jos.faults.reset()
    jos.faults.update({"expire_at": 9})
    got: list[bytes] = []
    with pytest.raises(CredentialError):
        for body in jos.api(shop_ids[0]).pages("orders", *SPAN):
            got.append(body)
    assert got
    assert got == whole[: len(got)]
    jos.faults.reset()
    assert jos.bodies(shop_ids[0], "orders") == whole


def test_secrets_leave_no_trace(jos: Jos, shop_ids: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = jos.credentials(shop_ids[0])
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    list(api.pages("refunds", *SPAN))
    jos.faults.update({"http_5xx_every": 1})
    with pytest.raises(TransientError) as caught:
        jos.bodies(shop_ids[0], "orders", attempts=2)
    for secret in (*credentials.secrets, *api.credentials.secrets):
        assert secret not in caplog.text
        assert secret not in str(caught.value)
        assert secret not in repr(api)


def test_a_late_refund_comes_with_the_run_of_its_day(jos: Jos, shop_ids: list[str]) -> None:
    """F16: money given back more than two weeks after the order was made."""
    since = NOW - dt.timedelta(days=1)
    done = jos.market.refunds_at(shop_ids[0], NOW).filter(pl.col("refunded_at") > since, pl.col("stage_code") != "before_shipment")
    late = done.join(jos.market.lines_at(shop_ids[0], NOW).select("order_line_id", "created_at"), on="order_line_id")
    late = late.filter(pl.col("refunded_at") - pl.col("created_at") > dt.timedelta(days=12))
    assert late.height
    refund = conformed_pages("after_sales", list(jos.api(shop_ids[0]).pages("after_sales", since, NOW)))["refund_line"]
    told = refund.filter(pl.col("refund_id").is_in(late["refund_id"].implode()))
    assert set(told["refund_status_code"]) == {"success"}
    assert set(told["refund_id"]) == set(late["refund_id"])

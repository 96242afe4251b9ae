"""What the shipped bill says, by hand and to the fen, and how a call is signed."""

from __future__ import annotations

import datetime as dt
import hashlib

import polars as pl
import pytest

from connectors.reading import Origin, read_file
from connectors.vipshop import PLATFORM, api

SAMPLE = PLATFORM.folder / "samples" / "唯品会账单明细.csv"


def _entries(data: bytes) -> pl.DataFrame:
    reading = read_file(
        data, Origin("merchant", "shop", "e" * 64, "neutral", dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    )
    assert reading.quarantine.is_empty()
    return PLATFORM.conform(reading.layout.kind, reading.bronze)["settlement_entry"]


def test_the_sign_column_says_which_way_the_money_goes() -> None:
    """909.00 paid out and taken back, 138.59999998 and 139.305 rounded half up, a fee without an order."""
    told = (
        _entries(SAMPLE.read_bytes())
        .select("settlement_entry_id", "settlement_type_code", "order_id", "settled_fen")
        .rows()
    )
    assert told == [
        ("BL202610:900000000001", "sale", "26101500000001", 90_900),
        ("BL202610:900000000002", "sale", "26101500000002", 13_860),
        ("BL202610:900000000003", "refund_after", "26101500000001", -90_900),
        ("BL202610:900000000004", "sale", "26101500000003", 13_931),
        ("BL202610:900000000005", "fee", None, -2_500),
    ]


def test_an_amount_that_has_its_sign_already_is_not_turned_twice() -> None:
    signed = SAMPLE.read_text(encoding="utf-8").replace(
        '"-1","804.42477876","909.00","1","1","804.42477876","909.00000000"',
        '"-1","","","1","1","","-909.00"',
    )
    assert "-909.00" in signed
    assert (
        _entries(signed.encode())["settled_fen"].to_list()
        == _entries(SAMPLE.read_bytes())["settled_fen"].to_list()
    )


@pytest.mark.parametrize("written", ["+1", " 1", "1.0"])
def test_however_an_order_system_writes_the_sign(written: str) -> None:
    again = SAMPLE.read_text(encoding="utf-8").replace('"销售","1"', f'"销售","{written}"')
    assert (
        _entries(again.encode())["settled_fen"].to_list()
        == _entries(SAMPLE.read_bytes())["settled_fen"].to_list()
    )


def test_a_call_is_signed_over_named_parameters_and_the_body() -> None:
    """RFC 2104 written out: no published vector was found."""
    params = {
        "version": "1.0.0", "timestamp": "1793000000", "service": "vipapis.order.OrderService",
        "method": "getOrders", "format": "json", "appKey": "a1b2",
        "accessToken": "T0K", "sign": "left out",
    }  # fmt: skip
    body, secret = '{"page":1}', "s3cr3t"
    text = (
        "accessTokenT0KappKeya1b2formatjsonmethodgetOrdersservicevipapis.order.OrderServicetimestamp1793000000version1.0.0"
        + body
    )
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.md5(bytes(byte ^ 0x36 for byte in key) + text.encode(), usedforsecurity=False).digest()
    outer = hashlib.md5(bytes(byte ^ 0x5C for byte in key) + inner, usedforsecurity=False).hexdigest()
    assert api.sign(params, body, secret) == outer.upper()
    assert api.sign(params, body + " ", secret) != outer.upper()
    with pytest.raises(KeyError):
        api.sign({"appKey": "a"}, body, secret)

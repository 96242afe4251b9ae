"""Tables nobody wrote a connector for, and mappings of them, for the mapping tests."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import polars as pl

from connectors.mapped import source
from connectors.mapping.file import read_mapping
from connectors.mapping.model import MappingFile
from connectors.reading import Origin, Reading, read_file

RECEIVED = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
ORDERS = """
name: own_orders
zh: 自有订单
en: own orders
platform: other
kind: orders
origin: written for a test of the mapping file
columns:
  order_id: 单号
  created_at: 下单
  paid_at: 付款
  paid_fen: 实付
  sku_code: 编码
  order_status_code: {header: 状态, values: {待付款: unpaid, 已发货: shipped, 已关闭: closed}}
"""
AFTER_SALES = """
name: own_after_sales
zh: 自有售后
en: own after-sales
platform: shop
kind: after_sales
origin: written for a test of the mapping file
columns:
  refund_id: 售后号
  order_id: 单号
  order_line_id: 子单号
  sku_code: 编码
  refund_fen: 退款
  refund_status_code: {header: 状态, values: {已退: success}}
  refunded_at: 退款日
"""


def mapping(text: str, more: str = "") -> MappingFile:
    """A mapping from its file's text, with lines added at the top level."""
    return read_mapping(text + more, "test.yaml")


def table(header: str, *rows: str) -> bytes:
    """A CSV of a header and rows, cells separated by bars."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header.split("|"), *(row.split("|") for row in rows)])
    return out.getvalue().encode()


def read(data: bytes, mappings: Sequence[MappingFile], platform: str = "other") -> Reading:
    """A file as a shop on ``platform`` would have it read."""
    return read_file(
        data,
        Origin("merchant", "shop", "e" * 64, "neutral", RECEIVED, secret=b"tenant"),
        mappings=[source(platform, mappings)],
    )


def frames(data: bytes, mappings: Sequence[MappingFile], platform: str = "other") -> dict[str, pl.DataFrame]:
    """The canonical frames a file becomes; nothing of it may be set aside."""
    reading = read(data, mappings, platform)
    assert reading.quarantine.is_empty(), reading.quarantine
    return source(platform, mappings).conform(reading.layout.kind, reading.bronze)

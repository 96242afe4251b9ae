"""A person's word that a held row, or a marked line, is right as it stands: entered with who and when, and
taken back the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from contracts.errors import NotFoundError
from contracts.intake import CONFIRMABLE
from transforms.gold.sales import mart_outlier_line
from transforms.gold.sales.mart_outlier_line import CONFIRMED
from transforms.steps import newest
from warehouse.lake import Lake
from warehouse.ops import CONFIRMATION, EXPORT, LOAD, QUARANTINE

_ROW = ["merchant_id", "shop_id", "export_id", "row_number", "rule_name"]
_SHOP = ["merchant_id", "shop_id"]
#: What is confirmed of a marked line.
LINE_RULE = "OUTLIER_LINE"


def in_force(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``CONFIRMATION``: what people have confirmed and not taken back."""
    said = lake.read(CONFIRMATION, where={"merchant_id": merchant_id} if merchant_id else None)
    return newest(said, CONFIRMED).filter("is_in_force")


def confirmed_rows(lake: Lake) -> pl.DataFrame:
    """``ROW`` and ``rule_name`` of the rows a person has confirmed, as ``load_kind`` takes them."""
    rows = in_force(lake).filter(pl.col("row_number").is_not_null())
    return rows.select(
        "merchant_id", "shop_id", _export_id="export_id", _row_number="row_number", rule_name="rule_name"
    )


def confirm(
    lake: Lake,
    merchant_id: str,
    export: str,
    rows: Collection[int],
    *,
    shop_id: str = "",
    by: str,
    at: dt.datetime,
) -> list[str]:
    """Confirm held rows of one of the merchant's files, all that may be confirmed when ``rows`` is empty.

    Returns the exports to judge again.

    ``export`` is the file's fingerprint or its beginning. Said again it changes nothing. Raises
    ``NotFoundError`` when no such row is held.
    """
    held = (
        lake.read(QUARANTINE, where={"merchant_id": merchant_id, "rule_name": sorted(CONFIRMABLE)})
        .select(_ROW)
        .unique()
    )
    mine = _named(held, export, rows, shop_id)
    known = _named(in_force(lake, merchant_id).select(_ROW), export, rows, shop_id)
    if mine.is_empty() and known.is_empty():
        step = {
            "step_zh": "用 baiyun quarantine show 查行号",
            "step_en": "see `baiyun quarantine show` for the rows",
        }
        raise NotFoundError(
            "NOTHING_TO_CONFIRM",
            "没有这样一行等人确认",
            "no such row waits for a person",
            **step,
            export=export,
        )
    with lake.transaction():
        _enter(lake, mine.join(known, on=_ROW, how="anti"), is_in_force=True, by=by, at=at)
    return sorted(pl.concat([mine, known])["export_id"].unique())


def take_back(
    lake: Lake,
    merchant_id: str,
    export: str,
    rows: Collection[int],
    *,
    shop_id: str = "",
    by: str,
    at: dt.datetime,
) -> list[str]:
    """Take confirmations of a file's rows back; the next build makes its shop anew without them.

    Returns the exports concerned.

    Raises ``NotFoundError`` when nothing of the kind was ever confirmed.
    """
    said = _named(
        lake.read(CONFIRMATION, where={"merchant_id": merchant_id}).select(_ROW).unique(),
        export,
        rows,
        shop_id,
    )
    known = said.join(in_force(lake, merchant_id), on=_ROW, how="semi")
    if said.is_empty():
        step = {"step_zh": "用 baiyun quarantine show 查编号", "step_en": "see `baiyun quarantine show`"}
        raise NotFoundError(
            "NOTHING_CONFIRMED",
            "没有这样的确认可以撤销",
            "nothing of the kind was confirmed",
            **step,
            export=export,
        )
    with lake.transaction():
        _enter(lake, known, is_in_force=False, by=by, at=at)
        files = (
            lake.read(EXPORT, keys=known.select("merchant_id", "shop_id", "export_id").unique())
            if known.height
            else EXPORT.empty()
        )
        if files.height:
            lake.delete(LOAD, files.select(EXPORT.key))  # it waits for a build again
    return sorted(said["export_id"].unique())


def confirm_line(
    lake: Lake,
    merchant_id: str,
    order_line_id: str,
    *,
    shop_id: str = "",
    is_in_force: bool = True,
    by: str,
    at: dt.datetime,
) -> None:
    """Confirm a marked line at its amount, or take that back.

    The next build takes the mark off or sets it anew. Said again it changes nothing.

    Raises ``NotFoundError`` when no such line is marked, or none was confirmed.
    """
    line = {"merchant_id": merchant_id, "order_line_id": order_line_id} | (
        {"shop_id": shop_id} if shop_id else {}
    )
    known = in_force(lake, merchant_id).filter(pl.col("order_line_id") == order_line_id)
    known = known.filter(pl.col("shop_id") == shop_id) if shop_id else known
    marked = lake.read(mart_outlier_line.TABLE, where=dict(line)).select(
        *_SHOP, "order_line_id", "marked_fen"
    )
    if known.is_empty() and (marked.is_empty() or not is_in_force):
        step = {
            "step_zh": "用 baiyun quarantine lines 查子订单号",
            "step_en": "see `baiyun quarantine lines`",
        }
        raise NotFoundError(
            "NO_SUCH_MARK",
            "没有这样一行等人确认",
            "no such line waits for a person",
            **step,
            order_line=order_line_id,
        )
    things = (
        marked.with_columns(rule_name=pl.lit(LINE_RULE))
        if is_in_force
        else known.select(*_SHOP, "order_line_id", "marked_fen", "rule_name")
    )
    with lake.transaction():
        _enter(lake, things, is_in_force=is_in_force, by=by, at=at)


def shops_to_make_anew(lake: Lake, waiting: pl.DataFrame) -> pl.DataFrame:
    """Shops (``merchant_id, shop_id``) of waiting exports of which a confirmation was taken back: what it let
    in must leave.
    """
    said = (
        lake.read(CONFIRMATION)
        .filter(pl.col("row_number").is_not_null())
        .sort("event_number")
        .unique(list(CONFIRMED), keep="last")
    )
    back = said.filter(~pl.col("is_in_force"))
    return waiting.join(back, on=[*_SHOP, "export_id"], how="semi").select(_SHOP).unique()


def _named(rows: pl.DataFrame, export: str, numbers: Collection[int], shop_id: str) -> pl.DataFrame:
    named = rows.filter(pl.col("export_id").str.starts_with(export)) if export else rows.clear()
    named = named.filter(pl.col("shop_id") == shop_id) if shop_id else named
    return named.filter(pl.col("row_number").is_in(list(numbers))) if numbers else named


def _enter(lake: Lake, things: pl.DataFrame, *, is_in_force: bool, by: str, at: dt.datetime) -> None:
    if things.is_empty():
        return
    highest = lake.read(CONFIRMATION, columns=["event_number"])["event_number"].max() or 0
    numbered = things.sort(pl.all()).with_columns(
        event_number=pl.int_range(1, pl.len() + 1) + pl.lit(highest, pl.Int64),
        is_in_force=pl.lit(is_in_force),
        received_by_name=pl.lit(by),
        changed_at=pl.lit(at),
    )
    lake.append(CONFIRMATION, CONFIRMATION.shape(numbered))

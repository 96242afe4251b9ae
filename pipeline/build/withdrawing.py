"""Shops made anew from what they were given: what a withdrawn file published is taken back so, and so is one
merchant made anew alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from connectors.mapped import bronze_tables
from contracts.canonical import SILVER
from contracts.errors import NotFoundError
from pipeline.build import engine
from pipeline.build.ledgers import ENTRIES, FUNDS
from pipeline.build.merging import ENTRY, FUND, SESSION, Touched
from pipeline.house import derived_tables
from pipeline.intake.confirming import shops_to_make_anew
from transforms.derived import Choices
from transforms.gold.orders import dim_live_session, fct_order_line
from transforms.gold.orders.grain import ORDER
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD, QUARANTINE

_KEY = list(EXPORT.key)
_SHOP = ["merchant_id", "shop_id"]


def mark(
    lake: Lake, merchant_id: str, export: str, *, shop_id: str = "", by: str, at: dt.datetime
) -> dict[str, object]:
    """Enter that a merchant's file counts no more, with who and when; the next build takes it back.

    Returns its manifest row (``EXPORT``).

    Said again, it changes nothing, so that a command cut off before its build is finished by the same
    command. ``export`` is the file's fingerprint or its beginning; ``shop_id`` tells which is meant where two
    shops were given the same bytes. Raises ``NotFoundError`` when not exactly one file is meant: pages
    collected over an API are the platform's own word, not withdrawn.
    """
    files = lake.read(
        EXPORT,
        where={
            "merchant_id": merchant_id,
            "source_code": "file",
            **({"shop_id": shop_id} if shop_id else {}),
        },
    )
    mine = files.filter(pl.col("export_id").str.starts_with(export)) if export else files.clear()
    if mine.height != 1:
        step = {
            "step_zh": "用 baiyun files list 查编号，写全一些，或加上店铺",
            "step_en": "see `baiyun files list`; write more of the id, or the shop too",
        }
        raise NotFoundError(
            "NO_SUCH_FILE",
            "没有这个可撤回的文件，或不止一个",
            "no such file to withdraw, or several",
            **step,
            export=export,
            found=mine.height,
        )
    if mine["withdrawn_at"].null_count():
        with lake.transaction():
            lake.replace(
                EXPORT,
                mine.select(_KEY),
                EXPORT.shape(
                    mine.with_columns(
                        withdrawn_at=pl.lit(at), withdrawn_by_name=pl.lit(by or None, pl.String)
                    )
                ),
            )
            lake.delete(LOAD, mine.select(_KEY))  # it waits for a build again
    return mine.row(0, named=True)


@dataclass(frozen=True)
class Anew:
    """Shops (``merchant_id, shop_id``) to be made anew, and those of their files that are withdrawn (rows of
    ``EXPORT``).

    ``merchant_id``: all of this merchant's, whatever was computed of them.
    """

    shops: pl.DataFrame
    gone: pl.DataFrame
    merchant_id: str = ""


def divide(lake: Lake, waiting: pl.DataFrame, merchant_id: str) -> tuple[pl.DataFrame, Anew]:
    """Manifest rows to load, and what must leave first.

    Where a waiting file is withdrawn, or a confirmation of its rows was taken back, everything else its shop
    was ever given is loaded again; so is all that the merchant ``merchant_id`` was.
    """
    is_gone = pl.col("withdrawn_at").is_not_null()
    named = lake.read(EXPORT, where={"merchant_id": merchant_id}) if merchant_id else waiting.clear()
    shops = pl.concat(
        [waiting.filter(is_gone).select(_SHOP), shops_to_make_anew(lake, waiting), named.select(_SHOP)]
    ).unique()
    if shops.is_empty():
        return waiting, Anew(shops, waiting.clear())
    theirs = lake.read(EXPORT, keys=shops)
    due = pl.concat([waiting, theirs]).filter(~is_gone).unique(_KEY).sort("received_at", *_KEY)
    return due, Anew(shops, theirs.filter(is_gone), merchant_id)


def take_back(lake: Lake, anew: Anew, choices: Choices, number: int) -> None:
    """Forget every derived row of shops to be made anew, gold included, and say in ``LOAD`` what became of
    their withdrawn files.
    """
    shops, gone = anew.shops, anew.gone
    if shops.is_empty():
        return
    if anew.merchant_id:
        _drop(lake, anew.merchant_id)
    made = {
        "orders": (fct_order_line.TABLE, ORDER),
        "sessions": (dim_live_session.TABLE, SESSION),
        "entries": (ENTRIES, ENTRY),
        "funds": (FUNDS, FUND),
    }
    touched = Touched(
        states=None,
        **{what: lake.read(table, keys=shops, columns=key).unique() for what, (table, key) in made.items()},
    )
    for table in (*bronze_tables(), *SILVER.values(), LOAD, QUARANTINE):
        lake.delete(table, shops)
    engine.refresh(lake, touched, choices)
    nothing = (pl.lit(0).alias(name) for name in LOAD.required if name.endswith("_qty"))
    told = gone.select(_KEY).with_columns(
        nothing, build_number=pl.lit(number), loaded_at=pl.lit(choices.at), verdict_code=pl.lit("withdrawn")
    )
    lake.append(LOAD, LOAD.shape(told))


def _drop(lake: Lake, merchant_id: str) -> None:
    """Delete every row that was computed of a merchant: its sums, too, rather than subtract what may be
    wrong.
    """
    for table in derived_tables():
        lake.delete(table, pl.DataFrame({"merchant_id": [merchant_id]}))

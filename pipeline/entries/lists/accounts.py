"""Own live accounts: the accounts on air that are the shop's own.

Their sales are own live, everyone else's are creator live.
"""

from __future__ import annotations

import re

import polars as pl

from contracts.canonical import SILVER
from pipeline.build.merging import SESSION, Touched
from pipeline.entries.causes import Cause
from pipeline.entries.cells import NO_SHOP, TAKEN_BACK, Cell, Kind, Rule, choice, own_shop, text
from pipeline.entries.changes import Changed, orders_of_merchants, owners_of
from pipeline.entries.declaration import EntryList, Given, Part
from warehouse import registry
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import LIVE_ACCOUNT

BOOK = Book(LIVE_ACCOUNT, LIVE_ACCOUNT.key, "live_account_name", is_log=False)

_SHOP = Rule(
    "SHOP", "没有这个店铺，或没有填", "no such shop of yours, or none", NO_SHOP.step_zh, NO_SHOP.step_en
)
_ID = Rule(
    "ID",
    "没有账号ID，或不像账号ID",
    "no account id, or none such",
    "填平台后台显示的账号ID",
    "fill in the id the platform shows",
)
_ACTION = Rule(
    "ACTION",
    "不认识的处理",
    "no such action",
    f"空着，或写「{TAKEN_BACK[0]}」",
    f"leave it blank, or write “{TAKEN_BACK[1]}”",
)


def _read_account(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    bad = pl.Series(
        [cell is not None and re.fullmatch(registry.PLATFORM_ID, cell) is None for cell in raw],
        dtype=pl.Boolean,
    )
    return raw, bad


def _platform(given: Given) -> dict[str, pl.Expr]:
    return {
        "platform_code": pl.col("shop_id").replace_strict(
            dict(given.platforms), default=None, return_dtype=pl.String
        )
    }


def _moves(lake: Lake, changed: Changed) -> Touched:
    """An own account added or removed changes the channel of every line and session of its merchant."""
    names = set(registry.merchants(lake)["merchant_id"]) if changed.is_first else owners_of(changed)
    if not names:
        return Touched()
    sessions = lake.read(
        SILVER["live_session"], where={"merchant_id": sorted(names)}, columns=SESSION
    ).unique()
    return Touched(orders=orders_of_merchants(lake, sorted(names)), sessions=sessions)


LIST = EntryList(
    "accounts",
    "ACCOUNT",
    "自有直播账号",
    "own live accounts",
    (
        (
            "本店自己的直播账号写在这里，它们的成交算**自播**，其他账号的成交算**达播**。"
            "账号ID照平台后台显示的填。"
        ),
        (
            "Accounts on air that are your own: their sales are own live, everyone else's are creator live. "
            "Fill "
            "in the id the platform shows."
        ),
    ),
    columns=(
        Cell("店铺", "shop_id", own_shop(), "shop", _SHOP, is_required=True),
        Cell(
            "账号ID",
            "live_account_id",
            Kind("account", _ID, _read_account),
            "account id",
            _ID,
            is_required=True,
            leads=True,
        ),
        Cell("昵称", "live_account_name", text(80), "nickname"),
        Cell("处理", "action", choice({"own": ("登记", "enter")}), "action", _ACTION, takes_back=True),
    ),
    parts=(Part(BOOK, derived=_platform),),
    examples=(
        ("s1", "7012345678", ("店铺官方直播间", "the shop's own live room"), ""),
        ("s1", "7087654321", ("不再使用的账号", "an account no longer used"), TAKEN_BACK),
    ),
    cause=Cause("registry_change"),
    moves=_moves,
    counted=("个自有账号", "own accounts"),
)

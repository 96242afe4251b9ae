"""Who owns what: owners, merchants, shops and a shop's own live accounts.

Adding what is already there changes it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from contracts import codes
from contracts.errors import NotFoundError, UsageError
from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.ops import LIVE_ACCOUNT, MERCHANT, OWNER, SHOP

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,40}")
_LONGEST_DAYS = 365
#: What an id of an account on a platform looks like.
PLATFORM_ID = re.compile(r"[\w.@:=+/-]{1,80}")


@dataclass(frozen=True)
class Shop:
    """One shop as registered."""

    merchant_id: str
    shop_id: str
    platform_code: str
    shop_name: str
    platform_shop_id: str | None
    credential_ref: str | None


def add_owner(lake: Lake, owner_id: str, owner_name: str, *, at: dt.datetime) -> None:
    """Register a holding. Raises ``UsageError`` for a malformed id or an empty name."""
    check_ids(owner_id=owner_id)
    _save(lake, OWNER, {"owner_id": owner_id, "owner_name": _named(owner_name), "changed_at": at})


def add_merchant(lake: Lake, merchant_id: str, merchant_name: str, *, owner_id: str, at: dt.datetime) -> None:
    """Register a merchant of a known owner. Raises ``NotFoundError`` when the owner is not registered."""
    check_ids(merchant_id=merchant_id, owner_id=owner_id)
    with lake.transaction():
        _require(lake, OWNER, owner_id=owner_id)
        known = lake.read(MERCHANT, where={"merchant_id": merchant_id})
        days = known["raw_days_qty"][0] if known.height else None
        row = {
            "merchant_id": merchant_id,
            "merchant_name": _named(merchant_name),
            "owner_id": owner_id,
            "raw_days_qty": days,
            "changed_at": at,
        }
        _save(lake, MERCHANT, row)


def keep_raw_for(lake: Lake, merchant_id: str, days: int | None, *, at: dt.datetime) -> None:
    """Set how many days a merchant's raw files are kept: 0 = only until they are loaded, None = as the
    installation says. NotFoundError when unknown.
    """
    if days is not None and not 0 <= days <= _LONGEST_DAYS:
        raise UsageError(
            "BAD_DAYS", "保留天数应在 0 到 365 之间", "raw files are kept between 0 and 365 days", days=days
        )
    with lake.transaction():
        known = lake.read(MERCHANT, where={"merchant_id": merchant_id})
        if known.is_empty():
            raise _missing("merchant", merchant_id)
        _save(lake, MERCHANT, known.row(0, named=True) | {"raw_days_qty": days, "changed_at": at})


def add_shop(
    lake: Lake,
    merchant_id: str,
    shop_id: str,
    *,
    platform_code: str,
    shop_name: str,
    at: dt.datetime,
    platform_shop_id: str | None = None,
    credential_ref: str | None = None,
) -> None:
    """Register a shop of a known merchant.

    Raises ``UsageError`` when the shop id belongs to another merchant or the shop would change platform: its
    history would change hands.
    """
    check_ids(merchant_id=merchant_id, shop_id=shop_id)
    _check_platform(platform_code)
    with lake.transaction():
        _require(lake, MERCHANT, merchant_id=merchant_id)
        known = lake.read(SHOP, where={"shop_id": shop_id})
        if not known.filter(
            (pl.col("merchant_id") != merchant_id) | (pl.col("platform_code") != platform_code)
        ).is_empty():
            raise shop_taken(shop_id)
        row = {
            "merchant_id": merchant_id,
            "shop_id": shop_id,
            "platform_code": platform_code,
            "shop_name": _named(shop_name),
            "changed_at": at,
        }
        _save(lake, SHOP, {**row, "platform_shop_id": platform_shop_id, "credential_ref": credential_ref})


def shop_taken(shop_id: str) -> UsageError:
    """The refusal of a shop id that is registered already, for another merchant or on another platform."""
    said = ("店铺编号已被使用", "the shop id is taken by another merchant or platform")
    return UsageError(
        "SHOP_TAKEN", *said, step_zh="换一个店铺编号", step_en="choose another shop id", shop_id=shop_id
    )


def add_live_account(
    lake: Lake,
    merchant_id: str,
    shop_id: str,
    live_account_id: str,
    *,
    at: dt.datetime,
    live_account_name: str | None = None,
) -> None:
    """Register an account on air as the shop's own.

    Raises ``NotFoundError`` when the shop is not registered.
    """
    if not PLATFORM_ID.fullmatch(live_account_id):
        raise _bad_id("live_account_id", live_account_id)
    with lake.transaction():
        platform_code = shop(lake, merchant_id, shop_id).platform_code
        row = {
            "merchant_id": merchant_id,
            "shop_id": shop_id,
            "platform_code": platform_code,
            "live_account_id": live_account_id,
        }
        _save(lake, LIVE_ACCOUNT, {**row, "live_account_name": live_account_name, "changed_at": at})


def remove_live_account(lake: Lake, merchant_id: str, shop_id: str, live_account_id: str) -> None:
    """Forget an own account; its sales count as creator live from the next build on.

    Raises ``NotFoundError`` when the shop is not registered.
    """
    shop(lake, merchant_id, shop_id)
    key = {"merchant_id": [merchant_id], "shop_id": [shop_id], "live_account_id": [live_account_id]}
    lake.delete(LIVE_ACCOUNT, pl.DataFrame(key))


def owners(lake: Lake) -> pl.DataFrame:
    """Columns of ``OWNER``, by id."""
    return lake.read(OWNER).sort("owner_id")


def merchants(lake: Lake) -> pl.DataFrame:
    """Columns of ``MERCHANT``, by id."""
    return lake.read(MERCHANT).sort("merchant_id")


def require_merchant(lake: Lake, merchant_id: str) -> None:
    """Raise ``NotFoundError`` unless the merchant is registered."""
    _require(lake, MERCHANT, merchant_id=merchant_id)


def shops(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Columns of ``SHOP``, by merchant and id; of one merchant when given."""
    return lake.read(SHOP, where={"merchant_id": merchant_id} if merchant_id else None).sort(
        "merchant_id", "shop_id"
    )


def live_accounts(lake: Lake) -> pl.DataFrame:
    """Columns of ``LIVE_ACCOUNT``: every shop's own accounts."""
    return lake.read(LIVE_ACCOUNT).sort(*LIVE_ACCOUNT.key)


def shop(lake: Lake, merchant_id: str, shop_id: str) -> Shop:
    """One shop of one merchant.

    Raises ``NotFoundError``, the same whether it does not exist or is another merchant's.
    """
    rows = lake.read(SHOP, where={"merchant_id": merchant_id, "shop_id": shop_id})
    if rows.is_empty():
        raise _missing("shop", shop_id)
    return Shop(
        **rows.select(
            "merchant_id", "shop_id", "platform_code", "shop_name", "platform_shop_id", "credential_ref"
        ).row(0, named=True)
    )


def _save(lake: Lake, table: Table, row: dict[str, object]) -> None:
    """Upsert by key; a row that says nothing new is not written, so a repeated set-up leaves no trace."""
    frame = table.schema.validate(pl.DataFrame([row], schema=table.dtypes))
    known = lake.read(table, keys=frame.select(table.key))
    who = ["changed_at", "received_by_name"]
    if not known.drop(who, strict=False).equals(frame.drop(who, strict=False)):
        lake.replace(table, frame.select(table.key), frame)


def _require(lake: Lake, table: Table, **key: object) -> None:
    if lake.read(table, where=key).is_empty():
        raise _missing(table.name, next(iter(key.values())))


def check_ids(**ids: str) -> None:
    """Raise ``UsageError`` for an id no owner, merchant or shop can have."""
    for name, value in ids.items():
        if not _ID.fullmatch(value):
            raise _bad_id(name, value)


def _check_platform(platform_code: str) -> None:
    if platform_code not in codes.PLATFORM.labels:
        raise UsageError(
            "UNKNOWN_PLATFORM",
            "不认识这个平台",
            "no such platform",
            platform=platform_code,
            known=codes.PLATFORM.values,
        )


def _named(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise UsageError(
            "BAD_NAME", "名称为空或含有控制字符", "a name is empty or holds control characters", name=name
        )
    return unicodedata.normalize("NFC", name.strip())


def _bad_id(name: str, value: str) -> UsageError:
    return UsageError(
        "BAD_ID",
        "编号只能用小写字母、数字、下划线和连字符",
        "an id is lower-case letters, digits, underscore and hyphen, 2 to 41 long",
        step_zh="换一个编号",
        step_en="choose another id",
        **{name: value},
    )


def _missing(what: str, value: object) -> NotFoundError:
    return NotFoundError(
        "NOT_REGISTERED",
        "没有登记",
        "not registered",
        step_zh="先登记,或核对编号",
        step_en="register it first, or check the id",
        **{what: value},
    )

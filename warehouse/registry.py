"""Who owns what: owners, merchants, shops and a shop's own live accounts.

Adding what is already there changes it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from contracts import codes
from contracts.errors import NotFoundError, UsageError
from contracts.tables import Table
from warehouse.lake import Lake
from warehouse.ops import LIVE_ACCOUNT, MEMBER, MERCHANT, OWNER, SHOP

ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,40}")
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
    platform_shop_id: str | None = None
    credential_ref: str | None = None


@dataclass(frozen=True)
class Merchant:
    """One merchant as registered."""

    merchant_id: str
    merchant_name: str
    owner_id: str


@dataclass(frozen=True)
class LiveAccount:
    """One account on air that is a shop's own."""

    merchant_id: str
    shop_id: str
    live_account_id: str
    live_account_name: str | None = None


def add_owners(lake: Lake, names: Mapping[str, str], *, at: dt.datetime) -> None:
    """Register holdings (id → name). Raises ``UsageError`` for a malformed id or an empty name."""
    for owner_id in names:
        check_ids(owner_id=owner_id)
    rows = [{"owner_id": owner_id, "owner_name": _named(name)} for owner_id, name in names.items()]
    _save(lake, OWNER, rows, at=at)


def add_owner(lake: Lake, owner_id: str, owner_name: str, *, at: dt.datetime) -> None:
    """``add_owners`` of one."""
    add_owners(lake, {owner_id: owner_name}, at=at)


def add_merchants(lake: Lake, merchants: Sequence[Merchant], *, at: dt.datetime) -> None:
    """Register merchants of known owners. Raises ``NotFoundError`` when an owner is not registered."""
    for one in merchants:
        check_ids(merchant_id=one.merchant_id, owner_id=one.owner_id)
    with lake.transaction():
        _require_all(lake, OWNER, owner_id=[one.owner_id for one in merchants])
        known = lake.read(MERCHANT, where={"merchant_id": [one.merchant_id for one in merchants]})
        days = dict(known.select("merchant_id", "raw_days_qty").iter_rows())
        rows = [
            asdict(one)
            | {"merchant_name": _named(one.merchant_name), "raw_days_qty": days.get(one.merchant_id)}
            for one in merchants
        ]
        _save(lake, MERCHANT, rows, at=at)


def add_merchant(lake: Lake, merchant_id: str, merchant_name: str, *, owner_id: str, at: dt.datetime) -> None:
    """``add_merchants`` of one."""
    add_merchants(lake, [Merchant(merchant_id, merchant_name, owner_id)], at=at)


def join(lake: Lake, merchant_id: str, day: dt.date, *, at: dt.datetime) -> None:
    """Make a known merchant a member from ``day`` on; a membership that begins later begins then.

    Raises ``UsageError`` for a day within a membership that ended.
    """
    with lake.transaction():
        _require(lake, MERCHANT, merchant_id=merchant_id)
        known = lake.read(MEMBER, where={"merchant_id": merchant_id})
        if known.filter(pl.col("left_date") > day).height:
            raise UsageError(
                "WAS_A_MEMBER",
                "这一天在以前的成员期之内或之前",
                "the day lies within or before a membership that ended",
                step_zh="从退出那天或以后开始",
                step_en="begin on the day of leaving, or later",
                merchant_id=merchant_id,
            )
        later = known.filter(pl.col("left_date").is_null())
        if later.filter(pl.col("joined_date") <= day).is_empty():
            lake.delete(MEMBER, later.select(MEMBER.key))
            row = {"merchant_id": merchant_id, "joined_date": day, "left_date": None}
            _save(lake, MEMBER, [row], at=at)


def leave(lake: Lake, merchant_id: str, day: dt.date, *, at: dt.datetime) -> None:
    """End a merchant's membership: ``day`` is no day of it any more. Raises ``NotFoundError`` for no member,
    ``UsageError`` for a day before it began.
    """
    with lake.transaction():
        known = lake.read(MEMBER, where={"merchant_id": merchant_id}).filter(pl.col("left_date").is_null())
        if known.is_empty():
            raise _missing("member", merchant_id)
        row = known.row(0, named=True)
        if day < row["joined_date"]:
            raise UsageError(
                "BEFORE_JOINING",
                "退出早于加入",
                "the day lies before the day of joining",
                merchant_id=merchant_id,
            )
        _save(lake, MEMBER, [row | {"left_date": day}], at=at)


def members(lake: Lake) -> pl.DataFrame:
    """Every membership (columns of ``MEMBER``), by merchant and day of joining."""
    return lake.read(MEMBER).sort(MEMBER.key)


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
        _save(lake, MERCHANT, [known.row(0, named=True) | {"raw_days_qty": days}], at=at)


def add_shops(lake: Lake, shops: Sequence[Shop], *, at: dt.datetime) -> None:
    """Register shops of known merchants.

    Raises ``UsageError`` when a shop id belongs to another merchant or the shop would change platform: its
    history would change hands.
    """
    for one in shops:
        check_ids(merchant_id=one.merchant_id, shop_id=one.shop_id)
        _check_platform(one.platform_code)
    with lake.transaction():
        _require_all(lake, MERCHANT, merchant_id=[one.merchant_id for one in shops])
        known = lake.read(SHOP, where={"shop_id": [one.shop_id for one in shops]})
        held = {row["shop_id"]: (row["merchant_id"], row["platform_code"]) for row in known.to_dicts()}
        for one in shops:
            mine = one.merchant_id, one.platform_code
            if held.setdefault(one.shop_id, mine) != mine:
                raise shop_taken(one.shop_id)
        _save(lake, SHOP, [asdict(one) | {"shop_name": _named(one.shop_name)} for one in shops], at=at)


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
    """``add_shops`` of one."""
    one = Shop(merchant_id, shop_id, platform_code, shop_name, platform_shop_id, credential_ref)
    add_shops(lake, [one], at=at)


def shop_taken(shop_id: str) -> UsageError:
    """The refusal of a shop id that is registered already, for another merchant or on another platform."""
    said = ("店铺编号已被使用", "the shop id is taken by another merchant or platform")
    return UsageError(
        "SHOP_TAKEN", *said, step_zh="换一个店铺编号", step_en="choose another shop id", shop_id=shop_id
    )


def add_live_accounts(lake: Lake, accounts: Sequence[LiveAccount], *, at: dt.datetime) -> None:
    """Register accounts on air as their shops' own.

    Raises ``NotFoundError`` when a shop is not registered.
    """
    for one in accounts:
        if not PLATFORM_ID.fullmatch(one.live_account_id):
            raise _bad_id("live_account_id", one.live_account_id)
    with lake.transaction():
        known = lake.read(SHOP, where={"shop_id": [one.shop_id for one in accounts]})
        platforms = {(row["merchant_id"], row["shop_id"]): row["platform_code"] for row in known.to_dicts()}
        for one in accounts:
            if (one.merchant_id, one.shop_id) not in platforms:
                raise _missing("shop", one.shop_id)
        rows = [asdict(one) | {"platform_code": platforms[one.merchant_id, one.shop_id]} for one in accounts]
        _save(lake, LIVE_ACCOUNT, rows, at=at)


def add_live_account(
    lake: Lake,
    merchant_id: str,
    shop_id: str,
    live_account_id: str,
    *,
    at: dt.datetime,
    live_account_name: str | None = None,
) -> None:
    """``add_live_accounts`` of one."""
    one = LiveAccount(merchant_id, shop_id, live_account_id, live_account_name)
    add_live_accounts(lake, [one], at=at)


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


def _save(lake: Lake, table: Table, rows: Iterable[Mapping[str, object]], *, at: dt.datetime) -> None:
    """Upsert by key, the last of two rows of one key; a row that says nothing new is not written, so a
    repeated set-up leaves no trace.
    """
    given = pl.DataFrame([{**row, "changed_at": at} for row in rows], schema=table.dtypes)
    frame = table.schema.validate(given.unique(table.key, keep="last", maintain_order=True))
    known = lake.read(table, keys=frame.select(table.key))
    said = [name for name in table.columns if name not in ("changed_at", "received_by_name")]
    new = frame.join(known, on=said, how="anti", nulls_equal=True)
    lake.replace(table, new.select(table.key), new)


def _require(lake: Lake, table: Table, **key: object) -> None:
    _require_all(lake, table, **{name: [value] for name, value in key.items()})


def _require_all(lake: Lake, table: Table, **keys: Sequence[object]) -> None:
    ((name, values),) = keys.items()
    known = set(lake.read(table, where={name: list(values)})[name])
    for value in values:
        if value not in known:
            raise _missing(table.name, value)


def check_ids(**ids: str) -> None:
    """Raise ``UsageError`` for an id no owner, merchant or shop can have."""
    for name, value in ids.items():
        if not ID.fullmatch(value):
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
        step_zh="先登记，或核对编号",
        step_en="register it first, or check the id",
        **{what: value},
    )

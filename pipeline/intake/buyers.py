"""The secret under which a merchant's buyers are told apart, the same as long as rows made under it stand."""

from __future__ import annotations

from contracts.canonical import SILVER
from contracts.errors import UsageError
from warehouse import keys
from warehouse.lake import Lake
from warehouse.place import Place


def buyer_secret(lake: Lake, place: Place, merchant_id: str, *, is_kept: bool = False) -> bytes:
    """The merchant's key, made when first needed.

    Under a second one every buyer would be another: raises ``UsageError`` where rows made under a lost one
    stand, in the lake or, if ``is_kept``, among those to be loaded again without their raw bytes.
    """
    secret = keys.find(place, "buyer", merchant_id)
    if secret is None and (is_kept or _has_buyers(lake, merchant_id)):
        raise _lost(merchant_id, is_kept=is_kept)
    return secret or keys.key(place, "buyer", merchant_id)


def _lost(merchant_id: str, *, is_kept: bool) -> UsageError:
    name = f"secrets/keys/buyer.{merchant_id}.key"
    zh, en = f"从备份把 {name} 放回来", f"put {name} back from a backup"
    if not is_kept:
        zh += "；没有备份，用 baiyun build --merchant 加 --from-landing 从原始文件重算这一家"
        en += "; without one make this merchant anew with `baiyun build --merchant … --from-landing`"
    return UsageError(
        "BUYER_KEY_LOST",
        "这家商家的买家密钥不见了；换一把新的，每个买家都会数成两个",
        "the merchant's key of buyers is gone; under a new one each buyer would count as two",
        step_zh=zh,
        step_en=en,
        merchant=merchant_id,
    )


def _has_buyers(lake: Lake, merchant_id: str) -> bool:
    tables = [table for table in SILVER.values() if "buyer_key" in table.columns and lake.columns(table)]
    return any(
        lake.sql(
            f"SELECT 1 AS one FROM {table.full_name} WHERE merchant_id = ? AND buyer_key IS NOT NULL LIMIT 1",  # noqa: S608
            [merchant_id],
        ).height
        for table in tables
    )

"""Words people give as a reason, which others read."""

from __future__ import annotations

import re

import polars as pl

from contracts.errors import UsageError


def check_words(contributions: pl.DataFrame, made_by: str, why: str) -> None:
    """Raise ``UsageError`` NO_REASON unless somebody says who and why, NAMES_A_MEMBER where ``why``, which
    others read, names a member of ``contributions``.
    """
    if not made_by.strip() or not why.strip():
        raise UsageError(
            "NO_REASON",
            "要写明是谁、为什么",
            "this takes who does it, and why",
            step_zh="用 --by 和 --why 写明",
            step_en="tell it by --by and --why",
        )
    members = {name for column in ("merchant_id", "owner_id") for name in contributions[column].drop_nulls()}
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", why, re.ASCII) for name in members):
        raise UsageError(
            "NAMES_A_MEMBER",
            "原因会留在别人看得到的记录里，不能写是哪家",
            "the reason is kept in what others read, and may name no member",
            step_zh="只写什么不对、改了什么",
            step_en="tell what is wrong or was corrected, not whose",
        )

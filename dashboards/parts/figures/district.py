"""Shapes of the district's released cells.

What is not in the rows is either held back or empty, and a page never tells which.
"""

from __future__ import annotations

import polars as pl

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.page.money import percent
from dashboards.parts.page.words import channel_name

HIDDEN = "保密"
ALL = ""


def platforms(rows: pl.DataFrame) -> list[str]:
    """Platforms with any released cell, in the order of the code list."""
    found = set(rows["platform_code"])
    return [code for code in PLATFORM.values if code in found]


def channels(rows: pl.DataFrame) -> list[str]:
    """Channels with any released cell, in the order of the code list."""
    found = set(rows["channel_code"])
    return [code for code in CHANNEL.values if code in found]


def stacks(rows: pl.DataFrame, platform: str, measure: str) -> pl.DataFrame:
    """``month, channel, share, share_text`` for the chart: one platform's cells, or all platforms' added up
    per channel.
    """
    mine = rows if platform == ALL else rows.filter(pl.col("platform_code") == platform)
    summed = (
        mine.group_by("business_month", "channel_code")
        .agg(share=pl.col(measure).sum())
        .sort("business_month", "channel_code")
    )
    texts = pl.Series("share_text", [percent(value) for value in summed["share"]], dtype=pl.String)
    names = pl.Series("channel", [channel_name(code) for code in summed["channel_code"]], dtype=pl.String)
    return summed.select(names, texts, "share", month="business_month")


def grid(rows: pl.DataFrame, month: str, measure: str) -> pl.DataFrame:
    """Channels down, platforms across, for one month: the released share, or ``保密``."""
    told = {
        (row["channel_code"], row["platform_code"]): percent(row[measure])
        for row in rows.filter(pl.col("business_month") == month).iter_rows(named=True)
    }
    across = platforms(rows)
    return pl.DataFrame(
        [
            {
                "渠道": channel_name(down),
                **{PLATFORM.zh(code): told.get((down, code), HIDDEN) for code in across},
            }
            for down in channels(rows)
        ]
    )

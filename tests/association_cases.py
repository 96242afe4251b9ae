"""A small district whose months are released by the real engine: thirty owners along a known path, so that
what documents and pages say can be worked out by hand.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.briefing.making import brief_all
from pipeline.district.publish import publish_month
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
#: What each released month of the district sells beside the first.
PATH = {"2025-09": 1.10, "2026-08": 1.07, "2026-09": 1.05}
MONTHS = tuple(PATH)
#: Merchant and owner names that may stand nowhere on the association's side.
NAMES = ("merchant-canary", "owner-canary")
_CUTS = {
    "platform_code": ("douyin", "taobao", "kuaishou"),
    "channel_code": ("own_live", "creator_live", "short_video"),
    "category_code": ("dress", "skirt", "t_shirt", "shirt", "jeans"),
    "price_band_code": ("50_99", "100_149", "200_299"),
    "size_code": ("s", "m", "l"),
    "colour_code": ("black", "white", "red"),
    "region_code": ("south", "east"),
}
#: Of jeans only two owners sell anything, so they are withheld or merged; of dresses ever less is sold.
_RARE, _FALLING = "jeans", "dress"


def contributions(months: Iterable[str] = MONTHS) -> pl.DataFrame:
    """Owner ``n`` sells in every combination of a platform, a channel, ... that comes round to it."""
    rows = []
    for month in months:
        for owner, turn in product(range(30), range(15)):
            cuts = {name: codes[(owner * 7 + turn * (place + 1)) % len(codes)]
                    for place, (name, codes) in enumerate(_CUTS.items())}  # fmt: skip
            if cuts["category_code"] == _RARE and owner > 1:
                cuts["category_code"] = "t_shirt"
            falls = 0.8 if cuts["category_code"] == _FALLING and month == MONTHS[-1] else 1.0
            luck = 1.08 if (owner + MONTHS.index(month)) % 4 == 0 else 1.0
            kept = round((40_000 + 1_000 * owner) * PATH[month] * falls * luck * (1 + turn % 3))
            rows.append(
                {
                    "owner_id": f"{NAMES[1]}-{owner:02d}",
                    "merchant_id": f"{NAMES[0]}-{owner:02d}",
                    "business_month": month,
                    **cuts,
                    "kept_fen": kept,
                    "refund_fen": kept * (3 + owner % 5) // 8 + 100 * turn,
                }
            )
    return pl.DataFrame(rows)


def publish(settings: Settings, months: Iterable[str] = MONTHS) -> None:
    """Release them, the first one first."""
    rows = contributions()
    for month in months:
        publish_month(settings, rows, month, made_by="hui", at=AT)


@cache
def released_folder() -> Path:
    """``district/`` of a home with every month released, made once."""
    home = Path(tempfile.mkdtemp(prefix="district-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    publish(Settings(home=home))
    return Settings(home=home).place.district


@cache
def briefed_folder() -> Path:
    """The same, every release with its briefing."""
    home = Path(tempfile.mkdtemp(prefix="district-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    settings = Settings(home=home)
    shutil.copytree(released_folder(), settings.place.district)
    brief_all(settings)
    return settings.place.district


def documents(home: Path) -> dict[str, Mapping[str, Any]]:
    """Month → document, read plainly from the files."""
    found = {}
    for path in sorted((home / "district" / "releases").glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))["document"]
        found[document["month"]] = document
    return found

"""Erase one merchant for good: its sign-ins, files, keys, every row of every table, and its name in what the
district was made of.

What holds the least of it goes last: cut off anywhere, the same call finishes it as long as the merchant is
registered, and a build afterwards releases what is left. Other merchants' rows are not touched.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from secrets import token_hex

import polars as pl

from contracts.errors import BaiyunError, UsageError
from contracts.tables import Table
from pipeline.district import kept
from pipeline.house import all_tables, reading, writing
from pipeline.steps import Say, enter, now
from warehouse import accounts, keys, registry
from warehouse import release as releasing
from warehouse.lake import Lake
from warehouse.ops import CHECK, MERCHANT, OWNER
from warehouse.place import Place
from warehouse.rewriting import rewrite
from warehouse.settings import Settings
from warehouse.signed.district_log import ReleaseLog
from warehouse.signed.proposals import Proposals


@dataclass(frozen=True)
class Erased:
    """What there is of a merchant, or was: ``rows`` per layer, ``files`` as received, ``sign_ins`` by name,
    ``months`` of the district it is part of, ``proposals`` of it that are dropped, by number.

    ``release`` is the first without it, None before; ``older`` releases still hold its rows until they
    expire; ``held`` says why there is no new release, if there is none.
    """

    merchant_id: str
    merchant_name: str
    shops: tuple[str, ...]
    rows: dict[str, int]
    files: int
    sign_ins: tuple[str, ...]
    months: tuple[str, ...]
    proposals: tuple[int, ...] = ()
    erased_at: dt.datetime | None = None
    release: int | None = None
    older: tuple[int, ...] = ()
    held: BaiyunError | None = None

    def document(self) -> dict[str, object]:
        """Plain JSON values."""
        told = {**asdict(replace(self, held=None)), "held": self.held.document() if self.held else None}
        return told | {"erased_at": self.erased_at.isoformat() if self.erased_at else None}


def look(settings: Settings, merchant_id: str) -> Erased:
    """What would be erased; nothing is. Raises ``NotFoundError`` for a merchant that is not registered."""
    with reading(settings) as lake:
        return _found(settings.place, lake, merchant_id)


def erase(
    settings: Settings, merchant_id: str, *, at: dt.datetime | None = None, say: Say = lambda zh, en: None
) -> Erased:
    """Erase a merchant and release what is left.

    Raises ``NotFoundError`` for a merchant that is not registered, ``UsageError`` PINNED while the dashboards
    are held on a release, which holds its rows.
    """
    with writing(settings) as lake:
        found = _found(settings.place, lake, merchant_id)
        _require_no_pin(lake)
        say("停用账号，删除文件和密钥", "ending sign-ins, deleting files and keys")
        for name in found.sign_ins:
            accounts.remove(settings.place, name)
        kept.drop_proposals(Proposals(settings.place), merchant_id)
        # what was released of its months goes on protecting every owner, which takes figures and not names
        whole = bool(_only_owner(lake, merchant_id))
        nobody = f"erased-{token_hex(8)}"
        kept.rename(ReleaseLog(settings.place), merchant_id, nobody, is_whole_owner=whole)
        _remove_files(settings.place, merchant_id, _shops(lake, merchant_id))
        say("删除每张表里的行", "deleting rows of every table")
        _delete_rows(lake, merchant_id, found.shops)
        rewrite(lake)
    entered = enter(settings, lambda lake: None, run_name="erase", at=at, say=say)
    with reading(settings) as lake:
        published = releasing.published_ones(lake)
        still = set(releasing.snapshots_to_keep(lake, last=settings.keep_releases))
    newest = entered.current.number if entered.current and not entered.held else None
    older = tuple(item.number for item in published if item.number != newest and item.snapshot in still)
    return replace(found, erased_at=at or now(), release=newest, older=older, held=entered.held)


def _found(place: Place, lake: Lake, merchant_id: str) -> Erased:
    registry.require_merchant(lake, merchant_id)
    shops = _shops(lake, merchant_id)
    rows: Counter[str] = Counter()
    for table in _its_tables():
        mine = lake.read(table, where={"merchant_id": merchant_id}, columns=["merchant_id"])
        rows[table.layer] += mine.height
    return Erased(
        merchant_id,
        lake.read(MERCHANT, where={"merchant_id": merchant_id})["merchant_name"].item(),
        tuple(shop for _, shop in shops),
        {layer: count for layer, count in rows.items() if count},
        sum(path.is_file() for folder in _folders(place, merchant_id, shops) for path in folder.rglob("*")),
        tuple(one.name for one in accounts.names(place) if one.merchant_id == merchant_id),
        kept.months_of(ReleaseLog(place), merchant_id),
        tuple(sorted(kept.proposed_of(Proposals(place), merchant_id))),
    )


def _its_tables() -> list[Table]:
    return [table for table in all_tables() if "merchant_id" in table.columns]


def _folders(place: Place, merchant_id: str, shops: Sequence[tuple[str, str]]) -> list[Path]:
    """Where its files lie, as received and before."""
    return [place.inbox / merchant_id, *(place.landing / platform / shop for platform, shop in shops)]


def _shops(lake: Lake, merchant_id: str) -> list[tuple[str, str]]:
    """Platform and id of each."""
    return registry.shops(lake, merchant_id).select("platform_code", "shop_id").rows()


def _require_no_pin(lake: Lake) -> None:
    current = releasing.current(lake)
    if current and current.is_pinned:
        raise UsageError(
            "PINNED",
            "看板固定在一个旧发布上，里面有这家的数字",
            "the dashboards are held on a release that holds this merchant's figures",
            step_zh="先运行 baiyun releases unpin",
            step_en="run `baiyun releases unpin` first",
            release=current.number,
        )


def _only_owner(lake: Lake, merchant_id: str) -> list[str]:
    """Its owner, if that one has no other merchant."""
    merchants = lake.read(MERCHANT)
    (owner,) = merchants.filter(merchant_id=merchant_id)["owner_id"]
    return [owner] if merchants.filter(owner_id=owner).height == 1 else []


def _remove_files(place: Place, merchant_id: str, shops: Sequence[tuple[str, str]]) -> None:
    for folder in _folders(place, merchant_id, shops):
        if folder.is_symlink():  # never followed out of the home
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    keys.destroy(place, "buyer", merchant_id)
    for _, shop in shops:
        keys.destroy(place, "landing", shop)


def _delete_rows(lake: Lake, merchant_id: str, shops: Sequence[str]) -> None:
    """Every row of it, its owner who has no other merchant, and what checks told of its rows, at once."""
    with lake.transaction():
        lake.delete(OWNER, pl.DataFrame({"owner_id": _only_owner(lake, merchant_id)}))
        for table in _its_tables():
            lake.delete(table, pl.DataFrame({"merchant_id": [merchant_id]}))
        checks = lake.read(CHECK).filter(
            pl.col("details_json").str.contains_any([f'"{name}"' for name in (merchant_id, *shops)])
        )
        lake.replace(
            CHECK, checks.select(CHECK.key), checks.with_columns(details_json=pl.lit(None, pl.String))
        )

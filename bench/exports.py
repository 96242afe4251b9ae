"""What every contender but ours is told beforehand: which files there are, whose they are, when they were
downloaded and what their columns are called.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Export:
    """One file.

    ``kind`` is one of ``KINDS``; ``observed`` is the download moment as Beijing wall clock in whole seconds
    since 1970.
    """

    path: Path
    kind: str
    merchant_id: str
    shop_id: str
    observed: int
    header: tuple[str, ...]


#: Kind → how such a file's name begins; Douyin's order files begin with the moment itself.
KINDS = {
    "after_sales": "售后单-",
    "sessions": "直播明细_",
    "taobao_orders": "ExportOrderList",
    "taobao_items": "ExportOrderDetailList",
    "orders": "",
}


def find_exports(roots: Iterable[Path]) -> list[Export]:
    """All files of ``<root>/<merchant>/<shop>/<file>``, sorted by kind, shop and moment."""
    found = [_export(path) for root in roots for path in root.glob("*/*/*")]
    return sorted(found, key=lambda item: (item.kind, item.shop_id, item.observed, item.path.name))


def of_shop(roots: Iterable[Path], merchant_id: str, shop_id: str) -> list[Path]:
    """All files of one shop, by path."""
    return sorted(path for root in roots for path in (root / merchant_id / shop_id).glob("*"))


def of_kind(exports: Iterable[Export], kind: str) -> list[Export]:
    """The files of one kind, in order."""
    return [item for item in exports if item.kind == kind]


def layouts(exports: Iterable[Export]) -> dict[tuple[str, ...], list[Export]]:
    """Files by their header."""
    grouped: dict[tuple[str, ...], list[Export]] = {}
    for item in exports:
        grouped.setdefault(item.header, []).append(item)
    return grouped


def own_accounts(home: Path) -> list[tuple[str, int]]:
    """Merchant and account number of every live account that is a shop's own."""
    return [
        (shop["merchant_id"], int(shop["own_account_id"]))
        for shop in json.loads((home / "registry.json").read_text(encoding="utf-8"))
    ]


def to_utf8(exports: list[Export], folder: Path) -> list[Export]:
    """GBK files rewritten in UTF-8 without the ``="…"`` wrappers, two at a time, in processes of their own.

    Others as they are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoded = [item for item in exports if item.kind.startswith("taobao")]
    targets = [replace(item, path=folder / f"{number:05d}.csv") for number, item in enumerate(encoded)]
    with ProcessPoolExecutor(2) as pool:
        list(
            pool.map(_rewrite, [item.path for item in encoded], [item.path for item in targets], chunksize=4)
        )
    return [item for item in exports if not item.kind.startswith("taobao")] + targets


def _rewrite(source: Path, target: Path) -> None:
    target.write_text(source.read_text(encoding="gb18030").replace('="', '"'), encoding="utf-8")


def _export(path: Path) -> Export:
    kind = next(kind for kind, start in KINDS.items() if path.name.startswith(start))
    encoding = "gb18030" if kind.startswith("taobao") else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as stream:
        header = tuple(name.strip() for name in next(csv.reader(stream)))
    return Export(path, kind, path.parts[-3], path.parts[-2], _observed(kind, path.stem), header)


def _observed(kind: str, name: str) -> int:
    digits = _DIGITS.findall(name)
    if kind == "orders":
        return int(digits[0]) + 8 * 3600
    stamp = "".join(digits)[-8:] + "000000" if kind == "sessions" else "".join(digits).ljust(14, "0")
    return int(dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC).timestamp())

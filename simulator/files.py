"""What merchants would download: every connector's export files written as a tree
``<merchant>/<shop>/<file>``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from simulator import erp
from simulator.history.market import Market
from simulator.history.platforms import FACTS
from simulator.server import simulators


def write_files(
    market: Market,
    out: Path,
    at: dt.datetime,
    first_date: dt.date,
    last_date: dt.date,
    shop_ids: list[str] | None = None,
) -> list[Path]:
    """Write the files of all shops (or of ``shop_ids``) as downloaded at ``at`` for orders created in the
    period; returns the paths, sorted by shop.

    Shops on a platform whose connector has no ``simulate`` are left out.
    """
    known = simulators()
    written = []
    for shop in market.shops.iter_rows(named=True):
        module = known.get(shop["platform_code"])
        if module is None or (shop_ids is not None and shop["shop_id"] not in shop_ids):
            continue
        folder = out / shop["merchant_id"] / shop["shop_id"]
        folder.mkdir(parents=True, exist_ok=True)
        files = module.export_files(market, shop["shop_id"], at, first_date, last_date)
        if FACTS[shop["platform_code"]].refunds_by_erp:
            files |= erp.export_files(market, shop["shop_id"], at, first_date, last_date)
        for name, content in files.items():
            path = folder / name
            path.write_bytes(content)
            written.append(path)
    return written

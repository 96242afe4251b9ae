"""Export files of any size, as merchants would have downloaded them day by day.

Douyin orders in both layouts (BOM, ids behind a TAB, commas in money), after-sales and live sessions; Taobao
orders and items (GBK, ``="id"``). ``<out>/base`` holds the days of the full build, ``<out>/next`` one more
day; both are trees ``<merchant>/<shop>/<file>``.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.frames import lines_of_day, refunds_of_day, sessions_of, shops_of
from bench.market import Market, build_market
from connectors.douyin import simulate_files as douyin
from connectors.taobao import simulate_files as taobao
from connectors.taobao import simulate_words

DAYS, BAD_SHARE = 30, 0.005
#: Rows in one day's order file of one shop at which the workload of docs/benchmarks.md was first measured.
ROWS_PER_FILE = 8_000

Damage = tuple[re.Pattern[bytes], bytes]

_TIME = (re.compile(rb"\d{4}-\d\d-\d\d "), b"2026-13-45 ")
_MONEY = (re.compile(rb"\d\.\d\d"), b"#.##")


@dataclass(frozen=True)
class Made:
    """What was written to one tree: files, bytes, rows of order or item files, rows of after-sales, and rows
    broken on purpose.
    """

    files: int
    bytes: int
    order_rows: int
    refund_rows: int
    bad_rows: int


class _Tree:
    """Writes files of one tree, breaking a share of their rows, and counts."""

    def __init__(self, market: Market, root: Path, rng: np.random.Generator) -> None:
        self._shops = market.shops.rows(named=True)
        self._root, self._rng = root, rng
        self.files = self.bytes = self.order_rows = self.refund_rows = self.bad_rows = 0

    def shop(self, number: int) -> dict[str, object]:
        return self._shops[number]

    def write(
        self,
        number: int,
        name: str,
        data: bytes,
        damage: Sequence[Damage] = (),
        may_break: pl.Series | None = None,
    ) -> None:
        """One file; ``damage`` are the ways in which a bad row is bad (none: no bad rows), ``may_break``
        tells which rows may be (None: all).
        """
        shop = self._shops[number]
        folder = self._root / shop["merchant_id"] / shop["shop_id"]
        folder.mkdir(parents=True, exist_ok=True)
        data = self._broken(data, damage, may_break) if damage else data
        (folder / name).write_bytes(data)
        self.files += 1
        self.bytes += len(data)

    def _broken(self, data: bytes, damage: Sequence[Damage], may_break: pl.Series | None) -> bytes:
        rows = data.split(b"\n")
        may = np.ones(len(rows) - 2, dtype=bool) if may_break is None else may_break.to_numpy()
        chosen = 1 + np.flatnonzero(
            may & (self._rng.random(len(may)) < BAD_SHARE * len(may) / max(may.sum(), 1))
        )
        for number in chosen:
            pattern, word = damage[int(self._rng.integers(len(damage)))]
            rows[number] = pattern.sub(word, rows[number], count=1)
        self.bad_rows += len(chosen)
        return b"\n".join(rows)

    def made(self) -> Made:
        return Made(self.files, self.bytes, self.order_rows, self.refund_rows, self.bad_rows)


def generate(
    out: Path, rows: int, *, seed: int = 1, days: int = DAYS, shops: int | None = None
) -> dict[str, Made]:
    """Write ``base`` (about ``rows`` order rows over ``days`` days), ``next`` and ``registry.json`` under
    ``out``; the same arguments give the same bytes.
    """
    market = build_market(rows, seed, shops or min(20, max(4, round(rows / days / ROWS_PER_FILE))), days)
    rng = np.random.default_rng([seed, 1])
    made = {}
    for name, span in (("base", range(days)), ("next", range(days, days + 1))):
        tree = _Tree(market, out / name, rng)
        for day in span:
            _write_orders(tree, market, day)
            _write_after_sales(tree, market, day)
        _write_sessions(tree, market, span)
        made[name] = tree.made()
    registry = market.shops.select(
        "merchant_id", "shop_id", "platform_code", "shop_name", "own_account_id"
    ).to_dicts()
    (out / "registry.json").write_text(json.dumps(registry, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "made.json").write_text(
        json.dumps({name: asdict(item) for name, item in made.items()}), encoding="utf-8"
    )
    return made


def _write_orders(tree: _Tree, market: Market, day: int) -> None:
    at = market.export_moment(day)
    for number, lines in shops_of(lines_of_day(market, day)):
        tree.order_rows += lines.height
        shop = tree.shop(number)
        if shop["platform_code"] == "douyin":
            name = f"{int(at.timestamp())}_{number:08x}.csv"
            # where the refund of an unread line of a larger order goes is a rule of ours and no part of the
            # job
            tree.write(
                number,
                name,
                douyin.order_csv(lines, at, old_layout=bool(shop["is_old_layout"])),
                (_TIME, _MONEY),
                ~lines["order_id"].is_duplicated(),
            )
            continue
        told = simulate_words.line_states(lines.with_columns(closed_at=pl.lit(None), updated_at=pl.lit(None)))
        tree.write(
            number,
            f"ExportOrderList{at:%Y%m%d%H%M}.csv",
            taobao.order_list(simulate_words.orders_of(told), str(shop["shop_name"])),
            (_TIME, _MONEY),
        )
        tree.write(
            number,
            f"ExportOrderDetailList{at:%Y%m%d%H%M}.csv",
            taobao.order_detail_list(told),
            (_TIME, _MONEY),
        )


def _write_after_sales(tree: _Tree, market: Market, day: int) -> None:
    """Douyin only: what came back on Taobao stands in its order and item rows."""
    at = market.export_moment(day)
    refunds, lines = refunds_of_day(market, day)
    sold = dict(shops_of(lines))
    for number, part in shops_of(refunds):
        if tree.shop(number)["platform_code"] == "douyin":
            tree.refund_rows += part.height
            table = douyin.after_sale_table(part, sold[number], at)
            tree.write(number, f"售后单-{at:%Y-%m-%d %H_%M_%S}.csv", douyin.table_csv(table), (_TIME,))


def _write_sessions(tree: _Tree, market: Market, span: range) -> None:
    first, last = market.export_moment(span[0] - 1), market.export_moment(span[-1] - 1)
    for shop in market.shops.iter_rows(named=True):
        if shop["platform_code"] == "douyin":
            table = douyin.live_table(
                sessions_of(market, shop["shop"], span), old_layout=shop["is_old_layout"]
            )
            money = table.with_columns(pl.col(pl.Float64).round(2))
            tree.write(shop["shop"], f"直播明细_{first:%Y%m%d}_{last:%Y%m%d}.csv", douyin.table_csv(money))


def main() -> None:
    """``python -m bench.generate --out DIR --rows N [--days N] [--shops N] [--seed N]``."""
    parser = argparse.ArgumentParser(description="生成订单导出文件 / generate order exports")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--shops", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    wishes = parser.parse_args()
    for name, item in generate(
        wishes.out, wishes.rows, seed=wishes.seed, days=wishes.days, shops=wishes.shops
    ).items():
        print(name, item)


if __name__ == "__main__":
    main()

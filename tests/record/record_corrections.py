"""What a merchant does between two releases: enters lists, gives damaged, repeated and corrected files,
withdraws one and gives it again, maps a sheet of its own, confirms what was held.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import time_machine
from erp_sheets import HEADINGS
from record_lines import Record, frame_lines, plain_lines, text
from test_mapping_erp import as_csv
from test_mapping_erp import rows as erp_rows
from truth_cases import NOW

from contracts.errors import BaiyunError
from metrics.query.access import Viewer
from metrics.reports import health
from pipeline import counter, steps
from pipeline.build import withdrawing
from pipeline.entries.declaration import EntryList
from pipeline.entries.engine import import_file, in_force_now, take_back_now
from pipeline.entries.lists import accounts, aside, costs, rates, stock
from pipeline.house import writing
from pipeline.intake.receipts import FileReceipt
from simulator.history.market import Market
from warehouse.settings import Settings

#: Between the first two collections.
BETWEEN = NOW + dt.timedelta(days=3)
SHOP, MERCHANT, DAMAGED = "yunshan-douyin", "yunshan", "orders-damaged.csv"
#: Of a receipt what its table's name tells, is told line by line, or is another on every machine.
_ELSEWHERE = ("notices", "export_id", "name", "merchant_id", "shop_id", "dropped_columns", "platform")
Value = TypeVar("Value")


def receipts(step: str, given: Iterable[FileReceipt]) -> Record:
    """A table per file: its receipt, and each of its notices."""
    found = {}
    for each in given:
        told = {name: value for name, value in each.document().items() if name not in _ELSEWHERE and value}
        notices = {f"notice.{notice.rule}": notice.sentence() for notice in each.notices}
        lines = plain_lines(told | notices)
        found[f"{step} · {each.shop_id} {each.name}"] = lines
    return found


def correct(settings: Settings, market: Market, files: dict[str, list[Path]], said: Record) -> None:
    """Everything of a merchant between two releases, each step's words into ``said``; one build."""
    viewer = Viewer(settings.place, "老板", "merchant", MERCHANT)
    with time_machine.travel(BETWEEN, tick=True):
        _enter_lists(settings, market, said)
        with writing(settings) as lake:
            export = export_of(viewer, files[SHOP][-1].name)
            withdrawing.mark(lake, MERCHANT, export, shop_id=SHOP, by="老板", at=BETWEEN)
        sheet = _map(settings, viewer, files[SHOP][0].parent.parent, said)
        given = [damaged(orders_of(files)), sheet]
        _tell(said, "between", lambda: steps.ingest(settings, MERCHANT, SHOP, given, by="老板", at=BETWEEN))


def confirm(settings: Settings, said: Record, at: dt.datetime) -> None:
    """Confirm what is held of the damaged file; builds and releases whatever else has come."""
    viewer = Viewer(settings.place, "老板", "merchant", MERCHANT)
    with time_machine.travel(at, tick=True):
        export = export_of(viewer, DAMAGED)
        _tell(said, "last", lambda: steps.confirm(settings, MERCHANT, export, shop_id=SHOP, by="老板", at=at))


def orders_of(files: dict[str, list[Path]]) -> Path:
    """The file of the shop's orders."""
    return next(path for path in files[SHOP] if path.suffix == ".csv" and path.name[0].isdigit())


def export_of(viewer: Viewer, name: str) -> str:
    """The number of a file of the shop."""
    found = health.receipts(viewer, limit=1000).filter(shop_id=SHOP, export_name=name)["export_id"]
    return str(found[0])


def damaged(orders: Path) -> Path:
    """A few orders of a file as a careless hand leaves them: ruined cells, an absurd amount, a row twice with
    another price, a total.
    """
    rows = list(csv.reader(io.StringIO(orders.read_bytes().decode("utf-8-sig"))))
    head, body = rows[0], [list(row) for row in rows[1:13]]
    place = {name: head.index(name) for name in ("主订单编号", "订单应付金额", "支付完成时间", "商品数量")}
    body[0][place["订单应付金额"]] = "一百"
    body[1][place["支付完成时间"]] = "昨天"
    body[2][place["订单应付金额"]] = "99999999.00"
    body[3][place["商品数量"]] = "1.5"
    body.append([*body[4][: place["订单应付金额"]], "0.01", *body[4][place["订单应付金额"] + 1 :]])
    body.append(["合计" if number == 0 else "" for number in range(len(head))])
    target = orders.parent.parent / DAMAGED
    target.write_bytes(as_csv([head, *body], "utf-8"))
    return target


def _tell(said: Record, step: str, work: Callable[[], Value]) -> Value | None:
    """Do it, and note what it came to or the sentence that refuses it."""
    try:
        found = work()
    except BaiyunError as error:
        said[step] = {"refused": error.sentence()}
        return None
    if isinstance(found, steps.Ingested):
        told = found.document()
        said[step] = plain_lines({name: told[name] for name in ("release", "changes", "held")})
        said |= receipts(step, found.receipts)
    else:
        said[step] = {"came to": text(found)}
    return found


def _enter_lists(settings: Settings, market: Market, said: Record) -> None:
    lines = market.lines.filter(shop_id=SHOP).sort("order_id", "order_line_id")
    orders, skus = lines["order_id"].unique().sort().to_list(), lines["sku_code"].unique().sort().to_list()
    lists: list[tuple[EntryList, str | None, list[tuple[str, ...]]]] = [
        (aside.LIST, MERCHANT, [(SHOP, orders[0], "刷单", ""), (SHOP, orders[3], "寄样", "剔除")]),
        (accounts.LIST, MERCHANT, [(SHOP, "7012345678", "新号", "")]),
        (costs.LIST, MERCHANT, [
            ("商品成本", SHOP, skus[0], "", "", "", "每件", "31.07", "2026-07-05", ""),
            ("商品成本", "", skus[1], "", "", "", "", "1,031.00", "2026/7/6", ""),
            ("坑位费", SHOP, "", "", "达人1", "", "一次性", "1000.01", "2026-07-08", "2026-07-14"),
            ("打包费", SHOP, "", "", "", "", "每单", "1.20", "2026-07-10", ""),
        ]),
        (stock.LIST, MERCHANT, [
            ("到货", SHOP, skus[0], "2026-07-03", "30"), ("盘点", SHOP, skus[0], "2026-07-22", "4"),
        ]),
        (rates.LIST, None, [("2026-07-01", "THB", "0.2101"), ("2026-07-02", "USD", "7.1")]),
    ]  # fmt: skip
    for item, owner, rows in lists:
        good, bad = (settings.home / f"{item.code}-{name}.csv" for name in ("good", "bad"))
        good.write_bytes(as_csv([list(item.labels), *map(list, rows)], "utf-8"))
        spoiled = [[*row[:2], "?", *row[3:]] for row in [*rows, *rows]]
        bad.write_bytes(as_csv([list(item.labels), *spoiled], "gb18030"))
        for name, path in (("entered", good), ("entered again", good), ("spoiled", bad)):
            step = f"list {item.code} {name}"
            _tell(said, step, lambda item=item, owner=owner, path=path: import_file(  # type: ignore[misc]
                item, settings, owner, path, by="老板", at=BETWEEN))  # fmt: skip
    entry = str(in_force_now(costs.LIST, settings, MERCHANT)["entry_id"][0])
    _tell(said, "cost taken back", lambda: take_back_now(costs.LIST, settings, MERCHANT, [entry], by="老板"))


def _map(settings: Settings, viewer: Viewer, folder: Path, said: Record) -> Path:
    """A sheet of an ERP: looked at and mapped at the counter."""
    rows = [[cell.replace("2026-11-", "2026-07-") for cell in row] for row in erp_rows("jst_47")]
    data = as_csv([HEADINGS["jst_47"].header, *rows], "gb18030")
    path = folder / "聚水潭.csv"
    path.write_bytes(data)
    (look,) = counter.preview(viewer, SHOP, path.name, data)
    trial = counter.try_mapping(viewer, SHOP, path.name, data, counter.propose(viewer, SHOP, data), {})
    told = {"words": trial.words, "columns": sorted(trial.mapping.columns), "error": look.error}
    said["sheet"] = plain_lines(told) | {
        f"{name}.{line}": value
        for name, rows in trial.frames.items()
        for line, value in frame_lines(rows).items()
    }
    counter.save_mapping(viewer, trial.mapping)
    return path

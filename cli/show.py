"""How the terminal tells things: tables and a progress line for people, one JSON document for programs."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import polars as pl
from rich.console import Console

from cli.terminal import OUT, print_json, print_table
from contracts import codes
from contracts.amounts import yuan
from contracts.intake import row_place, unmasked_at
from warehouse.ops import EXPORT

if TYPE_CHECKING:
    from metrics.query.ask import Answer
    from pipeline.intake.collect import Collected
    from pipeline.intake.receipts import FileReceipt
    from pipeline.release.changes import Change
    from pipeline.steps import Ingested
    from warehouse.lake import Lake

_FILE = ("export_id", "export_name", "shop_id", "platform_code", "kind_code")
_ERR = Console(stderr=True, highlight=False)


def ratio(value: float) -> str:
    """``1.2345`` → ``1.23``, half up."""
    return f"{Decimal(str(value)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str, str], None]]:
    """A spinner on stderr naming the step under way and the seconds since the start.

    Nothing is drawn where stderr is no terminal.
    """
    start = time.monotonic()
    with _ERR.status("", spinner="dots") as status:
        if quiet or not _ERR.is_terminal:
            status.stop()

        def say(zh: str, en: str) -> None:
            status.update(f"{zh}… / {en} ({time.monotonic() - start:.0f} s)")

        yield say


# receipts
def ingested(done: Ingested, *, as_json: bool) -> None:
    """Receipts, what moved, and which release is read now."""
    if as_json:
        print_json(done.document())
        return
    receipts(done.receipts)
    _changes(done.changes)
    if done.held:
        OUT.print(f"未放行 / held: {done.held.sentence()}", markup=False, style="red")
    if done.current:
        OUT.print(
            f"看板读取发布 #{done.current.number}({done.current.changed_at:%Y-%m-%d %H:%M}) / dashboards "
            f"read release #{done.current.number}"
        )


def receipts(items: Sequence[FileReceipt]) -> None:
    """One block per file: verdict, the four counts that add up, rules, dropped columns, dates."""
    for item in items:
        verdict = f"{codes.VERDICT.zh(item.verdict)} / {codes.VERDICT.en(item.verdict)}"
        OUT.print(f"■ {item.name}: {verdict}", markup=False)
        if item.verdict == "withdrawn":
            OUT.print(
                "  它的行不再计入;再次导入就恢复 / its rows count no more; give it again to restore them"
            )
            continue
        if item.message:
            OUT.print(f"  [{item.rule}] {item.message}\n  → {item.next_step}", markup=False)
        if item.verdict == "refused":
            continue
        platform = codes.PLATFORM.zh(item.platform)
        span = f"{item.first_date} — {item.last_date}" if item.first_date else "—"
        OUT.print(
            f"  {platform} · {item.kind} · {item.layout} · {span} · {item.export_id[:12]}", markup=False
        )
        counts = (
            f"{item.published:,} 发布 + {item.quarantined:,} 隔离 + {item.superseded:,} 被取代 + "
            f"{item.duplicate:,} 重复"
        )
        OUT.print(
            (
                f"  读取 {item.rows_read:,} 行 = {counts} / read = published + quarantined + superseded + "
                "duplicate"
            ),
            markup=False,
        )
        for rule, rows in item.rules.items():
            OUT.print(
                f"  隔离规则 {rule}: {rows:,} 行 → baiyun quarantine show {item.export_id[:12]}", markup=False
            )
        for notice in item.notices:
            OUT.print(f"  提醒 / notice {notice.sentence()}", markup=False)
        if item.dropped_columns:
            OUT.print(
                f"  已移除个人信息列 / personal columns dropped: {'、'.join(item.dropped_columns)}",
                markup=False,
            )


def waiting(rows: pl.DataFrame) -> None:
    """Foreign orders in no figure yet (rows of ``metrics.reports.health.waiting``), a line per shop, currency
    and day.
    """
    for shop, currency, date, orders in rows.select(
        "shop_id", "currency_code", "rate_date", "orders_qty"
    ).iter_rows():
        zh = f"{orders:,} 笔外币订单等待 {date or '日期不明'} 的汇率"
        en = f"foreign orders waiting for the rate of {date or 'a day not told'}: {orders:,}"
        OUT.print(f"  {shop} {currency}: {zh} / {en} → baiyun rates import", markup=False)


def outliers(rows: pl.DataFrame, *, as_json: bool = False) -> None:
    """Lines that count and are marked as absurdly large (rows of ``metrics.reports.health.outliers``)."""
    if as_json:
        print_json(
            {
                "lines": [
                    {name: str(cell) if isinstance(cell, dt.date) else cell for name, cell in row.items()}
                    for row in rows.to_dicts()
                ]
            }
        )
        return
    for shop, line, marked, largest in rows.select(
        "shop_id", "order_line_id", "marked_fen", "largest_fen"
    ).iter_rows():
        zh = f"{yuan(marked)} 元,是其余最大一行 {yuan(largest)} 元的百倍以上,已计入"
        en = f"CNY {yuan(marked)}, the largest other is {yuan(largest)}; it counts"
        OUT.print(f"  {shop} {line}: {zh} / {en} → baiyun quarantine confirm-line {line}", markup=False)


def _changes(changes: Sequence[Change]) -> None:
    if changes and all(item.before == item.after for item in changes):
        OUT.print("发布的合计没有变化 / released totals unchanged")
        return

    def shown(item: Change, value: int | None) -> str:
        if value is None:
            return "—"
        return f"{value:,}" if item.metric == "paid_orders" else yuan(value)

    rows = [
        (f"{item.zh} / {item.en}", shown(item, item.before), shown(item, item.after), shown(item, item.moved))
        for item in changes
    ]
    if rows:
        print_table(
            "本店发布合计的变化 / what moved in the shop's released totals",
            ["", "之前 / before", "之后 / after", "变化 / change"],
            rows,
        )


def collected(items: Sequence[Collected]) -> None:
    """One line per shop and kind."""
    rows = [
        (
            item.shop_id,
            item.kind_code,
            item.outcome_code,
            item.pages_qty,
            item.rule_name,
            item.message_name,
            item.next_step_name,
        )
        for item in items
    ]
    print_table(
        "采集 / collection",
        [
            "店铺 / shop",
            "种类 / kind",
            "结果 / outcome",
            "页 / pages",
            "规则 / rule",
            "说明 / message",
            "下一步 / next step",
        ],
        rows,
    )


# answers
def answered(answer: Answer, until: dt.date | None, *, as_json: bool) -> None:
    """Rows with money as fen in JSON; as yuan in the table; when released, and how far the data reach."""
    if as_json:
        of = {"release": answer.release, "as_of": answer.as_of, "data_until": until}
        print_json({"rows": answer.rows.to_dicts(), **of, "notes": [asdict(note) for note in answer.notes]})
        return
    from metrics.model.definitions import METRICS

    def shown(name: str, value: object) -> str:
        metric = METRICS.get(name)
        if value is None or metric is None:
            return "—" if value is None else str(value)
        if metric.unit == "fraction":
            return f"{float(str(value)):.1%}"
        if metric.unit in ("ratio", "days"):
            return ratio(float(str(value)))
        return yuan(int(str(value))) if metric.unit.startswith("fen") else f"{int(str(value)):,}"

    columns = [
        f"{METRICS[name].zh}\n{METRICS[name].en}" if name in METRICS else name for name in answer.rows.columns
    ]
    rows = [[shown(name, value) for name, value in row.items()] for row in answer.rows.iter_rows(named=True)]
    reach = f" · 数据到 / data up to {until}" if until else ""
    at = f"{answer.as_of:%Y-%m-%d %H:%M}"
    print_table(f"发布 #{answer.release} · 发布时间 / released {at}{reach}", columns, rows)
    for note in answer.notes:
        OUT.print(f"注 / note: {note.zh} / {note.en}", markup=False)


# quarantine
Names = dict[tuple[str, str], str]


def export_names(lake: Lake) -> Names:
    """Shop and export id → the name it came under: two shops may have been given the same bytes."""
    return {
        (shop, export): name
        for shop, export, name in lake.read(
            EXPORT, columns=["shop_id", "export_id", "export_name"]
        ).iter_rows()
    }


def files(rows: pl.DataFrame, *, as_json: bool) -> None:
    """What a merchant gave, and what became of it."""
    if as_json:
        print_json(
            {
                "files": rows.select(
                    *_FILE,
                    "received_at",
                    "received_by_name",
                    "verdict_code",
                    "withdrawn_at",
                    "withdrawn_by_name",
                ).to_dicts()
            }
        )
        return
    cells = [
        (
            row["export_id"][:12],
            row["export_name"],
            row["shop_id"],
            row["kind_code"],
            f"{row['received_at']:%Y-%m-%d %H:%M}",
            _verdict(row["verdict_code"]),
        )
        for row in rows.to_dicts()
    ]
    print_table(
        "文件 / files",
        ["编号 / id", "文件 / file", "店铺 / shop", "种类 / kind", "收到 / received", "结果 / verdict"],
        cells,
    )


def _verdict(code: str | None) -> str:
    return f"{codes.VERDICT.zh(code)} {codes.VERDICT.en(code)}" if code else "等待构建 waits for a build"


def quarantine_list(rows: pl.DataFrame, loads: pl.DataFrame, names: Names, *, as_json: bool) -> None:
    """Rows per file and rule, newest file first."""
    key = ["export_id", "merchant_id", "shop_id", "platform_code", "kind_code", "rule_name"]
    counted = (
        rows.group_by(key)
        .agg(rows=pl.col("row_number").n_unique())
        .join(loads, on=["export_id", "shop_id"], how="left")
    )
    listed = counted.sort("loaded_at", *key, descending=[True] + [False] * len(key))
    if as_json:
        print_json(
            {
                "quarantine": [
                    row | {"name": names.get((row["shop_id"], row["export_id"]), "")}
                    for row in listed.to_dicts()
                ]
            }
        )
        return
    cells = [
        (
            row["export_id"][:12],
            names.get((row["shop_id"], row["export_id"])),
            row["shop_id"],
            row["kind_code"],
            row["rule_name"],
            row["rows"],
        )
        for row in listed.to_dicts()
    ]
    print_table(
        "隔离 / quarantine",
        ["编号 / id", "文件 / file", "店铺 / shop", "种类 / kind", "规则 / rule", "行 / rows"],
        cells,
    )


def quarantine_rows(rows: pl.DataFrame, names: Names, *, as_json: bool) -> None:
    """Every broken rule × row of a file."""
    ordered = rows.sort("export_id", "row_number", "column_name")
    if as_json:
        print_json(
            {
                "rows": [
                    row | {"name": names.get((row["shop_id"], row["export_id"]), "")}
                    for row in ordered.to_dicts()
                ]
            }
        )
        return
    cells = [
        (row["shop_id"], row_place(row["row_number"]), row["column_name"], row["cell_name"], row["rule_name"])
        for row in ordered.to_dicts()
    ]
    title = "、".join(
        sorted({names.get(key, key[1]) for key in rows.select("shop_id", "export_id").unique().iter_rows()})
    )
    print_table(title, ["店铺 / shop", "行 / row", "列 / column", "原值 / cell", "规则 / rule"], cells)
    said = ordered.select("rule_name", "message_name", "next_step_name").unique(maintain_order=True)
    for rule, message, step in said.iter_rows():
        OUT.print(f"{rule}: {message} → {step or ''}", markup=False)
    masked = next(
        (
            row
            for row in ordered.to_dicts()
            if unmasked_at(row["cell_name"], row["rule_name"], row["row_number"], row["column_name"])
        ),
        None,
    )
    if masked:
        place = (masked[name] for name in ("cell_name", "rule_name", "row_number", "column_name"))
        OUT.print(f"* {unmasked_at(*place)}", markup=False)


def shops(merchants: pl.DataFrame, rows: pl.DataFrame, accounts: pl.DataFrame, *, as_json: bool) -> None:
    """Who is registered; secrets are never part of the registry."""
    own = accounts.group_by("shop_id").agg(own="live_account_id")
    joined = rows.join(
        merchants.select("merchant_id", "merchant_name", "owner_id"), on="merchant_id", how="left"
    ).join(own, on="shop_id", how="left")
    if as_json:
        print_json({"shops": joined.to_dicts()})
        return
    cells = [
        (
            row["merchant_id"],
            row["merchant_name"],
            row["shop_id"],
            codes.PLATFORM.zh(row["platform_code"]),
            row["credential_ref"],
            "、".join(row["own"] or []),
        )
        for row in joined.to_dicts()
    ]
    print_table(
        "店铺 / shops",
        [
            "商家 / merchant",
            "名称 / name",
            "店铺 / shop",
            "平台 / platform",
            "凭据 / credential",
            "自有账号 / own accounts",
        ],
        cells,
    )

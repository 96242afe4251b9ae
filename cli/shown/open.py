"""How the terminal tells what stands open: the sums by reason, the largest items, the statements, and
received rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import typer

from cli.terminal import print_json, print_table
from contracts.amounts import yuan
from contracts.codes import LEDGER, OPEN_REASON, OPEN_STEP
from metrics.reports.open_book import STANDS, OpenBook, sums
from pipeline.intake.raw_rows import RawRow

_SHOWN = 50


def opened(book: OpenBook, rows: Sequence[RawRow], *, as_json: bool) -> None:
    """The book as a person reads it, or as one document."""
    if as_json:
        print_json(_document(book, rows))
        return
    _tell_silent(book)
    if book.items.is_empty():
        typer.echo("没有未结的 / nothing stands open")
    else:
        _tell_sums(book)
        _tell_items(book)
    _tell_statements(book)
    for row in rows:
        print_table(
            f"{row.name} · {row.row_number}",
            ["表头 / header", "原值 / cell"],
            [item for item in row.cells.items() if item[1]],
        )


def _tell_silent(book: OpenBook) -> None:
    for column, zh, en in (
        ("has_bill", "结算单", "a settlement bill"),
        ("has_account", "资金流水", "an account flow"),
    ):
        shops = book.silent.filter(~book.silent[column])["shop_id"].to_list()
        if shops:
            typer.echo(f"还没有给过{zh}的店 / shops that never gave {en}: {', '.join(shops)}")


def _tell_sums(book: OpenBook) -> None:
    told = [
        (
            " / ".join(STANDS[row["ledger_code"]]),
            f"{OPEN_REASON.zh(row['open_reason_code'])} / {OPEN_REASON.en(row['open_reason_code'])}",
            yuan(row["to_come_fen"]),
            yuan(row["to_go_fen"]),
            row["items_qty"],
            row["oldest_days"],
            f"{OPEN_STEP.zh(row['open_reason_code'])} / {OPEN_STEP.en(row['open_reason_code'])}",
        )
        for row in sums(book.items, "open_reason_code").iter_rows(named=True)
    ]
    columns = [
        "台账 / ledger",
        "原因 / reason",
        "应进 / to come",
        "应出 / to go",
        "笔 / items",
        "最久天数 / oldest",
        "下一步 / next step",
    ]
    print_table(f"未结台账 / open items · 发布 / release #{book.release}", columns, told)


def _tell_items(book: OpenBook) -> None:
    listed = [
        (
            number,
            yuan(row["open_fen"]),
            row["age_days"],
            OPEN_REASON.zh(row["open_reason_code"]),
            row["order_id"],
            row["open_item_id"],
            row["shop_id"],
        )
        for number, row in enumerate(book.items.head(_SHOWN).iter_rows(named=True), 1)
    ]
    columns = [
        "",
        "金额 / amount",
        "天数 / days",
        "原因 / reason",
        "订单 / order",
        "编号 / id",
        "店铺 / shop",
    ]
    print_table(
        f"最大的 {len(listed)} 笔,共 {book.items.height} 笔 / the largest of {book.items.height}",
        columns,
        listed,
    )


def _tell_statements(book: OpenBook) -> None:
    if book.statements.is_empty():
        return
    amounts = ("total_fen", "matched_fen", "explained_fen", "listed_fen", "residual_fen")
    told = [
        (
            row["business_month"],
            row["shop_id"],
            f"{LEDGER.zh(row['ledger_code'])} / {LEDGER.en(row['ledger_code'])}",
            *(yuan(row[name]) for name in amounts),
        )
        for row in book.statements.iter_rows(named=True)
    ]
    columns = [
        "月份 / month",
        "店铺 / shop",
        "对账 / ledger",
        "合计 / total",
        "已对上 / matched",
        "自有划转 / own",
        "未结 / open",
        "差 / left",
    ]
    print_table("对账单 / statements", columns, told)
    typer.echo(f"合计 − 已对上 − 自有划转 − 未结 = {yuan(book.residual_fen)} / total − matched − own − open")


def _document(book: OpenBook, rows: Sequence[RawRow]) -> dict[str, object]:
    return {
        "release": book.release,
        "by_ledger": sums(book.items).to_dicts(),
        "by_reason": sums(book.items, "open_reason_code").to_dicts(),
        "items": book.items.to_dicts(),
        "statements": book.statements.to_dicts(),
        "residual_fen": book.residual_fen,
        "silent_shops": book.silent.to_dicts(),
        "raw_rows": [asdict(row) for row in rows],
    }

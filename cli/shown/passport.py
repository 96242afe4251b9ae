"""How the terminal tells where a figure comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import typer

from cli.show import ratio
from cli.terminal import print_json, print_table
from contracts.amounts import yuan
from contracts.intake import row_place
from metrics.model.metric import CLOCKS, Metric
from metrics.query.estimate_lines import ESTIMATE
from metrics.query.explain import Lines, Passport
from metrics.query.lineage import EVIDENCE_KINDS
from pipeline.intake.raw_rows import ENTERED, RawRow

_SHOWN = 30
#: What a line is called by beside its order.
_OTHERS = (
    "refund_id",
    "settlement_entry_id",
    "fund_entry_id",
    "ad_entry_id",
    "platform_sku_id",
    "stock_entry_id",
    "live_session_id",
)


def passport(found: Passport, lines: Lines, rows: Sequence[RawRow], *, as_json: bool) -> None:
    """The figure and what stands behind it; its largest lines; the received rows of the one asked for."""
    if as_json:
        print_json(_document(found, lines, rows))
        return
    metric, answer = found.metric, found.answer
    clock = CLOCKS[metric.clock]
    told = [
        ("数字 / figure", _amount(metric, found.value)),
        ("口径 / definition", f"{metric.about_zh} / {metric.about_en}"),
        ("公式 / formula", f"{metric.formula_zh} / {metric.formula} · {found.mart.full_name}"),
        ("日期 / clock", f"{clock[0]} / {clock[1]}"),
        ("期间 / period", f"{answer.first_date} – {answer.last_date}"),
        ("发布 / release", f"#{answer.release} {answer.as_of:%Y-%m-%d %H:%M}"),
        (
            "口径版本 / version",
            found.version + (" (发布当时不同 / another one then)" if found.is_redefined else ""),
        ),
        (
            "检查 / checks",
            (
                f"{found.checks_passed} 通过 / passed; "
                f"{'; '.join(found.checks_failed) or '无提醒 / no warnings'}"
            ),
        ),
        *(("注 / note", f"{note.zh} / {note.en}") for note in answer.notes),
    ]
    print_table(f"{metric.zh} / {metric.id}", ["", ""], told)
    files = [
        (
            row["export_name"],
            row["kind_code"],
            f"{row['received_at']:%Y-%m-%d %H:%M}",
            row["rows_qty"],
            row["export_id"],
        )
        for row in found.files.to_dicts()
    ]
    print_table(
        f"来源文件 {len(files)} / files",
        ["文件 / file", "种类 / kind", "收到 / received", "行 / rows", "SHA-256"],
        files,
    )
    _tell_lines(lines)
    for row in rows:
        place = row_place(row.row_number) if row.source == "file" else str(row.row_number)
        if row.source == ENTERED:
            print_table(
                f"{row.name} 第 {place} 条录入 / entry · {row.received_at:%Y-%m-%d %H:%M}",
                ["项目 / item", "值 / value"],
                list(row.cells.items()),
            )
            continue
        kept = "" if row.is_raw else " · 原文件已到期,为入库内容 / expired; as loaded"
        print_table(
            f"{row.name} 第 {place} 行 / row{kept}",
            ["表头 / header", "原值 / cell"],
            [item for item in row.cells.items() if item[1]],
        )


def _tell_lines(lines: Lines) -> None:
    shown = [
        _line(lines.metric, number, row)
        for number, row in enumerate(lines.rows.head(_SHOWN).iter_rows(named=True), 1)
    ]
    columns = [
        "", "日期 / day", "店铺 / shop", "订单 / order", "子订单 / line",
        "售后、流水、商品 / refund, entry, goods", "是什么 / what", "件 / units",
        "贡献 / adds",
    ]  # fmt: skip
    print_table(f"明细 {lines.rows.height} 行,列出 {len(shown)} / lines", columns, shown)
    if lines.is_estimate:
        guessed = lines.rows.filter(evidence_code=ESTIMATE)
        typer.echo(
            f"其中 {guessed.height} 行是估计 / estimates among them: {yuan(int(guessed['amount'].sum()))}"
        )
    typer.echo(f"全部相加 / they add up to {_amount(lines.metric, lines.value)}")


def _line(metric: Metric, number: int, row: Mapping[str, Any]) -> tuple[object, ...]:
    kind = " / ".join(EVIDENCE_KINDS[row["evidence_code"]]) if row["evidence_code"] else None
    other = next((row[name] for name in _OTHERS if row[name]), None)
    day, amount = row["evidence_date"] or row["business_date"], row["amount"] // metric.per
    return (
        number,
        day,
        row["shop_id"],
        row["order_id"],
        row["order_line_id"],
        other,
        kind,
        row["evidence_qty"],
        yuan(amount) if metric.unit.startswith("fen") else amount,
    )


def _document(found: Passport, lines: Lines, rows: Sequence[RawRow]) -> dict[str, object]:
    return {
        "metric": found.metric.id,
        "value": found.value,
        "formula": found.metric.formula,
        "clock": found.metric.clock,
        "table": found.mart.full_name,
        "version": found.version,
        "is_redefined": found.is_redefined,
        "release": found.answer.release,
        "checks_passed": found.checks_passed,
        "warnings": list(found.checks_failed),
        "files": found.files.to_dicts(),
        "lines": lines.rows.to_dicts(),
        "raw_rows": [asdict(row) for row in rows],
    }


def _amount(metric: Metric, value: float | None) -> str:
    if value is None:
        return "—"
    if metric.unit == "fraction":
        return f"{value:.4f}"
    if metric.unit in ("ratio", "days"):
        return ratio(value)
    return yuan(int(value)) if metric.unit.startswith("fen") else str(value)

"""How the terminal tells what a release moved."""

from __future__ import annotations

import polars as pl
import typer

from cli.terminal import print_json, print_table
from contracts import codes
from contracts.amounts import yuan
from metrics.model.definitions import METRICS
from metrics.model.versions import CELLWISE, FOLLOWED

_SHOWN = 20


def restated(number: int, previous: int | None, rows: pl.DataFrame, *, as_json: bool) -> None:
    """``rows`` of ``ops.restatement`` of one release: sums by metric and reason, then the figures that moved
    most.
    """
    if as_json:
        print_json({"release": number, "previous": previous, "rows": rows.drop("release_number").to_dicts()})
        return
    if rows.is_empty():
        names = "、".join(METRICS[name].zh for name in (*FOLLOWED, *CELLWISE))
        typer.echo(f"发布 #{number} 没有数字变动 / release #{number} moved no figure ({names})")
        return
    sums = rows.group_by("metric_id", "restatement_code").agg(
        pl.col("restated_number", "orders_qty").sum(), pl.len().alias("cells")
    )
    order = {name: place for place, name in enumerate(METRICS)}
    by_reason = sorted(
        sums.iter_rows(named=True),
        key=lambda row: (order.get(row["metric_id"], len(order)), row["restatement_code"]),
    )
    title = f"发布 #{number} 相对 #{previous} 的变动 / what release #{number} moved against #{previous}"
    columns = ["指标 / metric", "原因 / reason", "变动 / change", "格数 / cells"]
    print_table(
        title, columns, [(_metric(row), _reason(row), _amount(row), row["cells"]) for row in by_reason]
    )
    most = rows.sort(pl.col("restated_number").abs(), descending=True).head(_SHOWN)
    where = ["商家 / merchant", "店铺 / shop", "渠道 / channel", "日期 / day"]
    cells = [
        (
            row["merchant_id"],
            row["shop_id"],
            codes.CHANNEL.zh(row["channel_code"]),
            row["business_date"],
            _metric(row),
            _reason(row),
            _amount(row),
        )
        for row in most.iter_rows(named=True)
    ]
    print_table(
        f"变动最大的 {most.height} 格,共 {rows.height} / the largest of {rows.height}",
        [*where, *columns[:3]],
        cells,
    )


def _metric(row: dict[str, object]) -> str:
    item = METRICS.get(str(row["metric_id"]))
    return f"{item.zh} / {item.id}" if item else str(row["metric_id"])


def _reason(row: dict[str, object]) -> str:
    code = str(row["restatement_code"])
    return f"{codes.RESTATEMENT.zh(code)} / {codes.RESTATEMENT.en(code)}"


def _amount(row: dict[str, object]) -> str:
    item, moved = METRICS.get(str(row["metric_id"])), int(str(row["restated_number"]))
    return f"{'+' if moved > 0 else ''}{yuan(moved) if item and item.unit == 'fen' else moved}"

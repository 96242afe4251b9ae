"""``python -m bench.questions``: what a merchant's questions cost, beside the same figures by plain DuckDB
over another contender's facts.

Ours answers from the marts of a release, with age and reservations; the peer sums the order lines and refunds
that ``bench.peer_duckdb`` wrote to Parquet. All answers must agree to the fen before any time is printed.
"""

# ruff: noqa: S608 - the only values in these queries are two dates

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb

from bench.market import LAST_DATE
from bench.measure import measure
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import explain
from warehouse.settings import Settings

WEEK = (LAST_DATE - dt.timedelta(days=7), LAST_DATE - dt.timedelta(days=1))
ROUNDS = 5

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """What is asked, and how the peer finds the same columns: SQL over ``lines`` and ``refunds`` of the
    merchant, sorted by its first column.
    """

    name: str
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    period: tuple[dt.date, dt.date] | None
    sql: str


QUESTIONS = (
    Question("本周各渠道留下多少 / kept by channel, a week", ("paid_gmv", "refunds", "net_by_order_date"),
        ("channel",), WEEK,
             "SELECT channel_code, sum(paid_fen)::BIGINT, sum(cohort_refund_fen)::BIGINT, sum(paid_fen - "
             "cohort_refund_fen)::BIGINT FROM lines "
             f"WHERE paid_date BETWEEN '{WEEK[0]}' AND '{WEEK[1]}' GROUP BY 1"),
    Question("逐日净成交 / net day by day", ("paid_gmv", "net_by_refund_date"), ("date",), None,
             "SELECT day, sum(paid)::BIGINT, sum(paid - back)::BIGINT FROM (SELECT paid_date AS day, "
             "paid_fen AS paid, 0 AS back FROM lines "
             "WHERE paid_date IS NOT NULL UNION ALL SELECT refund_date, 0, refund_fen FROM refunds WHERE "
             "refund_date IS NOT NULL) GROUP BY 1"),
    Question("各店 / by shop", ("paid_gmv", "paid_orders", "aov"), ("shop",), None,
             "SELECT shop_id, sum(paid_fen)::BIGINT, sum(is_order_head::BIGINT)::BIGINT, ((2 * sum(paid_fen) "
             "+ sum(is_order_head::BIGINT)) // (2 * sum(is_order_head::BIGINT)))::BIGINT "
             "FROM lines WHERE paid_date IS NOT NULL GROUP BY 1"),
    Question("各款退款率 / refund rate by style", ("paid_gmv", "refunds"), ("style",), None,
             "SELECT coalesce(style_code, 'untold'), sum(paid_fen)::BIGINT, sum(cohort_refund_fen)::BIGINT "
             "FROM lines WHERE paid_date IS NOT NULL GROUP BY 1"),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print milliseconds of CPU per question of both, and of a passport; 1 when an answer differs."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.questions", description="提问的代价 / what asking costs"
    )
    parser.add_argument(
        "--rows", type=int, default=500_000, help="订单行数 / order rows (default %(default)s)"
    )
    wishes = parser.parse_args(arguments)
    place = Path(tempfile.mkdtemp(prefix="questions-"))
    try:
        data, ours, peer = place / "data", place / "ours", place / "peer"
        measure(
            "bench.generate",
            ["--out", str(data), "--rows", str(wishes.rows), "--days", "30", "--seed", "1"],
            place / "log",
        )
        for module, out in (("bench.ours", ours), ("bench.peer_duckdb", peer)):
            measure(module, ["--home", str(data), "--out", str(out), "base"], place / "log")
        merchant = json.loads((data / "registry.json").read_text(encoding="utf-8"))[0]["merchant_id"]
        return _compare(
            Viewer(Settings(home=ours / "home").place, "bench", "merchant", merchant), peer, merchant
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _compare(viewer: Viewer, peer: Path, merchant: str) -> int:
    con = duckdb.connect(config={"threads": 2})
    for name, table in (("lines", "fct_order_line"), ("refunds", "fct_refund_line")):
        facts = con.read_parquet(str(peer / f"{table}.parquet")).join(
            con.read_parquet(str(peer / "dim_shop.parquet")), "shop"
        )
        facts.filter(
            duckdb.ColumnExpression("merchant_id") == duckdb.ConstantExpression(merchant)
        ).create_view(name)
    odd = 0
    for question in QUESTIONS:
        answer, ours_ms = _timed(
            partial(ask, viewer, question.metrics, by=question.by, period=question.period)
        )
        plain, plain_ms = _timed(partial(_rows, con, f"{question.sql} ORDER BY 1"))
        same = answer.rows.rows() == plain
        odd += not same
        print(
            f"{question.name}: {ours_ms:.1f} ms ÷ {plain_ms:.1f} ms = {ours_ms / plain_ms:.2f}, "
            f"{len(plain)} "
            f"行 / rows{'' if same else '  ≠'}"
        )
    passport, ms = _timed(partial(explain, viewer, "paid_gmv", {}, period=WEEK))
    print(f"数字凭证 / the passport of a figure: {ms:.0f} ms, {passport.lines_qty} 行 / lines")
    return int(odd > 0)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """The last answer and the CPU milliseconds of one, over ``ROUNDS`` after a first that pays for what is
    read once.
    """
    found = work()
    begun = time.process_time()
    for _ in range(ROUNDS):
        found = work()
    return found, 1000 * (time.process_time() - begun) / ROUNDS


if __name__ == "__main__":
    raise SystemExit(main())

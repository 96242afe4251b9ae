"""What must be known of figures that leave the house: whose they are, of which release, what the checks said,
which files came, what they leave out, and how each is defined.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

import polars as pl

from contracts.codes import KIND
from contracts.fields import TIME_ZONE
from metrics.model.definitions import METRICS
from metrics.model.metric import CLOCKS
from metrics.model.notes import Note
from metrics.model.versions import version
from metrics.query.access import Viewer
from metrics.query.ask import Answer
from metrics.reports import health

#: First cell of a row, and two beside it: Chinese and English, or a value and its mark.
Line = tuple[str, str, str]
_BEIJING = ZoneInfo(TIME_ZONE)
#: Newest files that are listed by name.
_FILES = 500


class Told(Protocol):
    """As much of a sheet as is told of it."""

    @property
    def title(self) -> str:
        """Its name."""

    @property
    def rows(self) -> pl.DataFrame:
        """Its rows."""

    @property
    def metrics(self) -> Sequence[str]:
        """Ids of its metrics."""

    @property
    def answer(self) -> Answer | None:
        """The one answer it is of."""

    @property
    def notes(self) -> Sequence[Note]:
        """What must be said besides."""


def known(viewer: Viewer, sheets: Sequence[Told], title: str = "") -> Iterator[Line]:
    """Rows of the last sheet of a workbook. Raises as ``release_line`` does."""
    if title:
        yield ("页面 Page", title, "")
    for sheet in sheets:
        yield ("表 Table", sheet.title, "")
        yield ("行数 Rows", str(sheet.rows.height), sheet.title if len(sheets) > 1 else "")
        if sheet.answer and sheet.answer.first_date:
            days = f"{sheet.answer.first_date} – {sheet.answer.last_date}"
            yield ("期间 Period", days, sheet.title if len(sheets) > 1 else "")
    yield from _release(viewer)
    for sheet in sheets:
        for note in (*(sheet.answer.notes if sheet.answer else ()), *sheet.notes):
            yield ("注意 Caveat", f"{note.zh}。", note.en)
    for name in (name for sheet in sheets for name in sheet.metrics):
        metric = METRICS[name]
        yield (f"{metric.zh} {metric.en}", metric.about_zh, metric.about_en)
        yield (
            "公式 Formula",
            f"{metric.zh} = {metric.formula_zh}",
            f"{name} {version(metric)}: {metric.formula}",
        )
        yield ("日期 Dates", f"{metric.zh}:{CLOCKS[metric.clock][0]}", CLOCKS[metric.clock][1])
    yield (
        "单位 Units",
        "金额：元，精确到分；空格 = 没有数据，不是 0。",
        "Yuan to the fen; empty is unknown, not 0.",
    )
    if viewer.merchant_id:
        yield from _passport(viewer)


def _release(viewer: Viewer) -> Iterator[Line]:
    line = health.release_line(viewer)
    if viewer.merchant_id:
        yield ("商家 Merchant", viewer.merchant_id, "")
    if viewer.role == "association":  # a figure of the district tells its own release, in a note
        yield _exported()
        return
    pinned = "（已固定 pinned）" if line.is_pinned else ""
    yield ("发布 Release", f"#{line.current}{pinned}" if line.current else "还没有发布 none yet", "")
    if line.as_of:
        yield ("数据时间 As of", f"{_beijing(line.as_of)} 北京时间", "")
    for zh, en in line.why_held():
        yield ("未放行 Not released", zh, en)
    yield _exported()


def _exported() -> Line:
    return "导出时间 Exported", f"{dt.datetime.now(_BEIJING):%Y-%m-%d %H:%M} 北京时间", ""


def _passport(viewer: Viewer) -> Iterator[Line]:
    """Checks, how far each shop's data reach, what is held back, and the files that came."""
    checks = health.checks(viewer)
    passed = checks.filter("is_passed").height
    yield ("检查 Checks", f"通过 {passed} 项 passed", "")
    for row in checks.filter(~pl.col("is_passed")).iter_rows(named=True):
        zh, _, en = str(row["message_name"] or row["rule_name"]).partition(" / ")
        yield ("提醒 Warning", zh, en)
    for row in health.held(viewer).iter_rows(named=True):
        yield ("未计入 Held back", f"{row['zh']}。", row["en"])
    for row in health.freshness(viewer).iter_rows(named=True):
        seen = [at for at in (row["observed_at"], row["covered_until_at"]) if at is not None]
        yield ("数据到 Data reach", row["shop_name"], _beijing(max(seen)) if seen else "还没有 none yet")
    files = health.receipts(viewer, limit=_FILES)
    for row in files.iter_rows(named=True):
        told = f"{row['export_name']} · {KIND.zh(row['kind_code'])} · {_beijing(row['received_at'])}"
        yield ("来源文件 File", told, row["export_id"])
    if files.height == _FILES:
        yield ("来源文件 File", f"只列最新 {_FILES} 个", f"the newest {_FILES} alone")


def _beijing(at: dt.datetime) -> str:
    return f"{at.astimezone(_BEIJING):%Y-%m-%d %H:%M}"

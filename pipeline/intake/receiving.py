"""The arithmetic of receipts: every row read is published, quarantined, superseded or a duplicate, and never
two of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from connectors.reading import Reading
from contracts.intake import Notice
from pipeline.build.loading import ROW, Loaded, details
from pipeline.intake.land import covered_dates
from pipeline.intake.receipts import verdict_of
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD, QUARANTINE

_OUTCOMES = ("published", "superseded", "duplicate")
_SHOP_EXPORT = ["merchant_id", "shop_id", "_export_id"]


def load_rows(
    waiting: pl.DataFrame,
    parts: list[Loaded],
    outcomes: pl.DataFrame,
    before: pl.DataFrame,
    number: int,
    now: dt.datetime,
) -> pl.DataFrame:
    """One row of ``LOAD`` per export of ``waiting``.

    ``before`` are the receipts of re-judged exports, whose settled rows keep their outcome.
    """
    counts = _counts(
        pl.concat([outcomes.select(*ROW, "outcome"), *(_shared(part, outcomes) for part in parts)])
    )
    bad = _bad_counts(parts)
    older = _counts(
        outcomes.filter(
            (pl.col("outcome") == "superseded") & (pl.col("_by_export_id") == pl.col("_export_id"))
        )
    )
    earlier = {(row["shop_id"], row["export_id"]): row for row in before.iter_rows(named=True)}
    spans = {key: covered_dates(frame) for part in parts for key, frame in _by_export(part).items()}
    rules = {key: rule for part in parts for key, rule in _rules(part).items()}
    rows = []
    for export in waiting.iter_rows(named=True):
        key = (export["shop_id"], export["export_id"])
        part = next(
            item
            for item in parts
            if (item.platform.code, item.kind) == (export["platform_code"], export["kind_code"])
        )
        settled = earlier.get(key)
        told = {
            name: counts.get((*key, name), 0) + (int(settled[f"{name}_qty"]) if settled else 0)
            for name in _OUTCOMES
        }
        quarantined = bad.get(key, 0)
        refusal = part.refusals.get(key)
        reading = _owned_up(part.readings.get(key), told["superseded"], older.get((*key, "superseded"), 0))
        rows_read = sum(told.values()) + quarantined
        first, last = spans.get(key, (export["first_date"], export["last_date"]))
        rows.append(
            {
                **{name: export[name] for name in EXPORT.key},
                "build_number": number,
                "loaded_at": now,
                "verdict_code": "refused"
                if refusal
                else verdict_of(rows_read, quarantined, reading.notices if reading else ()),
                "rows_read_qty": rows_read,
                "quarantined_qty": quarantined,
                **{f"{name}_qty": value for name, value in told.items()},
                "layout_name": reading.layout.name if reading else export["layout_name"],
                "first_date": first,
                "last_date": last,
                "dropped_columns_name": "、".join(reading.dropped_columns) if reading else None,
                "details_json": details(reading, {refusal.rule: 1} if refusal else rules.get(key, {})),
            }
        )
    return pl.DataFrame(rows, schema=LOAD.dtypes)


def _owned_up(reading: Reading | None, superseded: int, by_itself: int) -> Reading | None:
    """A reading that lost rows says to whom: ``by_itself`` of them to later rows of the same file, the others
    to other files, if nothing told how old it is.
    """
    if reading is None:
        return reading
    undated = superseded - by_itself if not reading.is_dated else 0
    lost = [Notice("OLDER_IN_FILE", by_itself)] if by_itself else []
    lost += (
        [Notice("OVERTAKEN_UNDATED", undated, f"{reading.observed_at:%Y-%m-%d %H:%M}")] if undated > 0 else []
    )
    return replace(
        reading,
        notices=[
            *reading.notices,
            *(notice for notice in lost if notice.rule not in {known.rule for known in reading.notices}),
        ],
    )


def rejudged_rows(lake: Lake, parts: list[Loaded], before: pl.DataFrame) -> list[Loaded]:
    """Of exports that were loaded before, only the rows that stood in quarantine: the others have their
    outcome already.
    """
    held = (
        lake.read(QUARANTINE, keys=before.select(EXPORT.key))
        .rename({"export_id": "_export_id", "row_number": "_row_number"})
        .select(ROW)
        .unique()
    )
    again = before.select("merchant_id", "shop_id", _export_id="export_id")

    def open_rows(frame: pl.DataFrame) -> pl.DataFrame:
        fresh = frame.join(again, on=_SHOP_EXPORT, how="anti")
        return pl.concat(
            [fresh, frame.join(again, on=_SHOP_EXPORT, how="semi").join(held, on=ROW, how="semi")]
        )

    return [
        replace(
            part,
            bronze=open_rows(part.bronze),
            frames={name: open_rows(frame) for name, frame in part.frames.items()},
            together=open_rows(part.together),
        )
        for part in parts
    ]


def _shared(part: Loaded, outcomes: pl.DataFrame) -> pl.DataFrame:
    """A row that speaks through another has that one's outcome.

    Where that one was settled before, it was published.
    """
    told = part.together.join(outcomes, left_on=[*ROW[:3], "_of"], right_on=ROW, how="left")
    return told.select(*ROW, pl.col("outcome").fill_null("published"))


def _counts(outcomes: pl.DataFrame) -> dict[tuple[str, str, str], int]:
    grouped = outcomes.group_by("shop_id", "_export_id", "outcome").len()
    return {(shop, export, outcome): count for shop, export, outcome, count in grouped.iter_rows()}


def _bad_counts(parts: list[Loaded]) -> dict[tuple[str, str], int]:
    return {
        (shop, export): count
        for part in parts
        for shop, export, count in part.bad.select(ROW)
        .unique()
        .group_by("shop_id", "_export_id")
        .len()
        .iter_rows()
    }


def _rules(part: Loaded) -> dict[tuple[str, str], dict[str, int]]:
    counted: dict[tuple[str, str], dict[str, int]] = {}
    rows = (
        part.bad.select(*ROW, "rule_name")
        .unique()
        .group_by("shop_id", "_export_id", "rule_name")
        .len()
        .sort("rule_name")
    )
    for shop, export, rule, count in rows.iter_rows():
        counted.setdefault((shop, export), {})[rule] = count
    return counted


def _by_export(part: Loaded) -> dict[tuple[str, str], pl.DataFrame]:
    frames = part.bronze.partition_by("shop_id", "_export_id", as_dict=True)
    return {(str(key[0]), str(key[1])): frame for key, frame in frames.items()}

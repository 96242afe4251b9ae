"""Audit and publish: what Great Expectations says of the build's very snapshot decides whether the dashboards
may read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import HeldReleaseError
from contracts.fields import TIME_ZONE
from expectations.derive import ROWS_PRESENT
from expectations.rule import STOP, WARN
from expectations.run import Outcome, Previous, judge
from metrics.model.versions import definitions
from metrics.reports.held import waiting_orders
from pipeline.house import reading, writing
from pipeline.release.holding import holds_of
from pipeline.release.restating import restated_of_each
from transforms.gold import gold_tables
from warehouse import release as releasing
from warehouse.lake import Lake
from warehouse.ops import CHECK
from warehouse.points import reach
from warehouse.release import Release
from warehouse.settings import Settings

#: So many days without a rate a held release names.
_DAYS_NAMED = 10


def audit(
    settings: Settings, build_number: int, snapshot: int, *, at: dt.datetime | None = None
) -> list[Outcome]:
    """Judge exactly ``snapshot`` and store every outcome under ``build_number``.

    A repeated audit replaces the earlier one.
    """
    outcomes = judge(settings.place, snapshot, previous=published_before(settings, build_number))
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    rows = [
        {
            "build_number": build_number,
            "table_name": item.table_name,
            "rule_name": item.rule_name,
            "snapshot_number": snapshot,
            "severity_code": item.severity_code,
            "is_passed": item.is_passed,
            "failed_qty": item.failed_qty,
            "checked_qty": item.checked_qty,
            "changed_at": now,
            "message_name": item.message_name,
            "details_json": item.details_json,
        }
        for item in outcomes
    ]
    with writing(settings) as lake:
        lake.replace(
            CHECK, pl.DataFrame({"build_number": [build_number]}), pl.DataFrame(rows, schema=CHECK.dtypes)
        )
    reach("audit.done")
    return outcomes


def published_before(settings: Settings, build_number: int) -> Previous | None:
    """The newest release that was published of an earlier build; None when there is none."""
    with reading(settings) as lake:
        published = [item for item in releasing.published_ones(lake) if item.build < build_number]
        if not published:
            return None
        last = published[-1]
        instead = {name: releasing.of_merchant(published, last, name) for name in last.holds}
        held = {name: item.snapshot if item else None for name, item in instead.items()}
        return Previous(last.snapshot, lake.read(CHECK, where={"build_number": last.build}), held)


def release(
    settings: Settings, build_number: int, snapshot: int, *, at: dt.datetime | None = None
) -> Release:
    """Publish ``snapshot`` for every merchant in whose rows no ``stop`` rule of its audit failed; the release
    holds the others (``Release.holds``).

    Where it is not known whose rows failed, or nobody else is there, record it as held and raise
    ``HeldReleaseError`` naming the rules.

    Raises ``WriterBusyError`` (OVERTAKEN) when a newer build has been published meanwhile.
    """
    now = at or dt.datetime.now(ZoneInfo(TIME_ZONE))
    with writing(settings) as lake:
        checks = lake.read(CHECK, where={"build_number": build_number, "snapshot_number": snapshot})
        if checks.is_empty():
            raise HeldReleaseError(
                "NOT_JUDGED", "该构建还没有检查", "this build has not been judged", build=build_number
            )
        broken = checks.filter(~pl.col("is_passed"))
        failed, warned = (broken.filter(severity_code=code) for code in (STOP, WARN))
        details: dict[str, object] = {"warned": sorted(warned["rule_name"].unique())}
        # the slot is ours: no other release can come between those compared with and this one
        published = releasing.published_ones(lake)
        with reading(settings, snapshot) as judged:
            content = {table.full_name: judged.content_hash(table) for table in gold_tables().values()}
            holds = holds_of(settings, failed, judged, published)
            moved = None if holds is None else restated_of_each(settings, published, judged, holds)
        entered = partial(
            releasing.hold if holds is None else releasing.publish,
            lake, snapshot=snapshot, build_number=build_number, at=now, content=content,
        )  # fmt: skip
        if holds is not None:
            return entered(details=details | {"definitions": definitions()}, restated=moved, holds=holds)
        rules = sorted(failed["rule_name"].unique())
        known = releasing.held_since(lake)
        if not known or (known.build, known.snapshot, [*known.failed_rules]) != (
            build_number,
            snapshot,
            rules,
        ):
            entered(details=details, failed_rules=rules)
        raise held_error(
            rules, build_number, _rates(lake, rules), ", ".join(failed["table_name"].unique().sort())
        )


def held_from(lake: Lake, found: Release, merchant_id: str) -> HeldReleaseError | None:
    """Why ``found`` holds a merchant; None where it does not."""
    if merchant_id not in found.holds:
        return None
    rules = found.holds[merchant_id].failed_rules
    return held_error(rules, found.build, _rates(lake, rules, merchant_id))


def _rates(lake: Lake, rules: Collection[str], merchant_id: str | None = None) -> pl.DataFrame:
    """Foreign orders without a rate, which may be why a table has no rows."""
    return waiting_orders(lake, merchant_id) if ROWS_PRESENT.name in rules else pl.DataFrame()


def held_error(
    rules: Sequence[str], build_number: int, waiting: pl.DataFrame, tables: str = ""
) -> HeldReleaseError:
    """The error of a held build, or of a merchant's part of it; ``waiting`` are foreign orders without a
    rate.
    """
    if waiting.height:
        days = waiting.select(
            pl.concat_str("currency_code", pl.col("rate_date").cast(pl.String).fill_null("?"), separator=" ")
            .unique()
            .sort()
        ).to_series()
        return HeldReleaseError(
            "HELD",
            "检查未通过，看板保持在上一个发布；外币订单没有汇率，都还没有计入",
            "checks failed; the dashboards stay on the last good release; orders in another currency have no "
            "rate and are in no figure",
            step_zh="导入这些天的汇率：baiyun rates import，然后运行 baiyun build",
            step_en="give the rates of these days with `baiyun rates import`, then run `baiyun build`",
            build=build_number,
            rules=", ".join(rules),
            orders=waiting.height,
            rates="、".join(days.head(_DAYS_NAMED)) + (" …" if days.len() > _DAYS_NAMED else ""),
        )
    return HeldReleaseError(
        "HELD",
        "检查未通过，看板保持在上一个发布",
        "checks failed; the dashboards stay on the last good release",
        step_zh="用 baiyun releases show 查看规则与样例；修正后运行 baiyun build",
        step_en="see rules and examples with `baiyun releases show`; after mending run `baiyun build`",
        build=build_number,
        rules=", ".join(rules),
        **({"tables": tables} if tables else {}),
    )

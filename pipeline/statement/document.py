"""What a statement says, as one document of text and whole numbers: figures of one release, their
definitions, and the files they rest on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import NotFoundError
from contracts.fields import TIME_ZONE
from metrics.model.definitions import METRICS
from metrics.model.metric import CLOCKS
from metrics.model.notes import Note
from metrics.model.versions import version
from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.labels import labels
from metrics.query.question import Period
from metrics.query.released import AsOf, choose, open_release
from metrics.reports.held import held_notes
from transforms.gold.orders import dim_observed
from warehouse.ops import EXPORT, LOAD
from warehouse.release import Release
from warehouse.settings import Settings

FORMAT = "baiyun-statement/1"
BY = ("shop", "platform", "channel", "month")
_KEPT = ("paid_gmv", "refunds", "net_by_order_date")
Document = dict[str, Any]


def stated(*, with_settled: bool = False) -> tuple[str, ...]:
    """Ids of the metrics a statement holds: kept sales and what they come from.

    Settled money where some shop's settlement bills are known.
    """
    return (*_KEPT, "settled") if with_settled else _KEPT


def statement(
    settings: Settings, merchant_id: str, period: Period, *, at: dt.datetime, as_of: AsOf = None
) -> Document:
    """The statement of a merchant over ``period`` (both days included), of the release ``as_of`` names.

    Raises what ``ask`` raises, and ``NotFoundError`` NOTHING_TO_STATE when nothing was sold in the period.
    """
    viewer = Viewer(settings.place, "statement", "merchant", merchant_id)
    found = choose(settings.place, as_of, merchant_id=merchant_id)
    names = stated(
        with_settled=ask(viewer, ["settled"], by=["shop"], as_of=found.number).rows["settled"].count() > 0
    )
    answer = ask(viewer, names, by=BY, period=period, as_of=found.number)
    if answer.rows.is_empty():
        step = {"step_zh": "核对期间", "step_en": "check the period"}
        raise NotFoundError(
            "NOTHING_TO_STATE",
            "这段时间没有任何数据",
            "no figures in this period",
            **step,
            merchant=merchant_id,
        )
    totals = ask(viewer, names, period=period, as_of=found.number)
    files, reach, held = _behind(settings, viewer, found, period)
    shops = labels(viewer, "shop", as_of=found.number)
    merchants = labels(viewer, "merchant", as_of=found.number)
    return {
        "format": FORMAT,
        "issued_at": _moment(at),
        "merchant": {"id": merchant_id, "name": merchants.get(merchant_id, merchant_id)},
        "period": {"first": period[0].isoformat(), "last": period[1].isoformat()},
        "money": "CNY fen",
        "release": {
            "number": found.number,
            "published_at": _moment(found.changed_at),
            "content_sha256": content_digest(found),
        },
        "metrics": [_definition(name) for name in names],
        "rows": [
            {**row, "shop_name": shops.get(row["shop"], row["shop"])}
            for row in answer.rows.iter_rows(named=True)
        ],
        "totals": totals.rows.row(0, named=True),
        "observed": reach,
        "maturity": _maturity(totals),
        "notes": [{"zh": note.zh, "en": note.en} for note in (*held, *totals.notes)],
        "files": files,
        "files_sha256": hashlib.sha256("\n".join(item["sha256"] for item in files).encode()).hexdigest(),
    }


def content_digest(found: Release) -> str:
    """What a release holds, as one number: the counts and digests of its tables are of every merchant's rows
    and are nobody's to read off a paper.
    """
    return hashlib.sha256(json.dumps(found.content, sort_keys=True).encode()).hexdigest()


def _definition(name: str) -> Document:
    item = METRICS[name]
    clock = CLOCKS[item.clock]
    return {
        "id": name, "zh": item.zh, "en": item.en, "formula": item.formula, "about_zh": item.about_zh,
        "about_en": item.about_en,
        "clock_zh": clock[0], "clock_en": clock[1], "version": version(item),
    }  # fmt: skip


def _maturity(answer: Answer) -> Document:
    """How much of the paid value is still young enough to come back: per ten thousand, rounded up, for a
    document without fractions. Null: nothing paid.
    """
    age = answer.age
    return {
        "newest_date": age.newest_date.isoformat() if age else None,
        "open_per_10000": math.ceil(age.open_share * 10_000) if age else None,
    }


def _behind(
    settings: Settings, viewer: Viewer, found: Release, period: Period
) -> tuple[list[Document], list[Document], list[Note]]:
    """Files that told of days from the period on (later ones may tell its refunds), the day to which each
    shop's reach, what of the period is held back.
    """
    merchant = str(viewer.merchant_id)
    with open_release(settings.place, found) as lake:
        loads = lake.read(LOAD, where={"merchant_id": merchant, "verdict_code": ["accepted", "warned"]})
        told = loads.filter(pl.col("last_date").is_null() | (pl.col("last_date") >= period[0]))
        exports = lake.read(EXPORT, keys=told.select(EXPORT.key)).sort("export_id", "shop_id", "kind_code")
        observed = lake.read(dim_observed.TABLE, where={"merchant_id": merchant}).sort("shop_id")
        held = held_notes(lake, merchant, None, period)
    files = [
        {
            "sha256": row["export_id"], "shop": row["shop_id"], "platform": row["platform_code"],
            "kind": row["kind_code"], "source": row["source_code"],
            "received_at": _moment(row["received_at"]),
        }
        for row in exports.iter_rows(named=True)
    ]  # fmt: skip
    return (
        files,
        [
            {"shop": row["shop_id"], "until": (row["returns_date"] or row["observed_date"]).isoformat()}
            for row in observed.iter_rows(named=True)
        ],
        held,
    )


def _moment(at: dt.datetime) -> str:
    return at.astimezone(ZoneInfo(TIME_ZONE)).isoformat(timespec="seconds")

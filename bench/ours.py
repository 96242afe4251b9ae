"""Our side of the benchmark: land, build, judge and release the same files, as ``baiyun ingest`` does, all
shops in one build.

A second call with other trees and the same ``out`` adds them to what the first one built.
"""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

from bench import job
from bench.contender import Task, run
from bench.exports import of_shop
from bench.job import Totals, totals_from
from bench.measure import Marks
from contracts.fields import TIME_ZONE
from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.intake.handing import Handed, handing
from pipeline.intake.land import land_files
from pipeline.intake.registering import register_shop
from pipeline.intake.sandbox import parsing
from pipeline.release.releasing import audit, release
from transforms.gold import gold_tables
from transforms.gold.sales import mart_shop_channel_daily, mart_style_daily
from warehouse import registry
from warehouse.settings import Settings


def total(task: Task) -> Totals:
    """Do the job in ``<out>/home``. What the steps cost up to their end stands in ``<out>/marks.json``."""
    settings, marks, now = Settings(home=task.out / "home"), Marks(), dt.datetime.now(ZoneInfo(TIME_ZONE))
    marks.mark("import")
    with handing(settings.place) as handed:
        _land(settings, task, now, handed)
        marks.mark("land")
        built = build(settings, run_name="bench", at=now, known=handed)
    marks.mark("build")
    audit(settings, built.build_number, built.snapshot)
    marks.mark("judge")
    release(settings, built.build_number, built.snapshot)
    marks.mark("release")
    marks.save(task.out / "marks.json")
    return _totals(settings, built.snapshot)


def _land(settings: Settings, task: Task, now: dt.datetime, handed: Handed) -> None:
    with writing(settings) as lake:
        for shop in json.loads((task.home / "registry.json").read_text(encoding="utf-8")):
            merchant_id, shop_id = shop["merchant_id"], shop["shop_id"]
            register_shop(lake, merchant_id, shop_id, shop["platform_code"], at=now)
            registry.add_live_account(lake, merchant_id, shop_id, shop["own_account_id"], at=now)
            files = of_shop(task.roots, merchant_id, shop_id)
            landed = land_files(
                lake, settings.place, merchant_id, shop_id, files, at=now, rows=handed.put_down
            )
            handed.add(shop_id, landed)
    parsing.close()  # what the reader's process cost is counted when it has ended


def _totals(settings: Settings, snapshot: int) -> Totals:
    daily = mart_shop_channel_daily.TABLE.full_name
    style = mart_style_daily.TABLE.full_name
    gold = gold_tables()
    columns = ", ".join(f"sum({column})::BIGINT AS {name}" for name, column in job.SUMS.items())
    with reading(settings, snapshot) as lake:
        rows = {
            name: lake.sql(f"SELECT count(*) AS n FROM {gold[name].full_name}")["n"].item()  # noqa: S608 - names are declared
            for name in job.TABLES
        }
        sums = lake.sql(
            f"SELECT {columns}, (SELECT sum(paid_fen)::BIGINT FROM {style}) AS style_paid_fen FROM {daily}"  # noqa: S608
        ).row(0, named=True)
        channels = lake.sql(
            "SELECT channel_code, sum(paid_fen)::BIGINT AS paid, sum(cohort_refund_fen)::BIGINT AS back "  # noqa: S608
            f"FROM {daily} GROUP BY 1"
        ).rows()
    return totals_from(sums, rows, channels)


if __name__ == "__main__":
    run(total)

"""收件箱 / Every few minutes, land the exports merchants have dropped in the inbox.

A build follows only when something new came.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.parts import AT_ITS_TIME, LANDED, PATIENCE, ZONE


@dag(
    schedule=CronTriggerTimetable("*/5 * * * *", timezone=ZONE, run_immediately=AT_ITS_TIME),
    catchup=False,
    max_active_runs=1,
    default_args=PATIENCE,
    tags=["baiyun"],
    doc_md=__doc__,
)
def watch_inbox() -> None:
    """One task; skipped when nothing new came."""

    @task(outlets=[LANDED])
    def scan() -> None:
        from pipeline import steps

        receipts = steps.scan_inbox(steps.Settings())
        for receipt in receipts:
            print(
                receipt.verdict,
                receipt.merchant_id,
                receipt.shop_id,
                receipt.name,
                receipt.message,
                receipt.next_step,
            )
        if not any(receipt.verdict == "accepted" for receipt in receipts):
            raise AirflowSkipException("没有新文件 / nothing new")

    scan()


watch_inbox()

"""收件箱 / Every few minutes, land the exports merchants have dropped in the inbox.

- **什么时候 / when**:每 5 分钟,也可手工运行 / every five minutes, or by hand.
- **做什么 / what**:每个文件一行:收下、重复、拒收和为什么 / a line a file: taken, duplicate, refused and why.
- **跳过 / skipped**:没有新文件,就不构建 / nothing new came, so no build follows.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.failures import plainly
from dags.parts import AT_ITS_TIME, LANDED, ZONE, described


@dag(
    schedule=CronTriggerTimetable("*/5 * * * *", timezone=ZONE, run_immediately=AT_ITS_TIME),
    **described(__doc__),
)
def watch_inbox() -> None:
    """One task; skipped when nothing new came."""

    @task(outlets=[LANDED])
    @plainly
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

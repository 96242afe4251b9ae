"""维护 / Every Sunday night: verify the release, then housekeeping in the writer's slot.

- **什么时候 / when**:每周日 03:30(北京时间),也可手工运行 / Sundays at 03:30, Beijing time, or by hand.
- **做什么 / what**:重算当前发布,对不上为红;合并小文件,清掉过期的快照和残留
  / the release is recomputed, red when anything differs; small files are merged; what is past retention goes.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.failures import plainly
from dags.parts import AT_ITS_TIME, ZONE, described


@dag(
    schedule=CronTriggerTimetable("30 3 * * 0", timezone=ZONE, run_immediately=AT_ITS_TIME),
    **described(__doc__),
)
def maintain() -> None:
    """Two tasks: housekeeping happens whatever verification finds."""

    @task
    @plainly
    def verify() -> None:
        from pipeline import steps

        steps.verify(steps.Settings())

    @task
    @plainly
    def tidy() -> None:
        from pipeline import steps

        steps.maintain(steps.Settings())

    verify()
    tidy()


maintain()

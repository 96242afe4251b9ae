"""维护 / Every Sunday night: verify the release, then housekeeping in the writer's slot.

The current release is recomputed (red when anything differs); small files are merged, snapshots past
retention expire, and what failed writes left behind goes.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.parts import AT_ITS_TIME, PATIENCE, ZONE


@dag(
    schedule=CronTriggerTimetable("30 3 * * 0", timezone=ZONE, run_immediately=AT_ITS_TIME),
    catchup=False,
    max_active_runs=1,
    default_args=PATIENCE,
    tags=["baiyun"],
    doc_md=__doc__,
)
def maintain() -> None:
    """Two tasks: housekeeping happens whatever verification finds."""

    @task
    def verify() -> None:
        from pipeline import steps

        steps.verify(steps.Settings())

    @task
    def tidy() -> None:
        from pipeline import steps

        steps.maintain(steps.Settings())

    verify()
    tidy()


maintain()

"""维护 / Every Sunday night, in the writer's slot: merge small files, expire snapshots past retention, remove what failed writes left behind."""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.parts import PATIENCE, WRITER_POOL, ZONE


@dag(schedule=CronTriggerTimetable("30 3 * * 0", timezone=ZONE), catchup=False, max_active_runs=1, default_args=PATIENCE, tags=["baiyun"], doc_md=__doc__)
def maintain() -> None:
    """One task."""

    @task(pool=WRITER_POOL)
    def tidy() -> None:
        from pipeline import steps

        steps.maintain(steps.Settings())

    tidy()


maintain()

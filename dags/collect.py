"""每日采集 / Every morning, read the last weeks of every shop again: late refunds change old orders.

绿:全部店铺完成;黄:个别店铺失败,其余照常发布;红:没有任何数据 / green: every shop came; amber: some shops
failed alone, the others go on; red: nothing came.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

from dags.parts import AT_ITS_TIME, LANDED, PATIENCE, ZONE, credentials, told


@dag(
    schedule=CronTriggerTimetable("30 5 * * *", timezone=ZONE, run_immediately=AT_ITS_TIME),
    catchup=False,
    max_active_runs=1,
    default_args=PATIENCE,
    tags=["baiyun"],
    doc_md=__doc__,
)
def collect() -> None:
    """Batches of shops side by side, then one verdict over all of them."""

    @task
    def batches() -> list[list[str]]:
        from pipeline import steps

        return steps.batches(steps.Settings())

    @task(map_index_template="{{ ', '.join(task.op_kwargs['shops']) }}")
    def shops(shops: list[str], run: str, ti: Any = None) -> None:  # noqa: ANN401 - Airflow's own
        from pipeline import steps
        from pipeline.intake import verdicts

        collected = steps.collect(steps.Settings(), shops, run_name=run, credentials=credentials)
        if ti.try_number <= ti.max_tries:
            verdicts.insist(collected)

    @task.branch(trigger_rule="all_done")
    def colour(run: str, batches: list[list[str]]) -> str:
        from pipeline import steps
        from pipeline.intake import verdicts

        return verdicts.colour(steps.Settings(), run, batches)

    @task(outlets=[LANDED])
    def green(run: str, batches: list[list[str]]) -> None:
        print(told(run, batches))

    @task(outlets=[LANDED])
    def amber(run: str, batches: list[list[str]]) -> None:
        print(told(run, batches))

    @task
    def red(run: str, batches: list[list[str]]) -> None:
        raise AirflowFailException(told(run, batches))

    run, listed = "{{ run_id }}", batches()
    (
        shops.partial(run=run).expand(shops=listed)
        >> colour(run, listed)
        >> [green(run, listed), amber(run, listed), red(run, listed)]
    )


collect()

"""采集 / Every morning, read the last weeks of every shop again: late refunds change old orders.

- **什么时候 / when**:每天 05:30(北京时间) / daily at 05:30, Beijing time.
- **手工运行 / by hand**:右上角 Trigger,表单里可选店铺、回看天数 / Trigger has a form: shops, days.
- **绿 / green**:店铺都完成 / every shop came. **黄 / amber**:个别店铺失败,写明原因和下一步,其余照常发布
  / some shops failed alone, with reason and next step. **红 / red**:没有任何数据 / nothing came.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.failures import plainly
from dags.parts import AT_ITS_TIME, LANDED, ZONE, described
from dags.shops import FORM, credentials, told


@dag(
    schedule=CronTriggerTimetable("30 5 * * *", timezone=ZONE, run_immediately=AT_ITS_TIME),
    params=FORM,
    **described(__doc__),
)
def collect() -> None:
    """Batches of shops side by side, then one verdict over all of them."""

    @task
    @plainly
    def batches(params: Any = None) -> list[list[str]]:  # noqa: ANN401 - Airflow's own
        from pipeline import steps

        return steps.batches(steps.Settings(), wanted=params["shops"])

    @task(map_index_template="{{ ', '.join(task.op_kwargs['shops']) }}")
    @plainly
    def shops(shops: list[str], run: str, ti: Any = None, params: Any = None) -> None:  # noqa: ANN401
        from pipeline import steps
        from pipeline.intake import verdicts

        days, settings = params["days"], steps.Settings()
        collected = steps.collect(settings, shops, run_name=run, credentials=credentials, days=days)
        if ti.try_number <= ti.max_tries:
            verdicts.insist(collected)

    @task.branch(trigger_rule="all_done")
    @plainly
    def colour(run: str, batches: list[list[str]] | None) -> str:
        from pipeline import steps
        from pipeline.intake import verdicts

        return verdicts.colour(steps.Settings(), run, batches)

    @task(outlets=[LANDED])
    @plainly
    def green(run: str, batches: list[list[str]]) -> None:
        print(told(run, batches))

    @task(outlets=[LANDED])
    @plainly
    def amber(run: str, batches: list[list[str]]) -> None:
        print(told(run, batches))

    @task
    @plainly
    def red(run: str, batches: list[list[str]]) -> None:
        from pipeline.intake import verdicts

        print(told(run, batches))
        raise verdicts.nothing_came()

    run, listed = "{{ run_id }}", batches()
    collected = shops.partial(run=run).expand(shops=listed)
    collected >> colour(run, listed) >> [green(run, listed), amber(run, listed), red(run, listed)]


collect()

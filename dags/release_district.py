"""协会月报 / Every morning, release the district's closed months that are due, and brief each release.

- **什么时候 / when**:每天 07:00(北京时间),也可手工运行 / daily at 07:00, Beijing time, or by hand.
- **绿 / green**:到期的都发了,或没有到期的 / what was due is out. **黄 / amber**:有月份被拒绝、退回、等人批准,
  写明哪个月、为什么,其余照发 / a month was refused or sent back, or waits for people, named with its reason;
  the others go out and are briefed. **红 / red**:记录被改动等,什么也没做 / nothing was done, as when the log
  was changed.
"""

from __future__ import annotations

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.failures import plainly
from dags.parts import AT_ITS_TIME, ZONE, described


@dag(
    schedule=CronTriggerTimetable("0 7 * * *", timezone=ZONE, run_immediately=AT_ITS_TIME),
    **described(__doc__),
)
def release_district() -> None:
    """Release, brief, and one verdict over the months."""

    @task
    @plainly
    def publish() -> list[str]:
        from pipeline import steps
        from pipeline.district import monthly

        released, refused = monthly.release_due(steps.Settings())
        print("released", *released)
        return refused

    @task
    @plainly
    def brief() -> None:
        from pipeline import steps
        from pipeline.district import monthly

        made, without = monthly.brief_released(steps.Settings())
        print(*made, *without, sep="\n")
        if not made:
            raise AirflowSkipException("没有缺的简报 / no briefing is missing")

    @task.branch(trigger_rule="none_failed")
    def colour(refused: list[str]) -> str:
        return "amber" if refused else "green"

    @task
    def green() -> None:
        print("到期的月份都发布了 / every month that was due is released")

    @task
    def amber(refused: list[str]) -> None:
        print("没有发布 / not released:", *refused, sep="\n")

    refused = publish()
    refused >> brief() >> (verdict := colour(refused))
    verdict >> [green(), amber(refused)]


release_district()

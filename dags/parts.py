"""What the timetables share: owner and words, landed data, and which failures are retried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, RetryDecision, RetryPolicy

from dags.failures import tell

ZONE = "Asia/Shanghai"
#: Who looks after it when a run is red.
OWNER = "运维 / operator"
#: An id a merchant or a shop can have, as the registry takes it.
ID = "^[a-z0-9][a-z0-9_-]{1,40}$"
#: When a timetable is first seen, the run before that moment is not made up for (nought of an interval late).
AT_ITS_TIME = timedelta(0)

#: New raw data has been landed, whoever brought it; the build waits for it.
LANDED = Asset("baiyun_landed")


class Patience(RetryPolicy):
    """A busy platform or a waiting writer is worth another try.

    Anything else needs a person and fails at once.
    """

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Any = None,  # noqa: ANN401 - Airflow's own
    ) -> RetryDecision:
        """Airflow asks this when a task has failed."""
        from pipeline import steps

        return (
            RetryDecision.retry(reason=str(exception))
            if steps.is_transient(exception)
            else RetryDecision.fail(str(exception))
        )


PATIENCE: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=20),
    "retry_policy": Patience(),
}

#: How a timetable's page tells what to do when it fails.
RED = """- **出错了 / when it fails**:失败任务的日志里有一行「失败 / failed」,写着哪个任务、哪家、原因和下一步
  / the log of the task that failed has a line that begins "失败 / failed": which task, whose, why, what next.
  看板仍是上一个好的发布 / pages stay on the last good release.
"""


def described(doc: str) -> dict[str, Any]:
    """What every timetable has beside its times; the first line of ``doc`` is what Airflow's list shows."""
    name, _, more = doc.partition("\n")
    return {
        "description": name,
        "doc_md": f"{name}\n{more}{RED}",
        "catchup": False,
        "max_active_runs": 1,
        "default_args": {**PATIENCE, "owner": OWNER, "on_failure_callback": tell},
        "tags": ["baiyun"],
    }

"""What the timetables share: landed data, which failures are retried, credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, Connection, RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

ZONE = "Asia/Shanghai"
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


def credentials(reference: str) -> Mapping[str, str]:
    """A shop's access as its Airflow connection holds it, masked in every log from here on.

    Empty when there is no such connection.
    """
    try:
        connection = Connection.get(reference)
    except AirflowNotFoundException:
        return {}
    extra = {name: str(value) for name, value in connection.extra_dejson.items()}
    for secret in (connection.password, extra.get("access_token"), extra.get("refresh_token")):
        mask_secret(secret)
    return extra | {
        "base_url": connection.host or "",
        "app_key": connection.login or "",
        "app_secret": connection.password or "",
    }


def told(run: str, batches: list[list[str]]) -> str:
    """What each shop of a collection run came to, as ``pipeline.intake.verdicts`` words it."""
    from pipeline import steps
    from pipeline.intake import verdicts

    return verdicts.lines(steps.Settings(), run, batches)

"""How a task that cannot go on ends: in the house's own sentence, with the next step, and no secrets."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from airflow.sdk.exceptions import AirflowSkipException

P = ParamSpec("P")
R = TypeVar("R")
_LOG = logging.getLogger(__name__)
_UNEXPECTED = (
    "{}：没料到的错误，全文在上面的日志里 / unexpected, in full in the log above"
    " → 原因修正后在 Airflow 里清除（Clear）这个任务，它会重跑 / once mended, clear the task in Airflow"
)


def plainly(work: Callable[P, R]) -> Callable[P, R]:
    """Have what the house refuses on purpose end a task with its sentence alone, without a traceback.

    What may pass by itself is raised as it is, to be tried again; a build that a newer one covers is skipped.
    """

    @functools.wraps(work)
    def ending(*args: P.args, **kwargs: P.kwargs) -> R:
        from pipeline import steps

        try:
            return work(*args, **kwargs)
        except steps.BaiyunError as error:
            if steps.is_transient(error):
                raise
            if error.rule == "OVERTAKEN":
                raise AirflowSkipException(error.sentence()) from None
            sys.exit(error.sentence())

    return ending


def tell(context: Mapping[str, Any]) -> None:
    """Log one line when a task has failed for good: which task, whom it was about, why, and the next step."""
    _LOG.error(line(context))


def line(context: Mapping[str, Any]) -> str:
    """The line ``tell`` logs. Of an error not the house's own only its kind: it may quote anything."""
    from pipeline import steps

    task, error = context["ti"], context.get("exception")
    asked = [f"{name}={value}" for name, value in sorted(dict(context["params"]).items()) if value]
    about = [*asked, *filter(None, [getattr(task, "rendered_map_index", None)])]
    if isinstance(error, SystemExit):
        why = str(error.code)
    elif isinstance(error, steps.BaiyunError):
        why = error.sentence()
    else:
        why = _UNEXPECTED.format(type(error).__name__)
    where = f"{task.dag_id}.{task.task_id}" + (f" ({', '.join(about)})" if about else "")
    return f"失败 / failed {where} {task.run_id}: {why}"

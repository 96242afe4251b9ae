"""Airflow seen from outside, through its API: is it up, start a run, how did it end.

Only what the demo needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT_SECONDS = 60  # one worker on SQLite, on a laptop that builds beside it


@dataclass
class Timetable:
    """One Airflow at ``base``, used as its operator.

    Answers are None while Airflow is not there yet, so that they can be polled.
    """

    base: str
    name: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def sign_in(self) -> bool | None:
        """True once Airflow answers and has let us in."""
        try:
            answer = self._session.post(
                f"{self.base}/auth/token",
                json={"username": self.name, "password": self.password},
                timeout=TIMEOUT_SECONDS,
            )
        except (
            requests.ConnectionError,
            requests.Timeout,
        ):  # busy starting, it may listen and not answer yet
            return None
        if answer.status_code != requests.codes.created:
            return None
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def knows(self, dags: set[str]) -> bool | None:
        """True once the scheduler lives and every one of ``dags`` has been read from its file."""
        health = self._get("monitor/health")
        known = {dag["dag_id"] for dag in self._get("dags")["dags"]}
        return True if health["scheduler"]["status"] == "healthy" and dags <= known else None

    def import_errors(self) -> list[str]:
        """What is wrong with the DAG files, one text per file."""
        return [
            f"{error['filename']}: {error['stack_trace']}"
            for error in self._get("importErrors")["import_errors"]
        ]

    def close_interrupted(self) -> int:
        """Mark runs that an earlier stop cut off as failed: they would block new ones until their heartbeat
        times out. Returns how many.
        """
        runs = self._get("dags/~/dagRuns", {"state": ["running", "queued"]})["dag_runs"]
        for run in runs:
            self._send(
                "PATCH",
                f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}",
                {"state": "failed", "note": "演示被中断 / the demo was stopped"},
            )
        return len(runs)

    def trigger(self, dag: str) -> str:
        """Start a run now; its id."""
        return str(self._send("POST", f"dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"])

    def outcome(self, dag: str, run: str) -> str | None:
        """``success`` or ``failed`` once the run has ended."""
        state = self._get(f"dags/{dag}/dagRuns/{run}")["state"]
        return state if state in ("success", "failed") else None

    def task_states(self, dag: str, run: str) -> list[tuple[str, str]]:
        """Every task of a run with its state, mapped ones once each."""
        found = self._get(f"dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return [(task["task_id"], str(task["state"])) for task in found]

    def set_off(self, dag: str, since: dt.datetime) -> list[str] | None:
        """Ids of the runs of ``dag`` set off by assets since a moment.

        None while there is none, or some asset's run is still to be created.
        """
        answer = self._session.get(
            f"{self.base}/api/v2/assets/events",
            params={"timestamp_gte": since.isoformat(), "limit": "100"},
            timeout=TIMEOUT_SECONDS,
        )
        # Airflow 3.3 answers 500 as long as a run that was set off is queued and has no start yet
        if answer.status_code == requests.codes.internal_server_error:
            return None
        answer.raise_for_status()
        events = answer.json()["asset_events"]
        runs = [
            [str(run["run_id"]) for run in event["created_dagruns"] if run["dag_id"] == dag]
            for event in events
        ]
        return sorted({run for found in runs for run in found}) if runs and all(runs) else None

    def _get(self, path: str, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        answer = self._session.get(f"{self.base}/api/v2/{path}", params=parameters, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401 - JSON
        answer = self._session.request(
            method, f"{self.base}/api/v2/{path}", json=body, timeout=TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return answer.json()

"""DAGs run by a process of their own; its whole log can be read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from dag_cases import ROOT

SCRIPT = Path(__file__).with_name("dag_process.py")


class Working:
    """DAGs run one after the other by a process with an Airflow of its own."""

    def __init__(self, folder: Path, airflow_home: Path, names: list[str], *, slot_seconds: float) -> None:
        shutil.copytree(airflow_home, folder)
        self._log = folder / "printed.txt"
        environment = os.environ | {
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
            "BAIYUN_SLOT_SECONDS": str(slot_seconds),
            "PYTHONPATH": str(ROOT),
        }
        with self._log.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), "1", *names],
                cwd=ROOT,
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    @property
    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def await_word(self, pattern: str, seconds: float = 200) -> None:
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.printed):
            assert self.process.poll() is None and time.monotonic() < deadline, self.printed
            time.sleep(0.1)

    def ended(self) -> dict[str, tuple[str, list[list[Any]]]]:
        """DAG → state of its run, and of each task its name, state and tries."""
        assert self.process.wait(400) == 0, self.printed
        told = [json.loads(line[6:]) for line in self.printed.splitlines() if line.startswith("ended ")]
        return {name: (state, tasks) for name, state, tasks in told}


class Begin(Protocol):
    """Starts one; see the fixture ``working``."""

    def __call__(self, *words: str, slot_seconds: float = 600) -> Working:
        """``words``: DAGs in order, each as ``dag_process`` takes it."""

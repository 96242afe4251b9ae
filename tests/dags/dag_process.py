"""DAGs run one after the other in a process of their own; prints ``waiting`` before the first, then what each
came to.

Usage: dag_process.py TRIES_AGAIN_AFTER_SECONDS DAG[:FORM]...   (a form in JSON)
"""

from __future__ import annotations

import datetime as dt
import json
import sys

from dag_cases import ROOT


def main(seconds: float, names: list[str]) -> None:
    """Run the DAGs by name: one line of JSON each, the state of the run and of every task."""
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder")
    print("waiting", flush=True)
    for word in names:
        name, _, form = word.partition(":")
        for task in bag.dags[name].tasks:
            task.retry_delay, task.retry_exponential_backoff = dt.timedelta(seconds=seconds), False
        run = bag.dags[name].test(logical_date=None, run_conf=json.loads(form or "{}"))
        tasks = [(ti.task_id, str(ti.state), ti.try_number) for ti in run.get_task_instances()]
        print("ended", json.dumps([name, str(run.state), sorted(tasks)]), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])

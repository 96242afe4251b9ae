"""The timetables as Airflow reads them: what runs when, with which retries, and that reading
them is quick.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dag_cases import ROOT

from contracts.errors import CredentialError, HeldReleaseError, TransientError, WriterBusyError
from warehouse import registry

pytestmark = pytest.mark.airflow

FILES = sorted((ROOT / "dags").glob("*.py"))


def test_there_are_five_dags_that_start_by_themselves_one_run_at_a_time(dags: dict[str, Any]) -> None:
    assert set(dags) == {"collect", "watch_inbox", "build", "maintain", "release_district"}
    for dag in dags.values():
        assert (dag.catchup, dag.max_active_runs, dag.doc_md is None) == (False, 1, False)


@pytest.mark.parametrize(
    ("dag", "cron"),
    [
        ("collect", "30 5 * * *"),
        ("watch_inbox", "*/5 * * * *"),
        ("maintain", "30 3 * * 0"),
        ("release_district", "0 7 * * *"),
    ],
)
def test_the_clock_is_beijings(dags: dict[str, Any], dag: str, cron: str) -> None:
    assert dags[dag].timetable.expression == cron
    assert (
        str(dags[dag].timetable.timezone) == "Asia/Shanghai"
        or dags[dag].timetable.timezone.name == "Asia/Shanghai"
    )


def test_landed_data_sets_off_the_build(dags: dict[str, Any]) -> None:
    (landed,) = dags["build"].timetable.asset_condition.objects
    tellers = {
        (dag.dag_id, task.task_id) for dag in dags.values() for task in dag.tasks if landed in task.outlets
    }
    assert tellers == {("collect", "green"), ("collect", "amber"), ("watch_inbox", "scan")}


def callbacks(task: Any) -> list[str]:  # noqa: ANN401 - Airflow's own
    """Names of what is called when it fails."""
    found = task.on_failure_callback
    return [item.__name__ for item in (found if isinstance(found, list | tuple) else [found])]


def test_each_says_whose_it_is_what_it_does_and_what_to_do_when_it_fails(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        assert dag.owner == "运维 / operator"
        zh, _, en = dag.description.partition(" / ")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh) and en.endswith(".")
        for said in ("什么时候 / when", "出错了 / when it fails", "失败 / failed"):
            assert said in dag.doc_md
        assert {name for task in dag.tasks for name in callbacks(task)} == {"tell"}


def test_manual_runs_have_a_form(dags: dict[str, Any]) -> None:
    forms = {name: dag.params for name, dag in dags.items() if dag.params}
    assert {name: set(form) for name, form in forms.items()} == {
        "build": {"merchant", "from_landing"},
        "collect": {"shops", "days"},
    }
    fields = {name: form.get_param(name) for form in forms.values() for name in form}
    for field in fields.values():
        assert " / " in field.schema["title"] and " / " in field.description and field.schema["type"]
    ids = {fields["merchant"].schema["pattern"], fields["shops"].schema["items"]["pattern"]}
    assert ids == {f"^{registry.ID.pattern}$"}


def test_no_task_needs_a_pool_that_somebody_must_create(dags: dict[str, Any]) -> None:
    """A task of a pool that is not there waits for ever, with a warning only."""
    from airflow.models.pool import Pool

    own = {Pool.DEFAULT_POOL_NAME}
    assert {task.pool for dag in dags.values() for task in dag.tasks} == own


def test_the_order_of_the_build_and_of_the_collection(dags: dict[str, Any]) -> None:
    build, collect = dags["build"], dags["collect"]
    assert build.get_task("audit").downstream_task_ids == {"release"}
    assert build.get_task("audit").upstream_task_ids == {"build"}
    assert collect.get_task("shops").upstream_task_ids == {"batches"}
    assert collect.get_task("colour").downstream_task_ids == {"green", "amber", "red"}
    assert collect.get_task("shops").is_mapped
    district = dags["release_district"]
    assert district.get_task("publish").downstream_task_ids == {"brief", "colour", "amber"}
    assert district.get_task("colour").upstream_task_ids == {"publish", "brief"}
    assert district.get_task("colour").downstream_task_ids == {"green", "amber"}


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (TransientError("HTTP_BUSY", "忙", "busy"), "retry"),
        (WriterBusyError("WRITER_BUSY", "忙", "busy"), "retry"),
        (WriterBusyError("OVERTAKEN", "已被超过", "overtaken"), "fail"),
        (CredentialError("HTTP_DENIED", "拒绝", "denied"), "fail"),
        (HeldReleaseError("HELD", "未通过", "held"), "fail"),
        (ValueError("a bug"), "fail"),
    ],
)
def test_only_what_may_pass_by_itself_is_tried_again(
    dags: dict[str, Any], error: Exception, action: str
) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.retry_policy.evaluate(error, 1, 3).action.value == action
            assert task.retries == 3
            assert task.retry_exponential_backoff > 1


def test_reading_the_dags_imports_nothing_heavy(airflow_home: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import dags.build, dags.collect, dags.maintain, "
        "dags.release_district, dags.watch_inbox; print(*sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
        cwd="/",
    ).stdout.split()
    assert not {"polars", "duckdb", "great_expectations", "pandas", "pyarrow", "streamlit"} & set(shown)
    assert not {
        name
        for name in shown
        if name.split(".")[0]
        in {"contracts", "connectors", "warehouse", "transforms", "expectations", "metrics", "pipeline"}
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short_and_imports_the_pipeline_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names} | {
        str(node.module) for node in found if hasattr(node, "module")
    }
    ours = {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names)
    assert ours <= {"airflow", "pipeline", "dags"}

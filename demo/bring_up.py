"""Bringing everything up, step by step: simulator, registry, the files of the past beside Airflow's own
beginnings, a collection of the last days built by the real scheduler, dashboards.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass

import requests

from contracts.errors import BaiyunError
from demo import market
from demo.home import DemoHome, Plan
from demo.processes import PATIENCE_SECONDS, Children
from demo.screen import Screen
from demo.surroundings import HOST, OPERATOR, Ports, airflow_environment, connections, plain_environment
from demo.timetable import Timetable
from warehouse.settings import Settings

DAGS = {"collect", "watch_inbox", "build", "maintain", "release_district"}
STEPS = 9
_HISTORY, _DISTRICT = "history", "district"
#: How long a run may take on a slow machine; the files of the past, taken and built, twice that.
_RUN_SECONDS = 600.0

SignIns = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Demo:
    """One start of the demo: what its steps share. ``is_again``: this home has seen one before."""

    settings: Settings
    home: DemoHome
    plan: Plan
    ports: Ports
    children: Children
    screen: Screen
    timetable: Timetable
    is_again: bool


def bring_up(demo: Demo) -> SignIns:
    """Every step in order, slow beginnings beside each other; label → (name, password).

    Raises ``BaiyunError`` when one fails.
    """
    environment = airflow_environment(demo.home, demo.ports.airflow, demo.timetable.password)
    is_first = not demo.home.is_done("inbox")
    if is_first:
        market.write_downloads(demo.children, demo.home, demo.plan)
    demo.children.start("airflow-migrate", _airflow("db", "migrate"), environment, is_brief=True)
    with demo.screen.step("启动模拟平台", "start the simulated platforms"):
        market.start_simulator(demo.children, demo.home, demo.plan, demo.ports.simulator)
        credentials = market.await_simulator(demo.children, demo.home, demo.ports.simulator)
    with demo.screen.step("登记商家与账号", "register merchants and sign-ins"):
        sign_ins = market.register_people(demo.settings, demo.home)
        if is_first:
            _begin_history(demo)
    with demo.screen.step("建立 Airflow 数据库", "set up Airflow's database"):
        demo.children.finish("airflow-migrate", PATIENCE_SECONDS)
    with demo.screen.step("启动 Airflow", "start Airflow"):
        _start_airflow(demo, environment, connections(credentials))
    with demo.screen.step("收历史文件,建第一版", "take the files of the past, build and release"):
        if is_first:
            demo.children.finish(_HISTORY, 2 * _RUN_SECONDS)
            _begin(demo, _DISTRICT)
    with demo.screen.step("采集最近几天(真实调度器)", "collect the last days, by the real scheduler"):
        began = _collect(demo)
        _start_dashboards(demo)
    with demo.screen.step("构建、检查、发布", "build, audit, release"):
        _await_builds(demo, began)
        if is_first:
            demo.children.finish(_DISTRICT, _RUN_SECONDS)
        demo.home.set_done("inbox")
    with demo.screen.step("启动看板", "start the dashboards"):
        _await_dashboards(demo)
    return {**sign_ins, "Airflow": (OPERATOR, demo.timetable.password)}


def _airflow(*words: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]


def _begin_history(demo: Demo) -> None:
    """Enter the merchants' lists and set off the intake of their files, beside Airflow's own beginnings."""
    demo.children.finish("simulator-files", PATIENCE_SECONDS)
    market.enter_lists(demo.settings, demo.home)
    _begin(demo, _HISTORY)


def _begin(demo: Demo, part: str) -> None:
    command = [sys.executable, "-m", f"demo.{part}"]
    demo.children.start(part, command, plain_environment(demo.home), is_brief=True)


def _collect(demo: Demo) -> dt.datetime:
    """Collect what the platforms tell; the moment before it is set off."""
    began = dt.datetime.now(dt.UTC)
    _await_success(demo, "collect", demo.timetable.trigger("collect"))
    return began


def _await_builds(demo: Demo, began: dt.datetime) -> None:
    for run in demo.children.until(
        lambda: demo.timetable.set_off("build", began), PATIENCE_SECONDS, "构建开始", "the build to begin"
    ):
        _await_success(demo, "build", run)


def _start_airflow(demo: Demo, environment: dict[str, str], secrets: dict[str, str]) -> None:
    demo.children.start("airflow-api", _airflow("api-server"), environment)
    if demo.is_again:
        # before a scheduler sees them: the run of an interrupted task would keep new ones waiting
        demo.children.until(demo.timetable.sign_in, PATIENCE_SECONDS, "Airflow 接口", "Airflow's API")
        demo.timetable.close_interrupted()
    demo.children.start("airflow-dags", _airflow("dag-processor"), environment)
    # the tasks run under the scheduler, so only it gets the shops' credentials; its log server would listen
    # on every interface, and the API server reads the tasks' logs from the same disk
    demo.children.start(
        "airflow-scheduler", _airflow("scheduler", "--skip-serve-logs"), environment | secrets
    )
    demo.children.until(demo.timetable.sign_in, PATIENCE_SECONDS, "Airflow 接口", "Airflow's API")
    demo.children.until(
        lambda: demo.timetable.knows(DAGS), PATIENCE_SECONDS, "调度器与任务表", "scheduler and DAGs"
    )


def _await_success(demo: Demo, dag: str, run: str) -> None:
    """Wait for a run's end. Raises ``BaiyunError`` naming the failed tasks."""
    if (
        demo.children.until(
            lambda: demo.timetable.outcome(dag, run), _RUN_SECONDS, f"{dag} 运行", f"run of {dag}"
        )
        == "success"
    ):
        return
    failed = sorted({task for task, state in demo.timetable.task_states(dag, run) if state == "failed"})
    raise BaiyunError(
        "RUN_FAILED",
        f"{dag} 运行失败",
        f"the run of {dag} failed",
        step_zh="看任务日志",
        step_en="see the task's log",
        tasks=", ".join(failed),
        log=demo.home.logs / "airflow" / f"dag_id={dag}" / f"run_id={run}",
    )


def _start_dashboards(demo: Demo) -> None:
    port = str(demo.ports.dashboards)
    command = [sys.executable, "-m", "cli", "dashboards", "--address", HOST, "--port", port]
    demo.children.start("dashboards", command, plain_environment(demo.home))


def _await_dashboards(demo: Demo) -> None:
    demo.children.until(
        lambda: _answers(f"{addresses(demo.ports)['看板 / dashboards']}/_stcore/health"),
        PATIENCE_SECONDS,
        "看板",
        "dashboards",
    )


def _answers(address: str) -> bool | None:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return True if session.get(address, timeout=5).ok else None
        except (requests.ConnectionError, requests.Timeout):
            return None


def addresses(ports: Ports) -> dict[str, str]:
    """Label → address of every page a person may open."""
    return {
        "看板 / dashboards": f"http://{HOST}:{ports.dashboards}",
        "Airflow": f"http://{HOST}:{ports.airflow}",
    }

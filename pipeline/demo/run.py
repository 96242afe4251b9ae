"""``run_demo``: from nothing to a released number on a page, with the real scheduler in between, then everything ended again."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import requests
from rich.console import Console

from contracts.errors import BaiyunError
from pipeline.demo import market
from pipeline.demo.home import DemoHome, Plan
from pipeline.demo.processes import Children
from pipeline.demo.screen import Screen
from pipeline.demo.surroundings import HOST, OPERATOR, ROOT, Ports, airflow_environment, connections, free_ports, plain_environment
from pipeline.demo.timetable import Timetable
from warehouse.settings import Settings

DAGS = {"collect", "watch_inbox", "build", "maintain"}
WRITER_POOL = "warehouse_writer"
STEPS = 8
INTERRUPTED = 130

SignIns = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Demo:
    """One start of the demo: what its steps share."""

    settings: Settings
    home: DemoHome
    plan: Plan
    ports: Ports
    children: Children
    screen: Screen
    timetable: Timetable


def run_demo(settings: Settings, *, lines: int = 40_000, merchants: int = 12, days: int = 90, seed: int = 1, on_ready: Callable[[], None] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM. The sizes count at a home's first start only; a later one continues with the same market and data.

    Exit code: 0 when it was ready and then stopped, 1 when a step failed or a process died, 130 when stopped before it was ready.
    Whatever the end, every child process is ended. ``on_ready`` is called once everything stands.
    """
    screen, home = Screen(STEPS, Console(highlight=False)), DemoHome.of(settings)
    with _interruptible():
        try:
            with home.running():
                return _run(settings, home, screen, {"seed": seed, "merchants": merchants, "days": days, "lines": lines}, on_ready)
        except BaiyunError as error:
            screen.fail(error.sentence())
            return 1


def _run(settings: Settings, home: DemoHome, screen: Screen, size: dict[str, int], on_ready: Callable[[], None] | None) -> int:
    home.make()
    children = Children(home.logs, home.children, ROOT)
    is_ready = False
    try:
        demo = _prepare(settings, home, screen, size, children)
        sign_ins = _bring_up(demo)
        is_ready = True
        screen.ready(_addresses(demo.ports), sign_ins)
        if on_ready:
            on_ready()
        return children.watch()
    except KeyboardInterrupt:
        return 0 if is_ready else INTERRUPTED
    except requests.RequestException as error:
        screen.fail(f"Airflow 没有按预期回答 / Airflow did not answer as expected: {error}")
        return 1
    except BaiyunError as error:
        screen.fail(error.sentence())
        return 1
    finally:
        _end(children, screen, home)


def _prepare(settings: Settings, home: DemoHome, screen: Screen, size: dict[str, int], children: Children) -> Demo:
    with screen.step("准备", "prepare"):
        left = children.end_leftovers()
        ports, password = free_ports(), home.passwords((OPERATOR,))[OPERATOR]
        timetable = Timetable(f"http://{HOST}:{ports.airflow}", OPERATOR, password)
        demo = Demo(settings, home, home.plan(**size), ports, children, screen, timetable)
    if left:
        screen.say(f"上次遗留的 {left} 个进程已结束", f"{left} processes left by an earlier demo were ended")
    for name in ports.moved:
        screen.say(f"{name} 的常用端口被占用,改用 {getattr(ports, name)}", f"the usual port of {name} is busy, using {getattr(ports, name)}")
    return demo


def _bring_up(demo: Demo) -> SignIns:
    """Every step in order; slow beginnings run beside each other."""
    environment = airflow_environment(demo.home, demo.ports.airflow, demo.timetable.password)
    demo.children.start("airflow-migrate", _airflow("db", "migrate"), environment, is_brief=True)
    with demo.screen.step("启动模拟平台", "start the simulated platforms"):
        market.start_simulator(demo.children, demo.home, demo.plan, demo.ports.simulator)
        credentials = market.await_simulator(demo.children, demo.home, demo.ports.simulator)
    with demo.screen.step("登记商家与账号", "register merchants and sign-ins"):
        sign_ins = market.register_people(demo.settings, demo.home)
        is_first = _fill_inbox(demo)
    with demo.screen.step("建立 Airflow 数据库", "set up Airflow's database"):
        demo.children.finish("airflow-migrate", 90)
    with demo.screen.step("启动 Airflow", "start Airflow"):
        _start_airflow(demo, environment | connections(credentials))
    with demo.screen.step("采集(真实调度器)", "collect, by the real scheduler"):
        runs = [("watch_inbox", demo.timetable.trigger("watch_inbox"))] if is_first else []
        runs.append(("collect", demo.timetable.trigger("collect")))
        for dag, run in runs:
            _await_success(demo, dag, run)
    with demo.screen.step("构建、检查、发布", "build, audit, release"):
        for dag, run in runs:
            _await_success(demo, "build", demo.children.until(lambda dag=dag, run=run: demo.timetable.caused(dag, run), 60, "构建开始", "the build to begin"))
        demo.home.done("inbox")
    with demo.screen.step("启动看板", "start the dashboards"):
        _start_dashboards(demo)
    return {**sign_ins, "Airflow": (OPERATOR, demo.timetable.password)}


def _airflow(*words: str) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]


def _fill_inbox(demo: Demo) -> bool:
    """At a home's first start, put some merchants' downloads in the inbox; False later."""
    if not demo.home.once("inbox"):
        return False
    market.write_downloads(demo.children, demo.home, demo.plan)
    demo.children.finish("simulator-files", 60)
    market.fill_inbox(demo.settings, demo.home)
    return True


def _start_airflow(demo: Demo, environment: dict[str, str]) -> None:
    demo.children.start("airflow-api", _airflow("api-server"), environment)
    demo.children.start("airflow-dags", _airflow("dag-processor"), environment)
    # its log server would listen on every interface; the API server reads the tasks' logs from the same disk
    demo.children.start("airflow-scheduler", _airflow("scheduler", "--skip-serve-logs"), environment)
    demo.children.until(demo.timetable.sign_in, 90, "Airflow 接口", "Airflow's API")
    demo.timetable.ensure_pool(WRITER_POOL, 1, "数据仓库的写入位 / the warehouse's writer slot")
    demo.children.until(lambda: demo.timetable.knows(DAGS), 60, "调度器与任务表", "scheduler and DAGs")
    demo.timetable.close_interrupted()


def _await_success(demo: Demo, dag: str, run: str) -> None:
    """Wait for a run's end. Raises ``BaiyunError`` naming the failed tasks."""
    if demo.children.until(lambda: demo.timetable.outcome(dag, run), 300, f"{dag} 运行", f"run of {dag}") == "success":
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
    words = {"server.address": HOST, "server.port": str(demo.ports.dashboards), "server.headless": "true", "browser.gatherUsageStats": "false"}
    options = [word for name, value in words.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py"), *options]
    demo.children.start("dashboards", command, plain_environment(demo.home))
    demo.children.until(lambda: _answers(f"{_addresses(demo.ports)['看板 / dashboards']}/_stcore/health"), 60, "看板", "dashboards")


def _answers(address: str) -> bool | None:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return True if session.get(address, timeout=5).ok else None
        except requests.ConnectionError:
            return None


def _addresses(ports: Ports) -> dict[str, str]:
    return {"看板 / dashboards": f"http://{HOST}:{ports.dashboards}", "Airflow": f"http://{HOST}:{ports.airflow}"}


def _end(children: Children, screen: Screen, home: DemoHome) -> None:
    """End every child; a second Ctrl-C does not wait for them to end by themselves."""
    screen.say("正在结束全部进程…", "ending every process…")
    try:
        killed = children.stop()
    except KeyboardInterrupt:
        killed = children.stop(grace_seconds=0)
    forced = (f",其中 {killed} 个被强制结束", f", {killed} of them by force") if killed else ("", "")
    screen.say(f"全部进程已结束{forced[0]};日志在 {home.logs}", f"every process has ended{forced[1]}; logs are in {home.logs}")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""``run_demo``: from nothing to a released number on a page, with the real scheduler in between, then
everything ended again.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import requests
from rich.console import Console

from contracts.errors import BaiyunError
from demo.bring_up import STEPS, Demo, addresses, bring_up
from demo.cleaning import check_unmixed
from demo.home import DemoHome, own_settings
from demo.processes import Children
from demo.screen import Screen
from demo.surroundings import HOST, OPERATOR, ROOT, free_ports
from demo.timetable import Timetable
from warehouse.settings import Settings

INTERRUPTED = 130
#: The market of a first start. Its two leading merchants sell some 215 orders a day; of the others only the
#: buyers and creators are seen, as the association's panel stands in their place.
LINES, MERCHANTS, DAYS, PANEL = 80_000, 12, 122, 84


def run_demo(
    settings: Settings,
    *,
    lines: int = LINES,
    merchants: int = MERCHANTS,
    days: int = DAYS,
    seed: int = 1,
    panel: int = PANEL,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Run in the folder ``demo`` of the installation's home until Ctrl-C or SIGTERM.

    The sizes count at a home's first start only; a later one continues with the same market and data.

    Exit code: 0 when it was ready and then stopped, 1 when a step failed or a process died, 130 when stopped
    before it was ready. Whatever the end, every child process is ended. ``on_ready`` is called once
    everything stands.
    """
    settings = own_settings(settings)
    screen, home = Screen(STEPS, Console(highlight=False)), DemoHome.of(settings)
    size = {"seed": seed, "merchants": merchants, "days": days, "lines": lines, "panel": panel}
    with _interrupts() as interrupts:
        try:
            with home.running():
                check_unmixed(settings, home)
                home.make()
                children = Children(home.logs, home.children, ROOT, interrupts)
                try:
                    return _run(settings, home, screen, size, children, on_ready or (lambda: None))
                finally:
                    _end(children, screen, home)
        except BaiyunError as error:
            screen.fail(error.sentence())
        except requests.RequestException as error:
            screen.fail(f"Airflow 没有按预期回答 / Airflow did not answer as expected: {error}")
    return 1


def _run(
    settings: Settings,
    home: DemoHome,
    screen: Screen,
    size: dict[str, int],
    children: Children,
    on_ready: Callable[[], None],
) -> int:
    is_ready = False
    try:
        demo = _prepare(settings, home, screen, size, children)
        sign_ins = bring_up(demo)
        screen.ready(addresses(demo.ports), sign_ins)
        is_ready = True
        on_ready()
        children.watch()
    except KeyboardInterrupt:
        screen.say("收到停止信号", "asked to stop")
        return 0 if is_ready else INTERRUPTED


def _prepare(
    settings: Settings, home: DemoHome, screen: Screen, size: dict[str, int], children: Children
) -> Demo:
    is_again = home.has_begun
    with screen.step("准备", "prepare"):
        left = children.end_leftovers()
        ports, password = free_ports(), home.passwords((OPERATOR,))[OPERATOR]
        timetable = Timetable(f"http://{HOST}:{ports.airflow}", OPERATOR, password)
        demo = Demo(
            settings, home, home.plan(**size, trade="demo"), ports, children, screen, timetable, is_again
        )
    screen.say(
        f"演示数据都在 {home.home},和您自己的分开;make demo-clean 会连同以演示商家名义上传的文件一起删除",
        f"the demo's data is in {home.home}, apart from your own; make demo-clean removes it, and with it "
        "what you upload as a demo merchant",
    )
    if is_again:
        screen.say(
            f"沿用 {demo.plan.now} 的模拟市场和已有数据",
            f"continuing with the market of {demo.plan.now} and its data",
        )
    if left:
        screen.say(f"上次遗留的 {left} 个进程已结束", f"{left} processes left by an earlier demo were ended")
    for name in ports.moved:
        screen.say(
            f"{name} 的常用端口被占用,改用 {getattr(ports, name)}",
            f"the usual port of {name} is busy, using {getattr(ports, name)}",
        )
    return demo


def _end(children: Children, screen: Screen, home: DemoHome) -> None:
    screen.say("正在结束全部进程…", "ending every process…")
    killed = children.stop()
    forced = (f",其中 {killed} 个被强制结束", f", {killed} of them by force") if killed else ("", "")
    screen.say(
        f"全部进程已结束{forced[0]};日志在 {home.logs}",
        f"every process has ended{forced[1]}; logs are in {home.logs}",
    )


@contextmanager
def _interrupts() -> Iterator[Callable[[], int]]:
    """Count Ctrl-C, SIGTERM and SIGHUP instead of letting them break in anywhere: a child being started would
    be lost.
    """
    met: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        met.append(number)

    before = {
        number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield lambda: len(met)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

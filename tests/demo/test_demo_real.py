"""The whole demo with the real scheduler, twice in the same home: from nothing to a released number, then
nothing left running and nothing told.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from demo.processes import members
from metrics.query.access import Viewer, sign_in
from metrics.query.ask import ask
from simulator.history.market import build_market
from simulator.history.trade import TRADES
from simulator.truths.truth import truth
from warehouse.place import Place

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from demo import run_demo
from warehouse.settings import Settings
ready = lambda: print("STANDING", flush=True)
sys.exit(run_demo(Settings(), lines=300, merchants=2, days=30, panel=0, on_ready=ready))
"""
MERCHANTS = ("yunshan", "tinglan")
PERIOD = (dt.date(2020, 1, 1), dt.date(2099, 12, 31))
METRICS = ("paid_gmv", "refunds", "net_by_order_date", "paid_orders", "units")


class Demo:
    """A running demo in ``home``, the folder of its own below the installation's: what it has printed, and
    the sessions it leads.
    """

    def __init__(self, home: Path, number: int) -> None:
        self.home, self._log = home, home.parents[1] / f"printed-{number}.txt"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "BAIYUN_"))
        }
        with self._log.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN],
                cwd=ROOT,
                env=environment | {"BAIYUN_HOME": str(home.parent), "COLUMNS": "160"},
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def await_ready(self, seconds: float = 500) -> None:
        deadline = time.monotonic() + seconds
        while "STANDING" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.5)

    def sessions(self) -> list[int]:
        return [int(pid) for pid in json.loads((self.home / "state" / "children.json").read_text())]

    def processes(self) -> list[psutil.Process]:
        return [process for session in self.sessions() for process in members(session)]

    def end(self) -> None:
        """For a test that failed half way: end it hard."""
        left = self.processes() if (self.home / "state" / "children.json").exists() else []
        for process in [*left, *members(self.process.pid)]:
            process.kill()
        self.process.wait()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home" / "demo"


@pytest.fixture
def started(home: Path) -> Iterator[list[Demo]]:
    demos: list[Demo] = []
    yield demos
    for demo in demos:
        demo.end()


def start(home: Path, started: list[Demo]) -> Demo:
    started.append(Demo(home, len(started)))
    started[-1].await_ready()
    return started[-1]


def figures(home: Path) -> dict[tuple[str, str], int]:
    """What a page shows of each merchant over all days.

    ``gpm`` of a shop whose platform tells views, in the files of the inbox.
    """
    viewers = {merchant: Viewer(Place(home), "test", "merchant", merchant) for merchant in MERCHANTS}
    rows = {merchant: ask(viewer, METRICS, period=PERIOD).rows for merchant, viewer in viewers.items()}
    shown = {(merchant, metric): rows[merchant][metric][0] for merchant in MERCHANTS for metric in METRICS}
    return shown | {
        ("tinglan", "gpm"): ask(
            viewers["tinglan"], ["gpm"], where={"platform": "douyin"}, period=PERIOD
        ).rows["gpm"][0]
    }


def true_figures(home: Path) -> dict[tuple[str, str], int]:
    """The same figures from the frames of the market that was simulated."""
    plan = json.loads((home / "state" / "plan.json").read_text())
    market = build_market(
        plan["seed"],
        plan["merchants"],
        plan["days"],
        plan["lines"],
        now=dt.datetime.fromisoformat(plan["now"]),
        trade=TRADES[plan["trade"]],
    )
    frames = {metric: truth(market, market.now, metric, ["merchant_id"], *PERIOD) for metric in METRICS}
    told = {
        (merchant, metric): frames[metric].filter(frames[metric]["merchant_id"] == merchant)["value"][0]
        for merchant in MERCHANTS
        for metric in METRICS
    }
    rooms = truth(market, market.now, "gpm", ["shop_id"], *PERIOD)
    return told | {("tinglan", "gpm"): rooms.filter(rooms["shop_id"] == "tinglan-douyin")["value"][0]}


def runs(home: Path) -> set[tuple[str, str]]:
    """DAG and state of every run that was not set off by the clock, as Airflow's own database has it."""
    with sqlite3.connect(home / "airflow" / "airflow.db") as database:
        return set(database.execute("SELECT dag_id, state FROM dag_run WHERE run_type <> 'scheduled'"))


def secrets(home: Path) -> set[str]:
    held = json.loads((home / "simulator" / "credentials.json").read_text()).values()
    keys = json.loads((home / "state" / "keys.json").read_text()).values()
    return {shop[name] for shop in held for name in ("app_secret", "access_token", "refresh_token")} | set(
        keys
    )


def tellers(home: Path, demo: Demo) -> list[str]:
    """Logs, databases and outputs in which a secret stands."""
    with sqlite3.connect(home / "airflow" / "airflow.db") as database:
        texts = {"airflow.db": "\n".join(database.iterdump()), "printed": demo.printed}
    texts |= {
        str(path): path.read_text(errors="replace") for path in (home / "logs").rglob("*") if path.is_file()
    }
    assert any("attempt=1.log" in name and "ok yunshan-douyin" in text for name, text in texts.items())
    return [name for name, text in texts.items() if any(secret in text for secret in secrets(home))]


def printed_passwords(demo: Demo) -> dict[str, str]:
    return dict(re.findall(r"\b(yunshan|tinglan|association|operator)\s+(\S{12,})", demo.printed))


def test_from_nothing_to_a_released_number_and_again(home: Path, started: list[Demo]) -> None:
    first = start(home, started)
    shown = figures(home)
    assert shown == true_figures(home)
    assert shown["yunshan", "paid_gmv"] > shown["yunshan", "refunds"] > 0
    assert runs(home) == {("collect", "success"), ("build", "success")}
    check_doors(first, home)
    passwords = printed_passwords(first)

    alive = first.processes()
    assert len(alive) >= 6
    os.kill(first.process.pid, signal.SIGINT)
    assert first.process.wait(60) == 0
    assert not [
        process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    assert tellers(home, first) == []

    second = start(home, started)
    assert figures(home) == shown
    assert printed_passwords(second) == passwords
    check_a_death_ends_the_demo(second)
    assert tellers(home, second) == []


def check_doors(demo: Demo, home: Path) -> None:
    """Every listening socket is on loopback, the pages answer, and the printed sign-ins open what they
    should.
    """
    listening = [
        item
        for process in demo.processes()
        for item in process.net_connections("tcp")
        if item.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    assert {item.laddr.ip for item in listening} == {"127.0.0.1"}
    addresses = re.findall(r"http://127\.0\.0\.1:\d+", demo.printed)
    for address in addresses:
        assert requests.get(address, timeout=20, headers={"Accept": "text/html"}).ok  # as a browser
    passwords = printed_passwords(demo)
    assert set(passwords) == {"yunshan", "tinglan", "association", "operator"}
    assert sign_in(Place(home), "yunshan", passwords["yunshan"]).merchant_id == "yunshan"
    assert sign_in(Place(home), "association", passwords["association"]).role == "association"


def check_a_death_ends_the_demo(demo: Demo) -> None:
    """A process that dies is named, and the others do not outlive it."""
    alive = demo.processes()
    victim = next(process for process in alive if "simulator" in process.cmdline())
    victim.kill()
    assert demo.process.wait(60) == 1
    assert "simulator 意外结束" in demo.printed
    assert "simulator.log" in demo.printed
    assert not [
        process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]

"""An Airflow of the tests' own, and a small simulated market behind it.

Nothing here imports airflow before its home is set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dag_cases import NOW, ROOT, Market, Run, SimulatedHome
from dag_working import Begin, Working

from demo.surroundings import connections, reference
from pipeline.intake.registering import register_market
from simulator.__main__ import write_home
from simulator.history.market import build_market
from simulator.server import make_app, serve_in_thread
from warehouse.settings import Settings


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """AIRFLOW_HOME with a migrated SQLite database.

    The settings of any other Airflow are hidden while the tests run.
    """
    home = tmp_path_factory.mktemp("airflow")
    wanted = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
            patch.delenv(name)
        for name, value in wanted.items():
            patch.setenv(name, value)
        subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True, cwd=ROOT
        )
        yield home


@pytest.fixture(scope="session")
def dags(airflow_home: Path) -> dict[str, Any]:
    """DAG id → DAG, read from the files as Airflow reads them."""
    return _read()


def _read() -> dict[str, Any]:
    """Fails on any import error."""
    from airflow.dag_processing.dagbag import BundleDagBag

    bag = BundleDagBag(ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder")
    assert not bag.import_errors, bag.import_errors
    return dict(bag.dags)


@pytest.fixture(scope="session")
def market() -> Market:
    return build_market(seed=11, merchants=2, days=20, lines=300, now=NOW, platforms=("douyin", "taobao"))


@pytest.fixture
def simulated(market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedHome]:
    """A fresh installation whose shops are collected from a server of its own, with Airflow connections in
    the environment.
    """
    app = make_app(market, NOW)
    base, stop = serve_in_thread(app)
    write_home(tmp_path / "simulator", market, app.state.world, base)
    credentials = json.loads((tmp_path / "simulator" / "credentials.json").read_text())
    for name, value in connections(credentials).items():
        monkeypatch.setenv(name, value)
    for name, value in {
        "BAIYUN_HOME": str(tmp_path / "home"),
        "BAIYUN_HTTP_WAIT_SCALE": "0.001",
        "BAIYUN_HTTP_ATTEMPTS": "3",
    }.items():
        monkeypatch.setenv(name, value)
    registry = json.loads((tmp_path / "simulator" / "registry.json").read_text())
    settings = Settings()
    register_market(
        settings,
        registry
        | {"shops": [shop | {"credential_ref": reference(shop["shop_id"])} for shop in registry["shops"]]},
    )
    yield SimulatedHome(settings, app.state.world, app.state.faults, credentials)
    stop()


@pytest.fixture
def working(tmp_path: Path, airflow_home: Path) -> Iterator[Begin]:
    begun: list[Working] = []

    def begin(*names: str, slot_seconds: float = 600) -> Working:
        folder = tmp_path / f"airflow-{len(begun)}"
        begun.append(Working(folder, airflow_home, list(names), slot_seconds=slot_seconds))
        return begun[-1]

    yield begin
    for item in begun:
        item.process.kill()
        item.process.wait()


@pytest.fixture
def run(airflow_home: Path) -> Run:
    """Run a DAG in this process, its form filled in as given: its id → (state of the run, task → state;
    mapped tasks by their worst).
    """

    def run_dag(dag_id: str, **form: object) -> tuple[str, dict[str, str]]:
        dag = _read()[dag_id]  # as for each of its tasks; what a form filled in stays in a DAG in memory
        ended = dag.test(logical_date=None, run_conf=form)
        return str(ended.state.value), {
            ti.task_id: str(getattr(ti.state, "value", ti.state)) for ti in ended.get_task_instances()
        }

    return run_dag

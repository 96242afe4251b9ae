"""What every test relies on: browser tests need Chromium (a laptop may lack it; the gate may not), and the
slow files come first.

Workers take whole files in turn, or whole folders where one house is made for all tests of the folder: one
that comes last keeps the others waiting for as long as it takes. Each worker keeps to one thread of Polars
and of DuckDB: there is a worker for every core.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil

import clock
import pytest
from argon2 import PasswordHasher
from xdist.scheduler.loadfile import LoadFileScheduling

from warehouse import accounts

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before anything imports it
os.environ.setdefault(
    "BAIYUN_THREADS", "1"
)  # small tables: a second thread of DuckDB costs a quarter more CPU and gains nothing

clock.hold()  # before anything asks what day it is

# the same algorithm at its lowest cost: a fifth of the suite's CPU went into passwords (what a house takes:
# tests/warehouse/test_accounts.py)
accounts._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

#: Folders whose tests share something that is dear to make: on two workers it would be made twice.
TOGETHER = ("tests/proof/", "tests/bench/", "tests/expectations/")

#: What takes half a minute of CPU or more, longest first (measured, a file or a folder of ``TOGETHER``): a
#: worker that is left with one of these at the end keeps the other waiting.
DEAREST = (
    "tests/bench/",  # a peer forks: not from a worker that has grown to tens of gigabytes of addresses
    "tests/proof/",
    "tests/test_truth.py",
    "tests/expectations/",
    "tests/pipeline/test_killed.py",
    "tests/demo/",
    "tests/dashboards/test_dashboards_browser.py",
    "tests/record/test_record_house.py",
    "tests/pipeline/test_withdrawing.py",
    "tests/dashboards/test_dashboards_axe.py",
    "tests/dashboards/test_dashboards_channels_browser.py",
    "tests/connectors/test_conformance.py",
    "tests/pipeline/test_rough_handling.py",
    "tests/pipeline/test_arrival.py",
    "tests/pipeline/test_erasing.py",
    "tests/pipeline/test_given_again.py",
    "tests/intake/test_intake_implausible.py",
    "tests/mapping/test_mapping_property.py",
    "tests/dashboards/test_dashboards_pages.py",
    "tests/pipeline/test_outlook.py",
    "tests/connectors/test_collection.py",
    "tests/mapping/test_mapping_erp.py",
    "tests/intake/test_intake_receipts.py",
    "tests/dags/test_dag_runs.py",
    "tests/pipeline/test_collect.py",
    "tests/intake/test_intake_conflicts.py",
    "tests/mapping/test_mapping_again.py",
    "tests/dashboards/test_dashboards_isolation.py",
    "tests/pipeline/test_releasing.py",
)


@pytest.hookimpl(tryfirst=True)  # before a fixture tries to start the browser
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not shutil.which("chromium"):
        told = "没有 chromium / no chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(told, pytrace=False)
        pytest.skip(told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[int, bool]:
        listed = (at for at, name in enumerate(DEAREST) if item.nodeid.startswith(name))
        return next(listed, len(DEAREST)), item.path not in slow

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no garbage is looked for in it (a fifteenth of an ingest)."""
    gc.collect()
    gc.freeze()


class ByHouse(LoadFileScheduling):
    """Tests of a file, or of a folder of ``TOGETHER``, go to one worker: ``--dist loadgroup`` does nothing
    with pytest 9.2 and pytest-xdist 3.8.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next(
            (folder for folder in TOGETHER if nodeid.startswith(folder)), super()._split_scope(nodeid)
        )


@pytest.hookimpl(optionalhook=True)  # without xdist nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByHouse:
    return ByHouse(config, log)


@pytest.fixture(autouse=True)
def _open_streams() -> None:
    """Take off log handlers that an earlier test left behind on a stream which is closed by now."""
    for handler in [*logging.root.handlers]:
        if isinstance(handler, logging.StreamHandler) and getattr(handler.stream, "closed", False):
            logging.root.removeHandler(handler)

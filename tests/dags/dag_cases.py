"""What the DAG tests share."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from metrics.query.access import Viewer
from metrics.query.ask import ask
from simulator.faults import FaultPlan
from simulator.history.market import Market
from simulator.truths.truth import truth
from simulator.world import World
from warehouse.settings import Settings

__all__ = ["NOW", "PERIOD", "ROOT", "Market", "Run", "SimulatedHome", "settle", "shown", "true"]

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PERIOD = (dt.date(2026, 10, 1), dt.date(2026, 11, 30))


class Run(Protocol):
    """Runs a DAG; see the fixture ``run``."""

    def __call__(self, dag_id: str, **form: object) -> tuple[str, dict[str, str]]:
        """State of the run, and of each task by name."""


@dataclass(frozen=True)
class SimulatedHome:
    """An installation, the simulated platforms' inside, and the secrets that must not show anywhere: shop →
    credentials.
    """

    settings: Settings
    world: World
    faults: FaultPlan
    credentials: dict[str, dict[str, str]]

    @property
    def secrets(self) -> set[str]:
        """Every value that must reach no log and no database of Airflow's."""
        return {
            held[name]
            for held in self.credentials.values()
            for name in ("app_secret", "access_token", "refresh_token")
        }


def shown(simulated: SimulatedHome, merchant: str, metric: str) -> int:
    """A merchant's figure as the pages would show it."""
    viewer = Viewer(simulated.settings.place, "test", "merchant", merchant)
    return int(ask(viewer, [metric], period=PERIOD).rows[metric][0])


def true(market: Market, merchant: str, metric: str) -> int:
    """The same figure from the market's own frames."""
    rows = truth(market, NOW, metric, ["merchant_id"], *PERIOD)
    return int(rows.filter(rows["merchant_id"] == merchant)["value"][0])


def settle(path: Path) -> None:
    """Let a file look as if its copying had ended a while ago."""
    os.utime(path, (path.stat().st_mtime - 60, path.stat().st_mtime - 60))

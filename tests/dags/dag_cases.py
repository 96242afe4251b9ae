"""What the DAG tests share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from simulator.faults import FaultPlan
from simulator.history.market import Market
from simulator.world import World
from warehouse.settings import Settings

__all__ = ["NOW", "ROOT", "Market", "SimulatedHome"]

ROOT = Path(__file__).parents[2]
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


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

"""The demo's own home, below the installation's, and what it keeps there: which market it is, the sign-ins,
Airflow's keys, and who runs it now.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contracts.errors import UsageError
from contracts.fields import TIME_ZONE
from warehouse.settings import Settings


@dataclass(frozen=True)
class Plan:
    """The market to simulate.

    Kept at the first start, so that every later start serves the very same one; ``now`` is an ISO moment,
    ``trade`` what the world is calibrated to; ``panel``: small merchants of the association beside it.
    """

    seed: int
    merchants: int
    days: int
    lines: int
    now: str
    trade: str = "plain"
    panel: int = 0

    @property
    def arguments(self) -> list[str]:
        """Command-line words of the simulator."""
        return [word for name, value in asdict(self).items() for word in (f"--{name}", str(value))]


def own_settings(settings: Settings) -> Settings:
    """The demo's settings: a home and a warehouse of its own, whatever warehouse the installation uses, so
    that no real merchant is ever beside it.
    """
    return settings.model_copy(update={"home": settings.place.home / "demo", "catalog": "", "data": ""})


@dataclass(frozen=True)
class DemoHome:
    """The folders in the demo's home. Those with secrets are the owner's alone."""

    home: Path

    @classmethod
    def of(cls, settings: Settings) -> DemoHome:
        """The home of ``own_settings``."""
        return cls(settings.place.home)

    @property
    def state(self) -> Path:
        """Plan, sign-ins, keys and process ids."""
        return self.home / "state"

    @property
    def simulator(self) -> Path:
        """What the simulator writes: who is in the market, and each shop's credentials."""
        return self.home / "simulator"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def logs(self) -> Path:
        """One log per process; the tasks' own under ``airflow``."""
        return self.home / "logs"

    @property
    def children(self) -> Path:
        """Ids of the running processes."""
        return self.state / "children.json"

    @property
    def has_begun(self) -> bool:
        """True when a demo was started here before."""
        return (self.state / "plan.json").exists()

    def market_merchants(self) -> set[str]:
        """Ids of the simulated merchants; none before the simulator has first been here."""
        told = self.simulator / "registry.json"
        return (
            {
                merchant["merchant_id"]
                for merchant in json.loads(told.read_text(encoding="utf-8"))["merchants"]
            }
            if told.exists()
            else set()
        )

    def make(self) -> None:
        """Create the folders; other people may enter none of them."""
        for folder in (self.state, self.simulator, self.airflow, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.chmod(0o700)

    def plan(
        self, *, seed: int, merchants: int, days: int, lines: int, trade: str = "plain", panel: int = 0
    ) -> Plan:
        """The kept plan; at the first start one of the given size whose orders end now."""
        now = dt.datetime.now(ZoneInfo(TIME_ZONE)).replace(microsecond=0).isoformat()
        first = Plan(seed, merchants, days, lines, now, trade, panel)
        return Plan(**self._kept("plan.json", lambda: asdict(first)))

    def passwords(self, names: tuple[str, ...]) -> dict[str, str]:
        """Account name → password, invented once and the same ever after."""
        known = self._kept("sign_ins.json", dict)
        if set(names) - set(known):
            known = {
                name: known.get(name) or secrets.token_urlsafe(9)
                for name in {**dict.fromkeys(names), **known}
            }
            write_private(self.state / "sign_ins.json", known)
        return {name: known[name] for name in names}

    def keys(self) -> dict[str, str]:
        """Airflow's own secrets: one to sign sessions, one to sign the tasks' tokens."""
        return self._kept(
            "keys.json",
            lambda: {"secret_key": secrets.token_urlsafe(32), "jwt_secret": secrets.token_urlsafe(48)},
        )

    def is_done(self, name: str) -> bool:
        """Whether ``set_done`` was ever called for ``name`` in this home."""
        return (self.state / f"{name}.done").exists()

    def set_done(self, name: str) -> None:
        """Remember that ``name`` need not be done again."""
        (self.state / f"{name}.done").touch()

    def _kept(self, name: str, make: Callable[[], Mapping[str, object]]) -> dict[str, Any]:
        path = self.state / name
        if not path.exists():
            write_private(path, make())
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    @contextmanager
    def running(self) -> Iterator[None]:
        """One demo per home at a time. Raises ``UsageError`` naming the process that runs one already."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = self.state / "running.lock"
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _already_running(lock) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(descriptor)


def _already_running(lock: Path) -> UsageError:
    return UsageError(
        "DEMO_RUNNING",
        "这个数据目录里已有演示在运行",
        "a demo is already running in this home",
        step_zh="先在那个终端按 Ctrl-C,或另设 BAIYUN_HOME",
        step_en="press Ctrl-C in its terminal, or set another BAIYUN_HOME",
        pid=lock.read_text(),
    )


def write_private(path: Path, value: Mapping[str, object]) -> None:
    """A JSON file only its owner can read, whole or not at all."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        json.dump(value, stream, ensure_ascii=False, indent=1)
    part.replace(path)

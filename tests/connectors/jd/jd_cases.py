"""What the JD tests share: the moment they stand at, and short ways from a sample, a file or an API body to
conformed frames.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Api
from connectors.http import Client, Credentials
from connectors.jd import PLATFORM
from connectors.reading import Origin, Reading, read_file, read_records
from simulator.history.market import Market
from simulator.server import FaultPlan, World

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=ZONE)
SAMPLES = PLATFORM.folder / "samples"
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/jd"
LINEAGE = ["_export_id", "_row_number", "_observed_at"]

Frames = dict[str, pl.DataFrame]


def read(data: bytes, name: str = "file.csv", shop_id: str = "shop") -> Reading:
    """A file as the intake reads it at ``NOW``."""
    return read_file(data, Origin("merchant", shop_id, f"export of {name}", name, NOW))


def conformed(reading: Reading) -> Frames:
    """Canonical frames of a reading; rows that did not pass the reader fail the test."""
    assert reading.quarantine.is_empty(), reading.quarantine
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def offline_api() -> Api:
    """An API that is only asked to take bodies apart."""
    assert PLATFORM.api is not None
    return PLATFORM.api(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "token"))


def conformed_pages(kind: str, bodies: list[bytes], shop_id: str = "shop") -> Frames:
    """All bodies of one kind, conformed together."""
    frames = []
    for number, body in enumerate(bodies):
        origin = Origin(
            "merchant", shop_id, f"page {number:04d}", kind, NOW, NOW + dt.timedelta(seconds=number)
        )
        reading = read_records(PLATFORM, kind, offline_api().records(kind, body), origin)
        assert reading.quarantine.is_empty(), reading.quarantine
        frames.append(reading.bronze)
    return PLATFORM.conform(kind, pl.concat(frames))


def sample(name: str) -> Frames:
    """A shipped sample, conformed."""
    data = (SAMPLES / name).read_bytes()
    kind = {"pop": "orders", "ref": "refunds", "asc": "after_sales"}.get(name[:3], "")
    return conformed_pages(kind, [data]) if name.endswith(".json") else conformed(read(data, name))


def current(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The latest observation of each row, without lineage."""
    return frame.sort("_observed_at", "_row_number").unique(key, keep="last").sort(key).drop(LINEAGE)


def fen(frame: pl.DataFrame, column: str) -> int:
    """The sum of a column."""
    return int(frame[column].sum())


def by_key(frame: pl.DataFrame, key: str, value: str) -> dict[str, object]:
    """One column by another."""
    return dict(frame.select(key, value).iter_rows())


@dataclass
class Jos:
    """The running server and a shop's way into it."""

    base: str
    world: World
    faults: FaultPlan
    market: Market
    waits: list[float] = field(default_factory=list)

    def credentials(self, shop_id: str) -> Credentials:
        """Fresh access for a shop."""
        shop = self.world.shop(shop_id)
        assert shop is not None
        token = self.world.tokens.issue(shop_id)
        return Credentials(
            f"{self.base}/jd", shop["app_key"], shop["app_secret"], token.access_token, token.refresh_token
        )

    def api(self, shop_id: str, attempts: int = 8) -> Api:
        """The API of a shop; its waits are written down instead of waited."""
        assert PLATFORM.api is not None
        return PLATFORM.api(Client(attempts=attempts, sleep=self.waits.append), self.credentials(shop_id))

    def bodies(self, shop_id: str, kind: str, attempts: int = 8) -> list[bytes]:
        """Everything of one kind since the market began."""
        return list(self.api(shop_id, attempts).pages(kind, NOW - dt.timedelta(days=30), NOW))

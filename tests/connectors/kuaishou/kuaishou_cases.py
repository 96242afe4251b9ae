"""Shared by the Kuaishou tests: reading a sample, a shop on the simulator, and what must never get
through.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.http import Client, Credentials
from connectors.kuaishou import PLATFORM
from connectors.kuaishou.api import KuaishouApi
from connectors.reading import Origin, Reading, read_file, read_records

ZONE = ZoneInfo("Asia/Shanghai")
SAMPLES = PLATFORM.folder / "samples"
LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
#: Text planted as personal data in samples and simulator: phone, ciphertext, names, district, street,
#: parcels, the buyer's own words.
PRIVATE = r"(?:^|\D)1[3-9]\d{9}(?:\D|$)|1\*{8}|##|陈|中心区|某街道|幸福小区|78012345678901|不合适,电话"


def moment(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


MARKET_NOW = moment("2026-07-20 21:30:00")


def origin(name: str = "page.json") -> Origin:
    return Origin("yunshan", "yunshan-kuaishou", "e" * 64, name, moment("2026-11-20 00:00:00"))


def read_sample(name: str) -> Reading:
    """A sample of the connector, file or API page."""
    data = (SAMPLES / name).read_bytes()
    if not name.endswith(".json"):
        return read_file(data, origin(name))
    kinds = {"open.order": "orders", "open.seller": "after_sales", "open.funds": "settlements"}
    return read_page(next(kind for start, kind in kinds.items() if name.startswith(start)), data)


def read_page(kind: str, page: bytes) -> Reading:
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(), Credentials("http://127.0.0.1", "key", "secret"))
    return read_records(PLATFORM, kind, api.records(kind, page), origin())


def conformed(reading: Reading) -> pl.DataFrame:
    """The one canonical frame of a reading."""
    (frame,) = PLATFORM.conform(reading.layout.kind, reading.bronze).values()
    return frame


def bronze_rows(kind: str, *rows: dict[str, object]) -> pl.DataFrame:
    """Typed bronze rows with only the given columns filled."""
    table = PLATFORM.bronze[kind]
    lineage = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "kuaishou",
        "_export_id": "e",
        "layout_name": "x",
    }
    full = [{**lineage, "_row_number": number, **row} for number, row in enumerate(rows, 1)]
    return table.shape(
        pl.DataFrame(
            full,
            schema_overrides={
                name: dtype for name, dtype in table.dtypes.items() if name in set().union(*full)
            },
        )
    )


def private_cells(frame: pl.DataFrame) -> list[str]:
    """Cells that look like planted personal data."""
    texts = frame.select(pl.col(pl.String).exclude("_export_id"))
    return [
        cell
        for name in texts.columns
        for cell in texts[name].drop_nulls().filter(texts[name].drop_nulls().str.contains(PRIVATE))
    ]


def repository_samples() -> Path:
    """Third-party files, which lie beside the repository and are never part of it."""
    return Path(__file__).parents[3] / "../shared/samples/kuaishou"


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults = app.state.world, app.state.faults
        self.shop_id = shop_id
        self.saved: list[Credentials] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/kuaishou", row["app_key"], row["app_secret"], token.access_token, token.refresh_token,
            save=self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 6) -> KuaishouApi:
        """A fresh client that does not wait between tries."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), self.credentials)
        assert isinstance(api, KuaishouApi)
        return api

    def collect(
        self, kind: str, start: dt.datetime, end: dt.datetime, api: KuaishouApi | None = None
    ) -> list[dict[str, object]]:
        """Every record of the window, in the order in which it came."""
        chosen = api or self.api()
        return [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]

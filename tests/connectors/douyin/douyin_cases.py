"""Shared by the Douyin tests: reading a sample, a shop on the simulator, and what must never get through."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.douyin import PLATFORM
from connectors.douyin.api import DouyinApi
from connectors.http import Client, Credentials
from connectors.reading import Origin, Reading, read_file, read_records

ZONE = ZoneInfo("Asia/Shanghai")
SAMPLES = PLATFORM.folder / "samples"
with (PLATFORM.folder / "samples.csv").open(encoding="utf-8", newline="") as stream:
    #: Sample → the kind and layout it is declared to be; ``error`` is an answer that refuses.
    DECLARED = {row["file"]: (row["kind"], row["layout"]) for row in csv.DictReader(stream)}
#: Text planted as personal data in samples and simulator: phone, ciphertext, district, street, operator.
PRIVATE = r"(?:^|\D)1[3-9]\d{9}(?:\D|$)|1\*{8}|##|\$\$|阿\*|中心区|白云区|某街道|客服|某快递|中通"


def moment(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def origin(name: str = "page.json") -> Origin:
    return Origin("yunshan", "yunshan-douyin", "e" * 64, name, moment("2026-10-20 00:00:00"))


def read_sample(name: str) -> Reading:
    """A sample of the connector, file or API page."""
    data = (SAMPLES / name).read_bytes()
    if not name.endswith(".json"):
        return read_file(data, origin(name))
    return read_page(DECLARED[name][0], data)


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
        "platform_code": "douyin",
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
    return Path(__file__).parents[3] / "../shared/samples/douyin"


MARKET_NOW = moment("2026-07-20 21:30:00")


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults = app.state.world, app.state.faults
        self.shop_id = shop_id
        self.saved: list[Credentials] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/douyin", row["app_key"], row["app_secret"], token.access_token, token.refresh_token,
            save=self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 6) -> DouyinApi:
        """A fresh client that does not wait between tries."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), self.credentials)
        assert isinstance(api, DouyinApi)
        return api

    def collect(
        self, kind: str, start: dt.datetime, end: dt.datetime, api: DouyinApi | None = None
    ) -> list[dict[str, object]]:
        """Every record of the window, in the order in which it came."""
        chosen = api or self.api()
        return [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]

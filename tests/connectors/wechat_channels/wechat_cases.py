"""Shared by the WeChat tests: reading samples and bodies, a shop on the simulator, and what must never get
through.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.http import Client, Credentials
from connectors.reading import Origin, Reading, read_file, read_records
from connectors.wechat_channels import PLATFORM
from connectors.wechat_channels.api import WechatApi

ZONE = ZoneInfo("Asia/Shanghai")
SAMPLES = PLATFORM.folder / "samples"
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/wechat_channels"
NOW = dt.datetime(2026, 7, 20, 21, 30, tzinfo=ZONE)
FIRST = NOW - dt.timedelta(days=25)
LINEAGE = ["_export_id", "_row_number", "_observed_at"]
#: Text planted as personal data in samples and simulator: names, phones, addresses, numbers of people and
#: parcels.
PRIVATE = r"(?:^|\D)1[3-9]\d{9}(?:\D|$)|158\*|齐\*|\*{4}|中心区|某快递|oAbCd|YT\d"


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def read(data: bytes, name: str = "file.csv", shop_id: str = "shop") -> Reading:
    return read_file(data, Origin("merchant", shop_id, "e" * 64, name, NOW))


def offline_api() -> WechatApi:
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(), Credentials("http://127.0.0.1:1", "wx1", "secret", "token"))
    assert isinstance(api, WechatApi)
    return api


def read_page(kind: str, page: bytes) -> Reading:
    return read_records(
        PLATFORM, kind, offline_api().records(kind, page), Origin("merchant", "shop", "e" * 64, "page", NOW)
    )


def sample(name: str, kind: str = "orders") -> dict[str, pl.DataFrame]:
    """A shipped sample, conformed; nothing of it may have been set aside."""
    data = (SAMPLES / name).read_bytes()
    reading = read_page(kind, data) if name.endswith(".json") else read(data, name)
    assert reading.quarantine.is_empty()
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def page(path: str, *answers: dict[str, Any]) -> bytes:
    """A collected page of the given answers."""
    return json.dumps(
        [
            {"path": f"/channels/ec/{path}", "asked": {}, "answer": {"errcode": 0, **answer}}
            for answer in answers
        ]
    ).encode()


def bronze_rows(kind: str, *rows: dict[str, object], layout: str = "api") -> pl.DataFrame:
    """Typed bronze rows with only the given columns filled."""
    table = PLATFORM.bronze[kind]
    lineage = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "wechat_channels",
        "_export_id": "e",
        "layout_name": layout,
        "_observed_at": NOW,
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
    texts = frame.select(pl.col(pl.String).exclude("_export_id"))
    return [
        cell
        for name in texts.columns
        for cell in texts[name].drop_nulls().filter(texts[name].drop_nulls().str.contains(PRIVATE))
    ]


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults, self.shop_id = app.state.world, app.state.faults, shop_id
        self.saved: list[Credentials] = []
        row = self.world.shop(shop_id)
        self.credentials = Credentials(
            f"{url}/wechat_channels", row["app_key"], row["app_secret"], save=self.saved.append
        )

    def api(self, attempts: int = 6) -> WechatApi:
        """A fresh client that does not wait between tries."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), self.credentials)
        assert isinstance(api, WechatApi)
        return api

    def rows(
        self, kind: str, api: WechatApi | None = None, first: dt.datetime = FIRST, last: dt.datetime = NOW
    ) -> list[dict[str, object]]:
        """Every record of a kind, in the order in which it came."""
        chosen = api or self.api()
        return [record for body in chosen.pages(kind, first, last) for record in chosen.records(kind, body)]

    def collect(
        self, kind: str, api: WechatApi | None = None, first: dt.datetime = FIRST
    ) -> dict[str, pl.DataFrame]:
        """Everything of a kind, conformed."""
        rows = self.rows(kind, api, first)
        reading = read_records(PLATFORM, kind, rows, Origin("merchant", self.shop_id, "a" * 64, "page", NOW))
        assert reading.quarantine.is_empty()
        return PLATFORM.conform(kind, reading.bronze)

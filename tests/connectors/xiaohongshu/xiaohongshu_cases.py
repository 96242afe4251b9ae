"""What the Xiaohongshu tests share: moments, short ways from a sample to conformed frames, a shop on the
simulator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.http import Client, Credentials
from connectors.reading import Origin, Reading, read_file, read_pages
from connectors.xiaohongshu import PLATFORM
from connectors.xiaohongshu.api import XiaohongshuApi

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 7, 20, 21, 30, tzinfo=ZONE)
SAMPLES = PLATFORM.folder / "samples"
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/xiaohongshu"
LINEAGE = ["merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at"]

ORDERS = "小红书订单查询2026-11-20-15_11_383f4ff8.xlsx"
AFTER_SALES = "小红书售后查询2026-11-20-15_12_0a1b2c3d.xlsx"
FUNDS = "小红书动账流水2026-11-20-15_13_4e5f6a7b.xlsx"
ORDERS_72 = "小红书订单查询2026-11-20-16_00_72列.xlsx"
SETTLEMENTS = "商品结算明细2026-11-20-16_01_23列.xlsx"
SERVICES = "其他服务款2026-11-20-16_02_8列.xlsx"
#: Text planted as personal data in samples and simulator: phones, names, addresses, numbers of people,
#: parcels and payments.
PRIVATE = r"(?:^|\D)1[3-9]\d{9}(?:\D|$)|138\*|张\*|##|某区|某街道|SF\d|110101|42000000|440106"


def moment(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def origin(
    name: str, shop_id: str = "shop", received: dt.datetime | None = None, secret: bytes = b""
) -> Origin:
    return Origin(
        "merchant",
        shop_id,
        f"export of {name}",
        name,
        received or moment("2026-11-24 12:00:00"),
        secret=secret,
    )


def read_sample(name: str, kind: str = "", secret: bytes = b"") -> Reading:
    """A sample file, or an API page of ``kind``."""
    data = (SAMPLES / name).read_bytes()
    return read_api(kind, [data]) if kind else read_file(data, origin(name, secret=secret))


def read_api(kind: str, pages: Iterable[bytes], shop_id: str = "shop") -> Reading:
    api = offline()
    told = [
        (origin(f"page {number:05d}", shop_id), api.records(kind, page)) for number, page in enumerate(pages)
    ]
    return read_pages(PLATFORM, kind, told)


def conformed(reading: Reading) -> dict[str, pl.DataFrame]:
    assert reading.quarantine.is_empty(), reading.quarantine.to_dicts()
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def sample(name: str, kind: str = "") -> dict[str, pl.DataFrame]:
    return conformed(read_sample(name, kind))


def bronze_rows(kind: str, *rows: dict[str, object], layout: str = "api") -> pl.DataFrame:
    """Typed bronze rows with only the given columns filled."""
    table = PLATFORM.bronze[kind]
    lineage = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "xiaohongshu",
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
    """Cells that look like planted personal data."""
    texts = frame.select(pl.col(pl.String).exclude("_export_id", "buyer_key"))
    return [
        cell
        for name in texts.columns
        for cell in texts[name].drop_nulls().filter(texts[name].drop_nulls().str.contains(PRIVATE))
    ]


def offline() -> XiaohongshuApi:
    return made(Credentials("http://127.0.0.1:1", "key", "secret", "token"))


def made(credentials: Credentials, attempts: int = 6) -> XiaohongshuApi:
    """A client that does not wait between tries."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), credentials)
    assert isinstance(api, XiaohongshuApi)
    return api


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults, self.shop_id = app.state.world, app.state.faults, shop_id
        self.saved: list[Credentials] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/xiaohongshu", row["app_key"], row["app_secret"], token.access_token, token.refresh_token,
            save=self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 6) -> XiaohongshuApi:
        return made(self.credentials, attempts)

    def collect(
        self, kind: str, start: dt.datetime, end: dt.datetime, api: XiaohongshuApi | None = None
    ) -> list[dict[str, object]]:
        """Every record of the window, in the order in which it came."""
        chosen = api or self.api()
        return [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]

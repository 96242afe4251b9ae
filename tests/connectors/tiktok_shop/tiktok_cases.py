"""Shared by the TikTok Shop tests: reading a sample or a made file, a shop on the simulator, and what must never get through."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.http import Client, Credentials
from connectors.reading import Origin, Reading, read_file, read_records
from connectors.tiktok_shop import PLATFORM
from connectors.tiktok_shop.api import TikTokApi

ZONE = ZoneInfo("Asia/Shanghai")
SAMPLES = PLATFORM.folder / "samples"
#: Beside the repository, never part of it.
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/tiktok_shop"
#: Text planted as personal data in samples and simulator: phone, name, street, district, staff.
PRIVATE = r"0812345678|\*\*\*\*\*78|คุณ|Some Road|Bang Rak|District 9|staff01|VIP"

ORDERS_TH, ORDERS_US = "All order-2026-11-20-11_05.csv", "All order-2026-11-20-12_00.xlsx"
INCOMES = ("income_20261120110500(UTC+7).xlsx", "income_20260520110500(UTC+7).csv", "income_20260720110500(UTC+7).csv")
ON_HOLD = "Onhold-unsettled-orders-2026_11_01-2026_11_12(UTC-7).xlsx"
CREATORS = "all_20261101000000_20261120235959.csv"
PAGES = {
    "orders": "orders_search.json", "after_sales": "returns_search.json", "cancellations": "cancellations_search.json",
    "settlements": "statement_transactions.json",
}  # fmt: skip
O = "5769000000000001"  # noqa: E741 - the samples' order numbers begin so

Frames = dict[str, pl.DataFrame]


def moment(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


RECEIVED = moment("2026-11-24 12:00:00")
MARKET_NOW = moment("2026-07-20 21:30:00")


def origin(name: str = "page.json", shop_id: str = "shop") -> Origin:
    return Origin("merchant", shop_id, "e" * 64, name, RECEIVED)


def read(data: bytes, name: str = "file.csv") -> Reading:
    return read_file(data, origin(name))


def conformed(reading: Reading) -> Frames:
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def sample(name: str) -> Frames:
    reading = read((SAMPLES / name).read_bytes(), name)
    assert reading.quarantine.is_empty(), reading.quarantine
    return conformed(reading)


def sample_page(kind: str) -> Frames:
    return conformed(read_page(kind, (SAMPLES / PAGES[kind]).read_bytes()))


def read_page(kind: str, page: bytes) -> Reading:
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(), Credentials("http://127.0.0.1:1", "key", "secret"))
    reading = read_records(PLATFORM, kind, api.records(kind, page), origin())
    assert reading.quarantine.is_empty(), reading.quarantine
    return reading


def by_key(frame: pl.DataFrame, key: str, value: str) -> dict[str, object]:
    return dict(frame.select(key, value).iter_rows())


def sample_table(name: str = ORDERS_TH) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a CSV sample."""
    reader = csv.DictReader(io.StringIO((SAMPLES / name).read_text("utf-8-sig")))
    rows = list(reader)
    return list(reader.fieldnames or []), rows


def as_csv(header: list[str], rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def private_cells(frame: pl.DataFrame) -> list[str]:
    """Cells that look like planted personal data."""
    texts = frame.select(pl.col(pl.String).exclude("_export_id"))
    return [cell for name in texts.columns for cell in texts[name].drop_nulls().filter(texts[name].drop_nulls().str.contains(PRIVATE))]


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults = app.state.world, app.state.faults
        self.shop_id = shop_id
        self.saved: list[Credentials] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/tiktok_shop", row["app_key"], row["app_secret"], token.access_token, token.refresh_token, row["platform_shop_id"], self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 6) -> TikTokApi:
        """A fresh client that does not wait between tries."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), self.credentials)
        assert isinstance(api, TikTokApi)
        return api

    def collect(self, kind: str, start: dt.datetime, end: dt.datetime, api: TikTokApi | None = None) -> list[dict[str, object]]:
        """Every record of the window, in the order in which it came."""
        chosen = api or self.api()
        return [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]

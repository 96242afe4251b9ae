"""Shared by the TikTok Shop tests: reading a sample or a made file, a shop on the simulator, and what must
never get through.
"""

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
from connectors.tiktok_shop import PLATFORM, simulate
from connectors.tiktok_shop.api import TikTokApi
from simulator.history.market import Market
from simulator.history.platforms import thb_satang_per_fen

ZONE = ZoneInfo("Asia/Shanghai")
SAMPLES = PLATFORM.folder / "samples"
#: Beside the repository, never part of it.
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/tiktok_shop"
#: Text planted as personal data in samples and simulator: phone, name, street, district, staff.
PRIVATE = r"0812345678|\*\*\*\*\*78|คุณ|Some Road|Bang Rak|District 9|staff01|VIP"

ORDERS_TH, ORDERS_US = "All order-2026-11-20-11_05.csv", "All order-2026-11-20-12_00.xlsx"
INCOMES = (
    "income_20261120110500(UTC+7).xlsx",
    "income_20260520110500(UTC+7).csv",
    "income_20260720110500(UTC+7).csv",
)
ON_HOLD = "Onhold-unsettled-orders-2026_11_01-2026_11_12(UTC-7).xlsx"
CREATORS = "all_20261101000000_20261120235959.csv"
PAGES = {
    "orders": "orders_search.json", "after_sales": "returns_search.json",
    "cancellations": "cancellations_search.json",
    "settlements": "statement_transactions.json", "funds": "withdrawals.json",
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
    return [
        cell
        for name in texts.columns
        for cell in texts[name].drop_nulls().filter(texts[name].drop_nulls().str.contains(PRIVATE))
    ]


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.app, self.url, self.world, self.faults = app, url, app.state.world, app.state.faults
        self.shop_id = shop_id
        self.saved: list[Credentials] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/tiktok_shop", row["app_key"], row["app_secret"], token.access_token, token.refresh_token,
            row["platform_shop_id"], self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 6) -> TikTokApi:
        """A fresh client that does not wait between tries."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, wait_scale=0.0), self.credentials)
        assert isinstance(api, TikTokApi)
        return api

    def collect(
        self, kind: str, start: dt.datetime, end: dt.datetime, api: TikTokApi | None = None
    ) -> list[dict[str, object]]:
        """Every record of the window, in the order in which it came."""
        chosen = api or self.api()
        return [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]


# --- the market in the shop's money -------------------------------------------------------------------------

LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_rows", "_observed_at")


def satang(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The market's fen ``columns`` in satang, by the rate of the day in ``created_at``."""
    days = frame["created_at"].dt.date()
    rate = days.replace_strict({day: thb_satang_per_fen(day) for day in days.unique()}, return_dtype=pl.Int64)
    return frame.with_columns(frame[name] * rate for name in columns)


def line_truth(market: Market, shop_id: str) -> pl.DataFrame:
    """The shop's lines at the market's last moment, in satang, numbered as this platform numbers them."""
    lines = market.lines_at(shop_id, MARKET_NOW).with_columns(
        line=pl.concat_str("order_id", "sku_id", separator=":")
    )
    return satang(lines, *(name for name in lines.columns if name.endswith("_fen")))


def refund_truth(market: Market, shop_id: str) -> pl.DataFrame:
    """The shop's after-sales likewise."""
    lines = market.lines_at(shop_id, MARKET_NOW).select(
        "order_line_id", "created_at", line=pl.concat_str("order_id", "sku_id", separator=":")
    )
    refunds = market.refunds_at(shop_id, MARKET_NOW).join(lines, on="order_line_id")
    return satang(refunds, "refund_fen").sort("refund_id")


def settlement_truth(market: Market, shop_id: str) -> pl.DataFrame:
    """The shop's payouts and take-backs by order, day of statement and sign, in satang."""
    created = market.lines_at(shop_id, MARKET_NOW).group_by("order_id").agg(pl.col("created_at").first())
    money = ("base_fen", "settled_fen", "fee_fen", "commission_fen", "leader_fen")
    rows = satang(
        market.settlements_at(shop_id, MARKET_NOW).join(created, on="order_id"), *money
    ).with_columns(day=pl.col("settled_at").dt.date())
    return (
        rows.group_by("order_id", "settlement_type_code", "day")
        .agg(pl.col(money).sum())
        .sort("order_id", "settlement_type_code", "day")
    )


def download(market: Market, shop_id: str) -> dict[str, Reading]:
    """Kind → what the shop's files of all days became."""
    found: dict[str, Reading] = {}
    for name, data in simulate.export_files(
        market, shop_id, MARKET_NOW, dt.date(2026, 5, 1), MARKET_NOW.date()
    ).items():
        reading = read_file(data, Origin("m", shop_id, f"{name:f<64}", name, MARKET_NOW))
        assert (reading.quarantine.height, reading.new_columns) == (0, [])
        assert private_cells(reading.bronze) == []
        assert reading.layout.kind not in found
        found[reading.layout.kind] = reading
    return found


def conformed_records(kind: str, records: list[dict[str, object]], shop_id: str = "shop") -> Frames:
    """API records as one export of ``MARKET_NOW``."""
    reading = read_records(
        PLATFORM, kind, records, Origin("m", shop_id, "a" * 64, "page", MARKET_NOW, MARKET_NOW)
    )
    assert reading.quarantine.is_empty(), reading.quarantine
    assert private_cells(reading.bronze) == []
    return conformed(reading)


def content(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """What a frame says, once per ``key``."""
    return frame.drop(LINEAGE).unique(key).sort(key)

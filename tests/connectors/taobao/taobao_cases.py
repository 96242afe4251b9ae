"""What the Taobao tests share: the moment they stand at, and short ways from a sample or an API body to
conformed frames.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.http import Client, Credentials
from connectors.reading import Origin, Reading, read_file, read_records
from connectors.taobao import PLATFORM
from connectors.taobao.api import TaobaoApi
from simulator.history.market import Market
from simulator.server import FaultPlan, World

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=ZONE)
SAMPLES = PLATFORM.folder / "samples"
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples"

ORDER_FILES = {
    "2016": "ExportOrderList202611201200_2016.csv",
    "2017": "ExportOrderList202611201200_2017.csv",
    "2018": "ExportOrderList202611201200_2018.csv",
    "2019": "ExportOrderList202611201200_2019.csv",
    "2020": "ExportOrderList202611201200_2020.csv",
    "2022": "ExportOrderList202611201200_2022.csv",
    "2026": "ExportOrderList202611201200_2026.xlsx",
    "report_2020": "order_report_2020.csv",
}
ITEM_FILES = {
    "2016_2019": "ExportOrderDetailList202611201200_2016_2019.csv",
    "2022": "ExportOrderDetailList202611201200_2022.csv",
    "2026": "ItemList202611201200_2026.csv",
}
REFUND_FILES = {
    "2020_39": "refunds_2020_39.csv",
    "2025_51": "refunds_2025_51.xlsx",
    "2026": "refunds_2026.xlsx",
}
LEDGER_FILES = {
    "alipay": "支付宝账务明细_2026-11-01_2026-11-20.csv",
    "wechat_8": "淘宝微信账单_2026-11_8列.csv",
    "wechat_14": "淘宝微信账单_2026-11_14列.csv",
    "account_2022": "万相台账户报表_2026-11-17_2026-11-18.csv",
    "scenes_2026": "万相台场景报表_2026-11-17_2026-11-18.csv",
    "sycm_34": "生参商品列表_2026-11-18.xlsx",
    "list_10": "商家中心商品信息_2026-11-18.xlsx",
}
LIVE_FILES = {
    "live_sessions": "live_sessions_202611201200.xlsx",
    "live_orders": "live_orders_202611201200.xlsx",
}


def read(data: bytes, name: str = "file.csv", shop_id: str = "shop") -> Reading:
    return read_file(data, Origin("merchant", shop_id, f"export of {name}", name, NOW))


def read_sample(name: str) -> Reading:
    return read((SAMPLES / name).read_bytes(), name)


def conformed(reading: Reading) -> dict[str, pl.DataFrame]:
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def sample(name: str) -> dict[str, pl.DataFrame]:
    return conformed(read_sample(name))


def offline_api() -> TaobaoApi:
    return TaobaoApi(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "session"))


def conformed_pages(kind: str, bodies: list[bytes], shop_id: str = "shop") -> dict[str, pl.DataFrame]:
    """All pages of one kind, conformed together; rows that did not pass the reader fail the test."""
    api = offline_api()
    frames = []
    for number, body in enumerate(bodies):
        records = api.records(kind, body)
        if records:
            reading = read_records(
                PLATFORM,
                kind,
                records,
                Origin(
                    "merchant", shop_id, f"page {number:04d}", kind, NOW, NOW + dt.timedelta(seconds=number)
                ),
            )
            assert reading.quarantine.is_empty(), reading.quarantine
            frames.append(reading.bronze)
    return PLATFORM.conform(kind, pl.concat(frames))


def fen(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum())


def by_key(frame: pl.DataFrame, key: str, value: str) -> dict[str, object]:
    return dict(frame.select(key, value).iter_rows())


@dataclass
class Gateway:
    """The running server and a shop's way into it."""

    base: str
    world: World
    faults: FaultPlan
    market: Market
    waits: list[float] = field(default_factory=list)

    def credentials(self, shop_id: str) -> Credentials:
        shop = self.world.shop(shop_id)
        assert shop is not None
        return Credentials(
            f"{self.base}/taobao",
            shop["app_key"],
            shop["app_secret"],
            self.world.tokens.issue(shop_id).access_token,
        )

    def api(self, shop_id: str, attempts: int = 8) -> TaobaoApi:
        return TaobaoApi(Client(attempts=attempts, sleep=self.waits.append), self.credentials(shop_id))

    @property
    def first(self) -> dt.datetime:
        return NOW - dt.timedelta(days=22)

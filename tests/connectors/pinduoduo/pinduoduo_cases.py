"""What the Pinduoduo tests share: short ways from a sample or an answer to conformed frames, and one shop of
the simulated platform.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from starlette.applications import Starlette

from connectors.http import Client, Credentials
from connectors.pinduoduo import PLATFORM
from connectors.pinduoduo.api import PinduoduoApi
from connectors.reading import Origin, Reading, read_file, read_records

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=ZONE)
SAMPLES = PLATFORM.folder / "samples"
THIRD_PARTY = Path(__file__).parents[3] / "../shared/samples/pinduoduo"
LINEAGE = ["merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at"]

ALL_82 = "0123456789abcdef0123456789abcdeforders_export2026-11-20-10-00-00.csv"
DEFAULT_23, INSTALMENT_27, OF_2020 = "orders_default_23.csv", "orders_instalment_27.xlsx", "orders_2020.csv"
ACCOUNT = "pdd-mall-bill-detail(mall)_2026-11-20-10-00-00_1.csv"
PRODUCT_ADS = "商品推广_账户_汇总数据_商品_20261117至20261118.xlsx"
ACCOUNT_ADS = "商品推广_账户_分天数据_20261117至20261118.xlsx"


def moment(text: str) -> dt.datetime:
    """A Beijing moment."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def read(data: bytes, name: str = "file.csv", shop_id: str = "shop") -> Reading:
    return read_file(data, Origin("merchant", shop_id, f"export of {name}", name, NOW))


def read_sample(name: str) -> Reading:
    return read((SAMPLES / name).read_bytes(), name)


def offline() -> PinduoduoApi:
    """The API of nobody, to flatten answers with."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "token"))
    assert isinstance(api, PinduoduoApi)
    return api


def read_answer(kind: str, body: bytes) -> Reading:
    return read_records(
        PLATFORM, kind, offline().records(kind, body), Origin("merchant", "shop", "answer", kind, NOW, NOW)
    )


def conformed(reading: Reading) -> dict[str, pl.DataFrame]:
    assert reading.quarantine.is_empty(), reading.quarantine
    return PLATFORM.conform(reading.layout.kind, reading.bronze)


def orders(name: str) -> pl.DataFrame:
    """Order lines of a sample, by order number."""
    return conformed(read_sample(name))["order_line"].sort("order_id")


def bronze_rows(kind: str, *rows: dict[str, object]) -> pl.DataFrame:
    """Typed bronze rows with only the given columns filled."""
    table = PLATFORM.bronze[kind]
    lineage = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "pinduoduo",
        "_export_id": "e",
        "layout_name": "x",
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


def account_file(rows: list[str], footers: list[str], *, first: str = "商户订单号", width: int = 6) -> bytes:
    """店铺账务明细 as the platform writes it; footers are padded with ``width`` commas."""
    header = f"{first},发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述"
    preamble = [
        "拼多多店铺账务明细查询",
        "",
        "起始时间：2026-06-01 00:00:00  终止时间：2026-06-30 23:59:59",
        "----------交易记录明细列表---------",
    ]
    return (
        "\r\n".join([*preamble, header, *rows, *(line + "," * width for line in footers)]) + "\r\n"
    ).encode("gb18030")


class Shop:
    """One shop's API on the simulator, and the server's inside."""

    def __init__(self, app: Starlette, url: str, shop_id: str) -> None:
        self.world, self.faults, self.shop_id = app.state.world, app.state.faults, shop_id
        self.saved: list[Credentials] = []
        self.waits: list[float] = []
        row, token = self.world.shop(shop_id), self.world.tokens.issue(shop_id)
        self.credentials = Credentials(
            f"{url}/pinduoduo", row["app_key"], row["app_secret"], token.access_token, token.refresh_token,
            save=self.saved.append
        )  # fmt: skip

    def api(self, attempts: int = 8) -> PinduoduoApi:
        """A fresh client that only notes its waits."""
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(attempts=attempts, sleep=self.waits.append), self.credentials)
        assert isinstance(api, PinduoduoApi)
        return api

    def collect(
        self, kind: str, start: dt.datetime, end: dt.datetime, api: PinduoduoApi | None = None
    ) -> pl.DataFrame:
        """The one canonical frame of everything in the window, each row once."""
        chosen = api or self.api()
        records = [record for page in chosen.pages(kind, start, end) for record in chosen.records(kind, page)]
        (frame,) = conformed(
            read_records(PLATFORM, kind, records, Origin("m", self.shop_id, "a", kind, NOW, NOW))
        ).values()
        return frame.unique([name for name in frame.columns if name not in LINEAGE], maintain_order=True)

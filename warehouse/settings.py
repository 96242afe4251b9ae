"""``Settings``: everything an installation may choose, read from ``BAIYUN_*`` variables.

Declared here because this is the lowest room that needs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from warehouse.place import Place


class Settings(BaseSettings):
    """One installation's choices.

    ``BAIYUN_HOME=/srv/a`` and ``BAIYUN_HOME=/srv/b`` never meet; everything else has a default that fits a
    laptop.
    """

    model_config = SettingsConfigDict(env_prefix="BAIYUN_", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("data"), description="全部数据所在文件夹 / the folder that holds everything"
    )
    catalog: str = Field(
        default="",
        description=(
            "DuckLake 目录地址，默认 SQLite / DuckLake catalog, e.g. postgres:dbname=lake; default: "
            "SQLite in home"
        ),
        repr=False,
    )
    data: str = Field(
        default="",
        description=(
            "Parquet 文件夹或 s3:// 前缀 / folder or s3:// prefix of the Parquet files; default: in home"
        ),
    )
    threads: int = Field(default=2, ge=1, description="DuckDB 线程数 / DuckDB threads of a connection")
    memory: str = Field(default="2GB", description="DuckDB 内存上限 / DuckDB memory limit of a connection")
    slot_seconds: float = Field(
        default=600, description="等待写入位的秒数 / how long to wait for the writer's slot"
    )
    collect_days: int = Field(
        default=35,
        ge=1,
        description="采集回看天数：晚到的退款靠它 / days of updates re-read by each collection",
    )
    history_days: int = Field(
        default=90,
        ge=1,
        description="第一次采集往回读几天 / days a shop is read back the first time",
    )
    http_attempts: int = Field(default=6, ge=1, description="每个请求最多尝试次数 / tries per request")
    http_wait_scale: float = Field(
        default=1.0, ge=0, description="重试等待倍数 / scale of waits between tries"
    )
    quarantine_share_limit: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="隔离行占比超过它则退出码为 1 / share of quarantined rows above which exit code is 1",
    )
    read_memory_mb: int = Field(
        default=4096,
        ge=512,
        description="读取一个文件最多用的内存（MB） / memory the reader of one file may use",
    )
    read_seconds: float = Field(
        default=300, gt=0, description="读取一个文件最多用的秒数 / seconds one file may take to read"
    )
    raw_days: int = Field(
        default=30,
        ge=0,
        description="原始文件保留天数，商家可另定；0 = 入库后即删 / days raw files are kept; 0 = until "
        "loaded",
    )
    keep_releases: int = Field(
        default=30, ge=1, description="保留最近多少个发布 / newest releases that stay readable"
    )
    reader_grace_seconds: int = Field(
        default=3600,
        ge=0,
        description="维护时放过最近这么久的快照 / maintenance spares what a reader may still hold",
    )
    return_window_days: int = Field(
        default=7,
        ge=0,
        description=(
            "完成几天后算过了退货期，默认七日（消费者权益保护法第二十五条） / days from finishing until "
            "a sale is final; 7 by law"
        ),
    )
    repurchase_window_days: int = Field(
        default=90, ge=1, description="复购率看多少天 / days over which buyers coming again are counted"
    )
    hit_units: int = Field(
        default=300,
        ge=1,
        description="头 14 天留存多少件算爆款 / units kept in its first 14 days that make a style a hit",
    )
    disclosure_minimum_owners: int = Field(
        default=5, ge=3, description="一格至少多少个持有人 / fewest holdings in a public cell"
    )
    disclosure_p: float = Field(
        default=15.0, gt=0, description="p% 规则参数，保密 / the p of the p% rule; confidential", repr=False
    )
    disclosure_largest_share: float = Field(
        default=0.40,
        gt=0,
        le=1,
        description="单一持有人占比上限，保密 / largest share of one holding in a public cell; confidential",
        repr=False,
    )
    disclosure_minimum_platforms: int = Field(
        default=2, ge=1, description="一格至少几个平台（平台格除外） / fewest platforms in a public cell"
    )
    disclosure_coalition: int = Field(
        default=2,
        ge=1,
        description="假定几个成员会互通数字，保密 / members assumed to pool their figures; confidential",
        repr=False,
    )
    district_approval: Literal["none", "two"] = Field(
        default="none",
        description=(
            "协会发布要几个人：none 到期自动发布，two 要两个人 / releases of the district: none: by the "
            "timetable alone; two: by two people"
        ),
    )

    session_idle_days: float = Field(
        default=14, gt=0, description="多少天没用就要重新登录 / days without use until one signs in again"
    )
    session_days: float = Field(
        default=90, gt=0, description="最多保持登录多少天 / days one stays signed in at most"
    )
    session_brief_hours: float = Field(
        default=12,
        gt=0,
        description="没选「保持登录」时最多几小时 / hours signed in where the device is not to be remembered",
    )

    upload_memory_mb: int = Field(
        default=1024,
        ge=1,
        description="看板同时在内存里存多少上传（MB） / uploads the dashboards keep in memory, in all",
    )

    @property
    def place(self) -> Place:
        """Where this installation keeps its things; relative homes are taken from the working directory
        once.
        """
        return Place(self.home.resolve(), self.catalog, self.data)

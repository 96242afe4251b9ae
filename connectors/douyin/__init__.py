"""Douyin (抖店 / 罗盘): order, after-sale and live-session exports and the open platform's API.

README.md tells a merchant where to click.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.douyin import api, exports
from connectors.douyin.conform import conform
from connectors.http import Client, Credentials


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {
        kind: [column.header for column in PLATFORM.layout(kind, "api").columns if not column.personal]
        for kind in api.KINDS
    }
    return api.DouyinApi(client, credentials, wanted)


PLATFORM = Platform(
    code="douyin",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=api.KINDS,
    exported_at=exports.exported_at,
    clean=exports.clean,
    narrow_kinds=("orders", "after_sales"),
)

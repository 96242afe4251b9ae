"""WeChat Channels shop (视频号小店 / 微信小店): order and fund exports and the shop's open API.

README.md tells a merchant where to click.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.http import Client, Credentials
from connectors.wechat_channels import api, exports
from connectors.wechat_channels.conform import conform


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {
        kind: [column.header for column in PLATFORM.layout(kind, "api").columns if not column.personal]
        for kind in api.KINDS
    }
    return api.WechatApi(client, credentials, wanted)


PLATFORM = Platform(
    code="wechat_channels",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=api.KINDS,
    exported_at=exports.exported_at,
    clean=exports.clean,
    narrow_kinds=("orders", "after_sales"),
)

"""Xiaohongshu (小红书 / 千帆): order, after-sale, account and advertising exports and the open platform's
API. README.md tells a merchant where to click.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.http import Client, Credentials
from connectors.xiaohongshu import api, exports
from connectors.xiaohongshu.conform import conform


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {
        kind: [column.header for column in PLATFORM.layout(kind, "api").columns if not column.personal]
        for kind in api.KINDS
    }
    return api.XiaohongshuApi(client, credentials, wanted)


PLATFORM = Platform(
    code="xiaohongshu",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=api.KINDS,
    exported_at=exports.exported_at,
    clean=exports.clean,
    narrow_kinds=("orders",),
)

"""TikTok Shop (cross-border and local shops): order, creator and income exports in the shop's own currency,
and the open API 202309. See README.md.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.http import Client, Credentials
from connectors.tiktok_shop import api, exports
from connectors.tiktok_shop.conform import conform


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {kind: [column.header for column in PLATFORM.layout(kind, "api").columns] for kind in api.KINDS}
    return api.TikTokApi(client, credentials, wanted)


PLATFORM = Platform(
    code="tiktok_shop",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=api.KINDS,
    exported_at=exports.exported_at,
    clean=exports.clean,
)

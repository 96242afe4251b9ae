"""Kuaishou (快手小店): order, settlement, fund-flow and shipping-insurance exports and the open platform's
API. README.md tells a merchant where to click.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.http import Client, Credentials
from connectors.kuaishou import api, exports
from connectors.kuaishou.conform import conform


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {
        kind: [column.header for column in PLATFORM.layout(kind, "api").columns if not column.personal]
        for kind in api.KINDS
    }
    return api.KuaishouApi(client, credentials, wanted)


PLATFORM = Platform(
    code="kuaishou",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=api.KINDS,
    clean=exports.clean,
    narrow_kinds=("orders",),
)

"""JD (京东 POP / 京麦): order, bill, promotion and wallet exports and the open platform's API.

README.md tells a merchant where to click.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Api, Platform
from connectors.http import Client, Credentials
from connectors.jd import api
from connectors.jd.conform import conform
from connectors.jd.exports import clean


def _open_api(client: Client, credentials: Credentials) -> Api:
    wanted = {kind: [column.header for column in PLATFORM.layout(kind, "api").columns] for kind in api.KINDS}
    return api.JdApi(client, credentials, wanted)


PLATFORM = Platform(
    code="jd",
    folder=Path(__file__).parent,
    conform=conform,
    api=_open_api,
    api_kinds=tuple(api.KINDS),
    clean=clean,
)

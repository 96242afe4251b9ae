"""The open platform's signature, checked in the tests against the worked example of the official page "Sign
your API request".
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

_UNSIGNED = ("sign", "access_token", "x-tts-access-token")


def sign(secret: str, path: str, query: Mapping[str, str], body: str = "") -> str:
    """HMAC-SHA256 in lower hex, keyed with the app's secret, over secret + path + sorted query (key and
    value) + exact body + secret.

    ``path`` is the API's own, without host. The access token travels in a header and is not part of it.
    """
    joined = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in _UNSIGNED)
    return hmac.new(
        secret.encode(), f"{secret}{path}{joined}{body}{secret}".encode(), hashlib.sha256
    ).hexdigest()

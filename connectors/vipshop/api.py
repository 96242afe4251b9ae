"""How a call to Vipshop's open platform (VOP) is signed.

No method's answer is publicly documented, so nothing is collected with it: see README.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

#: The system parameters that are signed, in this order; they travel in the query, the body is JSON.
SIGNED = ("accessToken", "appKey", "format", "method", "service", "timestamp", "version")


def sign(params: Mapping[str, str], body: str, secret: str) -> str:
    """Upper-case HMAC-MD5 under the app's secret: the system parameters by name, each as name and value
    without separators, then the body as sent.

    KeyError for a parameter that is missing. Source: a public client (document section 6); the gateway's own
    page was not found.
    """
    told = "".join(f"{name}{params[name]}" for name in SIGNED)
    return hmac.digest(secret.encode(), f"{told}{body}".encode(), "md5").hex().upper()

"""The open platform's two signatures.

Formula from the official Java sample; the tests recompute it another way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

import orjson

VERSION = "1"
#: The only parameters that are signed; the access token is one of them, ``sign`` itself is not.
SIGNED = ("access_token", "appkey", "method", "param", "signMethod", "timestamp", "version")


def secrets_of(app_secret: str) -> tuple[str, str]:
    """(appSecret, signSecret).

    The platform hands out both; they are kept as one text ``appSecret:signSecret``. One text alone serves as
    both.
    """
    application, _, signing = app_secret.partition(":")
    return application, signing or application


def param_json(params: Mapping[str, object]) -> str:
    """Business parameters as the exact text that is both signed and sent."""
    return orjson.dumps(params, option=orjson.OPT_SORT_KEYS).decode()


def message(parameters: Mapping[str, str], sign_secret: str) -> str:
    """What is digested: the signed parameters by name as ``k=v``, joined by ``&``, with the signing secret
    behind them. Nothing is URL-encoded yet.
    """
    told = [f"{name}={parameters[name]}" for name in SIGNED if name in parameters]
    return "&".join([*told, f"signSecret={sign_secret}"])


def sign_md5(parameters: Mapping[str, str], sign_secret: str) -> str:
    """``signMethod=MD5``: lower-case hex. Not used by our client."""
    return hashlib.md5(message(parameters, sign_secret).encode(), usedforsecurity=False).hexdigest()


def sign_hmac(parameters: Mapping[str, str], sign_secret: str) -> str:
    """``signMethod=HMAC_SHA256``: base64 (not hex), over the text that already ends in the secret."""
    digest = hmac.new(
        sign_secret.encode(), message(parameters, sign_secret).encode(), hashlib.sha256
    ).digest()
    return base64.b64encode(digest).decode()

"""The open platform's signature.

Formula from the official Go SDK; both digests are checked against published vectors in the tests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import orjson

VERSION = "2"


def param_json(params: Mapping[str, object]) -> str:
    """Business parameters as the exact text that is both signed and sent: keys sorted at every depth, no
    blanks, nothing escaped for HTML.
    """
    return orjson.dumps(params, option=orjson.OPT_SORT_KEYS).decode()


def message(app_key: str, secret: str, method: str, text: str, timestamp: str) -> str:
    """What is digested. The access token is not part of it, nor is the name of the digest."""
    return f"{secret}app_key{app_key}method{method}param_json{text}timestamp{timestamp}v{VERSION}{secret}"


def sign_hmac(app_key: str, secret: str, method: str, text: str, timestamp: str) -> str:
    """``sign_method=hmac-sha256``: lower-case hex."""
    return hmac.new(
        secret.encode(), message(app_key, secret, method, text, timestamp).encode(), hashlib.sha256
    ).hexdigest()


def sign_md5(app_key: str, secret: str, method: str, text: str, timestamp: str) -> str:
    """``sign_method=md5``, older and still accepted: lower-case hex. Not used by our client."""
    return hashlib.md5(
        message(app_key, secret, method, text, timestamp).encode(), usedforsecurity=False
    ).hexdigest()

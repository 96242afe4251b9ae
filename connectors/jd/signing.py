"""JOS' signature: not a HMAC but a digest with the secret on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

VERSION = "2.0"
#: The one parameter business arguments travel in, as JSON text.
ARGUMENTS = "360buy_param_json"


def arguments_json(arguments: Mapping[str, object]) -> str:
    """Business arguments as the exact text that is both signed and sent.

    Names sorted so that one request is always one text.
    """
    return orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()


def sign(params: Mapping[str, str], secret: str) -> str:
    """Upper-case MD5 over secret, all ``params`` sorted by name as name and value without separators, and
    secret again; ``sign`` itself left out.
    """
    joined = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign")
    return hashlib.md5(f"{secret}{joined}{secret}".encode(), usedforsecurity=False).hexdigest().upper()

"""How a call to Pinduoduo's gateway is signed.

Source: the official access guide and its worked example (see tests).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sign(params: Mapping[str, str], secret: str) -> str:
    """Upper-case MD5 of secret + every parameter sorted by name, name and value joined without separators, +
    secret; ``sign`` itself left out.
    """
    joined = "".join(f"{key}{params[key]}" for key in sorted(params) if key != "sign")
    return hashlib.md5(f"{secret}{joined}{secret}".encode(), usedforsecurity=False).hexdigest().upper()

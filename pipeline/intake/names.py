"""What a file is called once it is here: whoever gives one may have named it with anything."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

_LONGEST_NAME_BYTES = 240


def plain_name(name: str) -> str:
    """A name without folders, control characters and excess, whatever system it comes from.

    Its end, where formats are told, is kept.
    """
    last = PureWindowsPath(PurePosixPath(name).name).name
    plain = "".join(character for character in last if character.isprintable()).strip(". ") or "file"
    return plain if len(plain.encode()) <= _LONGEST_NAME_BYTES else plain[:20] + plain[-40:]

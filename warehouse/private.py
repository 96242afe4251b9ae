"""Whose a home's files are: its own system user's alone, whatever the umask.

Not the inbox: other programs drop files there.
"""

from __future__ import annotations

import stat
from contextlib import suppress

from warehouse.place import Place

OWN = ("district", "lake", "landing", "scratch", "secrets")


def keep_private(place: Place) -> None:
    """Close the home's folders to everybody else; those of an older home that stand open, too."""
    for name in OWN:
        folder = place.home / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            with suppress(PermissionError):  # another user's, who then answers for it
                folder.chmod(0o700)

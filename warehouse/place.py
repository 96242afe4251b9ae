"""``Place``: where one installation keeps its things.

Every function of this package is told its place; none looks it up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """One installation's storage.

    ``home`` holds everything by default. ``catalog`` is a DuckLake metadata address (``sqlite:<path>`` or
    ``postgres:<dsn>``), ``data`` the folder or ``s3://`` prefix of the Parquet files; empty means "inside
    home".
    """

    home: Path
    catalog: str = field(default="", repr=False)  # a server's address may hold a password
    data: str = ""

    @property
    def catalog_address(self) -> str:
        """The DuckLake metadata address without the leading ``ducklake:``."""
        return self.catalog or f"sqlite:{self.home / 'lake' / 'catalog.sqlite'}"

    @property
    def catalog_file(self) -> Path | None:
        """The SQLite catalog as a path; None when the catalog is a server."""
        kind, _, rest = self.catalog_address.partition(":")
        return Path(rest) if kind == "sqlite" else None

    @property
    def data_address(self) -> str:
        """Folder or prefix of the Parquet files, ending in a slash as DuckLake wants it."""
        return (self.data or str(self.home / "lake" / "data")).rstrip("/") + "/"

    @property
    def landing(self) -> Path:
        """Raw bytes as received."""
        return self.home / "landing"

    @property
    def inbox(self) -> Path:
        """Where a merchant's exports are dropped before they are landed."""
        return self.home / "inbox"

    @property
    def district(self) -> Path:
        """Releases of the district's figures, and what they were made of."""
        return self.home / "district"

    @property
    def scratch(self) -> Path:
        """Spill files of running queries; worthless once their process has ended."""
        return self.home / "scratch"

    @property
    def lock_file(self) -> Path:
        """The writer's slot. Never removed: unlinking a locked file lets two writers hold "the" lock."""
        return self.home / "writer.lock"

    @property
    def accounts_file(self) -> Path:
        """Sign-in accounts, a small SQLite file kept apart from business data."""
        return self.home / "accounts.sqlite"

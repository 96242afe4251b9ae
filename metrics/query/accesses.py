"""Who of the association opened which page and took which file, and when: kept in the security log's own
table, within its bounds, and read by the association's administrator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from contracts.errors import no_such_page
from contracts.fields import TIME_ZONE
from metrics.query.access import Viewer, require
from warehouse.accounts import security, sessions
from warehouse.accounts.file import seconds

EVENT = security.EVENT


@dataclass(frozen=True)
class Noted:
    """What makes a file for ``viewer``, and notes under ``name`` that it was taken once it is made."""

    viewer: Viewer
    name: str
    make: Callable[[], bytes]

    def __call__(self) -> bytes:
        """The file, noted."""
        made = self.make()
        if _is_noted(self.viewer):
            visit = replace(sessions.visit_of(self.viewer.place, self.viewer.session), device=self.name)
            security.note_taken(self.viewer.place, self.viewer.name, visit)
        return made


def note_look(viewer: Viewer, path: str) -> None:
    """Note that somebody of the association opened the page ``path``: the same page once an hour."""
    if _is_noted(viewer):
        visit = replace(sessions.visit_of(viewer.place, viewer.session), device=f"/{path}")
        security.note_opened(viewer.place, "looked", viewer.name, visit, seconds(None))


def accesses(viewer: Viewer, *, limit: int = 500, name: str | None = None) -> pl.DataFrame:
    """``at``, ``kind``, ``name``, ``origin`` and ``detail`` of what the association's people opened and took,
    and of duties given, the newest first.

    Raises ``NotFoundError`` for anybody but their administrator and an operator.
    """
    require(viewer)
    if viewer.role != "operator" and viewer.duty != "administrator":
        raise no_such_page()
    found = security.events(viewer.place, limit=limit, name=name, kinds=security.ACCESS)
    rows = [(item.at, item.kind, item.name, item.address, item.device) for item in found]
    columns = {"at": pl.Datetime("us", "UTC")} | dict.fromkeys(
        ("kind", "name", "origin", "detail"), pl.String()
    )
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(pl.col("at").dt.convert_time_zone(TIME_ZONE))


def _is_noted(viewer: Viewer) -> bool:
    """Merchants look at their own; whoever runs the house has the machine."""
    return viewer.role == "association" and viewer.has_account

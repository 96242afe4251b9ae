"""The association's people: their duties, as their administrator has them, and what each opens and takes,
noted in the security log's own table, within its bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.errors import UsageError, no_such_page
from metrics.query.access import Viewer, require
from warehouse import accounts
from warehouse.accounts import Account, security, sessions
from warehouse.accounts.file import seconds

DUTY = accounts.DUTY


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
            security.note_done(self.viewer.place, "took", self.viewer.name, visit)
        return made


def note_look(viewer: Viewer, path: str) -> None:
    """Note that somebody of the association opened the page ``path``: the same page once an hour."""
    if _is_noted(viewer):
        visit = replace(sessions.visit_of(viewer.place, viewer.session), device=f"/{path}")
        security.note_opened(viewer.place, "looked", viewer.name, visit, seconds(None))


def people(viewer: Viewer) -> list[Account]:
    """Accounts of the association, by name. Raises ``NotFoundError`` for anybody but its administrator."""
    _require_administrator(viewer)
    return [item for item in accounts.names(viewer.place) if item.role == "association"]


def give_duty(viewer: Viewer, name: str, duty: str) -> None:
    """Give somebody of the association another duty, which ends what they have open.

    Raises as ``people`` and ``accounts.give_duty`` do, ``UsageError`` OWN_DUTY for the own account: nobody
    locks himself out.
    """
    _require_administrator(viewer)
    if name == viewer.name:
        raise UsageError(
            "OWN_DUTY",
            "自己的分工要由别人改",
            "one's own duty is changed by somebody else",
            step_zh="请另一位管理员或运维来改",
            step_en="ask another administrator, or whoever runs the server",
        )
    visit = sessions.visit_of(viewer.place, viewer.session)
    accounts.give_duty(viewer.place, name, duty, viewer.name, visit)


def _require_administrator(viewer: Viewer) -> None:
    require(viewer)
    if viewer.role != "association" or viewer.duty != "administrator":
        raise no_such_page()


def _is_noted(viewer: Viewer) -> bool:
    """Merchants look at their own; whoever runs the house has the machine."""
    return viewer.role == "association" and viewer.has_account

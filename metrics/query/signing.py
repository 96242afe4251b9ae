"""Signing in from a browser and out again: sessions opened, listed and ended, a password changed.

Whoever is signed in does this for the own account only: every function takes the viewer, none a name.
"""

from __future__ import annotations

from dataclasses import dataclass

from metrics.query.access import Viewer, limits, resume
from warehouse import accounts
from warehouse.accounts import sessions
from warehouse.accounts.file import secret_id
from warehouse.accounts.security import Visit
from warehouse.accounts.sessions import Opened, Session
from warehouse.place import Place

__all__ = ["Opened", "Session", "Visit", "secret_id"]


@dataclass(frozen=True)
class SignIn:
    """What somebody typed into the form; ``before`` is the token the browser came with, ``language`` is empty
    where none was chosen there.
    """

    name: str
    password: str = ""
    is_kept: bool = False
    before: str = ""
    language: str = ""


def enter(place: Place, form: SignIn, visit: Visit) -> Opened:
    """Open a session for a name and password. Raises as ``accounts.verify`` does."""
    account = accounts.verify(place, form.name, form.password, visit=visit)
    if form.language in accounts.LANGUAGES:
        accounts.choose_language(place, account.name, form.language)
    return sessions.start(place, account, visit, limits(), is_kept=form.is_kept, before=form.before)


def leave(place: Place, token: str, visit: Visit) -> None:
    """End the session of ``token``, if it goes on."""
    if viewer := resume(place, token):
        sessions.end(place, viewer.name, secret_id(token), visit, "signed_out")


def my_sessions(viewer: Viewer) -> list[tuple[Session, bool]]:
    """Where the viewer is signed in, the last used first, and whether it is the one that asks."""
    found = sessions.of(viewer.place, viewer.name, limits())
    return [(item, item.id == secret_id(viewer.session)) for item in found]


def end_session(viewer: Viewer, session_id: str) -> None:
    """End one of the viewer's sessions. One that has ended already is fine."""
    sessions.end(viewer.place, _own(viewer).name, session_id, _visit(viewer))


def end_everywhere(viewer: Viewer) -> int:
    """End all sessions of the viewer, the one that asks too. How many."""
    return sessions.end_all(viewer.place, _own(viewer).name, _visit(viewer))


def choose_language(viewer: Viewer, language: str) -> None:
    """Have the viewer's pages in ``language`` from now on, on every device."""
    accounts.choose_language(viewer.place, _own(viewer).name, language)


def change_password(viewer: Viewer, old: str, new: str) -> None:
    """Give the viewer a new password; the other sessions end. Raises as ``sessions.change_password``."""
    sessions.change_password(viewer.place, viewer.session, old, new, limits())


def _visit(viewer: Viewer) -> Visit:
    return sessions.visit_of(viewer.place, viewer.session)


def _own(viewer: Viewer) -> Viewer:
    """``viewer``, whose session goes on. Raises ``NotFoundError`` SIGNED_OUT otherwise."""
    found = resume(viewer.place, viewer.session)
    if found is None or found.name != viewer.name:
        raise sessions.signed_out()
    return found

"""The association's people and their duties, as its administrator has them."""

from __future__ import annotations

from contracts.codes import CodeList
from contracts.errors import UsageError, no_such_page
from metrics.query.access import Viewer, require
from warehouse import accounts
from warehouse.accounts import Account, sessions

#: Code → what it is called.
DUTY = CodeList(
    "duty",
    {
        "analyst": ("分析员", "analyst"),
        "administrator": ("管理员", "administrator"),
    },
)


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

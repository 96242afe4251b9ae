"""Every page run as merchant A, as merchant B, as the association and as an operator: nobody is ever sent
what is another's.
"""

from __future__ import annotations

import pytest
from association_cases import NAMES
from dashboards_cases import (
    A_DAY_KEPT,
    A_DAY_PAID,
    A_SHOPS,
    B_DAY_KEPT,
    B_DAY_PAID,
    B_SHOPS,
    PASSWORD,
)
from screen import everything, open_app, paths, run_page, sign_in

from dashboards.parts.page.menu import entries
from metrics.query import access
from warehouse.place import Place


def spellings(*amounts: int) -> set[str]:
    """An amount of fen in every way a page might put it."""
    return {text for fen in amounts for text in (f"{fen / 100:,.2f}", f"{fen / 100:.2f}", str(fen))}


ONLY_A = spellings(A_DAY_KEPT, A_DAY_PAID) | {
    "雾山",
    "merchant-a",
    *A_SHOPS,
    "天猫订单报表",
    "8765431",
    "CREDENTIAL_REVOKED",
    "授权已失效",
}
ONLY_B = spellings(B_DAY_KEPT, B_DAY_PAID) | {
    "青禾",
    "merchant-b",
    *B_SHOPS,
    "777771",
    "777,771",
    "777772",
}
#: Who contributed to the district's releases: nobody's page names them.
MEMBERS = set(NAMES)
FORBIDDEN = {
    "a": ONLY_B | MEMBERS,
    "b": ONLY_A | MEMBERS,
    "assoc": ONLY_A | ONLY_B | MEMBERS,
    "op": spellings(A_DAY_KEPT, A_DAY_PAID, B_DAY_KEPT, B_DAY_PAID) | MEMBERS,
}


def seen_by(house: Place, name: str, path: str) -> str:
    return everything(run_page(path, access.sign_in(house, name, PASSWORD)))


@pytest.mark.parametrize("path", paths())
@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_page_sends_what_is_anothers(house: Place, name: str, path: str) -> None:
    text = seen_by(house, name, path)
    assert text
    assert {word for word in FORBIDDEN[name] if word in text} == set()


def test_the_markers_are_really_shown_to_their_owner(house: Place) -> None:
    """Else the test above would pass on blank pages."""
    assert "白云直播服装指数" in seen_by(house, "assoc", "pulse")
    mine = seen_by(house, "a", "overview") + seen_by(house, "a", "data_health")
    assert {"271,828.18", "314,159.26", "271828.18", "雾山", "天猫订单报表", "8765431", "授权已失效"} <= {
        word for word in ONLY_A if word in mine
    }
    theirs = seen_by(house, "b", "overview") + seen_by(house, "b", "data_health")
    assert {"16,180.33", "17,320.50", "青禾", "777771", "777772"} <= {
        word for word in ONLY_B if word in theirs
    }


@pytest.mark.parametrize("path", [entry.card.path for entry in entries() if entry.audience == "merchant"])
def test_a_merchants_page_answers_the_association_as_if_it_did_not_exist(house: Place, path: str) -> None:
    app = run_page(path, access.sign_in(house, "assoc", PASSWORD))
    assert [item.value.split(" ")[0] for item in app.error] in (["没有这个页面"], ["没有这个指标"])


@pytest.mark.parametrize("path", [entry.card.path for entry in entries() if entry.audience == "association"])
@pytest.mark.parametrize("name", ["a", "b"])
def test_the_associations_page_answers_a_merchant_as_if_it_did_not_exist(
    house: Place, path: str, name: str
) -> None:
    app = run_page(path, access.sign_in(house, name, PASSWORD))
    assert [item.value.split(" ")[0] for item in app.error] == ["没有这个页面"]
    assert not app.dataframe and not app.metric


def test_the_menu_holds_only_the_audiences_own_pages(house: Place) -> None:
    for name, role in (("a", "merchant"), ("assoc", "association")):
        links = {item.proto.page for item in sign_in(open_app(), name, PASSWORD).get("page_link")}
        mine = {entry.card.path for entry in entries() if entry.audience == role}
        assert {path or min(mine - links) for path in links} == mine, name  # the first page has no path


@pytest.mark.parametrize("word", ["merchant", "merchant_id", "shop", "viewer", "name", "role"])
def test_the_address_never_chooses_the_tenant(house: Place, word: str) -> None:
    app = open_app()
    app.query_params[word] = "association" if word == "role" else "merchant-a"
    text = everything(sign_in(app, "b", PASSWORD))
    assert "¥16,180.33" in text
    assert not {word for word in ONLY_A if word in text}


def test_a_viewer_put_into_the_session_is_nobody(house: Place) -> None:
    """Who looks is asked of the account's session on every run, never of what a page kept."""
    app = sign_in(open_app(), "b", PASSWORD)
    forged = access.sign_in(house, "a", PASSWORD)
    for key in ("viewer", "session", "user", "token"):
        app.session_state[key] = forged
    assert "¥16,180.33" in (text := everything(app.run())) and "271,828.18" not in text


def test_two_sessions_side_by_side_keep_their_own_figures(house: Place) -> None:
    a, b = sign_in(open_app(), "a", PASSWORD), sign_in(open_app(), "b", PASSWORD)
    for app, mine, theirs in (
        (a, "¥271,828.18", "¥16,180.33"),
        (b, "¥16,180.33", "¥271,828.18"),
        (a, "¥271,828.18", "¥16,180.33"),
    ):
        text = everything(app.run())
        assert mine in text and theirs not in text

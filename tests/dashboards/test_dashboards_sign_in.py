"""The application behind the door: whose session it is, asked anew on every run."""

from __future__ import annotations

from dashboards_cases import PASSWORD
from screen import everything, open_app, sign_in

from metrics.query import access, signing
from warehouse import accounts
from warehouse.place import Place

A_TODAY = "¥271,828.18"


def test_without_the_door_nothing_is_shown_but_how_to_start(house: Place) -> None:
    for user in ({}, {"session": ""}, {"session": "made up"}, {"name": "a", "session": None}):
        app = open_app()
        app.user = user
        text = everything(app.run())
        assert "净成交" not in text and not app.exception
        assert ("baiyun dashboards" in text) == (user.get("session") != "made up")


def test_a_session_opens_the_overview(house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    assert not app.exception
    assert A_TODAY in everything(app)


def test_an_ended_session_shows_nothing_on_its_next_run(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    signing.leave(own_house, app.user["session"], signing.Visit())
    assert A_TODAY not in everything(app.run())


def test_a_removed_account_is_signed_out_on_its_next_run(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    accounts.remove(own_house, "a")
    assert A_TODAY not in everything(app.run())


def test_an_account_given_to_another_merchant_is_signed_out_too(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    accounts.add(own_house, "a", PASSWORD, role="merchant", merchant_id="merchant-b")
    text = everything(app.run())
    assert A_TODAY not in text and "¥16,180.33" not in text


def test_a_new_password_signs_out_a_page_that_is_open(own_house: Place) -> None:
    """It used to go on showing figures to whoever held it."""
    app = sign_in(open_app(), "a", PASSWORD)
    accounts.add(own_house, "a", "another-password", role="merchant", merchant_id="merchant-a")
    assert A_TODAY not in everything(app.run())


def test_what_is_asked_in_the_middle_of_a_run_is_refused_too(own_house: Place) -> None:
    token = sign_in(open_app(), "a", PASSWORD).user["session"]
    viewer = access.resume(own_house, token)
    assert viewer is not None and access.refresh(viewer) == viewer
    signing.leave(own_house, token, signing.Visit())
    assert access.refresh(viewer) is None


def test_signing_out_leads_to_where_the_session_ends(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    app.menu_button(key="account").click("sign_out").run()
    assert not app.user and not app.exception

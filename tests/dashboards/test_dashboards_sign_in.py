"""Signing in and out: right, wrong, locked, removed, changed; nothing of one account is left for the next."""

from __future__ import annotations

import pytest
from dashboards_cases import PASSWORD
from screen import everything, open_app, sign_in

from warehouse import accounts
from warehouse.place import Place

A_TODAY = "¥271,828.18"
REFUSED = "账号或密码不对"


def test_nobody_sees_figures_before_signing_in(house: Place) -> None:
    app = open_app()
    assert [item.label for item in app.text_input] == ["账号 Account", "密码 Password"]
    assert "净成交" not in everything(app)


def test_the_right_password_opens_the_overview(house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    assert not app.exception
    assert A_TODAY in everything(app)
    assert not app.text_input


@pytest.mark.parametrize(("name", "password"), [("a", "not-the-password"), ("nobody-here", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(
    own_house: Place, name: str, password: str
) -> None:
    app = sign_in(open_app(), name, password)
    [refusal] = app.error
    assert refusal.value.startswith(REFUSED)
    assert refusal.value == sign_in(open_app(), "somebody-else", "another-word").error[0].value
    assert "viewer" not in app.session_state


def test_five_wrong_passwords_lock_the_account_and_say_no_more_than_before(own_house: Place) -> None:
    app = open_app()
    for _ in range(5):
        app = sign_in(app, "a", "not-the-password")
    first = app.error[0].value
    app = sign_in(app, "a", PASSWORD)
    assert [item.value for item in app.error] == [first]
    assert "¥16,180.33" in everything(sign_in(app, "b", PASSWORD))  # others are not locked


@pytest.mark.parametrize(("name", "password"), [("", ""), ("a", ""), ("  ", PASSWORD)])
def test_empty_fields_are_no_attempt(own_house: Place, name: str, password: str) -> None:
    app = sign_in(open_app(), name, password)
    assert app.warning[0].value.startswith("请填写")
    for _ in range(6):
        app = sign_in(app, "a", "")
    assert A_TODAY in everything(sign_in(app, "a", PASSWORD))


def test_a_removed_account_is_signed_out_on_its_next_run(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    accounts.remove(own_house, "a")
    app.run()
    assert app.text_input
    assert A_TODAY not in everything(app)


def test_an_account_given_to_another_merchant_is_signed_out_too(own_house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    accounts.add(own_house, "a", PASSWORD, role="merchant", merchant_id="merchant-b")
    app.run()
    assert app.text_input
    assert A_TODAY not in everything(app)


def test_after_signing_out_the_next_account_starts_from_nothing(house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    app.segmented_control[0].set_value(2).run()
    app.button(key="sign_out").click().run()
    assert A_TODAY not in everything(app)
    assert app.text_input[0].value == "" and app.text_input[1].value == ""
    app = sign_in(app, "b", PASSWORD)
    assert A_TODAY not in everything(app)
    assert "¥16,180.33" in everything(app)
    assert app.session_state["period"] == 0  # yesterday, not what the one before chose

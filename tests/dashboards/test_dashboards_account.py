"""The account's menu: a new password, the devices, and what the operator sees of it."""

from __future__ import annotations

import re

import polars as pl
import pytest
from dashboards_cases import PASSWORD
from screen import SECONDS, everything, open_app, run_page, sign_in
from streamlit.testing.v1 import AppTest

from contracts.errors import NotFoundError
from metrics.query import access, signing
from metrics.query.access import Viewer
from metrics.reports.security import security_events
from pipeline import steps
from warehouse import accounts
from warehouse.lake import Lake
from warehouse.ops import SECURITY_EVENT
from warehouse.place import Place

CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
NEW = "longan-garden-2027"
_PART = """
import streamlit as st
from dashboards.parts.page import account
from dashboards.parts.page.failure import TellFailure
with TellFailure("账号"):
    getattr(account, st.session_state["part"])(st.session_state["looking"])
"""


def entered(place: Place, device: str, name: str = "a") -> Viewer:
    given = signing.enter(place, signing.SignIn(name, PASSWORD), signing.Visit("198.51.100.7", device))
    found = access.resume(place, given.token)
    assert found is not None
    return found


def run_part(part: str, viewer: Viewer) -> AppTest:
    app = AppTest.from_string(_PART, default_timeout=SECONDS)
    app.session_state["part"], app.session_state["looking"] = part, viewer
    return app.run()


def change(app: AppTest, old: str, new: str, again: str) -> AppTest:
    for field, text in zip(app.text_input, (old, new, again), strict=True):
        field.input(text)
    return app.button[0].click().run()


def test_the_menu_of_every_page_holds_all_three(house: Place) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    for entry in ("password", "devices"):
        assert not app.menu_button(key="account").click(entry).run().exception
    assert "在所有设备上退出" in everything(app)


def test_a_language_is_chosen_in_the_menu_and_kept_for_the_person(own_house: Place) -> None:
    """The page that is open stays whole in the language it began in; the next one is in the other."""
    app = sign_in(open_app(), "a", PASSWORD)
    assert app.title[0].value == "经营概览" and "English" in everything(app)
    app.menu_button(key="account").click("en").run()
    assert not app.exception
    assert app.run().title[0].value == "经营概览"
    elsewhere = sign_in(open_app(), "a", PASSWORD)
    assert elsewhere.title[0].value == "Overview"
    assert sign_in(open_app(), "b", PASSWORD).title[0].value == "经营概览"
    elsewhere.menu_button(key="account").click("zh").run()
    assert sign_in(open_app(), "a", PASSWORD).title[0].value == "经营概览"


def test_whoever_was_signed_out_chooses_no_language(own_house: Place) -> None:
    viewer = entered(own_house, "Chrome · Windows")
    signing.end_everywhere(viewer)
    with pytest.raises(NotFoundError, match="SIGNED_OUT"):
        signing.choose_language(viewer, "en")


def test_devices_are_named_in_the_readers_language(own_house: Place) -> None:
    accounts.choose_language(own_house, "a", "en")
    accounts.add(own_house, "a", PASSWORD, role="merchant", merchant_id="merchant-a")
    desk = entered(own_house, "微信 · iPhone")
    app = AppTest.from_string(_PART, default_timeout=SECONDS)
    for name, value in {"part": "show_devices", "looking": desk, "language": "en"}.items():
        app.session_state[name] = value
    text = everything(app.run()).replace("\\", "")
    assert "WeChat · iPhone" in text and "this one" in text and not CJK.search(text)


def test_a_new_password_signs_out_the_other_devices(own_house: Place) -> None:
    desk, phone = entered(own_house, "Chrome · Windows"), entered(own_house, "微信 · iPhone")
    app = change(run_part("show_password_form", desk), PASSWORD, NEW, NEW)
    assert app.success and not app.error
    assert access.refresh(desk) is not None and access.refresh(phone) is None
    assert access.sign_in(own_house, "a", NEW).name == "a"
    with pytest.raises(NotFoundError):
        access.sign_in(own_house, "a", PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", NEW, NEW, "账号或密码不对"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一样"),
        (PASSWORD, "short", "short", "密码短于 8 位"),
        (PASSWORD, "", "", "密码短于 8 位"),
    ],
)
def test_a_password_that_is_not_changed_says_why(
    own_house: Place, old: str, new: str, again: str, words: str
) -> None:
    viewer = entered(own_house, "Chrome · Windows")
    assert words in everything(change(run_part("show_password_form", viewer), old, new, again))
    assert access.refresh(viewer) is not None
    assert access.sign_in(own_house, "a", PASSWORD).name == "a"


def test_devices_are_listed_and_ended_one_by_one(own_house: Place) -> None:
    accounts.add(own_house, "a", PASSWORD, role="merchant", merchant_id="merchant-a")  # whoever was signed in
    desk, phone = entered(own_house, "Chrome · Windows"), entered(own_house, "微信 · iPhone")
    entered(own_house, "somebody else's", "b")
    app = run_part("show_devices", desk)
    text = everything(app)
    assert "微信 · iPhone" in text.replace("\\", "") and "somebody" not in text
    assert text.count("本机") == 1
    [end] = [item for item in app.button if item.key.startswith("end_") and item.key != "end_all"]
    app = end.click().run()
    assert access.refresh(phone) is None and access.refresh(desk) is not None
    assert [item.key for item in app.button] == ["end_all"]


def test_signing_out_everywhere_includes_this_device(own_house: Place) -> None:
    desk, phone = entered(own_house, "Chrome · Windows"), entered(own_house, "微信 · iPhone")
    run_part("show_devices", desk).button(key="end_all").click().run()
    assert access.refresh(desk) is None and access.refresh(phone) is None


def test_the_operator_sees_what_is_to_be_looked_at(own_house: Place) -> None:
    for name, password in (("a", "wrong"), ("nobody at all", PASSWORD)):
        with pytest.raises(NotFoundError):
            signing.enter(own_house, signing.SignIn(name, password), signing.Visit("203.0.113.9", "脚本"))
    row = {
        "merchant_id": "merchant-b",
        "shop_id": "b-douyin",
        "export_id": "f" * 64,
        "changed_at": steps.now(),
    }
    frame = pl.DataFrame([{**row, "rule_name": "OTHER_SHOP", "received_by_name": "b"}])
    with Lake.open(own_house, write=True) as lake:
        lake.ensure([SECURITY_EVENT])
        lake.append(SECURITY_EVENT, frame)
    operator = access.sign_in(own_house, "op", PASSWORD)
    app = run_page("security", operator)
    assert not app.exception
    text = everything(app)
    assert "203.0.113.9" in text and "nobody at all" not in text
    assert "merchant-b/b-douyin" in text and "OTHER_SHOP ffffffffffff" in text
    assert "signed in" not in text.replace("登录", "")
    shown = security_events(operator, limit=3)
    assert shown["kind"].to_list() == ["foreign", "refused", "refused"]
    assert shown["name"].to_list() == ["b", "", "a"]
    for other in ("a", "assoc"):
        with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
            security_events(access.sign_in(own_house, other, PASSWORD))


def test_before_the_first_file_there_are_sign_ins_to_see(empty_house: Place) -> None:
    with pytest.raises(NotFoundError):
        access.sign_in(empty_house, "a", "wrong")
    kinds = security_events(access.sign_in(empty_house, "op", PASSWORD))["kind"].to_list()
    assert kinds == ["refused", *["account"] * 4]

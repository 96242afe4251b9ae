"""The page of what a merchant gives the association: the rules in force, every row, joining and leaving."""

from __future__ import annotations

import re

import polars as pl
import pytest
from dashboards_cases import PASSWORD
from screen import everything, run_page

from contracts.errors import NotFoundError
from metrics.query import access
from metrics.query.released import choose, open_release
from pipeline.counter import contribute, contributed
from pipeline.house import reading
from pipeline.steps import now
from warehouse import registry
from warehouse.place import Place
from warehouse.settings import Settings

_PLAIN = """
    SELECT strftime(paid_date, '%Y-%m') AS business_month, sum(paid_fen)::BIGINT AS paid,
        sum(cohort_refund_fen)::BIGINT AS back
    FROM gold.fct_order_line
    WHERE merchant_id = 'merchant-a' AND paid_date IS NOT NULL AND NOT is_gift
        AND NOT coalesce(is_aside, false)
    GROUP BY 1 ORDER BY 1"""


def memberships(place: Place) -> list[tuple[object, ...]]:
    with reading(Settings(home=place.home)) as lake:
        return registry.members(lake).drop("changed_at").rows()


def test_the_rows_are_the_merchants_own_and_all_of_them(own_house: Place) -> None:
    mine = contributed(access.sign_in(own_house, "a", PASSWORD)).rows
    with open_release(own_house, choose(own_house, merchant_id=None)) as lake:
        plain = lake.sql(_PLAIN)
    paid = (pl.col("kept_fen") + pl.col("refund_fen")).sum()
    by_month = mine.group_by("business_month").agg(paid.alias("paid"), back=pl.col("refund_fen").sum())
    assert plain.height >= 1 and by_month.sort("business_month").rows() == plain.rows()
    assert not {"merchant_id", "owner_id", "shop_id"} & set(mine.columns)


def test_the_rules_are_those_in_force_and_the_secret_ones_are_not_among_them(
    own_house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_DISCLOSURE_MINIMUM_OWNERS", "9")
    monkeypatch.setenv("BAIYUN_DISCLOSURE_P", "37")
    monkeypatch.setenv("BAIYUN_DISCLOSURE_LARGEST_SHARE", "0.43")
    app = run_page("sharing", access.sign_in(own_house, "a", PASSWORD))
    rules = app.markdown[0].value
    assert not app.exception and "9 个不同的老板" in rules
    assert not re.search(r"37|43|0\.4", rules)


def test_joining_and_leaving_are_the_merchants_own_choice(own_house: Place) -> None:
    viewer = access.sign_in(own_house, "a", PASSWORD)
    app = run_page("sharing", viewer)
    assert memberships(own_house) == [] and "不计入" in everything(app)
    app.button(key="sharing_confirm").click().run()
    today = now().date()
    assert memberships(own_house) == [("merchant-a", today, None)]
    assert not app.exception and "至今" in everything(app)
    app.button(key="sharing_confirm").click().run()
    assert memberships(own_house) == [("merchant-a", today, today)]


def test_nobody_but_a_merchant_has_it(own_house: Place) -> None:
    association = access.sign_in(own_house, "assoc", PASSWORD)
    for act in (lambda: contributed(association), lambda: contribute(association, True)):
        with pytest.raises(NotFoundError):
            act()
    assert memberships(own_house) == []

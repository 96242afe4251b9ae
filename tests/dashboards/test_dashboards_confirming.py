"""Absurd figures on the health page: the held row and the marked line are there with a button, and pressing
it settles them.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from dashboards_cases import PASSWORD, ROOT
from screen import SECONDS, everything, run_page

from metrics.query import access
from metrics.query.ask import ask
from pipeline.house import reading
from pipeline.steps import ingest
from warehouse import accounts
from warehouse.ops import CONFIRMATION
from warehouse.settings import Settings

SAMPLE = (ROOT / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv").read_text(
    encoding="utf-8-sig"
)
NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def test_what_waits_is_shown_with_a_button_and_counts_once_it_is_pressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, path = Settings(home=tmp_path / "home"), tmp_path / "a.csv"
    monkeypatch.setenv("BAIYUN_HOME", str(settings.home))
    header, *lines = SAMPLE.splitlines()
    price = re.search(r"1299\.00|1,299\.00|[0-9]+\.[0-9]{2}", lines[0])
    assert price is not None
    path.write_text(
        "\n".join([header, lines[0].replace(price[0], "99999999999.00"), *lines[1:], ""]), encoding="utf-8"
    )
    ingest(settings, "m1", "s1", [path], register=True, at=NOW)
    accounts.add(settings.place, "a", PASSWORD, role="merchant", merchant_id="m1")
    viewer = access.sign_in(settings.place, "a", PASSWORD)
    before = ask(viewer, ["placed_gmv"]).rows.item()
    app = run_page("data_health", viewer)
    said = everything(app)
    assert "等您确认" in said and "99,999,999,999.00" in said
    app.button(
        key=next(item.key for item in app.button if str(item.key).startswith("confirming_"))
    ).click().run(timeout=SECONDS)
    app.session_state["confirming"].outcome.result(timeout=SECONDS)
    app.run(timeout=SECONDS)
    assert "已确认" in everything(app)
    with reading(settings) as lake:
        (event,) = lake.read(CONFIRMATION).iter_rows(named=True)
    assert (event["received_by_name"], event["rule_name"]) == ("a", "IMPLAUSIBLE")
    assert ask(viewer, ["placed_gmv"]).rows.item() > before

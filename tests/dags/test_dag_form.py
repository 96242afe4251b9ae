"""Manual runs with their form filled in, and what a run that failed tells."""

from __future__ import annotations

import re

import pytest
from dag_cases import NOW, PERIOD, Market, Run, SimulatedHome, settle, shown, true
from dag_working import Begin

from pipeline import steps
from pipeline.house import reading, writing
from simulator.files import write_files
from warehouse import landing
from warehouse.ops import COLLECTION, LOAD, RECIPE

pytestmark = pytest.mark.airflow

MERCHANTS = ("yunshan", "tinglan")


def failures(printed: str) -> list[str]:
    """The lines of the call-back."""
    return [item for item in printed.splitlines() if "失败 / failed " in item]


def waiting(simulated: SimulatedHome) -> set[str]:
    with reading(simulated.settings) as lake:
        return set(landing.pending(lake)["merchant_id"])


def loaded_by(simulated: SimulatedHome) -> dict[str, set[int]]:
    """Merchant → the builds that loaded what it gave."""
    with reading(simulated.settings) as lake:
        rows = lake.read(LOAD, columns=["merchant_id", "build_number"]).unique()
    return {name: set(rows.filter(merchant_id=name)["build_number"]) for name in MERCHANTS}


def damage(simulated: SimulatedHome, merchant: str) -> None:
    """What a bug or a slip could do to what was computed."""
    with writing(simulated.settings) as lake, lake.transaction():
        for sql in (
            "UPDATE lake.silver.order_line SET paid_fen = paid_fen + 100 WHERE merchant_id = ?",
            "DELETE FROM lake.gold.fct_order_line WHERE merchant_id = ?",
        ):
            lake.connection.execute(sql, [merchant])


def check_figures(simulated: SimulatedHome, market: Market) -> None:
    for merchant in MERCHANTS:
        for metric in ("paid_gmv", "refunds", "paid_orders"):
            assert shown(simulated, merchant, metric) == true(market, merchant, metric)


def test_one_merchant_is_built_alone_and_made_anew_alone_then_everything(
    simulated: SimulatedHome, market: Market, run: Run
) -> None:
    run("collect")
    assert waiting(simulated) == set(MERCHANTS)
    assert run("build", merchant="tinglan")[0] == "success"
    assert waiting(simulated) == {"yunshan"}
    assert shown(simulated, "tinglan", "paid_gmv") == true(market, "tinglan", "paid_gmv")
    assert run("build")[0] == "success"
    first = loaded_by(simulated)
    assert not first["tinglan"] & first["yunshan"]

    damage(simulated, "yunshan")
    assert run("build", merchant="yunshan", from_landing=True)[0] == "success"
    second = loaded_by(simulated)
    assert second["tinglan"] == first["tinglan"] and not second["yunshan"] & first["yunshan"]
    check_figures(simulated, market)
    damage(simulated, "tinglan")
    assert run("build", from_landing=True)[0] == "success"
    third = loaded_by(simulated)
    assert third["tinglan"] == third["yunshan"] and not third["yunshan"] & second["yunshan"]
    check_figures(simulated, market)


def test_a_wrong_id_is_refused_in_a_sentence(simulated: SimulatedHome, run: Run, working: Begin) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError, match="merchant"):  # what the form's sender is answered
        run("build", merchant="'; DROP TABLE")
    asked = working('build:{"merchant": "yunshn"}', 'collect:{"shops": ["tinglan-duoyin"]}')
    ended = asked.ended()
    assert {name: state for name, (state, _) in ended.items()} == {"build": "failed", "collect": "failed"}
    merchant, shop = failures(asked.printed)
    assert "build.build (merchant=yunshn) manual__" in merchant and "[NOT_REGISTERED]" in merchant
    assert "→ 先登记，或核对编号 / register it first" in merchant
    assert "[NOTHING_TO_COLLECT]" in shop and "(shops=tinglan-duoyin)" in shop and "baiyun shops list" in shop
    assert "Traceback" not in asked.printed


def test_the_shops_and_days_that_were_asked_for_are_collected(simulated: SimulatedHome, run: Run) -> None:
    assert run("collect", shops=["tinglan-douyin"], days=120)[0] == "success"
    with reading(simulated.settings) as lake:
        tried = lake.read(COLLECTION)
    assert set(tried["shop_id"]) == {"tinglan-douyin"}
    assert {span.days for span in tried["window_end_at"] - tried["window_start_at"]} == {120}


def test_an_error_nobody_foresaw_is_told_without_what_it_quotes(
    simulated: SimulatedHome, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_off(*_: object, **__: object) -> None:
        raise ValueError("token=hunter2")

    monkeypatch.setattr(steps, "build", break_off)
    run("build")
    [told] = failures("\n".join(caplog.messages))
    assert re.search(r"build\.build manual__\S+: ValueError：.*→", told) and "hunter2" not in told


def test_a_build_that_a_newer_one_covers_is_skipped(
    simulated: SimulatedHome, market: Market, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the DAG's build is judged, somebody at the command line builds and releases a newer one."""
    audit = steps.audit

    def meanwhile(settings: steps.Settings, build_number: int, snapshot: int) -> object:
        monkeypatch.setattr(steps, "audit", audit)
        for path in write_files(market, settings.place.inbox, NOW, *PERIOD, ["tinglan-taobao"]):
            settle(path)
        steps.scan_inbox(settings)
        steps.build_and_release(settings)
        return audit(settings, build_number, snapshot)

    run("collect", shops=["yunshan-douyin", "tinglan-douyin"])
    monkeypatch.setattr(steps, "audit", meanwhile)
    assert run("build") == ("success", {"build": "success", "audit": "success", "release": "skipped"})
    with reading(simulated.settings) as lake:
        assert landing.pending(lake).is_empty() and lake.read(RECIPE).height == 1

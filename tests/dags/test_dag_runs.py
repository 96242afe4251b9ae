"""The timetables run in this process against the simulated platforms, and what they publish equals the
simulator's truth.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest
from dag_cases import NOW, PERIOD, Market, Run, SimulatedHome, settle, shown, true

from contracts.errors import HeldReleaseError, TransientError
from pipeline import steps
from pipeline.house import reading, writing
from pipeline.intake import verdicts
from pipeline.intake.collect import Collected
from simulator.files import write_files
from warehouse import release as releasing
from warehouse.settings import Settings

pytestmark = pytest.mark.airflow


def test_collect_and_build_publish_the_truth_and_keep_the_secrets(
    simulated: SimulatedHome, market: Market, run: Run, airflow_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    state, tasks = run("collect")
    assert state == "success"
    assert (tasks["green"], tasks["amber"], tasks["red"]) == ("success", "skipped", "skipped")
    assert run("build") == ("success", {"build": "success", "audit": "success", "release": "success"})
    for metric in ("paid_gmv", "refunds", "paid_orders"):
        for merchant in ("yunshan", "tinglan"):
            assert shown(simulated, merchant, metric) == true(market, merchant, metric) > 0
    assert run("maintain") == ("success", {"tidy": "success", "verify": "success"})
    assert shown(simulated, "yunshan", "paid_gmv") == true(market, "yunshan", "paid_gmv")
    written = [
        capfd.readouterr().out,
        *(path.read_text(errors="replace") for path in airflow_home.rglob("*.log")),
    ]
    with sqlite3.connect(airflow_home / "airflow.db") as database:
        written += list(database.iterdump())
    assert any("ok yunshan-douyin" in text for text in written)
    assert not [secret for secret in simulated.secrets for text in written if secret in text]


def test_a_revoked_shop_turns_the_run_amber_and_stops_nobody_else(
    simulated: SimulatedHome, market: Market, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    simulated.world.tokens.revoke("yunshan-douyin")
    state, tasks = run("collect")
    assert (state, tasks["green"], tasks["amber"], tasks["red"]) == (
        "success",
        "skipped",
        "success",
        "skipped",
    )
    told = [line for line in capfd.readouterr().out.splitlines() if "failed yunshan-douyin" in line]
    assert told
    assert "重新授权" in told[0] or "re-authorise" in told[0] or "authorise" in told[0]
    assert run("build")[0] == "success"
    assert shown(simulated, "tinglan", "paid_gmv") == true(market, "tinglan", "paid_gmv")


def test_a_shop_without_a_connection_fails_alone(
    simulated: SimulatedHome, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SHOP_TINGLAN_DOUYIN")
    _, tasks = run("collect")
    assert tasks["amber"] == "success"
    with_rule = steps.attempts(simulated.settings, _last_run(simulated)).filter(outcome_code="failed")
    assert set(with_rule["shop_id"]) == {"tinglan-douyin"}
    assert set(with_rule["rule_name"]) == {"NO_CREDENTIAL"}


def test_a_collection_that_brought_nothing_is_red_and_sets_off_no_build(
    simulated: SimulatedHome, run: Run, airflow_home: Path
) -> None:
    events = _asset_events(airflow_home)
    for shop_id in simulated.credentials:
        simulated.world.tokens.revoke(shop_id)
    state, tasks = run("collect")
    assert (state, tasks["green"], tasks["amber"], tasks["red"]) == ("failed", "skipped", "skipped", "failed")
    assert _asset_events(airflow_home) == events


def test_a_batch_that_breaks_off_turns_the_run_amber_and_names_its_shop(
    simulated: SimulatedHome, run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    collect = steps.collect

    def break_off(settings: Settings, shop_ids: list[str], **rest: object) -> list[Collected]:
        if shop_ids == ["tinglan-douyin"]:
            raise ValueError("a bug in one connector")
        return collect(settings, shop_ids, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "batches", partial(steps.batches, size=1))
    monkeypatch.setattr(steps, "collect", break_off)
    _, tasks = run("collect")
    assert (tasks["green"], tasks["amber"], tasks["red"]) == ("skipped", "success", "skipped")
    assert "failed tinglan-douyin NOT_REPORTED" in capfd.readouterr().out


def test_a_busy_platform_is_asked_again_and_at_last_left_alone(simulated: SimulatedHome) -> None:
    simulated.faults.update({"throttled_every": 1})
    busy = steps.collect(
        simulated.settings,
        ["tinglan-douyin"],
        run_name="r",
        credentials=lambda _: simulated.credentials["tinglan-douyin"],
    )
    with pytest.raises(TransientError, match="tinglan-douyin"):
        verdicts.insist(busy)
    assert verdicts.colour(simulated.settings, "r", [["tinglan-douyin"]]) == "red"


def test_the_inbox_tells_the_build_only_when_something_new_lies_in_it(
    simulated: SimulatedHome, market: Market, run: Run, tmp_path: Path, airflow_home: Path
) -> None:
    assert run("watch_inbox") == ("success", {"scan": "skipped"})
    events = _asset_events(airflow_home)
    for path in write_files(market, simulated.settings.place.inbox, NOW, *PERIOD, ["tinglan-douyin"]):
        settle(path)
    assert run("watch_inbox") == ("success", {"scan": "success"})
    assert _asset_events(airflow_home) == events + 1
    assert not [path for path in simulated.settings.place.inbox.rglob("*") if path.is_file()]
    assert run("watch_inbox") == ("success", {"scan": "skipped"})


def test_a_held_release_ends_the_run_as_failed(
    simulated: SimulatedHome, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(*_: object) -> None:
        raise HeldReleaseError("HELD", "检查未通过", "checks failed")

    monkeypatch.setattr(steps, "audit", lambda *_: [])
    monkeypatch.setattr(steps, "release", hold)
    assert run("build") == ("failed", {"build": "success", "audit": "success", "release": "failed"})


def test_a_held_merchant_turns_the_run_amber_and_the_others_are_released(
    simulated: SimulatedHome, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    run("collect")
    assert run("build")[1] == {"build": "success", "audit": "success", "release": "success"}
    with writing(simulated.settings) as lake:
        lake.connection.execute(
            "UPDATE lake.gold.fct_order_line SET paid_fen = paid_fen + 1 WHERE merchant_id = 'yunshan'"
        )
        number = releasing.begin_build(lake, at=NOW)
        releasing.hold(
            lake, snapshot=lake.snapshot(), build_number=number, at=NOW, failed_rules=["NOT_JUDGED_YET"]
        )
    assert run("build") == ("success", {"build": "success", "audit": "success", "release": "skipped"})
    told = capfd.readouterr().out
    assert "未放行 / held: yunshan: " in told and "PAID_MATCHES_SILVER" in told
    with reading(simulated.settings) as lake:
        assert [releasing.current(lake, name).number for name in ("yunshan", "tinglan")] == [1, 3]  # type: ignore[union-attr]


def _last_run(simulated: SimulatedHome) -> str:
    with reading(simulated.settings) as lake:
        return str(lake.sql("SELECT max_by(run_name, changed_at) AS run FROM ops.collection")["run"][0])


def _asset_events(airflow_home: Path) -> int:
    with sqlite3.connect(airflow_home / "airflow.db") as database:
        return int(database.execute("SELECT count(*) FROM asset_event").fetchone()[0])

"""What the demo keeps, hides and removes."""

from __future__ import annotations

import io
import json
import re
import socket
import stat
import time
from pathlib import Path

import pytest
from rich.console import Console

from contracts.errors import UsageError, WriterBusyError
from demo import clean, run_demo
from demo.cleaning import check_unmixed
from demo.home import DemoHome, own_settings
from demo.screen import Screen
from demo.surroundings import HOST, airflow_environment, connections, free_ports
from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from pipeline.steps import now
from warehouse import registry
from warehouse.settings import Settings
from warehouse.slot import writer_slot


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def home(settings: Settings) -> DemoHome:
    made = DemoHome.of(own_settings(settings))
    made.make()
    return made


def is_private(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_market_of_the_first_start_stays_whatever_a_later_start_asks_for(home: DemoHome) -> None:
    assert not home.has_begun
    first = home.plan(seed=1, merchants=2, days=30, lines=500)
    assert home.has_begun
    assert home.plan(seed=2, merchants=9, days=90, lines=9) == first
    assert first.arguments[:8] == ["--seed", "1", "--merchants", "2", "--days", "30", "--lines", "500"]
    assert first.arguments[8:] == ["--now", first.now, "--trade", "plain", "--panel", "0"]
    assert first.now.endswith("+08:00")


def test_passwords_are_invented_once_and_only_their_owner_reads_them(home: DemoHome) -> None:
    first = home.passwords(("yunshan", "tinglan"))
    assert home.passwords(("tinglan", "yunshan", "association"))["yunshan"] == first["yunshan"]
    assert len(set(home.passwords(("yunshan", "tinglan", "association")).values())) == 3
    assert min(len(password) for password in first.values()) >= 12
    assert DemoHome(home.home.parent / "other").home != home.home
    assert is_private(home.state)
    assert is_private(home.state / "sign_ins.json")


def test_one_demo_per_home_at_a_time(home: DemoHome) -> None:
    with home.running():
        with pytest.raises(UsageError) as told, home.running():
            raise AssertionError("two demos")
        assert told.value.rule == "DEMO_RUNNING"
    with home.running():
        assert True


def test_a_busy_port_is_avoided_and_named() -> None:
    with socket.socket() as holder, socket.socket() as other:
        holder.bind((HOST, 0))
        holder.listen()
        other.bind((HOST, 0))
        busy, free = holder.getsockname()[1], other.getsockname()[1]
        other.close()
        ports = free_ports({"dashboards": busy, "airflow": free, "simulator": free})
    assert ports.dashboards not in (busy, 0)
    assert ports.airflow == free
    assert ports.moved == ("dashboards",)


def test_airflow_hears_loopback_only_and_nothing_of_another_airflow(
    home: DemoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "another installation's")
    monkeypatch.setenv("AIRFLOW_CONN_SHOP_X", "another installation's")
    monkeypatch.setenv("BAIYUN_CATALOG", "postgres:dbname=real")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    environment = airflow_environment(home, 4321, "secret-word")
    assert "another installation's" not in environment.values()
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:4321/execution/"
    assert "127.0.0.1" in environment["NO_PROXY"].split(",")
    assert environment["BAIYUN_HOME"] == str(home.home)
    assert environment["BAIYUN_CATALOG"] == environment["BAIYUN_DATA"] == ""
    assert "secret-word" not in environment.values()
    assert json.loads((home.airflow / "passwords.json").read_text()) == {"operator": "secret-word"}
    assert is_private(home.airflow / "passwords.json")


def test_a_shops_credentials_become_a_connection() -> None:
    held = {
        "base_url": "http://127.0.0.1:1/douyin",
        "app_key": "k",
        "app_secret": "s",
        "access_token": "a",
        "refresh_token": "r",
        "platform_shop_id": "7",
    }
    made = connections({"yunshan-douyin": held})
    assert list(made) == ["AIRFLOW_CONN_SHOP_YUNSHAN_DOUYIN"]
    assert json.loads(made["AIRFLOW_CONN_SHOP_YUNSHAN_DOUYIN"]) == {
        "conn_type": "http",
        "host": "http://127.0.0.1:1/douyin",
        "login": "k",
        "password": "s",
        "extra": {"access_token": "a", "refresh_token": "r", "platform_shop_id": "7"},
    }


def test_clean_removes_a_demos_data_and_leaves_what_is_not_ours(settings: Settings, home: DemoHome) -> None:
    home.plan(seed=1, merchants=2, days=30, lines=500)
    (home.home / "landing" / "douyin").mkdir(parents=True)
    (home.home / "accounts.sqlite").touch()
    (home.home / "notes.txt").write_text("mine")
    assert set(clean(settings)) >= {"airflow", "state", "simulator", "logs", "landing", "accounts.sqlite"}
    assert [path.name for path in home.home.iterdir()] == ["notes.txt"]
    assert clean(settings) == []


def test_clean_touches_no_home_that_never_held_a_demo(settings: Settings) -> None:
    lake = own_settings(settings).place.home / "lake"
    lake.mkdir(parents=True)
    with pytest.raises(UsageError) as told:
        clean(settings)
    assert told.value.rule == "NOT_A_DEMO"
    assert lake.exists()


def test_clean_waits_for_nobody(settings: Settings, home: DemoHome) -> None:
    home.plan(seed=1, merchants=2, days=30, lines=500)
    with home.running(), pytest.raises(UsageError):
        clean(settings)
    assert home.has_begun
    with writer_slot(own_settings(settings).place, 1), pytest.raises(WriterBusyError):
        clean(settings)
    assert home.has_begun


def register(settings: Settings, merchant: str) -> None:
    with writing(settings) as lake:
        register_shop(lake, merchant, f"{merchant}-shop", "douyin", at=now())


def simulated(home: DemoHome, merchant: str) -> None:
    """What a first start leaves: a plan, and who is in the market."""
    home.plan(seed=1, merchants=2, days=30, lines=500)
    (home.simulator / "registry.json").write_text(json.dumps({"merchants": [{"merchant_id": merchant}]}))


def test_the_demo_leaves_the_installations_own_data_alone(settings: Settings, home: DemoHome) -> None:
    """README: files of one's own are ingested in the ordinary home, beside which ``make demo`` and ``make
    demo-clean`` run.
    """
    register(settings, "acme")
    simulated(home, "yunshan")
    demo = own_settings(settings.model_copy(update={"catalog": "postgres:dbname=real", "data": "s3://real"}))
    assert (demo.place.home, demo.place.data_address) == (
        settings.home / "demo",
        f"{settings.home / 'demo' / 'lake' / 'data'}/",
    )
    assert demo.place.catalog_address.startswith("sqlite:")
    register(demo, "yunshan")
    check_unmixed(demo, home)
    assert "lake" in clean(settings)
    assert not home.home.exists()
    with reading(settings) as lake:
        assert registry.merchants(lake)["merchant_id"].to_list() == ["acme"]


def test_a_real_merchant_in_the_demos_home_keeps_it_from_clean_and_start(
    settings: Settings, home: DemoHome, capsys: pytest.CaptureFixture[str]
) -> None:
    simulated(home, "yunshan")
    for merchant in ("yunshan", "acme"):
        register(own_settings(settings), merchant)
    with pytest.raises(UsageError, match=r"REAL_MERCHANTS.*merchants=acme"):
        clean(settings)
    assert run_demo(settings) == 1
    told = capsys.readouterr().out
    assert "REAL_MERCHANTS" in told and "merchants=acme" in told
    assert not (home.logs / "simulator.log").exists()
    with reading(own_settings(settings)) as lake:
        assert registry.merchants(lake).height == 2


def test_files_a_person_dropped_keep_the_demos_home_from_being_cleaned(
    settings: Settings, home: DemoHome
) -> None:
    simulated(home, "yunshan")
    mine, theirs = (
        own_settings(settings).place.inbox / merchant / "shop" / "a.csv" for merchant in ("acme", "yunshan")
    )
    for path in (mine, theirs):
        path.parent.mkdir(parents=True)
        path.touch()
    with pytest.raises(UsageError, match=r"REAL_FILES.*files=acme/shop/a\.csv"):
        clean(settings)
    mine.unlink()
    home.set_done("inbox")  # the demo's own files have been taken
    with pytest.raises(UsageError, match=r"REAL_FILES.*files=yunshan/shop/a\.csv"):
        clean(settings)
    theirs.unlink()
    assert "inbox" in clean(settings)


def test_a_step_that_takes_long_says_so_where_nothing_moves() -> None:
    printed = io.StringIO()
    with Screen(8, Console(file=printed, width=120), beat_seconds=0.05).step("采集", "collect"):
        time.sleep(0.18)
    lines = printed.getvalue().splitlines()
    assert len(lines) >= 3
    assert all(re.fullmatch(r"… 1/8 采集 / collect \d+ s", line) for line in lines[:-1])
    assert re.fullmatch(r"✓ 1/8 采集 / collect \d+\.\d s", lines[-1])


def test_a_step_on_a_terminal_counts_its_seconds() -> None:
    printed = io.StringIO()
    with Screen(8, Console(file=printed, width=120, force_terminal=True), beat_seconds=0.05).step(
        "启动 Airflow", "start Airflow"
    ):
        time.sleep(0.5)
    assert re.search(r"1/8 启动 Airflow / start Airflow 0 s", printed.getvalue())

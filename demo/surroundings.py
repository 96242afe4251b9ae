"""What the child processes are told: addresses on loopback, Airflow's settings, and each shop's credentials
as an Airflow connection.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from demo.home import DemoHome, write_private

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
OPERATOR = "operator"

#: Ports people know these things by; another one is taken when it is busy.
USUAL_PORTS = {"dashboards": 8501, "airflow": 8080, "simulator": 8099}


#: Files of the past end at the midnight before yesterday's; the platforms' APIs tell what came after.
RECENT_DAYS = "3"


@dataclass(frozen=True)
class Ports:
    """One free loopback port for each server; ``moved`` names those whose usual port was busy."""

    dashboards: int
    airflow: int
    simulator: int
    moved: tuple[str, ...]


def free_ports(usual: Mapping[str, int] = USUAL_PORTS) -> Ports:
    """Each server's usual port where it is free, else any free one."""
    with ExitStack() as held:
        chosen = {name: _free_port(held, port) for name, port in usual.items()}
    return Ports(**chosen, moved=tuple(name for name in usual if chosen[name] != usual[name]))


def _free_port(held: ExitStack, usual: int) -> int:
    """A port nobody listens on, kept from the next search until ``held`` closes."""
    probe = held.enter_context(socket.socket())
    # a port whose last connections are still fading away counts as free
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, usual))
    except OSError:
        probe = held.enter_context(socket.socket())
        probe.bind((HOST, 0))
    port: int = probe.getsockname()[1]
    return port


def plain_environment(home: DemoHome) -> dict[str, str]:
    """This process's environment without another Airflow's settings, with this home and its own warehouse,
    with loopback kept away from any proxy, and with collections of the last days alone.
    """
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "_AIRFLOW_"))
    }
    spared = ",".join(filter(None, [kept.get("no_proxy") or kept.get("NO_PROXY"), HOST, "localhost"]))
    place = {"BAIYUN_HOME": str(home.home), "BAIYUN_CATALOG": "", "BAIYUN_DATA": ""}
    recent = {"BAIYUN_HISTORY_DAYS": RECENT_DAYS, "BAIYUN_COLLECT_DAYS": RECENT_DAYS}
    return kept | place | recent | {"no_proxy": spared, "NO_PROXY": spared, "PYTHONUNBUFFERED": "1"}


def airflow_environment(home: DemoHome, port: int, password: str) -> dict[str, str]:
    """``plain_environment`` plus Airflow's settings: SQLite, few processes, loopback only, our DAGs only, one
    operator who signs in with ``password``.
    """
    passwords, keys, base = home.airflow / "passwords.json", home.keys(), f"http://{HOST}:{port}"
    write_private(passwords, {OPERATOR: password})
    settings = {
        ("core", "dags_folder"): str(ROOT / "dags"),
        ("core", "load_examples"): "False",
        ("core", "executor"): "LocalExecutor",
        ("core", "parallelism"): "3",
        ("core", "dags_are_paused_at_creation"): "False",
        ("core", "default_timezone"): "Asia/Shanghai",
        ("core", "execution_api_server_url"): f"{base}/execution/",
        ("core", "simple_auth_manager_users"): f"{OPERATOR}:admin",
        ("core", "simple_auth_manager_passwords_file"): str(passwords),
        ("database", "sql_alchemy_conn"): f"sqlite:///{home.airflow / 'airflow.db'}",
        ("api", "host"): HOST,
        ("api", "port"): str(port),
        ("api", "base_url"): base,
        ("api", "workers"): "1",
        ("api", "secret_key"): str(keys["secret_key"]),
        ("api_auth", "jwt_secret"): str(keys["jwt_secret"]),
        ("logging", "base_log_folder"): str(home.logs / "airflow"),
        ("logging", "dag_processor_child_process_log_directory"): str(
            home.logs / "airflow" / "dag_processor"
        ),
        ("dag_processor", "parsing_processes"): "1",
        ("dag_processor", "min_file_process_interval"): "300",
        ("scheduler", "task_instance_heartbeat_timeout"): "60",
    }
    named = {
        f"AIRFLOW__{section.upper()}__{name.upper()}": value for (section, name), value in settings.items()
    }
    return plain_environment(home) | {"AIRFLOW_HOME": str(home.airflow)} | named


def connections(credentials: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Each shop's credentials as the environment variable under which Airflow finds its connection."""
    return {
        f"AIRFLOW_CONN_{reference(shop_id).upper()}": _connection(held)
        for shop_id, held in credentials.items()
    }


def reference(shop_id: str) -> str:
    """The connection's name: the shop's id in signs a variable's name may hold."""
    return "shop_" + shop_id.replace("-", "_")


def _connection(held: Mapping[str, str]) -> str:
    extra = {name: held[name] for name in ("access_token", "refresh_token", "platform_shop_id")}
    return json.dumps(
        {
            "conn_type": "http",
            "host": held["base_url"],
            "login": held["app_key"],
            "password": held["app_secret"],
            "extra": extra,
        }
    )

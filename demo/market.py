"""The simulated market from outside: its server as a child process, its people in our registry, some of its
files in the inbox. Never imported.
"""

from __future__ import annotations

import json
import shutil
import socket
import sys
from typing import Any

from demo.home import DemoHome, Plan
from demo.processes import PATIENCE_SECONDS, Children
from demo.surroundings import HOST, plain_environment, reference
from pipeline.entries.engine import import_file
from pipeline.entries.lists import rates
from pipeline.intake.registering import register_market
from warehouse import accounts
from warehouse.settings import Settings

#: The demo's people: sign-in name → (label, role, merchant). The two merchants are the first of every
#: simulated market.
PEOPLE = {
    "yunshan": ("商家 云杉衣坊 / merchant", "merchant", "yunshan"),
    "tinglan": ("商家 听澜衣舍 / merchant", "merchant", "tinglan"),
    "association": ("行业协会 / association", "association", None),
}

#: Whose downloads lie in the inbox at the first start: they hold what the platforms' APIs do not tell, such
#: as most live sessions.
INBOX_MERCHANTS = ("yunshan", "tinglan")


def start_simulator(children: Children, home: DemoHome, plan: Plan, port: int) -> None:
    """Start the platforms' server; it writes ``registry.json`` and fresh ``credentials.json`` before it
    listens.
    """
    command = [
        sys.executable,
        "-m",
        "simulator",
        "serve",
        "--home",
        str(home.simulator),
        "--port",
        str(port),
        *plan.arguments,
    ]
    children.start("simulator", command, plain_environment(home))


def await_simulator(children: Children, home: DemoHome, port: int) -> dict[str, dict[str, str]]:
    """Each shop's credentials, once the server listens."""
    children.until(lambda: _listens(port), PATIENCE_SECONDS, "模拟平台", "simulated platforms")
    found: dict[str, dict[str, str]] = json.loads(
        (home.simulator / "credentials.json").read_text(encoding="utf-8")
    )
    return found


def _listens(port: int) -> bool | None:
    with socket.socket() as probe:
        return True if probe.connect_ex((HOST, port)) == 0 else None


def register_people(settings: Settings, home: DemoHome) -> dict[str, tuple[str, str]]:
    """Enter the market's merchants, shops and rates, and an account per demo person.

    Label → (name, password). A repetition changes nothing.
    """
    market: dict[str, Any] = json.loads((home.simulator / "registry.json").read_text(encoding="utf-8"))
    register_market(
        settings,
        market
        | {"shops": [shop | {"credential_ref": reference(shop["shop_id"])} for shop in market["shops"]]},
    )
    import_file(rates.LIST, settings, None, home.simulator / "rates.csv", by="demo")
    people = {
        name: person
        for name, person in PEOPLE.items()
        if person[2] is None or person[2] in home.market_merchants()
    }
    passwords = home.passwords(tuple(people))
    for name, (_, role, merchant_id) in people.items():
        accounts.add(settings.place, name, passwords[name], role=role, merchant_id=merchant_id)
    return {label: (name, passwords[name]) for name, (label, _, _) in people.items()}


def write_downloads(children: Children, home: DemoHome, plan: Plan) -> None:
    """Let the simulator write what the inbox's merchants would download, beside the inbox: a file appears
    there whole or not at all.
    """
    market: dict[str, Any] = json.loads((home.simulator / "registry.json").read_text(encoding="utf-8"))
    shops = [
        word
        for shop in market["shops"]
        if shop["merchant_id"] in INBOX_MERCHANTS
        for word in ("--shop", shop["shop_id"])
    ]
    command = [
        sys.executable,
        "-m",
        "simulator",
        "files",
        "--out",
        str(home.simulator / "downloads"),
        *plan.arguments,
        *shops,
    ]
    children.start("simulator-files", command, plain_environment(home), is_brief=True)


def fill_inbox(settings: Settings, home: DemoHome) -> int:
    """Move the downloads into the inbox; returns how many."""
    downloads = sorted(path for path in (home.simulator / "downloads").rglob("*") if path.is_file())
    for path in downloads:
        target = settings.place.inbox / path.relative_to(home.simulator / "downloads")
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    shutil.rmtree(home.simulator / "downloads", ignore_errors=True)
    return len(downloads)

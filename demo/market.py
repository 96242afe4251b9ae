"""The simulated market from outside: its server as a child process, its people in our registry, some of its
files in the inbox. Never imported.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import sys
from typing import Any

import polars as pl

from demo.home import DemoHome, Plan
from demo.processes import PATIENCE_SECONDS, Children
from demo.surroundings import HOST, plain_environment, reference
from district.panel import first_day, last_day
from metrics.reports.association.changes import month_before
from pipeline import steps
from pipeline.district.contributing import contributions
from pipeline.district.monthly import brief_released
from pipeline.district.publish import publish_due
from pipeline.entries.engine import import_file
from pipeline.entries.lists import costs, rates, stock
from pipeline.house import reading, writing
from pipeline.intake.registering import register_market
from warehouse import accounts, registry, release
from warehouse.settings import Settings

#: The demo's people: sign-in name → (label, role, merchant). The two merchants are the first of every
#: simulated market.
PEOPLE = {
    "yunshan": ("商家 云杉衣坊 / merchant", "merchant", "yunshan"),
    "tinglan": ("商家 听澜衣舍 / merchant", "merchant", "tinglan"),
    "association": ("行业协会 / association", "association", None),
}

#: Of the association's people.
DUTIES = {"association": "administrator"}

#: Who downloads, fills in lists and lets the platforms' APIs be read; the others only give files.
LEADS = tuple(merchant for _, _, merchant in PEOPLE.values() if merchant)
_LED = [word for merchant in LEADS for word in ("--lead", merchant)]


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
        *_LED,
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
        market | {"shops": [_collected(shop) for shop in market["shops"]]},
    )
    import_file(rates.LIST, settings, None, home.simulator / "rates.csv", by="demo")
    people = {
        name: person
        for name, person in PEOPLE.items()
        if person[2] is None or person[2] in home.market_merchants()
    }
    passwords = home.passwords(tuple(people))
    for name, (_, role, merchant_id) in people.items():
        accounts.add(
            settings.place,
            name,
            passwords[name],
            role=role,
            merchant_id=merchant_id,
            duty=DUTIES.get(name, ""),
        )
    return {label: (name, passwords[name]) for name, (label, _, _) in people.items()}


def _collected(shop: dict[str, Any]) -> dict[str, Any]:
    is_led = shop["merchant_id"] in LEADS
    return shop | {"credential_ref": reference(shop["shop_id"]) if is_led else None}


def write_downloads(children: Children, home: DemoHome, plan: Plan) -> None:
    """Let the simulator write what merchants have in hand, beside the inbox: a file appears there whole or
    not at all.
    """
    command = [sys.executable, "-m", "simulator", "downloads", "--out", str(home.simulator / "downloads")]
    children.start(
        "simulator-files", [*command, *plan.arguments, *_LED], plain_environment(home), is_brief=True
    )


def fill_inbox(settings: Settings, home: DemoHome, part: str) -> int:
    """Move one part of the downloads into the inbox, whole files that nobody writes to any more; returns how
    many.
    """
    folder = home.simulator / "downloads" / part
    downloads = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in downloads:
        target = settings.place.inbox / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        os.utime(target, (0, 0))
    shutil.rmtree(folder, ignore_errors=True)
    return len(downloads)


def enter_lists(settings: Settings, home: DemoHome) -> None:
    """Enter what the demo's merchants have filled in: costs with the advertising no platform reports, and
    stock. Their own accounts are registered with their shops.
    """
    for merchant in LEADS:
        folder = home.simulator / "downloads" / "lists" / merchant
        for path in sorted(folder.glob("*.csv")):
            item = costs.LIST if path.name == "costs.csv" else stock.LIST
            import_file(item, settings, merchant, path, by=merchant)
    shutil.rmtree(home.simulator / "downloads" / "lists", ignore_errors=True)


def look_once(settings: Settings) -> None:
    """Keep that each merchant saw the release of the files: the pages then say what has moved since."""
    with reading(settings) as lake:
        seen = release.current(lake)
    for name, (_, role, _) in PEOPLE.items():
        if seen and role == "merchant":
            accounts.see(settings.place, name, seen.number)


def release_district(settings: Settings) -> None:
    """Every merchant is a member from the first month its files hold whole to the last; the two, who outsell
    all others together, from this month on where there are others. Every closed month is released by the demo
    alone, and briefed.
    """
    settings = settings.model_copy(update={"district_approval": "none"})
    now, month = steps.now(), pl.col("business_month")
    spans = contributions(settings).group_by("merchant_id").agg(first=month.min(), last=month.max())
    if spans.is_empty():
        return
    before_newest = month_before(max(spans["last"]))
    late = LEADS if set(spans["merchant_id"]) - set(LEADS) else ()
    with writing(settings) as lake, lake.transaction():
        for merchant, first, last in spans.sort("merchant_id").iter_rows():
            start = now.date().replace(day=1) if merchant in late else last_day(first) + dt.timedelta(days=1)
            registry.join(lake, merchant, start, at=now)
            if last < before_newest:
                registry.leave(lake, merchant, max(start, first_day(last)), at=now)
    publish_due(settings, made_by="demo", at=now)
    brief_released(settings)

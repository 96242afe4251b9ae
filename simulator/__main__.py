"""``python -m simulator [serve] --home DIR``: the demo's platforms on loopback.

``files --out DIR``: what merchants would download. ``downloads --out DIR``: what the demo begins with. Prints
no secret.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path

import uvicorn

from simulator.district import districts, only, write_panel
from simulator.downloads import HISTORY, write_downloads
from simulator.files import write_files
from simulator.handout import credentials_of, registry_of, write_rates
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS
from simulator.history.trade import TRADES
from simulator.server import World, make_app


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.astimezone(ZONE) if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _common() -> argparse.ArgumentParser:
    """Which market: the words of every command."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--seed", type=int, default=1)
    common.add_argument("--merchants", type=int, default=12)
    common.add_argument("--days", type=int, default=90)
    common.add_argument("--lines", type=int, default=200_000)
    common.add_argument(
        "--platforms",
        nargs="+",
        choices=tuple(FACTS),
        default=tuple(FACTS),
        metavar="PLATFORM",
        help="默认全部 / default: " + " ".join(FACTS),
    )
    common.add_argument(
        "--now",
        type=_moment,
        default=None,
        help="end of the market's orders, Beijing time; default: the clock",
    )
    common.add_argument(
        "--panel",
        type=int,
        default=0,
        help="协会的小商家数,在它们旁边只有演示商家 / "
        "small merchants of the association, over years; beside them only the demo's merchants are seen",
    )
    common.add_argument(
        "--lead",
        action="append",
        default=[],
        help="一个演示商家,可多次 / a merchant of the demo; may be repeated",
    )
    common.add_argument(
        "--trade", choices=tuple(TRADES), default="plain", help="what the world is calibrated to"
    )
    common.add_argument(
        "--at", type=_moment, default=None, help="the moment the platforms stand at; default: --now"
    )
    return common


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = argparse.ArgumentParser(prog="python -m simulator", description="模拟市场 / simulated market")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", parents=[common], help="平台接口 / platform APIs on loopback")
    serve.add_argument("--port", type=int, default=8099)
    serve.add_argument(
        "--home",
        type=Path,
        required=True,
        help="folder for credentials.json (owner-readable only) and registry.json",
    )
    files = commands.add_parser(
        "files", parents=[common], help="导出文件 / export files as <out>/<merchant>/<shop>/<file>"
    )
    files.add_argument("--out", type=Path, required=True)
    files.add_argument(
        "--shop", action="append", help="只写这个店铺,可多次 / of this shop only; may be repeated"
    )
    downloads = commands.add_parser(
        "downloads",
        parents=[common],
        help="演示开始时商家手里的文件 / what the demo's merchants have in hand",
    )
    downloads.add_argument("--out", type=Path, required=True)
    return parser


def write_home(home: Path, market: Market, world: World, base: str, *others: Market) -> None:
    """``registry.json``: merchants, shops, own accounts, nothing secret; ``rates.csv``.

    ``credentials.json``: access of each shop, fresh (mode 0600).
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "registry.json").write_text(
        json.dumps(registry_of(market, *others), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    write_rates(market, home / "rates.csv")
    credentials = credentials_of(market, world, base)
    path = home / "credentials.json"
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        json.dump(credentials, stream, indent=1)


def main(arguments: list[str] | None = None) -> None:
    """Build the market, then serve until interrupted, or write the files and print how many."""
    words = sys.argv[1:] if arguments is None else arguments
    known = words[:1] and words[0] in ("files", "downloads", "serve", "-h", "--help")
    wishes = _parser().parse_args(words if known else ["serve", *words])
    now = wishes.now or dt.datetime.now(ZONE)
    market = build_market(
        wishes.seed,
        wishes.merchants,
        wishes.days,
        wishes.lines,
        now=now,
        platforms=wishes.platforms,
        trade=TRADES[wishes.trade],
    )
    if wishes.panel:
        market = only(market, wishes.lead)
    at, panels = wishes.at or market.now, districts(wishes.seed, wishes.panel, now)
    if wishes.command == "files":
        written = write_files(
            market, wishes.out, at, (now - dt.timedelta(days=wishes.days)).date(), now.date(), wishes.shop
        )
        print(f"{len(written)} 个文件 / files → {wishes.out}")
        return
    if wishes.command == "downloads":
        count = write_downloads(market, wishes.out, wishes.days, wishes.lead)
        count += sum(len(write_panel(panel, wishes.out / HISTORY)) for panel in panels)
        print(f"{count} 个文件 / files → {wishes.out}")
        return
    app = make_app(market, at)
    base = f"http://127.0.0.1:{wishes.port}"
    write_home(wishes.home, market, app.state.world, base, *panels)
    print(f"模拟平台 / simulated platforms: {base} ({market.shops.height} 个店铺 / shops)")
    uvicorn.run(app, host="127.0.0.1", port=wishes.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()

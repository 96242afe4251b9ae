"""``baiyun dashboards``: the one way to start them, the same from any folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

import uvicorn
from starlette.middleware import Middleware
from streamlit import config
from streamlit.starlette import App

from dashboards.serving.door import Door
from dashboards.serving.links import Links
from dashboards.serving.routes import ROUTES

FOLDER = Path(__file__).parents[1]
_PING_SECONDS = 30


def serve(address: str, port: int, certificate: Path | None = None, key: Path | None = None) -> None:
    """Answer on ``address`` until ended; over https with a certificate and its key."""
    settle(options() | {"server.address": address, "server.port": port})
    app = App(FOLDER / "app.py", routes=ROUTES, middleware=[Middleware(Door), Middleware(Links)])
    uvicorn.run(
        app,
        host=address,
        port=port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ws="websockets-sansio",
        ws_max_size=config.get_option("server.maxMessageSize") * 1024 * 1024,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PING_SECONDS,
        timeout_graceful_shutdown=5,
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def options() -> dict[str, object]:
    """Option → value, of ``options.toml``."""
    found: dict[str, object] = {}
    for section, values in tomllib.loads((FOLDER / "options.toml").read_text(encoding="utf-8")).items():
        for name, value in values.items():
            if section == "theme" and isinstance(value, dict):
                found |= {f"{section}.{name}.{key}": each for key, each in value.items()}
            else:
                found[f"{section}.{name}"] = value
    return found


def settle(chosen: dict[str, object]) -> None:
    """Make ``chosen`` all that is set: Streamlit would also read files of the working folder, of the user's
    home and beside the script, any of which could open what we close.
    """
    config.get_config_files = lambda _: []
    config.get_config_options(force_reparse=True, options_from_flags=chosen)

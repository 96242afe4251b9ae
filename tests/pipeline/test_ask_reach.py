"""``baiyun ask`` says when its release was made and, apart from that, how far the data in it reach."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

from typer.testing import CliRunner

from cli import app
from pipeline.steps import ingest
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
#: The stamp of its name is 2026-10-19.
DOUYIN = ROOT / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
RELEASED = dt.datetime(2026, 12, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def asked(*words: str) -> str:
    done = CliRunner().invoke(app, ["ask", "-m", "m1", "--metrics", "paid_gmv", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_release_and_the_reach_of_its_data_are_told_apart(settings: Settings, tmp_path: Path) -> None:
    stamp = dt.datetime.fromtimestamp(1792375211, RELEASED.tzinfo).date()
    assert ingest(settings, "m1", "s1", [DOUYIN], register=True, at=RELEASED).held is None
    first = json.loads(asked("--json"))
    assert first["data_until"] == str(stamp) and first["as_of"].startswith("2026-12-01")
    assert {"rows", "release", "notes"} <= set(first)
    with DOUYIN.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    later = RELEASED + dt.timedelta(hours=1)
    with (tmp_path / f"{int(RELEASED.timestamp()) - 3600}_later.csv").open(
        "w", encoding="utf-8-sig", newline=""
    ) as out:
        csv.writer(out).writerows(rows[:3])
    assert ingest(settings, "m1", "s1", [Path(out.name)], at=later).held is None
    assert json.loads(asked("--json"))["data_until"] == "2026-12-01"
    assert json.loads(asked("--json", "--as-of", "1"))["data_until"] == str(stamp), "the older release's own"
    told = " ".join(asked("--as-of", "1").split())  # a title is folded to its table
    assert f"发布时间 / released 2026-12-01 12:00 · 数据到 / data up to {stamp}" in told
    assert "截至" not in told

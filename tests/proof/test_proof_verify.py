"""What was published is recomputed whole: it stands, or it is said what differs."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from fact_cases import FACTS, facts, line
from typer.testing import CliRunner

from cli import app
from contracts.errors import HeldReleaseError
from pipeline import steps
from pipeline.build.additive import out_of_step, stored_marts
from pipeline.house import reading, writing
from pipeline.release.verifying import verify_release
from transforms.gold.sales import mart_style_daily
from warehouse import release as releasing
from warehouse.settings import Settings

SPOILT = (
    "UPDATE lake.gold.mart_style_daily SET paid_fen = paid_fen + 1 WHERE rowid = (SELECT min(rowid) "
    "FROM lake.gold.mart_style_daily)"
)


def told(settings: Settings) -> tuple[int, dict[str, object]]:
    found = CliRunner().invoke(app, ["verify", "--json"], env={"BAIYUN_HOME": str(settings.home)})
    return found.exit_code, json.loads(found.stdout)


def test_a_release_that_stands_is_verified_and_one_fen_more_in_a_mart_is_found(
    house: Settings, tmp_path: Path
) -> None:
    found = verify_release(house)
    assert (found.is_whole, found.marts, found.content, found.rules) == (True, {}, [], [])
    assert told(house) == (
        0,
        {
            "release": found.release.number,
            "is_whole": True,
            "marts": {},
            "content": [],
            "rules": [],
            "held": {},
        },
    )
    steps.verify(house)
    spoilt = Settings(home=tmp_path / "home")
    shutil.copytree(house.home, spoilt.home)
    with writing(spoilt) as lake:
        current = releasing.current(lake)
        assert current is not None
        lake.connection.execute(SPOILT)
        at = steps.now()
        releasing.publish(
            lake,
            snapshot=lake.snapshot(),
            build_number=current.build,
            at=at,
            content=dict(current.content),
            details=dict(current.details),
        )
    code, document = told(spoilt)
    assert (
        code == 1
        and document["marts"] == {"mart_style_daily": 2}
        and document["content"] == ["gold.mart_style_daily"]
    )
    assert "gold.mart_style_daily STYLE_DAYS_PAID" in document["rules"]  # type: ignore[operator]
    with pytest.raises(HeldReleaseError, match="NOT_AS_PUBLISHED"):
        steps.verify(spoilt)


def test_before_a_release_there_is_nothing_to_verify(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with writing(settings):
        pass
    steps.verify(settings)
    found = CliRunner().invoke(app, ["verify"], env={"BAIYUN_HOME": str(settings.home)})
    assert found.exit_code != 0


def test_a_cell_of_lines_whose_pieces_nobody_knows_is_in_step(tmp_path: Path) -> None:
    """The sum of no known number is 0 in a mart; to plain SQL it is null."""
    settings = Settings(home=tmp_path / "home")
    made = facts("fct_order_line", [line(dt.date(2026, 3, 1), paid_fen=700, line_qty=None, sent_qty=None)])
    with writing(settings) as lake:
        lake.append(FACTS["fct_order_line"], made)
        for mart in stored_marts():
            lake.append(mart.table, mart.build({"fct_order_line": made}))
    with reading(settings) as lake:
        assert lake.read(mart_style_daily.TABLE)["paid_fen"].to_list() == [700] and out_of_step(lake) == {}

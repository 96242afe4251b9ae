"""What was published is recomputed whole: it stands, or it is said what differs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from contracts.errors import HeldReleaseError
from pipeline import steps
from pipeline.house import writing
from pipeline.release.verifying import verify_release
from warehouse import release as releasing
from warehouse.settings import Settings

SPOILT = "UPDATE lake.gold.mart_style_daily SET paid_fen = paid_fen + 1 WHERE rowid = (SELECT min(rowid) FROM lake.gold.mart_style_daily)"


def told(settings: Settings) -> tuple[int, dict[str, object]]:
    found = CliRunner().invoke(app, ["verify", "--json"], env={"BAIYUN_HOME": str(settings.home)})
    return found.exit_code, json.loads(found.stdout)


def test_a_release_that_stands_is_verified_and_one_fen_more_in_a_mart_is_found(house: Settings, tmp_path: Path) -> None:
    found = verify_release(house)
    assert (found.is_whole, found.marts, found.content, found.rules) == (True, {}, [], [])
    assert told(house) == (0, {"release": found.release.number, "is_whole": True, "marts": {}, "content": [], "rules": []})
    steps.verify(house)
    spoilt = Settings(home=tmp_path / "home")
    shutil.copytree(house.home, spoilt.home)
    with writing(spoilt) as lake:
        current = releasing.current(lake)
        assert current is not None
        lake.connection.execute(SPOILT)
        at = steps.now()
        releasing.publish(lake, snapshot=lake.snapshot(), build_number=current.build, at=at, content=dict(current.content), details=dict(current.details))
    code, document = told(spoilt)
    assert code == 1 and document["marts"] == {"mart_style_daily": 2} and document["content"] == ["gold.mart_style_daily"]
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

"""A past release answers as it did on its day, after everything that came since and after maintenance, until
retention ends; then it says so.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace

import pytest
from proof_cases import FIRST, FORGOTTEN, SECOND, WITHDRAWN, answers, owner_of, published, said
from truth_cases import LATER

from cli import app, run
from contracts.errors import NotFoundError
from metrics.model.definitions import METRICS
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from metrics.query.released import open_release
from metrics.reports.restated import restatements
from pipeline.statement.document import statement
from pipeline.steps import maintain
from transforms.gold import gold_tables
from warehouse import release as releasing
from warehouse.settings import Settings


def test_every_release_answers_as_on_its_day(house: Settings) -> None:
    """After new files, a file withdrawn, accounts forgotten, and everything made anew from landing."""
    told = answers(house)
    assert sorted(told) == [item.number for item in published(house)]
    assert len({str(answer) for answer in told.values()}) == len(told) - 1, (
        "each release said something else, but the last, which moved nothing"
    )
    for number, answer in told.items():
        assert said(house, as_of=number) == answer


@pytest.fixture(scope="module")
def kept(house: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The house after a maintenance that keeps its three newest releases, and spares no reader."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(house.home, folder / "home")
    shutil.copy(house.home.parent / "answers.json", folder)
    settings = house.model_copy(
        update={"home": folder / "home", "keep_releases": 3, "reader_grace_seconds": 0}
    )
    maintain(settings)
    return settings


def test_maintenance_moves_no_answer_of_a_release_it_keeps(kept: Settings) -> None:
    for item in published(kept)[WITHDRAWN:]:
        assert said(kept, as_of=item.number) == answers(kept)[item.number]
        with open_release(kept.place, item) as lake:
            assert releasing.damaged(lake, item, gold_tables().values()) == [], (
                "to the row, not only in the figures asked"
            )


def test_past_retention_it_says_so(
    kept: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer, gone = owner_of(kept), published(kept)[FIRST]
    for ask_for in (
        lambda: ask(viewer, ["paid_gmv"], as_of=gone.number),
        lambda: ask(viewer, ["paid_gmv"], as_of=gone.changed_at),
        lambda: explain(viewer, "paid_gmv", {}, as_of=gone.number),
        lambda: order_lines(viewer, "paid_gmv", {}, as_of=gone.number),
        lambda: statement(
            kept,
            str(viewer.merchant_id),
            (LATER.date() - dt.timedelta(days=90), LATER.date()),
            at=LATER,
            as_of=gone.number,
        ),
    ):
        with pytest.raises(NotFoundError, match="RELEASE_EXPIRED"):
            ask_for()
    monkeypatch.setenv("BAIYUN_HOME", str(kept.home))
    assert run(lambda: app(["releases", "pin", str(gone.number)], standalone_mode=False)) != 0, (
        "it would leave every page without figures"
    )
    assert (
        "已超过保留期" in capsys.readouterr().err
        and ask(viewer, ["paid_gmv"]).release == published(kept)[-1].number
    )
    words = ["ask", "--metrics", "paid_gmv", "-m", str(viewer.merchant_id), "--as-of", str(gone.number)]
    assert run(lambda: app(words, standalone_mode=False)) != 0
    assert "已超过保留期" in capsys.readouterr().err
    assert not restatements(viewer, since=gone.number, until=published(kept)[SECOND].number).is_empty(), (
        "what it moved is still told"
    )


def test_a_release_whose_snapshot_never_was_is_no_release(house: Settings) -> None:
    with pytest.raises(NotFoundError, match="RELEASE_EXPIRED"):
        open_release(house.place, replace(published(house)[FORGOTTEN], snapshot=10**6))


def test_a_definition_that_changed_since_is_owned_up_to(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures of an older release follow today's definitions.

    Where these are not those of its day, the answer says so.
    """
    viewer, old = owner_of(house), published(house)[FIRST].number
    assert "DEFINITION_CHANGED" not in {
        note.code for note in ask(viewer, ["refunds", "paid_gmv"], as_of=old).notes
    }
    monkeypatch.setitem(
        METRICS,
        "refunds",
        replace(METRICS["refunds"], numerator={"cohort_refund_fen": 1, "cohort_refund_undated_fen": -1}),
    )
    assert "DEFINITION_CHANGED" in {
        note.code for note in ask(viewer, ["refunds", "paid_gmv"], as_of=old).notes
    }
    assert "DEFINITION_CHANGED" not in {note.code for note in ask(viewer, ["paid_gmv"], as_of=old).notes}
    assert explain(viewer, "refunds", {}, as_of=old).is_redefined

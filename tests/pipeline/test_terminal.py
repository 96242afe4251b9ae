"""What the terminal prints at 80 columns: ids whole, so that they can be copied.

Quarantined cells with the place that holds them; warnings counted.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli import app, run, show
from cli.shown import releases as shown_releases
from cli.terminal import print_table
from contracts.canonical import ORDER_LINE
from contracts.errors import NotFoundError
from pipeline.house import writing
from warehouse.ops import QUARANTINE
from warehouse.release import PUBLISHED, Release
from warehouse.settings import Settings

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
DOUYIN = Path(__file__).parents[2] / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
SHOP, RULE = "yunshan-flagship-douyin-2026", "ID_PRECISION_LOST"


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_ids_stand_on_one_line_and_other_words_are_folded(capsys: pytest.CaptureFixture[str]) -> None:
    long = "一个很长的名字" * 9
    print_table(
        "文件",
        ["编号 / id", "文件 / file", "店铺 / shop", "规则 / rule", "行 / rows"],
        [("abcdef123456", long, SHOP, RULE, 12), ("b", None, "s", "R", 3)],
    )
    told = capsys.readouterr().out
    assert any(
        {"abcdef123456", SHOP, RULE, "12"} <= set(line.replace("│", " ").split())
        for line in told.splitlines()
    )
    assert long not in told and told.count("一") == 9
    assert (
        len(
            {
                len(line.encode("gb18030", "ignore"))
                for line in told.splitlines()[1:]
                if "━" not in line and "─" not in line
            }
        )
        == 1
    )


def test_a_narrow_table_is_no_wider_than_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ["店铺 / shop", "说明 / message"], [("s1", "word " * 60)])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_quarantined_cell_is_shown_or_said_where_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    row = dict.fromkeys(QUARANTINE.columns) | {
        "export_id": "e1",
        "merchant_id": "m",
        "shop_id": SHOP,
        "platform_code": "douyin",
        "kind_code": "orders",
    }
    said = {
        "rule_name": "BAD_MONEY",
        "message_name": "金额无法识别 / not money",
        "next_step_name": "看原文件 / look",
        "column_name": "应付",
    }
    rows = [
        row | said | {"row_number": number, "cell_name": cell}
        for number, cell in ((7, "12.3x"), (9, "*** 面议"))
    ]
    show.quarantine_rows(
        QUARANTINE.shape(pl.DataFrame(rows, schema=QUARANTINE.dtypes)),
        {(SHOP, "e1"): "十月.csv"},
        as_json=False,
    )
    told = capsys.readouterr().out
    assert "十月.csv" in told and "12.3x" in told and told.count("看原文件") == 1
    assert "可能含个人信息，已遮住" in told.replace("\n", "") and "第9行「应付」列" in told.replace("\n", "")


def test_a_published_release_tells_how_many_rules_warned(capsys: pytest.CaptureFixture[str]) -> None:
    item = Release(3, 9, 2, PUBLISHED, NOW, details={"warned": ["KNOWN_CHANNEL", "RATE_KNOWN"]})
    shown_releases.releases([item], item, as_json=False)
    told = capsys.readouterr().out
    (line,) = [line for line in told.splitlines() if "#3" in line]
    assert "提醒 / warnings" in told and line.replace("│", " ").split()[-1] == "2"
    shown_releases.releases([item], item, as_json=True)
    assert '"warned_rules": [\n    "KNOWN_CHANNEL",\n    "RATE_KNOWN"' in capsys.readouterr().out.replace(
        "     ", "    "
    )


def test_foreign_orders_that_wait_are_named_with_their_day_and_what_brings_it(released: Settings) -> None:
    """After an ingest of anything: what waits is of the merchant's shops, whichever file brought it."""
    with writing(released) as lake:
        line = lake.read(ORDER_LINE).head(1)
        of_day = line.with_columns(
            order_id=pl.lit("usd-1"),
            order_line_id=pl.lit("usd-1"),
            currency_code=pl.lit("USD"),
            created_at=pl.lit(NOW),
        )
        lake.append(
            ORDER_LINE,
            ORDER_LINE.shape(of_day.with_columns(pl.col("created_at").cast(line.schema["created_at"]))),
        )
    told = CliRunner().invoke(app, ["ingest", "-m", "m1", "-s", "s1", str(DOUYIN)]).stdout.replace("\n", " ")
    assert "s1 USD: 1 笔外币订单等待 2026-11-24 的汇率" in told and "→ baiyun rates import" in told


def test_a_failure_asked_for_as_json_is_one_document_too(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["baiyun", "ask", "--metrics", "paid_gmv", "-m", "nobody", "--json"]
    monkeypatch.setattr("sys.argv", words)
    assert run(app) == 2
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert error["rule"] in told.err and error["step_zh"] in told.err
    monkeypatch.setattr("sys.argv", words[:-1])
    assert run(app) == 2
    assert capsys.readouterr().out == ""


def test_a_number_below_zero_is_a_number_and_no_option(settings: Settings) -> None:
    told = CliRunner().invoke(
        app, ["match", "-5.20", "-m", "nobody", "-s", "s", "--screen", "douyin_orders", "--period", "2026-10"]
    )
    assert isinstance(told.exception, NotFoundError)

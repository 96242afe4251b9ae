"""One merchant's failed stop rule holds that merchant alone: the others' next release comes out, and it goes
on reading its last good one until its mistake is mended.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from test_releasing import DOUYIN, order_file
from typer.testing import CliRunner

from cli import app, run
from contracts.errors import HeldReleaseError, NotFoundError
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from metrics.reports.health import checks, release_line
from metrics.reports.restated import restatements
from metrics.reports.sheet_notes import known
from pipeline import steps
from pipeline.district.contributing import contributions
from pipeline.house import reading, writing
from pipeline.release.verifying import verify_release
from pipeline.statement.document import statement
from pipeline.steps import audit, ingest, release, withdraw
from transforms.gold.orders.fct_order_line import TABLE as LINES
from warehouse import release as releasing
from warehouse.ops import HOLD, RESTATEMENT
from warehouse.settings import Settings

RULE = "SHOP_REFUND_ABOVE_PAID"
HEAD = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


def orders(folder: Path, name: str, *, count: int, refund: str, first: int = 1) -> Path:
    """Orders of a Taobao shop, paid 10.00 each; at ``refund`` 30.00 each shop gave back three times what it
    was paid: a typo.
    """
    path = folder / name
    path.write_text(
        HEAD
        + "".join(
            f"32000000000000{first + number:05d},10.0,10.0,广东省,2026-10-0{number % 9 + 1} 20:00:01,"
            f"2026-10-0{number % 9 + 1} 20:00:30,{refund}\n"
            for number in range(count)
        )
    )
    return path


def viewer(settings: Settings, merchant: str) -> Viewer:
    return Viewer(settings.place, merchant, "merchant", merchant)


def paid(settings: Settings, merchant: str, as_of: int | None = None) -> tuple[int, int]:
    """What a merchant reads, and of which release."""
    answer = ask(viewer(settings, merchant), ["paid_gmv"], as_of=as_of)
    return int(answer.rows.item()), answer.release


@pytest.fixture(scope="module")
def _two(_released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    settings = Settings(home=shutil.copytree(_released_home, folder / "home"))
    good = orders(folder, "good.csv", count=22, refund="0.0")
    assert ingest(settings, "m2", "t2", [good], register=True).held is None
    return settings.home


@pytest.fixture
def two(settings: Settings, _two: Path) -> Settings:
    """Release 2: m1 with a Douyin shop, m2 with a Taobao shop of 22 orders."""
    shutil.copytree(_two, settings.home)
    return settings


@pytest.fixture
def typo(tmp_path: Path) -> Path:
    """What m2 gives: its orders with 30.00 back of 10.00 each."""
    return orders(tmp_path, "typo.csv", count=22, refund="30.0")


def give(settings: Settings, folder: Path, money: str, number: str) -> steps.Ingested:
    """One more order of m1."""
    file = order_file(folder, name=f"17924616{number[-2:]}_orders.csv", money=money, number=number)
    return ingest(settings, "m1", "s1", [file])


def test_the_others_are_released_and_the_held_one_reads_its_last_good_release(
    two: Settings, typo: Path, tmp_path: Path
) -> None:
    before = {name: paid(two, name)[0] for name in ("m1", "m2")}
    months = {name: contributions(two, name) for name in ("m1", "m2")}
    done = ingest(two, "m2", "t2", [typo])
    assert done.held is not None and done.held.facts["rules"] == RULE
    assert done.current is not None and done.current.number == 2, "what m2 reads"
    assert [item.moved for item in done.changes] == [0, 0, 0, 0]
    other = give(two, tmp_path, "123.45", "6917926768823649999")
    assert other.held is None and other.current is not None and other.current.number == 4
    assert paid(two, "m1") == (before["m1"] + 12_345, 4)
    assert paid(two, "m2") == (before["m2"], 2)
    assert paid(two, "m2", as_of=4) == (before["m2"], 2), "4 has no figures of m2"
    assert ask(viewer(two, "m2"), ["refunds"]).rows.item() == 0
    passport = explain(viewer(two, "m2"), "paid_gmv", {})
    assert passport.value == before["m2"] and passport.answer.release == 2
    assert int(order_lines(viewer(two, "m2"), "refunds", {}).rows["amount"].sum()) == 0
    desk = open_desk(viewer(two, "m2"))
    assert (
        desk.release.number == 2
        and desk.sql("SELECT sum(cohort_refund_fen) FROM gold.mart_style_daily").item() == 0
    )
    assert contributions(two, "m2").equals(months["m2"])
    whole = contributions(two)
    assert whole.filter(merchant_id="m2").equals(months["m2"])
    assert whole.filter(merchant_id="m1").equals(contributions(two, "m1"))
    assert not contributions(two, "m1").equals(months["m1"])
    period = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
    document = statement(two, "m2", period, at=dt.datetime.now(dt.UTC))
    assert document["release"]["number"] == 2 and document["totals"]["refunds"] == 0


def test_the_held_one_is_told_why_and_the_others_nothing(two: Settings, typo: Path, tmp_path: Path) -> None:
    ingest(two, "m2", "t2", [typo])
    line, other = (release_line(viewer(two, name)) for name in ("m2", "m1"))
    assert (line.current, line.held, line.failed_rules) == (2, 3, (RULE,))
    (what, what_en), (why, why_en) = line.why_held()
    assert "未放行，这里仍是发布 #2" in what and "these are the figures of release #2" in what_en
    assert "退款总额不超过支付总额的 120%" in why and "文件「typo.csv」" in why and "撤回那个文件" in why
    assert "120%" in why_en and "“typo.csv”" in why_en and "take a wrong one back" in why_en
    assert (other.current, other.held, other.failed_rules, other.why_held()) == (3, None, (), [])
    assert RULE not in checks(viewer(two, "m1")).filter(~pl.col("is_passed"))["rule_name"].to_list()
    failed = checks(viewer(two, "m2")).filter(~pl.col("is_passed"), severity_code="stop")
    assert failed.select("rule_name", "shop_id").rows() == [(RULE, "t2")]
    operator = release_line(Viewer(two.place, "op", "operator"))
    assert (operator.current, operator.held, operator.held_merchants) == (3, None, ("m2",))
    association = release_line(Viewer(two.place, "协会", "association"))
    assert (association.held, association.held_merchants, association.why_held()) == (None, (), [])


def test_commands_name_it_and_end_with_three(two: Settings, typo: Path) -> None:
    runner = CliRunner()
    given = runner.invoke(app, ["ingest", "-m", "m2", "-s", "t2", "--json", str(typo)])
    assert given.exit_code == 3 and RULE in json.loads(given.stdout)["held"]["message"]
    built = runner.invoke(app, ["build"])
    assert built.exit_code == 3
    assert (
        "m2 未放行" in built.stdout and RULE in built.stdout and "typo.csv" in built.stdout.replace("\n", "")
    )
    with reading(two) as lake:
        assert [item.number for item in releasing.releases(lake)] == [1, 2, 3], (
            "judged again, the same release"
        )
    listed = json.loads(runner.invoke(app, ["releases", "list", "--json"]).stdout)["releases"]
    assert [item["held_merchants"] for item in listed] == [{}, {}, {"m2": [RULE]}]
    assert "m2 未放行" in runner.invoke(app, ["releases", "show", "3"]).stdout
    asked = runner.invoke(app, ["ask", "--metrics", "paid_gmv", "-m", "m2", "--json"])
    assert json.loads(asked.stdout)["release"] == 2 and "typo.csv" in asked.stderr
    assert runner.invoke(app, ["ask", "--metrics", "paid_gmv", "-m", "m1", "--json"]).stderr == ""
    verified = runner.invoke(app, ["verify", "--json"])
    assert verified.exit_code == 0, verified.stdout
    told = json.loads(verified.stdout)
    assert (told["release"], told["is_whole"], told["held"]) == (3, True, {"m2": 2})


def test_mended_it_is_released_and_what_moved_is_told_against_what_it_read(
    two: Settings, typo: Path, tmp_path: Path
) -> None:
    (taken,) = ingest(two, "m2", "t2", [typo]).receipts
    give(two, tmp_path, "123.45", "6917926768823649999")
    more = orders(tmp_path, "more.csv", count=3, refund="0.0", first=500)
    assert ingest(two, "m2", "t2", [more]).held is not None, "still held"
    with reading(two) as lake:
        told = lake.read(RESTATEMENT)
        assert set(told.filter(pl.col("release_number") > 2)["merchant_id"]) <= {"m1"}
    done = withdraw(two, "m2", taken.export_id, by="m2")
    assert done.held is None and done.current is not None and done.current.number == 6
    assert paid(two, "m2") == (22_000 + 3_000, 6)
    assert release_line(viewer(two, "m2")).held is None
    moved = restatements(viewer(two, "m2"), since=2).filter(metric_id="paid_gmv")
    assert set(moved["release_number"]) == {6} and moved["restated_number"].sum() == 3_000
    assert restatements(viewer(two, "m2"), since=2).filter(metric_id="refunds").is_empty()
    assert run(lambda: app(["build"], standalone_mode=False)) == 0


def test_what_a_held_merchant_reads_outlives_housekeeping(two: Settings, typo: Path, tmp_path: Path) -> None:
    ingest(two, "m2", "t2", [typo])
    for number in range(3):
        give(two, tmp_path, f"{number + 1}.00", f"69179267688236499{number}0")
    short = two.model_copy(update={"keep_releases": 1, "reader_grace_seconds": 0})
    steps.maintain(short)
    with pytest.raises(NotFoundError, match="RELEASE_EXPIRED"):
        paid(two, "m1", as_of=4)
    assert paid(two, "m2") == (22_000, 2)
    assert contributions(two)["merchant_id"].unique().sort().to_list() == ["m1", "m2"]
    assert verify_release(two).is_whole
    with reading(two) as lake:
        assert lake.read(HOLD)["merchant_id"].to_list() == ["m2"] * 4


def test_who_is_held_from_the_first_has_nothing_to_read(released: Settings, tmp_path: Path) -> None:
    """Release 1 was there before m2 gave anything: it reads that, and nothing of the file."""
    bad = orders(tmp_path, "typo.csv", count=22, refund="30.0")
    done = ingest(released, "m2", "t2", [bad], register=True)
    assert done.held is not None and done.current is not None and done.current.number == 1
    answer = ask(viewer(released, "m2"), ["paid_gmv", "refunds"])
    assert answer.release == 1 and not any(answer.rows.row(0))
    assert release_line(viewer(released, "m2")).held == 2
    assert paid(released, "m1")[1] == 2
    assert set(contributions(released)["merchant_id"]) == {"m1"} and contributions(released, "m2").is_empty()


def test_what_is_nobodys_own_holds_the_house(two: Settings) -> None:
    """A table of the whole house breaks a rule: nobody knows whose figures are wrong."""
    with writing(two) as lake:
        number = releasing.begin_build(lake, at=dt.datetime.now(dt.UTC))
        lake.connection.execute("INSERT INTO ops.owner SELECT * FROM ops.owner LIMIT 1")
        snapshot = lake.snapshot()
    audit(two, number, snapshot)
    with pytest.raises(HeldReleaseError, match="KEY_UNIQUE"):
        release(two, number, snapshot)
    assert release_line(viewer(two, "m1")).held == release_line(viewer(two, "m2")).held == 3
    assert paid(two, "m1")[1] == paid(two, "m2")[1] == 2


def test_rows_of_two_merchants_hold_both_and_all_hold_the_house(two: Settings) -> None:
    with writing(two) as lake:
        number = releasing.begin_build(lake, at=dt.datetime.now(dt.UTC))
        rows = lake.read(LINES).group_by("merchant_id").first().select(LINES.columns)
        lake.replace(LINES, rows.select(LINES.key), rows.with_columns(pl.col("paid_fen") + 1))
        snapshot = lake.snapshot()
    audit(two, number, snapshot)
    with pytest.raises(HeldReleaseError, match="HELD"):
        release(two, number, snapshot)


def test_a_workbook_of_the_held_one_says_so(two: Settings, typo: Path) -> None:
    ingest(two, "m2", "t2", [typo])
    for name, told in (("m2", 2), ("m1", 0)):
        lines = [line for line in known(viewer(two, name), [], "") if line[0] == "未放行 Not released"]
        assert len(lines) == told and ("typo.csv" in str(lines)) is bool(told)


def test_a_table_that_ran_empty_holds_who_had_rows_in_it(two: Settings) -> None:
    """And what else is wrong in its rows is known: verifying finds nothing new."""
    with writing(two) as lake:
        number = releasing.begin_build(lake, at=dt.datetime.now(dt.UTC))
        lake.connection.execute("DELETE FROM gold.dim_creator")
        lake.connection.execute(
            "UPDATE gold.fct_order_line SET paid_fen = paid_fen + 1 WHERE merchant_id = 'm1'"
        )
        snapshot = lake.snapshot()
    audit(two, number, snapshot)
    found = release(two, number, snapshot)
    assert set(found.holds) == {"m1"} and {"ROWS_PRESENT", "PAID_MATCHES_SILVER"} < set(
        found.holds["m1"].failed_rules
    )
    by_rule = {row["rule"]: row for row in found.holds["m1"].rows}
    told = by_rule["PAID_MATCHES_SILVER"]
    assert told["shop_id"] == "s1" and told["file"] == DOUYIN.name and int(str(told["row"])) > 1
    assert paid(two, "m1")[1] == 2 and paid(two, "m2")[1] == 3
    verified = verify_release(two)
    assert (verified.is_whole, verified.held) == (True, {"m1": 2})

"""Each release says which published figures it moved and why, and its rows sum to exactly the difference,
whatever came, went or changed in between.
"""

from __future__ import annotations

import itertools
import json

import polars as pl
import pytest
from proof_cases import ANEW, FIRST, FORGOTTEN, SECOND, THIRD, WITHDRAWN, merchants, published
from truth_cases import LATER
from typer.testing import CliRunner

from cli import app
from metrics.model import versions
from metrics.model.versions import CELLWISE, FOLLOWED
from metrics.query.access import Viewer
from metrics.reports.restated import last_look, look, restatements
from pipeline.house import reading
from pipeline.release import restating
from pipeline.release.releasing import release
from pipeline.release.restating import restated
from transforms.gold.sales.mart_shop_channel_daily import TABLE as DAILY
from transforms.restatement import CELL
from warehouse import accounts
from warehouse.ops import RESTATEMENT
from warehouse.settings import Settings


def figures(settings: Settings, snapshot: int) -> pl.DataFrame:
    """Followed metrics by cell as that snapshot's mart has them, written out by hand."""
    cell = ", ".join(CELL)
    query = f"""
        SELECT {cell}, sum(paid_fen)::BIGINT AS paid_gmv, sum(cohort_refund_fen)::BIGINT AS refunds,
            sum(paid_fen - cohort_refund_fen)::BIGINT AS net_by_order_date,
                sum(paid_fen - dated_refund_fen)::BIGINT AS net_by_refund_date,
            sum(paid_orders_qty)::BIGINT AS paid_orders
        FROM {DAILY.full_name} GROUP BY ALL"""  # noqa: S608
    profit = "cost_known_fen - costed_refund_fen - cost_fen - write_down_fen"
    others = f"""
        SELECT {cell}, 'placed_gmv' AS metric_id, sum(placed_fen)::BIGINT AS restated_number
            FROM gold.mart_payment_flow_daily GROUP BY ALL
        UNION ALL SELECT {cell}, 'kept_sales', sum(finished_kept_fen)
            FROM gold.mart_final_daily JOIN gold.dim_observed USING (merchant_id, shop_id, platform_code)
                WHERE finished_date <= final_until_date GROUP BY ALL
        UNION ALL SELECT {cell}, 'settled', sum(settled_fen) FROM gold.mart_settlement_daily GROUP BY ALL
        UNION ALL SELECT {cell}, 'funded', sum(funded_fen) FROM gold.mart_settlement_daily GROUP BY ALL
        UNION ALL SELECT {cell}, 'gross_profit', sum({profit}) FROM gold.mart_profit_daily GROUP BY ALL
        UNION ALL SELECT {cell}, 'contribution',
            sum({profit} - cohort_fee_fen - cohort_commission_fen - freight_out_fen - freight_back_fen -
            packing_fen
            - sample_fen - slot_fee_fen) FROM gold.mart_profit_daily GROUP BY ALL"""  # noqa: S608
    with reading(settings, snapshot) as lake:
        told = lake.sql(query).unpivot(
            list(FOLLOWED), index=CELL, variable_name="metric_id", value_name="restated_number"
        )
        return pl.concat(
            [
                told,
                lake.sql(others).with_columns(pl.col("restated_number").cast(pl.Int64)).select(told.columns),
            ]
        )


def difference(settings: Settings, before: int, after: int) -> pl.DataFrame:
    both = pl.concat(
        [figures(settings, after), figures(settings, before).with_columns(-pl.col("restated_number"))]
    )
    return (
        both.group_by([*CELL, "metric_id"])
        .agg(pl.col("restated_number").sum())
        .filter(pl.col("restated_number") != 0)
        .sort(*CELL, "metric_id")
    )


def test_the_rows_of_each_release_sum_to_its_difference_from_the_one_before(house: Settings) -> None:
    line = published(house)
    assert len(line) == ANEW + 1
    with reading(house) as lake:
        ledger = lake.read(RESTATEMENT)
    for before, after in itertools.pairwise(line):
        rows = (
            ledger.filter(release_number=after.number)
            .group_by([*CELL, "metric_id"])
            .agg(pl.col("restated_number").sum())
            .sort(*CELL, "metric_id")
        )
        assert rows.equals(difference(house, before.snapshot, after.snapshot)), after.number
    assert set(ledger["release_number"]) <= {item.number for item in line[1:]}, (
        "the first release moves nothing"
    )


def test_what_happened_is_the_reason_given(house: Settings) -> None:
    line = published(house)
    with reading(house) as lake:
        ledger = lake.read(RESTATEMENT)
    said = {
        number: set(codes)
        for number, codes in ledger.group_by("release_number").agg(pl.col("restatement_code")).iter_rows()
    }
    assert line[FIRST].number not in said and line[ANEW].number not in said, (
        "nothing was published before the first; made anew, nothing moves"
    )
    assert (
        {"new_file", "late_refund"}
        <= said[line[SECOND].number] | said[line[THIRD].number]
        <= {"new_file", "late_refund", "correction", "newer_data"}
    )
    assert said[line[WITHDRAWN].number] == {"withdrawn_file"}
    assert said[line[FORGOTTEN].number] == {"registry_change"}
    beside = ledger.filter(release_number=line[THIRD].number, restatement_code="newer_data")
    assert {"settled", "kept_sales", "contribution"} <= set(beside["metric_id"]) <= set(CELLWISE)
    late = ledger.filter(restatement_code="late_refund")
    assert (late.filter(metric_id="net_by_order_date")["restated_number"] < 0).all()
    assert late.filter(metric_id="paid_gmv").is_empty()


def test_a_definition_that_changed_is_the_reason(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The release before showed kept money gross of refunds: every figure moved by them, with no row of data
    touched.
    """
    last = published(house)[-1]
    gross = {**versions.numerators(), "net_by_order_date": {"paid_fen": 1}}
    monkeypatch.setattr(
        versions,
        "numerators",
        lambda release=None: (
            gross if release else {**gross, "net_by_order_date": {"paid_fen": 1, "cohort_refund_fen": -1}}
        ),
    )
    with reading(house, last.snapshot) as lake:
        rows = restated(house, last, lake)
    assert set(rows["metric_id"]) == {"net_by_order_date"} and set(rows["restatement_code"]) == {
        "definition_change"
    }
    assert (
        rows["restated_number"].sum()
        == -figures(house, last.snapshot).filter(metric_id="refunds")["restated_number"].sum()
    )


def test_a_release_entered_twice_is_in_the_ledger_once(house: Settings) -> None:
    """As after a kill between the commit and the answer."""
    with reading(house) as lake:
        before = lake.read(RESTATEMENT)
    last = published(house)[-1]
    assert release(house, last.build, last.snapshot, at=LATER).number == last.number
    with reading(house) as lake:
        assert lake.read(RESTATEMENT).sort(RESTATEMENT.key).equals(before.sort(RESTATEMENT.key))


def test_the_command_tells_what_moved(at_home: Settings) -> None:
    withdrawn = published(at_home)[WITHDRAWN]
    document = json.loads(
        CliRunner().invoke(app, ["releases", "changes", str(withdrawn.number), "--json"]).stdout
    )
    with reading(at_home) as lake:
        ledger = lake.read(RESTATEMENT, where={"release_number": withdrawn.number})
    assert document["release"] == withdrawn.number
    assert sum(row["restated_number"] for row in document["rows"]) == ledger["restated_number"].sum()
    shown = CliRunner().invoke(app, ["releases", "changes", str(withdrawn.number)])
    assert shown.exit_code == 0 and "撤回的文件" in shown.output and "净成交" in shown.output
    assert "没有数字变动" in CliRunner().invoke(app, ["releases", "changes"]).output, (
        "the newest release by default, which moved nothing"
    )
    assert CliRunner().invoke(app, ["releases", "changes", "999"]).exit_code != 0


def test_a_reader_is_told_what_moved_since_the_last_look(house: Settings) -> None:
    mine = merchants(house)[0]
    accounts.add(house.place, "老板", "密码密码密码密码", role="merchant", merchant_id=mine)
    viewer = Viewer(house.place, "老板", "merchant", mine, has_account=True)
    line = published(house)
    assert last_look(viewer) is None
    look(viewer, line[SECOND].number)
    assert last_look(viewer) == line[SECOND].number
    rows = restatements(viewer, since=line[SECOND].number)
    assert set(rows["merchant_id"]) == {mine}
    whole = difference(house, line[SECOND].snapshot, line[-1].snapshot).filter(merchant_id=mine)
    told = (
        rows.group_by([*CELL, "metric_id"])
        .agg(pl.col("restated_number").sum())
        .filter(pl.col("restated_number") != 0)
        .sort(*CELL, "metric_id")
    )
    assert told.equals(whole), "over several releases, too"
    look(viewer, line[-1].number)
    assert restatements(viewer, since=last_look(viewer) or 0).is_empty()
    accounts.remove(house.place, "老板")
    assert accounts.last_seen(house.place, "老板") is None


def test_what_a_cleanup_forgot_is_compared_whole(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is the same whether changed facts are told or both snapshots must be read."""
    before, after = published(house)[-3], published(house)[-1]
    with reading(house, after.snapshot) as lake:
        told = restated(house, before, lake)
        monkeypatch.setattr(restating, "changes", lambda lake, table, since: (table.empty(), table.empty()))
        whole = restated(house, before, lake)
    by = [name for name in whole.columns if name not in ("restated_number", "orders_qty")]
    assert told.height > 0 and told.sort(by).equals(whole.sort(by))

"""Whatever a proposal takes without asking is right to the fen: order sheets of known truth, read as proposed, through silver into gold."""

from __future__ import annotations

import os
from random import Random

import polars as pl
from erp_market import Sheet, sheet
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mapping_cases import read

from connectors.mapped import source
from connectors.mapping_answers import settled
from connectors.mapping_model import MappingFile
from connectors.mapping_propose import propose
from contracts.canonical import OF_ORDERS, SILVER
from transforms.gold import fct_order_line
from transforms.silver.states import current, merge_states

OWN_ACCOUNT = {"merchant_id": pl.String, "platform_code": pl.String, "live_account_id": pl.String}
#: More for whoever looks for faults: ``MAPPING_EXAMPLES=3000``.
EXAMPLES = int(os.environ.get("MAPPING_EXAMPLES", "60"))


def by_order(data: bytes, own: MappingFile) -> tuple[dict[str, int], dict[str, int]]:
    """Fen paid and fen back by order in gold. Only rows whose cell holds several orders may be set aside."""
    reading = read(data, [own])
    assert set(reading.quarantine["rule_name"]) <= {"MERGED_IDS"}, reading.quarantine
    frames = source("other", [own]).conform(reading.layout.kind, reading.bronze) if reading.bronze.height else {}
    now = {}
    for table in (*OF_ORDERS, SILVER["live_session"]):
        arrived = table.empty()
        if table.name in frames:
            shaped = table.shape(frames[table.name].with_columns(_last_observed_at=pl.col("_observed_at")))
            good, failed = table.schema.filter(shaped)
            assert not len(failed), failed.details()
            arrived = pl.DataFrame(good)
        now[table.name] = current(table, merge_states(table, table.empty(), arrived).states)
    lines = fct_order_line.build(fct_order_line.Current(**now, own_account=pl.DataFrame(schema=OWN_ACCOUNT)))
    sums = lines.group_by("order_id").agg(pl.col("paid_fen").sum(), pl.col("cohort_refund_fen").sum())
    return dict(sums.select("order_id", "paid_fen").iter_rows()), dict(sums.select("order_id", "cohort_refund_fen").iter_rows())


def check(given_sheet: Sheet) -> None:
    """Questions about amounts are answered truly, all else is let stand; and with nothing answered no money counts twice."""
    proposal = propose(given_sheet.data, kind="orders")
    keys = {question.key for question in proposal.questions}
    assert keys <= {"money", *(f"amount.{header}" for header in given_sheet.meanings)}, proposal.questions
    person = {"money": given_sheet.answers["money"]} if "money" in keys else {}
    truth = {f"amount.{header}": meaning for header, meaning in given_sheet.meanings.items()}
    own = settled(proposal, person | {key: meaning for key, meaning in truth.items() if key in keys})
    paid, back = by_order(given_sheet.data, own.model_copy(update={"platform": "other"}))
    assert paid == given_sheet.paid
    assert back == given_sheet.back
    stood, _ = by_order(given_sheet.data, settled(proposal, person).model_copy(update={"platform": "other"}))
    assert all(stood[order] <= fen for order, fen in given_sheet.paid.items())


# a sheet is made from one number: there is nothing to shrink, and the number makes it again
@settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**48))
def test_what_is_taken_without_asking_is_right_to_the_fen(seed: int) -> None:
    check(sheet(Random(seed)))

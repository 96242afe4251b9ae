"""B01-B101 of the catalogue of bad input: one or more files per entry, each with the verdict and rules it
gets, or the test that tries it.
"""

from __future__ import annotations

from intake_forms import BYTES, CONTAINERS, SHAPES
from intake_values import SETS, VALUES

CASES = [*BYTES, *CONTAINERS, *SHAPES, *VALUES, *SETS]
REFUSED = [case for case in CASES if case.verdict == "refused"]
TAKEN = [case for case in CASES if case.verdict != "refused"]

#: Entries of which no single file of one shop tells: where each is tried.
ELSEWHERE = {
    "B15": "intake/test_intake_sets.py::test_a_shops_name_is_one_name_however_it_is_composed",
    "B36": "intake/test_intake_sets.py::test_a_file_too_large_or_still_growing_is_refused",
    "B37": "intake/test_intake_sets.py::test_a_file_too_large_or_still_growing_is_refused",
    "B52": "intake/test_intake_sets.py::test_a_file_of_another_platform_or_shop_is_refused",
    "B67": "transforms/test_transforms_refund_match.py::test_refunds_of_unknown_and_unpaid_orders_wait",
    "B68": "transforms/test_transforms_facts.py::test_an_order_no_line_is_told_of_is_one_line",
    "B69": "transforms/test_transforms_facts.py::test_the_orders_paid_rest_is_kept_as_a_line_of_its_own",
    "B75": "transforms/test_transforms_states.py::"
    "test_a_return_to_an_earlier_content_is_published_and_changes_the_current_row",
    "B76": "transforms/test_transforms_currency.py::test_an_order_without_a_rate_waits",
    "B85": "intake/test_intake_sets.py::test_a_file_of_another_platform_or_shop_is_refused",
    "B86": "intake/test_intake_sets.py::"
    "test_another_merchants_shop_is_refused_and_noted_without_a_word_of_persons",
    "B87": "intake/test_intake_sets.py::test_the_same_bytes_again_or_under_another_name_change_nothing",
    "B88": "intake/test_intake_sets.py::test_the_same_bytes_again_or_under_another_name_change_nothing",
    "B89": "intake/test_intake_sets.py::test_a_spreadsheets_copy_does_not_take_the_seconds_away",
    "B90": "intake/test_intake_sets.py::test_the_same_bytes_again_or_under_another_name_change_nothing",
    "B91": "intake/test_intake_sets.py::test_what_files_say_of_the_same_orders_counts_once",
    "B92": "intake/test_intake_sets.py::test_what_files_say_of_the_same_orders_counts_once",
    "B93": "intake/test_intake_sets.py::test_what_files_say_of_the_same_orders_counts_once",
    "B95": "intake/test_intake_sets.py::test_what_files_say_of_the_same_orders_counts_once",
    "B96": "intake/test_intake_sets.py::test_a_missing_part_is_told_by_its_days",
    "B97": "intake/test_intake_sets.py::test_the_cap_of_an_export_is_told",
}

"""One fault per rule: exactly that rule fails (and those that must fail with it), and it names the row."""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl
import pytest
from expectation_cases import broken, export_id, order_id, profile

from expectations.derive import Profile
from expectations.rules import RULES, SQL_RULES
from expectations.snapshot import SHOP_TOTAL

Plant = Callable[..., duckdb.DuckDBPyConnection]

LINES, REFUNDS, DAILY = "gold.fct_order_line", "gold.fct_refund_line", "gold.mart_shop_channel_daily"
ENTRIES = "gold.fct_settlement_entry"
FUNDS = "gold.fct_fund_entry"
ITEMS = "gold.mart_open_item"
STATEMENTS = "gold.mart_statement_monthly"
STYLES = "gold.mart_style_daily"
SESSIONS = "gold.mart_live_session"
FLOW, AGES = "gold.mart_refund_flow_daily", "gold.mart_kept_age_daily"
COSTS, PROFIT = "gold.fct_line_cost", "gold.mart_profit_daily"
SETTLED_FLOW = "gold.mart_settlement_flow_daily"
OUTLOOK_DETAIL = "gold.mart_outlook_detail_daily"
ADS, REPORTS, PROMOTION = "gold.fct_ad_spend", "gold.mart_ad_daily", "gold.mart_promotion_daily"
PROMOTION_OFF = (PROMOTION, "PROMOTION_DAYS_MATCH")
PLACED, FINAL = "gold.mart_payment_flow_daily", "gold.mart_final_daily"
BUYERS = "gold.mart_buyer_monthly"
BUYERS_OFF = (BUYERS, "BUYER_MONTHS_MATCH")
PLACED_OFF, FINAL_OFF = (PLACED, "PLACED_DAYS_MATCH"), (FINAL, "FINAL_DAYS_MATCH")
STOCK, LAUNCHES = "gold.mart_stock_monthly", "gold.mart_launch_daily"
LAUNCHES_OFF = (LAUNCHES, "LAUNCHES_MATCH")
STOCK_OFF, STOCK_UNSOLD = (STOCK, "STOCK_AS_TOLD"), (STOCK, "STOCK_SALES_MATCH")
REFUND_DAYS_OFF = (
    (DAILY, "SHOP_DAYS_REFUNDED"),
    (STYLES, "STYLE_DAYS_REFUNDED"),
    (FLOW, "REFUND_FLOW_AND_FACTS"),
)
BEYOND_KEPT = (OUTLOOK_DETAIL, "OUTLOOK_DETAIL_WITHIN_KEPT")
PROFIT_OFF = (PROFIT, "PROFIT_DAYS_MATCH")
OUTLOOK_OFF = ("gold.mart_outlook_daily", "OUTLOOK_DAYS_KEPT")
FIRST = f"{order_id('s1', 0)}0"  # a line of s1, paid 10,000 fen, refunded in full
GIFT = f"{order_id('s1', 7)}1"
ONE = f"WHERE shop_id = 's1' AND order_line_id = '{FIRST}'"


def _outlier(marked: str, largest: str) -> str:
    """SQL: the first line, 10,000 fen, marked as an outlier of an amount beside a largest other line."""
    return f"""
        INSERT INTO gold.mart_outlier_line BY NAME
        SELECT merchant_id, shop_id, platform_code, order_line_id, order_id, {marked} AS marked_fen,
            {largest} AS largest_fen, channel_code
        FROM (SELECT *, paid_fen AS marked_fen FROM {LINES}) {ONE}"""


#: what is wrong → SQL that plants it, the rules that must fail as (table, rule), and a part of the first
#: example
FAULTS: dict[str, tuple[tuple[str, ...], set[tuple[str, str]], str]] = {
    "advertising that nobody told": (
        (f"UPDATE {ADS} SET spent_fen = spent_fen + 1 WHERE ad_family_code = 'uni_video'",),
        {(ADS, "ADS_MATCH_TOLD"), (REPORTS, "AD_DAYS_MATCH")}, "'spent_fen_off': 1",
    ),
    "advertising entered and not there": (
        ("UPDATE ops.fixed_cost SET cost_amount_fen = 2400 WHERE cost_kind_code = 'ad_cash'",),
        {(ADS, "ADS_MATCH_TOLD")}, "'spent_fen_off': 100",
    ),
    "a report beside what was entered": (
        (f"UPDATE {ADS} SET ad_use_code = 'counted' WHERE shop_id = 's3'",),
        {(ADS, "ADS_COUNTED_ONCE"), (REPORTS, "AD_DAYS_MATCH"), PROMOTION_OFF}, "'spent_fen_off': 2000",
    ),
    "cash that was a grant": (
        (f"UPDATE {REPORTS} SET spent_cash_fen = 0, spent_grant_fen = 2500 WHERE ad_family_code = 'entered'",
            ),
        {(REPORTS, "AD_DAYS_MATCH")}, "'spent_cash_fen_off': -2500",
    ),
    "sales set against no spend": (
        (f"UPDATE {PROMOTION} SET spend_known_fen = spend_known_fen + spend_untold_fen, spend_untold_fen = 0",
            ), {PROMOTION_OFF}, "'spend_untold_fen_off': -",
    ),
    "spend without its other side": (
        (f"UPDATE {PROMOTION} SET unbilled_spent_fen = unbilled_spent_fen - 1 WHERE unbilled_spent_fen > 0",),
        {(PROMOTION, "PROMOTION_PARTS_ADD_UP")}, "'shop_id': 's3'",
    ),
    "a placed value told twice": (
        ((
            f"UPDATE {PLACED} SET placed_fen = placed_fen + 7 WHERE shop_id = 's1' AND business_date = "
            "(SELECT "
            f"max(business_date) FROM {PLACED})"
        ),
         f"UPDATE {PLACED} SET placed_unpaid_fen = placed_unpaid_fen + 7 WHERE shop_id = 's1'"),
        {PLACED_OFF}, "'placed_unpaid_fen_off': 7",
    ),
    "a sale final too early": (
        (f"UPDATE {FINAL} SET finished_date = finished_date - 9 WHERE finished_date > DATE '1970-01-01'",),
        {FINAL_OFF}, "finished_kept_fen_off",
    ),
    "a buyer counted twice": (
        (f"UPDATE {BUYERS} SET kept_buyers_qty = kept_buyers_qty + 1 WHERE merchant_id = 'm1'",),
        {BUYERS_OFF}, "'kept_buyers_qty_off': 1",
    ),
    "a count forgotten": (
        (f"UPDATE {STOCK} SET closing_stock_qty = 12 WHERE sku_code = 'YS0-L'",), {STOCK_OFF},
        "'closing_stock_qty': 12, 'told_qty': 9",
    ),
    "a listing left out": (((
        f"UPDATE {STOCK} SET closing_stock_qty = 30 WHERE sku_code = 'YS0-M' AND "
        "closing_stock_qty = 34"
    ),), {STOCK_OFF}, "'told_qty': 34"),
    "a delivery told twice": ((f"UPDATE {STOCK} SET received_qty = 84 WHERE sku_code = 'YS0-M'",),
        {STOCK_OFF}, "'came_qty': 44"),
    "a delivery corrected and not heard": (((
        "UPDATE ops.stock_entry SET entered_qty = 45 WHERE event_number "
        "= 2"
    ),), {STOCK_OFF}, "'came_qty': 45"),
    "a launch made of an old style": (
        ((
            f"UPDATE {LAUNCHES} SET launched_qty = 1, launch_untold_qty = 0 WHERE shop_id = 's3' AND "
            "style_code "
            "= 'YS0'"
        ),), {LAUNCHES_OFF},
        "'launched_qty_off': 1",
    ),
    "goods left out of the sheet": ((f"DELETE FROM {STOCK} WHERE shop_id = 's1' AND sku_code = 'untold'",),
        {STOCK_UNSOLD}, "'since_launch_off': -"),
    "a sale of no stock lost": (
        ((
            f"UPDATE {STOCK} SET stock_untold_qty = stock_untold_qty - 1 WHERE shop_id = 's3' AND "
            "stock_untold_qty > 0"
        ),), {STOCK_UNSOLD}, "'lately_off': -",
    ),
    "the cost of another day": (
        ("UPDATE gold.fct_line_cost SET unit_cost_fen = 3100 WHERE unit_cost_fen = 3000",),
        {(COSTS, "COST_IN_FORCE")}, "'entered_fen': 3000",
    ),
    "a cost that was taken back": (
        ("UPDATE ops.unit_cost SET unit_cost_fen = 2000 WHERE event_number = 4",), {(COSTS, "COST_IN_FORCE")},
        "'borne_fen': None, 'entered_fen': 2000",
    ),
    "a refund at another age": (
        ((
            "UPDATE gold.mart_kept_age_daily SET refund_by_14_fen = refund_by_14_fen + 1 WHERE shop_id = "
            "'s1' "
            "AND refund_by_14_fen = 0"
        ),),
        {(AGES, "KEPT_AT_AGE_AND_FACTS")}, "'refund_by_14_fen_off': 1",
    ),
    "a fee left out": (
        ("UPDATE gold.mart_profit_daily SET slot_fee_fen = 0 WHERE slot_fee_fen = 5000",),
        {(PROFIT, "PROFIT_DAYS_MATCH")}, "'slot_fee_fen_off': -5000",
    ),
    "a key twice": (
        ((
            "INSERT INTO gold.dim_product SELECT * FROM gold.dim_product WHERE style_code = 'YS1' AND "
            "shop_id = "
            "'s1'"
        ),),
        {("gold.dim_product", "KEY_UNIQUE")}, "'style_code': 'YS1'",
    ),
    "a required cell empty": (
        (f"UPDATE {LINES} SET seller_code = NULL {ONE}",), {(LINES, "REQUIRED_FILLED")},
        "'columns_name': 'seller_code'",
    ),
    "a key column empty": (
        ("UPDATE ops.live_account SET live_account_id = NULL WHERE shop_id = 's4'",),
        {("ops.live_account", "REQUIRED_FILLED")}, "live_account_id",
    ),
    "below the lowest": (
        (f"UPDATE {LINES} SET unit_price_fen = -1 {ONE}",), {(LINES, "WITHIN_BOUNDS")},
        "'columns_name': 'unit_price_fen'",
    ),
    "above the highest": (
        (f"UPDATE {LINES} SET placed_fen = 10000000000001 {ONE}",), {(LINES, "WITHIN_BOUNDS"), PLACED_OFF},
        FIRST,
    ),
    "a code off the list": (
        (f"UPDATE {LINES} SET traffic_code = 'bought' {ONE}",), {(LINES, "KNOWN_CODES")}, "traffic_code",
    ),
    "a raw row out of bounds": (
        ("UPDATE bronze.douyin__orders SET placed_fen = -10000000000001 WHERE _row_number = 2",),
        {("bronze.douyin__orders", "WITHIN_BOUNDS")}, "'shop_id': 's1'",
    ),
    "facts emptied": (
        (f"DELETE FROM {LINES}",),
        {("gold.dim_creator", "CREATORS_SOLD"), ("gold.dim_product", "STYLES_SOLD"),
         ("gold.fct_return_claim", "CLAIMS_STAND"), OUTLOOK_OFF,
         (LINES, "ROWS_PRESENT"), (LINES, "NO_LINE_LOST"), (LINES, "PAID_MATCHES_SILVER"),
            (REFUNDS, "LINE_REFUND_MATCHES_REFUNDS"),
         (REFUNDS, "REFUNDS_MATCH_SILVER"), (DAILY, "SHOP_DAYS_PAID"), (DAILY, "SHOP_DAYS_AIRED"),
         (STYLES, "STYLE_DAYS_PAID"), (SESSIONS, "SESSIONS_PAID"),
         (ITEMS, "OPEN_ORDERS_MATCH_FACTS"), (COSTS, "COST_IN_FORCE"), PROFIT_OFF,
         (AGES, "KEPT_AT_AGE_AND_FACTS"), PLACED_OFF, FINAL_OFF,
         BUYERS_OFF, PROMOTION_OFF, STOCK_UNSOLD, LAUNCHES_OFF, BEYOND_KEPT},
        "0",
    ),
    "a receipt that does not add up": (
        ("UPDATE ops.load SET published_qty = 35 WHERE shop_id = 's3'",), {("ops.load", "RECEIPT_ADDS_UP")},
        "'shop_id': 's3'",
    ),
    "a load without a file": (
        ("INSERT INTO ops.load SELECT * REPLACE ('ghost' AS export_id) FROM ops.load WHERE shop_id = 's3'",),
        {("ops.load", "LOAD_IN_MANIFEST")}, "ghost",
    ),
    "a tenth in quarantine": (
        ("UPDATE ops.load SET published_qty = 33, quarantined_qty = 4 WHERE shop_id = 's3'",),
        {("ops.load", "QUARANTINE_IS_SMALL")}, "'quarantined_qty': 4",
    ),
    "a shop nobody registered": (
        ("DELETE FROM ops.shop WHERE shop_id = 's4'",),
        {("gold.dim_shop", "SHOPS_AS_REGISTERED"),
         (LINES, "SHOP_IS_REGISTERED")}, "'lines_qty': 4",
    ),
    "a shop of another merchant": (
        ("UPDATE ops.shop SET merchant_id = 'm2' WHERE shop_id = 's4'",),
        {("gold.dim_shop", "SHOPS_AS_REGISTERED"),
         (LINES, "SHOP_IS_REGISTERED")},
        "'merchant_id': 'm3'",
    ),
    "parts that do not add up": (
        (f"UPDATE {LINES} SET refund_unstaged_fen = 1 {ONE}",),
        {(LINES, "REFUND_PARTS_ADD_UP"), (DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLE_DAYS_PAID"),
            (SESSIONS, "SESSIONS_PAID")}, FIRST,
    ),
    "a payment on the wrong day": (
        ((
            f"UPDATE {LINES} SET paid_date = paid_date + 1 WHERE shop_id = 's3' AND order_line_id = "
            f"'{order_id('s3', 0)}0'"
        ),),
        {OUTLOOK_OFF, (LINES, "PAID_HAS_TIME"),
            (DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLE_DAYS_PAID"), PROMOTION_OFF,
            PROFIT_OFF, (AGES, "KEPT_AT_AGE_AND_FACTS"),
         PLACED_OFF, FINAL_OFF, LAUNCHES_OFF, BEYOND_KEPT}, order_id("s3", 0),
    ),
    "an order with two heads": (
        (f"UPDATE {LINES} SET is_order_head = true WHERE shop_id = 's1' AND order_id = '{order_id('s1', 0)}'",
            ),
        {(LINES, "ONE_HEAD_PER_ORDER"), (DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLE_DAYS_PAID"),
            (SESSIONS, "SESSIONS_PAID"), BUYERS_OFF}, order_id("s1", 0),
    ),
    "a gift for a head": (
        ((
            f"UPDATE {LINES} SET is_order_head = NOT is_order_head WHERE shop_id = 's1' AND order_id = "
            f"'{order_id('s1', 7)}'"
        ),),
        {(LINES, "ONE_HEAD_PER_ORDER"), (DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLE_DAYS_PAID"),
            (SESSIONS, "SESSIONS_PAID")}, order_id("s1", 7),
    ),
    "kept above paid": (
        (f"UPDATE {DAILY} SET cohort_refund_fen = -5 WHERE shop_id = 's3' AND paid_fen = 10001",),
        {(DAILY, "KEPT_WITHIN_PAID"), (DAILY, "WITHIN_BOUNDS"), (DAILY, "SHOP_DAYS_PAID"),
            (STYLES, "STYLES_AGREE_WITH_SHOP_DAYS")}, "'shop_id': 's3'",
    ),
    "a lost line": (
        (f"DELETE FROM {LINES} WHERE order_line_id = '{GIFT}'",),
        {(LINES, "NO_LINE_LOST")}, GIFT,
    ),
    "a lost order": (
        (f"DELETE FROM {LINES} WHERE order_id = 'T3'", f"DELETE FROM {REFUNDS} WHERE order_id = 'T3'"),
        {OUTLOOK_OFF, (LINES, "NO_LINE_LOST"), (LINES, "PAID_MATCHES_SILVER"), (DAILY, "SHOP_DAYS_PAID"),
            (STYLES, "STYLE_DAYS_PAID"), PROFIT_OFF,
         (AGES, "KEPT_AT_AGE_AND_FACTS"), PLACED_OFF, FINAL_OFF, BUYERS_OFF, STOCK_UNSOLD, BEYOND_KEPT},
        "'order_line_id': 'T3'",
    ),
    "a style without its dimension": (
        ("DELETE FROM gold.dim_product WHERE shop_id = 's1' AND style_code = 'YS1'",),
        {(LINES, "DIMENSIONS_COMPLETE")}, "'member': 'YS1', 'lines_qty': 5",
    ),
    "a session without its dimension": (
        ("DELETE FROM gold.dim_live_session WHERE live_session_id = 'acc-s1:1'",),
        {(LINES, "DIMENSIONS_COMPLETE")}, "acc-s1:1",
    ),
    "a line nothing stands behind": (
        (f"UPDATE {LINES} SET order_line_id = 'ghost' WHERE order_line_id = '{GIFT}'",),
        {(LINES, "NO_LINE_LOST"), (LINES, "PAID_ON_ITS_DAY")}, "ghost",
    ),
    "freight left out": (
        (f"UPDATE {LINES} SET paid_fen = 0 WHERE order_line_id = 'T1:rest'",
         f"UPDATE {AGES} SET paid_fen = paid_fen - 600 WHERE shop_id = 's2' AND paid_fen = 600",
         *(
             f"UPDATE {mart} SET paid_fen = paid_fen - 600, subsidy_untold_fen = subsidy_untold_fen - 600, "
             "shipped_fen = shipped_fen - 600"
           f" WHERE shop_id = 's2' AND paid_fen = {told}"
           for mart, told in ((DAILY, 9600), (STYLES, 600), (SESSIONS, 9600))),
         f"UPDATE {PLACED} SET paid_fen = paid_fen - 600 WHERE shop_id = 's2' AND paid_fen = 9600",
         (
             f"UPDATE {PROFIT} SET paid_fen = 0, cost_untold_fen = 0, fees_untold_fen = 0 WHERE shop_id = "
             "'s2' "
             "AND paid_fen = 600"
         )),
        {OUTLOOK_OFF, (LINES, "PAID_MATCHES_SILVER"), FINAL_OFF, BEYOND_KEPT},
        "'order_id': 'T1', 'paid_fen_off': -600",
    ),
    "a payment at another moment": (
        (f"UPDATE {LINES} SET paid_at = paid_at + INTERVAL 1 SECOND {ONE}",), {(LINES, "PAID_ON_ITS_DAY")},
        FIRST,
    ),
    "a refund taken twice": (
        (f"UPDATE {REFUNDS} SET refund_fen = 6001 WHERE refund_id = 'R6' AND order_line_id = 'T2a'",),
        {(REFUNDS, "REFUNDS_MATCH_SILVER"), (REFUNDS, "LINE_REFUND_MATCHES_REFUNDS"), *REFUND_DAYS_OFF,
            (AGES, "KEPT_AT_AGE_AND_FACTS")},
        "R6",
    ),
    "a refund on the wrong day": (
        (f"UPDATE {REFUNDS} SET refund_date = refund_date + 1 WHERE refund_id = 'R2'",),
        {(REFUNDS, "REFUNDS_MATCH_SILVER"), *REFUND_DAYS_OFF}, "R2",
    ),
    "a stage against the goods": (
        (f"UPDATE {REFUNDS} SET refund_stage_code = 'after_shipment' WHERE refund_id = 'R8'",
         (
             f"UPDATE {LINES} SET refund_after_fen = 900, refund_before_fen = 0 WHERE shop_id = 's3' AND "
             "refund_before_fen = 900"
         ),
         *(
             f"UPDATE {mart} SET cohort_refund_after_fen = 900, cohort_refund_before_fen = 0, shipped_fen = "
             "shipped_fen + 900"
           " WHERE shop_id = 's3' AND cohort_refund_before_fen = 900"
           for mart in (DAILY, STYLES))),
        {(REFUNDS, "UNTOLD_STAGE_BY_SHIPMENT")}, "R8",
    ),
    "a stated refund forgotten": (
        (f"DELETE FROM {REFUNDS} WHERE refund_id = 'stated:T3'",
         (
             f"UPDATE {LINES} SET cohort_refund_fen = 0, refund_unstaged_fen = 0, refund_undated_fen = 0 "
             "WHERE "
             "order_id = 'T3'"
         ),
         *(
             f"UPDATE {mart} SET cohort_refund_fen = cohort_refund_fen - 1200, cohort_refund_unstaged_fen = "
             "cohort_refund_unstaged_fen - 1200,"
           " cohort_refund_undated_fen = cohort_refund_undated_fen - 1200"
           " WHERE shop_id = 's2' AND channel_code = 'unknown' AND cohort_refund_undated_fen >= 1200"
           for mart in (DAILY, STYLES)),
         f"UPDATE {AGES} SET cohort_refund_fen = cohort_refund_fen - 1200, cohort_refund_undated_fen = "
         "cohort_refund_undated_fen - 1200"
         " WHERE shop_id = 's2' AND channel_code = 'unknown' AND cohort_refund_undated_fen >= 1200"),
        {OUTLOOK_OFF, (LINES, "STATED_REFUND_KEPT"), FINAL_OFF}, "'order_id': 'T3'",
    ),
    "a day short of money": (
        (f"UPDATE {DAILY} SET paid_fen = paid_fen - 1 WHERE shop_id = 's3' AND paid_fen = 10001",),
        {(DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLES_AGREE_WITH_SHOP_DAYS")}, "'paid_fen_off': -1",
    ),
    "a day too many": (
        ((
            f"INSERT INTO {DAILY} SELECT * REPLACE (DATE '2026-10-30' AS business_date) FROM {DAILY} WHERE "
            "shop_id = 's3' AND paid_fen = 10001"
        ),),
        {(DAILY, "SHOP_DAYS_PAID"), (STYLES, "STYLES_AGREE_WITH_SHOP_DAYS")}, "2026-10-30",
    ),
    "views on the wrong day": (
        (f"UPDATE {DAILY} SET session_views_qty = session_views_qty + 1 WHERE session_views_qty = 5001",),
        {(DAILY, "SHOP_DAYS_AIRED"), (SESSIONS, "SESSIONS_AGREE_WITH_SHOP_DAYS")},
        "'session_views_qty_off': 1",
    ),
    "a style short of refunds": (
        ((
            f"UPDATE {STYLES} SET dated_refund_fen = dated_refund_fen - 1 WHERE shop_id = 's1' AND "
            "dated_refund_fen = 10000"
        ),),
        {(STYLES, "STYLE_DAYS_REFUNDED"), (STYLES, "STYLES_AGREE_WITH_SHOP_DAYS")},
        "'dated_refund_fen_off': -1",
    ),
    "two styles exchanged": (
        ((
            f"UPDATE {STYLES} SET style_code = CASE style_code WHEN 'YS0' THEN 'YS1' ELSE 'YS0' END WHERE "
            "shop_id = 's3' AND style_code IN ('YS0', 'YS1')"
        ),),
        {(STYLES, "STYLE_DAYS_PAID")}, "YS0",
    ),
    "an entry counted twice": (
        (f"UPDATE {ENTRIES} SET settled_fen = 2 * settled_fen WHERE settlement_entry_id = 'E1'",),
        {(ENTRIES, "ENTRIES_MATCH_SILVER"), ("gold.mart_settlement_daily", "SETTLEMENT_DAYS_MATCH"),
            (SETTLED_FLOW, "SETTLEMENT_FLOW_MATCHES")},
        "'settled_fen_off': 9500",
    ),
    "a style's returns to come left out": (
        (f"DELETE FROM {OUTLOOK_DETAIL} WHERE shop_id = 's1' AND style_code = 'YS1'",),
        {(OUTLOOK_DETAIL, "OUTLOOK_DETAIL_AGREES_WITH_DAYS")}, "'to_return_fen_off': -",
    ),
    "returns expected of goods nobody has": (
        (f"""UPDATE {OUTLOOK_DETAIL} SET style_code = CASE style_code WHEN 'YS0' THEN 'YS1' ELSE 'YS0' END
            WHERE shop_id = 's3'""",),
        {BEYOND_KEPT}, "'keeps_fen': 0",
    ),
    "a settlement of another day's order": (
        (f"UPDATE {SETTLED_FLOW} SET paid_date = paid_date - 1 WHERE settled_fen = 9500",),
        {(SETTLED_FLOW, "SETTLEMENT_FLOW_MATCHES")},
        "'settled_fen_off': -9500",
    ),
    "goods' money lost on its way": (
        (f"UPDATE {SETTLED_FLOW} SET settled_goods_fen = settled_goods_fen - 1 WHERE settled_fen = 9500",),
        {(SETTLED_FLOW, "SETTLEMENT_FLOW_AGREES_WITH_DAYS")}, "'settled_goods_fen_off': -1",
    ),
    "a movement nobody answers, hidden": (
        ("UPDATE gold.mart_settlement_daily SET unanswered_fen = 0",),
        {("gold.mart_settlement_daily", "SETTLEMENT_DAYS_MATCH")},
        "'unanswered_fen_off': -700",
    ),
    "a movement lost": (
        (f"DELETE FROM {FUNDS} WHERE fund_entry_id = 'F2'",),
        {(FUNDS, "FUNDS_MATCH_SILVER"), ("gold.mart_settlement_daily", "SETTLEMENT_DAYS_MATCH")},
        "'moved_fen_off': -10005",
    ),
    "an open item forgotten": (
        (f"DELETE FROM {ITEMS} WHERE open_item_id = 'E4' AND ledger_code = 'settlement'",),
        {(ITEMS, "OPEN_ITEMS_MATCH_STATEMENTS")}, "'open_fen_off': 100",
    ),
    "an open order forgotten": (
        (f"DELETE FROM {ITEMS} WHERE ledger_code = 'order' AND open_item_id = '{order_id('s3', 2)}0'",),
        {(ITEMS, "OPEN_ORDERS_MATCH_FACTS")},
        order_id("s3", 2),
    ),
    "a statement one fen short": (
        (f"UPDATE {STATEMENTS} SET total_fen = total_fen - 1 WHERE ledger_code = 'fund'",),
        {(STATEMENTS, "STATEMENT_CLOSES"), (STATEMENTS, "STATEMENTS_MATCH_SILVER")}, "'rest_fen': -1",
    ),
    "a statement that calls open money matched": (
        ((
            f"UPDATE {STATEMENTS} SET matched_fen = matched_fen + open_fen, open_fen = 0 WHERE ledger_code = "
            "'settlement'"
        ),),
        {(ITEMS, "OPEN_ITEMS_MATCH_STATEMENTS")}, "'open_fen_off': -100",
    ),
    "a session with another's sales": (
        (f"UPDATE {SESSIONS} SET paid_fen = paid_fen + 1 WHERE live_session_id = 'acc-s1:0'",),
        {(SESSIONS, "SESSIONS_PAID"), (SESSIONS, "SESSIONS_AGREE_WITH_SHOP_DAYS")}, "acc-s1:0",
    ),
    "a shop under another name": (
        ("UPDATE gold.dim_shop SET shop_name = '别家店' WHERE shop_id = 's1'",),
        {("gold.dim_shop", "SHOPS_AS_REGISTERED")}, "'shop_name': '别家店'",
    ),
    "a shop registered and not there": (
        ("DELETE FROM gold.dim_shop WHERE shop_id = 's2'",),
        {("gold.dim_shop", "SHOPS_AS_REGISTERED"), (LINES, "DIMENSIONS_COMPLETE")}, "'shop_id': 's2'",
    ),
    "a creator's account for the merchant's own": (
        ("UPDATE gold.dim_creator SET is_own_account = NOT is_own_account WHERE creator_id = 'acc-s3'",),
        {("gold.dim_creator", "CREATORS_SOLD")}, "'creator_id': 'acc-s3'",
    ),
    "a style nobody bought": (
        ("INSERT INTO gold.dim_product SELECT * REPLACE ('ghost' AS style_code) FROM gold.dim_product"
         " WHERE shop_id = 's1' AND style_code = 'YS1'",),
        {("gold.dim_product", "STYLES_SOLD")}, "ghost",
    ),
    "data that reach further than the files": (
        ("UPDATE gold.dim_observed SET observed_date = observed_date + 1 WHERE shop_id = 's3'",),
        {("gold.dim_observed", "OBSERVED_AS_GIVEN")}, "'observed_date': '2026-11-02'",
    ),
    "returns known to later than anything": (
        ("UPDATE gold.dim_observed SET returns_date = observed_date + 1 WHERE shop_id = 's3'",),
        {("gold.dim_observed", "OBSERVED_AS_GIVEN")}, "'given_date': '2026-11-01'",
    ),
    "bills given and forgotten": (
        ("UPDATE gold.dim_reported SET is_reported = false WHERE report_code = 'bills' AND is_reported",),
        {("gold.dim_reported", "REPORTS_AS_GIVEN")}, "'report_code': 'bills'",
    ),
    "a claim for more than was sold": (
        ("UPDATE gold.fct_return_claim SET units_qty = 2 WHERE refund_id = 'R4'",),
        {("gold.fct_return_claim", "CLAIMS_STAND")}, "'units_qty': 2, 'line_qty': 1",
    ),
    "a claim nobody made": (
        ("UPDATE gold.fct_return_claim SET refund_id = 'ghost' WHERE refund_id = 'R4'",),
        {("gold.fct_return_claim", "CLAIMS_STAND")}, "ghost",
    ),
    "a claim for another order's goods": (
        ("UPDATE gold.fct_return_claim SET order_id = 'T1' WHERE refund_id = 'R4'",),
        {("gold.fct_return_claim", "CLAIMS_STAND")}, "'refund_id': 'R4'",
    ),
    "an outlier of another amount": (
        (_outlier("marked_fen + 1", "1"),), {("gold.mart_outlier_line", "OUTLIERS_STAND_OUT")}, FIRST,
    ),
    "an outlier that is none": (
        (_outlier("marked_fen", "101"),), {("gold.mart_outlier_line", "OUTLIERS_STAND_OUT")}, FIRST,
    ),
    "an estimate of money nobody kept": (
        ("UPDATE gold.mart_outlook_daily SET kept_fen = kept_fen + 1, matured_fen = matured_fen + 1"
         " WHERE shop_id = 's3' AND business_date = DATE '2026-10-12'",),
        {OUTLOOK_OFF, PROMOTION_OFF}, "'kept_fen_off': 1",
    ),
}  # fmt: skip

#: What a source told, carried through every layer: only the trade's own rules object.
TOLD: dict[str, tuple[str, tuple[str, str], str]] = {
    "a state of no file": ("UPDATE silver.line_channel SET _export_id = 'ghost'",
        ("ops.export", "STATE_HAS_EXPORT"), "ghost"),
    "a state of another shop's file": (
        f"UPDATE silver.line_channel SET _export_id = '{export_id('s3')}'",
        ("ops.export", "STATE_HAS_EXPORT"), "'shop_id': 's2'",
    ),
    "another currency without its rate": (
        (
            "UPDATE silver.order_line SET currency_code = 'THB' WHERE shop_id = 's3' AND order_id = "
            f"'{order_id('s3', 0)}'"
        ),
        ("ops.currency_rate", "RATE_KNOWN"), "'orders_qty': 1",
    ),
    "a settlement without its rate": (
        (
            "UPDATE silver.settlement_entry SET currency_code = 'THB', order_id = NULL WHERE "
            "settlement_entry_id "
            "= 'E4'"
        ),
        ("ops.currency_rate", "LEDGER_RATE_KNOWN"), "'waiting_qty': 1",
    ),
    "a bill that does not add up": (
        "UPDATE silver.settlement_entry SET expense_fen = -505 WHERE settlement_entry_id = 'E1'",
        ("silver.settlement_entry", "ENTRY_ADDS_UP"), "_fen': -1",
    ),
    "seen last before first": (
        f"UPDATE silver.order_line SET _last_observed_at = _observed_at - INTERVAL 1 SECOND {ONE}",
        ("silver.order_line", "OBSERVED_IN_ORDER"), FIRST,
    ),
    "more refunded than an order cost": (
        "UPDATE silver.refund_line SET refund_fen = 20002 WHERE refund_id = 'R2'",
        (LINES, "REFUND_ABOVE_PAID"), "'cohort_refund_fen': 24002",
    ),
    "refunded before paid": (
        (
            "UPDATE silver.refund_line SET refunded_at = TIMESTAMPTZ '2026-10-12 10:00:00+08' WHERE "
            "refund_id = "
            "'R2'"
        ), (REFUNDS, "REFUND_AFTER_PAYMENT"), "R2",
    ),
    "finished before paid": (
        f"UPDATE silver.order_line SET finished_at = paid_at - INTERVAL 1 HOUR {ONE}",
        (LINES, "FINISHED_AFTER_PAID"), FIRST,
    ),
    "shipped in the future": (
        f"UPDATE silver.order_line SET shipped_at = TIMESTAMPTZ '2026-11-03 10:00:00+08' {ONE}",
        (LINES, "NOT_IN_THE_FUTURE"), "2026-11-03 10:00:00+08",
    ),
    "refunded in the future": (
        (
            "UPDATE silver.refund_line SET refunded_at = TIMESTAMPTZ '2026-11-03 10:00:00+08' WHERE "
            "refund_id = "
            "'R2'"
        ), (REFUNDS, "REFUND_NOT_IN_THE_FUTURE"), "R2",
    ),
    "one order in two shops": (
        (
            f"UPDATE silver.order_line SET order_id = '{order_id('s3', 0)}' WHERE shop_id = 's4' AND "
            "order_id = "
            f"'{order_id('s4', 0)}'"
        ),
        (LINES, "ORDER_IN_ONE_SHOP"), order_id("s3", 0),
    ),
    "channels nobody knows": (
        (
            "UPDATE silver.order_line SET content_code = 'unknown' WHERE shop_id = 's1' AND NOT "
            f"starts_with(order_id, '{order_id('s1', 0)}')"
        ),
        (LINES, "KNOWN_CHANNEL"), "'lines_qty': 19",
    ),
    "an order state nobody knows": (
        f"UPDATE silver.order_line SET order_status_code = 'unknown' {ONE}", (LINES, "KNOWN_ORDER_STATUS"),
        "'lines_qty': 1",
    ),
    "refund states nobody knows": (
        "INSERT INTO silver.refund_line SELECT * EXCLUDE (n)"
        " REPLACE (refund_id || n AS refund_id, 'unknown' AS refund_status_code, _row_number + n AS "
        "_row_number)"
        " FROM silver.refund_line, generate_series(101, 120) AS t(n) WHERE refund_id = 'R4'",
        ("silver.refund_line", "KNOWN_REFUND_STATUS"), "'lines_qty': 20",
    ),
    "refunds without their orders": (
        "INSERT INTO silver.refund_line SELECT * EXCLUDE (n) REPLACE (refund_id || n AS refund_id, "
        "_row_number + n AS _row_number)"
        " FROM silver.refund_line, generate_series(101, 120) AS t(n) WHERE refund_id = 'R5'",
        ("silver.refund_line", "REFUND_HAS_ORDER"), "'lines_qty': 21",
    ),
    "refunds abroad without their orders": (
        "INSERT INTO silver.refund_line SELECT * EXCLUDE (n)"
        " REPLACE (refund_id || n AS refund_id, 'THB' AS currency_code, _row_number + n AS _row_number)"
        " FROM silver.refund_line, generate_series(101, 120) AS t(n) WHERE refund_id = 'R5'",
        ("silver.refund_line", "REFUND_HAS_ORDER"), "'lines_qty': 21",
    ),
    "refunds abroad of orders at home": (
        "INSERT INTO silver.refund_line SELECT * EXCLUDE (n)"
        f" REPLACE (refund_id || n AS refund_id, '{order_id('s1', 0)}' AS order_id, 'THB' AS currency_code, "
        "_row_number + n AS _row_number)"
        " FROM silver.refund_line, generate_series(101, 120) AS t(n) WHERE refund_id = 'R5'",
        ("silver.refund_line", "REFUND_HAS_ORDER"), "'lines_qty': 21",
    ),
    "a gift that was paid": (
        f"UPDATE silver.order_line SET paid_fen = 7 WHERE order_line_id = '{GIFT}'", (LINES, "GIFT_IS_FREE"),
        "'paid_fen': 7",
    ),
    "a session that ends before it starts": (
        (
            "UPDATE silver.live_session SET ended_at = started_at - INTERVAL 1 SECOND WHERE live_session_id "
            "= "
            "'acc-s1:1'"
        ),
        ("gold.dim_live_session", "SESSION_ENDS_AFTER_START"), "acc-s1:1",
    ),
}  # fmt: skip


def test_a_clean_market_breaks_nothing(memory: Plant) -> None:
    """Refunds whose stage only the shipment tells among it, as Kuaishou's and Pinduoduo's are."""
    connection = memory()
    assert broken(connection, profile(connection)) == {}
    stages = connection.execute(
        f"SELECT refund_id, refund_stage_code FROM {REFUNDS} WHERE refund_id IN ('R8', 'R9') ORDER BY 1"
    ).fetchall()
    assert stages == [("R8", "before_shipment"), ("R9", "after_shipment")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_rule_and_no_other(memory: Plant, fault: str) -> None:
    statements, expected, example = FAULTS[fault]
    found = broken(memory(*statements))
    assert set(found) == expected
    assert any(example in str(row) for rows in found.values() for row in rows), found


@pytest.mark.parametrize("fault", TOLD)
def test_what_a_source_told_wrongly_fails_its_rule_and_no_other(memory: Plant, fault: str) -> None:
    statement, expected, example = TOLD[fault]
    found = broken(memory(statement, told=True))
    assert set(found) == {expected}
    assert any(example in str(row) for row in found[expected]), found


def test_a_shop_whose_platform_tells_no_channel_at_all_is_not_judged_by_it(memory: Plant) -> None:
    assert (
        broken(
            memory("UPDATE silver.order_line SET content_code = 'unknown' WHERE shop_id = 's1'", told=True)
        )
        == {}
    )


def _copies(first: int, last: int, days: str, factor: str = "") -> str:
    """SQL: copies of the first line as orders of their own, paid ``days`` later."""
    return f"""
        INSERT INTO silver.order_line
            SELECT * EXCLUDE (n) REPLACE (order_line_id || '-' || n AS order_line_id,
            order_id || '-' || n AS order_id,
            _row_number + n AS _row_number, paid_at + INTERVAL 1 DAY * ({days}) AS paid_at,
                created_at + INTERVAL 1 DAY * ({days}) AS created_at,
            finished_at + INTERVAL 9 DAY AS finished_at, paid_fen {factor} AS paid_fen)
        FROM silver.order_line, generate_series({first}, {last}) AS t(n) {ONE}"""


def test_a_day_in_fen(memory: Plant) -> None:
    usual, odd = _copies(101, 160, "n % 2"), _copies(201, 220, "5", "* 100")
    found = broken(memory(usual, odd, told=True))
    assert set(found) == {(LINES, "STEADY_UNIT_OF_MONEY")}
    assert found[LINES, "STEADY_UNIT_OF_MONEY"][0] | {"times": 0} == {
        "merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin", "paid_date": "2026-10-17",
        "lines_qty": 20, "times": 0,
    }  # fmt: skip


def test_a_day_of_mostly_gifts_is_no_day_in_fen(memory: Plant) -> None:
    gifts = f"""
        INSERT INTO silver.order_line
            SELECT * EXCLUDE (n) REPLACE (order_line_id || '-' || n AS order_line_id,
            _row_number + n AS _row_number,
            0 AS paid_fen, 0 AS placed_fen, true AS is_gift)
        FROM silver.order_line, generate_series(300, 330) AS t(n) {ONE}"""
    assert broken(memory(_copies(101, 160, "1 + n % 2"), gifts, told=True)) == {}


@pytest.mark.parametrize("shop", ["s1", "s2"])
def test_a_refund_stated_of_what_was_never_paid_is_not_missed(memory: Plant, shop: str) -> None:
    """Douyin tells of a line, Taobao of an order: both may keep the amount asked back for what was then never
    paid.
    """
    statements = {
        "s1": (
            (
                "UPDATE silver.order_line SET stated_refund_fen = 500 WHERE shop_id = 's1' AND "
                "order_status_code "
                "= 'closed_unpaid'"
            ),
        ),
        "s2": (
            (
                'UPDATE silver."order" SET stated_refund_fen = 500, paid_at = NULL, paid_fen = 0, '
                "order_status_code = 'closed_unpaid' WHERE order_id = 'T1'"
            ),
            (
                "UPDATE silver.order_line SET paid_at = NULL, paid_fen = 0, order_status_code = "
                "'closed_unpaid' "
                "WHERE order_id = 'T1'"
            ),
            "DELETE FROM silver.refund_line WHERE order_id = 'T1'",
        ),
    }
    assert (LINES, "STATED_REFUND_KEPT") not in broken(memory(*statements[shop], told=True))


def test_a_shop_that_gave_back_more_than_it_got(memory: Plant) -> None:
    found = broken(
        memory("UPDATE silver.refund_line SET refund_fen = 999999 WHERE refund_id = 'R2'", told=True)
    )
    assert set(found) == {(LINES, "REFUND_ABOVE_PAID"), (LINES, "SHOP_REFUND_ABOVE_PAID")}


def totals(**paid: int) -> pl.DataFrame:
    """Totals of a previous release: shop → paid."""
    merchants = {"s1": "m1", "s9": "m1"}
    rows = [(merchants[shop], shop, "douyin", 25, fen) for shop, fen in paid.items()]
    return pl.DataFrame(rows, schema=SHOP_TOTAL, orient="row")


@pytest.mark.parametrize(
    ("with_order", "without", "is_told"), [(36, 1, False), (35, 2, True), (0, 16, False)]
)
def test_one_refund_in_twenty_may_wait_for_its_order_of_twenty_at_least(
    memory: Plant, with_order: int, without: int, is_told: bool
) -> None:
    """Shop s1 has two done refunds with their order and one without: 2 of 40 are borne, 3 of 40 are not, of
    19 nothing is said.
    """
    more = [
        "INSERT INTO silver.refund_line SELECT * EXCLUDE (n) REPLACE (refund_id || '-' || n AS refund_id, 1 "
        "AS refund_fen, _row_number + n AS _row_number)"
        f" FROM silver.refund_line, generate_series(101, {100 + count}) AS t(n) WHERE refund_id = '{refund}'"
        for refund, count in (("R3", with_order), ("R5", without))
    ]
    found = broken(memory(*more, told=True))
    assert [row["lines_qty"] for row in found.get(("silver.refund_line", "REFUND_HAS_ORDER"), [])] == [
        1 + without
    ] * is_told


def test_a_shop_that_was_there_before(memory: Plant) -> None:
    found = broken(memory(totals=totals(s9=100, s1=210_000)))
    assert found == {
        (LINES, "SHOP_STILL_THERE"): [
            {"merchant_id": "m1", "shop_id": "s9", "platform_code": "douyin", "lines_qty": 25}
        ]
    }


def test_a_shop_that_had_been_paid_more(memory: Plant) -> None:
    found = broken(memory(totals=totals(s1=400_000)))
    assert set(found) == {(LINES, "SHOP_PAID_KEPT")}


def test_rows_lost_since_the_previous_release(memory: Plant) -> None:
    connection = memory()
    before = profile(connection)
    more = Profile({**before.rows, DAILY: before.rows[DAILY] * 2, "ops.quarantine": 50}, before.filled)
    assert set(broken(connection, more)) == {(DAILY, "ROWS_KEPT")}
    assert set(broken(connection, before)) == set()


def test_a_table_that_ran_empty(memory: Plant) -> None:
    connection = memory()
    before = profile(connection)
    connection.execute("DELETE FROM gold.dim_creator")
    connection.execute("DELETE FROM ops.quarantine")
    alone = set(broken(connection))
    assert alone == {(LINES, "DIMENSIONS_COMPLETE")}
    assert set(broken(connection, before)) - alone == {
        ("gold.dim_creator", "ROWS_PRESENT"),
        ("gold.dim_creator", "ROWS_KEPT"),
    }


def test_a_column_that_ran_empty(memory: Plant) -> None:
    connection = memory()
    before = Profile(profile(connection).rows, {LINES: frozenset({"province_name", "created_at"})})
    connection.execute(f"UPDATE {LINES} SET province_name = NULL")
    found = broken(connection, before)
    assert found.pop((LINES, "NULL_SHARE")) == [{"column_name": "province_name", "null_qty": 38}]
    assert set(found) == set(broken(connection)) == {BEYOND_KEPT}


def test_a_file_with_other_columns_makes_no_column_run_empty_and_one_that_loses_its_own_does(
    memory: Plant,
) -> None:
    """An API's rows lie beside those of files, which have columns of their own."""
    orders = "bronze.douyin__orders"
    connection = memory()
    before = profile(connection)
    (layout,) = connection.execute(f"SELECT DISTINCT layout_name FROM {orders}").fetchone() or ("",)
    column = next(name for name in sorted(before.filled[orders]) if name.endswith("_text")).rpartition(".")[2]
    connection.execute(f"""
        INSERT INTO {orders} BY NAME
        SELECT * REPLACE ('api' AS layout_name, _row_number + 100000 AS _row_number, NULL AS {column})
        FROM {orders}""")
    assert (orders, "NULL_SHARE") not in broken(connection, before)
    now = profile(connection)
    assert f"{layout}.{column}" in now.filled[orders] and f"api.{column}" not in now.filled[orders]
    connection.execute(f"UPDATE {orders} SET {column} = NULL")
    for found in (broken(connection, before), broken(connection, now)):
        (told,) = found[orders, "NULL_SHARE"]
        assert told["column_name"] == column and told["null_qty"] > 0


def test_every_rule_has_a_fault_that_it_alone_finds() -> None:
    planted = {rule for _, expected, _ in FAULTS.values() for rule in expected} | {
        expected for _, expected, _ in TOLD.values()
    }
    by_name = {name for _, name in planted} | {
        "STEADY_UNIT_OF_MONEY",
        "SHOP_REFUND_ABOVE_PAID",
        "SHOP_STILL_THERE",
        "SHOP_PAID_KEPT",
        "ROWS_KEPT",
        "NULL_SHARE",
    }
    assert {rule.name for rule in RULES} - by_name == {
        "NO_PERSONAL_DATA"
    }  # see test_expectations_personal.py


def test_rules_are_told_in_both_languages() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) > 30
    assert len({(rule.table, rule.name) for rule in SQL_RULES}) == len(SQL_RULES)
    for rule in RULES:
        assert rule.severity in ("stop", "warn")
        assert all((rule.zh, rule.en, rule.reason_zh, rule.reason_en))
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.zh)

"""The dictionary's entries of settlement, funds and insurance.

Amounts are signed from the merchant's side unless a field says otherwise.
"""

from __future__ import annotations

from contracts import codes
from contracts.field import Field
from contracts.field import entry as _f

LEDGER_FIELDS: tuple[Field, ...] = (
    # told by platforms
    _f(
        "currency_code",
        "币种",
        "currency",
        "ISO 4217; empty = CNY. Money of a silver row in another currency is in its hundredths until gold "
        "converts it.",
    ),
    _f("rate_date", "汇率日期", "rate date"),
    _f("cny_e8_number", "汇率", "rate", "Yuan for one unit of the currency, in hundred-millionths.", low=1),
    _f(
        "settlement_entry_id",
        "结算单号",
        "settlement entry",
        "The platform's entry number, or derived from order, type and moment (see connector README).",
    ),
    _f("settlement_type_code", "结算类型", "settlement type", code=codes.SETTLEMENT_TYPE),
    _f("settled_at", "结算时间", "settled at"),
    _f("settled_fen", "结算金额", "settled", "Paid out to the merchant (+) or taken back (-)."),
    _f("income_fen", "收入合计", "income of the entry", "Signed. settled = income + expense."),
    _f("expense_fen", "支出合计", "expense of the entry", "Signed: an expense is negative."),
    _f("platform_fee_fen", "平台服务费", "platform fee", "Positive = charged to the merchant."),
    _f("commission_creator_fen", "达人佣金", "creator commission", "Positive = charged to the merchant."),
    _f(
        "commission_leader_fen",
        "团长/招商佣金",
        "team leader commission",
        "Positive = charged to the merchant.",
    ),
    _f(
        "commission_service_fen",
        "服务商佣金",
        "service provider commission",
        "Positive = charged to the merchant.",
    ),
    _f("other_fee_fen", "其他费用", "other fees", "Positive = charged to the merchant."),
    _f(
        "subsidy_platform_fen",
        "平台补贴",
        "platform subsidy",
        "Positive = paid to the merchant for the buyer.",
    ),
    _f(
        "subsidy_creator_fen", "达人补贴", "creator subsidy", "Positive = paid to the merchant for the buyer."
    ),
    _f("settled_refund_fen", "结算内退款", "refund inside the entry", "Positive = given back to the buyer."),
    _f("fund_entry_id", "资金流水号", "fund entry", "The ledger's own number."),
    _f("fund_type_code", "资金类型", "fund movement type", code=codes.FUND_TYPE),
    _f("moved_at", "动账时间", "moved at"),
    _f("moved_fen", "动账金额", "moved", "Signed: into the account (+) or out of it (-)."),
    _f("balance_fen", "账户余额", "balance after"),
    _f("account_name", "账户", "account", "Which of the shop's wallets."),
    _f("scene_name", "动账场景", "scene", "The platform's own word for the movement."),
    _f("insurance_id", "保单号", "insurance number"),
    _f("insured_at", "承保时间", "insured at"),
    _f("premium_fen", "保费", "premium", "Whole premium.", low=0),
    _f("premium_merchant_fen", "商家承担保费", "premium borne by merchant", low=0),
    _f("premium_platform_fen", "平台承担保费", "premium borne by platform", low=0),
    # matching of ledgers: what stands against what
    _f("settled_date", "结算日期", "settled date"),
    _f("moved_date", "动账日期", "moved date"),
    _f(
        "funded_date",
        "到账日期",
        "funded date",
        "Day of the one movement that carried the entry's goods' money, or of the day its sum agreed with.",
    ),
    _f(
        "match_code",
        "对上什么",
        "matched to",
        "How far this house could match the row: see the list.",
        code=codes.MATCH,
    ),
    _f(
        "funding_code",
        "到账核对",
        "found in the account",
        "How the entry's money was found in the account flow.",
        code=codes.FUNDING,
    ),
    _f("ledger_code", "台账", "ledger", "Which comparison the row belongs to.", code=codes.LEDGER),
    _f(
        "open_item_id",
        "未结项",
        "open item",
        "The order line, order, settlement entry or movement that stands open.",
    ),
    _f("open_reason_code", "未结原因", "why it is open", code=codes.OPEN_REASON),
    _f(
        "open_fen",
        "未结金额",
        "open amount",
        "Signed: still to come to the merchant (+) or to be taken back (-).",
    ),
    _f(
        "open_since_date",
        "未结起始日",
        "open since",
        "Day it was paid, refunded, settled or moved; its age runs to the shop's newest observation.",
    ),
    _f(
        "observed_date",
        "数据截至日",
        "observed until",
        "Day of the shop's newest observation by its files' own word.",
    ),
    _f("entries_qty", "笔数", "entries"),
    _f(
        "total_fen",
        "账单合计",
        "total of the statement",
        "Signed. total = matched + explained + open, to the fen.",
    ),
    _f("matched_fen", "已对上", "matched", "Signed."),
    _f(
        "explained_fen",
        "自有划转",
        "the merchant's own movements",
        "Signed: withdrawals, top-ups, deposits, transfers: they settle nothing.",
    ),
    # additive measures of the daily settlement sheet
    _f(
        "funded_fen",
        "到账金额",
        "funded",
        "Moved clock: goods' money into the account less out of it; not withdrawals, deposits, advertising.",
    ),
    _f(
        "unanswered_fen",
        "没有结算的到账",
        "funded without an entry",
        "Moved clock: goods' money that no settlement entry answers.",
    ),
    _f(
        "summed_moved_fen",
        "合计对上的到账",
        "funded, matched by sum",
        "Moved clock: goods' money that answers entries only together with other movements.",
    ),
    _f(
        "unfunded_fen",
        "未见到账",
        "not seen in the account",
        "Settled clock: entries whose money was not found in the account flow.",
    ),
    _f(
        "beside_fen",
        "另行动账",
        "moved as something else",
        "Settled clock: entries answered by a movement that is not goods' money, such as a premium.",
    ),
    _f(
        "summed_fen",
        "合计对上的结算",
        "settled, matched by sum",
        "Settled clock: entries that movements answer only together.",
    ),
    _f(
        "unplaced_goods_fen",
        "订单不明的结算",
        "settled of untold orders",
        "Settled clock: settled before charges, of entries of untold payment day.",
    ),
    _f(
        "settled_goods_fen",
        "扣费前结算额",
        "settled before charges",
        "Settled clock: goods' money settled, take-backs removed, before fees and commissions; insurance "
        "left out.",
    ),
    _f(
        "commission_fen",
        "佣金合计",
        "commissions",
        "Settled clock: creator, team leader and service provider together.",
    ),
    _f(
        "charges_untold_fen",
        "未细分扣费",
        "charges not broken down",
        "Settled clock: what payouts were charged beyond the fees and commissions their source names.",
    ),
)

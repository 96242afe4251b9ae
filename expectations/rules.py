"""Every rule the judgement knows, for pages and documents: the derived baseline, business rules,
reconciliation.
"""

from __future__ import annotations

from contracts.canonical import ORDER_LINE
from expectations.derive import BASELINE
from expectations.intake_rules import INTAKE_RULES
from expectations.order_rules import ORDER_RULES
from expectations.personal import personal_rules
from expectations.reconcile import RECONCILE_RULES
from expectations.reconcile_ads import AD_RULES
from expectations.reconcile_costs import COST_RULES
from expectations.reconcile_flows import FLOW_RULES
from expectations.reconcile_ledgers import LEDGER_RULES
from expectations.reconcile_stock import STOCK_RULES
from expectations.rule import Rule, SqlRule

#: Rules judged by SQL on one table each. The scan for personal data is derived per table and not among them.
SQL_RULES: tuple[SqlRule, ...] = (
    *INTAKE_RULES,
    *ORDER_RULES,
    *RECONCILE_RULES,
    *FLOW_RULES,
    *LEDGER_RULES,
    *COST_RULES,
    *AD_RULES,
    *STOCK_RULES,
)

#: All rules by what they demand, one entry per name.
RULES: tuple[Rule, ...] = (*BASELINE, *personal_rules(ORDER_LINE)[:1], *SQL_RULES)

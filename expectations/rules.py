"""Every rule the judgement knows, for pages and documents: the derived baseline and the business checks."""

from __future__ import annotations

from contracts.canonical import ORDER_LINE
from expectations.checks import sql_checks
from expectations.derive import BASELINE
from expectations.personal import personal_rules
from expectations.rule import Rule, SqlRule

#: Rules judged by SQL on one table each. The scan for personal data is derived per table and not among them.
SQL_RULES: tuple[SqlRule, ...] = sql_checks()

#: All rules by what they demand, one entry per name.
RULES: tuple[Rule, ...] = (*BASELINE, *personal_rules(ORDER_LINE)[:1], *SQL_RULES)

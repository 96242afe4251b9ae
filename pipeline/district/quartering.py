"""The quartiles of a month that is released, after their auditor has looked."""

from __future__ import annotations

import polars as pl

from district.audit_quartiles import findings
from district.policy import Policy
from district.quartiles import Quartiles, quartiles_of
from district.release import MonthRelease, RefusedReleaseError


def quartiles_section(rows: pl.DataFrame, release: MonthRelease, policy: Policy) -> list[Quartiles]:
    """What the document of ``release``, made of ``rows``, says of quartiles.

    Raises ``RefusedReleaseError`` AUDIT_REFUSED where the auditor finds that they would tell of somebody.
    """
    told = quartiles_of(rows, release.cubes, release.figures, policy)
    cells = [dict(key) for key in release.figures]
    if found := findings(rows, release.cubes, cells, [item.document() for item in told], policy):
        raise RefusedReleaseError(
            "AUDIT_REFUSED",
            "审核不通过：从公开的四分位里能推出某个成员",
            "the audit found that a member could be inferred from the quartiles",
            step_zh="看手册「发布被审核拦下」",
            step_en="see the runbook on refused releases",
            month=release.month,
            findings=len(found),
            rules=",".join(sorted(set(found))),
        )
    return told

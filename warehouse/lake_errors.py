"""What the lake refuses, in words."""

from __future__ import annotations

from contracts.errors import NotFoundError, UsageError
from contracts.tables import Table


def absent(snapshot: int | None) -> NotFoundError:
    """There is no warehouse, or none as it was at ``snapshot``."""
    if snapshot is None:
        step = {"step_zh": "先导入数据并构建一次", "step_en": "load data and build once first"}
        return NotFoundError(
            "NO_WAREHOUSE", "数据仓库尚未建立", "the warehouse has not been built yet", **step
        )
    step = {
        "step_zh": "可能已过保留期；查看发布列表",
        "step_en": "it may be past retention; see the list of releases",
    }
    return NotFoundError(
        "NO_SUCH_SNAPSHOT", "没有这个数据快照", "no such snapshot", **step, snapshot=snapshot
    )


def unreachable() -> UsageError:
    """The catalog's server does not answer, or its extension is not installed."""
    return UsageError(
        "CATALOG_UNREACHABLE",
        "连不上数据仓库的目录服务器",
        "the warehouse's catalog server cannot be reached",
        step_zh="检查 BAIYUN_CATALOG，并安装扩展包 duckdb-extension-postgres-scanner（与 duckdb 同版本）",
        step_en="check BAIYUN_CATALOG, and install duckdb-extension-postgres-scanner of duckdb's version",
    )


def type_changed(table: Table, name: str, found: str, wanted: str) -> UsageError:
    """A column is stored as ``found`` (a DuckDB type) and declared as ``wanted``."""
    return UsageError(
        "COLUMN_TYPE_CHANGED",
        "列的类型与已存数据不同",
        "a column's declared type differs from the stored one",
        step_zh="新意义请用新列名，或从原始文件重建",
        step_en="give a new meaning a new name, or rebuild from landing",
        table=table.full_name,
        column=name,
        stored=found,
        declared=wanted,
    )

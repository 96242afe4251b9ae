"""What the lake refuses, in words."""

from __future__ import annotations

import duckdb

from contracts.errors import NotFoundError, UsageError, WriterBusyError
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


def not_installed(module: str) -> UsageError:
    """The wheel of a DuckDB extension, the Python package ``module``, is missing."""
    name = module.replace("_", "-")
    if name.endswith("postgres-scanner"):
        return unreachable()
    return UsageError(
        "EXTENSION_MISSING",
        "缺一个 DuckDB 扩展包",
        "a DuckDB extension is not installed",
        step_zh=f"安装 {name}（与 duckdb 同版本 {duckdb.__version__}）；BAIYUN_DATA 以 s3:// 开头时要用它",
        step_en=f"install {name} of duckdb's version {duckdb.__version__}, which BAIYUN_DATA=s3://… needs",
        package=name,
    )


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    """COMMIT. Raises ``WriterBusyError``, which is worth another try, where another writer was first."""
    try:
        connection.execute("COMMIT")
    except duckdb.TransactionException as error:
        if not any(word in str(error) for word in ("conflict", "database is locked")):
            raise  # a full disk, say
        raise WriterBusyError(
            "COMMIT_REFUSED",
            "另一个写入抢先一步，这一次没有写入任何东西",
            "another writer was first; nothing was written",
            step_zh="再运行一次",
            step_en="run it again",
        ) from error


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

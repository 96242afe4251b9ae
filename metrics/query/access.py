"""Who asks, and what they may reach: a viewer, and the desk that holds only that viewer's released rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from contracts.errors import NotFoundError
from contracts.fields import TIME_ZONE
from metrics.query.memo import Memo
from metrics.query.released import AsOf, choose, judged, open_release
from metrics.query.sources import SOURCES, Source
from metrics.query.unheld import Absent, absent_of
from transforms.gold import gold_tables
from transforms.gold.orders import dim_observed
from warehouse import accounts
from warehouse.accounts import sessions
from warehouse.accounts.security import Visit
from warehouse.accounts.sessions import Limits
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.release import Release
from warehouse.settings import Settings
from warehouse.viewer import tenant_instance

#: Desks kept open in one process. A desk is a copy of one viewer's marts in memory.
DESKS = 24
#: Answers kept by a desk, and how many rows one may have.
_ANSWERS, _SMALL = 512, 500

#: Marts as large as the lines or the SKUs: no desk holds them.
IN_LAKE = {source.table.name for source in SOURCES if source.in_lake}


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads.

    ``role`` merchant | association | operator; ``merchant_id`` is set for a merchant, and for an operator who
    named one.

    ``has_account`` is True for people who signed in: each of their calls checks that the account is still
    there and unchanged. A viewer made in code (command line, tests) speaks with the rights of whoever runs
    the machine.
    """

    place: Place
    name: str
    role: str
    merchant_id: str | None = None
    has_account: bool = field(default=False, compare=False)
    stamp: str = field(default="", compare=False, repr=False)  # of the account as it was
    session: str = field(default="", compare=False, repr=False)  # the token, where a browser asks
    language: str = field(default="zh", compare=False)  # of the pages: zh | en
    duty: str = field(default="", compare=False)  # of the association's people: ``accounts.DUTY``


@dataclass(frozen=True)
class Released:
    """Which release is read and since when it is public (Asia/Shanghai)."""

    number: int
    as_of: dt.datetime


@dataclass(frozen=True, eq=False)
class Desk:
    """One viewer's released rows of one release in a database of their own.

    Shared by the viewer's threads: never close ``connection``. A release never changes, so the last small
    answers are kept: the figures of a page ask much of the same. ``absent``: what the release was made
    before.
    """

    viewer: Viewer
    release: Released
    connection: duckdb.DuckDBPyConnection
    found: Release
    absent: Absent = field(default_factory=dict)
    answers: Memo[pl.DataFrame] = field(default_factory=lambda: Memo(_ANSWERS), repr=False)

    def sql(self, query: str, params: Sequence[object] = ()) -> pl.DataFrame:
        """A SELECT over ``gold.*`` tables of this desk, on a cursor of its own so that threads do not take
        each other's results.
        """

        def made() -> pl.DataFrame:
            with self.connection.cursor() as cursor:
                return cursor.execute(query, list(params)).pl()

        return self.answers.get(("desk", query, repr(params)), made, is_kept=_is_small)

    def rows(self, source: Source, query: str, params: Sequence[object] = ()) -> pl.DataFrame:
        """A SELECT over ``source.relation``: on this desk, or of the viewer's merchant alone where so many
        rows are, in the lake as released.

        Raises ``NotFoundError`` RELEASE_EXPIRED as ``open_release`` does.
        """
        return self.lake_sql(query, params) if source.in_lake else self.sql(query, params)

    def lake_sql(self, query: str, params: Sequence[object] = ()) -> pl.DataFrame:
        """A SELECT over ``gold.*`` tables in the lake as released, which names its rows by
        ``sources.MERCHANT``: nobody's but the viewer's merchant's. Raises as ``rows`` does, and
        ``NotFoundError`` NOT_IN_RELEASE for what the release was made before.
        """

        def made() -> pl.DataFrame:
            with open_release(self.viewer.place, self.found) as lake:
                lake.connection.execute("SET VARIABLE merchant_id = ?", [self.viewer.merchant_id])
                try:
                    return lake.sql(query, params)
                except (duckdb.BinderException, duckdb.CatalogException) as error:
                    if not self.absent:
                        raise
                    raise _made_before() from error
                finally:
                    lake.connection.execute("RESET VARIABLE merchant_id")

        return self.answers.get(("lake", query, repr(params)), made, is_kept=_is_small)

    def tables(self) -> list[str]:
        """Full names of the tables on this desk."""
        return self.sql("SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() ORDER BY name")[
            "name"
        ].to_list()


_DESKS: Memo[Desk] = Memo(DESKS)


def _is_small(rows: pl.DataFrame) -> bool:
    return rows.height <= _SMALL


def home_place() -> Place:
    """The place of this installation, by its settings."""
    return Settings().place


def limits() -> Limits:
    """How long sessions of this installation last, by its settings."""
    chosen = Settings()
    return Limits(
        dt.timedelta(days=chosen.session_idle_days),
        dt.timedelta(days=chosen.session_days),
        dt.timedelta(hours=chosen.session_brief_hours),
    )


def upload_limit() -> int:
    """How many bytes of uploads the dashboards keep in memory, of everybody together."""
    return Settings().upload_memory_mb * 1024 * 1024


def sign_in(place: Place, name: str, password: str, visit: Visit = accounts.HERE) -> Viewer:
    """The viewer behind a name and password; no session is opened.

    Raises ``NotFoundError`` SIGN_IN_REFUSED, the same for a wrong name and password, SIGN_IN_WAITS after too
    many.
    """
    return _viewer(place, accounts.verify(place, name, password, visit=visit))


def resume(place: Place, token: str) -> Viewer | None:
    """The viewer whose session ``token`` is; None once it ended, ran out, or the account was changed."""
    account = sessions.find(place, token, limits()) if token else None
    return _viewer(place, account, token) if account else None


def refresh(viewer: Viewer) -> Viewer | None:
    """The same viewer while the session goes on and the account is there, unchanged.

    None afterwards. Ask on every page run.
    """
    if viewer.session:
        now = resume(viewer.place, viewer.session)
    else:
        account = accounts.get(viewer.place, viewer.name)
        is_same = account is not None and viewer.stamp in ("", account.stamp)
        now = _viewer(viewer.place, account) if account and is_same else None
    if now is None or (now.name, now.role) != (viewer.name, viewer.role):
        return None
    if viewer.role != "operator" and now.merchant_id != viewer.merchant_id:
        return None
    return replace(now, merchant_id=viewer.merchant_id)


def _viewer(place: Place, account: accounts.Account, token: str = "") -> Viewer:
    name, role, merchant_id = account.name, account.role, account.merchant_id
    told = account.stamp, token, account.language or "zh", account.duty
    return Viewer(place, name, role, merchant_id, True, *told)


def as_merchant(viewer: Viewer, merchant_id: str) -> Viewer:
    """``viewer`` reading for one merchant: the operator's way to a merchant's figures.

    Others may only name their own.

    Raises ``NotFoundError`` NO_SUCH_MERCHANT, the same whether the merchant does not exist or is not theirs.
    """
    require(viewer)
    if viewer.role == "merchant" and viewer.merchant_id == merchant_id:
        return viewer
    if viewer.role != "operator" or merchant_id not in judged(viewer.place).merchants:
        raise no_such_merchant()
    return replace(viewer, merchant_id=merchant_id)


def require(viewer: Viewer) -> None:
    """Raise ``NotFoundError`` unless ``viewer`` has a known role with the merchant it needs and, having
    signed in, still has the account.
    """
    has_merchant = bool(viewer.merchant_id)
    is_whole = {"merchant": has_merchant, "association": not has_merchant, "operator": True}.get(
        viewer.role, False
    )
    if not is_whole or (viewer.has_account and refresh(viewer) is None):
        raise NotFoundError(
            "SIGNED_OUT",
            "账号已停用或已变更",
            "the account was removed or changed",
            step_zh="请重新登录",
            step_en="sign in again",
            name=viewer.name,
        )


def open_desk(viewer: Viewer, as_of: AsOf = None) -> Desk:
    """The viewer's desk for the release ``as_of`` names (see ``released.choose``), made once per viewer and
    release and kept while in use.

    A merchant's desk holds that merchant's rows of the dimensions and marts, but those ``IN_LAKE``; the
    association's, and an operator's who named no merchant, nothing. Raises
    ``NotFoundError`` for a viewer whose account is gone, a merchant that is not registered, and when there is
    no such release.
    """
    require(viewer)
    found = choose(viewer.place, as_of, merchant_id=viewer.merchant_id)
    if viewer.merchant_id is not None and viewer.merchant_id not in judged(viewer.place).merchants:
        raise no_such_merchant()
    # number alone would mistake a home that was wiped and rebuilt for the one before it
    which = (found.number, found.snapshot, found.changed_at, *sorted(found.content.items()))
    return _DESKS.get(
        (viewer.place, viewer.name, viewer.role, viewer.merchant_id, which), lambda: _load(viewer, found)
    )


def no_such_merchant() -> NotFoundError:
    """One sentence for a merchant that does not exist and for one that is somebody else's."""
    return NotFoundError(
        "NO_SUCH_MERCHANT",
        "没有这个商家",
        "no such merchant",
        step_zh="核对商家编号",
        step_en="check the merchant's id",
    )


def _load(viewer: Viewer, found: Release) -> Desk:
    with open_release(viewer.place, found) as lake:
        frames, absent = _rows(lake, viewer), absent_of(lake)
    return Desk(viewer, Released(found.number, found.changed_at), tenant_instance(frames), found, absent)


def _made_before() -> NotFoundError:
    return NotFoundError(
        "NOT_IN_RELEASE",
        "这次发布的数据由旧版本算出，还没有这项内容",
        "this release was made by an older version and never held this",
        step_zh="运行 baiyun build，从原始文件重算一次",
        step_en="run `baiyun build`: it makes everything anew",
    )


def _rows(lake: Lake, viewer: Viewer) -> dict[str, pl.DataFrame]:
    """Table name → the only rows this viewer may ever reach."""
    if viewer.merchant_id is None:
        return {}
    mine = [
        table
        for name, table in gold_tables().items()
        if "merchant_id" in table.key and not name.startswith("fct_") and name not in IN_LAKE
    ]
    return {table.full_name: lake.read(table, where={"merchant_id": viewer.merchant_id}) for table in mine}


def data_until(viewer: Viewer, as_of: AsOf = None) -> dt.date | None:
    """The day of the newest observation of the viewer's merchant in a release: how far its data reach, which
    the release's own time does not tell.

    None where nothing was observed. Raises as ``open_desk``.
    """
    desk = open_desk(viewer, as_of)
    seen: dt.date | None = desk.sql(f"SELECT max(observed_date) FROM {dim_observed.TABLE.full_name}").item()  # noqa: S608
    return min(seen, desk.release.as_of.astimezone(ZoneInfo(TIME_ZONE)).date()) if seen else None

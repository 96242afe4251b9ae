"""``coverage.csv`` claims no more than is so: every kind and source stands there once, the simulator plays
what it says, and the proofs it names exist.
"""

from __future__ import annotations

import ast
import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from conformance_cases import mapped, recognise

from connectors.base import Layout, Platform, platforms
from connectors.coverage import Coverage, _covered, coverage, mapped_coverage, stated_in
from connectors.http import Client, Credentials
from connectors.mapped import shipped_layouts
from connectors.mapping.file import FOLDER
from contracts.codes import KIND
from simulator import erp
from simulator.handout import credentials_of
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.platforms import FACTS
from simulator.server import make_app, serve_in_thread, simulators

HOUSE = Path(__file__).parents[2]
NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
FIRST = NOW - dt.timedelta(days=21)

each_platform = pytest.mark.parametrize("platform", platforms().values(), ids=lambda platform: platform.code)


@cache
def market(code: str) -> Market:
    """One shop of the platform; of a platform the market does not know, any shop's files are as good."""
    return build_market(3, 1, 20, 120, now=NOW, platforms=(code if code in FACTS else "jd",))


def played(platform: Platform) -> set[tuple[str, str]]:
    """(kind, source) of every file the simulator writes for a shop and of every answer that its server has
    rows in.
    """
    module, shop = simulators()[platform.code], market(platform.code).shops["shop_id"][0]
    files = module.export_files(market(platform.code), shop, NOW, FIRST.date(), NOW.date())
    found = [recognise(data).layout for data in files.values()]
    assert {layout.platform for layout in found} == {platform.code}
    return {(layout.kind, "file") for layout in found} | {(kind, "api") for kind in answered(platform, shop)}


def answered(platform: Platform, shop: str) -> list[str]:
    if platform.api is None:
        return []
    app = make_app(market(platform.code), NOW, [simulators()[platform.code].dialect()])
    base, stop = serve_in_thread(app)
    try:
        told = credentials_of(market(platform.code), app.state.world, base)[shop]
        names = ("base_url", "app_key", "app_secret", "access_token", "refresh_token")
        api = platform.api(Client(wait_scale=0.0), Credentials(*(told[name] for name in names)))
        return [
            kind
            for kind in platform.api_kinds
            if any(api.records(kind, page) for page in api.pages(kind, FIRST, NOW))
        ]
    finally:
        stop()


@each_platform
def test_every_kind_and_source_is_stated_once(platform: Platform) -> None:
    declared = [(layout.kind, layout.source) for layout in platform.layouts]
    assert set(stated_in(platform.folder)) == set(declared), (
        "第7步:coverage.csv 每个种类、来源一行 / step 7: one line of coverage.csv for each kind and source"
    )
    assert {kind for kind, source in declared if source == "api"} == set(platform.api_kinds)


def test_of_what_has_no_line_nothing_is_claimed() -> None:
    layouts = [layout for platform in platforms().values() for layout in platform.layouts][:1]
    found = _covered(layouts, None)
    assert (found.is_simulated, found.proofs) == (False, ())


def test_every_shipped_mapping_is_stated_once() -> None:
    assert set(stated_in(FOLDER)) == {(layout.name, layout.source) for layout in shipped_layouts()}


def test_a_line_that_stands_twice_or_says_perhaps_is_an_error(tmp_path: Path) -> None:
    for lines in ("orders,file,yes,\norders,file,no,\n", "orders,file,perhaps,\n"):
        (tmp_path / "coverage.csv").write_text(f"kind,source,simulated,proof\n{lines}", encoding="utf-8")
        with pytest.raises(ValueError, match="orders"):
            stated_in(tmp_path)


@each_platform
def test_the_simulator_plays_what_is_said_and_nothing_else(platform: Platform) -> None:
    assert {key for key, (is_simulated, _) in stated_in(platform.folder).items() if is_simulated} == played(
        platform
    )


def test_the_simulator_plays_the_mapped_tables_that_are_said() -> None:
    files = erp.export_files(
        market("kuaishou"), market("kuaishou").shops["shop_id"][0], NOW, FIRST.date(), NOW.date()
    )
    found = {(recognise(data).layout.name, "file") for data in files.values()}
    assert {key for key, (is_simulated, _) in stated_in(FOLDER).items() if is_simulated} == found


@pytest.mark.parametrize(
    "covered",
    [*coverage(), *mapped_coverage()],
    ids=lambda covered: "-".join((*covered.key, covered.layouts[0].name)),
)
def test_a_proof_is_a_test_and_proves_what_the_simulator_plays(covered: Coverage) -> None:
    assert covered.is_simulated or not covered.proofs, "what is not simulated has no truth to be held against"
    for proof in covered.proofs:
        path, _, name = proof.partition("::")
        text = (HOUSE / path).read_text(encoding="utf-8")
        assert name in {
            node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)
        }, f"no such test: {proof}"
        assert name.startswith("test_")


def test_every_kind_has_a_name_people_read() -> None:
    layouts: list[Layout] = [
        layout for platform in (*platforms().values(), *mapped()) for layout in platform.layouts
    ]
    assert {layout.kind for layout in layouts} <= set(KIND.values)

"""The hand-written pages: every one can be reached from the index, decisions are numbered, and each
dependency has its reason.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"


def _links(page: Path) -> set[Path]:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets}


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = {DOCS / "README.md"}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        waiting |= {target for target in _links(page) if target.suffix == ".md" and target.is_file()} - seen
    assert sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page not in seen) == []


def test_decisions_are_numbered_without_a_gap_and_titled_with_their_number() -> None:
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert [
        page.name for page in pages if not page.read_text(encoding="utf-8").startswith(f"# {page.name[:4]} ")
    ] == []
    assert {
        page for page in _links(DOCS / "decisions" / "README.md") if page.parent.name == "decisions"
    } == set(pages)


@pytest.mark.parametrize("wanted", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_its_reason(wanted: str) -> None:
    reasons = (DOCS / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    names = [
        re.split(r"[=<>\[; ]", line)[0]
        for line in (HOUSE / wanted).read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#-"
    ]
    short = [name.removeprefix("duckdb-extension") for name in names]
    assert len(short) > 5
    assert [name for name in short if name not in reasons] == []

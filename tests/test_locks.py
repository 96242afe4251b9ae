"""The locks can be installed on any day: what they pin does not depend on what was published since."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned() -> dict[str, Requirement]:
    """Name → what the locks pin, with its extras; of this platform alone."""
    lines = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    found = [Requirement(line) for line in re.findall(r"^([a-z][^\\\n]*?) *\\$", lines, re.MULTILINE)]
    return {canonicalize_name(item.name): item for item in found if not item.marker or item.marker.evaluate()}


@pytest.mark.parametrize("name", sorted(pinned()))
def test_an_extra_that_is_needed_is_pinned_with_it(name: str) -> None:
    """Pip takes ``uvicorn[standard]`` for a requirement of its own, and refuses the lock as soon as there is
    a newer one than the ``uvicorn`` that is pinned.
    """
    locked = pinned()
    asked = [Requirement(line) for line in distribution(name).requires or []]
    extras = ["", *locked[name].extras]
    needed = [
        item
        for item in asked
        if not item.marker or any(item.marker.evaluate({"extra": extra}) for extra in extras)
    ]
    for item in needed:
        assert item.extras <= locked[canonicalize_name(item.name)].extras, f"{name} needs {item}"

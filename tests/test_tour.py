"""The pictures of the tour are those that one command makes, all of them and no others, and small."""

from __future__ import annotations

import re

from tour import FOLDER, ROOT, names


def test_the_folder_holds_what_the_command_makes() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(names())
    assert max(path.stat().st_size for path in FOLDER.iterdir()) < 120_000


def test_the_guides_show_pictures_that_are_there() -> None:
    shown = {
        name
        for path in (ROOT / "docs").rglob("*.md")
        for name in re.findall(r"tour/([\w-]+\.png)", path.read_text(encoding="utf-8"))
    }
    assert len(shown) > 8 and shown <= set(names())

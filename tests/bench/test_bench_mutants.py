"""Single changes of code: each where it says, none in what only people read, and a judge that tells a caught one from a survivor."""

from __future__ import annotations

from pathlib import Path

from bench.mutants import Nearness, draw, judge, report
from bench.mutating import is_python, mutants

SOURCE = b'''"""A < B and C."""

LIMIT: int | None = 3
QUERY = "SELECT a FROM t WHERE a <> 0 AND b IS NULL"


def kept(rows: list[int | None], far: bool = False) -> int:
    """Sum all > 0."""
    if not rows or len(rows) > LIMIT:
        raise ValueError(f"too many: {len(rows) + 1}")
    log.info("more than %s", 5)
    return max(row - 1 for row in rows if row is not None)
'''


def changes() -> dict[tuple[str, str, str], str]:
    """(what was, what is, kind) → function, of every mutant of ``SOURCE``."""
    return {(SOURCE[each.start : each.end].decode(), each.text, each.kind): each.function for each in mutants("x.py", SOURCE)}


def test_a_mutant_changes_one_thing_a_person_could_have_got_wrong() -> None:
    found = changes()
    for old, new, kind in (
        ("3", "4", "constant"), ("3", "2", "constant"), (" <> ", " = ", "SQL"), ("AND", "OR", "SQL"), ("IS NULL", "IS NOT NULL", "SQL"),
    ):  # fmt: skip
        assert found[old, new, kind] == ""
    for old, new, kind in (
        ("False", "True", "constant"), ("not ", "", "not, ~ or - dropped"), ("or", "and", "and/or"), (">", ">=", "comparison"), (">", "<=", "comparison"),
        ("max", "min", "twin"), ("-", "+", "arithmetic"), ("is not", "is", "comparison"), ("row is not None", "True", "condition dropped"),
        ("not rows or len(rows) > LIMIT", "not (not rows or len(rows) > LIMIT)", "branches swapped"),
        ('raise ValueError(f"too many: {len(rows) + 1}")', "pass", "raise dropped"),
    ):  # fmt: skip
        assert found[old, new, kind] == "kept"


def test_what_only_people_read_is_left_alone() -> None:
    lines = {SOURCE[: each.start].count(b"\n") for each in mutants("x.py", SOURCE)}
    told = SOURCE.decode().splitlines()
    assert not [told[line] for line in lines if '"""' in told[line] or "log.info" in told[line]]
    assert not [new for old, new, _ in changes() if "|" in old or "5" in old], "no annotation, no argument of a log"


def test_all_are_python_and_the_same_seed_draws_the_same() -> None:
    assert all(is_python(each.apply(SOURCE)) and each.apply(SOURCE) != SOURCE for each in mutants("x.py", SOURCE))
    files = {"x.py": SOURCE}
    assert draw(files, 5, 7) == draw(files, 5, 7) != draw(files, 5, 8)
    assert len({each.start for each in draw(files, 12, 7)}) == 12, "one change of each place"


def test_a_change_is_judged_by_the_tests_that_reach_it(tmp_path: Path) -> None:
    """Two files of one room, one tested, one not: the code is put back afterwards."""
    source = b"def add(a, b):\n    return a + b\n"
    texts = {
        "transforms/tested.py": source, "transforms/untested.py": source,
        "tests/transforms/test_tested.py": b"from transforms.tested import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n",
    }  # fmt: skip
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text)
    nearness = Nearness(tmp_path)
    verdicts = []
    for path in ("transforms/tested.py", "transforms/untested.py"):
        (mutant,) = [each for each in mutants(path, source) if each.kind == "arithmetic"]
        order = nearness.order(mutant)
        assert order[0] == "tests/transforms/test_tested.py"
        verdicts.append(judge(tmp_path, mutant, source, order[:1], 60))
        assert (tmp_path / path).read_bytes() == source
    assert [verdict.by for verdict in verdicts] == ["tests/transforms/test_tested.py::test_add", ""]
    assert "| all | 2 | 1 | 1 |" in report(verdicts)

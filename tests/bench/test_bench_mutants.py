"""Single changes of code: each where it says, none in what only people read, and a judge that tells a caught
one from a survivor.
"""

from __future__ import annotations

from pathlib import Path

from bench.mutants import draw, judge, report
from bench.mutation.likeliest import Choice, Nearness
from bench.mutation.mutating import Mutant, is_python, mutants
from bench.mutation.reach import Reached, record, recorded

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
    return {
        (SOURCE[each.start : each.end].decode(), each.text, each.kind): each.function
        for each in mutants("x.py", SOURCE)
    }


def test_a_mutant_changes_one_thing_a_person_could_have_got_wrong() -> None:
    found = changes()
    for old, new, kind in (
        ("3", "4", "constant"), ("3", "2", "constant"), (" <> ", " = ", "SQL"), ("AND", "OR", "SQL"),
        ("IS NULL", "IS NOT NULL", "SQL"),
    ):  # fmt: skip
        assert found[old, new, kind] == ""
    for old, new, kind in (
        ("False", "True", "constant"), ("not ", "", "not, ~ or - dropped"), ("or", "and", "and/or"),
        (">", ">=", "comparison"), (">", "<=", "comparison"),
        ("max", "min", "twin"), ("-", "+", "arithmetic"), ("is not", "is", "comparison"),
        ("row is not None", "True", "condition dropped"),
        ("not rows or len(rows) > LIMIT", "not (not rows or len(rows) > LIMIT)", "branches swapped"),
        ('raise ValueError(f"too many: {len(rows) + 1}")', "pass", "raise dropped"),
    ):  # fmt: skip
        assert found[old, new, kind] == "kept"


def test_what_only_people_read_is_left_alone() -> None:
    lines = {SOURCE[: each.start].count(b"\n") for each in mutants("x.py", SOURCE)}
    told = SOURCE.decode().splitlines()
    assert not [told[line] for line in lines if '"""' in told[line] or "log.info" in told[line]]
    assert not [new for old, new, _ in changes() if "|" in old or "5" in old], (
        "no annotation, no argument of a log"
    )


def test_all_are_python_and_the_same_seed_draws_the_same() -> None:
    assert all(
        is_python(each.apply(SOURCE)) and each.apply(SOURCE) != SOURCE for each in mutants("x.py", SOURCE)
    )
    files = {"x.py": SOURCE}
    assert draw(files, 5, 7) == draw(files, 5, 7) != draw(files, 5, 8)
    assert len({each.start for each in draw(files, 12, 7)}) == 12, "one change of each place"


ADD = b"LIMIT = 3\n\n\ndef add(a, b):\n    return a + b\n\n\ndef is_much(a):\n    return a > LIMIT\n"
TREE = {
    "pyproject.toml": b"[tool.pytest.ini_options]", "transforms/__init__.py": b"",
    "transforms/tested.py": ADD, "transforms/untested.py": ADD,
    "tests/transforms/test_tested.py": b"""from transforms.tested import add, is_much


def test_nothing():
    pass


def test_much():
    assert is_much(4) and not is_much(3)


def test_add():
    assert add(2, 3) == 5
""",
}  # fmt: skip
TEST = "tests/transforms/test_tested.py"


def tree(folder: Path) -> Path:
    """Two files of one room with the same functions, one tested, one not."""
    for path, text in TREE.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text)
    return folder


def mutant_of(path: str, kind: str) -> Mutant:
    return next(each for each in mutants(path, ADD) if each.kind == kind)


def test_a_change_is_judged_by_the_tests_that_reach_it(tmp_path: Path) -> None:
    """The code is put back afterwards."""
    tree(tmp_path)
    nearness = Nearness(tmp_path)
    verdicts = []
    for path in ("transforms/tested.py", "transforms/untested.py"):
        order = nearness.order(mutant := mutant_of(path, "arithmetic"))
        assert order[0] == TEST
        verdicts.append(
            judge(
                tmp_path,
                mutant,
                ADD,
                [[f"{TEST}::test_of_another_day[1]", f"{TEST}::test_of_another_day[2]", *order[:1]]],
                60,
            )
        )
        assert (tmp_path / path).read_bytes() == ADD
    assert [verdict.by for verdict in verdicts] == [f"{TEST}::test_add", ""]
    assert "| all | 2 | 1 | 1 |" in report(verdicts)


def test_tests_are_recorded_with_what_they_call_and_those_that_call_the_change_come_first(
    tmp_path: Path,
) -> None:
    tree(tmp_path)
    record([TEST], tmp_path / "record", root=tmp_path)
    reached = recorded(tmp_path / "record")
    assert {test.rpartition("::")[2]: set(each.functions) for test, each in reached.items()} == {
        "test_nothing": set(), "test_much": {"transforms/tested.py::is_much"},
        "test_add": {"transforms/tested.py::add"},
    }  # fmt: skip
    choice = Choice(
        {path: text for path, text in TREE.items() if path.startswith("transforms/")},
        Nearness(tmp_path),
        reached,
    )
    for kind, name in (("arithmetic", "test_add"), ("comparison", "test_much"), ("constant", "test_much")):
        first, *others = choice.batches(mutant_of("transforms/tested.py", kind))
        assert first == [f"{TEST}::{name}"], "of a constant, the functions that read it"
        assert sorted(test for batch in others for test in batch) == sorted(reached.keys() - {first[0]}), (
            "what else the file does comes last"
        )


def test_a_constant_is_read_through_other_constants_and_in_other_files() -> None:
    sources = {
        "metrics/a.py": b"WIDE = 3\nALL = (WIDE, 4)\n\n\ndef near():\n    return 1\n",
        "metrics/b.py": (
            b"from metrics.a import ALL\n\n\nclass Sum:\n    def total(self):\n        return "
            b"sum(ALL)\n\n    def other(self):\n        return 0\n"
        ),
    }
    nearness = Nearness.__new__(Nearness)
    nearness.tests, nearness.imports = [], {"metrics/b.py": {"metrics/a.py"}}
    (mutant, *_) = mutants("metrics/a.py", sources["metrics/a.py"])
    assert Choice(sources, nearness, {}).functions(mutant) == {"metrics/a.py::", "metrics/b.py::Sum.total"}


def test_what_takes_long_is_run_last_in_batches_that_grow() -> None:
    nearness = Nearness.__new__(Nearness)
    nearness.tests, nearness.imports, nearness.folders = (
        ["tests/a/test_a.py", "tests/b/test_b.py"],
        {"tests/a/test_a.py": {"metrics/a.py"}},
        set(),
    )
    seconds = {
        "tests/b/test_b.py::slow": 50.0,
        "tests/b/test_b.py::quick": 0.5,
        "tests/a/test_a.py::slow": 9.0,
        "tests/a/test_a.py::quick": 0.5,
    }
    choice = Choice(
        {}, nearness, {test: Reached(each, frozenset({"metrics/a.py::f"})) for test, each in seconds.items()}
    )
    batches = list(choice.batches(Mutant("metrics/a.py", 0, 1, "", "", "f")))
    assert batches == [
        ["tests/a/test_a.py::quick", "tests/b/test_b.py::quick"],
        ["tests/a/test_a.py::slow"],
        ["tests/b/test_b.py::slow"],
    ]

"""Which tests are likeliest to notice a mutant, and in what order to run them.

Where ``reach`` recorded what calls what: the tests that call the changed function, the quickest and nearest
first, then the other tests of the files that do. Of a constant the functions that read it are looked for. Of
files without a record, and of what no recorded test calls, the imports tell.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from bench.mutation.mutating import Mutant, core_files
from bench.mutation.reach import Reached

#: Not run: what takes a browser or a scheduler, runs for minutes, or looks at no number.
_LEFT_OUT = (
    "tests/dags",
    "tests/demo",
    "tests/bench",
    "tests/simulator",
    "tests/docs",
    "tests/dashboards/test_dashboards_browser",
    "tests/pipeline/test_killed",
)
#: What everything ends in: run after the tests nearest to the change.
_WHOLE = (
    "tests/record/test_record_files.py",
    "tests/record/test_record_house.py",
    "tests/test_truth.py",
    "tests/transforms/test_transforms_truth.py",
    "tests/metrics/test_metrics_truth.py",
)
#: Rooms whose code has tests in other rooms too.
_ALSO = {"connectors": ("tests/intake", "tests/mapping")}
#: Files in one process, one batch after another: importing costs two seconds.
_BATCHES = (2, 4, 6, 8, 12, 20, 30, 50)
#: Recorded seconds of CPU in one process, and no more tests than a command holds.
_SECONDS = (4, 8, 16, 32, 64, 128, 256)
_TESTS = 200
#: A test of the next file by nearness stands where one would that takes this much longer.
_FARTHER = 0.05


class Nearness:
    """How many imports lie between a test file and a file of the core."""

    def __init__(self, tree: Path) -> None:
        self.names = {_module(path): path for path in core_files(tree)}
        self.tests = sorted(
            path for path in _files(tree, "tests/**/test_*.py") if not path.startswith(_LEFT_OUT)
        )
        self.folders = {
            f"{Path(path).parent.as_posix()}/" for path in self.tests if len(Path(path).parts) > 3
        }
        helpers = {Path(path).stem: path for path in _files(tree, "tests/**/*.py")}
        self.imports: dict[str, set[str]] = {}
        for path in {*self.names.values(), *self.tests, *helpers.values()}:
            named = _imported(ast.parse((tree / path).read_text(encoding="utf-8")))
            self.imports[path] = {
                found
                for name in named
                if (found := self.names.get(name) or helpers.get(name)) and found != path
            }
            if path.startswith("tests/"):
                self.imports[path] |= {
                    found
                    for parent in Path(path).parents
                    if (found := f"{parent}/conftest.py") in helpers.values()
                }

    def order(self, mutant: Mutant) -> list[str]:
        """Every test file that may reach the mutant, the nearest first.

        Those that import it in no way (it is found by looking) before the whole chain.
        """
        steps = self._steps(mutant.path)
        parts = set(Path(mutant.path).parts)

        def rank(test: str) -> tuple[int, int, str]:
            room, _, name = mutant.path.rpartition("/")
            of_room = len(parts & set(Path(test).parts)) or test.startswith(_ALSO.get(room, ()))
            return -of_room - (name.removesuffix(".py") in test), steps.get(test, 9), test

        platform = {part for part in parts if f"tests/connectors/{part}/" in self.folders}
        near = [
            test
            for test in self.tests
            if (test in steps or parts & set(Path(test).parts)) and test not in _WHOLE
        ]
        near = sorted(
            (
                test
                for test in near
                if not platform or platform & set(Path(test).parts) or not self._of_platform(test)
            ),
            key=rank,
        )
        first = sum(_BATCHES[:3])
        return [*near[:first], *(test for test in _WHOLE if test in self.tests), *near[first:]]

    def _of_platform(self, test: str) -> bool:
        return f"{test.rpartition('/')[0]}/" in self.folders

    def _steps(self, target: str) -> dict[str, int]:
        back: dict[str, set[str]] = {}
        for path, found in self.imports.items():
            for each in found:
                back.setdefault(each, set()).add(path)
        steps, waiting = {target: 0}, deque([target])
        while waiting:
            here = waiting.popleft()
            for path in back.get(here, set()) - steps.keys():
                steps[path] = steps[here] + 1
                waiting.append(path)
        return steps


class Choice:
    """Batches of tests for a mutant: each for one process."""

    def __init__(
        self, sources: Mapping[str, bytes], nearness: Nearness, reached: Mapping[str, Reached]
    ) -> None:
        self._sources, self._nearness = sources, nearness
        self._reached = {
            test: each for test, each in reached.items() if test.partition("::")[0] in nearness.tests
        }

    def batches(self, mutant: Mutant) -> Iterator[list[str]]:
        """The tests to run, in order."""
        order = self._nearness.order(mutant)
        place = {path: number for number, path in enumerate(order)}
        wanted = self.functions(mutant)
        direct = {test for test, each in self._reached.items() if each.functions & wanted}
        files = {test.partition("::")[0] for test in direct}
        beside = {test for test in self._reached if test.partition("::")[0] in files} - direct

        def cost(test: str) -> float:
            return self._reached[test].seconds + _FARTHER * place.get(test.partition("::")[0], len(place))

        yield from self._for_seconds(sorted(direct, key=cost))
        yield from self._for_seconds(sorted(beside, key=cost))
        known = {test.partition("::")[0] for test in self._reached} if direct else set[str]()
        yield from _batched([path for path in order if path not in files | known])

    def functions(self, mutant: Mutant) -> set[str]:
        """The functions a mutant may change, as ``path::name``: its own, or those that read the constant,
        through other constants too.
        """
        names = (
            [mutant.function.rpartition(".")[2]]
            if mutant.function
            else _assigned(self._sources[mutant.path], mutant.start)
        )
        found = {f"{mutant.path}::{mutant.function}"}
        if mutant.function and found & {name for each in self._reached.values() for name in each.functions}:
            return found
        waiting, seen = deque((mutant.path, name) for name in names), set[tuple[str, str]]()
        while waiting:
            path, name = here = waiting.popleft()
            if here in seen:
                continue
            seen.add(here)
            for reader in (
                path,
                *(
                    each
                    for each, used in self._nearness.imports.items()
                    if path in used and each in self._sources
                ),
            ):
                functions, constants = _readers(self._sources[reader], name)
                found |= {f"{reader}::{function}" for function in functions}
                waiting.extend((reader, constant) for constant in constants)
        return found

    def _for_seconds(self, tests: Sequence[str]) -> Iterator[list[str]]:
        batch, seconds, sizes = list[str](), 0.0, iter(_SECONDS)
        size = next(sizes)
        for test in tests:
            if batch and (seconds + self._reached[test].seconds > size or len(batch) >= _TESTS):
                yield batch
                batch, seconds, size = [], 0.0, next(sizes, size)
            batch.append(test)
            seconds += self._reached[test].seconds
        if batch:
            yield batch


def _assigned(source: bytes, place: int) -> list[str]:
    """The names of the statement of a module, or of a class in it, around ``place``."""
    line = source[:place].count(b"\n") + 1
    here = [
        node for node in ast.parse(source).body if node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return [name for node in here for name in _targets(node)]


def _targets(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [node.name]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _readers(source: bytes, name: str) -> tuple[set[str], set[str]]:
    """The functions (methods as ``Class.name``) and the constants of a module that name ``name``.

    All methods of a class of that name.
    """
    text = source.decode()
    if name not in text:
        return set(), set()
    lines, word = text.splitlines(), re.compile(rf"\b{re.escape(name)}\b")
    functions, constants = set[str](), set[str]()

    def names(node: ast.stmt) -> bool:
        return bool(word.search("\n".join(lines[node.lineno - 1 : node.end_lineno])))

    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and names(node):
            functions.add(node.name)
        elif isinstance(node, ast.ClassDef) and names(node):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            functions |= {f"{node.name}.{each.name}" for each in methods if node.name == name or names(each)}
        elif names(node) and name not in _targets(node):
            constants |= set(_targets(node))
    return functions, constants


def _batched(order: list[str]) -> Iterator[list[str]]:
    rest = iter(order)
    for size in _BATCHES:
        if batch := list(islice(rest, size)):
            yield batch


def _files(tree: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(tree).as_posix() for path in tree.glob(pattern))


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(tree: ast.Module) -> set[str]:
    """Dotted names a file imports, and for ``from a import b`` both ``a`` and ``a.b``."""
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return named

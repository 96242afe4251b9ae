"""Judge the tests by what they catch: draw single changes of the core, run the tests likeliest to notice each, tell which nobody noticed.

``python -m bench.mutants --sample 60 --seed 1``. Everything happens in a copy of the tree. Which tests run is told from what files import: those of the
change's own room and platform first, then by how many imports lie between, the tests of the whole chain last. They run a few files at a time
until one fails or ``--budget`` seconds of CPU are spent. A survivor is for a person to judge: the same behaviour in other words, or a hole in the tests.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.mutating import Mutant, core_files, is_python, mutants

ROOT = Path(__file__).resolve().parents[1]
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
_WHOLE = ("tests/test_truth.py", "tests/transforms/test_transforms_truth.py", "tests/metrics/test_metrics_truth.py")
#: Rooms whose code has tests in other rooms too.
_ALSO = {"connectors": ("tests/intake", "tests/mapping")}
_OPTIONS = ("-q", "-x", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-m", "not browser and not airflow", "--timeout=900")
#: Files in one process, one batch after another: importing costs two seconds.
_BATCHES = (2, 4, 6, 8, 12, 20, 30, 50)
#: A process that is ended because it used up its seconds of CPU.
_SPENT = -signal.SIGXCPU


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant. ``by``: the test that failed, "" for a survivor; ``seconds`` of CPU it took."""

    mutant: Mutant
    by: str
    seconds: float

    @property
    def is_caught(self) -> bool:
        """Whether a test failed."""
        return bool(self.by)


class Nearness:
    """How many imports lie between a test file and a file of the core."""

    def __init__(self, tree: Path) -> None:
        names = {_module(path): path for path in core_files(tree)}
        self.tests = sorted(path for path in _files(tree, "tests/**/test_*.py") if not path.startswith(_LEFT_OUT))
        self.folders = {f"{Path(path).parent.as_posix()}/" for path in self.tests if len(Path(path).parts) > 3}
        helpers = {Path(path).stem: path for path in _files(tree, "tests/**/*.py")}
        self.imports: dict[str, set[str]] = {}
        for path in {*names.values(), *self.tests, *helpers.values()}:
            told = _imported(ast.parse((tree / path).read_text(encoding="utf-8")))
            self.imports[path] = {found for name in told if (found := names.get(name) or helpers.get(name)) and found != path}
            if path.startswith("tests/"):
                self.imports[path] |= {found for parent in Path(path).parents if (found := f"{parent}/conftest.py") in helpers.values()}

    def order(self, mutant: Mutant) -> list[str]:
        """Every test file that may reach the mutant, the nearest first; those that import it in no way (it is found by looking) before the whole chain."""
        steps = self._steps(mutant.path)
        parts = set(Path(mutant.path).parts)

        def rank(test: str) -> tuple[int, int, str]:
            room, _, name = mutant.path.rpartition("/")
            of_room = len(parts & set(Path(test).parts)) or test.startswith(_ALSO.get(room, ()))
            return -of_room - (name.removesuffix(".py") in test), steps.get(test, 9), test

        platform = {part for part in parts if f"tests/connectors/{part}/" in self.folders}
        near = [test for test in self.tests if (test in steps or parts & set(Path(test).parts)) and test not in _WHOLE]
        near = sorted((test for test in near if not platform or platform & set(Path(test).parts) or not self._of_platform(test)), key=rank)
        first = sum(_BATCHES[:3])
        return [*near[:first], *_WHOLE, *near[first:]]

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


def _files(tree: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(tree).as_posix() for path in tree.glob(pattern))


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(tree: ast.Module) -> set[str]:
    """Dotted names a file imports, and for ``from a import b`` both ``a`` and ``a.b``."""
    told = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            told |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            told |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return told


def copy_tree(target: Path) -> Path:
    """The tree as it stands, as far as git knows it, in a folder of its own."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S607
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def draw(files: dict[str, bytes], count: int, seed: int) -> list[Mutant]:
    """``count`` mutants: places uniformly, then one change of each."""
    rng = random.Random(seed)  # noqa: S311
    places: dict[tuple[str, int], list[Mutant]] = {}
    for path, source in files.items():
        for mutant in mutants(path, source):
            places.setdefault((path, mutant.start), []).append(mutant)
    drawn = (rng.choice(places[place]) for place in rng.sample(sorted(places), len(places)))
    return list(islice((mutant for mutant in drawn if is_python(mutant.apply(files[mutant.path]))), count))


def judge(tree: Path, mutant: Mutant, source: bytes, order: list[str], budget: float) -> Verdict:
    """Make the change, run tests until one fails or the budget is spent, take it back."""
    target = tree / mutant.path
    target.write_bytes(mutant.apply(source))
    began = _spent()
    try:
        for batch in _batched(order):
            if (left := budget - (_spent() - began)) < 1:
                break
            if failed := _failed(tree, batch, left):
                return Verdict(mutant, failed, _spent() - began)
    finally:
        target.write_bytes(source)
    return Verdict(mutant, "", _spent() - began)


def _failed(tree: Path, batch: list[str], seconds: float) -> str:
    """The first test that fails, and fails again on its own: on a busy machine one may miss its time. "" for none within ``seconds`` of CPU."""
    for _ in range(3):
        code, told = _run(tree, batch, seconds)
        if code in (0, 5, _SPENT):  # 5: all were left out
            return ""
        failed = next((line.split(" ")[1] for line in told.splitlines() if line.startswith(("FAILED ", "ERROR "))), "")
        if code != 1 or "::" not in failed:  # it cannot even be imported
            return failed or f"exit code {code}"
        if _run(tree, [failed], seconds)[0] != 0:
            return failed
    return ""


def _batched(order: list[str]) -> Iterator[list[str]]:
    rest = iter(order)
    for size in _BATCHES:
        if batch := list(islice(rest, size)):
            yield batch


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(tree: Path, batch: Iterable[str], seconds: float) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "BAIYUN_HOME": str(tree / ".home")}
    command = ["nice", "-n", "10", "prlimit", f"--cpu={seconds:.0f}:{seconds + 5:.0f}", sys.executable, "-m", "pytest", *_OPTIONS, *batch]
    ended = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return ended.returncode, ended.stdout + ended.stderr


def shown(mutant: Mutant, source: bytes) -> str:
    """The change as lines taken out and put in, with its place."""
    line = source[: mutant.start].count(b"\n") + 1
    begin, end = source.rfind(b"\n", 0, mutant.start) + 1, source.find(b"\n", mutant.end)
    old = source[begin:end].decode()
    new = (source[begin : mutant.start] + mutant.text.encode() + source[mutant.end : end]).decode()
    place = f"{mutant.path}:{line} {mutant.function} ({mutant.kind})"
    return "\n".join([place, *(f"  - {text.strip()}" for text in old.splitlines()), *(f"  + {text.strip()}" for text in new.splitlines())])


def report(verdicts: list[Verdict]) -> str:
    """How many were caught, by room and in all."""
    rooms = Counter(verdict.mutant.path.partition("/")[0] for verdict in verdicts)
    caught = Counter(verdict.mutant.path.partition("/")[0] for verdict in verdicts if verdict.is_caught)
    rows = [f"| {room} | {drawn} | {caught[room]} | {drawn - caught[room]} |" for room, drawn in sorted(rooms.items())]
    whole = f"| all | {len(verdicts)} | {caught.total()} | {len(verdicts) - caught.total()} |"
    return "\n".join(["| room | drawn | caught | survived |", "| --- | ---: | ---: | ---: |", *rows, whole])


def main(arguments: list[str] | None = None) -> int:
    """Draw and judge."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=60, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--budget", type=float, default=120, help="seconds of CPU after which a mutant has survived")
    parser.add_argument("--only", default="", help="draw from files whose path has this")
    parser.add_argument("--numbers", default="", help="of those drawn judge only these, as 3,17")
    parser.add_argument("--list", action="store_true", help="only print what would be judged")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_tree(Path(folder))
        files = {path: (tree / path).read_bytes() for path in core_files(tree) if told.only in path}
        drawn = dict(enumerate(draw(files, told.sample, told.seed), 1))
        wanted = [int(number) for number in told.numbers.split(",") if number] or list(drawn)
        if told.list:
            print("\n".join(f"{number} {shown(drawn[number], files[drawn[number].path])}" for number in wanted))
            return 0
        nearness, verdicts = Nearness(tree), list[Verdict]()
        for number in wanted:
            mutant = drawn[number]
            verdicts.append(verdict := judge(tree, mutant, files[mutant.path], nearness.order(mutant), told.budget))
            print(f"{number} {'caught' if verdict.is_caught else 'SURVIVED'} after {verdict.seconds:.0f} s of CPU {verdict.by}")
            print(shown(mutant, files[mutant.path]), flush=True)
        noticed = sorted({verdict.by for verdict in verdicts if "::" in verdict.by})
        is_sound = not noticed or _run(tree, noticed, 3_600)[0] == 0
    print(f"seed {told.seed}, {told.budget:.0f} s of CPU each\n\n{report(verdicts)}")
    print("every test that noticed passes unchanged code" if is_sound else "UNSOUND: some test that noticed fails unchanged code too")
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())

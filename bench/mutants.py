"""Judge the tests by what they catch: draw single changes of the core, run the tests likeliest to notice
each, tell which nobody noticed.

``python -m bench.mutants --sample 60 --seed 1``, best after ``--record`` (``mutation.reach``). Everything
happens in a copy of the tree. Which tests run, and in what order, is told by ``mutation.likeliest``; batch
after batch until one fails or ``--budget`` seconds of CPU are spent. A survivor is for a person to judge: the
same behaviour in other words, or a hole in the tests.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.mutation.likeliest import Choice, Nearness
from bench.mutation.mutating import Mutant, core_files, is_python, mutants
from bench.mutation.reach import OPTIONS, record, recorded

ROOT = Path(__file__).resolve().parents[1]
#: Of pytest: a test it was given is not there.
_NOT_FOUND = 4
#: A process that is ended because it used up its seconds of CPU.
_SPENT = -signal.SIGXCPU


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    ``by``: the test that failed, "" for a survivor; ``seconds`` of CPU it took.
    """

    mutant: Mutant
    by: str
    seconds: float

    @property
    def is_caught(self) -> bool:
        """Whether a test failed."""
        return bool(self.by)


def copy_tree(target: Path) -> Path:
    """The tree as it stands, as far as git knows it, in a folder of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
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


def judge(tree: Path, mutant: Mutant, source: bytes, batches: Iterable[list[str]], budget: float) -> Verdict:
    """Make the change, run tests until one fails or the budget is spent, take it back."""
    target = tree / mutant.path
    target.write_bytes(mutant.apply(source))
    began = _spent()
    try:
        for batch in batches:
            if (left := budget - (_spent() - began)) < 1:
                break
            if failed := _failed(tree, batch, left):
                return Verdict(mutant, failed, _spent() - began)
    finally:
        target.write_bytes(source)
    return Verdict(mutant, "", _spent() - began)


def _failed(tree: Path, batch: list[str], seconds: float) -> str:
    """The first test that fails, and fails again on its own: on a busy machine one may miss its time.

    "" for none within ``seconds`` of CPU.
    """
    for _ in range(3):
        code, told = _run(tree, batch, seconds)
        if code in (0, 5, _SPENT):  # 5: all were left out
            return ""
        if code == _NOT_FOUND and (
            gone := [test for test in batch if f"/{test.partition('[')[0]}\n" in told]
        ):  # recorded of another tree
            return (
                _failed(tree, rest, seconds) if (rest := [test for test in batch if test not in gone]) else ""
            )
        failed = next(
            (line.split(" ")[1] for line in told.splitlines() if line.startswith(("FAILED ", "ERROR "))), ""
        )
        if code != 1 or "::" not in failed:  # it cannot even be imported
            return failed or f"exit code {code}"
        if _run(tree, [failed], seconds)[0] != 0:
            return failed
    return ""


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(tree: Path, batch: Iterable[str], seconds: float) -> tuple[int, str]:
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "BAIYUN_HOME": str(tree / ".home"),
    }
    command = [
        "prlimit",
        f"--cpu={seconds:.0f}:{seconds + 5:.0f}",
        sys.executable,
        "-m",
        "pytest",
        "-x",
        *OPTIONS,
        *batch,
    ]
    ended = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return ended.returncode, ended.stdout + ended.stderr


def shown(mutant: Mutant, source: bytes) -> str:
    """The change as lines taken out and put in, with its place."""
    line = source[: mutant.start].count(b"\n") + 1
    begin, end = source.rfind(b"\n", 0, mutant.start) + 1, source.find(b"\n", mutant.end)
    old = source[begin:end].decode()
    new = (source[begin : mutant.start] + mutant.text.encode() + source[mutant.end : end]).decode()
    place = f"{mutant.path}:{line} {mutant.function} ({mutant.kind})"
    return "\n".join(
        [
            place,
            *(f"  - {text.strip()}" for text in old.splitlines()),
            *(f"  + {text.strip()}" for text in new.splitlines()),
        ]
    )


def report(verdicts: list[Verdict]) -> str:
    """How many were caught, by room and in all."""
    rooms = Counter(verdict.mutant.path.partition("/")[0] for verdict in verdicts)
    caught = Counter(verdict.mutant.path.partition("/")[0] for verdict in verdicts if verdict.is_caught)
    rows = [
        f"| {room} | {drawn} | {caught[room]} | {drawn - caught[room]} |"
        for room, drawn in sorted(rooms.items())
    ]
    whole = f"| all | {len(verdicts)} | {caught.total()} | {len(verdicts) - caught.total()} |"
    return "\n".join(["| room | drawn | caught | survived |", "| --- | ---: | ---: | ---: |", *rows, whole])


def main(arguments: list[str] | None = None) -> int:
    """Draw and judge."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.mutants", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--sample", type=int, default=60, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--budget", type=float, default=120, help="seconds of CPU after which a mutant has survived"
    )
    parser.add_argument("--only", default="", help="draw from files whose path has this")
    parser.add_argument("--numbers", default="", help="of those drawn judge only these, as 3,17")
    parser.add_argument("--list", action="store_true", help="only print what would be judged")
    parser.add_argument("--record", action="store_true", help="first record which tests call what")
    told = parser.parse_args(arguments)
    if told.record:
        record(Nearness(ROOT).tests)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_tree(Path(folder))
        files = {path: (tree / path).read_bytes() for path in core_files(tree)}
        drawn = dict(
            enumerate(
                draw({path: files[path] for path in files if told.only in path}, told.sample, told.seed), 1
            )
        )
        wanted = [int(number) for number in told.numbers.split(",") if number] or list(drawn)
        if told.list:
            print(
                "\n".join(f"{number} {shown(drawn[number], files[drawn[number].path])}" for number in wanted)
            )
            return 0
        choice, verdicts = Choice(files, Nearness(tree), recorded()), list[Verdict]()
        for number in wanted:
            mutant = drawn[number]
            verdicts.append(
                verdict := judge(tree, mutant, files[mutant.path], choice.batches(mutant), told.budget)
            )
            print(
                f"{number} {'caught' if verdict.is_caught else 'SURVIVED'} after {verdict.seconds:.0f} s "
                "of "
                f"CPU {verdict.by}"
            )
            print(shown(mutant, files[mutant.path]), flush=True)
        noticed = sorted({verdict.by for verdict in verdicts if "::" in verdict.by})
        is_sound = not noticed or _run(tree, noticed, 3_600)[0] == 0
    print(f"seed {told.seed}, {told.budget:.0f} s of CPU each\n\n{report(verdicts)}")
    print(
        "every test that noticed passes unchanged code"
        if is_sound
        else "UNSOUND: some test that noticed fails unchanged code too"
    )
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())

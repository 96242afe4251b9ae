"""``python -m tests.record [PIECE …]`` keeps anew what the pieces come to, and prints what moved."""

from __future__ import annotations

import os
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("BAIYUN_THREADS", "1")
sys.path[:0] = [str(TESTS / room) for room in ("record", "", "connectors", "intake", "mapping")]

from record_lines import differences, write  # noqa: E402
from record_pieces import OF_FILES, OF_HOUSE, made  # noqa: E402

for piece in sys.argv[1:] or [*OF_FILES, *OF_HOUSE]:
    print(f"== {piece}", *differences(piece, made(piece)), sep="\n", flush=True)
    write(piece, made(piece))

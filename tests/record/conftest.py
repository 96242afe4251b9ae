"""Where the pieces of the record find what other tests' rooms hold."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / room) for room in ("connectors", "intake", "mapping")]

"""The pieces of the record, each made by itself: name → what makes it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import record_answers
import record_mapping
import record_pure
import record_reading
from record_house import House, build_house
from record_lines import Record

#: Made from files alone.
OF_FILES: dict[str, Callable[[], Record]] = {
    "cells": record_reading.read_cells,
    "samples": record_reading.read_samples,
    "odd_cells": record_reading.read_odd_cells,
    "catalogue": record_reading.read_catalogue,
    "erp": record_mapping.propose_erp,
    "sheets": record_mapping.propose_sheets,
    "as_unknown": record_mapping.propose_samples,
    "told_again": record_mapping.tell_again,
    "maturity": record_pure.foretell,
    "lists": record_pure.judge_lists,
}
#: Made from the house.
OF_HOUSE: dict[str, Callable[[House], Record]] = {
    "said": lambda house: house.said,
    **{
        name: partial(lambda house, layer: record_answers.tables(house, layer), layer=layer)
        for name, layer in record_answers.all_tables().items()
    },
    "metrics": record_answers.each_metric,
    "cuts": record_answers.each_cut,
    "figures": record_answers.each_figure,
    "reports": record_answers.reports,
    "matches": record_answers.matches,
}


@cache
def house() -> House:
    """The house, built once; its folder goes with the process."""
    home = tempfile.mkdtemp(prefix="record-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return build_house(Path(home))


@cache
def made(piece: str) -> Record:
    """What a piece comes to now, made once."""
    return OF_FILES[piece]() if piece in OF_FILES else OF_HOUSE[piece](house())

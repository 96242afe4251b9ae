"""Fields out of an API's answer by dotted path, as columns.csv names them: nothing else leaves the answer.

How a value becomes text is the platform's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: Header → its steps.
Paths = Mapping[str, Sequence[str]]


def steps_of(headers: Sequence[str]) -> Paths:
    """``{"order.id": ["order", "id"]}``, cut once for all records of a page."""
    return {header: header.split(".") for header in headers}


def dig(value: Any, path: Sequence[str], member: Callable[[dict[str, Any], str], Any] = dict.get) -> Any:  # noqa: ANN401 - JSON
    """What stands at ``path``; None where a step leads nowhere.

    A number is a place in a list; ``member`` reads an object's member.
    """
    for step in path:
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        else:
            value = member(value, step) if isinstance(value, dict) else None
    return value

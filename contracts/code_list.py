"""``CodeList``: a closed list of codes with Chinese and English labels."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CodeList:
    """A closed list: code → (zh, en).

    ``unknown`` in a list means unknown words are kept visible, never guessed.
    """

    name: str
    labels: dict[str, tuple[str, str]] = field(hash=False)

    @property
    def values(self) -> list[str]:
        """The codes in their declared order, which is also their order on a page."""
        return list(self.labels)

    def zh(self, code: str) -> str:
        """Chinese label; the code itself when it is not in the list."""
        return self.labels.get(code, (code, code))[0]

    def en(self, code: str) -> str:
        """English label; the code itself when it is not in the list."""
        return self.labels.get(code, (code, code))[1]

"""The house's exceptions.

Each carries facts and the next step, in Chinese and English; the CLI and pages print them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping


def told(facts: Mapping[str, object]) -> str:
    """Facts as ``key=value`` with blanks between; a value of nothing says so, or the line would look
    cut off.
    """
    return " ".join(f"{key}={'（空 / empty）' if value == '' else value}" for key, value in facts.items())


class BaiyunError(Exception):
    """Base of everything we raise on purpose.

    ``rule`` is a stable upper-case name, ``zh``/``en`` say what happened, ``step_zh``/``step_en`` what to do
    next, ``facts`` name file, row, shop. ``beside`` is what a program is told besides, where somebody knows
    more than the error itself.
    """

    def __init__(
        self, rule: str, zh: str, en: str, *, step_zh: str = "", step_en: str = "", **facts: object
    ) -> None:
        self.rule, self.zh, self.en, self.step_zh, self.step_en, self.facts = (
            rule,
            zh,
            en,
            step_zh,
            step_en,
            facts,
        )
        self.beside: dict[str, object] = {}
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """One printable line: rule, Chinese, English, facts, next step."""
        facts = told(self.facts)
        step = f" → {self.step_zh} / {self.step_en}" if self.step_zh else ""
        return f"[{self.rule}] {self.zh} / {self.en}" + (f" ({facts})" if facts else "") + step

    def document(self) -> dict[str, object]:
        """The same as data: ``rule, zh, en, step_zh, step_en, facts``, every fact as text."""
        words = {
            "rule": self.rule,
            "zh": self.zh,
            "en": self.en,
            "step_zh": self.step_zh,
            "step_en": self.step_en,
        }
        return {**words, "facts": {key: str(value) for key, value in self.facts.items()}}


class FileRefusedError(BaiyunError):
    """A whole file is refused; nothing changed."""


class CollectError(BaiyunError):
    """A platform's API could not be read."""


class TransientError(CollectError):
    """Worth another try: throttled, timed out, server error."""


class CredentialError(CollectError):
    """The shop's permission is gone; only that shop stops, a person must re-authorise."""


class HeldReleaseError(BaiyunError):
    """A ``stop`` rule failed; the dashboards stay on the last good release."""


class WriterBusyError(BaiyunError):
    """Another process holds the writer's slot for too long, or a newer build overtook this one."""


class NotFoundError(BaiyunError):
    """No such merchant, shop, release, metric … The same answer whether it does not exist or is not yours."""


class UsageError(BaiyunError):
    """The question or command was put wrongly."""


def no_such_page() -> NotFoundError:
    """The refusal of a page that is another role's: as if it did not exist."""
    return NotFoundError(
        "NO_SUCH_PAGE", "没有这个页面", "no such page", step_zh="返回首页", step_en="go back to the overview"
    )

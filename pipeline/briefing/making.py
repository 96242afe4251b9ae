"""Which briefings are missing, and making them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from contracts.errors import UsageError
from metrics.reports.association.briefing import Briefing, briefing
from metrics.reports.association.releases import as_of
from pipeline.briefing.html import as_html
from pipeline.briefing.pdf import as_pdf
from pipeline.briefing.word import as_word
from warehouse.settings import Settings
from warehouse.signed.briefings import FORMATS, LANGUAGES, Briefings, Kept
from warehouse.signed.district_log import Entry, ReleaseLog

_MAKE: Mapping[str, Callable[[Briefing], bytes]] = {"html": as_html, "pdf": as_pdf, "docx": as_word}


def brief(settings: Settings, month: str) -> list[Kept]:
    """The files of a month's newest release, made where they are missing.

    Raises ``UsageError`` NOT_RELEASED for a month that was not, NOTHING_TO_BRIEF where not one cell of it is
    published.
    """
    entries = ReleaseLog(settings.place).entries()
    of_month = [entry for entry in entries if entry.document["month"] == month]
    if not of_month:
        raise UsageError(
            "NOT_RELEASED",
            "这个月还没有发布过，没有简报",
            "this month was never released, so there is no briefing",
            step_zh="先发布：baiyun district publish",
            step_en="release it first: `baiyun district publish`",
            month=month,
        )
    return _brief(settings, entries, of_month[-1])


def brief_all(settings: Settings) -> tuple[list[Kept], list[UsageError]]:
    """Make what is missing of every release: the files made, and why there are none of a release that has
    nothing to say.
    """
    briefings, entries = Briefings(settings.place), ReleaseLog(settings.place).entries()
    before, refused = set(briefings.kept()), []
    for entry in entries:
        try:
            _brief(settings, entries, entry)
        except UsageError as error:
            refused.append(error)
    return [file for file in briefings.kept() if file not in before], refused


def _brief(settings: Settings, entries: Sequence[Entry], entry: Entry) -> list[Kept]:
    number, month = entry.document["number"], entry.document["month"]
    briefings = Briefings(settings.place)
    there, files = set(briefings.kept()), []
    for language in LANGUAGES:
        wanted = [Kept(number, month, language, ending) for ending in FORMATS]
        files += wanted
        if missing := [file for file in wanted if file not in there]:
            told = briefing(as_of(entries, number), language)
            for file in missing:
                briefings.write(file, _MAKE[file.ending](told))
    return files

"""The counter (柜台): what a page may ask the pipeline to do for a merchant.

The one package of the pipeline that dashboards import, and they import it whole.

Every call takes the ``Viewer``, checks that the account still stands, and serves that viewer's own merchant
and shops only: a shop that is not theirs is answered like one that does not exist, and a shop of another
merchant is noted as a security event. Looking at a file, proposing and trying a mapping change nothing;
``deliver``, ``withdraw`` and what confirms, saves or forgets a name or a mapping write, with who and when.
What is taken out lies outside the warehouse for an hour, for the merchant who asked.
"""

from __future__ import annotations

from connectors.coverage import Coverage, coverage
from connectors.mapping.answers import COLUMN, UNREAD, WORD, missing, strange_words, taken
from connectors.mapping.dictionary import holds_for
from connectors.mapping.kinds import KINDS, codes_of, names_of
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Match, Proposal
from connectors.mapping.questions import Question
from pipeline.counter.giving import MAX_BYTES, MAX_FILES, confirm_line, confirm_rows, deliver, withdraw
from pipeline.counter.governing import Rules, association_rules, member_rules
from pipeline.counter.looking import preview, preview_each, shops
from pipeline.counter.mapped import (
    Learned,
    Trial,
    confirm_alias,
    explain_words,
    forget_alias,
    forget_mapping,
    learned,
    mappings,
    propose,
    save_mapping,
    shipped_titles,
    try_mapping,
)
from pipeline.counter.placing import Position, positions
from pipeline.counter.releasing import (
    WaitingRelease,
    approve_release,
    send_back,
    sent_back,
    waiting_briefing,
    waiting_releases,
)
from pipeline.counter.sharing import Sharing, contribute, contributed
from pipeline.counter.taking import take_everything, take_statement, taken_out
from pipeline.deliveries import Delivery
from pipeline.entries.declaration import EntryList
from pipeline.entries.engine import CHANGES, ListPreview
from pipeline.entries.files import MAX_BYTES as LIST_MAX_BYTES
from pipeline.entries.found import entry_list
from pipeline.entries.judging import RowProblem
from pipeline.entries.page import (
    enter_list,
    entries_in_force,
    list_template,
    lists_of,
    preview_list,
    take_back,
)
from pipeline.intake.mapping import Kept
from pipeline.intake.previews import Offer, Preview, Problem
from pipeline.intake.raw_rows import ENTERED, RawRow, raw_rows
from pipeline.intake.receipts import FileReceipt
from pipeline.release.changes import Change
from pipeline.steps import Ingested
from pipeline.takeout.shelf import Takeout
from warehouse.registry import Shop

__all__ = [
    "CHANGES", "COLUMN", "ENTERED", "KINDS", "LIST_MAX_BYTES", "MAX_BYTES", "MAX_FILES", "UNREAD", "WORD",
    "Change", "Coverage", "Delivery", "EntryList",
    "FileReceipt", "Ingested", "Kept", "Learned", "ListPreview", "MappingFile", "Match", "Offer", "Position",
    "Preview", "Problem", "Proposal", "Question", "RawRow",
    "RowProblem", "Rules", "Sharing", "Shop", "Takeout", "Trial", "WaitingRelease",
    "approve_release", "association_rules", "codes_of",
    "confirm_alias", "confirm_line",
    "confirm_rows", "contribute", "contributed", "coverage", "deliver",
    "enter_list", "entries_in_force", "entry_list", "explain_words",
    "forget_alias", "forget_mapping", "holds_for", "learned", "list_template", "lists_of", "mappings",
    "member_rules", "missing", "names_of", "positions", "preview", "preview_each",
    "preview_list", "propose", "raw_rows", "save_mapping", "send_back", "sent_back", "shipped_titles",
    "shops", "strange_words", "take_back", "take_everything", "take_statement", "taken", "taken_out",
    "try_mapping", "waiting_briefing", "waiting_releases", "withdraw",
]  # fmt: skip

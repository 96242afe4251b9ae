"""What is proposed for sheets nobody wrote a connector for, what comes of it, and of two sheets that tell an
order again.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from conformance_cases import file_samples, grid
from erp_again import two_files
from erp_market import sheet
from erp_sheets import HEADINGS, cell
from mapping_cases import RECEIVED
from record_lines import Record, digest, frame_lines, plain_lines, prefixed, text
from record_reading import origin, read_tables, tried
from test_mapping_again_property import observed
from test_mapping_erp import ORDERS, as_csv
from test_mapping_erp import rows as erp_rows

from connectors.mapped import source
from connectors.mapping.aliases import propose_aliases
from connectors.mapping.answers import missing, settled, strange_words
from connectors.mapping.file import read_mapping, write_mapping
from connectors.mapping.propose import Proposal, propose
from connectors.reading import read_file
from contracts.canonical import ORDER_LINE
from contracts.errors import BaiyunError
from transforms.silver.restated import lines_left_out, repriced_lines, standing_lines
from transforms.silver.states import merge_states

#: Generated sheets and pairs of files; each is made from its number alone.
SHEETS, PAIRS = 25, 30


def _proposal_lines(proposal: Proposal) -> dict[str, str]:
    found = {
        f"header.{each.header}": f"{each.how} {each.name} {each.score:.4f}"
        f"{' negated' if each.is_negated else ''} {digest((*each.examples, '', *each.words))}"
        for each in proposal.matches
        if each.how != "unread" or each.words
    }
    found |= {
        f"question.{each.key}": f"{each.default!r} of {each.options} {digest((each.zh, each.en))}"
        for each in proposal.questions
    }
    found |= {f"finding.{each.header}": digest((each.zh, each.en)) for each in proposal.findings}
    draft = {name: value for name, value in proposal.draft.items() if name not in ("zh", "en", "origin")}
    told = {
        "kind": f"{proposal.kind} header on row {proposal.header_row}",
        "missing": proposal.missing,
        "unreadable": proposal.unreadable,
        "meanings": proposal.meanings,
        "still missing": missing(proposal, {}),
        "strange": strange_words(proposal, {}),
        "draft": digest([text(draft)]),
    }
    return found | plain_lines(told)


def _tables(data: bytes, kind: str, known: Mapping[str, str]) -> Record:
    """What is proposed, and what the file is read as: of what is asked only ``known`` is answered."""
    try:
        proposal = propose(data, kind=kind)
    except BaiyunError as error:
        return {"proposed": {"refused": error.sentence()}}
    asked = {question.key for question in proposal.questions}
    answers = {key: known[key] for key in known.keys() & asked}
    return {"proposed": _proposal_lines(proposal)} | tried(lambda: _read_as(data, proposal, answers))


def _read_as(data: bytes, proposal: Proposal, answers: Mapping[str, str]) -> Record:
    own = settled(proposal, answers).model_copy(update={"platform": "other"})
    assert read_mapping(write_mapping(own)) == own
    mapped = source("other", [own])
    return read_tables(mapped, read_file(data, origin(), mappings=[mapped]))


def propose_erp() -> Record:
    """Sheets of known ERPs and shop systems: with rows whose amounts add up, of other kinds bare ones."""
    found: Record = {}
    for name, heading in HEADINGS.items():
        bare = [[cell(heading.names.get(word, ""), row) for word in heading.header] for row in range(3)]
        rows = erp_rows(name) if name in ORDERS else bare
        known = {"paid_when_placed": "yes"}
        found |= prefixed(name, _tables(as_csv([heading.header, *rows], "utf-8"), heading.kind, known))
    return found


def propose_sheets() -> Record:
    """Generated order sheets, in whatever way they write amounts, moments, units and parcels."""
    found: Record = {}
    for number in range(SHEETS):
        made = sheet(Random(number))
        found |= prefixed(f"{number:03}", _tables(made.data, "orders", made.answers))
    return found


def propose_samples() -> Record:
    """Platforms' own files as if nobody knew them, and what renamed headers are near."""
    found: Record = {}
    for place, sample in enumerate(file_samples()[::3]):
        table = grid(sample)
        renamed = [f"{cell}数" if number % 4 == 0 else cell for number, cell in enumerate(table.header)]
        found[str(sample)] = _offer_lines(as_csv([renamed, *table.rows], "utf-8"))
        if place % 7 == 0:
            found[str(sample)] |= _proposal_or_refusal(table.with_cells({}))
    return found


def _proposal_or_refusal(data: bytes) -> dict[str, str]:
    try:
        proposal = propose(data)
    except BaiyunError as error:
        return {"refused": error.sentence()}
    matches = [f"{each.header} {each.how} {each.name} {each.score:.4f}" for each in proposal.matches]
    told = {
        "kind": proposal.kind,
        "missing": proposal.missing,
        "matches": f"{len(matches)} {digest(matches)}",
    }
    return plain_lines(told | {"questions": tuple(each.key for each in proposal.questions)})


def _offer_lines(data: bytes) -> dict[str, str]:
    try:
        offer = propose_aliases(data)
    except BaiyunError as error:
        return {"offer": error.sentence()}
    if offer is None:
        return {"offer": "none"}
    offered = [f"{theirs}: {names}" for theirs, names in sorted(offer.offered.items())]
    return {
        "offer": f"{offer.layout} renamed={offer.is_renamed} missing={offer.missing} "
        f"offered={len(offered)} {digest(offered)}"
    }


def tell_again() -> Record:
    """Two files of one sheet: which lines stand, which are left out and which have another price."""
    return {f"{number:03}": _again(number) for number in range(PAIRS)}


def _again(number: int) -> dict[str, str]:
    made, states = two_files(Random(number)), ORDER_LINE.empty()
    days = (RECEIVED.replace(day=22), RECEIVED.replace(day=23)) if number % 2 else (None, None)
    for place, (rows, at) in enumerate(zip(made.files, days, strict=True)):
        if rows:
            states = merge_states(ORDER_LINE, states, observed(rows, place + 1, at)).states
    stood = standing_lines(states)
    told = {"stands": stood, "left_out": lines_left_out(states), "repriced": repriced_lines(states)}
    shown = {name: frame_lines(frame) for name, frame in told.items()}
    return {f"{name}.{line}": value for name, lines in shown.items() for line, value in lines.items()}

"""The briefing beside a plain reading of the signed documents: the same figures in every format, digit for
digit, and nobody's name.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from association_cases import MONTHS, NAMES, documents, released_folder
from docx.oxml.ns import qn
from pypdf import PdfReader
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from pipeline.briefing.making import brief, brief_all
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.briefings import FORMATS, LANGUAGES, Briefings, Kept
from warehouse.signed.district_log import ReleaseLog
from warehouse.signed.entry import sign_document

NEWEST, BEFORE, YEAR_AGO = MONTHS[2], MONTHS[1], MONTHS[0]
EVERY = [(language, ending) for language in LANGUAGES for ending in FORMATS]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three released months, and nothing of what they were made of."""
    made = Settings(home=tmp_path)
    shutil.copytree(released_folder(), made.place.district)
    for path in (made.place.district / "releases").glob("*.parquet"):
        path.unlink()
    return made


class _Text(HTMLParser):
    """What a browser shows."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.is_shown = True

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.is_shown = tag != "style"

    def handle_endtag(self, tag: str) -> None:
        self.is_shown = True

    def handle_data(self, data: str) -> None:
        if self.is_shown:
            self.words.append(data)


def text_of(data: bytes, ending: str) -> str:
    """A file's words, line by line."""
    if ending == "html":
        reader = _Text()
        reader.feed(data.decode())
        return "\n".join(reader.words)
    if ending == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    lines = docx.Document(io.BytesIO(data)).element.iter(qn("w:p"))
    return "\n".join(
        "".join(each.text or "\t" for each in line.iter(qn("w:t"), qn("w:tab"))) for line in lines
    )


def told(settings: Settings, language: str, ending: str, month: str = NEWEST) -> str:
    """A briefing's words without blanks, which formats break differently."""
    return re.sub(r"\s+", "", raw(settings, language, ending, month))


def raw(settings: Settings, language: str, ending: str, month: str = NEWEST) -> str:
    """A briefing's words, line by line."""
    [file] = [one for one in brief(settings, month) if (one.language, one.ending) == (language, ending)]
    return text_of(Briefings(settings.place).read(file), ending)


def signed(rate: float) -> str:
    return f"{'−' if rate < 0 else '+'}{abs(rate) * 100:.1f}%"


def money(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


@pytest.mark.parametrize(("language", "ending"), EVERY)
def test_every_figure_is_the_releases(settings: Settings, language: str, ending: str) -> None:
    document = documents(settings.home)[NEWEST]
    cells = {tuple(sorted(row["cell"].items())): row for row in document["cells"]}
    index, whole = document["index"], cells[()]
    links = {one["since"]: one["ratio_per_1000"] / 1000 - 1 for one in index["links"]}
    step = index["links"][0]
    kept, refund = whole["kept_fen"], whole["refund_fen"]
    platforms = [
        row["kept_fen"] for key, row in cells.items() if [name for name, _ in key] == ["platform_code"]
    ]
    withheld = document["withheld_cells_qty"]
    expected = {
        "index": f"{index['level_per_1000'] / 1000:.1f}",
        "on the month before": signed(links[BEFORE]),
        "on the year before": signed(links[YEAR_AGO]),
        "matched": f"{step['matched_from_per_100']}%",
        "diffusion": f"{step['diffusion_per_100']}",
        "owners": f"{step['voters_qty']}个老板" if language == "zh" else f"{step['voters_qty']}owners",
        "kept": money(kept),
        "paid": money(kept + refund),
        "went back": money(refund),
        "refund rate": f"{100 * refund / (kept + refund):.0f}%",
        "withheld": {"zh": f"保密{withheld}格", "en": f"{withheld}withheld"}[language],
        "release": {"zh": "第3次发布", "en": "Release3"}[language],
        "by": {"zh": "发布人hui", "en": "byhui"}[language],
        "when": "2026-11-2011:00",
        **{f"platform {at}": f"{100 * value / kept:.0f}%" for at, value in enumerate(platforms)},
    }
    words = told(settings, language, ending)
    assert len(platforms) == 3
    assert {name: figure for name, figure in expected.items() if figure not in words} == {}


@pytest.mark.parametrize(("language", "ending"), EVERY)
def test_what_rose_and_fell_is_the_cells_own(settings: Settings, language: str, ending: str) -> None:
    words, plain = told(settings, language, ending), documents(settings.home)
    names = {"shirt": ("衬衫", "shirt"), "t_shirt": ("T恤", "T-shirt")}

    def kept(month: str) -> dict[str, int]:
        return {
            row["cell"]["category_code"]: row["kept_fen"]
            for row in plain[month]["cells"]
            if list(row["cell"]) == ["category_code"]
        }

    now, before, year_ago = kept(NEWEST), kept(BEFORE), kept(YEAR_AGO)
    assert "t_shirt" in now.keys() & before.keys() and "shirt" in now.keys() & year_ago.keys()
    for earlier in (before, year_ago):
        both = {code: now[code] / earlier[code] - 1 for code in names if code in now and code in earlier}
        for code, rate in both.items():
            assert f"{names[code][language == 'en']}{signed(rate)}" in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_three_formats_say_the_same_figures(settings: Settings, language: str) -> None:
    """Beside the months that are written under a line, which not every format has room for."""

    def figures(ending: str) -> set[str]:
        words = re.sub(r"20\d\d-\d\d\b", "", raw(settings, language, ending))
        return set(re.findall(r"[−+]?\d{1,3}(?:,\d{3})+\.\d\d|[−+]?\d+(?:\.\d+)?%?", words))

    html = figures("html")
    levels = {f"{one['index']['level_per_1000'] / 1000:.1f}" for one in documents(settings.home).values()}
    assert len(html) > 20
    assert figures("pdf") == html
    assert figures("docx") == html | levels


@pytest.mark.parametrize(("language", "ending"), EVERY)
def test_nobodys_name_is_in_it(settings: Settings, language: str, ending: str) -> None:
    [file] = [one for one in brief(settings, NEWEST) if (one.language, one.ending) == (language, ending)]
    data = Briefings(settings.place).read(file)
    inside = [data]
    if ending == "docx":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            inside += [parts.read(name) for name in parts.namelist()]
    words = text_of(data, ending)
    assert not [name for name in NAMES if name in words or any(name.encode() in part for part in inside)]
    assert ending != "pdf" or len(PdfReader(io.BytesIO(data)).pages) == 1
    assert ending != "html" or not re.search(rb"<script|src=|https?:", data)


def test_it_is_the_same_bytes_whenever_it_is_made(settings: Settings, tmp_path: Path) -> None:
    """A briefing says what was known when its release was made."""
    other = Settings(home=tmp_path / "other")
    (other.place.district / "releases").mkdir(parents=True)
    found = {}
    for path in ReleaseLog(settings.place).files():
        shutil.copy(path, other.place.district / "releases")
        for file in brief(other, path_month(path)):
            found[file.name] = Briefings(other.place).read(file)
    made, refused = brief_all(settings)
    assert len(made) == len(found) == 18 and not refused
    assert {file.name: Briefings(settings.place).read(file) for file in made} == found


def path_month(path: Path) -> str:
    return MONTHS[int(path.stem) - 1]


def test_it_is_written_once(settings: Settings) -> None:
    file = brief(settings, NEWEST)[0]
    folder = Briefings(settings.place)
    first = folder.read(file)
    folder.write(file, b"another")
    assert folder.read(file) == first
    assert (folder.folder / file.name).stat().st_mode & 0o222 == 0
    assert brief_all(settings)[0] and brief_all(settings) == ([], [])
    assert sorted(path.name for path in folder.folder.iterdir()) == [one.name for one in folder.kept()]


def test_a_correction_has_a_briefing_of_its_own(settings: Settings) -> None:
    """Its cells are new, its index is that of the first release, and the first briefing stays."""
    first = {file.name: Briefings(settings.place).read(file) for file in brief(settings, NEWEST)}
    add_release(settings, kind="correction", month=NEWEST, index=None)
    files = brief(settings, NEWEST)
    assert {file.number for file in files} == {4}
    assert {name: Briefings(settings.place).read(file_named(name)) for name in first} == first
    words = told(settings, "zh", "html")
    assert "第4次发布" in words and "更正过1次" in words
    assert f"{documents_index(settings) / 1000:.1f}" in words


def documents_index(settings: Settings) -> int:
    return int(ReleaseLog(settings.place).entries()[2].document["index"]["level_per_1000"])


def file_named(name: str) -> Kept:
    number, month, language, ending = re.fullmatch(r"(\d+)-([\d-]+)\.(\w+)\.(\w+)", name).groups()  # type: ignore[union-attr]
    return Kept(int(number), month, language, ending)


def add_release(settings: Settings, **changed: object) -> None:
    """One more release like the newest, some of it changed, by the key that signed the others."""
    log = ReleaseLog(settings.place)
    last = log.entries()[-1]
    document = {
        **last.document,
        "number": last.document["number"] + 1,
        "previous_sha256": last.sha256,
        **changed,
    }
    log.append(sign_document(Place(released_folder().parent), document))


def test_a_month_of_which_nothing_is_published_is_a_sentence_and_no_file(settings: Settings) -> None:
    empty = {"measure": "kept_fen", "base_month": None, "level_per_1000": None, "links": []}
    add_release(settings, month="2026-10", cells=[], index=empty)
    with pytest.raises(UsageError, match="没有一格可以公开") as refusal:
        brief(settings, "2026-10")
    assert refusal.value.rule == "NOTHING_TO_BRIEF"
    assert Briefings(settings.place).kept() == []
    made, refused = brief_all(settings)
    assert {file.month for file in made} == set(MONTHS) and len(refused) == 1


def test_a_month_whose_total_is_withheld_says_so(settings: Settings) -> None:
    plain = documents(settings.home)[NEWEST]
    empty = {"measure": "kept_fen", "base_month": None, "level_per_1000": None, "links": []}
    add_release(settings, month="2026-10", cells=[row for row in plain["cells"] if row["cell"]], index=empty)
    for ending in FORMATS:
        words = told(settings, "zh", ending, "2026-10")
        assert "2026年10月没有指数：全区的合计保密" in words and "全区的合计保密，没有占比" in words


def test_a_month_that_was_never_released_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="还没有发布过"):
        brief(settings, "2026-10")
    with pytest.raises(NotFoundError, match="没有这份简报"):
        Briefings(settings.place).read(Kept(9, "2026-10", "zh", "pdf"))


def test_the_command_hands_out_the_kept_files(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(settings.home))
    ran = CliRunner().invoke(app, ["district", "briefing", NEWEST, "--to", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    kept = {file.name: Briefings(settings.place).read(file) for file in Briefings(settings.place).kept()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == kept
    assert len(kept) == 6

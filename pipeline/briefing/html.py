"""The briefing as one file of HTML: nothing is fetched, nothing runs, a phone and a printer show it whole."""

from __future__ import annotations

from html import escape

from metrics.reports.association.briefing import Briefing, Compared
from metrics.reports.association.told.shares import Row
from metrics.reports.readable import FALLING, RISING
from pipeline.briefing.layout import LANGUAGES, bars_of, colours_of, length_of, runs
from pipeline.briefing.line import svg

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#f3f5f7;color:#1f2328;line-height:1.5;
font:15px/1.55 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif}
main{max-width:860px;margin:24px auto;background:#fff;padding:28px 36px;border-radius:8px}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:20px 0 4px}p{margin:4px 0}
header{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;border-bottom:2px solid #0f9a8a;
padding-bottom:8px}
header span{color:#57606a;font-size:13px}
.head{font-size:18px;font-weight:600;margin:14px 0 6px}
.cards{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:12px 0}
.cards div{border:1px solid #d0d7de;border-radius:6px;padding:8px 12px}
.cards b{display:block;font-size:20px}.cards span,.small{color:#57606a;font-size:13px}
.line{width:100%;height:auto;font-family:inherit}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;margin:6px 0}
.legend i{display:inline-block;width:11px;height:11px;margin-right:5px;border-radius:2px}
.row{display:flex;justify-content:space-between;gap:12px;font-size:14px;margin-top:5px}
.row span:last-child{white-space:nowrap;font-variant-numeric:tabular-nums}
.bar{display:flex;height:10px;margin-top:1px}.bar i{display:block;height:10px}
.two{display:grid;grid-template-columns:1fr 1fr;gap:4px 32px}
ul{margin:4px 0;padding-left:18px;color:#57606a;font-size:13px}
@media(max-width:640px){.line text{font-size:14px}main{margin:0;padding:18px 16px;border-radius:0}
.cards,.two{grid-template-columns:1fr}}
@media print{@page{size:A4;margin:12mm}body{background:#fff;font-size:11px}
main{margin:0;padding:0;max-width:none}
.head{font-size:14px}.cards b{font-size:15px}h2{font-size:13px;margin:10px 0 2px}
.row,.legend,.cards span,.small,ul{font-size:10px}*{print-color-adjust:exact}}
"""


def as_html(told: Briefing) -> bytes:
    """The whole file."""
    title = f"{told.title} {told.month}"
    parts = [
        f'<!doctype html><html lang="{LANGUAGES[told.language]}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<header><h1>{escape(title)}</h1><span>{escape(told.issued)}</span></header>",
        f'<p class="head">{_words(told.headline)}</p><p>{_words(told.turning)}</p>',
        '<div class="cards">',
        *(
            f"<div><span>{escape(card.name)}</span><b>{escape(card.value)}</b><span>{escape(card.said)}</span></div>"
            for card in told.cards
        ),
        "</div>",
        *_index(told),
        f"<h2>{_words(told.channels[0])}</h2>",
        *(f"<p>{_words(words)}</p>" for words in told.channels[1:]),
        *_bars(told),
        *_changes(told),
        f"<h2>{escape(told.notes_heading)}</h2><ul>",
        *(f"<li>{_words(note)}</li>" for note in told.notes),
        "</ul></main></body></html>\n",
    ]
    return "".join(parts).encode()


def _index(told: Briefing) -> list[str]:
    if all(level.level is None for level in told.levels):
        return []
    return [
        f"<h2>{escape(told.index_heading)}</h2>",
        svg(told.levels, escape(told.index_heading, quote=True)),
    ]


def _bars(told: Briefing) -> list[str]:
    if not told.bars:
        return []
    legend = "".join(
        f'<span><i style="background:{part.colour}"></i>{escape(f"{part.name} {part.text}".strip())}</span>'
        for part in told.legend
    )
    found = [f'<div class="legend">{legend}</div>']
    for name, rows in bars_of(told):
        parts = "".join(_part(told, row) for row in rows)
        found.append(
            f'<div class="row"><span>{escape(name)}</span><span>{escape(rows[0].told)}</span></div>'
            f'<div class="bar">{parts}</div>'
        )
    return found


def _part(told: Briefing, row: Row) -> str:
    label, colour = escape(f"{row.name} {row.text}", quote=True), colours_of(told)[row.name]
    return f'<i style="width:{row.share * 100:.2f}%;background:{colour}" title="{label}"></i>'


def _changes(told: Briefing) -> list[str]:
    if not told.compared:
        return []
    columns = "".join(f"<div>{''.join(_column(one))}</div>" for one in told.compared)
    return [f'<div class="two">{columns}</div>']


def _column(one: Compared) -> list[str]:
    found = [f"<h2>{_words(one.finding)}</h2>"]
    for row in one.rows:
        length, colour = length_of(one, row) * 50, FALLING if row.rate < 0 else RISING
        start = 50 - length if row.rate < 0 else 50
        found.append(
            f'<div class="row"><span>{escape(row.name)}</span><span>{escape(row.text)}</span></div>'
            f'<div class="bar"><i style="margin-left:{start:.2f}%;width:{length:.2f}%;'
            f'background:{colour}"></i></div>'
        )
    return [*found, f'<p class="small">{_words(one.hidden)}</p>']


def _words(words: str) -> str:
    """Words with what is bold in them."""
    pieces = [(escape(piece), is_bold) for piece, is_bold in runs(words)]
    return "".join(f"<strong>{piece}</strong>" if is_bold else piece for piece, is_bold in pieces)

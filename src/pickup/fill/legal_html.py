"""The sheet of generated shots as one page that loads nothing.

legal_page(sheet, written=datetime.now(UTC))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from pickup.errors import counted
from pickup.fill.legal import LegalSheet, LegalShot, Made
from pickup.fill.legal_rows import COLUMNS, row_of

DISCLAIMER = (
    "Made by Pickup from what it noted when each take was made. It is no legal advice and proves nothing by itself; "
    "licence notes are summaries, and the provider's own terms decide."
)
_WORDS = (
    "Generated: a trained model made it. Previs: a program drew it without one, to stand for a shot that is not there "
    "yet. By hand: a person brought it, and what made it is not noted here."
)
_EU = (
    "In the EU, Article 50 of Regulation (EU) 2024/1689 (AI Act) applies from 2 August 2026: whoever offers a "
    "generating system marks its output machine-readably, and whoever publishes a deep fake says so."
)

_STYLE = """
:root { color-scheme: light dark; --back: #f5f5f4; --card: #fff; --text: #1c1b19; --faint: #5c5a54; --line: #d3d0ca;
  --link: #1d5fb8; --ask: #8a4b00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --back: #191919; --card: #242424; --text: #ececea; --faint: #b0ada6;
  --line: #44443f; --link: #79aef2; --ask: #e6ac4d; --bad: #f5877c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; } h3 { margin: 0; font-size: 1rem; }
a { color: var(--link); }
.faint { color: var(--faint); } .ask { color: var(--ask); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.note { max-width: 60rem; color: var(--faint); font-size: .9rem; }
.problems { margin: 1rem 0; padding: .5rem .9rem; border: 2px solid var(--bad); border-radius: .5rem; }
.problems h2 { margin: .3rem 0; } .problems ul { margin: .3rem 0; padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { width: 100%; min-width: 52rem; overflow-wrap: normal; border-collapse: collapse;
  background: var(--card); border: 1px solid var(--line); }
caption { padding: 0 0 .4rem; text-align: left; color: var(--faint); font-size: .9rem; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { font-size: .85rem; } tbody th { font-weight: 600; }
.tc { font-variant-numeric: tabular-nums; white-space: nowrap; }
section.shot { margin: .8rem 0; padding: .8rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 11rem) 1fr; gap: .2rem 1rem; margin: .6rem 0 0; }
dt { color: var(--faint); } dd { margin: 0; white-space: pre-line; }
code { font: .85em ui-monospace, Menlo, Consolas, monospace; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
@media print { body { max-width: none; padding: 0; background: #fff; color: #000; font-size: 10pt; }
  section.shot { break-inside: avoid; } }
"""


def legal_page(sheet: LegalSheet, *, written: datetime) -> str:
    """One page that loads nothing; everything in it that comes from files is escaped."""
    return "".join(f"{line}\n" for line in _lines(sheet, written=written))


def _lines(sheet: LegalSheet, *, written: datetime) -> Iterator[str]:
    name = escape(sheet.cut_name)
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Generated shots of {name}</title>\n<style>{_STYLE}</style></head>\n<body><main>"
    yield f"<h1>Generated shots of {name}</h1>"
    yield f"<p>{_source(sheet)} {_summary(sheet)}</p>"
    yield f'<p class="note">{escape(_WORDS)}</p>'
    yield f'<p class="note">{escape(DISCLAIMER)} Written {written:%Y-%m-%d %H:%M %Z}.</p>'
    if sheet.findings:
        items = "".join(f"<li>{escape(each.where)}: {escape(each.message)}</li>" for each in sheet.findings)
        yield f'<div class="problems" role="note"><h2>What is missing</h2><ul>{items}</ul></div>'
    if sheet.shots:
        yield from _overview(sheet.shots)
        yield "<h2>Each shot</h2>"
        for each in sheet.shots:
            yield from _details(each)
    yield f'<p class="note">{escape(_EU)}</p>\n</main></body></html>'


def _source(sheet: LegalSheet) -> str:
    files = escape(", ".join(path.name for path in sheet.shown_in))
    return f"As version {sheet.version} shows it ({files})." if sheet.version else f"As {files} shows it."


def _summary(sheet: LegalSheet) -> str:
    if not sheet.shots:
        return "<strong>It shows no generated shot.</strong>"
    counts = ((made, sum(each.made is made for each in sheet.shots)) for made in Made)
    parts = ", ".join(f"{count} {made.value}" for made, count in counts if count)
    return f"<strong>{counted(len(sheet.shots), 'place')} of the cut</strong>: {parts}; cost ${sheet.cost:.2f}."


_IN_THE_OVERVIEW = ("record_in", "record_out", "shot", "take", "made", "provider", "model", "c2pa")


def _overview(shots: Sequence[LegalShot]) -> Iterator[str]:
    yield '<div class="wide" tabindex="0" role="region" aria-label="Overview"><table>'
    yield "<caption>By record timecode; record out is the frame after the last one, as in an EDL.</caption>"
    heads = "".join(f'<th scope="col">{COLUMNS[name]}</th>' for name in ("event", *_IN_THE_OVERVIEW))
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for each in shots:
        row = row_of(each)
        cells = "".join(f"<td{_class(name, row[name])}>{escape(row[name])}</td>" for name in _IN_THE_OVERVIEW)
        yield f'<tr><th scope="row"><a href="#event-{each.event}">{each.event}</a></th>{cells}</tr>'
    yield "</tbody></table></div>"


def _class(name: str, value: str) -> str:
    if name in ("record_in", "record_out"):
        return ' class="tc"'
    tone = {Made.PREVIS.value: "ask", Made.BY_HAND.value: "ask", Made.NOT_KNOWN.value: "bad"}.get(value, "")
    return f' class="{tone}"' if name == "made" and tone else ""


_NOT_IN_THE_DETAILS = ("event", "record_in", "record_out", "shot", "take")
_AS_CODE = ("sha256",)


def _details(shot: LegalShot) -> Iterator[str]:
    row = row_of(shot)
    title = f"Event {shot.event}: {escape(shot.shot)} take {shot.take}"
    yield f'<section class="shot" aria-labelledby="event-{shot.event}">'
    timecodes = f'<span class="faint tc">{shot.record_in} to {shot.record_out}</span>'
    yield f'<h3 id="event-{shot.event}">{title} {timecodes}</h3>'
    yield "<dl>"
    for name, label in COLUMNS.items():
        if name not in _NOT_IN_THE_DETAILS and row[name]:
            yield f"<dt>{label}</dt><dd>{_value(name, row[name])}</dd>"
    yield "</dl></section>"


def _value(name: str, value: str) -> str:
    text = escape(value)
    if name == "terms" and value.startswith("https://"):
        return f'<a href="{text}">{text}</a>'
    if name == "references":
        return text.replace("; ", "\n")
    return f"<code>{text}</code>" if name in _AS_CODE else text

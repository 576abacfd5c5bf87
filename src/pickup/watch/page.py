"""`status.html`: how a watched folder stands, for a person; one page that loads nothing and refreshes itself.

It says what `status.json` says. Everything in it that comes from files is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from pickup.errors import counted
from pickup.watch.files import Document, FileState

_REFRESH_S = 3
_SHOWN = 100
"""Files of a section, at most."""

_QUIET_S = 20
"""After so long without a new page the watcher counts as ended."""

_SECTIONS: Sequence[tuple[str, tuple[FileState, ...]]] = (
    ("In work", (FileState.WORKING, FileState.PLANNING, FileState.ARRIVING)),
    ("Waits for you", (FileState.WAITING,)),
    ("Failed", (FileState.FAILED,)),
    ("Handed back, with holes left", (FileState.HELD,)),
    ("Handed back", (FileState.DONE,)),
    ("Known already", (FileState.SAME,)),
)
_TONES: Mapping[str, str] = MappingProxyType(
    {
        "working": "busy",
        "planning": "busy",
        "arriving": "calm",
        "waiting": "ask",
        "failed": "bad",
        "held": "ask",
        "done": "good",
        "same": "calm",
        "watching": "good",
        "away": "bad",
        "stopping": "ask",
        "stopped": "calm",
    }
)
_MADE_FOR: Mapping[str, str] = MappingProxyType(
    {"resolve": "for Resolve", "premiere": "for Premiere", "fcp7": "FCP7 XML", "otio": "plain OTIO"}
)

_STYLE = """
:root { color-scheme: light dark; --back: #f5f5f4; --card: #fff; --text: #1c1b19; --faint: #67645e; --line: #dedcd7;
  --good: #16784f; --busy: #1d5fb8; --ask: #8f5600; --bad: #b3261e; --calm: #67645e; }
@media (prefers-color-scheme: dark) { :root { --back: #191919; --card: #242424; --text: #ececea; --faint: #a5a29b;
  --line: #3a3a38; --good: #53c08b; --busy: #79aef2; --ask: #e6ac4d; --bad: #f5877c; --calm: #a5a29b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.5rem; font-weight: 650; }
h2 { margin: 2rem 0 .5rem; font-size: .95rem; font-weight: 600; color: var(--faint); }
a { color: var(--busy); }
.faint { color: var(--faint); }
.path { margin: .15rem 0 1.25rem; color: var(--faint); font-size: .85rem; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .75rem; }
.badge { padding: .1rem .55rem; border: 1px solid currentColor; border-radius: 99px; font-size: .78rem;
  font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .busy { color: var(--busy); } .ask { color: var(--ask); } .bad { color: var(--bad); }
.calm { color: var(--calm); }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .6rem; }
.count { padding: .6rem .8rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.count b { display: block; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.card { margin: .5rem 0; padding: .75rem .9rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; }
.card .name { font-weight: 600; }
.card .when { margin-left: auto; color: var(--faint); font-size: .82rem; white-space: nowrap; }
.card p { margin: .3rem 0 0; }
.card ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.problems { margin: 1rem 0 0; padding: .7rem .9rem; border: 1px solid var(--bad); border-radius: .6rem;
  color: var(--bad); }
.problems p { margin: .2rem 0; }
progress { width: 100%; height: .55rem; margin-top: .5rem; accent-color: var(--busy); }
[hidden] { display: none; }
"""

# The only script: a page that nobody writes any more must not look alive.
_SCRIPT = f"""
var late = Date.now() / 1000 - Number(document.body.dataset.updated);
if (late > {_QUIET_S} && document.body.dataset.state !== "stopped") document.getElementById("quiet").hidden = false;
"""


def status_page(status: Document) -> str:
    """The page for a document as `status.json` has it."""
    return "".join(f"{line}\n" for line in _lines(status))


def _lines(status: Mapping[str, Any]) -> Iterator[str]:
    updated = datetime.fromisoformat(status["updated"])
    watcher = status["watcher"]
    folder = str(status["folder"])
    name = escape(folder.replace("\\", "/").rstrip("/").rpartition("/")[2] or folder)
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="refresh" content="{_REFRESH_S}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_title(status['counts'])}{name} · Pickup</title>"
    yield f"<style>{_STYLE}</style></head>"
    yield f'<body data-updated="{updated.timestamp():.0f}" data-state="{watcher["state"]}">'
    yield f'<div class="head"><h1>{name}</h1>{_badge(watcher["state"])}'
    yield f'<span class="faint">{_clock(updated, today=updated)}</span></div>'
    yield f'<p class="path">{escape(folder)} · process {watcher["pid"]} on {escape(str(watcher["host"]))}</p>'
    yield from _counts(status)
    yield '<div class="problems" id="quiet" hidden><p>The watcher does not write here any more. '
    yield f"Start it again: <code>pickup watch {escape(folder)}</code></p></div>"
    if status["problems"]:
        yield '<div class="problems">' + "".join(f"<p>{escape(each)}</p>" for each in status["problems"]) + "</div>"
    files = list(status["files"])
    for title, states in _SECTIONS:
        shown = [each for state in states for each in files if each["state"] == state]
        if shown:
            yield f"<h2>{title}</h2>"
            for each in shown[:_SHOWN]:
                yield from _card(each, today=updated)
            if len(shown) > _SHOWN:
                yield f'<p class="faint">and {len(shown) - _SHOWN} more, in <a href="status.json">status.json</a></p>'
    if not files:
        yield '<p class="faint">Nothing was exported here yet.</p>'
    yield f"<script>{_SCRIPT}</script></body></html>"


def _title(counts: Mapping[str, int]) -> str:
    """What a person wants to see of a tab that is not in front."""
    working = counts["working"] + counts["planning"]
    return f"({working} in work) " if working else ""


def _counts(status: Mapping[str, Any]) -> Iterator[str]:
    counts = status["counts"]
    budget = status["budget_per_day"]
    spent = "not known" if status["spent_today"] is None else f"${status['spent_today']}"
    tiles = [
        ("in work", counts["arriving"] + counts["planning"] + counts["working"]),
        ("waiting", counts["waiting"]),
        ("failed", counts["failed"]),
        ("holes left", counts["held"]),
        ("handed back", counts["done"]),
        ("spent today" if budget is None else f"spent today, of ${budget}", spent),
    ]
    yield '<div class="counts">'
    for label, value in tiles:
        yield f'<div class="count"><b>{escape(str(value))}</b><span class="faint">{escape(label)}</span></div>'
    yield "</div>"


def _card(file: Mapping[str, Any], *, today: datetime) -> Iterator[str]:
    since = datetime.fromisoformat(file["since"])
    yield f'<div class="card"><div class="head"><span class="name">{escape(file["file"])}</span>{_badge(file["state"])}'
    yield f'<span class="when">{_clock(since, today=today)}</span></div>'
    if file["state"] == "working":
        yield f'<progress max="1" value="{file["progress"]}">{file["progress"]:.0%}</progress>'
    facts = list(_facts(file))
    if facts:
        yield f'<p class="faint">{" · ".join(facts)}</p>'
    if file["message"]:
        yield f"<p>{escape(file['message'])}</p>"
    left = [(each["shot"], each["why"]) for key in ("failed", "held") for each in file[key]]
    if left:
        yield "<ul>" + "".join(f"<li><b>{escape(shot)}</b> {escape(why)}</li>" for shot, why in left) + "</ul>"
    if file["outputs"]:
        yield f"<p>{' · '.join(_output(flavor, path) for flavor, path in file['outputs'].items())}</p>"
    elif file["state"] == "waiting" and file["cut"]:
        yield f'<p><a href="cuts/{quote(file["cut"])}/plan.md">the plan</a></p>'
    yield "</div>"


def _facts(file: Mapping[str, Any]) -> Iterator[str]:
    if file["holes"] is not None:
        yield counted(file["holes"], "hole")
    if file["version"] is not None:
        yield f"version {file['version']}"
    if float(file["price"]) and file["state"] in ("planning", "waiting", "working"):
        yield f"plan: ${file['price']}"
    if float(file["spent"]):
        yield f"spent: ${file['spent']}"
    if file["same_as"]:
        yield f"same as {escape(file['same_as'])}"


def _output(flavor: str, path: str) -> str:
    label = _MADE_FOR.get(flavor, flavor)
    return f'<a href="{quote(path)}">{escape(path.rpartition("/")[2])}</a> <span class="faint">{escape(label)}</span>'


def _badge(state: str) -> str:
    return f'<span class="badge {_TONES.get(state, "calm")}">{escape(state)}</span>'


def _clock(moment: datetime, *, today: datetime) -> str:
    """A time as the person at this machine reads it."""
    local, here = moment.astimezone(), today.astimezone()
    words = "%H:%M:%S" if local.date() == here.date() else "%d %b %H:%M"
    return f'<time datetime="{moment.isoformat()}">{local.strftime(words)}</time>'

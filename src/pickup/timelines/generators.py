"""Titles and solids of other programs as generators of Resolve's: the words are kept, the look is Resolve's default.

Bars, leaders and what else a program makes itself have no counterpart that is known; they stay as they are.
"""

from __future__ import annotations

import html
from pathlib import Path
from types import MappingProxyType

import opentimelineio as otio

from pickup.cut import EventKind
from pickup.timelines.classify import MediaLooker, classify
from pickup.timelines.links import RESOLVE
from pickup.timelines.shapes import set_missing
from pickup.timelines.texts import child, title_text

_GENERATORS = MappingProxyType({EventKind.TITLE: ("Rich", 24), EventKind.SLUG: ("Solid Color", 5)})
"""Resolve's kind of generator, and the number of the effect that holds its parameters."""


def make_resolves(clip: otio.schema.Clip) -> None:
    """Gives a title or a solid of another program the shape of Resolve's own; what is Resolve's stays as it is."""
    reference = clip.media_reference
    if not isinstance(reference, otio.schema.GeneratorReference) or child(reference.parameters, RESOLVE) is not None:
        return
    kind, _, _ = classify(clip, reference, looker=MediaLooker(Path(), prefixes={}), resolve=False)
    if kind not in _GENERATORS:
        return
    sort, number = _GENERATORS[kind]
    words = title_text(reference, clip.effects) if kind is EventKind.TITLE else ""
    effect = {"Effect Name": sort, "Enabled": True, "Name": sort, "Parameters": _settings(kind, words), "Type": number}
    reference.parameters[RESOLVE] = [effect]
    reference.generator_kind = sort
    set_missing(reference, RESOLVE, {"Generator Type": sort})


def _settings(kind: EventKind, words: str) -> list[dict[str, str]]:
    if kind is EventKind.SLUG:
        return [{"Parameter ID": "color", "Parameter Value": "#000000", "Variant Type": "Color"}]
    if not words:
        return []
    page = f"<html><body><p align='center'>{html.escape(words)}</p></body></html>"
    return [{"Parameter ID": "title blob", "Title HTML": page}]

"""The bin of takes: what a delivered sequence does not show, for an editor who wants another one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import add
from pickup.timelines.dialects.fcp7.files import MediaBook
from pickup.timelines.dialects.fcp7.layout import first_file_of, source_start, tracks_of
from pickup.timelines.dialects.fcp7.opening import TAKES_BIN
from pickup.timelines.dialects.fcp7.rates import add_rate
from pickup.timing import half_up

_TAKE = "PICKUP_T"

_Take = tuple[otio.schema.Clip, otio.core.MediaReference]


def add_takes_bin(root: ET.Element, stack: otio.schema.Stack, *, book: MediaBook, fps: Fraction) -> None:
    """Adds the bin where any clip holds other takes; it lists each of them once, those that are shown too."""
    takes = {first_file_of(reference): (clip, reference) for clip, reference in _takes(stack)}
    if not takes:
        return
    folder = add(root, "bin")
    add(folder, "name", TAKES_BIN)
    children = add(folder, "children")
    for url, (clip, reference) in takes.items():
        media = book.media(reference, url=url, source=source_start(clip))
        element = add(children, "clip")
        frames = half_up(media.seconds * fps)
        add(element, "name", media.name)
        add(element, "duration", frames)
        add_rate(element, fps)
        add(element, "in", 0)
        add(element, "out", frames)
        number = book.add_file(element, media)
        element.set("id", f"masterclip-{number}")
        element.insert(0, _named("masterclipid", f"masterclip-{number}"))
        element.insert(1, _named("ismasterclip", "TRUE"))


def _named(tag: str, text: str) -> ET.Element:
    element = ET.Element(tag)
    element.text = text
    return element


def _takes(stack: otio.core.Composition) -> Iterator[_Take]:
    for track in tracks_of(stack):
        for item in track:
            if isinstance(item, otio.schema.Stack | otio.schema.Track):
                yield from _takes(item)
            elif isinstance(item, otio.schema.Clip):
                references = item.media_references()
                if any(key.startswith(_TAKE) for key in references):
                    yield from ((item, each) for each in references.values() if first_file_of(each))

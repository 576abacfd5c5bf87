"""One clip item: what otio-fcp-adapter leaves out or gets wrong is put right from the XML.

The adapter (1.0.0) ignores `enabled` and every speed change, rounds times of other rates through doubles, forgets the
words of markers, and gives a nested sequence the name of the sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import is_false, listed, number_at, table_of, to_table, whole_at
from pickup.timelines.dialects.fcp7.generators import words_of
from pickup.timelines.dialects.fcp7.markers import Scale, restore_markers
from pickup.timelines.dialects.fcp7.notes import Note, Notes, noted_fraction, noted_frames, restore_own
from pickup.timelines.dialects.fcp7.opening import Opened
from pickup.timelines.dialects.fcp7.rates import exact_moment, moment, rate_of, read_start
from pickup.timelines.dialects.fcp7.retimes import Remap, as_decimal, find_remap, is_remap, media_frame
from pickup.timelines.texts import child, text_of

FILTER_KEY = "fcp_xml_filter"
"""Where an effect keeps what stood beside it in its `filter`."""

STANDS_IN = "stands_in"
"""Says of a generator that it is what another program's was written as."""

_XML = "fcp_xml"
_FASTEST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a clip item stands.

    Attributes:
        start: First record frame; `end` is exclusive.
        head: Frames that its `in` lies before that, because a transition begins there.
        fps: Rate of the sequence.
    """

    start: int
    end: int
    head: int
    fps: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Media:
    """First frame and length of what a clip item shows, exact seconds."""

    start: Fraction = Fraction(0)
    fps: Fraction
    length: Fraction | None = None  # Premiere states no duration for what has none, or 0


def restore_clip(item: otio.core.Item, element: ET.Element, *, span: Span, opened: Opened) -> None:
    """Corrects an item of the adapter's in place."""
    note = opened.notes.get(element, {})
    fps = rate_of(element) or span.fps
    media = _media(element, fps=fps, opened=opened)
    remap = find_remap(element)
    head = span.head / span.fps * fps
    played = (number_at(element, "in") or Fraction(0)) + head
    length = (span.end - span.start) / span.fps * fps
    if media.length is not None:
        total = media.length * fps
    else:
        stated = number_at(element, "duration")
        total = (stated if stated is not None else played + length) * remap.pace
    offset = media_frame(remap, played=played, length=length, total=total) / fps
    exact = _noted_offset(note, element)
    source = media.start + (offset if exact is None else exact)
    item.source_range = otio.opentime.TimeRange(
        exact_moment(source, span.fps, fps, media.fps), moment(span.end - span.start, span.fps)
    )
    item.name = text_of(note.get("name")) or element.findtext("name") or ""
    item.enabled = not is_false(element, "enabled")
    warps = _warps(element, remap, played=played, fps=fps, note=note)
    _restore_effects(item, element, warps=warps)
    _restore_markers(item, element, scale=Scale(fps=fps, first=played, source=source, pace=remap.pace), opened=opened)
    if isinstance(item, otio.schema.Clip):
        _restore_reference(item, element, media=media, note=note)
    restore_own(item.metadata, note)


def _media(element: ET.Element, *, fps: Fraction, opened: Opened) -> _Media:
    file, nested = element.find("file"), element.find("sequence")
    if nested is not None:
        nested = opened.full(nested)
        own = rate_of(nested) or fps
        frames = number_at(nested, "duration")
        return _Media(fps=own, length=frames / own if frames else None)
    if file is None:
        return _Media(fps=fps)
    file = opened.full(file)
    own = rate_of(file) or fps
    frames = number_at(file, "duration")
    start = read_start(file.find("timecode"), fps=own)
    return _Media(start=start.seconds, fps=own, length=frames / own if frames else None)


def _noted_offset(note: Note, element: ET.Element) -> Fraction | None:
    """Seconds from the media's first frame that no whole `in` says, while the clip item is as it was written."""
    written = [whole_at(element, tag) for tag in ("in", "out")]
    return noted_fraction(note.get("source")) if listed(note.get("written")) == written else None


def _restore_effects(item: otio.core.Item, element: ET.Element, *, warps: list[otio.schema.Effect]) -> None:
    kept: list[otio.schema.Effect] = []
    for effect, found in zip(list(item.effects), element.iterfind("filter"), strict=True):
        if _has_remap(found):
            continue
        beside = {key: value for key, value in to_table(found).items() if key != "effect"}
        if beside:
            effect.metadata[FILTER_KEY] = beside
        kept.append(effect)
    item.effects[:] = [*warps, *kept]
    if child(item.metadata, _XML, "filter") is not None:
        del item.metadata[_XML]["filter"]  # said by the effects; a take that replaces the clip must not have it


def _has_remap(found: ET.Element) -> bool:
    effect = found.find("effect")
    return effect is not None and is_remap(effect) and not is_false(found, "enabled")


def _warps(
    element: ET.Element, remap: Remap, *, played: Fraction, fps: Fraction, note: Note
) -> list[otio.schema.Effect]:
    if remap.speed is None:
        ramp = otio.schema.TimeEffect(effect_name="Time Remap")
        ramp.metadata[_XML] = {
            "filter": [to_table(each) for each in element.iterfind("filter") if _has_remap(each)],
            "curve": [[as_decimal(when), as_decimal(value)] for when, value in remap.curve],
            "played": as_decimal(played),
            "rate": str(fps),
            **({"smoothed": True} if remap.is_smoothed else {}),
        }
        return [ramp]
    if remap.speed == 0:
        return [otio.schema.FreezeFrame()]
    scalars = [each for each in listed(note.get("scalars")) if isinstance(each, float) and abs(each) <= _FASTEST]
    if remap.speed == 1 and not scalars:
        return []
    return [otio.schema.LinearTimeWarp(time_scalar=each) for each in scalars or [float(remap.speed)]]


def _restore_markers(item: otio.core.Item, element: ET.Element, *, scale: Scale, opened: Opened) -> None:
    found = element.findall("marker")
    markers = list(item.markers)[-len(found) :] if found else []  # those of a nested sequence come before
    restore_markers(markers, found, scale=scale, notes=opened.notes)
    item.markers[:] = markers


def _restore_reference(clip: otio.schema.Clip, element: ET.Element, *, media: _Media, note: Note) -> None:
    reference = clip.media_reference
    known = (exact_moment(media.start, media.fps), exact_moment(media.length or Fraction(0), media.fps))
    reference.available_range = otio.opentime.TimeRange(*known) if media.length else None
    if isinstance(reference, otio.schema.GeneratorReference):
        _restore_generator(reference, element, note=note)
    if note.get("missing") is True:
        clip.media_reference = otio.schema.MissingReference(name=reference.name)
    others = note.get("references")
    if isinstance(others, Mapping):
        references = {key: each.clone() for key, each in others.items() if isinstance(each, otio.core.MediaReference)}
        active = text_of(note.get("active")) or otio.schema.Clip.DEFAULT_MEDIA_KEY
        clip.set_media_references(references | {active: clip.media_reference}, active)


def _restore_generator(reference: otio.schema.GeneratorReference, element: ET.Element, *, note: Note) -> None:
    words = words_of(element)
    if words:
        reference.metadata.setdefault(_XML, {})["text"] = words
    kind, name = text_of(note.get("generator")), text_of(note.get("generator_name"))
    if kind:
        reference.generator_kind, reference.name = kind, name
        reference.metadata.setdefault(_XML, {})[STANDS_IN] = True


def restored_transition(
    transition: otio.schema.Transition, element: ET.Element, *, at: int, fps: Fraction, notes: Notes
) -> None:
    """Corrects a transition that lies over the edit at record frame `at`; keeps its effect for writing it again."""
    start, end = whole_at(element, "start") or 0, whole_at(element, "end") or 0
    note = notes.get(element, {})
    before, after = max(at - start, 0), max(end - at, 0)
    if listed(note.get("written")) == [start, at, end]:  # written shorter than it is
        wanted = (noted_frames(note.get("before")), noted_frames(note.get("after")))
        before, after = (before if wanted[0] is None else wanted[0], after if wanted[1] is None else wanted[1])
    transition.in_offset, transition.out_offset = moment(before, fps), moment(after, fps)
    effect = element.find("effect")
    known = table_of(transition.metadata.get(_XML))
    known["effect"] = to_table(effect) if effect is not None else {}
    transition.metadata[_XML] = known

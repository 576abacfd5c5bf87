"""Which items on the timeline are holes: slugs, placeholders, offline clips, short media and marked clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pickup.briefs import (
    Brief,
    Source,
    brief_from_words,
    is_default_name,
    is_mark,
    matches_pattern,
    parse_brief,
    parse_marker,
)
from pickup.cut import Event, EventKind, MediaKind, Track, TrackKind, walk_events
from pickup.errors import counted, info
from pickup.holes.candidates import Candidate
from pickup.holes.gaps import unlocked_stack
from pickup.holes.model import HoleKind, Rules
from pickup.holes.picture import Interval, Picture, is_covered, merged, painted_by, parts_beside
from pickup.timing import FrameRange, frames_before

_NEVER = (EventKind.ADJUSTMENT,)
_HOLDS_PLACE = (EventKind.TITLE, EventKind.SLUG, EventKind.OFFLINE, EventKind.LEADER)
_NO_HOLE = {
    EventKind.LEADER: "bars or leader are never a hole without a mark",
    EventKind.OPAQUE: "what is inside this item cannot be read; never a hole without a mark",
    EventKind.NESTED: "a compound clip; what is inside is looked at by itself",
    EventKind.ADJUSTMENT: "it shows no picture of its own",
}
_MISSING_FRACTION = Fraction(1, 3)


def item_candidates(picture: Picture, *, rules: Rules) -> Iterator[Candidate]:
    """Every item that the rules have an opinion on, in track order; gaps are left to `gaps`."""
    away = _media_is_elsewhere(picture)
    for track, event, compound, over in _walk(picture.tracks, outer=(), above=_Over(), picture=picture):
        for candidate in _judge(track, event, picture=picture, rules=rules, over=over):
            candidate.compound = compound
            if candidate.kind is HoleKind.OFFLINE and away:
                candidate.held = "media is not visible from here; set [map] in pickup.toml or give --map FROM=TO"
            yield candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Over:
    """Frames that lie under higher tracks: painted by anything, and by titles alone."""

    painted: tuple[Interval, ...] = ()
    titles: tuple[Interval, ...] = ()

    def and_also(self, track: Track, *, picture: Picture) -> _Over:
        """What lies over the track below this one."""
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            return self
        painted = painted_by((track,), besides=picture.overlays)
        return _Over(
            painted=merged([*self.painted, *painted]) if painted else self.painted,
            titles=merged([*self.titles, *_title_intervals((track,))]),
        )


def _walk(
    tracks: tuple[Track, ...], *, outer: tuple[str, ...], above: _Over, picture: Picture
) -> Iterator[tuple[Track, Event, tuple[str, ...], _Over]]:
    """Each enabled item with its track, the names of the compounds around it, and what lies over it."""
    downwards = []
    over = above
    for track in reversed(tracks):
        downwards.append((track, over))
        over = over.and_also(track, picture=picture)
    for track, higher in reversed(downwards):
        if not track.enabled or track.kind is not TrackKind.VIDEO:
            continue
        for event in track.events:
            if event.kind is EventKind.GAP or not event.enabled or not event.record.length:
                continue
            yield track, event, outer, higher
            if event.tracks:
                yield from _walk(event.tracks, outer=(*outer, event.name), above=higher, picture=picture)


def _judge(track: Track, event: Event, *, picture: Picture, rules: Rules, over: _Over) -> Sequence[Candidate]:
    if event.filled is not None and event.kind is EventKind.FOOTAGE:
        return [_passed(event, track, f"filled by Pickup: {event.filled.shot} take {event.filled.take}")]
    if event.kind in _NEVER:
        return [_passed(event, track, f"{_an(event.kind)} shows no picture of its own")]
    candidate = _whole_item(track, event, picture=picture, rules=rules, over=over)
    found = [candidate]
    living = not candidate.is_hole and not candidate.final and event.address not in picture.overlays
    if rules.short and living and event.kind is EventKind.FOOTAGE:
        found = _short_candidates(candidate, event, picture=picture, over=over) or found
    elif candidate.is_hole and not candidate.marked and _is_filled_above(event, track, picture=picture, rules=rules):
        found = _seen_parts(candidate, candidate.record, over=over)
    for each in found:
        if not event.on_grid and each.is_hole:
            _refuse_off_grid(each, picture=picture)
    return found


def _whole_item(track: Track, event: Event, *, picture: Picture, rules: Rules, over: _Over) -> Candidate:
    """The verdict on an item as a whole, its own marks heard."""
    kind, why, is_hole = _verdict(event, picture=picture, rules=rules, titles=over.titles)
    candidate = Candidate(
        kind=kind or HoleKind.MARK,
        record=event.record,
        track=track,
        why=why,
        is_hole=is_hole,
        name=event.name,
        event=event,
        briefs=_marks(event, rules=rules),
    )
    if event.address in picture.overlays:
        candidate.is_hole, candidate.why = False, "an overlay: it lies over the picture and hides nothing"
    elif candidate.is_hole and is_covered(event.record, by=over.painted):
        candidate.is_hole, candidate.why = False, "hidden: picture on a higher track covers all of it"
    _hear_marks(candidate)
    return candidate


def _verdict(
    event: Event, *, picture: Picture, rules: Rules, titles: tuple[Interval, ...]
) -> tuple[HoleKind | None, str, bool]:
    """Kind if it were a hole, the reason, and whether it is one by the rules alone."""
    match event.kind:
        case EventKind.SLUG:
            return _slug_verdict(event, picture=picture, rules=rules, titles=titles)
        case EventKind.TITLE:
            return _placeholder_verdict(event, rules=rules, otherwise="a title without a placeholder word")
        case EventKind.OFFLINE:
            return _offline_verdict(event, rules=rules)
        case EventKind.FOOTAGE:
            return _footage_verdict(event, rules=rules)
        case _:
            return None, _NO_HOLE[event.kind], False


def _slug_verdict(
    event: Event, *, picture: Picture, rules: Rules, titles: tuple[Interval, ...]
) -> tuple[HoleKind, str, bool]:
    if not rules.slugs:
        kind, why, is_hole = _placeholder_verdict(event, rules=rules, otherwise="slugs are switched off in [holes]")
        return kind, why, is_hole
    if any(start < event.record.end and event.record.start < end for start, end in titles):
        return HoleKind.SLUG, "a title lies over it", False
    if event.record.end <= picture.first:
        return HoleKind.SLUG, "it stands before the first footage", False
    if event.record.start >= picture.last:
        return HoleKind.SLUG, "it stands after the last footage", False
    return HoleKind.SLUG, f"{event.generator or 'a slug'} holds the place of a shot", True


def _placeholder_verdict(event: Event, *, rules: Rules, otherwise: str) -> tuple[HoleKind, str, bool]:
    chosen_name = "" if is_default_name(event.name) else event.name  # an NLE's own “Slug” is nobody's word
    found = matches_pattern(event.text, rules.patterns) or matches_pattern(chosen_name, rules.patterns)
    if found is None:
        return HoleKind.PLACEHOLDER, otherwise, False
    if not rules.placeholders:
        return HoleKind.PLACEHOLDER, "placeholders are switched off in [holes]", False
    return HoleKind.PLACEHOLDER, f"its words hold “{found}”", True


def _offline_verdict(event: Event, *, rules: Rules) -> tuple[HoleKind, str, bool]:
    if event.filled is not None:
        return HoleKind.OFFLINE, f"take {event.filled.take} of {event.filled.shot} is not where the cut shows it", True
    kind, why, is_hole = _placeholder_verdict(event, rules=rules, otherwise="")
    if is_hole:
        return kind, why, True
    why = "offline media" if rules.offline else "offline media; set offline = true in [holes] to fill such clips"
    return HoleKind.OFFLINE, why, rules.offline


def _footage_verdict(event: Event, *, rules: Rules) -> tuple[HoleKind | None, str, bool]:
    media = event.media
    if media is not None and media.kind is MediaKind.STILL:
        kind, why, is_hole = _placeholder_verdict(event, rules=rules, otherwise="")
        return (kind, why, True) if is_hole else (None, "living footage", False)
    return None, "living footage", False


def _short_candidates(candidate: Candidate, event: Event, *, picture: Picture, over: _Over) -> list[Candidate]:
    """The frames of living footage that its media does not have, as far as no higher track hides them."""
    head, tail = _missing_frames(event)
    record = event.record
    if head + tail >= record.length:
        candidate.why = "none of its frames lie in what the media has; its timecode origin differs"
        where = f"{candidate.track.name} {picture.cut.timecode(record.start)}"
        candidate.finding = info("OFF_MEDIA", f"“{event.name}”: {candidate.why}", where=where)
        return [candidate]
    sides = (
        (record.start, record.start + head, f"the media starts {counted(head, 'frame')} after the shot does"),
        (record.end - tail, record.end, f"the media ends {counted(tail, 'frame')} before the tail of the shot"),
    )
    return [
        replace(part, kind=HoleKind.SHORT, why=why, is_hole=True)
        for start, end, why in sides
        for part in _seen_parts(candidate, FrameRange(start=start, end=end, rate=record.rate), over=over)
    ]


def _is_filled_above(event: Event, track: Track, *, picture: Picture, rules: Rules) -> bool:
    """Whether a take for this item goes onto a new top track, over whatever else is seen there."""
    stack = event.address[:-2]
    return rules.on_top or track.locked or unlocked_stack(picture.cut, stack, record=event.record) != stack


def _seen_parts(candidate: Candidate, record: FrameRange, *, over: _Over) -> list[Candidate]:
    """The candidate over the parts of a range that no higher track hides: a take above them hides no picture."""
    return [
        replace(candidate, record=part, briefs=list(candidate.briefs)) for part in parts_beside(record, by=over.painted)
    ]


def _missing_frames(event: Event) -> tuple[int, int]:
    """How many record frames at the head and at the tail the media has no frame for."""
    media, speed = event.media, event.speed
    if media is None or media.kind is not MediaKind.MOVIE or media.available is None or not speed:
        return 0, 0
    length = event.record.length
    step = event.record.rate.seconds(1) * abs(speed)
    too_early = frames_before((media.available.start - event.source_start) / step)
    in_time = frames_before((media.available.end - event.source_start) / step)
    head, tail = min(max(too_early, 0), length), min(max(length - in_time, 0), length)
    return (head, tail) if speed > 0 else (tail, head)


def _marks(event: Event, *, rules: Rules) -> list[Brief]:
    """What was said about an item on purpose: our metadata, its markers, a mark in its words; explicit ones first."""
    found: list[Brief | None] = []
    if event.brief:
        found.append(parse_brief(event.brief, source=Source.METADATA, marked=True))
    found += [
        parse_marker(name=each.name, note=each.note, keywords=each.keywords, source=Source.MARKER)
        for each in event.markers
    ]
    for text, source in ((event.text, Source.TITLE), (event.name, Source.NAME)):
        if is_mark(text):
            found.append(brief_from_words(text, source=source, patterns=rules.patterns))
    briefs = [brief for brief in found if brief is not None]
    return sorted(briefs, key=lambda brief: not brief.explicit)


def place_words(event: Event, *, rules: Rules) -> list[Brief]:
    """What the words of an item that holds a place say about the shot, beside its marks: its text, then its name.

    Asked for holes alone: most items of a long cut are none.
    """
    still = event.media is not None and event.media.kind is MediaKind.STILL
    if event.kind not in _HOLDS_PLACE and not still:
        return []
    found = [
        brief_from_words(text, source=source, patterns=rules.patterns)
        for text, source in ((event.text, Source.TITLE), (event.name, Source.NAME))
        if text and not is_mark(text)
    ]
    return [brief for brief in found if brief is not None]


def _hear_marks(candidate: Candidate) -> None:
    if any(brief.skip for brief in candidate.briefs):
        candidate.is_hole, candidate.why, candidate.final = False, "marked “skip”", True
    elif any(brief.explicit for brief in candidate.briefs):
        candidate.is_hole, candidate.why, candidate.marked = True, "marked PICKUP", True


def _refuse_off_grid(candidate: Candidate, *, picture: Picture) -> None:
    candidate.is_hole, candidate.final = False, True
    candidate.why = "one of its edges is no whole frame of the cut"
    where = f"{candidate.track.name} {picture.cut.timecode(candidate.record.start)}"
    candidate.finding = info("OFF_GRID", f"“{candidate.name}” is not filled: {candidate.why}", where=where)


def _passed(event: Event, track: Track, why: str) -> Candidate:
    return Candidate(
        kind=HoleKind.MARK,
        record=event.record,
        track=track,
        why=why,
        is_hole=False,
        name=event.name,
        event=event,
        final=True,
    )


def _title_intervals(tracks: tuple[Track, ...]) -> Iterator[Interval]:
    for track in tracks:
        for event in track.events:
            if event.enabled and event.kind is EventKind.TITLE:
                yield event.record.start, event.record.end
            yield from _title_intervals(event.tracks)


def _media_is_elsewhere(picture: Picture) -> bool:
    """Whether so many files are absent that this is probably the wrong machine."""
    present: set[str] = set()
    absent: set[str] = set()
    for _, event in walk_events(picture.cut.video_tracks):
        media = event.media
        if media is None or event.kind not in (EventKind.FOOTAGE, EventKind.OFFLINE):
            continue
        (present if media.online else absent).add(media.path or media.url or media.name)
    return Fraction(len(absent), max(len(present) + len(absent), 1)) > _MISSING_FRACTION


def _an(kind: EventKind) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"

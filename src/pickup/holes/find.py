"""`find_holes`: candidates, marks and neighbours put together into holes."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from pickup.briefs import Brief, Source
from pickup.cut import Address, Cut, Event, EventKind, MediaKind, Track, walk_events
from pickup.errors import Finding, warning
from pickup.holes.candidates import Candidate
from pickup.holes.frames import Replaced, frame_beside, is_replaced
from pickup.holes.gaps import gap_candidates, transitions_at_edges, unlocked_stack
from pickup.holes.items import item_candidates, place_words
from pickup.holes.marks import apply_marks, timeline_marks
from pickup.holes.model import Found, Hole, HoleKind, Neighbour, Passed, Placement, PlacementKind, Rules
from pickup.holes.picture import Picture, look_at, overlay_findings
from pickup.holes.stand_ins import stand_in_candidates, stand_in_findings
from pickup.ramps import Ramp
from pickup.timing import FrameRange

_OVER_LIVING_PICTURE = (HoleKind.SHORT, HoleKind.MARK)
_ID_LENGTH = 12


def find_holes(cut: Cut, *, rules: Rules, explain: bool = False) -> Found:
    """Finds every hole of a cut.

    Args:
        cut: The snapshot.
        rules: Settings.
        explain: Also say of every item that is no hole why it is none.
    """
    picture = look_at(cut, rules=rules)
    if not picture.tracks:
        return Found(holes=(), passed=(), findings=())
    candidates, said = _judged(picture, rules=rules)
    found = sorted(
        (each for each in candidates if each.is_hole), key=lambda each: (each.record.start, each.track.number)
    )
    replaced = _replaced(found)
    finished = tuple(_with_ids(_hole(each, picture=picture, rules=rules, holes=replaced) for each in found))
    titles = stand_in_candidates(cut, besides=_replaced_items(finished), rules=rules)
    stand_ins = (replace(_hole(each, picture=picture, rules=rules, holes=replaced), stand_in=True) for each in titles)
    passed = [each for each in candidates if not each.is_hole]
    return Found(
        holes=finished,
        passed=tuple(_explain(passed, picture=picture)) if explain else (),
        findings=(
            *_findings(candidates, said, picture=picture),
            *_dissolve_findings(found, finished),
            *stand_in_findings(cut, rules=rules),
        ),
        stand_ins=tuple(_with_ids(stand_ins)),
    )


def _judged(picture: Picture, *, rules: Rules) -> tuple[list[Candidate], list[Finding]]:
    """Every candidate after the rules and the marks, and which marks mark nothing.

    A gap is judged by what stands beside it, and a timeline marker may make a hole of that, or unmake one: then
    everything is judged once more.
    """
    marks = timeline_marks(picture.cut)
    expected: frozenset[Address] | None = None
    while True:
        candidates = list(item_candidates(picture, rules=rules))
        holes = _item_holes(candidates) if expected is None else expected
        candidates += gap_candidates(picture, rules=rules, holes=holes)
        said = apply_marks(candidates, marks, picture=picture)
        if expected is not None or _item_holes(candidates) == holes:
            return candidates, said
        expected = _item_holes(candidates)


def _item_holes(candidates: Iterable[Candidate]) -> frozenset[Address]:
    return frozenset(each.event.address for each in candidates if each.is_hole and each.event is not None)


def _replaced_items(holes: Iterable[Hole]) -> frozenset[Address]:
    """Items that takes replace; what a take only covers still stands in the file."""
    return frozenset(each.placement.address for each in holes if each.placement.kind is PlacementKind.IN_PLACE)


def _replaced(found: Iterable[Candidate]) -> Replaced:
    frames: dict[Address, list[FrameRange]] = defaultdict(list)
    for each in found:
        if each.event is not None:
            frames[each.event.address].append(each.record)
    return frames


def _findings(candidates: Iterable[Candidate], said: list[Finding], *, picture: Picture) -> Iterator[Finding]:
    yield from overlay_findings(picture)
    yield from _nested_findings(picture)
    hidden_media = False
    for candidate in candidates:
        if candidate.finding is not None and (candidate.is_hole or not candidate.marked):
            yield candidate.finding
        if any(brief.unread for brief in candidate.briefs):
            where = f"{candidate.track.name} {picture.cut.timecode(candidate.record.start)}"
            yield warning("BRIEF_UNREAD", "the JSON in its note holds no prompt, description or brief", where=where)
        hidden_media = hidden_media or (candidate.is_hole and bool(candidate.held))
    if hidden_media:
        yield warning(
            "MEDIA_NOT_VISIBLE",
            "more than a third of the media is not visible from here; offline clips are held until [map] is set",
            where=picture.cut.name,
        )
    yield from said


def _dissolve_findings(found: Sequence[Candidate], holes: Sequence[Hole]) -> Iterator[Finding]:
    """Takes on a track above a dissolve: it stays, and shows what it showed."""
    for candidate, hole in zip(found, holes, strict=True):
        above = hole.placement.kind is PlacementKind.NEW_TRACK
        if above and any(transitions_at_edges(candidate.track, candidate.record)):
            message = "the dissolve at its edge stays as it is; the take lies on a track above and begins or ends hard"
            yield warning("DISSOLVE_LEFT", message, where=f"{hole.track} {hole.timecode}")


def _nested_findings(picture: Picture) -> Iterator[Finding]:
    for track, event in walk_events(picture.tracks):
        if event.kind is EventKind.NESTED and event.enabled and not event.straightened:
            where = f"{track.name} {picture.cut.timecode(event.record.start)}"
            message = f"“{event.name}” is retimed or off the frame grid; holes inside it are not looked for"
            yield warning("NESTED_HOLE", message, where=where)


def _hole(candidate: Candidate, *, picture: Picture, rules: Rules, holes: Replaced) -> Hole:
    cut, track = picture.cut, candidate.track
    placement = candidate.placement or _item_placement(candidate, cut=cut, rules=rules)
    covers = candidate.record
    if placement.kind is not PlacementKind.NEW_TRACK:
        head, tail = transitions_at_edges(track, candidate.record)
        covers = candidate.record.grown(head=head, tail=tail)
    stack = placement.address[:-1] if placement.kind is PlacementKind.ON_TRACK else placement.address[:-2]
    before = _neighbour(covers.start - 1, picture=picture, stack=stack, holes=holes)
    after = _neighbour(covers.end, picture=picture, stack=stack, holes=holes)
    retimed = _retimed(candidate, placement=placement)
    top = next((each for each in cut.video_tracks if each.place == track.address[0]), track)
    return Hole(
        id="",
        kind=candidate.kind,
        name=candidate.name,
        track=track.name,
        track_index=top.number,
        record=candidate.record,
        covers=covers,
        timecode=cut.timecode(candidate.record.start),
        placement=placement,
        why=candidate.why,
        briefs=_briefs(candidate, rules=rules),
        before=before,
        after=after,
        marked=candidate.marked,
        compound=candidate.compound,
        held=candidate.held,
        filled=candidate.event.filled if candidate.event is not None else None,
        placeholder_speed=Fraction(1) if retimed is None else retimed.speed,
        placeholder_ramp=None if retimed is None else _ramp_since(covers.start, retimed),
    )


def _retimed(candidate: Candidate, *, placement: Placement) -> Event | None:
    """The item whose speed a take takes over; None where it lies over something, or keeps the clip's effects.

    A still, a title or a slug has no motion that an editor could have retimed: a freeze makes one as long as it is.
    """
    event = candidate.event
    if event is None or placement.kind is not PlacementKind.IN_PLACE or not _moves(event):
        return None
    return event


def _ramp_since(frame: int, event: Event) -> Ramp | None:
    """The ramp of an item, counted from a record frame, in source time."""
    if event.ramp is None or event.ramp.unread:
        return event.ramp
    since = event.record.rate.seconds(frame - event.stretch.start)
    return event.ramp.counted_from(since, source=-event.stretch.source)


def _moves(event: Event) -> bool:
    if event.kind not in (EventKind.FOOTAGE, EventKind.OFFLINE):
        return False
    return event.media is not None and event.media.kind not in (MediaKind.STILL, MediaKind.GENERATOR)


def _briefs(candidate: Candidate, *, rules: Rules) -> tuple[Brief, ...]:
    """Everything said about a hole: marks, its own words, and last the markers that only stand over it."""
    own = place_words(candidate.event, rules=rules) if candidate.event is not None else []
    over = [each for each in candidate.briefs if each.source is Source.TIMELINE_MARKER and not each.explicit]
    marks = [each for each in candidate.briefs if each.source is not Source.TIMELINE_MARKER or each.explicit]
    return (*marks, *own, *over)


def _item_placement(candidate: Candidate, *, cut: Cut, rules: Rules) -> Placement:
    event = candidate.event
    dissolves = any(transitions_at_edges(candidate.track, candidate.record))
    if event is None or (rules.on_top and not dissolves):
        return Placement(kind=PlacementKind.NEW_TRACK, address=())
    stack = event.address[:-2]
    unlocked = unlocked_stack(cut, stack, record=candidate.record)
    if candidate.kind in _OVER_LIVING_PICTURE or candidate.track.locked or unlocked != stack:
        return Placement(kind=PlacementKind.NEW_TRACK, address=unlocked)
    return Placement(kind=PlacementKind.IN_PLACE, address=event.address)


def _neighbour(frame: int, *, picture: Picture, stack: Address, holes: Replaced) -> Neighbour | None:
    """The shot at one record frame, under a lower third too, or None at the ends of the cut."""
    event = picture.beside(frame, holes=holes) if 0 <= frame < picture.cut.duration else None
    if event is None:
        return None
    media = event.media
    shown = frame_beside(frame, picture=picture, holes=holes)
    speed = event.speed if event.speed is not None else Fraction(0)
    offset = picture.cut.rate.seconds(frame - event.record.start)
    return Neighbour(
        name=event.name,
        media=media.name if media else "",
        kind=media.kind if media else MediaKind.MISSING,
        path=media.path if media else None,
        online=bool(media and media.online),
        at=event.source_start + offset * speed,
        media_start=media.available.start if media and media.available else Fraction(0),
        speed=speed,
        available=media.available if media else None,
        straight=event.speed == 1 and event.address[:-2] == stack,
        is_picture=event.kind is EventKind.FOOTAGE and not is_replaced(event, frame, holes=holes),
        frame=shown.frame,
        unseen=shown.why,
    )


def _with_ids(holes: Iterable[Hole]) -> Iterator[Hole]:
    """Gives each hole its id; equals are told apart by their order."""
    seen: Counter[str] = Counter()
    for hole in holes:
        facts = (
            "stand-in" if hole.stand_in else hole.kind,
            hole.track,
            *(each.joint if each else "-" for each in (hole.before, hole.after)),
        )
        plain = "\n".join(facts)
        seen[plain] += 1
        digest = hashlib.sha256(f"{plain}\n{seen[plain]}".encode()).hexdigest()
        yield replace(hole, id=digest[:_ID_LENGTH])


def _explain(passed: Iterable[Candidate], *, picture: Picture) -> Iterator[Passed]:
    seen_tracks = {track.address for track in picture.tracks}
    reasons: list[tuple[Track, FrameRange, str, str]] = [
        (each.track, each.record, each.name, each.why) for each in passed
    ]
    for track, event in walk_events(picture.cut.tracks):
        if event.kind is EventKind.GAP and track.address in seen_tracks:
            seen = picture.at(event.record.start)
            if seen is not None and event.record.length:
                reasons.append((track, event.record, event.name or "gap", "other tracks show picture here"))
        elif event.kind is not EventKind.GAP and not event.enabled:
            reasons.append((track, event.record, event.name, "disabled"))
        elif event.kind is not EventKind.GAP and track.kind.value != "Video":
            reasons.append((track, event.record, event.name, "not on a picture track"))
    for track, record, name, why in sorted(reasons, key=lambda each: (each[1].start, each[0].number)):
        yield Passed(name=name, track=track.name, record=record, why=why)

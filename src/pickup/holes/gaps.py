"""Runs of frames that nothing paints: which of them are holes, and where their takes go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator

from pickup.briefs import Brief, Source, parse_brief, parse_marker
from pickup.cut import Address, Cut, Event, EventKind, Track, TrackKind
from pickup.errors import counted, info, warning
from pickup.holes.candidates import Candidate
from pickup.holes.model import HoleKind, Placement, PlacementKind, Rules
from pickup.holes.picture import Picture, is_shot
from pickup.timing import FrameRange

_BESIDE_TITLE = "it stands beside a title, a card or a leader, not between shots"


def gap_candidates(picture: Picture, *, rules: Rules, holes: Collection[Address]) -> Iterator[Candidate]:
    """Every unpainted run between the first and the last footage.

    Args:
        picture: The picture tracks as they look.
        rules: Settings.
        holes: Addresses of items that are holes themselves; a gap beside one is a gap beside a shot.
    """
    for start, end in picture.unpainted():
        record = picture.cut.range(start, end)
        tracks, compound = _home_stack(picture.tracks, record)
        stack = _stack_of(tracks)
        unlocked = unlocked_stack(picture.cut, stack, record=record)
        track, placement = _place(tracks, record, rules=rules, stack=stack, unlocked=unlocked)
        candidate = Candidate(
            kind=HoleKind.GAP,
            record=record,
            track=track,
            why="nothing is seen here",
            is_hole=rules.gaps,
            placement=placement,
            compound=compound,
            briefs=_gap_briefs(tracks, record),
        )
        if not rules.gaps:
            candidate.why = "gaps are switched off in [holes]"
        else:
            _judge(candidate, tracks, picture=picture, rules=rules, holes=holes)
        _hear_marks(candidate)
        yield candidate


def _judge(
    candidate: Candidate, tracks: tuple[Track, ...], *, picture: Picture, rules: Rules, holes: Collection[Address]
) -> None:
    record, cut = candidate.record, picture.cut
    where = f"{candidate.track.name} {cut.timecode(record.start)}"
    into, out_of = _transitions_against(tracks, record)
    if not _on_grid(tracks, record):
        candidate.is_hole, candidate.final = False, True
        candidate.why = "one of its edges is no whole frame of the cut"
        candidate.finding = info("OFF_GRID", f"the gap is not filled: {candidate.why}", where=where)
    elif not all(is_shot(picture.beside(frame, holes=holes), holes=holes) for frame in (record.start - 1, record.end)):
        candidate.is_hole, candidate.why = False, _BESIDE_TITLE
        message = f"{counted(record.length, 'frame')}: {_BESIDE_TITLE}; mark it PICKUP to fill"
        candidate.finding = info("BESIDE_TITLE", message, where=where)
    elif record.length < rules.min_frames:
        candidate.is_hole, candidate.why = False, f"flash frame: {counted(record.length, 'frame')} of black"
        message = f"{counted(record.length, 'frame')} of black between two shots"
        candidate.finding = warning("FLASH_FRAME", message, where=where)
    elif into and out_of:
        candidate.is_hole, candidate.why = False, "fade out and in"
        candidate.finding = info("FADE", "a fade out and in, not a hole", where=where)
    elif record.length < rules.dip_frames:
        candidate.is_hole, candidate.why = False, "looks like a dip to black; mark it PICKUP to fill"
        candidate.finding = info("DIP", f"{counted(record.length, 'frame')}: {candidate.why}", where=where)
    elif into or out_of:
        side = "into" if into else "out of"
        candidate.finding = info(
            "FADE", f"a transition leads {side} the gap; it stays, and the take covers its frames", where=where
        )


def _hear_marks(candidate: Candidate) -> None:
    if candidate.final:
        return
    if any(brief.skip for brief in candidate.briefs):
        candidate.is_hole, candidate.why, candidate.final = False, "marked “skip”", True
        candidate.finding = None  # the editor knows this gap
    elif any(brief.explicit for brief in candidate.briefs):
        if not candidate.is_hole:
            candidate.finding = None  # it says why this is no hole
        candidate.is_hole, candidate.why, candidate.marked = True, "marked PICKUP", True


def _home_stack(tracks: tuple[Track, ...], record: FrameRange) -> tuple[tuple[Track, ...], tuple[str, ...]]:
    """The picture tracks of the innermost compound clip that holds the whole run, else those of the timeline."""
    for track in tracks:
        event = track.event_at(record.start) if track.enabled else None
        if event is not None and _can_be_filled(event) and event.record.holds(record):
            inner, names = _home_stack(tuple(each for each in event.tracks if each.kind is TrackKind.VIDEO), record)
            return inner, (event.name, *names)
    return tracks, ()


def _can_be_filled(event: Event) -> bool:
    has_picture = any(track.kind is TrackKind.VIDEO for track in event.tracks)
    return event.enabled and event.straightened and has_picture


def _stack_of(tracks: tuple[Track, ...]) -> Address:
    return tracks[0].address[:-1]


def _place(
    tracks: tuple[Track, ...], record: FrameRange, *, rules: Rules, stack: Address, unlocked: Address
) -> tuple[Track, Placement]:
    """The lowest track with room; one whose transition touches the run goes first, because it dissolves there.

    Even where everything goes on top: above a dissolve a take could only begin hard, out of half a dissolve to black.
    """
    shown = next((track for track in tracks if _is_empty(track, record)), tracks[0])
    free = [track for track in tracks if track.enabled and not track.locked and _is_empty(track, record)]
    dissolving = [track for track in free if any(transitions_at_edges(track, record))]
    if rules.on_top and not dissolving:
        return shown, Placement(kind=PlacementKind.NEW_TRACK, address=())
    if not free or unlocked != stack:
        return shown, Placement(kind=PlacementKind.NEW_TRACK, address=unlocked)
    chosen = (dissolving or free)[0]
    return chosen, Placement(kind=PlacementKind.ON_TRACK, address=chosen.address)


def _is_empty(track: Track, record: FrameRange) -> bool:
    """Whether nothing but gap lies in the range, no transition among it, or the track ended before."""
    within = track.edits[bisect_right(track.edits, record.start) : bisect_left(track.edits, record.end)]
    return not within and all(event.kind is EventKind.GAP for event in track.events_in(record))


def _transitions_against(tracks: tuple[Track, ...], record: FrameRange) -> tuple[bool, bool]:
    """Whether a transition leads into the run, and whether one leads out of it."""
    seen = [track for track in tracks if track.enabled]
    return (
        any(track.transitions_at(record.start) for track in seen),
        any(track.transitions_at(record.end) for track in seen),
    )


def _on_grid(tracks: tuple[Track, ...], record: FrameRange) -> bool:
    """Whether both edges are whole frames in the file."""
    for track in tracks:
        for event in track.events_in(record.grown(head=1, tail=1)):
            edges = {event.record.start, event.record.end} & {record.start, record.end}
            if edges and not event.on_grid:
                return False
    return True


def _gap_briefs(tracks: tuple[Track, ...], record: FrameRange) -> list[Brief]:
    """What was said on the gap items themselves: our metadata, and markers over the run; explicit ones first."""
    gaps = [event for track in tracks for event in track.events_in(record) if event.kind is EventKind.GAP]
    found: list[Brief | None] = [
        parse_brief(event.brief, source=Source.METADATA, marked=True) for event in gaps if event.brief
    ]
    found += [
        parse_marker(name=marker.name, note=marker.note, keywords=marker.keywords, source=Source.MARKER)
        for event in gaps
        for marker in event.markers
        if record.start <= marker.record.start < record.end
    ]
    return sorted((brief for brief in found if brief is not None), key=lambda brief: not brief.explicit)


def transitions_at_edges(track: Track, record: FrameRange) -> tuple[int, int]:
    """Frames that transitions on the track reach out of the range, before its start and after its end."""
    head = max((each.before for each in track.transitions_at(record.start)), default=0)
    tail = max((each.after for each in track.transitions_at(record.end)), default=0)
    return head, tail


def unlocked_stack(cut: Cut, stack: Address, *, record: FrameRange) -> Address:
    """The innermost stack that holds `stack`, or is it, and lies on no locked track.

    Args:
        cut: The snapshot.
        stack: Address of a compound clip, or `()` for the timeline.
        record: Frames that the compound clip shows.
    """
    tracks = cut.tracks
    for depth in range(0, len(stack), 2):
        track = next(each for each in tracks if each.place == stack[depth])
        if track.locked:
            return stack[:depth]
        event = track.event_at(record.start)
        tracks = event.tracks if event is not None else ()
    return stack

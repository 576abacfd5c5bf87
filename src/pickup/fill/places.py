"""Where each pickup stands in a version of a cut, and what became of it since the version before.

What stood where is kept in `done.json` of the cut, because a cut that comes back with our takes in it has no holes to
be compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pickup.errors import counted
from pickup.fill.prepared import Prepared
from pickup.match import Change, ChangeKind, Sighting, list_changes
from pickup.timing import timecode


def places_now(prepared: Prepared) -> tuple[Sighting, ...]:
    """Every place of a shot: its holes, and takes that the cut shows by itself."""
    holes = [each for each in prepared.sightings if not each.stand_in]
    standing = {(each.shot, each.start) for each in holes}
    return (*holes, *(each for each in _of_fills(prepared) if (each.shot, each.start) not in standing))


def _of_fills(prepared: Prepared) -> Iterator[Sighting]:
    fills = prepared.survey.fills
    shelf = prepared.library.shelf(fill.shot for fill in fills)
    for fill in fills:
        whole, shown = shelf[fill.shot]
        take = next((file for file in whole if file.take == fill.take), shown)
        yield _place(
            shot=fill.shot,
            cut=prepared.cut_name,
            track=fill.track,
            start=fill.record.start,
            end=fill.record.end,
            rate=str(fill.record.rate),
            shift=fill.offset - take.head + take.shift if take is not None else fill.offset,
        )


def _place(*, shot: str, cut: str = "", track: str, start: int, end: int, rate: str, shift: int) -> Sighting:
    return Sighting(
        shot=shot, cut=cut, hole="", words="", before="", after="", wish="",
        track=track, start=start, end=end, rate=rate, shift=shift,
    )  # fmt: skip


def places_document(places: Sequence[Sighting]) -> list[dict[str, object]]:
    """Places as `done.json` keeps them."""
    return [
        {
            "shot": each.shot,
            "track": each.track,
            "record": {"start": each.start, "end": each.end},
            "rate": each.rate,
            "shift": each.shift,
        }
        for each in places
    ]


def places_then(done: Mapping[str, object], *, prepared: Prepared) -> tuple[Sighting, ...]:
    """Where the shots stood in the last version; where that was not kept, where their holes were seen last."""
    kept = done.get("places")
    if not isinstance(kept, list):
        seen = prepared.library.sightings(prepared.cut_name)
        return tuple(each for each in seen if not each.stand_in) if done else ()
    return tuple(_read(each) for each in kept if isinstance(each, dict))


def _read(kept: Mapping[str, object]) -> Sighting:
    record = kept.get("record")
    start, end = (record.get("start"), record.get("end")) if isinstance(record, dict) else (0, 0)
    shift = kept.get("shift")
    return _place(
        shot=str(kept.get("shot")),
        track=str(kept.get("track")),
        start=start if isinstance(start, int) else 0,
        end=end if isinstance(end, int) else 0,
        rate=str(kept.get("rate")),
        shift=shift if isinstance(shift, int) else 0,
    )


def changes_since(done: Mapping[str, object], *, prepared: Prepared) -> tuple[Change, ...]:
    """What became of each pickup since the last version; nothing where there was none.

    Args:
        done: What `done.json` says of it.
        prepared: The cut as it is now.
    """
    then = places_then(done, prepared=prepared)
    return list_changes(then, places_now(prepared)) if then else ()


def stale_shots(prepared: Prepared) -> Mapping[str, str]:
    """What is wanted otherwise than when its take was made, by shot code."""
    return {shot.spec.code: shot.stale for shot in prepared.shots if shot.stale}


def tell_changes(changes: Sequence[Change], *, prepared: Prepared) -> tuple[str, ...]:
    """Each change as an editor reads it: `SH0020 moved 12 frames later, to 01:00:04:00`."""
    stale = stale_shots(prepared)
    told = []
    for change in changes:
        now = f"; its take is stale: {stale[change.shot]}" if change.now is not None and change.shot in stale else ""
        told.append(f"{_change_words(change, prepared=prepared)}{now}")
    return tuple(told)


def _change_words(change: Change, *, prepared: Prepared) -> str:
    cut = prepared.survey.cut

    def at(place: Sighting) -> str:
        return timecode(cut.start_frame + place.start, rate=cut.rate, drop_frame=cut.drop_frame)

    now, then = change.now, change.then
    match change.kind:
        case ChangeKind.GONE if then is not None:
            return f"{change.shot} is gone (it stood at {at(then)}, {counted(then.length, 'frame')})"
        case ChangeKind.NEW if now is not None:
            return f"{change.shot} is new, at {at(now)} ({counted(now.length, 'frame')})"
        case ChangeKind.TRIMMED if now is not None and then is not None:
            return f"{change.shot} was trimmed, at {at(now)}: {', '.join(_trims(then, now, moved=change.moved))}"
        case ChangeKind.MOVED if now is not None:
            return f"{change.shot} moved {_by(change.moved)}, to {at(now)}"
        case _:
            return f"{change.shot} is as it was"


def _trims(then: Sighting, now: Sighting, *, moved: int) -> Iterator[str]:
    if then.rate != now.rate:
        yield f"the cut runs at {now.rate} and ran at {then.rate}"
        return
    head = now.shift - then.shift
    tail = then.length - now.length - head
    for frames, side in ((head, "head"), (tail, "tail")):
        if frames:
            yield f"{counted(abs(frames), 'frame')} {'off' if frames > 0 else 'more at'} its {side}"
    if moved:
        yield f"it begins {_by(moved)}"


def _by(frames: int) -> str:
    return f"{counted(abs(frames), 'frame')} {'later' if frames > 0 else 'earlier'}"


def change_document(change: Change, *, words: str, stale: str | None) -> dict[str, object]:
    """One change for programs."""
    return {
        "shot": change.shot,
        "kind": change.kind.value,
        "words": words,
        "stale": stale,
        "was": _range(change.then),
        "now": _range(change.now),
        "moved": change.moved,
        "longer": change.longer,
    }


def _range(place: Sighting | None) -> dict[str, int] | None:
    return None if place is None else {"start": place.start, "end": place.end}

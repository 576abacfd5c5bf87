"""Survey, a made-up take for every hole, and the new timeline: with and without the proof that nothing else moved."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pickup.holes import Hole, Rules
from pickup.takes import LinkedTake, Relink
from pickup.timelines.deliver import Order, deliver_timeline
from pickup.timelines.survey import ReadSettings, Survey, survey_timeline

_HANDLES = 12
_SETTINGS = ReadSettings()


def deliver_takes(timeline: Path, destination: Path, *, flavor: str) -> None:
    """Writes `destination` as `pickup fill` does, read back, compared and linted."""
    found = _survey(timeline)
    order = Order(
        timeline=timeline,
        folder=timeline.parent,
        sha256=found.sha256,
        settings=_SETTINGS,
        relinks=tuple(_relinks(found)),
        size=(1920, 1080),
        facts={},
    )
    deliver_timeline(order, destinations={flavor: destination})


def write_takes(timeline: Path, destination: Path) -> None:
    """Writes the same file and does not look at it again: the part that OpenTimelineIO alone can be compared with."""
    from pickup.timelines.limits import ReadLimits  # noqa: PLC0415
    from pickup.timelines.patch import apply_relinks  # noqa: PLC0415 - after the survey, which loads OTIO in a child
    from pickup.timelines.read import read_timeline  # noqa: PLC0415
    from pickup.timelines.references import make_absolute  # noqa: PLC0415

    relinks = _relinks(_survey(timeline))
    cut = read_timeline(timeline, limits=ReadLimits()).timeline
    make_absolute(cut.tracks, folder=timeline.parent)
    apply_relinks(cut, relinks, prefixes={})
    cut.to_json_file(str(destination), indent=4)


def _survey(timeline: Path) -> Survey:
    return survey_timeline(timeline, settings=_SETTINGS, rules=Rules())


def _relinks(survey: Survey) -> list[Relink]:
    return [_relink(hole, number=number) for number, hole in enumerate(survey.found.holes, start=1)]


def _relink(hole: Hole, *, number: int) -> Relink:
    shot = f"SH{number * 10:04d}"
    take = LinkedTake(
        number=1,
        path=f"/library/takes/{shot}/t01/HARBOR7K2Q_{shot}_t01.mov",
        frames=2 * _HANDLES + hole.covers.length,
        start=Fraction(0),
    )
    return Relink(
        shot=shot,
        hole=hole.id,
        kind=hole.kind.value,
        track=hole.track,
        placement=hole.placement,
        record=hole.record,
        offset=_HANDLES + hole.record.start - hole.covers.start,
        circled=1,
        takes=(take,),
    )

"""Writing a new timeline in a child process: patch a copy, write it, read it back, compare.

What is delivered has been read back from the written file. A difference outside the filled ranges is an error, and
then no file is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pickup._child import Report
from pickup._files import whole_file
from pickup.errors import TimelineError, counted
from pickup.takes import Relink
from pickup.timelines.changes import Replaced
from pickup.timelines.fills import fills_of
from pickup.timelines.survey import ReadSettings, in_child, without_collector
from pickup.timelines.verify import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverRequest:
    """What the child is asked to write.

    Attributes:
        sha256: Of the timeline that the relinks were planned for.
        folder: Where the timeline lay when it was read; its relative references start there.
        name: Of the new timeline; NLEs need a new one for every version.
        part: Where the child writes; the parent renames it when all is well.
    """

    timeline: str
    folder: str
    sha256: str
    settings: ReadSettings
    relinks: tuple[Relink, ...]
    name: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What was written.

    Attributes:
        made_absolute: Relative references, as they were and as they are now.
        differences: Empty, or nothing was delivered.
    """

    replaced: tuple[Replaced, ...]
    made_absolute: tuple[tuple[str, str], ...]
    differences: tuple[Difference, ...]


def deliver_timeline(
    timeline: Path,
    destination: Path,
    *,
    folder: Path,
    sha256: str,
    settings: ReadSettings,
    relinks: Sequence[Relink],
) -> Delivered:
    """Writes `destination`, whole and verified or not at all.

    Args:
        timeline: The bytes that were surveyed: the editor's file, or the copy in the library.
        destination: The new timeline; its stem becomes the timeline's name.
        folder: Where the editor's file lies.
        sha256: Of those bytes.
        settings: How to read it, as in the survey.
        relinks: What goes where.

    Raises:
        TimelineError: The file changed meanwhile, or what was written is not what was read plus the takes.
    """
    with whole_file(destination) as part:
        request = DeliverRequest(
            timeline=str(timeline),
            folder=str(folder),
            sha256=sha256,
            settings=settings,
            relinks=tuple(relinks),
            name=destination.stem,
            part=str(part),
        )
        answer = in_child("pickup.timelines.deliver:run_deliver", request, timeline=timeline, settings=settings)
        if not isinstance(answer, Delivered):
            raise TimelineError(f"{destination.name} was not written", where=str(timeline))
        if answer.differences:
            first = answer.differences[0]
            raise TimelineError(
                f"{destination.name} is not delivered: {counted(len(answer.differences), 'difference')} outside the "
                f"filled ranges, first at {first.where}: was {first.was}, is {first.now}",
                where=str(timeline),
                next_step="this is a fault in Pickup; nothing was written. Keep the timeline file and report it",
            )
    return answer


@without_collector()
def run_deliver(request: DeliverRequest, report: Report) -> Delivered:
    """The child's side of `deliver_timeline`."""
    from pickup.timelines.classify import MediaLooker  # noqa: PLC0415 - OTIO is loaded in the child alone
    from pickup.timelines.patch import apply_relinks  # noqa: PLC0415
    from pickup.timelines.read import ReadLimits, read_timeline  # noqa: PLC0415
    from pickup.timelines.references import make_absolute  # noqa: PLC0415
    from pickup.timelines.snapshot import take_snapshot  # noqa: PLC0415
    from pickup.timelines.verify import differences, missing_fills  # noqa: PLC0415

    path, folder, settings = Path(request.timeline), Path(request.folder), request.settings
    limits = ReadLimits(file_mb=settings.file_mb, nesting=settings.nesting)
    file = read_timeline(path, limits=limits)
    if file.sha256 != request.sha256:
        raise TimelineError(
            f"{path.name} changed while it was being filled", where=str(path), next_step="run the command again"
        )
    looker = MediaLooker(folder, prefixes=dict(settings.prefixes))
    made_absolute = make_absolute(file.timeline.tracks, folder=folder)
    old = take_snapshot(file.timeline, name=path.name, looker=looker, drop_frame=settings.drop_frame, digests=True)
    report(0.3)
    replaced = apply_relinks(file.timeline, request.relinks, prefixes=dict(settings.prefixes))
    file.timeline.name = request.name
    file.timeline.to_json_file(request.part, indent=4)
    report(0.6)
    written = read_timeline(Path(request.part), limits=limits)
    new = take_snapshot(written.timeline, name=path.name, looker=looker, drop_frame=settings.drop_frame, digests=True)
    known = [(fill.record.start, fill.record.end) for fill in fills_of(old)]
    fillable = {*known, *((each.record.start, each.record.end) for each in request.relinks)}
    wrong = [*differences(old, new, fillable=fillable), *missing_fills(old, new, relinks=request.relinks)]
    return Delivered(replaced=tuple(replaced), made_absolute=tuple(made_absolute), differences=tuple(wrong))

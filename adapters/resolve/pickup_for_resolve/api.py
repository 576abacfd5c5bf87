"""Asking Resolve.

Its objects answer None or False instead of raising, raise when the connection is gone, and never say why; `hasattr`
is true of every name. So every call goes through `ask`, and what may be missing is looked up with `has`. The types
are those of `fusionscript-stubs`, which exist for the type checker alone.

    timeline = ask(project.GetCurrentTimeline)       a Timeline, or None
    has(pool, "DeleteTimelines")                     False before Resolve had it
"""

import importlib
from typing import TYPE_CHECKING, NamedTuple, Optional, TypeVar, cast

from pickup_for_resolve.words import Trouble

if TYPE_CHECKING:
    from typing import Callable, List, Protocol

    from fusionscript import MediaPool, Project, Resolve, Timeline, TimelineItem, TrackType
    from typing_extensions import ParamSpec

    P = ParamSpec("P")

    class TellsEdition(Protocol):
        """Resolve since 21.1, which the stubs do not know yet."""

        def IsStudio(self) -> bool:  # noqa: N802  Resolve's name
            """Whether this is the Studio edition."""

    class WholeFrames(Protocol):
        """A timeline item before positions could be asked for with subframes."""

        def GetStart(self) -> int:  # noqa: N802  Resolve's name
            """The first frame."""

        def GetEnd(self) -> int:  # noqa: N802  Resolve's name
            """The frame after the last."""

        def GetLeftOffset(self) -> int:  # noqa: N802  Resolve's name
            """Frames of the media before the item begins."""


T = TypeVar("T")

_AWAY = "Start DaVinci Resolve, open a project, and press the button again."


def ask(call: "Callable[P, T]", *args: "P.args", **kwargs: "P.kwargs") -> "Optional[T]":
    """What a call answers; None where it raises. Where the stubs promise an object it may be None or False."""
    try:
        return call(*args, **kwargs)
    except Exception:  # noqa: BLE001  a lost connection raises what it likes
        return None


def has(thing: object, name: str) -> bool:
    """Whether an object of Resolve truly has a function; `hasattr` is true of any name."""
    return name in (ask(dir, thing) or [])


def live_resolve(given: object) -> "Optional[Resolve]":
    """The `resolve` object: the global that a script has inside Resolve, else that of the scripting module."""
    if given is not None:
        return cast("Resolve", given)
    try:
        return cast("Optional[Resolve]", importlib.import_module("DaVinciResolveScript").scriptapp("Resolve"))
    except Exception:  # noqa: BLE001  the module raises what it likes where Resolve is not there
        return None


def is_studio(resolve: "Resolve") -> bool:
    """Whether this is the Studio edition.

    In the free one a function of Studio opens a modal dialog, after which other calls fail (21.0), so this is asked
    before anything else.
    """
    if "Studio" not in (ask(resolve.GetProductName) or ""):
        return False
    return not has(resolve, "IsStudio") or ask(cast("TellsEdition", resolve).IsStudio) is not False


def product(resolve: "Resolve") -> str:
    """Name and version, such as `DaVinci Resolve Studio 20.3.1`."""
    version = ".".join(str(ask(resolve.GetVersionString) or "").split(".")[:3])
    name = ask(resolve.GetProductName) or "DaVinci Resolve"
    return f"{name} {version}".strip()


def answering(resolve: "Optional[Resolve]") -> "Resolve":
    """The same, once it is known to answer.

    Raises:
        Trouble: There is no Resolve, or it does not say its own name.
    """
    if resolve is None:
        raise Trouble("DaVinci Resolve does not answer.", next_step=_AWAY)
    if not ask(resolve.GetProductName):
        raise Trouble("DaVinci Resolve does not say what it is.", next_step=_AWAY)
    return resolve


def open_project(resolve: "Resolve") -> "Project":
    """The project that is open.

    Raises:
        Trouble: None is.
    """
    manager = ask(resolve.GetProjectManager)
    project = ask(manager.GetCurrentProject) if manager else None
    if not project:
        raise Trouble("No project is open in DaVinci Resolve.", next_step="Open one, and press the button again.")
    return project


def media_pool(project: "Project") -> "MediaPool":
    """The project's media pool.

    Raises:
        Trouble: It does not answer.
    """
    pool = ask(project.GetMediaPool)
    if not pool:
        raise Trouble(
            "The media pool does not answer.", next_step="Open the project again, and press the button again."
        )
    return pool


def timelines(project: "Project") -> "List[Timeline]":
    """Every timeline of a project.

    Raises:
        Trouble: Resolve does not say which there are, or what one is called. Without that a name cannot be known to
            be new, and a repeated name makes an import end without a word (19.1.3).
    """
    count = _whole(ask(project.GetTimelineCount))
    found = [ask(project.GetTimelineByIndex, index) for index in range(1, (count or 0) + 1)]
    if count is None or not all(each and ask(each.GetName) for each in found):
        raise Trouble(
            "Resolve does not say which timelines the project has.",
            next_step="Save the project, open it again, and press the button again.",
        )
    return [timeline for timeline in found if timeline]


class Placed(NamedTuple):
    """An item of a timeline.

    Attributes:
        track: Its track among those of its kind, from 1.
        start: First frame, counted from the first frame of the timeline.
        end: Frame after the last, counted likewise.
    """

    kind: str
    track: int
    start: int
    end: int
    name: str
    item: "TimelineItem"


def placed(timeline: "Timeline", kind: "TrackType") -> "Optional[List[Placed]]":
    """Every item on the tracks of a kind, from V1 up; None where Resolve does not tell all of them."""
    origin = _whole(ask(timeline.GetStartFrame))
    count = _whole(ask(timeline.GetTrackCount, kind))
    if origin is None or count is None:
        return None
    found: "List[Placed]" = []
    for index in range(1, count + 1):
        items = ask(timeline.GetItemListInTrack, kind, index)
        if not isinstance(items, (list, tuple)):
            return None
        for item in items:
            start, end = _start(item), _end(item)
            if start is None or end is None:
                return None
            name = str(ask(item.GetName) or "")
            found.append(Placed(kind, index, start - origin, end - origin, name, item))
    return found


def left_offset(item: "TimelineItem") -> "Optional[int]":
    """Frames of the media before the item begins; None where Resolve does not say."""
    offset = ask(item.GetLeftOffset, False)
    return _whole(ask(cast("WholeFrames", item).GetLeftOffset) if offset is None else offset)


def _start(item: "TimelineItem") -> "Optional[int]":
    start = ask(item.GetStart, False)
    return _whole(ask(cast("WholeFrames", item).GetStart) if start is None else start)


def _end(item: "TimelineItem") -> "Optional[int]":
    end = ask(item.GetEnd, False)
    return _whole(ask(cast("WholeFrames", item).GetEnd) if end is None else end)


def _whole(answer: object) -> "Optional[int]":
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return None
    return round(answer)

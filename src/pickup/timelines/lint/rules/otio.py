"""What every reader of OpenTimelineIO wants, whichever program it is."""

from __future__ import annotations

from pickup.timelines.lint.rules.rule import error, info, warning

_LIBRARY = "OpenTimelineIO 0.16 to 0.18 were tried"

OTIO_RULES = (
    error(
        "OTIO_NOT_A_TIMELINE",
        "the file holds something else than one timeline",
        remedy="export the one timeline itself",
        why="A timeline importer takes a file whose root is a Timeline; collections and single clips are none.",
    ),
    error(
        "OTIO_NO_TRACKS",
        "the timeline has no tracks",
        remedy="export the timeline again, with its tracks",
        why="There is nothing to import.",
    ),
    error(
        "OTIO_NEWER_SCHEMA",
        "an object is of a newer version than programs read today",
        remedy="write the file with OpenTimelineIO 0.18, or ask a newer one for version 2 of markers",
        why=f"One such object, such as Marker.3 of OpenTimelineIO 0.19, and the whole file is refused. {_LIBRARY}.",
    ),
    error(
        "OTIO_BAD_TIME",
        "a time makes no sense",
        remedy="export the timeline again; a time is a number of frames at a rate such as 24 or 24000/1001",
        why="The item has no place in the cut. Nobody says what a program makes of NaN, or of a rate of 0.",
    ),
    error(
        "OTIO_NO_LENGTH",
        "an item has neither a source range nor media whose length is stated",
        remedy="give it a source_range",
        why="What follows it on its track has no place.",
    ),
    error(
        "OTIO_NO_REFERENCES",
        "a clip has no media references",
        remedy='write "media_references" with a reference under "DEFAULT_MEDIA"',
        why=f"The clip loads with nothing in it. {_LIBRARY}.",
    ),
    error(
        "OTIO_NO_ACTIVE_REFERENCE",
        "a clip's active reference is not among its references",
        remedy='name an existing key as "active_media_reference_key", best "DEFAULT_MEDIA"',
        why=f"The file loads without a complaint and the clip has no media. {_LIBRARY}.",
    ),
    error(
        "OTIO_NULL_REFERENCE",
        "a clip has null where a reference belongs",
        remedy="write a MissingReference instead of null",
        why=f"The whole file is refused. {_LIBRARY}.",
    ),
    warning(
        "OTIO_ACTIVE_NOT_DEFAULT",
        "the active reference is not the one under DEFAULT_MEDIA",
        remedy="put the media that is to be shown under DEFAULT_MEDIA",
        why="No editing program is known to choose among several references; some take the default one.",
    ),
    warning(
        "OTIO_UNKNOWN_ITEM",
        "an item is of a kind that OpenTimelineIO does not define",
        remedy="replace it with a clip or a gap of the same length",
        why="OpenTimelineIO keeps such an item; no editing program is known to show it.",
    ),
    warning(
        "OTIO_OTHER_TRACK",
        "a track is neither picture nor sound",
        remedy="hand on what it holds in another way",
        why="Such a track is not known to be imported.",
    ),
    info(
        "MEDIA_NOT_HERE",
        "a media file is not visible from this machine",
        remedy="nothing, if the machine that imports the timeline sees it; else put it there or set [map]",
        why="The clip comes in offline where the file is not found.",
    ),
)

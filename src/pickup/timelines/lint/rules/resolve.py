"""What DaVinci Resolve wants of an `.otio` file.

It reads its own exports; a file that is valid but shaped otherwise makes no timeline, and it does not say why. Most of
this was found by taking a working file apart piece by piece in Resolve Studio 19.1.3, and agrees with 20.3 and 21.0.
"""

from __future__ import annotations

from pickup.timelines.lint.rules.rule import error, info, warning

_BISECTED = "measured by others in Resolve Studio 19.1.3"
_SILENT = "Resolve makes no timeline and says nothing"
_EXPORTS = "seen in Resolve's own exports"

_FILE_RULES = (
    warning(
        "RESOLVE_TIMELINE_UNNAMED",
        "the timeline has no name",
        remedy="give it a name that is new for every version",
        why=f"Resolve takes a timeline only under a name that its project does not have yet; {_BISECTED}. Its own "
        "exports may have none, and the import then needs one to be typed.",
    ),
    error(
        "RESOLVE_NO_START",
        "the timeline has no global_start_time",
        remedy="write the timecode of the first frame, such as 86400 at 24 for 01:00:00:00",
        why=f"{_EXPORTS.capitalize()} without exception, and part of the shape that was needed; {_BISECTED}.",
    ),
    error(
        "RESOLVE_PREMIERE_SPEED",
        "clips are retimed and the timeline carries Premiere's mark",
        remedy="take PremierePro_OTIO out of the metadata and state record lengths in source_range",
        why="Premiere divides the duration by the speed, Resolve takes it as it is. One shows other lengths.",
    ),
    info(
        "RESOLVE_TRACK_NAME",
        "a track is not named as Resolve names tracks",
        remedy="name it Video 1, Audio 1 and so on",
        why=f"Part of the shape that was needed; {_BISECTED}. Tracks with other names are not known to fail.",
    ),
)

_CLIP_RULES = (
    error(
        "RESOLVE_OLD_CLIP",
        "a clip is written in the old form, Clip.1",
        remedy='write Clip.2 with "media_references" and "active_media_reference_key"',
        why=f"{_SILENT}; {_BISECTED}. Another program wrote Clip.1 for Resolve 18.5 on purpose.",
    ),
    error(
        "RESOLVE_KEY_MISSING",
        "an item lacks a key that Resolve's own files have",
        remedy='write "enabled": true and "metadata": {} where nothing else is to be said',
        why=f"Part of the shape without which {_SILENT}; {_BISECTED}.",
    ),
    error(
        "RESOLVE_NAME_WITHOUT_EXTENSION",
        "a clip is not named with its file's extension",
        remedy="name the clip exactly as its media file, extension included",
        why="Resolve relinks by name; without an extension clips came in offline. Measured by others, also in FCPXML.",
    ),
    error(
        "RESOLVE_NAME_DIFFERS",
        "a clip is not named as its media file",
        remedy="name the clip exactly as its media file, extension included",
        why="Resolve relinks by name; with another name media stayed offline. Measured by others, ayon-unreal PR 132.",
    ),
    error(
        "RESOLVE_OFF_GRID",
        "a length is not a whole number of frames of the timeline",
        remedy="round lengths, gaps and transition offsets to whole frames of the timeline's rate",
        why=f"Resolve wants whole numbers there; {_BISECTED}.",
    ),
    warning(
        "RESOLVE_OTHER_RATE",
        "a length is counted at another rate than the timeline's",
        remedy="write durations at the timeline's rate; only available_range is at the media's",
        why=f"Resolve writes source ranges at the timeline's rate; {_EXPORTS}.",
    ),
    warning(
        "RESOLVE_NO_SOURCE_RANGE",
        "an item has no source_range",
        remedy="write the range that is shown, at the timeline's rate",
        why=f"Every clip and gap has one; {_EXPORTS}.",
    ),
    warning(
        "RESOLVE_FREEZE_FRAME",
        "a clip is frozen",
        remedy="look at it after the import, or render the frozen frame as a still",
        why="No freeze frame has been seen in an export of Resolve, so what it makes of one is not known.",
    ),
    warning(
        "RESOLVE_RAMP_WITHOUT_KEYFRAMES",
        "a speed ramp has no keyframes",
        remedy="state constant speed as a LinearTimeWarp, or set the ramp again in Resolve",
        why="Resolve writes a ramp as TimeEffect with Key Frames under metadata.Resolve_OTIO; seen in others' exports.",
    ),
    info(
        "RESOLVE_EFFECT_DROPPED",
        "an effect is not one of Resolve's",
        remedy="nothing, if it may be lost",
        why="Resolve's effects stand in the metadata under Resolve_OTIO; others mean nothing to it.",
    ),
    warning(
        "RESOLVE_MARKER_NOTE",
        "a marker's note stands only in its comment",
        remedy="write it to metadata.Resolve_OTIO.Note as well",
        why="Resolve 21 takes the note from the metadata and ignores the comment; measured by others.",
    ),
    error(
        "RESOLVE_TRANSITION_ONE_SIDED",
        "a transition has no clip on one side",
        remedy="take the transition out; a fade is better made in Resolve",
        why="A transition against a gap or the end of a track is not imported; measured by others in 21.0.4.",
    ),
    error(
        "RESOLVE_TRANSITION_NO_HANDLES",
        "a transition needs frames that its media does not have",
        remedy="shorten the transition, trim the clip, or give it longer media",
        why="A dissolve needs handles on both sides; measured by others in 21.0.4.",
    ),
    info(
        "RESOLVE_TRANSITION_UNKNOWN_HANDLES",
        "it cannot be told whether a transition has the frames it needs",
        remedy="look at the transition after the import",
        why="The length of the media is not stated, or a compound, reversed or ramped clip is dissolved.",
    ),
)

_MEDIA_RULES = (
    error(
        "RESOLVE_NO_AVAILABLE_RANGE",
        "a reference has no available_range",
        remedy="write the embedded timecode of the first frame, and the length, at the media's own rate",
        why=f"{_SILENT}; {_BISECTED}.",
    ),
    error(
        "RESOLVE_SOURCE_ZERO_BASED",
        "source frames are counted from zero although the media begins at its own timecode",
        remedy="add the media's start timecode to the start of source_range",
        why=f"One such clip and {_SILENT}. This alone decided whether an import worked; {_BISECTED}.",
    ),
    error(
        "RESOLVE_SOURCE_OUTSIDE_MEDIA",
        "a clip begins where its media has no frame",
        remedy="move the start of source_range into available_range; compare in seconds where rates differ",
        why=f"One such clip and {_SILENT}; {_BISECTED}.",
    ),
    warning(
        "RESOLVE_MEDIA_TOO_SHORT",
        "a clip is longer than what its media has left",
        remedy="trim the clip, or give it longer media",
        why="The frames that are missing cannot be shown.",
    ),
    error(
        "RESOLVE_MEDIA_START_DIFFERS",
        "available_range does not begin at the timecode that is embedded in the file",
        remedy="write the file's own start timecode into available_range and move source_range with it",
        why=f"One such clip and {_SILENT}; {_BISECTED}.",
    ),
    error(
        "RESOLVE_URL",
        "a path is written as a URL",
        remedy="write the bare path, without file:// and without percent escapes",
        why="Resolve 20.2 does not find file:// URLs; without the prefix it does. OpenTimelineIO issue 1985.",
    ),
    error(
        "RESOLVE_NO_PATH",
        "a reference names no file",
        remedy="write the path, or a MissingReference with the last known path as Media Url",
        why="There is nothing to link.",
    ),
    info(
        "RESOLVE_RELATIVE_PATH",
        "a path is relative",
        remedy="keep the file where it lies beside the .otio, or write the absolute path",
        why="A relative path next to the .otio was found (ayon-unreal PR 132); Resolve itself writes absolute ones.",
    ),
    warning(
        "RESOLVE_ESCAPED_PATH",
        "a bare path has percent escapes",
        remedy="write spaces and other characters as they are, unless the file is really named so",
        why="A bare path is not decoded.",
    ),
    info(
        "RESOLVE_FORWARD_SLASHES",
        "a Windows path is written with forward slashes",
        remedy="write backslashes",
        why="Both are found in working files; some of Resolve's calls refuse forward slashes, measured in 21.1.",
    ),
    error(
        "RESOLVE_TITLE_WITHOUT_MEDIA",
        "a Fusion title, Text+ or unfilled placeholder has nothing behind it",
        remedy='fill with stand_ins = "titles" in pickup.toml, render it, put a still in its place, or import by hand '
        "with File > Import",
        why="A MissingReference without a Media Url made scripted imports fail as a whole; measured in 21.0.2. "
        "Resolve writes Fusion titles so itself.",
    ),
    info(
        "RESOLVE_OFFLINE",
        "a clip is offline in the file already",
        remedy="relink it in Resolve if the media is back",
        why=f"A MissingReference with its last path as Media Url comes in as offline media; {_EXPORTS}.",
    ),
)

RESOLVE_RULES = (*_FILE_RULES, *_CLIP_RULES, *_MEDIA_RULES)

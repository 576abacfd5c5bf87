"""What Adobe Premiere Pro wants of an `.otio` file.

Less is known than of Resolve: there are no public exports. This comes from programs that were written against real
ones (auto-editor above all), so several rules warn where an error might be right.
"""

from __future__ import annotations

from pickup.timelines.lint.rules.rule import error, info, warning

_AUTO_EDITOR = "measured by auto-editor"
_SHAPE = "as programs write that were made against Premiere's own files"

_FILE_RULES = (
    warning(
        "PREMIERE_NO_SETTINGS",
        "the sequence does not state its frame rate or picture size",
        remedy="write PremierePro_OTIO with VideoFrameRate and VideoResolution into the metadata of the stack",
        why=f"Premiere keeps them there, {_SHAPE}; without them it has to guess.",
    ),
    info(
        "PREMIERE_NO_VERSION",
        "the timeline does not state PremierePro_OTIO.MetadataVersion",
        remedy='write {"MetadataVersion": "1.0"} under PremierePro_OTIO in the metadata of the timeline',
        why=f"It stands there {_SHAPE}.",
    ),
    info(
        "PREMIERE_SEQUENCE_UNNAMED",
        "the sequence has no name",
        remedy="name the stack: that is the name of the sequence",
        why=f"The stack's name is the sequence's, {_SHAPE}.",
    ),
    info(
        "PREMIERE_AUDIO_CHANNELS",
        "a sound track does not state its channels",
        remedy="write AudioChannels with ChannelType and NumberOfChannels under PremierePro_OTIO",
        why=f"Sound tracks have them {_SHAPE}.",
    ),
)

_CLIP_RULES = (
    warning(
        "PREMIERE_OLD_CLIP",
        "a clip is written in the old form, Clip.1",
        remedy='write Clip.2 with "media_references" and "active_media_reference_key"',
        why=f"Clips are Clip.2 {_SHAPE}; whether the old form is taken is not known.",
    ),
    warning(
        "PREMIERE_NO_OP_WARP",
        "a clip has a time warp of 1.0, which does nothing",
        remedy="take the effect out",
        why=f"Premiere then treats the clip as time-remapped and drops its Motion and Opacity; {_AUTO_EDITOR}.",
    ),
    error(
        "PREMIERE_LINK_SHARED",
        "clips that do not belong together have the same LinkID",
        remedy="give every pair of picture and sound a LinkID of its own, and single clips none",
        why=f"Premiere fuses clips of one LinkID; {_AUTO_EDITOR}.",
    ),
    info(
        "PREMIERE_LINK_OFFSET",
        "picture and sound of one LinkID do not begin and end together",
        remedy="nothing, if the edit is split on purpose (a J or L cut); else give them different LinkIDs",
        why=f"Premiere fuses clips of one LinkID; {_AUTO_EDITOR}. What it does with split edits is not known.",
    ),
    info(
        "PREMIERE_SPEED",
        "a clip is retimed, and Premiere counts its length otherwise than other programs",
        remedy="compare the length after the import",
        why=f"In Premiere's files the visible length is the duration divided by the speed; {_AUTO_EDITOR}. What the "
        "file means cannot be seen in it; the length here is the one that Premiere reads.",
    ),
    warning(
        "PREMIERE_OFF_GRID",
        "a visible length is not a whole number of frames of the sequence",
        remedy="choose the duration so that duration divided by speed is whole",
        why="Everything after it on the track lies between frames.",
    ),
    warning(
        "PREMIERE_FREEZE_FRAME",
        "a clip is frozen",
        remedy="render the frozen frame as a still",
        why="The visible length is the duration divided by the speed, and the speed of a freeze is 0.",
    ),
    warning(
        "PREMIERE_SPEED_RAMP",
        "a clip has a speed ramp",
        remedy="set the ramp again in Premiere",
        why="How Premiere writes a ramp is not known; one from another program is not expected to survive.",
    ),
    info(
        "PREMIERE_EFFECT_DROPPED",
        "an effect is not one of Premiere's",
        remedy="nothing, if it may be lost",
        why="Premiere's effects have their MatchName under PremierePro_OTIO; others mean nothing to it.",
    ),
)

_MEDIA_RULES = (
    warning(
        "PREMIERE_BARE_PATH",
        "a path is not written as a URL",
        remedy="write a percent-encoded file:// URL",
        why="Premiere writes URLs and is fed with them; whether it takes a bare path is not known.",
    ),
    error(
        "PREMIERE_UNENCODED_URL",
        "a URL is not percent-encoded",
        remedy="encode each part of the path between the slashes: a space is %20, # is %23",
        why=f"A raw # or space cuts the path off; {_AUTO_EDITOR}.",
    ),
    error(
        "PREMIERE_NOT_A_FILE",
        "a reference names no file",
        remedy="write the file:// URL of the file",
        why="There is nothing to link.",
    ),
    warning(
        "PREMIERE_STILL_TOO_SHORT",
        "a still's available_range is shorter than its clip",
        remedy="write an available_range that covers the clip",
        why=f"The timing of keyframes is scaled wrongly otherwise; {_AUTO_EDITOR}.",
    ),
    warning(
        "PREMIERE_MATTE",
        "a generator refers to an item of a Premiere project by its id",
        remedy="make the matte again in Premiere, or use a still",
        why="A color matte lives in its project; the reference leads nowhere in another one.",
    ),
    warning(
        "PREMIERE_FOREIGN_GENERATOR",
        "a generator is one of another program",
        remedy="render it, or put a still in its place",
        why="Premiere does not have Resolve's generators and titles.",
    ),
    info(
        "PREMIERE_GENERATOR",
        "a clip is made by a generator",
        remedy="look at it after the import",
        why="What Premiere makes of generators in OpenTimelineIO is not known.",
    ),
    warning(
        "PREMIERE_MISSING_MEDIA",
        "a clip has no media",
        remedy="relink the clip or put a still in its place, and export again; programs write the last known path, for "
        "which Premiere then asks",
        why="What Premiere makes of a MissingReference is not known; it keeps paths of its own offline clips.",
    ),
)

PREMIERE_RULES = (*_FILE_RULES, *_CLIP_RULES, *_MEDIA_RULES)

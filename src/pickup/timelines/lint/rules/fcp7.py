"""What Premiere and Resolve want of Final Cut Pro 7 XML (xmeml)."""

from __future__ import annotations

from pickup.timelines.lint.rules.rule import error, info, warning

_RESOLVE = "Resolve Studio 19.1.3 refuses the whole file, measured by others"
_PREMIERE = "seen in four files that Premiere wrote"

_FILE_RULES = (
    error(
        "FCP7_NO_SEQUENCE",
        "the file holds no sequence",
        remedy="export the sequence, not clips alone",
        why="There is nothing to import.",
    ),
    warning(
        "FCP7_SEVERAL_SEQUENCES",
        "the file holds several sequences beside one another",
        remedy="export one sequence alone",
        why="Which of them an importer opens is its own choice.",
    ),
    warning(
        "FCP7_VERSION",
        "the version of xmeml is not stated as 4 or 5",
        remedy='write <xmeml version="4">, as Premiere does',
        why=f"Version 4 is {_PREMIERE}; Hiero writes 5. Others are not known to be read.",
    ),
    info(
        "FCP7_IN_PROJECT",
        "the sequence is wrapped in a project",
        remedy="put the sequence directly into xmeml, as Premiere does",
        why="Both forms exist; some readers look in one place only.",
    ),
    error(
        "FCP7_NO_SIZE",
        "a sequence has no format with width and height",
        remedy="write media/video/format/samplecharacteristics with width and height",
        why="Without it Resolve shows no timeline; OpenTimelineIO issue 839.",
    ),
    warning(
        "FCP7_NO_START",
        "a sequence has no timecode block",
        remedy="write timecode with rate, string, frame and displayformat",
        why="The sequence begins at 00:00:00:00 wherever it began before.",
    ),
    info(
        "FCP7_NO_LOCKED",
        "a track does not say whether it is locked",
        remedy="write <locked>FALSE</locked> into every track",
        why="OpenShot ends with an error where it is missing; Premiere always writes it.",
    ),
)

_TIME_RULES = (
    error(
        "FCP7_NO_RATE",
        "a rate is missing",
        remedy="write rate with timebase and ntsc into every sequence, clip item and file",
        why="A sequence without it was enough to end an import into Resolve; measured by others.",
    ),
    warning(
        "FCP7_TWO_RATES",
        "an element has two rates",
        remedy="write one rate",
        why="Which of the two counts is the reader's choice; otio-fcp-adapter 1.0.0 writes two.",
    ),
    error(
        "FCP7_TIMEBASE",
        "a timebase is not a whole rate",
        remedy="write 24, 25, 30, 50 or 60, and ntsc TRUE for 23.976, 29.97 and 59.94",
        why='Premiere says "file is damaged" of a wrong timebase, as of 59 for 59.94; known from other writers.',
    ),
    error(
        "FCP7_NTSC",
        "a rate does not say TRUE or FALSE under ntsc, or says TRUE where there is no such rate",
        remedy="write TRUE for 23.976, 29.97, 59.94 and their multiples, else FALSE",
        why="The rate is what timebase and ntsc say together.",
    ),
    error(
        "FCP7_NOT_A_NUMBER",
        "a position or length is not a number of frames",
        remedy="write whole frames",
        why="The item has no place in the cut.",
    ),
    info(
        "FCP7_NOT_AN_INTEGER",
        "a position or length is written with a decimal point",
        remedy="write whole frames, without a point",
        why="Hiero writes so; Premiere writes whole numbers, and some readers take nothing else.",
    ),
    error(
        "FCP7_NO_TIMECODE",
        "a file has no timecode block",
        remedy="write timecode with rate, string, frame and displayformat that match the media",
        why=f"One missing block and {_RESOLVE}.",
    ),
    error(
        "FCP7_TIMECODE_WRONG",
        "string and frame of a timecode block say different things",
        remedy="write the frame number that the string means at the block's rate, drop frame where displayformat is DF",
        why=f"One wrong block and {_RESOLVE}.",
    ),
    warning(
        "FCP7_DISPLAYFORMAT",
        "displayformat and the separators of the timecode contradict each other",
        remedy="write DF with semicolons, or NDF with colons",
        why="Some readers go by one, some by the other.",
    ),
)

_ITEM_RULES = (
    error(
        "FCP7_LOOSE_EDGE",
        "an item begins or ends at -1 without a transition beside it",
        remedy="write the frame, or the transitionitem that it belongs to",
        why="-1 means that the transition beside it says where the edge is.",
    ),
    error(
        "FCP7_NO_LENGTH",
        "an item ends where it begins, or before",
        remedy="take it out or correct start and end",
        why="It shows nothing.",
    ),
    warning(
        "FCP7_OVERLAP",
        "two items of a track overlap",
        remedy="trim one of them, or put it onto another track",
        why="A track shows one thing at a time; what the importer cuts away is its own choice. Premiere "
        "writes such sound tracks itself where channels are faded.",
    ),
    error(
        "FCP7_NO_MEDIA",
        "a clip item has neither a file nor a sequence",
        remedy="write a file with pathurl, or with mediaSource Slug where there is no media",
        why="Resolve ends the import at such an item; known from other writers.",
    ),
    warning(
        "FCP7_NAME_WITHOUT_EXTENSION",
        "a clip item's name lacks the extension of its file",
        remedy="name it as its media file, extension included",
        why="Resolve relinks by name, and clips without an extension came in offline.",
    ),
    error(
        "FCP7_DUPLICATE_ID",
        "two items have the same id",
        remedy="number clip items through all tracks, sound included",
        why="Links point at ids; with doubled ones wrong items are linked. otio-fcp-adapter 1.0.0 writes such.",
    ),
    info(
        "FCP7_NO_ID",
        "a clip item has no id",
        remedy='write one: <clipitem id="clipitem-1">',
        why="It cannot be linked with its sound. Premiere always writes one, Hiero does not.",
    ),
    error(
        "FCP7_UNKNOWN_LINK",
        "a link points at no item",
        remedy="write the id of an item that exists, or take the link out",
        why="The pair falls apart, or the wrong items are linked.",
    ),
    warning(
        "FCP7_SPEED",
        "a clip is retimed",
        remedy="check it after the import, or render it at its speed",
        why="Resolve 17 to 19 ignored speed filters or ended; known from other writers. Premiere reads its own.",
    ),
)

_MEDIA_RULES = (
    error(
        "FCP7_FILE_UNDEFINED",
        "a file or sequence is referred to and nowhere described",
        remedy="write its full form where it is used first",
        why="Premiere shows media pending; known from other writers.",
    ),
    error(
        "FCP7_FILE_LATE",
        "a file or sequence is described only after its first use",
        remedy="write its full form where it is used first, and the id alone afterwards",
        why=f"The full form stands at the first use, {_PREMIERE}; readers go from top to bottom.",
    ),
    error(
        "FCP7_NO_PATHURL",
        "a file has no pathurl",
        remedy="write the file:// URL, or mediaSource Slug where there is no media",
        why="There is nothing to link.",
    ),
    error(
        "FCP7_NOT_A_URL",
        "a pathurl is no file URL",
        remedy="write file://localhost/ and the whole path, percent-encoded",
        why="Bare names and paths do not link.",
    ),
    error(
        "FCP7_UNENCODED_URL",
        "a pathurl is not percent-encoded",
        remedy="encode each part of the path between the slashes: a space is %20, # is %23",
        why="A raw # or space cuts the path off.",
    ),
    warning(
        "FCP7_FILE_CHARACTERISTICS",
        "a file does not describe its picture or sound",
        remedy="write media/video/samplecharacteristics with width and height, media/audio where it has sound",
        why=f"Required in practice, and {_PREMIERE}.",
    ),
    warning(
        "FCP7_NO_DURATION",
        "a still has no duration",
        remedy="write a finite duration in frames",
        why="Premiere takes its default of about 12 hours instead; measured by others.",
    ),
)

FCP7_RULES = (*_FILE_RULES, *_TIME_RULES, *_ITEM_RULES, *_MEDIA_RULES)

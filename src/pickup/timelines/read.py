"""Reading a timeline file safely: size, depth, byte-order mark, root type, and a clear sentence for what is wrong.

Runs in a child process, because some damaged files end the interpreter inside OTIO's C++ code (0.18.1: `"tracks":
null`). Which dialect a file is of says `sniff`; what stands in it is for `snapshot`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from pickup.errors import TimelineError
from pickup.timelines.complaints import complaint
from pickup.timelines.content import is_nested_deeper, read_content
from pickup.timelines.dialect import Reading, Source
from pickup.timelines.limits import ReadLimits
from pickup.timelines.sniff import find_dialect
from pickup.timelines.xml_text import is_xml, parse_xml

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NULL_TRACKS = re.compile(rb'"tracks"\s*:\s*null')
_OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EVENT_OF_AN_EDL = re.compile(rb"^\s*\d{3,6}\s+\S+\s+\S+\s+[CWKD]", re.MULTILINE)
_EXPORT_AGAIN = "export the timeline again as OpenTimelineIO (.otio) or Final Cut Pro 7 XML (.xml)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFile:
    """A timeline as its dialect read it.

    Attributes:
        sha256: Of the file's bytes, or of the timeline inside a bundle.
        dialect: Its name; `dialect_from` says what it was told by.
        bundled: Names of the media inside, where the file is a bundle.
    """

    path: Path
    reading: Reading
    sha256: str = ""
    dialect: str = "otio"
    dialect_from: str = ""
    bundled: tuple[str, ...] = ()

    @property
    def timeline(self) -> otio.schema.Timeline:
        """The neutral timeline."""
        return self.reading.timeline


def read_timeline(path: Path, *, limits: ReadLimits) -> TimelineFile:
    """Reads a timeline file of any dialect, OTIO of any schema version that this OTIO reads, or a bundle of one.

    Raises:
        TimelineError: Missing, too large, too deep, damaged, no timeline, or written by a newer OTIO.
    """
    content, bundled = read_content(path, limits=limits)
    source = parse_source(content, path=path, limits=limits)
    dialect, why = find_dialect(source)
    reading = dialect.read(source)
    return TimelineFile(
        path=path,
        reading=reading,
        sha256=hashlib.sha256(content).hexdigest(),
        dialect=dialect.NAME,
        dialect_from=why,
        bundled=bundled or (),
    )


def parse_source(content: bytes, *, path: Path, limits: ReadLimits) -> Source:
    """The bytes of a timeline, parsed as far as that is safe without knowing their dialect.

    Raises:
        TimelineError: They are no timeline, or damaged.
    """
    text = content.removeprefix(_BYTE_ORDER_MARK)
    if is_xml(text):
        return Source(path=path, content=content, xml=parse_xml(text, path=path, nesting=limits.nesting))
    _check_text(text, path=path, limits=limits)
    return Source(path=path, content=content, timeline=_parse(text, path=path))


def _check_text(text: bytes, *, path: Path, limits: ReadLimits) -> None:
    if not text or text.isspace():
        raise TimelineError(f"{path.name} is empty", where=str(path), next_step=_EXPORT_AGAIN)
    if not text.lstrip().startswith((b"{", b"[")):
        raise TimelineError(f"{path.name} is {_other_format(text)}", where=str(path), next_step=_EXPORT_AGAIN)
    if is_nested_deeper(text, than=limits.nesting):
        raise TimelineError(
            f"{path.name} is nested more than {limits.nesting} levels deep",
            where=str(path),
            next_step="raise nesting under [limits] in pickup.toml if the file is meant to be so deep",
        )
    if _NULL_TRACKS.search(text) and _has_null_tracks(text):
        raise TimelineError(f"{path.name} has no tracks (it says null)", where=str(path), next_step=_EXPORT_AGAIN)


def _other_format(text: bytes) -> str:
    """What a file is that is neither JSON nor XML, told by its bytes."""
    if text.startswith(_OLE_FILE):
        return "AAF, which is not read: it links badly when it comes back"
    if text.startswith(b"TITLE:") or _EVENT_OF_AN_EDL.search(text[:4096]):
        return "an EDL, which is not read: it has neither frame rate nor media"
    return "neither an OpenTimelineIO file nor XML"


def _has_null_tracks(text: bytes) -> bool:
    """Whether a timeline in the text has no tracks; foreign metadata may well hold such a key."""
    try:
        waiting: list[object] = [json.loads(text)]
    except ValueError:
        return False  # OTIO will say what is wrong with it
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if str(node.get("OTIO_SCHEMA")).startswith("Timeline.") and node.get("tracks", node) is None:
                return True
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return False


def _parse(text: bytes, *, path: Path) -> otio.schema.Timeline:
    try:
        decoded = text if text.isascii() else text.decode()  # OTIO takes ASCII bytes as they are: one copy less
        root = otio.core.deserialize_json_from_string(decoded)
    except UnicodeDecodeError as error:
        raise TimelineError(f"{path.name} is not UTF-8 text", where=str(path), next_step=_EXPORT_AGAIN) from error
    except (otio.exceptions.OTIOError, ValueError, RuntimeError, TypeError, IndexError, KeyError) as error:
        raise TimelineError(
            f"{path.name} cannot be read: {complaint(error, text=text)}", where=str(path), next_step=_EXPORT_AGAIN
        ) from error
    return _timeline_in(root, path=path)


def _timeline_in(root: object, *, path: Path) -> otio.schema.Timeline:
    if isinstance(root, otio.schema.Timeline):
        return root
    if isinstance(root, otio.schema.SerializableCollection):
        timelines = [each for each in root if isinstance(each, otio.schema.Timeline)]
        if len(timelines) == 1:
            return timelines[0]
        held = f"{len(timelines)} timelines" if timelines else "no timeline"
        raise TimelineError(
            f"{path.name} is a collection that holds {held}",
            where=str(path),
            next_step="export the one timeline that should be filled",
        )
    schema = root.schema_name() if isinstance(root, otio.core.SerializableObject) else type(root).__name__
    raise TimelineError(
        f"{path.name} holds {_article(schema)}, not a timeline",
        where=str(path),
        next_step="export the whole timeline as OpenTimelineIO (.otio)",
    )


def _article(schema: str) -> str:
    names = {"Clip": "a single clip", "Track": "a single track", "Stack": "a stack of tracks", "NoneType": "nothing"}
    return names.get(schema, "plain data" if schema.startswith("Any") else f"“{schema}”")

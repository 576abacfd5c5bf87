"""Reading a timeline file safely: size, depth, byte-order mark, root type, and a clear sentence for what is wrong.

Runs in a child process, because some damaged files end the interpreter inside OTIO's C++ code (0.18.1: `"tracks":
null`). It looks at no content; `snapshot` does.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from pickup.errors import TimelineError
from pickup.timelines.complaints import complaint

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_STRINGS = re.compile(rb'"[^"]*"')
_NULL_TRACKS = re.compile(rb'"tracks"\s*:\s*null')
_OTHER_FORMATS = {".xml": "FCP7 XML", ".fcpxml": "FCPXML", ".edl": "an EDL", ".aaf": "AAF", ".otioz": "an OTIO bundle"}
_EXPORT_AGAIN = "export the timeline again as OpenTimelineIO (.otio)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """How large and how deeply nested a timeline file may be."""

    file_mb: int = 1024
    nesting: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFile:
    """A timeline as OTIO holds it, with the hash of the bytes it was read from."""

    path: Path
    sha256: str
    timeline: otio.schema.Timeline


def read_timeline(path: Path, *, limits: ReadLimits) -> TimelineFile:
    """Reads an `.otio` file of any schema version that this OTIO reads.

    Raises:
        TimelineError: Missing, too large, too deep, damaged, no timeline, or written by a newer OTIO.
    """
    content = _content(path, limits=limits)
    digest = hashlib.sha256(content).hexdigest()
    text = content.removeprefix(_BYTE_ORDER_MARK)
    _check_text(text, path=path, limits=limits)
    return TimelineFile(path=path, sha256=digest, timeline=_parse(text, path=path))


def _content(path: Path, *, limits: ReadLimits) -> bytes:
    if path.suffix.lower() in _OTHER_FORMATS:
        raise TimelineError(
            f"{path.name} is {_OTHER_FORMATS[path.suffix.lower()]}; only OpenTimelineIO is read so far",
            where=str(path),
            next_step=_EXPORT_AGAIN,
        )
    size_mb = _size_of(path) >> 20
    if size_mb > limits.file_mb:
        raise TimelineError(
            f"{path.name} has {size_mb} MB, more than the limit of {limits.file_mb} MB",
            where=str(path),
            next_step="raise file_mb under [limits] in pickup.toml if the file is meant to be so large",
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise TimelineError(
            f"{path.name} cannot be opened: {error.strerror}", where=str(path), next_step="check its permissions"
        ) from error


def _size_of(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError:
        reason = "does not exist"
    except OSError as error:
        reason = f"cannot be looked at: {error.strerror}"
    else:
        if stat.S_ISREG(found.st_mode):
            return found.st_size
        reason = "is a folder" if stat.S_ISDIR(found.st_mode) else "is no regular file"
    raise TimelineError(f"{path.name} {reason}", where=str(path), next_step="check the path of the timeline")


def _check_text(text: bytes, *, path: Path, limits: ReadLimits) -> None:
    if not text or text.isspace():
        raise TimelineError(f"{path.name} is empty", where=str(path), next_step=_EXPORT_AGAIN)
    if not text.lstrip().startswith((b"{", b"[")):
        raise TimelineError(f"{path.name} is not an OpenTimelineIO file", where=str(path), next_step=_EXPORT_AGAIN)
    if is_nested_deeper(text, than=limits.nesting):
        raise TimelineError(
            f"{path.name} is nested more than {limits.nesting} levels deep",
            where=str(path),
            next_step="raise nesting under [limits] in pickup.toml if the file is meant to be so deep",
        )
    if _NULL_TRACKS.search(text) and _has_null_tracks(text):
        raise TimelineError(f"{path.name} has no tracks (it says null)", where=str(path), next_step=_EXPORT_AGAIN)


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


def is_nested_deeper(text: bytes, *, than: int) -> bool:
    """Whether objects and lists of a JSON text stand more than `than` levels inside one another.

    Works on bytes without parsing, because a parser may be what a deep file is meant to break. Unbalanced text
    is for the parser to refuse.
    """
    bare = text.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in text else text
    bare = bare.translate(None, _NOT_STRUCTURE)
    structure = _STRINGS.sub(b"", bare.replace(b'""', b""))
    for _ in range(than):
        peeled = structure.replace(b"{}", b"").replace(b"[]", b"")
        if len(peeled) == len(structure):
            return False
        structure = peeled
    return b"{}" in structure or b"[]" in structure


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

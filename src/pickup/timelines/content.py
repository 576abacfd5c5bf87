"""The bytes of a timeline file, out of its bundle where it is one, and how deep they are nested; nothing is parsed."""

from __future__ import annotations

import re
from pathlib import Path

from pickup.errors import TimelineError
from pickup.timelines.bundles import read_bundle
from pickup.timelines.limits import ReadLimits, is_bundle, size_of_file

_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_STRINGS = re.compile(rb'"[^"]*"')


def read_content(path: Path, *, limits: ReadLimits) -> tuple[bytes, tuple[str, ...] | None]:
    """The timeline's bytes; with them the names of the media in its bundle, or None where it is no bundle.

    Raises:
        TimelineError: Missing, too large, not to be opened, or a damaged bundle.
    """
    size_mb = size_of_file(path) >> 20
    if is_bundle(path):
        bundle = read_bundle(path, limits=limits)
        return bundle.content, tuple(bundle.media)
    if size_mb > limits.file_mb:
        raise TimelineError(
            f"{path.name} has {size_mb} MB, more than the limit of {limits.file_mb} MB",
            where=str(path),
            next_step="raise file_mb under [limits] in pickup.toml if the file is meant to be so large",
        )
    try:
        return path.read_bytes(), None
    except OSError as error:
        raise TimelineError(
            f"{path.name} cannot be opened: {error.strerror}", where=str(path), next_step="check its permissions"
        ) from error


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

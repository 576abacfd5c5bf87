"""Which file goes under which name into a bundle, and pointing a clip's references at it.

Two files of one name get two names, as a disk would tell them apart that ignores case. A name keeps its spelling but
for characters that mean something else in a URL: references in bundles are written as plain text by some programs and
read as URLs by others.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pickup.errors import Finding, counted, info, warning
from pickup.paths import file_name
from pickup.timelines.bundles.archive import MEDIA_FOLDER, folded

Node = dict[str, object]
"""One object of a timeline's JSON."""

_AMBIGUOUS = re.compile(r'[%#?\\:*"<>|\x00-\x1f\x7f]')
_NAMED = 5
_MEDIA = frozenset(
    {"3gp", "avi", "braw", "crm", "dv", "flv", "m2t", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf",
     "ogv", "r3d", "ts", "vob", "webm", "wmv",
     "aac", "ac3", "aif", "aifc", "aiff", "bwf", "caf", "flac", "m4a", "mp3", "ogg", "opus", "wav", "wma",
     "ari", "arx", "avif", "bmp", "cin", "dng", "dpx", "exr", "gif", "hdr", "heic", "jp2", "jpeg", "jpg", "jxl", "pdf",
     "png", "psd", "svg", "tga", "tif", "tiff", "webp"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a reference leads inside the bundle, and the file's or folder's name there."""

    url: str
    name: str


class Packing:
    """Gathers files, and rewrites references to them.

    Args:
        local: The path on this machine that a reference means; None for what is no local file.
    """

    def __init__(self, local: Callable[[str], str | None]) -> None:
        self.files: list[tuple[str, Path, int]] = []
        self._local = local
        self._places: dict[tuple[str, ...], _Place | None] = {}
        self._members: dict[tuple[str, ...], _Place] = {}
        self._taken: set[str] = set()
        self._left_out: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._renamed: dict[str, str] = {}

    def pack(self, clip: Node) -> None:
        """Points every reference of a clip at the bundle, where its media can be packed."""
        references = clip.get("media_references")
        held = references.values() if isinstance(references, dict) else [clip.get("media_reference")]
        for reference in held:
            if not isinstance(reference, dict):
                continue
            schema = str(reference.get("OTIO_SCHEMA")).partition(".")[0]
            if schema == "ExternalReference" and reference.get("target_url"):
                self._pack_file(reference, clip=clip)
            elif schema == "ImageSequenceReference" and reference.get("target_url_base"):
                self._pack_sequence(reference)

    def findings(self, *, where: str) -> tuple[Finding, ...]:
        """What was left out, by reason, and what has another name in the bundle."""
        said = [
            warning("BUNDLE_WITHOUT_MEDIA", f"{_listed(names)} left out of the bundle: {reason}", where=where)
            for reason, names in self._left_out.items()
        ]
        if self._renamed:
            pairs = [f"{there} is {here}" for there, here in self._renamed.items()]
            message = f"renamed in the bundle, so that names are unique and safe: {_listed(dict.fromkeys(pairs))}"
            said.append(info("BUNDLE_RENAMED", message, where=where))
        return tuple(said)

    def _pack_file(self, reference: Node, *, clip: Node) -> None:
        url = str(reference["target_url"])
        if (url,) not in self._places:
            self._places[(url,)] = self._add_file(url)
        place = self._places[(url,)]
        if place is None:
            return
        was = file_name(url)
        reference["target_url"] = place.url
        for named in (reference, clip):  # Resolve links by a clip's name where that is the file's name
            if was and was != place.name and named.get("name") == was:
                named["name"] = place.name

    def _add_file(self, url: str) -> _Place | None:
        path = self._found(url)
        if path is None:
            return None
        size = _size_of_file(path)
        if size is None:
            self._leave(file_name(url) or url, "the file is not here")
            return None
        if path.suffix.lower().removeprefix(".") not in _MEDIA:
            self._leave(file_name(url) or url, "no media by its extension")
            return None
        real = (str(path.resolve()),)
        if real not in self._members:
            name = self._unique(path.name, shown=str(path))
            self._members[real] = _Place(url=f"{MEDIA_FOLDER}/{name}", name=name)
            self.files.append((f"{MEDIA_FOLDER}/{name}", path, size))
        return self._members[real]

    def _pack_sequence(self, reference: Node) -> None:
        base = str(reference["target_url_base"])
        prefix, suffix = str(reference.get("name_prefix") or ""), str(reference.get("name_suffix") or "")
        key = (base, prefix, suffix)
        if key not in self._places:
            self._places[key] = self._add_sequence(base, prefix=prefix, suffix=suffix)
        place = self._places[key]
        if place is not None:
            reference["target_url_base"] = place.url

    def _add_sequence(self, base: str, *, prefix: str, suffix: str) -> _Place | None:
        """Packs every numbered frame beside the ones that are used, in a folder of its own."""
        shown = f"{prefix}#{suffix}"
        separator = "" if base.endswith(("/", "\\")) else "/"
        frame = self._found(f"{base}{separator}{prefix}0{suffix}")
        if frame is None:
            return None
        if suffix.rpartition(".")[2].lower() not in _MEDIA:
            self._leave(shown, "no media by its extension")
            return None
        if _AMBIGUOUS.search(prefix + suffix) or "/" in prefix + suffix:
            self._leave(shown, "the name has characters that cannot stand in a bundle")
            return None
        frames = list(_frames(frame.parent, prefix=prefix, suffix=suffix))
        if not frames:
            self._leave(shown, "no frame of it is here")
            return None
        real = (str(frame.parent.resolve()), prefix, suffix)
        if real not in self._members:
            folder = self._unique(PurePosixPath(prefix.rstrip("._- ") or "sequence").name, shown="")
            self._members[real] = _Place(url=f"{MEDIA_FOLDER}/{folder}", name=folder)
            self.files += [(f"{MEDIA_FOLDER}/{folder}/{path.name}", path, size) for path, size in frames]
        return self._members[real]

    def _found(self, url: str) -> Path | None:
        path = self._local(url)
        if path is None or "\0" in path:
            self._leave(file_name(url) or url, "no file of this machine")
            return None
        return Path(path)

    def _leave(self, name: str, reason: str) -> None:
        self._left_out[reason][name] = None

    def _unique(self, name: str, *, shown: str) -> str:
        """A name that no other member has; a change is told unless `shown` is empty."""
        safe = _AMBIGUOUS.sub("_", unicodedata.normalize("NFC", name)).rstrip(". ") or "media"
        stem, dot, extension = safe.rpartition(".")
        if not stem:
            stem, dot, extension = safe, "", ""
        given, number = safe, 1
        while folded(given) in self._taken:
            number += 1
            given = f"{stem}_{number}{dot}{extension}"
        self._taken.add(folded(given))
        if shown and given != unicodedata.normalize("NFC", name):
            self._renamed[shown] = given
        return given


def _size_of_file(path: Path) -> int | None:
    """In bytes; None for what is absent or no regular file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _frames(folder: Path, *, prefix: str, suffix: str) -> Iterator[tuple[Path, int]]:
    """Numbered files of a folder with their sizes, in the order of their numbers."""
    pattern = re.compile(re.escape(prefix) + r"-?(\d+)" + re.escape(suffix))
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed of a folder of 100,000 frames
    except OSError:
        return
    numbered = [(int(found[1]), name) for name in names if (found := pattern.fullmatch(name)) is not None]
    for _, name in sorted(numbered):
        size = _size_of_file(folder / name)
        if size is not None:
            yield folder / name, size


def _listed(names: dict[str, None]) -> str:
    """The first names, and how many there are besides."""
    first = ", ".join(list(names)[:_NAMED])
    rest = len(names) - _NAMED
    return f"{first} and {counted(rest, 'other')}" if rest > 0 else first

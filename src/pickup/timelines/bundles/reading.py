"""Reading a bundle: its timeline as bytes, its media onto the disk."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pickup._files import free_bytes, whole_file
from pickup.errors import LibraryError
from pickup.timelines.bundles.archive import (
    CHUNK_BYTES,
    CONTENT,
    VERSION_FILE,
    Archive,
    MediaMember,
    open_archive,
    refused,
)
from pickup.timelines.limits import ReadLimits

_VERSION = re.compile(rb"\s*(\d{1,9})\.\d")
_VERSION_BYTES = 64
_KEY_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContent:
    """What a bundle holds.

    Attributes:
        content: The bytes of its timeline.
        media: Names of its media files, as references say them (`media/A001.mov`), and their sizes in bytes.
    """

    path: Path
    content: bytes
    media: Mapping[str, int]


def read_bundle(path: Path, *, limits: ReadLimits) -> BundleContent:
    """Reads the timeline of an `.otioz` file; media stay in it.

    Raises:
        TimelineError: Missing, no bundle, damaged, too large, encrypted, or with names that leave its folder.
    """
    with open_archive(path) as archive:
        _check_version(archive)
        size = archive.size_of(CONTENT)
        if size is None:
            raise _without_content(archive)
        if size >> 20 > limits.file_mb:
            raise refused(
                path,
                f"holds a timeline of {size >> 20} MB, more than the limit of {limits.file_mb} MB",
                next_step="raise file_mb under [limits] in pickup.toml if the timeline is meant to be so large",
            )
        media = MappingProxyType({each.name: each.size for each in archive.media})
        return BundleContent(path=path, content=b"".join(archive.chunks(CONTENT)), media=media)


def extract_media(
    bundle: Path, destination: Path, *, report: Callable[[float], None] = lambda _: None
) -> tuple[Path, ...]:
    """Unpacks `media/…` of a bundle below `destination`, which may be there already.

    A file that is there with the same bytes stays as it is; one with other bytes is replaced. Each appears whole or
    not at all.

    Args:
        bundle: An `.otioz` file.
        destination: Where the timeline's relative references start.
        report: Is told the share of the bytes that are there, 0.0 to 1.0.

    Returns:
        Every media file of the bundle, in its order.

    Raises:
        TimelineError: The bundle is not one, is damaged or is not safe to unpack.
        LibraryError: No room, or the folder cannot be written.
    """
    with open_archive(bundle) as archive:
        members = archive.media
        missing = [each for each in members if not _is_there(destination / each.name, member=each)]
        _check_room(missing, destination=destination, bundle=bundle)
        total = sum(each.size for each in members) or 1
        done = total - sum(each.size for each in missing)
        for member in missing:
            with whole_file(destination / member.name) as part, part.open("wb") as file:
                for chunk in archive.chunks(member.name):
                    file.write(chunk)
                    done += len(chunk)
                    report(done / total)
        return tuple(destination / each.name for each in members)


def media_key(bundle: Path) -> str:
    """A short name for the media of a bundle: bundles that hold the same files share it, however they are called.

    Raises:
        TimelineError: The bundle is not one, or is not safe to unpack.
    """
    with open_archive(bundle) as archive:
        facts = sorted(f"{each.crc:08x} {each.size} {each.name}" for each in archive.media)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:_KEY_LENGTH]


def _check_version(archive: Archive) -> None:
    """A bundle may say nothing of its version; one of another major version is not guessed at."""
    size = archive.size_of(VERSION_FILE)
    if size is None or size > _VERSION_BYTES:
        return
    found = _VERSION.match(b"".join(archive.chunks(VERSION_FILE)))
    if found is not None and int(found[1]) != 1:
        raise refused(
            archive.path,
            f"is a bundle of version {int(found[1])}; version 1 is read",
            next_step="export the timeline alone, as OpenTimelineIO (.otio)",
        )


def _without_content(archive: Archive) -> Exception:
    """The error for a bundle without a timeline at its top; most often a person zipped the folder around it."""
    inside = next((each for each in archive.zip.namelist() if each.endswith(f"/{CONTENT}")), None)
    if inside is None:
        return refused(archive.path, f"holds no timeline: {CONTENT} is missing")
    folder = inside.removesuffix(f"/{CONTENT}")
    return refused(
        archive.path,
        f"holds its timeline inside the folder {folder}, not at the top",
        next_step=f"zip what is in {folder}, without the folder itself",
    )


def _is_there(path: Path, *, member: MediaMember) -> bool:
    try:
        return path.is_file() and path.stat().st_size == member.size and _crc_of(path) == member.crc
    except OSError:
        return False  # it will be written, and that says what is wrong


def _crc_of(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            crc = zlib.crc32(chunk, crc)
    return crc


def _check_room(missing: list[MediaMember], *, destination: Path, bundle: Path) -> None:
    needed, free = sum(each.size for each in missing), free_bytes(destination)
    if needed > free:
        raise LibraryError(
            f"the media of {bundle.name} need {needed >> 20} MB and {free >> 20} MB are free",
            where=str(destination),
            next_step="make room or choose another --library",
        )

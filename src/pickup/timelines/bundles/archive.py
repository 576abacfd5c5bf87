"""A bundle as a zip file: what it may hold, and its members piece by piece with their checksums.

Everything that a stranger can put into a zip's directory is checked before the first member is unpacked. The limits
for media are generous, because stored media cannot grow: only packed ones can, and no program packs them.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pickup.errors import TimelineError
from pickup.timelines.limits import size_of_file

CONTENT = "content.otio"
VERSION_FILE = "version.txt"
MEDIA_FOLDER = "media"
CHUNK_BYTES = 1 << 20

EXPORT_AGAIN = "export or copy the bundle again"

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)
"""All that `zipfile` raises for bytes that are not as they should be; RuntimeError and ValueError are its too."""

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_MEMBERS = 100_000
_GROWTH = 100
_SMALL_BYTES = 1 << 30
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMember:
    """One media file of a bundle.

    Attributes:
        name: As the timeline refers to it: `media/A001.mov`.
        size: In bytes, unpacked.
        crc: CRC-32 of its bytes, as the bundle's directory has it.
    """

    name: str
    size: int
    crc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An open bundle whose directory has passed every check."""

    path: Path
    zip: zipfile.ZipFile

    @property
    def media(self) -> tuple[MediaMember, ...]:
        """Its media files, as they lie in it."""
        return tuple(
            MediaMember(name=each.filename, size=each.file_size, crc=each.CRC)
            for each in self.zip.infolist()
            if each.filename.startswith(f"{MEDIA_FOLDER}/") and not each.is_dir()
        )

    def size_of(self, name: str) -> int | None:
        """Unpacked size of a member in bytes; None where there is none."""
        return next((each.file_size for each in self.zip.infolist() if each.filename == name), None)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A member's bytes in pieces.

        Raises:
            TimelineError: They are not what the directory says: another checksum, or another length.
        """
        seen = 0
        try:
            with self.zip.open(name) as member:
                while chunk := member.read(CHUNK_BYTES):
                    seen += len(chunk)
                    yield chunk
        except _DAMAGE as error:
            raise refused(self.path, f"is damaged: {name} cannot be unpacked ({_said(error)})") from error
        if seen != self.zip.getinfo(name).file_size:
            raise refused(self.path, f"is damaged: {name} ends early")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Opens a bundle and checks its directory.

    Raises:
        TimelineError: Missing, no zip, cut off, or it holds what no bundle may hold.
    """
    size = size_of_file(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise refused(path, f"cannot be opened: {error.strerror}", next_step="check its permissions") from error
    if start not in _STARTS:
        raise refused(path, "is not an OTIO bundle: it is no zip file")
    try:
        opened = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise refused(
            path,
            f"is not complete, or damaged ({_said(error)})",
            next_step=f"wait until the export or copy has ended; else {EXPORT_AGAIN}",
        ) from error
    except _DAMAGE as error:
        raise refused(path, f"is damaged: its directory cannot be read ({_said(error)})") from error
    with opened:
        _check(opened.infolist(), path=path, size=size)
        yield Archive(path=path, zip=opened)


def refused(path: Path, what: str, *, next_step: str = EXPORT_AGAIN) -> TimelineError:
    """The error for a bundle that is not read."""
    return TimelineError(f"{path.name} {what}", where=str(path), next_step=next_step)


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")


def _check(members: Sequence[zipfile.ZipInfo], *, path: Path, size: int) -> None:
    """Refuses a directory that names too much, too large, too hidden, or places outside the bundle."""
    if len(members) > _MOST_MEMBERS:
        raise refused(path, f"holds {len(members)} files, more than the limit of {_MOST_MEMBERS}")
    for member in members:
        _check_member(member, path=path)
    _check_names(members, path=path)
    if sum(each.compress_size for each in members) > size:
        raise refused(path, "is damaged: its files overlap")
    unpacked = sum(each.file_size for each in members if each.filename != CONTENT)
    if unpacked > max(size * _GROWTH, _SMALL_BYTES):
        raise refused(
            path, f"would grow from {size >> 20} MB to {unpacked >> 20} MB; media in a bundle are not packed so tightly"
        )


def _check_member(member: zipfile.ZipInfo, *, path: Path) -> None:
    name = member.orig_filename  # `filename` ends at a zero byte, and on Windows has no backslashes left
    if _leaves_the_folder(name):
        raise refused(path, f"holds a file with an unsafe name: {name!r}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise refused(path, f"holds a link instead of a file: {name}")
    if member.flag_bits & _ENCRYPTED:
        raise refused(path, f"is encrypted: {name} needs a password", next_step="export the bundle without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = _METHODS.get(member.compress_type, f"method {member.compress_type}")
        raise refused(
            path, f"is packed with {method} ({name}), which is not read", next_step="zip it again without compression"
        )


def _leaves_the_folder(name: str) -> bool:
    segments = name.removesuffix("/").split("/")
    return (
        "\\" in name
        or _CONTROL.search(name) is not None
        or any(each in ("", ".", "..") or _DRIVE.match(each) for each in segments)
    )


def _check_names(members: Sequence[zipfile.ZipInfo], *, path: Path) -> None:
    seen: dict[str, str] = {}
    for member in members:
        key = folded(member.filename)
        if key in seen:
            first = seen[key]
            what = f"holds {first} twice" if first == member.filename else f"holds both {first} and {member.filename}"
            raise refused(path, f"{what}, which are one file on many disks")
        seen[key] = member.filename


def folded(name: str) -> str:
    """A name as a disk compares it that ignores case, Unicode forms and final dots and spaces."""
    normal = unicodedata.normalize("NFC", name).casefold()
    return "/".join(segment.rstrip(". ") for segment in normal.split("/"))

"""The clip that a person put into the folder of a job: which file it is, whether it serves, and how it is taken.

clip = find_clip(folder)             a `Clip`, or what to say to the person
await why_useless(clip, sheet)       nothing where it serves
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pickup import _child, _files
from pickup.errors import MediaError, ProviderUnavailable, counted
from pickup.providers.manual.measured import Check, Measured
from pickup.providers.manual.pack import OURS, Sheet
from pickup.providers.manual.readme import spoken_fps

RESULT = "result.mp4"
"""The name that a clip should have."""

_UNFINISHED = frozenset({".crdownload", ".download", ".part", ".partial", ".tmp"})
_NOT_OF_A_PERSON = frozenset({"desktop.ini", "thumbs.db"})
_FUNCTION = "pickup.providers.manual.measure:check"
_START_S = 120.0
_FRAME_S = 2.0
"""Allowed for decoding a frame, of whatever size the clip turns out to be."""
_MEMORY_MB = 8192
_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A file as it was when it was looked at.

    Attributes:
        stamp: Its size and time of change, as text.
    """

    path: Path
    stamp: str


def find_clip(folder: Path) -> Clip | str:
    """The one clip in a folder, or why there is none, in words."""
    there = [each for each in sorted(folder.iterdir()) if _is_of_a_person(each)]
    movies = [each for each in there if each.suffix.lower() in _movie_extensions()]
    chosen = _choose(movies)
    if chosen is not None:
        return _as_it_is(chosen)
    if movies:
        names = ", ".join(each.name for each in movies)
        return f"several videos lie in {folder} ({names}): name the one to take {RESULT}"
    unfinished = next((each for each in there if each.suffix.lower() in _UNFINISHED), None)
    if unfinished is not None:
        return _still_copied(unfinished)
    other = f" ({there[0].name} is no video that can be read: .mp4 or .mov serve)" if there else ""
    return f"waits for a file in {folder}, where README.txt says what to make{other}"


async def why_useless(clip: Clip, sheet: Sheet) -> str:
    """Why a clip cannot be made into the take that is asked for, in words; nothing where it can."""
    wanted = Check(path=str(clip.path), frames=sheet.frames, rate=sheet.rate)
    limits = _child.Limits(seconds=_START_S + _FRAME_S * sheet.frames, memory_mb=_MEMORY_MB)
    instead = f"put another one into {clip.path.parent}"
    try:
        measured = await _child.call_async(_FUNCTION, wanted, limits=limits)
    except MediaError as error:
        return f"{error.message}: {instead}"
    except _child.ChildDied as died:
        return f"{clip.path.name} cannot be checked, the program that reads it {died.reason}: {instead}"
    if not isinstance(measured, Measured):
        return f"{clip.path.name} cannot be checked: {instead}"
    if measured.frames >= measured.needed:
        return ""
    fps = spoken_fps(measured.rate)
    return (
        f"{clip.path.name} is too short: it has {counted(measured.frames, 'frame')} at {fps} fps, and "
        f"{measured.needed} are needed ({sheet.seconds:g} s): put a longer one into {clip.path.parent}"
    )


def is_still(clip: Clip) -> str:
    """Nothing where a clip is as it was when it was found; else what to say."""
    found = find_clip(clip.path.parent)
    return "" if found == clip else _still_copied(clip.path)


async def copy_clip(clip: Clip, destination: Path, *, report: Callable[[float], None]) -> None:
    """Copies a clip, whole or not at all.

    Raises:
        ProviderUnavailable: It is not the file any more that was found.
        LibraryError: The copy cannot be written.
    """
    with _files.whole_file(destination) as part, _both(clip, part) as (source, target):
        size = os.fstat(source.fileno()).st_size
        while chunk := await asyncio.to_thread(source.read, _CHUNK_BYTES):
            await asyncio.to_thread(target.write, chunk)
            report(min(1.0, target.tell() / size))


@contextmanager
def _both(clip: Clip, part: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The clip and its copy, open; the clip is what it was, before and after."""
    try:
        source = clip.path.open("rb")
    except FileNotFoundError as error:
        raise _changed(clip) from error
    with source, part.open("wb") as target:
        _check_unchanged(clip, source)
        yield source, target
        _check_unchanged(clip, source)


def _check_unchanged(clip: Clip, source: BinaryIO) -> None:
    if _stamp(os.fstat(source.fileno())) != clip.stamp:
        raise _changed(clip)


def _changed(clip: Clip) -> ProviderUnavailable:
    return ProviderUnavailable(f"{clip.path.name} is not the file any more that was checked", where=str(clip.path))


def _choose(movies: Sequence[Path]) -> Path | None:
    """The file that is named as it should be, else the one named `result`, else the only one."""
    named = [each for each in movies if each.name.lower() == RESULT]
    alike = [each for each in movies if each.stem.lower() == Path(RESULT).stem]
    return next((group[0] for group in (named, alike, movies) if len(group) == 1), None)


def _as_it_is(path: Path) -> Clip | str:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return _still_copied(path)
    if not stat.S_ISREG(found.st_mode):
        return f"{path} is no regular file: put the video itself there"
    return Clip(path=path, stamp=_stamp(found)) if found.st_size else _still_copied(path)


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns}"


def _still_copied(path: Path) -> str:
    return f"{path} is still being copied"


def _is_of_a_person(path: Path) -> bool:
    name = path.name
    return name not in OURS and not name.startswith(".") and name.lower() not in _NOT_OF_A_PERSON


def _movie_extensions() -> frozenset[str]:
    from pickup._av import MOVIE_EXTENSIONS  # noqa: PLC0415 - it loads FFmpeg, and planning needs none

    return MOVIE_EXTENSIONS

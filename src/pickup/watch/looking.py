"""What lies in a watched folder, and whether the folder is there at all.

A look opens nothing. Folders, pipes and devices are passed over, and so is every library, with what was delivered.

    place = Place.of(Path("/edit/in"), shut=(Path("/edit/in/pickup"),))
    place.look(recursive=False).files        {"reel1.otio": Signature(...)}
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pickup.jobs.disks import network_drive
from pickup.library.layout import Layout
from pickup.watch.arrivals import Signature
from pickup.watch.names import is_export


class FolderAway(Exception):
    """The folder cannot be reached; `reason` says why, in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FolderReplaced(FolderAway):
    """Another folder lies there for good: a drive was mounted over what was watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen: files by their path below the folder, `/`-separated.

    Attributes:
        refused: Why a file may not be read: a link that leads where it may not, or nowhere.
    """

    files: Mapping[str, Signature]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A watched folder.

    Attributes:
        mount: Where its file system is mounted: with the share gone, its mount point is an empty folder of another.
        shut: Folders below it that are never looked into.
        network: Name of its network file system; None for a local disk.
    """

    folder: Path
    mount: Path
    shut: tuple[Path, ...]
    network: str | None

    @classmethod
    def of(cls, folder: Path, *, shut: tuple[Path, ...]) -> Place:
        """The folder as it is now.

        Raises:
            FolderAway: It is not there.
        """
        try:
            resolved = folder.resolve(strict=True)
            return cls(
                folder=folder,
                mount=mount_point(resolved),
                shut=tuple(each.resolve() for each in shut),
                network=network_drive(resolved),
            )
        except OSError as error:
            raise FolderAway(error.strerror or str(error)) from error

    def look(self, *, recursive: bool, may_open: Callable[[str], bool] = lambda _path: True) -> Look:
        """Everything in the folder that may be an export.

        Raises:
            FolderAway: The folder is not there, or another one lies in its place.
        """
        self.check()
        files: dict[str, Signature] = {}
        refused: dict[str, str] = {}
        try:
            for entry in _walk(self.folder, shut=self.shut, recursive=recursive):
                name = Path(entry.path).relative_to(self.folder).as_posix()
                signature, why = self.glance(name, may_open=may_open)
                if not _is_text(name):
                    name, why = _as_text(name), "its name is no text (UTF-8)"
                if why:
                    refused[name] = why
                elif signature is not None:
                    files[name] = signature
        except OSError as error:
            raise FolderAway(error.strerror or str(error)) from error
        return Look(files=files, refused=refused)

    def signature(self, name: str) -> Signature | None:
        """One file as it is now; None where it is gone, or no regular file."""
        return self.glance(name, may_open=lambda _path: True)[0]

    def glance(self, name: str, *, may_open: Callable[[str], bool]) -> tuple[Signature | None, str]:
        """One file as it is now, as `signature`; and why it may not be read, if it may not."""
        path = self.folder / name
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                if not may_open(str(path)):
                    return None, f"it is a link to {path.resolve()}, outside the folders that may be read"
                found = path.stat()
        except FileNotFoundError:
            return None, "it is a link that leads nowhere" if path.is_symlink() else ""
        except OSError as error:
            return None, f"it cannot be looked at: {error.strerror or error}"
        if not stat.S_ISREG(found.st_mode):
            return None, ""
        # Some network file systems make up a new inode for each look.
        inode = 0 if self.network else found.st_ino
        return Signature(size=found.st_size, mtime_ns=found.st_mtime_ns, inode=inode), ""

    def check(self) -> None:
        """Whether the folder is there.

        Raises:
            FolderAway: It is not, or its drive is not mounted.
        """
        try:
            resolved = self.folder.resolve(strict=True)
        except OSError as error:
            raise FolderAway(error.strerror or str(error)) from error
        if not resolved.is_dir():
            raise FolderAway("it is no folder any more")
        now = mount_point(resolved)
        if now != self.mount:
            if now.is_relative_to(self.mount):
                raise FolderReplaced(f"a drive was mounted at {now}")
            raise FolderAway(f"nothing is mounted at {self.mount}")


def mount_point(folder: Path) -> Path:
    """Where the file system is mounted that holds a folder, links followed."""
    resolved = folder.resolve()
    return next((each for each in (resolved, *resolved.parents) if os.path.ismount(each)), Path(resolved.anchor))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(name: str) -> str:
    return name.encode("utf-8", errors="backslashreplace").decode()


def _walk(folder: Path, *, shut: tuple[Path, ...], recursive: bool) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.is_dir(follow_symlinks=False):
                if recursive and _is_open(entry, shut=shut):
                    try:
                        yield from _walk(Path(entry.path), shut=shut, recursive=True)
                    except OSError:
                        continue  # a subfolder that is gone, or may not be entered, holds up no other
            elif is_export(entry.name):
                yield entry


def _is_open(entry: os.DirEntry[str], *, shut: tuple[Path, ...]) -> bool:
    """Whether a subfolder may hold exports: hidden ones do not, and no library does."""
    path = Path(entry.path)
    if entry.name.startswith(".") or Layout(folder=path).index.is_file():
        return False
    return path.resolve() not in shut

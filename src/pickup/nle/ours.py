"""What in a folder is Pickup's own: files that its record names, as they were installed.

is_plain(folder, path="pickup_for_resolve/send.py")         False where a link leads there
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pickup._files import PART_PREFIX, PART_SUFFIX, sha256_of
from pickup.nle.faults import PluginError
from pickup.nle.record import NAME, Installed, read_record
from pickup.nle.steps import Do, Step


def recorded(folder: Path, *, plugin: str) -> Installed | None:
    """The record of a plug-in's folder; None where there is none.

    Raises:
        PluginError: It is another plug-in's, or cannot be used.
    """
    before = read_record(folder)
    if before is not None and before.plugin != plugin:
        raise PluginError(
            f"Pickup's plug-in for {before.plugin} lies in this folder",
            where=str(folder),
            next_step="name another folder with --to DIR",
        )
    return before


def is_plain(folder: Path, *, path: str) -> bool:
    """Whether a path below a folder is a file and no link leads to it: what lies behind one is not ours."""
    place = folder
    for part in path.split("/"):
        place /= part
        if place.is_symlink():
            return False
    return place.is_file()


def stands(folder: Path, *, path: str) -> bool:
    """Whether anything lies at a path, a dead link too."""
    return (folder / path).exists() or (folder / path).is_symlink()


def removal_steps(
    folder: Path, *, paths: Iterable[str], before: Installed, force: bool, why: str = ""
) -> Iterator[Step]:
    """What becomes of files that are to go; nothing of those that have gone already."""
    for path in paths:
        if not stands(folder, path=path):
            continue
        if not is_plain(folder, path=path):
            yield Step(do=Do.KEEP, path=path, why="no file of Pickup's any more")
        elif sha256_of(folder / path) in before.hashes(path):
            yield Step(do=Do.REMOVE, path=path, why=why)
        elif force:
            yield Step(do=Do.REMOVE, path=path, why="edited since; the edit is lost")
        else:
            yield Step(do=Do.KEEP, path=path, why="edited since; --force removes it")


def left_over(folder: Path, *, paths: Iterable[str]) -> Iterator[Step]:
    """Temporary files of a run that was killed."""
    for place in sorted({folder, *((folder / path).parent for path in paths)}):
        if place.is_relative_to(folder) and not place.is_symlink():
            for part in sorted(place.glob(f"{PART_PREFIX}*{PART_SUFFIX}*")):
                yield Step(do=Do.REMOVE, path=part.relative_to(folder).as_posix(), why="left by a run that was stopped")


def record_steps(before: Installed | None, *, last: Installed | None) -> Iterator[Step]:
    """What becomes of the record; nothing where it stays as it is."""
    if last is None:
        yield Step(do=Do.REMOVE, path=NAME)
    elif before != last:
        yield Step(do=Do.REPLACE if before else Do.WRITE, path=NAME)


def folders_of(folder: Path, *, paths: Iterable[str]) -> tuple[Path, ...]:
    """The folders below `folder` in which these files lie, with what Python keeps there, inner ones first."""
    inner = {
        parent for path in paths for parent in (folder / path).parents if parent != folder and folder in parent.parents
    }
    caches = {place / "__pycache__" for place in inner}
    return tuple(sorted(inner | caches, key=lambda place: (-len(place.parts), place)))

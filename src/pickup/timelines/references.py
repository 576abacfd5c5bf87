"""How a timeline spells its media references, and making relative ones absolute in a copy."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import opentimelineio as otio

from pickup.paths import LocalPath, PathKind, PathStyle, map_back, parse_path, without_escapes, write_path
from pickup.timelines.texts import child, text_of


def media_references(stack: otio.core.Composition) -> Iterator[otio.core.MediaReference]:
    """Every reference of every clip, compound clips included."""
    for item in stack:
        if isinstance(item, otio.schema.Clip):
            yield from item.media_references().values()
        elif isinstance(item, otio.core.Composition):
            yield from media_references(item)


def read_reference(url: str, *, folder: Path, exists: Callable[[str], bool]) -> LocalPath | None:
    """The path that a reference names; None for what is no file.

    Some programs write relative URLs percent-encoded, and yet a file may be called `100%25.mov`: a relative
    reference is decoded where only that names a file.

    Args:
        url: As the timeline has it.
        folder: Where the timeline lies.
        exists: Asks the disk for an absolute path.
    """
    path = parse_path(url)
    plain = without_escapes(path) if path is not None and "%" in url else None
    if path is None or plain is None or exists(str(folder / path.text)) or not exists(str(folder / plain.text)):
        return path
    return plain


def find_style(stack: otio.schema.Stack, *, dialect: str = "") -> tuple[PathStyle, PathKind]:
    """The spelling that most absolute references share.

    Where there is none it is a percent-encoded URL, but a bare path in a timeline of Resolve, which takes no other.
    """
    votes: Counter[tuple[PathStyle, PathKind]] = Counter()
    for reference in media_references(stack):
        path = parse_path(url_of(reference))
        if path is not None and path.is_absolute:
            votes[path.style, path.kind] += 1
    if votes:
        return votes.most_common(1)[0][0]
    return (PathStyle.SLASHES if dialect == "resolve" else PathStyle.URL), PathKind.POSIX


def spell(path: str, *, style: PathStyle, kind: PathKind, prefixes: Mapping[str, str]) -> str:
    """A path of this machine as the timeline's own machine knows it, in the timeline's spelling."""
    local = parse_path(path) or LocalPath(text=path, kind=PathKind.POSIX, style=PathStyle.SLASHES)
    mapped = map_back(local, prefixes=prefixes, kind=kind)
    if style is PathStyle.BACKSLASHES and mapped.kind is PathKind.POSIX:
        style = PathStyle.SLASHES  # not below any prefix of [map]: only this machine's own spelling is true
    return write_path(mapped, style=style)


def make_absolute(stack: otio.schema.Stack, *, folder: Path, dialect: str = "") -> list[tuple[str, str]]:
    """Makes relative references absolute, as seen from the timeline's folder.

    Returns:
        Pairs of the reference as it was and as it is now, each once.
    """
    relative = list(_relative_references(stack, folder=folder))
    if not relative:
        return []
    style, kind = find_style(stack, dialect=dialect)
    changed: dict[str, str] = {}
    for reference, url, path in relative:
        absolute = spell(str((folder / path.text).absolute()), style=style, kind=kind, prefixes={})
        changed[url] = absolute
        if isinstance(reference, otio.schema.ImageSequenceReference):
            reference.target_url_base = absolute
        elif isinstance(reference, otio.schema.ExternalReference):
            reference.target_url = absolute
        else:
            reference.metadata["Resolve_OTIO"]["Media Url"] = absolute
    return list(changed.items())


def _relative_references(
    stack: otio.schema.Stack, *, folder: Path
) -> Iterator[tuple[otio.core.MediaReference, str, LocalPath]]:
    for reference in media_references(stack):
        url = url_of(reference)
        path = read_reference(url, folder=folder, exists=os.path.exists)
        if path is not None and not path.is_absolute:
            yield reference, url, path


def url_of(reference: otio.core.MediaReference | None) -> str:
    """Where a reference points, or pointed last, as the file spells it; empty for what is no file."""
    if isinstance(reference, otio.schema.ExternalReference):
        return reference.target_url or ""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return reference.target_url_base or ""
    if isinstance(reference, otio.schema.MissingReference):  # Resolve notes there where it last saw the file
        return text_of(child(reference.metadata, "Resolve_OTIO", "Media Url"))
    return ""

"""Reference pictures as they are sent: stills of the editor's, upright, flattened to 8-bit RGB in sRGB, not too large.

They are read in a child process with limits, because a project's folder may come from anybody. A file that cannot be
used is a reason, not an error. What is made here is not fitted to any service; a provider that takes less makes less
of it.

    for read in read_references([Path("refs/mara_1.png")], below=None):
        print(read.source, read.size) if isinstance(read, ReadReference) else print(read.reason)
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pickup._child import ChildDied, Limits, Report, call
from pickup.media.profiles import in_srgb

LONGEST_SIDE = 2048
"""Pixels of the longer side of what is sent: more than any service that takes such pictures looks at."""

_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
_LARGEST_FILE = 128 << 20
_MOST_PIXELS = 120_000_000
"""A photograph of 100 megapixels is one; a bomb is more."""

_SHORTEST_SIDE = 240
"""Pixels of the shorter side: services refuse what is smaller (Wan), and no likeness can be taken from it."""

_MEMORY_MB = 4096
_FIRST_S, _EACH_S = 20.0, 15.0
_FUNCTION = "pickup.media.references:read_all"
_STILLS = "save it as PNG or JPEG"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRequest:
    """Files to read.

    Attributes:
        below: Folders below which they must lie, links followed; None for anywhere.
    """

    paths: tuple[str, ...]
    below: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReference:
    """A picture that can be sent.

    Attributes:
        path: As it was asked for.
        source: SHA-256 of the file, in hex.
        size: Width and height of `png`.
        png: 8-bit RGB.
    """

    path: str
    source: str
    size: tuple[int, int]
    png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableReference:
    """A file that is no such picture, why, and what to do."""

    path: str
    reason: str
    next_step: str


def read_references(
    paths: Sequence[Path], *, below: Sequence[str] | None
) -> tuple[ReadReference | UnusableReference, ...]:
    """Reads pictures in a child process, in order; one that ends it costs only itself.

    Args:
        paths: Local files.
        below: Folders below which they must lie, links followed; None for anywhere.
    """
    if not paths:
        return ()
    request = ReferenceRequest(paths=tuple(map(str, paths)), below=None if below is None else tuple(below))
    try:
        return _read(request)
    except ChildDied as died:
        if len(paths) > 1:
            return tuple(read_references([path], below=below)[0] for path in paths)
        return (UnusableReference(path=str(paths[0]), reason=f"could not be read: {died.reason}", next_step=_STILLS),)


def _read(request: ReferenceRequest) -> tuple[ReadReference | UnusableReference, ...]:
    limits = Limits(seconds=_FIRST_S + _EACH_S * len(request.paths), memory_mb=_MEMORY_MB)
    found = call(_FUNCTION, request, limits=limits)
    return found if isinstance(found, tuple) else ()


def read_all(request: ReferenceRequest, _report: Report) -> tuple[ReadReference | UnusableReference, ...]:
    """The child's side of `read_references`."""
    return tuple(_read_one(path, below=request.below) for path in request.paths)


def _read_one(path: str, *, below: tuple[str, ...] | None) -> ReadReference | UnusableReference:
    try:
        content = _bytes_of(Path(path), below=below)
        image = _decoded(content)
    except _NoReferenceError as error:
        return UnusableReference(path=path, reason=str(error), next_step=error.next_step)
    png = io.BytesIO()
    image.save(png, format="PNG", compress_level=6)
    return ReadReference(path=path, source=hashlib.sha256(content).hexdigest(), size=image.size, png=png.getvalue())


class _NoReferenceError(Exception):
    """A picture that is not used, in words that go on a file's name."""

    def __init__(self, reason: str, *, next_step: str = _STILLS) -> None:
        super().__init__(reason)
        self.next_step = next_step


def _bytes_of(path: Path, *, below: tuple[str, ...] | None) -> bytes:
    """A regular file that lies where it may."""
    try:
        if below is not None and not _lies_below(path, folders=below):
            raise _NoReferenceError(
                "lies outside of the project's folder",
                next_step="move it there, or name the set in your own pickup.toml",
            )
        return _file_bytes(path)
    except FileNotFoundError as error:
        raise _NoReferenceError("is not there", next_step="put it back, or correct its path") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise _NoReferenceError(f"cannot be read: {why}", next_step="allow reading it, or take another") from error


def _lies_below(path: Path, *, folders: tuple[str, ...]) -> bool:
    target = path.resolve()
    return any(target.is_relative_to(Path(folder).resolve()) for folder in folders)


def _file_bytes(path: Path) -> bytes:
    """Links are followed; it waits for nobody at the other end of a pipe."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(0, "it is no regular file")
        if about.st_size > _LARGEST_FILE:
            raise OSError(0, f"it is larger than {_LARGEST_FILE >> 20} MB")
        return file.read(_LARGEST_FILE + 1)


def _decoded(content: bytes) -> Image.Image:
    """The picture as it is sent."""
    try:
        return _upright_and_flat(content)
    except UnidentifiedImageError as error:
        raise _NoReferenceError("is no picture that can be used") from error
    except Image.DecompressionBombError as error:
        raise _NoReferenceError("is too large") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise _NoReferenceError("is damaged or cut off") from error


def _upright_and_flat(content: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is large, of which the limit here is another
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS:
                raise _NoReferenceError(f"is too large ({width}x{height} pixels)")
            # the pictures after the first that phones put into a JPEG are depth maps and the like
            if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
                raise _NoReferenceError("is a moving picture, or several")
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
            flat = _flat(upright, profile=image.info.get("icc_profile"))
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if min(flat.size) < _SHORTEST_SIDE:
        raise _NoReferenceError(
            f"is too small ({width}x{height} pixels; the shorter side has {_SHORTEST_SIDE} at least)",
            next_step="take a larger one",
        )
    return flat


def _flat(image: Image.Image, *, profile: object) -> Image.Image:
    """8-bit RGB in sRGB, without anything behind it: what is seen through it is white."""
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise _NoReferenceError("holds numbers that are no colors")
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        colors = in_srgb(image.convert("RGB"), profile=profile)
        white = Image.new("RGB", image.size, "white")
        white.paste(colors, mask=alpha)
        return white
    return in_srgb(image, profile=profile)

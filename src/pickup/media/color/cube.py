"""3D LUTs as `.cube` files, which FFmpeg's `lut3d`, Resolve, Premiere and most others read.

A cube is (size, size, size, 3) of output colors, its axes blue, green, red, so that red runs fastest, as the format has
it. Input and output are display RGB from 0 to 1. FFmpeg wants `format=gbrp10le` before `lut3d`, or works in 8 bits.

    write_cube(folder / "take.cube", map_cube(match.map), title="HARBOR7K2Q_SH0010_t01", notes=[match.reason])
    write_cube(folder / "take_undo.cube", undo_cube(match.map), title="HARBOR7K2Q_SH0010_t01 undone")
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pickup._files import write_text
from pickup.errors import MediaError
from pickup.media.color.difference import Values
from pickup.media.color.transfer import Affine

SIZE = 33
_SMALLEST, _LARGEST = 2, 256


def grid(size: int) -> Values:
    """The input colors of a cube, in its shape."""
    steps = np.linspace(0.0, 1.0, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack((red, green, blue), axis=-1)


def map_cube(change: Affine, *, size: int = SIZE) -> Values:
    """The cube of a match."""
    return change.colors(grid(size))


def undo_cube(change: Affine, *, size: int = SIZE) -> Values:
    """The cube that takes a match back; what the match clipped stays clipped."""
    return change.inverse().colors(grid(size))


def through_cube(cube: Values, rgb: Values) -> Values:
    """Colors, (n, 3) from 0 to 1, as the cube gives them: tetrahedral, as `lut3d=interp=tetrahedral` does."""
    last = len(cube) - 1
    place = np.clip(rgb, 0.0, 1.0) * last
    corner = np.minimum(place.astype(np.int64), last - 1)
    inside = place - corner
    order = np.argsort(-inside, axis=1, kind="stable")
    largest_first = np.take_along_axis(inside, order, axis=1)
    weights = -np.diff(largest_first, axis=1, prepend=1.0, append=0.0)
    result = np.zeros_like(inside)
    at = corner.copy()
    for step in range(4):
        result += weights[:, step, None] * cube[at[:, 2], at[:, 1], at[:, 0]]
        if step < 3:  # noqa: PLR2004 - three edges lead from the corner to its opposite
            np.put_along_axis(
                at, order[:, step, None], np.take_along_axis(at, order[:, step, None], axis=1) + 1, axis=1
            )
    return result


def cube_text(cube: Values, *, title: str, notes: Sequence[str] = ()) -> str:
    """What a `.cube` file holds; `notes` are comments at its head."""
    head = [f"# {_one_line(note)}" for note in notes]
    head += [f'TITLE "{_one_line(title).replace(chr(34), chr(39))}"', f"LUT_3D_SIZE {len(cube)}"]
    head += ["DOMAIN_MIN 0.0 0.0 0.0", "DOMAIN_MAX 1.0 1.0 1.0"]
    rows = ["{:.6f} {:.6f} {:.6f}".format(*row) for row in cube.reshape(-1, 3).tolist()]
    return "\n".join([*head, *rows, ""])


def write_cube(path: Path, cube: Values, *, title: str, notes: Sequence[str] = ()) -> None:
    """Writes a `.cube` file, whole or not at all.

    Raises:
        LibraryError: The folder is read-only or the disk is full.
    """
    write_text(path, cube_text(cube, title=title, notes=notes))


def read_cube(path: Path) -> Values:
    """A cube of the domain 0 to 1 from a `.cube` file.

    Raises:
        MediaError: It is none, or of another kind or domain.
    """
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        words = [line for line in lines if line and not line[0].startswith("#")]
        named = {line[0]: line[1:] for line in words if line[0][0].isalpha()}
        size = int(named["LUT_3D_SIZE"][0])
        rows = np.array([line for line in words if not line[0][0].isalpha()], dtype=np.float64)
        low, high = named.get("DOMAIN_MIN", ["0"] * 3), named.get("DOMAIN_MAX", ["1"] * 3)
        whole = _SMALLEST <= size <= _LARGEST and rows.shape == (size**3, 3) and bool(np.isfinite(rows).all())
        if not whole or any(map(float, low)) or [float(each) for each in high] != [1.0] * 3:
            raise ValueError("another shape or domain")
    except (OSError, ValueError, LookupError) as error:
        raise MediaError(
            f"{path.name} is no 3D LUT of the domain 0 to 1: {error}",
            where=str(path),
            next_step="export it as a 3D .cube file",
        ) from error
    return rows.reshape(size, size, size, 3)


def _one_line(text: str) -> str:
    return " ".join(text.split())

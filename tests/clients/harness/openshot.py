"""OpenShot: its own importer of FCP7 XML opens a file, its own renderer shows frames of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from harness.programs import RenderFailed

_PYTHON = "/usr/bin/python3"
_PROGRAM = Path("/usr/lib/python3/dist-packages/openshot_qt")
_TIMEOUT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Imported:
    """A clip in OpenShot's project; frames of the cut.

    Attributes:
        layer: OpenShot's track, counted from 0 from the bottom; it puts sound below picture.
        position: Where it begins in the cut.
        first: Its first media frame.
        end: The media frame after its last.
    """

    layer: int
    position: int
    first: int
    end: int
    title: str
    path: Path


def missing_openshot() -> str | None:
    """What is not installed, or nothing."""
    if not _PROGRAM.is_dir():
        return "openshot-qt"
    return None if shutil.which(_PYTHON) else _PYTHON


def import_sequence(
    sequence: Path, *, rate: Fraction, folder: Path, frames: Iterable[int] = ()
) -> tuple[list[Imported], Mapping[int, NDArray[np.uint8]]]:
    """What OpenShot makes of an FCP7 XML file, in a project at `rate`.

    Returns:
        Its clips, and the pictures of those record `frames`, 8-bit RGB.

    Raises:
        RenderFailed: The importer failed, or asked for a file that it misses.
    """
    home = folder / "openshot"
    home.mkdir()
    script = Path(__file__).with_name("openshot_import.py")
    wanted = sorted(frames)
    done = subprocess.run(
        [_PYTHON, "-I", script, sequence, str(rate.numerator), str(rate.denominator), home, *map(str, wanted)],
        env={
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home),
            "PATH": "/usr/bin:/bin",
            "LANG": os.environ.get("LANG", "C"),
        },
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise RenderFailed(f"OpenShot ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    answer = json.loads(done.stdout)
    layers = sorted({clip["layer"] for clip in answer["clips"]})
    clips = [
        Imported(
            layer=layers.index(clip["layer"]),
            position=round(clip["position"] * float(rate)),
            first=round(clip["start"] * float(rate)),
            end=round(clip["end"] * float(rate)),
            title=clip["title"],
            path=Path(clip["path"]),
        )
        for clip in answer["clips"]
    ]
    return sorted(clips), {frame: _picture(home / f"{frame}.png") for frame in wanted}


def _picture(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise RenderFailed(f"OpenShot wrote no {path.name}")
    return np.asarray(picture[..., ::-1], dtype=np.uint8)

"""The programs that render: GStreamer Editing Services, and MLT by way of the Kdenlive adapter.

Each writes lossless video (FFV1 in Matroska), which is read back as frames. docs/clients.md says how to install them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from harness.copies import Cut

Frames = list[NDArray[np.uint8]]
"""Pictures (height, width, 3), 8-bit RGB, one for each record frame."""

_TIMEOUT_S = 90
_SYSTEM_PATH = "/usr/bin:/bin"
_MELT_TIMEOUT_S = 25
"""A render takes it about a second, a few on a busy machine."""
_TRIES = 3
_CONVERT = """
import sys, warnings
warnings.simplefilter("ignore")
import opentimelineio as otio
timeline = otio.adapters.read_from_file(sys.argv[1])  # FCP7 XML by otio-fcp-adapter
otio.adapters.write_to_file(timeline, sys.argv[2], adapter_name="kdenlive")
"""


class RenderFailed(Exception):
    """The program ended without a film; what it said is the message."""


class _Hung(RenderFailed):
    """The program did not end by itself."""


class Client(Protocol):
    """A program that plays a timeline into a file."""

    name: str

    def missing(self) -> str | None:
        """What is not installed, or nothing."""
        ...

    def render(self, cut: Cut, *, folder: Path, size: tuple[int, int]) -> Frames:
        """The cut's frames as the program shows them; work files go to `folder`."""
        ...


class Ges:
    """`ges-launch-1.0`; its formatter is a Python plug-in that needs opentimelineio and its adapters on PYTHONPATH."""

    name = "ges"

    def missing(self) -> str | None:
        return None if shutil.which("ges-launch-1.0", path=_SYSTEM_PATH) else "ges-launch-1.0"

    def render(self, cut: Cut, *, folder: Path, size: tuple[int, int]) -> Frames:
        film = folder / f"{cut.path.name}.ges.mkv"
        width, height = size
        rate = f"{cut.rate.numerator}/{cut.rate.denominator}"
        _run(
            "ges-launch-1.0",
            "--load",
            cut.path.as_uri(),
            "-t",
            "video",
            "--disable-mixing",
            "--video-caps",
            f"video/x-raw,framerate={rate},width={width},height={height}",
            "-o",
            film.as_uri(),
            "-f",
            "video/x-matroska:video/x-ffv,ffvversion=1",
            environment={"PYTHONPATH": sysconfig.get_paths()["purelib"], "XDG_CACHE_HOME": str(_plugin_cache())},
        )
        return read_frames(film)


class Melt:
    """`melt`, from a file that the Kdenlive adapter of OpenTimelineIO makes."""

    name = "melt"

    def missing(self) -> str | None:
        return None if shutil.which("melt", path=_SYSTEM_PATH) else "melt"

    def render(self, cut: Cut, *, folder: Path, size: tuple[int, int]) -> Frames:
        project = folder / f"{cut.path.name}.kdenlive"
        film = folder / f"{cut.path.name}.melt.mkv"
        make_project(cut.path, project=project)
        _set_size(project, size)
        for _attempt in range(_TRIES):  # melt 7.12 at times ends at once without a film, or never
            with suppress(_Hung):
                _run(
                    "melt",
                    str(project),
                    f"out={cut.frames - 1}",
                    "-consumer",
                    f"avformat:{film}",
                    "vcodec=ffv1",
                    "an=1",
                    "real_time=-1",
                    "progress=0",
                    environment={"SDL_AUDIODRIVER": "dummy"},
                    timeout_s=_MELT_TIMEOUT_S,
                )
                if film.is_file() and film.stat().st_size:
                    return read_frames(film)
        raise RenderFailed("melt wrote no film")


def make_project(timeline: Path, *, project: Path) -> None:
    """Writes the Kdenlive project that otio-kdenlive-adapter makes of a timeline."""
    subprocess.run(
        [sys.executable, "-c", _CONVERT, timeline, project], check=True, capture_output=True, timeout=_TIMEOUT_S
    )


def _set_size(project: Path, size: tuple[int, int]) -> None:
    """The adapter always writes 1920x1080, because OTIO files have no size."""
    text = project.read_text(encoding="utf-8")
    width, height = size
    changed = text.replace('width="1920"', f'width="{width}"').replace('height="1080"', f'height="{height}"')
    project.write_text(
        changed.replace('aspect_num="16"', f'aspect_num="{width}"').replace('aspect_den="9"', f'aspect_den="{height}"'),
        encoding="utf-8",
    )


def clients() -> tuple[Client, ...]:
    """Every program that the tests know."""
    return (Ges(), Melt())


def require(missing: str | None) -> None:
    """Skips the test where something is not installed, or fails it where PICKUP_REQUIRE_CLIENTS is set."""
    if missing is None:
        return
    said = f"{missing} is not installed; see docs/clients.md"
    if os.environ.get("PICKUP_REQUIRE_CLIENTS") == "1":
        pytest.fail(said)
    pytest.skip(said)


def read_frames(film: Path) -> Frames:
    """All frames of a film."""
    if not film.is_file():
        raise RenderFailed(f"{film.name} was not written")
    with av.open(str(film)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(video=0)]


def _plugin_cache() -> Path:
    """Where GStreamer keeps its list of plug-ins, which takes a second to make; not the user's own."""
    return Path(tempfile.gettempdir()) / "pickup-clients"


def _run(*command: str, environment: dict[str, str], timeout_s: float = _TIMEOUT_S) -> None:
    """Runs a program to its end; one that hangs is killed."""
    inherited = {key: os.environ[key] for key in ("HOME", "TMPDIR", "LANG") if key in os.environ}
    try:
        done = subprocess.run(
            command,
            env=inherited | {"PATH": _SYSTEM_PATH} | environment,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _Hung(f"{command[0]} did not end in {timeout_s} s") from error
    if done.returncode:
        raise RenderFailed(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")

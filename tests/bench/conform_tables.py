"""What conforming a take costs: beside the command `ffmpeg`, by its parts, by rate policy, and in memory."""

from __future__ import annotations

import json
import pickle
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from conform_sides import graph_of
from made_footage import RATE, frame_before, write_footage
from measure import Cost, at_once, cost_of, medians, peak_of_family, side
from tables import seconds, table

from pickup._av import open_video, planes_of, thread_count
from pickup.config import ProvenanceSettings
from pickup.media.color.cube import grid, write_cube
from pickup.media.conform import RenderOrder
from pickup.media.provenance import Signer, find_signer
from pickup.media.provenance.certificate import is_installed
from pickup.offers.rates import RatePolicy
from pickup.ports import Beside, Delivery, Origin, Sounding
from pickup.timing import FrameRate

AIM = 1.05
_SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
_FRAMES = {"1080p": 60, "4K": 20}
"""Frames of a run; a frame of 4K is four of 1080p."""
_MOST_FRAMES = 72
_WATCHED_S = 5
"""Length of the take for which a whole process is told, start-up included."""
_POLICY_SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
_QUEUED = 8
_CODEC = "prores_hq"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A process at two lengths: what its start and each of its frames cost, in CPU seconds."""

    start_s: float
    frame_s: float
    peak_mb: float

    @property
    def take_s(self) -> float:
        """Of a take of `_WATCHED_S`."""
        return self.start_s + _WATCHED_S * RATE * self.frame_s


class ConformBench:
    """Measures conforms of one made clip.

    Args:
        folder: For everything that is made on the way.
        rounds: How often each process is run; the median counts.
    """

    def __init__(self, folder: Path, *, rounds: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._rounds = rounds
        self._original = folder / "original.mp4"
        write_footage(self._original, frames=_MOST_FRAMES + 1)
        self._cube = folder / "warm.cube"
        write_cube(self._cube, np.clip(grid(33) * (0.92, 1.0, 1.1) + (0.02, 0, -0.01), 0, 1), title="warm")
        self._signer: Signer | None = None
        if is_installed():
            self._signer = find_signer(ProvenanceSettings(), state_folder=folder, environment={})

    # Beside ffmpeg.

    def beside_ffmpeg(self) -> str:
        """The same graph, by `ffmpeg`, by a loop in PyAV, and by Pickup."""
        rows: list[tuple[str, ...]] = []
        same = []
        for name in _SIZES:
            for cube in ("", str(self._cube)):
                runs = self._runs(self._commands(name, cube=cube), frames=_FRAMES[name])
                base = runs.get("ffmpeg", runs["pyav"])
                said = f"{name}{', table' if cube else ''}"
                for side_name, told in _SIDES.items():
                    if side_name in runs:
                        rows.append(_against(said, told, runs[side_name], base, judged=side_name == "write"))
                        said = ""
                same.append(self._compared(name, cube=cube, has_ffmpeg="ffmpeg" in runs))
        heads = (
            "take",
            "process",
            "start, CPU s",
            "CPU ms a frame",
            "x",
            f"{_WATCHED_S} s take, CPU s",
            "x",
            "peak MB",
            "aim",
        )
        title = f"Conform beside `ffmpeg` doing the same (aim: at most {AIM} x CPU ms a frame)"
        return table(title, heads, rows) + _beside_note(same)

    def _commands(self, name: str, *, cube: str) -> dict[str, list[Sequence[str]]]:
        """Each side with one frame, and with all."""
        sides = [each for each in _SIDES if each != "ffmpeg" or has_encoder()]
        lengths = (1, _FRAMES[name])
        return {
            each: [self._command(each, size=_SIZES[name], frames=frames, cube=cube) for frames in lengths]
            for each in sides
        }

    def _command(self, each: str, *, size: tuple[int, int], frames: int, cube: str) -> Sequence[str]:
        destination = self._folder / f"{each}{min(frames, 2)}.mov"
        if each == "ffmpeg":
            return ffmpeg_command(self._original, destination, size=size, frames=frames, cube=cube)
        return self._side(each, self._order(destination, size=size, frames=frames), *([cube] if cube else []))

    def _runs(self, commands: Mapping[str, Sequence[Sequence[str]]], *, frames: int) -> dict[str, list[_Step]]:
        """Every round of every side; all sides run at once, first with one frame, then with all."""
        found: dict[str, list[_Step]] = {name: [] for name in commands}
        for _ in range(self._rounds):
            one, many = (at_once({name: both[place] for name, both in commands.items()}) for place in (0, 1))
            for name, steps in found.items():
                steps.append(_step(one[name], many[name], frames=frames))
        return found

    def _compared(self, name: str, *, cube: str, has_ffmpeg: bool) -> str:
        """How far both files are apart, in words; empty where they show the same."""
        if not has_ffmpeg:
            return ""
        worst = 0
        with open_video(self._folder / "ffmpeg2.mov") as one, open_video(self._folder / "write2.mov") as other:
            for mine, theirs in zip(one.pictures(), other.pictures(), strict=True):
                for left, right in zip(planes_of(mine.frame), planes_of(theirs.frame), strict=True):
                    worst = max(worst, int(np.abs(left.astype(np.int32) - right).max()))
        return f"{name}{', table' if cube else ''}: samples up to {worst} of 1023 apart" if worst else ""

    # By parts.

    def by_parts(self) -> str:
        """Each part of the whole step alone."""
        found: dict[str, dict[str, float]] = {}
        sizes = {}
        for name, size in _SIZES.items():
            finished = self._folder / "finished.mov"
            order = self._order(finished, size=size, frames=_FRAMES[name], whole=True, color=True)
            cost_of(self._side("whole", replace(order, signer=None)))
            runs = [json.loads(_said(self._side("parts", order, finished))) for _ in range(self._rounds)]
            found[name] = {part: statistics.median(run[part] for run in runs) for part in runs[0]}
            sizes[name] = finished.stat().st_size / 1e6
        rows = [
            (told, *(f"{found[name][part]:.1f}" if part in found[name] else "not there" for name in _SIZES))
            for part, told in _PARTS.items()
        ]
        facts = " and ".join(f"{_FRAMES[name]} frames, {sizes[name]:.0f} MB, at {name}" for name in _SIZES)
        title = "A take by its parts: CPU ms"
        note = f"""
Each alone: {facts}. Inspection and proxy are given the
frames of a take of five seconds that lie ready, so that decoding is not counted twice.
"""
        return table(title, ("part", *_SIZES), rows) + note

    # By policy.

    def by_policy(self) -> str:
        """Writing at another rate."""
        rows = []
        for policy in (RatePolicy.NEAREST, RatePolicy.BLEND, RatePolicy.FLOW):
            cells = []
            for size in _POLICY_SIZES.values():
                commands = []
                for frames in (1, _MOST_FRAMES):
                    order = self._order(self._folder / "policy.mov", size=size, frames=frames)
                    delivery = replace(order.delivery, rate=FrameRate.parse("30"), rate_policy=policy)
                    commands.append(self._side("write", replace(order, delivery=delivery)))
                steps = self._runs({"it": commands}, frames=_MOST_FRAMES)["it"]
                cells += [f"{_median(steps, 'frame_s') * 1000:.0f}", f"{_median(steps, 'peak_mb'):.0f}"]
            rows.append((str(policy), *cells))
        heads = ("policy", *(f"{name}{what}" for name in _POLICY_SIZES for what in (", CPU ms a frame", ", peak MB")))
        return table("Rate policies: 24 fps written at 30", heads, rows) + _POLICY_NOTE

    # The whole step.

    def whole_steps(self) -> str:
        """CPU time and memory of all that a conform's child does, and memory of several at once."""
        rows = []
        for name, size in _SIZES.items():
            destination, frames = self._folder / "whole.mov", _FRAMES[name]
            plain = self._order(destination, size=size, frames=frames, whole=True)
            graded = self._order(destination, size=size, frames=frames, whole=True, color=True)
            moved = replace(graded.delivery, rate=FrameRate.parse("30"), rate_policy=RatePolicy.FLOW)
            orders = {"as it is": plain, "with color": graded, "with color and flow": replace(graded, delivery=moved)}
            costs = medians({told: self._side("whole", order) for told, order in orders.items()}, rounds=self._rounds)
            for told, cost in costs.items():
                rows.append((name, told, f"{cost.cpu_s * 1000 / frames:.0f}", f"{cost.peak_mb:.0f}"))
            peak_mb = peak_of_family(self._side("queue", graded, _QUEUED))
            rows.append((name, f"{_QUEUED} with color, queued: all processes", "", f"{peak_mb:.0f}"))
        heads = ("take", "conform", "CPU ms a frame", "peak MB")
        return table("The whole step", heads, rows) + _WHOLE_NOTE

    # Orders.

    def _order(
        self, destination: Path, *, size: tuple[int, int], frames: int, whole: bool = False, color: bool = False
    ) -> RenderOrder:
        delivery = Delivery(
            frames=frames,
            rate=FrameRate.parse(str(RATE)),
            size=size,
            codec=_CODEC,
            reel="BENCH",
            start_frame=3600 * RATE,
        )
        if whole:
            delivery = replace(delivery, sound=Sounding(loudness=-23.0), origin=_ORIGIN, proxy=True)
        if color:
            beside = Beside(before=frame_before(size), made_from=(True, False))
            delivery = replace(delivery, beside=beside, color_strength=1.0)
        return RenderOrder(
            originals=(str(self._original),),
            destination=str(destination),
            delivery=delivery,
            name="BENCH_SH0010_t01.mov",
            proxy=str(destination.with_suffix(".mp4")) if whole else "",
            signer=self._signer if whole else None,
        )

    def _side(self, name: str, order: RenderOrder, *arguments: object) -> list[str]:
        path = self._folder / f"order{len(list(self._folder.glob('order*')))}.pickle"
        path.write_bytes(pickle.dumps(order))
        return side(name, path, *arguments, program="conform_sides")


_SIDES = {
    "ffmpeg": "`ffmpeg` {version}",
    "pyav": "a loop in PyAV",
    "write": "Pickup",
}
_PARTS = {
    "edges": "first and last frame found and fitted, for each frame of the take",
    "match": "color matched, table, CDL and two pictures made, a take",
    "sound, measured": "sound measured, a second",
    "sound, written": "sound read again, brought to level, measured, a second",
    "read": "file read back and compared, a frame",
    "inspect": "inspected (QC), a frame",
    "proxy": "proxy scaled and encoded, a frame",
    "sha256": "hashed, 100 MB",
    "sign": "signed (C2PA), 100 MB",
}
_ORIGIN = Origin(
    shot="SH0010",
    take=1,
    provider="studio",
    model="m-1",
    prompt="the harbor at dusk, the camera moves to the right",
    seed=7,
    previs=False,
    created=datetime(2026, 1, 1, tzinfo=UTC),
)
_POLICY_NOTE = """
Decoding, the policy, and ProRes HQ; the original is 720p. Four of five frames lie between two of the clip.
"""
_WHOLE_NOTE = f"""
What a take costs, start-up included: color, sound, writing, reading back, inspection, proxy and signature;
{" and ".join(f"{frames} frames at {name}" for name, frames in _FRAMES.items())}.
The peak is the resident set of the conform's process. Queued ones run as a fill runs them, as many at once as there are
cores, at most two; the process that starts them is counted, and what they share is counted once. A few frames are held,
however many there are.
"""


def has_encoder() -> bool:
    """Whether there is an `ffmpeg` here that can do the same."""
    if shutil.which("ffmpeg") is None:
        return False
    return "prores_aw" in _said(["ffmpeg", "-hide_banner", "-encoders"])


def ffmpeg_command(original: Path, destination: Path, *, size: tuple[int, int], frames: int, cube: str) -> list[str]:
    """The same graph, encoder, container and number of threads as a conform has."""
    threads = str(thread_count())
    encoder = ("-c:v", "prores_aw", "-profile:v", "3", "-vendor", "apl0", "-field_order", "progressive")
    container = ("-timecode", "01:00:00:00", "-metadata:s:v", "reel_name=BENCH", "-movie_timescale", f"{RATE * 1000}")
    return [
        *("ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", threads, "-i", str(original)),
        *("-filter_threads", threads, "-vf", ",".join(graph_of(size, cube=cube))),
        *("-frames:v", str(frames), *encoder, "-threads", threads, "-thread_type", "frame"),
        *(*container, "-an", str(destination)),
    ]


def _version() -> str:
    if not has_encoder():
        return ""
    return _said(["ffmpeg", "-hide_banner", "-version"]).split()[2].partition("-")[0]


def _step(one: Cost, all_frames: Cost, *, frames: int) -> _Step:
    frame_s = (all_frames.cpu_s - one.cpu_s) / (frames - 1)
    return _Step(start_s=one.cpu_s - frame_s, frame_s=frame_s, peak_mb=all_frames.peak_mb)


def _against(take: str, told: str, steps: list[_Step], base: list[_Step], *, judged: bool) -> tuple[str, ...]:
    """A row; the ratios are medians of those of each round."""
    frame_x = statistics.median(mine.frame_s / other.frame_s for mine, other in zip(steps, base, strict=True))
    take_x = statistics.median(mine.take_s / other.take_s for mine, other in zip(steps, base, strict=True))
    return (
        take,
        told.format(version=_version()),
        seconds(max(0.0, _median(steps, "start_s"))),
        f"{_median(steps, 'frame_s') * 1000:.0f}",
        f"{frame_x:.2f}",
        f"{_median(steps, 'take_s'):.1f}",
        f"{take_x:.2f}",
        f"{_median(steps, 'peak_mb'):.0f}",
        ("met" if round(frame_x, 2) <= AIM else "MISSED") if judged else "",
    )


def _median(steps: Sequence[_Step], name: str) -> float:
    return float(statistics.median(getattr(each, name) for each in steps))


def _beside_note(same: Sequence[str]) -> str:
    lengths = ", ".join(f"{frames} frames at {name}" for name, frames in _FRAMES.items())
    apart = [each for each in same if each]
    if not has_encoder():
        there = "No `ffmpeg` with the encoder `prores_aw` is on this machine, so the loop in PyAV stands for it."
    elif apart:
        there = f"What `ffmpeg` and Pickup wrote, frame by frame: {'; '.join(apart)}."
    else:
        there = "The files of `ffmpeg` and of Pickup decode to the same samples, all of them."
    return f"""
From H.264 of 720p: decode, scale (lanczos), with the table also `lut3d` of 33 points, tetrahedral, in 12 bits, then
ProRes HQ (`prores_aw`) with timecode. The same flags, and {thread_count()} threads for decoder, graph and encoder each;
all sides run at the same time, so that the machine treats them alike, and a ratio is the median of those of each round.
A frame is a run of {lengths}, less a run of one, by its length; the start is
what is left. The loop in PyAV has the FFmpeg that Pickup has, so it tells what is Pickup's own from what is another
FFmpeg's. {there}
"""


def _said(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

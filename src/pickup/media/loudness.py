"""How loud sound is, as EBU R 128 measures it, and the gain that brings it to a target.

    loudness = measure_loudness(Path("take.mov"))
    loudness.integrated_lufs, loudness.true_peak_dbtp           (-27.3, -9.1)

Measured by FFmpeg's `ebur128`. Sound passes through; nothing is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av.error
import numpy as np
from av.filter import Graph

from pickup._av import SAMPLE_RATE, Block, MovieSound, audio_frame, ffmpeg_errors, layout_name, resampled, silence
from pickup.errors import MediaError

GATE_LUFS = -70.0
"""Below it sound is silence to the standard."""
PEAK_DBTP = -1.0
"""The highest true peak of sound that was brought to a target: EBU R 128."""

_STEP = SAMPLE_RATE // 10
_READING = 0.0005
"""`ebur128` tells true peaks in thousandths of full scale."""
_NOTHING_DB = -120.0
_MOST_CHANNELS = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """What was measured over the whole length.

    Attributes:
        integrated_lufs: -70 where nothing is louder than the gate.
        true_peak_dbtp: The highest level between samples, too; to 0.1 dB from -35 dBTP up, -120 for silence.
        range_lu: Loudness range; zero for sound shorter than 3 s.
        sample_peak: The highest sample, 1.0 at full scale.
    """

    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float
    sample_peak: float

    @property
    def is_silent(self) -> bool:
        """Whether all of it lies below the gate."""
        return self.integrated_lufs <= GATE_LUFS


class LoudnessMeter:
    """Measures sound of 48 kHz that is pushed through it.

    Args:
        channels: Weighted as `pickup._av.layout_name` names them; discrete ones count in full.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._samples = 0
        self._sample_peak = 0.0
        self._read: dict[str, str] = {}
        self._graph = Graph()
        source = self._graph.add_abuffer(
            sample_rate=SAMPLE_RATE, format="flt", layout=layout_name(channels), time_base=Fraction(1, SAMPLE_RATE)
        )
        meter = self._graph.add("ebur128", "metadata=1:peak=true")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink")).configure()

    def push(self, block: Block) -> None:
        """Hears one block."""
        if not block.shape[0]:
            return
        self._sample_peak = max(self._sample_peak, float(np.abs(block).max()))
        frame = audio_frame(block)
        frame.pts = self._samples
        self._samples += block.shape[0]
        self._graph.push(frame)
        self._drain()

    def finish(self) -> Loudness:
        """What was heard, as one figure each; nothing may be pushed any more."""
        # It tells after each tenth of a second, so the last one is filled up, or a peak in it would not be told.
        self.push(silence(-self._samples % _STEP, channels=self._channels))
        self._graph.push(None)
        self._drain()
        integrated = float(self._read.get("lavfi.r128.I", GATE_LUFS))
        peak = max(float(self._read.get("lavfi.r128.true_peak", 0)), self._sample_peak)
        return Loudness(
            integrated_lufs=integrated if math.isfinite(integrated) else GATE_LUFS,
            true_peak_dbtp=decibels(peak) if peak > 0 else _NOTHING_DB,
            range_lu=float(self._read.get("lavfi.r128.LRA", 0)),
            sample_peak=self._sample_peak,
        )

    def _drain(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if frame.metadata:
                self._read = frame.metadata


def measure_loudness(sound: Path | Iterable[Block]) -> Loudness | None:
    """Loudness of a movie's first sound stream in its own channels, or of blocks of 48 kHz; None where there is none.

    Raises:
        MediaError: The file is no movie, or its sound is damaged or has too many channels.
    """
    if not isinstance(sound, Path):
        return _measured(sound)
    movie = MovieSound(sound)
    if not movie.channels:
        return None
    if movie.channels > _MOST_CHANNELS:
        raise MediaError(f"{sound.name} has {movie.channels} channels of sound", where=str(sound))
    with ffmpeg_errors(sound), closing(movie.blocks()) as blocks:
        measured = _measured(resampled(blocks, ratio=Fraction(SAMPLE_RATE, movie.sample_rate)))
    if movie.fault:
        raise MediaError(f"{sound.name} has damaged sound: {movie.fault}", where=str(sound))
    return measured


def _measured(blocks: Iterable[Block]) -> Loudness | None:
    meter: LoudnessMeter | None = None
    for block in blocks:
        if meter is None:
            meter = LoudnessMeter(block.shape[1])
        meter.push(block)
    return None if meter is None else meter.finish()


def gain_to(target_lufs: float, *, measured: Loudness) -> tuple[float, bool]:
    """Decibels that bring sound to a target, and whether its peaks allowed only less."""
    wanted = target_lufs - measured.integrated_lufs
    allowed = PEAK_DBTP - decibels(10 ** (measured.true_peak_dbtp / 20) + _READING)
    return (wanted, False) if wanted <= allowed else (allowed, True)


def decibels(factor: float) -> float:
    """A factor above zero in decibels."""
    return 20 * math.log10(factor)

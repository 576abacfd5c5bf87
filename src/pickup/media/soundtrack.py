"""The sound of a take, exact to the sample, made of the sound that its clips came with.

    track = Soundtrack(
        [SoundClip(path=first, picture_s=Fraction(8)), SoundClip(path=second, picture_s=Fraction(8), left_out_s=frame)],
        frames=360, rate=FrameRate.parse("23.976"), channels=2, speed=Fraction(1000, 1001), loudness=-23.0,
    )
    with closing(track.frames()) as sound:
        write_video(path, pictures, target=target, sound=sound)
    track.report()

The clips are decoded twice: to measure them, and to write them. Nothing is held in memory but the blocks under way.
What is done to the sound is named in `SoundReport.policies`:

    sound_absent  sound_kept         no clip has sound; its level was left as it is
    loudness -23 LUFS                brought to a target by one gain
    sound_resample 44100>48000       another sample rate
    downmix 6>2  upmix 1>2  remap    other channels, or the same in another order
    varispeed 1000/1001              played at another speed, the pitch with it: up to a fifth of a percent
    tempo 25/24                      played at another speed, the pitch kept
    sound_left_out                   silent, because the speed changes too much

The end of sound, and a beginning that was cut, are faded over 5 ms, so that they do not click.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame

from pickup._av import (
    SAMPLE_RATE,
    Block,
    MovieSound,
    delivery_frame,
    resampled,
    sample_at,
    silence,
)
from pickup.errors import Finding, MediaError, counted, info, warning
from pickup.media.channels import mixing
from pickup.media.loudness import GATE_LUFS, PEAK_DBTP, Loudness, LoudnessMeter, decibels, gain_to
from pickup.media.tempo import FASTEST, SLOWEST, played, speed_policy
from pickup.timing import FrameRate, half_up

FADE = SAMPLE_RATE // 200
"""Samples of a fade: 5 ms."""

_MEASURABLE_S = 3
_MISSED_S = Fraction(1, 10)
"""Sound that ends earlier than its picture by less is not worth a word: encoders end on whole packets."""
MOST_CHANNELS = 32
"""Of a cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundClip:
    """One clip of a take.

    Attributes:
        picture_s: How long its picture lasts, in its own time; its sound is cut or filled up to that.
        left_out_s: What is left out at its head: the repeated frame of each clip after the first.
    """

    path: Path
    picture_s: Fraction
    left_out_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundReport:
    """What was done to the sound of a take.

    Attributes:
        before: Measured with the take's length, speed and channels, before the gain.
        after: Of what was written.
        gain_db: Zero where the level was left as it is.
        policies: Named conversions, in order of the alphabet.
    """

    before: Loudness
    after: Loudness
    gain_db: float
    policies: tuple[str, ...]
    findings: tuple[Finding, ...]


class Soundtrack:
    """The sound of one take: its clips one after another, at the speed, in the channels and at the level of the cut.

    Args:
        clips: In order; a clip without sound, or with damaged sound, is silent there, with a finding.
        frames: Of the take.
        rate: Of the take.
        channels: Of the cut: mono, stereo, 5.1 and 7.1 for 1, 2, 6 and 8, else discrete.
        speed: Seconds of the clips in one second of the take; below zero and at zero it is silent, and where it changes
            on the way, which is None. Frame for frame it is the rate of the take by that of the clips: 1000/1001 from
            24 to 23.976, 25/24 from 24 to 25.
        start_s: Where the take begins, in the clips' time: what is left out before is not counted by `clips`.
        loudness: LUFS; None keeps the level.

    Raises:
        MediaError: No clip, a length that is none, too many channels, or a clip without a picture.
    """

    def __init__(
        self,
        clips: Sequence[SoundClip],
        *,
        frames: int,
        rate: FrameRate,
        channels: int,
        speed: Fraction | None = Fraction(1),
        start_s: Fraction = Fraction(0),
        loudness: float | None = None,
    ) -> None:
        _refuse_nonsense(clips, frames=frames, channels=channels, start_s=start_s)
        self._clips = tuple(clips)
        self._frames, self._rate, self._channels = frames, rate, channels
        self._speed, self._start, self._target = speed, half_up(start_s * SAMPLE_RATE), loudness
        self._movies = tuple(MovieSound(clip.path) for clip in clips)
        self._policies: set[str] = set()
        self._findings: dict[Finding, None] = {}  # in order, each once, although the clips are heard twice
        self._report: SoundReport | None = None

    @property
    def has_sound(self) -> bool:
        """Whether any clip has a sound stream; without one the take is silent."""
        return any(movie.streams for movie in self._movies)

    @property
    def samples(self) -> int:
        """How many are written for each channel."""
        return sample_at(self._frames, rate=self._rate)

    def report(self) -> SoundReport:
        """What was done; asked after the last frame.

        Raises:
            MediaError: The sound was not read to its end.
        """
        if self._report is None:
            raise MediaError("the sound of a take was not read to its end")
        return self._report

    def frames(self) -> Generator[AudioFrame, None, None]:
        """One frame of sound for each of the picture, `samples` in all, as `pickup._av.write_video` takes them."""
        with closing(self.blocks()) as blocks:
            for block in blocks:
                yield delivery_frame(block)

    def blocks(self) -> Generator[Block, None, None]:
        """The same as blocks of shape (samples, channels), float32, full scale 1.0."""
        self._name_policies()
        before = self._measured()
        gain_db = self._gain(before)
        factor = np.float32(10 ** (gain_db / 20))
        meter = LoudnessMeter(self._channels)
        with closing(self._whole()) as blocks:
            for block in self._by_frame(blocks):
                loud = block * factor if gain_db else block
                meter.push(loud)
                yield loud
        self._report = SoundReport(
            before=before,
            after=meter.finish(),
            gain_db=gain_db,
            policies=tuple(sorted(self._policies)),
            findings=tuple(self._findings),
        )

    def _measured(self) -> Loudness:
        meter = LoudnessMeter(self._channels)
        with closing(self._whole()) as blocks:
            for block in blocks:
                meter.push(block)
        return meter.finish()

    def _gain(self, before: Loudness) -> float:
        """Decibels for the target, or only what keeps the sound from clipping."""
        if self._target is not None and self.has_sound and not self._is_unmeasurable(before):
            gain_db, is_limited = gain_to(self._target, measured=before)
            self._policies.add(f"loudness {self._target:g} LUFS")
            if is_limited:
                reached = before.integrated_lufs + gain_db
                said = f"it is at {reached:.1f} LUFS: at {self._target:g} its peaks would be above {PEAK_DBTP:g} dBTP"
                self._note(warning("LOUDNESS_LIMITED", said, where=self._where))
            return gain_db
        if self.has_sound:
            self._policies.add("sound_kept")
        if before.sample_peak <= 1:
            return 0.0
        gain_db = -decibels(before.sample_peak)
        said = f"it was made {-gain_db:.1f} dB quieter, because its peaks are above full scale"
        self._note(warning("SOUND_LOWERED", said, where=self._where))
        return gain_db

    def _is_unmeasurable(self, before: Loudness) -> bool:
        if self._rate.seconds(self._frames) < _MEASURABLE_S:
            why = f"it is shorter than {_MEASURABLE_S} s"
        elif before.is_silent:
            why = f"nothing in it is louder than {GATE_LUFS:g} LUFS"
        else:
            return False
        said = f"its level was left as it is: {why}, so its loudness cannot be measured"
        self._note(info("LOUDNESS_LEFT", said, where=self._where))
        return True

    def _name_policies(self) -> None:
        if not self.has_sound:
            self._policies.add("sound_absent")
        elif self._usual_speed is None:
            self._policies.add("sound_left_out")
            said = f"its sound was left out: {_why_left_out(self._speed)}"
            self._note(warning("SOUND_LEFT_OUT", said, where=self._where))
        elif self._speed != 1:
            self._policies.add(speed_policy(self._usual_speed))

    @property
    def _usual_speed(self) -> Fraction | None:
        """The speed, where sound can be played at it."""
        return self._speed if self._speed is not None and SLOWEST <= self._speed <= FASTEST else None

    @property
    def _where(self) -> str:
        return " and ".join(clip.path.name for clip in self._clips)

    def _note(self, finding: Finding) -> None:
        self._findings[finding] = None

    def _whole(self) -> Generator[Block, None, None]:
        """The whole take before the gain, exactly as long as its picture."""
        if not self.has_sound or self._usual_speed is None:
            yield from _of_length((), samples=self.samples, channels=self._channels)
            return
        with closing(self._joined()) as joined:
            cut = _without_head(joined, samples=self._start) if self._start else joined
            shown = played(cut, speed=self._usual_speed, channels=self._channels)
            yield from _of_length(shown, samples=self.samples, channels=self._channels)

    def _joined(self) -> Generator[Block, None, None]:
        """The clips in one piece, at 48 kHz in their own time."""
        ends = [0]
        seconds = Fraction(0)
        for clip in self._clips:
            seconds += clip.picture_s - clip.left_out_s
            ends.append(half_up(seconds * SAMPLE_RATE))
        for clip, movie, (start, end) in zip(self._clips, self._movies, pairwise(ends), strict=True):
            with closing(self._heard(clip, movie)) as heard:
                yield from _of_length(heard, samples=end - start, channels=self._channels)
            # The next one's decoder is not opened while this one is.

    def _heard(self, clip: SoundClip, movie: MovieSound) -> Generator[Block, None, None]:
        """What a clip has from the end of its repeated frame on, in the channels of the cut."""
        if not movie.channels:
            self._tell_absent(movie)
            return
        mix = mixing(movie.names, count=movie.channels, wanted=self._channels)
        self._policies |= {mix.policy} - {""}
        if movie.sample_rate != SAMPLE_RATE:
            self._policies.add(f"sound_resample {movie.sample_rate}>{SAMPLE_RATE}")
        if mix.left_out:
            said = f"of its {movie.channels} channels {', '.join(mix.left_out)} are not in {_channels(self._channels)}"
            self._note(warning("SOUND_CHANNELS", said, where=movie.path.name))
        place, has_ended = 0, False
        with closing(movie.blocks()) as native:
            heard = resampled(native, ratio=Fraction(SAMPLE_RATE, movie.sample_rate))
            if clip.left_out_s:
                heard = _without_head(heard, samples=half_up(clip.left_out_s * SAMPLE_RATE))
            try:
                for block in heard:
                    place += block.shape[0]
                    yield mix.apply(block)
                has_ended = True
            finally:  # also where the take needs no more of it
                ends_s = Fraction(place, SAMPLE_RATE) + clip.left_out_s
                self._tell_flaws(movie, ends_s=ends_s, missing_s=clip.picture_s - ends_s if has_ended else Fraction(0))

    def _tell_absent(self, movie: MovieSound) -> None:
        if movie.streams:
            said = f"its sound cannot be decoded, and is silent: {movie.fault or 'it holds none'}"
            self._note(warning("SOUND_DAMAGED", said, where=movie.path.name))
        elif self.has_sound:
            self._note(info("SOUND_ABSENT", "it has no sound, and is silent", where=movie.path.name))

    def _tell_flaws(self, movie: MovieSound, *, ends_s: Fraction, missing_s: Fraction) -> None:
        where = movie.path.name
        if movie.streams > 1:
            said = f"it has {movie.streams} sound streams; the first was taken"
            self._note(info("SOUND_STREAMS", said, where=where))
        if movie.repaired:
            said = f"{movie.repaired} samples of its sound are no numbers, and are silent"
            self._note(warning("SOUND_NOT_A_NUMBER", said, where=where))
        if movie.fault:
            said = f"its sound is damaged, and silent from {float(ends_s):.2f} s on: {movie.fault}"
            self._note(warning("SOUND_DAMAGED", said, where=where))
        elif missing_s >= _MISSED_S:
            said = f"its sound ends {float(missing_s):.2f} s before its picture, and is silent from there"
            self._note(info("SOUND_SHORT", said, where=where))

    def _by_frame(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same sound in one block for each frame of the picture."""
        ends = (sample_at(frame, rate=self._rate) for frame in range(1, self._frames + 1))
        held = silence(0, channels=self._channels)
        start = 0
        source = iter(blocks)
        for end in ends:
            parts = [held]
            there = len(held)
            while there < end - start:
                parts.append(next(source))
                there += len(parts[-1])
            together = np.concatenate(parts)
            yield together[: end - start]
            held = together[end - start :]
            start = end
        for _ in source:  # so that it comes to its end, where it tells what it has found
            pass


def _refuse_nonsense(clips: Sequence[SoundClip], *, frames: int, channels: int, start_s: Fraction) -> None:
    if not clips:
        raise MediaError("there is no original whose sound could be heard", next_step="run the command again")
    where = str(clips[0].path)
    if frames < 1 or start_s < 0:
        raise MediaError(f"a take of {frames} frames from {float(start_s):.3f} s on has no sound", where=where)
    if not 1 <= channels <= MOST_CHANNELS:
        raise MediaError(
            f"{counted(channels, 'channel')} of sound cannot be written",
            where=where,
            next_step=f"use a sequence of 1 to {MOST_CHANNELS} channels",
        )
    if any(not 0 <= clip.left_out_s <= clip.picture_s for clip in clips):
        raise MediaError("more is left out of a clip than it has", where=where)


def _why_left_out(speed: Fraction | None) -> str:
    if speed is None:
        return "its picture has a speed ramp"
    if speed <= 0:
        return "its picture plays backwards" if speed else "its picture is held"
    return f"played at {float(speed):.2f} times its speed nobody would know it"


def _without_head(blocks: Iterable[Block], *, samples: int) -> Iterator[Block]:
    """Sound from a sample on, faded in there."""
    place = -samples
    for block in blocks:
        heard = block[max(0, -place) :]
        first = max(0, place)
        place += block.shape[0]
        if heard.shape[0] and first < FADE:
            steps = np.arange(first, first + heard.shape[0]) / FADE
            heard = heard * np.minimum(steps, 1).astype(np.float32)[:, np.newaxis]
        if heard.shape[0]:
            yield heard


def _of_length(blocks: Iterable[Block], *, samples: int, channels: int) -> Iterator[Block]:
    """Exactly so many samples: cut or filled up with silence, faded out where the sound ends."""
    held = silence(0, channels=channels)
    place = 0
    for block in blocks:
        together = np.concatenate((held, block[: samples - place - len(held)]))
        ready = max(0, len(together) - FADE)
        if ready:
            yield together[:ready]
            place += ready
        held = together[ready:]
        if place + len(held) == samples:
            break
    if len(held):
        yield held * (np.arange(len(held) - 1, -1, -1) / FADE).astype(np.float32)[:, np.newaxis]
        place += len(held)
    while place < samples:
        silent = silence(min(samples - place, SAMPLE_RATE), channels=channels)
        yield silent
        place += silent.shape[0]


def _channels(count: int) -> str:
    return {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}.get(count, counted(count, "channel"))

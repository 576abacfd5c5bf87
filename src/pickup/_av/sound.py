"""The sound of a movie on the clock of its picture, changes of its rate, and sound beside a picture that is written.

Sound passes as blocks: arrays of shape (samples, channels), float32, full scale 1.0. What a take should sound like is
for `pickup.media.soundtrack`.

    for block in MovieSound(Path("original.mp4")).blocks():     the first sample is heard with the first picture
        block.shape                                             (1024, 2)
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

from pickup._av.faults import ffmpeg_errors
from pickup._av.read import VideoFile, open_video
from pickup.errors import MediaError, counted
from pickup.timing import FrameRate, half_up

Block = NDArray[np.float32]
"""Sound of shape (samples, channels), full scale 1.0."""

SAMPLE_RATE = 48000
"""Samples per second of everything that is written."""

PCM, AAC = "pcm_s24le", "aac"
"""The codecs that sound is written in, as FFmpeg calls their encoders."""

_CONTINUES_S = Fraction(1, 100)
"""Packets whose times differ by less continue each other: containers round times, and the shortest packets of AAC and
Opus that may be missing last 20 ms."""
_SILENT_BLOCK = 48000
_NAMED = {1: "mono", 2: "stereo", 6: "5.1(side)", 8: "7.1"}
_24_BITS = 1 << 23
_SPARE_BITS = 8
_MOST_AAC_CHANNELS = 2


class MovieSound:
    """The first sound stream of a movie, at its own rate, from the moment of the first picture on.

    Attributes:
        streams: How many sound streams the file has.
        channels: Of the first one; zero where there is none.
        names: The channels as FFmpeg calls them, such as `FL`; empty where the file does not name them.
        sample_rate: Of what is decoded, which is not always what the file declares (HE-AAC).
        fault: Why the sound ended before its time, in words; empty where it did not.
        repaired: Samples that were no numbers, and are silent.

    Raises:
        MediaError: The file has no picture that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.streams, self.channels, self.sample_rate = 0, 0, SAMPLE_RATE
        self.names: tuple[str, ...] = ()
        self.fault = ""
        self.repaired = 0
        self._place = 0
        """Number of the next sample."""
        with open_video(path) as video:
            self.streams = len(video.container.streams.audio)
            self._picture_starts = _first_picture(video) if self.streams else Fraction(0)
        if self.streams:
            self._look_at_first_frame()

    def blocks(self) -> Generator[Block, None, None]:
        """The samples without a gap: silence where the sound starts late or pauses, nothing before the first picture.

        Damaged sound ends there, and `fault` says why.
        """
        self.fault, self.repaired, self._place = "", 0, 0
        if not self.streams:
            return
        to_float = AudioResampler(format="flt")
        with closing(self._frames()) as frames:
            for frame in frames:
                starts = self._starts(frame)
                frame.pts = None
                for part in to_float.resample(frame):
                    block = _samples(part)
                    yield from self._placed(block, starts=starts)
                    starts += block.shape[0]

    def _look_at_first_frame(self) -> None:
        with closing(self._frames()) as frames:
            first = next(frames, None)
        if first is not None:
            self.sample_rate, self.channels = first.sample_rate, first.layout.nb_channels
            names = tuple(channel.name for channel in first.layout.channels)
            self.names = names if len(set(names)) == len(names) and "NONE" not in names else ()

    def _frames(self) -> Generator[AudioFrame, None, None]:
        """Decoded frames up to the first that is damaged, or of another kind than those before."""
        kind: tuple[int, int, str] | None = None
        with open_video(self.path) as movie:
            decoded = movie.container.decode(movie.container.streams.audio[0])
            while True:
                try:
                    with ffmpeg_errors(self.path):
                        frame = next(decoded, None)
                except MediaError as error:
                    self.fault = error.message
                    return
                if frame is None:
                    return
                now = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
                kind = kind or now
                if frame.is_corrupt or now != kind:
                    self.fault = "the decoder found it damaged" if frame.is_corrupt else "its channels or rate change"
                    return
                yield frame

    def _starts(self, frame: AudioFrame) -> int:
        """Number of a frame's first sample; the one after the last where its time differs by no more than rounding."""
        if frame.pts is None or frame.time_base is None:
            return self._place
        seconds = frame.pts * frame.time_base - self._picture_starts
        starts = half_up(seconds * self.sample_rate)
        slack = (_CONTINUES_S + frame.time_base) * self.sample_rate
        return self._place if self._place and abs(starts - self._place) < slack else starts

    def _placed(self, block: Block, *, starts: int) -> Iterator[Block]:
        while starts > self._place:
            silent = silence(min(starts - self._place, _SILENT_BLOCK), channels=self.channels)
            self._place += silent.shape[0]
            yield silent
        heard = block[self._place - starts :]
        if heard.shape[0]:
            self._place += heard.shape[0]
            yield self._numbers(heard)

    def _numbers(self, block: Block) -> Block:
        good = np.isfinite(block)
        if good.all():
            return block
        self.repaired += int((~good).any(axis=1).sum())
        return np.where(good, block, np.float32(0))


def _first_picture(video: VideoFile) -> Fraction:
    """When the first picture is shown, on the clock that sound and picture of the file share."""
    first = next(video.pictures(), None)
    if first is None:
        raise MediaError(f"{video.path.name} holds no picture", where=str(video.path), next_step="fetch it again")
    return first.seconds + (video.stream.start_time or 0) * video.time_base


def _samples(frame: AudioFrame) -> Block:
    return np.asarray(frame.to_ndarray(), dtype=np.float32).reshape(-1, frame.layout.nb_channels)


def silence(samples: int, *, channels: int) -> Block:
    """So many samples of nothing."""
    return np.zeros((samples, channels), dtype=np.float32)


def layout_name(channels: int) -> str:
    """FFmpeg's name of the layout that a number of channels is written as: 1, 2, 6 and 8 are mono, stereo, 5.1, 7.1.

    All others are discrete, without a name for each.
    """
    return _NAMED.get(channels, f"{channels} channels")


def channel_names(channels: int) -> tuple[str, ...]:
    """The channels of `layout_name` as FFmpeg calls them; empty for discrete ones."""
    if channels not in _NAMED:
        return ()
    return tuple(channel.name for channel in AudioLayout(_NAMED[channels]).channels)


def resampled(blocks: Iterable[Block], *, ratio: Fraction) -> Iterator[Block]:
    """Sound with `ratio` samples for each one of the input, played in the same time: another rate, or another speed.

    The first sample stays the first. The length is within some samples of `ratio` times the input's.
    """
    if ratio == 1:
        yield from blocks
        return
    narrow = ratio.limit_denominator(SAMPLE_RATE)
    scale = max(1, SAMPLE_RATE // max(narrow.numerator, narrow.denominator))
    # 64 taps: tones up to 15 kHz come out of 44.1 and 47.952 kHz with an error below -95 dB (measured, FFmpeg 8.1).
    converter = AudioResampler(
        format="flt", rate=narrow.numerator * scale, options={"filter_size": "64", "cutoff": "0.97"}
    )
    for block in blocks:
        frame = audio_frame(block, rate=narrow.denominator * scale)
        yield from (_samples(part) for part in converter.resample(frame))
    yield from (_samples(part) for part in converter.resample(None))


def audio_frame(block: Block, *, rate: int = SAMPLE_RATE) -> AudioFrame:
    """A block as FFmpeg takes it, in 32-bit float."""
    packed = np.ascontiguousarray(block, dtype=np.float32).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format="flt", layout=layout_name(block.shape[1]))
    frame.sample_rate = rate
    frame.time_base = Fraction(1, rate)
    return frame


def delivery_frame(block: Block) -> AudioFrame:
    """A block as it is written: 24 bits in the upper ones of 32, rounded; what is beyond full scale is clipped.

    Sound of 16 or 24 bits passes bit for bit.
    """
    steps = np.rint(block.astype(np.float64) * _24_BITS).clip(-_24_BITS, _24_BITS - 1).astype(np.int32)
    packed = np.ascontiguousarray(steps << _SPARE_BITS).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format="s32", layout=layout_name(block.shape[1]))
    frame.sample_rate = SAMPLE_RATE
    return frame


def sample_at(frame: int, *, rate: FrameRate) -> int:
    """Number of the sample that is heard when a frame begins: a running total, so nothing adds up (29.97: 1601.6)."""
    return half_up(rate.seconds(frame) * SAMPLE_RATE)


class SoundWriter:
    """Writes sound of 48 kHz beside the picture of a file as that is written: PCM of 24 bits in a .mov, or AAC.

    AAC is FFmpeg's own, 128 kbit/s for stereo. Its encoder puts 1024 samples of priming before the first; the edit
    list leaves them out, so the track begins with the first picture and lasts as long as the sound, to the sample. A
    reader that ignores edit lists hears it 21 ms late. FFmpeg decodes what pads the last packet, up to 1023 samples.

    Raises:
        MediaError: PCM in no .mov, AAC of other than one or two channels, or no sound at all.
    """

    def __init__(
        self, container: OutputContainer, sound: Iterable[AudioFrame], *, path: Path, rate: FrameRate, codec: str = PCM
    ) -> None:
        if codec == PCM and path.suffix.lower() != ".mov":
            raise MediaError("sound can be written into .mov alone", where=str(path), next_step="name it .mov")
        frames = iter(sound)
        first = next(frames, None)
        if first is None:
            raise MediaError(f"there is no sound to write into {path.name}", where=str(path))
        self._frames = chain((first,), frames)
        self._container, self._path, self._rate = container, path, rate
        self._written = 0
        if codec == AAC and first.layout.nb_channels > _MOST_AAC_CHANNELS:  # browsers are at odds over what lies where
            raise MediaError(f"AAC of {first.layout.nb_channels} channels is not written", where=str(path))
        stream = container.add_stream(codec, rate=SAMPLE_RATE, layout=first.layout.name)
        if not isinstance(stream, AudioStream):
            raise MediaError(f"{codec} is no sound encoder")
        stream.metadata["language"] = "und"
        self._stream = stream

    def write_until(self, frame: int) -> None:
        """Writes what is heard before a frame of the picture begins; whole frames of sound, so at times a little more.

        Raises:
            MediaError: The sound has another format.
        """
        wanted = sample_at(frame, rate=self._rate)
        while self._written < wanted:
            part = next(self._frames, None)
            if part is None:
                return
            self._write(part)

    def finish(self, frames: int) -> None:
        """Writes the rest.

        Args:
            frames: Of the picture.

        Raises:
            MediaError: Sound and picture are not equally long.
        """
        for part in self._frames:
            self._write(part)
        self._container.mux(self._stream.encode(None))
        wanted = sample_at(frames, rate=self._rate)
        if self._written != wanted:
            what = f"{self._written} samples of sound do not last as long as {counted(frames, 'frame')}, but {wanted}"
            raise MediaError(what, where=str(self._path))

    def _write(self, part: AudioFrame) -> None:
        if part.format.name != "s32" or part.sample_rate != SAMPLE_RATE:
            raise MediaError(f"sound of {part.format.name} at {part.sample_rate} Hz is not for delivery")
        part.pts = self._written
        part.time_base = Fraction(1, SAMPLE_RATE)
        self._written += part.samples
        self._container.mux(self._stream.encode(part))

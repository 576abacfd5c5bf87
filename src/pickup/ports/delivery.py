"""What a take must be once it is conformed, what it is cut against, and what was read back of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pickup.cut import Size
from pickup.offers.rates import OWN_SPEED, RatePolicy
from pickup.ramps import Ramp
from pickup.takes import Grade, Inspection
from pickup.timing import FrameRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is seen beside a take in the cut.

    Attributes:
        before: PNG (8-bit RGB, display color) of the last frame seen before the frames that the take covers, as large
            as the take; None where it is not known. `after` likewise of the first one after them.
        made_from: Whether the take was made to begin with `before`, and to end with `after`.
        sent: The same two frames as the provider got them; None for one that was not sent.
    """

    before: bytes | None = field(default=None, repr=False)
    after: bytes | None = field(default=None, repr=False)
    made_from: tuple[bool, bool] = (False, False)
    sent: tuple[bytes | None, bytes | None] = field(default=(None, None), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """What becomes of the sound of the originals, where it is kept.

    Attributes:
        channels: Of the cut.
        loudness: LUFS that it is brought to; None keeps its level.
    """

    channels: int = 2
    loudness: float | None = None


FRAME_BEFORE, FRAME_AFTER = "frame before", "frame after"
"""What the boundary frames that were sent are called among the references of an `Origin`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginReference:
    """A picture that a take was made from: a boundary frame, or one of a reference set.

    Attributes:
        name: As a person knows it: a file name, or the name in the reference set.
        sha256: Of the bytes that were sent, in hex.
        release: Names of the files that say that the person may be shown, without their folders; empty for none.
    """

    name: str
    sha256: str
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a take was made from, as its proof of origin says it.

    Attributes:
        model: As the provider names it; `version` is empty where the provider does not say.
        previs: Drawn by a program without a trained model.
        by_hand: A person brought the clip, so that nobody here knows what made it.
        policies: Named conversions between the provider's clip and the conformed file.
        created: When the take was finished, with its zone.
    """

    shot: str
    take: int
    provider: str
    model: str
    prompt: str
    seed: int
    previs: bool
    created: datetime
    version: str = ""
    negative: str = ""
    by_hand: bool = False
    references: tuple[OriginReference, ...] = ()
    policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a conformed take must be.

    Attributes:
        frames: Exactly so many frames: head + cover + tail.
        head: Handle frames before those that are seen in the cut; `tail` likewise after them.
        codec: `prores_lt`, `prores`, `prores_hq`, `dnxhr_hq` or `h264`.
        reel: Reel name, also the file's stem.
        start_frame: Timecode frame number of the first frame.
        fit: `fill` (crop) or `fit` (pad) where shapes differ; `crop` keeps the pixels as large as they are.
        spread: So many frames of the originals are spread over the take, from the first to the last; None shows them
            at their own speed. A change of speed has a name, `retime`, and is recorded.
        to_the_end: Its last frame is the last of the originals, which lead into the shot after: frames too many are
            not left out at the tail but spread over the take, if they are few.
        rate_policy: What is done where the originals' rate is not the take's.
        placeholder_speed: Seconds of the originals for each second of the take: the editor retimed what held the place.
            Below zero the take shows them backwards, and at zero it holds their first frame.
        placeholder_ramp: The speed changes while it is shown, and `placeholder_speed` is the constant one that wants
            the same footage; counted from the first frame that is seen in the cut. Handles play at that one.
        beside: What it is cut against: its color is matched to that, and it is inspected against it.
        color_strength: How far its color is matched, 0 to 1.
        sound: What becomes of the originals' sound; None leaves it out.
        previs: It stands for a shot and is not one: its color is not matched, and it may be still or flat.
        proxy: A small film of it is made, too, in display color and with its sound.
        draft: Only the small film is made; what is written is that, and the rest says what the take will be once it is
            conformed.
        origin: What it was made from, for its proof of origin; None writes none.
    """

    frames: int
    rate: FrameRate
    size: Size
    codec: str
    reel: str
    start_frame: int = 0
    drop_frame: bool = False
    fit: str = "fill"
    spread: int | None = None
    to_the_end: bool = False
    rate_policy: RatePolicy = RatePolicy.AUTO
    placeholder_speed: Fraction = OWN_SPEED
    placeholder_ramp: Ramp | None = None
    head: int = 0
    tail: int = 0
    beside: Beside = Beside()
    color_strength: float = 0.0
    sound: Sounding | None = None
    previs: bool = False
    proxy: bool = False
    draft: bool = False
    origin: Origin | None = None

    @property
    def cover(self) -> tuple[int, int]:
        """The first frame that is seen in the cut, and the one after the last."""
        return self.head, self.frames - self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """What was read back from a conformed file after it was written.

    Attributes:
        frames: Counted by decoding.
        policies: Named conversions that were applied, such as `scale` or `rerate`.
        sha256: Of the finished file.
        inspection: What quality control found.
        grade: How its color was matched; None where nobody asked for it.
        signed: It carries a C2PA manifest.
        beside: Names of the files that were written beside it.
    """

    frames: int
    rate: FrameRate
    size: Size
    codec: str
    timecode: str
    bytes_written: int
    sha256: str
    policies: tuple[str, ...] = ()
    inspection: Inspection = field(default_factory=Inspection)
    grade: Grade | None = None
    signed: bool = False
    beside: tuple[str, ...] = ()


class Conform(Protocol):
    """Makes originals match the cut, in a worker process with a timeout."""

    async def __call__(
        self, originals: Sequence[Path], destination: Path, *, delivery: Delivery, report: Callable[[float], None]
    ) -> Conformed:
        """Writes `destination` whole or not at all.

        Of a draft that is the small film.

        Args:
            originals: One, or the parts of a take in order: each after the first begins with the last frame of the
                one before, which is left out.
            destination: The conformed file.
            delivery: What it must be.
            report: Told the share that is done.

        Raises:
            MediaError: An original is no video, short, corrupt, or cannot be conformed.
        """
        ...

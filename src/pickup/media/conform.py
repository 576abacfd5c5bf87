"""Makes originals match the cut: rate, size, length, timecode, color. The caller's side.

The work itself is done in a child process by `pickup.media.render`, which FFmpeg may crash or hang without harm. This
module loads no FFmpeg. It does not choose takes, match color to neighbours, or carry sound.

    conform = Conformer()
    conformed = await conform([original], destination, delivery=delivery, report=print)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from pickup._child import ChildDied, Limits, call_async
from pickup._files import whole_file, write_bytes
from pickup.errors import MediaError
from pickup.media.looks import Look
from pickup.media.provenance.certificate import Signer
from pickup.ports import Conformed, Delivery

_FUNCTION = "pickup.media.render:render"
_PROXY = "proxy.mp4"
_HEADER_BYTES = 64 * 1024
_MEGAPIXEL = 1_000_000
_MOST_TURNS = 20
"""Turns of a ramp that are counted for the time limit: those that lie close together are decoded at once."""

BYTES_PER_PIXEL: Mapping[str, Fraction] = MappingProxyType(
    {
        "prores_lt": Fraction(26, 100),
        "prores": Fraction(43, 100),
        "prores_hq": Fraction(65, 100),
        "dnxhr_hq": Fraction(44, 100),
        "h264": Fraction(15, 100),
    }
)
"""File bytes by pixel and frame: measured with `prores_aw` (FFmpeg 8.1) on a grainy, moving picture of 1280x720, scaled
to 1920x1080: 530 KB a frame for LT, 882 KB for 422, 1343 KB for HQ. Apple's nominal rates are about a third lower."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOrder:
    """What the child is told.

    Attributes:
        originals: One, or the clips of a long take in order; see `pickup.ports.Conform`.
        destination: A temporary path, which the caller renames or removes.
        name: That the file will have.
        proxy: A temporary path for the small film beside it; empty for none.
        signer: Who signs the file; None where nobody does.
        now: When it is made, for its proof of origin.
        space: Color space of the cut's media, where it is not display color.
        from_display: A .cube file that leads there; empty for none.
        to_display: A .cube file that leads back; likewise.
    """

    originals: tuple[str, ...]
    destination: str
    delivery: Delivery
    name: str = "take.mov"
    proxy: str = ""
    signer: Signer | None = None
    now: datetime = field(default_factory=_now)
    space: str = ""
    from_display: str = ""
    to_display: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What the child answers.

    Attributes:
        files: What belongs beside the conformed file, by what is added to its stem.
    """

    conformed: Conformed
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformer:
    """Conforms takes, each in its own child process; fulfils `pickup.ports.Conform`.

    Attributes:
        start_s: Seconds allowed for starting and opening.
        megapixel_frame_s: Seconds allowed for each frame of a million pixels on top. It takes about 0.03 s of one core,
            so a loaded machine is not mistaken for a hanging decoder.
        memory_mb: Address space of the child, or None for no limit.
        signer: Who signs what is made; None where nobody does.
        now: The time, with its zone.
        look: What is done where the cut's media are not in display color.
    """

    start_s: float = 120.0
    megapixel_frame_s: float = 2.0
    memory_mb: int | None = None
    signer: Signer | None = None
    now: Callable[[], datetime] = _now
    look: Look | None = None

    async def __call__(
        self, originals: Sequence[Path], destination: Path, *, delivery: Delivery, report: Callable[[float], None]
    ) -> Conformed:
        """Writes `destination` whole or not at all; cancelling ends the child and leaves nothing.

        What belongs beside it is written first: where the conformed file is, the rest is too. Of a draft `destination`
        is the small film, with nothing beside it.

        Raises:
            MediaError: An original is no video, short, corrupt or without a constant rate; several differ in rate or
                size; the spread is too wide; the codec or size cannot be written; what was written is not what was
                asked for; or the work crashed or took too long.
            LibraryError: The disk is full or read-only.
        """
        names, where = " and ".join(path.name for path in originals), str(originals[0]) if originals else None
        limits = Limits(seconds=self.allowed_seconds(delivery), memory_mb=self.memory_mb)
        proxy = destination.with_name(_PROXY)
        has_proxy = delivery.proxy and not delivery.draft  # a draft is nothing else
        with whole_file(destination) as part, whole_file(proxy, optional=True) as small:
            order = RenderOrder(
                originals=tuple(map(str, originals)),
                destination=str(part),
                delivery=delivery,
                name=destination.name,
                proxy=str(small) if has_proxy else "",
                signer=self.signer,
                now=self.now(),
                space=self.look.space if self.look else "",
                from_display=str(self.look.from_display) if self.look else "",
                to_display=str(self.look.to_display) if self.look else "",
            )
            try:
                rendered = await call_async(_FUNCTION, order, limits=limits, report=report)
            except ChildDied as died:
                raise MediaError(
                    f"conforming {names} {died.reason}",
                    where=where,
                    next_step="run it again; if it happens again, generate another take",
                ) from died
            if not isinstance(rendered, Rendered):
                raise MediaError(f"conforming {names} gave no result", where=where)
            beside = [destination.with_name(f"{destination.stem}{ending}") for ending in sorted(rendered.files)]
            for path, ending in zip(beside, sorted(rendered.files), strict=True):
                write_bytes(path, rendered.files[ending])
        made = [path.name for path in beside] + ([proxy.name] if has_proxy else [])
        return replace(rendered.conformed, beside=tuple(made))

    def allowed_seconds(self, delivery: Delivery) -> float:
        """Wall time after which the child is taken to hang."""
        width, height = delivery.size
        frames = delivery.frames * max(1.0, abs(float(delivery.placeholder_speed)))
        if (ramp := delivery.placeholder_ramp) is not None:  # which is decoded again where it turns
            begin, end = delivery.cover
            frames *= 1 + min(ramp.over(end - begin, rate=delivery.rate).turns, _MOST_TURNS)
        return self.start_s + self.megapixel_frame_s * frames * width * height / _MEGAPIXEL


def expected_bytes(delivery: Delivery) -> int:
    """About how large a conformed file will be, for grainy pictures; flat ones are far smaller.

    The figures are measured ones, see `BYTES_PER_PIXEL`; real footage stays within a factor of two of them.

    Raises:
        MediaError: The codec is none that can be delivered.
    """
    per_pixel = BYTES_PER_PIXEL.get(delivery.codec)
    if per_pixel is None:
        raise MediaError(
            f"{delivery.codec!r} cannot be delivered", next_step=f"set codec to one of {', '.join(BYTES_PER_PIXEL)}"
        )
    width, height = delivery.size
    return _HEADER_BYTES + int(per_pixel * width * height * delivery.frames)

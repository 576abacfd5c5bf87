"""Frames and reference pictures as a request carries them: PNG as they are, or JPEG where a limit leaves no other way.

picture_of(png, max_bytes=5 << 20, name="runway").data_uri
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from pickup.errors import ProviderRefused

_QUALITIES = (97, 93, 88, 80)
"""Of the JPEG; the first that is small enough is taken. Chroma is not subsampled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture file and its media type."""

    data: bytes = field(repr=False)
    media_type: str = "image/png"

    @property
    def base64(self) -> str:
        """The file as text."""
        return base64.b64encode(self.data).decode()

    @property
    def data_uri(self) -> str:
        """The file as a URL that holds it (RFC 2397)."""
        return f"data:{self.media_type};base64,{self.base64}"


def picture_of(png: bytes, *, max_bytes: int, name: str) -> Picture:
    """A boundary frame that is no larger than `max_bytes`.

    Raises:
        ProviderRefused: It is no picture, or cannot be made so small; nothing was sent.
    """
    image = _decoded(png)
    if image is None:
        raise ProviderRefused(
            "the neighbour's frame cannot be read as a picture, so nothing was sent",
            next_step='check the clip beside the hole, or set send_frames = "never" for this provider',
        )
    if len(png) <= max_bytes:
        return Picture(data=png)
    jpeg = _jpeg(image, max_bytes=max_bytes)
    if jpeg is None:
        raise ProviderRefused(
            f"the neighbour's frame is larger than {name} takes ({max_bytes >> 10} KiB), so nothing was sent",
            next_step='set a smaller size, or send_frames = "never" for this provider',
        )
    return Picture(data=jpeg, media_type="image/jpeg")


def likeness_of(png: bytes, *, max_bytes: int, subject: str) -> Picture:
    """A reference picture that is no larger than `max_bytes`; unlike a frame it may have fewer pixels then.

    Raises:
        ProviderRefused: It is no picture; nothing was sent.
    """
    image = _decoded(png)
    if image is None:
        raise ProviderRefused(
            f"a reference picture of {subject} cannot be read, so nothing was sent",
            next_step=f"take another picture into [characters.{subject}]",
        )
    if len(png) <= max_bytes:
        return Picture(data=png)
    while (jpeg := _jpeg(image, max_bytes=max_bytes)) is None:
        width, height = image.size
        image = image.resize((max(1, width * 3 // 4), max(1, height * 3 // 4)), Image.Resampling.LANCZOS)
    return Picture(data=jpeg, media_type="image/jpeg")


def _decoded(png: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None


def _jpeg(image: Image.Image, *, max_bytes: int) -> bytes | None:
    for quality in _QUALITIES:
        stream = io.BytesIO()
        image.save(stream, format="JPEG", quality=quality, subsampling=0)
        if stream.tell() <= max_bytes:
            return stream.getvalue()
    return None

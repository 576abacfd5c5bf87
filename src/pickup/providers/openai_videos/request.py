"""What is sent: a `Generation` as a server's own fields, as JSON or as a form.

body = Body.of(request, profile=profile, fields=fields)
await api.send("POST", "/videos", json=body.json, form=body.form, files=body.files, creates=True)
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pickup._http import FilePart
from pickup.cut import Size
from pickup.hosted import number
from pickup.ports import Generation
from pickup.providers.openai_videos.profiles import Encoding, ImageForm, Profile

_TIERS = (480, 720, 768, 1080)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A request in one of its two forms; `form` is None where it is JSON."""

    json: Mapping[str, object] | None
    form: Mapping[str, str] | None
    files: Mapping[str, FilePart] | None

    @classmethod
    def of(cls, request: Generation, *, profile: Profile, fields: Mapping[str, str], model: str) -> Body:
        """What a server of this profile is sent.

        Args:
            request: What is wanted.
            profile: How the server wants it.
            fields: What it calls each part; an empty name leaves a part out.
            model: Empty where the server has but one.
        """
        content = dict(_content(request, profile=profile, fields=fields, model=model))
        pictures = dict(_pictures(request, fields=fields))
        as_form = profile.encoding is Encoding.FORM or (
            profile.encoding is Encoding.AUTO and bool(pictures) and profile.image is ImageForm.FILE
        )
        if as_form:
            files = {name: (f"{name}.png", png, "image/png") for name, png in pictures.items()}
            return cls(json=None, form={name: str(value) for name, value in content.items()}, files=files or None)
        return cls(json={**content, **_inline(pictures, request, profile=profile)}, form=None, files=None)


def _content(
    request: Generation, *, profile: Profile, fields: Mapping[str, str], model: str
) -> Iterator[tuple[str, object]]:
    """Every part but the pictures, under the server's name for it."""
    by_frames = bool(fields.get("frames")) and request.seconds is not None and not _is_whole(request.length_s)
    parts: dict[str, object] = {
        "prompt": request.prompt,
        "model": model,
        "seconds": None if by_frames else _seconds(request.length_s, as_number=profile.seconds_as_number),
        "frames": request.frames if by_frames else None,
        "fps": number(request.rate.fps) if profile.rate_is_chosen else None,
        "seed": request.seed,
        "negative": request.negative,
        "audio": False,
    }
    for part, value in parts.items():
        if fields.get(part) and value not in (None, ""):
            yield fields[part], value
    yield from _sizes(request.size, name=fields.get("size", ""))


def _sizes(size: Size, *, name: str) -> Iterator[tuple[str, object]]:
    """`1280x720` under one name, or tier and shape under two: "resolution+aspect_ratio"."""
    tier, _, shape = name.partition("+")
    if shape:
        yield tier, f"{min(_TIERS, key=lambda lines: abs(lines - min(size)))}p"
        divisor = math.gcd(*size)
        yield shape, f"{size[0] // divisor}:{size[1] // divisor}"
    elif name:
        yield name, f"{size[0]}x{size[1]}"


def _pictures(request: Generation, *, fields: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Boundary frames under the server's names for them."""
    for part, png in (("first_frame", request.boundary_in), ("last_frame", request.boundary_out)):
        if png is not None and fields.get(part):
            yield fields[part], png


def _inline(pictures: Mapping[str, bytes], request: Generation, *, profile: Profile) -> dict[str, object]:
    """Pictures inside of JSON."""
    data = {name: f"data:image/png;base64,{base64.b64encode(png).decode()}" for name, png in pictures.items()}
    if profile.image is ImageForm.FRAMES:
        frames: dict[str, list[object]] = {}
        for (name, uri), kind in zip(data.items(), _kinds(request), strict=False):
            picture = {"type": "image_url", "image_url": {"url": uri}, "frame_type": kind}
            frames.setdefault(name.partition("[")[0], []).append(picture)
        return dict(frames)
    if profile.image is ImageForm.TEXT:
        return dict(data)
    return {name: {"image_url": uri} for name, uri in data.items()}


def _kinds(request: Generation) -> Iterator[str]:
    if request.boundary_in is not None:
        yield "first_frame"
    if request.boundary_out is not None:
        yield "last_frame"


def _seconds(length: Fraction, *, as_number: bool) -> object:
    return number(length) if as_number else str(number(length))


def _is_whole(value: Fraction) -> bool:
    return value.denominator == 1

"""What OpenAI's API makes of a video that exists: remixes, edits, extensions, and small pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from PIL import Image

from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.orders import Accepted, Order
from pickup.testing.fakes.profiles import ALL_SIZES, OPENAI
from pickup.testing.fakes.wire import RefusedError, Reply, Request
from pickup.timing import FrameRate

_STEPS = OPENAI.seconds
_MOST_SECONDS = 120
_PICTURES = {"thumbnail": ("WEBP", "image/webp"), "spritesheet": ("JPEG", "image/jpeg")}


def derived_order(
    request: Request, *, verb: str, remote_id: str, find: Callable[[str], Accepted | None]
) -> tuple[Order, Accepted | None]:
    """The order of a `remix`, of `edits` or of `extensions`, and the video it begins with if that is a job of ours.

    Raises:
        RefusedError: There is no prompt or no such video, or an extension has a wrong length.
    """
    prompt = request.fields.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise RefusedError("The prompt is missing.", param="prompt")
    source = None
    if "video" not in request.files:
        source = find(remote_id or _source_id(request))
        if source is None:
            raise RefusedError("There is no such video.", status=404, code="video_not_found", param="video")
    order = source.order if source is not None else _uploaded()
    order = replace(order, fields=request.fields, prompt=prompt)
    return (_extended(order, request) if verb == "extensions" else order), source


def thumbnail(order: Order, *, variant: str) -> Reply:
    """A plain picture as `thumbnail` or `spritesheet`.

    Raises:
        RefusedError: Another variant.
    """
    if variant not in _PICTURES:
        raise RefusedError("The variant is video, thumbnail or spritesheet.", param="variant")
    kind, content_type = _PICTURES[variant]
    stream = io.BytesIO()
    Image.new("RGB", order.shape.size, order.shape.color).save(stream, format=kind)
    return Reply(body=stream.getvalue(), headers={"Content-Type": content_type})


def _source_id(request: Request) -> str:
    """The id in `video`: an object, the same as JSON text, or the field `video[id]`."""
    value = request.fields.get("video", request.fields.get("video[id]", ""))
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            raise RefusedError("video is not JSON.", param="video") from None
    return str(value.get("id", "")) if isinstance(value, dict) else str(value)


def _uploaded() -> Order:
    """An uploaded video, which is not looked at: it counts as four seconds at 720p."""
    size = sorted(ALL_SIZES)[1]
    width, height = map(int, size.split("x"))
    shape = ClipShape.lasting(Fraction(4), size=(width, height), rate=FrameRate(fps=Fraction(OPENAI.fps)))
    return Order(fields={}, prompt="", model=OPENAI.model, shape=shape, size=size, seconds="4")


def _extended(order: Order, request: Request) -> Order:
    """The stitched whole."""
    step = str(request.fields.get("seconds", OPENAI.default_seconds))
    if step not in _STEPS:
        raise RefusedError(f"An extension of {step!r} s is not made.", param="seconds")
    total = Fraction(order.seconds) + int(step)
    if total > _MOST_SECONDS:
        raise RefusedError("A video has 120 s at most.", param="seconds")
    shape = ClipShape.lasting(total, size=order.shape.size, rate=order.shape.rate)
    return replace(order, shape=shape, seconds=str(total))

"""Reads a create of the videos API: what it orders, or why it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction

from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.orders import Order
from pickup.testing.fakes.pictures import find_first_frame, picture_size
from pickup.testing.fakes.profiles import Profile
from pickup.testing.fakes.wire import RefusedError, Request
from pickup.timing import FrameRate

_MOST_PROMPT = 32_000
_MOST_SECONDS = 120
_BRACKETS = re.compile(r"(\w+)\[(\w+)\]")
_SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
_TIERS = {"480p": 480, "720p": 720, "1080p": 1080, "2k": 1440}


def read_order(request: Request, *, profile: Profile) -> Order:
    """The order that a create means.

    Raises:
        RefusedError: As the server refuses it.
    """
    if request.content_type not in profile.encodings:
        raise RefusedError(
            f"This server does not read {request.content_type or 'an empty body'}.",
            status=profile.wrong_encoding,
            code="invalid_content_type",
        )
    fields = {name: value for name, value in _resolved(request).items() if name not in profile.ignores}
    model = _model(fields, profile=profile)
    prompt = _prompt(fields)
    size = _size_word(fields, model=model, profile=profile)
    width, height = map(int, size.split("x"))
    shape = _shape(fields, size=(width, height), profile=profile)
    files = {name: value for name, value in request.files.items() if name not in profile.ignores}
    picture = find_first_frame(fields, files, ways=profile.images)
    data = picture.data if picture is not None else None
    if data is not None:
        given = picture_size(data)
        if profile.image_must_match and given != (width, height):
            raise RefusedError(
                f"The image is {given[0]}x{given[1]}; it must match the requested size {size}.", param="input_reference"
            )
    return Order(
        fields=request.fields,
        prompt=prompt,
        model=model,
        shape=shape,
        size=size,
        seconds=_seconds_word(fields, shape=shape, profile=profile),
        first_frame=data,
    )


def _resolved(request: Request) -> Mapping[str, object]:
    """The fields, bracket names as objects, and `extra_body` merged into them."""
    fields: dict[str, object] = {}
    for name, value in request.fields.items():
        found = _BRACKETS.fullmatch(name)
        if found is None:
            fields[name] = value
            continue
        inner = fields.setdefault(found[1], {})
        if isinstance(inner, dict):
            inner[found[2]] = value
    for name in ("extra_body", "metadata"):
        text = fields.get(name)
        if isinstance(text, str):
            try:
                fields[name] = json.loads(text)
            except ValueError:
                raise RefusedError(f"{name} is not JSON.", param=name) from None
    extra = fields.pop("extra_body", None)
    return {**fields, **extra} if isinstance(extra, dict) else fields


def _model(fields: Mapping[str, object], *, profile: Profile) -> str:
    if profile.needs_model and not fields.get("model"):
        raise RefusedError("The model is missing.", code="missing_model", param="model")
    model = str(fields.get("model") or profile.model)
    if model in profile.retired:
        raise RefusedError(
            f"The model {model} does not exist any more.", status=404, code="model_not_found", param="model"
        )
    return model


def _prompt(fields: Mapping[str, object]) -> str:
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not 0 < len(prompt) <= _MOST_PROMPT:
        raise RefusedError("The prompt is missing or too long.", code="invalid_request", param="prompt")
    return prompt


def _size_word(fields: Mapping[str, object], *, model: str, profile: Profile) -> str:
    word = str(fields.get("size") or _size_otherwise(fields, profile=profile))
    allowed = profile.sizes.get(model, profile.sizes.get("", frozenset()))
    if _SIZE.fullmatch(word) is None or (allowed and word not in allowed):
        wanted = f"one of {', '.join(sorted(allowed))}" if allowed else "WIDTHxHEIGHT"
        raise RefusedError(f"The size {word!r} is not {wanted}.", code="invalid_size", param="size")
    return word


def _size_otherwise(fields: Mapping[str, object], *, profile: Profile) -> str:
    """The size without the field `size`: in two fields, as a tier and a ratio, or the default."""
    if profile.counts_frames and "width" in fields and "height" in fields:
        return f"{fields['width']}x{fields['height']}"
    tier = _TIERS.get(str(fields.get("resolution", "")).lower())
    ratio = re.fullmatch(r"([1-9]\d*):([1-9]\d*)", str(fields.get("aspect_ratio", "16:9")))
    if tier is None or ratio is None:
        return profile.default_size
    wide, high = int(ratio[1]), int(ratio[2])
    long = tier * max(wide, high) // min(wide, high) // 2 * 2
    return f"{long}x{tier}" if wide >= high else f"{tier}x{long}"


def _shape(fields: Mapping[str, object], *, size: tuple[int, int], profile: Profile) -> ClipShape:
    given = _given_seconds(fields)
    if not profile.counts_frames:
        seconds = _seconds(given if given is not None else profile.default_seconds, profile=profile)
        return ClipShape.lasting(seconds, size=size, rate=FrameRate(fps=Fraction(profile.fps)))
    rate = FrameRate(fps=Fraction(_whole(fields, "fps", otherwise=profile.fps)))
    if "num_frames" in fields:
        return ClipShape(size=size, rate=rate, frames=_whole(fields, "num_frames", otherwise=1))
    if given is None and profile.one_frame_by_default:
        return ClipShape(size=size, rate=rate, frames=1)
    seconds = _seconds(given if given is not None else profile.default_seconds, profile=profile)
    return ClipShape.lasting(seconds, size=size, rate=rate)


def _given_seconds(fields: Mapping[str, object]) -> object:
    return fields.get("seconds", fields.get("duration"))


def _seconds(word: object, *, profile: Profile) -> Fraction:
    """The length that a word means.

    Raises:
        RefusedError: The server does not make clips of it.
    """
    try:
        seconds = Fraction(str(word))
    except (ValueError, ZeroDivisionError):
        seconds = Fraction(0)
    fits = 0 < seconds <= _MOST_SECONDS
    if profile.whole_range is not None:
        least, most = profile.whole_range
        fits = seconds.denominator == 1 and least <= seconds <= most
    if profile.seconds:
        fits = str(word) in profile.seconds and (isinstance(word, str) or not profile.strict_seconds)
    if not fits:
        wanted = f": use {', '.join(sorted(profile.seconds, key=int))}, as text" if profile.seconds else ""
        raise RefusedError(f"A length of {word!r} is not made{wanted}.", param="seconds")
    return seconds


def _seconds_word(fields: Mapping[str, object], *, shape: ClipShape, profile: Profile) -> str:
    if profile.counts_frames and "num_frames" in fields:
        return f"{shape.seconds:.3f}".rstrip("0").rstrip(".")
    given = _given_seconds(fields)
    if given is None and profile.one_frame_by_default:
        return "0"
    return str(given if given is not None else profile.default_seconds)


def _whole(fields: Mapping[str, object], name: str, *, otherwise: int) -> int:
    text = str(fields.get(name, otherwise))
    if not text.isdigit() or int(text) < 1:
        raise RefusedError(f"{name} is {text!r}, not a whole number from 1.", param=name)
    return int(text)

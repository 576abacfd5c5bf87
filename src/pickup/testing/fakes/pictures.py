"""The ways in which a create gives its first frame; each server knows some of them.

A way finds nothing, the picture's bytes, or a link, whose bytes a server on loopback does not fetch.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PIL import Image, UnidentifiedImageError

from pickup.testing.fakes.wire import RefusedError, Upload

_MOST_CHARACTERS = 20_971_520
_FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A first frame; `data` is None where only a link or an id was given."""

    data: bytes | None


Finder = Callable[[Mapping[str, object], Mapping[str, Upload]], Picture | None]


def find_first_frame(
    fields: Mapping[str, object], files: Mapping[str, Upload], *, ways: tuple[str, ...]
) -> Picture | None:
    """The picture that a create gives in one of these ways, if any.

    Raises:
        RefusedError: It is given twice, or in a way that does not hold together.
    """
    found = [picture for way in ways if (picture := FINDERS[way](fields, files)) is not None]
    if len(found) > 1:
        raise RefusedError("Give the image once.", param="input_reference")
    return found[0] if found else None


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height.

    Raises:
        RefusedError: It is no JPEG, PNG or WebP.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            return image.size
    except UnidentifiedImageError:
        raise RefusedError("The image is not a JPEG, PNG or WebP.", param="input_reference") from None


def picture_at(url: object, *, param: str, only_https: bool = False) -> Picture:
    """The picture of a data URI, or of an https link, which is not fetched.

    Raises:
        RefusedError: It is neither.
    """
    if not isinstance(url, str) or len(url) > _MOST_CHARACTERS:
        raise RefusedError("The image's URL is no text, or too long.", param=param)
    if url.startswith("https://"):
        return Picture(data=None)
    head, comma, data = url.partition(",")
    if only_https or not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise RefusedError("The image's URL is not of a kind that is taken here.", param=param)
    try:
        return Picture(data=base64.b64decode(data, validate=True))
    except binascii.Error:
        raise RefusedError("The image's data URI is not base64.", param=param) from None


def _file(_fields: Mapping[str, object], files: Mapping[str, Upload]) -> Picture | None:
    """A file in the form."""
    upload = files.get("input_reference")
    return None if upload is None else Picture(data=upload.data)


def _object(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """An object with either `image_url` or `file_id`."""
    if "input_reference" not in fields:
        return None
    value = fields["input_reference"]
    if not isinstance(value, Mapping) or ("image_url" in value) == ("file_id" in value):
        raise RefusedError("Give exactly one of image_url and file_id.", param="input_reference")
    if "file_id" in value:
        return Picture(data=None)
    return picture_at(value["image_url"], param="input_reference.image_url")


def _json_text(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """`image_reference`: an object as JSON text, in a form."""
    text = fields.get("image_reference")
    if text is None:
        return None
    try:
        value: object = json.loads(str(text))
    except ValueError:
        value = None
    if not isinstance(value, dict) or "image_url" not in value:
        raise RefusedError("image_reference is not JSON with image_url.", param="image_reference")
    return picture_at(value["image_url"], param="image_reference")


def _text(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """A text: a data URI, a link, or a path on the server."""
    value = fields.get("input_reference")
    if value is None:
        return None
    if isinstance(value, str) and value.startswith("data:"):
        return picture_at(value, param="input_reference")
    if not isinstance(value, str):
        raise RefusedError("input_reference is no text.", param="input_reference")
    return Picture(data=None)


def _reference_url(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """`reference_url`, as SGLang has it."""
    url = fields.get("reference_url")
    return None if url is None else picture_at(url, param="reference_url")


def _image(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """`image`, or the first of `images`, as New-API has it."""
    images = fields.get("images")
    listed = images[:1] if isinstance(images, list) else []
    for url in [fields["image"]] if "image" in fields else listed:
        return picture_at(url, param="image")
    return None


def _frame_images(fields: Mapping[str, object], _files: Mapping[str, Upload]) -> Picture | None:
    """`frame_images`, the first of which is the first frame, or `input_references`; all are public links."""
    frames, references = fields.get("frame_images"), fields.get("input_references")
    if frames and references:
        raise RefusedError("Give frame_images or input_references, not both.", param="frame_images")
    given = frames or references or []
    if not isinstance(given, list):
        raise RefusedError("The images are no list.", param="frame_images")
    for item in given:
        link = item.get("image_url") if isinstance(item, dict) else None
        picture_at(link.get("url") if isinstance(link, dict) else link, param="frame_images", only_https=True)
    return Picture(data=None) if frames else None


FINDERS: Mapping[str, Finder] = MappingProxyType(
    {
        "file": _file,
        "object": _object,
        "text": _text,
        "json_text": _json_text,
        "reference_url": _reference_url,
        "image": _image,
        "frame_images": _frame_images,
    }
)

"""Titles, mattes and slugs: their words and colors in xmeml, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import opentimelineio as otio

from pickup.timelines.dialects.fcp7.elements import add, table_of, text_at
from pickup.timelines.texts import plain

Color = tuple[int, int, int]

_GRAPHIC = "GraphicAndType"
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})(?:[0-9a-fA-F]{2})?")
_BYTE = 255
_CHANNELS = ("red", "green", "blue")


def words_of(item: ET.Element) -> str:
    """The words of a title: a text generator's parameter `str`, the names of the layers of Premiere's graphics."""
    for parameter in item.iterfind("effect/parameter"):
        if text_at(parameter, "parameterid").lower() == "str":
            return _lines(parameter.findtext("value") or "")
    layers = (each for each in item.iterfind("filter") if text_at(each, "effect/effectid") == _GRAPHIC)
    return "\n".join(_lines(each.findtext("effect/name") or "") for each in layers).strip()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def color_of(reference: otio.schema.GeneratorReference) -> Color | None:
    """The color that a generator's parameters state, 0 to 255 each."""
    return next(_colors([plain(reference.parameters), table_of(reference.metadata.get("fcp_xml"))]), None)


def _colors(value: object) -> Iterator[Color]:
    """However deep: Resolve lists parameters with ids, FCP7 XML too, others keep a plain table."""
    if isinstance(value, list):
        for each in value:
            yield from _colors(each)
    elif isinstance(value, dict):
        if value.get("Parameter ID") == "color":
            yield from _one_color(value.get("Parameter Value"))
        if value.get("parameterid") == "fillcolor":
            yield from _one_color(value.get("value"))
        yield from _one_color(value.get("color"))
        for each in value.values():
            if isinstance(each, list | dict):
                yield from _colors(each)


def _one_color(value: object) -> Iterator[Color]:
    if isinstance(value, str) and (match := _HEX.fullmatch(value)):
        red, green, blue = (int(each, 16) for each in match.groups())
        yield red, green, blue
    elif isinstance(value, list) and len(value) >= len(_CHANNELS):
        yield from _from_numbers(value[: len(_CHANNELS)])
    elif isinstance(value, dict):
        yield from _from_numbers([value.get(each) for each in _CHANNELS])


def _from_numbers(values: list[object]) -> Iterator[Color]:
    """Bytes as text in FCP7 XML; shares of one elsewhere, where a number with a point says so."""
    try:
        numbers = [float(each) for each in values if isinstance(each, int | float | str)]
    except ValueError:
        return
    if len(numbers) == len(_CHANNELS) and all(0 <= each <= _BYTE for each in numbers):
        shares = all(isinstance(each, float) for each in values) and max(numbers) <= 1
        red, green, blue = (round(each * _BYTE) if shares else int(each) for each in numbers)
        yield red, green, blue


def add_matte(item: ET.Element, color: Color) -> None:
    """The effect of a color matte."""
    effect = _add_generator(item, "Color", category="Matte")
    parameter = add(effect, "parameter")
    add(parameter, "parameterid", "fillcolor")
    add(parameter, "name", "Color")
    value = add(parameter, "value")
    for tag, number in zip(("alpha", *_CHANNELS), (0, *color), strict=True):
        add(value, tag, number)


def add_title(item: ET.Element, words: str) -> None:
    """The effect of a text generator."""
    effect = _add_generator(item, "Text", category="Text")
    parameter = add(effect, "parameter")
    add(parameter, "parameterid", "str")
    add(parameter, "name", "Text")
    add(parameter, "value", words.replace("\n", "\r"))


def _add_generator(item: ET.Element, name: str, *, category: str) -> ET.Element:
    effect = add(item, "effect")
    for tag, text in (
        ("name", name),
        ("effectid", name),
        ("effectcategory", category),
        ("effecttype", "generator"),
        ("mediatype", "video"),
    ):
        add(effect, tag, text)
    return effect

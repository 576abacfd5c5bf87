"""The editing desk: builds the tracks of a sample in the manner of one program.

A `Desk` knows how its program writes rates, references, speed, markers, titles and black, after
docs/dialects.md. Lengths are frames of the cut, `first` is a frame of the media, counted from 0. It writes no file.

    desk = Desk(manner=Manner.RESOLVE, rate=Fraction(24))
    desk.shot(movie, first=12, length=48)
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

from pickup.demo import nodes
from pickup.demo.media import MediaSort, SampleMedia
from pickup.demo.nodes import Node, Nodes

PLACEHOLDER_ROOT = "@MEDIA@"
"""Stands for the media folder in a committed sample whose program writes absolute references."""


class Manner(StrEnum):
    """Whose files a sample looks like."""

    PLAIN = "OpenTimelineIO 0.18"
    RESOLVE = "DaVinci Resolve 20"
    PREMIERE = "Adobe Premiere Pro 26"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Writes items of one cut.

    Attributes:
        rate: Of the cut, exact.
        media_root: Folder of the media, absolute; None for a committed sample.
        short_rates: Rates are written as 23.976 or 29.97 instead of the full double.
        size: Of the picture, written only where the program states it.
    """

    rate: Fraction
    manner: Manner = Manner.PLAIN
    media_root: str | None = None
    short_rates: bool = False
    size: tuple[int, int] = (320, 180)

    def written(self, rate: Fraction) -> float:
        """A rate as the program writes it."""
        return round(float(rate), 3) if self.short_rates else float(rate)

    @property
    def fps(self) -> float:
        """The cut's rate as written."""
        return self.written(self.rate)

    def url(self, name: str) -> str:
        """A reference to a file of the media folder: relative, a bare absolute path, or a `file://` URL."""
        if self.manner is Manner.PLAIN:
            return f"media/{quote(name)}"
        if self.manner is Manner.RESOLVE:
            return f"{PLACEHOLDER_ROOT}/{name}" if self.media_root is None else str(Path(self.media_root) / name)
        if self.media_root is None:
            return f"file://{PLACEHOLDER_ROOT}/{quote(name)}"
        return (Path(self.media_root) / name).as_uri()

    def available(self, media: SampleMedia) -> Node:
        """What the media has, at its own rate and from its own start timecode."""
        length = 1 if media.sort is MediaSort.STILL else media.frames
        return nodes.frames(media.start_frame, length, rate=self.written(media.rate))

    def source(self, media: SampleMedia, *, first: int, length: int, speed: Fraction = Fraction(1)) -> Node:
        """A source range that shows `length` record frames from media frame `first` on.

        Resolve and Premiere count it at the cut's rate; Premiere's is as long as the source that is used.
        """
        origin = Fraction(media.start_frame + first)
        if self.manner is Manner.PLAIN:
            return nodes.span(
                nodes.moment(float(origin), rate=self.written(media.rate)), nodes.moment(length, rate=self.fps)
            )
        used = length * abs(speed) if self.manner is Manner.PREMIERE else Fraction(length)
        return nodes.frames(float(origin / media.rate * self.rate), float(used), rate=self.fps)

    def shot(
        self,
        media: SampleMedia,
        *,
        first: int = 0,
        length: int,
        speed: Fraction | None = None,
        markers: Nodes = (),
    ) -> Node:
        """A clip that shows media; `speed` adds a time warp."""
        return nodes.clip(
            media.name,
            source=self.source(media, first=first, length=length, speed=speed or Fraction(1)),
            reference=nodes.external(media.name, url=self.url(media.name), available=self.available(media)),
            metadata=self._clip_metadata(),
            effects=[] if speed is None else [nodes.time_warp(float(speed))],
            markers=markers,
        )

    def linked(self, clip: Node, *, link: int) -> Node:
        """The clip, tied to its sound or picture by a number that both carry."""
        if self.manner is Manner.RESOLVE:
            return clip | {"metadata": {"Resolve_OTIO": {"Link Group ID": link}}}
        if self.manner is Manner.PREMIERE:
            return clip | {"metadata": {"PremierePro_OTIO": {"LinkID": str(link), "SourceClipIndex": 0}}}
        return clip

    def offline(self, media: SampleMedia, *, length: int, markers: Nodes = ()) -> Node:
        """A clip whose media is gone, with what the program still knows of it."""
        metadata: Node | None = None
        if self.manner is Manner.RESOLVE:
            metadata = {"Resolve_OTIO": {"Media Url": self.url(media.name)}}
        return nodes.clip(
            media.name,
            source=self.source(media, first=0, length=length),
            reference=nodes.missing(media.name, available=self.available(media), metadata=metadata),
            metadata=self._clip_metadata(),
            markers=markers,
        )

    def gap(self, length: int, *, markers: Nodes = ()) -> Node:
        """Empty track."""
        return nodes.gap(length, rate=self.fps, markers=markers)

    def slug(self, length: int, *, markers: Nodes = ()) -> Node:
        """Black that holds a place: Resolve's Solid Color, Premiere's Color Matte, else `black`."""
        if self.manner is Manner.RESOLVE:
            parameters = _resolve_parameters("Solid Color", number=5, values=[("color", "Color", "#000000")])
            metadata: Node = {"Resolve_OTIO": {"Generator Type": "Solid Color"}}
            made = nodes.generator("Solid Color", kind="Solid Color", parameters=parameters, metadata=metadata)
        elif self.manner is Manner.PREMIERE:
            made = nodes.generator("Color Matte", kind="Color Matte")
        else:
            made = nodes.generator("BL", kind="black")
        return self._made(made, length=length, markers=markers)

    def generated(self, name: str, *, kind: str, length: int) -> Node:
        """Another generator, such as bars or a leader."""
        return self._made(nodes.generator(name, kind=kind), length=length)

    def title(self, text: str, *, length: int) -> Node:
        """A title; where its words stand differs between the programs."""
        if self.manner is Manner.RESOLVE:
            html = f"<html><body><p align='center'><span style='font-size:72pt'>{text}</span></p></body></html>"
            values = [("rich text", "String", "Title"), ("title blob", "Title HTML", html)]
            parameters = _resolve_parameters("Rich", number=24, values=values)
            metadata: Node = {"Resolve_OTIO": {"Generator Type": "Rich"}}
            made = nodes.generator("Text", kind="Rich", parameters=parameters, metadata=metadata)
            return self._made(made, length=length)
        if self.manner is Manner.PREMIERE:
            made = nodes.generator(text, kind="Graphic")
            return self._made(made, length=length, effects=[_premiere_text(text)])
        return self._made(nodes.generator(text, kind="Text"), length=length)

    def note(
        self,
        text: str,
        *,
        at: Fraction | int = 0,
        length: int = 1,
        name: str = "Marker 1",
        keywords: tuple[str, ...] = (),
    ) -> Node:
        """A marker with a note; `at` in the time of what carries it, frames at the cut's rate."""
        marked = nodes.frames(float(at), length, rate=self.fps)
        if self.manner is Manner.RESOLVE:
            metadata: Node = {"Resolve_OTIO": {"Keywords": list(keywords), "Note": text}}
            return nodes.marker(name, marked=marked, color="GREEN", comment=None, metadata=metadata)
        return nodes.marker(name, marked=marked, color="GREEN", comment=text)

    def source_frame(self, media: SampleMedia, *, frame: int) -> Fraction:
        """Media frame `frame` as a clip's marker counts it: source time at the cut's rate."""
        return Fraction(media.start_frame + frame) / media.rate * self.rate

    def dissolve(self, *, before: int, after: int) -> Node:
        """A cross dissolve."""
        metadata: Node | None = None
        if self.manner is Manner.RESOLVE:
            effect = {"Effect Name": "Cross Dissolve", "Enabled": True, "Name": "Cross Dissolve", "Parameters": []}
            metadata = {"Resolve_OTIO": {"Effects": effect, "Transition Type": "Cross Dissolve"}}
        return nodes.dissolve(before, after, rate=self.fps, name="Cross Dissolve", metadata=metadata)

    def compound(self, name: str, *, tracks: Nodes, first: int, length: int) -> Node:
        """A compound clip that shows `length` frames of its inside, from frame `first` on."""
        return nodes.stack(
            name, children=tracks, source=nodes.frames(first, length, rate=self.fps), metadata=self._clip_metadata()
        )

    def track(self, name: str, *items: Node, kind: str = "Video") -> Node:
        """A track of `items`, in record order."""
        metadata: Node = {}
        if self.manner is Manner.RESOLVE:
            sound: Node = {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}
            metadata = {"Resolve_OTIO": {"Locked": False} if kind == "Video" else sound}
        if self.manner is Manner.PREMIERE and kind == "Audio":
            metadata = {"PremierePro_OTIO": {"AudioChannels": {"ChannelType": "Stereo", "NumberOfChannels": 2}}}
        return nodes.track(name, children=items, kind=kind, metadata=metadata)

    def timeline(self, name: str, *tracks: Node, start_frame: int | None, label: Node, markers: Nodes = ()) -> Node:
        """The whole file; `label` says that it is synthetic."""
        metadata: Node = {"pickup_sample": label}
        if self.manner is Manner.RESOLVE:
            metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
        if self.manner is Manner.PREMIERE:
            metadata["PremierePro_OTIO"] = {"MetadataVersion": "1.0"}
        inside = nodes.stack(
            name if self.manner is Manner.PREMIERE else "",
            children=tracks,
            metadata=self._stack_metadata(),
            markers=markers,
        )
        start = None if start_frame is None else nodes.moment(start_frame, rate=self.fps)
        title = "" if self.manner is Manner.RESOLVE else name
        return nodes.timeline(title, tracks=inside, start=start, metadata=metadata)

    def _made(self, reference: Node, *, length: int, effects: Nodes = (), markers: Nodes = ()) -> Node:
        return nodes.clip(
            str(reference["name"]),
            source=nodes.frames(0, length, rate=self.fps),
            reference=reference,
            metadata=self._clip_metadata(),
            effects=effects,
            markers=markers,
        )

    def _clip_metadata(self) -> Node:
        return {"Resolve_OTIO": {}} if self.manner is Manner.RESOLVE else {}

    def _stack_metadata(self) -> Node:
        if self.manner is not Manner.PREMIERE:
            return {}
        return {
            "PremierePro_OTIO": {
                "AudioFrameRate": 48000.0,
                "PixelAspectRatio": {"denominator": 1, "numerator": 1},
                "VideoFrameRate": self.fps,
                "VideoResolution": {"height": self.size[1], "width": self.size[0]},
            }
        }


def _resolve_parameters(effect: str, *, number: int, values: list[tuple[str, str, str]]) -> Node:
    """The `parameters` of a Resolve generator: one effect whose parameters are (id, type or key, value)."""
    listed: list[Node] = []
    for identity, kind, value in values:
        if kind == "Title HTML":
            listed.append({"Parameter ID": identity, "Title HTML": value})
        else:
            listed.append({"Parameter ID": identity, "Parameter Value": value, "Variant Type": kind})
    one: Node = {"Effect Name": effect, "Enabled": True, "Name": effect, "Parameters": listed, "Type": number}
    return {"Resolve_OTIO": [one]}


def _premiere_text(text: str) -> Node:
    """Premiere's text effect: the words lie in a binary blob, here a made-up one with a font name beside them."""
    blob = b"\x00\x08\x00\x00\x10\x00SourceSansPro-Bold\x00\x00\x04\x00" + text.encode() + b"\x00\x00\x01\xff"
    source_text: Node = {
        "DisplayName": "Source Text",
        "ID": 1,
        "StartValue": {"Position": -10800000.0, "Value": base64.b64encode(blob).decode()},
    }
    return {
        "OTIO_SCHEMA": "Effect.1",
        "metadata": {
            "PremierePro_OTIO": {"IsIntrinsic": False, "MatchName": "AE.ADBE Text", "Parameters": [source_text]}
        },
        "name": "Text",
        "effect_name": "Text",
    }

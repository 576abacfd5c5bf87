"""What a sample timeline is: its media, its tracks, and the holes that Pickup must find in it.

Samples are synthetic. They have the shape of what a program writes, and say so in their metadata; none of them was
exported by that program.

    sample.document(media_root=None)     the committed file, as JSON
"""

from __future__ import annotations

import colorsys
import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from pickup.demo.desk import Desk, Manner
from pickup.demo.media import SampleMedia
from pickup.demo.nodes import Node

SCHEMA = "Sample.1"
_GOLDEN_ANGLE = 0.381966


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedHole:
    """A hole that must be found.

    Attributes:
        track: Name of the track it lies in, inside a compound clip the inner one; None where any will do.
        start: First record frame, counted from the first frame of the cut.
        end: Record frame after its last.
        brief: Words that its brief holds; None where it has no brief.
        covers: The hole and the transitions that touch it, where that is more than the hole.
        nested: It lies inside a compound clip.
        needs: A switch under `[holes]` without which it is passed over, such as `offline`.
    """

    kind: str
    track: str | None
    start: int
    end: int
    brief: str | None = None
    covers: tuple[int, int] | None = None
    nested: bool = False
    needs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What a cut holds: tracks in file order, and timeline markers."""

    tracks: tuple[Node, ...]
    markers: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One sample timeline.

    Attributes:
        says: What the case is, in one sentence.
        duration: Frames of the cut.
        start_frame: Frame number of its first frame; None leaves it out of the file.
        findings: Codes that must be among the findings of `holes`.
        assemble: Makes the tracks at a desk.
    """

    name: str
    says: str
    rate: Fraction
    duration: int
    media: tuple[SampleMedia, ...]
    holes: tuple[ExpectedHole, ...]
    assemble: Callable[[Desk], Assembly]
    manner: Manner = Manner.PLAIN
    start_frame: int | None = None
    drop_frame: bool = False
    short_rates: bool = False
    size: tuple[int, int] = (320, 180)
    findings: tuple[str, ...] = ()

    def document(self, *, media_root: str | None) -> Node:
        """The timeline; `media_root` is the absolute media folder, None for the committed form."""
        desk = Desk(
            rate=self.rate,
            manner=self.manner,
            media_root=media_root,
            short_rates=self.short_rates,
            size=self.size,
        )
        assembly = self.assemble(desk)
        label: Node = {"schema": SCHEMA, "synthetic": True, "imitates": self.manner.value, "says": self.says}
        return desk.timeline(
            self.name, *assembly.tracks, start_frame=self.start_frame, label=label, markers=assembly.markers
        )


def as_text(document: Node) -> str:
    """A document as the files have it: four spaces, one line feed at the end."""
    return json.dumps(document, indent=4, ensure_ascii=False) + "\n"


def color_of(index: int) -> tuple[int, int, int]:
    """A base color that no other index below forty shares, never near black or white."""
    red, green, blue = colorsys.hsv_to_rgb(index * _GOLDEN_ANGLE % 1, 0.55, 0.45 + 0.1 * (index % 3))
    return round(red * 255), round(green * 255), round(blue * 255)


def movies(*lengths: int, rate: Fraction, stem: str, start_frame: int = 0) -> tuple[SampleMedia, ...]:
    """Movies `<stem>_C001.mov`, … of these lengths in frames, each with a color of its own."""
    return tuple(
        SampleMedia(
            name=f"{stem}_C{index + 1:03d}.mov",
            frames=length,
            rate=rate,
            color=color_of(index),
            start_frame=start_frame,
        )
        for index, length in enumerate(lengths)
    )

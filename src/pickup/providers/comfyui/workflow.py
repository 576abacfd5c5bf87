"""What is known of a workflow: its graph, which inputs are the prompt, the seed, …, and what it can make.

Pickup brings some, as JSON in `workflows/`; `own` reads the user's. Nothing here asks a server.

    shipped("wan22-ti2v-5b").capabilities
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pickup.cut import Size
from pickup.offers import Capability, Lengths, Mode
from pickup.providers.comfyui.graph import Cut, Graph, Node, Place
from pickup.timing import FrameRate

SHIPPED = ("wan22-ti2v-5b", "wan21-flf2v-14b", "ltx-2")
"""Workflows that Pickup brings; the first is the default model."""


class Role(StrEnum):
    """What an input of a workflow is for; the names are those of `inputs` in pickup.toml."""

    PROMPT = "prompt"
    NEGATIVE = "negative"
    SEED = "seed"
    WIDTH = "width"
    HEIGHT = "height"
    FRAMES = "frames"
    FPS = "fps"
    FIRST_IMAGE = "first_image"
    LAST_IMAGE = "last_image"
    OUTPUT = "output"


IMAGES = (Role.FIRST_IMAGE, Role.LAST_IMAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A graph that can be filled.

    Attributes:
        name: The model of the offer.
        places: Inputs by what they are for; a value may have to stand in several.
        cuts: What is left out where a picture is not given; without an entry the graph needs that picture.
        is_ours: Pickup brings it, so that what it makes is known: no sound.
        notes: What an editor should know.
    """

    name: str
    graph: Graph
    places: Mapping[Role, tuple[Place, ...]]
    cuts: Mapping[Role, Cut]
    capabilities: tuple[Capability, ...]
    is_ours: bool
    notes: tuple[str, ...] = ()

    def has(self, role: Role) -> bool:
        """Whether it has an input for this."""
        return bool(self.places.get(role))

    @property
    def modes(self) -> frozenset[Mode]:
        """Every mode in which it makes anything."""
        return frozenset().union(*(each.modes for each in self.capabilities))


class _Frames(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    min: int
    max: int
    step: int


class _Makes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    modes: Annotated[tuple[Mode, ...], Field(min_length=1)]
    frames: _Frames
    sizes: tuple[str, ...]
    rates: tuple[str, ...]
    rate_is_chosen: bool = False

    def capability(self) -> Capability:
        return Capability(
            modes=frozenset(self.modes),
            lengths=Lengths.in_frames(low=self.frames.min, high=self.frames.max, step=self.frames.step),
            sizes=tuple(_size(each) for each in self.sizes),
            rates=tuple(FrameRate.parse(each) for each in self.rates),
            rate_is_chosen=self.rate_is_chosen,
        )


class _Without(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    remove: tuple[str, ...] = ()
    bypass: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Annotated[Literal["ComfyWorkflow.1"], Field(alias="schema")]
    name: str
    makes: tuple[_Makes, ...]
    notes: tuple[str, ...] = ()
    inputs: dict[Role, tuple[str, ...]]
    without: dict[Role, _Without] = Field(default_factory=dict)
    graph: dict[str, Node]

    def workflow(self) -> Workflow:
        return Workflow(
            name=self.name,
            graph=self.graph,
            places={role: tuple(map(Place.parse, places)) for role, places in self.inputs.items()},
            cuts={role: Cut(remove=each.remove, bypass=each.bypass) for role, each in self.without.items()},
            capabilities=tuple(each.capability() for each in self.makes),
            is_ours=True,
            notes=self.notes,
        )


@lru_cache(maxsize=len(SHIPPED))
def shipped(name: str) -> Workflow:
    """One of the workflows that Pickup brings."""
    text = resources.files(__package__).joinpath("workflows", f"{name}.json").read_text(encoding="utf-8")
    return _File.model_validate_json(text).workflow()


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    return int(width), int(height)

"""What models at Replicate call the parts of a request, and what each part is worth. Facts, no behavior.

A model of its catalogue has inputs of its own; what is in no row here stands in `fields` of the settings.

    MODELS[0].inputs["seconds"]                     "duration"
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pickup.errors import ConfigError
from pickup.hosted import UNKNOWN_RATES, Model, hd_sizes, nearest_shape, number
from pickup.offers import Audio, Capability, Lengths, Mode, Offer
from pickup.ports import Generation
from pickup.timing import FrameRate

_SHAPES = ("16:9", "9:16", "4:3", "3:4", "1:1", "21:9")
_SEEDS = 1 << 31
"""No range is stated; every model takes what fits into 31 bits."""

PARTS: Mapping[str, Callable[[Generation], object]] = MappingProxyType(
    {
        "prompt": lambda request: request.prompt,
        "negative": lambda request: request.negative or None,
        "seconds": lambda request: number(request.length_s),
        "frames": lambda request: request.frames,
        "fps": lambda request: number(request.rate.fps),
        "resolution": lambda request: f"{min(request.size)}p",
        "shape": lambda request: nearest_shape(request.size, shapes=_SHAPES),
        "width": lambda request: request.size[0],
        "height": lambda request: request.size[1],
        "seed": lambda request: request.seed % _SEEDS,
        "audio": lambda _request: False,
    }
)
"""Every part of a request besides the frames -> its value; None is not sent."""

FRAMES = ("first_frame", "last_frame")
"""The parts that are pictures."""

REFERENCES = "references"
"""The part that is a list of pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateModel(Model):
    """A model with what it calls the parts of a request; a part that is not there is not sent."""

    inputs: Mapping[str, str] = field(default_factory=dict)


def _veo(
    name: str, *, rates: tuple[FrameRate, ...], references: int = 0, notes: tuple[str, ...] = ()
) -> ReplicateModel:
    capability = Capability(
        modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
        lengths=Lengths.of(4, 6, 8),
        sizes=hd_sizes(720, 1080),
        rates=rates,
    )
    pictured = replace(
        capability,
        modes=frozenset({Mode.TEXT}),
        lengths=Lengths.of(8),
        sizes=hd_sizes(720, 1080, shapes=("16:9",)),
        references=references,
    )
    return ReplicateModel(
        name=name,
        capabilities=(capability, pictured) if references else (capability,),
        audio=Audio.OPTIONAL,
        seed=True,
        negative=True,
        inputs={
            "prompt": "prompt",
            "negative": "negative_prompt",
            "seconds": "duration",
            "resolution": "resolution",
            "shape": "aspect_ratio",
            "seed": "seed",
            "audio": "generate_audio",
            "first_frame": "image",
            "last_frame": "last_frame",
            **({REFERENCES: "reference_images"} if references else {}),
        },
        notes=(*notes, "clips carry a mark of Google's that is not seen"),
    )


MODELS = (
    _veo("google/veo-3.1", rates=(FrameRate.parse("24"),), references=3),
    _veo(
        "google/veo-3.1-fast",
        rates=UNKNOWN_RATES,
        notes=("its lengths and sizes are those that Google states for it; Replicate's page names none",),
    ),
)
"""Models whose inputs are known."""


def needed(offer: Offer) -> Iterator[tuple[str, ...]]:
    """Parts without whose name a model would not make what it is offered for, each with those that would do as well."""
    lengths = [each.lengths for each in offer.capabilities]
    yield ("prompt",)
    if any(len(each.seconds) > 1 for each in lengths):
        yield ("seconds",)
    if any(len(each.frames) > 1 for each in lengths):
        yield ("frames",)
    if len({size for each in offer.capabilities for size in each.sizes}) > 1:
        yield ("resolution", "shape", "width")
    if offer.modes & {Mode.FIRST, Mode.FIRST_LAST}:
        yield ("first_frame",)
    if Mode.FIRST_LAST in offer.modes:
        yield ("last_frame",)
    if offer.references:
        yield (REFERENCES,)


def inputs_in(text: str, *, where: str) -> Mapping[str, object]:
    """Further inputs, as the settings write them.

    Raises:
        ConfigError: They are no JSON object.
    """
    try:
        found: object = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(
            "the further inputs are no JSON object",
            where=where,
            next_step="write them as '{\"name\": true}', with the names that the model's page gives",
        )
    return found

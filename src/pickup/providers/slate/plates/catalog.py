"""Which class draws which plate, and how a request is staged for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from pickup.ports import Generation
from pickup.providers.slate import looks
from pickup.providers.slate.camera import Size
from pickup.providers.slate.joins import Scene
from pickup.providers.slate.palette import hour_palette
from pickup.providers.slate.plates.city import City
from pickup.providers.slate.plates.desert import Desert
from pickup.providers.slate.plates.fire import Fire
from pickup.providers.slate.plates.forest import Forest
from pickup.providers.slate.plates.layers import Staging
from pickup.providers.slate.plates.mountains import Mountains
from pickup.providers.slate.plates.sea import Sea
from pickup.providers.slate.plates.sky import Sky
from pickup.providers.slate.plates.snow import Snow

_STAGED: Mapping[str, Callable[[Staging], Scene]] = MappingProxyType(
    {"mountains": Mountains, "forest": Forest, "desert": Desert, "snow": Snow, "fire": Fire}
)


def plate_scene(request: Generation, *, plate: str, size: Size, rng: np.random.Generator) -> Scene:
    """The scene of a plate.

    Args:
        request: Words, hour, rate and length are taken from it.
        plate: One of `looks.PLATES`.
        size: Of the frames that the scene gives.
        rng: Where everything random comes from.
    """
    words = f"{request.prompt} {request.style}"
    hour = looks.hour_in(words, stated=request.time_of_day, plate=plate)
    rains = looks.rains_in(words)
    if plate == "city" and rains and hour == "day":
        hour = "storm"
    palette = hour_palette(hour, take=request.take)
    step = 1 / request.rate.fps
    if plate == "city":
        return City(size, palette=palette, hour=hour, seconds_per_frame=step, rng=rng, rains=rains)
    if plate in _STAGED:
        staging = Staging(
            size=size, palette=palette, hour=hour, words=words, seconds_per_frame=step, frames=request.frames, rng=rng
        )
        return _STAGED[plate](staging)
    kind = Sea if plate == "sea" else Sky
    return kind(size, palette=palette, hour=hour, seconds_per_frame=step, rng=rng)

"""Draws one take: chooses the scene, shoots it frame by frame, and encodes it. Runs in a child process.

Equal requests give equal frames on one machine. No more than a few frames are held at any time.

    for picture in shoot(request).pictures: ...
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pickup import _av
from pickup.errors import MediaError, ProviderRefused
from pickup.offers import Wish
from pickup.ports import Generation
from pickup.providers.slate import looks
from pickup.providers.slate.burn_in import Marking
from pickup.providers.slate.camera import Size, filled, look_at, plate_view, working_size
from pickup.providers.slate.card import Card
from pickup.providers.slate.job import Rendered, RenderJob
from pickup.providers.slate.joins import RELATED_FROM, Bridge, Push, Scene, Still, relatedness
from pickup.providers.slate.lettering import writable
from pickup.providers.slate.plates.catalog import plate_scene
from pickup.providers.slate.textures import Grain, Picture, three

_LARGEST_PX = 64_000_000
_THREADS = 2
_GRAIN = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shooting:
    """A take about to be drawn: what it is, and its pictures, each made when it is asked for."""

    rendered: Rendered
    size: Size
    pictures: Iterator[Picture]


def render(argument: object, report: Callable[[float], None]) -> Rendered:
    """Draws the take of a `RenderJob` into its file; the child's entry point.

    Raises:
        ProviderRefused: The look lacks its frames or its word.
        MediaError: A boundary frame cannot be read, or encoding failed.
    """
    if not isinstance(argument, RenderJob):
        raise TypeError(type(argument))
    shooting = shoot(argument.request)
    frames = argument.request.frames
    step = max(1, frames // 50)

    def told() -> Iterator[Picture]:
        for index, picture in enumerate(shooting.pictures):
            yield picture
            if index % step == 0:
                report((index + 1) / frames)

    _av.write_frames(Path(argument.destination), told(), rate=argument.request.rate, size=shooting.size, codec="h264")
    return shooting.rendered


def shoot(request: Generation) -> Shooting:
    """Sets a take up; raises as `render` does, before any picture is drawn."""
    cv2.setNumThreads(_THREADS)  # flow is computed in stripes, one for each thread: a fixed number gives fixed frames
    request = request if request.look else replace(request, look=_automatic(request))
    size = (request.size[0] + request.size[0] % 2, request.size[1] + request.size[1] % 2)  # 4:2:0 has even sides
    rng = _dice(request)
    scene, rendered = _scene(request, size=size, rng=rng)
    marking = None
    if request.burn_in is not None:
        marking = Marking(
            request.burn_in, size=size, frames=request.frames, rate=request.rate, look=rendered.look,
            shows_brief=rendered.look != looks.SLATE,
        )  # fmt: skip
    drawn = rendered.look in (looks.SLATE, *looks.PLATES)
    if drawn:
        colorless = looks.is_colorless(f"{request.prompt} {request.style}")
        scene = _Stock(scene, grain=Grain(size, strength=_GRAIN, rng=rng), colorless=colorless)
    return Shooting(rendered=rendered, size=size, pictures=_pictures(scene, marking, frames=request.frames))


def _automatic(request: Generation) -> str:
    """The look that a quote would have chosen for a request that names none."""
    wish = Wish(
        cover_frames=request.frames, handles=0, rate=request.rate, size=request.size, prompt=request.prompt,
        briefed=bool(request.prompt), before=bool(request.boundary_in), after=bool(request.boundary_out),
    )  # fmt: skip
    return looks.choose(wish).look


def _dice(request: Generation) -> np.random.Generator:
    return np.random.default_rng([abs(request.seed), request.take])


class _Stock:
    """The film that a drawn scene is shot on: its grain, and whether it sees color."""

    def __init__(self, scene: Scene, *, grain: Grain, colorless: bool) -> None:
        self._scene, self._grain, self._colorless = scene, grain, colorless

    def frame(self, index: int) -> Picture:
        """Frame `index` as it was developed."""
        picture = self._scene.frame(index)
        if self._colorless:
            picture = three(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8))
        return self._grain.over(picture, index=index)


def _pictures(scene: Scene, marking: Marking | None, *, frames: int) -> Iterator[Picture]:
    for index in range(frames):
        picture = scene.frame(index)
        yield picture if marking is None else marking.over(np.array(picture), index=index)


def _scene(request: Generation, *, size: Size, rng: np.random.Generator) -> tuple[Scene, Rendered]:
    plate = looks.plate_of(request)
    if plate is not None:
        return _Plate(request, plate=plate, size=size, rng=rng), _rendered(request, look=plate)
    if request.look in (looks.JOIN, looks.BRIDGE, looks.PUSH):
        return _join(request, size=size)
    if request.look == looks.STILL:
        return _still(request, size=size), _rendered(request, look=looks.STILL)
    if request.look != looks.SLATE:
        raise ProviderRefused(f"slate has no look {request.look!r}", where=request.shot, next_step="plan the cut again")
    backdrop = _picture(request.boundary_in or request.boundary_out, request)
    words = (request.burn_in.brief if request.burn_in else "") or request.prompt or request.shot
    card = Card(
        words, color_words=f"{request.prompt} {request.time_of_day}", backdrop=backdrop, size=size,
        frames=request.frames, take=request.take, rng=rng,
    )  # fmt: skip
    return card, _rendered(request, look=looks.SLATE)


def _rendered(request: Generation, *, look: str, found_again: float | None = None) -> Rendered:
    said = request.burn_in.brief if request.burn_in else request.prompt
    shown = request.burn_in is not None or look == looks.SLATE
    return Rendered(look=look, found_again=found_again, missing_letters=writable(said).missing if shown else "")


class _Plate:
    """A plate, drawn at working size and seen through a moving camera."""

    def __init__(self, request: Generation, *, plate: str, size: Size, rng: np.random.Generator) -> None:
        self._size, self._take, self._frames = size, request.take, request.frames
        self._scene = plate_scene(request, plate=plate, size=working_size(size), rng=rng)

    def frame(self, index: int) -> Picture:
        """Frame `index` at full size."""
        view = plate_view(self._take, share=index / max(1, self._frames))
        return look_at(self._scene.frame(index), view, size=self._size)


def _join(request: Generation, *, size: Size) -> tuple[Scene, Rendered]:
    before, after = (_picture(each, request) for each in (request.boundary_in, request.boundary_out))
    if before is None or after is None:
        raise ProviderRefused(
            "a frame beside the hole is missing, and this look needs both",
            where=request.shot,
            next_step="bring the neighbour's media online, or write `look: still` or `look: slate`",
        )
    before, after = filled(before, size=size), filled(after, size=size)
    found_again = relatedness(before, after)
    look = request.look
    if look == looks.JOIN:
        look = looks.BRIDGE if found_again >= RELATED_FROM else looks.PUSH
    kind = Bridge if look == looks.BRIDGE else Push
    scene = kind(before, after, frames=request.frames, take=request.take)
    return scene, _rendered(request, look=look, found_again=found_again)


def _still(request: Generation, *, size: Size) -> Still:
    before, after = (_picture(each, request) for each in (request.boundary_in, request.boundary_out))
    picture = before if before is not None else after
    if picture is None:
        raise ProviderRefused(
            "no frame beside the hole can be had, and a still needs one",
            where=request.shot,
            next_step="bring a neighbour's media online, or write `look: slate`",
        )
    return Still(filled(picture, size=size), frames=request.frames, take=request.take, leads_in=before is None)


def _picture(png: bytes | None, request: Generation) -> Picture | None:
    """A boundary frame, decoded.

    Raises:
        MediaError: It is no PNG, is damaged, or is too large.
    """
    if not png:
        return None
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if image.width * image.height > _LARGEST_PX:
                raise MediaError(
                    f"a neighbour's frame is {image.width}x{image.height}, larger than any camera's",
                    where=request.shot,
                    next_step="check the media beside the hole",
                )
            return np.array(image.convert("RGB"), dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        digest = hashlib.sha256(png).hexdigest()[:8]
        raise MediaError(
            f"a neighbour's frame (boundary PNG {digest}) cannot be read",
            where=request.shot,
            next_step="check that the media beside the hole plays, then run the command again",
        ) from error

"""A graph filled for one request: its values, the pictures that were uploaded, and without what it is not given.

fill(workflow, request, pictures={Role.FIRST_IMAGE: "pickup/1f….png"}, prefix="pickup/SH0010_t01")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from pydantic import JsonValue

from pickup.errors import ProviderRefused
from pickup.offers import Capability, Mode
from pickup.ports import Generation
from pickup.providers.comfyui.graph import Graph, with_values, without
from pickup.providers.comfyui.workflow import IMAGES, Role, Workflow
from pickup.timing import FrameRate

FOLDER = "pickup"
"""Folder in ComfyUI's input and output folders."""

_PNG = b"\x89PNG\r\n\x1a\n"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")  # ComfyUI expands %date% and %node.input% in a prefix


def pictures_of(request: Generation, *, workflow: Workflow) -> Mapping[Role, bytes]:
    """The pictures that the request brings, as PNG.

    Raises:
        ProviderRefused: The workflow makes nothing from just these, or one of them is no PNG.
    """
    given = (request.boundary_in, request.boundary_out)
    pictures = {role: data for role, data in zip(IMAGES, given, strict=True) if data is not None}
    for data in pictures.values():
        if not data.startswith(_PNG):
            raise ProviderRefused(
                "a neighbour's frame is no PNG picture",
                where=request.shot,
                next_step='run the command again, or with conditioning = "none"',
            )
    mode = _mode_of(pictures)
    if mode not in workflow.modes:
        can = ", ".join(sorted(workflow.modes))
        raise ProviderRefused(
            f"{workflow.name} makes nothing from {mode or 'a last frame'} alone",
            where=request.shot,
            next_step=f"choose a workflow for it; this one makes clips from: {can}",
        )
    return pictures


def fill(workflow: Workflow, request: Generation, *, pictures: Mapping[Role, str], prefix: str) -> Graph:
    """The graph that is sent.

    Args:
        workflow: The template.
        request: What is wanted; a length that the workflow does not make becomes the next longer one.
        pictures: Names of the uploaded pictures, as LoadImage takes them.
        prefix: Folder and beginning of the result's name in ComfyUI's output folder.
    """
    graph = with_values(
        workflow.graph,
        {
            place: value
            for role, value in _values(workflow, request, pictures=pictures, prefix=prefix).items()
            for place in workflow.places.get(role, ())
        },
    )
    for role in IMAGES:
        if workflow.has(role) and role not in pictures and role in workflow.cuts:
            graph = without(graph, workflow.cuts[role])
    return graph


def prefix_of(request: Generation, *, prompt_id: str) -> str:
    """A name for the result that a person can read and no other job has."""
    shot = _UNSAFE.sub("_", request.shot)
    return f"{FOLDER}/{shot}_t{request.take:02}_{prompt_id[:8]}"


def _values(
    workflow: Workflow, request: Generation, *, pictures: Mapping[Role, str], prefix: str
) -> dict[Role, JsonValue]:
    capability = _capability_for(workflow, request)
    rate = _rate_for(capability, request)
    width, height = request.size
    values: dict[Role, JsonValue] = {
        Role.PROMPT: request.prompt,
        Role.SEED: request.seed,
        Role.WIDTH: width,
        Role.HEIGHT: height,
        Role.FRAMES: _frames_for(capability, request, rate=rate),
        Role.FPS: int(rate.fps) if rate.fps.denominator == 1 else float(rate.fps),
        Role.OUTPUT: prefix,
        **pictures,
    }
    return {**values, Role.NEGATIVE: request.negative} if request.negative else values  # else the workflow's own


def _mode_of(pictures: Mapping[Role, bytes]) -> Mode | None:
    if not pictures:
        return Mode.TEXT
    if Role.FIRST_IMAGE not in pictures:
        return None
    return Mode.FIRST_LAST if Role.LAST_IMAGE in pictures else Mode.FIRST


def _capability_for(workflow: Workflow, request: Generation) -> Capability:
    """The one that holds for the request's mode and, where there are several, its size."""
    first, last = request.boundary_in is not None, request.boundary_out is not None
    mode = Mode.FIRST_LAST if last else Mode.FIRST if first else Mode.TEXT
    fitting = [each for each in workflow.capabilities if mode in each.modes]
    return next((each for each in fitting if request.size in each.sizes), fitting[0])


def _rate_for(capability: Capability, request: Generation) -> FrameRate:
    return request.rate if request.rate in capability.rates else capability.rates[0]


def _frames_for(capability: Capability, request: Generation, *, rate: FrameRate) -> int:
    """The length itself where the workflow makes it, else the next longer one: ComfyUI rounds down without a word."""
    lengths = capability.lengths.at(rate)
    if rate == request.rate and request.frames in lengths:
        return request.frames
    wanted = Fraction(request.length_s)
    return next((frames for frames in lengths if rate.seconds(frames) >= wanted), lengths[-1])

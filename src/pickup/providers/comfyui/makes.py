"""What a workflow can make, from its own values and from the settings, which go before them.

capabilities_of(settings, base=shipped("ltx-2").capabilities, can_set=frozenset(Role))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from pickup.config.provider_setup import lengths_in
from pickup.config.settings import ProviderSettings
from pickup.cut import Size
from pickup.errors import ConfigError, ProviderRefused, TimingError
from pickup.offers import Capability, Conditioning, Lengths, Mode, Wish
from pickup.providers.comfyui.graph import Graph, Place, value_at
from pickup.providers.comfyui.workflow import Role, Workflow
from pickup.timing import FrameRate

_UP_TO: Mapping[str, frozenset[Mode]] = {
    "text": frozenset({Mode.TEXT}),
    "first": frozenset({Mode.TEXT, Mode.FIRST}),
    "first_last": frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
}

_ALL_PICTURES: Mapping[str, Mode] = {"text": Mode.TEXT, "first": Mode.FIRST, "first_last": Mode.FIRST_LAST}


def capabilities_of(
    settings: ProviderSettings, *, base: Sequence[Capability], can_set: frozenset[Role]
) -> tuple[Capability, ...]:
    """The capabilities of a workflow as the settings change them.

    Args:
        settings: Of the provider.
        base: What the workflow makes by itself.
        can_set: What can be asked for; a choice of several lengths or sizes needs an input for it.

    Raises:
        ConfigError: The settings offer what cannot be asked for, or leave nothing.
    """
    lengths = lengths_in(settings)
    made = []
    for each in base:
        modes = each.modes if settings.frames_from is None else each.modes & _UP_TO[settings.frames_from]
        capability = replace(
            each,
            modes=modes,
            lengths=each.lengths if lengths is None else lengths,
            sizes=settings.sizes or each.sizes,
            rates=each.rates if settings.fps is None else (settings.fps,),
        )
        _check_choices(capability, can_set=can_set)
        made += [capability] if modes else []
    if not made:
        raise ConfigError(
            f'frames_from = "{settings.frames_from}" leaves nothing that the workflow can make',
            next_step="leave frames_from out, or choose a workflow that needs no more pictures than that",
        )
    return tuple(made)


def own_capability(settings: ProviderSettings, *, graph: Graph, places: Mapping[Role, tuple[Place, ...]]) -> Capability:
    """What the user's workflow makes as it stands: one length, one size, one rate, from the pictures that it loads.

    With `frames_from` it is also made from fewer pictures, whose loaders are then left out.

    Raises:
        ConfigError: Neither the workflow nor the settings say how long, how large or how fast.
    """
    return Capability(
        modes=_own_modes(settings, places=places),
        lengths=lengths_in(settings) or _own_lengths(graph, places=places),
        sizes=settings.sizes or (_own_size(graph, places=places),),
        rates=(settings.fps or _own_rate(graph, places=places),),
    )


def why_not(workflow: Workflow, wish: Wish) -> ProviderRefused | None:
    """Why a workflow that needs pictures does not serve a wish; None where that is not the reason."""
    if Mode.TEXT in workflow.modes or wish.cover_frames < 1:
        return None
    before = wish.before and wish.conditioning is not Conditioning.NONE
    after = before and wish.after and wish.conditioning is not Conditioning.FIRST
    made_from = " or ".join(sorted(workflow.modes))
    if not (after or (before and Mode.FIRST in workflow.modes)):
        why = "and the cut has no such frame here, or it may not be sent"
        step = "choose a workflow that needs no picture for this shot"
    elif after:
        lengths = "; ".join(f"{each.lengths} at {float(each.rates[0].fps):g} fps" for each in workflow.capabilities)
        why = f"and none of its lengths fits to {float(wish.seconds):.2f} s ({lengths})"
        step = 'set conditioning = "both", which plays it up to a tenth faster or slower, or choose another workflow'
    else:
        return None
    return ProviderRefused(f"{workflow.name} makes clips from the {made_from} only, {why}", next_step=step)


def _own_modes(settings: ProviderSettings, *, places: Mapping[Role, tuple[Place, ...]]) -> frozenset[Mode]:
    if Role.LAST_IMAGE in places and Role.FIRST_IMAGE not in places:
        raise ConfigError(
            "the workflow has a last picture and no first one",
            next_step='name it: inputs = { first_image = "…" }, or leave last_image out',
        )
    most = "first_last" if Role.LAST_IMAGE in places else "first" if Role.FIRST_IMAGE in places else "text"
    can = _UP_TO[most]
    if settings.frames_from is None:
        return frozenset({_ALL_PICTURES[most]})
    if not _UP_TO[settings.frames_from] <= can:
        raise ConfigError(
            f'frames_from = "{settings.frames_from}" needs a place for every picture in the workflow',
            next_step='name them: inputs = { first_image = "…", last_image = "…" }',
        )
    return can


def _own_lengths(graph: Graph, *, places: Mapping[Role, tuple[Place, ...]]) -> Lengths:
    frames = _number_at(Role.FRAMES, graph=graph, places=places)
    if frames is None or frames < 1 or frames.denominator != 1:
        raise _unknown("how long a clip is", "frames = { min = 81, max = 81 }, or seconds = [5]", role=Role.FRAMES)
    return Lengths.in_frames(low=int(frames), high=int(frames), step=1)


def _own_size(graph: Graph, *, places: Mapping[Role, tuple[Place, ...]]) -> Size:
    sides = [_number_at(role, graph=graph, places=places) for role in (Role.WIDTH, Role.HEIGHT)]
    width, height = (0 if side is None or side.denominator != 1 else int(side) for side in sides)
    if width < 1 or height < 1:
        raise _unknown("how large a picture is", 'sizes = ["1280x720"]', role=Role.WIDTH)
    return width, height


def _own_rate(graph: Graph, *, places: Mapping[Role, tuple[Place, ...]]) -> FrameRate:
    rate = _number_at(Role.FPS, graph=graph, places=places)
    try:
        if rate is not None:
            return FrameRate.parse(float(rate))
    except TimingError as error:
        raise _unknown("how many frames a second has", "fps = 24", role=Role.FPS) from error
    raise _unknown("how many frames a second has", "fps = 24", role=Role.FPS)


def _number_at(role: Role, *, graph: Graph, places: Mapping[Role, tuple[Place, ...]]) -> Fraction | None:
    for place in places.get(role, ()):
        value = value_at(graph, place)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Fraction(value)
    return None


def _unknown(what: str, example: str, *, role: Role) -> ConfigError:
    return ConfigError(
        f"the workflow does not say {what}",
        next_step=f'set {example}, or name the input that holds it: inputs = {{ {role} = "node.input" }}',
    )


def _check_choices(capability: Capability, *, can_set: frozenset[Role]) -> None:
    rate = capability.rates[0]
    if len(capability.lengths.at(rate)) > 1 and Role.FRAMES not in can_set:
        raise _no_choice("lengths", "frames")
    if len(capability.sizes) > 1 and not {Role.WIDTH, Role.HEIGHT} <= can_set:
        raise _no_choice("sizes", "width and height")


def _no_choice(what: str, inputs: str) -> ConfigError:
    return ConfigError(
        f"the settings name several {what}, and the workflow has no input to ask for one",
        next_step=f"name {inputs} in inputs, or set the one that the workflow makes",
    )

"""The user's own workflow: a file in API format, and which of its inputs is what.

What `inputs` names is taken; what it does not name is guessed only where one input alone can be meant. An empty name
leaves an input as it is.

    own_workflow(settings, where="providers.studio")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError, PickupError
from pickup.providers.comfyui.graph import EXPORT, Cut, Graph, Place, listed, read_graph, value_at, values_named
from pickup.providers.comfyui.makes import capabilities_of, own_capability
from pickup.providers.comfyui.workflow import IMAGES, Role, Workflow

_MOST_BYTES = 8 << 20

_NAMES: Mapping[Role, tuple[str, ...]] = {
    Role.LAST_IMAGE: (),
    Role.FIRST_IMAGE: ("image",),
    Role.NEGATIVE: ("negative", "negative_prompt"),
    Role.PROMPT: ("text", "prompt", "positive_prompt"),
    Role.SEED: ("seed", "noise_seed"),
    Role.WIDTH: ("width",),
    Role.HEIGHT: ("height",),
    Role.FRAMES: ("length", "frames", "num_frames", "frames_number"),
    Role.FPS: ("fps", "frame_rate"),
    Role.OUTPUT: ("filename_prefix",),
}
"""What an input for it is called in ComfyUI's own nodes; nothing tells a last picture from a first one."""


def own_workflow(settings: ProviderSettings, *, where: str) -> Workflow:
    """The workflow of a file that the settings name.

    Args:
        settings: Of the provider; its `workflow` is a path.
        where: The provider's table, for messages.

    Raises:
        ConfigError: The file cannot be used, an input is not there or could be several, or it is not known what it
            makes.
    """
    path = Path(settings.workflow or "")
    graph = read_graph(_text_of(path), where=str(path))
    try:
        places = _places(settings.inputs, graph=graph)
        base = own_capability(settings, graph=graph, places=places)
        capabilities = capabilities_of(settings, base=[base], can_set=frozenset(places))
    except PickupError as error:
        raise ConfigError(error.message, where=f"{where}, {path.name}", next_step=error.next_step) from error
    loaders = {role: tuple(place.node for place in places[role]) for role in IMAGES if role in places}
    return Workflow(
        name=path.stem,
        graph=graph,
        places=places,
        cuts={role: Cut(remove=nodes) for role, nodes in loaders.items()},
        capabilities=capabilities,
        is_ours=False,
    )


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError("the workflow is too large to be one", where=str(path), next_step=EXPORT)
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"the workflow cannot be read: {error.strerror or error}",
            where=str(path),
            next_step="check the path; one that is not absolute counts from the folder of the settings",
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the workflow is no JSON", where=str(path), next_step=EXPORT) from error


def _places(inputs: Mapping[str, str], *, graph: Graph) -> Mapping[Role, tuple[Place, ...]]:
    named = dict(_named(inputs, graph=graph))
    taken = {place for places in named.values() for place in places}
    found = {role: places for role, places in named.items() if places}
    for role, names in _NAMES.items():
        if role in named:
            continue
        candidates = tuple(place for place in values_named(graph, names) if place not in taken)
        if len(candidates) > 1:
            raise ConfigError(
                f"several inputs could be the {_spoken(role)}: {listed(candidates, graph=graph)}",
                next_step=f'say which: inputs = {{ {role} = "{candidates[0]}" }}, or "" for none',
            )
        if candidates:
            found[role] = candidates
            taken.update(candidates)
    if Role.PROMPT not in found:
        raise ConfigError(
            "no input of the workflow is known to be the prompt",
            next_step=f'name it: inputs = {{ prompt = "node.input" }}; nodes: {_nodes(graph)}',
        )
    return found


def _named(inputs: Mapping[str, str], *, graph: Graph) -> Iterator[tuple[Role, tuple[Place, ...]]]:
    """What the settings name, in its role; several places of one role are separated by commas."""
    for name, text in inputs.items():
        if name not in set(Role):
            raise ConfigError(f"`inputs.{name}` is not known", next_step=f"use: {', '.join(Role)}")
        places = tuple(Place.parse(each) for each in text.split(",")) if text.strip() else ()
        for place in places:
            value_at(graph, place)
        yield Role(name), places


def _spoken(role: Role) -> str:
    return role.value.replace("_", " ")


def _nodes(graph: Graph) -> str:
    return ", ".join(f"{node_id} ({node.class_type})" for node_id, node in graph.items())

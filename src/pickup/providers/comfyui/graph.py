"""Graphs in ComfyUI's API format: read, checked, filled with values, and cut where a picture is not given.

A node is `{"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0]}}`; a list of a node's id and the number
of its output is a link. It knows no server and no model.

    graph = read_graph(text, where="my.json")
    graph = with_values(graph, {Place.parse("6.text"): "rain on a pier"})
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from pickup.errors import ConfigError

EXPORT = (
    "in ComfyUI open it and choose Workflow > Export (API), in older versions turn on the dev mode options in the "
    "settings and choose Save (API Format); then name that file"
)
"""How a workflow in API format is had."""


class Place(NamedTuple):
    """One input of one node."""

    node: str
    input: str

    @classmethod
    def parse(cls, text: str) -> Place:
        """Reads `6.text`; an input's name may hold dots, a node's id none.

        Raises:
            ConfigError: It has no dot, or nothing on one side of it.
        """
        node, _, name = text.strip().partition(".")
        if not node or not name:
            raise ConfigError(f"{text!r} names no input of a workflow", next_step='write it as "node.input": "6.text"')
        return cls(node=node, input=name)

    def __str__(self) -> str:
        return f"{self.node}.{self.input}"


class Node(BaseModel):
    """One node; what the editor notes beside it (`_meta`) is sent on, since ComfyUI's errors quote its title."""

    model_config = ConfigDict(frozen=True)

    class_type: str
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    meta: dict[str, JsonValue] | None = Field(default=None, alias="_meta")


Graph = Mapping[str, Node]
_GRAPH = TypeAdapter(dict[str, Node])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left out of a graph that goes without a picture.

    Attributes:
        remove: Nodes that go, with every link to them.
        bypass: Nodes that go, with the inputs that stand for their outputs, in the order of the outputs.
    """

    remove: tuple[str, ...] = ()
    bypass: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_graph(text: str, *, where: str) -> Graph:
    """The graph of a workflow file.

    Raises:
        ConfigError: It is no JSON, no graph, a workflow as the editor saves it, or a link leads nowhere.
    """
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError("the workflow is no JSON", where=where, next_step=EXPORT) from error
    if isinstance(content, dict) and {"nodes", "links"} <= content.keys():
        raise ConfigError("the workflow is in the editor's format, not in API format", where=where, next_step=EXPORT)
    try:
        graph = _GRAPH.validate_python(content)
    except ValidationError as error:
        raise ConfigError("the workflow is no graph in API format", where=where, next_step=EXPORT) from error
    if not graph:
        raise ConfigError("the workflow has no nodes", where=where, next_step=EXPORT)
    for place, (node, _slot) in links_of(graph):
        if node not in graph:
            raise ConfigError(f"{place} is linked to node {node}, which is not there", where=where, next_step=EXPORT)
    return graph


def link_of(value: JsonValue) -> tuple[str, int] | None:
    """The node and the number of its output that an input is linked to; None for a value."""
    match value:
        case [str(node), int(slot)]:
            return node, slot
    return None


def links_of(graph: Graph) -> Iterator[tuple[Place, tuple[str, int]]]:
    """Every linked input, with the output that it is linked to."""
    for node_id, node in graph.items():
        for name, value in node.inputs.items():
            if link := link_of(value):
                yield Place(node=node_id, input=name), link


def values_named(graph: Graph, names: Iterable[str]) -> tuple[Place, ...]:
    """Every input of one of these names that holds a value of its own."""
    wanted = frozenset(names)
    return tuple(
        Place(node=node_id, input=name)
        for node_id, node in graph.items()
        for name, value in node.inputs.items()
        if name in wanted and link_of(value) is None
    )


def value_at(graph: Graph, place: Place) -> JsonValue:
    """The value that stands there.

    Raises:
        ConfigError: There is no such input, or it is linked, so that a value written there would cut the link.
    """
    node = graph.get(place.node)
    if node is None:
        raise ConfigError(f"the workflow has no node {place.node}", next_step=f"use one of: {', '.join(graph)}")
    if place.input not in node.inputs:
        raise ConfigError(
            f"node {place.node} ({node.class_type}) has no input {place.input!r}",
            next_step=f"use one of: {', '.join(node.inputs)}",
        )
    value = node.inputs[place.input]
    if link := link_of(value):
        raise ConfigError(
            f"{place} ({node.class_type}) is linked to node {link[0]}, and a value there would cut the link",
            next_step=f"name the input of node {link[0]} ({graph[link[0]].class_type}) that holds the value",
        )
    return value


def with_values(graph: Graph, values: Mapping[Place, JsonValue]) -> Graph:
    """The graph with values in place of those that stand there; `graph` itself stays as it is.

    Raises:
        ConfigError: As `value_at`.
    """
    filled = dict(graph)
    for place, value in values.items():
        value_at(filled, place)
        node = filled[place.node]
        filled[place.node] = node.model_copy(update={"inputs": {**node.inputs, place.input: value}})
    return filled


def without(graph: Graph, cut: Cut) -> Graph:
    """The graph without some nodes: links to them are led past them, or are left out."""
    stands_for = {
        (node_id, slot): graph[node_id].inputs[name]
        for node_id, names in cut.bypass.items()
        for slot, name in enumerate(names)
    }
    gone = {*cut.remove, *cut.bypass}
    left: dict[str, Node] = {}
    for node_id, node in graph.items():
        if node_id not in gone:
            led = {name: _led_past(value, stands_for) for name, value in node.inputs.items()}
            kept = {name: value for name, value in led.items() if (link_of(value) or ("", 0))[0] not in gone}
            left[node_id] = node.model_copy(update={"inputs": kept})
    return left


def as_sent(graph: Graph) -> dict[str, JsonValue]:
    """The graph as JSON."""
    return {node_id: _node_as_sent(node) for node_id, node in graph.items()}


def _node_as_sent(node: Node) -> dict[str, JsonValue]:
    sent: dict[str, JsonValue] = {"class_type": node.class_type, "inputs": node.inputs}
    return sent if node.meta is None else {**sent, "_meta": node.meta}


def _led_past(value: JsonValue, stands_for: Mapping[tuple[str, int], JsonValue]) -> JsonValue:
    seen: list[tuple[str, int]] = []
    while (link := link_of(value)) in stands_for and link is not None and link not in seen:
        seen.append(link)
        value = stands_for[link]
    return value


def listed(places: Sequence[Place], *, graph: Graph) -> str:
    """Places as a person tells them apart: `6.text (CLIPTextEncode), 7.text (CLIPTextEncode)`."""
    return ", ".join(f"{place} ({graph[place.node].class_type})" for place in places)

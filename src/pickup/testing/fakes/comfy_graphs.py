"""Reads a ComfyUI graph in API format: whether it holds together, and what clip it is meant to make.

A node is `{"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0]}}`; a list of an id and a slot is a wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.orders import Order
from pickup.testing.fakes.wire import RefusedError
from pickup.timing import FrameRate

LENGTHS = ("length", "frames", "num_frames")
RATES = ("fps", "frame_rate")
_PROMPTS = ("text", "prompt", "positive_prompt")
_OUTPUTS = ("Save", "Preview", "VHS_VideoCombine")
_DEFAULT_SIDES = {"width": 832, "height": 480}
_DEFAULT_FRAMES = 81
_DEFAULT_FPS = 16
_WIRE_PARTS = 2


class Node(NamedTuple):
    """One node."""

    id: str
    class_type: str
    inputs: Mapping[str, object]

    @property
    def is_output(self) -> bool:
        """Whether it ends a graph: `SaveVideo`, `PreviewImage`, `VHS_VideoCombine` and their like."""
        return self.class_type.startswith(_OUTPUTS)


def read_graph(value: object, *, missing_classes: frozenset[str] = frozenset()) -> tuple[Node, ...]:
    """The nodes of a graph that may be run.

    Raises:
        RefusedError: A node lacks its class, its class is not installed, a wire leads nowhere, or there is no output.
    """
    if not isinstance(value, dict):
        raise _refused("no_prompt", "No prompt provided")
    nodes = []
    for node_id, node in value.items():
        kind = node.get("class_type") if isinstance(node, dict) else None
        if not isinstance(kind, str) or not kind:
            raise _bad_node(node_id, "Cannot execute because a node is missing the class_type property.", kind="")
        if kind in missing_classes:
            raise _bad_node(node_id, f"Cannot execute because node {kind} does not exist.", kind=kind)
        inputs = node.get("inputs", {})
        nodes.append(Node(id=node_id, class_type=kind, inputs=inputs if isinstance(inputs, dict) else {}))
    if not any(node.is_output for node in nodes):
        raise _refused("prompt_no_outputs", "Prompt has no outputs")
    for node in nodes:
        for name, wire in node.inputs.items():
            if isinstance(wire, list) and len(wire) == _WIRE_PARTS and str(wire[0]) not in value:
                raise _bad_node(
                    node.id,
                    f"{name}: there is no node {wire[0]}",
                    kind=node.class_type,
                    error="prompt_outputs_failed_validation",
                )
    return tuple(nodes)


def read_order(
    nodes: tuple[Node, ...], *, fields: Mapping[str, object], upload: Callable[[str], bytes | None]
) -> Order:
    """What the graph makes: the first width, height, length and rate that a node states, and its first image.

    Args:
        nodes: The graph.
        fields: The request's fields.
        upload: The bytes of an uploaded image, by the name in a LoadImage node.
    """
    width, height = (_first_whole(nodes, (side,), otherwise=most) for side, most in _DEFAULT_SIDES.items())
    frames = _first_whole(nodes, LENGTHS, otherwise=_DEFAULT_FRAMES)
    fps = next((value for value in _stated(nodes, RATES) if value > 0), Fraction(_DEFAULT_FPS))
    shape = ClipShape(size=(width, height), rate=FrameRate(fps=fps.limit_denominator(1001)), frames=frames)
    images = [str(node.inputs["image"]) for node in nodes if "image" in node.inputs and node.class_type == "LoadImage"]
    prompts = (node.inputs.get(name) for node in nodes for name in _PROMPTS)
    return Order(
        fields=fields,
        prompt=next((text for text in prompts if isinstance(text, str) and text), ""),
        model="",
        shape=shape,
        size=f"{width}x{height}",
        first_frame=next((data for name in images if (data := upload(name)) is not None), None),
    )


def _first_whole(nodes: tuple[Node, ...], names: tuple[str, ...], *, otherwise: int) -> int:
    return next((int(value) for value in _stated(nodes, names) if value >= 1), otherwise)


def _stated(nodes: tuple[Node, ...], names: tuple[str, ...]) -> Iterator[Fraction]:
    """The numbers that stand in inputs of these names; wires and texts are passed over."""
    for node in nodes:
        for name in names:
            value = node.inputs.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Fraction(value)


def _bad_node(node_id: str, message: str, *, kind: str, error: str = "invalid_prompt") -> RefusedError:
    problem = {"type": error, "message": message, "details": f"Node ID '#{node_id}'", "extra_info": {}}
    errors = {node_id: {"errors": [problem], "dependent_outputs": [], "class_type": kind}}
    return RefusedError(message, code=error, details={"node_errors": errors})


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError(message, code=code, details={"node_errors": {}})

"""What a server lacks for a workflow: node classes, and model files or other values that are not in its lists.

lacking(workflow, {"UNETLoader": {"input": {"required": {"unet_name": [["a.safetensors"]]}}}})
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pickup.providers.comfyui.graph import Node
from pickup.providers.comfyui.workflow import Workflow


def classes_of(workflow: Workflow) -> tuple[str, ...]:
    """Every class of its nodes, each once."""
    return tuple(dict.fromkeys(node.class_type for node in workflow.graph.values()))


def lacking(workflow: Workflow, known: Mapping[str, Mapping[str, object] | None]) -> tuple[str, ...]:
    """What is missing, as a person would look for it.

    Args:
        workflow: The workflow.
        known: What `/object_info` says of each class; None for one that is not installed.
    """
    missing = {f"the class {each}": None for each in classes_of(workflow) if known.get(each) is None}
    filled = {place for places in workflow.places.values() for place in places}
    for node_id, node in workflow.graph.items():
        for name, value in _not_in_lists(node, info=known.get(node.class_type) or {}):
            if (node_id, name) not in filled:
                missing[f"{name} = {value} ({node.class_type})"] = None
    return tuple(missing)


def _not_in_lists(node: Node, *, info: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    lists = dict(_lists(info))
    for name, value in node.inputs.items():
        if isinstance(value, str) and name in lists and value not in lists[name]:
            yield name, value


def _lists(info: Mapping[str, object]) -> Iterator[tuple[str, Sequence[str]]]:
    """Inputs whose values are a list of words: `[["a", "b"], {}]`, in newer classes `["COMBO", {"options": […]}]`."""
    groups = info.get("input")
    for group in groups.values() if isinstance(groups, dict) else ():
        for name, described in group.items() if isinstance(group, dict) else ():
            match described:
                case [list(options), *_] | ["COMBO", {"options": list(options)}, *_]:
                    words = [each for each in options if isinstance(each, str)]
                    if len(words) == len(options):
                        yield name, words

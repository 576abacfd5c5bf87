"""What ComfyUI's answers mean for a job: a refused workflow, a job that failed, a server that was restarted.

status_of(entry, is_free=True, link=lambda file: f"{base}/view?{file.query}")
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel, JsonValue

from pickup._http import Reply, said
from pickup.errors import FailureKind, ProviderError, ProviderRefused
from pickup.ports import Billing, RemoteState, RemoteStatus
from pickup.providers.comfyui.replies import HistoryEntry, HistoryStatus, OutputFile, clip_of, one_line, read

CLIP = "clip"
"""Name of the link to a finished clip."""

_NOT_IN_LIST = "value_not_in_list"
_GUIDE = "docs/providers/comfyui.md says where each file of Pickup's workflows belongs"


class _Extra(BaseModel):
    class_type: str | None = None
    node_id: str | int | None = None
    input_name: str | None = None
    received_value: JsonValue = None


class _Problem(BaseModel):
    type: str = ""
    message: str = ""
    details: str = ""
    extra_info: _Extra | None = None


class _NodeErrors(BaseModel):
    errors: tuple[_Problem, ...] = ()
    class_type: str = ""


class _Refusal(BaseModel):
    """The body of a 400; `node_errors` is an empty list where there are none."""

    error: _Problem = _Problem()
    node_errors: dict[str, _NodeErrors] | list[JsonValue] = {}


def refusal_of(reply: Reply, *, name: str, shot: str) -> ProviderRefused:
    """Why a workflow was refused: the first node that is wrong, its class and input, and a model that is not there."""
    refusal = _read_refusal(reply) or _Refusal()
    nodes = refusal.node_errors if isinstance(refusal.node_errors, dict) else {}
    places = list(_node_words(nodes))
    missing = _missing_class(refusal, nodes)
    if missing:
        words, step = (
            f"the class {missing} is not installed there",
            "update ComfyUI, or install the nodes that bring it",
        )
    elif models := list(_missing_values(nodes)):
        words, step = "; ".join(places), f"put {', '.join(models)} where ComfyUI looks for it; {_GUIDE}"
    else:
        words = "; ".join(places) or one_line(refusal.error.message) or said(reply)
        step = "run the workflow in ComfyUI itself with these values, and correct what it complains about"
    return ProviderRefused(f"{name} refused the workflow: {words}", where=shot, next_step=step)


def status_of(entry: HistoryEntry, *, is_free: bool, link: Callable[[OutputFile], str]) -> RemoteStatus:
    """How a job that is over has ended."""
    unpaid = Billing.NOT_BILLED if is_free else Billing.UNKNOWN
    status = entry.status or HistoryStatus(status_str="success")
    if status.data_of("execution_interrupted") is not None:
        return RemoteStatus(state=RemoteState.CANCELLED, billing=unpaid, message="it was interrupted in ComfyUI")
    if status.status_str == "error":
        return RemoteStatus(
            state=RemoteState.FAILED, kind=FailureKind.PROVIDER_FAILED, billing=unpaid, message=_failure_words(status)
        )
    clip = clip_of(entry.outputs)
    if clip is None:
        words = "ComfyUI ended well and wrote no file; the workflow needs a node such as SaveVideo"
        return RemoteStatus(state=RemoteState.FAILED, kind=FailureKind.BAD_OUTPUT, billing=unpaid, message=words)
    return RemoteStatus(
        state=RemoteState.READY,
        done=1.0,
        urls={CLIP: link(clip)},
        billing=Billing.NOT_BILLED if is_free else Billing.BILLED,
    )


def forgotten(*, is_free: bool) -> RemoteStatus:
    """A job that the server does not know: it keeps its queue and its history in memory."""
    return RemoteStatus(
        state=RemoteState.EXPIRED,
        kind=FailureKind.EXPIRED,
        billing=Billing.NOT_BILLED if is_free else Billing.UNKNOWN,
        message="ComfyUI was restarted, or its queue was cleared, and does not know the job any more",
    )


def _failure_words(status: HistoryStatus) -> str:
    data = status.data_of("execution_error") or {}
    kind, message, node, node_class = (
        one_line(str(data.get(key) or "")) for key in ("exception_type", "exception_message", "node_id", "node_type")
    )
    words = ": ".join(part for part in (kind, message) if part) or "it does not say why"
    where = f" in node {node} ({node_class})" if node else ""
    if "outofmemory" in kind.lower() or "out of memory" in message.lower():
        words += "; choose a smaller size or a shorter length, or free the memory of the graphics card"
    return f"ComfyUI failed{where}: {words}"


def _read_refusal(reply: Reply) -> _Refusal | None:
    try:
        return read(_Refusal, reply.json())
    except ProviderError:
        return None


def _node_words(nodes: Mapping[str, _NodeErrors]) -> Iterator[str]:
    for node_id, node in nodes.items():
        for problem in node.errors:
            extra = problem.extra_info or _Extra()
            place = f"node {node_id} ({node.class_type})" + (f", input {extra.input_name}" if extra.input_name else "")
            # the details of a value that is not in the list quote the whole list
            details = f"'{extra.received_value}'" if problem.type == _NOT_IN_LIST else problem.details
            yield one_line(f"{place}: {problem.message}" + (f": {details}" if details else ""))


def _missing_values(nodes: Mapping[str, _NodeErrors]) -> Iterator[str]:
    for node in nodes.values():
        for problem in node.errors:
            if problem.type == _NOT_IN_LIST and problem.extra_info and problem.extra_info.received_value:
                yield str(problem.extra_info.received_value)


def _missing_class(refusal: _Refusal, nodes: Mapping[str, _NodeErrors]) -> str:
    """The class of a node that the server has not got; older servers say it in `node_errors`, or in words alone."""
    extra = refusal.error.extra_info or _Extra()
    if refusal.error.type == "missing_node_type":
        return f"{extra.class_type} of node {extra.node_id}"
    for node_id, node in nodes.items():
        if any(problem.message.endswith("does not exist.") for problem in node.errors):
            return f"{node.class_type} of node {node_id}"
    return ""

"""What servers answer: the same facts under many names, read once into our own.

status_of(reply.json(), ...)        RemoteStatus(state=RemoteState.RUNNING, done=0.42)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, ValidationError

from pickup.errors import FailureKind
from pickup.ports import Billing, RemoteState, RemoteStatus

_LATEST_SECONDS = 100_000_000_000
"""No time in seconds is larger; what is, was given in milliseconds."""

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "queued",
                "pending",
                "submitted",
                "not_start",
                "preparing",
                "created",
                "starting",
                "unknown",
                "in_progress",
                "processing",
                "running",
                "generating",
            ),
            RemoteState.RUNNING,
        ),
        **dict.fromkeys(("completed", "complete", "success", "succeeded", "finished"), RemoteState.READY),
        **dict.fromkeys(("failed", "failure", "fail", "error"), RemoteState.FAILED),
        **dict.fromkeys(("cancelled", "canceled", "deleted"), RemoteState.CANCELLED),
        "expired": RemoteState.EXPIRED,
    }
)

_KINDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "moderation": FailureKind.MODERATION_INPUT,
        "safety": FailureKind.MODERATION_INPUT,
        "content_policy": FailureKind.MODERATION_INPUT,
        "content policy": FailureKind.MODERATION_INPUT,
        "insufficient_quota": FailureKind.NO_CREDIT,
        "insufficient_credit": FailureKind.NO_CREDIT,
        "billing": FailureKind.NO_CREDIT,
        "model_not_found": FailureKind.MODEL_GONE,
        "model_gone": FailureKind.MODEL_GONE,
        "rate_limit": FailureKind.RATE_LIMITED,
        "concurren": FailureKind.CONCURRENCY_LIMITED,
        "invalid": FailureKind.INVALID_REQUEST,
        "expired": FailureKind.EXPIRED,
    }
)
"""Parts of an error's code, else of its words -> what it means; the first that is found counts."""


class VideoReply(BaseModel):
    """A job as a server tells it; every field but the id may be missing, and others may be there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str | int | None = None
    task_id: str | int | None = None
    status: str | None = None
    progress: float | None = None
    model: str | None = None
    prompt: str | None = None
    size: str | None = None
    seconds: str | int | float | None = None
    created_at: int | float | str | None = None
    error: object = None

    @property
    def remote_id(self) -> str:
        """The job's id; empty where there is none."""
        found = self.id if self.id not in (None, "") else self.task_id
        return "" if found is None else str(found)

    @property
    def created(self) -> datetime | None:
        """When the job was made; None where it is not said."""
        try:
            moment = float(self.created_at) if self.created_at is not None else 0.0
        except ValueError:
            return None
        if moment <= 0:
            return None
        return datetime.fromtimestamp(moment / 1000 if moment > _LATEST_SECONDS else moment, tz=UTC)

    @property
    def trouble(self) -> Trouble | None:
        """What went wrong, from any of the shapes that are in use."""
        if isinstance(self.error, dict):
            code, message = self.error.get("code"), self.error.get("message")
            return Trouble(code="" if code is None else str(code), message=str(message or code or ""))
        return Trouble(code="", message=str(self.error)) if self.error else None

    @property
    def links(self) -> Mapping[str, str]:
        """Where the clip is, as `clip`; empty where no link is given."""
        link = next(_links(self.model_extra or {}), "")
        return {"clip": link} if link else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error in a reply: its code, which may be empty, and its words."""

    code: str
    message: str

    @property
    def kind(self) -> FailureKind:
        """What it means; what nobody knows is the provider's own failure."""
        for text in (self.code.lower(), self.message.lower()):
            for part, kind in _KINDS.items():
                if part in text:
                    return kind
        return FailureKind.PROVIDER_FAILED


def read_video(content: object) -> VideoReply | None:
    """A job from a reply; None where it is none."""
    if isinstance(content, dict) and isinstance(content.get("data"), dict):
        content = content["data"]  # some gateways wrap what they answer
    try:
        return VideoReply.model_validate(content)
    except ValidationError:
        return None


def status_of(video: VideoReply, *, needs_link: bool, bills_failures: bool | None) -> RemoteStatus:
    """Where a job stands.

    Args:
        video: The reply.
        needs_link: The clip is fetched from a link, so a finished job without one has no clip.
        bills_failures: Whether a job that failed is charged; None where nobody knows.
    """
    word = (video.status or "").lower()
    trouble = video.trouble
    state = _STATES.get(word)
    billing = {True: Billing.BILLED, False: Billing.NOT_BILLED, None: Billing.UNKNOWN}[bills_failures]
    if state is None:
        return RemoteStatus(state=RemoteState.RUNNING, message=f"in a state that is not known: {word or 'none'}")
    if state is RemoteState.READY and needs_link and not video.links:
        said = f": {trouble.message}" if trouble else ""
        return RemoteStatus(
            state=RemoteState.FAILED,
            kind=trouble.kind if trouble else FailureKind.BAD_OUTPUT,
            message=f"it says that the clip is finished and names none{said}",
        )
    if state in (RemoteState.RUNNING, RemoteState.READY):
        return RemoteStatus(state=state, done=_share(video.progress), urls=video.links, version=video.model or "")
    message = trouble.message if trouble and trouble.message else f"it ended as {word}"
    kind = trouble.kind if trouble else FailureKind.PROVIDER_FAILED
    if state is RemoteState.EXPIRED:
        kind = FailureKind.EXPIRED
    return RemoteStatus(state=state, kind=kind, message=message, billing=billing)


def _share(progress: float | None) -> float | None:
    """Progress as a share; servers give 0 to 100, and some 0 to 1."""
    if progress is None:
        return None
    return min(max(progress if 0 < progress < 1 else progress / 100, 0.0), 1.0)


def _links(content: Mapping[str, object]) -> Iterator[str]:
    """Links to the clip, wherever a server puts them."""
    metadata, output = content.get("metadata"), content.get("output")
    places: list[object] = [content.get("url"), content.get("video_url")]
    if isinstance(metadata, dict):
        places.append(metadata.get("url"))
    if isinstance(unsigned := content.get("unsigned_urls"), list):
        places += unsigned[:1]
    if isinstance(output, dict) and isinstance(videos := output.get("videos"), list):
        places += [each.get("url") for each in videos[:1] if isinstance(each, dict)]
    return (each for each in places if isinstance(each, str) and each)

"""What Google answers: operations, the clips inside them, and errors; and what each means.

operation = read(Operation, reply.json())
operation.clip.gcsUri
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pydantic import BaseModel, Field

from pickup.errors import FailureKind
from pickup.hosted import Trouble, read

CANCELLED = 1
"""The code of an operation that was cancelled."""

_KINDS: Mapping[int, FailureKind] = MappingProxyType(
    {
        3: FailureKind.INVALID_REQUEST,
        5: FailureKind.INVALID_REQUEST,  # something that the request names, such as the bucket
        7: FailureKind.AUTH,
        8: FailureKind.RATE_LIMITED,
        9: FailureKind.INVALID_REQUEST,
        11: FailureKind.INVALID_REQUEST,
        12: FailureKind.INVALID_REQUEST,
        16: FailureKind.AUTH,
    }
)
"""Codes of google.rpc in an operation that failed; every other is the service's own fault."""

_OF_CONTENT = ("usage guidelines", "responsible ai", "support code", "violat")
"""What an error about content says; its code is that of any wrong request."""


class Clip(BaseModel):
    """A video, as base64 or as a `gs://` address."""

    bytesBase64Encoded: str = Field(default="", repr=False)  # noqa: N815 - as on the wire
    gcsUri: str = ""  # noqa: N815


class Made(BaseModel):
    """What a finished operation has made, or what the filters say of it."""

    videos: Sequence[Clip] | None = None
    raiMediaFilteredCount: int | None = None  # noqa: N815
    raiMediaFilteredReasons: Sequence[str] | None = None  # noqa: N815

    @property
    def is_filtered(self) -> bool:
        """Whether the filters kept something."""
        return bool(self.raiMediaFilteredCount or self.raiMediaFilteredReasons)

    @property
    def reason(self) -> str:
        """Why, in Google's words; empty where it does not say."""
        return next(iter(self.raiMediaFilteredReasons or ()), "")


class Detail(BaseModel):
    """Of the details of an error only the reason counts."""

    reason: str = ""


class Status(BaseModel):
    """An error; `code` is that of google.rpc in an operation, and that of HTTP elsewhere."""

    code: int = 0
    message: str = ""
    status: str = ""
    details: Sequence[Detail] = ()

    @property
    def kind(self) -> FailureKind:
        """What it means in an operation."""
        if _is_of_content(self.message):
            return FailureKind.MODERATION_INPUT
        return _KINDS.get(self.code, FailureKind.PROVIDER_FAILED)


class Refusal(BaseModel):
    """The body of an HTTP error."""

    error: Status


class Operation(BaseModel):
    """A job; until it is done it has a name and nothing else."""

    name: str
    done: bool = False
    error: Status | None = None
    response: Made | None = None

    @property
    def clip(self) -> Clip | None:
        """The first clip that is there."""
        made = (self.response.videos if self.response else None) or ()
        return next((each for each in made if each.bytesBase64Encoded or each.gcsUri), None)


def trouble_in(content: object) -> Trouble | None:
    """What a refusal says beyond its HTTP status: billing, content and too many jobs have no status of their own."""
    refusal = read(Refusal, content)
    if refusal is None:
        return None
    error, kind = refusal.error, None
    if any(each.reason == "BILLING_DISABLED" for each in error.details):
        kind = FailureKind.NO_CREDIT
    elif error.status == "INVALID_ARGUMENT" and _is_of_content(error.message):
        kind = FailureKind.MODERATION_INPUT
    elif error.status == "RESOURCE_EXHAUSTED" and "concurren" in error.message.lower():
        kind = FailureKind.CONCURRENCY_LIMITED
    return Trouble(kind=kind, message=error.message)


def _is_of_content(message: str) -> bool:
    return any(each in message.lower() for each in _OF_CONTENT)

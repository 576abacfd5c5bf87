"""Replicate's answers: predictions, pages of them, uploaded files, and what an error's words mean.

status_of(read(Prediction, reply.json()), billing=Billing.UNKNOWN)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel

from pickup.errors import FailureKind
from pickup.ports import Billing, RemoteState, RemoteStatus

_WORDS: tuple[tuple[re.Pattern[str], FailureKind], ...] = (
    (re.compile(r"(?<!input or )\boutput\b[^.]*\b(flagged|blocked)", re.IGNORECASE), FailureKind.MODERATION_OUTPUT),
    (
        re.compile(r"\bE005\b|flagged|sensitive|moderat|safety|nsfw|content polic|prohibited", re.IGNORECASE),
        FailureKind.MODERATION_INPUT,
    ),
    (re.compile(r"input validation|invalid input", re.IGNORECASE), FailureKind.INVALID_REQUEST),
    (re.compile(r"invalid version", re.IGNORECASE), FailureKind.MODEL_GONE),
)
"""The first that is found counts. No field holds a code; `E005` is written by models of several makers, and codes of
four digits (E1000, E1001, E6716) are failures of Replicate's own."""

_HIDDEN = "hidden"
"""Stands for the version of an official model."""

_BAR = re.compile(r"\s*(\d{1,3})%\s*\|.+?\|\s*\d+/\d+")
"""A progress bar in the logs, as Replicate's Python client (1.0.7) reads it."""


class Prediction(BaseModel):
    """A job. Of one whose data are removed, input and output are empty."""

    id: str
    status: str
    model: str | None = None
    version: object = None
    input: Mapping[str, object] | None = None
    output: object = None
    error: object = None
    logs: str | None = None
    source: str | None = None
    created_at: str | None = None
    data_removed: bool | None = None

    @property
    def made_at(self) -> datetime | None:
        """When it was made; None where that is not said."""
        try:
            found = datetime.fromisoformat(self.created_at or "")
        except ValueError:
            return None
        return found if found.tzinfo else None


class Page(BaseModel):
    """A part of a list, from the newest on; `next` is a link to what is older."""

    results: Sequence[object]
    next: str | None = None


class UploadedFile(BaseModel):
    """A file of the account's; `urls` holds its own link as `get`."""

    urls: Mapping[str, str]


def status_of(job: Prediction, *, billing: Billing) -> RemoteStatus:
    """Where a job stands; `billing` is what is known of the bill of one that failed or was cancelled."""
    match job.status:
        case "succeeded":
            return _finished(job)
        case "failed":
            text = str(job.error or "it failed without a reason")
            kind = kind_of(text) or FailureKind.PROVIDER_FAILED
            return RemoteStatus(state=RemoteState.FAILED, kind=kind, message=text, billing=billing)
        case "canceled":
            return RemoteStatus(state=RemoteState.CANCELLED, message="it was cancelled there", billing=billing)
        case "aborted":  # before it began: the one end that Replicate says is never charged
            ended = "it was ended there before it began"
            return RemoteStatus(state=RemoteState.CANCELLED, message=ended, billing=Billing.NOT_BILLED)
    return RemoteStatus(state=RemoteState.RUNNING, done=_done(job.logs or ""))


def kind_of(text: str) -> FailureKind | None:
    """What an error's words mean; None where they say nothing that is known."""
    return next((kind for pattern, kind in _WORDS if pattern.search(text)), None)


def _finished(job: Prediction) -> RemoteStatus:
    link = next(_links(job.output), "")
    if job.data_removed or (not link and not job.input):  # no order of ours is without words
        return RemoteStatus(
            state=RemoteState.EXPIRED,
            kind=FailureKind.EXPIRED,
            message="it was finished, and its clip is deleted there by now",
            billing=Billing.BILLED,
        )
    version = job.version if isinstance(job.version, str) and job.version != _HIDDEN else ""
    return RemoteStatus(state=RemoteState.READY, urls={"clip": link} if link else {}, version=version)


def _links(output: object) -> Iterator[str]:
    """The links in an output, which is one, or a list or an object that holds some."""
    match output:
        case str() if output.startswith(("https://", "http://")):
            yield output
        case list():
            for each in output:
                yield from _links(each)
        case dict():
            for each in output.values():
                yield from _links(each)


def _done(logs: str) -> float | None:
    """The share that the last progress bar in the logs shows."""
    for line in reversed(logs.splitlines()):
        if found := _BAR.match(line):
            return min(int(found[1]), 100) / 100
    return None

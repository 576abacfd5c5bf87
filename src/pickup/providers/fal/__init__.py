"""The queue of fal, `POST /{endpoint}`, with the video models of several makers; `models` is the table of them.

A reply names the job's own addresses, which are stored and used as they are: they lack the end of the endpoint's path.
A job that is COMPLETED need not have come to anything; that says its result, a second request.

    Fal(setup).order(request).path          "/fal-ai/veo3.1/fast/first-last-frame-to-video"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote

from pydantic import BaseModel, Field

from pickup._http import Reply
from pickup.config.provider_setup import ProviderSetup
from pickup.errors import ConfigError, FailureKind, ProviderError, ProviderRefused
from pickup.hosted import (
    NO_JOB,
    Call,
    HostedProvider,
    Model,
    Service,
    Trouble,
    nearest_shape,
    number,
    read,
    who_is_shown,
)
from pickup.offers import Cancelling, Mode, Offer
from pickup.ports import Billing, Cancellation, Generation, RemoteState, RemoteStatus, Submission
from pickup.providers.fal.models import NUMBER, ROWS, Row, described, listed

_KEPT_S = 7 * 24 * 3600
_KEPT_WITHOUT_IO_S = 360
"""An answer of more than a few bytes, where fal is asked to keep none."""
_SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")
_SECONDS_AS = ("{}", "{}s", NUMBER)

_KINDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        # a model's
        "content_policy_violation": FailureKind.MODERATION_INPUT,  # of words, a frame or the clip
        "no_media_generated": FailureKind.BAD_OUTPUT,
        "generation_timeout": FailureKind.PROVIDER_FAILED,
        "downstream_service_error": FailureKind.PROVIDER_FAILED,
        "downstream_service_unavailable": FailureKind.PROVIDER_FAILED,
        "internal_server_error": FailureKind.PROVIDER_FAILED,
        "image_load_error": FailureKind.INVALID_REQUEST,
        "file_download_error": FailureKind.INVALID_REQUEST,
        "image_too_small": FailureKind.INVALID_REQUEST,
        "image_too_large": FailureKind.INVALID_REQUEST,
        "value_error": FailureKind.INVALID_REQUEST,
        # the queue's
        "bad_request": FailureKind.INVALID_REQUEST,
        "concurrent_requests_limit": FailureKind.CONCURRENCY_LIMITED,
        "request_timeout": FailureKind.PROVIDER_FAILED,
        "startup_timeout": FailureKind.PROVIDER_FAILED,
        "runner_scheduling_failure": FailureKind.PROVIDER_FAILED,
        "runner_connection_timeout": FailureKind.PROVIDER_FAILED,
        "runner_connection_refused": FailureKind.PROVIDER_FAILED,
        "runner_connection_error": FailureKind.PROVIDER_FAILED,
        "runner_disconnected": FailureKind.PROVIDER_FAILED,
        "runner_incomplete_response": FailureKind.PROVIDER_FAILED,
        "runner_server_error": FailureKind.PROVIDER_FAILED,
        "internal_error": FailureKind.PROVIDER_FAILED,
    }
)
_ENDS: Mapping[str, str] = MappingProxyType({"status": "/status", "result": "", "cancel": "/cancel"})
_DEARER_WITHOUT = ("seconds", "resolution", "audio")
"""Parts whose defaults cost more: the longest clip, the largest, the one with sound."""

_CANCELLED = ("client_cancelled", "client_disconnected")
_OF_THE_JOB = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_NOT_OF_THE_JOB = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.TOO_MANY_REQUESTS,
)


class _Accepted(BaseModel):
    request_id: str
    status_url: str = ""
    response_url: str = ""
    cancel_url: str = ""


class _Job(BaseModel):
    status: str
    queue_position: int | None = None
    error: str | None = None
    error_type: str | None = None

    @property
    def has_failed(self) -> bool:
        return bool(self.error or self.error_type)


class _Video(BaseModel):
    url: str = ""


class _Result(BaseModel):
    """Models answer with one video or a list, as an object or as its link alone."""

    video: _Video | str | None = None
    videos: list[_Video | str] = Field(default_factory=list)

    @property
    def link(self) -> str:
        first = self.video or next(iter(self.videos), "")
        return first if isinstance(first, str) else first.url


class _Detail(BaseModel):
    type: str = ""
    msg: str = ""


class _Refusal(BaseModel):
    """A model lists details, the queue gives a sentence and a code."""

    detail: str | list[_Detail] = ""
    error_type: str | None = None

    @property
    def code(self) -> str:
        return (self.detail[0].type if isinstance(self.detail, list) and self.detail else "") or self.error_type or ""

    @property
    def words(self) -> str:
        return self.detail if isinstance(self.detail, str) else "; ".join(each.msg for each in self.detail)


class Fal(HostedProvider):
    """The service fal, with a key of its dashboard."""

    service = Service(
        name="fal",
        base_url="https://queue.fal.run",
        authorization="Key {}",
        cancelling=Cancelling.QUEUED,
        reference_bytes=2 << 20,
        poll_s=5.0,
        result_kept_s=_KEPT_S,
        options={
            "auto_fix": '"true" lets Veo write words anew that its checks refuse',
            "seconds_as": 'how a model in no table takes a length: "{}" as "5", "{}s" as "5s", "number" as 5',
            "store_io": '"0" asks fal to keep neither request nor answer; a result is then there for an hour or less',
            "keep_media_s": "seconds for which fal keeps the clip",
        },
        notes=("it says how many wait before a clip, and no progress", "anybody who has a clip's link can fetch it"),
    )
    models = ROWS

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: The settings name an option that fal does not have, or give one a value without sense.
        """
        super().__init__(setup)
        kept, written = self.option("keep_media_s", str(_KEPT_S)), self.option("seconds_as", _SECONDS_AS[0])
        where = f"providers.{self.name}.options"
        if not kept.isdecimal() or int(kept) < 1:
            step = 'set it to "86400" for a day, or take it out'
            raise ConfigError(f"keep_media_s is a number of seconds, not {kept!r}", where=where, next_step=step)
        if written not in _SECONDS_AS:
            step = f"use one of: {', '.join(_SECONDS_AS)}"
            raise ConfigError(f"seconds_as is not known as {written!r}", where=where, next_step=step)
        self._kept_s = int(kept)

    def model(self, name: str) -> Row:
        """A product by its name, or by that of one of its endpoints."""
        return listed(name) or described(super().model(name), settings=self.setup.settings)

    def offer(self, model: Model) -> Offer:
        """As the seam makes it; a clip is kept as long as the settings ask for."""
        kept_s = _KEPT_WITHOUT_IO_S if self.option("store_io") == "0" else self._kept_s
        return replace(super().offer(model), result_kept_s=kept_s)

    def check_ready(self) -> None:
        """The key is there, and so is what each model calls the frames that it is made from.

        Raises:
            ConfigError: One of them is missing.
        """
        super().check_ready()
        for part in _DEARER_WITHOUT:
            model = self.setup.settings.model
            if self.setup.settings.fields.get(part) == "" and (model is None or listed(model)):
                raise ConfigError(
                    f"without its {part} fal would make what is dearest, and the plan would not know",
                    where=f"providers.{self.name}.fields",
                    next_step=f'name what the model calls it, or take {part} = "" out',
                )
        for offer in self.offers():
            names = {**self.model(offer.model).names(Mode.FIRST_LAST), **self.setup.settings.fields}
            for mode, part in ((Mode.FIRST, "first_frame"), (Mode.FIRST_LAST, "last_frame")):
                if mode in offer.modes and not names.get(part):
                    raise ConfigError(
                        f"Pickup does not know what {offer.model} calls the {part.replace('_', ' ')}",
                        where=f"providers.{self.name}.fields",
                        next_step=f'look it up at https://fal.ai/models/{offer.model}/llms.txt, then set {part} = "…"',
                    )
            if offer.references and not names.get("references"):
                raise ConfigError(
                    f"Pickup does not know what {offer.model} calls its reference pictures",
                    where=f"providers.{self.name}.fields",
                    next_step='look it up on its page, then set references = "…"; or set references = 0 in the table',
                )

    # --- a clip -------------------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """`POST /{endpoint}` with the model's own input."""
        row, mode, pictured = self.model(request.model), _mode_of(request), bool(request.references)
        names = {**row.names(mode, pictured=pictured), **self.setup.settings.fields}
        given = {names[part]: value for part, value in self._parts(request, row=row) if names.get(part)}
        switches = {each: self.option(each) == "true" or is_on for each, is_on in row.switches.items()}
        return Call(
            path=f"/{row.endpoint(mode, pictured=pictured)}", json={**given, **switches}, headers=dict(self._wishes())
        )

    def _parts(self, request: Generation, *, row: Row) -> Iterator[tuple[str, object]]:
        seconds, lines = number(request.length_s), min(request.size)
        shown = who_is_shown((each.name for each in request.references), tag=row.tag, first=1) if row.tag else ""
        yield "prompt", " ".join(filter(None, (shown, request.prompt)))
        yield "seconds", seconds if row.seconds_as == NUMBER else row.seconds_as.format(seconds)
        yield "resolution", row.tiers.get(lines, f"{lines}p")
        yield "aspect_ratio", nearest_shape(request.size, shapes=_SHAPES)
        yield "fps", number(request.rate.fps)
        yield "audio", False
        yield "seed", request.seed
        if request.negative:
            yield "negative", request.negative
        for part, png in (("first_frame", request.boundary_in), ("last_frame", request.boundary_out)):
            if png is not None:
                yield part, self.picture(png).data_uri
        if request.references:
            yield "references", [each.data_uri for each in self.references(request)]

    def _wishes(self) -> Iterator[tuple[str, str]]:
        """What fal is to do with a request besides making the clip."""
        yield "X-App-Fal-Disable-Fallback", "1"  # or it may give the request to another model, and say nothing
        if self.option("store_io"):
            yield "X-Fal-Store-IO", self.option("store_io")
        if self.option("keep_media_s"):
            yield "X-Fal-Object-Lifecycle-Preference", json.dumps({"expiration_duration_seconds": self._kept_s})

    def accepted(self, content: object) -> Submission | None:
        """The request's id and its own addresses."""
        job = read(_Accepted, content)
        if job is None:
            return None
        urls = {"status": job.status_url, "result": job.response_url, "cancel": job.cancel_url}
        return Submission(remote_id=job.request_id, urls={name: url for name, url in urls.items() if url})

    def question(self, submission: Submission) -> Call:
        """`GET` of the job's status."""
        return Call(method="GET", path=self._address(submission, "status"))

    def _address(self, submission: Submission, name: str) -> str:
        """As it came; of a job that a person named by its id, as fal's own SDK makes it.

        Raises:
            ProviderError: The id alone does not lead to it.
        """
        if url := submission.urls.get(name):
            return url
        application, _, request_id = submission.remote_id.rpartition("/")
        application = application or "/".join((self.setup.settings.model or "").split("/")[:2])
        if not application:
            raise ProviderError(
                f"{self.name} finds a job only below its application",
                next_step=f"name it with that: fal-ai/veo3.1/{request_id} is a job of every Veo 3.1",
            )
        return f"/{quote(application)}/requests/{quote(request_id, safe='')}{_ENDS[name]}"

    def standing(self, content: object) -> RemoteStatus | None:
        """A job's state; that of a COMPLETED one is what its result says, if it has one."""
        job = read(_Job, content)
        if job is None:
            return None
        if job.status != "COMPLETED":
            return RemoteStatus(state=RemoteState.RUNNING, message=_waiting(job))
        if job.has_failed:
            return self._ended(job.error_type or "", words=job.error or "", billing=self.billing)
        return RemoteStatus(state=RemoteState.READY)

    def is_there(self, status: RemoteStatus) -> bool:
        """The link stands in the result, for which `poll` asks."""
        del status
        return True

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands and, once it is over, what came of it."""
        told = await super().poll(submission)
        if told.state is RemoteState.RUNNING:
            return told
        reply = await self.api().send("GET", self._address(submission, "result"))
        if reply.status >= HTTPStatus.BAD_REQUEST:
            is_finished = told.state is RemoteState.READY
            if is_finished and reply.status not in _OF_THE_JOB:
                self.check(reply)  # trouble on the way to a clip that is there
            found = self.failure_in(reply)
            if found is None and is_finished:
                self.check(reply)
            return self.told(reply, found or told)
        result = read(_Result, reply.json())
        if result is not None and (link := result.link):
            return RemoteStatus(state=RemoteState.READY, urls={"clip": link})
        if told.state is not RemoteState.READY:
            return told
        return self.failed(FailureKind.BAD_OUTPUT, "it says that the clip is finished and names none")

    def failure_in(self, reply: Reply) -> RemoteStatus | None:
        """How a job failed, by a result that is an error; None where the error is not about the job.

        One without any of fal's codes comes from what stands before it, unless it is a 400 or 422.
        """
        refusal = _refusal_in(reply)
        code = refusal.code or reply.headers.get("x-fal-error-type", "")
        if reply.status == HTTPStatus.BAD_REQUEST and "in progress" in refusal.words:
            return RemoteStatus(state=RemoteState.RUNNING, message="its result is not there yet")
        if reply.status in _NOT_OF_THE_JOB or not (code or reply.status in _OF_THE_JOB):
            return None
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # never charged
            return self._ended(code, words=refusal.words, billing=Billing.NOT_BILLED)
        kind = FailureKind.INVALID_REQUEST
        return self._ended(code, words=refusal.words, billing=self.billing, otherwise=kind)  # a 422 may be charged

    def _ended(
        self, code: str, *, words: str, billing: Billing, otherwise: FailureKind = FailureKind.PROVIDER_FAILED
    ) -> RemoteStatus:
        message = words or code or "it failed without a reason"
        if code in _CANCELLED:
            return RemoteStatus(state=RemoteState.CANCELLED, message=message, billing=self.billing)
        return self.failed(_KINDS.get(code, otherwise), message, billing=billing)

    # --- what may go wrong --------------------------------------------------------------------------------------------

    def trouble_in(self, content: object) -> Trouble | None:
        """The code; an empty account is told from a wrong key, both 403, only by its words."""
        refusal = read(_Refusal, content)
        if refusal is None:
            return None
        is_empty = isinstance(refusal.detail, str) and "balance" in refusal.detail.lower()
        return Trouble(kind=FailureKind.NO_CREDIT if is_empty else _KINDS.get(refusal.code), message=refusal.words)

    def stop(self, submission: Submission) -> Call:
        """`PUT` of the job's address for it."""
        return Call(method="PUT", path=self._address(submission, "cancel"))

    async def cancel(self, submission: Submission) -> Cancellation:
        """Asks for it, then looks: a job that has begun may go on, and what it makes is paid for."""
        asked = await super().cancel(submission)
        if not asked.stopped:
            return asked
        try:
            after = read(_Job, (await self.ask(self.question(submission))).json())
        except ProviderError:
            after = _Job(status="")
        if after is None or after.status == "IN_QUEUE" or after.has_failed:
            return asked
        return Cancellation(stopped=False, message=f"{self.name} was asked to stop it, but it has begun and may go on")

    def probe(self) -> Call:
        """The result of a job that cannot exist."""
        return Call(method="GET", path=f"/fal-ai/veo3.1/requests/{NO_JOB}")


def _mode_of(request: Generation) -> Mode:
    if request.boundary_out is None:
        return Mode.TEXT if request.boundary_in is None else Mode.FIRST
    if request.boundary_in is None:
        raise ProviderRefused(
            f"{request.model} takes a last frame only together with a first, so nothing was sent",
            where=request.shot,
            next_step='set conditioning = "none", and the shot is made from words alone',
        )
    return Mode.FIRST_LAST


def _waiting(job: _Job) -> str:
    if job.status != "IN_QUEUE" or job.queue_position is None:
        return ""
    return f"queued, {job.queue_position} before it" if job.queue_position else "queued, the next in line"


def _refusal_in(reply: Reply) -> _Refusal:
    try:
        return read(_Refusal, reply.json()) or _Refusal()
    except ProviderError:
        return _Refusal()


__all__ = ["Fal"]

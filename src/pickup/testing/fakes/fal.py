"""A fake of fal's queue: endpoints of several models, jobs at addresses without the end of their path, and uploads.

    with FakeFal(setup=Setup(key="secret")) as fake:
        ...                                                 POST fake.base_url + "/fal-ai/veo3.1/fast"

A job that failed is COMPLETED as any other, and its result is the error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_at, picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

_STATUS = {State.QUEUED: "IN_QUEUE", State.IN_PROGRESS: "IN_PROGRESS"}
_DOCS = "https://docs.fal.ai/errors#"
_WRONG = 422
_MOST_FAST_S, _MOST_SHORT_S = 20, 10
_CANCELLED = ("client_cancelled", "The client cancelled the request.")
_FAILED: Mapping[Fate, tuple[int, str, str]] = MappingProxyType(
    {
        Fate.MODERATION: (422, "content_policy_violation", "The content could not be processed."),
        Fate.INTERNAL: (500, "internal_server_error", "The model failed."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endpoint:
    """What an endpoint takes.

    Attributes:
        frames: Inputs of its frames, each with whether it must be there.
        seconds: What may stand in `duration`, with the type that it must have.
        tiers: What may stand in `resolution`; one without a word is the only size.
        shaped: It takes `aspect_ratio`.
        references: How many pictures `image_urls` may have, of which one must be there; zero where it has no such.
        rates: What may stand in `fps`; one that is alone is not asked for.
    """

    seconds: tuple[object, ...]
    tiers: Mapping[str, int]
    frames: Mapping[str, bool] = field(default_factory=dict)
    shaped: bool = True
    references: int = 0
    rates: tuple[int, ...] = (24,)
    optional: frozenset[str] = frozenset({"generate_audio"})

    @property
    def inputs(self) -> Iterator[str]:
        """Every name that it knows."""
        yield from ("prompt", "duration", *self.frames, *self.optional)
        if "" not in self.tiers:
            yield "resolution"
        if self.shaped:
            yield "aspect_ratio"
        if len(self.rates) > 1:
            yield "fps"
        if self.references:
            yield "image_urls"


def _endpoints() -> Iterator[tuple[str, _Endpoint]]:
    veo = _Endpoint(
        seconds=("8s", "4s", "6s"),
        tiers={"720p": 720, "1080p": 1080, "4k": 2160},
        optional=frozenset({"generate_audio", "seed", "negative_prompt", "auto_fix", "safety_tolerance"}),
    )
    both = {"first_frame_url": True, "last_frame_url": True}
    for name in ("fal-ai/veo3.1", "fal-ai/veo3.1/fast", "fal-ai/veo3.1/lite"):
        yield name, veo
        yield f"{name}/image-to-video", replace(veo, frames={"image_url": True})
        yield f"{name}/first-last-frame-to-video", replace(veo, frames=both)
    unseeded = frozenset({"generate_audio", "auto_fix", "safety_tolerance"})
    for name in ("fal-ai/veo3.1", "fal-ai/veo3.1/fast"):
        yield f"{name}/reference-to-video", replace(veo, seconds=("8s",), references=3, optional=unseeded)
    tiers = {"1080p": 1080, "1440p": 1440, "2160p": 2160}
    ltx = _Endpoint(seconds=(6, 8, 10), tiers=tiers, rates=(25, 24, 48, 50))
    ends = {"image_url": True, "end_image_url": False}
    for variant, seconds in (("", (6, 8, 10)), ("/fast", tuple(range(6, _MOST_FAST_S + 1, 2)))):
        yield f"fal-ai/ltx-2.3/text-to-video{variant}", replace(ltx, seconds=seconds)
        yield f"fal-ai/ltx-2.3/image-to-video{variant}", replace(ltx, seconds=seconds, frames=ends)
    kling = _Endpoint(seconds=("5", *(str(each) for each in range(3, 16))), tiers={"": 1080})
    steered = frozenset({"generate_audio", "negative_prompt", "cfg_scale"})
    yield "fal-ai/kling-video/v3/pro/text-to-video", replace(kling, optional=steered)
    started = {"start_image_url": True, "end_image_url": False}
    yield (
        "fal-ai/kling-video/v3/pro/image-to-video",
        replace(kling, frames=started, shaped=False, optional=steered),
    )
    lower = replace(kling, tiers={"": 720})
    yield "fal-ai/kling-video/o3/standard/text-to-video", lower
    yield "fal-ai/kling-video/o3/standard/image-to-video", replace(lower, frames=ends, shaped=False)
    turbo = replace(kling, seconds=("5", "10"), optional=frozenset({"negative_prompt", "cfg_scale"}), shaped=False)
    tail = {"image_url": True, "tail_image_url": False}
    yield "fal-ai/kling-video/v2.5-turbo/pro/image-to-video", replace(turbo, frames=tail)
    seedance = _Endpoint(
        seconds=("auto", *(str(each) for each in range(4, 16))),
        tiers={"720p": 720, "480p": 480},
        optional=frozenset({"generate_audio", "seed"}),
    )
    yield "bytedance/seedance-2.0/text-to-video", seedance
    yield "bytedance/seedance-2.0/image-to-video", replace(seedance, frames=ends)
    yield "bytedance/seedance-2.0/reference-to-video", replace(seedance, references=9)


class FakeFal(FakeHosted):
    """The queue, and the store for uploads."""

    kind: ClassVar[str] = "fal"
    model: ClassVar[str] = "fal-ai/veo3.1/fast"
    scheme: ClassVar[str] = "Key "
    link_s: ClassVar[float] = 7 * 24 * 3600.0

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self._endpoints = dict(_endpoints())
        self._given: dict[int, str] = {}
        self._uploads: dict[str, bytes | None] = {}

    @property
    def charges(self) -> int:
        """Without what a server of fal's failed at."""
        return len(self._charged)

    @property
    def charged_usd(self) -> Decimal:
        """What they cost."""
        return sum((job.usd for job in self._charged), Decimal(0))

    @property
    def _charged(self) -> tuple[Accepted, ...]:
        return tuple(job for job in self.jobs.charged if job.fate is not Fate.INTERNAL and job.cancelled_at is None)

    def service_routes(self) -> Iterable[Route]:
        """Submit, status, result, cancel, and the two steps of an upload."""
        job = "/([^/]+/[^/]+)/requests/([^/]+)"
        start = "/storage/upload/initiate"
        yield Route(method="POST", pattern=start, work=self._initiate, call=Call.UPLOAD)
        yield Route(method="PUT", pattern="/uploads/([^/]+)", work=self._upload, is_open=True)
        yield Route(method="GET", pattern=f"{job}/status", work=self.poll, call=Call.POLL)
        yield Route(method="GET", pattern=job, work=self._result)
        yield Route(method="PUT", pattern=f"{job}/cancel", work=self._cancel, call=Call.CANCEL)
        yield Route(method="POST", pattern="/([^/]+/[^/]+(?:/.+)?)", work=self.create, call=Call.CREATE)

    def refusal(self, refused: RefusedError) -> Reply:
        """A model's list of details for 422, else a sentence with the queue's code."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        if refused.status == _WRONG:
            return _model_error(refused.status, refused.code, refused.message, place=refused.param)
        return json_reply({"detail": refused.message}, status=refused.status, headers=headers)

    def new_id(self, number: int) -> str:
        """As a UUID is written."""
        return f"764c{number:04x}-0000-4000-8000-000000000001"

    # --- a submit -----------------------------------------------------------------------------------------------------

    def read_order(self, exchange: Exchange) -> Order:
        """The model's own input; a name that it does not have is refused, lest a misspelt one go unseen."""
        [name], fields = exchange.parts, exchange.request.fields
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise RefusedError(f"Application '{name}' not found", status=404)
        prompt = fields.get("prompt")
        if not isinstance(prompt, str) or not prompt:
            raise _refused("missing", "prompt")
        for unknown in fields.keys() - set(endpoint.inputs):
            raise _refused("extra_forbidden", unknown)
        for name_of_frame, is_needed in endpoint.frames.items():
            if is_needed and name_of_frame not in fields:
                raise _refused("missing", name_of_frame)
        seconds = _one_of(fields, "duration", endpoint.seconds)
        lines = endpoint.tiers[str(_one_of(fields, "resolution", tuple(endpoint.tiers)))]
        shape = _one_of(fields, "aspect_ratio", ("16:9", "9:16", "1:1") if "" in endpoint.tiers else ("16:9", "9:16"))
        rate = _one_of(fields, "fps", endpoint.rates)
        for switch in ("generate_audio", "auto_fix"):
            if not isinstance(fields.get(switch, True), bool):
                raise _refused("bool_type", switch)
        length = Fraction(str(seconds).removesuffix("s").replace("auto", "5"))
        if name.startswith("fal-ai/ltx") and length > _MOST_SHORT_S and (lines, rate) != (1080, 25):
            raise _refused("value_error", "duration")
        frames = [self._picture(fields[each], place=each) for each in endpoint.frames if each in fields]
        [size] = hd_sizes(lines, shapes=[str(shape)])
        if frames and frames[0] is not None and not endpoint.shaped:
            wide, high = picture_size(frames[0])
            [size] = hd_sizes(lines, shapes=[f"{wide}:{high}"])
        return Order(
            fields=fields,
            prompt=prompt,
            model=name,
            shape=ClipShape.lasting(length, size=size, rate=FrameRate.parse(str(rate))),
            size=f"{size[0]}x{size[1]}",
            seconds=str(length),
            first_frame=frames[0] if frames else None,
            references=tuple(self._references(fields, most=endpoint.references)),
        )

    def _references(self, fields: Mapping[str, object], *, most: int) -> Iterator[bytes | None]:
        """The pictures of an endpoint that needs some."""
        shown = fields.get("image_urls", [])
        if not isinstance(shown, list) or not min(most, 1) <= len(shown) <= most:
            raise _refused("missing", "image_urls")
        for each in shown:
            yield self._picture(each, place="image_urls")

    def _picture(self, url: object, *, place: str) -> bytes | None:
        """A frame's bytes: of a data URI or of an upload; None for a link elsewhere."""
        if isinstance(url, str) and url.startswith(f"{self.url}/uploaded/"):
            data = self._uploads.get(url.rpartition("/")[2])
            if data is None:
                raise _refused("file_download_error", place)
            return data
        try:
            data = picture_at(url, param=place).data
            if data is not None:
                picture_size(data)
        except RefusedError:
            raise _refused("image_load_error", place) from None
        return data

    def created_object(self, look: Look) -> Mapping[str, object]:
        """The id and the addresses."""
        return {**self._addresses(look.job), "status": "IN_QUEUE", "queue_position": self._position(look.job)}

    def _addresses(self, job: Accepted) -> Mapping[str, object]:
        """Of a job; owner and application only, whatever the endpoint."""
        base = f"{self.url}/{_application(job)}/requests/{job.remote_id}"
        urls = {"response_url": base, "status_url": f"{base}/status", "cancel_url": f"{base}/cancel"}
        return {"request_id": job.remote_id, "gateway_request_id": job.remote_id, **urls}

    def _position(self, job: Accepted) -> int:
        queued = (each for each in self.jobs.live if self.jobs.look(each).state is State.QUEUED)
        return sum(each.number < job.number for each in queued)

    # --- a job --------------------------------------------------------------------------------------------------------

    def job(self, exchange: Exchange) -> Accepted:
        """The job of an id, at its own application."""
        job = super().job(exchange)
        if exchange.parts[0] != _application(job):
            raise RefusedError("Request not found", status=404)
        return job

    def poll(self, exchange: Exchange) -> Reply:
        """202 while it is not over."""
        look = self.polled(exchange)
        with_logs = exchange.request.query.get("logs", "").lower() in ("1", "true")
        shown = {**self.job_object(look), "logs": [{"message": "step 12/40"}] if with_logs else None}
        return json_reply(shown, status=200 if look.state.is_over else 202, headers=_named(look.job))

    def job_object(self, look: Look) -> Mapping[str, object]:
        """COMPLETED is all that is over."""
        shown = {**self._addresses(look.job), "status": _STATUS.get(look.state, "COMPLETED")}
        if look.state is State.QUEUED:
            shown["queue_position"] = self._position(look.job)
        if look.state.is_over:
            shown["metrics"] = {"inference_time": 48.2}
        if look.state is State.CANCELLED:
            shown["error_type"], shown["error"] = _CANCELLED
        if look.state is State.FAILED:
            _status, shown["error_type"], shown["error"] = _FAILED[look.job.fate]
        return shown

    def _result(self, exchange: Exchange) -> Reply:
        look = self.jobs.look(self.job(exchange))
        job, named = look.job, _named(look.job)
        if not look.state.is_over:
            return json_reply({"detail": "Request is still in progress"}, status=400, headers=named)
        if look.state is State.CANCELLED:
            code, words = _CANCELLED
            headers = {**named, "X-Fal-Error-Type": code, "X-Fal-Retryable": "false"}
            return json_reply({"detail": words, "error_type": code}, status=499, headers=headers)
        if look.state is State.FAILED:
            status, code, words = _FAILED[job.fate]
            return _model_error(status, code, words, headers=named)
        if job.fate is Fate.NO_MEDIA:
            return json_reply({"video": None}, headers=named)
        video = {"url": self.link_to(job), "content_type": "video/mp4", "file_name": "out.mp4"}
        return json_reply({"video": video, "seed": job.order.fields.get("seed", 7)}, headers=named)

    def link_to(self, job: Accepted) -> str:
        """Always the same."""
        return self._given.setdefault(job.number, super().link_to(job))

    def _cancel(self, exchange: Exchange) -> Reply:
        """Stops what has not begun; of what has, it says the same, and it goes on."""
        job = self.job(exchange)
        look = self.jobs.look(job)
        if look.state.is_over:
            return json_reply({"status": "ALREADY_COMPLETED"}, status=400, headers=_named(job))
        if look.state is State.QUEUED:
            self.jobs.cancel(job)
        return json_reply({"status": "CANCELLATION_REQUESTED"}, status=202, headers=_named(job))

    # --- uploads ------------------------------------------------------------------------------------------------------

    def _initiate(self, exchange: Exchange) -> Reply:
        fields = exchange.request.fields
        if exchange.request.query.get("storage_type") != "gcs" or not fields.get("content_type"):
            raise _refused("missing", "content_type")
        name = f"{len(self._uploads) + 1}-{re.sub(r'[^A-Za-z0-9.]', '_', str(fields.get('file_name')))}"
        self._uploads[name] = None
        return json_reply({"upload_url": f"{self.url}/uploads/{name}", "file_url": f"{self.url}/uploaded/{name}"})

    def _upload(self, exchange: Exchange) -> Reply:
        [name] = exchange.parts
        if name not in self._uploads:
            raise RefusedError("No such upload.", status=403)
        self._uploads[name] = exchange.request.body
        return Reply()


def _application(job: Accepted) -> str:
    return "/".join(job.order.model.split("/")[:2])


def _named(job: Accepted) -> dict[str, str]:
    return {"X-Fal-Request-Id": job.remote_id}


def _one_of(fields: Mapping[str, object], name: str, allowed: tuple[object, ...]) -> object:
    """An input, by default the first that is allowed; its type counts, and true is no number."""
    value = fields.get(name, allowed[0])
    if not any(value == each and type(value) is type(each) for each in allowed):
        raise _refused("literal_error", name)
    return value


def _refused(code: str, place: str) -> RefusedError:
    return RefusedError(f"{place} is missing or not taken so.", status=_WRONG, code=code, param=place)


def _model_error(
    status: int, code: str, words: str, *, place: str | None = "prompt", headers: Mapping[str, str] | None = None
) -> Reply:
    where = ["body", place] if place else ["body"]
    detail: Mapping[str, object] = {
        "loc": where,
        "msg": words,
        "type": code,
        "url": f"{_DOCS}{code}",
        "ctx": {},
        "input": None,
    }
    said = {"X-Fal-Error-Type": code, "X-Fal-Retryable": json.dumps(status >= 500)}  # noqa: PLR2004 - server errors
    return json_reply({"detail": [detail]}, status=status, headers={**said, **(headers or {})})

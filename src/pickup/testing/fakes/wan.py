"""A fake of Model Studio's video tasks (DashScope): they are created to be worked on later, and forgotten after 24 h.

with FakeWan(setup=Setup(key="secret")) as fake:
    ...                 POST fake.base_url + "/api/v1/services/aigc/video-generation/video-synthesis"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar

from pickup.cut import Size
from pickup.hosted import nearest_shape
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_at, picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

_RATE = FrameRate.parse("30")
_KEPT_S = 86_400.0
_LARGEST_SEED = 2_147_483_647
_MOST_NEGATIVE = 500
_LARGEST_PICTURE = 20 << 20
_SIDES_PX = range(240, 8001)

_STATES = {
    State.QUEUED: "PENDING",
    State.IN_PROGRESS: "RUNNING",
    State.COMPLETED: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELLED: "CANCELED",
}
_CODES = {
    401: "InvalidApiKey",
    402: "Arrearage",
    403: "AccessDenied",
    404: "ModelNotFound",
    429: "Throttling.RateQuota",
    500: "InternalError",
    503: "ServiceUnavailable",
}
"""What a refusal of the script is called; all others are `InvalidParameter`."""

_SHORTEST_S = 2

# Those of 720P and 1080P are documented for Wan 2.7; those of 480P are an older model's, its 4:3 and 3:4 a guess.
_SIZES: Mapping[str, Mapping[str, Size]] = MappingProxyType(
    {
        "480P": {"16:9": (832, 480), "9:16": (480, 832), "1:1": (624, 624), "4:3": (640, 480), "3:4": (480, 640)},
        "720P": {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960), "4:3": (1104, 832), "3:4": (832, 1104)},
        "1080P": {
            "16:9": (1920, 1080),
            "9:16": (1080, 1920),
            "1:1": (1440, 1440),
            "4:3": (1648, 1248),
            "3:4": (1248, 1648),
        },
    }
)
_SHAPES = tuple(_SIZES["720P"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """What one model takes; `frames` are needed, allowed or refused."""

    longest_s: int
    tiers: tuple[str, ...]
    frames: str
    takes_adaptive: bool = False
    references: int = 0


_WAN3 = _Limits(longest_s=30, tiers=("480P", "720P", "1080P"), frames="allowed", takes_adaptive=True, references=10)
_MODELS: Mapping[str, _Limits] = MappingProxyType(
    {
        "wan3.0-video": _WAN3,
        "wan3.0-video-prime": _WAN3,
        "wan2.7-t2v": _Limits(longest_s=15, tiers=("720P", "1080P"), frames="refused"),
        "wan2.7-i2v": _Limits(longest_s=15, tiers=("720P", "1080P"), frames="needed"),
    }
)


class FakeWan(FakeHosted):
    """Video tasks of Wan 3.0 and 2.7."""

    kind: ClassVar[str] = "wan"
    model: ClassVar[str] = "wan3.0-video"
    link_s: ClassVar[float] = _KEPT_S
    bills_failures: ClassVar[bool] = False

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self._links_given: dict[int, str] = {}

    def service_routes(self) -> Iterable[Route]:
        """Create, poll, list, and cancel what is queued."""
        create = "/api/v1/services/aigc/video-generation/video-synthesis"
        yield Route(method="POST", pattern=create, work=self.create, call=Call.CREATE)
        yield Route(method="GET", pattern="/api/v1/tasks/?", work=self._list, call=Call.LIST)
        yield Route(method="GET", pattern="/api/v1/tasks/([^/]+)", work=self.poll, call=Call.POLL)
        yield Route(method="POST", pattern="/api/v1/tasks/([^/]+)/cancel", work=self._cancel, call=Call.CANCEL)

    def refusal(self, refused: RefusedError) -> Reply:
        """`code`, `message` and `request_id` at the top."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        is_own = refused.code[:1].isupper()
        code = refused.code if is_own else _CODES.get(refused.status, "InvalidParameter")
        body = {"code": code, "message": refused.message, "request_id": "refused"}
        return json_reply(body, status=refused.status, headers=headers)

    def new_id(self, number: int) -> str:
        """A UUID."""
        return f"{number:08x}-5f3a-4d0c-9e11-7a2b6c8d0e1f"

    def link_to(self, job: Accepted) -> str:
        """The link to a clip, the same at every poll."""
        if job.number not in self._links_given:
            self._links_given[job.number] = super().link_to(job)
        return self._links_given[job.number]

    # --- its calls ----------------------------------------------------------------------------------------------------

    def read_order(self, exchange: Exchange) -> Order:
        """A create with the header that makes it a task."""
        request = exchange.request
        if request.headers.get("x-dashscope-async") != "enable":
            message = "current user api does not support synchronous calls."
            raise RefusedError(message, status=403, code="AccessDenied")
        name = request.fields.get("model")
        limits = _MODELS.get(re.sub(r"-\d{4}-\d{2}-\d{2}$", "", str(name)))
        if limits is None:
            raise RefusedError("Model not exist.", status=404, code="ModelNotFound")
        wanted = _object(request.fields.get("input"), name="input")
        parameters = _object(request.fields.get("parameters", {}), name="parameters")
        frames, shown = _media(wanted.get("media"), limits=limits)
        prompt = wanted.get("prompt", "")
        if not isinstance(prompt, str) or not (prompt or frames or shown):
            raise _invalid("input needs a prompt or media")
        negative = wanted.get("negative_prompt", "")
        if not isinstance(negative, str) or len(negative) > _MOST_NEGATIVE:
            raise _invalid("negative_prompt has at most 500 characters")
        seconds = _seconds(parameters, limits=limits)
        _check_switches(parameters)
        size = _size(parameters, limits=limits, frame=frames.get("first_frame"))
        return Order(
            fields=request.fields,
            prompt=prompt,
            model=str(name),
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=_RATE),
            size=f"{size[0]}x{size[1]}",
            seconds=str(seconds),
            first_frame=frames.get("first_frame"),
            references=shown,
        )

    def created_object(self, look: Look) -> Mapping[str, object]:
        """Its id, and that it waits."""
        return {"output": {"task_status": "PENDING", "task_id": look.job.remote_id}, "request_id": "created"}

    def poll(self, exchange: Exchange) -> Reply:
        """How a task stands; one that is not known is no error."""
        remote_id = exchange.parts[-1]
        job = self.jobs.find(remote_id)
        if job is None or self._is_forgotten(job):
            return json_reply({"request_id": "polled", "output": {"task_id": remote_id, "task_status": "UNKNOWN"}})
        return super().poll(exchange)

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A task, with its words and its use once it has succeeded."""
        job = look.job
        output: dict[str, object] = {
            "task_id": job.remote_id,
            "task_status": _STATES[look.state],
            "submit_time": _spoken(job.created_at),
        }
        shown: dict[str, object] = {"request_id": "polled", "output": output}
        if look.ended_at is not None:
            output |= {"scheduled_time": _spoken(job.created_at), "end_time": _spoken(look.ended_at)}
        if look.state is State.COMPLETED:
            output["orig_prompt"] = job.order.prompt
            seconds = int(job.order.seconds)
            lines = min(job.order.shape.size)
            shown["usage"] = {"duration": seconds, "output_video_duration": seconds, "SR": lines, "video_count": 1}
        if self.has_clip(look):
            output["video_url"] = self.link_to(job)
        if look.state is State.FAILED:
            moderated = job.fate is Fate.MODERATION
            output["code"] = "DataInspectionFailed" if moderated else "InternalError"
            words = "Input data may contain inappropriate content." if moderated else "An internal error has occurred."
            output["message"] = words
        return shown

    def _list(self, exchange: Exchange) -> Reply:
        query = exchange.request.query
        size, number = int(query.get("page_size", "10")), int(query.get("page_no", "1"))
        rows = [
            {
                "task_id": job.remote_id,
                "model_name": job.order.model,
                "status": _STATES[self.jobs.look(job).state],
                "gmt_create": int(job.created_at * 1000),
                "request_id": "created",
            }
            for job in reversed(self.jobs.live)
            if query.get("model_name") in (None, job.order.model) and not self._is_forgotten(job)
        ]
        page = {"page_no": number, "page_size": size, "total": len(rows), "total_page": -(-len(rows) // size)}
        return json_reply({**page, "data": rows[(number - 1) * size : number * size], "request_id": "listed"})

    def _cancel(self, exchange: Exchange) -> Reply:
        job = self.jobs.find(exchange.parts[-1])
        if job is None or self.jobs.look(job).state is not State.QUEUED:
            message = "Failed to cancel the task, please confirm if the task is in PENDING status."
            raise RefusedError(message, status=400, code="UnsupportedOperation")
        self.jobs.cancel(job)
        return json_reply({"request_id": "cancelled"})

    def _is_forgotten(self, job: Accepted) -> bool:
        return self.clock.now() >= job.created_at + _KEPT_S


def _invalid(message: str) -> RefusedError:
    return RefusedError(message, status=400, code="InvalidParameter")


def _object(value: object, *, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _invalid(f"{name} must be an object")
    return value


def _media(media: object, *, limits: _Limits) -> tuple[Mapping[str, bytes | None], tuple[bytes | None, ...]]:
    """The frames that were given, by their types, or the reference pictures; a link is not followed."""
    if media is not None and (not isinstance(media, list) or not media):
        raise _invalid("media must be a list with something in it")
    frames: dict[str, bytes | None] = {}
    shown: list[bytes | None] = []
    for each in media or ():
        item = _object(each, name="an item of media")
        kind = str(item.get("type"))
        if kind == "reference_image":
            shown.append(_picture(item.get("url")))
            continue
        if kind not in ("first_frame", "last_frame") or kind in frames:
            raise _invalid(f"media of type {kind} cannot be given, or not once more")
        frames[kind] = _picture(item.get("url"))
    if limits.frames == "refused" and frames:
        raise _invalid("this model takes no media")
    if "first_frame" not in frames and (frames or limits.frames == "needed"):
        raise _invalid("image-to-video model must provide an image as first_frame")
    if len(shown) > limits.references or (shown and frames):
        raise _invalid("these are too many reference images, or frames go with them")
    return frames, tuple(shown)


def _picture(url: object) -> bytes | None:
    try:
        data = picture_at(url, param="media.url").data
        if data is None:
            return None
        width, height = picture_size(data)
    except RefusedError as refused:
        raise _invalid(str(refused)) from None
    if len(data) > _LARGEST_PICTURE or width not in _SIDES_PX or height not in _SIDES_PX:
        raise _invalid("the image has 240 to 8000 pixels on each side and at most 20 MB")
    return data


def _seconds(parameters: Mapping[str, object], *, limits: _Limits) -> int:
    seconds = parameters.get("duration", 5)
    if type(seconds) is not int or not _SHORTEST_S <= seconds <= limits.longest_s:
        raise _invalid(f"duration must be a whole number from {_SHORTEST_S} to {limits.longest_s}")
    return seconds


def _check_switches(parameters: Mapping[str, object]) -> None:
    for name in ("prompt_extend", "watermark", "audio"):
        if not isinstance(parameters.get(name, False), bool):
            raise _invalid(f"{name} must be true or false")
    seed = parameters.get("seed", 0)
    if type(seed) is not int or not 0 <= seed <= _LARGEST_SEED:
        raise _invalid(f"seed must lie between 0 and {_LARGEST_SEED}")


def _size(parameters: Mapping[str, object], *, limits: _Limits, frame: bytes | None) -> Size:
    """By tier and shape; a first frame gives its own shape, whatever was asked for."""
    tier = str(parameters.get("resolution", "1080P"))
    if tier not in limits.tiers:
        raise _invalid(f"resolution must be one of {', '.join(limits.tiers)}")
    shape = str(parameters.get("ratio", "16:9"))
    if shape not in _SHAPES and not (limits.takes_adaptive and shape == "adaptive"):
        raise _invalid(f"ratio must be one of {', '.join(_SHAPES)}")
    if frame is not None:
        shape = nearest_shape(picture_size(frame), shapes=_SHAPES)
    return _SIZES[tier]["16:9" if shape == "adaptive" else shape]


def _spoken(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.000")

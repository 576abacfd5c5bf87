"""A fake of Luma's agents API: generations whose links are signed anew at every poll.

with FakeLuma(setup=Setup(key="secret")) as fake:
    ...                                                 POST fake.base_url + "/generations"
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import ClassVar

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_size
from pickup.testing.fakes.routes import Exchange, Route
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")
_SHAPES = ("9:16", "3:4", "1:1", "4:3", "16:9", "21:9")
_TIERS = {"360p": 360, "540p": 540, "720p": 720, "1080p": 1080}
_SECONDS = {"5s": 5, "10s": 10}
_STATES = {
    State.QUEUED: "queued",
    State.IN_PROGRESS: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}
_MOST_PROMPT = 6000


class FakeLuma(FakeHosted):
    """Generations of `ray-3.2`."""

    kind: ClassVar[str] = "luma"
    model: ClassVar[str] = "ray-3.2"

    @property
    def base_url(self) -> str:
        """With `/v1`."""
        return f"{self.url}/v1"

    def service_routes(self) -> Iterable[Route]:
        """Create, poll, and the list of files; there is no list of generations, no delete and no cancel."""
        yield Route(method="POST", pattern="/v1/generations", work=self._create, call=Call.CREATE)
        yield Route(method="GET", pattern="/v1/generations/([^/]+)", work=self.poll, call=Call.POLL)
        yield Route(method="GET", pattern="/v1/files", work=lambda _exchange: json_reply({"data": []}))

    def refusal(self, refused: RefusedError) -> Reply:
        """An object with `detail`."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        body = {"detail": refused.message, "code": refused.code}
        return json_reply(body, status=refused.status, headers=headers)

    def read_order(self, exchange: Exchange) -> Order:
        """A body of `type` video."""
        fields = exchange.request.fields
        prompt, video = fields.get("prompt"), fields.get("video")
        if fields.get("type") != "video" or not isinstance(video, Mapping):
            raise RefusedError("type must be video, with its options.", status=422, code="invalid_request")
        if fields.get("model") != self.model:
            raise RefusedError("There is no such model.", status=422, code="invalid_request")
        if not isinstance(prompt, str) or not 0 < len(prompt) <= _MOST_PROMPT:
            raise RefusedError("prompt has 1 to 6000 characters.", status=422, code="invalid_request")
        seconds = _SECONDS.get(str(video.get("duration")))
        lines = _TIERS.get(str(video.get("resolution", "720p")))
        shape = fields.get("aspect_ratio", "16:9")
        if seconds is None or lines is None or shape not in _SHAPES:
            raise RefusedError("duration, resolution or aspect_ratio is not made.", status=422, code="invalid_request")
        [size] = hd_sizes(lines, shapes=[str(shape)])
        return Order(
            fields=fields,
            prompt=prompt,
            model=self.model,
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=_RATE),
            size=f"{size[0]}x{size[1]}",
            seconds=str(seconds),
            first_frame=_first_frame(video, seconds=seconds),
        )

    def created_object(self, look: Look) -> Mapping[str, object]:
        """Without an output."""
        return {**self.job_object(look), "output": []}

    def _create(self, exchange: Exchange) -> Reply:
        return self.create(exchange, status=201)

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A generation."""
        job = look.job
        shown: dict[str, object] = {
            "id": job.remote_id,
            "type": "video",
            "model": self.model,
            "state": _STATES[look.state],
            "created_at": f"2026-11-29T10:{job.number % 60:02d}:00Z",
            "output": [{"type": "video", "url": self.link_to(job)}] if self.has_clip(look) else [],
        }
        if look.state is State.FAILED:
            moderated = job.fate is Fate.MODERATION
            shown["failure_code"] = "content_moderated" if moderated else "generation_failed"
            shown["failure_reason"] = "Blocked by policy." if moderated else "The generation failed."
        return shown


def _first_frame(video: Mapping[str, object], *, seconds: int) -> bytes | None:
    """The frame at the start, after the rules for frames were checked."""
    pinned, indexes = video.get("keyframes"), video.get("keyframe_indexes")
    has_ends = "start_frame" in video or "end_frame" in video
    if pinned is not None:
        if not isinstance(pinned, list) or not isinstance(indexes, list) or len(pinned) != len(indexes) or has_ends:
            raise RefusedError("keyframes need as many indexes, and no ends.", status=422, code="invalid_request")
        at = dict(zip(indexes, pinned, strict=True))
        if len(at) != len(pinned) or not all(isinstance(each, int) and 0 <= each <= seconds * 24 for each in at):
            raise RefusedError("keyframe_indexes leave the grid.", status=422, code="invalid_request")
        return next((_picture(each) for index, each in sorted(at.items()) if index == 0), None)
    if "start_frame" in video and "end_frame" in video and seconds > _SECONDS["5s"]:
        raise RefusedError("Both frames go together only at 5s.", status=422, code="invalid_request")
    frames = {name: _picture(video[name]) for name in ("start_frame", "end_frame") if name in video}
    return frames.get("start_frame")


def _picture(reference: object) -> bytes | None:
    given = reference if isinstance(reference, Mapping) else {}
    ways = {"url", "data", "file_id", "generation_id"} & given.keys()
    if len(ways) != 1 or ("data" in given and not given.get("media_type")):
        raise RefusedError("A frame is one url, data, file_id or generation_id.", status=422, code="invalid_request")
    if "data" not in given:
        return None
    try:
        data = base64.b64decode(str(given["data"]), validate=True)
    except binascii.Error:
        raise RefusedError("The data is not base64.", status=422, code="corrupt_input") from None
    picture_size(data)
    return data

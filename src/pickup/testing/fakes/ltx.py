"""A fake of Lightricks' LTX API: jobs below the operation that made them, whose link is not signed anew.

with FakeLtx(setup=Setup(key="secret")) as fake:
    ...                                                 POST fake.base_url + "/v2/text-to-video"

It is stricter than the documentation, which does not say what becomes of a field that it does not know: it refuses it.
It makes no clip whose length is left to the model (`duration` null).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
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

_MODELS = ("ltx-2-3-fast", "ltx-2-3-pro", "ltx-2-5-fast", "ltx-2-5-pro")
_RATES, _RATES_FOR_LONG = (24, 25, 48, 50), (24, 25)
_SIZES = {f"{width}x{height}": (width, height) for width, height in hd_sizes(720, 1080, 1440, 2160)}
_LINES_FOR_LONG = 1080
_SHORT, _LONG = (6, 8, 10), tuple(range(6, 21, 2))
_CAMERA = ("dolly_in", "dolly_out", "dolly_left", "dolly_right", "jib_up", "jib_down", "static", "focus_shift")
_FIELDS = frozenset({"prompt", "model", "duration", "resolution", "fps", "generate_audio", "camera_motion"})
_FRAMES = ("image_uri", "last_frame_uri")
_MOST_PROMPT = 5000
_MOST_URI = 7_000_000
_TOO_MANY = 429
_STATES = {
    State.QUEUED: "pending",
    State.IN_PROGRESS: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_funds_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "content_filtered_error",
    429: "rate_limit_error",
    503: "service_unavailable_error",
    529: "overloaded_error",
}


class FakeLtx(FakeHosted):
    """Jobs of the second version of the API."""

    kind: ClassVar[str] = "ltx"
    model: ClassVar[str] = "ltx-2-3-fast"

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        self._links_given: dict[str, str] = {}
        super().__init__(faults=faults, setup=setup)

    def service_routes(self) -> Iterable[Route]:
        """Create and poll; there is no list of jobs, no delete and no cancel."""
        operation = "/v2/(text-to-video|image-to-video)"
        yield Route(method="POST", pattern=operation, work=self._create, call=Call.CREATE)
        yield Route(method="GET", pattern=f"{operation}/([^/]+)", work=self.poll, call=Call.POLL)

    def new_id(self, number: int) -> str:
        """A UUID."""
        return f"{number:08x}-e5f6-4890-abcd-ef1234567890"

    def refusal(self, refused: RefusedError) -> Reply:
        """An object of type `error` with the type of the error inside."""
        kind = _TYPES.get(refused.status, "api_error")
        if refused.status == _TOO_MANY and "concurrency" in refused.code:
            kind = "concurrency_limit_error"
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        body = {"type": "error", "error": {"type": kind, "message": refused.message}}
        return json_reply(body, status=refused.status, headers=headers)

    def read_order(self, exchange: Exchange) -> Order:
        """A body of the operation that its path names."""
        fields, has_frames = exchange.request.fields, exchange.parts[0] == "image-to-video"
        prompt, model, fps = fields.get("prompt"), fields.get("model"), fields.get("fps", 24)
        _expect(fields.keys() <= _FIELDS.union(_FRAMES if has_frames else ()), "There is no such field.")
        if not isinstance(prompt, str) or not 0 < len(prompt) <= _MOST_PROMPT:
            raise RefusedError("prompt has 1 to 5000 characters.")
        _expect(model in _MODELS, "There is no such model.")
        _expect("duration" in fields, "duration is required")
        _expect(isinstance(fields.get("generate_audio", True), bool), "generate_audio is true or false.")
        _expect(fields.get("camera_motion", "static") in _CAMERA, "There is no such camera_motion.")
        size, seconds = _SIZES.get(str(fields.get("resolution"))), _whole(fields["duration"])
        if size is None or seconds not in _lengths(str(model), size=size, fps=_whole(fps)):
            raise RefusedError(f"{model} does not make this duration at this resolution and fps.")
        _expect(not has_frames or "image_uri" in fields, "image_uri is required")
        first, _last = (_picture(fields[name]) if name in fields else None for name in _FRAMES)
        return Order(
            fields=fields,
            prompt=prompt,
            model=str(model),
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=FrameRate.parse(str(fps))),
            size=str(fields["resolution"]),
            seconds=str(seconds),
            first_frame=first,
        )

    def created_object(self, look: Look) -> Mapping[str, object]:
        """The id and the time, and nothing else."""
        return {"id": look.job.remote_id, "created_at": _time(look.job)}

    def _create(self, exchange: Exchange) -> Reply:
        return self.create(exchange, status=202)

    def job(self, exchange: Exchange) -> Accepted:
        """The job that a path names, below the operation that made it."""
        found = super().job(exchange)
        if exchange.parts[0] != ("image-to-video" if "image_uri" in found.order.fields else "text-to-video"):
            raise RefusedError("There is no such job.", status=404)
        return found

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A job."""
        job = look.job
        shown: dict[str, object] = {"id": job.remote_id, "status": _STATES[look.state], "created_at": _time(job)}
        if look.state.is_over:
            shown["completed_at"] = _time(job)
        if look.state is State.COMPLETED:
            shown["result"] = {"video_url": self.link_to(job)} if self.has_clip(look) else {}
        if look.state is State.FAILED:
            moderated = job.fate is Fate.MODERATION
            shown["error"] = {
                "type": "content_filtered_error" if moderated else "api_error",
                "message": "The content was rejected by a filter." if moderated else "The generation failed.",
            }
        return shown

    def link_to(self, job: Accepted) -> str:
        """The one link that there is: a later poll gives it again, though it may be dead by then."""
        return self._links_given.setdefault(job.remote_id, super().link_to(job))


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence: expect this, else say that
    if not holds:
        raise RefusedError(message)


def _whole(value: object) -> int:
    """A JSON integer; anything else is none that is made."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _lengths(model: str, *, size: tuple[int, int], fps: int) -> tuple[int, ...]:
    """Seconds that a model makes at a size and a rate."""
    if fps not in _RATES:
        return ()
    may_be_long = model.endswith("-fast") and min(size) <= _LINES_FOR_LONG and fps in _RATES_FOR_LONG
    return _LONG if may_be_long else _SHORT


def _picture(uri: object) -> bytes | None:
    """The picture of a data URI; None for a link, or a file that was uploaded, neither of which is looked at."""
    if isinstance(uri, str) and uri.startswith("ltx://uploads/"):
        return None
    if isinstance(uri, str) and len(uri) > _MOST_URI and uri.startswith("data:"):
        raise RefusedError("A data URI of an image has at most 7 MB.")
    data = picture_at(uri, param="image_uri").data
    if data is not None:
        picture_size(data)
    return data


def _time(job: Accepted) -> str:
    return f"2026-11-29T10:{job.number % 60:02d}:00.000Z"

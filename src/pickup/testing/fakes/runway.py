"""A fake of Runway's API: tasks that are held back when too many run, a cap of clips a day, links that change.

with FakeRunway(setup=Setup(key="secret")) as fake:
    ...                                                 POST fake.base_url + "/v1/text_to_video"

`Limits.in_flight` is how many tasks run at once: as at Runway more are accepted, and held back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import ClassVar

from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_at, picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

VERSION = "2024-11-06"
_DAY_S = 86_400.0
_MOST_URI = 5 << 20
_MOST_SEED = (1 << 32) - 1
_STATES = {
    State.QUEUED: "PENDING",
    State.IN_PROGRESS: "RUNNING",
    State.COMPLETED: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELLED: "CANCELLED",
}
_SQUARE = frozenset({"1104:832", "960:960", "832:1104", "1584:672"})
_720 = frozenset({"1280:720", "720:1280"})
_1080 = _720 | {"1920:1080", "1080:1920"}
_COMMON = frozenset({"model", "promptText", "promptImage", "ratio", "duration"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a model takes.

    Attributes:
        from_words: Ratios that it makes from words alone; None where it makes nothing of them.
        seconds: The length where none is asked for, which Runway does not document; None where it must be said.
    """

    from_words: frozenset[str] | None
    from_frames: frozenset[str]
    durations: tuple[int, ...]
    seconds: int | None
    most_words: int | None = 1000
    may_lack_words: bool = False
    last: bool = False
    fields: frozenset[str] = frozenset()


_OWN = frozenset({"seed", "contentModeration"})
_VEO = _Kind(
    from_words=_1080,
    from_frames=_1080,
    durations=(4, 6, 8),
    seconds=8,
    may_lack_words=True,
    last=True,
    fields=frozenset({"seed", "audio", "negativePrompt"}),
)
_OMNI = _Kind(
    from_words=_720,
    from_frames=_720,
    durations=tuple(range(3, 11)),
    seconds=5,
    most_words=None,
    may_lack_words=True,
)
_ALL_SIZES = _1080 | {"640:360", "360:640", "3840:2160", "2160:3840"}
_KINDS: Mapping[str, _Kind] = {
    "gen4.5": _Kind(
        from_words=_720, from_frames=_720 | _SQUARE, durations=tuple(range(2, 11)), seconds=None, fields=_OWN
    ),
    "gen4_turbo": _Kind(
        from_words=None,
        from_frames=_720 | _SQUARE,
        durations=tuple(range(2, 11)),
        seconds=10,
        may_lack_words=True,
        fields=_OWN,
    ),
    "veo3.1": _VEO,
    "veo3.1_fast": _VEO,
    "gemini_omni_flash": _OMNI,
    "gemini_omni_flash_1.1": replace(
        _OMNI, from_words=_ALL_SIZES, from_frames=_ALL_SIZES, may_lack_words=False, last=True
    ),
}


class FakeRunway(FakeHosted):
    """Tasks of Runway's own models and of some that it resells.

    Attributes:
        daily: Clips of one model that a day takes; more are refused. None for any number.
        credits_left: What the account shows; at zero every order is refused.
    """

    kind: ClassVar[str] = "runway"
    model: ClassVar[str] = "veo3.1_fast"
    link_s: ClassVar[float] = _DAY_S

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self.daily: int | None = None
        self.credits_left = 5000
        self._at_once = self.setup.limits.in_flight
        self.jobs.limits = replace(self.setup.limits, in_flight=None)

    def service_routes(self) -> Iterable[Route]:
        """Two creates, the poll, the cancel, and the organization; there is no list of tasks."""
        versioned, task = self._versioned, "/v1/tasks/([^/]+)"
        for path in ("/v1/text_to_video", "/v1/image_to_video"):
            yield Route(method="POST", pattern=path, work=versioned(self.create), call=Call.CREATE)
        yield Route(method="GET", pattern=task, work=versioned(self.poll), call=Call.POLL)
        yield Route(method="DELETE", pattern=task, work=versioned(self._delete), call=Call.CANCEL)
        yield Route(method="GET", pattern="/v1/organization", work=versioned(self._organization))

    def refusal(self, refused: RefusedError) -> Reply:
        """`error` with a link to the documentation; what is wrong with a field stands in `issues`."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        body: dict[str, object] = {"error": refused.message, "docUrl": "https://docs.dev.runwayml.com/api"}
        if refused.param is not None:
            issue = {"code": refused.code, "path": [refused.param], "message": refused.message}
            body = {**body, "error": "Validation of body failed", "issues": [issue]}
        return json_reply(body, status=refused.status, headers=headers)

    def new_id(self, number: int) -> str:
        """A UUID."""
        return f"6d1c0d1e-7f1a-4f5e-9a11-{number:012d}"

    def read_order(self, exchange: Exchange) -> Order:
        """A body for the model that it names, at the path for words or for frames."""
        fields, from_words = exchange.request.fields, exchange.request.path.endswith("text_to_video")
        name = str(fields.get("model"))
        kind = _KINDS.get(name)
        if kind is None or (from_words and kind.from_words is None):
            raise RefusedError("There is no such model here.", param="model")
        for each in sorted(fields.keys() - _COMMON - kind.fields):
            raise RefusedError(f"{name} does not take this field.", param=each, code="unrecognized_keys")
        prompt = _words(fields, kind=kind, from_words=from_words)
        ratio, seconds = _shape(fields, kind=kind, from_words=from_words)
        _check_switches(fields)
        first_frame = None if from_words else _first_frame(fields, kind=kind)
        if from_words and "promptImage" in fields:
            raise RefusedError("Words alone take no image.", param="promptImage", code="unrecognized_keys")
        self._check_account(name)
        width, height = (int(each) for each in ratio.split(":"))
        return Order(
            fields=fields,
            prompt=prompt,
            model=name,
            shape=ClipShape.lasting(Fraction(seconds), size=(width, height), rate=FrameRate.parse("24")),
            size=f"{width}x{height}",
            seconds=str(seconds),
            first_frame=first_frame,
        )

    def created_object(self, look: Look) -> Mapping[str, object]:
        """The id, and what it may cost."""
        return {"id": look.job.remote_id, "estimatedCost": {"credits": float(_credits(look.job))}}

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A task; one that has ended tells its cost. What Runway refunds is not known in full: here it is nothing."""
        job, state = look.job, _STATES[look.state]
        made = datetime.fromtimestamp(job.created_at, UTC).isoformat(timespec="milliseconds")
        shown: dict[str, object] = {"id": job.remote_id, "createdAt": made.replace("+00:00", "Z"), "status": state}
        if not look.state.is_over:
            shown["estimatedCost"] = {"credits": float(_credits(job))}
            if self._is_held_back(job):
                shown["status"] = "THROTTLED"
            elif look.state is State.IN_PROGRESS:
                shown["progress"] = look.done
            return shown
        shown["cost"] = {"credits": _credits(job)}
        if look.state is State.COMPLETED:
            shown["output"] = [self.link_to(job)] if self.has_clip(look) else []
        if look.state is State.FAILED:
            is_moderated = job.fate is Fate.MODERATION
            shown["failureCode"] = "SAFETY.INPUT.TEXT" if is_moderated else "INTERNAL"
            shown["failure"] = "The content was not allowed." if is_moderated else "Something went wrong here."
        return shown

    def _versioned(self, work: Callable[[Exchange], Reply]) -> Callable[[Exchange], Reply]:
        """A call that is refused without the version of the API."""

        def checked(exchange: Exchange) -> Reply:
            if exchange.request.headers.get("x-runway-version") != VERSION:
                raise RefusedError(f"The header X-Runway-Version must be {VERSION}.")
            return work(exchange)

        return checked

    def _check_account(self, model: str) -> None:
        if not self.credits_left:
            raise RefusedError("You do not have enough credits to run this task.")
        if self.daily is not None and self._made_today(model) >= self.daily:
            raise RefusedError("The daily limit of this model has been reached.", status=429)

    def _made_today(self, model: str) -> int:
        since = self.clock.now() - _DAY_S
        return sum(1 for job in self.accepted if job.order.model == model and job.created_at > since)

    def _is_held_back(self, job: Accepted) -> bool:
        """Whether as many older tasks are under way as may run at once."""
        older = [each for each in self.jobs.live if each.number < job.number]
        return self._at_once is not None and self._at_once <= sum(
            not self.jobs.look(each).state.is_over for each in older
        )

    def _delete(self, exchange: Exchange) -> Reply:
        """Stops a task, or deletes one that is over; it cannot be asked for any more."""
        job = self.job(exchange)
        if not self.jobs.look(job).state.is_over:
            self.jobs.cancel(job)
        self.jobs.delete(job)
        return Reply(status=204)

    def _organization(self, _exchange: Exchange) -> Reply:
        """The account, its tier, and what it has made today."""
        limits = {"maxConcurrentGenerations": self._at_once, "maxDailyGenerations": self.daily}
        tier = {"maxMonthlyCreditSpend": 10_000, "models": dict.fromkeys(_KINDS, limits)}
        usage = {"models": {name: {"dailyGenerations": self._made_today(name)} for name in _KINDS}}
        return json_reply({"creditBalance": self.credits_left, "tier": tier, "usage": usage})


def _credits(job: Accepted) -> int:
    return math.ceil(job.usd * 100)


def _words(fields: Mapping[str, object], *, kind: _Kind, from_words: bool) -> str:
    prompt = fields.get("promptText")
    if prompt is None and kind.may_lack_words and not from_words:
        return ""
    if not isinstance(prompt, str) or not prompt:
        raise RefusedError("It is no text, or empty.", param="promptText")
    if kind.most_words is not None and len(prompt.encode("utf-16-le", "surrogatepass")) // 2 > kind.most_words:
        raise RefusedError(f"It has more than {kind.most_words} UTF-16 code units.", param="promptText")
    return prompt


def _shape(fields: Mapping[str, object], *, kind: _Kind, from_words: bool) -> tuple[str, int]:
    ratio, seconds = fields.get("ratio"), fields.get("duration", kind.seconds)
    ratios = kind.from_words if from_words else kind.from_frames
    if not isinstance(ratio, str) or ratio not in (ratios or ()):
        raise RefusedError("It is not made in this ratio.", param="ratio")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds not in kind.durations:
        raise RefusedError("It is not made in this length.", param="duration")
    return ratio, seconds


def _check_switches(fields: Mapping[str, object]) -> None:
    seed, moderation = fields.get("seed", 0), fields.get("contentModeration", {})
    if not isinstance(seed, int) or not 0 <= seed <= _MOST_SEED:
        raise RefusedError("A seed is a whole number up to 4294967295.", param="seed")
    if not isinstance(fields.get("audio", False), bool):
        raise RefusedError("It is true or false.", param="audio")
    if not isinstance(fields.get("negativePrompt", "x"), str):
        raise RefusedError("It is no text.", param="negativePrompt")
    threshold = moderation.get("publicFigureThreshold", "auto") if isinstance(moderation, Mapping) else None
    if threshold not in ("auto", "low"):
        raise RefusedError("The threshold is auto or low.", param="contentModeration")


def _first_frame(fields: Mapping[str, object], *, kind: _Kind) -> bytes | None:
    """The first of the images, after the rules for images were checked."""
    given = fields.get("promptImage")
    images = [{"uri": given, "position": "first"}] if isinstance(given, str) else given
    if not isinstance(images, list) or not all(isinstance(each, Mapping) for each in images):
        raise RefusedError("It is neither a URI nor a list of images.", param="promptImage")
    positions = [each.get("position") for each in images]
    if positions not in ([["first"], ["first", "last"], ["last", "first"]] if kind.last else [["first"]]):
        raise RefusedError("These positions are not taken together.", param="promptImage")
    found = {each["position"]: _picture(each.get("uri")) for each in images}
    return found["first"]


def _picture(uri: object) -> bytes | None:
    if isinstance(uri, str) and uri.startswith("data:") and len(uri) >= _MOST_URI:
        raise RefusedError("A data URI has less than 5 MB.", param="promptImage")
    data = picture_at(uri, param="promptImage").data
    if data is not None:
        picture_size(data)
    return data

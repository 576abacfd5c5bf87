"""A fake of OpenRouter's video API: a catalogue, jobs with a relative polling address, content that asks for the key.

with FakeOpenRouter(setup=Setup(key="secret")) as fake:
    ...                                                 GET fake.base_url + "/videos/models"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import ClassVar

from pickup.hosted import hd_sizes
from pickup.testing.fakes.clips import ClipShape
from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.fakes.orders import Fate, Look, Order, State
from pickup.testing.fakes.pictures import picture_at, picture_size
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.wire import RefusedError, Reply, json_reply
from pickup.timing import FrameRate

_TIERS = {"480p": 480, "720p": 720, "768p": 768, "1080p": 1080, "1K": 1024, "2K": 1440, "4K": 2160}
_SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
_STATES = {
    State.QUEUED: "pending",
    State.IN_PROGRESS: "in_progress",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}

CATALOGUE: tuple[Mapping[str, object], ...] = (
    {
        "id": "google/veo-3.1-fast",
        "supported_resolutions": ["720p", "1080p"],
        "supported_aspect_ratios": ["16:9", "9:16"],
        "supported_sizes": None,
        "supported_durations": [4, 6, 8],
        "supported_frame_images": ["first_frame", "last_frame"],
        "generate_audio": True,
        "seed": True,
        "pricing_skus": {
            "duration_seconds_with_audio": "0.15",
            "duration_seconds_without_audio": "0.12",
            "duration_seconds_without_audio_720p": "0.10",
        },
        "allowed_passthrough_parameters": ["negativePrompt", "enhancePrompt"],
    },
    {
        "id": "google/veo-3.1",
        "supported_resolutions": ["720p", "1080p"],
        "supported_aspect_ratios": ["16:9", "9:16"],
        "supported_sizes": None,
        "supported_durations": [4, 6, 8],
        "supported_frame_images": ["first_frame", "last_frame"],
        "generate_audio": True,
        "seed": True,
        "pricing_skus": {"duration_seconds_with_audio": "0.40", "duration_seconds_without_audio": "0.20"},
        "allowed_passthrough_parameters": ["negativePrompt"],
    },
    {
        "id": "fake/only-words",
        "supported_resolutions": ["480p", "720p"],
        "supported_aspect_ratios": None,
        "supported_sizes": ["854x480", "1280x720"],
        "supported_durations": [5, 10],
        "supported_frame_images": None,
        "generate_audio": None,
        "seed": None,
        "pricing_skus": {"video_tokens": "0.000002"},
        "allowed_passthrough_parameters": None,
    },
    {
        "id": "fake/nothing-is-said",
        "supported_resolutions": None,
        "supported_aspect_ratios": None,
        "supported_sizes": None,
        "supported_durations": None,
        "supported_frame_images": None,
        "generate_audio": None,
        "seed": None,
        "pricing_skus": None,
        "allowed_passthrough_parameters": None,
    },
)
"""Rows of models that say everything, of one that says little, of one that says nothing; the sums are made up."""


class FakeOpenRouter(FakeHosted):
    """Video jobs of the models in its catalogue.

    Attributes:
        catalogue: What `GET /videos/models` tells; a test may give another.
    """

    kind: ClassVar[str] = "openrouter"
    model: ClassVar[str] = "google/veo-3.1-fast"
    has_catalogue: ClassVar[bool] = True

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        self.catalogue: tuple[Mapping[str, object], ...] = CATALOGUE
        super().__init__(faults=faults, setup=setup)

    @property
    def base_url(self) -> str:
        """With `/api/v1`."""
        return f"{self.url}/api/v1"

    def service_routes(self) -> Iterable[Route]:
        """The catalogue, which is open; the key; create, poll and content; no list, no cancel, no delete."""
        videos = "/api/v1/videos"
        yield Route(method="GET", pattern=f"{videos}/models", work=self._models, call=Call.LIST, is_open=True)
        yield Route(method="GET", pattern="/api/v1/key", work=_key)
        yield Route(method="POST", pattern=videos, work=self._create, call=Call.CREATE)
        yield Route(method="GET", pattern=f"{videos}/([^/]+)/content", work=self._content, call=Call.CONTENT)
        yield Route(method="GET", pattern=f"{videos}/([^/]+)", work=self.poll, call=Call.POLL)

    def refusal(self, refused: RefusedError) -> Reply:
        """An error object whose code is the status."""
        headers = {} if refused.retry_after_s is None else {"Retry-After": str(refused.retry_after_s)}
        error = {"code": refused.status, "message": refused.message}
        return json_reply({"error": error}, status=refused.status, headers=headers)

    def read_order(self, exchange: Exchange) -> Order:
        """A body that keeps to what the catalogue says of its model."""
        fields = exchange.request.fields
        row = next((each for each in self.catalogue if each["id"] == fields.get("model")), None)
        if row is None:
            raise RefusedError("There is no such model.", status=404)
        prompt, seconds = fields.get("prompt"), fields.get("duration")
        if not isinstance(prompt, str) or not prompt:
            raise RefusedError("The prompt is missing.")
        durations = row["supported_durations"]
        if isinstance(durations, list) and seconds not in durations:
            raise RefusedError(f"A duration of {seconds!r} is not made by this model.")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 1:
            raise RefusedError("The duration is a whole number from 1.")
        size = _ordered_size(fields, row=row)
        return Order(
            fields=fields,
            prompt=prompt,
            model=str(row["id"]),
            shape=ClipShape.lasting(Fraction(seconds), size=size, rate=FrameRate.parse("24")),
            size=f"{size[0]}x{size[1]}",
            seconds=str(seconds),
            first_frame=_first_frame(fields, row=row),
            references=tuple(_references(fields)),
        )

    def created_object(self, look: Look) -> Mapping[str, object]:
        """Little more than the id."""
        job = look.job
        return {"id": job.remote_id, "polling_url": f"/api/v1/videos/{job.remote_id}", "status": "pending"}

    def job_object(self, look: Look) -> Mapping[str, object]:
        """A job; its error is a sentence."""
        job = look.job
        shown = {**self.created_object(look), "status": _STATES[look.state]}
        if look.state is State.COMPLETED:
            shown["generation_id"] = f"gen-{job.number}"
            shown["usage"] = {"cost": float(job.usd), "is_byok": False}
            there = self.has_clip(look)
            content = f"{self.setup.link_base or self.url}/api/v1/videos/{job.remote_id}/content?index=0"
            shown["unsigned_urls"] = [content] if there else []
        if look.state is State.FAILED:
            moderated = job.fate is Fate.MODERATION
            shown["error"] = (
                "Request was rejected by the provider's content policy." if moderated else "The provider failed."
            )
        return shown

    def _create(self, exchange: Exchange) -> Reply:
        return self.create(exchange, status=202)

    def _models(self, _exchange: Exchange) -> Reply:
        return json_reply({"data": list(self.catalogue)})

    def _content(self, exchange: Exchange) -> Reply:
        job = self.job(exchange)
        if exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            job.expired = True
        look = self.jobs.look(job)
        if not look.state.is_over:
            raise RefusedError("The video is still being made.", status=400)
        if not self.has_clip(look):
            raise RefusedError("There is no video, or not any more.", status=404)
        return self.clip_reply(exchange, job)


def _key(_exchange: Exchange) -> Reply:
    return json_reply({"data": {"label": "sk-or-…", "limit": 20, "usage": 7.5, "limit_remaining": 12.5}})


def _ordered_size(fields: Mapping[str, object], *, row: Mapping[str, object]) -> tuple[int, int]:
    exact, tier, shape = fields.get("size"), fields.get("resolution"), fields.get("aspect_ratio", "16:9")
    if exact is not None:
        found = re.fullmatch(r"(\d+)x(\d+)", str(exact))
        sizes = row["supported_sizes"]
        if tier is not None or found is None or (isinstance(sizes, list) and exact not in sizes):
            raise RefusedError("size is WxH, one of the model's, and goes without resolution.")
        return int(found[1]), int(found[2])
    tiers, shapes = row["supported_resolutions"], row["supported_aspect_ratios"]
    if tier not in _TIERS or (isinstance(tiers, list) and tier not in tiers):
        raise RefusedError(f"A resolution of {tier!r} is not made by this model.")
    if shape not in _SHAPES or (isinstance(shapes, list) and shape not in shapes):
        raise RefusedError(f"A shape of {shape!r} is not made by this model.")
    [size] = hd_sizes(_TIERS[str(tier)], shapes=[str(shape)])
    return size


def _references(fields: Mapping[str, object]) -> Iterator[bytes | None]:
    """Reference pictures; beside frames they are passed over."""
    given = fields.get("input_references", [])
    if not isinstance(given, list):
        raise RefusedError("input_references is a list.")
    for each in given if not fields.get("frame_images") else ():
        link = each.get("image_url") if isinstance(each, Mapping) and each.get("type") == "image_url" else None
        picture = picture_at(link.get("url") if isinstance(link, Mapping) else None, param="input_references")
        if picture.data is not None:
            picture_size(picture.data)
        yield picture.data


def _first_frame(fields: Mapping[str, object], *, row: Mapping[str, object]) -> bytes | None:
    given, taken = fields.get("frame_images", []), row["supported_frame_images"]
    if not isinstance(given, list):
        raise RefusedError("frame_images is a list.")
    first: bytes | None = None
    for each in given:
        kind = each.get("frame_type") if isinstance(each, Mapping) else None
        link = each.get("image_url") if isinstance(each, Mapping) else None
        if not isinstance(taken, list) or kind not in taken:
            raise RefusedError(f"This model takes no frame of type {kind!r}.")
        picture = picture_at(link.get("url") if isinstance(link, Mapping) else None, param="frame_images")
        if picture.data is not None:
            picture_size(picture.data)
        if kind == "first_frame":
            first = picture.data
    return first

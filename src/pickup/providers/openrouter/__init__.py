"""OpenRouter's video API: one key for many models, whose limits and prices are read from its catalogue.

The catalogue is read by `look_up` and kept; without one a few models that are known from their makers' documentation
are offered. A job says no progress, cannot be stopped and cannot be looked for; its clip is fetched with the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from urllib.parse import quote

from pydantic import BaseModel

from pickup._http import Reply, check_status
from pickup.config.provider_setup import ProviderSetup
from pickup.errors import ConfigError, FailureKind, ProviderError
from pickup.hosted import Call, HostedProvider, Model, Picture, Service, Trouble, hd_sizes, nearest_shape, number, read
from pickup.hosted.catalogue import Catalogue, Seen
from pickup.offers import Audio, Capability, Lengths, Mode, Offer
from pickup.ports import Generation, RemoteState, RemoteStatus, Submission
from pickup.providers.openrouter.catalogue import FIRST_CHOICE, SHAPES, Listed, models_in, with_references
from pickup.providers.openrouter.prices import TIERS
from pickup.timing import FrameRate

_RATE = FrameRate.parse("24")

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "pending": RemoteState.RUNNING,
        "in_progress": RemoteState.RUNNING,
        "completed": RemoteState.READY,
        "failed": RemoteState.FAILED,
        "cancelled": RemoteState.CANCELLED,
        "expired": RemoteState.EXPIRED,
    }
)

_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "content policy": FailureKind.MODERATION_INPUT,
        "moderation": FailureKind.MODERATION_INPUT,
        "safety": FailureKind.MODERATION_INPUT,
        "sensitive": FailureKind.MODERATION_INPUT,
        "insufficient": FailureKind.NO_CREDIT,
        "credits": FailureKind.NO_CREDIT,
        "rate limit": FailureKind.RATE_LIMITED,
        "concurren": FailureKind.CONCURRENCY_LIMITED,
        "no endpoints": FailureKind.MODEL_GONE,
        "invalid": FailureKind.INVALID_REQUEST,
    }
)
"""Parts of what an error says -> what it means; errors have no code here. The first that fits counts."""

# Google's enhancePrompt is not among them: Veo 3 refuses to work without it
_OFF: Mapping[str, bool] = MappingProxyType(
    {
        "prompt_extend": False,
        "prompt_optimizer": False,
        "watermark": False,
        "aigc_watermark": False,
    }
)
"""Switches of back ends that rewrite the prompt or mark the picture."""

_NEGATIVE = ("negativePrompt", "negative_prompt")


def _veo(name: str, *sizes: int) -> Listed:
    capability = Capability(
        modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
        lengths=Lengths.of(4, 6, 8),
        sizes=hd_sizes(*sizes),
        rates=(_RATE,),
    )
    return Listed(
        name=name,
        capabilities=(capability, *with_references(name, capability)),
        audio=Audio.OPTIONAL,
        seed=True,
        notes=("its limits are those of its maker; OpenRouter's catalogue was not read yet",),
    )


class _Usage(BaseModel):
    cost: Decimal | None = None
    is_byok: bool | None = None

    @property
    def usd(self) -> Decimal | None:
        """What the clip cost; None where its maker bills the account's own key, of which nothing is said here."""
        return None if self.is_byok else self.cost


class _Job(BaseModel):
    id: str
    status: str
    unsigned_urls: Sequence[str] | None = None
    usage: _Usage | None = None
    error: object = None


class OpenRouter(HostedProvider):
    """OpenRouter, with a key of its own."""

    service = Service(
        name="openrouter",
        base_url="https://openrouter.ai/api/v1",
        link_wants_key=True,
        reference_bytes=2 << 20,
        poll_s=30.0,
        options={
            "provider": "the back end's slug, such as google-vertex: its own switches are then set, too",
            "rewrite_prompt": '"yes" lets the back end rewrite the prompt',
        },
        notes=(
            "prompts and frames go on to the back end that OpenRouter chooses; there is no zero data retention",
            "how long results are kept is not said: clips are fetched at once",
        ),
    )
    models = (_veo(FIRST_CHOICE, 720, 1080), _veo("google/veo-3.1", 720, 1080))

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody."""
        super().__init__(setup)
        file = setup.catalogue_file(self.base_url)
        self._catalogue = None if file is None else Catalogue(file)
        self._now: Callable[[], datetime] = lambda: datetime.now(UTC)

    # --- the catalogue ------------------------------------------------------------------------------------------------

    async def look_up(self, *, unless_younger_s: float = 0.0) -> None:
        """Reads the catalogue, for which no key is needed."""
        now, read_at = self._now(), self.catalogue_read
        if read_at is not None and 0 <= (now - read_at).total_seconds() < unless_younger_s:
            return
        api = self.api() if self.wants_key and self.setup.has_key else self.api_with(None)
        reply = await api.send("GET", "/videos/models")
        check_status(reply, name=self.name, creates=False)
        if not models_in(reply.json(), read_on=now.date()):
            raise ProviderError(f"{self.name} answered with something that is no catalogue of video models")
        if self._catalogue is not None:
            self._catalogue.keep(reply.json(), at=now)
        self._offers = None

    @property
    def catalogue_read(self) -> datetime | None:
        """When the catalogue was read; None where it never was."""
        seen = self._seen
        return seen.at if seen else None

    @property
    def _seen(self) -> Seen | None:
        return self._catalogue.seen if self._catalogue else None

    def known_models(self) -> Sequence[Model]:
        """Those of the catalogue, else the few that are known without."""
        seen = self._seen
        return (models_in(seen.content, read_on=seen.at.date()) if seen else None) or self.models

    def model(self, name: str) -> Model:
        """A model by its name."""
        try:
            return super().model(name)
        except ConfigError as error:
            step = f"run `pickup doctor`, which reads the catalogue of today; or {error.next_step}"
            raise ConfigError(error.message, where=error.where, next_step=step) from error

    def offer(self, model: Model) -> Offer:
        """With the catalogue's prices, unless the settings have one; and the day on which it was read."""
        made = super().offer(model)
        if not isinstance(model, Listed) or self._seen is None:
            return made
        prices = made.prices if self.setup.settings.price_per_second is not None else model.prices
        said = f"limits and prices as its catalogue of {self._seen.at:%Y-%m-%d %H:%M} UTC says"
        return replace(made, prices=prices, notes=(said, *made.notes))

    # --- a clip -------------------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """`POST /videos`."""
        model = self.model(request.model)
        body: dict[str, object] = {
            "model": request.model,
            "prompt": request.prompt,
            "duration": number(request.length_s),
            **_size(request, by_size=isinstance(model, Listed) and model.by_size),
        }
        if model.audio is not Audio.NONE:
            body["generate_audio"] = False
        if model.seed:
            body["seed"] = request.seed
        frames = (("first_frame", request.boundary_in), ("last_frame", request.boundary_out))
        pictures = [self._frame(kind, png) for kind, png in frames if png is not None]
        if pictures:
            body["frame_images"] = pictures
        if shown := [_shown(each) for each in self.references(request)]:
            body["input_references"] = shown
        if (slug := self.option("provider")) and (passed := self._passed(model, request)):
            body["provider"] = {"options": {slug: {"parameters": passed}}}
        return Call(path="/videos", json=body)

    def _frame(self, kind: str, png: bytes) -> Mapping[str, object]:
        return {**_shown(self.picture(png)), "frame_type": kind}

    def _passed(self, model: Model, request: Generation) -> Mapping[str, object]:
        """What is passed on to the back end: its switches off, and what is not wanted."""
        known = model.passes if isinstance(model, Listed) else ()
        off = {} if self.option("rewrite_prompt") == "yes" else {name: _OFF[name] for name in known if name in _OFF}
        unwanted = {name: request.negative for name in known if name in _NEGATIVE and request.negative}
        return {**off, **unwanted}

    def accepted(self, content: object) -> Submission | None:
        """The job's id."""
        job = read(_Job, content)
        return Submission(remote_id=job.id) if job else None

    def question(self, submission: Submission) -> Call:
        """`GET /videos/{id}`; `polling_url` leads to the same place."""
        return Call(method="GET", path=f"/videos/{self.quoted(submission)}")

    def standing(self, content: object) -> RemoteStatus | None:
        """A job's status, with what it cost."""
        job = read(_Job, content)
        if job is None:
            return None
        state = _STATES.get(job.status, RemoteState.RUNNING)
        cost = job.usage.usd if job.usage else None
        if state in (RemoteState.RUNNING, RemoteState.READY):
            links = {"clip": job.unsigned_urls[0]} if job.unsigned_urls else {}
            if job.unsigned_urls is None and state is RemoteState.READY:
                links = {"clip": f"{self.base_url}/videos/{quote(job.id, safe='')}/content?index=0"}
            return RemoteStatus(state=state, urls=links, cost=cost if state is RemoteState.READY else None)
        words = _words(job.error) or f"it ended as {job.status}"
        kind = FailureKind.EXPIRED if state is RemoteState.EXPIRED else _kind(words) or FailureKind.PROVIDER_FAILED
        return replace(self.failed(kind, words), state=state, cost=cost)

    def trouble_in(self, content: object) -> Trouble | None:
        """The words of an error object."""
        if not isinstance(content, Mapping):
            return None
        words = _words(content.get("error"))
        return Trouble(kind=_kind(words), message=words)

    def probe(self) -> Call:
        """What is known of the key itself."""
        return Call(method="GET", path="/key")

    def probed(self, reply: Reply) -> str:
        """With the credit that is left to the key, where it has a limit."""
        content = reply.json()
        data = content.get("data") if isinstance(content, Mapping) else None
        left = data.get("limit_remaining") if isinstance(data, Mapping) else None
        return "and takes the key" + (f", which may spend ${left} more" if left is not None else "")

    async def healthcheck(self) -> str:
        """Tries the key, and reads the catalogue of today."""
        said = await super().healthcheck()
        await self.look_up()
        return f"{said}; its catalogue has {len(self.known_models())} models that make clips"


def _shown(picture: Picture) -> Mapping[str, object]:
    return {"type": "image_url", "image_url": {"url": picture.data_uri}}


def _size(request: Generation, *, by_size: bool) -> Mapping[str, object]:
    width, height = request.size
    if by_size:
        return {"size": f"{width}x{height}"}
    tier = min(TIERS, key=lambda name: abs(TIERS[name] - min(width, height)))
    shown = tier if tier.endswith("p") else tier.upper()
    return {"resolution": shown, "aspect_ratio": nearest_shape(request.size, shapes=SHAPES)}


def _words(error: object) -> str:
    if isinstance(error, Mapping):
        return str(error.get("message") or "")
    return str(error or "")


def _kind(words: str) -> FailureKind | None:
    lower = words.lower()
    return next((kind for part, kind in _WORDS.items() if part in lower), None)


__all__ = ["OpenRouter"]

"""Runway's API: `POST /v1/text_to_video` and `/v1/image_to_video`, with its own models and those that it resells.

A task waits, is held back while too many run (`THROTTLED`), runs, and ends with a link that every poll signs anew and
with the credits that it has cost. To delete a task stops one that runs and removes one that is finished, which stays
paid for: so a finished one is never deleted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from pydantic import BaseModel, Field

from pickup._http import Reply
from pickup.config.provider_setup import ProviderSetup
from pickup.errors import ConfigError, FailureKind, ProviderRefused
from pickup.hosted import UNKNOWN_RATES, Call, HostedProvider, Model, Service, Trouble, hd_sizes, number, read
from pickup.offers import Audio, Cancelling, Capability, Lengths, Mode
from pickup.ports import Billing, Cancellation, Generation, RemoteState, RemoteStatus, Submission
from pickup.timing import FrameRate

_USD_PER_CREDIT = Decimal("0.01")
"""What Runway sells a credit for; it is the unit in which a task tells its cost."""

_SEEDS = 1 << 32
_CINEMA_SIZES = ((1104, 832), (960, 960), (832, 1104), (1584, 672))
_PERSONS = "public_figures"
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({"audio": ("off",), _PERSONS: ("auto", "low")})

_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "PENDING": RemoteState.RUNNING,
        "THROTTLED": RemoteState.RUNNING,
        "RUNNING": RemoteState.RUNNING,
        "SUCCEEDED": RemoteState.READY,
        "FAILED": RemoteState.FAILED,
        "CANCELLED": RemoteState.CANCELLED,
    }
)

_WAITING: Mapping[str, str] = MappingProxyType(
    {"PENDING": "waiting to begin", "THROTTLED": "held back until another of your clips is done"}
)

_KINDS: tuple[tuple[str, FailureKind, str], ...] = (
    ("SAFETY.OUTPUT", FailureKind.MODERATION_OUTPUT, "Runway's moderation held the clip back"),
    ("SAFETY", FailureKind.MODERATION_INPUT, "Runway's moderation refused the words or a frame"),
    ("INPUT_PREPROCESSING.SAFETY", FailureKind.MODERATION_INPUT, "Runway's moderation refused the words or a frame"),
    ("ASSET.INVALID", FailureKind.INVALID_REQUEST, "Runway cannot use a frame that was sent"),
    ("THIRD_PARTY.INPUT_VALIDATION", FailureKind.INVALID_REQUEST, "the maker of the model refused the request"),
    ("INTERNAL.BAD_OUTPUT", FailureKind.BAD_OUTPUT, "the clip did not pass Runway's own check"),
)
"""The beginning of a `failureCode`, the first that fits counts; every other one is a failure of Runway's own."""

_BILLED = "SAFETY"
"""Codes that begin so are charged where a task does not tell its cost: moderated generations are not refunded."""


class _Cost(BaseModel):
    credits: Decimal = Field(ge=0)


class _Task(BaseModel):
    id: str
    status: str
    progress: float | None = None
    output: Sequence[str] | None = None
    failure: str | None = None
    failure_code: str | None = Field(default=None, alias="failureCode")
    cost: _Cost | None = None

    @property
    def usd(self) -> Decimal | None:
        return None if self.cost is None else self.cost.credits * _USD_PER_CREDIT


class _Created(BaseModel):
    id: str


class _Organization(BaseModel):
    balance: int = Field(alias="creditBalance")


def _gen4(name: str, *capabilities: Capability, notes: tuple[str, ...] = ()) -> Model:
    return Model(name=name, capabilities=capabilities, seed=True, prompt_chars=1000, notes=notes)


def _veo(name: str) -> Model:
    capability = Capability(
        modes=frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
        lengths=Lengths.of(4, 6, 8),
        sizes=hd_sizes(720, 1080),
        rates=(FrameRate.parse("24"),),
    )
    audio, chars = Audio.OPTIONAL, 1000
    return Model(name=name, capabilities=(capability,), audio=audio, seed=True, negative=True, prompt_chars=chars)


def _omni(name: str, *, modes: frozenset[Mode], lines: tuple[int, ...]) -> Model:
    lengths = Lengths.every(1, low=3, high=10)
    capability = Capability(modes=modes, lengths=lengths, sizes=hd_sizes(*lines), rates=UNKNOWN_RATES)
    return Model(name=name, capabilities=(capability,), audio=Audio.ALWAYS)


def _upto_ten(*modes: Mode, more_sizes: bool) -> Capability:
    sizes = (*hd_sizes(720), *(_CINEMA_SIZES if more_sizes else ()))
    lengths = Lengths.every(1, low=2, high=10)
    return Capability(modes=frozenset(modes), lengths=lengths, sizes=sizes, rates=UNKNOWN_RATES)


class Runway(HostedProvider):
    """Runway, with a key of its developer portal."""

    service = Service(
        name="runway",
        base_url="https://api.dev.runwayml.com",
        headers={"X-Runway-Version": "2024-11-06"},
        cancelling=Cancelling.ANY,
        picture_bytes=3_900_000,  # a data URI has at most 5 MiB, and base64 makes four characters of three bytes
        poll_s=6.0,  # it asks for five at least, with jitter
        result_kept_s=86_400,
        options={
            "audio": '"off": ask a model that Pickup does not list for a clip without sound',
            _PERSONS: '"low": be less strict about known faces (gen4.5 and gen4_turbo)',
        },
        notes=(
            "a link lives for a day, and every poll gives a new one",
            "what moderation stops is charged",
            "a day has a largest number of clips, by your account",
        ),
    )
    models = (
        _veo("veo3.1_fast"),
        _veo("veo3.1"),
        _gen4("gen4.5", _upto_ten(Mode.TEXT, more_sizes=False), _upto_ten(Mode.FIRST, more_sizes=True)),
        _gen4("gen4_turbo", _upto_ten(Mode.FIRST, more_sizes=True), notes=("it makes nothing from words alone",)),
        _omni("gemini_omni_flash", modes=frozenset({Mode.TEXT, Mode.FIRST}), lines=(720,)),
        _omni("gemini_omni_flash_1.1", modes=frozenset(Mode), lines=(360, 720, 1080, 2160)),
    )

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: An option is unknown, or has a value that it does not take.
        """
        super().__init__(setup)
        for name, value in setup.settings.options.items():
            if value not in _CHOICES[name]:
                raise ConfigError(
                    f"the option {name} cannot be {value!r}",
                    where=f"providers.{self.name}.options.{name}",
                    next_step=f"set it to one of: {', '.join(_CHOICES[name])}",
                )

    # --- a clip -------------------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """`POST /v1/image_to_video` where a frame is sent, else `/v1/text_to_video`."""
        body: dict[str, object] = {
            "model": request.model,
            "ratio": f"{request.size[0]}:{request.size[1]}",
            "duration": number(request.length_s),
            **self._words(request),
            **self._switches(request),
        }
        frames = self._frames(request)
        if not frames:
            return Call(path="/v1/text_to_video", json=body)
        return Call(path="/v1/image_to_video", json={**body, "promptImage": frames})

    def _words(self, request: Generation) -> Mapping[str, object]:
        model = self.model(request.model)
        units = len(request.prompt.encode("utf-16-le", "surrogatepass")) // 2
        if model.prompt_chars is not None and units > model.prompt_chars:
            raise ProviderRefused(
                f"the words for this shot have {units} characters, and {model.name} takes {model.prompt_chars}",
                where=request.shot,
                next_step="shorten its brief, or the style; most emoji count as two characters",
            )
        given = {"promptText": request.prompt, "negativePrompt": request.negative if model.negative else ""}
        return {name: text for name, text in given.items() if text}  # an empty text is refused

    def _switches(self, request: Generation) -> Mapping[str, object]:
        """What a model takes besides: a seed, sound switched off, how strict moderation is."""
        model = self.model(request.model)
        switches: dict[str, object] = {"seed": request.seed % _SEEDS} if model.seed else {}
        is_off = model.audio is Audio.UNKNOWN and self.option("audio") == "off"
        if model.audio is Audio.OPTIONAL or is_off:
            switches["audio"] = False
        if (threshold := self.option(_PERSONS)) and model.name.startswith("gen4"):
            switches["contentModeration"] = {"publicFigureThreshold": threshold}
        return switches

    def _frames(self, request: Generation) -> Sequence[Mapping[str, str]]:
        first, last = request.boundary_in, request.boundary_out
        if last is not None and first is None:
            raise ProviderRefused(
                f"{self.name} takes a last frame only beside a first one",
                where=request.shot,
                next_step='set conditioning = "none" for this shot, or choose another provider',
            )
        pinned = (("first", first), ("last", last))
        return [{"uri": self.picture(png).data_uri, "position": where} for where, png in pinned if png is not None]

    def accepted(self, content: object) -> Submission | None:
        """The task's id."""
        created = read(_Created, content)
        return Submission(remote_id=created.id) if created else None

    def question(self, submission: Submission) -> Call:
        """`GET /v1/tasks/{id}`."""
        return Call(method="GET", path=f"/v1/tasks/{self.quoted(submission)}")

    def standing(self, content: object) -> RemoteStatus | None:
        """A task's status."""
        task = read(_Task, content)
        if task is None:
            return None
        state = _STATES.get(task.status, RemoteState.RUNNING)
        links = dict(_links(task))
        if state is RemoteState.FAILED:
            return self._failure(task)
        if state is RemoteState.READY and not links:
            status = self.failed(FailureKind.BAD_OUTPUT, "it says that the clip is finished and names none")
            return _with_cost(status, task)
        if state is not RemoteState.RUNNING:
            return _with_cost(RemoteStatus(state=state, urls=links), task)
        done = None if task.progress is None else min(max(task.progress, 0.0), 1.0)
        return RemoteStatus(state=state, done=done, message=_WAITING.get(task.status, ""))

    def _failure(self, task: _Task) -> RemoteStatus:
        code = (task.failure_code or "").upper()
        kind, why = next(
            ((kind, why) for start, kind, why in _KINDS if code.startswith(start)),
            (FailureKind.PROVIDER_FAILED, "it failed by Runway's own fault"),
        )
        told = f"{why} ({code})" if code else why
        message = f"{told}: {task.failure}" if task.failure else told
        billing = Billing.BILLED if code.startswith(_BILLED) else None
        return _with_cost(self.failed(kind, message, billing=billing), task)

    # --- what may go wrong --------------------------------------------------------------------------------------------

    async def cancel(self, submission: Submission) -> Cancellation:
        """Stops a task that is not over; one that has ended is left as it is, and told so.

        One that has begun is charged. Of one that has not, Runway may give the credits back and does not say.
        """
        status = await self.poll(submission)
        if status.state is RemoteState.READY:
            return Cancellation(stopped=False, message="it is finished, and to cancel it now would delete the clip")
        if status.state is not RemoteState.RUNNING:
            return Cancellation(stopped=True, billing=status.billing, cost=status.cost, message=status.message)
        asked = await super().cancel(submission)
        has_begun = status.done is not None  # only a running task tells its progress
        return replace(asked, billing=Billing.BILLED) if asked.stopped and has_begun else asked

    def stop(self, submission: Submission) -> Call:
        """`DELETE /v1/tasks/{id}`."""
        return Call(method="DELETE", path=f"/v1/tasks/{self.quoted(submission)}")

    def trouble_in(self, content: object) -> Trouble | None:
        """Its words; that credits are lacking is a 400 like any other, and only they say it."""
        if not isinstance(content, Mapping):
            return None
        words = str(content.get("error") or content.get("message") or "")
        is_poor = "enough credits" in words.lower()
        return Trouble(kind=FailureKind.NO_CREDIT if is_poor else None, message=words)

    def probe(self) -> Call:
        """The organization that the key belongs to."""
        return Call(method="GET", path="/v1/organization")

    def probed(self, reply: Reply) -> str:
        """With the credits that are left."""
        organization = read(_Organization, reply.json())
        if organization is None:
            return "and takes the key"
        worth = organization.balance * _USD_PER_CREDIT
        return f"and takes the key; its account has {organization.balance} credits left (${worth:.2f})"


def _links(task: _Task) -> Iterator[tuple[str, str]]:
    for link in (task.output or ())[:1]:
        if link:
            yield "clip", link


def _with_cost(status: RemoteStatus, task: _Task) -> RemoteStatus:
    """What a task that has ended says that it has cost; one that was refunded says zero."""
    if task.usd is None:
        return status
    return replace(status, cost=task.usd, billing=Billing.BILLED if task.usd else Billing.NOT_BILLED)

"""Servers that speak the OpenAI Videos protocol, `POST /videos`: vLLM-Omni, SGLang, LiteLLM, New-API, Inworld, others.

The service that it was made for is gone since 2026-09-24; the protocol lives on. In what a server differs stands in its
profile, and what a profile does not know in the settings.

    [providers.studio-wan]
    kind = "openai_videos"
    profile = "vllm-omni"
    base_url = "http://127.0.0.1:8091/v1"
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from pickup import _files
from pickup._http import Api, Key, Reply, Secret
from pickup.config.provider_setup import ProviderSetup, host_of, lengths_in
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from pickup.hosted import MODES_FROM, Trouble, check_reply, check_same_server
from pickup.offers import Capability, Idempotency, Mode, Offer, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.ports import (
    Billing,
    Cancellation,
    Generation,
    LostSubmit,
    Provider,
    Reconciled,
    Reconciliation,
    RemoteStatus,
    Submission,
)
from pickup.providers.openai_videos.profiles import PROFILES, Profile
from pickup.providers.openai_videos.replies import VideoReply, read_video, status_of
from pickup.providers.openai_videos.request import Body

ONLY_MODEL = "default"
"""Stands for the model of a server that has but one, and is not sent."""

_LARGEST_CLIP = 4 << 30
_PAGES = 5
_PAGE = 100
_CLOCKS_DIFFER = timedelta(minutes=2)
_ARRIVES_WITHIN = timedelta(minutes=10)
_TELLING = (FailureKind.NO_CREDIT, FailureKind.MODEL_GONE, FailureKind.MODERATION_INPUT)
_CONFLICT, _BAD_REQUEST, _NOT_FOUND, _NOT_ALLOWED = 409, 400, 404, 405


class OpenAIVideos(Provider):
    """One server, as its settings describe it."""

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: The profile is unknown, or it lives nowhere without a `base_url`.
        """
        settings = setup.settings
        self.name = setup.name
        self._setup = setup
        self._profile = _profile_of(setup)
        self._base_url = settings.base_url or self._profile.base_url
        if not self._base_url:
            raise ConfigError(
                f"{self.name} needs the address of its server",
                where=f"providers.{self.name}.base_url",
                next_step='set base_url = "http://127.0.0.1:8091/v1" or wherever it runs',
            )
        self._fields = {**self._profile.fields, **settings.fields}
        self.replays = self._profile.idempotency is Idempotency.REPLAY
        self._api_made: Api | None = None

    # --- what it says -------------------------------------------------------------------------------------------------

    def offers(self) -> Sequence[Offer]:
        """The configured model, else those of the profile, else the one that the server has."""
        models = (self._setup.settings.model,) if self._setup.settings.model else self._profile.models or (ONLY_MODEL,)
        return tuple(self._offer(model) for model in models)

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """The cheapest clips that cover the wish."""
        known = {offer.model: offer for offer in self.offers()}
        if model not in known:
            raise ProviderRefused(
                f"{self.name} is not set up for the model {model!r}", next_step=f"use {self.name}:{next(iter(known))}"
            )
        return quote_cover(known[model], wish)

    def check_ready(self) -> None:
        """The key is there, and nothing about the request is left to a guess."""
        for part, likely in self._profile.unknown.items():
            if not self._fields.get(part):
                raise ConfigError(
                    f"nobody has verified what {self._profile.name} calls the {part} of a clip",
                    where=f"providers.{self.name}.fields",
                    next_step=f'look it up in its reference, then set fields = {{ {part} = "{likely}", … }}',
                )
        if self._profile.needs_key or self._setup.settings.api_key_env:
            self._setup.key()

    # --- a clip -------------------------------------------------------------------------------------------------------

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Asks for a clip; under a key that is sent along where the server replays."""
        self.check_ready()
        model = "" if request.model == ONLY_MODEL else request.model
        body = Body.of(request, profile=self._profile, fields=self._fields, model=model)
        headers = {"Idempotency-Key": key} if self.replays else {}
        reply = await self._api().send(
            "POST", "/videos", json=body.json, form=body.form, files=body.files, headers=headers, creates=True
        )
        self._check(reply, creates=True)
        video = read_video(reply.json())
        if video is None or not video.remote_id:
            raise OutcomeUnknown(f"{self.name} answered without the id of a job", where=request.shot)
        if video.prompt and video.prompt != request.prompt:
            raise OutcomeUnknown(f"{self.name} answered with the job of another request", where=request.shot)
        return Submission(remote_id=video.remote_id, urls={"base": self._base_url, **video.links})

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands."""
        check_same_server(submission, name=self.name, base_url=self._base_url)
        reply = await self._api().send("GET", _path_of(submission))
        self._check(reply, creates=False)
        video = read_video(reply.json())
        if video is None:
            raise ProviderUnavailable(f"{self.name} answered with something that is no job")
        status = status_of(video, needs_link=self._profile.links, bills_failures=self._profile.bills_failures)
        return _with_poll_after(status, reply)

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Downloads the clip: from the link that the last poll gave, else from the job's own content."""
        del request
        check_same_server(submission, name=self.name, base_url=self._base_url)
        link = submission.urls.get("clip", "")
        by_link = bool(link) and self._profile.links
        with _files.whole_file(destination) as part:
            try:
                content = f"{self._base_url}{_path_of(submission)}/content"
                await self._download(link if by_link else content, part, report=report)
            except ProviderError as error:
                if by_link or not link or error.kind not in (FailureKind.EXPIRED, FailureKind.BAD_OUTPUT):
                    raise
                await self._download(link, part, report=report)

    async def _download(self, url: str, part: Path, *, report: Callable[[float], None]) -> None:
        await self._api().download(url, part, report=report, max_bytes=_LARGEST_CLIP, with_key=True)

    # --- what may go wrong --------------------------------------------------------------------------------------------

    async def cancel(self, submission: Submission) -> Cancellation:
        """Stops the job where the server can."""
        method, path = self._profile.cancel
        if not method:
            return Cancellation(stopped=False, message=f"{self.name} stops nothing that it has accepted")
        check_same_server(submission, name=self.name, base_url=self._base_url)
        reply = await self._api().send(method, path.format(job=_path_of(submission)))
        if reply.status in (_CONFLICT, _BAD_REQUEST):
            return Cancellation(stopped=False, message=f"{self.name} has begun it and stops it no more")
        self._check(reply, creates=False)
        return Cancellation(
            stopped=True, billing=Billing.NOT_BILLED if self._is_free_when_stopped() else Billing.UNKNOWN
        )

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """Looks for the job among those that the server lists; exactly one that nobody has claimed is it."""
        if not self._profile.lists:
            return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=f"{self.name} lists no jobs")
        found = [
            video
            async for video in self._listed(since=lost.asked - _CLOCKS_DIFFER)
            if self._may_be(video, lost) and not lost.is_claimed(video.remote_id)
        ]
        if len(found) == 1:
            submission = Submission(remote_id=found[0].remote_id, urls={"base": self._base_url, **found[0].links})
            return Reconciliation(outcome=Reconciled.FOUND, submission=submission)
        why = f"lists {len(found)} jobs that may be it" if found else "lists no job like it, which proves nothing"
        return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=f"{self.name} {why}")

    async def healthcheck(self) -> str:
        """Asks for its models, which costs nothing; of a server that has no such list, for its jobs."""
        self.check_ready()
        path = "/videos?limit=1" if self._profile.links else "/models"
        reply = await self._api().send("GET", path)
        if reply.status in (_NOT_FOUND, _NOT_ALLOWED):
            return f"{self.name} answers at {host_of(self._base_url)}; it has no call that proves a key without paying"
        self._check(reply, creates=False)
        return f"{self.name} answers at {host_of(self._base_url)}" + (" and takes the key" if self._has_key else "")

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._api_made is not None:
            await self._api_made.aclose()

    # --- help ---------------------------------------------------------------------------------------------------------

    @property
    def _has_key(self) -> bool:
        return (self._profile.needs_key or bool(self._setup.settings.api_key_env)) and self._setup.has_key

    def _api(self) -> Api:
        if self._api_made is None:
            key = None
            if self._has_key:
                key = Key(Secret(self._setup.key()), form=self._profile.authorization.value)
            self._api_made = Api(base_url=self._base_url, name=self.name, key=key)
        return self._api_made

    def _offer(self, model: str) -> Offer:
        profile, settings = self._profile, self._setup.settings
        route = self._setup.route(model, service=profile.name, host=host_of(self._base_url))
        is_here = settings.is_on_this_machine
        return Offer(
            provider=self.name,
            model=model,
            capabilities=(self._capability(model),),
            prices=route.prices,
            host="" if is_here else host_of(self._base_url),
            retired=route.retired,
            instead=route.instead,
            audio=profile.audio,
            seed=bool(self._fields.get("seed")),
            negative=bool(self._fields.get("negative")),
            idempotency=profile.idempotency,
            cancelling=profile.cancelling,
            result_kept_s=profile.result_kept_s,
            in_flight=settings.max_in_flight,
            per_minute=settings.per_minute,
            poll_s=settings.poll_s,
            generation_s=settings.generation_s,
            prompt_chars=profile.prompt_chars,
            notes=profile.notes,
        )

    def _capability(self, model: str) -> Capability:
        profile, settings = self._profile, self._setup.settings
        return Capability(
            modes=_modes(self._setup, profile=profile, fields=self._fields),
            lengths=lengths_in(settings) or profile.lengths,
            sizes=settings.sizes or profile.sizes_of.get(model, profile.sizes),
            rates=(settings.fps,) if settings.fps else profile.rates,
            rate_is_chosen=profile.rate_is_chosen,
        )

    def _is_free_when_stopped(self) -> bool:
        prices = self._offer(self._setup.settings.model or ONLY_MODEL).prices
        return self._profile.bills_failures is False or (prices is not None and prices.is_free)

    def _check(self, reply: Reply, *, creates: bool) -> None:
        """A server's own codes say more than the status."""
        check_reply(reply, name=self.name, creates=creates, trouble_of=_trouble_in)

    async def _listed(self, *, since: datetime) -> AsyncIterator[VideoReply]:
        """Jobs from the newest on, back to a time, as far as a few pages go."""
        after = ""
        for _ in range(_PAGES):
            query = {"limit": str(_PAGE), "order": "desc", **({"after": after} if after else {})}
            reply = await self._api().send("GET", "/videos", query=query)
            self._check(reply, creates=False)
            content = reply.json()
            rows = content.get("data") if isinstance(content, dict) else content
            videos = [video for row in rows if (video := read_video(row))] if isinstance(rows, list) else []
            for video in videos:
                yield video
            oldest = videos[-1].created if videos else None
            has_more = isinstance(content, dict) and bool(content.get("has_more"))
            if not has_more or not videos or (oldest is not None and oldest < since):
                return
            after = videos[-1].remote_id
            await asyncio.sleep(0)

    def _may_be(self, video: VideoReply, lost: LostSubmit) -> bool:
        """Whether a listed job can be the one whose reply was lost: it has the same words, and all else fits."""
        request, made = lost.request, video.created
        if not video.remote_id or video.prompt != request.prompt:
            return False
        if made is not None and not lost.asked - _CLOCKS_DIFFER <= made <= lost.asked + _ARRIVES_WITHIN:
            return False
        size = f"{request.size[0]}x{request.size[1]}"
        return (video.model in (None, "", request.model) or request.model == ONLY_MODEL) and video.size in (
            None,
            "",
            size,
        )


def _profile_of(setup: ProviderSetup) -> Profile:
    chosen = setup.settings.profile or "openai"
    profile = PROFILES.get(chosen)
    if profile is None:
        raise ConfigError(
            f"there is no profile {chosen!r}",
            where=f"providers.{setup.name}.profile",
            next_step=f"use one of: {', '.join(PROFILES)}",
        )
    return profile


def _modes(setup: ProviderSetup, *, profile: Profile, fields: Mapping[str, str]) -> frozenset[Mode]:
    """What clips are made from: as the settings say, else as the profile does and its fields allow."""
    chosen = setup.settings.frames_from
    modes = profile.modes | ({Mode.FIRST_LAST} if fields.get("last_frame") else set())
    if chosen is not None:
        return MODES_FROM[chosen]
    return frozenset(modes if fields.get("first_frame") else {Mode.TEXT})


def _path_of(submission: Submission) -> str:
    """A job's own path; an id is the server's word and may hold anything."""
    return f"/videos/{quote(submission.remote_id, safe='=')}"


def _trouble_in(content: object) -> Trouble | None:
    """What a refusal means by its code or its words, where they tell more than its status."""
    video = read_video(content)
    known = video.trouble if video else None
    return Trouble(kind=known.kind) if known and known.kind in _TELLING else None


def _with_poll_after(status: RemoteStatus, reply: Reply) -> RemoteStatus:
    return replace(status, poll_after_s=reply.poll_after_s) if reply.poll_after_s else status


__all__ = ["ONLY_MODEL", "OpenAIVideos"]

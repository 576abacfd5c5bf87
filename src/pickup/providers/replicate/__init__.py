"""Replicate: Google's Veo 3.1, and any model of its catalogue that the settings describe.

A frame goes inside the request as long as it is small; a larger one is uploaded to the account's files first, and is
taken away again once the clip is here. All that belongs to a job is deleted about an hour after it was made.

    [providers.replicate]
    price_per_second = "0.20"                       # what the model's page says
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

from pickup._http import Reply
from pickup.config.provider_setup import ProviderSetup
from pickup.errors import (
    ConfigError,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.hosted import Call, HostedProvider, Picture, Service, Trouble, read
from pickup.offers import Audio, Cancelling
from pickup.ports import (
    Generation,
    LostSubmit,
    Reconciled,
    Reconciliation,
    RemoteStatus,
    Submission,
)
from pickup.providers.replicate.models import FRAMES, MODELS, PARTS, REFERENCES, ReplicateModel, inputs_in, needed
from pickup.providers.replicate.replies import Page, Prediction, UploadedFile, kind_of, status_of

_INLINE_BYTES = 256_000
"""Of the largest picture that goes as a data URL: the API's reference (March 2026) wants links for larger files."""

_LARGEST_UPLOAD = 100_000_000 - 1
_LATER = "it is asked again later"
_PAGES = 5
_CLOCKS_DIFFER = timedelta(minutes=2)
_ARRIVES_WITHIN = timedelta(minutes=10)
_ALL_PARTS = (*PARTS, *FRAMES, REFERENCES)
_ABOUT_THE_ORDER = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)


class Replicate(HostedProvider):
    """Replicate, with an API token of the account."""

    service = Service(
        name="replicate",
        base_url="https://api.replicate.com/v1",
        cancelling=Cancelling.ANY,
        picture_bytes=_LARGEST_UPLOAD,
        reference_bytes=2 << 20,
        poll_s=5.0,
        per_minute=600,
        generation_s=1800.0,  # it ends what has run for 30 minutes
        result_kept_s=3600,
        options={
            "version": "the version to run of a model that is not an official one",
            "input": "further inputs of the model, as JSON",
        },
        notes=(
            "what belongs to a job, its clip too, is deleted there about an hour after it was made",
            "it lists no prices: set price_per_second by the model's page",
        ),
    )
    models: ClassVar[tuple[ReplicateModel, ...]] = MODELS

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: The settings name a part that no request has, or inputs that are no JSON.
        """
        super().__init__(setup)
        self._more = inputs_in(self.option("input", "{}"), where=f"providers.{self.name}.options.input")
        for part in setup.settings.fields:
            if part not in _ALL_PARTS:
                raise ConfigError(
                    f"a request to replicate has no part {part!r}",
                    where=f"providers.{self.name}.fields",
                    next_step=f"use one of: {', '.join(_ALL_PARTS)}",
                )

    # --- models -------------------------------------------------------------------------------------------------------

    def model(self, name: str) -> ReplicateModel:
        """A model by its name; one that is in no table calls its parts as `fields` in the settings says."""
        named = self.setup.settings.fields
        for each in self.models:
            if each.name == name:
                return replace(each, inputs={**each.inputs, **named})
        bare = super().model(name)
        inputs = {"prompt": "prompt", **named}
        return ReplicateModel(
            name=name,
            capabilities=bare.capabilities,
            audio=Audio.OPTIONAL if inputs.get("audio") else bare.audio,
            seed=bool(inputs.get("seed")),
            negative=bool(inputs.get("negative")),
            inputs=inputs,
        )

    def check_ready(self) -> None:
        """The key is there, and a name for every part that decides what the model makes."""
        super().check_ready()
        for offer in self.offers():
            names = self.model(offer.model).inputs
            for parts in needed(offer):
                if not any(names.get(part) for part in parts):
                    raise ConfigError(
                        f"nobody has said what {offer.model} calls {' or '.join(parts)}",
                        where=f"providers.{self.name}.fields",
                        next_step=f'look it up on the model\'s page, then set fields = {{ {parts[0]} = "…", … }}',
                    )

    # --- a clip -------------------------------------------------------------------------------------------------------

    def order(self, request: Generation) -> Call:
        """What asks for a clip, with its frames inside, however large."""
        return self._order(request, frames={part: each.data_uri for part, each in self._pictures(request).items()})

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Uploads the frames that are too large to go inside, then asks for the clip; it knows no key of ours."""
        del key
        self.check_ready()
        frames: dict[str, str] = {}
        uploaded: dict[str, str] = {}
        try:
            for part, picture in self._pictures(request).items():
                if len(picture.data) > _INLINE_BYTES:
                    uploaded[part] = await self._upload(part, picture)
                frames[part] = uploaded.get(part) or picture.data_uri
            reply = await self.ask(self._order(request, frames=frames), creates=True)
        except (ProviderRefused, ProviderRetired, ProviderUnavailable):
            await self._forget(uploaded.values())
            raise
        found = self.accepted(reply.json())
        if found is None:
            raise OutcomeUnknown(f"{self.name} answered without the id of a job", where=request.shot)
        return replace(found, urls={"base": self.base_url, **uploaded})

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Downloads the clip, then deletes the frames that were uploaded for it."""
        await super().fetch(request, submission, destination=destination, report=report)
        await self._forget(url for part, url in submission.urls.items() if _is_uploaded(part))

    def accepted(self, content: object) -> Submission | None:
        """The prediction's id."""
        job = read(Prediction, content)
        return Submission(remote_id=job.id) if job and job.id else None

    def question(self, submission: Submission) -> Call:
        """`GET /predictions/{id}`."""
        return Call(method="GET", path=f"/predictions/{self.quoted(submission)}")

    def standing(self, content: object) -> RemoteStatus | None:
        """A prediction's state."""
        job = read(Prediction, content)
        return status_of(job, billing=self.billing) if job else None

    def trouble_in(self, content: object) -> Trouble | None:
        """The words of a problem (RFC 7807): they alone tell a version that is gone or content that is not wanted."""
        if not isinstance(content, Mapping):
            return None
        title, detail = (str(content.get(name) or "") for name in ("title", "detail"))
        kind = kind_of(title) or kind_of(detail) if content.get("status") in _ABOUT_THE_ORDER else None
        return Trouble(kind=kind, message=detail)

    def probe(self) -> Call:
        """`GET /account`."""
        return Call(method="GET", path="/account")

    # --- what may go wrong --------------------------------------------------------------------------------------------

    def stop(self, submission: Submission) -> Call:
        """`POST /predictions/{id}/cancel`."""
        return Call(path=f"/predictions/{self.quoted(submission)}/cancel")

    def stopped(self, reply: Reply) -> bool:
        """What had ended is answered as it stands, without an error."""
        with suppress(ProviderError):
            job = read(Prediction, reply.json())
            return job is None or job.status not in ("succeeded", "failed")
        return True

    async def reconcile(self, lost: LostSubmit) -> Reconciliation:
        """Looks for the job among those that are listed; exactly one that nobody has claimed is it."""
        found = [
            whole
            async for job in self._listed(since=lost.asked - _CLOCKS_DIFFER)
            if self._may_be(job, lost)
            and not lost.is_claimed(job.id)
            and self._has_words(whole := await self._whole(job), lost)
        ]
        if len(found) == 1 and found[0].input:  # whose words are deleted, may be anybody's
            submission = Submission(remote_id=found[0].id, urls={"base": self.base_url})
            return Reconciliation(outcome=Reconciled.FOUND, submission=submission)
        why = f"lists {len(found)} jobs that may be it" if found else "lists no job like it, which proves nothing"
        return Reconciliation(outcome=Reconciled.CANNOT_TELL, message=f"{self.name} {why}")

    async def _listed(self, *, since: datetime) -> AsyncIterator[Prediction]:
        """Predictions from the newest on, back to a time, as far as a few pages go."""
        query = {"created_after": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        for _ in range(_PAGES):
            reply = await self.api().send("GET", "/predictions", query=query)
            self.check(reply)
            page = read(Page, reply.json()) or Page(results=())
            jobs = [job for row in page.results if (job := read(Prediction, row))]
            for job in jobs:
                yield job
            oldest = jobs[-1].made_at if jobs else None
            query = dict(parse_qsl(urlsplit(page.next or "").query))  # its host and scheme are the server's word
            if not query or (oldest is not None and oldest < since):
                return

    def _may_be(self, job: Prediction, lost: LostSubmit) -> bool:
        """Whether a job is of this model, and of the time when the request was sent."""
        if job.source == "web" or job.model not in (None, "", _without_version(lost.request.model)):
            return False
        made = job.made_at
        return made is None or lost.asked - _CLOCKS_DIFFER <= made <= lost.asked + _ARRIVES_WITHIN

    async def _whole(self, job: Prediction) -> Prediction:
        """A job with its input, for which it is asked where the list has left it out."""
        if job.input:
            return job
        reply = await self.ask(self.question(Submission(remote_id=job.id)))
        return read(Prediction, reply.json()) or job

    def _has_words(self, job: Prediction, lost: LostSubmit) -> bool:
        """Whether a job was asked for as ours was; what is deleted there may have been the same."""
        sent = self._input(lost.request, frames={})
        return not job.input or all(name in job.input and job.input[name] == sent[name] for name in sent)

    # --- help ---------------------------------------------------------------------------------------------------------

    def _order(self, request: Generation, *, frames: Mapping[str, str]) -> Call:
        """`POST /models/{owner}/{name}/predictions`; of a version, `POST /predictions`."""
        version = request.model.partition(":")[2] or self.option("version")
        given = self._input(request, frames=frames)
        if version:
            return Call(path="/predictions", json={"version": version, "input": given})
        return Call(path=f"/models/{quote(request.model, safe='/')}/predictions", json={"input": given})

    def _input(self, request: Generation, *, frames: Mapping[str, str]) -> Mapping[str, object]:
        names = self.model(request.model).inputs
        parts = {part: value_in(request) for part, value_in in PARTS.items()}
        shown = [link for part, link in frames.items() if part not in FRAMES]
        values = {**parts, **{part: frames.get(part) for part in FRAMES}, REFERENCES: shown or None}
        asked = {names[part]: value for part, value in values.items() if names.get(part) and value is not None}
        return {**asked, **self._more}

    def _pictures(self, request: Generation) -> Mapping[str, Picture]:
        """The frames of a request by their part, then its reference pictures as `references 1` and so on."""
        names = self.model(request.model).inputs
        pairs = zip(FRAMES, (request.boundary_in, request.boundary_out), strict=True)
        given = {part: png for part, png in pairs if png is not None}
        for part in (*given, *([REFERENCES] if request.references else [])):
            if not names.get(part):
                raise ProviderRefused(
                    f"nobody has said what {request.model} calls its {part.replace('_', ' ')}, so nothing was sent",
                    next_step=f'set fields = {{ {part} = "…" }} in [providers.{self.name}], or send_frames = "never"',
                )
        shown = {f"{REFERENCES} {index}": each for index, each in enumerate(self.references(request), start=1)}
        return {**{part: self.picture(png) for part, png in given.items()}, **shown}

    async def _upload(self, part: str, picture: Picture) -> str:
        """Puts a frame among the account's files and returns its link; whatever fails, no clip was asked for."""
        name = f"{part.replace(' ', '_')}.{picture.media_type.removeprefix('image/')}"
        try:
            reply = await self.api().send("POST", "/files", files={"content": (name, picture.data, picture.media_type)})
            self.check(reply)
            found = read(UploadedFile, reply.json())
        except (ProviderRefused, ProviderRetired, ProviderUnavailable):
            raise
        except ProviderError as error:  # of no class that says what became of the order
            raise ProviderUnavailable(error.message, next_step=_LATER) from error
        link = found.urls.get("get") if found else None
        if not link:
            raise ProviderUnavailable(f"{self.name} took a frame and gave no link to it", next_step=_LATER)
        return link

    async def _forget(self, links: Iterable[str]) -> None:
        """Deletes uploaded frames; where that fails, Replicate does it a day after the upload."""
        for link in links:
            with suppress(ProviderError):
                await self.api().send("DELETE", link)


def _is_uploaded(part: str) -> bool:
    """Whether a submission's link of this name leads to a picture of ours."""
    return part in FRAMES or part.startswith(REFERENCES)


def _without_version(model: str) -> str:
    return model.partition(":")[0]


__all__ = ["Replicate"]

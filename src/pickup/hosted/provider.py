"""A provider of a hosted service: what it does with the network, whatever the service is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from pickup import _files
from pickup._http import Api, Key, Reply, Secret, shown
from pickup.config.provider_setup import ProviderSetup, host_of
from pickup.errors import ConfigError, FailureKind, OutcomeUnknown, ProviderRefused, ProviderUnavailable
from pickup.hosted.failures import Trouble, check_reply, check_same_server
from pickup.hosted.pictures import Picture, likeness_of, picture_of
from pickup.hosted.service import Model, Service, check_not_ended, offer_of, unlisted_model
from pickup.offers import Idempotency, Offer, Quote, Wish
from pickup.offers.cover import quote_cover
from pickup.ports import (
    Billing,
    Cancellation,
    Generation,
    Provider,
    RemoteState,
    RemoteStatus,
    Submission,
)

_LARGEST_CLIP = 4 << 30
_QUOTED_BYTES = 300
_LONGEST_WAIT_S = 300.0
"""A service that wants to be asked again later than that is asked then all the same; it may not hold a run."""

_Read = TypeVar("_Read", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the service; `path` is below its `base_url`, or a whole URL of the same origin."""

    path: str
    method: str = "POST"
    json: Mapping[str, object] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class HostedProvider(Provider, ABC):
    """One service, as the settings describe it; a subclass says what is sent and what the answers mean."""

    service: ClassVar[Service]
    models: ClassVar[tuple[Model, ...]] = ()

    def __init__(self, setup: ProviderSetup) -> None:
        """Asks nobody.

        Raises:
            ConfigError: The settings name an option that the service does not have.
        """
        self.setup = setup
        self.name = setup.name
        self.replays = self.service.idempotency is Idempotency.REPLAY
        self._api_made: Api | None = None
        self._offers: tuple[Offer, ...] | None = None
        for option in setup.settings.options:
            if option not in self.service.options:
                known = ", ".join(self.service.options)
                raise ConfigError(
                    f"{self.service.name} has no option {option!r}",
                    where=f"providers.{self.name}.options",
                    next_step=f"use one of: {known}" if known else "take it out; it has none",
                )

    # --- what a service says ------------------------------------------------------------------------------------------

    @abstractmethod
    def order(self, request: Generation) -> Call:
        """What asks for a clip. Pure.

        Raises:
            ProviderRefused: The service cannot be asked for it.
        """

    @abstractmethod
    def accepted(self, content: object) -> Submission | None:
        """The job that a reply to the order names; None where it names none."""

    @abstractmethod
    def standing(self, content: object) -> RemoteStatus | None:
        """Where a job stands by the reply to a poll, the clip's link as `clip`; None where the reply is no job."""

    @abstractmethod
    def question(self, submission: Submission) -> Call:
        """What asks where a job stands."""

    def trouble_in(self, content: object) -> Trouble | None:
        """What went wrong by the body of a refusal; None where only its HTTP status says it."""
        del content
        return None

    def stop(self, submission: Submission) -> Call | None:
        """What stops a job; None where nothing does."""
        del submission
        return None

    def stopped(self, reply: Reply) -> bool:
        """Whether the reply to a stop, which was not refused, says that nothing more will come."""
        del reply
        return True

    def probe(self) -> Call | None:
        """The cheapest harmless call that proves the key; None where there is none."""
        return None

    def probed(self, reply: Reply) -> str:
        """What the reply to the probe says, as the end of a sentence."""
        del reply
        return "and takes the key"

    # --- what it says -------------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """Where the service is asked."""
        return self.setup.settings.base_url or self.service.base_url

    def known_models(self) -> Sequence[Model]:
        """Every model in our table."""
        return self.models

    def model(self, name: str) -> Model:
        """A model by its name.

        Raises:
            ProviderRetired: It has ended.
            ConfigError: It is in no table, and the settings do not say what it makes.
        """
        for each in self.known_models():
            if each.name == name:
                return each
        check_not_ended(name, service=self.service, setup=self.setup)
        return unlisted_model(name, service=self.service, setup=self.setup)

    def offers(self) -> Sequence[Offer]:
        """The configured model, else every one that is known."""
        if self._offers is None:
            chosen = self.setup.settings.model
            models = (self.model(chosen),) if chosen else self.known_models()
            self._offers = tuple(self.offer(each) for each in models)
        return self._offers

    def offer(self, model: Model) -> Offer:
        """The offer of one model."""
        return offer_of(model, service=self.service, setup=self.setup, base_url=self.base_url)

    def quote(self, wish: Wish, *, model: str) -> Quote:
        """The cheapest clips that cover the wish."""
        for each in self.offers():
            if each.model == model:
                return quote_cover(each, wish)
        raise ProviderRefused(
            f"{self.name} is not set up for the model {model!r}",
            next_step=f"use one that `pickup providers {self.name}` lists",
        )

    @property
    def wants_key(self) -> bool:
        """A key is for the service itself; another address gets one only where the settings name it."""
        return self.setup.settings.base_url is None or self.setup.settings.api_key_env is not None

    def check_ready(self) -> None:
        """The key is there, where one is wanted."""
        if self.wants_key:
            self.setup.key()

    # --- a clip -------------------------------------------------------------------------------------------------------

    async def submit(self, request: Generation, *, key: str) -> Submission:
        """Asks for a clip; under a key that is sent along where the service replays."""
        self.check_ready()
        call = self.order(request)
        if self.replays:
            call = replace(call, headers={**call.headers, "Idempotency-Key": key})
        reply = await self.ask(call, creates=True)
        found = self.accepted(reply.json())
        if found is None or not found.remote_id:
            came = shown(reply, reply.body[:_QUOTED_BYTES].decode(errors="replace"))
            raise OutcomeUnknown(f"{self.name} answered without the id of a job, but: {came}", where=request.shot)
        return replace(found, urls={"base": self.base_url, **found.urls})

    async def poll(self, submission: Submission) -> RemoteStatus:
        """Where the job stands."""
        check_same_server(submission, name=self.name, base_url=self.base_url)
        reply = await self.ask(self.question(submission))
        status = self.standing(reply.json())
        if status is None:
            raise ProviderUnavailable(f"{self.name} answered with something that is no job")
        if status.state is RemoteState.READY and not self.is_there(status):
            status = self.failed(FailureKind.BAD_OUTPUT, "it says that the clip is finished and names none")
        wait_s = reply.retry_after_s or reply.poll_after_s
        if wait_s and status.poll_after_s is None:
            status = replace(status, poll_after_s=min(wait_s, _LONGEST_WAIT_S))
        return self.told(reply, status)

    def told(self, reply: Reply, status: RemoteStatus) -> RemoteStatus:
        """A status that is fit to be kept: its words without the key, its share a share.

        What a stopped job costs is that of the service. Of one that has expired nobody knows: it may have been made.
        """
        if status.state is RemoteState.CANCELLED and status.billing is Billing.UNKNOWN:
            status = replace(status, billing=self.billing)
        done = None if status.done is None else min(max(status.done, 0.0), 1.0)
        return replace(status, done=done, message=shown(reply, status.message))

    async def fetch(
        self, request: Generation, submission: Submission, *, destination: Path, report: Callable[[float], None]
    ) -> None:
        """Downloads the clip from the link that the last poll gave."""
        del request
        check_same_server(submission, name=self.name, base_url=self.base_url)
        link = submission.urls.get("clip", "")
        if not link:
            raise ProviderUnavailable(f"{self.name} has given no link yet", kind=FailureKind.EXPIRED)
        with _files.whole_file(destination) as part:
            await self.download(link, part, report=report)
            if not part.stat().st_size:
                raise ProviderUnavailable(f"{self.name} gave an empty file", kind=FailureKind.EXPIRED)

    async def cancel(self, submission: Submission) -> Cancellation:
        """Stops the job where the service can."""
        call = self.stop(submission)
        if call is None:
            return Cancellation(stopped=False, message=f"{self.name} stops nothing that it has accepted")
        check_same_server(submission, name=self.name, base_url=self.base_url)
        reply = await self.api().send(call.method, call.path, json=call.json, headers=self._headers(call))
        if reply.status in (HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST):
            return Cancellation(stopped=False, message=f"{self.name} stops it no more")
        self.check(reply)
        if not self.stopped(reply):
            return Cancellation(stopped=False, message=f"{self.name} had finished it already")
        return Cancellation(stopped=True, billing=self.billing)

    async def healthcheck(self) -> str:
        """The cheapest harmless call; where there is none, says so."""
        self.check_ready()
        call = self.probe()
        host = host_of(self.base_url)
        if call is None:
            return f"set up for {host}; there is no call that would prove the key without paying"
        reply = await self.api().send(call.method, call.path, json=call.json, headers=self._headers(call))
        if not (reply.status == HTTPStatus.NOT_FOUND and self._is_about_no_job(call)):
            self.check(reply)
        return f"{self.name} answers at {host} {self.probed(reply) if self.wants_key else ''}".strip()

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._api_made is not None:
            await self._api_made.aclose()

    # --- help ---------------------------------------------------------------------------------------------------------

    def api(self) -> Api:
        """The service's host, asked with the key."""
        if self._api_made is None:
            self._api_made = self.api_with(self.setup.key() if self.wants_key else None)
        return self._api_made

    def api_with(self, key: str | None) -> Api:
        """The service's host, asked with this key or none."""
        service = self.service
        return Api(
            base_url=self.base_url,
            name=self.name,
            key=None if key is None else Key(Secret(key), header=service.key_header, form=service.authorization),
            max_reply_bytes=service.reply_bytes,
        )

    async def ask(self, call: Call, *, creates: bool = False) -> Reply:
        """Sends a request; what is refused is raised, with the service's own reason."""
        reply = await self.api().send(
            call.method, call.path, json=call.json, headers=self._headers(call), creates=creates
        )
        self.check(reply, creates=creates)
        return reply

    async def download(self, link: str, part: Path, *, report: Callable[[float], None]) -> None:
        """Fetches a clip, with the key where its link asks for it."""
        await self.api().download(
            link,
            part,
            report=report,
            max_bytes=_LARGEST_CLIP,
            with_key=self.service.link_wants_key,
            key_opens=self.service.link_wants_key,
        )

    def check(self, reply: Reply, *, creates: bool = False) -> None:
        """Raises for what is refused."""
        check_reply(reply, name=self.name, creates=creates, trouble_of=self.trouble_in)

    def is_there(self, status: RemoteStatus) -> bool:
        """Whether a finished job has a clip."""
        return bool(status.urls.get("clip"))

    def picture(self, png: bytes) -> Picture:
        """A boundary frame as the service takes it."""
        return picture_of(png, max_bytes=self.service.picture_bytes, name=self.name)

    def references(self, request: Generation) -> tuple[Picture, ...]:
        """Its reference pictures as the service takes them, in order.

        Raises:
            ProviderRefused: The service takes none, or one of them is no picture.
        """
        if request.references and not self.service.reference_bytes:
            raise ProviderRefused(f"{self.name} takes no reference pictures", where=request.shot)
        most = min(self.service.reference_bytes, self.service.picture_bytes)
        return tuple(likeness_of(each.data, max_bytes=most, subject=each.name) for each in request.references)

    def quoted(self, submission: Submission) -> str:
        """A job's id as a part of a path; it is the server's word and may hold anything."""
        return quote(submission.remote_id, safe="")

    def option(self, name: str, default: str = "") -> str:
        """An option of the settings."""
        return self.setup.settings.options.get(name, default)

    @property
    def billing(self) -> Billing:
        """What a job that failed or was stopped costs, as far as it is known."""
        bills = self.service.bills_failures
        return Billing.UNKNOWN if bills is None else Billing.BILLED if bills else Billing.NOT_BILLED

    def failed(self, kind: FailureKind, message: str, *, billing: Billing | None = None) -> RemoteStatus:
        """A job that failed; its billing is that of the service unless another is known."""
        return RemoteStatus(state=RemoteState.FAILED, kind=kind, message=message, billing=billing or self.billing)

    def _headers(self, call: Call) -> Mapping[str, str]:
        return {**self.service.headers, **call.headers}

    def _is_about_no_job(self, call: Call) -> bool:
        """Whether the probe asked for a job that cannot exist: an answer that it does not proves the key as well."""
        return call.path.endswith(NO_JOB)


NO_JOB = "00000000-0000-0000-0000-000000000000"
"""An id that no job has."""


def read(shape: type[_Read], content: object) -> _Read | None:
    """A reply as its own model; None where it is none."""
    try:
        return shape.model_validate(content)
    except ValidationError:
        return None

"""What the fakes of hosted services have in common: a create, a poll, a signed link that dies, a cancel.

A service's fake says how an order is read and how its jobs are shown; it refuses in the service's own words.

    class FakeLuma(FakeHosted):
        def routes(self): ...
        def read_order(self, exchange): ...
        def job_object(self, look): ...
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from pickup.testing.fakes.faults import Call, Fault, What
from pickup.testing.fakes.links import Links
from pickup.testing.fakes.orders import Accepted, Fate, Look, Order, State
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.server import FakeServer
from pickup.testing.fakes.wire import RefusedError, Reply, Request, json_reply, range_reply


class FakeHosted(FakeServer):
    """A hosted service on loopback.

    Attributes:
        model: The one that it is asked for in examples.
        scheme: Before the key in its header.
        link_s: Seconds for which a link to a clip lives.
        bills_failures: Jobs that fail are charged.
        replays: A create under a known `Idempotency-Key` gives the job that it made.
        options: What the settings of its provider must say to reach it.
        has_catalogue: It names its models and prices itself.
    """

    model: ClassVar[str]
    key_header: ClassVar[str] = "authorization"
    scheme: ClassVar[str] = "Bearer "
    link_s: ClassVar[float] = 3600.0
    bills_failures: ClassVar[bool] = True
    replays: ClassVar[bool] = False
    options: ClassVar[Mapping[str, str]] = MappingProxyType({})
    has_catalogue: ClassVar[bool] = False

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        super().__init__(faults=faults, setup=setup)
        self.jobs.bills_failures = self.bills_failures
        self.jobs.replays = self.replays
        self.links = Links(clock=self.clock, lives_s=self.link_s)
        file = Route(method="GET", pattern=r"/files/\d+\.mp4", work=self._file, call=Call.CONTENT, is_open=True)
        self._routes = (file, *self.service_routes())

    @property
    def base_url(self) -> str:
        """What `base_url` in pickup.toml is set to."""
        return self.url

    @property
    def routes(self) -> Sequence[Route]:
        """The calls of the service, and the links to clips."""
        return self._routes

    def admits(self, request: Request, *, key: str) -> bool:
        """The key in the service's header."""
        return request.headers.get(self.key_header, "") == f"{self.scheme}{key}"

    # --- what a service says ------------------------------------------------------------------------------------------

    @abstractmethod
    def service_routes(self) -> Iterable[Route]:
        """Its calls."""

    @abstractmethod
    def read_order(self, exchange: Exchange) -> Order:
        """What a create orders.

        Raises:
            RefusedError: As the service refuses it.
        """

    @abstractmethod
    def job_object(self, look: Look) -> Mapping[str, object]:
        """A job as a poll shows it."""

    def created_object(self, look: Look) -> Mapping[str, object]:
        """A job as a create shows it."""
        return self.job_object(look)

    def new_id(self, number: int) -> str:
        """The id of a job."""
        return f"job_{number:06d}"

    # --- its calls ----------------------------------------------------------------------------------------------------

    def create(self, exchange: Exchange, *, status: int = 200) -> Reply:
        """Takes an order on."""
        job = self.accept(exchange)
        look = replace(self.jobs.look(job), state=State.QUEUED, done=0.0, ended_at=None)
        return json_reply(self.created_object(look), status=status)

    def accept(self, exchange: Exchange) -> Accepted:
        """The job of an order."""
        order = self.read_order(exchange)
        key = exchange.request.headers.get("idempotency-key")
        job, _is_new = self.jobs.accept(order, name=self.new_id, key=key, fate=exchange.fate or Fate.WELL)
        return job

    def poll(self, exchange: Exchange) -> Reply:
        """How a job stands."""
        return json_reply(self.job_object(self.polled(exchange)))

    def polled(self, exchange: Exchange) -> Look:
        """How a job stands; the script may decide its fate."""
        job = self.job(exchange)
        if exchange.fate is not None:
            job.fate = exchange.fate
        return self.jobs.poll(job)

    def job(self, exchange: Exchange) -> Accepted:
        """The job that a path names, as its last part.

        Raises:
            RefusedError: There is none.
        """
        job = self.jobs.find(exchange.parts[-1])
        if job is None:
            raise RefusedError("There is no such job.", status=404, code="not_found")
        return job

    def link_to(self, job: Accepted) -> str:
        """A fresh link to a clip."""
        return (self.setup.link_base or self.url) + self.links.give(job)[0]

    def has_clip(self, look: Look) -> bool:
        """Whether a clip is there to be fetched."""
        return look.state is State.COMPLETED and look.job.fate is not Fate.NO_MEDIA and not look.job.expired

    def clip_reply(self, exchange: Exchange, job: Accepted) -> Reply:
        """The bytes of a clip."""
        whole = Reply(body=self.video(job), headers={"Content-Type": "video/mp4", "Accept-Ranges": "bytes"})
        return range_reply(whole, asked=exchange.request.headers.get("range", ""))

    def _file(self, exchange: Exchange) -> Reply:
        signature = exchange.request.query.get("sig", "")
        if exchange.fault is not None and exchange.fault.what is What.EXPIRE:
            self.links.kill(signature)
        job = self.links.job(signature)
        if job is None or not self.has_clip(self.jobs.look(job)):
            raise RefusedError("The link has expired.", status=403, code="link_expired")
        return self.clip_reply(exchange, job)

"""What the fake servers share: routes, the record of requests, the key, the fault script, and the control over HTTP.

A fake works on 127.0.0.1 only, from `with` to its end:

    with FakeOpenAI(profile="vllm-omni", faults=["create 2: accept, drop"]) as fake:
        ...                                                 drive a client at fake.base_url
    assert fake.charges == 2

Another process may control it, without a key: `POST /__fake__/advance {"seconds": 60}`, `POST /__fake__/restart`,
`GET /__fake__/charges`. These calls are neither recorded nor counted.
"""

from __future__ import annotations

import re
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Lock
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import unquote

from pickup.testing.fakes.clips import ClipShelf, mean_color
from pickup.testing.fakes.clock import Clock
from pickup.testing.fakes.connections import Connections
from pickup.testing.fakes.control import CONTROL, control
from pickup.testing.fakes.faults import Call, Fault, FaultScript, What
from pickup.testing.fakes.jobs import Jobs
from pickup.testing.fakes.orders import Accepted
from pickup.testing.fakes.routes import Exchange, Route, Setup
from pickup.testing.fakes.spoiled import instead, sent_badly
from pickup.testing.fakes.wire import RefusedError, Reply, Request, Sending


class FakeServer(ABC):
    """A fake service; use it in a `with` block.

    Attributes:
        kind: The provider that speaks to it.
        requests: Every request, also those that were lost or refused, in the order of their arrival.
    """

    kind: ClassVar[str]

    def __init__(self, *, faults: Iterable[Fault | str] = (), setup: Setup | None = None) -> None:
        self.setup = setup or Setup()
        self.script = FaultScript(faults)
        self.requests: list[Request] = []
        self.jobs = Jobs(
            clock=self.setup.clock,
            pace=self.setup.pace,
            limits=self.setup.limits,
            price_per_second=self.setup.price_per_second,
            tell=self._tell_charge,
        )
        self._last_created: Reply | None = None
        self._broken: list[str] = []
        self._lock = Lock()
        self._shelf: ClipShelf | None = None
        self._connections: Connections | None = None

    @property
    @abstractmethod
    def base_url(self) -> str:
        """What `base_url` in pickup.toml is set to."""

    @property
    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """The calls; the first that fits counts."""

    @abstractmethod
    def refusal(self, refused: RefusedError) -> Reply:
        """A refusal in the manner of the service."""

    @abstractmethod
    def admits(self, request: Request, *, key: str) -> bool:
        """Whether the request carries the key."""

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        if self._connections is None:
            raise RuntimeError("the fake has not been started: use it in a `with` block")
        return self._connections.url

    @property
    def clock(self) -> Clock:
        """The time of the fake."""
        return self.setup.clock

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every create that was accepted, in that order."""
        return self.jobs.accepted

    @property
    def charges(self) -> int:
        """How many of them are charged."""
        return len(self.jobs.charged)

    @property
    def charged_usd(self) -> Decimal:
        """What they cost."""
        return sum((job.usd for job in self.jobs.charged), Decimal(0))

    @property
    def fetched(self) -> int:
        """How many videos were sent whole."""
        return self.jobs.fetched

    @property
    def most_running(self) -> int:
        """The most jobs that were not over at one time."""
        return self.jobs.most_running

    def restart(self) -> None:
        """Loses what a server holds in memory; never the charges."""
        self.jobs.restart()

    def start(self) -> Self:
        """Begins to listen."""
        self._connections = Connections(self, port=self.setup.port)
        self._shelf = self.setup.shelf or ClipShelf()
        self._connections.start()
        return self

    def close(self) -> None:
        """Ends every connection.

        Raises:
            RuntimeError: The fake itself broke on the way, and so some reply was no wanted fault.
        """
        if self._connections is not None:
            self._connections.close()
        if self._shelf is not None and self.setup.shelf is None:
            self._shelf.close()
        if self._broken:
            raise RuntimeError(f"the fake broke:\n{self._broken[0]}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, head: Request, *, read: Callable[[], Request]) -> Reply:
        """Does what is asked, or what the script says; see `connections.Answerer`."""
        if head.path.startswith(CONTROL):
            return control(read(), jobs=self.jobs, restart=self.restart)
        route, parts = self._find(head)
        fault = self.script.next(route.call) if route is not None and route.call is not None else None
        if fault is not None and fault.what is What.DROP and fault.comes_first:
            self._record(replace(head, lost=True))
            return instead(fault, refusal=self.refusal)
        request = read()
        number = self._record(request)
        reply = self._answered(route, Exchange(request=request, parts=parts, fault=fault))
        return replace(reply, headers={"x-request-id": f"req_{number}", **reply.headers})

    def _answered(self, route: Route | None, exchange: Exchange) -> Reply:
        try:
            return self._answer(route, exchange)
        except RefusedError as refused:
            return self.refusal(refused)
        except Exception:  # noqa: BLE001 - shown at the end; a test must not take it for a fault of the script
            self._broken.append(traceback.format_exc())
            return Reply(status=500, body=b"the fake broke")

    def sent(self, head: Request, reply: Reply) -> None:
        """Counts whole videos, and tells the request."""
        if head.path.startswith(CONTROL):
            return
        if reply.is_whole_video:
            self.jobs.count_fetch()
        how = str(reply.status) if reply.sending is Sending.WHOLE else reply.sending.value
        self.setup.tell(f"{head.method} {head.path} → {how}")

    def video(self, job: Accepted) -> bytes:
        """The video of a job."""
        if self._shelf is None or self.setup.content == "tiny":
            return f"video of {job.remote_id}, number {job.number}".encode()
        shape = job.order.shape
        if self.setup.color_from_frame and job.order.first_frame is not None:
            shape = replace(shape, color=mean_color(job.order.first_frame))
        return self._shelf.clip(shape)

    def _record(self, request: Request) -> int:
        with self._lock:
            self.requests.append(request)
            return len(self.requests)

    def _find(self, request: Request) -> tuple[Route | None, tuple[str, ...]]:
        for route in self.routes:
            found = re.fullmatch(route.pattern, request.path)
            if found is not None and route.method == request.method:
                return route, tuple(unquote(each) for each in found.groups(""))
        return None, ()

    def _answer(self, route: Route | None, exchange: Exchange) -> Reply:
        request, fault = exchange.request, exchange.fault
        is_open = route is not None and route.is_open
        if self.setup.key is not None and not is_open and not self.admits(request, key=self.setup.key):
            raise RefusedError("Incorrect API key provided.", status=401, code="invalid_api_key")
        if route is None:
            raise RefusedError(f"There is no {request.method} {request.path}.", status=404, code="not_found")
        if fault is not None and fault.comes_first:
            return instead(fault, refusal=self.refusal)
        if fault is not None and fault.what is What.REPEAT and self._last_created is not None:
            return self._last_created
        if request.problem:
            raise RefusedError(request.problem, code="invalid_body")
        reply = route.work(exchange)
        if route.call is Call.CREATE:
            self._last_created = reply
        if fault is None:
            return reply
        return instead(fault, refusal=self.refusal) if fault.comes_after else sent_badly(reply, fault)

    def _tell_charge(self, job: Accepted) -> None:
        self.setup.tell(f"charged {job.usd} USD for {job.remote_id}, {job.order.seconds or job.order.shape.seconds} s")

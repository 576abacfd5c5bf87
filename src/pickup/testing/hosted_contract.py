"""What every hosted provider must keep to besides `ProviderContract`, against the fake of its service.

    class TestLuma(HostedContract):
        provider_type = Luma
        fake_type = FakeLuma

Each fault of the script is told apart by what it means for money: refused, not accepted, perhaps accepted, failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, TypeVar

from pickup._av import read_frames
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import (
    ConfigError,
    FailureKind,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderRetired,
    ProviderUnavailable,
)
from pickup.hosted import HostedProvider
from pickup.offers import Cancelling, Mode, Offer, Quote, Wish
from pickup.ports import Billing, Generation, Provider, RemoteState, RemoteStatus, Submission
from pickup.testing.clips import read_number
from pickup.testing.fakes import Pace, Setup
from pickup.testing.fakes.clips import ClipShelf
from pickup.testing.fakes.hosted import FakeHosted
from pickup.testing.provider_contract import ProviderContract, boundary_png
from pickup.timing import FrameRate

KEY = "key-of-the-service"
KEY_VARIABLE = "SERVICE_KEY"
PRICE = Decimal("0.10")
_TODAY = date(2026, 11, 29)
_POLLS = 20

_Answer = TypeVar("_Answer")

REFUSALS: tuple[tuple[str, type[ProviderError], FailureKind], ...] = (
    ("create: 400", ProviderRefused, FailureKind.INVALID_REQUEST),
    ("create: 401", ProviderRefused, FailureKind.AUTH),
    ("create: 402", ProviderRefused, FailureKind.NO_CREDIT),
    ("create: 404", ProviderRetired, FailureKind.MODEL_GONE),
    ("create: 429 after 7", ProviderUnavailable, FailureKind.RATE_LIMITED),
    ("create: 503 after 5", ProviderUnavailable, FailureKind.CONCURRENCY_LIMITED),
    ("create: 503", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: 500", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, 500", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: drop", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, drop", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, garbage", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
    ("create: accept, html", OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
)
"""Faults of a create, and what they mean."""


class HostedContract(ProviderContract):
    """Subclass it in a test module beside the tests of what is special about the service.

    Attributes:
        provider_type: The provider.
        fake_type: The fake of its service.
        refreshes: Another poll gives a link that lives.
    """

    shelf: ClassVar[ClipShelf]
    provider_type: ClassVar[type[HostedProvider]]
    fake_type: ClassVar[type[FakeHosted]]
    refreshes: ClassVar[bool] = True

    @classmethod
    def setup_class(cls) -> None:
        """Opens the shelf of clips: its fakes make each only once."""
        cls.shelf = ClipShelf()

    @classmethod
    def teardown_class(cls) -> None:
        """Throws the clips away."""
        cls.shelf.close()

    def setup_method(self) -> None:
        """Starts the fake that `make_provider` speaks to."""
        self.fake = self.fake_type(setup=self.setup_of_fake())
        self.fake.start()

    def teardown_method(self) -> None:
        """Ends it."""
        self.fake.close()

    # --- how it is made -----------------------------------------------------------------------------------------------

    def make_provider(self) -> Provider:
        """With its key, at the fake."""
        return self.provider_at(self.fake)

    def provider_at(self, fake: FakeHosted, *, key: str | None = KEY, **settings: object) -> HostedProvider:
        """The provider at a fake; `key` None for one that has none."""
        table = {
            "kind": self.provider_type.service.name,
            "base_url": fake.base_url,
            "api_key_env": KEY_VARIABLE,
            "price_per_second": str(PRICE),
            "options": dict(self.fake_type.options),
            **settings,
        }
        return self.provider_type(
            ProviderSetup(
                name="studio",
                settings=ProviderSettings.model_validate({k: v for k, v in table.items() if v is not None}),
                library=Path("/nowhere"),
                today=_TODAY,
                environment={} if key is None else {KEY_VARIABLE: key},
            )
        )

    def setup_of_fake(self) -> Setup:
        """It asks for the key, and takes money."""
        return Setup(key=KEY, price_per_second=PRICE, shelf=getattr(self, "shelf", None))

    def quotes_for_clips(self) -> list[tuple[Offer, Wish, Quote]]:
        """Those of one model: what others are asked for is compared without making it."""
        return [(offer, wish, quote) for offer, wish, quote in self._quotes() if offer.model == self.fake_type.model]

    @contextmanager
    def fake_with(self, *faults: str, **setup: object) -> Iterator[FakeHosted]:
        """A fake of its own with faults."""
        made = replace(self.setup_of_fake(), **setup)  # type: ignore[arg-type]
        with self.fake_type(faults=faults, setup=made) as fake:
            yield fake

    def wishes(self) -> Sequence[Wish]:
        """Three seconds at the first size of the first model, from words and from each frame."""
        size = self.first_offer().capabilities[0].sizes[0]
        rate = FrameRate.parse("24")
        plain = Wish(cover_frames=72, handles=6, rate=rate, size=size, prompt="rain over the harbor", briefed=True)
        return (
            plain,
            replace(plain, before=True),
            replace(plain, before=True, after=True),
            replace(plain, rate=FrameRate.parse("23.976"), after=True),
        )

    def first_offer(self) -> Offer:
        """The offer that the tests below ask for: the fake's own model."""
        offers = self.provider_at(self.fake).offers()
        return next(each for each in offers if each.model == self.fake_type.model)

    def asked(self, **changes: object) -> Generation:
        """A request for one clip from words, as the runner would make it."""
        offer, wish = self.first_offer(), self.wishes()[0]
        quote = self.provider_at(self.fake).quote(wish, model=offer.model)
        return replace(self.request(offer, wish, quote), **changes)  # type: ignore[arg-type]

    # --- what it says -------------------------------------------------------------------------------------------------

    def test_without_its_key_it_says_which_variable_holds_it(self) -> None:
        """Before anything is planned."""
        error = _raised(ConfigError, lambda: self.provider_at(self.fake, key=None).check_ready())
        _expect(KEY_VARIABLE in error.next_step, f"it does not name the variable: {error.next_step!r}")

    def test_an_address_of_ones_own_gets_no_key_unless_it_is_named(self) -> None:
        """A table that sets `base_url` alone sends nothing secret there."""
        with self.fake_with(key=None) as fake:
            provider = self.provider_at(fake, api_key_env=None)
            provider.check_ready()
            self.submitted(provider, self.asked())
            _expect(all(KEY not in str(each.headers) for each in fake.requests), "the key was sent")

    def test_an_option_that_it_does_not_have_is_refused(self) -> None:
        """With those that it has."""
        error = _raised(ConfigError, lambda: self.provider_at(self.fake, options={"no-such": "x"}))
        _expect("no-such" in error.message and bool(error.next_step), f"{error}")

    def test_a_model_that_nobody_knows_needs_settings(self) -> None:
        """And with them it is offered as they say."""
        provider = self.provider_at(
            self.fake, model="brand/new", seconds=[5], sizes=["1280x720"], fps=24, frames_from="first"
        )
        [offer] = provider.offers()
        _expect(offer.modes == {Mode.TEXT, Mode.FIRST}, f"{offer}")
        error = _raised(ConfigError, lambda: self.provider_at(self.fake, model="brand/new").offers())
        _expect("seconds" in error.next_step, f"{error.next_step!r}")

    def test_the_health_of_a_key(self) -> None:
        """A good one is taken, and it costs nothing; a wrong one is told, where a call can tell."""
        provider = self.provider_at(self.fake)
        said = run(provider, provider.healthcheck)
        _expect(self.fake.charges == 0, "the call cost something")
        if provider.probe() is None:
            _expect("without paying" in said, f"it does not say that no call proves the key: {said!r}")
            return
        wrong = self.provider_at(self.fake, key="wrong-key")
        error = _raised(ProviderRefused, lambda: run(wrong, wrong.healthcheck))
        _expect(error.kind is FailureKind.AUTH, f"a wrong key is {error.kind}")
        _expect("wrong-key" not in f"{error} {error.next_step}", "the key is in the message")

    # --- what it does -------------------------------------------------------------------------------------------------

    def test_a_clip_comes_home_frame_by_frame(self, tmp_path: Path) -> None:
        """Every frame that the service made, in order."""
        provider, request = self.provider_at(self.fake), self.asked()
        path = self.brought_home(provider, request, folder=tmp_path)
        frames = [read_number(frame) for frame in read_frames(path)]
        wanted = self.fake.accepted[0].order.shape.frames
        _expect(frames == list(range(wanted)), f"{len(frames)} frames, of {wanted}")
        _expect(self.fake.charges == 1, f"{self.fake.charges} charges")

    def test_the_first_frame_arrives_as_it_was(self) -> None:
        """Where the service takes one."""
        offer = self.first_offer()
        if Mode.FIRST not in offer.modes and Mode.FIRST_LAST not in offer.modes:
            return
        request = self.asked()
        png = boundary_png(hue=60, size=request.size)
        framed = replace(request, boundary_in=png, boundary_out=None if Mode.FIRST in offer.modes else png)
        self.submitted(self.provider_at(self.fake), framed)
        _expect(self.fake.accepted[0].order.first_frame == png, "another picture arrived, or none")

    def test_both_frames_arrive_where_a_length_fits_to_the_frame(self) -> None:
        """A take that ends on the shot after is asked for with both, and the service takes the request on."""
        offer = self.first_offer()
        if Mode.FIRST_LAST not in offer.modes:
            return
        able = next(each for each in offer.capabilities if Mode.FIRST_LAST in each.modes)
        rate = able.rates[0]
        provider = self.provider_at(self.fake, fps=None if len(able.rates) == 1 else str(rate))
        frames, size = able.lengths.at(rate)[0], able.sizes[0]
        wish = replace(self.wishes()[0], cover_frames=frames, rate=rate, size=size, before=True, after=True)
        quote = provider.quote(wish, model=offer.model)
        _expect(quote.uses_before and quote.uses_after, f"a length that fits is not used: {quote}")
        self.submitted(provider, self.request(offer, wish, quote))
        _expect(self.fake.charges == 1, "the request was not taken on")

    def test_reference_pictures_arrive_as_they_were_as_many_as_are_offered(self) -> None:
        """Where the service takes any; the frames beside the hole stay here unless they go along."""
        offer = self.first_offer()
        provider = self.provider_at(self.fake)
        for number in (1, offer.references, offer.references + 1) if offer.references else ():
            able = next(each for each in offer.capabilities if each.references)
            wish = replace(self.wishes()[0], size=able.sizes[0], before=True, after=True, references=number)
            quote = provider.quote(wish, model=offer.model)
            _expect(quote.references == min(number, offer.references), f"{number} pictures: {quote}")
            request = self.request(offer, wish, quote)
            self.submitted(provider, request)
            order = self.fake.accepted[-1].order
            sent = tuple(each.data for each in request.references)
            _expect(order.references == sent, f"of {number} pictures others arrived, or in another order")
            _expect(bool(order.first_frame) == quote.uses_before, "a frame arrived that the quote does not speak of")

    def test_what_may_have_been_accepted_is_told_apart_from_what_was_not(self) -> None:
        """Each fault of a create has one meaning, whatever the service."""
        request = self.asked()
        for fault, wanted, kind in REFUSALS:
            with self.fake_with(fault) as fake:
                error = self.refused(self.provider_at(fake), request)
            _expect(type(error) is wanted and error.kind is kind, f"{fault}: {error!r} of kind {error.kind}")
            _expect(KEY not in f"{error} {error.next_step}", f"{fault}: the key is in the message")
            _expect(bool(error.next_step), f"{fault}: nothing says what to do")
            if "after 7" in fault:
                _expect(error.retry_after_s == 7, f"{fault}: asked again after {error.retry_after_s} s")  # noqa: PLR2004

    def test_a_service_that_is_not_there_has_accepted_nothing(self) -> None:
        """It may be asked again."""
        with self.fake_with() as fake:
            provider = self.provider_at(fake)
        error = self.refused(provider, self.asked())
        _expect(error.kind is FailureKind.TRANSPORT, f"{error.kind}")

    def test_a_job_that_fails_says_why(self) -> None:
        """Content and the service's own fault are told apart, and none is ready."""
        moderated = {FailureKind.MODERATION_INPUT, FailureKind.MODERATION_OUTPUT}
        for fault, kinds in (
            ("create: fail moderation", moderated),
            ("create: fail internal", {FailureKind.PROVIDER_FAILED}),
            ("create: success without media", {FailureKind.BAD_OUTPUT, *moderated}),
        ):
            with self.fake_with(fault) as fake:
                provider = self.provider_at(fake)
                status = self.ended(provider, self.asked())
            _expect(status.state is RemoteState.FAILED, f"{fault}: {status}")
            _expect(status.kind in kinds, f"{fault}: its kind is {status.kind}")
            _expect(bool(status.message), f"{fault}: it says nothing")

    def test_what_a_poll_meets_is_no_end(self) -> None:
        """A failing or talking server is asked again; a job that it does not know is gone."""
        for fault in ("poll: 503", "poll: 429", "poll: drop", "poll: garbage", "poll: html"):
            with self.fake_with(fault) as fake:
                provider = self.provider_at(fake)
                error = self.poll_error(provider, self.submitted(provider, self.asked()))
            may_end = type(error) in (ProviderRefused, ProviderRetired)
            _expect(not may_end, f"{fault}: {error!r}")
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        self.fake.restart()
        gone = self.polled_or_raised(provider, sent)
        _expect(gone is FailureKind.EXPIRED, f"an unknown job is {gone}")

    def test_a_dead_link_is_followed_by_a_fresh_one(self, tmp_path: Path) -> None:
        """Where the service signs anew at every poll; elsewhere it says that the clip is gone."""
        with self.fake_with("content 1: expire") as fake:
            provider, request = self.provider_at(fake), self.asked()
            error = self.fetch_error(provider, folder=tmp_path)
            _expect(error.kind is FailureKind.EXPIRED, f"a dead link is {error.kind}")
            if self.refreshes:
                sent = Submission(remote_id=fake.accepted[0].remote_id, urls=self.urls_of(provider, fake))
                self.home(provider, request, sent, folder=tmp_path)
                _expect((tmp_path / "clip.mp4").stat().st_size > 0, "nothing was fetched")

    def test_what_a_download_meets_leaves_no_file(self, tmp_path: Path) -> None:
        """A clip is there whole or not at all."""
        for fault in ("content: truncate", "content: html", "content: drop", "content: 503"):
            with self.fake_with(fault) as fake:
                provider = self.provider_at(fake)
                self.fetch_error(provider, folder=tmp_path)
            _expect(not list(tmp_path.iterdir()), f"{fault}: left behind {list(tmp_path.iterdir())}")

    def test_the_key_goes_to_the_service_and_not_to_the_host_of_the_clip(self, tmp_path: Path) -> None:
        """Links lead to another host, which needs no key."""
        if self.provider_type.service.link_wants_key:
            return
        with self.fake_with() as fake:
            fake.setup = replace(fake.setup, link_base=fake.url.replace("127.0.0.1", "localhost"))
            self.brought_home(self.provider_at(fake), self.asked(), folder=tmp_path)
            of_clip = [each for each in fake.requests if each.path.startswith("/files/")]
            others = [each for each in fake.requests if not each.path.startswith("/files/")]
        _expect(all(KEY not in str(each.headers) for each in of_clip), "the clip's host got the key")
        _expect(all(KEY in str(each.headers) for each in others), "a request went without the key")

    def test_a_job_of_another_server_is_not_asked_for_here(self) -> None:
        """Its id means nothing here, or another job."""
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        moved = replace(sent, urls={**sent.urls, "base": "https://elsewhere.example/v1"})
        errors = [self.poll_error(provider, moved)]
        if provider.stop(sent) is not None:
            errors.append(_raised(ProviderError, lambda: run(provider, lambda: provider.cancel(moved))))
        for error in errors:
            _expect("elsewhere.example" in error.message and "base_url" in error.next_step, f"{error}")

    def test_cancelling_says_what_it_did(self) -> None:
        """Where the service stops nothing, nothing is sent."""
        with self.fake_with(pace=Pace(polls=5)) as fake:
            provider = self.provider_at(fake)
            offer = next(each for each in provider.offers() if each.model == self.fake_type.model)
            sent = self.submitted(provider, self.asked())
            before = len(fake.requests)
            told = run(provider, lambda: provider.cancel(sent))
            if offer.cancelling is Cancelling.NONE:
                _expect(not told.stopped and len(fake.requests) == before, f"{told}")
                _expect(bool(told.message), "it does not say that it cannot")
                return
            _expect(told.stopped, f"{told}")
            _expect(told.billing in Billing, f"{told}")
            after = self.polled_or_raised(provider, sent)
            _expect(after in (RemoteState.CANCELLED, RemoteState.FAILED, FailureKind.EXPIRED), f"it goes on: {after}")

    # --- help ---------------------------------------------------------------------------------------------------------

    def submitted(self, provider: HostedProvider, request: Generation) -> Submission:
        """A job that was accepted."""
        return run(provider, lambda: provider.submit(request, key="key-1"))

    def refused(self, provider: HostedProvider, request: Generation) -> ProviderError:
        """What a submit raises."""
        return _raised(ProviderError, lambda: self.submitted(provider, request))

    def poll_error(self, provider: HostedProvider, sent: Submission) -> ProviderError:
        """What a poll raises."""
        return _raised(ProviderError, lambda: run(provider, lambda: provider.poll(sent)))

    def fetch_error(self, provider: HostedProvider, *, folder: Path) -> ProviderError:
        """What bringing a clip home raises."""
        return _raised(ProviderError, lambda: self.brought_home(provider, self.asked(), folder=folder))

    def brought_home(self, provider: HostedProvider, request: Generation, *, folder: Path) -> Path:
        """One clip from submit to file."""
        return self.home(provider, request, self.submitted(provider, request), folder=folder)

    def home(self, provider: HostedProvider, request: Generation, sent: Submission, *, folder: Path) -> Path:
        """A job that was accepted, from poll to file."""

        async def whole() -> Path:
            submission = sent
            for _ in range(_POLLS):
                status = await provider.poll(submission)
                submission = replace(submission, urls={**submission.urls, **status.urls})
                if status.state is RemoteState.READY:
                    break
            await provider.fetch(request, submission, destination=folder / "clip.mp4", report=lambda _done: None)
            return folder / "clip.mp4"

        return run(provider, whole)

    def ended(self, provider: HostedProvider, request: Generation) -> RemoteStatus:
        """How a job ends."""

        async def whole() -> RemoteStatus:
            sent = await provider.submit(request, key="key-1")
            for _ in range(_POLLS):
                status = await provider.poll(sent)
                if status.state is not RemoteState.RUNNING:
                    return status
            raise AssertionError(f"it still runs after {_POLLS} polls")

        return run(provider, whole)

    def urls_of(self, provider: HostedProvider, fake: FakeHosted) -> Mapping[str, str]:
        """What a job's submission held besides its id; a provider whose jobs need more overrides it."""
        del fake
        return {"base": provider.base_url}

    def polled_or_raised(self, provider: HostedProvider, sent: Submission) -> FailureKind | RemoteState:
        """The kind of what a poll raises, else the state that it says; an expired job is `EXPIRED` either way."""
        try:
            status = run(provider, lambda: provider.poll(sent))
        except ProviderError as error:
            return error.kind
        is_gone = status.state is RemoteState.EXPIRED or status.kind is FailureKind.EXPIRED
        return FailureKind.EXPIRED if is_gone else status.state


def run(provider: Provider, call: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """One call in an event loop of its own, with the connections closed after it."""

    async def closing() -> _Answer:
        try:
            return await call()
        finally:
            await provider.aclose()

    return asyncio.run(closing())


def _raised(wanted: type[_Error], call: Callable[[], object]) -> _Error:
    try:
        answer = call()
    except wanted as error:
        return error
    raise AssertionError(f"nothing was raised, but answered: {answer!r}")


_Error = TypeVar("_Error", bound=Exception)


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence: expect this, else say that
    if not holds:
        raise AssertionError(message)

"""What every provider must keep to, as tests: subclass `ProviderContract`, say how the provider is made, run pytest.

    class TestMine(ProviderContract):
        def make_provider(self) -> Provider:
            return MyProvider(base_url=fake.url)

It drives the provider only through `pickup.ports.Provider`. A provider that talks to a server is given a fake one on
loopback. The requests are small: 320x180, less than two seconds.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from pickup import _av, _files
from pickup.errors import FailureKind, MediaError, ProviderError, ProviderRefused, ProviderRetired
from pickup.offers import Mode, Offer, Quote, Wish
from pickup.ports import Billing, Generation, LostSubmit, Provider, Reconciled, Reference, RemoteState, Submission
from pickup.timing import FrameRate

SIZE = (320, 180)
_POLLS = 200
_ENCODER_NOISE = 0.5
"""Levels by which the mean of a frame may differ: libx264 does not always repeat itself to the bit (FFmpeg 8.1)."""


class Footage(NamedTuple):
    """A fetched clip, decoded: frames, exact rate, (width, height), and the mean of each frame."""

    frames: int
    rate: Fraction
    size: tuple[int, int]
    means: tuple[float, ...]


def boundary_png(*, hue: int, size: tuple[int, int] = SIZE) -> bytes:
    """A neighbour's frame as PNG: bars of one color family, `hue` 0 to 255."""
    width, height = size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    planes = [np.full_like(x, hue), x * 255 // max(1, width - 1), (y * 5 + x // 8 * 40) % 256]
    stream = io.BytesIO()
    Image.fromarray(np.dstack(planes).astype(np.uint8)).save(stream, format="PNG")
    return stream.getvalue()


def reference_pictures(number: int) -> tuple[Reference, ...]:
    """Reference pictures of two sets in turn, each another one."""
    pictures = [boundary_png(hue=15 * index, size=(320, 320)) for index in range(number)]
    return tuple(
        Reference.of(png, name=("mara", "pier")[index % 2], source=f"{index:064x}")
        for index, png in enumerate(pictures)
    )


class ProviderContract:
    """Subclass it in a test module; every `test_…` method is one promise.

    Attributes:
        poll_s: Seconds between two polls; zero where the fake server does not mind.
    """

    poll_s = 0.0

    def make_provider(self) -> Provider:
        """A fresh provider, ready to be used."""
        raise NotImplementedError

    def wishes(self) -> Sequence[Wish]:
        """Wishes that every model of the provider can serve."""
        rate = FrameRate.parse("24")
        plain = Wish(cover_frames=24, handles=6, rate=rate, size=SIZE, prompt="a slow push over open water")
        return (
            replace(plain, briefed=True),
            replace(plain, briefed=True, before=True, after=True),
            replace(plain, prompt="", before=True, after=True, rate=FrameRate.parse("23.976")),
            replace(plain, prompt="", before=True),
            replace(plain, prompt="", after=True, handles=0, rate=FrameRate.parse("25")),
        )

    # --- what it says ---------------------------------------------------------------------------------------------

    def test_offers_are_whole_and_distinct(self) -> None:
        """Each offer names this provider and another model; a price is never negative."""
        provider = self.make_provider()
        offers = provider.offers()
        _expect(bool(offers), "a provider without a model offers nothing")
        _expect({offer.provider for offer in offers} == {provider.name}, "an offer names another provider")
        _expect(len({offer.model for offer in offers}) == len(offers), "two offers name one model")
        for offer in offers:
            lines = () if offer.prices is None else offer.prices.lines
            exact = all(isinstance(line.usd, Decimal) and line.usd >= 0 for line in lines)
            _expect(exact, f"the prices of {offer.model} are {lines!r}")
        _expect(list(provider.offers()) == list(offers), "the offers change from call to call")

    def test_a_quote_adds_up(self) -> None:
        """Frames are head, cover and tail; a handle is never more than was wished, nor on a side that is joined."""
        for offer, wish, quote in self._quotes():
            where = f"{offer.model}, {wish}: {quote}"
            _expect(quote.frames == quote.head + wish.cover_frames + quote.tail, f"frames do not add up: {where}")
            _expect(0 <= quote.head <= wish.handles, f"the head is not what was wished: {where}")
            _expect(0 <= quote.tail <= wish.handles, f"the tail is not what was wished: {where}")
            _expect(wish.before or not quote.uses_before, f"there is no frame before: {where}")
            _expect(wish.after or not quote.uses_after, f"there is no frame after: {where}")
            _expect(quote.price == 0 if offer.is_free else quote.price >= 0, f"the price is wrong: {where}")

    def test_a_quote_is_pure(self) -> None:
        """The same wish has the same quote, from another instance too."""
        _expect(self._quotes() == self._quotes(), "quoting twice gives two answers")

    def test_an_unknown_model_is_refused_with_a_way_out(self) -> None:
        """Whoever misspells a model is told so by a `ProviderError`, with what to do."""
        error = self._refusal(self.wishes()[0], model="no-such-model")
        _expect(isinstance(error, (ProviderRefused, ProviderRetired)), f"{error!r} is no refusal")
        _expect(bool(error.next_step), "the refusal does not say what to do")

    def test_an_unknown_look_is_refused_with_a_way_out(self) -> None:
        """A look that no offer names is refused; it is not passed over."""
        provider = self.make_provider()
        for offer in provider.offers():
            if offer.looks:
                error = self._refusal(replace(self.wishes()[0], look="no-such-look"), model=offer.model)
                _expect(error.kind is FailureKind.INVALID_REQUEST, f"its kind is {error.kind}")
                _expect(bool(error.next_step), "the refusal does not say what to do")

    # --- what it does ---------------------------------------------------------------------------------------------

    def test_a_request_has_one_digest(self) -> None:
        """Equal requests hash equally; another take is another request."""
        request = self.request(*next(iter(self._quotes())))
        _expect(request.digest() == replace(request).digest(), "equal requests have two digests")
        other = replace(request, take=request.take + 1)
        _expect(request.digest() != other.digest(), "two takes have one digest")

    def test_the_clip_is_what_was_quoted(self, tmp_path: Path) -> None:
        """Submit, poll, fetch: the file has the quoted frames, and a frame-exact model the cut's rate and size."""
        for number, (offer, wish, quote) in enumerate(self.quotes_for_clips()):
            path = tmp_path / f"{number}.mp4"
            footage = self.make_clip(self.request(offer, wish, quote), key=f"key-{number}", destination=path)
            if offer.frame_exact:
                found, wanted = footage[:3], (quote.frames, wish.rate.fps, wish.size)
                _expect(found == wanted, f"the clip has (frames, rate, size) {found}, not {wanted}")
            else:
                clip = quote.clips[0]
                long_enough = footage.frames / footage.rate >= clip.rate.seconds(clip.frames)
                _expect(long_enough, f"{footage.frames} frames at {footage.rate} are shorter than {clip}")

    def test_fetching_again_gives_the_same_clip(self, tmp_path: Path) -> None:
        """A fetch repeated after a crash does no harm: the same pictures, and nothing left over."""
        request = self.request(*next(iter(self._quotes())))
        provider, path = self.make_provider(), tmp_path / "take.mp4"
        submission = asyncio.run(self._ready(provider, request, key="again"))
        clips = []
        for _ in range(2):
            asyncio.run(_fetch(provider, request, submission, path))
            clips.append(watch(path))
        _expect(clips[0][:3] == clips[1][:3], f"the second fetch gave another clip: {clips[0][:3]}, {clips[1][:3]}")
        apart = max(abs(one - other) for one, other in zip(clips[0].means, clips[1].means, strict=True))
        _expect(apart < _ENCODER_NOISE, f"the second fetch gave other pictures: {apart:.2f} levels apart")
        left = [each.name for each in tmp_path.iterdir() if _files.PART_SUFFIX in each.name]
        _expect(not left, f"left behind: {left}")

    def test_progress_never_falls(self, tmp_path: Path) -> None:
        """What a fetch reports lies between 0 and 1 and goes up."""
        request = self.request(*next(iter(self._quotes())))
        provider, told = self.make_provider(), list[float]()
        submission = asyncio.run(self._ready(provider, request, key="told"))
        asyncio.run(provider.fetch(request, submission, destination=tmp_path / "take.mp4", report=told.append))
        _expect(told == sorted(told), f"progress falls: {told}")
        _expect(all(0 <= done <= 1 for done in told), f"progress leaves 0 to 1: {told}")

    def test_a_damaged_frame_is_an_error_in_words(self, tmp_path: Path) -> None:
        """A boundary frame that is no picture ends in an error of our own, and leaves no clip behind."""
        for offer, wish, quote in self._quotes():
            if not (quote.uses_before or quote.uses_after):
                continue
            request = replace(self.request(offer, wish, quote), boundary_in=b"no png", boundary_out=b"no png")
            try:
                self.make_clip(request, key="damaged", destination=tmp_path / "take.mp4")
            except (MediaError, ProviderError) as error:
                _expect(bool(error.message) and "Traceback" not in error.message, f"no words: {error.message!r}")
            else:
                raise AssertionError("a damaged boundary frame went through")
            _expect(not list(tmp_path.glob("*.mp4")), "a clip was left behind")

    def test_a_repeated_submit_attaches_where_the_provider_replays(self) -> None:
        """Under one key a replaying provider knows one job, and finds it when the reply was lost."""
        provider = self.make_provider()
        if not provider.replays:
            return
        request = self.request(*next(iter(self._quotes())))
        first, second = (asyncio.run(provider.submit(request, key="once")) for _ in range(2))
        _expect(first == second, f"one key made two jobs: {first}, {second}")
        lost = LostSubmit(request=request, key="once", asked=datetime.now(UTC), is_claimed=lambda _id: False)
        answer = asyncio.run(provider.reconcile(lost))
        _expect(answer.outcome is not Reconciled.NEVER_ARRIVED, "a job that was accepted is denied")
        _expect(answer.submission in (None, first), f"another job was found: {answer.submission}")

    def test_a_free_job_is_never_billed(self) -> None:
        """What costs nothing says so when it is cancelled."""
        provider = self.make_provider()
        for offer, wish, quote in self._quotes():
            if offer.is_free:
                submission = asyncio.run(provider.submit(self.request(offer, wish, quote), key="cancelled"))
                asked = asyncio.run(provider.cancel(submission))
                billed = asked.cost or (asked.stopped and asked.billing is not Billing.NOT_BILLED)
                _expect(not billed, f"{offer.model} is free, and a cancelled job is {asked.billing}")

    def test_the_healthcheck_is_a_sentence(self) -> None:
        """`pickup doctor` prints it as it is."""
        said = asyncio.run(self.make_provider().healthcheck())
        _expect(" " in said.strip(), f"{said!r} is no sentence")

    # --- help -----------------------------------------------------------------------------------------------------

    def request(self, offer: Offer, wish: Wish, quote: Quote) -> Generation:
        """The request that the runner would make of a quote; of several clips the first."""
        clip = quote.clips[0] if quote.clips else None
        return Generation(
            shot="SH0010",
            take=1,
            prompt=wish.prompt,
            negative="",
            seed=11,
            model=offer.model,
            frames=clip.frames if clip else quote.frames,
            seconds=clip.seconds if clip else None,
            head=quote.head,
            tail=quote.tail,
            rate=clip.rate if clip else wish.rate,
            size=quote.size or wish.size,
            look=quote.look,
            boundary_in=boundary_png(hue=60, size=quote.size or wish.size) if quote.uses_before else None,
            boundary_out=boundary_png(hue=200, size=quote.size or wish.size) if quote.uses_after else None,
            references=reference_pictures(quote.references),
        )

    def quotes_for_clips(self) -> list[tuple[Offer, Wish, Quote]]:
        """The quotes of which clips are made: every one, where that does not take too long."""
        return self._quotes()

    def make_clip(self, request: Generation, *, key: str, destination: Path) -> Footage:
        """One take from submit to file, decoded."""
        provider = self.make_provider()

        async def run() -> None:
            submission = await self._ready(provider, request, key=key)
            await _fetch(provider, request, submission, destination)

        asyncio.run(run())
        return watch(destination)

    async def _ready(self, provider: Provider, request: Generation, *, key: str) -> Submission:
        submission = await provider.submit(request, key=key)
        _expect(bool(submission.remote_id), "the job has no id")
        for _ in range(_POLLS):
            status = await provider.poll(submission)
            going = status.state in (RemoteState.RUNNING, RemoteState.READY)
            _expect(going, f"the job ended as {status.state}: {status.message}")
            if status.state is RemoteState.READY:
                return replace(submission, urls={**submission.urls, **status.urls})
            await asyncio.sleep(self.poll_s)
        raise AssertionError(f"{provider.name} was not ready after {_POLLS} polls")

    def _quotes(self) -> list[tuple[Offer, Wish, Quote]]:
        provider = self.make_provider()
        current = [offer for offer in provider.offers() if offer.retired is None]
        return [
            (each, wish, provider.quote(wish, model=each.model))
            for each in current
            for wish in self.wishes()
            if wish.before or not each.modes or Mode.TEXT in each.modes  # some models make nothing from words alone
        ]

    def _refusal(self, wish: Wish, *, model: str) -> ProviderError:
        try:
            self.make_provider().quote(wish, model=model)
        except ProviderError as error:
            return error
        raise AssertionError(f"{model} quoted a wish that it cannot serve")


def _expect(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence: expect this, else say that
    """Fails a test in words: plain `assert` is not rewritten by pytest in an installed module."""
    if not holds:
        raise AssertionError(message)


async def _fetch(provider: Provider, request: Generation, submission: Submission, path: Path) -> None:
    await provider.fetch(request, submission, destination=path, report=lambda _done: None)


def watch(path: Path) -> Footage:
    """Decodes every frame of a clip."""
    with _av.open_video(path) as video:
        rate = video.stream.average_rate
        size = (video.stream.width, video.stream.height)
    means = tuple(float(frame.mean()) for frame in _av.read_frames(path))
    return Footage(frames=len(means), rate=Fraction(rate or 0), size=size, means=means)

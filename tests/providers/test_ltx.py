"""LTX: what is sent for each mode, which lengths go with which size and rate, and what is made of its answers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from pickup.config.routes import known_route
from pickup.errors import FailureKind, OutcomeUnknown, ProviderRefused, ProviderUnavailable
from pickup.offers import Conditioning, Mode, Quote, Wish
from pickup.ports import Billing, Generation, RemoteState, Submission
from pickup.providers.ltx import Ltx
from pickup.testing.fakes import Pace
from pickup.testing.fakes.ltx import FakeLtx
from pickup.testing.fakes.orders import Limits
from pickup.testing.fakes.routes import Exchange
from pickup.testing.fakes.wire import Request
from pickup.testing.hosted_contract import HostedContract, run
from pickup.testing.provider_contract import boundary_png
from pickup.timing import FrameRate

SIZE = (1920, 1080)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)
UHD = (3840, 2160)


class TestLtx(HostedContract):
    provider_type = Ltx
    fake_type = FakeLtx
    refreshes = False

    # --- what is sent -------------------------------------------------------------------------------------------------

    def wanted(self, **changes: object) -> Generation:
        rate = FrameRate.parse("25")
        return replace(self.asked(size=SIZE, seconds=Fraction(8), frames=200, rate=rate), **changes)

    def sent(self, **changes: object) -> tuple[str, dict[str, object]]:
        self.submitted(self.provider_at(self.fake), self.wanted(**changes))
        return self.fake.requests[-1].path, dict(self.fake.requests[-1].fields)

    def test_words_alone(self) -> None:
        path, fields = self.sent()
        assert path == "/v2/text-to-video"
        assert fields == {
            "prompt": "rain over the harbor",
            "model": "ltx-2-3-fast",
            "duration": 8,
            "resolution": "1920x1080",
            "fps": 25,
            "generate_audio": False,
        }
        assert all(type(fields[name]) is int for name in ("duration", "fps"))

    def test_a_first_frame_is_another_operation(self) -> None:
        path, fields = self.sent(boundary_in=FIRST)
        assert path == "/v2/image-to-video"
        assert str(fields["image_uri"]).startswith("data:image/png;base64,")
        assert "last_frame_uri" not in fields

    def test_a_last_frame_goes_beside_the_first(self) -> None:
        path, fields = self.sent(boundary_in=FIRST, boundary_out=LAST)
        assert path == "/v2/image-to-video"
        assert fields["image_uri"] != fields["last_frame_uri"]
        assert fields["generate_audio"] is False

    def test_a_last_frame_without_a_first_is_not_left_out_in_silence(self) -> None:
        error = self.refused(self.provider_at(self.fake), self.wanted(boundary_out=LAST))
        assert isinstance(error, ProviderRefused)
        assert "begins on one" in error.message
        assert self.fake.requests == []

    def test_an_upright_picture_is_asked_for_as_it_is(self) -> None:
        assert self.sent(size=(1080, 1920))[1]["resolution"] == "1080x1920"

    def test_a_frame_that_is_too_large_for_a_data_uri_becomes_a_jpeg(self) -> None:
        noise = np.random.default_rng(1).integers(0, 256, size=(1080, 1920, 3), dtype=np.uint8)
        stream = io.BytesIO()
        Image.fromarray(noise).save(stream, format="PNG")
        assert len(stream.getvalue()) > 5 << 20
        uri = str(self.sent(boundary_in=stream.getvalue())[1]["image_uri"])
        assert uri.startswith("data:image/jpeg;base64,")
        assert len(uri) <= 7_000_000

    # --- which lengths go with which size and rate --------------------------------------------------------------------

    def quoted(self, seconds: int, *, rate: str, model: str = "ltx-2-3-fast", **changes: object) -> Quote:
        """Of a hole from words alone, at the prices in the list."""
        fps = FrameRate.parse(rate)
        frames = int(seconds * fps.fps)
        wish = Wish(cover_frames=frames, handles=0, rate=fps, size=SIZE, prompt="rain", briefed=True)
        provider = self.provider_at(self.fake, price_per_second=None)
        return provider.quote(replace(wish, **changes), model=model)

    @pytest.mark.parametrize(
        ("cut", "made"),
        [("23.976", "24"), ("24", "24"), ("25", "25"), ("47.952", "48"), ("48", "48"), ("50", "50")],
    )
    def test_a_clip_is_made_at_the_rate_of_the_cut(self, cut: str, made: str) -> None:
        for model in ("ltx-2-3-fast", "ltx-2-3-pro"):
            [clip] = self.quoted(6, rate=cut, model=model).clips
            assert (clip.rate, clip.seconds) == (FrameRate.parse(made), 6)

    @pytest.mark.parametrize("rate", ["24", "25", "23.976"])
    def test_twelve_seconds_are_one_clip_of_the_fast_model_and_two_of_the_other(self, rate: str) -> None:
        fast, pro = (self.quoted(12, rate=rate, model=f"ltx-2-3-{each}") for each in ("fast", "pro"))
        assert [each.seconds for each in fast.clips] == [12]
        assert (fast.size, fast.price) == (SIZE, Decimal("0.72"))
        assert len(pro.clips) == 2
        assert pro.price > fast.price

    def test_long_clips_are_made_neither_at_high_rates_nor_at_large_sizes(self) -> None:
        for quote in (self.quoted(12, rate="50"), self.quoted(12, rate="24", size=UHD)):
            assert len(quote.clips) == 2
            assert max(each.seconds for each in quote.clips) <= 10
        assert {each.rate for each in self.quoted(12, rate="50").clips} == {FrameRate.parse("50")}
        assert self.quoted(12, rate="24", size=UHD).size == UHD

    def test_six_seconds_between_two_frames_fit_to_the_frame(self) -> None:
        for rate in ("23.976", "24", "25", "48", "50"):
            frames = 6 * FrameRate.parse(rate).nominal
            quote = self.quoted(6, rate=rate, cover_frames=frames, before=True, after=True)
            assert [each.mode for each in quote.clips] == [Mode.FIRST_LAST]
            assert quote.speed == 1

    def test_between_two_frames_a_length_that_is_not_made_is_played_to_fit_where_that_was_asked_for(self) -> None:
        quote = self.quoted(13, rate="25", before=True, after=True, conditioning=Conditioning.BOTH)
        assert [each.seconds for each in quote.clips] in ([12], [14])
        assert quote.speed != 1

    @pytest.mark.parametrize(
        ("size", "fast", "pro"),
        [((1280, 720), "0.03", "0.04"), (SIZE, "0.06", "0.08"), ((2560, 1440), "0.12", "0.16"), (UHD, "0.24", "0.32")],
    )
    def test_the_price_of_a_second_follows_the_size(self, size: tuple[int, int], fast: str, pro: str) -> None:
        for upright in (size, size[::-1]):
            for model, usd in (("ltx-2-3-fast", fast), ("ltx-2-3-pro", pro)):
                quote = self.quoted(6, rate="24", model=model, size=upright)
                assert (quote.size, quote.price) == (upright, 6 * Decimal(usd))

    def test_whatever_it_says_it_makes_is_taken(self) -> None:
        provider, base = self.provider_at(self.fake), self.wanted()
        seen = 0
        for offer in provider.offers()[:4]:
            for row in offer.capabilities:
                for size in row.sizes:
                    for rate in row.rates:
                        for seconds in row.lengths.seconds:
                            asked = replace(base, model=offer.model, size=size, rate=rate, seconds=seconds)
                            made = self.fake.read_order(_as_received(provider.order(asked).json or {}))
                            assert made.shape.frames == seconds * rate.fps
                            seen += 1
        assert seen == 2 * (136 + 96)

    def test_what_it_does_not_say_is_refused(self) -> None:
        for changes in (
            {"seconds": Fraction(12), "rate": FrameRate.parse("50")},
            {"seconds": Fraction(12), "size": UHD},
            {"seconds": Fraction(12), "model": "ltx-2-3-pro"},
            {"seconds": Fraction(5)},
            {"rate": FrameRate.parse("30")},
            {"size": (1920, 1088)},
            {"model": "ltx-2-fast"},
        ):
            error = self.refused(self.provider_at(self.fake), self.wanted(**changes))
            assert (type(error), error.kind) == (ProviderRefused, FailureKind.INVALID_REQUEST)
        assert self.fake.charges == 0

    def test_the_models_that_have_ended_say_what_to_use(self) -> None:
        offers = {each.model: each for each in self.provider_at(self.fake).offers()}
        for kind in ("fast", "pro"):
            ended = offers[f"ltx-2-{kind}"]
            assert (ended.retired, ended.instead) == (date(2026, 8, 15), (f"ltx:ltx-2-3-{kind}",))
            for alive in (f"ltx-2-3-{kind}", f"ltx-2-5-{kind}"):
                assert offers[alive].retired is None
                assert known_route("ltx", alive, host="api.ltx.io").prices is not None
        assert not next(iter(offers.values())).is_retired(date(2026, 11, 29))

    # --- what is made of its answers ----------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "wanted", "kind"),
        [
            (403, ProviderRefused, FailureKind.AUTH),
            (413, ProviderRefused, FailureKind.INVALID_REQUEST),
            (422, ProviderRefused, FailureKind.MODERATION_INPUT),
            (429, ProviderUnavailable, FailureKind.RATE_LIMITED),
            (504, OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
            (529, OutcomeUnknown, FailureKind.UNKNOWN_OUTCOME),
        ],
    )
    def test_what_a_refusal_means(self, status: int, wanted: type[Exception], kind: FailureKind) -> None:
        with self.fake_with(f"create: {status}") as fake:
            error = self.refused(self.provider_at(fake), self.asked())
        assert (type(error), error.kind) == (wanted, kind)

    def test_too_many_jobs_are_told_from_too_many_requests(self) -> None:
        with self.fake_with(limits=Limits(in_flight=1), pace=Pace(polls=5)) as fake:
            provider = self.provider_at(fake)
            self.submitted(provider, self.asked())
            error = self.refused(provider, self.asked())
        assert isinstance(error, ProviderUnavailable)
        assert error.kind is FailureKind.CONCURRENCY_LIMITED

    @pytest.mark.parametrize(
        ("kind", "means"),
        [
            ("invalid_request_error", FailureKind.INVALID_REQUEST),
            ("insufficient_funds_error", FailureKind.NO_CREDIT),
            ("content_filtered_error", FailureKind.MODERATION_INPUT),
            ("api_error", FailureKind.PROVIDER_FAILED),
            ("service_unavailable_error", FailureKind.PROVIDER_FAILED),
            ("overloaded_error", FailureKind.PROVIDER_FAILED),
            ("an_error_that_is_new", FailureKind.PROVIDER_FAILED),
        ],
    )
    def test_what_a_job_says_when_it_failed(self, kind: str, means: FailureKind) -> None:
        job = {"id": "a", "status": "failed", "error": {"type": kind, "message": "It did not work."}}
        status = self.provider_at(self.fake).standing(job)
        assert status is not None
        assert (status.state, status.kind, status.message) == (RemoteState.FAILED, means, "It did not work.")
        assert status.billing is Billing.UNKNOWN

    def test_a_job_that_failed_without_a_reason_says_so(self) -> None:
        status = self.provider_at(self.fake).standing({"id": "a", "status": "failed"})
        assert status is not None
        assert status.message

    def test_a_state_that_is_new_is_not_the_end(self) -> None:
        status = self.provider_at(self.fake).standing({"id": "a", "status": "dreaming"})
        assert status is not None
        assert status.state is RemoteState.RUNNING

    @pytest.mark.parametrize(("frame", "operation"), [(None, "text-to-video"), (FIRST, "image-to-video")])
    def test_a_job_is_asked_for_below_the_operation_that_made_it(self, frame: bytes | None, operation: str) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.wanted(boundary_in=frame))
        assert sent.urls["operation"] == operation
        run(provider, lambda: provider.poll(sent))
        assert self.fake.requests[-1].path == f"/v2/{operation}/{sent.remote_id}"
        other = {"text-to-video": "image-to-video", "image-to-video": "text-to-video"}[operation]
        strayed = replace(sent, urls={**sent.urls, "operation": other})
        assert self.polled_or_raised(provider, strayed) is FailureKind.EXPIRED

    @pytest.mark.parametrize("frame", [None, FIRST], ids=["words", "first"])
    def test_a_job_that_was_settled_by_its_id_alone_is_found(self, frame: bytes | None) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.wanted(boundary_in=frame))
        bare = Submission(remote_id=sent.remote_id)
        assert self.polled_or_raised(provider, bare) is RemoteState.RUNNING
        assert self.polled_or_raised(provider, Submission(remote_id="no-such-job")) is FailureKind.EXPIRED

    def test_a_busy_server_is_not_taken_for_a_job_that_is_gone(self) -> None:
        with self.fake_with("poll: 503") as fake:
            provider = self.provider_at(fake)
            sent = self.submitted(provider, self.asked())
            error = self.poll_error(provider, Submission(remote_id=sent.remote_id))
        assert isinstance(error, ProviderUnavailable)
        assert len(fake.requests) == 2

    def test_a_later_poll_gives_the_link_again(self) -> None:
        provider = self.provider_at(self.fake)
        sent = self.submitted(provider, self.asked())
        polled = [run(provider, lambda: provider.poll(sent)) for _ in range(3)]
        assert [each.state for each in polled] == [RemoteState.RUNNING, RemoteState.READY, RemoteState.READY]
        assert polled[1].urls["clip"] == polled[2].urls["clip"]


def _as_received(fields: object) -> Exchange:
    assert isinstance(fields, dict)
    request = Request(method="POST", path="/v2/text-to-video", query={}, headers={}, fields=fields)
    return Exchange(request=request, parts=("text-to-video",), fault=None)

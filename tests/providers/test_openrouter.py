"""OpenRouter: its catalogue and what is made of it, what is sent, and what is made of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import ConfigError, FailureKind, ProviderError
from pickup.offers import Audio, Mode
from pickup.ports import RemoteState
from pickup.providers.openrouter import OpenRouter
from pickup.providers.openrouter.catalogue import models_in
from pickup.providers.openrouter.prices import prices_of
from pickup.testing.fakes import Setup
from pickup.testing.fakes.openrouter import CATALOGUE, FakeOpenRouter
from pickup.testing.hosted_contract import HostedContract, run
from pickup.testing.provider_contract import boundary_png, reference_pictures
from pickup.timing import FrameRate

TODAY = date(2026, 11, 29)
READ = datetime(2026, 11, 29, 14, 2, tzinfo=UTC)
SIZE = (1280, 720)
FIRST, LAST = boundary_png(hue=60, size=SIZE), boundary_png(hue=200, size=SIZE)


class TestOpenRouter(HostedContract):
    provider_type = OpenRouter
    fake_type = FakeOpenRouter
    refreshes = False

    def sent(self, *, options: Mapping[str, str] | None = None, **changes: object) -> dict[str, object]:
        provider = self.provider_at(self.fake, options=dict(options or {}))
        request = replace(self.asked(size=SIZE, seconds=Fraction(4), frames=96), **changes)
        run(provider, lambda: provider.submit(request, key="key-1"))
        return dict(self.fake.requests[-1].fields)

    def test_words_alone(self) -> None:
        assert self.sent(seed=7) == {
            "model": "google/veo-3.1-fast",
            "prompt": "rain over the harbor",
            "duration": 4,
            "resolution": "720p",
            "aspect_ratio": "16:9",
            "generate_audio": False,
            "seed": 7,
        }

    def test_frames_are_named_by_what_they_are(self) -> None:
        frames = self.sent(boundary_in=FIRST, boundary_out=LAST)["frame_images"]
        assert [each["frame_type"] for each in frames] == ["first_frame", "last_frame"]
        assert all(each["image_url"]["url"].startswith("data:image/png;base64,") for each in frames)

    def test_reference_pictures_are_no_frames(self) -> None:
        sent = self.sent(references=reference_pictures(2), seconds=Fraction(8), frames=192)
        assert "frame_images" not in sent
        assert [set(each) for each in sent["input_references"]] == [{"type", "image_url"}] * 2
        assert all(each["image_url"]["url"].startswith("data:image/png;base64,") for each in sent["input_references"])

    def test_the_back_ends_own_switches_are_set_once_it_is_named(self, tmp_path: Path) -> None:
        provider = looked_up(self.fake, state=tmp_path, options={"provider": "google-vertex"})
        request = replace(self.asked(size=SIZE, seconds=Fraction(4), frames=96), negative="people")
        run(provider, lambda: provider.submit(request, key="key-1"))
        sent = self.fake.requests[-1].fields["provider"]
        wanted = {"negativePrompt": "people"}  # enhancePrompt is listed too, and Veo does not work without it
        assert sent == {"options": {"google-vertex": {"parameters": wanted}}}

    def test_what_a_job_cost_is_what_it_reports(self) -> None:
        status = self.ended(self.provider_at(self.fake), self.asked())
        assert (status.state, status.cost) == (RemoteState.READY, Decimal("0.4"))

    def test_a_clip_that_the_makers_own_account_is_billed_for_is_not_free(self) -> None:
        content = {"id": "j", "status": "completed", "usage": {"cost": 0, "is_byok": True}}
        stood = self.provider_at(self.fake).standing(content)
        assert stood is not None
        assert (stood.state, stood.cost) == (RemoteState.READY, None)
        assert stood.urls["clip"].endswith("/videos/j/content?index=0")

    @pytest.mark.parametrize(
        ("status", "error", "state", "kind"),
        [
            ("failed", "Rejected by the content policy.", RemoteState.FAILED, FailureKind.MODERATION_INPUT),
            ("failed", None, RemoteState.FAILED, FailureKind.PROVIDER_FAILED),
            ("cancelled", None, RemoteState.CANCELLED, FailureKind.PROVIDER_FAILED),
            ("expired", "gone", RemoteState.EXPIRED, FailureKind.EXPIRED),
            ("failed", {"message": "insufficient credits"}, RemoteState.FAILED, FailureKind.NO_CREDIT),
        ],
    )
    def test_how_a_job_ends(self, status: str, error: object, state: RemoteState, kind: FailureKind) -> None:
        stood = self.provider_at(self.fake).standing({"id": "j", "status": status, "error": error})
        assert stood is not None
        assert (stood.state, stood.kind) == (state, kind)
        assert stood.message

    def test_the_health_of_a_key_tells_what_it_may_spend_and_reads_the_catalogue(self) -> None:
        provider = self.provider_at(self.fake)
        said = run(provider, provider.healthcheck)
        assert "$12.5 more" in said
        assert "catalogue" in said

    def test_the_key_goes_with_content_of_the_api_and_with_no_other(self, tmp_path: Path) -> None:
        with self.fake_with() as fake:
            fake.setup = replace(fake.setup, link_base=fake.url.replace("127.0.0.1", "localhost"))
            with pytest.raises(ProviderError) as raised:
                self.brought_home(self.provider_at(fake), self.asked(), folder=tmp_path)
            [content] = [each for each in fake.requests if each.path.endswith("/content")]
        assert "authorization" not in content.headers
        assert raised.value.kind is not FailureKind.BAD_OUTPUT


# --- the catalogue ----------------------------------------------------------------------------------------------------


def provider_for(fake: FakeOpenRouter, *, state: Path | None, **settings: object) -> OpenRouter:
    made = ProviderSettings.model_validate(
        {"kind": "openrouter", "base_url": fake.base_url, "api_key_env": "KEY", **settings}
    )
    setup = ProviderSetup(
        name="openrouter",
        settings=made,
        library=Path("/nowhere"),
        today=TODAY,
        state=state,
        environment={"KEY": "key-of-the-service"},
    )
    return OpenRouter(setup)


def looked_up(fake: FakeOpenRouter, *, state: Path, **settings: object) -> OpenRouter:
    provider = provider_for(fake, state=state, **settings)
    run(provider, provider.look_up)
    return provider


def test_what_was_looked_up_once_is_known_without_a_network(tmp_path: Path) -> None:
    with FakeOpenRouter() as fake:
        before = {offer.model for offer in provider_for(fake, state=tmp_path).offers()}
        looked_up(fake, state=tmp_path)
        gone = fake.base_url
    provider = OpenRouter(
        ProviderSetup(
            name="openrouter",
            settings=ProviderSettings(kind="openrouter", base_url=gone),
            library=Path("/nowhere"),
            today=TODAY,
            state=tmp_path,
        )
    )
    offers = {offer.model: offer for offer in provider.offers()}
    assert before == {"google/veo-3.1-fast", "google/veo-3.1"}
    assert set(offers) == {"google/veo-3.1-fast", "google/veo-3.1", "fake/only-words"}
    fast = offers["google/veo-3.1-fast"]
    assert fast.prices is not None
    assert fast.prices.of(Fraction(4), size=SIZE, silent=True) == Decimal("0.4000")
    assert fast.prices.of(Fraction(4), size=(1920, 1080), silent=True) == Decimal("0.4800")
    assert fast.prices.source == "the catalogue"
    assert fast.prices.checked == provider.catalogue_read.date()
    assert fast.notes[0].startswith("limits and prices as its catalogue of ")


def test_a_catalogue_that_cannot_be_read_leaves_the_one_that_was_seen(tmp_path: Path) -> None:
    with FakeOpenRouter(faults=["list 2: garbage", "list 3: 500", "list 4: html"]) as fake:
        provider = looked_up(fake, state=tmp_path)
        for _ in range(3):
            with pytest.raises(ProviderError):
                run(provider, provider.look_up)
        fake.catalogue = ()
        with pytest.raises(ProviderError) as raised:
            run(provider, provider.look_up)
        assert "catalogue" in raised.value.message
        assert len(provider_for(fake, state=tmp_path).offers()) == 3


def test_a_damaged_catalogue_is_none(tmp_path: Path) -> None:
    with FakeOpenRouter() as fake:
        looked_up(fake, state=tmp_path)
        [file] = (tmp_path / "catalogues").iterdir()
        file.write_text("{")
        assert provider_for(fake, state=tmp_path).catalogue_read is None
        assert len(provider_for(fake, state=tmp_path).offers()) == 2


def test_a_price_of_ones_own_goes_before_the_catalogues(tmp_path: Path) -> None:
    with FakeOpenRouter() as fake:
        looked_up(fake, state=tmp_path)
        offer = provider_for(fake, state=tmp_path, price_per_second="0.33").offers()[0]
    assert offer.prices is not None
    assert offer.prices.source == "your settings"


def test_the_catalogue_is_read_without_a_key_too(tmp_path: Path) -> None:
    with FakeOpenRouter(setup=Setup(key="secret")) as fake:
        setup = ProviderSetup(
            name="openrouter",
            settings=ProviderSettings(kind="openrouter", base_url=fake.base_url, api_key_env="KEY"),
            library=Path("/nowhere"),
            today=TODAY,
            state=tmp_path,
            environment={},
        )
        provider = OpenRouter(setup)
        run(provider, provider.look_up)
        assert "authorization" not in fake.requests[0].headers
        assert len(provider.offers()) == 3


def test_a_model_of_the_catalogue_that_was_not_read_says_what_to_do() -> None:
    with FakeOpenRouter() as fake, pytest.raises(ConfigError) as raised:
        provider_for(fake, state=None, model="bytedance/seedance-2.0").offers()
    assert "pickup doctor" in raised.value.next_step


def test_a_row_says_what_its_model_makes() -> None:
    found = models_in({"data": list(CATALOGUE)}, read_on=TODAY)
    assert found is not None
    fast, words = found[0], found[1]
    assert [model.name for model in found] == ["google/veo-3.1-fast", "fake/only-words", "google/veo-3.1"]
    able, pictured = fast.capabilities
    assert (pictured.references, pictured.lengths.seconds) == (3, (8,))
    assert {width > height for width, height in pictured.sizes} == {True}
    assert (fast.audio, fast.seed, fast.by_size) == (Audio.OPTIONAL, True, False)
    assert able.modes == {Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}
    assert able.lengths.seconds == (4, 6, 8)
    assert able.rates == (FrameRate.parse("24"),)
    assert (words.audio, words.seed, words.by_size) == (Audio.UNKNOWN, False, True)
    assert words.capabilities[0].sizes == ((854, 480), (1280, 720))
    assert words.capabilities[0].modes == {Mode.TEXT}
    assert len(words.capabilities[0].rates) > 1


def test_what_is_no_catalogue_is_none() -> None:
    for content in (None, [], {}, {"data": 1}, {"data": {"id": "x"}}):
        assert models_in(content, read_on=TODAY) is None
    assert models_in({"data": [1, {"id": 2}, {"name": "x"}]}, read_on=TODAY) == ()


# --- prices -----------------------------------------------------------------------------------------------------------


def usd(skus: Mapping[str, object], *, lines: int, silent: bool = True, frames: int = 0, seconds: int = 5) -> Decimal:
    prices = prices_of(skus, tiers=(480, 720, 1080, 2160), checked=TODAY).prices
    assert prices is not None
    price = prices.of(Fraction(seconds), size=(lines * 16 // 9, lines), silent=silent, frames=frames)
    assert price is not None
    return price


def test_the_most_particular_sum_counts() -> None:
    veo = {
        "duration_seconds_with_audio": "0.12",
        "duration_seconds_without_audio": "0.10",
        "duration_seconds_without_audio_720p": "0.08",
        "duration_seconds_with_audio_4k": "0.30",
        "duration_seconds_without_audio_4k": "0.25",
    }
    assert usd(veo, lines=720) == Decimal("0.40")
    assert usd(veo, lines=1080) == Decimal("0.50")
    assert usd(veo, lines=2160) == Decimal("1.25")
    assert usd(veo, lines=2160, silent=False) == Decimal("1.50")


def test_sums_may_differ_between_words_and_frames() -> None:
    wan = {"text_to_video_duration_seconds_720p": "0.08", "image_to_video_duration_seconds_720p": "0.10"}
    assert usd(wan, lines=720) == Decimal("0.40")
    assert usd(wan, lines=720, frames=1) == Decimal("0.50")


def test_cents_minimums_pictures_clips_and_tokens_are_sums_too() -> None:
    assert usd({"cents_per_second_output": "12"}, lines=720) == Decimal("0.60")
    assert usd({"cents_per_video_output_second_480p": "5"}, lines=480) == Decimal("0.25")
    assert usd(
        {"cents_per_second_output": "28", "minimum_cents_per_generation": "56"}, lines=720, seconds=1
    ) == Decimal("0.56")
    assert usd({"duration_seconds": "0.10", "cents_per_image_input": "1"}, lines=720, frames=2) == Decimal("0.52")
    assert usd({"per-video-second": "0.50", "per-video-second-1080p": "0.75"}, lines=1080) == Decimal("3.75")
    assert usd({"generate": "0.30"}, lines=720) == Decimal("0.30")
    assert usd({"video_tokens": "0.0000107", "video_tokens_without_audio": "0.00001"}, lines=720) == Decimal("1.08")


@pytest.mark.parametrize(
    ("skus", "words"),
    [
        (None, "no price"),
        ({}, "no price"),
        ({"per_vibe_unit": "1", "duration_seconds": "0.1"}, "per_vibe_unit"),
        ({"duration_seconds": "cheap"}, "duration_seconds"),
        ({"duration_seconds": "-1"}, "duration_seconds"),
        ({"duration_seconds": "NaN"}, "duration_seconds"),
        ({"reference_images": "0.04"}, "no price for a clip"),
        ({"generate": "0.5", "duration_seconds": "0.1"}, "at once"),
        ({"duration_seconds": "0.1", "cents_per_output_megapixel": "1"}, "cents_per_output_megapixel"),
    ],
)
def test_what_is_not_understood_is_no_price(skus: Mapping[str, object] | None, words: str) -> None:
    priced = prices_of(skus, tiers=(720,), checked=TODAY)
    assert priced.prices is None
    assert words in priced.why


def test_a_size_between_two_tiers_costs_what_the_dearest_may() -> None:
    skus = {"duration_seconds": "0.05", "duration_seconds_1080p": "0.2"}
    prices = prices_of(skus, tiers=(1088,), sizes=((1920, 1088),), checked=TODAY).prices
    assert prices is not None
    assert prices.of(Fraction(10), size=(1920, 1088), silent=True) == 2


def test_a_price_for_what_is_never_sent_changes_nothing() -> None:
    skus = {
        "duration_seconds": "0.13",
        "reference_images": "0.04",
        "cents_per_second_video_continuation_720p": "41",
        "video_tokens_with_video_input": "0.0000064",
    }
    assert usd(skus, lines=720, frames=2) == Decimal("0.65")


def test_looking_up_is_harmless_to_repeat(tmp_path: Path) -> None:
    with FakeOpenRouter() as fake:
        provider = looked_up(fake, state=tmp_path)

        async def twice() -> None:
            await asyncio.gather(provider.look_up(), provider.look_up())
            await provider.aclose()

        asyncio.run(twice())
        assert fake.charges == 0
        assert len(list((tmp_path / "catalogues").iterdir())) == 1

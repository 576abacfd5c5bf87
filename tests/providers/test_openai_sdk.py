"""OpenAI's own Python SDK against the fake that our client is tested with: both send the same requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import openai
import pytest

from pickup._av import read_frames
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.ports import Generation
from pickup.providers.openai_videos import OpenAIVideos
from pickup.testing.clips import read_number
from pickup.testing.fakes import FakeOpenAI, Request, Setup
from pickup.testing.provider_contract import boundary_png
from pickup.testing.sdk_requests import told
from pickup.timing import FrameRate

SIZE = (1280, 720)
PNG = boundary_png(hue=60, size=SIZE)
ASKED = Generation(
    shot="SH0010",
    take=1,
    prompt="rain over the harbor",
    negative="",
    seed=7,
    model="sora-2",
    frames=120,
    rate=FrameRate.parse("30"),
    size=SIZE,
    look="",
    seconds=Fraction(4),
)


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(profile="openai", setup=Setup(key="sk-secret")) as server:
        yield server


@pytest.fixture
def client(fake: FakeOpenAI) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-secret", base_url=fake.base_url, max_retries=0) as made:
        yield made


def ours(fake: FakeOpenAI, asked: Generation) -> Request:
    """What our client sends for a request."""
    settings = ProviderSettings(kind="openai_videos", profile="openai", base_url=fake.base_url, api_key_env="KEY")
    setup = ProviderSetup(
        name="studio", settings=settings, library=Path(), today=date(2026, 11, 29), environment={"KEY": "sk-secret"}
    )
    provider = OpenAIVideos(setup)

    async def submit() -> None:
        await provider.submit(asked, key="key-1")
        await provider.aclose()

    asyncio.run(submit())
    return fake.requests[-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_sdk_brings_a_clip_home_from_the_fake(fake: FakeOpenAI, client: openai.OpenAI, tmp_path: Path) -> None:
    video = client.videos.create_and_poll(model="sora-2", prompt="rain", seconds="4", size="1280x720")
    assert (video.status, fake.charges) == ("completed", 1)
    path = tmp_path / "clip.mp4"
    client.videos.download_content(video.id).write_to_file(path)
    assert [read_number(frame) for frame in read_frames(path)] == list(range(120))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_words_alone_are_the_same_request(fake: FakeOpenAI, client: openai.OpenAI) -> None:
    client.videos.create(model="sora-2", prompt=ASKED.prompt, seconds="4", size="1280x720")
    theirs = fake.requests[-1]
    assert told(ours(fake, ASKED)) == told(theirs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_first_frame_is_the_same_request(fake: FakeOpenAI, client: openai.OpenAI) -> None:
    picture = ("input_reference.png", PNG, "image/png")
    client.videos.create(model="sora-2", prompt=ASKED.prompt, seconds="4", size="1280x720", input_reference=picture)
    theirs = fake.requests[-1]
    mine = ours(fake, replace(ASKED, boundary_in=PNG))
    assert mine.content_type == "multipart/form-data"
    assert told(mine) == told(theirs)

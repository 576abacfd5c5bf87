"""LiteLLM's own proxy between our client and a fake server: what it rewrites on the way must not lose a clip."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from pickup._av import read_frames
from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.ports import Generation, RemoteState
from pickup.providers.openai_videos import OpenAIVideos
from pickup.testing.clips import read_number
from pickup.testing.fakes import FakeOpenAI, Setup
from pickup.testing.provider_contract import boundary_png
from pickup.timing import FrameRate

VENV = Path(__file__).parents[2] / ".venv-litellm"
STARTS_WITHIN_S = 150
KEY = "sk-of-the-proxy"
SIZE = (1280, 720)
ASKED = Generation(
    shot="SH0010",
    take=1,
    prompt="rain over the harbor",
    negative="",
    seed=7,
    model="wan",
    frames=120,
    rate=FrameRate.parse("30"),
    size=SIZE,
    look="",
    seconds=Fraction(4),
)

pytestmark = [
    pytest.mark.skipif(
        not (VENV / "test.stamp").exists(), reason="LiteLLM is not installed: make .venv-litellm/test.stamp"
    ),
    pytest.mark.timeout(300),
]


@contextmanager
def proxy_before(fake: FakeOpenAI, *, folder: Path) -> Iterator[str]:
    """The proxy as its own command starts it; its base URL."""
    settings = folder / "config.yaml"
    settings.write_text(
        f"model_list:\n  - model_name: wan\n    litellm_params:\n      model: openai/sora-2\n"
        f"      api_base: {fake.base_url}\n      api_key: sk-of-the-server\n"
        f"general_settings:\n  master_key: {KEY}\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it asks the network for prices
        "LITELLM_TELEMETRY": "False",
    }
    command = [VENV / "bin" / "litellm", "--config", settings, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/liveliness", process=process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_for(url: str, *, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
        assert process.poll() is None, "the proxy ended at once"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
    raise AssertionError("the proxy did not start")


async def bring_home(provider: OpenAIVideos, asked: Generation, *, path: Path) -> None:
    submission = await provider.submit(asked, key="key")
    for _ in range(50):
        status = await provider.poll(submission)
        if status.state is RemoteState.READY:
            break
    await provider.fetch(asked, submission, destination=path, report=lambda _done: None)


def test_clips_come_home_through_the_proxy_from_words_and_from_a_frame(tmp_path: Path) -> None:
    png = boundary_png(hue=60, size=SIZE)
    with FakeOpenAI(profile="openai", setup=Setup(key="sk-of-the-server")) as fake:
        with proxy_before(fake, folder=tmp_path) as base_url:
            settings = ProviderSettings(
                kind="openai_videos", profile="litellm", base_url=base_url, model="wan", api_key_env="KEY"
            )
            setup = ProviderSetup(
                name="proxy", settings=settings, library=tmp_path, today=date(2026, 11, 29), environment={"KEY": KEY}
            )
            provider = OpenAIVideos(setup)

            async def both() -> str:
                await bring_home(provider, ASKED, path=tmp_path / "words.mp4")
                await bring_home(provider, replace(ASKED, take=2, boundary_in=png), path=tmp_path / "frame.mp4")
                said = await provider.healthcheck()
                await provider.aclose()
                return said

            assert "takes the key" in asyncio.run(both())
        words, frame = fake.accepted
    assert (words.order.prompt, words.order.size, words.order.seconds) == (ASKED.prompt, "1280x720", "4")
    assert (words.order.first_frame, frame.order.first_frame) == (None, png)
    for name in ("words.mp4", "frame.mp4"):
        assert [read_number(picture) for picture in read_frames(tmp_path / name)] == list(range(120))

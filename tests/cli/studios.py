"""A service on this machine that makes numbered clips for ten cents a second, and the settings that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from pickup.testing.fakes import FakeOpenAI, Setup


@contextmanager
def studio(
    desk: Any, *, seconds: Sequence[int], faults: Iterable[str] = (), more: Iterable[str] = ()
) -> Iterator[FakeOpenAI]:
    """Serves it, as the desk's own settings say; it takes the frame that a clip begins on.

    Args:
        desk: Its settings are written anew.
        seconds: Lengths that it makes.
        faults: What goes wrong; see `pickup.testing.fakes.faults`.
        more: Lines of settings.
    """
    with FakeOpenAI(profile="vllm-omni", faults=faults, setup=Setup(price_per_second=Decimal("0.10"))) as fake:
        lines = [
            'provider = "studio"',
            "[providers.studio]",
            'kind = "openai_videos"',
            'profile = "vllm-omni"',
            f'base_url = "{fake.base_url}"',
            'model = "wan"',
            'price_per_second = "0.10"',
            f"seconds = {list(seconds)}",
            'poll_s = "0.05"',
            *more,
        ]
        Path(desk.environment["PICKUP_CONFIG"]).write_text("\n".join(lines))
        yield fake

"""A small cut with its media, and the command line as a user calls it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forks import FORKS

from pickup.demo.samples import install_sample, sample_named
from pickup.testing.sample_media import make_media

LONGEST_S = 240


@dataclass(frozen=True)
class Answer:
    """What one command said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


def answer_of(code: int, *, out: str, err: str) -> Answer:
    """What one command said, which is never a traceback."""
    assert "Traceback" not in err, err
    return Answer(code=code, out=out, err=err)


@dataclass(frozen=True)
class Desk:
    """A folder with a timeline, its own state and settings, and the program."""

    folder: Path
    timeline: Path
    environment: dict[str, str]

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "pickup", *map(str, arguments)]

    def run(self, *arguments: object, **environment: str) -> Answer:
        done = FORKS.run(
            [*map(str, arguments)],
            folder=self.folder,
            environment=self.environment | environment,
            timeout_s=LONGEST_S,
        )
        return answer_of(done.code, out=done.out, err=done.err)

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    @property
    def library(self) -> Path:
        return self.folder / "pickup"

    def media_files(self) -> dict[str, tuple[int, bytes]]:
        """Time of change and bytes of every file of every take."""
        files = (path for path in sorted(self.library.glob("takes/**/*")) if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


PLAIN_TAKES = {"PICKUP_CONFORM_PROXIES": "false", "PICKUP_PROVENANCE_C2PA": "off"}
"""A take is made hundreds of times here; what lies beside it is made where a test is about that."""


def lay_out(name: str, *, place: Path) -> Desk:
    """A sample with its media in a folder of its own below `place`, with settings and state beside it."""
    folder = place / "edit"
    timeline = install_sample(name, folder=folder)
    make_media(sample_named(name).media, folder=folder / "media")
    settings = place / "user.toml"
    settings.touch()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PICKUP_")},
        "PICKUP_STATE": str(place / "state"),
        "PICKUP_CONFIG": str(settings),
        "PICKUP_FOR": "otio,resolve,premiere,fcp7",
        **PLAIN_TAKES,
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    return Desk(folder=folder, timeline=timeline, environment=environment)


@pytest.fixture
def desk_for(tmp_path: Path) -> Callable[[str], Desk]:
    """Lays out a sample with its media in a folder of its own."""
    return lambda name: lay_out(name, place=tmp_path)


@pytest.fixture(scope="module")
def shared_desk_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Desk]:
    """Like `desk_for`, for tests that only look at what one run left behind."""
    return lambda name: lay_out(name, place=tmp_path_factory.mktemp(name))


def copy_of(desk: Desk, *, place: Path) -> Desk:
    """The same desk in another folder, with its library, its settings and its state: filling costs seconds."""
    shutil.copytree(desk.folder.parent, place, dirs_exist_ok=True)
    moved = {"PICKUP_STATE": str(place / "state"), "PICKUP_CONFIG": str(place / "user.toml")}
    folder = place / desk.folder.name
    return Desk(folder=folder, timeline=folder / desk.timeline.name, environment=desk.environment | moved)


@pytest.fixture(scope="session")
def two_takes_with_handles(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One gap at 24 fps, filled with two takes; its footage is not here, so the takes have handles of 12 frames."""
    desk = lay_out("one_gap_24fps", place=tmp_path_factory.mktemp("two_takes"))
    for path in (desk.folder / "media").iterdir():
        path.unlink()
    assert desk.run("fill", desk.timeline, "--size", "160x90", "--handles", "12", "--takes", "2").code == 0
    return desk


@pytest.fixture
def filled(two_takes_with_handles: Desk, tmp_path: Path) -> Desk:
    """A copy of it for one test."""
    return copy_of(two_takes_with_handles, place=tmp_path / "copy")


@pytest.fixture
def desk(desk_for: Callable[[str], Desk]) -> Desk:
    """One gap at 24 fps."""
    return desk_for("one_gap_24fps")


@pytest.fixture
def paid(tmp_path: Path) -> dict[str, str]:
    """An installed provider that costs money, for the program: its environment."""
    place = tmp_path / "site"
    known = place / "paid-1.0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: paid\nVersion: 1.0\n")
    (known / "entry_points.txt").write_text("[pickup.providers]\nfake = paid:provider\n")
    (place / "paid.py").write_text(
        textwrap.dedent("""
            import os
            from pathlib import Path

            from pickup.testing.clips import write_numbered_clip
            from pickup.testing.fake_provider import Behavior, FakeProvider

            def provider(_setup):
                def clip(request, path):
                    write_numbered_clip(path, frames=request.frames, rate=request.rate, size=request.size)
                return FakeProvider(Path(os.environ["PAID_FOLDER"]), behavior=Behavior(clip=clip))
        """)
    )
    return {"PYTHONPATH": str(place), "PAID_FOLDER": str(tmp_path / "charged")}

"""The buttons are no installed package: Resolve finds them beside its scripts, and tests find them here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ADAPTER = HERE.parents[2] / "adapters" / "resolve"

for folder in (HERE, ADAPTER):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from made_cut import Room, make_room  # noqa: E402  the path is set only now


@pytest.fixture
def adapter() -> Path:
    return ADAPTER


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path)

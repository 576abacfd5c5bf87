"""Files that look right and are wrong: none of them is linked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pickup.testing.decoys import CASES, Case, by_base_name, by_pickup, score

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICKUP_STATE", str(tmp_path / "state"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_decoy_is_linked_and_no_plain_relinker_finds_more(case: Case, tmp_path: Path) -> None:
    ours = score(case, folder=tmp_path / "ours", relink=by_pickup)
    plain = score(case, folder=tmp_path / "plain", relink=by_base_name)
    assert ours.wrong == 0
    assert ours.right >= plain.right
    blind_or_wrong = plain.wrong > 0 or plain.missing > 0
    assert ours.right > plain.right or not blind_or_wrong or not ours.missing


def test_the_decoys_are_decoys(tmp_path: Path) -> None:
    """A relinker that goes by names is deceived by them."""
    scores = [score(case, folder=tmp_path / str(n), relink=by_base_name) for n, case in enumerate(CASES)]
    assert sum(each.wrong > 0 for each in scores) >= 3
    assert sum(each.right > 0 for each in scores) >= 1


def test_the_page_says_what_is_found() -> None:
    done = subprocess.run([sys.executable, DOCS / "make_relink.py", "--check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()

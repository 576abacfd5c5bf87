"""Sound files: what they say of themselves, and what becomes of that in a fill."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.errors import MediaError
from pickup.fill.facts import media_facts
from pickup.media.sound import probe_sound, probe_sounds


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    """Two seconds of one channel, recorded at one o'clock."""
    path = tmp_path / "boom.wav"
    at_one = ["-metadata", "time_reference=172800000", "-write_bext", "1"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=r=48000:d=2", "-ac", "1", *at_one, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def test_a_broadcast_wave_begins_at_its_time_reference(wave: Path) -> None:
    found = probe_sound(wave)
    assert (found.start_seconds, found.seconds, found.channels, found.sample_rate) == (3600, 2, 1, 48000)


def test_a_file_that_is_no_sound_is_left_out(wave: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF and nothing more")
    found = probe_sounds([tmp_path / "broken.wav", wave, tmp_path / "absent.wav", tmp_path / "text.txt"])
    assert [each.path for each in found] == [str(wave)]
    with pytest.raises(MediaError):
        probe_sound(tmp_path / "broken.wav")


def test_sound_has_facts_like_picture(wave: Path) -> None:
    facts = media_facts([str(wave)])[str(wave)]
    assert (facts.start, facts.duration, facts.rate, facts.channels) == (Fraction(3600), Fraction(2), None, 1)

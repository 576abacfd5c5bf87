"""The sidecar of an export: what a stranger may have written there stops nothing, and what it says well is used."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.config import load_config
from pickup.fill.prepare import prepare
from pickup.fill.prepared import FillOptions
from pickup.fill.sent import Sent, read_sent, read_sidecar_bytes
from pickup.testing.otio_items import clip, gap, timeline_of, track
from pickup.timing import FrameRate

FULL = {
    "schema": "Sent.1",
    "from": "DaVinci Resolve 20.3",
    "size": [640, 360],
    "rate": "29.97 DF",
    "markers": [{"start": 50, "duration": 4, "custom": "PICKUP: a gull over the pier"}],
}


def write(folder: Path, sidecar: Mapping[str, Any] | bytes) -> Path:
    timeline = folder / "reel1.otio"
    timeline_of(track(clip(), gap(24), clip())).to_json_file(str(timeline))
    content = sidecar if isinstance(sidecar, bytes) else json.dumps(sidecar).encode()
    (folder / "reel1.otio.sent.json").write_bytes(content)
    return timeline


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the whole file"),
        (b"{", "the whole file"),
        (b"[1]", "the whole file"),
        (b'{"schema": "Sent.2"}', "schema"),
        (json.dumps(FULL | {"size": [0, 5]}).encode(), "size.0"),
        (json.dumps(FULL | {"markers": [{"start": 2**60}]}).encode(), "markers.0.start"),
        (b" " * (17 << 20), "larger than 16 MB"),
    ],
)
def test_what_does_not_read_is_said_and_not_used(tmp_path: Path, content: bytes, why: str) -> None:
    sent, (finding,) = read_sent(write(tmp_path, content))
    assert sent is None
    assert finding.code == "SENT_UNUSABLE"
    assert why in finding.message


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_bytes_stop_anything(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    timeline = tmp_path_factory.getbasetemp() / "any.otio"
    timeline.with_name("any.otio.sent.json").write_bytes(content)
    sent, findings = read_sent(timeline)
    assert sent is None
    assert len(findings) == 1


@pytest.mark.parametrize(
    ("rate", "drop_frame", "drops"),
    [
        ("29.97 DF", None, True),
        ("29.97", None, None),
        ("29.97 df", False, True),
        ("25", True, True),
        (None, False, False),
    ],
)
def test_drop_frame_is_what_the_rate_says_else_what_is_said(rate: str, drop_frame: object, drops: object) -> None:
    assert Sent.model_validate(FULL | {"rate": rate, "drop_frame": drop_frame}).drops is drops


def test_what_contradicts_the_timeline_is_told(tmp_path: Path) -> None:
    sent, _ = read_sent(write(tmp_path, FULL))
    assert sent is not None
    rate = FrameRate.parse("29.97")
    assert sent.contradicts(rate, size=(640, 360), timeline=tmp_path / "reel1.otio") == ()
    assert sent.contradicts(rate, size=None, timeline=tmp_path / "reel1.otio") == ()
    found = sent.contradicts(FrameRate.parse("24"), size=(1920, 1080), timeline=tmp_path / "reel1.otio")
    assert [(each.code, each.where) for each in found] == [("SENT_OTHERWISE", "reel1.otio.sent.json")] * 2


def test_its_size_and_custom_data_are_used_where_the_timeline_says_nothing(tmp_path: Path) -> None:
    timeline = write(tmp_path, FULL | {"rate": "24"})
    (tmp_path / "user.toml").touch()
    config = load_config(timeline=timeline, flags={}, environment={}, config_file=tmp_path / "user.toml")
    prepared = prepare(timeline, config=config, options=FillOptions())
    [pickup] = prepared.plan.pickups
    assert "a gull over the pier" in pickup.spec.prompt
    assert pickup.spec.delivery.size == (640, 360)
    assert not [each for each in prepared.findings if each.code.startswith("SENT_")]


def test_a_link_in_place_of_a_sidecar_is_neither_read_nor_copied(tmp_path: Path) -> None:
    secret = tmp_path / "keys.env"
    secret.write_text(json.dumps(FULL))
    timeline = write(tmp_path, FULL)
    (tmp_path / "reel1.otio.sent.json").unlink()
    (tmp_path / "reel1.otio.sent.json").symlink_to(secret)
    sent, (finding,) = read_sent(timeline)
    assert sent is None
    assert finding.code == "SENT_UNUSABLE"
    with pytest.raises(OSError, match="symbolic links"):
        read_sidecar_bytes(timeline)


def test_a_pipe_in_place_of_a_sidecar_is_waited_for_by_nobody(tmp_path: Path) -> None:
    timeline = write(tmp_path, FULL)
    (tmp_path / "reel1.otio.sent.json").unlink()
    os.mkfifo(tmp_path / "reel1.otio.sent.json")
    assert [each.message for each in read_sent(timeline)[1]] == [
        "what was sent beside the export is not used: it is no regular file"
    ]

"""Signing takes: real files, real signatures, and everything in them that must stay as it was."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import c2pa
import pytest
from cryptography.hazmat.primitives import serialization

from pickup._av import open_video
from pickup.config import ProvenanceSettings
from pickup.errors import ConfigError, MediaError
from pickup.media.provenance import Signer, SourceType, can_sign, find_signer, read_manifest, sign, signing_note
from pickup.media.provenance.reading import Ingredient
from pickup.ports import Origin, OriginReference
from pickup.testing.clips import write_numbered_clip
from pickup.timing import FrameRate

FRAMES = 24
GENERATED = Origin(
    shot="SH0010",
    take=1,
    provider="fal",
    model="wan/v2.6",
    version="2.6",
    prompt='a "red" boat & <nets>, Ümlaut',
    negative="people",
    seed=7,
    previs=False,
    created=datetime(2026, 11, 22, 10, tzinfo=UTC),
    references=(OriginReference(name="boundary_in.png", sha256="ab" * 32),),
    policies=("rerate", "scale"),
)
PREVIS = replace(GENERATED, provider="slate", model="slate", version="", previs=True, references=())
BY_HAND = replace(GENERATED, provider="manual", model="manual", version="", by_hand=True)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    found = find_signer(ProvenanceSettings(), state_folder=tmp_path / "state", environment={})
    assert found is not None
    return found


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, *, codec: str = "prores_lt", rate: str = "23.976") -> Path:
        path = tmp_path / name
        write_numbered_clip(path, frames=FRAMES, rate=FrameRate.parse(rate), timecode="01:00:00:00", codec=codec)
        return path

    return make


def facts(path: Path) -> tuple[object, ...]:
    """Everything of a file that signing must leave alone, decoded pictures included."""
    with open_video(path) as video:
        tags = {
            (f.frame.color_primaries, f.frame.color_trc, f.frame.colorspace, f.frame.color_range)
            for f in video.pictures()
        }
    with open_video(path) as video:
        pictures = [bytes(each.frame.planes[0]) for each in video.pictures()]
        stream = video.stream
        return (
            len(pictures), pictures, tags, stream.average_rate, stream.base_rate, stream.codec_context.name,
            stream.codec_context.profile, video.container.metadata.get("timecode") or stream.metadata.get("timecode"),
            [each.type for each in video.container.streams],
        )  # fmt: skip


def probed(path: Path) -> str:
    """What ffprobe says of the streams."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(("name", "codec"), [("take.mov", "prores_hq"), ("take.mov", "h264"), ("take.mp4", "h264")])
def test_signing_leaves_pictures_timecode_rate_and_color_tags_as_they_were(
    clip: Callable[..., Path], signer: Signer, name: str, codec: str
) -> None:
    path = clip(name, codec=codec)
    before, size = facts(path), path.stat().st_size
    sign(path, origin=GENERATED, signer=signer)
    assert facts(path) == before
    assert before[0] == FRAMES
    assert before[3] == Fraction(24000, 1001)
    assert before[7] == "01:00:00:00"
    assert 0 < path.stat().st_size - size < 16_000


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")
def test_ffprobe_sees_the_same_streams_before_and_after(clip: Callable[..., Path], signer: Signer) -> None:
    path = clip("take.mov", codec="prores_hq")
    before = probed(path)
    sign(path, origin=GENERATED, signer=signer)
    assert probed(path) == before
    assert "TAG:timecode=01:00:00:00" in before
    assert f"nb_read_frames={FRAMES}" in before
    assert "color_primaries=bt709" in before


def test_a_generated_take_says_that_a_trained_model_made_it_and_from_what(
    clip: Callable[..., Path], signer: Signer
) -> None:
    path = clip("take.mov")
    sign(path, origin=GENERATED, signer=signer, title="HARBOR_SH0010_t01.mov")
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert found.title == "HARBOR_SH0010_t01.mov"
    assert found.generator == "Pickup"
    assert found.actions == ("c2pa.created", "c2pa.edited", "c2pa.transcoded")
    assert found.source_types == (SourceType.TRAINED, SourceType.ALTERED)
    assert found.ingredients == (
        Ingredient(title="prompt", relationship="inputTo", has_manifest=False),
        Ingredient(title="negative prompt", relationship="inputTo", has_manifest=False),
        Ingredient(title="boundary_in.png", relationship="inputTo", has_manifest=False),
    )
    assert GENERATED.prompt.encode() in path.read_bytes()
    assert ("ab" * 32).encode() in path.read_bytes()


@pytest.mark.parametrize(("references", "term"), [((), SourceType.DRAWN), (GENERATED.references, SourceType.COMPOSITE)])
def test_a_previs_does_not_say_that_a_trained_model_made_it(
    clip: Callable[..., Path], signer: Signer, references: tuple[OriginReference, ...], term: SourceType
) -> None:
    path = clip("take.mov")
    sign(path, origin=replace(PREVIS, references=references, policies=()), signer=signer)
    found = read_manifest(path)
    assert found is not None
    assert found.actions == ("c2pa.created", "c2pa.transcoded")
    assert found.source_types == (term,)


def test_a_clip_that_a_person_brought_is_opened_and_nothing_is_claimed_of_it(
    clip: Callable[..., Path], signer: Signer
) -> None:
    path = clip("take.mov")
    sign(path, origin=replace(BY_HAND, policies=()), signer=signer, originals=[clip("result.mp4", codec="h264")])
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert found.actions == ("c2pa.opened", "c2pa.transcoded")
    assert found.source_types == ()
    assert Ingredient(title="result.mp4", relationship="parentOf", has_manifest=False) in found.ingredients


def test_the_manifest_of_the_provider_goes_along_and_stays_readable(clip: Callable[..., Path], signer: Signer) -> None:
    original, path = clip("original.mp4", codec="h264"), clip("take.mov")
    sign(original, origin=replace(GENERATED, provider="vendor"), signer=signer)
    sign(path, origin=GENERATED, signer=signer, originals=[original])
    found = read_manifest(path, anchors=signer.root)
    assert found is not None
    assert found.is_trusted
    assert found.actions == ("c2pa.opened", "c2pa.edited", "c2pa.transcoded")
    assert Ingredient(title="original.mp4", relationship="parentOf", has_manifest=True) in found.ingredients
    assert SourceType.TRAINED in found.source_types


def test_a_providers_manifest_that_names_no_model_does_not_hide_that_one_made_the_take(
    clip: Callable[..., Path], signer: Signer
) -> None:
    original, path = clip("original.mp4", codec="h264"), clip("take.mov")
    sign(original, origin=PREVIS, signer=signer)
    sign(path, origin=GENERATED, signer=signer, originals=[original])
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert found.actions[:2] == ("c2pa.created", "c2pa.placed")
    assert SourceType.TRAINED in found.source_types


def test_every_clip_of_a_long_take_goes_along(clip: Callable[..., Path], signer: Signer) -> None:
    originals = [clip("original.mp4", codec="h264"), clip("original_2.mp4", codec="h264")]
    for original in originals:
        sign(original, origin=GENERATED, signer=signer)
    path = clip("take.mov")
    sign(path, origin=GENERATED, signer=signer, originals=originals)
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert found.actions[:3] == ("c2pa.created", "c2pa.placed", "c2pa.placed")
    assert [each.title for each in found.ingredients if each.relationship == "componentOf"] == [
        "original.mp4", "original_2.mp4",
    ]  # fmt: skip


def test_a_providers_manifest_that_does_not_hold_is_left_out(clip: Callable[..., Path], signer: Signer) -> None:
    original, path = clip("original.mp4", codec="h264"), clip("take.mov")
    sign(original, origin=GENERATED, signer=signer)
    flip_a_byte(original)
    sign(path, origin=GENERATED, signer=signer, originals=[original])
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert found.actions[0] == "c2pa.created"
    assert all(each.title != "original.mp4" for each in found.ingredients)


def flip_a_byte(path: Path) -> None:
    """One bit in the middle of the pictures."""
    content = bytearray(path.read_bytes())
    content[content.index(b"mdat") + 400] ^= 1
    path.write_bytes(content)


def test_one_flipped_bit_is_detected(clip: Callable[..., Path], signer: Signer) -> None:
    path = clip("take.mov")
    sign(path, origin=GENERATED, signer=signer)
    flip_a_byte(path)
    found = read_manifest(path, anchors=signer.root)
    assert found is not None
    assert not found.is_intact
    assert not found.is_trusted
    assert found.problems == ("assertion.bmffHash.mismatch",)


def test_a_workstations_signature_is_trusted_by_whoever_has_its_root_and_by_nobody_else(
    clip: Callable[..., Path], signer: Signer, tmp_path: Path
) -> None:
    path = clip("take.mov")
    sign(path, origin=GENERATED, signer=signer)
    other = find_signer(ProvenanceSettings(), state_folder=tmp_path / "elsewhere", environment={})
    assert other is not None
    trusted = {root: read_manifest(path, anchors=root) for root in (signer.root, other.root, "")}
    assert [found is not None and found.is_trusted for found in trusted.values()] == [True, False, False]
    assert all(found is not None and found.is_intact for found in trusted.values())


def test_a_file_without_a_manifest_has_none(clip: Callable[..., Path]) -> None:
    assert read_manifest(clip("take.mov")) is None


def test_mxf_is_refused_with_what_to_do(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "take.mxf"
    path.write_bytes(b"mxf")
    assert not can_sign(path)
    with pytest.raises(MediaError, match="cannot carry a C2PA manifest") as caught:
        sign(path, origin=GENERATED, signer=signer)
    assert "XMP" in caught.value.next_step
    assert path.read_bytes() == b"mxf"
    assert list(tmp_path.glob("*.part*")) == []


def test_a_file_that_cannot_be_signed_stays_as_it_is(tmp_path: Path, signer: Signer) -> None:
    path = tmp_path / "take.mov"
    path.write_bytes(b"no video")
    with pytest.raises(MediaError, match=r"C2PA of take\.mov"):
        sign(path, origin=GENERATED, signer=signer)
    assert path.read_bytes() == b"no video"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["take.mov"]


def test_a_workstation_makes_one_certificate_for_life_and_keeps_its_key_to_itself(tmp_path: Path) -> None:
    first, second = (find_signer(ProvenanceSettings(), state_folder=tmp_path, environment={}) for _ in range(2))
    assert first == second
    assert first is not None
    assert first.is_workstation
    key_file = tmp_path / "signing" / "workstation.pem"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert (tmp_path / "signing" / "workstation-root.pem").read_text() == first.root
    assert "PRIVATE" not in repr(first)


def test_takes_are_not_signed_when_it_is_off(tmp_path: Path) -> None:
    settings = ProvenanceSettings(c2pa="off")
    assert find_signer(settings, state_folder=tmp_path, environment={}) is None
    assert "not signed" in signing_note(settings, environment={})
    assert list(tmp_path.iterdir()) == []


def own_files(folder: Path, *, passphrase: bytes = b"") -> ProvenanceSettings:
    """A certificate and a key of the user's own, made from a workstation's."""
    made = find_signer(ProvenanceSettings(), state_folder=folder / "made", environment={})
    assert made is not None
    key = serialization.load_pem_private_key(made.key, password=None)
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    certificate, private_key = folder / "own.pem", folder / "own.key"
    certificate.write_bytes(made.chain)
    private_key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how))
    return ProvenanceSettings(certificate=certificate, private_key=private_key)


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_a_certificate_of_ones_own_signs(clip: Callable[..., Path], tmp_path: Path, passphrase: str) -> None:
    settings = own_files(tmp_path, passphrase=passphrase.encode())
    environment = {"PICKUP_KEY_PASSPHRASE": passphrase}
    own = find_signer(settings, state_folder=tmp_path / "state", environment=environment)
    assert own is not None
    assert not own.is_workstation
    assert "own.pem" in signing_note(settings, environment=environment)
    assert not (tmp_path / "state").exists()
    path = clip("take.mov")
    sign(path, origin=GENERATED, signer=own)
    found = read_manifest(path, anchors=own.root)
    assert found is not None
    assert found.is_trusted


def test_what_is_wrong_with_ones_own_files_is_said(tmp_path: Path) -> None:
    protected = own_files(tmp_path, passphrase=b"open sesame")
    (tmp_path / "b").mkdir()
    foreign = own_files(tmp_path / "b")
    wrong: list[tuple[ProvenanceSettings, str]] = [
        (protected, "is protected by a passphrase"),
        (foreign.model_copy(update={"private_key": None}), "`provenance.private_key` is missing"),
        (foreign.model_copy(update={"certificate": tmp_path / "none.pem"}), "cannot be read"),
        (foreign.model_copy(update={"certificate": foreign.private_key}), "holds no certificate"),
        (foreign.model_copy(update={"private_key": foreign.certificate}), "holds no key"),
    ]
    (tmp_path / "c").mkdir()
    other = own_files(tmp_path / "c")
    wrong.append((foreign.model_copy(update={"certificate": other.certificate}), "belongs to another certificate"))
    for settings, message in wrong:
        with pytest.raises(ConfigError, match=message) as caught:
            find_signer(settings, state_folder=tmp_path, environment={})
        assert caught.value.next_step


_WITHOUT_THE_EXTRA = """
import sys
sys.modules["c2pa"] = None  # as if it were not installed
from pathlib import Path
from pickup.config import ProvenanceSettings
from pickup.errors import ConfigError
from pickup.media.provenance import find_signer, read_manifest, signing_note
print(find_signer(ProvenanceSettings(), state_folder=Path("state"), environment={}))
print(signing_note(ProvenanceSettings(), environment={}))
for ask in (
    lambda: find_signer(ProvenanceSettings(c2pa="on"), state_folder=Path("state"), environment={}),
    lambda: read_manifest(Path("take.mov")),
):
    try:
        ask()
    except ConfigError as error:
        print(error.next_step)
print(Path("state").exists())
"""


def test_without_the_extra_takes_are_not_signed_and_what_asks_for_it_says_how_to_install_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WITHOUT_THE_EXTRA]
    lines = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[0] == "None"
    assert all('pip install "otio-pickup[c2pa]"' in line for line in lines[1:4])
    assert lines[4] == "False"


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server, and what it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", paths
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("origin", [GENERATED, BY_HAND])
def test_a_clip_that_names_a_manifest_elsewhere_makes_nobody_ask_for_it(
    clip: Callable[..., Path], signer: Signer, asked: tuple[str, list[str]], origin: Origin
) -> None:
    url, paths = asked
    plain, original, path = clip("plain.mp4", codec="h264"), clip("original.mp4", codec="h264"), clip("take.mov")
    action = {"action": "c2pa.created", "digitalSourceType": SourceType.TRAINED}
    builder = c2pa.Builder({"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]})
    builder.set_no_embed()
    builder.set_remote_url(url)
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=signer.chain, private_key=signer.key, ta_url=None)
    builder.sign_file(str(plain), str(original), c2pa.Signer.from_info(info))
    assert url.encode() in original.read_bytes()
    sign(path, origin=origin, signer=signer, originals=[original])
    found = read_manifest(path)
    assert found is not None
    assert found.is_intact
    assert paths == []

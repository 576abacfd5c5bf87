"""Drafts: what is kept of a take that is not conformed yet, and that conforming it later gives the same take."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pickup._av import open_video, read_frames, write_frames
from pickup.config.settings import ProvenanceSettings
from pickup.errors import LibraryError
from pickup.library import Library
from pickup.library.drafts import read_draft
from pickup.library.sidecars import TakeFile
from pickup.library.store import TakeStore
from pickup.media.conform import Conformer
from pickup.media.provenance import Signer, find_signer, is_installed
from pickup.offers.rates import RatePolicy
from pickup.ports import Beside, Conformed, Delivery, Generation, Origin, OriginReference, Sounding
from pickup.ramps import Ramp
from pickup.takes import Verdict
from pickup.testing.clips import read_number, write_numbered_clip
from pickup.timing import FrameRate

SHOT = "SH0010"
REEL = "HARBOR7K2Q_SH0010_t02"
R24 = FrameRate.parse("24")
SIZE = (320, 180)
ORIGIN = Origin(
    shot=SHOT,
    take=2,
    provider="studio",
    model="wan",
    prompt="a boat",
    seed=7,
    previs=False,
    created=datetime(2026, 11, 30, tzinfo=UTC),
    version="2.2",
    negative="text",
    by_hand=True,
    references=(OriginReference(name="frame before", sha256="ab", release="mara.pdf"),),
    policies=("scale",),
)
Rgb = NDArray[np.uint8]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    opened = Library.at(tmp_path / "pickup", new_id=lambda: "7K2QN5XWPL3ABCDE")
    opened.claim_cut(tmp_path / "harbor.otio")
    return opened


def store_of(library: Library) -> TakeStore:
    return library.store(orders={}, now=lambda: datetime(2030, 1, 2, tzinfo=UTC))


def delivery_of(**more: Any) -> Delivery:
    return Delivery(**{"frames": 24, "rate": R24, "size": SIZE, "codec": "prores_lt", "reel": REEL, **more})


def conform(
    originals: Sequence[Path], destination: Path, delivery: Delivery, *, signer: Signer | None = None
) -> Conformed:
    conformer = Conformer(signer=signer, now=lambda: datetime(2026, 11, 30, tzinfo=UTC))
    return asyncio.run(conformer(originals, destination, delivery=delivery, report=lambda _done: None))


def request_of(delivery: Delivery) -> Generation:
    return Generation(
        shot=SHOT,
        take=2,
        prompt="a boat",
        negative="",
        seed=7,
        model="wan",
        frames=delivery.frames,
        rate=delivery.rate,
        size=delivery.size,
        look="",
        head=delivery.head,
        tail=delivery.tail,
        boundary_in=b"what was sent",
    )


def keep(library: Library, delivery: Delivery, conformed: Conformed) -> TakeFile:
    store = store_of(library)
    store.keep_take(
        request_of(delivery), delivery=delivery, conformed=conformed, provider="studio", cost=Decimal("0.30")
    )
    file = library.take_file(SHOT, take=2)
    assert file is not None
    return file


def make_draft(library: Library, clip: Path, delivery: Delivery) -> tuple[TakeFile, Conformed]:
    """A draft in the library, made from a copy of a clip."""
    store, delivery = store_of(library), replace(delivery, draft=True)
    original = store.original(SHOT, take=2)
    shutil.copy(clip, original)
    found = conform([original], store.proxy(SHOT, take=2), delivery)
    return keep(library, delivery, found), found


def conform_draft(library: Library, file: TakeFile) -> tuple[Path, Conformed]:
    draft = read_draft(library.layout, file)
    assert draft is not None
    store = store_of(library)
    destination = store.conformed(SHOT, take=2)
    found = conform(draft.originals, destination, draft.delivery)
    store.keep_conformed(file, conformed=found)
    return destination, found


def numbers(path: Path) -> list[int]:
    return [read_number(frame) for frame in read_frames(path)]


def png(picture: Rgb) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, format="PNG")
    return content.getvalue()


# What is kept.


def test_everything_that_was_ordered_is_read_back_from_a_draft(library: Library) -> None:
    delivery = delivery_of(
        codec="dnxhr_hq",
        start_frame=86400,
        drop_frame=True,
        fit="crop",
        spread=23,
        to_the_end=True,
        rate_policy=RatePolicy.FLOW,
        placeholder_speed=Fraction(3, 2),
        placeholder_ramp=Ramp(points=((Fraction(0), Fraction(5)), (Fraction(1), Fraction(20, 3)))),
        head=3,
        tail=2,
        beside=Beside(before=b"before", after=b"after", made_from=(True, False)),
        color_strength=0.8,
        sound=Sounding(channels=6, loudness=-23.0),
        previs=True,
        proxy=True,
        origin=ORIGIN,
    )
    plain = delivery_of()
    given = {each.name for each in fields(Delivery)} - {"frames", "rate", "size", "reel", "draft"}
    assert not [name for name in given if getattr(delivery, name) == getattr(plain, name)], "left at its default"
    store = store_of(library)
    store.original(SHOT, take=2).write_bytes(b"clip")
    store.proxy(SHOT, take=2).write_bytes(b"film")
    draft = read_draft(library.layout, keep(library, replace(delivery, draft=True), film(b"film")))
    assert draft is not None
    assert draft.delivery == delivery
    assert draft.originals == (store.original(SHOT, take=2),)


def test_a_frame_that_was_only_sent_is_not_taken_for_the_neighbour(library: Library) -> None:
    store = store_of(library)
    store.original(SHOT, take=2).write_bytes(b"clip")
    store.proxy(SHOT, take=2).write_bytes(b"film")
    file = keep(library, delivery_of(draft=True), film(b"film"))
    draft = read_draft(library.layout, file)
    assert store.original(SHOT, take=2).with_name("boundary_in.png").read_bytes() == b"what was sent"
    assert draft is not None
    assert draft.delivery.beside == Beside()


def film(content: bytes) -> Conformed:
    """What a conform says of a small film of these bytes."""
    return Conformed(
        frames=24,
        rate=R24,
        size=SIZE,
        codec="prores_lt",
        timecode="00:00:00:00",
        bytes_written=len(content),
        sha256=sha256(content).hexdigest(),
    )


def test_a_draft_is_a_take_with_a_number_and_no_conformed_file(library: Library, clip: Path) -> None:
    file, _found = make_draft(library, clip, delivery_of())
    assert store_of(library).has_take(SHOT, take=2)
    assert library.next_take(SHOT) == 3
    assert (file.as_take().draft, file.path) == (True, "takes/SH0010/t02/proxy.mp4")
    names = {each.name for each in library.layout.take_folder(SHOT, take=2).iterdir()}
    assert names == {"original.mp4", "proxy.mp4", "take.json", "boundary_in.png"}


def test_a_draft_is_whole_with_its_film_and_its_original_and_not_without(library: Library, clip: Path) -> None:
    make_draft(library, clip, delivery_of())
    folder = library.layout.take_folder(SHOT, take=2)
    assert library.check_take(SHOT, take=2, thoroughly=True) is None
    away = folder.with_name("original.mp4")
    (folder / "original.mp4").rename(away)
    missing = library.check_take(SHOT, take=2)
    assert missing is not None
    assert (missing.code, "original.mp4" in missing.message) == ("TAKE_MISSING", True)
    away.rename(folder / "original.mp4")
    (folder / "proxy.mp4").write_bytes(b"another film")
    changed = library.check_take(SHOT, take=2)
    assert changed is not None
    assert changed.code == "TAKE_CHANGED"


def test_a_draft_without_its_original_says_so_and_what_to_do(library: Library, clip: Path) -> None:
    file, _found = make_draft(library, clip, delivery_of())
    (library.layout.take_folder(SHOT, take=2) / "original.mp4").unlink()
    with pytest.raises(LibraryError, match=r"take 2 is a draft .* its original\.mp4 is gone") as raised:
        read_draft(library.layout, file)
    assert "circle another take" in raised.value.next_step


# The same take.


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """60 numbered frames at 30 fps, twice as large as the take."""
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=60, rate=FrameRate.parse("30"), size=(640, 360))
    return path


ORDERS = {
    "nearest": {},
    "timecode, handles": {"start_frame": 86400, "head": 4, "tail": 2},
    "rerate": {"rate_policy": RatePolicy.RERATE},
    "spread": {"spread": 26, "rate_policy": RatePolicy.RERATE},
    "crop": {"fit": "crop", "size": (640, 360)},
    "pad": {"fit": "fit", "size": (320, 240)},
    "a long take": {"frames": 48, "codec": "h264"},
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_draft_that_is_conformed_later_is_the_take_that_it_would_have_been(
    library: Library, clip: Path, tmp_path: Path, order: str
) -> None:
    delivery = delivery_of(origin=ORIGIN, **ORDERS[order])
    direct = tmp_path / "direct" / f"{REEL}.mov"
    wanted = conform([clip], direct, delivery)
    file, draft = make_draft(library, clip, delivery)
    path, found = conform_draft(library, file)
    assert path.name == direct.name
    assert list(map(bytes, read_frames(path))) == list(map(bytes, read_frames(direct)))
    assert found == wanted
    assert (draft.policies, draft.timecode, draft.frames, draft.size) == (
        wanted.policies,
        wanted.timecode,
        wanted.frames,
        wanted.size,
    )


def test_a_conformed_draft_is_a_take_like_any_other(library: Library, clip: Path) -> None:
    file, _found = make_draft(library, clip, delivery_of(origin=ORIGIN))
    path, found = conform_draft(library, file)
    kept = library.take_file(SHOT, take=2)
    assert kept is not None
    assert (kept.draft, library.media_of(kept.as_take()), kept.sha256.conformed) == (None, path, found.sha256)
    assert '"draft"' not in library.layout.take_file(SHOT, take=2).read_text()
    assert (kept.cost, kept.prompt, kept.original) == (file.cost, file.prompt, file.original)
    assert set(kept.beside) == {f"{REEL}.xmp", "proxy.mp4"}
    assert library.check_take(SHOT, take=2, thoroughly=True) is None


@pytest.mark.parametrize("order", ["nearest", "rerate", "spread", "a long take"])
def test_the_film_of_a_draft_shows_the_frames_that_the_take_will_have(library: Library, clip: Path, order: str) -> None:
    file, _found = make_draft(library, clip, delivery_of(**ORDERS[order]))
    seen = numbers(library.layout.absolute(file.path))
    assert seen == numbers(conform_draft(library, file)[0])


def test_the_film_is_as_large_as_every_proxy_and_shows_the_whole_picture(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered_clip(path, frames=24, rate=R24, size=(1280, 720))
    file, _found = make_draft(library, path, delivery_of(size=(1920, 1080)))
    with open_video(library.layout.absolute(file.path)) as video:
        assert (video.stream.width, video.stream.height) == (960, 540)
    assert numbers(library.layout.absolute(file.path)) == list(range(24))


def test_the_film_has_the_color_that_the_take_will_have(library: Library, tmp_path: Path) -> None:
    cold = scene(0).astype(float) * (0.8, 1.0, 1.15)
    path = tmp_path / "clip.mp4"
    frames = [np.clip(scene(number).astype(float) * (0.8, 1.0, 1.15), 0, 255).astype(np.uint8) for number in range(24)]
    write_frames(path, frames, rate=R24, size=SIZE, codec="h264")
    beside = Beside(before=png(scene(-1)), made_from=(True, False))
    file, draft = make_draft(library, path, delivery_of(beside=beside, color_strength=1.0))
    seen = next(iter(read_frames(library.layout.absolute(file.path)))).astype(int)
    taken, found = conform_draft(library, file)
    assert draft.grade == found.grade
    assert draft.grade is not None
    assert draft.grade.strength > 0.5, draft.grade.reason
    of_take = next(iter(read_frames(taken))).astype(int)
    assert np.abs(seen - of_take).mean() < np.abs(seen - cold).mean() / 3


@pytest.mark.skipif(not is_installed(), reason="the extra c2pa is not installed")
def test_a_draft_is_signed_by_nobody_until_it_is_conformed(library: Library, clip: Path, tmp_path: Path) -> None:
    signer = find_signer(ProvenanceSettings(), state_folder=tmp_path / "state", environment={})
    assert signer is not None
    store, delivery = store_of(library), delivery_of(origin=ORIGIN)
    draft = conform([clip], store.proxy(SHOT, take=2), replace(delivery, draft=True), signer=signer)
    assert (draft.signed, draft.beside) == (False, ())
    assert conform([clip], store.conformed(SHOT, take=2), delivery, signer=signer).signed


# Quality control.


def scene(number: int) -> Rgb:
    """A picture with shapes of many colors and a little grain, which moves to the left."""
    random = np.random.default_rng(4)
    wide = random.integers(30, 220, (12, 40, 3)).astype(np.uint8)
    large = np.asarray(Image.fromarray(wide).resize((800, 240), Image.Resampling.BICUBIC))
    grain = np.random.default_rng(1000 + number).normal(0, 2, (180, 320, 1))
    return np.clip(large[30:210, 100 + 2 * number : 420 + 2 * number] + grain, 0, 255).astype(np.uint8)


def planted(fault: str) -> Iterator[Rgb]:
    black, flash = np.zeros_like(scene(0)), np.full_like(scene(0), 250)
    for number in range(48):
        if fault == "black":
            yield black
        elif fault == "a flash" and number == 30:
            yield flash
        elif fault == "still":
            yield scene(0)
        else:
            yield scene(number)


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("none", Verdict.PASS),
        ("black", Verdict.FAIL),
        ("a flash", None),
        ("still", None),
    ],
)
def test_quality_control_says_of_a_draft_what_it_says_of_the_take(
    library: Library, tmp_path: Path, fault: str, verdict: Verdict | None
) -> None:
    path = tmp_path / "clip.mp4"
    write_frames(path, planted(fault), rate=R24, size=SIZE, codec="h264")
    file, draft = make_draft(library, path, delivery_of(frames=48))
    _path, found = conform_draft(library, file)
    said, wanted = ([(each.code, each.where) for each in one.inspection.findings] for one in (draft, found))
    assert said == wanted
    assert draft.inspection.verdict is found.inspection.verdict
    assert verdict in (None, found.inspection.verdict)
    assert bool(said) == (fault != "none")

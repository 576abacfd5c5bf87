"""A job that a person does: a folder that says what to make, and the clip that is put there."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from pickup.config.provider_setup import ProviderSetup
from pickup.config.settings import ProviderSettings
from pickup.errors import FailureKind, LibraryError, ProviderRefused, ProviderUnavailable
from pickup.offers import Conditioning, Wish
from pickup.ports import Billing, Generation, LostSubmit, Provider, Reconciled, RemoteState, RemoteStatus, Submission
from pickup.providers.manual import MODEL, ManualProvider
from pickup.testing.clips import read_number, write_numbered_clip
from pickup.testing.provider_contract import SIZE, ProviderContract, boundary_png, watch
from pickup.timing import FrameRate

RATE = FrameRate.parse("24")
WISH = Wish(cover_frames=24, handles=6, rate=RATE, size=SIZE, prompt="a harbor at dawn", briefed=True)
REQUEST = Generation(
    shot="SH0010",
    take=1,
    prompt="a harbor at dawn",
    negative="people",
    seed=11,
    model=MODEL,
    frames=24,
    rate=RATE,
    size=SIZE,
    look="",
)
FOLDER = "SH0010_t01"


async def at_once(_seconds: float) -> None:
    return None


def manual(library: Path, *, model: str | None = None) -> ManualProvider:
    library.mkdir(exist_ok=True)
    settings = ProviderSettings(kind="manual", model=model)
    setup = ProviderSetup(name="manual", settings=settings, library=library, today=date(2026, 11, 30))
    return ManualProvider(setup, sleep=at_once)


class TestManual(ProviderContract):
    library: Path

    @pytest.fixture(autouse=True)
    def a_library(self, tmp_path: Path) -> None:
        self.library = tmp_path / "library"

    def make_provider(self) -> Provider:
        return manual(self.library)

    async def _ready(self, provider: Provider, request: Generation, *, key: str) -> Submission:
        await provider.submit(request, key=key)
        path = self.library / "manual" / FOLDER / "result.mp4"
        write_numbered_clip(path, frames=request.frames, rate=request.rate, size=request.size)
        return await super()._ready(provider, request, key=key)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def provider(library: Path) -> ManualProvider:
    return manual(library)


@pytest.fixture
def folder(library: Path) -> Path:
    return library / "manual" / FOLDER


def submit(provider: ManualProvider, request: Generation = REQUEST, *, key: str = "a1b2c3d4e5") -> Submission:
    return asyncio.run(provider.submit(request, key=key))


def poll(provider: ManualProvider, submission: Submission) -> RemoteStatus:
    return asyncio.run(provider.poll(submission))


def put_clip(path: Path, *, frames: int = 30, first: int = 0, rate: FrameRate = RATE, codec: str = "h264") -> Path:
    write_numbered_clip(path, frames=frames, rate=rate, size=SIZE, first_number=first, codec=codec)
    return path


def fetch(provider: ManualProvider, submission: Submission, destination: Path) -> list[float]:
    told: list[float] = []
    asyncio.run(provider.fetch(REQUEST, submission, destination=destination, report=told.append))
    return told


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_the_folder_holds_everything_that_a_person_needs(provider: ManualProvider, folder: Path) -> None:
    before, after = boundary_png(hue=60), boundary_png(hue=200)
    submit(provider, replace(REQUEST, rate=FrameRate.parse("23.976"), boundary_in=before, boundary_out=after))
    assert sorted(each.name for each in folder.parent.iterdir()) == [FOLDER]
    assert {each.name: each.read_bytes() for each in folder.glob("*.png")} == {
        "boundary_in.png": before,
        "boundary_out.png": after,
    }
    assert (folder / "prompt.txt").read_text() == "a harbor at dawn\n"
    text = (folder / "settings.json").read_text()
    assert text.startswith('{\n  "schema": "Manual.1"')
    assert json.loads(text) == {
        "schema": "Manual.1",
        "shot": "SH0010",
        "take": 1,
        "prompt": "a harbor at dawn",
        "negative": "people",
        "seed": 11,
        "seconds": 1.01,
        "frames": 24,
        "fps": "24000/1001",
        "size": list(SIZE),
        "key": "a1b2c3d4e5",
    }
    assert (
        (folder / "README.txt")
        .read_text()
        .startswith(
            "SH0010, take 1: a clip for you to make\n\n"
            "1. Make the clip, on any site or in any program\n\n"
            "   Prompt       as in prompt.txt\n"
            "   Not wanted   people\n"
            "   Seed         11, if you are asked for one\n"
            "   Length       at least 1.01 s (24 frames at 23.976 fps); what is longer is cut off at its end\n"
            "   Size         320x180, or larger in the same shape; anything else is fitted to it\n"
            "   Frame rate   23.976 fps; any other constant rate does, too\n"
            "   First frame  boundary_in.png, where the shot before ends\n"
            "   Last frame   boundary_out.png, where the shot after begins, if the clip has just that length:\n"
            "                of a longer one the end is cut off, and the last frame with it\n\n"
            "2. Put it into this folder as result.mp4\n"
        )
    )


def test_what_there_is_no_frame_or_word_for_is_not_spoken_of(provider: ManualProvider, folder: Path) -> None:
    submit(provider, replace(REQUEST, negative="", head=6, tail=1))
    text = (folder / "README.txt").read_text()
    assert "boundary" not in text
    assert "Not wanted" not in text
    assert "Handles      6 frames at its beginning and 1 frame at its end are spare" in text
    assert not list(folder.glob("*.png"))


def test_the_model_that_the_settings_name_is_asked_for(library: Path, folder: Path) -> None:
    provider = manual(library, model="kling-3")
    assert [offer.model for offer in provider.offers()] == ["kling-3"]
    submit(provider, replace(REQUEST, model="kling-3"))
    assert "Made with    kling-3" in (folder / "README.txt").read_text()
    with pytest.raises(ProviderRefused):
        submit(provider, REQUEST, key="other")


@pytest.mark.parametrize(
    ("conditioning", "used", "handles"),
    [
        (Conditioning.AUTO, (True, True), (0, 0)),
        (Conditioning.BOTH, (True, True), (0, 0)),
        (Conditioning.FIRST, (True, False), (0, 6)),
        (Conditioning.NONE, (False, False), (6, 6)),
    ],
)
def test_a_side_that_joins_a_neighbor_has_no_handle(
    provider: ManualProvider, conditioning: Conditioning, used: tuple[bool, bool], handles: tuple[int, int]
) -> None:
    quote = provider.quote(replace(WISH, before=True, after=True, conditioning=conditioning), model=MODEL)
    assert (quote.uses_before, quote.uses_after) == used
    assert (quote.head, quote.tail) == handles
    assert quote.frames == 24 + sum(handles)


def test_the_plan_says_how_long_the_clip_has_to_be(provider: ManualProvider) -> None:
    quote = provider.quote(replace(WISH, before=True), model=MODEL)
    assert quote.note == "by hand: at least 1.25 s at 320x180; from the frame before"


def test_it_is_free_waits_for_nobody_and_sends_nothing(provider: ManualProvider) -> None:
    (offer,) = provider.offers()
    assert (offer.is_free, offer.host, offer.patience_s, offer.previs) == (True, "", 0.0, False)
    provider.check_ready()


def test_a_folder_that_cannot_be_written_was_certainly_not_accepted(provider: ManualProvider, library: Path) -> None:
    (library / "manual").write_text("a file in the way")
    with pytest.raises(ProviderUnavailable, match="could not be written"):
        submit(provider)


# --- one folder for each request --------------------------------------------------------------------------------------


def test_the_same_request_finds_its_folder_and_leaves_what_lies_there(provider: ManualProvider, folder: Path) -> None:
    first = submit(provider)
    (folder / "README.txt").write_text("my notes")
    (folder / "mine.txt").write_text("mine")
    assert submit(provider) == first
    assert (folder / "README.txt").read_text() == "my notes"
    assert (folder / "mine.txt").read_text() == "mine"


def test_another_request_never_takes_the_clip_that_was_made_for_the_first(
    provider: ManualProvider, folder: Path
) -> None:
    first = submit(provider)
    put_clip(folder / "result.mp4")
    second = submit(provider, replace(REQUEST, prompt="a harbor at night"), key="ffffffffff")
    assert poll(provider, second).message.startswith(f"waits for a file in {folder}")
    assert sorted(each.name for each in folder.parent.iterdir()) == [FOLDER, f"{FOLDER}_of_a1b2c3d4"]
    assert (folder.with_name(f"{FOLDER}_of_a1b2c3d4") / "result.mp4").is_file()
    assert f"whose names begin with {FOLDER}_of" in (folder / "README.txt").read_text()
    # the brief was changed back
    assert submit(provider) == first
    assert poll(provider, first).state is RemoteState.READY
    assert sorted(each.name for each in folder.parent.iterdir()) == [FOLDER, f"{FOLDER}_of_ffffffff"]


def test_folders_that_are_no_job_are_kept_aside_too(provider: ManualProvider, folder: Path) -> None:
    for name in (f"{FOLDER}_of_unknown", f"{FOLDER}_of_unknown-2"):
        folder.mkdir(parents=True)
        (folder / "result.mp4").write_text("made before anybody asked")
        submit(provider)
        assert (folder.with_name(name) / "result.mp4").is_file()
        shutil.rmtree(folder)


def test_a_crash_while_it_was_written_leaves_nothing_but_a_draft(provider: ManualProvider, folder: Path) -> None:
    draft = folder.parent / ".pickup-a1b2c3d4e5.part"
    draft.mkdir(parents=True)
    (draft / "settings.json").write_text("{")
    lost = LostSubmit(request=REQUEST, key="a1b2c3d4e5", asked=datetime.now(UTC), is_claimed=lambda _id: False)
    assert asyncio.run(provider.reconcile(lost)).outcome is Reconciled.NEVER_ARRIVED
    submission = submit(provider)
    assert [each.name for each in folder.parent.iterdir()] == [FOLDER]
    assert asyncio.run(provider.reconcile(lost)).submission == submission


# --- what is put there ------------------------------------------------------------------------------------------------


def nothing(_folder: Path) -> None:
    return None


def only_hidden_files(folder: Path) -> None:
    (folder / ".DS_Store").touch()
    (folder / "._result.mp4").write_bytes(b"resource fork")
    (folder / "Thumbs.db").write_bytes(b"thumbs")


def a_gif(folder: Path) -> None:
    (folder / "clip.gif").write_bytes(b"GIF89a")


def a_download(folder: Path) -> None:
    (folder / "result.mp4.crdownload").write_bytes(b"half")


def an_empty_file(folder: Path) -> None:
    (folder / "result.mp4").touch()


def two_clips(folder: Path) -> None:
    (folder / "a.mp4").write_bytes(b"a")
    (folder / "b.MOV").write_bytes(b"b")


def a_link(folder: Path) -> None:
    (folder / "result.mp4").symlink_to(put_clip(folder.parent.parent / "elsewhere.mp4"))


def a_text(folder: Path) -> None:
    (folder / "result.mp4").write_text("<html>log in to download</html>")


def a_clip_cut_off(folder: Path) -> None:
    clip = put_clip(folder / "result.mp4")
    clip.write_bytes(clip.read_bytes()[:-200])


def a_short_clip(folder: Path) -> None:
    put_clip(folder / "result.mp4", frames=23)


def a_short_clip_at_another_rate(folder: Path) -> None:
    put_clip(folder / "result.mp4", frames=28, rate=FrameRate.parse("30"))


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (nothing, "waits for a file in {folder}, where README.txt says what to make"),
        (only_hidden_files, "waits for a file in {folder}, where README.txt says what to make"),
        (a_gif, "waits for a file in {folder}, where README.txt says what to make (clip.gif is no video"),
        (a_download, "{folder}/result.mp4.crdownload is still being copied"),
        (an_empty_file, "{folder}/result.mp4 is still being copied"),
        (two_clips, "several videos lie in {folder} (a.mp4, b.MOV): name the one to take result.mp4"),
        (a_link, "{folder}/result.mp4 is no regular file: put the video itself there"),
        (a_text, "result.mp4 is not a video, or is damaged or cut off"),
        (a_clip_cut_off, "result.mp4 is not a video, or is damaged or cut off"),
        (
            a_short_clip,
            "result.mp4 is too short: it has 23 frames at 24 fps, and 24 are needed (1 s): put a longer one into",
        ),
        (a_short_clip_at_another_rate, "result.mp4 is too short: it has 28 frames at 30 fps, and 29 are needed (1 s)"),
    ],
)
def test_what_does_not_serve_is_told_and_a_person_can_correct_it(
    provider: ManualProvider, folder: Path, put: Callable[[Path], None], said: str
) -> None:
    submission = submit(provider)
    put(folder)
    status = poll(provider, submission)
    assert status.state is RemoteState.RUNNING
    assert status.message.startswith(said.format(folder=folder)), status.message
    for each in folder.iterdir():
        if each.suffix.lower() in (".mp4", ".mov"):
            each.unlink()
    put_clip(folder / "result.mp4")
    assert poll(provider, submission).state is RemoteState.READY


@pytest.mark.parametrize(("frames", "ready"), [(40, True), (8, False)])
def test_a_clip_whose_frames_keep_no_rate_is_counted_by_the_clock(
    provider: ManualProvider, folder: Path, frames: int, *, ready: bool
) -> None:
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    submission = submit(provider)
    with av.open(str(folder / "result.mp4"), "w") as file:
        stream = file.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 240)
        when = 0
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((SIZE[1], SIZE[0], 3), number * 5, np.uint8), format="rgb24")
            frame.pts, frame.time_base = when, Fraction(1, 240)
            when += 10 if number % 2 else 30
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    status = poll(provider, submission)
    assert status.state is (RemoteState.READY if ready else RemoteState.RUNNING), status.message
    assert ready or "it has 18 frames at 24 fps, and 24 are needed" in status.message


@pytest.mark.parametrize(
    ("name", "rate", "frames", "codec"),
    [
        ("result.mp4", "24", 24, "h264"),
        ("my clip (1).MOV", "25", 25, "prores_lt"),
        ("Result.mp4", "23.976", 24, "h264"),
        ("result.mp4", "30", 29, "h264"),
        ("a.mp4", "12", 12, "h264"),
    ],
)
def test_a_clip_of_the_very_length_is_ready_whatever_its_name_and_rate(
    provider: ManualProvider, folder: Path, name: str, rate: str, frames: int, codec: str
) -> None:
    submission = submit(provider)
    put_clip(folder / name, frames=frames, rate=FrameRate.parse(rate), codec=codec)
    status = poll(provider, submission)
    assert (status.state, status.cost, status.billing) == (
        RemoteState.READY,
        Decimal(0),
        Billing.NOT_BILLED,
    ), status.message
    assert status.urls["clip"] == name


@pytest.mark.parametrize(
    "names", [("other.mp4", "result.mp4", "result.mov"), ("other.mp4", "another.mov", "RESULT.mov")]
)
def test_of_several_the_one_called_result_is_taken(
    provider: ManualProvider, folder: Path, names: tuple[str, ...]
) -> None:
    submission = submit(provider)
    for name in names:
        put_clip(folder / name)
    status = poll(provider, submission)
    assert (status.state, status.urls.get("clip")) == (
        RemoteState.READY,
        "result.mp4" if "result.mp4" in names else "RESULT.mov",
    )


def test_a_file_that_grows_is_left_alone_until_it_stands_still(provider: ManualProvider, folder: Path) -> None:
    async def while_it_grows(_seconds: float) -> None:
        with (folder / "result.mp4").open("ab") as file:
            file.write(b"\0")

    submission = submit(provider)
    put_clip(folder / "result.mp4")
    provider._sleep = while_it_grows
    status = poll(provider, submission)
    assert (status.state, status.message) == (
        RemoteState.RUNNING,
        f"{folder / 'result.mp4'} is still being copied",
    )
    provider._sleep = at_once
    assert poll(provider, submission).state is RemoteState.READY


# --- how it is taken --------------------------------------------------------------------------------------------------


def ready(provider: ManualProvider, folder: Path) -> Submission:
    submission = submit(provider)
    put_clip(folder / "result.mp4", first=100)
    return replace(submission, urls=poll(provider, submission).urls)


def test_the_clip_is_copied_and_the_persons_file_stays(provider: ManualProvider, folder: Path, tmp_path: Path) -> None:
    submission = ready(provider, folder)
    told = fetch(provider, submission, tmp_path / "original.mp4")
    assert told[-1] == 1.0
    assert (tmp_path / "original.mp4").read_bytes() == (folder / "result.mp4").read_bytes()
    assert watch(tmp_path / "original.mp4").frames == 30


@pytest.mark.parametrize("change", ["replaced", "removed", "folder removed", "folder kept aside"])
def test_what_was_not_checked_is_not_taken(provider: ManualProvider, folder: Path, tmp_path: Path, change: str) -> None:
    submission = ready(provider, folder)
    if change == "replaced":
        put_clip(folder / "result.mp4", frames=2)
    elif change == "removed":
        (folder / "result.mp4").unlink()
    elif change == "folder removed":
        shutil.rmtree(folder)
    else:
        submit(provider, key="other")
        put_clip(folder / "result.mp4", first=500)
        fetch(provider, submission, tmp_path / "original.mp4")
        assert first_number(tmp_path / "original.mp4") == 100
        return
    with pytest.raises(ProviderUnavailable):
        fetch(provider, submission, tmp_path / "original.mp4")
    assert [each.name for each in tmp_path.iterdir()] == ["library"]


def first_number(path: Path) -> int:
    from pickup._av import read_frames  # noqa: PLC0415

    return read_number(next(iter(read_frames(path))))


# --- giving up --------------------------------------------------------------------------------------------------------


def test_a_cancelled_job_leaves_no_request_behind(provider: ManualProvider, folder: Path) -> None:
    submission = submit(provider)
    assert asyncio.run(provider.cancel(submission)).stopped
    assert list(folder.parent.iterdir()) == []
    assert asyncio.run(provider.cancel(submission)).stopped


def test_what_a_person_put_there_survives_a_cancel(provider: ManualProvider, folder: Path) -> None:
    submission = submit(provider)
    (folder / "sketch.png").write_bytes(b"mine")
    cancelled = asyncio.run(provider.cancel(submission))
    assert (cancelled.stopped, cancelled.message) == (
        True,
        f"{folder} stays, because something of yours lies there",
    )
    assert (folder / "sketch.png").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_removed_stays(provider: ManualProvider, folder: Path) -> None:
    submission = submit(provider)
    (folder.parent / ".pickup-a1b2c3d4e5.part" / "in the way").mkdir(parents=True)
    cancelled = asyncio.run(provider.cancel(submission))
    assert cancelled.stopped
    assert cancelled.message.startswith(f"{folder} stays: ")
    assert (folder / "README.txt").is_file()


def test_a_deleted_folder_ends_the_job_and_the_next_attempt_makes_a_new_one(
    provider: ManualProvider, folder: Path
) -> None:
    submission = submit(provider)
    shutil.rmtree(folder)
    status = poll(provider, submission)
    assert (status.state, status.kind, status.billing) == (
        RemoteState.FAILED,
        FailureKind.EXPIRED,
        Billing.NOT_BILLED,
    )
    assert status.message == f"the folder {folder} was deleted"
    assert poll(provider, submit(provider, key="second")).state is RemoteState.RUNNING


@pytest.mark.parametrize("damage", ["", "{", '{"schema": "Manual.2"}'])
def test_damaged_settings_are_told_and_can_be_mended(provider: ManualProvider, folder: Path, damage: str) -> None:
    submission = submit(provider)
    put_clip(folder / "result.mp4")
    settings = folder / "settings.json"
    kept = settings.read_text()
    settings.write_text(damage)
    status = poll(provider, submission)
    assert (status.state, status.message) == (
        RemoteState.RUNNING,
        f"{settings} is missing or damaged: put it back, or delete the folder for a new one",
    )
    settings.write_text(kept)
    assert poll(provider, submission).state is RemoteState.READY


def test_a_library_that_is_away_ends_no_job(provider: ManualProvider, library: Path) -> None:
    submission = submit(provider)
    library.rename(library.with_name("away"))
    with pytest.raises(LibraryError, match="not there any more"):
        poll(provider, submission)

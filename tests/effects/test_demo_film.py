"""The demo film: what it says is missing is missing, the rest is there, and its pictures are worth looking at."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import opentimelineio as otio
import pytest
from numpy.typing import NDArray

from pickup.demo.canvas import HEIGHT, WIDTH
from pickup.demo.film import film, make_demo
from pickup.demo.land import Hills, Road, Stars
from pickup.demo.water import Harbor, Lighthouse
from pickup.demo.window import Rain

Picture = NDArray[np.uint8]
Painter = Callable[[int], Picture]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """The film in a folder of its own, and the progress that was reported."""
    folder = tmp_path_factory.mktemp("demo film")
    reported: list[float] = []
    return make_demo(folder, report=reported.append), reported


def frames_of(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def share_that_agrees(one: Picture, other: Picture) -> float:
    """Share of pixels whose optical flow forth and back cancels: near 1 within a camera move, near 0 across a cut."""
    small = [cv2.cvtColor(cv2.resize(each, (320, 180)), cv2.COLOR_RGB2GRAY) for each in (one, other)]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    forth, back = flow.calc(small[0], small[1], None), flow.calc(small[1], small[0], None)
    rows, columns = np.mgrid[:180, :320].astype(np.float32)
    returned = cv2.remap(back, columns + forth[..., 0], rows + forth[..., 1], cv2.INTER_LINEAR)
    return float((np.linalg.norm(forth + returned, axis=2) < 1).mean())


def test_the_film_has_every_movie_but_the_one_that_is_offline(made: tuple[Path, list[float]]) -> None:
    path, _reported = made
    written = {each.name for each in (path.parent / "media").iterdir()}
    assert written == {media.name for media in film().media if not media.absent}
    for media in film().media:
        if not media.absent:
            with av.open(str(path.parent / "media" / media.name)) as container:
                stream = container.streams.video[0]
                assert (stream.frames, stream.average_rate) == (media.frames, media.rate)
                assert (stream.width, stream.height) == media.size == (WIDTH, HEIGHT)


def test_progress_grows_to_the_whole(made: tuple[Path, list[float]]) -> None:
    _path, reported = made
    assert reported == sorted(reported)
    assert reported[-1] == 1.0


def test_the_timeline_is_as_long_as_it_says_and_finds_its_media(made: tuple[Path, list[float]]) -> None:
    path, _reported = made
    timeline = otio.adapters.read_from_file(str(path))
    track = timeline.video_tracks()[0]
    assert track.duration().value == film().duration
    for clip in timeline.find_clips():
        if isinstance(clip.media_reference, otio.schema.ExternalReference):
            assert Path(clip.media_reference.target_url).is_file()
            assert clip.available_range().contains(clip.source_range)


def test_every_hole_is_one_item_of_the_track(made: tuple[Path, list[float]]) -> None:
    path, _reported = made
    track = otio.adapters.read_from_file(str(path)).video_tracks()[0]
    items = {
        (int(place.start_time.value), int(place.end_time_exclusive().value)): item
        for item, place in track.range_of_all_children().items()
    }
    found = {hole.kind: items[hole.start, hole.end] for hole in film().holes}
    assert isinstance(found["GAP"], otio.schema.Gap)
    assert isinstance(found["SLUG"].media_reference, otio.schema.GeneratorReference)
    assert isinstance(found["PLACEHOLDER"].media_reference, otio.schema.GeneratorReference)
    assert isinstance(found["OFFLINE"].media_reference, otio.schema.MissingReference)


def test_the_file_says_that_it_is_synthetic(made: tuple[Path, list[float]]) -> None:
    path, _reported = made
    assert json.loads(path.read_text())["metadata"]["pickup_sample"]["synthetic"] is True


def test_the_first_gap_lies_within_one_camera_move_and_the_second_between_two_places(
    made: tuple[Path, list[float]],
) -> None:
    media = made[0].parent / "media"
    last_before, first_after = 12 + 72 - 1, 12
    hills = frames_of(media / "A001_C001_hills.mov"), frames_of(media / "A001_C002_hills.mov")
    assert share_that_agrees(hills[0][last_before], hills[1][first_after]) > 0.6
    tower, road = frames_of(media / "A003_C001_lighthouse.mov"), frames_of(media / "A004_C001_road.mov")
    assert share_that_agrees(tower[12 + 84 - 1], road[first_after]) < 0.2


@pytest.mark.parametrize("scene", [Hills, Road, Stars, Harbor, Lighthouse, Rain])
def test_a_scene_is_the_same_every_time_and_moves(scene: Callable[[], Painter]) -> None:
    paint, again = scene(), scene()
    first, later = paint(0), paint(48)
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(first, again(0))
    assert first.std() > 15
    assert np.abs(first.astype(int) - later.astype(int)).mean() > 1

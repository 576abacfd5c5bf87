"""Which frames of its media a clip of the cut shows, and which it does not have: the cases that pipelines test.

AYON (ynput/ayon-core) tests the frame ranges of clips that Resolve and Hiero exported. Here are the same situations,
each with media that was made for it and whose pictures carry their number: what is seen beside a hole, what the media
has besides (handles), and what it lacks. Theirs count a range and go on from there; here a frame of a file is opened.

| AYON's case | here |
|---|---|
| movie_embedded_tc_handle, movie_with_embedded_tc_no_gap_handles, movie_with_timecode | `CASES`, and without a range |
| movie_23fps_qt_embedded_tc | `CASES`: a movie and a sequence; all spellings of a rate |
| movie_with_end_handle_end_only, movie_retime_effect, movie_frozen_frame | `CASES` |
| movie_reverse_speed_2x, movie_reverse_speed_0_7x | `CASES` |
| img_sequence_no_handles, _with_handles, _with_embedded_tc_and_handles | `CASES` |
| img_sequence_conform_to_23_976fps, _conform_from_24_to_23_976fps | `CASES`; of a rounded start see below |
| img_sequence_2x_speed, _2x_speed_resolve, _frozen_frame, media_retimed | `CASES` |
| img_sequence_reverse_speed_no_tc, _0_7, _from_24_to_23_976fps | `CASES` |
| image_sequence (of the timeline's ranges) | `CASES`: a start with all digits of a double |
| img_sequence_relative_source_range (legacy Hiero) | refused: the range lies beyond the media, nothing is guessed |
| img_sequence_2X_time_warp, _timewarp_beyond_range, _multiple_tws, movie_timewarp | refused: a ramp |
| short_movie_head_gap_handles, short_movie_tail_gap_handles | what a movie lacks is a `SHORT` hole |
| image_sequence_…_handles_out_of_range | no hole; handles end where the media does |
| multiple_review_clips_no_gap, multiple_review_clips_with_gap | mixed rates in one track, with and without a gap |
| review movies: black for handles, file names, FFmpeg's command line | not made by Pickup |

A start of 883159 at a rate spelled 23.976 over media at 24 is frame 884042 here and 884043 there. It was rounded by who
wrote it, and lies in the one frame by the exact rate and in the other by the rate as it is spelled.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pickup.holes import Found, Hole, HoleKind, Neighbour, Rules, find_holes
from pickup.media.frames import FrameRequest, grab
from pickup.shots import Delivered, ShotWishes, make_spec
from pickup.shots.extend import propose_extension
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.testing.crossings import CutFile, cross, open_cut
from pickup.timelines.snapshot import take_snapshot
from pickup.timelines.sniff import load_dialect
from pickup.timelines.survey import ReadSettings, SurveyRequest, run_survey
from pickup.timing import FrameRate, timecode

SIZE = (160, 90)
NTSC = 24000 / 1001
HIERO = 23.976024627685547
"""23.976 in single precision."""
GAP = 24
RATES = ["23.976", "24", "25", "29.97", "30", "50", "59.94", "60"]

RationalTime, TimeRange = otio.opentime.RationalTime, otio.opentime.TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A clip on both sides of a gap.

    Attributes:
        cut: Rate of the cut, as it is spelled.
        media: Rate of the media, as it is spelled.
        first: Frame of the media's own timecode at which it begins; of a sequence with `numbered` the number too.
        frames: That the media has.
        start: Start of the source range, `at` this rate.
        length: Record frames.
        shows: Frames of the media, counted from 0, that the clip shows first and last.
    """

    cut: float
    media: float
    first: int
    frames: int
    start: float
    length: int
    shows: tuple[int, int]
    at: float = 0
    speed: float = 1
    is_sequence: bool = False
    numbered: int | None = None

    @property
    def source(self) -> RationalTime:
        return RationalTime(self.start, self.at or self.cut)


CASES = {
    "a movie from its first frame, with a tail": Case(
        cut=25, media=25, first=0, frames=200, start=0, length=171, shows=(0, 170)
    ),
    "a movie with timecode, in a cut of another rate": Case(
        cut=25, media=24, first=86400, frames=100, start=90032, length=44, shows=(30, 72)
    ),
    "a movie with timecode and handles on both sides": Case(
        cut=24, media=24, first=86400, frames=100, start=86414, length=68, shows=(14, 81)
    ),
    "a movie with timecode at 23.976": Case(
        cut=NTSC, media=NTSC, first=86531, frames=60, start=86535, length=52, shows=(4, 55)
    ),
    "a movie at 23.976 with the timecode of an evening, its rate spelled in two ways": Case(
        cut=HIERO, media=23.976, first=1937896, frames=98, start=1937905.9905694576, length=82, shows=(8, 89)
    ),
    "the same as a sequence that begins at 1001": Case(
        cut=HIERO, media=23.976, first=1937896, frames=98, start=1937905.9905694576, length=82, shows=(8, 89),
        is_sequence=True, numbered=1001,
    ),
    "a movie at 250 %": Case(cut=25, media=25, first=0, frames=430, start=0, length=171, speed=2.5, shows=(0, 425)),
    "a movie at -200 %": Case(
        cut=HIERO, media=24, first=0, frames=100, start=29.970030784606937, length=11, speed=-2, shows=(52, 32)
    ),
    "a movie at -70 %": Case(
        cut=HIERO, media=24, first=0, frames=100, start=29.970030784606937, length=11, speed=-0.7, shows=(37, 30)
    ),
    "a movie that is frozen": Case(
        cut=HIERO, media=24, first=0, frames=100, start=29.970030784606937, length=11, speed=0, shows=(30, 30)
    ),
    "a sequence shown whole": Case(
        cut=25, media=25, first=0, frames=101, start=0, length=101, shows=(0, 100), is_sequence=True, numbered=1000
    ),
    "a sequence with handles": Case(
        cut=25, media=25, first=0, frames=101, start=34, length=39, shows=(34, 72), is_sequence=True, numbered=1000
    ),
    "a sequence with timecode and handles, in a cut of another rate": Case(
        cut=25, media=24, first=87399, frames=101, start=91046.625, length=75, shows=(5, 76),
        is_sequence=True, numbered=1000,
    ),
    "a sequence at 23.976, its rate spelled in two ways": Case(
        cut=HIERO, media=23.976, first=997, frames=59, start=997, length=51, shows=(0, 50), is_sequence=True
    ),
    "a sequence at 24 in a cut at 23.976, its start rounded": Case(
        cut=23.976, media=24, first=883750, frames=755, start=883159, length=108, shows=(292, 399), is_sequence=True
    ),
    "the same with all digits of its start": Case(
        cut=23.976, media=24, first=883750, frames=755, start=884043 / 24 * 23.976, length=108, shows=(293, 400),
        is_sequence=True,
    ),
    "a sequence whose start is that of its media but for the spelling of a rate": Case(
        cut=HIERO, media=24, first=87399, frames=84, start=87311.69068479538, length=26, shows=(0, 25), is_sequence=True
    ),
    "a sequence at 200 %, in a cut of another rate": Case(
        cut=HIERO, media=25, first=948674, frames=301, start=909986.0387191772, length=11, speed=2, shows=(176, 196),
        is_sequence=True,
    ),
    "a sequence at 200 % that begins at 1001": Case(
        cut=24, media=24, first=0, frames=99, start=39, length=11, speed=2, shows=(39, 59),
        is_sequence=True, numbered=1001,
    ),
    "a sequence that is frozen": Case(
        cut=HIERO, media=25, first=948674, frames=301, start=909990.8339241028, length=5, speed=0, shows=(181, 181),
        is_sequence=True,
    ),
    "a sequence at -100 %": Case(
        cut=24, media=24, first=0, frames=100, start=20.000000000000004, length=41, speed=-1, shows=(60, 20),
        is_sequence=True, numbered=1000,
    ),
    "a sequence at -70 %": Case(
        cut=25, media=25, first=1000, frames=101, start=1040, length=41, speed=-0.7, shows=(68, 40), is_sequence=True
    ),
    "a sequence at 24 and -100 % in a cut at 23.976": Case(
        cut=23.976, media=24, first=941478, frames=7607, start=947726, length=32, speed=-1, shows=(7227, 7196),
        is_sequence=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Media, each made once.

    Attributes:
        movies: By rate, timecode and length.
    """

    folder: Path
    movies: dict[tuple[float, int, int], Path] = field(default_factory=dict)

    def movie(self, rate: float, *, first: int, frames: int) -> Path:
        key = (rate, first, frames)
        if key not in self.movies:
            own, path = FrameRate.parse(rate), self.folder / f"movie_{len(self.movies)}.mov"
            write_numbered_clip(path, frames=frames, rate=own, size=SIZE, timecode=timecode(first, rate=own))
            self.movies[key] = path
        return self.movies[key]

    def pictures(self, *, first: int, shown: tuple[int, int]) -> Path:
        """The first picture, and those about the ones that should be seen; each carries its place in the sequence."""
        folder = self.folder / f"pictures_{first}_{min(shown)}"
        folder.mkdir(exist_ok=True)
        near = {place + count for place in shown for count in range(-3, 4)}
        for place in {0, *near}:
            if place >= 0:
                path = folder / f"plate.{first + place:07d}.png"
                Image.fromarray(numbered_picture(place, size=SIZE)).save(path, compress_level=1)
        return folder


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(folder=tmp_path_factory.mktemp("media"))


def clip_of(case: Case, shelf: Shelf) -> otio.schema.Clip:
    available = TimeRange(RationalTime(case.first, case.media), RationalTime(case.frames, case.media))
    if case.is_sequence:
        first = case.first if case.numbered is None else case.numbered
        reference: otio.core.MediaReference = otio.schema.ImageSequenceReference(
            target_url_base=str(shelf.pictures(first=first, shown=case.shows)),
            name_prefix="plate.",
            name_suffix=".png",
            start_frame=first,
            rate=case.media,
            frame_zero_padding=7,
            available_range=available,
        )
    else:
        path = shelf.movie(case.media, first=case.first, frames=case.frames)
        reference = otio.schema.ExternalReference(target_url=str(path), available_range=available)
    source = TimeRange(case.source, RationalTime(case.length, case.cut))
    clip = otio.schema.Clip(name="neighbour", media_reference=reference, source_range=source)
    if case.speed != 1:
        still = otio.schema.FreezeFrame()
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=case.speed) if case.speed else still)
    return clip


def gap(rate: float, length: int = GAP) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=TimeRange(RationalTime(0, rate), RationalTime(length, rate)))


def cut_of(*items: otio.core.Item, rate: float) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline(name="cut")
    timeline.global_start_time = RationalTime(0, rate)
    track = otio.schema.Track(name="V1", kind="Video")
    track.extend(items)
    timeline.tracks.append(track)
    return timeline


def found_in(timeline: otio.schema.Timeline, folder: Path) -> Found:
    """What `pickup fill` finds."""
    path = folder / "cut.otio"
    path.write_text(timeline.to_json_string())
    request = SurveyRequest(timeline=path, settings=ReadSettings(), rules=Rules())
    return run_survey(request, lambda _done: None).found


def hole_in(timeline: otio.schema.Timeline, folder: Path) -> Hole:
    (hole,) = found_in(timeline, folder).holes
    return hole


def seen(neighbour: Neighbour | None) -> int:
    """The number in the picture that is seen there."""
    assert neighbour is not None
    frame = neighbour.frame
    assert frame is not None, neighbour.unseen
    request = FrameRequest(
        path=frame.path,
        file_seconds=frame.seconds - (frame.media_start or 0),
        backwards=frame.backwards,
        may_be_timecode=frame.media_start is None,
    )
    return read_number(np.asarray(Image.open(io.BytesIO(grab(request, lambda _done: None)))))


# --- which frames are shown -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_first_and_the_last_frame_of_a_clip_are_read_from_its_media(
    shelf: Shelf, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    clip = clip_of(case, shelf)
    hole = hole_in(cut_of(clip, gap(case.cut), clip.deepcopy(), rate=case.cut), tmp_path)
    assert hole.kind is HoleKind.GAP
    assert (seen(hole.after), seen(hole.before)) == case.shows


@pytest.mark.parametrize("dialect", ["otio", "resolve", "premiere", "fcp7"])
@pytest.mark.parametrize("name", CASES)
def test_the_frames_stay_the_same_in_every_timeline_that_is_written(shelf: Shelf, name: str, dialect: str) -> None:
    case = CASES[name]
    clip = clip_of(case, shelf)
    middle = case.source + RationalTime(case.length // 2, case.cut)
    clip.markers.append(otio.schema.Marker(name="look", marked_range=TimeRange(middle, RationalTime(1, case.cut))))
    timeline = cut_of(clip, gap(case.cut), clip.deepcopy(), rate=case.cut)
    file = CutFile(name="cut", content=timeline.to_json_string().encode())
    crossing = cross(file, dialect=load_dialect(dialect))
    assert (crossing.refused, crossing.wrong, crossing.takes) == ("", (), 1)


@pytest.mark.parametrize("name", [each for each in CASES if not CASES[each].is_sequence and CASES[each].first])
def test_a_movie_of_which_the_timeline_states_no_range_counts_from_its_own_timecode(
    shelf: Shelf, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    clip = clip_of(case, shelf)
    clip.media_reference.available_range = None
    begins = case.first / case.media * case.cut  # as an exporter counts that knows no other rate of this media
    start = RationalTime(begins + case.shows[0] / case.media * case.cut, case.cut)
    if FrameRate.parse(case.cut) == FrameRate.parse(case.media):
        start = RationalTime(case.first + case.shows[0], case.cut)
    clip.source_range = TimeRange(start, clip.source_range.duration)
    hole = hole_in(cut_of(clip, gap(case.cut), clip.deepcopy(), rate=case.cut), tmp_path)
    assert seen(hole.after) == case.shows[0]


@pytest.mark.parametrize("spelled", [23.976, HIERO, NTSC, 23.98, 29.97, 30000 / 1001, 59.94, 60000 / 1001])
@pytest.mark.parametrize("media", [24.0, 25.0, 50.0, 23.976, 29.97])
def test_a_start_that_was_changed_from_rate_to_rate_by_doubles_is_the_frame_that_was_meant(
    shelf: Shelf, tmp_path: Path, spelled: float, media: float
) -> None:
    """Ten hours after midnight, where 24000/1001 and 23.976 are most of a frame apart; nothing is missing there."""
    first = 36000 * round(media)
    path = shelf.movie(media, first=first, frames=60)
    whole = TimeRange(RationalTime(first, media), RationalTime(60, media))
    for place in (0, 1, 7):
        reference = otio.schema.ExternalReference(target_url=str(path), available_range=whole)
        start = RationalTime(first + place, media).rescaled_to(spelled)
        clip = otio.schema.Clip("a", reference, TimeRange(start, RationalTime(20, spelled)))
        hole = hole_in(cut_of(clip, gap(spelled), clip.deepcopy(), rate=spelled), tmp_path)
        assert seen(hole.after) == place


@settings(max_examples=60, deadline=None)
@given(
    spelled=st.sampled_from([23.976, HIERO, NTSC, 29.97, 59.94, 24.0, 25.0, 60.0]),
    media=st.sampled_from([24.0, 25.0, 30.0, 50.0, 23.976, NTSC, 29.97, 30000 / 1001, 60000 / 1001]),
    first=st.integers(0, 2_000_000),
    place=st.integers(0, 5000),
)
def test_no_clip_that_begins_on_a_frame_of_its_media_lacks_any_of_it(
    spelled: float, media: float, first: int, place: int
) -> None:
    whole = TimeRange(RationalTime(first, media), RationalTime(6000, media))
    reference = otio.schema.ExternalReference(target_url="/nowhere/a.mov", available_range=whole)
    start = RationalTime(first + place, media).rescaled_to(spelled)
    clip = otio.schema.Clip("a", reference, TimeRange(start, RationalTime(20, spelled)))
    timeline = cut_of(clip, gap(spelled), clip.deepcopy(), rate=spelled)
    file = CutFile(name="cut", content=timeline.to_json_string().encode(), here=("a.mov",))
    (hole,) = find_holes(take_snapshot(open_cut(file), looker=file.looker), rules=Rules()).holes
    assert hole.after is not None
    position = (hole.after.at - hole.after.media_start) * FrameRate.parse(media).fps
    assert abs(position - place) < Fraction(1, 10**6)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cut", "media", "first", "length"), [(25.0, 24.0, 1000, 99), (HIERO, 23.976, 997, 51)])
def test_a_range_that_counts_from_another_beginning_than_its_media_is_not_guessed(
    shelf: Shelf, tmp_path: Path, cut: float, media: float, first: int, length: int
) -> None:
    case = Case(
        cut=cut, media=media, first=first, frames=101, start=0, length=length, shows=(0, length - 1), is_sequence=True
    )
    clip = clip_of(case, shelf)
    hole = hole_in(cut_of(clip, gap(cut), clip.deepcopy(), rate=cut), tmp_path)
    assert hole.before is not None
    assert (hole.before.frame, "has no picture there" in hole.before.unseen) == (None, True)


def test_a_movie_whose_range_counts_from_another_beginning_is_told_and_is_no_hole(shelf: Shelf, tmp_path: Path) -> None:
    case = Case(cut=24, media=24, first=86400, frames=100, start=10, length=40, shows=(10, 49))
    clip = clip_of(case, shelf)
    found = found_in(cut_of(clip, gap(24), clip.deepcopy(), rate=24), tmp_path)
    assert [hole.kind for hole in found.holes] == [HoleKind.GAP]
    assert "OFF_MEDIA" in {finding.code for finding in found.findings}


@pytest.mark.parametrize("is_sequence", [True, False])
@pytest.mark.parametrize("speeds", [(), (2.0,), (-1.0,)])
def test_a_time_warp_is_said_to_show_what_no_timeline_tells(
    shelf: Shelf, tmp_path: Path, speeds: tuple[float, ...], *, is_sequence: bool
) -> None:
    case = Case(
        cut=HIERO, media=25, first=948674, frames=301, start=909986.0387191772, length=11, shows=(176, 186),
        is_sequence=is_sequence,
    )  # fmt: skip
    clip = clip_of(case, shelf)
    clip.effects.extend(otio.schema.LinearTimeWarp(time_scalar=speed) for speed in speeds)
    clip.effects.append(otio.schema.TimeEffect(effect_name="TimeWarp", metadata={"lookup": [-5.0, 0.5, 10.0]}))
    found = found_in(cut_of(clip, gap(HIERO), clip.deepcopy(), rate=HIERO), tmp_path)
    (hole,) = found.holes
    assert hole.before is not None
    assert (hole.before.frame, "which has a speed ramp" in hole.before.unseen) == (None, True)


# --- what the media lacks, and what it has besides --------------------------------------------------------------------


def spelled(text: str) -> float:
    return float(FrameRate.parse(text).fps)


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("speed", [1.0, -1.0, 2.0])
def test_the_frames_that_a_movie_lacks_are_a_hole_beside_the_last_one_that_it_has(
    shelf: Shelf, tmp_path: Path, text: str, speed: float
) -> None:
    """35 frames into a movie of 101 whose clip runs 10 frames over its end, or that begins 10 frames too early."""
    rate, first = spelled(text), 3600 * FrameRate.parse(text).nominal
    over, length = 10, 40
    used = round(length * abs(speed))
    late = Case(
        cut=rate, media=rate, first=first, frames=101, start=first + 101 + over * abs(speed) - used, length=length,
        shows=(0, 100), speed=speed,
    )  # fmt: skip
    early = Case(
        cut=rate, media=rate, first=first, frames=101, start=first - over * abs(speed), length=length, shows=(0, 100),
        speed=speed,
    )  # fmt: skip
    whole = Case(cut=rate, media=rate, first=first, frames=101, start=first + 20, length=30, shows=(20, 49))
    for case, at_tail in ((late, speed > 0), (early, speed < 0)):
        around = [clip_of(whole, shelf), clip_of(case, shelf), clip_of(whole, shelf)]
        (hole,) = found_in(cut_of(*around, rate=rate), tmp_path).holes
        record = (30 + length - over, 30 + length) if at_tail else (30, 30 + over)
        assert (hole.kind, hole.record.start, hole.record.end) == (HoleKind.SHORT, *record)
        if speed > 0:
            inner, outer = (hole.before, hole.after) if at_tail else (hole.after, hole.before)
            own = (100 if speed == 1 else 99) if case is late else 0
            assert (seen(inner), seen(outer)) == (own, 20 if at_tail else 49)


@pytest.mark.parametrize(("cut", "media"), [(25.0, 24.0), (24.0, 25.0), (NTSC, 25.0), (23.976, 24.0), (60.0, 23.976)])
def test_a_movie_that_is_used_to_its_last_frame_lacks_none_in_a_cut_of_another_rate(
    shelf: Shelf, tmp_path: Path, cut: float, media: float
) -> None:
    own, shown = FrameRate.parse(media), FrameRate.parse(cut)
    path = shelf.movie(media, first=3600 * own.nominal, frames=101)
    whole = TimeRange(RationalTime(3600 * own.nominal, media), RationalTime(101, media))
    lasts = -(-101 * shown.fps // own.fps)  # cut frames that begin while the movie lasts
    for length, kinds in ((lasts, [HoleKind.GAP]), (lasts + 1, [HoleKind.SHORT, HoleKind.GAP])):
        reference = otio.schema.ExternalReference(target_url=str(path), available_range=whole)
        start = whole.start_time.rescaled_to(cut)
        clip = otio.schema.Clip("a", reference, TimeRange(start, RationalTime(int(length), cut)))
        tail = otio.schema.Clip("b", reference.deepcopy(), TimeRange(start, RationalTime(20, cut)))
        found = found_in(cut_of(clip, gap(cut), tail, rate=cut), tmp_path)
        assert [hole.kind for hole in found.holes] == kinds
        assert seen(found.holes[0].before) == 100


@pytest.mark.parametrize("name", [
    "a movie from its first frame, with a tail",
    "a movie with timecode and handles on both sides",
    "a movie at 23.976 with the timecode of an evening, its rate spelled in two ways",
    "a sequence shown whole",
    "a sequence with handles",
    "a sequence whose start is that of its media but for the spelling of a rate",
])  # fmt: skip
def test_handles_are_what_the_media_has_beyond_what_is_seen(shelf: Shelf, tmp_path: Path, name: str) -> None:
    """Asked through what it is for: of how many frames a neighbour is told to have more than it shows."""
    case = CASES[name]
    step = FrameRate.parse(case.media).fps / FrameRate.parse(case.cut).fps
    tail = int((case.frames - case.shows[0]) / step - case.length)
    head = int(case.shows[0] / step)
    for wanted, side in ((tail, "tail"), (head, "head")):
        for length in (wanted, wanted + 1) if wanted else (1,):
            clip, other = clip_of(case, shelf), otio.schema.Clip("other", otio.schema.MissingReference())
            other.source_range = TimeRange(RationalTime(0, case.cut), RationalTime(30, case.cut))
            items = [clip, gap(case.cut, length), other] if side == "tail" else [other, gap(case.cut, length), clip]
            path = tmp_path / "cut.otio"
            path.write_text(cut_of(*items, rate=case.cut).to_json_string())
            rules = Rules(min_frames=1, dip_frames=1)
            request = SurveyRequest(timeline=path, settings=ReadSettings(), rules=rules)
            (hole,) = run_survey(request, lambda _done: None).found.holes
            delivery = Delivered(rate=FrameRate.parse(case.cut), size=SIZE, size_from="the test")
            spec = make_spec((hole,), code="SH0010", wishes=ShotWishes(delivery=delivery))
            counted = f"{length} frame{'s' if length > 1 else ''}"
            expected = f"neighbour at its {side} by {counted}" if length <= wanted else ""
            assert propose_extension(spec) == expected


# --- a track of several clips -----------------------------------------------------------------------------------------


def test_clips_of_two_rates_one_after_the_other_leave_no_hole_and_show_their_own_frames(
    shelf: Shelf, tmp_path: Path
) -> None:
    at_25 = Case(
        cut=25, media=25, first=0, frames=101, start=0, length=101, shows=(0, 100), is_sequence=True, numbered=1000
    )
    at_24 = Case(cut=25, media=24, first=87399, frames=101, start=91040.625, length=97, shows=(0, 92), is_sequence=True)
    clips = [clip_of(each, shelf) for each in (at_25, at_24, at_25, at_24)]
    assert found_in(cut_of(*clips, rate=25), tmp_path).holes == ()
    clips.insert(2, gap(25, 12))
    hole = hole_in(cut_of(*clips, rate=25), tmp_path)
    assert (hole.record.start, hole.record.end) == (198, 210)
    assert (seen(hole.before), seen(hole.after)) == (92, 0)


def test_a_sequence_that_runs_out_is_no_hole(shelf: Shelf, tmp_path: Path) -> None:
    """Resolve writes ranges of sequences that say too little; what they lack is told where it matters."""
    case = Case(cut=24, media=24, first=87399, frames=101, start=87389, length=121, shows=(0, 100), is_sequence=True)
    clip = clip_of(case, shelf)
    hole = hole_in(cut_of(clip, gap(24), clip.deepcopy(), rate=24), tmp_path)
    assert hole.kind is HoleKind.GAP
    assert hole.before is not None
    assert (hole.before.frame, "has no picture there" in hole.before.unseen) == (None, True)

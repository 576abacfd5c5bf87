"""The frame beside a hole is the one that the cut shows there, read back from numbers in the pictures.

Timelines are built as each program writes them, read as `pickup fill` reads them, and the frames are taken from real
files of every rate.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from pickup.holes import Hole, MediaFrame, Neighbour, Rules
from pickup.media.frames import FrameRequest, grab, seen_frame, seen_frame_async
from pickup.testing.clips import numbered_picture, read_number, write_numbered_clip
from pickup.testing.crossings import CutFile, open_cut, snapshot_of, writing_of
from pickup.testing.ramps import final_cuts_ramp, hieros_ramp, resolves_ramp
from pickup.timelines.sniff import load_dialect
from pickup.timelines.survey import ReadSettings, SurveyRequest, run_survey
from pickup.timing import FrameRate

SIZE = (160, 90)
FRAMES = 160
LENGTH = 24
"""Record frames of every neighbour."""
START = 30
"""Frame of the media at which it starts."""
STILL = 7777
RATES = ["23.976", "24", "25", "29.97 DF", "29.97 NDF", "30", "50", "59.94", "60"]
PNG = ".png"

Item = otio.core.Item
Builder = Callable[["Bench"], Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Files of numbered pictures."""

    folder: Path

    def movie(self, rate: FrameRate) -> Path:
        path = self.folder / f"clip_{rate.fps.numerator}_{rate.fps.denominator}.mp4"
        if not path.exists():
            write_numbered_clip(path, frames=FRAMES, rate=rate, size=SIZE)
        return path

    def pictures(self, *, first: int = 1001, step: int = 1, without: Sequence[int] = ()) -> Path:
        """A folder of PNGs of which the file `first` carries the number 0."""
        folder = self.folder / f"shot_{first}_{step}_{'_'.join(map(str, without))}"
        if not folder.exists():
            folder.mkdir()
            for count in range(FRAMES // step):
                number = first + count * step
                if number not in without:
                    name = f"{'-' if number < 0 else ''}{abs(number):05d}{PNG}"
                    Image.fromarray(numbered_picture(count, size=SIZE)).save(folder / f"plate.{name}", compress_level=1)
        return folder

    def still(self) -> Path:
        path = self.folder / "card.png"
        Image.fromarray(numbered_picture(STILL, size=SIZE)).save(path)
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Items of one cut; media begin at one hour."""

    rate: FrameRate
    media: Media
    is_premiere: bool = False

    @property
    def fps(self) -> float:
        return float(self.rate.fps)

    @property
    def hour(self) -> int:
        return 3600 * self.rate.nominal

    def span(self, start: float, length: float) -> otio.opentime.TimeRange:
        return otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, self.fps), otio.opentime.RationalTime(length, self.fps)
        )

    def used(self, start: float, length: int, *, speed: float) -> otio.opentime.TimeRange:
        """A source range for so many record frames, as long as the program counts it."""
        counted = length * abs(speed) if self.is_premiere and speed else length
        return self.span(start, counted)

    def shot(self, *, start: float = START, length: int = LENGTH, speed: float = 1, **more: object) -> otio.schema.Clip:
        reference = otio.schema.ExternalReference(
            target_url=str(self.media.movie(self.rate)), available_range=self.span(self.hour, FRAMES)
        )
        return self.clip(reference, start=self.hour + start, length=length, speed=speed, **more)

    def clip(
        self,
        reference: otio.core.MediaReference,
        *,
        start: float,
        length: int = LENGTH,
        speed: float = 1,
        name: str = "neighbour.mov",
    ) -> otio.schema.Clip:
        made = otio.schema.Clip(
            name=name, media_reference=reference, source_range=self.used(start, length, speed=speed)
        )
        if speed != 1:
            made.effects.append(warp(speed))
        return made

    def sequence(self, **more: object) -> otio.schema.ImageSequenceReference:
        told: dict[str, object] = {"first": 1001, "step": 1, "without": (), "policy": "error", **more}
        folder = self.media.pictures(first=told["first"], step=told["step"], without=told["without"])  # type: ignore[arg-type]
        policy = otio.schema.ImageSequenceReference.MissingFramePolicy
        return otio.schema.ImageSequenceReference(
            target_url_base=str(folder),
            name_prefix="plate.",
            name_suffix=PNG,
            start_frame=told["first"],
            frame_step=told["step"],
            rate=self.fps,
            frame_zero_padding=5,
            missing_frame_policy=getattr(policy, str(told["policy"])),
            available_range=self.span(self.hour, FRAMES),
        )

    def stack(
        self, *tracks: otio.schema.Track, start: float, length: int = LENGTH, speed: float = 1
    ) -> otio.schema.Stack:
        made = otio.schema.Stack(name="Compound", source_range=self.used(start, length, speed=speed))
        made.extend(tracks)
        if speed != 1:
            made.effects.append(warp(speed))
        return made

    def long_shot(self) -> otio.schema.Track:
        """What compound clips hold: two seconds and more of the media, from frame 30 on."""
        return track(self.shot(length=80), name="V1")

    def covered(self) -> tuple[otio.schema.Track, ...]:
        """The same under a clip that is disabled and under a track that is."""
        off = self.shot(start=0, length=80)
        off.enabled = False
        blind = track(self.shot(start=0, length=80), name="V3")
        blind.enabled = False
        return self.long_shot(), track(off, name="V2"), blind

    def timeline(self, before: Item, after: Item, *, start: int | None = None) -> otio.schema.Timeline:
        """The neighbours with a second of nothing between them, at 24."""
        made = otio.schema.Timeline(name="cut")
        made.global_start_time = otio.opentime.RationalTime(self.hour if start is None else start, self.fps)
        made.tracks.append(track(before, otio.schema.Gap(source_range=self.span(0, 24)), after, name="V1"))
        if self.is_premiere:
            made.tracks.metadata["PremierePro_OTIO"] = {"VideoFrameRate": self.fps}
        return made


def warp(speed: float) -> otio.schema.TimeEffect:
    return otio.schema.LinearTimeWarp(time_scalar=speed) if speed else otio.schema.FreezeFrame()


def track(*children: otio.core.Composable, name: str) -> otio.schema.Track:
    made = otio.schema.Track(name=name, kind="Video")
    made.extend(children)
    return made


CASES: dict[str, tuple[Builder, int, int]] = {
    "trim": (lambda b: b.shot(), START, START + 23),
    "50 %": (lambda b: b.shot(speed=0.5), START, START + 11),
    "200 %": (lambda b: b.shot(speed=2), START, START + 46),
    "97.3 %": (lambda b: b.shot(speed=0.973), START, START + 22),
    "-100 %": (lambda b: b.shot(speed=-1), START + 23, START),
    "-50 %": (lambda b: b.shot(speed=-0.5), START + 11, START),
    "-200 %": (lambda b: b.shot(speed=-2), START + 47, START + 1),
    "freeze": (lambda b: b.shot(speed=0), START, START),
    "nested": (lambda b: b.stack(*b.covered(), start=5), START + 5, START + 28),
    "nested twice and trimmed": (
        lambda b: b.stack(track(b.stack(*b.covered(), start=4, length=60), name="V1"), start=3),
        START + 7,
        START + 30,
    ),
    "reversed, in a nest that is trimmed": (
        lambda b: b.stack(track(b.shot(length=60, speed=-1), name="V1"), start=6),
        START + 53,
        START + 30,
    ),
    "retimed nest": (lambda b: b.stack(*b.covered(), start=5, speed=2), START + 5, START + 51),
    "reversed nest": (lambda b: b.stack(*b.covered(), start=5, speed=-1), START + 28, START + 5),
    "frozen nest": (lambda b: b.stack(*b.covered(), start=5, speed=0), START + 5, START + 5),
    "retimed shot in a retimed nest": (
        lambda b: b.stack(track(b.shot(length=80, speed=0.5), name="V1"), start=5, speed=2),
        START + 2,
        START + 25,
    ),
    "nest in a retimed nest": (
        lambda b: b.stack(track(b.stack(*b.covered(), start=4, length=70), name="V1"), start=3, speed=2),
        START + 7,
        START + 53,
    ),
    "sequence": (lambda b: b.clip(b.sequence(), start=b.hour + START), START, START + 23),
    "sequence, reversed": (lambda b: b.clip(b.sequence(), start=b.hour + START, speed=-1), START + 23, START),
    "still": (
        lambda b: b.clip(
            otio.schema.ExternalReference(target_url=str(b.media.still()), available_range=b.span(0, 1)), start=0
        ),
        STILL,
        STILL,
    ),
}
"""Each neighbour with the number of its first and of its last frame in the cut."""

every_case = pytest.mark.parametrize("case", CASES)
every_rate = pytest.mark.parametrize("text", RATES)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    return Media(folder=tmp_path_factory.mktemp("media"))


def bench_of(text: str, *, media: Media, is_premiere: bool = False) -> Bench:
    return Bench(rate=FrameRate.parse(text.split(maxsplit=1)[0]), media=media, is_premiere=is_premiere)


def hole_in(
    content: str | bytes, folder: Path, *, name: str = "cut.otio", settings: ReadSettings | None = None
) -> Hole:
    """The one hole of a timeline, as `pickup fill` finds it."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    request = SurveyRequest(timeline=path, settings=settings or ReadSettings(), rules=Rules(short=False))
    (hole,) = run_survey(request, lambda _done: None).found.holes
    return hole


def number_of(frame: MediaFrame) -> int:
    request = FrameRequest(
        path=frame.path,
        file_seconds=frame.seconds - (frame.media_start or 0),
        backwards=frame.backwards,
        may_be_timecode=frame.media_start is None,
    )
    return number_in(grab(request, lambda _done: None))


def number_in(png: bytes) -> int:
    return read_number(np.asarray(Image.open(io.BytesIO(png))))


def seen(neighbour: Neighbour | None) -> int:
    assert neighbour is not None
    assert neighbour.frame is not None, neighbour.unseen
    return number_of(neighbour.frame)


def numbers(timeline: otio.schema.Timeline, folder: Path) -> tuple[int, int]:
    """What is seen after the hole and before it."""
    hole = hole_in(timeline.to_json_string(), folder)
    return seen(hole.after), seen(hole.before)


@every_rate
@every_case
def test_the_frame_beside_a_hole_is_the_one_that_the_cut_shows(
    media: Media, tmp_path: Path, text: str, case: str
) -> None:
    bench = bench_of(text, media=media)
    build, first, last = CASES[case]
    start = 107892 if text == "29.97 DF" else None
    assert numbers(bench.timeline(build(bench), build(bench), start=start), tmp_path) == (first, last)


@pytest.mark.parametrize("text", ["23.976", "25", "59.94"])
@every_case
def test_resolves_timelines_show_the_same(media: Media, tmp_path: Path, text: str, case: str) -> None:
    bench = bench_of(text, media=media)
    build, first, last = CASES[case]
    timeline = bench.timeline(build(bench), build(bench))
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    assert numbers(timeline, tmp_path) == (first, last)


@pytest.mark.parametrize("text", ["23.976", "25", "59.94"])
@every_case
def test_premieres_timelines_show_the_same_but_for_what_they_do_not_say(
    media: Media, tmp_path: Path, text: str, case: str
) -> None:
    bench = bench_of(text, media=media, is_premiere=True)
    build, first, last = CASES[case]
    timeline = bench.timeline(build(bench), build(bench))
    hole = hole_in(timeline.to_json_string(), tmp_path)
    assert hole.before is not None
    if case.startswith("-") or "reversed" in case:
        assert hole.before.frame is None
        assert "reversed, and it is not certain where in its media it begins" in hole.before.unseen
    else:
        assert (seen(hole.after), seen(hole.before)) == (first, last)


@pytest.mark.parametrize("text", ["23.976", "25", "59.94"])
@pytest.mark.parametrize("case", [each for each in CASES if "sequence" not in each])
def test_final_cuts_xml_shows_the_same(media: Media, tmp_path: Path, text: str, case: str) -> None:
    bench = bench_of(text, media=media)
    build, first, last = CASES[case]
    source = bench.timeline(build(bench), build(bench)).to_json_string().encode()
    file = CutFile(name="cut", content=source, path=tmp_path / "cut.otio")
    read = open_cut(file)
    writing = writing_of(snapshot_of(read, looker=file.looker))
    content = load_dialect("fcp7").write(read.timeline, writing=writing)
    hole = hole_in(content, tmp_path, name="cut.xml")
    assert (seen(hole.after), seen(hole.before)) == (first, last)


def test_a_reversed_clip_of_premiere_that_shows_all_of_its_media_is_certain(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media, is_premiere=True)
    whole = [bench.shot(start=0, length=FRAMES, speed=-1) for _ in range(2)]
    assert numbers(bench.timeline(*whole), tmp_path) == (FRAMES - 1, 0)


def test_a_reversed_range_that_lies_beyond_its_media_is_counted_otherwise_and_not_guessed(
    media: Media, tmp_path: Path
) -> None:
    bench = bench_of("24", media=media)
    hole = hole_in(bench.timeline(bench.shot(start=FRAMES - 1, speed=-1), bench.shot()).to_json_string(), tmp_path)
    assert hole.before is not None
    assert (hole.before.frame, "not certain" in hole.before.unseen) == (None, True)


# --- mixed rates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_at", "cut_at"),
    [
        ("23.976", "24"),
        ("25", "23.976"),
        ("24", "25"),
        ("50", "25"),
        ("59.94", "23.976"),
        ("29.97", "25"),
        ("24", "60"),
    ],
)
@pytest.mark.parametrize("speed", [1.0, 0.5, 2.0, -1.0])
def test_media_of_another_rate_show_the_frame_of_that_moment(
    media: Media, tmp_path: Path, made_at: str, cut_at: str, speed: float
) -> None:
    own, bench = bench_of(made_at, media=media), bench_of(cut_at, media=media)
    reference = own.shot().media_reference
    clips = []
    for _ in range(2):
        clip = otio.schema.Clip(name="neighbour.mov", media_reference=reference.deepcopy())
        start = otio.opentime.RationalTime(own.hour + START, own.fps)
        clip.source_range = otio.opentime.TimeRange(start, otio.opentime.RationalTime(LENGTH, bench.fps))
        if speed != 1:
            clip.effects.append(warp(speed))
        clips.append(clip)
    step = own.rate.fps / bench.rate.fps * abs(Fraction(speed))
    if speed > 0:
        expected = START, START + int(step * (LENGTH - 1))
    else:
        shown = [-(-(step * left).numerator // (step * left).denominator) - 1 for left in (LENGTH, 1)]
        expected = START + shown[0], START + shown[1]
    assert numbers(bench.timeline(*clips), tmp_path) == expected


def test_a_source_start_with_all_digits_of_a_double_is_the_frame_that_was_meant(media: Media, tmp_path: Path) -> None:
    own, bench = bench_of("25", media=media), bench_of("23.976", media=media)
    for number in range(0, 60, 7):
        first = float((own.hour + number) / own.rate.fps * bench.rate.fps)
        clips = [bench.clip(own.shot().media_reference.deepcopy(), start=first, length=3) for _ in range(2)]
        assert numbers(bench.timeline(*clips), tmp_path)[0] == number


def test_a_compound_clip_of_another_rate_is_looked_at_in_its_own_frames(media: Media, tmp_path: Path) -> None:
    own, bench = bench_of("25", media=media), bench_of("50", media=media)
    inner = own.stack(own.long_shot(), start=5, length=12, speed=0.5)
    assert numbers(bench.timeline(inner, inner.deepcopy()), tmp_path) == (START + 5, START + 10)


def test_media_without_a_range_count_from_their_own_timecode_where_the_source_lies_in_it(tmp_path: Path) -> None:
    rate = FrameRate.parse("24")
    path = tmp_path / "coded.mov"
    write_numbered_clip(path, frames=FRAMES, rate=rate, size=SIZE, timecode="01:00:00:00")
    bench = Bench(rate=rate, media=Media(folder=tmp_path))
    bare = otio.schema.ExternalReference(target_url=str(path))
    in_timecode = bench.timeline(*(bench.clip(bare.deepcopy(), start=bench.hour + START) for _ in range(2)))
    from_zero = bench.timeline(*(bench.clip(bare.deepcopy(), start=START) for _ in range(2)))
    assert numbers(in_timecode, tmp_path) == numbers(from_zero, tmp_path) == (START, START + 23)


# --- what lies over the neighbour -------------------------------------------------------------------------------------


def test_what_is_empty_in_a_retimed_compound_clip_shows_what_lies_below_it(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    late = track(otio.schema.Gap(source_range=bench.span(0, 40)), bench.shot(start=60, length=20), name="V1")
    timeline = bench.timeline(bench.shot(), bench.shot())
    above = bench.stack(late, start=0, speed=2)  # its frames 40 to 46 are record frames 20 to 23
    timeline.tracks.append(track(above, name="V2"))
    assert numbers(timeline, tmp_path) == (START, 66)
    above.source_range = bench.used(0, LENGTH, speed=1)
    above.effects[:] = [warp(0.5)]
    assert numbers(timeline, tmp_path) == (START, START + 23)


def test_a_lower_third_in_a_retimed_compound_clip_is_looked_through(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    words = otio.schema.Clip(
        name="Lower third",
        media_reference=otio.schema.GeneratorReference(generator_kind="Title"),
        source_range=bench.span(0, 80),
    )
    nest = bench.stack(bench.long_shot(), track(words, name="V2"), start=5, speed=2)
    assert numbers(bench.timeline(nest, nest.deepcopy()), tmp_path) == (START + 5, START + 51)


def test_a_dissolve_at_the_edge_moves_the_frame_to_before_it(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    timeline = bench.timeline(bench.shot(speed=2), bench.shot(speed=-1))
    edge = otio.opentime.RationalTime(4, 24)
    none = otio.opentime.RationalTime(0, 24)
    fade = otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=edge, out_offset=none)
    timeline.tracks[0].insert(1, fade)
    hole = hole_in(timeline.to_json_string(), tmp_path)
    assert (hole.covers.length, seen(hole.before), seen(hole.after)) == (28, START + 2 * 19, START + 23)


# --- speed ramps ------------------------------------------------------------------------------------------------------


def faster(length: int) -> list[float]:
    """From frame 2 on, faster and faster."""
    return [2 + number * number / 64 for number in range(length)]


def hieros(shown: Sequence[float]) -> otio.schema.TimeEffect:
    return otio.schema.TimeEffect(effect_name="TimeWarp", metadata=hieros_ramp(shown))


@every_rate
@pytest.mark.parametrize("inside", [False, True], ids=["in the cut", "in a retimed compound clip"])
def test_a_speed_ramp_of_hiero_shows_the_frames_that_it_names(
    media: Media, tmp_path: Path, text: str, *, inside: bool
) -> None:
    bench = bench_of(text, media=media)
    length = 80 if inside else LENGTH
    shot = bench.shot(length=length)
    shot.effects.append(hieros(faster(length)))
    neighbour = bench.stack(track(shot, name="V1"), start=5, speed=2) if inside else shot
    first, last = (5, 5 + 2 * (LENGTH - 1)) if inside else (0, LENGTH - 1)
    expected = tuple(START + int(faster(length)[number]) for number in (first, last))
    start = 107892 if text == "29.97 DF" else None
    assert numbers(bench.timeline(neighbour, neighbour.deepcopy(), start=start), tmp_path) == expected


@pytest.mark.parametrize("text", ["23.976", "25", "59.94"])
def test_a_speed_ramp_of_resolve_shows_the_frames_on_its_lines(media: Media, tmp_path: Path, text: str) -> None:
    bench = bench_of(text, media=media)
    rows = [(0, 0), (10, 40), (10 + 2 * (FRAMES - 40), FRAMES)]  # four times as fast for ten frames, then half
    keys = [(float(when / bench.rate.fps), float(shown / bench.rate.fps)) for when, shown in rows]
    shot = bench.shot(start=0)
    shot.effects.append(otio.schema.TimeEffect(metadata=resolves_ramp(*keys)))
    timeline = bench.timeline(shot, shot.deepcopy())
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    assert numbers(timeline, tmp_path) == (0, 40 + (LENGTH - 1 - 10) // 2)


@pytest.mark.parametrize("text", ["23.976", "25", "59.94"])
def test_a_speed_ramp_of_final_cuts_xml_shows_the_frames_of_its_curve(media: Media, tmp_path: Path, text: str) -> None:
    bench = bench_of(text, media=media)
    ramp = final_cuts_ramp((0, 0), (40, 20), (60, 80))
    source = bench.timeline(bench.shot(), bench.shot()).to_json_string().encode()
    file = CutFile(name="cut", content=source, path=tmp_path / "cut.otio")
    read = open_cut(file)
    plain = load_dialect("fcp7").write(read.timeline, writing=writing_of(snapshot_of(read, looker=file.looker)))
    hole = hole_in(plain.replace(b"</clipitem>", ramp.encode() + b"</clipitem>"), tmp_path, name="cut.xml")
    assert (seen(hole.after), seen(hole.before)) == (15, 20 + 3 * (START + LENGTH - 1 - 40))  # in is 30: at half speed


def test_where_a_ramp_plays_backwards_no_frame_is_taken(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    shot = bench.shot()
    shot.effects.append(hieros([*range(12), *range(11, -1, -1)]))
    hole = hole_in(bench.timeline(shot, shot.deepcopy()).to_json_string(), tmp_path)
    assert hole.before is not None
    assert (hole.before.frame, "plays backwards there" in hole.before.unseen) == (None, True)
    assert seen(hole.after) == START


@pytest.mark.parametrize("inside", [False, True], ids=["in the cut", "in a retimed compound clip"])
def test_a_speed_ramp_that_says_nothing_gives_no_frame_and_says_why(
    media: Media, tmp_path: Path, *, inside: bool
) -> None:
    bench = bench_of("24", media=media)
    ramp = bench.shot(length=80)
    ramp.effects.append(otio.schema.TimeEffect(effect_name="Retime"))
    before = bench.stack(track(ramp, name="V1"), start=5, speed=2) if inside else ramp
    hole = hole_in(bench.timeline(before, bench.shot()).to_json_string(), tmp_path)
    assert hole.before is not None
    assert hole.before.frame is None
    assert "which has a speed ramp of which the timeline does not say what it shows when" in hole.before.unseen


# --- image sequences --------------------------------------------------------------------------------------------------


def sequence_numbers(bench: Bench, folder: Path, *, start: int = START, **more: object) -> tuple[int, int]:
    clips = [bench.clip(bench.sequence(**more), start=bench.hour + start) for _ in range(2)]
    return numbers(bench.timeline(*clips), folder)


def test_a_sequence_on_twos_holds_each_picture_for_two_frames(media: Media, tmp_path: Path) -> None:
    assert sequence_numbers(bench_of("24", media=media), tmp_path, step=2) == (START // 2, (START + 23) // 2)


def test_numbers_below_zero_are_padded_behind_the_minus(media: Media, tmp_path: Path) -> None:
    assert sequence_numbers(bench_of("24", media=media), tmp_path, first=-40) == (START, START + 23)


def test_a_sequence_of_another_rate_shows_the_picture_of_that_moment(media: Media, tmp_path: Path) -> None:
    own, bench = bench_of("25", media=media), bench_of("50", media=media)
    clips = [bench.clip(own.sequence(), start=bench.hour + 2 * START) for _ in range(2)]
    assert numbers(bench.timeline(*clips), tmp_path) == (START, START + 11)


MISSING = (1001 + START + 23, 1001 + START + 22)


@pytest.mark.parametrize(("policy", "expected"), [("hold", START + 21), ("black", 0), ("error", None)])
def test_a_picture_that_is_missing_is_answered_by_the_sequences_own_rule(
    media: Media, tmp_path: Path, policy: str, expected: int | None
) -> None:
    bench = bench_of("24", media=media)
    clip = bench.clip(bench.sequence(without=MISSING, policy=policy), start=bench.hour + START)
    before = hole_in(bench.timeline(clip, bench.shot()).to_json_string(), tmp_path).before
    assert before is not None
    if expected is None or before.frame is None:
        assert (before.frame, expected) == (None, None)
        assert before.unseen == f"is an image sequence that lacks the picture plate.{MISSING[0]:05d}{PNG}"
        return
    png = seen_frame(before.frame, size=SIZE)
    assert number_in(png) == expected
    assert np.asarray(Image.open(io.BytesIO(png))).any() == (policy != "black")


@pytest.mark.parametrize(("policy", "expected"), [("hold", FRAMES - 1), ("error", None)])
def test_a_sequence_that_ends_too_early_holds_its_last_picture_only_where_it_says_so(
    media: Media, tmp_path: Path, policy: str, expected: int | None
) -> None:
    bench = bench_of("24", media=media)
    clip = bench.clip(bench.sequence(policy=policy), start=bench.hour + FRAMES - 10)
    before = hole_in(bench.timeline(clip, bench.shot()).to_json_string(), tmp_path).before
    assert before is not None
    assert (number_of(before.frame) if before.frame else None) == expected


def test_a_sequence_named_with_its_first_and_last_number_is_read_without_a_pattern(
    media: Media, tmp_path: Path
) -> None:
    bench = bench_of("24", media=media)
    url = f"{media.pictures()}/plate.[01001-{1000 + FRAMES:05d}]{PNG}"
    reference = otio.schema.ExternalReference(target_url=url, available_range=bench.span(bench.hour, FRAMES))
    clips = [bench.clip(reference.deepcopy(), start=bench.hour + START) for _ in range(2)]
    assert numbers(bench.timeline(*clips), tmp_path) == (START, START + 23)


def test_a_sequence_that_does_not_say_where_its_numbers_begin_gives_no_frame(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    reference = otio.schema.ExternalReference(
        target_url=f"{media.pictures()}/plate.%05d{PNG}", available_range=bench.span(0, FRAMES)
    )
    hole = hole_in(bench.timeline(bench.clip(reference, start=START), bench.shot()).to_json_string(), tmp_path)
    assert hole.before is not None
    assert (hole.before.frame, "does not say how it is numbered" in hole.before.unseen) == (None, True)


# --- what may be opened -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["sequence", "nested", "retimed nest"])
def test_a_watched_folder_takes_no_frame_from_outside_however_deep_it_lies(
    media: Media, tmp_path: Path, case: str
) -> None:
    bench = bench_of("24", media=media)
    build, _, _ = CASES[case]
    content = bench.timeline(build(bench), build(bench)).to_json_string()
    for below, is_open in ((str(tmp_path), False), (str(media.folder), True)):
        hole = hole_in(content, tmp_path, settings=ReadSettings(media_below=(below,)))
        assert hole.before is not None
        assert (hole.before.frame is not None) == is_open


def test_a_picture_of_a_sequence_that_is_a_link_to_elsewhere_is_not_taken(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    reference = bench.sequence()
    folder = tmp_path / "plates"
    folder.mkdir()
    for path in Path(reference.target_url_base).iterdir():
        if path.name != f"plate.{MISSING[0]:05d}{PNG}":
            (folder / path.name).write_bytes(path.read_bytes())
        else:
            (folder / path.name).symlink_to(path)
    reference.target_url_base = str(folder)
    clips = [bench.clip(reference.deepcopy(), start=bench.hour + START) for _ in range(2)]
    settings = ReadSettings(media_below=(str(tmp_path),))
    hole = hole_in(bench.timeline(*clips).to_json_string(), tmp_path, settings=settings)
    assert hole.before is not None
    assert hole.before.frame is None
    assert seen(hole.after) == START


def test_identity_rests_on_what_it_rested_on_whatever_the_frame(media: Media, tmp_path: Path) -> None:
    bench = bench_of("24", media=media)
    hole = hole_in(bench.timeline(bench.shot(speed=-1), bench.shot()).to_json_string(), tmp_path)
    before = hole.before
    assert before is not None
    assert before.joint == f"clip_24_1.mp4@{bench.rate.seconds(bench.hour + START - 23)}"
    assert replace(before, frame=None).joint == before.joint


def test_a_frame_comes_from_a_child_in_the_size_that_is_asked_for(media: Media, tmp_path: Path) -> None:
    bench = bench_of("25", media=media)
    hole = hole_in(bench.timeline(bench.shot(speed=-1), bench.shot()).to_json_string(), tmp_path)
    assert hole.before is not None
    assert hole.before.frame is not None
    png = seen_frame(hole.before.frame, size=(320, 180))
    assert Image.open(io.BytesIO(png)).size == (320, 180)
    assert number_in(png) == START
    assert asyncio.run(seen_frame_async(hole.before.frame, size=(320, 180))) == png

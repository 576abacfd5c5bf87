"""Samples in plain OpenTimelineIO: one per question that a finder of holes must answer.

The comments beside the items are record frames, `start..end`, end exclusive.
"""

from __future__ import annotations

from fractions import Fraction

from pickup.demo import nodes
from pickup.demo.desk import Desk
from pickup.demo.media import MediaSort, SampleMedia
from pickup.demo.sample import Assembly, ExpectedHole, Sample, color_of, movies

_FILM = Fraction(24000, 1001)
_PAL = Fraction(25)
_CINEMA = Fraction(24)


def documentary() -> Sample:
    """Interviews with B-roll: a hole is only what nothing covers."""
    clips = movies(130, 130, 100, 90, 80, 60, rate=_PAL, stem="INT")
    sound = SampleMedia(name="INT_mix.wav", frames=480, rate=_PAL, sort=MediaSort.SOUND)

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four, boats, market = clips
        picture = desk.track(
            "Video 1",
            desk.shot(one, first=10, length=100),  # 0..100
            desk.gap(50),  # 100..150, under the boats
            desk.shot(two, first=10, length=100),  # 150..250
            desk.gap(40),  # 250..290
            desk.shot(three, first=10, length=70),  # 290..360
            desk.gap(60),  # 360..420, half of it under the market
            desk.shot(four, first=10, length=60),  # 420..480
        )
        broll = desk.track(
            "B-roll",
            desk.gap(95),
            desk.shot(boats, first=5, length=60),  # 95..155
            desk.gap(205),
            desk.shot(market, first=5, length=30),  # 360..390
            desk.gap(90),
        )
        audio = desk.track("Audio 1", desk.shot(sound, length=480), kind="Audio")
        marker = desk.note("fishermen mend their nets on the quay", at=255, name="need B-roll")
        return Assembly(tracks=(picture, broll, audio), markers=(marker,))

    return Sample(
        name="documentary_broll_gaps",
        says="Documentary at 25 fps: B-roll hides one gap, half of another, and leaves one open",
        rate=_PAL,
        duration=480,
        start_frame=90000,
        media=(*clips, sound),
        holes=(
            ExpectedHole(kind="GAP", track="Video 1", start=250, end=290, brief="fishermen mend their nets"),
            ExpectedHole(kind="GAP", track="Video 1", start=390, end=420),
        ),
        assemble=assemble,
    )


def reel_with_slugs() -> Sample:
    """Black with briefs, black to leave alone, black before the first shot and after the last."""
    clips = movies(150, 150, 120, 100, rate=_FILM, stem="A001")

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four = clips
        brief = desk.note("PICKUP: wide shot of an empty station platform\nlens: 35mm\ntime: dawn", name="SC 12")
        track = desk.track(
            "V1",
            desk.generated("Bars", kind="SMPTEBars", length=48),  # 0..48
            desk.slug(24),  # 48..72
            desk.shot(one, first=12, length=120),  # 72..192
            desk.slug(72, markers=(brief,)),  # 192..264
            desk.shot(two, first=12, length=120),  # 264..384
            desk.slug(48, markers=(desk.note("PICKUP: skip"),)),  # 384..432
            desk.shot(three, first=12, length=96),  # 432..528
            desk.slug(60),  # 528..588
            desk.shot(four, first=12, length=72),  # 588..660
            desk.slug(24),  # 660..684
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="reel_23976_slugs_and_briefs",
        says="Reel at 23.976 from 01:00:00:00: black slugs, one with a PICKUP brief, one to skip, leader and tail",
        rate=_FILM,
        duration=684,
        start_frame=86400,
        short_rates=True,
        media=clips,
        holes=(
            ExpectedHole(kind="SLUG", track="V1", start=192, end=264, brief="empty station platform"),
            ExpectedHole(kind="SLUG", track="V1", start=528, end=588),
        ),
        assemble=assemble,
    )


def overlays() -> Sample:
    """What lies over a gap may hide it (B-roll, a title) or not (a letterbox); a disabled clip is nothing."""
    clips = movies(60, 60, 60, 60, 50, 70, 50, rate=_CINEMA, stem="OV")
    bars = SampleMedia(name="LETTERBOX_239.png", frames=1, rate=_CINEMA, sort=MediaSort.LETTERBOX)

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four, off, last, broll = clips
        picture = desk.track(
            "V1",
            desk.shot(one, first=6, length=48),  # 0..48
            desk.gap(24),  # 48..72, under B-roll
            desk.shot(two, first=6, length=48),  # 72..120
            desk.gap(36),  # 120..156, under a title
            desk.shot(three, first=6, length=48),  # 156..204
            desk.gap(48),  # 204..252
            desk.shot(four, first=6, length=48),  # 252..300
            nodes.disabled(desk.shot(off, first=6, length=40)),  # 300..340
            desk.shot(last, first=6, length=60),  # 340..400
        )
        over = desk.track(
            "V2",
            desk.gap(44),
            desk.shot(broll, first=6, length=32),  # 44..76
            desk.gap(44),
            desk.title("Three years earlier", length=36),  # 120..156
            desk.gap(244),
        )
        mask = desk.track("V3", desk.shot(bars, length=400))
        return Assembly(tracks=(picture, over, mask))

    return Sample(
        name="overlays_over_gaps",
        says="24 fps: no hole under B-roll or a title; one under a letterbox, one where a clip is disabled",
        rate=_CINEMA,
        duration=400,
        start_frame=86400,
        media=(*clips, bars),
        holes=(
            ExpectedHole(kind="GAP", track="V1", start=204, end=252),
            ExpectedHole(kind="GAP", track=None, start=300, end=340),
        ),
        findings=("OVERLAY",),
        assemble=assemble,
    )


def dissolves() -> Sample:
    """Transitions against a hole: from one side a hole that covers them, from both a fade."""
    clips = movies(100, 100, 110, 90, rate=_PAL, stem="D")

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four = clips
        track = desk.track(
            "V1",
            desk.shot(one, first=10, length=75),  # 0..75
            desk.dissolve(before=6, after=6),  # 69..81
            desk.gap(50),  # 75..125
            desk.shot(two, first=10, length=75),  # 125..200
            desk.gap(40),  # 200..240
            desk.dissolve(before=10, after=5),  # 230..245
            desk.shot(three, first=12, length=80),  # 240..320
            desk.dissolve(before=6, after=6),  # 314..326
            desk.gap(30),  # 320..350, a fade out and in
            desk.dissolve(before=6, after=6),  # 344..356
            desk.shot(four, first=12, length=70),  # 350..420
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="dissolves_beside_holes",
        says="25 fps: a dissolve into a hole, one out of a hole, and a fade to black and back that is no hole",
        rate=_PAL,
        duration=420,
        media=clips,
        holes=(
            ExpectedHole(kind="GAP", track="V1", start=75, end=125, covers=(69, 125)),
            ExpectedHole(kind="GAP", track="V1", start=200, end=240, covers=(200, 245)),
        ),
        findings=("FADE",),
        assemble=assemble,
    )


def nested() -> Sample:
    """A compound clip with a hole, used whole and trimmed."""
    clips = movies(60, 60, 60, 60, 60, rate=_CINEMA, stem="N")

    def assemble(desk: Desk) -> Assembly:
        one, two, three, inner_one, inner_two = clips

        def inside() -> nodes.Node:
            return desk.track(
                "Inner V1",
                desk.shot(inner_one, first=6, length=48),  # 0..48 of the inside
                desk.gap(48),  # 48..96
                desk.shot(inner_two, first=6, length=48),  # 96..144
            )

        track = desk.track(
            "V1",
            desk.shot(one, first=6, length=48),  # 0..48
            desk.compound("Scene 4", tracks=(inside(),), first=0, length=144),  # 48..192
            desk.shot(two, first=6, length=48),  # 192..240
            desk.compound("Scene 4", tracks=(inside(),), first=72, length=72),  # 240..312
            desk.shot(three, first=6, length=48),  # 312..360
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="nested_compound_with_hole",
        says="24 fps: the same compound clip twice, once trimmed, so that half of the hole inside is seen",
        rate=_CINEMA,
        duration=360,
        start_frame=86400,
        media=clips,
        holes=(
            ExpectedHole(kind="GAP", track="Inner V1", start=96, end=144, nested=True),
            ExpectedHole(kind="GAP", track="Inner V1", start=240, end=264, nested=True),
        ),
        assemble=assemble,
    )


def mixed_rates() -> Sample:
    """Media of five rates in a cut of 25 fps."""
    rates = (_CINEMA, _FILM, Fraction(30000, 1001), Fraction(50), _PAL)
    names = ("M24.mov", "M23976.mov", "M2997.mov", "M50.mov", "M25.mov")
    clips = tuple(
        SampleMedia(name=name, frames=120, rate=rate, color=color_of(index))
        for index, (name, rate) in enumerate(zip(names, rates, strict=True))
    )

    def assemble(desk: Desk) -> Assembly:
        cinema, film, video, fast, pal = clips
        track = desk.track(
            "V1",
            desk.shot(cinema, first=12, length=50),  # 0..50
            desk.gap(50),  # 50..100
            desk.shot(film, first=12, length=75),  # 100..175
            desk.gap(25),  # 175..200
            desk.shot(video, first=12, length=75),  # 200..275
            desk.shot(fast, first=12, length=50),  # 275..325
            desk.gap(25),  # 325..350
            desk.shot(pal, first=12, length=50),  # 350..400
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="mixed_rates_in_25fps",
        says="25 fps with media of 24, 23.976, 29.97, 50 and 25 fps; source starts at the media's rate",
        rate=_PAL,
        duration=400,
        start_frame=90000,
        media=clips,
        holes=(
            ExpectedHole(kind="GAP", track="V1", start=50, end=100),
            ExpectedHole(kind="GAP", track="V1", start=175, end=200),
            ExpectedHole(kind="GAP", track="V1", start=325, end=350),
        ),
        assemble=assemble,
    )


def offline_clips() -> Sample:
    """Media that is gone: known by name, by path, and with a mark; and a still that only stands in."""
    rate = Fraction(30)
    clips = movies(80, 80, 80, 80, 80, rate=rate, stem="ON")
    names = ("SC012_SH0040_v003.mov", "ferry_arrives.mov", "ferry_leaves.mov")
    gone = tuple(SampleMedia(name=name, frames=90, rate=rate, absent=True) for name in names)
    still = SampleMedia(name="TEMP_map.png", frames=1, rate=rate, color=color_of(9), sort=MediaSort.STILL)

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four, five = clips
        animated, arrives, leaves = gone
        mark = desk.note("PICKUP: a ferry leaves the harbor at noon, seen from the pier")
        track = desk.track(
            "V1",
            desk.shot(one, first=10, length=60),  # 0..60
            desk.offline(animated, length=60),  # 60..120
            desk.shot(two, first=10, length=60),  # 120..180
            desk.shot(arrives, length=60),  # 180..240
            desk.shot(three, first=10, length=60),  # 240..300
            desk.offline(leaves, length=60, markers=(mark,)),  # 300..360
            desk.shot(four, first=10, length=60),  # 360..420
            desk.shot(still, length=60),  # 420..480
            desk.shot(five, first=10, length=60),  # 480..540
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="offline_clips_30fps",
        says="30 fps: offline media by name, by path and with a PICKUP mark, and a still called TEMP",
        rate=rate,
        duration=540,
        start_frame=108000,
        media=(*clips, *gone, still),
        holes=(
            ExpectedHole(kind="OFFLINE", track="V1", start=60, end=120, needs="offline"),
            ExpectedHole(kind="OFFLINE", track="V1", start=180, end=240, needs="offline"),
            ExpectedHole(kind="OFFLINE", track="V1", start=300, end=360, brief="a ferry leaves the harbor"),
            ExpectedHole(kind="PLACEHOLDER", track="V1", start=420, end=480, brief="map"),
        ),
        assemble=assemble,
    )


def retimed() -> Sample:
    """Fast, slow, reversed and frozen neighbours, with the duration as the length on the timeline."""
    rate = Fraction(50)
    clips = movies(160, 60, 110, 60, rate=rate, stem="R")

    def assemble(desk: Desk) -> Assembly:
        fast, slow, reverse, frozen = clips
        track = desk.track(
            "V1",
            desk.shot(fast, first=10, length=60, speed=Fraction(2)),  # 0..60
            desk.gap(50),  # 60..110
            desk.shot(slow, first=10, length=60, speed=Fraction(1, 2)),  # 110..170
            desk.gap(50),  # 170..220
            desk.shot(reverse, first=20, length=60, speed=Fraction(-1)),  # 220..280
            desk.gap(40),  # 280..320
            nodes.frozen(desk.shot(frozen, first=30, length=60)),  # 320..380
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="retimed_neighbours_50fps",
        says="50 fps: holes between clips at double and half speed, a reversed one and a freeze frame",
        rate=rate,
        duration=380,
        start_frame=180000,
        media=clips,
        holes=(
            ExpectedHole(kind="GAP", track="V1", start=60, end=110),
            ExpectedHole(kind="GAP", track="V1", start=170, end=220),
            ExpectedHole(kind="GAP", track="V1", start=280, end=320),
        ),
        assemble=assemble,
    )


def short_clips() -> Sample:
    """Events longer than their media, at normal and at double speed."""
    clips = movies(96, 48, 96, 60, 96, rate=_CINEMA, stem="S")

    def assemble(desk: Desk) -> Assembly:
        one, ends_early, two, runs_out, three = clips
        track = desk.track(
            "V1",
            desk.shot(one, first=12, length=48),  # 0..48
            desk.shot(ends_early, first=12, length=60),  # 48..108, media for 36
            desk.shot(two, first=12, length=48),  # 108..156
            desk.shot(runs_out, first=0, length=48, speed=Fraction(2)),  # 156..204, media for 30
            desk.shot(three, first=12, length=48),  # 204..252
        )
        return Assembly(tracks=(track,))

    return Sample(
        name="short_clips_24fps",
        says="24 fps: two events ask for more than their media have",
        rate=_CINEMA,
        duration=252,
        media=clips,
        holes=(
            ExpectedHole(kind="SHORT", track="V1", start=84, end=108),
            ExpectedHole(kind="SHORT", track="V1", start=186, end=204),
        ),
        assemble=assemble,
    )

"""Samples that have the shape of what Resolve and Premiere export.

The comments beside the items are record frames, `start..end`, end exclusive.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pickup.demo import nodes
from pickup.demo.desk import Desk, Manner
from pickup.demo.media import MediaSort, SampleMedia
from pickup.demo.sample import Assembly, ExpectedHole, Sample, color_of, movies

_NTSC = Fraction(30000, 1001)
_NTSC_FAST = Fraction(60000, 1001)
_CINEMA = Fraction(24)


def commercial() -> Sample:
    """Thirty seconds in drop frame with a title card that holds a place."""
    clips = movies(140, 170, 200, 200, 110, rate=_NTSC, stem="SPOT")
    tape = replace(clips[0], start_frame=107892, drop_frame=True)
    media = (tape, *clips[1:])

    def assemble(desk: Desk) -> Assembly:
        shop, kitchen, faces, cup, pack = media
        picture = desk.track(
            "Video 1",
            desk.shot(shop, first=10, length=120),  # 0..120
            desk.shot(kitchen, first=10, length=150),  # 120..270
            desk.title("MISSING SHOT: hands pour coffee", length=90),  # 270..360
            desk.shot(faces, first=10, length=180),  # 360..540
            desk.gap(60),  # 540..600
            desk.shot(cup, first=10, length=180),  # 600..780
            desk.shot(pack, first=10, length=90),  # 780..870
            desk.slug(30),  # 870..900
        )
        titles = desk.track(
            "Video 2",
            desk.gap(790),
            desk.title("Harbor Coffee, since 1921", length=70),  # 790..860
            desk.gap(40),
        )
        return Assembly(tracks=(picture, titles))

    return Sample(
        name="commercial_30s_2997df_title_card",
        says="Commercial of 30 s at 29.97 drop frame: a MISSING SHOT card, a gap, a lower third, black at the end",
        manner=Manner.RESOLVE,
        rate=_NTSC,
        drop_frame=True,
        duration=900,
        start_frame=107892,
        media=media,
        holes=(
            ExpectedHole(kind="PLACEHOLDER", track="Video 1", start=270, end=360, brief="hands pour coffee"),
            ExpectedHole(kind="GAP", track="Video 1", start=540, end=600),
        ),
        assemble=assemble,
    )


def _resolve_media() -> tuple[SampleMedia, ...]:
    clips = movies(130, 130, 110, 150, 120, rate=_CINEMA, stem="A001", start_frame=86400)
    pal = SampleMedia(
        name="B002_C001.mov", frames=110, rate=Fraction(25), color=color_of(6), start_frame=90000, drop_frame=False
    )
    gone = SampleMedia(name="B003_C007.mov", frames=100, rate=_CINEMA, start_frame=86400, absent=True)
    still = SampleMedia(name="map.png", frames=1, rate=_CINEMA, color=color_of(8), sort=MediaSort.STILL)
    sound = SampleMedia(name="A001_C001.wav", frames=130, rate=_CINEMA, sort=MediaSort.SOUND)
    return (*clips, pal, gone, still, sound)


def resolve_export() -> Sample:
    """Padding gaps, media timecode, marker notes, speed, offline media and a Fusion title as Resolve writes them."""
    media = _resolve_media()

    def assemble(desk: Desk) -> Assembly:
        one, two, three, fast, last, pal, gone, still, sound = media
        comment = desk.note("color: warmer", at=desk.source_frame(two, frame=30))
        brief = desk.note("PICKUP: harbor at first light, slow pan left", at=0, keywords=("pickup",))
        picture = desk.track(
            "Video 1",
            desk.linked(desk.shot(one, first=12, length=96), link=1),  # 0..96
            desk.gap(48),  # 96..144
            desk.shot(two, first=12, length=96, markers=(comment,)),  # 144..240
            desk.dissolve(before=8, after=8),
            desk.shot(three, first=12, length=72),  # 240..312
            desk.slug(48, markers=(brief,)),  # 312..360
            desk.shot(pal, first=11, length=72),  # 360..432
            desk.offline(gone, length=72),  # 432..504
            _fusion_title(desk, length=48),  # 504..552
            desk.shot(fast, first=12, length=48, speed=Fraction(5, 2)),  # 552..600
            desk.gap(36),  # 600..636
            desk.shot(last, first=12, length=84),  # 636..720
        )
        over = desk.track("Video 2", desk.gap(24), desk.shot(still, length=36), desk.gap(660))
        empty = desk.track("Video 3", desk.gap(720))
        audio = desk.track(
            "Audio 1", desk.linked(desk.shot(sound, first=12, length=96), link=1), desk.gap(624), kind="Audio"
        )
        marker = desk.note("PICKUP: gulls over the pier", at=604)
        return Assembly(tracks=(picture, over, empty, audio), markers=(marker,))

    return Sample(
        name="resolve_export_24fps",
        says="24 fps in the shape of Resolve: padding gaps, media timecode, marker notes, offline media, Fusion title",
        manner=Manner.RESOLVE,
        rate=_CINEMA,
        duration=720,
        start_frame=86400,
        media=media,
        holes=(
            ExpectedHole(kind="GAP", track="Video 1", start=96, end=144),
            ExpectedHole(kind="SLUG", track="Video 1", start=312, end=360, brief="harbor at first light"),
            ExpectedHole(kind="OFFLINE", track="Video 1", start=432, end=504, needs="offline"),
            ExpectedHole(kind="GAP", track="Video 1", start=600, end=636, brief="gulls over the pier"),
        ),
        assemble=assemble,
    )


def _fusion_title(desk: Desk, *, length: int) -> nodes.Node:
    """A Fusion title as Resolve 21.0.2 exports it: missing media, without a path."""
    return nodes.clip(
        "Text+",
        source=nodes.frames(0, length, rate=desk.fps),
        reference=nodes.missing("Text+", available=None),
        metadata={"Resolve_OTIO": {}},
    )


def social_cut() -> Sample:
    """Vertical, 60 fps: a flash frame, a dip, and one hole."""
    rate = Fraction(60)
    clips = tuple(replace(clip, size=(180, 320)) for clip in movies(110, 80, 110, 90, 110, rate=rate, stem="VERT"))

    def assemble(desk: Desk) -> Assembly:
        one, two, three, four, five = clips
        picture = desk.track(
            "Video 1",
            desk.shot(one, first=10, length=90),  # 0..90
            desk.shot(two, first=10, length=60),  # 90..150
            desk.gap(2),  # 150..152
            desk.shot(three, first=10, length=88),  # 152..240
            desk.gap(8),  # 240..248
            desk.shot(four, first=10, length=72),  # 248..320
            desk.gap(60),  # 320..380
            desk.shot(five, first=10, length=90),  # 380..470
        )
        caption = desk.track("Video 2", desk.gap(20), desk.title("wait for it", length=120))
        marker = desk.note("PICKUP: hands open a parcel on a wooden table", at=330, length=20)
        return Assembly(tracks=(picture, caption), markers=(marker,))

    return Sample(
        name="social_vertical_60fps",
        says="Vertical cut at 60 fps in the shape of Premiere: a flash frame, a dip to black, a gap with a brief",
        manner=Manner.PREMIERE,
        rate=rate,
        size=(180, 320),
        duration=470,
        start_frame=0,
        media=clips,
        holes=(ExpectedHole(kind="GAP", track="Video 1", start=320, end=380, brief="hands open a parcel"),),
        findings=("FLASH_FRAME", "DIP"),
        assemble=assemble,
    )


def premiere_export() -> Sample:
    """Speed counted in source frames, a color matte, a graphic whose words lie in a blob."""
    clips = movies(140, 140, 80, 100, 100, rate=_NTSC_FAST, stem="P")

    def assemble(desk: Desk) -> Assembly:
        one, fast, slow, four, five = clips
        picture = desk.track(
            "Video 1",
            desk.linked(desk.shot(one, first=10, length=120), link=1),  # 0..120
            desk.shot(fast, first=10, length=60, speed=Fraction(2)),  # 120..180
            desk.gap(60),  # 180..240
            desk.shot(slow, first=10, length=120, speed=Fraction(1, 2)),  # 240..360
            desk.slug(60),  # 360..420
            desk.shot(four, first=10, length=80),  # 420..500
            desk.title("MISSING SHOT: the keeper climbs the stairs", length=60),  # 500..560
            desk.shot(five, first=10, length=80),  # 560..640
        )
        marker = desk.note("PICKUP: traffic from above at night", at=370, name="", length=1)
        return Assembly(tracks=(picture,), markers=(marker,))

    return Sample(
        name="premiere_export_5994df",
        says="59.94 drop frame in the shape of Premiere: speed in source frames, matte, graphic, file:// references",
        manner=Manner.PREMIERE,
        rate=_NTSC_FAST,
        drop_frame=True,
        duration=640,
        start_frame=215784,
        media=clips,
        holes=(
            ExpectedHole(kind="GAP", track="Video 1", start=180, end=240),
            ExpectedHole(kind="SLUG", track="Video 1", start=360, end=420, brief="traffic from above at night"),
            ExpectedHole(kind="PLACEHOLDER", track="Video 1", start=500, end=560, brief="keeper climbs the stairs"),
        ),
        assemble=assemble,
    )

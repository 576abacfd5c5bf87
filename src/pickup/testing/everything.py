"""One cut that has one of everything that a dialect may lose, so that nothing is declared as lost in vain.

timeline = one_of_everything()      neutral, without the marks of any program
list(everything_files())            the same cut as a file of every installed dialect
"""

from __future__ import annotations

from collections.abc import Iterator

import opentimelineio as otio

from pickup.testing.crossings import CutFile, open_cut, snapshot_of, writing_of
from pickup.timelines.sniff import dialect_names, load_dialect

_RATE = 24.0
_START = 86400


def span(start: float, length: float, *, rate: float = _RATE) -> otio.opentime.TimeRange:
    """A range of frames."""
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))


def everything_files() -> Iterator[CutFile]:
    """The cut in every dialect; what plain OTIO keeps of it is everything."""
    neutral = one_of_everything()
    plain = CutFile(name="everything", content=neutral.to_json_string(indent=4).encode())
    cut = snapshot_of(open_cut(plain), looker=plain.looker)
    yield plain
    for name in dialect_names():
        if name != cut.dialect:
            written = load_dialect(name).write(neutral.deepcopy(), writing=writing_of(cut))
            yield CutFile(name=f"everything as {name}", content=written)


def one_of_everything() -> otio.schema.Timeline:
    """The neutral timeline."""
    timeline = otio.schema.Timeline("everything", global_start_time=otio.opentime.RationalTime(_START, _RATE))
    timeline.metadata["studio"] = {"job": "harbor"}
    timeline.tracks.markers.append(_marker(10, name="act one"))
    timeline.tracks.extend([_picture(), _above(), _sound(), _subtitles()])
    return timeline


def _picture() -> otio.schema.Track:
    track = otio.schema.Track(
        "Main",
        kind=otio.schema.TrackKind.Video,
        metadata={"studio": {"layer": 1}},
        children=[
            _harbor(),
            _transition("SMPTE_Wipe", before=4, after=4),
            _clip("b.mov", effects=[otio.schema.LinearTimeWarp(time_scalar=-0.5)]),
            _transition("SMPTE_Dissolve", before=6, after=0),
            otio.schema.Gap(source_range=span(0, 40), markers=[_marker(5, name="a boat")], metadata={"studio": 1}),
            _clip("c.mov", effects=[otio.schema.TimeEffect(effect_name="ramp")]),
            _clip("d.mov", effects=[otio.schema.FreezeFrame()]),
            otio.schema.Clip("frames", media_reference=_frames(), source_range=span(1010, 30)),
            _compound(),
            _clip("e.mov", enabled=False),
        ],
    )
    track.markers.append(_marker(3, name="reel change"))
    return track


def _harbor() -> otio.schema.Clip:
    clip = _clip(
        "the harbor at dawn",
        effects=[
            otio.schema.Effect(effect_name="Blur", metadata={"studio": {"amount": 3}}),
            otio.schema.Effect(effect_name="Transform", metadata={"Resolve_OTIO": {"Effect Name": "Transform"}}),
        ],
        available=span(90000, 400.5),
        start=90100,
        metadata={"studio": {"shot": 7}},
        markers=[_marker(90110, name="gull")],
    )
    clip.color = otio.core.Color.PINK
    return clip


def _above() -> otio.schema.Track:
    """Titles, slugs, offline clips: what has no media, or none that is here."""
    track = otio.schema.Track("Above", kind=otio.schema.TrackKind.Video, metadata={"Resolve_OTIO": {"Locked": True}})
    gone = otio.schema.MissingReference(name="gone.mov")
    gone.metadata["Resolve_OTIO"] = {"Media Url": "/footage/gone.mov"}
    track.extend(
        [
            otio.schema.Clip("Solid Color", media_reference=_generator("Solid Color"), source_range=span(0, 20)),
            otio.schema.Clip("Rich", media_reference=_generator("Rich"), source_range=span(0, 20)),
            otio.schema.Clip("gone", media_reference=gone, source_range=span(0, 20)),
            otio.schema.Clip("a name alone", media_reference=otio.schema.MissingReference(), source_range=span(0, 20)),
            otio.schema.Clip("unknown", media_reference=otio.core.MediaReference(), source_range=span(0, 20)),
        ]
    )
    track.enabled = False
    return track


def _sound() -> otio.schema.Track:
    sound = _clip("a.wav", start=0, available=span(0, 480))
    return otio.schema.Track("Sound", kind=otio.schema.TrackKind.Audio, children=[sound])


def _subtitles() -> otio.schema.Track:
    return otio.schema.Track("Words", kind="Subtitle", children=[otio.schema.Gap(source_range=span(0, 30))])


def _clip(
    name: str,
    *,
    start: float = 24,
    available: otio.opentime.TimeRange | None = None,
    enabled: bool = True,
    **more: object,
) -> otio.schema.Clip:
    """A clip of 48 frames; its file is called as it is, with an extension."""
    file = name if "." in name else f"{name}.mov"
    reference = otio.schema.ExternalReference(f"/footage/{file}", available or span(0, 480))
    clip = otio.schema.Clip(name, media_reference=reference, source_range=span(start, 48), **more)
    clip.enabled = enabled
    return clip


def _marker(at: float, *, name: str) -> otio.schema.Marker:
    words = {"Note": f"{name}: look again", "Keywords": ["sea", "light"]}
    metadata = {"Resolve_OTIO": words, "studio": {"by": "cutter"}}
    comment = words["Note"]
    return otio.schema.Marker(name=name, marked_range=span(at, 2), color="PINK", metadata=metadata, comment=comment)


def _transition(kind: str, *, before: float, after: float) -> otio.schema.Transition:
    offsets = (otio.opentime.RationalTime(each, _RATE) for each in (before, after))
    return otio.schema.Transition(kind, kind, *offsets)


def _frames() -> otio.schema.ImageSequenceReference:
    return otio.schema.ImageSequenceReference(
        target_url_base="/footage/frames",
        name_prefix="f.",
        name_suffix=".exr",
        start_frame=1001,
        frame_zero_padding=4,
        rate=_RATE,
        available_range=span(1001, 100),
    )


def _generator(kind: str) -> otio.schema.GeneratorReference:
    reference = otio.schema.GeneratorReference(kind, kind, span(0, 100))
    if kind == "Rich":
        title = {"Parameter ID": "title blob", "Title HTML": "<p>Three years earlier</p>"}
        reference.parameters["Resolve_OTIO"] = [{"Effect Name": "Rich", "Parameters": [title]}]
    return reference


def _compound() -> otio.schema.Stack:
    gap = otio.schema.Gap(source_range=span(0, 24))
    inside = otio.schema.Track("Video 1", kind=otio.schema.TrackKind.Video, children=[_clip("f.mov"), gap])
    return otio.schema.Stack("a compound clip", children=[inside], source_range=span(6, 60))

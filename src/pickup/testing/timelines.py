"""Hypothesis strategies for neutral timelines with all that a cut can hold, odd names and paths among it.

    @given(neutral_timelines())
    def test_whatever_the_cut(timeline: otio.schema.Timeline) -> None: ...

What a timeline may hold is decided here by what the NLEs write, not by what any dialect can carry. Needs Hypothesis,
which Pickup itself does not.
"""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
from hypothesis import strategies as st

from pickup.paths import parse_path, write_path

RATES = {
    Fraction(24000, 1001): (24000 / 1001, 23.976, 23.98, 23.976023976023978),
    Fraction(24): (24.0,),
    Fraction(25): (25.0,),
    Fraction(30000, 1001): (30000 / 1001, 29.97),
    Fraction(30): (30.0,),
    Fraction(48): (48.0,),
    Fraction(50): (50.0,),
    Fraction(60000, 1001): (60000 / 1001, 59.94),
    Fraction(60): (60.0,),
}
"""Rates of cuts, each as programs spell it."""

_SPEEDS = (2.0, 0.5, -1.0, -2.5, 1 / 3, 0.333333, 1.234567, 0.07, 12.5, 1.0)
_COLORS = ("GREEN", "RED", "PINK", "MAGENTA", "CYAN", "SAND", "red", "")
_ODD = (
    "", " ", "a.mov", "100%", "100%25", "50%2F50 #1", 'he said "no"', "it's & <b>", "]]> --> ?>", "früh", "海辺",
    "e\u0301te\u0301", "caf\u00e9", "a/b", "a\\b", "?x=1", "semi;colon", "bell\x07", "esc\x1b[0m", "tab\there",
    "line\nbreak", "\ufffe", "x" * 300, "MISSING SHOT", "PICKUP: a boat", "\U0001f6a2", ".", "CON",
)  # fmt: skip
_FOLDERS = (
    "/footage", "/footage/day 1", "/Volumes/Café #2", "C:\\show\\day 1", "C:/show/day 1", "D:\\", "\\\\nas\\share\\a b",
    "file:///footage/a%20b", "file:///C:/show", "file://localhost/footage", "file://localhost/D%3a/show",
    "file://nas/share", "https://example.com/footage",
)  # fmt: skip
_FILES = ("a", "b", "A001_C003", "100%25", "50% #1", "früh & spät", "海辺", "it's", "x" * 120, "no.dots.here", "a+b")
_HOUR_S = 3600


def names() -> st.SearchStrategy[str]:
    """What an editor, or a broken program, calls a thing."""
    letters = st.characters(codec="utf-8", exclude_characters="\x00")
    return st.one_of(st.sampled_from(_ODD), st.text(letters, max_size=12))


def metadata() -> st.SearchStrategy[dict[str, object]]:
    """What a program that nobody knows notes."""
    leaf = st.one_of(st.integers(-(2**31), 2**31), st.booleans(), names(), st.floats(-1e6, 1e6))
    values = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_keys(), inner, max_size=2), max_leaves=4
    )
    return st.one_of(st.just({}), st.dictionaries(st.sampled_from(("studio", "vfx pipe")), values, max_size=2))


def _keys() -> st.SearchStrategy[str]:
    return st.sampled_from(("id", "a key", "ключ", "x/y"))


def urls(*extensions: str) -> st.SearchStrategy[str]:
    """References to files, as each system and each program spells them."""
    return st.builds(_url, st.sampled_from(_FOLDERS), st.sampled_from(_FILES), st.sampled_from(extensions))


def _url(folder: str, name: str, extension: str) -> str:
    path = parse_path(folder)
    file = f"{name}.{extension}"
    if path is None:
        return f"{folder}/a.{extension}"  # a link to somewhere else
    plain = path.text.rstrip("/\\") + ("\\" if "\\" in path.text else "/") + file
    whole = parse_path(plain)
    return write_path(whole, style=path.style) if path.is_url and whole is not None else plain


class _Desk:
    """Draws the parts of one timeline.

    Args:
        draw: Hypothesis'.
        fps: Rate of the cut.
    """

    def __init__(self, draw: st.DrawFn, *, fps: Fraction) -> None:
        self.draw = draw
        self.fps = fps
        self.spelled = draw(st.sampled_from(RATES[fps]))
        self._holes = 0

    # --- chances and times ----------------------------------------------------------------------------------------

    def rarely(self) -> bool:
        """One time of eight."""
        return self.draw(st.integers(0, 7)) == 7  # noqa: PLR2004 - 0 is what Hypothesis shrinks to: the plain case

    def half(self) -> bool:
        """Every other time."""
        return self.draw(st.booleans())

    def time(self, frames: float, *, rate: float | None = None) -> otio.opentime.RationalTime:
        """Frames of the cut, or of another rate."""
        return otio.opentime.RationalTime(frames, rate or self.spelled)

    def span(self, start: float, length: float, *, rate: float | None = None) -> otio.opentime.TimeRange:
        """A range of frames, its length in frames of the cut."""
        return otio.opentime.TimeRange(self.time(start, rate=rate), self.time(length))

    def length(self) -> int:
        """Frames of one item."""
        return self.draw(st.integers(1, 60))

    # --- a timeline -----------------------------------------------------------------------------------------------

    def timeline(self) -> otio.schema.Timeline:
        """Tracks of picture and of sound, markers, metadata."""
        timeline = otio.schema.Timeline("neutral", global_start_time=self.start(), metadata=self.draw(metadata()))
        pictures = self.draw(st.integers(1, 3))
        for _ in range(pictures):
            timeline.tracks.append(self.track("Video"))
        for _ in range(self.draw(st.integers(0, 2))):
            timeline.tracks.append(self.track("Audio"))
        if self.rarely():
            timeline.tracks.append(self.track("Subtitle"))
        length = timeline.tracks[0].duration().to_frames() if len(timeline.tracks[0]) else 1
        for _ in range(self.draw(st.integers(0, 2))):
            timeline.tracks.markers.append(self.marker(self.draw(st.integers(0, max(length - 1, 0)))))
        return timeline

    def start(self) -> otio.opentime.RationalTime:
        """Midnight, an hour by either count, or anywhere."""
        nominal = round(self.fps)
        hour = nominal * _HOUR_S
        dropped = hour - 108 * (nominal // 30) if nominal % 30 == 0 and self.fps.denominator > 1 else hour
        return self.time(self.draw(st.sampled_from((0, hour, dropped, 10 * hour, 12345, 1))))

    def track(self, kind: str, *, depth: int = 0) -> otio.schema.Track:
        """A track with its items in order; of a transition each side is long enough."""
        name, notes = self.draw(names()), self.draw(metadata())
        track = otio.schema.Track("" if self.half() else name, kind=kind, metadata=notes)
        track.enabled = not self.rarely()
        if self.rarely():
            track.metadata["Resolve_OTIO"] = {"Locked": True}
        if self.rarely():
            track.markers.append(self.marker(3))
        reach = 0
        for _ in range(self.draw(st.integers(0, 5))):
            length = self.length()
            if reach and self.rarely():
                before, after = self.draw(st.integers(0, reach)), self.draw(st.integers(0, length // 2))
                if before + after:
                    track.append(self.transition(before, after))
            track.append(self.item(kind, length, depth=depth))
            reach = length // 2
        if reach and self.rarely():
            track.append(self.transition(self.draw(st.integers(1, reach)) if reach else 1, 0))
        return track

    def transition(self, before: int, after: int) -> otio.schema.Transition:
        """A dissolve or something with a name of its own."""
        kind = self.draw(st.sampled_from(("SMPTE_Dissolve", "SMPTE_Wipe", "Custom_Transition")))
        name = self.draw(st.sampled_from(("Cross Dissolve", "Dip to Black", "")))
        return otio.schema.Transition(name, kind, self.time(before), self.time(after))

    def item(self, kind: str, length: int, *, depth: int) -> otio.core.Item:
        """A gap, a compound clip or a clip."""
        sort = self.draw(st.integers(0, 9))
        if sort == 0:
            return self.gap(length)
        if sort == 1 and kind == "Video" and depth < 2:  # noqa: PLR2004 - deep enough
            return self.compound(length, depth=depth + 1)
        if kind == "Audio":
            return self.file_clip(length, self.draw(urls("wav", "mov")))
        return self.picture(length)

    def gap(self, length: int) -> otio.schema.Gap:
        """A gap, that may be marked or named."""
        gap = otio.schema.Gap(source_range=self.span(0, length))
        if self.half():
            gap.markers.append(self.marker(self.draw(st.integers(0, length - 1))))
        if self.rarely():
            gap.metadata["studio"] = {"note": "ask again"}
        return gap

    def compound(self, length: int, *, depth: int) -> otio.schema.Stack:
        """A compound clip, shown in part."""
        inside = [self.track("Video", depth=depth) for _ in range(self.draw(st.integers(1, 2)))]
        if self.half():
            inside.append(self.track("Audio", depth=depth))
        stack = otio.schema.Stack(self.draw(names()), children=inside)
        stack.source_range = self.span(self.draw(st.integers(0, 20)), length)
        self.dress(stack, first=0, length=length, warps=self.rarely())
        return stack

    def picture(self, length: int) -> otio.schema.Clip:
        """A clip of any kind that a picture track holds."""
        makers = (self.movie, self.movie, self.movie, self.still, self.sequence, self.offline, self.made, self.filled)
        return self.draw(st.sampled_from(makers))(length)

    def movie(self, length: int) -> otio.schema.Clip:
        """A movie that is or is not here."""
        return self.file_clip(length, self.draw(urls("mov", "mp4", "mxf", "MOV")))

    def file_clip(self, length: int, url: str) -> otio.schema.Clip:
        """A clip of a file whose range is stated, in its own rate, or is not."""
        own = self.draw(st.sampled_from(tuple(RATES))) if self.rarely() else self.fps
        rate = self.draw(st.sampled_from(RATES[own])) if own != self.fps else self.spelled
        origin = self.draw(st.sampled_from((0, 0, 100, round(own) * _HOUR_S, 86399, 1234567)))
        start = origin + self.draw(st.integers(0, 200))
        reference = otio.schema.ExternalReference(url)
        reference.name = self.draw(names()) if self.half() else ""
        if self.draw(st.integers(0, 3)):
            media = otio.opentime.RationalTime(self.draw(st.sampled_from((1, 100, 500, 5000, 86400))), rate)
            reference.available_range = otio.opentime.TimeRange(self.time(origin, rate=rate), media)
        else:
            start -= origin  # what states no range is taken to begin at zero
        return self.clip(length, reference, start=start, rate=rate)

    def still(self, length: int) -> otio.schema.Clip:
        """A picture, whose range says little."""
        reference = otio.schema.ExternalReference(self.draw(urls("png", "jpg")))
        known = self.draw(st.sampled_from((0, 1, 500)))
        if known:
            reference.available_range = self.span(0, known)
        return self.clip(length, reference, start=self.draw(st.sampled_from((0, 0, 86400))))

    def sequence(self, length: int) -> otio.schema.Clip:
        """Numbered frames."""
        base = self.draw(st.sampled_from(_FOLDERS))
        reference = otio.schema.ImageSequenceReference(
            base + self.draw(st.sampled_from(("", "/", "/seq"))), "f.", ".exr", 1001, 1, self.spelled, 4
        )
        reference.available_range = self.span(1001, 100)
        return self.clip(length, reference, start=1001 + self.draw(st.integers(0, 20)))

    def offline(self, length: int) -> otio.schema.Clip:
        """Offline media, by its last path or by its name alone; in a file of Resolve a Fusion title."""
        reference = otio.schema.MissingReference(name=self.draw(names()))
        if self.half():
            reference.metadata["Resolve_OTIO"] = {"Media Url": self.draw(urls("mov"))}
            if self.half():
                reference.available_range = self.span(0, 500)
        return self.clip(length, reference, start=self.draw(st.integers(0, 100)))

    def made(self, length: int) -> otio.schema.Clip:
        """What a program makes itself, or what nobody knows."""
        kind = self.draw(
            st.sampled_from(("Solid Color", "Rich", "Slug", "SMPTEBars", "Black Video", "Color Matte", "?"))
        )
        if kind == "?":
            return self.clip(length, otio.core.MediaReference(), start=0)
        reference = otio.schema.GeneratorReference(kind, kind, self.span(0, 500))
        if kind == "Rich":
            words = self.draw(st.sampled_from(("MISSING SHOT", "Three years later", "früh &amp; spät", "a<br>b")))
            shown = {"Parameter ID": "title blob", "Title HTML": f"<html><body><p>{words}</p></body></html>"}
            reference.parameters["Resolve_OTIO"] = [{"Effect Name": "Rich", "Parameters": [shown]}]
        return self.clip(length, reference, start=0)

    def filled(self, length: int) -> otio.schema.Clip:
        """A clip that Pickup filled, with another take."""
        self._holes += 1
        shot = f"SH{self._holes * 10:04d}"
        clip = self.clip(length, self.take(shot, 1), start=12)
        references = {"DEFAULT_MEDIA": self.take(shot, 1)}
        if self.half():
            references["PICKUP_T02"] = self.take(shot, 2)
        clip.set_media_references(references, "DEFAULT_MEDIA")
        clip.name = clip.media_reference.name
        clip.effects[:] = []
        marks = {"schema": "Filled.1", "hole": f"H{self._holes}", "shot": shot, "take": 1, "previs": False}
        clip.metadata["pickup"] = {**marks, "was": {"item": "GAP", "track": "Video 1"}}
        return clip

    def take(self, shot: str, number: int) -> otio.schema.ExternalReference:
        """A conformed take."""
        file = f"CUT7K2Q_{shot}_t{number:02d}.mov"
        reference = otio.schema.ExternalReference(f"/library/takes/{shot}/{file}", self.span(0, 96))
        reference.name = file
        return reference

    def clip(
        self, length: int, reference: otio.core.MediaReference, *, start: float, rate: float | None = None
    ) -> otio.schema.Clip:
        """A clip that shows `length` frames of the cut from a frame of its media on."""
        clip = otio.schema.Clip(self.draw(names()), reference, self.span(start, length, rate=rate))
        clip.enabled = not self.rarely()
        self.dress(clip, first=start, length=length, rate=rate, warps=self.rarely())
        if self.rarely():
            clip.color = otio.core.Color.PINK
        if self.rarely():
            clip.metadata["Resolve_OTIO"] = {"Link Group ID": self.draw(st.integers(1, 4))}
        return clip

    def dress(self, item: otio.core.Item, *, first: float, length: int, warps: bool, rate: float | None = None) -> None:
        """Effects, markers and metadata."""
        if warps:
            # A ramp hides what is in a compound clip; where it is lost, takes in there come to light.
            item.effects.extend(self.speed(ramps=not isinstance(item, otio.schema.Stack)))
        if self.rarely():
            item.effects.append(otio.schema.Effect(effect_name="Blur", metadata=self.draw(metadata())))
        if self.rarely():
            own = {"Resolve_OTIO": {"Effect Name": "Transform", "Enabled": True}}
            item.effects.append(otio.schema.Effect(effect_name="Transform", metadata=own))
        for _ in range(self.draw(st.sampled_from((0, 0, 0, 1, 2)))):
            item.markers.append(self.marker(first + self.draw(st.integers(-5, length + 5)), rate=rate))
        for key, value in self.draw(metadata()).items():
            item.metadata[key] = value

    def speed(self, *, ramps: bool) -> list[otio.schema.Effect]:
        """A change of speed: constant, twice, frozen, a ramp."""
        speeds = st.sampled_from(_SPEEDS)
        sort = self.draw(st.sampled_from(("constant", "constant", "twice", "freeze", *(("ramp",) if ramps else ()))))
        if sort == "freeze":
            return [otio.schema.FreezeFrame()]
        if sort == "ramp":
            return [otio.schema.TimeEffect(effect_name="ramp")]
        warps = 2 if sort == "twice" else 1
        return [otio.schema.LinearTimeWarp(time_scalar=self.draw(speeds)) for _ in range(warps)]

    def marker(self, at: float, *, rate: float | None = None) -> otio.schema.Marker:
        """A marker with its words where one program or another puts them."""
        marker = otio.schema.Marker(
            name=self.draw(names()),
            marked_range=self.span(at, self.draw(st.integers(0, 3)), rate=rate),
            color=self.draw(st.sampled_from(_COLORS)),
            metadata=self.draw(metadata()),
        )
        note = self.draw(names())
        if self.half():
            marker.comment = note
        if self.half():
            marker.metadata["Resolve_OTIO"] = {"Note": note, "Keywords": ["sea"] if self.half() else []}
        return marker


@st.composite
def neutral_timelines(draw: st.DrawFn) -> otio.schema.Timeline:
    """A neutral timeline without the marks of any program."""
    return _Desk(draw, fps=draw(st.sampled_from(tuple(RATES)))).timeline()

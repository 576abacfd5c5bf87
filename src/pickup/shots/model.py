"""The values of this package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pickup.cut import Size
from pickup.holes import Hole, Neighbour
from pickup.shots.characters import ReferenceSet
from pickup.shots.retimed import Retimed
from pickup.timing import FrameRange, FrameRate

_BEFORE_LENGTH = 2
"""Where the length stands among what was asked for, in a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What every take of a cut is conformed to.

    Attributes:
        size_from: Where the size was read, in words.
        codec: `prores_lt`, `prores`, `prores_hq`, or `auto` (by the provider).
        record_timecode: Takes carry their record timecode instead of starting at zero.
        rate_policy: What is done with clips of another rate; see `pickup.offers.rates.RatePolicy`.
        color_strength: How far color is matched to the neighbours, 0 to 1.
        keeps_sound: Takes carry the sound of their clips, in so many `channels`.
        loudness: LUFS that it is brought to; None keeps its level.
        proxies: A small film of each take is made, too.
        drafts: Of several takes of a shot only the one that is shown is conformed; the others stay drafts.
        color_space: Of the cut's media, where it is not display color; takes are brought into it.
        color_config: The OpenColorIO configuration that knows it.
    """

    rate: FrameRate
    size: Size
    size_from: str
    codec: str = "auto"
    record_timecode: bool = False
    fit: str = "fill"
    rate_policy: str = "auto"
    color_strength: float = 0.0
    keeps_sound: bool = False
    channels: int = 2
    loudness: float | None = None
    proxies: bool = False
    drafts: bool = False
    color_space: str = ""
    color_config: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotWishes:
    """Settings that turn holes into specs.

    Attributes:
        styles: Words of each style, by name.
        takes: Takes of each shot unless its brief asks for others, at most `max_takes`.
        handles: Frames wished beyond the cut on each free side.
        burn_in: Previs takes say in the picture what they are.
        sets: Reference sets by `key_of` their names.
    """

    delivery: Delivered
    styles: Mapping[str, str] = field(default_factory=dict)
    style: str = "documentary"
    takes: int = 1
    max_takes: int = 3
    handles: int = 12
    burn_in: bool = True
    start_frame: int = 0
    drop_frame: bool = False
    sets: Mapping[str, ReferenceSet] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotSpec:
    """One pickup to be made.

    Attributes:
        holes: Every hole that it fills, in record order; the first is where it is shown first.
        record: The hole that sets the length.
        covers: Frames that a take must show, transitions included.
        words: The editor's own words, without style; empty where nobody wrote any.
        style: Name of the style, and `style_words` what it adds to the prompt.
        brief: What the brief said as a person would read it, for burn-ins and tables.
        briefed: Whether an editor said what to show.
        from_marker: The brief is an unprefixed timeline marker's.
        look: Look that the brief asks for.
        provider: Provider that the brief asks for.
        before: The neighbour before, if a frame of it can be had; likewise `after`.
        asked: What was asked for besides the length.
        notes: Fields of its brief that are not followed, in words.
        retimed: How what holds the place is played, as far as a take can follow it.
        references: Sets that its brief names.
        strangers: Names in `characters` that are no set, each with the nearest set's name, or nothing.
    """

    code: str
    holes: tuple[Hole, ...]
    record: FrameRange
    covers: FrameRange
    words: str
    brief: str
    briefed: bool
    from_marker: bool
    prompt: str
    negative: str
    seed: int
    style: str
    style_words: str
    time_of_day: str
    look: str | None
    provider: str | None
    takes: int
    handles: int
    delivery: Delivered
    before: Neighbour | None
    after: Neighbour | None
    asked: tuple[str, ...]
    notes: tuple[str, ...] = ()
    retimed: Retimed = field(default_factory=Retimed)
    references: tuple[ReferenceSet, ...] = ()
    strangers: tuple[tuple[str, str], ...] = ()

    @property
    def trouble(self) -> str:
        """Why one of its reference sets cannot be used, and what to do; empty where all can."""
        return next((each.trouble for each in self.references if each.trouble), "")

    @property
    def wish_is_known(self) -> bool:
        """Whether everything that its digest stands on was read."""
        return all(each.is_read and not each.trouble for each in self.references)

    @property
    def wish(self) -> str:
        """Digest of what was asked for; a take made for another one is stale."""
        return self.wish_for(self.covers.length)

    def wish_for(self, frames: int) -> str:
        """The digest that `wish` would be if so many frames were to be covered."""
        facts = (*self.asked[:_BEFORE_LENGTH], str(frames), *self.asked[_BEFORE_LENGTH:])
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]

    @property
    def stands_in(self) -> bool:
        """Whether it fills no hole: it stands in for an item in the Resolve flavor alone."""
        return all(hole.stand_in for hole in self.holes)

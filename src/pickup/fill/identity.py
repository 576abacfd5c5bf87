"""The shots of a cut: which hole is which, what has to be asked, and what the library is to remember."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pickup.errors import Finding
from pickup.holes import Hole, Neighbour
from pickup.library import Library
from pickup.library.codes import assign_codes, find_code
from pickup.match import Claim, Confidence, Identity, Sighting, comparable_words, joints_of, recognize
from pickup.takes import Take
from pickup.timelines.fills import Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownShot:
    """The holes of one shot.

    Attributes:
        identities: One for each hole, in record order.
    """

    code: str
    identities: tuple[Identity, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """In record order."""
        return tuple(each.hole for each in self.identities)

    @property
    def by(self) -> str:
        """What it was recognized by; empty for a new shot."""
        return self.identities[0].by

    @property
    def confidence(self) -> Confidence:
        """How sure that is."""
        return self.identities[0].confidence

    @property
    def signs(self) -> tuple[str, ...]:
        """What speaks for it or against it, in words."""
        return self.identities[0].signs

    @property
    def asked(self) -> tuple[str, ...]:
        """Shots that it may be, where nothing tells which."""
        return self.identities[0].asked

    @property
    def question(self) -> str:
        """What a person has to say, and how."""
        first = self.asked[0] if self.asked else ""
        if len(self.asked) == 1:
            what = f"it stands where {first} stood, between other shots"
            return f"{what}: write {first} into its marker if it is that one, else another code"
        return f"it may be {' or '.join(self.asked)}, and nothing tells which: write the code into its marker"

    @property
    def shifts(self) -> Mapping[str, int]:
        """Frame of the shot at which each hole begins to show it, by the hole's id."""
        return {each.hole.id: each.shift for each in self.identities}


def recognize_shots(
    holes: Sequence[Hole], *, library: Library, cut_name: str, present: Collection[str] = frozenset()
) -> tuple[tuple[KnownShot, ...], tuple[Finding, ...], frozenset[str]]:
    """The shots in record order, what was said, and which codes are new.

    Args:
        holes: Every hole of the cut, in record order.
        library: What was seen before.
        cut_name: The cut's folder.
        present: Comparable names of all media that the cut shows.
    """
    given = library.codes
    claims = [_claim(hole, given=given) for hole in holes]
    recognized = recognize(claims, cut=cut_name, sightings=library.sightings(), given=given, present=present)
    groups: dict[Hashable, list[Identity]] = defaultdict(list)
    for identity in recognized.identities:
        groups[identity.group].append(identity)
    codes = assign_codes([identities[0].shot for identities in groups.values()], given=given)
    shots = tuple(
        KnownShot(code=code, identities=tuple(identities))
        for code, identities in zip(codes, groups.values(), strict=True)
    )
    new = frozenset(shot.code for shot in shots if shot.code not in given and not shot.asked)
    return shots, recognized.findings, new


def as_the_cut_shows(shot: KnownShot, *, fills: Sequence[Fill], takes: Sequence[Take]) -> KnownShot:
    """The shot, with the frames that its takes show in the cut though their files are not there.

    Args:
        shot: As it was recognized.
        fills: Every take in the cut.
        takes: What the library has of the shot; one that it has not is taken to begin as the first one does.
    """
    if not takes or not any(each.hole.filled for each in shot.identities):
        return shot
    by_number = {take.number: take for take in takes}
    shown = {(fill.track, fill.record): fill for fill in fills if fill.shot == shot.code}
    identities = []
    for each in shot.identities:
        hole = each.hole
        fill = shown.get((hole.track, hole.record))
        if hole.filled is not None and fill is not None:
            take = by_number.get(fill.take, takes[0])
            lead = hole.record.start - hole.covers.start
            each = replace(each, shift=fill.offset - take.head + take.shift - lead)  # noqa: PLW2901 - the same one
        identities.append(each)
    return replace(shot, identities=tuple(identities))


def _claim(hole: Hole, *, given: Collection[str]) -> Claim:
    said = [brief.text for brief in hole.briefs]
    code = next((found for text in (*said, hole.name) if (found := find_code(text))), None)
    code = None if hole.stand_in else code  # a title may name a shot, and is no take of it
    filled = hole.filled.shot if hole.filled is not None and hole.filled.shot in given else None
    return Claim(hole=hole, words=_words(hole), code=code, filled=filled)


def _words(hole: Hole) -> str:
    return comparable_words(hole.brief.text) if hole.brief else ""


def sightings_of(shots: Iterable[tuple[KnownShot, str]], *, cut_name: str) -> Iterator[Sighting]:
    """How the shots look now, each with the digest of its wish; what is asked is not remembered as anything."""
    for shot, wish in shots:
        for identity in () if shot.asked else shot.identities:
            hole = identity.hole
            before, after = joints_of(hole)
            yield Sighting(
                shot=shot.code,
                cut=cut_name,
                hole=hole.id,
                words=_words(hole),
                before=before,
                after=after,
                before_from=_beginning(hole.before),
                after_from=_beginning(hole.after),
                start=hole.record.start,
                end=hole.record.end,
                rate=str(hole.record.rate),
                track=hole.track,
                wish=wish,
                shift=identity.shift,
                lead=hole.record.start - hole.covers.start,
                stand_in=hole.stand_in,
            )


def _beginning(neighbour: Neighbour | None) -> str:
    return str(neighbour.media_start) if neighbour is not None and neighbour.media_start else ""

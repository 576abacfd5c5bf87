"""Reference sets: pictures and words by which a person, prop or place stays itself, named in a brief's `characters`.

It opens no file: that a picture is there and what its hash is are facts that come in.

    >>> named("Mara, pier ", sets={"mara": ReferenceSet(name="mara")}).sets[0].name
    'mara'
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePicture:
    """One picture of a set.

    Attributes:
        file: Name of the editor's file.
        source: SHA-256 of that file, in hex.
    """

    file: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSet:
    """What is known of `[characters.<name>]`.

    Attributes:
        description: Words that go into the prompt after the name.
        pictures: Those that can be used, in the order of the settings.
        trouble: Why the set cannot be used and what to do; empty where it can.
        is_read: Its files were looked at; otherwise nobody knows what they are.
        releases: Paths of the files that prove the person's consent.
    """

    name: str
    description: str = ""
    pictures: tuple[ReferencePicture, ...] = ()
    trouble: str = ""
    is_read: bool = True
    releases: tuple[str, ...] = ()

    @property
    def fact(self) -> str:
        """What of it makes another take, for the digest of a wish; the description shows in the prompt already."""
        return f"reference {self.name}: {', '.join(picture.source for picture in self.pictures)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a `characters` field names.

    Attributes:
        sets: Each once, in the order of the field.
        strangers: Names of no set, each with the set's name that is nearest to it, or nothing.
        words: The field for a prompt, with the descriptions.
    """

    sets: tuple[ReferenceSet, ...] = ()
    strangers: tuple[tuple[str, str], ...] = ()
    words: str = ""


def names_in(field: str) -> tuple[str, ...]:
    """The names in a `characters` field, which are separated by commas."""
    return tuple(name for part in field.split(",") if (name := " ".join(part.split())))


def named(field: str | None, *, sets: Mapping[str, ReferenceSet]) -> Named:
    """Reads a `characters` field.

    Args:
        field: As it was typed; None where the brief has none.
        sets: Every set by its name in lower case (`key_of`). Without any, names are words and nothing is said of them.
    """
    if not field or not sets:
        return Named(words=field or "")
    found: dict[str, ReferenceSet] = {}
    strangers: dict[str, str] = {}
    words: list[str] = []
    for name in names_in(field):
        known = sets.get(key_of(name))
        if known is None:
            strangers.setdefault(name, _nearest(name, sets=sets))
            words.append(name)
        elif known.name not in found:
            found[known.name] = known
            words.append(f"{name} ({known.description})" if known.description else name)
    return Named(sets=tuple(found.values()), strangers=tuple(strangers.items()), words=", ".join(words))


def key_of(name: str) -> str:
    """A name as names are compared: in any case, however its words are spaced."""
    return " ".join(name.split()).casefold()


def in_turn(sets: Sequence[ReferenceSet]) -> Iterator[tuple[ReferenceSet, ReferencePicture]]:
    """Pictures in the order in which they are sent: the first of each set, then the second of each.

    So a model that takes few of them sees everybody.
    """
    for round_of in zip_longest(*(each.pictures for each in sets)):
        for each, picture in zip(sets, round_of, strict=True):
            if picture is not None:
                yield each, picture


def _nearest(name: str, *, sets: Mapping[str, ReferenceSet]) -> str:
    near = difflib.get_close_matches(key_of(name), sets, n=1)
    return sets[near[0]].name if near else ""

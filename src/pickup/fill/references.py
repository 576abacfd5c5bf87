"""The reference sets of `pickup.toml`: which ones a cut's briefs name, and what their files are.

read = read_sets(config, fields=["mara, pier"])
read.sets["mara"].trouble           "the pictures of mara cannot be used: refs/mara_1.png is not there; ..."
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pickup._files import is_allowed
from pickup.config import Config
from pickup.config.settings import Character
from pickup.errors import Finding, warning
from pickup.media.references import ReadReference, UnusableReference, read_references
from pickup.ports import Reference
from pickup.shots import ReferencePicture, ReferenceSet
from pickup.shots.characters import key_of, names_in


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSets:
    """Every configured set, of which those that are named were read.

    Attributes:
        sets: By `key_of` their names.
        pictures: PNG of each picture that can be used, by the SHA-256 of its file.
        findings: What has to be said about them.
    """

    sets: Mapping[str, ReferenceSet] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    findings: tuple[Finding, ...] = ()

    def sent(self, chosen: Iterable[tuple[ReferenceSet, ReferencePicture]]) -> tuple[Reference, ...]:
        """Pictures as a request carries them."""
        return tuple(
            Reference.of(self.pictures[picture.source], name=each.name, source=picture.source)
            for each, picture in chosen
        )


def read_sets(config: Config, *, fields: Iterable[str], may_read: bool = True) -> ReadSets:
    """Reads the files of the sets that are named; of the others nothing is opened.

    Args:
        config: Settings.
        fields: The `characters` field of each brief.
        may_read: Whether files may be opened at all.
    """
    wanted = {key_of(name) for text in fields for name in names_in(text)}
    sets: dict[str, ReferenceSet] = {}
    pictures: dict[str, bytes] = {}
    findings: list[Finding] = []
    for name, character in config.characters.items():
        below = config.characters_below.get(name)
        is_read = may_read and key_of(name) in wanted
        files = read_references(character.images, below=below) if is_read else ()
        usable = [each for each in files if isinstance(each, ReadReference)]
        pictures |= {each.source: each.png for each in usable}
        trouble = "; ".join(_troubles(name, files, releases=character.release if is_read else (), below=below))
        sets[key_of(name)] = ReferenceSet(
            name=name,
            description=" ".join(character.description.split()),
            pictures=tuple(ReferencePicture(file=Path(each.path).name, source=each.source) for each in usable),
            trouble=trouble,
            is_read=is_read,
            releases=tuple(map(str, character.release)),
        )
        findings += _findings(name, character) if is_read else ()
    return ReadSets(sets=sets, pictures=pictures, findings=tuple(findings))


def _troubles(
    name: str,
    files: Sequence[ReadReference | UnusableReference],
    *,
    releases: Sequence[Path],
    below: Sequence[str] | None,
) -> Iterator[str]:
    """What is wrong with a set, first the pictures; each with what to do."""
    broken = [each for each in files if isinstance(each, UnusableReference)]
    for each in broken[:1]:
        more = f" ({len(broken) - 1} more cannot be used, either)" if broken[1:] else ""
        yield f"the pictures of {name}: {Path(each.path).name} {each.reason}{more}: {each.next_step}"
    for release in releases:
        if below is not None and not is_allowed(str(release), roots=tuple(below)):
            yield (
                f"the release of {name}: {release.name} lies outside of the project's folder: "
                "move it there, or name the set in your own pickup.toml"
            )
            return


def _findings(name: str, character: Character) -> Iterator[Finding]:
    for release in character.release:
        if not release.is_file():
            message = f"the release of {name} is not there: put it back, or correct [characters.{name}]"
            yield warning("RELEASE_MISSING", message, where=str(release))

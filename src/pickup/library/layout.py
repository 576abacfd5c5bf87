"""Where everything lies in a library, as arithmetic on paths; nothing is written here.

layout = Layout(folder=Path("pickup"))
layout.take_folder("SH0010", take=1)                      pickup/takes/SH0010/t01
layout.cut("harbor").timeline(1, flavor="resolve")        pickup/cuts/harbor/harbor_v001.resolve.otio
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pickup.errors import LibraryError
from pickup.paths import safe_stem

_PARTS_OF_A_TAKE = 4
_TAKE = re.compile(r"t(\d{2,})")
_VERSION = re.compile(r"(?:[ _.-]+v\d+|\s+\d+)$", re.IGNORECASE)
_ORIGINAL = re.compile(r"original(?:_([2-9]|[1-9]\d))?\.(?!json$)[A-Za-z0-9]+")
_FLAVOR = re.compile(r"\.(?:otio|resolve|premiere|fcp7|fcpxml)$", re.IGNORECASE)
BUNDLE = ".otioz"
"""How the name of a timeline with its media in one file ends."""

_ENDINGS = {
    "otio": ".otio",
    "resolve": ".resolve.otio",
    "premiere": ".premiere.otio",
    "fcp7": ".xml",
    "fcpxml": ".fcpxml",
}


def plain_stem(timeline: Path) -> str:
    """A timeline's stem without a trailing version (`_v12`, ` 3`) or the flavor of a delivered file."""
    stem = _FLAVOR.sub("", timeline.stem)
    while (shorter := _VERSION.sub("", stem)) and shorter != stem:
        stem = shorter
    return stem


def original_stem(part: int) -> str:
    """Name without extension of a part of what a provider gave: `original`, `original_2` and so on."""
    return "original" if part == 1 else f"original_{part}"


def original_part(name: str) -> int | None:
    """Which part of what a provider gave a file of a take is; None for notes (`.json`) and all other files.

    A clip that was set aside is called `original_of_ab12cd34.mp4` or `original_2_of_ab12cd34.mp4`, and is none.
    """
    match = _ORIGINAL.fullmatch(name)
    return int(match.group(1) or 1) if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFolder:
    """The files of one cut: `cuts/<cut>/`."""

    name: str
    folder: Path

    @property
    def lock(self) -> Path:
        """Names the run that fills this cut."""
        return self.folder / "cut.lock"

    @property
    def plan(self) -> Path:
        """The last plan that `fill` followed."""
        return self.folder / "plan.json"

    @property
    def plan_text(self) -> Path:
        """The same for the person who approves it."""
        return self.folder / "plan.md"

    @property
    def sent(self) -> Path:
        """What came beside the editor's file, as it came."""
        return self.folder / "sent.json"

    @property
    def changes(self) -> Path:
        """What the last version changed, for programs."""
        return self.folder / "changes.json"

    @property
    def changes_text(self) -> Path:
        """The same for a person."""
        return self.folder / "changes.md"

    @property
    def log(self) -> Path:
        """What happened, one JSON object a line."""
        return self.folder / "log.jsonl"

    @property
    def done(self) -> Path:
        """Written last, after media and timelines."""
        return self.folder / "done.json"

    @property
    def approved(self) -> Path:
        """Lets a plan that waits go on."""
        return self.folder / "APPROVED"

    def unpacked(self, key: str) -> Path:
        """Where the media of a bundle are unpacked; other media go elsewhere, so that old versions keep theirs."""
        return self.folder / f"bundle_{key}"

    def source(self, timeline: Path) -> Path:
        """Where the copy of the editor's file belongs; of a bundle, the copy of the timeline in it."""
        suffix = timeline.suffix.lower()
        return self.folder / f"source{'.otio' if suffix == BUNDLE else suffix}"

    def timeline(self, version: int, *, flavor: str) -> Path:
        """A delivered timeline; `flavor` is `otio`, `resolve`, `premiere`, `fcp7` or `fcpxml`."""
        return self.folder / f"{self.name}_v{version:03d}{_ENDINGS[flavor]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files of one library.

    Attributes:
        elsewhere: Conformed files of takes that were found outside the library, by number for each shot; `take.json`
            and the original lie beside each. What lies in the library itself goes first.
    """

    folder: Path
    elsewhere: Mapping[str, Mapping[int, Path]] = field(default_factory=dict)

    @property
    def index(self) -> Path:
        """Id, tag, codes, who owns which cut."""
        return self.folder / "library.json"

    @property
    def lock(self) -> Path:
        """Held only while `index` changes."""
        return self.folder / "library.lock"

    @property
    def drafts_lock(self) -> Path:
        """Names the run that conforms drafts."""
        return self.folder / "drafts.lock"

    @property
    def status(self) -> Path:
        """What a watcher is doing, for programs."""
        return self.folder / "status.json"

    @property
    def status_page(self) -> Path:
        """The same for a person."""
        return self.folder / "status.html"

    @property
    def watch_log(self) -> Path:
        """What a watcher did, for a person; older parts beside it end in a number."""
        return self.folder / "watch.log"

    @property
    def watch_journal(self) -> Path:
        """What a watcher did with each content, one JSON object a line."""
        return self.folder / "watch.jsonl"

    @property
    def watch_lock(self) -> Path:
        """Names the watcher whose status this library holds."""
        return self.folder / "watch.lock"

    @property
    def manual(self) -> Path:
        """Jobs that a person does."""
        return self.folder / "manual"

    @property
    def takes(self) -> Path:
        """One folder for each shot."""
        return self.folder / "takes"

    @property
    def references(self) -> Path:
        """Reference pictures that takes were made from, each once."""
        return self.folder / "references"

    def reference(self, sha256: str) -> Path:
        """A reference picture, by the SHA-256 of this very file."""
        return self.references / f"{sha256}.png"

    def shot_folder(self, shot: str) -> Path:
        """Every take of one shot.

        Raises:
            LibraryError: The code is not safe as a file name.
        """
        if safe_stem(shot) != shot:
            raise LibraryError(
                f"{shot!r} cannot be a shot code", next_step="use letters, digits, `_`, `-` and `.`, at most 80"
            )
        return self.takes / shot

    def take_folder(self, shot: str, *, take: int) -> Path:
        """One take."""
        return self.shot_folder(shot) / f"t{take:02d}"

    def take_file(self, shot: str, *, take: int) -> Path:
        """A take's sidecar, where it is written."""
        return self.take_folder(shot, take=take) / "take.json"

    def known_take_file(self, shot: str, *, take: int) -> Path:
        """A take's sidecar, where it is read."""
        own, media = self.take_file(shot, take=take), self.elsewhere.get(shot, {}).get(take)
        return own if media is None or own.is_file() else media.parent / own.name

    def removed_file(self, shot: str, *, take: int) -> Path:
        """What stays of a take that was deleted."""
        return self.take_folder(shot, take=take) / "removed.json"

    def cut(self, name: str) -> CutFolder:
        """The folder of one cut."""
        return CutFolder(name=name, folder=self.folder / "cuts" / name)

    def take_numbers(self, shot: str) -> tuple[int, ...]:
        """Numbers of the takes that have a folder, in order; asks the disk."""
        folder = self.shot_folder(shot)
        names = [each.name for each in folder.iterdir() if each.is_dir()] if folder.is_dir() else []
        matches = (_TAKE.fullmatch(name) for name in names)
        numbers = {int(match.group(1)) for match in matches if match}
        return tuple(sorted(numbers | self.elsewhere.get(shot, {}).keys()))

    def relative(self, path: Path) -> str:
        """A path inside the library as sidecars write it: relative, `/`-separated."""
        return path.relative_to(self.folder).as_posix()

    def absolute(self, relative: str) -> Path:
        """The file that a sidecar names.

        Raises:
            LibraryError: It would lie outside the library.
        """
        parts = PurePosixPath(relative).parts
        if not parts or "\\" in relative or ":" in parts[0] or parts[0] == "/" or ".." in parts:
            raise LibraryError(f"{relative!r} is not a path inside the library", where=str(self.folder))
        own = self.folder.joinpath(*parts)
        return own if not self.elsewhere or own.is_file() else self._found(parts) or own

    def _found(self, parts: tuple[str, ...]) -> Path | None:
        """Where a file of a take lies that is not in the library; a conformed file may have another name there."""
        match = _TAKE.fullmatch(parts[2]) if len(parts) == _PARTS_OF_A_TAKE and parts[0] == "takes" else None
        media = self.elsewhere.get(parts[1], {}).get(int(match.group(1))) if match else None
        if media is None:
            return None
        return media if original_part(parts[3]) is None else media.with_name(parts[3])

"""A library: the folder that holds the takes, the shot codes given, and one folder for each cut.

Opening one writes nothing, so that `holes` and `plan` leave no trace. What is committed is written under
`library.lock`, on top of what other runs have committed meanwhile.

    library = Library.at(Path("pickup"), tag="HARBOR")
    library.exists                                            False
    library.claim_cut(Path("harbor_v3.otio"))                 'harbor'
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pickup._files import PART_PREFIX, PART_SUFFIX, make_folder
from pickup.errors import Finding, LibraryError, warning
from pickup.library.layout import CutFolder, Layout, plain_stem
from pickup.library.lock import PATIENTLY, Waiting, guarded, hold
from pickup.library.shelf import REMOVED, check_take, is_whole, read_takes
from pickup.library.sidecars import (
    Elsewhere,
    LibraryFile,
    LockFile,
    Owner,
    RemovedFile,
    TakeFile,
    read_sidecar,
    seen_shot,
    write_sidecar,
)
from pickup.library.store import TakeOrder, TakeStore
from pickup.match import Sighting
from pickup.paths import safe_stem
from pickup.takes import Take

_TAG_LETTERS = 8
_ID_IN_TAG = 4
_LEFTOVER_AGE_S = 3600.0
_SHOTS_NAMED = 20


def random_id() -> str:
    """Sixteen base32 characters that no other library has."""
    return base64.b32encode(secrets.token_bytes(10)).decode()


def make_tag(name: str, *, library_id: str) -> str:
    """Up to eight letters of a name in capitals, and four characters of the library's id."""
    plain = unicodedata.normalize("NFKD", name)
    letters = re.sub(r"[^A-Z]", "", plain.encode("ascii", "ignore").decode().upper())
    return (letters[:_TAG_LETTERS] or "PICKUP") + library_id[:_ID_IN_TAG]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One library. Every question is answered from the disk, so that other runs are seen.

    Attributes:
        wished_tag: Letters for a new library's tag; the first cut's name gives them otherwise.
        new_id: Gives a new library its id.
    """

    layout: Layout
    wished_tag: str | None = None
    new_id: Callable[[], str] = random_id

    @classmethod
    def at(cls, folder: Path, *, tag: str | None = None, new_id: Callable[[], str] = random_id) -> Library:
        """The library in `folder`, which need not exist yet; nothing is written."""
        return cls(layout=Layout(folder=folder), wished_tag=tag, new_id=new_id)

    def with_places(self) -> Library:
        """The same library, with the takes of it that are known to lie elsewhere."""
        if not self.exists:
            return self
        found: dict[str, dict[int, Path]] = defaultdict(dict)
        for each in self._index().elsewhere:
            found[each.shot][each.take] = Path(each.path)
        return replace(self, layout=replace(self.layout, elsewhere=found))

    def remember_places(self, places: Mapping[tuple[str, int], Path]) -> Library:
        """Remembers where takes lie that are not in the library, by shot and number; returns the library with them.

        The caller has made sure that they are what they say.
        """
        with guarded(self.layout.lock):
            index = self._index()
            kept = (each for each in index.elsewhere if (each.shot, each.take) not in places)
            new = (Elsewhere(shot=shot, take=take, path=str(path)) for (shot, take), path in sorted(places.items()))
            self._write(index.model_copy(update={"elsewhere": (*kept, *new)}))
        return self.with_places()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.layout.folder

    @property
    def exists(self) -> bool:
        """Whether something was committed to it."""
        return self.layout.index.is_file()

    @property
    def id(self) -> str:
        """Given once, for life; see `tag` for what is raised."""
        return self._index().id

    @property
    def tag(self) -> str:
        """Begins every media file's name; given once, for life.

        Raises:
            LibraryError: Nothing was committed yet, or library.json is damaged.
        """
        return self._index().tag

    @property
    def codes(self) -> frozenset[str]:
        """Every shot code ever given."""
        return frozenset(self._index().codes) if self.exists else frozenset()

    def cut_name(self, timeline: Path) -> str:
        """The name of the folder that is, or would be, the timeline's; writes nothing."""
        cuts: Mapping[str, Owner] = self._index().cuts if self.exists else {}
        return _name_of(self._owner(timeline), cuts=cuts)

    def cut_folder(self, cut: str) -> CutFolder:
        """The files of a cut; the folder need not exist."""
        return self.layout.cut(cut)

    def claim_cut(self, timeline: Path) -> str:
        """Gives the timeline its folder for life, and makes the library if it is the first; returns the cut's name.

        Raises:
            LibraryError: The library cannot be written, or library.json is damaged.
        """
        owner = self._owner(timeline)
        with guarded(self.layout.lock):
            index = self._index() if self.exists else self._first_index(owner.stem)
            name = _name_of(owner, cuts=index.cuts)
            if index.cuts.get(name) is None or not self.exists:
                self._write(index.model_copy(update={"cuts": {**index.cuts, name: owner}}))
        make_folder(self.layout.cut(name).folder)
        return name

    def hold_cut(
        self, cut: str, *, on_wait: Callable[[str], None], waiting: Waiting = PATIENTLY
    ) -> AbstractContextManager[LockFile]:
        """Holds `cut.lock`, so that one run fills the cut at a time; see `pickup.library.lock.hold`."""
        lock = self.layout.cut(cut).lock
        return hold(lock, guard=self.layout.lock, doing=f"filling {cut}", on_wait=on_wait, waiting=waiting)

    def hold_drafts(
        self, *, on_wait: Callable[[str], None], waiting: Waiting = PATIENTLY
    ) -> AbstractContextManager[LockFile]:
        """Holds `drafts.lock`, so that one run conforms drafts at a time: two cuts may share a shot."""
        return hold(
            self.layout.drafts_lock, guard=self.layout.lock, doing="conforming drafts", on_wait=on_wait, waiting=waiting
        )

    def sightings(self, cut: str | None = None) -> tuple[Sighting, ...]:
        """How shots looked when they were last filled, in one cut or in all."""
        if not self.exists:
            return ()
        return tuple(each.sighting() for each in self._index().seen if cut in (None, each.cut))

    def commit(self, cut: str, *, sightings: Sequence[Sighting], new_codes: Collection[str]) -> frozenset[str]:
        """Gives the new shot codes for life and remembers how the shots of a cut look.

        Sightings of the same shots in this cut are replaced; those of shots that the cut has lost are kept, so that
        a hole which comes back is known.

        Args:
            cut: As `claim_cut` named it.
            sightings: One for each hole.
            new_codes: Codes of the sightings that the caller found free.

        Returns:
            New codes that another run was given meanwhile. If there are any, nothing was written: number again.
        """
        with guarded(self.layout.lock):
            index = self._index()
            given = {code.upper() for code in index.codes}
            clashes = frozenset(code for code in new_codes if code.upper() in given)
            if not clashes:
                codes = dict.fromkeys((*index.codes, *sorted(new_codes), *(each.shot for each in sightings)))
                shots = {each.shot for each in sightings}
                kept = (each for each in index.seen if each.cut != cut or each.shot not in shots)
                seen = (*kept, *(seen_shot(each) for each in sightings))
                self._write(index.model_copy(update={"codes": tuple(codes), "seen": seen}))
        return clashes

    def all_shots(self) -> tuple[str, ...]:
        """Shots that have a folder of takes, in order of their codes."""
        takes = self.layout.takes
        names = {each.name for each in takes.iterdir() if each.is_dir()} if takes.is_dir() else set()
        names |= self.layout.elsewhere.keys()
        return tuple(sorted(name for name in names if safe_stem(name) == name))

    def takes(self, shot: str) -> tuple[Take, ...]:
        """Every recorded take of a shot, by number; `findings` tells about damaged ones."""
        return tuple(each.as_take() for each in self._take_files(shot))

    def take_files(self, shot: str) -> tuple[TakeFile, ...]:
        """Every recorded take of a shot with its provenance, by number."""
        return tuple(self._take_files(shot))

    def take_file(self, shot: str, *, take: int) -> TakeFile | None:
        """A take with its provenance; None when it is not recorded or damaged."""
        return next((each for each in self._take_files(shot) if each.take == take), None)

    def media_of(self, take: Take) -> Path:
        """The conformed file of a take, absolute; a timeline links it."""
        return self.layout.absolute(take.path).absolute()

    def next_take(self, shot: str) -> int:
        """The number that a new take of this shot gets; numbers go on for the shot's life."""
        return max(self.layout.take_numbers(shot), default=0) + 1

    def circled(self, shot: str) -> Take | None:
        """The chosen take, else the first whose file is whole, one that quality control has not failed before others.

        It may be a draft, which is conformed before it is shown.

        A choice whose file is missing is no reason to show another take unasked: the answer is None, and `findings`
        says why.
        """
        return self.circled_of([shot])[shot]

    def circled_of(self, shots: Iterable[str]) -> dict[str, Take | None]:
        """`circled` of many shots; library.json is read once for all of them."""
        choices: Mapping[str, int] = self._index().circled if self.exists else {}
        return {shot: self._shown(shot, chosen=choices.get(shot)) for shot in shots}

    def _shown(self, shot: str, *, chosen: int | None) -> Take | None:
        whole = [each for each in self._take_files(shot) if is_whole(self.layout, each)]
        shown = _chosen(whole, chosen=chosen)
        return shown.as_take() if shown is not None else None

    def shelf(self, shots: Iterable[str]) -> dict[str, tuple[tuple[TakeFile, ...], TakeFile | None]]:
        """The whole takes of each shot by number, and the one that `circled` chooses; each file is read once."""
        choices: Mapping[str, int] = self._index().circled if self.exists else {}
        found = {}
        for shot in shots:
            whole = tuple(each for each in self._take_files(shot) if is_whole(self.layout, each))
            found[shot] = (whole, _chosen(whole, chosen=choices.get(shot)))
        return found

    def shot_named(self, text: str) -> str:
        """The code of the shot that a person means, whatever its case.

        Raises:
            LibraryError: No shot has this code, it says which there are; or there is no library here.
        """
        shots = sorted({*self._index().codes, *self.all_shots()})
        known = next((shot for shot in shots if shot.casefold() == text.casefold()), None)
        if known is None:
            more = f" and {len(shots) - _SHOTS_NAMED} more" if len(shots) > _SHOTS_NAMED else ""
            raise LibraryError(
                f"there is no shot {text}",
                where=str(self.folder),
                next_step=f"its shots are: {', '.join(shots[:_SHOTS_NAMED]) or 'none yet'}{more}",
            )
        return known

    def circle(self, shot: str, *, take: int) -> int | None:
        """Chooses a take; returns the number of the one that was circled before.

        Raises:
            LibraryError: There is no such take, or its file is not whole.
        """
        finding = self.check_take(shot, take=take)
        if finding is not None:
            numbers = ", ".join(str(each.number) for each in self.takes(shot)) or "none"
            raise LibraryError(
                f"take {take} of {shot} cannot be circled: {finding.message}",
                where=shot,
                next_step=f"choose one of its takes: {numbers}",
            )
        with guarded(self.layout.lock):
            was = self.circled(shot)
            index = self._index()
            self._write(index.model_copy(update={"circled": {**index.circled, shot: take}}))
        return None if was is None else was.number

    def check_take(self, shot: str, *, take: int, thoroughly: bool = False) -> Finding | None:
        """What is wrong with a take: presence and size, or the hashes of its files too; None when it is well."""
        tag = self.tag if thoroughly else ""
        return check_take(self.layout, shot, take=take, tag=tag, thoroughly=thoroughly)

    def findings(self, *, thoroughly: bool = False) -> tuple[Finding, ...]:
        """What is wrong with any take, and choices that show nothing."""
        return tuple(self._findings(thoroughly=thoroughly))

    def store(
        self,
        *,
        orders: Mapping[str, TakeOrder],
        previs: Collection[tuple[str, str]] = (),
        now: Callable[[], datetime] = _now,
        original_suffix: str = ".mp4",
    ) -> TakeStore:
        """What the job runner fills; see `TakeStore` for the arguments."""
        return TakeStore(
            self.layout, tag=self.tag, orders=orders, previs=previs, now=now, original_suffix=original_suffix
        )

    def remove_take(self, shot: str, *, take: int) -> None:
        """Deletes the files of a take for good, its sidecar last, so that a removal that was cut off can be repeated.

        What stays is a note of their names: an NLE that knows one must never be shown other pictures under it. Only
        files of the take's own folder go, and links as links.

        Raises:
            LibraryError: A file cannot be deleted.
        """
        folder = self.layout.take_folder(shot, take=take)
        sidecar, note = self.layout.take_file(shot, take=take), self.layout.removed_file(shot, take=take)
        files = [path for path in folder.iterdir() if path != note and (path.is_symlink() or path.is_file())]
        file = self.take_file(shot, take=take)
        before = read_sidecar(note, model=RemovedFile).names if note.is_file() else ()
        names = tuple(dict.fromkeys((*before, *sorted(path.name for path in files))))
        removed = RemovedFile(shot=shot, take=take, names=names, cost=file.cost if file else None, removed=_now())
        try:
            write_sidecar(note, removed)
            for path in sorted(files, key=lambda each: each == sidecar):
                path.unlink()
        except OSError as error:
            raise LibraryError(
                f"{folder.name} of {shot} cannot be removed: {error.strerror}",
                where=str(error.filename or folder),
                next_step="see what lies there; the same command goes on",
            ) from error

    def remove_leftovers(self, cut: str, *, shots: Collection[str], older_than_s: float = _LEFTOVER_AGE_S) -> int:
        """Removes what interrupted writes left in a held cut and the takes of its shots; returns how many files.

        Only regular files under our own temporary names, in folders that are no links, and not changed for
        `older_than_s`: another run may be writing a take that two cuts share.
        """
        folders = [self.folder, self.layout.cut(cut).folder]
        folders += [
            self.layout.take_folder(shot, take=take) for shot in shots for take in self.layout.take_numbers(shot)
        ]
        before = time.time() - older_than_s
        return sum(_remove_parts(folder, before=before) for folder in folders)

    def _take_files(self, shot: str) -> Iterator[TakeFile]:
        return (each for each in read_takes(self.layout, shot) if isinstance(each, TakeFile))

    def _findings(self, *, thoroughly: bool) -> Iterator[Finding]:
        for shot in self.all_shots():
            for take in self.layout.take_numbers(shot):
                finding = self.check_take(shot, take=take, thoroughly=thoroughly)
                if finding is not None and finding.code != REMOVED:
                    yield finding
        for shot, take in (self._index().circled if self.exists else {}).items():
            if self.circled(shot) is None:
                yield warning("CIRCLED_TAKE_MISSING", f"its circled take {take} is not whole", where=shot)

    def _owner(self, timeline: Path) -> Owner:
        folder = timeline.absolute().parent.resolve()
        try:
            place = os.path.relpath(folder, self.folder.resolve())
        except ValueError:  # another drive on Windows
            place = str(folder)
        stem = unicodedata.normalize("NFC", plain_stem(timeline))
        return Owner(folder=unicodedata.normalize("NFC", Path(place).as_posix()), stem=stem)

    def _index(self) -> LibraryFile:
        try:
            return read_sidecar(self.layout.index, model=LibraryFile)
        except FileNotFoundError as error:
            raise LibraryError(
                "there is no library here yet",
                where=str(self.folder),
                next_step="run `pickup fill`, or name the library with --library",
            ) from error

    def _first_index(self, first_cut: str) -> LibraryFile:
        library_id = self.new_id()
        return LibraryFile(id=library_id, tag=make_tag(self.wished_tag or first_cut, library_id=library_id))

    def _write(self, index: LibraryFile) -> None:
        write_sidecar(self.layout.index, index)


def _chosen(whole: Sequence[TakeFile], *, chosen: int | None) -> TakeFile | None:
    if chosen is not None:
        return next((each for each in whole if each.take == chosen), None)
    return min(whole, key=lambda each: each.has_failed, default=None)


def _name_of(owner: Owner, *, cuts: Mapping[str, Owner]) -> str:
    """The owner's cut, or a free name: `harbor`, `harbor-2`; free also where names differ only in case."""
    for name, other in cuts.items():
        if (other.folder, other.stem) == (owner.folder, owner.stem):
            return name
    base, number = safe_stem(owner.stem), 1
    taken = {name.casefold() for name in cuts}
    name = base
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def _remove_parts(folder: Path, *, before: float) -> int:
    if folder.is_symlink() or not folder.is_dir():
        return 0
    removed = 0
    for part in folder.glob(f"{PART_PREFIX}*{PART_SUFFIX}*"):
        if part.is_file() and not part.is_symlink() and part.stat().st_mtime < before:
            part.unlink(missing_ok=True)
            removed += 1
    return removed

"""The store that the job runner fills: where a take's files belong, and its sidecar when it is whole.

A name never gets other bytes: where a conformed file stands already, the next conform of that take gets `_c2`.

    store = library.store(orders={"SH0010": TakeOrder(wish="digest")}, previs=[("slate", "slate")])
    store.conformed("SH0010", take=1)        takes/SH0010/t01/HARBOR7K2Q_SH0010_t01.mov
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from pickup._files import make_folder, sha256_of, write_bytes
from pickup.errors import Finding, LibraryError
from pickup.library.layout import Layout, original_part, original_stem
from pickup.library.shelf import is_whole, read_take
from pickup.library.sidecars import Hashes, OriginalPart, RemovedFile, TakeFile, read_sidecar, write_sidecar
from pickup.ports import Conformed, Delivery, Generation
from pickup.takes import take_name

_NOTES_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOrder:
    """What takes of a shot are made for, as their sidecars keep it.

    Attributes:
        wish: Digest of the spec.
        shift: Frame of the shot at which the frames to show begin.
        before: Media and cut frame of the neighbour before; likewise `after`.
    """

    wish: str
    shift: int = 0
    before: str = ""
    after: str = ""


_UNKNOWN_ORDER = TakeOrder(wish="")


class TakeStore:
    """A `ports.Store` in a library; every method but `has_take` raises `LibraryError` where that is gone.

    Args:
        layout: Of the library.
        tag: Of the library; file names begin with it.
        orders: What each shot is made for.
        previs: Provider and model of everything that makes previs.
        now: The time, with its zone.
        original_suffix: Extension of what the provider gives.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        tag: str,
        orders: Mapping[str, TakeOrder],
        previs: Collection[tuple[str, str]],
        now: Callable[[], datetime],
        original_suffix: str = ".mp4",
    ) -> None:
        self._layout = layout
        self._tag = tag
        self._orders = orders
        self._previs = frozenset(previs)
        self._now = now
        self._original_suffix = original_suffix
        self._promised: dict[tuple[str, int], Path] = {}

    def original(self, shot: str, *, take: int, part: int = 1) -> Path:
        """Where a clip of the provider's belongs, or stands already; its folder exists."""
        folder = self._folder(shot, take=take)
        there = sorted(path for path in folder.iterdir() if original_part(path.name) == part)
        return there[0] if there else folder / f"{original_stem(part)}{self._original_suffix}"

    def conformed(self, shot: str, *, take: int) -> Path:
        """Where the next conformed clip of this take belongs: a name that never had bytes; its folder exists.

        The answer stays the same until `keep_take` has recorded it.
        """
        promised = self._promised.get((shot, take))
        if promised is None:
            promised = self._free_name(shot, take=take)
            self._promised[shot, take] = promised
        return promised

    def has_take(self, shot: str, *, take: int) -> bool:
        """Whether this take is recorded, and its conformed file is there with all its bytes."""
        try:
            file = read_take(self._layout, shot, take=take)
        except FileNotFoundError:
            return False
        return not isinstance(file, Finding) and is_whole(self._layout, file)

    def keep_take(
        self, request: Generation, *, delivery: Delivery, conformed: Conformed, provider: str, cost: Decimal
    ) -> None:
        """Records a finished take in its sidecar, with the boundary frames it was made from.

        Raises:
            LibraryError: No file of this take has the bytes that were conformed.
        """
        shot, take = request.shot, request.take
        path = self._conformed_file(shot, take=take, conformed=conformed)
        folder = self._folder(shot, take=take)
        for name, picture in (("boundary_in.png", request.boundary_in), ("boundary_out.png", request.boundary_out)):
            if picture is not None:
                write_bytes(folder / name, picture)
        original = self.original(shot, take=take)
        order = self._orders.get(shot, _UNKNOWN_ORDER)
        write_sidecar(
            self._layout.take_file(shot, take=take),
            TakeFile(
                shot=shot,
                take=take,
                path=self._layout.relative(path),
                original=self._layout.relative(original) if original.is_file() else None,
                more_originals=self._more_originals(shot, take=take),
                frames=conformed.frames,
                head=request.head,
                tail=request.tail,
                rate=str(conformed.rate),
                size=conformed.size,
                codec=conformed.codec,
                timecode=conformed.timecode,
                start=str(Fraction(delivery.start_frame) / delivery.rate.fps),
                provider=provider,
                model=request.model,
                look=_look_taken(original) or request.look,
                previs=(provider, request.model) in self._previs,
                cost=format(cost, "f"),
                wish=order.wish,
                shift=order.shift,
                before=order.before,
                after=order.after,
                prompt=request.prompt,
                negative=request.negative,
                seed=request.seed,
                style=request.style,
                request=request.digest(),
                policies=conformed.policies,
                created=self._now(),
                bytes_written=conformed.bytes_written,
                sha256=Hashes(original=sha256_of(original) if original.is_file() else None, conformed=conformed.sha256),
            ),
        )
        self._promised.pop((shot, take), None)

    def _more_originals(self, shot: str, *, take: int) -> tuple[OriginalPart, ...]:
        """The clips after the first that are there, in order."""
        names = (path.name for path in self._folder(shot, take=take).iterdir())
        parts = sorted({part for part in map(original_part, names) if part is not None and part > 1})
        paths = (self.original(shot, take=take, part=part) for part in parts)
        return tuple(
            OriginalPart(path=self._layout.relative(path), sha256=sha256_of(path)) for path in paths if path.is_file()
        )

    def _folder(self, shot: str, *, take: int) -> Path:
        if not self._layout.index.is_file():  # nothing is made in the place of a drive that is gone
            raise LibraryError(
                "the library is not there any more",
                where=str(self._layout.folder),
                next_step="connect its drive or put it back, then run the command again: what was made goes there",
            )
        folder = self._layout.take_folder(shot, take=take)
        make_folder(folder)
        return folder

    def _free_name(self, shot: str, *, take: int) -> Path:
        folder = self._folder(shot, take=take)
        stem = take_name(self._tag, shot=shot, take=take)
        names = itertools.chain([f"{stem}.mov"], (f"{stem}_c{conform}.mov" for conform in itertools.count(2)))
        note = self._layout.removed_file(shot, take=take)
        gone = read_sidecar(note, model=RemovedFile).names if note.is_file() else ()
        return next(path for path in map(folder.joinpath, names) if path.name not in gone and not path.exists())

    def _conformed_file(self, shot: str, *, take: int, conformed: Conformed) -> Path:
        """The file of this take that has the conformed bytes.

        Where a crash left the same bytes under an earlier name, that name stands and the new file goes.
        """
        stem = take_name(self._tag, shot=shot, take=take)
        folder = self._folder(shot, take=take)
        names = sorted((*folder.glob(f"{stem}.mov"), *folder.glob(f"{stem}_c*.mov")), key=_by_conform)
        same = [path for path in names if _has_bytes(path, conformed)]
        if same:
            promised = self._promised.get((shot, take))
            if promised in same[1:]:
                promised.unlink()
            return same[0]
        raise LibraryError(
            f"the conformed file of {shot} take {take} is not in the library",
            where=str(folder),
            next_step="run the command again; the original is kept",
        )


def _by_conform(path: Path) -> tuple[int, str]:
    """Sorts `_t01.mov`, `_t01_c2.mov`, … `_t01_c10.mov`."""
    return len(path.name), path.name


def _has_bytes(path: Path, conformed: Conformed) -> bool:
    return path.stat().st_size == conformed.bytes_written and sha256_of(path) == conformed.sha256


def _look_taken(original: Path) -> str:
    """The look that the provider decided on while it worked, from the notes it may leave beside the original."""
    try:
        notes = json.loads(original.with_suffix(_NOTES_SUFFIX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    look = notes.get("look") if isinstance(notes, dict) else None
    return look if isinstance(look, str) else ""

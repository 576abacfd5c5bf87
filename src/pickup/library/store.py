"""The store that the job runner fills: where a take's files belong, and its sidecar when it is whole.

A name never gets other bytes: where a conformed file stands already, the next conform of that take gets `_c2`.

    store = library.store(orders={"SH0010": TakeOrder(wish="digest")}, previs=[("slate", "slate")])
    store.conformed("SH0010", take=1)        takes/SH0010/t01/HARBOR7K2Q_SH0010_t01.mov
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from pickup._files import make_folder, sha256_of, write_bytes
from pickup.errors import Finding, LibraryError
from pickup.library.drafts import BOUNDARY_IN, BOUNDARY_OUT, PROXY, record_of
from pickup.library.layout import Layout, original_part, original_stem
from pickup.library.shelf import is_whole, read_take
from pickup.library.sidecars import (
    ColorRecord,
    Hashes,
    OriginalPart,
    QualityRecord,
    RemovedFile,
    SidecarFinding,
    SidecarReference,
    TakeFile,
    read_sidecar,
    write_sidecar,
)
from pickup.ports import Conformed, Delivery, Generation
from pickup.ramps import texts_of
from pickup.takes import Grade, Inspection, take_name

_NOTES_SUFFIX = ".json"
_SENT = ("sent_in.png", "sent_out.png")
_BESIDE = (".xmp", ".cube", "_undo.cube", ".cdl", "_color_")
"""What is added to the stem of a conformed file for what lies beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOrder:
    """What takes of a shot are made for, as their sidecars keep it.

    Attributes:
        wish: Digest of the spec.
        shift: Frame of the shot at which the frames to show begin.
        before: Media and cut frame of the neighbour before; likewise `after`.
        releases: Paths of the files that prove consent, by the name of each reference set.
    """

    wish: str
    shift: int = 0
    before: str = ""
    after: str = ""
    releases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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

    def proxy(self, shot: str, *, take: int) -> Path:
        """Where the small film of this take belongs; its folder exists."""
        return self._folder(shot, take=take) / PROXY

    def has_take(self, shot: str, *, take: int) -> bool:
        """Whether this take is recorded, and its conformed file is there with all its bytes; of a draft its proxy."""
        try:
            file = read_take(self._layout, shot, take=take)
        except FileNotFoundError:
            return False
        return not isinstance(file, Finding) and is_whole(self._layout, file)

    def keep_take(
        self, request: Generation, *, delivery: Delivery, conformed: Conformed, provider: str, cost: Decimal
    ) -> None:
        """Records a finished take in its sidecar, with the boundary frames and reference pictures it was made from.

        Raises:
            LibraryError: No file of this take has the bytes that were conformed.
        """
        shot, take = request.shot, request.take
        path = self._file_of(shot, take=take, conformed=conformed, draft=delivery.draft)
        folder = self._folder(shot, take=take)
        for name, picture in _boundaries(request, delivery=delivery):
            write_bytes(folder / name, picture)
        self._keep_references(request)
        original = self.original(shot, take=take)
        order = self._orders.get(shot, _UNKNOWN_ORDER)
        write_sidecar(
            self._layout.take_file(shot, take=take),
            TakeFile(
                shot=shot,
                take=take,
                draft=record_of(delivery) if delivery.draft else None,
                original=self._layout.relative(original) if original.is_file() else None,
                more_originals=self._more_originals(shot, take=take),
                head=request.head,
                tail=request.tail,
                start=str(Fraction(delivery.start_frame) / delivery.rate.fps),
                provider=provider,
                model=request.model,
                model_version=delivery.origin.version if delivery.origin else "",
                placeholder_speed=str(delivery.placeholder_speed),
                placeholder_ramp=texts_of(delivery.placeholder_ramp),
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
                references=self._references(request, order=order),
                frames_sent=_frames_sent(delivery),
                sha256=Hashes(original=sha256_of(original) if original.is_file() else None, conformed=conformed.sha256),
                **self._made(path, conformed, place=(shot, take)),
            ),
        )
        self._promised.pop((shot, take), None)

    def keep_conformed(self, file: TakeFile, *, conformed: Conformed) -> None:
        """Records that a draft was conformed, into `conformed`; from then on it is a take like any other.

        Its small film stays as it is.

        Raises:
            LibraryError: No file of this take has the bytes that were conformed.
        """
        path = self._file_of(file.shot, take=file.take, conformed=conformed, draft=False)
        hashes = file.sha256.model_copy(update={"conformed": conformed.sha256})
        made = self._made(path, conformed, place=(file.shot, file.take))
        change = {**made, "sha256": hashes, "beside": (*made["beside"], PROXY), "draft": None}
        write_sidecar(self._layout.take_file(file.shot, take=file.take), file.model_copy(update=change))
        self._promised.pop((file.shot, file.take), None)

    def _made(self, path: Path, conformed: Conformed, *, place: tuple[str, int]) -> dict[str, Any]:
        """What `take.json` says of a file that was written."""
        return {
            "path": self._layout.relative(path),
            "frames": conformed.frames,
            "rate": str(conformed.rate),
            "size": conformed.size,
            "codec": conformed.codec,
            "timecode": conformed.timecode,
            "policies": conformed.policies,
            "qc": _quality(conformed.inspection),
            "color": _color(conformed.grade),
            "beside": _renamed(conformed.beside, was=self._promised.get(place), now=path),
            "c2pa": conformed.signed,
            "xmp": any(name.endswith(".xmp") for name in conformed.beside),
            "created": self._now(),
            "bytes_written": conformed.bytes_written,
        }

    def _keep_references(self, request: Generation) -> None:
        """Each picture once for the whole library."""
        for each in request.references:
            path = self._layout.reference(each.sha256)
            if not path.is_file():
                make_folder(path.parent)
                write_bytes(path, each.data)

    def _references(self, request: Generation, *, order: TakeOrder) -> tuple[SidecarReference, ...]:
        return tuple(
            SidecarReference(
                name=each.name,
                sha256=each.sha256,
                release=tuple(map(self._seen_from_here, order.releases.get(each.name, ()))),
                source=each.source,
            )
            for each in request.references
        )

    def _seen_from_here(self, path: str) -> str:
        """A path outside as sidecars write it: relative to the library, or absolute on another drive."""
        try:
            return Path(os.path.relpath(path, self._layout.folder.resolve())).as_posix()
        except ValueError:  # another drive on Windows
            return Path(path).as_posix()

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

    def _file_of(self, shot: str, *, take: int, conformed: Conformed, draft: bool) -> Path:
        """The file of this take that has the conformed bytes.

        Where a crash left the same bytes under an earlier name, that name stands and the new file goes. Signed files
        differ each time; what a crash left of one stays, as its name may have been seen.
        """
        stem = take_name(self._tag, shot=shot, take=take)
        folder = self._folder(shot, take=take)
        names = sorted((*folder.glob(f"{stem}.mov"), *folder.glob(f"{stem}_c*.mov")), key=_by_conform)
        if draft:
            names = [self.proxy(shot, take=take)]
        same = [path for path in names if path.is_file() and _has_bytes(path, conformed)]
        if same:
            promised = self._promised.get((shot, take))
            if promised in same[1:]:
                _remove_with_what_lies_beside(promised)
            return same[0]
        raise LibraryError(
            f"the conformed file of {shot} take {take} is not in the library",
            where=str(folder),
            next_step="run the command again; the original is kept",
        )


def _renamed(beside: Sequence[str], *, was: Path | None, now: Path) -> tuple[str, ...]:
    """Names of what lies beside a file that stands under an earlier name than it was written to."""
    if was is None or was.stem == now.stem:
        return tuple(beside)
    return tuple(f"{now.stem}{name.removeprefix(was.stem)}" if name.startswith(was.stem) else name for name in beside)


def _boundaries(request: Generation, *, delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    """The frames of the cut beside the take, as large as it is, and as they were sent where that is another picture."""
    beside = delivery.beside
    pictures = (
        (BOUNDARY_IN, beside.before or request.boundary_in),
        (BOUNDARY_OUT, beside.after or request.boundary_out),
        *((name, picture) for name, picture in _sent(delivery) if name in _SENT),
    )
    return ((name, picture) for name, picture in pictures if picture is not None)


def _frames_sent(delivery: Delivery) -> dict[str, str]:
    return {name: hashlib.sha256(picture).hexdigest() for name, picture in _sent(delivery)}


def _sent(delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    """What the provider got, by the name of the file that holds it."""
    beside = delivery.beside
    for sent, shown, names in zip(
        beside.sent, (beside.before, beside.after), zip((BOUNDARY_IN, BOUNDARY_OUT), _SENT, strict=True), strict=True
    ):
        if sent is not None:
            yield names[sent != shown], sent


def _quality(inspection: Inspection) -> QualityRecord:
    return QualityRecord(
        verdict=inspection.verdict,
        findings=tuple(
            SidecarFinding(severity=each.severity.value, code=each.code, message=each.message, where=each.where or "")
            for each in inspection.findings
        ),
        measures=dict(inspection.measures),
    )


def _color(grade: Grade | None) -> ColorRecord | None:
    if grade is None:
        return None
    return ColorRecord(strength=grade.strength, reason=grade.reason, before=grade.before, after=grade.after)


def _remove_with_what_lies_beside(path: Path) -> None:
    """A conformed file that a crash left, and what was written beside it; `_t01_c2` is not beside `_t01`."""
    for each in path.parent.glob(f"{path.stem}*"):
        if each == path or each.name.removeprefix(path.stem).startswith(_BESIDE):
            each.unlink()


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

"""Drafts: takes of which only the original and a small film are kept, until one of them is to be shown.

`take.json` keeps what a draft was ordered to be, so that it can be conformed at any time from what lies beside it; no
provider is asked.

    record = record_of(delivery)                             into take.json
    draft = read_draft(layout, file)                         draft.originals, draft.delivery
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path

from pickup.errors import LibraryError
from pickup.library.layout import Layout
from pickup.library.sidecars import DraftOrigin, DraftRecord, DraftSound, TakeFile
from pickup.ports import Beside, Delivery, Origin, OriginReference, Sounding
from pickup.ramps import ramp_of_texts, texts_of
from pickup.timing import FrameRate, exact_rate

BOUNDARY_IN, BOUNDARY_OUT = "boundary_in.png", "boundary_out.png"
PROXY = "proxy.mp4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a draft is conformed from, and to.

    Attributes:
        originals: The clips of the take in order, absolute; they are there.
    """

    originals: tuple[Path, ...]
    delivery: Delivery


def record_of(delivery: Delivery) -> DraftRecord:
    """What `take.json` keeps of a delivery: everything but its pictures, which are files beside it."""
    beside, sound, origin = delivery.beside, delivery.sound, delivery.origin
    return DraftRecord(
        frames=delivery.frames,
        rate=str(delivery.rate),
        size=delivery.size,
        codec=delivery.codec,
        reel=delivery.reel,
        start_frame=delivery.start_frame,
        drop_frame=delivery.drop_frame,
        fit=delivery.fit,
        spread=delivery.spread,
        to_the_end=delivery.to_the_end,
        rate_policy=delivery.rate_policy,
        placeholder_speed=str(delivery.placeholder_speed),
        placeholder_ramp=texts_of(delivery.placeholder_ramp),
        head=delivery.head,
        tail=delivery.tail,
        beside=(beside.before is not None, beside.after is not None),
        made_from=beside.made_from,
        color_strength=delivery.color_strength,
        sound=None if sound is None else DraftSound(channels=sound.channels, loudness=sound.loudness),
        previs=delivery.previs,
        proxy=delivery.proxy,
        origin=None if origin is None else _origin_record(origin),
    )


def read_draft(layout: Layout, file: TakeFile) -> Draft | None:
    """What a take is conformed from; None where it is conformed already.

    Raises:
        LibraryError: A clip of it, or a frame of the cut that it is matched to, is gone.
    """
    if file.draft is None:
        return None
    folder = layout.take_file(file.shot, take=file.take).parent
    originals = originals_of(layout, file)
    wanted = [
        folder / name for name, is_kept in zip((BOUNDARY_IN, BOUNDARY_OUT), file.draft.beside, strict=True) if is_kept
    ]
    gone = next((path for path in (*originals, *wanted) if not path.is_file()), None)
    if gone is not None or not originals:
        name = "its original" if gone is None else f"its {gone.name}"
        raise LibraryError(
            f"take {file.take} is a draft and cannot be conformed: {name} is gone",
            where=str(folder),
            next_step=f"put it back, or circle another take of {file.shot}",
        )
    return Draft(originals=originals, delivery=_delivery_of(file.draft, folder=folder))


def originals_of(layout: Layout, file: TakeFile) -> tuple[Path, ...]:
    """Where the clips of a take belong, in order; none where nobody knows."""
    names = (file.original, *(part.path for part in file.more_originals))
    return tuple(layout.absolute(name) for name in names if name)


def _delivery_of(record: DraftRecord, *, folder: Path) -> Delivery:
    before, after = (
        (folder / name).read_bytes() if is_kept else None
        for name, is_kept in zip((BOUNDARY_IN, BOUNDARY_OUT), record.beside, strict=True)
    )
    sound, origin = record.sound, record.origin
    return Delivery(
        frames=record.frames,
        rate=FrameRate(fps=exact_rate(record.rate)),
        size=record.size,
        codec=record.codec,
        reel=record.reel,
        start_frame=record.start_frame,
        drop_frame=record.drop_frame,
        fit=record.fit,
        spread=record.spread,
        to_the_end=record.to_the_end,
        rate_policy=record.rate_policy,
        placeholder_speed=Fraction(record.placeholder_speed),
        placeholder_ramp=ramp_of_texts(record.placeholder_ramp),
        head=record.head,
        tail=record.tail,
        beside=Beside(before=before, after=after, made_from=record.made_from),
        color_strength=record.color_strength,
        sound=None if sound is None else Sounding(channels=sound.channels, loudness=sound.loudness),
        previs=record.previs,
        proxy=record.proxy,
        origin=None if origin is None else _origin_of(origin),
    )


def _origin_record(origin: Origin) -> DraftOrigin:
    return DraftOrigin.model_validate(asdict(origin))


def _origin_of(record: DraftOrigin) -> Origin:
    known = record.model_dump(include={each.name for each in fields(Origin)})
    references = tuple(
        OriginReference(name=each.name, sha256=each.sha256, release=each.release) for each in record.references
    )
    return Origin(**{**known, "references": references})

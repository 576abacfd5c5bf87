"""What changed since a take was made, in words; whether anything did, the digest of the wish says."""

from __future__ import annotations

from collections.abc import Iterator

from pickup.errors import counted
from pickup.library.sidecars import TakeFile
from pickup.shots import ShotSpec


def what_changed(made: TakeFile, *, spec: ShotSpec) -> str:
    """What is wanted otherwise than when the take was made; empty when it was made for this very wish.

    Args:
        made: The take with what it was made from.
        spec: What is wanted now.
    """
    if made.wish == spec.wish:
        return ""
    changes = list(_changes(made, spec=spec))
    return " and ".join(changes) or "what its brief asks for"


def _changes(made: TakeFile, *, spec: ShotSpec) -> Iterator[str]:
    covered = made.frames - made.head - made.tail
    if covered != spec.covers.length:
        yield f"its length ({counted(covered, 'frame')} then, {spec.covers.length} now)"
    if made.size != spec.delivery.size:
        yield f"the picture size ({made.size[0]}x{made.size[1]} then)"
    if made.rate != str(spec.delivery.rate):
        yield f"the frame rate ({made.rate} then)"
    if made.prompt not in (spec.words, spec.prompt):  # previs are drawn from the words without their style
        yield "its brief" if spec.briefed else "its brief or its neighbours' names"
    if made.negative != spec.negative:
        yield "what is not to be seen (negative)"
    if made.style != spec.style_words:
        yield "its style"
    if made.seed != spec.seed:
        yield f"its seed ({made.seed} then, {spec.seed} now)"
    for what, was, now in (("look", made.look, spec.look), ("provider", made.provider, spec.provider)):
        if now is not None and now.strip().lower() != was:
            yield f"its {what} ({was} then, {now} now)"

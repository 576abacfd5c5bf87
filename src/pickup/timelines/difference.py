"""What a comparison of two cuts finds, and which of it a dialect has declared as lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pickup.errors import Finding, counted, info
from pickup.timelines.dialect import NEVER_LOST, Aspect, Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was; `where` is track and record timecode."""

    aspect: Aspect
    where: str
    was: str
    now: str


def is_exact(*, was: str, now: str) -> bool:
    """Whether two dialects leave nothing to differ: one dialect of OTIO, or plain OTIO made of whatever it was."""
    return now == "otio" or (was == now and now != "fcp7")


def lost_and_wrong(found: Iterable[Difference], *, dialect: Dialect) -> tuple[list[Finding], list[Difference]]:
    """Differences told apart: what the written dialect declares as lost, one finding for each aspect; and the rest."""
    lost: dict[Aspect, list[Difference]] = {}
    wrong = []
    for each in found:
        if each.aspect in dialect.LOSES and each.aspect not in NEVER_LOST:
            lost.setdefault(each.aspect, []).append(each)
        else:
            wrong.append(each)
    said = [
        info(
            "UNSUPPORTED",
            f"unsupported in {dialect.NAME}: {aspect.value} ({counted(len(places), 'place')}). {dialect.LOSES[aspect]}",
            where=places[0].where,
        )
        for aspect, places in lost.items()
    ]
    return said, wrong

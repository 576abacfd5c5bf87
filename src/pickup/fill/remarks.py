"""What is said of the files that were written, sorted by format for those who read it.

`timelines` says it as findings, one for each aspect of the cut and each rule of lint; here they are taken apart again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pickup.errors import Finding

_LOST = re.compile(
    r"unsupported in (?P<flavor>\w+): (?P<what>.+?) \((?P<places>\d+ places?)\)\. (?P<why>.+)", re.DOTALL
)
_DOUBTED = re.compile(r"(?P<flavor>\w+) \((?P<places>\d+ places?)\): (?P<what>.+?); (?P<why>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is said of one flavor.

    Attributes:
        what: What it is about, and in how many places.
        first: The first of them; empty where it is the whole cut.
        why: What becomes of it, or what to do, for an editor.
    """

    flavor: str
    what: str
    first: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """Findings told apart; those of one flavor stand together.

    Attributes:
        lost: What a format cannot carry.
        doubted: What the program that a file is for may stumble over.
        others: All other findings, in their order.
    """

    lost: tuple[Remark, ...]
    doubted: tuple[Remark, ...]
    others: tuple[Finding, ...]


def sort_remarks(findings: Iterable[Finding]) -> Remarks:
    """Tells what is said of written files from all that is said otherwise."""
    lost, doubted, others = [], [], []
    for each in findings:
        if each.code == "UNSUPPORTED" and (said := _LOST.fullmatch(each.message)):
            lost.append(_remark(said, where=each.where))
        elif (said := _DOUBTED.fullmatch(each.message)) and each.code.startswith(f"{said['flavor'].upper()}_"):
            doubted.append(_remark(said, where=each.where))
        else:
            others.append(each)
    return Remarks(lost=_together(lost), doubted=_together(doubted), others=tuple(others))


def _remark(said: re.Match[str], *, where: str) -> Remark:
    whole = said["what"] == where
    return Remark(
        flavor=said["flavor"],
        what=said["what"] if whole else f"{said['what']} ({said['places']})",
        first="" if whole else where,
        why=said["why"],
    )


def _together(remarks: list[Remark]) -> tuple[Remark, ...]:
    order = list(dict.fromkeys(each.flavor for each in remarks))
    return tuple(sorted(remarks, key=lambda each: order.index(each.flavor)))

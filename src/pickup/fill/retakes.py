"""What becomes of a take that quality control has failed: another one, as often as was asked for and the budget pays.

    pickups, findings = retake(pickups, result, library=library, left=Decimal("3.00"))

The failed take stays: it is paid for, and an editor may see it otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pickup.errors import Finding, warning
from pickup.jobs.outcomes import RunResult
from pickup.library import Library
from pickup.plan import Pickup


def retake(
    pickups: Sequence[Pickup], result: RunResult, *, library: Library, left: Decimal
) -> tuple[list[Pickup], list[Finding]]:
    """Pickups for shots of which every take of this round has failed, and what is said about it.

    Args:
        pickups: What was made.
        result: What became of it.
        library: It knows what quality control found.
        left: USD of the budget that are left.
    """
    again: list[Pickup] = []
    said: list[Finding] = []
    for pickup in pickups:
        shot = pickup.spec.code
        done = [each.take for each in result.done if each.shot == shot]
        why = [_why_failed(library, shot, take=take) for take in done]
        if not done or not all(why):
            continue
        where = f"{shot} {pickup.spec.holes[0].timecode}"
        number = max(library.layout.take_numbers(shot), default=0) + 1
        if pickup.quote.price > left:
            message = (
                f"take {done[-1]} failed: {why[-1]} Another one costs {pickup.quote.price} USD, and {left} are left"
            )
            said.append(warning("NOT_RETAKEN", message, where=where))
            continue
        left -= pickup.quote.price
        again.append(replace(pickup, takes=(number,)))
        said.append(warning("RETAKEN", f"take {done[-1]} failed: {why[-1]} Take {number} is made", where=where))
    return again, said


def _why_failed(library: Library, shot: str, *, take: int) -> str:
    """The first reason for which a take has failed; empty where it has not."""
    file = library.take_file(shot, take=take)
    if file is None or file.qc is None or not file.has_failed:
        return ""
    return next((each.message for each in file.qc.findings if each.severity == "error"), "quality control failed it.")

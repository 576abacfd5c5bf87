"""When a file that rests is worked on once more, though its content is the same. No disk, and no clock of its own."""

from __future__ import annotations

from pickup.watch.files import Again, FileState, Reasons, WatchedFile

_OPEN = (FileState.WAITING, FileState.HELD, FileState.FAILED)
_FIRST_S = 5.0
_LONGEST_S = 600.0


def wait_s(tries: int) -> float:
    """Seconds until it is tried once more, after so many tries in a row."""
    return min(_FIRST_S * 2.0 ** min(tries - 1, 16), _LONGEST_S)


def may_go_on(file: WatchedFile) -> bool:
    """Whether anything could let a file that rests go on."""
    rested = file.rested
    return rested is not None and (rested.state in _OPEN or rested.again is Again.LATER)


def is_due(file: WatchedFile, *, reasons: Reasons, now: float) -> bool:
    """Whether what a file waits for has come.

    Settings that changed, and a yes that was given or renewed, let everything go on that is not done. A file that could
    not be read is read again when the settings change: they may have been too narrow for it. What time may bring is
    tried at once when a person has put something into the folder of a manual job.

    Args:
        file: One that rests.
        reasons: How things stand.
        now: Second of the growing clock.
    """
    rested, tried = file.rested, file.tried_for
    if rested is None or tried is None:
        return False
    if rested.again is Again.LATER and (now >= file.next_try or reasons.handed_in != tried.handed_in):
        return True
    if rested.state not in _OPEN:
        return False
    if reasons.settings != tried.settings:
        return True
    if reasons.yes is not None and reasons.yes != tried.yes and not rested.note:
        return True
    return rested.again is Again.MONEY and (reasons.day, reasons.returned) != (tried.day, tried.returned)

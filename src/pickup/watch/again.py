"""When a file that rests is worked on once more, though its content is the same. No disk, and no clock of its own."""

from __future__ import annotations

from pickup.watch.files import Again, FileState, Reasons, WatchedFile

_OPEN = (FileState.WAITING, FileState.HELD, FileState.FAILED)
_FIRST_S = 5.0
_LONGEST_S = 600.0


def wait_s(tries: int) -> float:
    """Seconds until it is tried once more, after so many tries in a row."""
    return min(_FIRST_S * 2.0 ** min(tries - 1, 16), _LONGEST_S)


def is_due(file: WatchedFile, *, reasons: Reasons, now: float) -> bool:
    """Whether what a file waits for has come.

    Settings that changed, and a yes that was given or renewed, let everything go on that is not done.

    Args:
        file: One that rests.
        reasons: How things stand.
        now: Second of the growing clock.
    """
    rested, tried = file.rested, file.tried_for
    if rested is None or rested.state not in _OPEN or rested.note:
        return False
    if rested.again is Again.LATER and now >= file.next_try:
        return True
    if tried is None:  # it came to rest before this watcher began
        return rested.again is Again.MONEY or (rested.again is Again.YES and reasons.yes is not None)
    if reasons.settings != tried.settings or (reasons.yes is not None and reasons.yes != tried.yes):
        return True
    return rested.again is Again.MONEY and (reasons.day, reasons.returned) != (tried.day, tried.returned)

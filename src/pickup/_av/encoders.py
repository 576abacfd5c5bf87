"""Which encoders this FFmpeg has; nothing is opened."""

from __future__ import annotations

from collections.abc import Iterable

import av.codec


def missing_encoders(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that cannot be used for writing here."""
    return tuple(name for name in names if not _can_write(name))


def _can_write(name: str) -> bool:
    try:
        av.codec.Codec(name, "w")
    except ValueError:  # PyAV's UnknownCodecError is one
        return False
    return True

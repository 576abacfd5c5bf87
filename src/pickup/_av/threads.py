"""How many threads FFmpeg gets."""

from __future__ import annotations

import os

_MOST_THREADS = 16


def thread_count() -> int:
    """Threads for one encoder, decoder or filter graph: one per core."""
    return min(os.cpu_count() or 1, _MOST_THREADS)

"""Which file of an image sequence is there for a number: asked of the disk, one name at a time.

Pictures are named one by one and never by a pattern, which FFmpeg would expand by itself.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from pickup.cut import MissingFrames
from pickup.holes import MediaFrame


def find_file(frame: MediaFrame) -> tuple[MediaFrame | None, str]:
    """The frame with the file that stands for it, by the sequence's own rule; None and why where there is none.

    What is no picture of a sequence stays as it is.
    """
    numbering = frame.numbering
    if numbering is None or frame.is_black or os.path.lexists(frame.path):
        return frame, ""
    if numbering.missing is MissingFrames.BLACK:
        return replace(frame, is_black=True), ""
    if numbering.missing is MissingFrames.HOLD:
        for number in range(frame.number - numbering.step, numbering.first - 1, -numbering.step):
            path = numbering.path(number)
            if os.path.lexists(path):
                return replace(frame, path=path, number=number), ""
    return None, f"is an image sequence that lacks the picture {Path(frame.path).name}"

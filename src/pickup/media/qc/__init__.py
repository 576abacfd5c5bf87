"""Quality control of a conformed take: what an editor would stumble over, found by looking at every frame once.

It judges pictures, not stories: whether a hand has six fingers is for eyes. It measures no sound, and changes nothing.
Importing it loads FFmpeg, numpy and OpenCV (about half a second), so import it where it is used.

    inspector = Inspector(Expected(rate=rate, size=(1920, 1080), frames=133, cover=(12, 121)))
    for number, picture in enumerate(video.pictures()):
        inspector.see(picture.frame, number)
    inspector.inspection().verdict                                 pass, warn or fail

How it looks: FFmpeg scales every frame to 320 pixels, and numpy and OpenCV measure there. FFmpeg's own blackdetect,
freezedetect, scdet and blurdetect find the same on planted faults (a test compares them), but they tell seconds and no
frames, take black for frozen, average a small motion away, and do not know a flash from a cut.
"""

from __future__ import annotations

from pickup.media.qc.continuity import Continuity, continuity
from pickup.media.qc.expected import Expected
from pickup.media.qc.inspector import Inspector

__all__ = ["Continuity", "Expected", "Inspector", "continuity"]

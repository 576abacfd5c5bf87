"""Hands every decoded frame of a take to the checks, and gathers what they found."""

from __future__ import annotations

from av.video.frame import VideoFrame

from pickup.errors import counted
from pickup.media.qc.borders import BorderWatch, borders_of
from pickup.media.qc.darkness import Darkness
from pickup.media.qc.drift import Drift
from pickup.media.qc.expected import Expected, Notes
from pickup.media.qc.glance import Reducer
from pickup.media.qc.pictures import LONG_SIDE, Rgb, fitted_size, luma_of, shrunk
from pickup.media.qc.region import Region
from pickup.media.qc.seams import Seams, decoded
from pickup.media.qc.sharpness import Sharpness, sharpness
from pickup.media.qc.steps import Steps
from pickup.media.qc.stillness import Stillness
from pickup.takes import Inspection


class Inspector:
    """Watches one take go by. It holds a dozen small pictures and some numbers for each frame, at any size.

    Raises:
        MediaError: A neighbour's picture cannot be read.
    """

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._count = 0
        self._corrupt: list[int] = []
        self._reducer = Reducer(to_display=expected.to_display)
        before, after = decoded(expected.before), decoded(expected.after)
        small = (_small(before), _small(after))
        self._borders_beside = tuple(None if each is None else borders_of(luma_of(each)) for each in small)
        self._sharp_beside = (_sharp(before, expected=expected), _sharp(after, expected=expected))
        self._darkness = Darkness()
        self._stillness = Stillness()
        self._steps = Steps(expected)
        self._drift = Drift(expected)
        self._region = Region(expected)
        self._borders = BorderWatch(expected)
        self._sharpness = Sharpness(expected)
        self._seams = Seams(expected, neighbours=small)

    def see(self, frame: VideoFrame, number: int) -> None:
        """One decoded frame of the finished file; `number` counts from 0 without a gap."""
        self._count += 1
        if frame.is_corrupt:
            self._corrupt.append(number)
        glance = self._reducer.glance(frame, number=number)
        for check in (
            self._darkness, self._stillness, self._steps, self._drift, self._region, self._borders, self._seams
        ):  # fmt: skip
            check.see(glance)
        self._sharpness.see(frame, number=number)

    def inspection(self, *, expected: Expected | None = None) -> Inspection:
        """Everything that was found, after the last frame.

        Args:
            expected: The same take, where its joins, held frames and padding were not known before.
        """
        notes = Notes(expected=expected or self._expected)
        self._count_frames(notes)
        quiet = self._darkness.report(notes)
        self._stillness.report(notes, quiet=quiet)
        self._steps.report(notes, quiet=quiet)
        self._drift.report(notes, quiet=quiet)
        self._region.report(notes, quiet=quiet)
        self._borders.report(notes, neighbours=(self._borders_beside[0], self._borders_beside[1]))
        self._sharpness.report(notes, neighbours=self._sharp_beside)
        self._seams.report(notes)
        return Inspection(findings=tuple(notes.findings), measures=tuple(notes.measures.items()))

    def _count_frames(self, notes: Notes) -> None:
        wanted = self._expected.frames
        notes.measure("frames", self._count, digits=0)
        notes.measure("corrupt_frames", len(self._corrupt), digits=0)
        if self._count != wanted:
            message = f"{counted(self._count, 'frame')} could be decoded, not {wanted}. Conform it again."
            notes.fail("FRAME_COUNT", message)
        if self._corrupt:
            message = f"{counted(len(self._corrupt), 'frame')} damaged. Fetch the original again and conform it."
            notes.fail("CORRUPT_FRAMES", message, where=self._expected.place(self._corrupt[0]))


def _small(picture: Rgb | None) -> Rgb | None:
    if picture is None:
        return None
    return shrunk(picture, size=fitted_size(picture.shape[1], picture.shape[0], longest=LONG_SIDE))


def _sharp(picture: Rgb | None, *, expected: Expected) -> float | None:
    """Sharpness at the take's size; None for a picture that is smaller, which says nothing about sharpness."""
    if picture is None or picture.shape[1] < expected.size[0]:
        return None
    size = fitted_size(expected.size[0], expected.size[1], longest=min(1920, max(expected.size)))
    return sharpness(luma_of(shrunk(picture, size=size)))

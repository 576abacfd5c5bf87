"""One client, one cut, several flavors: what each shows wrongly."""

from __future__ import annotations

from pathlib import Path

from harness.compare import Difference, compare_renders
from harness.copies import Cut, Ranges, copy_for_clients
from harness.filling import FilledSample
from harness.programs import Client, Frames
from harness.table import SLOP_FRAMES
from harness.takes import compare_takes
from harness.xml_copies import copy_for_render


class Screening:
    """One client shows one cut in several files; files that are equal, byte for byte, it need show only once."""

    def __init__(self, client: Client, *, folder: Path, size: tuple[int, int]) -> None:
        self._client, self._folder, self._size = client, folder, size
        self._shown: dict[bytes, Frames] = {}

    @property
    def slop_frames(self) -> int:
        """By so many frames the client may miss an edit."""
        return SLOP_FRAMES[self._client.name]

    def show(self, cut: Cut) -> Frames:
        """The cut's frames; rendered if no equal file was."""
        content = cut.path.read_bytes()
        if content not in self._shown:
            self._shown[content] = self._client.render(cut, folder=self._folder, size=self._size)
        return self._shown[content]


def compare_flavor(flavor: str, *, pair: FilledSample, before: Cut, screening: Screening) -> list[Difference]:
    """What a flavor shows wrongly; `before` is the copy of the cut with its holes."""
    folder = before.path.parent
    plain = copy_for_clients(pair.written["otio"], destination=folder / "otio_copy.otio", rate=before.rate)
    clip_only: Ranges = ()
    unseen: Ranges = ()
    if flavor == "fcp7":
        after = copy_for_render(pair.written[flavor], destination=folder / "fcp7_copy.xml", like=plain)
        clip_only, unseen = before.other_rate, (*before.retimed, *before.fades)
    else:
        after = copy_for_clients(pair.written[flavor], destination=folder / f"{flavor}_copy.otio", rate=before.rate)
    assert after.frames == before.frames
    shown, slop = screening.show(after), screening.slop_frames
    edits = (*before.edits, *after.edits)
    return [
        *compare_renders(
            screening.show(before),
            shown,
            filled=pair.ranges,
            slop_frames=slop,
            edits=edits,
            clip_only=clip_only,
            unseen=unseen,
        ),
        *compare_takes(shown, takes=pair.takes, cut=after, slop_frames=slop, edits=edits),
    ]

"""What a button in an NLE sent beside its export: what the export itself cannot carry.

The file is `<export>.sent.json` beside the export; docs/folder.md has the whole of it. It is read like the timeline,
as input from a stranger: what does not read is a finding, and the timeline is filled without it.

    read_sent(Path("reel1.otio"))        (Sent(size=(1920, 1080), ...), ())
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pickup.cut import Size
from pickup.errors import Finding, TimingError, info, warning
from pickup.timelines.survey import SentMarker
from pickup.timing import FrameRate

SUFFIX = ".sent.json"
_LARGEST_BYTES = 16 << 20
_DROP_FRAME = " DF"

Frame = Annotated[int, Field(ge=-(2**53), le=2**53)]
Pixels = Annotated[int, Field(ge=16, le=16384)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SentClip(_Part):
    """A clip that has a color; frames of the timeline, `end` exclusive, tracks counted from 1."""

    track: str
    index: int
    start: Frame
    end: Frame
    name: str = ""
    color: str = ""


class _Mark(_Part):
    start: Frame
    duration: Frame = 1
    color: str = ""
    name: str = ""
    note: str = ""
    custom: str = ""


class Sent(_Part):
    """`Sent.1`.

    Attributes:
        rate: As the program says it; `29.97 DF` is drop frame.
    """

    schema_name: Literal["Sent.1"] = Field(alias="schema")
    sender: str = Field(default="", alias="from")
    size: tuple[Pixels, Pixels] | None = None
    rate: str | None = None
    drop_frame: bool | None = None
    start_timecode: str | None = None
    clips: tuple[SentClip, ...] = ()
    markers: tuple[_Mark, ...] = ()

    @property
    def drops(self) -> bool | None:
        """Whether the timecode is drop frame; None where the program did not say."""
        return True if self.rate is not None and self.rate.upper().endswith(_DROP_FRAME) else self.drop_frame

    @property
    def briefs(self) -> tuple[SentMarker, ...]:
        """Custom data of markers, which an export leaves out; what a marker says otherwise stands in the export."""
        return tuple(
            SentMarker(start=each.start, frames=each.duration, text=each.custom)
            for each in self.markers
            if each.custom.strip()
        )

    def contradicts(self, rate: FrameRate, *, size: Size | None, timeline: Path) -> tuple[Finding, ...]:
        """What it says otherwise than the timeline, which is believed."""
        found = []
        if self.rate is not None and self._parsed_rate() != rate:
            message = f"it says {self.rate} frames a second, and the timeline {rate}; the timeline is followed"
            found.append(warning("SENT_OTHERWISE", message, where=sent_file(timeline).name))
        if self.size is not None and size is not None and size != self.size:
            message = f"it says {self.size[0]}x{self.size[1]}, and the timeline {size[0]}x{size[1]}"
            found.append(info("SENT_OTHERWISE", message, where=sent_file(timeline).name))
        return tuple(found)

    def _parsed_rate(self) -> FrameRate | None:
        text = (self.rate or "").strip()
        try:
            return FrameRate.parse(text[: -len(_DROP_FRAME)] if text.upper().endswith(_DROP_FRAME) else text)
        except TimingError:
            return None


def sent_file(timeline: Path) -> Path:
    """Where the sidecar of an export lies."""
    return timeline.with_name(timeline.name + SUFFIX)


def read_sidecar_bytes(timeline: Path) -> bytes | None:
    """The bytes of the sidecar of an export; None where there is none.

    Raises:
        OSError: It is a link, which may lead to anything, no regular file, too large, or may not be read.
    """
    path = sent_file(timeline)
    if not os.path.lexists(path):
        return None
    with open(path, "rb", opener=_open_itself) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        content = file.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {_LARGEST_BYTES >> 20} MB")
    return content


def read_sent(timeline: Path) -> tuple[Sent | None, tuple[Finding, ...]]:
    """The sidecar of an export, and what is wrong with it; None where there is none that can be used."""
    path = sent_file(timeline)
    try:
        content = read_sidecar_bytes(timeline)
        return (None if content is None else Sent.model_validate_json(content)), ()
    except OSError as error:
        return None, (_unusable(path, error.strerror or str(error)),)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        return None, (_unusable(path, f"{place}: {first['msg']}"),)


def _open_itself(path: str, flags: int) -> int:
    """Opens no link, and waits for nobody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _unusable(path: Path, why: str) -> Finding:
    message = f"what was sent beside the export is not used: {why}"
    return warning("SENT_UNUSABLE", message, where=path.name)

"""What ComfyUI answers, read: where a job stands, how it ended, and which file is the clip.

Wrong shapes are errors of this module's own; what they mean for a job is said in `outcomes`.

    clip = clip_of(entry.outputs)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

_VIDEO = frozenset({".mp4", ".mov", ".mkv", ".webm", ".m4v", ".avi"})
_SAID_CHARACTERS = 300

_Model = TypeVar("_Model", bound=BaseModel)


class HistoryStatus(BaseModel):
    """How a job ended.

    Attributes:
        status_str: `success` or `error`; an interruption is an error too.
        messages: Pairs of an event and its data.
    """

    model_config = ConfigDict(frozen=True)

    status_str: str = ""
    completed: bool = False
    messages: tuple[JsonValue, ...] = ()

    def data_of(self, event: str) -> Mapping[str, JsonValue] | None:
        """What was noted with the last event of this name; None where there was none."""
        for message in reversed(self.messages):
            match message:
                case [str(name), dict(data)] if name == event:
                    return data
        return None


class HistoryEntry(BaseModel):
    """A job that is over.

    Attributes:
        outputs: What each node has shown, by the node's id.
        status: None from servers that do not say.
    """

    model_config = ConfigDict(frozen=True)

    outputs: dict[str, JsonValue] = Field(default_factory=dict)
    status: HistoryStatus | None = None


class Queue(BaseModel):
    """What runs and what waits; an item is `[number, prompt_id, graph, extra, outputs]`, in no order."""

    model_config = ConfigDict(frozen=True)

    queue_running: tuple[list[JsonValue], ...]
    queue_pending: tuple[list[JsonValue], ...]

    def is_running(self, prompt_id: str) -> bool:
        """Whether it is being worked on."""
        return _number_of(self.queue_running, prompt_id) is not None

    def ahead_of(self, prompt_id: str) -> int | None:
        """How many jobs come before it; None where it does not wait."""
        number = _number_of(self.queue_pending, prompt_id)
        if number is None:
            return None
        numbers = [each for item in self.queue_pending if isinstance(each := _first(item), int | float)]
        return len(self.queue_running) + sum(each < number for each in numbers)


class Uploaded(BaseModel):
    """Where an upload was put."""

    name: str
    subfolder: str = ""

    @property
    def path(self) -> str:
        """As LoadImage takes it."""
        return f"{self.subfolder}/{self.name}" if self.subfolder else self.name


class _System(BaseModel):
    comfyui_version: str = ""


class _Device(BaseModel):
    name: str = ""
    vram_total: int = 0
    vram_free: int = 0


class SystemStats(BaseModel):
    """The server and its devices; memory in bytes."""

    system: _System
    devices: tuple[_Device, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A file that a node has written; `kind` is its folder there: `output`, `temp` or `input`."""

    filename: str
    subfolder: str
    kind: str

    @property
    def is_video(self) -> bool:
        """By its extension."""
        return PurePosixPath(self.filename.lower()).suffix in _VIDEO

    @property
    def query(self) -> str:
        """What `/view` is asked with."""
        return urlencode({"filename": self.filename, "subfolder": self.subfolder, "type": self.kind})


def read(model: type[_Model], value: object) -> _Model | None:
    """The value as `model`, or None where it has another shape."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def clip_of(outputs: Mapping[str, JsonValue]) -> OutputFile | None:
    """The clip among all files of a job: videos before anything else, kept before previews, of equals the last."""
    best: OutputFile | None = None
    for file in _files(outputs):
        if best is None or _rank(file) >= _rank(best):
            best = file
    return best


def one_line(text: str) -> str:
    """A server's words as one line of at most 300 printable characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= _SAID_CHARACTERS else f"{line[: _SAID_CHARACTERS - 1]}…"


def _rank(file: OutputFile) -> tuple[bool, bool]:
    return file.is_video, file.kind == "output"


def _files(outputs: Mapping[str, JsonValue]) -> Iterator[OutputFile]:
    """Every file under any name: SaveVideo writes `images`, VHS_VideoCombine `gifs`, others `videos`."""
    for shown in outputs.values():
        for found in shown.values() if isinstance(shown, dict) else ():
            for each in found if isinstance(found, list) else ():
                if isinstance(each, dict) and isinstance(name := each.get("filename"), str) and name:
                    subfolder, kind = each.get("subfolder"), each.get("type")
                    yield OutputFile(
                        filename=name,
                        subfolder=subfolder if isinstance(subfolder, str) else "",
                        kind=kind if isinstance(kind, str) else "output",
                    )


def _number_of(items: Sequence[list[JsonValue]], prompt_id: str) -> float | None:
    for item in items:
        match item:
            case [int() | float() as number, str(found), *_] if found == prompt_id:
                return number
    return None


def _first(item: Sequence[JsonValue]) -> JsonValue:
    return item[0] if item else None

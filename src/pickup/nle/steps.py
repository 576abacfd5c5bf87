"""What an installation or a removal would do, as data that can be shown before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pickup.nle.record import Installed


class Do(StrEnum):
    """What becomes of one file; `REFUSE`: one that is not ours stands in its place."""

    WRITE = "write"
    REPLACE = "replace"
    REMOVE = "remove"
    KEEP = "keep"
    SAME = "same"
    REFUSE = "refuse"


CHANGES = (Do.WRITE, Do.REPLACE, Do.REMOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What belongs to one NLE.

    Attributes:
        name: `resolve` or `premiere`.
        title: What the NLE is called.
        label: What the plug-in is called there.
        files: Content by `/`-separated path below the folder.
    """

    name: str
    title: str
    label: str
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file: `path` is `/`-separated and below the plan's folder; `why` says what is not usual about it."""

    do: Do
    path: str
    why: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A whole installation or removal.

    Attributes:
        steps: Every file; also that of the record, where it changes.
        first: The record while files change; None where none is written first.
        last: The record afterwards; None where it goes.
        before: The record as it was; None where nothing of Pickup's lay here.
        emptied: Folders to remove once nothing is left in them, inner ones first.
    """

    plugin: str
    folder: Path
    steps: tuple[Step, ...]
    first: Installed | None
    last: Installed | None
    before: Installed | None
    emptied: tuple[Path, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return any(step.do in CHANGES for step in self.steps)

    def paths(self, do: Do) -> tuple[str, ...]:
        """The files of which this becomes."""
        return tuple(step.path for step in self.steps if step.do is do)

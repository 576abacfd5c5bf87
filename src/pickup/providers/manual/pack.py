"""The folders of jobs that a person does: each is there whole or not at all, and belongs to one request.

The folder of a take is always named after it, `SH0010_t01`. Where another request for that take comes, the folder of
the first is kept aside under another name, with all that lies in it, and is put back if that request comes again. No
file that a person put there is ever changed or removed.

    packs = Packs(library / "manual")
    packs.write(sheet, contents={"prompt.txt": b"a harbor at dawn"})
    packs.reach("SH0010_t01", key=key)                  the folder, or None
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pickup import _files
from pickup.errors import LibraryError, TimingError
from pickup.timing import FrameRate, exact_rate

PROMPT, SETTINGS, README = "prompt.txt", "settings.json", "README.txt"
BOUNDARY_IN, BOUNDARY_OUT = "boundary_in.png", "boundary_out.png"
REFERENCES = "references"
OURS = frozenset({PROMPT, SETTINGS, README, BOUNDARY_IN, BOUNDARY_OUT, REFERENCES})
"""Everything that Pickup writes into such a folder."""

_KEY_CHARS = 8
_UNKNOWN = "unknown"


def _rate(value: str) -> str:
    try:
        exact_rate(value)
    except TimingError as error:
        raise ValueError(error.message) from error
    return value


class Shown(BaseModel):
    """A reference picture: whom or what it shows, and its file in the folder."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    file: str


class Sheet(BaseModel):
    """`settings.json`: what is asked for, for programs.

    Attributes:
        seconds: Length that the clip has at least, rounded up to a hundredth, and `frames` the same exactly, at `fps`.
        fps: As a fraction, like all rates in the library's files.
        key: Of the job; a clip that lies beside it was made for this request and no other.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal["Manual.1"] = Field(default="Manual.1", alias="schema")
    shot: str
    take: int
    prompt: str
    negative: str
    seed: int
    seconds: float
    frames: Annotated[int, Field(ge=1)]
    fps: Annotated[str, AfterValidator(_rate)]
    size: tuple[int, int]
    references: tuple[Shown, ...] = ()
    key: Annotated[str, Field(min_length=1)]

    @property
    def name(self) -> str:
        """Of its folder."""
        return folder_name(self.shot, take=self.take)

    @property
    def rate(self) -> FrameRate:
        """The cut's rate."""
        return FrameRate(fps=exact_rate(self.fps))

    def as_json(self) -> bytes:
        """The file."""
        left_out = None if self.references else {"references"}
        return self.model_dump_json(by_alias=True, indent=2, ensure_ascii=False, exclude=left_out).encode() + b"\n"


def folder_name(shot: str, *, take: int) -> str:
    """Name of the folder of a take."""
    return f"{shot}_t{take:02d}"


@dataclass(frozen=True, slots=True)
class Packs:
    """All folders of one library.

    Attributes:
        root: `<library>/manual`.
    """

    root: Path

    def place(self, name: str) -> Path:
        """Where the folder of a take lies."""
        return self.root / name

    def write(self, sheet: Sheet, *, contents: Mapping[str, bytes]) -> Path:
        """Makes the folder of a request, or finds it again.

        Args:
            sheet: What is asked for.
            contents: Bytes of every other file by name, written in this order.

        Raises:
            LibraryError: It could not be written; nothing is left but a hidden draft, which the next try uses.
            OSError: A folder could not be renamed; likewise.
        """
        there = self.reach(sheet.name, key=sheet.key)
        if there is not None:
            return there
        draft = self._draft(sheet.key)
        for name, content in {SETTINGS: sheet.as_json(), **contents}.items():
            _files.make_folder((draft / name).parent)
            _files.write_bytes(draft / name, content)
        place = self.place(sheet.name)
        self._set_aside(place)
        return draft.rename(place)

    def reach(self, name: str, *, key: str) -> Path | None:
        """The folder of a request at its place, from where it was kept aside if need be; None where it is gone.

        Raises:
            LibraryError: The library is not there.
        """
        if not self.root.parent.is_dir():
            raise LibraryError(
                "the library is not there any more",
                where=str(self.root.parent),
                next_step="connect its drive or put it back, then run the command again",
            )
        place = self.place(name)
        if _is_for(place, key):
            return place
        aside = next((each for each in self.kept_aside(name) if _is_for(each, key)), None)
        if aside is None:
            return None
        self._set_aside(place)
        return aside.rename(place)

    def kept_aside(self, name: str) -> Iterator[Path]:
        """Folders of other requests for the same take."""
        return (each for each in sorted(self.root.glob(f"{name}_of_*")) if each.is_dir())

    def remove(self, folder: Path, *, key: str) -> bool:
        """Takes a folder away in which nothing lies but what Pickup wrote; whether it did."""
        if any(each.name not in OURS for each in folder.iterdir()):
            return False
        sheet = read_sheet(folder)
        shown = {each.file for each in sheet.references} if sheet else set()
        if any(f"{REFERENCES}/{each.name}" not in shown for each in (folder / REFERENCES).glob("*")):
            return False
        draft = folder.rename(self._draft(key))
        for inner in (draft / REFERENCES, draft):
            if inner.is_dir():
                for each in inner.iterdir():
                    each.unlink()
                inner.rmdir()
        return True

    def _draft(self, key: str) -> Path:
        """Where the folder of a request is made: after a crash the same request makes it there anew."""
        return self.root / f"{_files.PART_PREFIX}{key}{_files.PART_SUFFIX}"

    def _set_aside(self, place: Path) -> None:
        if not place.exists():
            return
        sheet = read_sheet(place)
        stem = f"{place.name}_of_{sheet.key[:_KEY_CHARS] if sheet else _UNKNOWN}"
        names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        place.rename(next(free for free in map(place.with_name, names) if not free.exists()))


def read_sheet(folder: Path) -> Sheet | None:
    """What is asked for in a folder; None where that cannot be read."""
    try:
        return Sheet.model_validate_json((folder / SETTINGS).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def _is_for(folder: Path, key: str) -> bool:
    sheet = read_sheet(folder)
    return sheet is not None and sheet.key == key

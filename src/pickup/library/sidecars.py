"""The library's JSON files and their schemas: bytes that a person or another version may have changed.

Every file begins with `"schema": "Name.number"`. Fields that this version does not know are kept when it writes the
file again. What does not read is a `LibraryError` that names the file.

    {"schema": "Library.1", "id": "7K2QN5XWPL3ABCDE", "tag": "HARBOR7K2Q", "codes": ["SH0010"], ...}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pickup._files import write_text
from pickup.errors import LibraryError
from pickup.match import Sighting
from pickup.takes import Take
from pickup.timing import FrameRate, exact_rate

_FRACTION = r"^-?\d+(/[1-9]\d*)?$"
_DECIMAL = r"^\d+(\.\d+)?$"

Number = Annotated[int, Field(ge=1)]
Frames = Annotated[int, Field(ge=0)]
FractionText = Annotated[str, Field(pattern=_FRACTION)]


class Sidecar(BaseModel):
    """A JSON file of the library."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)


SidecarType = TypeVar("SidecarType", bound=Sidecar)


class Owner(Sidecar):
    """The timelines that a cut's folder belongs to.

    Attributes:
        folder: Where they lie, relative to the library, `/`-separated; absolute on another drive.
        stem: Their common stem, without a version.
    """

    folder: str
    stem: str


class SeenShot(Sidecar):
    """A `match.Sighting` as JSON."""

    shot: str
    cut: str
    hole: str
    words: str
    before: str
    after: str
    start: int
    end: int
    rate: FractionText
    track: str
    wish: str
    before_from: str = ""
    after_from: str = ""
    shift: int = 0
    lead: int | None = None
    stand_in: bool = False

    def sighting(self) -> Sighting:
        """The value that identity compares."""
        return Sighting(**{name: getattr(self, name) for name in SeenShot.model_fields})


class Elsewhere(Sidecar):
    """A take that was found outside the library; `path` is absolute, its `take.json` lies beside it."""

    shot: str
    take: Number
    path: str


class LibraryFile(Sidecar):
    """`library.json`.

    Attributes:
        codes: Every shot code ever given.
        cuts: Owner of each folder in `cuts/`.
        circled: Takes that a person chose, by shot.
        seen: How each shot looked in each cut when it was last filled.
        elsewhere: Takes that lie on another disk.
    """

    schema_name: Literal["Library.1"] = Field(default="Library.1", alias="schema")
    id: Annotated[str, Field(pattern=r"^[A-Z2-7]{4,}$")]
    tag: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,24}$")]
    codes: tuple[str, ...] = ()
    cuts: Mapping[str, Owner] = Field(default_factory=dict)
    circled: Mapping[str, Number] = Field(default_factory=dict)
    seen: tuple[SeenShot, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


class Hashes(Sidecar):
    """SHA-256 of a take's two files, in hex; `original` is absent when the original was gone already."""

    original: str | None = None
    conformed: str


class OriginalPart(Sidecar):
    """A clip of a take that was made of several; `path` is relative to the library, `sha256` in hex."""

    path: str
    sha256: str


class TakeFile(Sidecar):
    """`take.json`: a take and how it came about.

    Attributes:
        path: The conformed file, relative to the library.
        original: What the provider gave, likewise; of several clips the first.
        more_originals: The other clips, in order.
        start: Source time of the first frame in seconds, a fraction.
        bytes_written: Size of the conformed file.
        shift: Frame of the shot at which the frames that it was made to show begin; `match.Sighting` counts alike.
        before: Media and cut frame of the shot before it when it was made; likewise `after`. Empty where unknown.
        request: Digest of what was sent to the provider.
        policies: Named conversions between original and conformed file.
        cost: USD.
    """

    schema_name: Literal["Take.1"] = Field(default="Take.1", alias="schema")
    shot: str
    take: Number
    path: str
    original: str | None = None
    more_originals: tuple[OriginalPart, ...] = ()
    frames: Number
    head: Frames
    tail: Frames
    rate: FractionText
    size: tuple[Number, Number]
    codec: str
    timecode: str
    start: FractionText = "0"
    provider: str
    model: str
    look: str
    previs: bool
    cost: Annotated[str, Field(pattern=_DECIMAL)]
    wish: str
    shift: int = 0
    before: str = ""
    after: str = ""
    prompt: str
    negative: str = ""
    seed: int
    style: str = ""
    request: str
    policies: tuple[str, ...] = ()
    created: datetime
    bytes_written: Frames
    sha256: Hashes

    def as_take(self) -> Take:
        """The value that the core knows."""
        return Take(
            shot=self.shot,
            number=self.take,
            path=self.path,
            frames=self.frames,
            head=self.head,
            tail=self.tail,
            rate=FrameRate(fps=exact_rate(self.rate)),
            size=self.size,
            provider=self.provider,
            model=self.model,
            look=self.look,
            previs=self.previs,
            cost=Decimal(self.cost),
            wish=self.wish,
            shift=self.shift,
            start=Fraction(self.start),
        )


class RemovedFile(Sidecar):
    """`removed.json`: what stays of a take that a person deleted.

    Attributes:
        names: Files that had these names; none of them is given to other bytes.
        cost: USD, where it was known.
    """

    schema_name: Literal["Removed.1"] = Field(default="Removed.1", alias="schema")
    shot: str
    take: Number
    names: tuple[str, ...]
    cost: str | None = None
    removed: datetime


class LockFile(Sidecar):
    """A lock: the run that fills a cut (`cut.lock`), or the watcher of a folder.

    Attributes:
        token: Tells one run of a process from the next.
        since: When it took the lock, UTC.
    """

    schema_name: Literal["Lock.1"] = Field(default="Lock.1", alias="schema")
    pid: int
    host: str
    since: datetime
    token: str


def seen_shot(sighting: Sighting) -> SeenShot:
    """A sighting as it is written."""
    return SeenShot(**{name: getattr(sighting, name) for name in SeenShot.model_fields})


def read_sidecar(path: Path, *, model: type[SidecarType]) -> SidecarType:
    """One JSON file of the library.

    Raises:
        LibraryError: It cannot be read, is damaged, or was written by a newer version.
        FileNotFoundError: It is not there.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise LibraryError(f"{path.name} cannot be read: {error.strerror}", where=str(path)) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise LibraryError(
            f"{path.name} is damaged or from a newer Pickup: {place}: {first['msg']}",
            where=str(path),
            next_step="update Pickup, or put the file back from a backup",
        ) from error


def write_sidecar(path: Path, sidecar: Sidecar) -> None:
    """Writes a JSON file of the library, whole or not at all; an absent value is left out."""
    write_text(path, sidecar.model_dump_json(by_alias=True, indent=2, exclude_none=True) + "\n")

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

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pickup._files import write_text
from pickup.errors import LibraryError
from pickup.match import Sighting
from pickup.offers.rates import RatePolicy
from pickup.ramps import RampTexts, ramp_of_texts
from pickup.takes import Take, Verdict
from pickup.timing import FrameRate, exact_rate

_FRACTION = r"^-?\d{1,400}(/[1-9]\d{0,399})?$"
_DECIMAL = r"^\d+(\.\d+)?$"


def _checked_ramp(texts: RampTexts) -> RampTexts:
    ramp_of_texts(texts)
    return texts


Number = Annotated[int, Field(ge=1)]
Frames = Annotated[int, Field(ge=0)]
FractionText = Annotated[str, Field(pattern=_FRACTION)]
RampRecord = Annotated[tuple[tuple[FractionText, FractionText], ...], AfterValidator(_checked_ramp)]


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
    """SHA-256 of a take's two files, in hex; `original` is absent when the original was gone already.

    Of a draft `conformed` is that of its small film.
    """

    original: str | None = None
    conformed: str


class OriginalPart(Sidecar):
    """A clip of a take that was made of several; `path` is relative to the library, `sha256` in hex."""

    path: str
    sha256: str


class SidecarReference(Sidecar):
    """A reference picture that a take was made from.

    Attributes:
        name: Of its set.
        sha256: Of the picture as it was sent, in hex; the library keeps it as `references/<sha256>.png`.
        release: Files that prove the person's consent, relative to the library, `/`-separated; absolute on another
            drive.
        source: SHA-256 of the editor's file.
    """

    name: str
    sha256: str
    release: tuple[str, ...] = ()
    source: str = ""


class SidecarFinding(Sidecar):
    """Something that quality control found."""

    severity: str
    code: str
    message: str
    where: str


class QualityRecord(Sidecar):
    """What quality control found in a take; docs/qc.md names the codes and the measures."""

    verdict: Verdict
    findings: tuple[SidecarFinding, ...] = ()
    measures: Mapping[str, float] = Field(default_factory=dict)


class ColorRecord(Sidecar):
    """How the color of a take was matched; see `pickup.takes.Grade`."""

    strength: float
    reason: str
    before: tuple[float | None, float | None]
    after: tuple[float | None, float | None]


class DraftSound(Sidecar):
    """A `ports.Sounding` as JSON."""

    channels: Number
    loudness: float | None = None


class DraftReference(Sidecar):
    """A `ports.OriginReference` as JSON."""

    name: str
    sha256: str
    release: str = ""


class DraftOrigin(Sidecar):
    """A `ports.Origin` as JSON."""

    shot: str
    take: Number
    provider: str
    model: str
    prompt: str
    seed: int
    previs: bool
    created: datetime
    version: str = ""
    negative: str = ""
    by_hand: bool = False
    references: tuple[DraftReference, ...] = ()
    policies: tuple[str, ...] = ()


class DraftRecord(Sidecar):
    """What a take was ordered to be, which is not conformed yet: a `ports.Delivery` as JSON.

    Attributes:
        beside: Whether the boundary frames before and after it, which lie beside `take.json`, are the cut's own.
        made_from: Whether it was made to begin and to end with them.
    """

    frames: Number
    rate: FractionText
    size: tuple[Number, Number]
    codec: str
    reel: str
    start_frame: Frames
    drop_frame: bool
    fit: str
    spread: Number | None = None
    to_the_end: bool
    rate_policy: RatePolicy
    placeholder_speed: FractionText
    placeholder_ramp: RampRecord = ()
    head: Frames
    tail: Frames
    beside: tuple[bool, bool]
    made_from: tuple[bool, bool]
    color_strength: float
    sound: DraftSound | None = None
    previs: bool
    proxy: bool
    origin: DraftOrigin | None = None


class TakeFile(Sidecar):
    """`take.json`: a take and how it came about.

    Attributes:
        path: The conformed file, relative to the library; of a draft its small film.
        original: What the provider gave, likewise; of several clips the first.
        more_originals: The other clips, in order.
        start: Source time of the first frame in seconds, a fraction.
        bytes_written: Size of the file that `path` names.
        shift: Frame of the shot at which the frames that it was made to show begin; `match.Sighting` counts alike.
        before: Media and cut frame of the shot before it when it was made; likewise `after`. Empty where unknown.
        request: Digest of what was sent to the provider.
        policies: Named conversions between original and conformed file.
        cost: USD.
        model_version: Empty where the provider does not say.
        placeholder_speed: Seconds of the original for each second of the take, as its placeholder was retimed.
        placeholder_ramp: Seconds of the take and of the placeholder's media, from the first frame that is seen in the
            cut, where its speed changed while it was shown; the speed is then the constant one that wants as much.
        c2pa: Whether the conformed file carries a signed C2PA manifest.
        xmp: Whether an XMP file lies beside it.
        references: Pictures of those who were to stay themselves.
        frames_sent: SHA-256 of the boundary frames that the provider got, by the name under which they lie beside the
            take in the take's own size.
        qc: What quality control found; None for takes of an earlier version.
        color: How its color was matched; None where nobody asked for it.
        beside: Names of the files that were written beside the conformed one: lookup tables, pictures, proxy, XMP.
        draft: What it was ordered to be, where it is not conformed yet; frames, size, codec and timecode are those that
            it will have then. None for every other take.
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
    references: tuple[SidecarReference, ...] = ()
    created: datetime
    bytes_written: Frames
    sha256: Hashes
    model_version: str = ""
    placeholder_speed: FractionText = "1"
    placeholder_ramp: RampRecord = ()
    c2pa: bool = False
    xmp: bool = False
    frames_sent: Mapping[str, str] = Field(default_factory=dict)
    qc: QualityRecord | None = None
    color: ColorRecord | None = None
    beside: tuple[str, ...] = ()
    draft: DraftRecord | None = None

    @property
    def has_failed(self) -> bool:
        """Whether quality control failed it."""
        return self.qc is not None and self.qc.verdict is Verdict.FAIL

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
            draft=self.draft is not None,
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

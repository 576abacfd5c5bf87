"""What can be set in `pickup.toml`: every key with its type, limits and default.

It reads no file and knows no precedence; `loading` does. Lengths are frames of the cut where the name says so,
seconds where it ends in `_s`, money is USD.

    Settings().holes.min_frames        3
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from pickup.cut import Size
from pickup.errors import TimingError
from pickup.timing import FrameRate

BUILT_IN_STYLES: Mapping[str, str] = MappingProxyType(
    {
        "documentary": "natural light, observed moment, steady handheld camera, true colors, no staging",
        "cinematic": "composed wide frame, motivated light, shallow depth of field, slow deliberate camera move",
        "commercial": "clean bright light, polished surfaces, crisp detail, smooth gliding camera",
        "experimental": "unusual angle, bold shapes and color, abstract texture, unexpected camera movement",
    }
)

_SMALLEST_PX, _LARGEST_PX = 64, 8192
_SIZE = re.compile(r"(\d{2,5})\s*[xX]\s*(\d{2,5})")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROVIDER = r"^[^:,\s]+(:[^,\s]+)?$"
_PROVIDERS = r"^[^:,\s]+(:[^,\s]+)?(\s*,\s*[^:,\s]+(:[^,\s]+)?)*$"
_SECONDS_KEYS = frozenset({"min", "max", "step"})


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004 - pydantic reports ValueError only
    return value


def _size(value: object) -> Size:
    """`1920x1080` or a pair of numbers, in square pixels; conforming and codecs need even ones."""
    pair: tuple[object, ...] = ()
    if isinstance(value, str):
        match = _SIZE.fullmatch(value.strip())
        pair = match.groups() if match else ()
    elif isinstance(value, list | tuple):
        pair = tuple(value)
    numbers = [int(each) for each in pair if isinstance(each, int | str) and not isinstance(each, bool)]
    if len(numbers) != 2:  # noqa: PLR2004 - width and height
        raise ValueError('must be a size such as "1920x1080"')
    width, height = numbers
    if width % 2 or height % 2:
        raise ValueError("must be even in width and height")
    if not all(_SMALLEST_PX <= each <= _LARGEST_PX for each in numbers):
        raise ValueError(f"must lie between {_SMALLEST_PX} and {_LARGEST_PX} pixels on each side")
    return width, height


def _frame_rate(value: object) -> FrameRate:
    if isinstance(value, FrameRate):
        return value
    try:
        return FrameRate.parse(str(_no_bool(value)))
    except TimingError as error:
        raise ValueError(f"must be a frame rate; {error.next_step}") from error


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('must be a URL such as "https://host/v1"')
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold no user, password, query or fragment; keys come from api_key_env or the keyring")
    if "\\" in value or not value.isprintable() or " " in value:
        raise ValueError("must hold no backslash, space or control character")
    return value.rstrip("/")


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable, not the key itself")
    return value


def _some_letter(value: str) -> str:
    if not re.search(r"[A-Za-z]", value):
        raise ValueError("must have a letter from A to Z")
    return value


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value))


Whole = Annotated[int, BeforeValidator(_no_bool)]
Money = Annotated[Decimal, BeforeValidator(_no_bool), Field(ge=0)]
Seconds = Annotated[float, BeforeValidator(_no_bool), Field(gt=0)]
SizeText = Annotated[Size, PlainValidator(_size)]
Flavor = Literal["otio", "resolve", "premiere", "fcp7", "fcpxml"]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class SecondsRange(_Table):
    """Lengths that a model makes, in seconds."""

    min: Money
    max: Money
    step: Money


def _lengths(value: object) -> tuple[Decimal, ...] | SecondsRange:
    """Lengths as a list, or as `{ min, max, step }`."""
    if isinstance(value, SecondsRange):
        return value
    if isinstance(value, Mapping) and set(value) == _SECONDS_KEYS:
        lowest, highest, step = (_length(value[key]) for key in ("min", "max", "step"))
        if lowest > highest:
            raise ValueError("must have a min that is not above its max")
        return SecondsRange(min=lowest, max=highest, step=step)
    if isinstance(value, list | tuple) and value:
        return tuple(sorted({_length(each) for each in value}))
    raise ValueError("must be lengths such as [4, 8, 12] or { min = 2, max = 30, step = 1 }")


def _length(value: object) -> Decimal:
    try:
        length = Decimal(str(_no_bool(value)))
    except InvalidOperation:
        raise ValueError("must be lengths in seconds") from None
    if not (length.is_finite() and length > 0):
        raise ValueError("must be lengths above zero")
    return length


class FramesRange(_Table):
    """Numbers of frames that a model makes: `min`, `min + step`, … up to `max`."""

    min: Annotated[Whole, Field(ge=1)]
    max: Annotated[Whole, Field(ge=1)]
    step: Annotated[Whole, Field(ge=1)] = 1


class HoleSettings(_Table):
    """`[holes]`: what counts as a hole; lengths in frames."""

    gaps: bool = True
    slugs: bool = True
    placeholders: bool = True
    offline: bool = False
    short: bool = True
    min_frames: Annotated[Whole, Field(ge=1)] = 3
    dip_frames: Annotated[Whole, Field(ge=0)] = 12
    patterns: tuple[str, ...] = ("TEMP", "TMP", "PLACEHOLDER", "PH", "MISSING", "TBD", "TBC", "NEED", "SLUG", "PICKUP")
    overlays: tuple[str, ...] = ("LETTERBOX", "WATERMARK", "BURNIN", "LOGO", "MATTE")
    ignore_tracks: tuple[str, ...] = ()


class ConformSettings(_Table):
    """`[conform]`: how a take is made to match the cut.

    Attributes:
        fit: `fill` crops to fill, `fit` pads, `crop` keeps the pixels as large as they are.
        full_quality: Which takes are conformed: all of them, or of each shot the one that is shown; the others are
            drafts until they are shown.
        loudness: LUFS that sound is brought to with `audio = "loudness"`.
        channels: Of the cut's sound; None for those that most of its footage has.
        color_space: Of the cut's media, where they are log; empty for display color. docs/color.md.
        color_config: An OpenColorIO configuration that knows it, a path or an `ocio://` name; absolute once loaded.
    """

    rate: Literal["auto", "rerate", "nearest", "blend", "flow"] = "auto"
    fit: Literal["fill", "fit", "crop"] = "fill"
    color: Literal["auto", "off"] = "auto"
    color_strength: Annotated[float, BeforeValidator(_no_bool), Field(ge=0, le=1)] = 1.0
    audio: Literal["none", "keep", "loudness"] = "none"
    loudness: Annotated[float, BeforeValidator(_no_bool), Field(ge=-40, le=-5)] = -23.0
    channels: Annotated[Whole, Field(ge=1, le=32)] | None = None
    proxies: bool = True
    full_quality: Literal["all", "circled"] = "all"
    color_space: str = ""
    color_config: str = ""


class ProvenanceSettings(_Table):
    """`[provenance]`: how takes say where they come from; docs/provenance.md.

    Attributes:
        c2pa: Whether takes are signed; `auto` signs where the extra is installed.
        certificate: PEM file with a certificate of one's own and those that vouch for it, its own first; absolute once
            loaded. None for one that is made for this workstation.
        private_key: PEM file with its key, likewise.
    """

    c2pa: Literal["auto", "on", "off"] = "auto"
    certificate: Path | None = None
    private_key: Path | None = None


class LimitSettings(_Table):
    """`[limits]`: what reading one timeline may take; `seconds` grows by 10 for every 100 MB."""

    file_mb: Annotated[Whole, Field(ge=1)] = 1024
    nesting: Annotated[Whole, Field(ge=1)] = 200
    memory_mb: Annotated[Whole, Field(ge=256)] = 4096
    seconds: Annotated[Whole, Field(ge=1)] = 60


class WatchSettings(_Table):
    """`[watch]`: how a folder is watched.

    Attributes:
        deliver: Folders that get a copy of each version, by flavor; absolute once loaded.
    """

    settle_s: Seconds = 2.0
    deadline_s: Seconds = 300.0
    scan_s: Seconds = 60.0
    poll_s: Seconds = 5.0
    polling: Literal["auto", "always", "never"] = "auto"
    recursive: bool = False
    deliver: Mapping[Flavor, str] = Field(default_factory=dict)


class Style(_Table):
    """`[styles.<name>]`: words that are added to every prompt."""

    prompt: Annotated[str, Field(min_length=1)]


class Character(_Table):
    """`[characters.<name>]`: pictures of one person, prop or place; paths are absolute once loaded.

    Attributes:
        release: Files that prove the person's consent; they are never sent.
        description: Words that go into the prompt after the name.
    """

    images: Annotated[tuple[Path, ...], Field(min_length=1)]
    release: tuple[Path, ...] = ()
    description: str = ""


class ProviderSettings(_Table):
    """`[providers.<name>]`: one service or server.

    Attributes:
        kind: The provider's entry point; empty for the built-in one of the table's own name.
        api_key_env: Name of the environment variable that holds the key.
        price_per_second: USD; None where the provider knows its own.
        seconds: Lengths that it makes; None for its own.
        frames: The same in frames, for a server that counts so.
        frames_from: What its clips can be made from besides words; None for what its kind can.
        references: Reference pictures that a clip takes at most; None for what its kind knows.
        per_minute: Requests for clips that it takes in a minute; None for any number.
        generation_s: The longest time that one clip takes there.
        poll_s: Seconds between two polls, where the server does not say.
        fields: What the server calls a part of the request, where it differs from its profile; empty leaves it out.
        workflow: Of `comfyui`: a workflow in API format, or the name of one that Pickup brings.
        inputs: Of `comfyui`: which input of the workflow is the prompt, the seed, …, as "node.input".
        options: What only its kind knows, such as the project of a cloud.
    """

    kind: str = ""
    profile: str | None = None
    base_url: Annotated[str, AfterValidator(_base_url)] | None = None
    model: str | None = None
    api_key_env: Annotated[str, AfterValidator(_variable)] | None = None
    send_frames: Literal["ask", "always", "never"] = "ask"
    max_in_flight: Annotated[Whole, Field(ge=1, le=1000)] = 2
    per_minute: Annotated[Whole, Field(ge=1)] | None = None
    generation_s: Seconds = 900.0
    price_per_second: Money | None = None
    seconds: Annotated[tuple[Decimal, ...] | SecondsRange | None, PlainValidator(_lengths)] = None
    frames: FramesRange | None = None
    frames_from: Literal["text", "first", "first_last"] | None = None
    references: Annotated[Whole, Field(ge=0, le=64)] | None = None
    sizes: tuple[SizeText, ...] = ()
    fps: Annotated[FrameRate | None, PlainValidator(_frame_rate)] = None
    poll_s: Seconds = 10.0
    fields: Mapping[str, str] = Field(default_factory=dict)
    workflow: str | None = None
    inputs: Mapping[str, str] = Field(default_factory=dict)
    options: Mapping[str, str] = Field(default_factory=dict)

    @property
    def is_on_this_machine(self) -> bool:
        """Whether `base_url` leads to this computer only."""
        host = urlsplit(self.base_url).hostname if self.base_url else None
        if host is None or host == "localhost":
            return host is not None
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


class Settings(_Table):
    """Every key of `pickup.toml`.

    Attributes:
        size: None stands for the timeline's own, else what most footage shares, else 1920x1080.
        budget: USD for one run; None where nobody set one.
        flavors: `for` in the file: what is written.
        provider: What generates, as `name` or `name:model`; of several, separated by commas, each shot goes to the
            cheapest that can cover it.
        fallback: Providers that are tried in turn where one has failed without being paid.
        conditioning: Which neighbours' frames a take is made from.
        retime_percent: How much faster or slower a clip may be played to fit; zero for never.
        takes_as: Where takes that are not circled stand: beside the circled one, or on disabled tracks above too.
        path_map: `map` in the file: folders elsewhere -> folders here.
        ledger: A shared database instead of the file in the state folder.
    """

    library: Annotated[str, Field(min_length=1)] | None = None
    provider: Annotated[str, Field(pattern=_PROVIDERS)] = "slate"
    fallback: tuple[Annotated[str, Field(pattern=_PROVIDER)], ...] = ()
    conditioning: Literal["auto", "both", "first", "none"] = "auto"
    retime_percent: Annotated[Whole, Field(ge=0, le=10)] = 0
    takes: Annotated[Whole, Field(ge=1, le=99)] = 1
    max_takes: Annotated[Whole, Field(ge=1, le=99)] = 3
    handles: Annotated[Whole, Field(ge=0, le=1000)] = 12
    handles_required: bool = False
    style: str = "documentary"
    size: Annotated[Size | None, PlainValidator(_size)] = None
    codec: Literal["auto", "prores_hq", "prores", "prores_lt", "dnxhr_hq", "h264"] = "auto"
    place: Literal["replace", "track"] = "replace"
    burn_in: bool = True
    timecode: Literal["zero", "record"] = "zero"
    drop_frame: bool | None = None
    tag: Annotated[str, AfterValidator(_some_letter)] | None = None
    budget: Money | None = None
    budget_per_timeline: Money | None = None
    budget_per_day: Money | None = None
    flavors: Annotated[tuple[Flavor, ...], Field(alias="for", min_length=1), AfterValidator(_each_once)] = (
        "resolve",
        "premiere",
        "fcp7",
    )
    takes_as: Literal["references", "tracks"] = "references"
    approve: Literal["ask", "auto", "plan"] = "ask"
    stand_ins: Literal["off", "titles", "all"] = "off"
    roots: tuple[str, ...] = ()
    ledger: str | None = None
    holes: HoleSettings = HoleSettings()
    conform: ConformSettings = ConformSettings()
    provenance: ProvenanceSettings = ProvenanceSettings()
    limits: LimitSettings = LimitSettings()
    watch: WatchSettings = WatchSettings()
    styles: Mapping[str, Style] = Field(default_factory=dict)
    characters: Mapping[str, Character] = Field(default_factory=dict)
    path_map: Annotated[Mapping[str, str], Field(alias="map")] = Field(default_factory=dict)
    providers: Mapping[str, ProviderSettings] = Field(default_factory=dict)


TABLES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "holes": HoleSettings,
        "conform": ConformSettings,
        "provenance": ProvenanceSettings,
        "limits": LimitSettings,
        "watch": WatchSettings,
    }
)
"""Tables with fixed keys."""

NAMED_TABLES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {"styles": Style, "characters": Character, "providers": ProviderSettings}
)
"""Tables that hold one table for each name."""


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Keys as a file spells them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())

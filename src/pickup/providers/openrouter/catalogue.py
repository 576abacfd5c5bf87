"""OpenRouter's catalogue of video models, `GET /videos/models`: what each makes, takes and costs.

models_in(reply.json(), read=date(2026, 11, 29))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, ConfigDict

from pickup.cut import Size
from pickup.hosted import UNKNOWN_RATES, Model, hd_sizes, read
from pickup.offers import Audio, Capability, Lengths, Mode, PriceList
from pickup.providers.openrouter.prices import TIERS, prices_of
from pickup.timing import FrameRate

FIRST_CHOICE = "google/veo-3.1-fast"
"""Taken where a project names no model: it takes both frames, silent, at a price that is known to be low."""

_AT_24 = ("google/veo-", "bytedance/seedance-")
"""Families whose own documentation says that they make 24 fps; the catalogue says nothing of rates."""

SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
"""Every shape that OpenRouter's API knows."""

_REFERENCES: Mapping[str, int] = {"google/veo-3.1": 3, "google/veo-3.1-fast": 3, "bytedance/seedance-2.0": 9}
"""Reference pictures that these models take, by their makers' documentation; the catalogue says nothing of it."""

_VEO_REFERENCES_S = 8
"""The one length of Veo with reference pictures, and then at 16:9 alone."""

_FRAMES: Mapping[tuple[bool, bool], frozenset[Mode]] = {
    (False, False): frozenset({Mode.TEXT}),
    (True, False): frozenset({Mode.TEXT, Mode.FIRST}),
    (True, True): frozenset({Mode.TEXT, Mode.FIRST, Mode.FIRST_LAST}),
    (False, True): frozenset({Mode.TEXT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Model):
    """A model of the catalogue.

    Attributes:
        by_size: It is asked for by `size`; otherwise by resolution and shape.
        passes: Parameters of its back end that are passed on.
        prices: None where the catalogue's are not understood.
    """

    by_size: bool = False
    passes: tuple[str, ...] = ()
    prices: PriceList | None = None


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    supported_resolutions: Sequence[str] | None = None
    supported_aspect_ratios: Sequence[str] | None = None
    supported_sizes: Sequence[str] | None = None
    supported_durations: Sequence[Decimal] | None = None
    supported_frame_images: Sequence[str] | None = None
    generate_audio: bool | None = None
    seed: bool | None = None
    pricing_skus: Mapping[str, object] | None = None
    allowed_passthrough_parameters: Sequence[str] | None = None


class _Rows(BaseModel):
    data: Sequence[object]


def models_in(content: object, *, read_on: date) -> tuple[Listed, ...] | None:
    """The models that can be asked for a clip, the first choice first; None where the content is no catalogue.

    A model of which the catalogue does not say how long its clips are or how large is left out: an upscaler, say.
    """
    rows = read(_Rows, content)
    if rows is None:
        return None
    found = [model for each in rows.data if (row := read(_Row, each)) and (model := _listed(row, read_on=read_on))]
    return tuple(sorted(found, key=lambda model: (model.name != FIRST_CHOICE, model.name)))


def _listed(row: _Row, *, read_on: date) -> Listed | None:
    lengths = [each for each in row.supported_durations or () if each > 0]
    exact = [size for each in row.supported_sizes or () if (size := _size(each))]
    tiers = [TIERS[each.lower()] for each in row.supported_resolutions or () if each.lower() in TIERS]
    shapes = [each for each in row.supported_aspect_ratios or ("16:9",) if each in SHAPES]
    sizes = tuple(exact) or hd_sizes(*sorted(tiers), shapes=shapes)
    if not lengths or not sizes:
        return None
    frames = row.supported_frame_images or ()
    capability = Capability(
        modes=_FRAMES["first_frame" in frames, "last_frame" in frames],
        lengths=Lengths.of(*map(Fraction, lengths)),
        sizes=sizes,
        rates=(FrameRate.parse("24"),) if row.id.startswith(_AT_24) else UNKNOWN_RATES,
    )
    priced = prices_of(row.pricing_skus, tiers=sorted({*tiers, *map(min, exact)}), sizes=sizes, checked=read_on)
    return Listed(
        name=row.id,
        capabilities=(capability, *with_references(row.id, capability)),
        audio={True: Audio.OPTIONAL, False: Audio.NONE, None: Audio.UNKNOWN}[row.generate_audio],
        seed=bool(row.seed),
        notes=((priced.why,) if priced.why else ()),
        by_size=bool(exact),
        passes=tuple(row.allowed_passthrough_parameters or ()),
        prices=priced.prices,
    )


def with_references(name: str, capability: Capability) -> Iterator[Capability]:
    """What a model makes from reference pictures, if it is known to: with frames beside them they are passed over."""
    if name not in _REFERENCES:
        return
    made = replace(capability, modes=frozenset({Mode.TEXT}), references=_REFERENCES[name])
    if name.startswith("google/veo-"):
        lying = tuple(size for size in made.sizes if size[0] > size[1])
        made = replace(made, lengths=Lengths.of(_VEO_REFERENCES_S), sizes=lying)
    if made.sizes:
        yield made


def _size(text: str) -> Size | None:
    wide, _, high = text.lower().partition("x")
    return (int(wide), int(high)) if wide.isdigit() and high.isdigit() and int(wide) and int(high) else None

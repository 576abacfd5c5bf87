"""The part of a match that an ASC CDL can say, as `.cdl` or `.cc`: where a colorist starts, in the grade's own knobs.

A match mixes channels and a CDL does not, so it is the nearest one: slope, offset and saturation, power 1. It was read
from display color and is right in display color alone (BT.709); in log or ACES the same numbers do something else. The
file says so, and how far it is from the match.

    write_cdl(folder / "take.cdl", nearest_cdl(match.map, colors=small_colors), name="HARBOR7K2Q_SH0010_t01")
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from pickup._files import write_text
from pickup.errors import MediaError
from pickup.media.color.cube import grid
from pickup.media.color.difference import Values, delta_e, lab_of
from pickup.media.color.transfer import Affine, Triple

_NAMESPACE = "urn:ASC:CDL:v1.01"
_LUMA = (0.2126, 0.7152, 0.0722)
"""Weights that the ASC gives for saturation; those of BT.709."""
_SATURATIONS = tuple(step / 20 for step in range(6, 41))
_ROOTS = {".cdl": "ColorDecisionList", ".cc": "ColorCorrection"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdl:
    """Slope, offset and saturation on display RGB from 0 to 1.

    Attributes:
        difference: Mean delta-E between what it makes and what the match makes, on the colors it was fitted to.
    """

    slope: Triple
    offset: Triple
    saturation: float
    difference: float

    def colors(self, rgb: Values) -> Values:
        """Colors, (…, 3), as a program that follows the ASC shows them: clipped after each of its two steps."""
        sloped = np.clip(rgb * np.array(self.slope) + np.array(self.offset), 0.0, 1.0)
        luma = (sloped @ np.array(_LUMA))[..., None]
        return np.asarray(np.clip(luma + self.saturation * (sloped - luma), 0.0, 1.0), dtype=np.float64)


def nearest_cdl(change: Affine, *, colors: Values | None = None) -> Cdl:
    """The CDL that comes nearest to a match.

    Args:
        change: The match.
        colors: Display RGB from 0 to 1, (n, 3), that matter: the take's own. Without them, all colors alike.
    """
    before = grid(9).reshape(-1, 3) if colors is None else colors
    wanted = change.colors(before)
    fits = [_fitted(before, wanted, saturation=each) for each in _SATURATIONS]
    best = min(fits, key=lambda each: float(np.square(each.colors(before) - wanted).mean()))
    apart = float(delta_e(lab_of(best.colors(before)), lab_of(wanted)).mean())
    return Cdl(slope=best.slope, offset=best.offset, saturation=best.saturation, difference=apart)


def cdl_text(cdl: Cdl, *, name: str, root: str = "ColorDecisionList") -> str:
    """The XML; `root` is ColorDecisionList (`.cdl`) or ColorCorrection (`.cc`)."""
    correction = ET.Element("ColorCorrection", {"id": name})
    _say(correction, "InputDescription", "Display color, BT.709: the take as it was generated. Not for log or ACES.")
    _say(correction, "ViewingDescription", "BT.709 display")
    sop = ET.SubElement(correction, "SOPNode")
    _say(sop, "Description", f"Approximates the color match of {name}: mean delta-E 2000 {cdl.difference:.1f} from it.")
    _say(sop, "Slope", _numbers(cdl.slope))
    _say(sop, "Offset", _numbers(cdl.offset))
    _say(sop, "Power", _numbers((1.0, 1.0, 1.0)))
    _say(ET.SubElement(correction, "SatNode"), "Saturation", f"{cdl.saturation:.6f}")
    tree = correction
    if root == "ColorDecisionList":
        tree = ET.Element(root)
        ET.SubElement(tree, "ColorDecision").append(correction)
    tree.set("xmlns", _NAMESPACE)
    ET.indent(tree)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(tree, encoding="unicode")}\n'


def write_cdl(path: Path, cdl: Cdl, *, name: str) -> None:
    """Writes `.cdl` or `.cc`, as `path` ends, whole or not at all.

    Raises:
        MediaError: `path` ends in neither.
        LibraryError: The folder is read-only or the disk is full.
    """
    root = _ROOTS.get(path.suffix.lower())
    if root is None:
        raise MediaError(f"{path.name} is no name of a CDL", where=str(path), next_step="let it end in .cdl or .cc")
    write_text(path, cdl_text(cdl, name=name, root=root))


def _fitted(before: Values, wanted: Values, *, saturation: float) -> Cdl:
    """Slope and offset by least squares for one saturation, which is taken back from what is wanted."""
    luma = (wanted @ np.array(_LUMA))[..., None]
    unsaturated = luma + (wanted - luma) / saturation
    middle, middle_wanted = before.mean(axis=0), unsaturated.mean(axis=0)
    apart = before - middle
    spread = np.square(apart).mean(axis=0)
    together = (apart * (unsaturated - middle_wanted)).mean(axis=0)
    slope = np.where(spread > 1e-8, np.maximum(together, 0.0) / np.maximum(spread, 1e-8), 1.0)  # noqa: PLR2004 - one color
    offset = middle_wanted - slope * middle
    first, second = ((float(each[0]), float(each[1]), float(each[2])) for each in (slope, offset))
    return Cdl(slope=first, offset=second, saturation=saturation, difference=0.0)


def _say(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _numbers(values: Triple) -> str:
    return " ".join(f"{each:.6f}" for each in values)

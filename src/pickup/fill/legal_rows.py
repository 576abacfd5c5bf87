"""A place of the sheet as the texts of its cells, for CSV and page alike.

row_of(shot)["made"]        "generated"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType

from pickup.fill.legal import LegalShot, Made
from pickup.library.sidecars import SidecarReference

NOT_KNOWN = "not known"

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "event": "Event",
        "record_in": "Record in",
        "record_out": "Record out",
        "track": "Track",
        "shot": "Shot",
        "take": "Take",
        "file": "File",
        "made": "Made",
        "provider": "Provider",
        "model": "Model",
        "version": "Model version",
        "prompt": "Prompt",
        "negative": "Not wanted",
        "seed": "Seed",
        "references": "Made from pictures",
        "releases": "Release files",
        "licence": "Licence note",
        "terms": "Terms",
        "created": "Created",
        "cost_usd": "Cost (USD)",
        "sha256": "SHA-256",
        "c2pa": "C2PA signed",
        "xmp": "XMP file",
        "state": "Remark",
    }
)
"""Columns of the CSV file, in order, with what the page calls them."""

_FROM_SIDECAR: Sequence[str] = (
    *("provider", "model", "version", "prompt", "negative", "seed", "references", "releases", "created"),
    *("cost_usd", "sha256", "c2pa", "xmp"),
)


def row_of(shot: LegalShot) -> dict[str, str]:
    """The cells of a place of the cut; what is not known is said so, and what does not apply is empty."""
    place = {
        "event": str(shot.event),
        "record_in": shot.record_in,
        "record_out": shot.record_out,
        "track": shot.track,
        "shot": shot.shot,
        "take": str(shot.take),
        "file": shot.file,
        "made": shot.made.value,
        "licence": shot.licence_note,
        "terms": shot.licence.terms if shot.licence else "",
        "state": shot.state,
    }
    return place | _recorded(shot)


def _recorded(shot: LegalShot) -> dict[str, str]:
    file = shot.take_file
    if file is None:
        return dict.fromkeys(_FROM_SIDECAR, NOT_KNOWN)
    is_ours = shot.made is Made.PREVIS
    return {
        "provider": file.provider,
        "model": file.model,
        "version": file.model_version or ("" if is_ours else NOT_KNOWN),
        "prompt": file.prompt,
        "negative": file.negative,
        "seed": "" if shot.made is Made.BY_HAND else str(file.seed),
        "references": "; ".join(f"{each.name} (sha256 {each.sha256 or NOT_KNOWN})" for each in shot.references),
        "releases": "; ".join(_releases(shot.references)),
        "created": file.created.isoformat(timespec="seconds"),
        "cost_usd": f"{Decimal(file.cost):.2f}",
        "sha256": file.sha256.conformed,
        "c2pa": "yes" if file.c2pa else "no",
        "xmp": "yes" if file.xmp else "no",
    }


def _releases(references: Iterable[SidecarReference]) -> list[str]:
    """Their names: the sheet goes to others, who need not know where files lie here."""
    return list(dict.fromkeys(PurePosixPath(release).name for each in references for release in each.release))

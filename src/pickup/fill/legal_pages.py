"""What `pickup report --legal` leaves and answers: `legal.csv`, `legal.html`, `Report.1`.

write_legal(sheet, folder=Path("out"), written=datetime.now(UTC))        out/legal.csv, out/legal.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pickup import _files
from pickup.fill.documents import Document, findings_document
from pickup.fill.legal import LegalSheet, LegalShot, Made
from pickup.fill.legal_html import legal_page
from pickup.fill.legal_rows import COLUMNS, row_of
from pickup.fill.spreadsheets import csv_text

_BOM = "\ufeff"
"""Excel takes a CSV file without it for one in the code page of the machine."""


def write_legal(sheet: LegalSheet, *, folder: Path, written: datetime) -> Mapping[str, Path]:
    """Writes `legal.csv` and `legal.html` into a folder, and returns where they are.

    Raises:
        LibraryError: The folder cannot be written.
    """
    outputs = {"csv": folder / "legal.csv", "html": folder / "legal.html"}
    rows = [row_of(each) for each in sheet.shots]
    _files.write_text(outputs["csv"], _BOM + csv_text(list(COLUMNS), ([row[name] for name in COLUMNS] for row in rows)))
    _files.write_text(outputs["html"], legal_page(sheet, written=written))
    return {name: path.absolute() for name, path in outputs.items()}


def legal_document(sheet: LegalSheet, *, outputs: Mapping[str, Path]) -> Document:
    """`Report.1`."""
    return {
        "schema": "Report.1",
        "report": "legal",
        "timeline": str(sheet.timeline.absolute()),
        "cut": sheet.cut_name,
        "version": sheet.version,
        "shown_in": [str(path.absolute()) for path in sheet.shown_in],
        "rate": str(sheet.cut.rate),
        "complete": sheet.is_complete,
        "shots": [_shot_document(each) for each in sheet.shots],
        "total": f"{sheet.cost:.2f}",
        "outputs": {name: str(path) for name, path in outputs.items()},
        "findings": findings_document(sheet.findings),
    }


def _shot_document(shot: LegalShot) -> Document:
    file, licence = shot.take_file, shot.licence
    return {
        "event": shot.event,
        "record": {"start": shot.start, "end": shot.end},
        "timecode": shot.record_in,
        "record_out": shot.record_out,
        "track": shot.track,
        "shot": shot.shot,
        "take": shot.take,
        "path": str(shot.path) if shot.path else None,
        "made": shot.made.value,
        "provider": file.provider if file else None,
        "model": file.model if file else None,
        "version": (file.model_version or None) if file else None,
        "prompt": file.prompt if file else None,
        "negative": (file.negative or None) if file else None,
        "seed": file.seed if file and shot.made is not Made.BY_HAND else None,
        "references": [
            {"name": each.name, "sha256": each.sha256 or None, "release": list(each.release)}
            for each in shot.references
        ],
        "licence": {"note": shot.licence_note, "terms": (licence.terms or None) if licence else None},
        "created": file.created.isoformat() if file else None,
        "cost": f"{Decimal(file.cost):.2f}" if file else None,
        "sha256": {"conformed": file.sha256.conformed, "original": file.sha256.original} if file else None,
        "c2pa": file.c2pa if file else None,
        "xmp": file.xmp if file else None,
        "state": shot.state or None,
    }

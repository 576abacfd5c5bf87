"""CSV that a spreadsheet opens without harm.

csv_text(["shot", "prompt"], [["SH0010", "=1+1"]])        a text cell `'=1+1`, which nothing computes
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180 with a header; a text that a spreadsheet would compute begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

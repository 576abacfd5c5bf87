"""Writes docs/relink.md: what `pickup relink` and a plain relinker do with decoys; with --check, fails if it differs.

python docs/make_relink.py [--check]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pickup.testing.decoys import CASES, Score, by_base_name, by_pickup, score

PAGE = Path(__file__).parent / "relink.md"

HEAD = """<!-- Written by docs/make_relink.py from pickup.testing.decoys; change the cases, not this page. -->
# Relinking with decoys

A cut of thirteen shots and twelve holes was filled and comes back changed, or its library was moved, and files that
look right and are wrong lie about. Beside `pickup relink` stands a plain relinker by base name, which takes the first
file anywhere that has the name of the clip's media. **Precision**: of the links that were made, how many are right.
**Recall**: of the links that are wanted, how many were made, and right. "-": none was made, or none is wanted.

| case | `pickup relink`: precision | recall | by base name: precision | recall |
|---|---|---|---|---|"""

FOOT = """
Where Pickup makes fewer links than are wanted it asks: of two equal holes on both sides of a shot, of which one is gone
with that shot, nothing in the file tells which one is left. A plain relinker knows no gaps, and so it links nothing in
the first cases.
"""


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PICKUP_STATE"] = str(Path(folder) / "state")
        return "\n".join((HEAD, *_rows(Path(folder)), FOOT))


def _rows(folder: Path) -> Iterator[str]:
    for number, case in enumerate(CASES):
        ours = score(case, folder=folder / f"{number}a", relink=by_pickup)
        plain = score(case, folder=folder / f"{number}b", relink=by_base_name)
        yield f"| {case.name} | " + " | ".join((*_cells(ours), *_cells(plain))) + " |"


def _cells(found: Score) -> tuple[str, str]:
    return _share(found.precision), _share(found.recall)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def main(arguments: list[str]) -> int:
    """Writes the page, or compares it."""
    if "--check" not in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/relink.md does not say what is found; run `python docs/make_relink.py`", file=sys.stderr)  # noqa: T201 - a script
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

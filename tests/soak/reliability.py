"""docs/reliability.md, of which scripts write parts: what breaks money, at hosted services too, and the watcher."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_PARTS = ("money", "hosted", "watcher")


def write_part(name: str, text: str) -> None:
    """Puts a part into the page; the other one stays as it is."""
    page = PAGE.read_text(encoding="utf-8")
    if name not in _PARTS:
        raise ValueError(f"{name} is no part of {PAGE.name}: {_PARTS}")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    PAGE.write_text(f"{head}{begin}{text.strip()}\n{end}{tail}", encoding="utf-8")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    lines = [_line(heads, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

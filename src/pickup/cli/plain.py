"""Words from a timeline on a terminal: they are no markup, and they control nothing."""

from __future__ import annotations

from rich import markup

from pickup.cli.answer import printable


def escape(text: str) -> str:
    """Like `rich.markup.escape`, for text that anybody may have typed into a file."""
    return markup.escape(printable(text))

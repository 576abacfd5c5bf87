"""Words and tables on a terminal.

What comes from a timeline is no markup and controls nothing; all tables look alike.
"""

from __future__ import annotations

from collections.abc import Collection

from rich import markup
from rich.table import Table

from pickup.cli.answer import printable


def escape(text: str) -> str:
    """Like `rich.markup.escape`, for text that anybody may have typed into a file."""
    return markup.escape(printable(text))


def plain_table(*columns: str, wraps: Collection[str]) -> Table:
    """An empty table without lines; the columns in `wraps` give way where the terminal is narrow."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold dim")
    for column in columns:
        table.add_column(column, no_wrap=column not in wraps, overflow="fold")
    return table

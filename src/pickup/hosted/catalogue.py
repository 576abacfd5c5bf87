"""What a service said of its models when it was last asked: kept on the disk, so that planning needs no network.

catalogue = Catalogue(setup.catalogue_file("openrouter.ai"))
catalogue.keep(reply.json(), at=now)
catalogue.seen            the content with the time at which it was read, or None
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pickup import _files

_SCHEMA = "Catalogue.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A catalogue and when it was read; UTC."""

    content: object = field(repr=False)
    at: datetime


class _File(BaseModel):
    read: datetime
    content: object


@dataclass(slots=True)
class Catalogue:
    """One service's catalogue at one address."""

    path: Path
    _seen: Seen | None = field(default=None, init=False)
    _is_read: bool = field(default=False, init=False)

    @property
    def seen(self) -> Seen | None:
        """The last one that was kept; None where none was, or the file is damaged. Read from the disk once."""
        if not self._is_read:
            self._seen, self._is_read = _read(self.path), True
        return self._seen

    def keep(self, content: object, *, at: datetime) -> None:
        """Writes it whole or not at all.

        Raises:
            OSError: The disk.
        """
        document: Mapping[str, object] = {"schema": _SCHEMA, "read": at.astimezone(UTC).isoformat(), "content": content}
        _files.make_folder(self.path.parent)
        _files.write_text(self.path, json.dumps(document, indent=1))
        self._seen, self._is_read = Seen(content=content, at=at), True


def _read(path: Path) -> Seen | None:
    try:
        file = _File.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
    return Seen(content=file.content, at=file.read)

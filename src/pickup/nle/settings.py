"""`pickup_settings.json` beside the scripts for Resolve: which folder is watched, and where the library is.

The scripts only read it; it is written when they are installed.

    {"schema": "Adapter.1", "version": "0.1.0", "folder": "/edit/in", "library": "/edit/in/pickup"}
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pickup.errors import ConfigError
from pickup.nle.faults import told_by_disk

NAME = "pickup_settings.json"
RECEIVED = "pickup_received.json"
"""What the script Receive remembers; it writes this file itself."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True)

    schema_name: Literal["Adapter.1"] = Field(alias="schema")
    folder: Path
    library: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The watched folder and its library, both absolute."""

    folder: Path
    library: Path

    def text(self, *, version: str) -> bytes:
        """The settings as the scripts read them."""
        document = {
            "schema": "Adapter.1",
            "version": version,
            "folder": str(self.folder),
            "library": str(self.library),
        }
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def read_watched(scripts: Path) -> Watched | None:
    """What the settings beside the scripts say; None where there are none, or they make no sense."""
    try:
        file = _File.model_validate_json((scripts / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
    library = file.library or file.folder / "pickup"
    if not (file.folder.is_absolute() and library.is_absolute()):
        return None
    return Watched(folder=file.folder, library=library)


@told_by_disk()
def choose_folder(named: Path | None, *, before: Watched | None) -> Path:
    """Which folder is watched: the one that is named, else the one that was, even on a drive that is away.

    Args:
        named: Absolute; None where none is named.
        before: What earlier settings say.

    Raises:
        ConfigError: None is named and none is known, or the named one is not there.
        PluginError: The disk refuses.
    """
    if named is None:
        if before is None:
            raise ConfigError(
                "the scripts must know which folder `pickup watch` watches",
                where="--folder",
                next_step="add --folder DIR",
            )
        return before.folder
    if not named.is_dir():
        raise ConfigError(
            f"the folder {named} is not there",
            where="--folder",
            next_step="make it, or name the one that `pickup watch` watches",
        )
    return named

"""`pickup_installed.json`: what was installed in a folder, so that nothing else is ever replaced or removed.

It is written before the first file and after the last one. A run that was killed in between leaves `installing`, with
the hashes of both versions, and the next one knows every file as its own.

    {"schema": "Installed.1", "plugin": "resolve", "version": "0.1.0", "state": "installed", "files": {PATH: SHA256}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pickup.nle.faults import PluginError

NAME = "pickup_installed.json"


def _below(path: str) -> str:
    """Refuses what leads elsewhere: anybody may have written into this file, and it says what may be removed."""
    parts = path.split("/")
    if PureWindowsPath(path).drive or "\\" in path or any(part in ("", ".", "..") for part in parts):
        raise ValueError("is no path below its folder")
    return str(PurePosixPath(path))


FilePath = Annotated[str, AfterValidator(_below)]
"""Relative to the folder, `/`-separated."""


class Installed(BaseModel):
    """What Pickup put into one folder.

    Attributes:
        state: `installing` until every file is there; `removed` where files were kept because they had been edited.
        files: SHA-256 of each file as it was, or is being, installed.
        known: Other bytes that a file of ours may have while it is `installing`.
        made_folders: How many folders were made for these files, from the innermost outward.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_name: Literal["Installed.1"] = Field(default="Installed.1", alias="schema")
    plugin: str
    version: str
    state: Literal["installing", "installed", "removed"]
    files: Mapping[FilePath, str] = Field(default_factory=dict)
    known: Mapping[FilePath, tuple[str, ...]] = Field(default_factory=dict)
    made_folders: Annotated[int, Field(ge=0)] = 0

    def hashes(self, path: str) -> frozenset[str]:
        """What a file of ours may hold; empty for one that is not ours."""
        mine = [self.files[path]] if path in self.files else []
        return frozenset([*mine, *self.known.get(path, ())])

    def hash(self, path: str) -> str:
        """What a file of ours was installed as, or one of the things."""
        return self.files.get(path) or self.known[path][0]

    def paths(self) -> tuple[str, ...]:
        """Every file that may be ours."""
        return tuple(sorted({*self.files, *self.known}))

    def text(self) -> bytes:
        """The file's bytes."""
        document = self.model_dump(mode="json", by_alias=True)
        if not self.known:
            del document["known"]
        return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def read_record(folder: Path) -> Installed | None:
    """What is recorded in a folder; None where nothing is.

    Raises:
        PluginError: The file cannot be read or makes no sense.
    """
    path = folder / NAME
    try:
        return Installed.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PluginError(
            f"{NAME} cannot be read: {error.strerror or error}", where=str(path), next_step="allow reading it"
        ) from error
    except ValidationError as error:
        what = error.errors()[0]
        where = ".".join(str(each) for each in what["loc"])
        raise PluginError(
            f"{NAME} makes no sense{f' at {where}' if where else ''}: {what['msg']}",
            where=str(path),
            next_step="move it and Pickup's files beside it away, then install again",
        ) from error


def hash_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()

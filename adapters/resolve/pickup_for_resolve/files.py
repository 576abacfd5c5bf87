"""The disk: whole files or none, and JSON that a stranger may have written.

write_json(Path("/edit/in/reel1.otio.sent.json"), {"schema": "Sent.1"})
read_json(Path("/edit/in/pickup/cuts/reel1/done.json"), most_bytes=1 << 20)
"""

import json
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Dict, Union

LARGEST_BYTES = 16 << 20
"""More than this is no settings file, no sidecar and no `done.json`."""


def temporary_name(suffix: str) -> str:
    """A name that a watcher never looks at, and that nobody else has."""
    return f".pickup-{uuid.uuid4().hex[:16]}.part{suffix}"


def write_json(path: Path, document: "Dict[str, object]") -> None:
    """Writes a file under a temporary name beside its place and renames it.

    Raises:
        OSError: The disk refuses; nothing is left behind and what stood there stands.
    """
    part = path.with_name(temporary_name(".json"))
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(document, file, indent=2, ensure_ascii=False)
            file.write("\n")
        part.replace(path)
    finally:
        remove(part)


def read_json(path: Path, *, most_bytes: int = LARGEST_BYTES) -> "Dict[str, object]":
    """Reads a JSON object.

    Raises:
        ValueError: It cannot be read, is too large, is no JSON or no object; the text says which.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ValueError(f"it is larger than {most_bytes >> 20} MB")
        document = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ValueError("it is no UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON (line {error.lineno})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  whatever is wrong with a file is one error
    return document


def remove(path: Path) -> None:
    """Removes a file if it is there and can be removed."""
    try:
        path.unlink()
    except OSError:
        return


def same_path(path: "Union[str, Path]") -> str:
    """A path in the form in which two of them can be compared."""
    return os.path.normcase(os.path.normpath(str(path)))

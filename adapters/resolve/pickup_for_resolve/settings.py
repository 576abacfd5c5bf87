"""Which folder is watched: `pickup_settings.json` beside the scripts, written by `pickup plugins install resolve`.

It is only read here.

    read_settings(Path("/path/of/the/scripts"))      Settings(folder=Path("/edit/in"), ...)
"""

from pathlib import Path
from typing import NamedTuple

from pickup_for_resolve.files import read_json
from pickup_for_resolve.words import Trouble

NAME = "pickup_settings.json"

_INSTALL = (
    "Run in a terminal: pickup plugins install resolve --folder DIR, where DIR is the folder that Pickup watches."
)


class Settings(NamedTuple):
    """Where the watched folder and the library are; both absolute."""

    folder: Path
    library: Path


def read_settings(beside: Path) -> Settings:
    """Reads the settings of these scripts.

    Args:
        beside: The folder of the scripts.

    Raises:
        Trouble: There are none, they make no sense, or the watched folder is not there.
    """
    path = beside / NAME
    if not path.is_file():
        raise Trouble(f"Pickup does not know its folder: there is no {path}.", next_step=_INSTALL)
    try:
        document = read_json(path)
    except ValueError as error:
        raise Trouble(f"{path} cannot be used: {error}.", next_step=_INSTALL) from error
    if document.get("schema") != "Adapter.1":
        raise Trouble(f"{path} cannot be used: it is no Adapter.1.", next_step=_INSTALL)
    folder, library = document.get("folder"), document.get("library")
    if not isinstance(folder, str) or not Path(folder).is_absolute():
        raise Trouble(f"{path} cannot be used: `folder` is no absolute path.", next_step=_INSTALL)
    if library is not None and not (isinstance(library, str) and Path(library).is_absolute()):
        raise Trouble(f"{path} cannot be used: `library` is no absolute path.", next_step=_INSTALL)
    if not Path(folder).is_dir():
        raise Trouble(
            f"The watched folder {folder} is not there.",
            next_step=f"If it lies on a drive that is away, connect it. If it has moved: {_INSTALL}",
        )
    return Settings(folder=Path(folder), library=Path(folder) / "pickup" if library is None else Path(library))

"""Workspace > Scripts > Pickup - Receive: brings back what Pickup has filled.

All of the work is done by the package `pickup_for_resolve` beside this file; here it is found and told where it is.
"""

import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import List, Optional


def known_folders() -> "List[Path]":
    """Where Resolve looks for scripts, for one user and for all."""
    home = Path.home()
    mac = Path("Library", "Application Support", "Blackmagic Design", "DaVinci Resolve")
    windows = Path("Blackmagic Design", "DaVinci Resolve")
    bases = [
        home / mac,
        Path("/") / mac,
        Path(os.environ.get("APPDATA", str(home))) / windows / "Support",
        Path(os.environ.get("PROGRAMDATA", str(home))) / windows,
        home / ".local" / "share" / "DaVinciResolve",
        Path("/opt/resolve"),
        Path("/home/resolve"),
    ]
    return [base / "Fusion" / "Scripts" / "Utility" for base in bases]


def script_folder() -> "Optional[Path]":
    """The folder of this script.

    Inside Resolve `__file__` may be missing, so the code and then the folders of scripts are asked.
    """
    frame = inspect.currentframe()
    files = [str(globals().get("__file__") or ""), frame.f_code.co_filename if frame else ""]
    for folder in [*(Path(file).absolute().parent for file in files if file), *known_folders()]:
        if (folder / "pickup_for_resolve" / "__init__.py").is_file():
            return folder
    return None


def main() -> None:
    """Presses the button and shows how it ended."""
    folder = script_folder()
    if folder is None:
        sys.stdout.write(
            "Pickup: its package pickup_for_resolve is not beside this script. Run in a terminal: "
            "pickup plugins install resolve --folder DIR\n"
        )
        return
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    from pickup_for_resolve import receive, show  # noqa: PLC0415  it is found only now
    from pickup_for_resolve.api import live_resolve  # noqa: PLC0415

    resolve = live_resolve(globals().get("resolve"))
    again = receive.AGAIN in getattr(sys, "argv", [])
    outcome = receive.run(resolve, beside=folder, again=again)
    show.show(outcome, resolve=resolve, scope=globals())


main()  # Resolve does not say under which name it runs a script

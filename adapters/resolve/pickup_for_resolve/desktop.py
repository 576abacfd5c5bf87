"""Opens a folder in the file manager of the system.

open_folder(Path("/edit/in"))       True where a file manager was started
"""

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_folder(folder: "Path") -> bool:
    """Shows a folder; False where that is not possible. It does not wait for the file manager."""
    try:
        if sys.platform == "win32":
            os.startfile(str(folder))  # noqa: S606  likewise
        else:
            opener = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.Popen(  # noqa: S603  a folder that exists, no shell
                [opener, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
    except OSError:
        return False
    return True

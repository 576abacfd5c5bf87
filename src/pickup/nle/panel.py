"""The panel for Premiere as the one file that Adobe's programs install: a `.ccx`, which is a zip with a manifest.

The same files give the same bytes on every machine: they are stored, because each zlib compresses in its own way.

    package_panel(premiere_files(), version="0.1.0")
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping

from pickup.nle.faults import PluginError

CCX = "Pickup_premierepro.ccx"
_MANIFEST = "manifest.json"
_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can hold."""

_UNIX = 3
_MODE = 0o644 << 16
"""Adobe's installer refuses files that nobody may read (status -160)."""


def package_panel(files: Mapping[str, bytes], *, version: str) -> bytes:
    """The panel's files with this version in their manifest.

    Raises:
        PluginError: There is no manifest.
    """
    if _MANIFEST not in files:
        raise PluginError(
            "the panel for Premiere has no manifest.json",
            next_step="install Pickup again: python -m pip install --force-reinstall otio-pickup",
        )
    stamped = {**files, _MANIFEST: _stamped(files[_MANIFEST], version=version)}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in sorted(stamped):
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.create_system = _UNIX
            entry.external_attr = _MODE
            zipped.writestr(entry, stamped[name])
    return archive.getvalue()


def manifest_version(version: str) -> str:
    """A version as a UXP manifest takes it, three numbers: `0.2.dev3` is `0.2.0`."""
    release = re.match(r"\d+(?:\.\d+)*", version)
    numbers = release.group().split(".") if release else []
    return ".".join([*numbers, "0", "0", "0"][:3])


def panel_name(files: Mapping[str, bytes]) -> str:
    """What the panel is called in Adobe's lists."""
    return str(json.loads(files[_MANIFEST])["name"])


def _stamped(manifest: bytes, *, version: str) -> bytes:
    document = json.loads(manifest) | {"version": manifest_version(version)}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()

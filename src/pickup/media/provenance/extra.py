"""The package c2pa-python, which is an extra: loaded when something is signed or read, kept off the network.

with c2pa_errors(path) as c2pa:
    c2pa.Reader.try_create(str(path), context=context(c2pa))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from pickup.errors import ConfigError, MediaError

INSTALL = 'pip install "otio-pickup[c2pa]"'
_SETTINGS: Mapping[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"backing_store_memory_threshold_in_mb": 64},
}
"""What the package is told: nothing is fetched, no picture goes into the manifest, and the copy of a large file that it
makes while it signs lies in the system's temporary folder. Signing 424 MB then takes 0.46 GB of memory at its peak and
not 0.87, 1.3 GB takes 0.57: c2pa-rs 0.91 hashes in pieces of 256 MB."""


def not_installed() -> ConfigError:
    """What is said where the extra is missing."""
    return ConfigError(
        "the package that signs takes and reads signatures is not installed",
        where="provenance.c2pa",
        next_step=f'{INSTALL}, or set c2pa = "auto" in [provenance]',
    )


@contextmanager
def c2pa_errors(path: Path) -> Iterator[ModuleType]:
    """Gives the package, and says its errors in our words.

    Raises:
        ConfigError: It is not installed.
        MediaError: It cannot do what it was asked for with the file.
    """
    try:
        import c2pa  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise not_installed() from error
    try:
        yield c2pa
    except (c2pa.C2paError, OSError) as error:
        raise MediaError(
            f"C2PA of {path.name}: {error}",
            where=str(path),
            next_step='report this with the version of c2pa-python; c2pa = "off" in [provenance] goes on without',
        ) from error


def context(c2pa: ModuleType, *, anchors: str = "") -> Any:  # noqa: ANN401 - the package has no types
    """Settings of the package: nothing is fetched, no picture is put into the manifest.

    Args:
        c2pa: The package.
        anchors: PEM of the roots whose signatures count as trusted; empty trusts none.
    """
    settings = {key: dict(value) for key, value in _SETTINGS.items()}
    settings["verify"]["verify_trust"] = True
    if anchors:
        settings["trust"] = {"user_anchors": anchors}
    return c2pa.Context.from_dict(settings)

"""Whether a folder lies on a network drive, where SQLite's locks cannot be trusted.

It says only what it can tell; where the system does not say, the folder passes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "afpfs",
        "webdav",
        "davfs",
        "ceph",
        "glusterfs",
        "lustre",
        "beegfs",
        "gpfs",
        "fuse.sshfs",
        "fuse.rclone",
    ]
)
_MOUNT_SECONDS = 5
_DRIVE_REMOTE = 4


def network_drive(folder: Path) -> str | None:
    """Name of the network file system that holds `folder`, or None for a local disk."""
    resolved = folder.resolve()
    if sys.platform == "win32":
        return _windows_share(resolved)
    try:
        return network_type(resolved, mounts=mounts_from_proc(Path("/proc/self/mounts").read_text()))
    except OSError:
        return network_type(resolved, mounts=_mounts_by_program())


def network_type(folder: Path, *, mounts: list[tuple[str, str]]) -> str | None:
    """The type of the innermost mount above `folder`, if it is a network's.

    Args:
        folder: Absolute and resolved.
        mounts: Mount point and file system type, later ones over earlier ones.
    """
    holding = [(point, kind) for point, kind in mounts if folder.is_relative_to(point)]
    if not holding:
        return None
    deepest = max(len(Path(point).parts) for point, _ in holding)
    kind = [kind for point, kind in holding if len(Path(point).parts) == deepest][-1]
    return kind if kind in _NETWORK else None


def mounts_from_proc(text: str) -> list[tuple[str, str]]:
    """Reads Linux's table of mounts, in which a space in a path is escaped in octal."""
    rows = [line.split(" ") for line in text.splitlines()]
    return [(row[1].replace("\\040", " "), row[2]) for row in rows if len(row) > 2]  # noqa: PLR2004 - device, point, type


def _mounts_by_program() -> list[tuple[str, str]]:
    """macOS: `//user@host/share on /Volumes/share (smbfs, nodev, …)`."""
    try:
        done = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False, timeout=_MOUNT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in done.stdout.splitlines():
        head, _, options = line.rpartition(" (")
        point = head.partition(" on ")[2]
        if point:
            found.append((point, options.partition(",")[0].rstrip(")")))
    return found


if sys.platform == "win32":
    import ctypes

    def _windows_share(folder: Path) -> str | None:
        if folder.drive.startswith("\\\\"):
            return "a Windows share"
        kind = ctypes.WinDLL("kernel32").GetDriveTypeW(f"{folder.drive}\\")
        return "a mapped network drive" if kind == _DRIVE_REMOTE else None

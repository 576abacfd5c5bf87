r"""Where each NLE looks for scripts and plug-ins, as pure paths: every system is known here, whichever one this is.

It asks no disk. Paths are those of the named system, so Windows' can be told apart on a Mac.

    resolve_scripts(Machine(platform="linux", home="/home/me"))[0]
    PurePosixPath('/home/me/.local/share/DaVinciResolve/Fusion/Scripts/Utility')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath, PureWindowsPath

MACOS, WINDOWS = "darwin", "win32"

_SCRIPTS = ("Fusion", "Scripts", "Utility")
"""Scripts in `Utility` are shown on every page of Resolve."""

_RESOLVE = ("Blackmagic Design", "DaVinci Resolve")
_AGENT_FOLDER = ("Adobe", "Adobe Desktop Common", "RemoteComponents", "UPI", "UnifiedPluginInstallerAgent")
_AGENT = "UnifiedPluginInstallerAgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One user's machine.

    Attributes:
        platform: As `sys.platform` says it; what is neither macOS nor Windows counts as Linux.
        home: The user's folder.
        environment: Variables; on Windows they say where programs and settings lie.
        root: Where the folders of the system itself begin on macOS and Linux.
    """

    platform: str
    home: str
    environment: Mapping[str, str] = field(default_factory=dict)
    root: str = "/"

    @property
    def has_premiere(self) -> bool:
        """Whether Premiere exists for this system."""
        return self.platform in (MACOS, WINDOWS)

    def path(self, text: str, *parts: str) -> PurePath:
        """A path as this system writes it."""
        return (PureWindowsPath if self.platform == WINDOWS else PurePosixPath)(text, *parts)

    def variable(self, name: str, *, default: str) -> str:
        """A variable; an empty one counts as unset. Windows does not distinguish the case of names."""
        found = {key.upper(): value for key, value in self.environment.items() if value}
        return found.get(name.upper(), default)


def resolve_scripts(machine: Machine, *, all_users: bool = False) -> tuple[PurePath, ...]:
    """Where Resolve looks for scripts; the likeliest folder first.

    As Resolve's own scripting README names them, except one user's folder on Windows, where it prints a doubled
    `Roaming`. The edition of the Mac App Store is sandboxed and looks elsewhere.
    """
    if machine.platform == MACOS:
        base = machine.path(machine.root if all_users else machine.home, "Library", "Application Support", *_RESOLVE)
        return (base.joinpath(*_SCRIPTS),)
    if machine.platform == WINDOWS:
        if all_users:
            data = machine.variable("PROGRAMDATA", default=r"C:\ProgramData")
            return (machine.path(data, *_RESOLVE, *_SCRIPTS),)
        roaming = machine.variable("APPDATA", default=rf"{machine.home}\AppData\Roaming")
        return (machine.path(roaming, *_RESOLVE, "Support", *_SCRIPTS),)
    if all_users:  # Resolve is installed in the one or in the other
        return tuple(machine.path(machine.root, base, "resolve", *_SCRIPTS) for base in ("opt", "home"))
    return (machine.path(machine.home, ".local", "share", "DaVinciResolve", *_SCRIPTS),)


def resolve_base(scripts: PurePath) -> PurePath:
    """The folder that Resolve makes when it is installed or first started, from that of its scripts."""
    return scripts.parents[len(_SCRIPTS) - 1]


def adobe_agents(machine: Machine) -> tuple[PurePath, ...]:
    """Where Adobe's Unified Plugin Installer Agent may lie; it comes with Creative Cloud Desktop.

    Adobe's documentation writes `Contents/macOS`; others have seen `Contents/MacOS`, and a disk may distinguish them.
    """
    if machine.platform == MACOS:
        app = machine.path(machine.root, "Library", "Application Support", *_AGENT_FOLDER, f"{_AGENT}.app", "Contents")
        return tuple(app / name / _AGENT for name in ("MacOS", "macOS"))
    if machine.platform != WINDOWS:
        return ()
    common = [
        machine.variable("CommonProgramW6432", default=""),
        machine.variable("CommonProgramFiles", default=r"C:\Program Files\Common Files"),
        machine.variable("CommonProgramFiles(x86)", default=""),
    ]
    return tuple(machine.path(base, *_AGENT_FOLDER, f"{_AGENT}.exe") for base in dict.fromkeys(common) if base)

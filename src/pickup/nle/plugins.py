"""The two plug-ins of this Pickup, and the folders of this machine into which they go.

plugin = resolve_plugin()
scripts_folder(machine, all_users=False)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pickup.nle.carried import premiere_files, resolve_files
from pickup.nle.panel import CCX, package_panel, panel_name
from pickup.nle.places import Machine, resolve_base, resolve_scripts
from pickup.nle.steps import Plugin

RESOLVE, PREMIERE = "resolve", "premiere"


def plugin_named(name: str, *, version: str) -> Plugin:
    """The plug-in for `resolve` or `premiere`, with this version.

    Raises:
        PluginError: This Pickup lacks it.
    """
    if name == RESOLVE:
        return Plugin(name=RESOLVE, title="DaVinci Resolve", label="Pickup", files=resolve_files())
    files = premiere_files()
    packed: Mapping[str, bytes] = {CCX: package_panel(files, version=version)}
    return Plugin(name=PREMIERE, title="Adobe Premiere", label=panel_name(files), files=packed)


def scripts_folder(machine: Machine, *, all_users: bool) -> Path:
    """Where Resolve's scripts go; of several folders the one whose Resolve is there."""
    places = [Path(place) for place in resolve_scripts(machine, all_users=all_users)]
    return next((place for place in places if has_resolve(place)), places[0])


def has_resolve(scripts: Path) -> bool:
    """Whether Resolve has made the folder in which that of its scripts lies."""
    return Path(resolve_base(scripts)).is_dir()


def panel_folder(state_folder: Path) -> Path:
    """Where the package for Premiere stays, so that it can be installed again."""
    return state_folder / PREMIERE

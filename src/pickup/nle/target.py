"""Which plug-in goes into which folder, and what an editor does once it is there.

choose_target("resolve", machine=machine, version="0.1.0", to=None, all_users=False).folder
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pickup.config import state_folder
from pickup.errors import ConfigError
from pickup.nle.adobe import Agent, Said, by_hand, find_agent, panel_version
from pickup.nle.faults import PluginError, told_by_disk
from pickup.nle.panel import CCX
from pickup.nle.places import WINDOWS, Machine, adobe_agents
from pickup.nle.plugins import PREMIERE, RESOLVE, has_resolve, panel_folder, plugin_named, scripts_folder
from pickup.nle.settings import Watched
from pickup.nle.standing import Standing, State, standing
from pickup.nle.steps import Plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One plug-in and its folder.

    Attributes:
        version: Of the Pickup that installs it.
        is_named: Whether the user named the folder; then it may be meant for another machine.
        is_ready: Whether the NLE has been here; it may be installed later.
        agent: Adobe's installer, where there is one and it is to be used.
    """

    plugin: Plugin
    folder: Path
    version: str
    is_named: bool = False
    is_ready: bool = True
    agent: Agent | None = None

    @property
    def package(self) -> Path:
        """The package for Premiere."""
        return self.folder / CCX

    def standing(self) -> Standing:
        """How it stands now."""
        return standing(self.plugin, folder=self.folder, version=self.version)


@told_by_disk()
def choose_target(nle: str, *, machine: Machine, version: str, to: Path | None, all_users: bool) -> Target:
    """The folder that is named, else the NLE's own.

    Raises:
        ConfigError: The options contradict each other.
        PluginError: There is no such NLE for this system, or the disk refuses.
    """
    _check_all_users(nle, to=to, all_users=all_users)
    plugin = plugin_named(nle, version=version)
    if to is not None:
        return Target(plugin=plugin, folder=whole_path(to), version=version, is_named=True)
    if nle == RESOLVE:
        scripts = scripts_folder(machine, all_users=all_users)
        return Target(plugin=plugin, folder=scripts, version=version, is_ready=has_resolve(scripts))
    if not machine.has_premiere:
        raise PluginError(
            "there is no Adobe Premiere for this system",
            where=machine.platform,
            next_step="write its package for another machine: pickup plugins install premiere --to DIR",
        )
    agent = find_agent(adobe_agents(machine), windows=machine.platform == WINDOWS)
    folder = panel_folder(state_folder(machine.environment))
    return Target(plugin=plugin, folder=folder, version=version, agent=agent)


def _check_all_users(nle: str | None, *, to: Path | None, all_users: bool) -> None:
    if all_users and (to is not None or nle == PREMIERE):
        raise ConfigError(
            "--all-users chooses Resolve's folder for all users",
            where="--all-users",
            next_step="leave it out with --to, and with premiere",
        )


def whole_path(path: Path) -> Path:
    """A path made absolute, without `..` and with links as they are."""
    # `Path.resolve` follows links, `Path.absolute` leaves `..`, `Path.expanduser` raises where nobody has that name.
    return Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111


def all_standings(
    nle: str | None, *, machine: Machine, version: str, to: Path | None, all_users: bool
) -> Iterator[Standing]:
    """Each plug-in where its NLE looks for it; Resolve's folder for all users only if it is asked for or in use.

    Raises:
        ConfigError: The options contradict each other.
        PluginError: A folder's record cannot be used, or the disk refuses.
    """
    _check_all_users(nle, to=to, all_users=all_users)
    if nle != PREMIERE:
        yield choose_target(RESOLVE, machine=machine, version=version, to=to, all_users=all_users).standing()
        if to is None and not all_users:
            shared = choose_target(RESOLVE, machine=machine, version=version, to=None, all_users=True).standing()
            if shared.state is not State.ABSENT:
                yield shared
    if nle == RESOLVE:
        return
    if to is None and not machine.has_premiere:
        yield Standing(plugin=PREMIERE, title="Adobe Premiere", folder=None, state=State.UNAVAILABLE)
        return
    target = choose_target(PREMIERE, machine=machine, version=version, to=to, all_users=False)
    there = panel_version(target.agent, name=target.plugin.label) if target.agent else None
    yield replace(target.standing(), in_premiere=there)


def after_install(target: Target, *, watched: Watched | None, said: Said | None) -> tuple[str, ...]:
    """What an editor does once it is installed, in order."""
    if watched is not None:
        return (
            f"run `pickup watch {_quoted(watched.folder)}`",
            "in Resolve choose Workspace > Scripts > Pickup - Send",
            "(restart Resolve if it is not in the menu)",
        )
    menu = f"in Premiere choose Window > UXP Plugins > {target.plugin.label}"
    if said and said.done:
        return (menu, "(restart Premiere if it is not in the menu)")
    where = " on a machine with Premiere" if target.is_named else ""
    return (f"double-click {target.package}", f"(Creative Cloud Desktop installs it{where})", menu)


def after_uninstall(target: Target, *, said: Said | None) -> tuple[str, ...]:
    """What is left to do once it is removed; nothing for Resolve."""
    if target.plugin.name == RESOLVE or target.is_named or (said and said.done):
        return ()
    return by_hand(target.plugin.label)


def _quoted(path: Path) -> str:
    """A path as a shell of this system takes it."""
    if os.name == "nt":
        return f'"{path}"' if " " in str(path) else str(path)
    return shlex.quote(str(path))

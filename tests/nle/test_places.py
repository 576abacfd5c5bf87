"""Where Resolve and Adobe's programs look, on every system, as their makers name the folders."""

from __future__ import annotations

import ntpath
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pickup.nle.places import Machine, adobe_agents, resolve_base, resolve_scripts

MAC = Machine(platform="darwin", home="/Users/mara")
LINUX = Machine(platform="linux", home="/home/mara")
WINDOWS = Machine(
    platform="win32",
    home=r"C:\Users\mara",
    environment={"AppData": r"D:\Roaming", "ProgramData": r"D:\All", "CommonProgramFiles": r"D:\Common"},
)
BARE_WINDOWS = Machine(platform="win32", home=r"C:\Users\mara", environment={"APPDATA": ""})


@pytest.mark.parametrize(
    ("machine", "all_users", "folders"),
    [
        (MAC, False, ["/Users/mara/Library/Application Support/Blackmagic Design/DaVinci Resolve"]),
        (MAC, True, ["/Library/Application Support/Blackmagic Design/DaVinci Resolve"]),
        (LINUX, False, ["/home/mara/.local/share/DaVinciResolve"]),
        (LINUX, True, ["/opt/resolve", "/home/resolve"]),
        (WINDOWS, False, [r"D:\Roaming\Blackmagic Design\DaVinci Resolve\Support"]),
        (WINDOWS, True, [r"D:\All\Blackmagic Design\DaVinci Resolve"]),
        (BARE_WINDOWS, False, [r"C:\Users\mara\AppData\Roaming\Blackmagic Design\DaVinci Resolve\Support"]),
        (BARE_WINDOWS, True, [r"C:\ProgramData\Blackmagic Design\DaVinci Resolve"]),
    ],
)
def test_scripts_go_where_resolve_shows_them_on_every_page(
    machine: Machine, *, all_users: bool, folders: list[str]
) -> None:
    join = ntpath.join if machine.platform == "win32" else posixpath.join
    found = resolve_scripts(machine, all_users=all_users)
    assert [str(place) for place in found] == [join(folder, "Fusion", "Scripts", "Utility") for folder in folders]
    assert [str(resolve_base(place)) for place in found] == folders


def test_adobes_agent_is_looked_for_where_creative_cloud_puts_it() -> None:
    inner = "Adobe/Adobe Desktop Common/RemoteComponents/UPI/UnifiedPluginInstallerAgent/UnifiedPluginInstallerAgent"
    app = f"/Library/Application Support/{inner}.app/Contents"
    assert [str(place) for place in adobe_agents(MAC)] == [
        f"{app}/MacOS/UnifiedPluginInstallerAgent",
        f"{app}/macOS/UnifiedPluginInstallerAgent",
    ]
    assert [place.as_posix() for place in adobe_agents(WINDOWS)] == [f"D:/Common/{inner}.exe"]
    assert [place.as_posix() for place in adobe_agents(BARE_WINDOWS)] == [f"C:/Program Files/Common Files/{inner}.exe"]
    assert adobe_agents(LINUX) == ()


@given(platform=st.sampled_from(["darwin", "linux"]), all_users=st.booleans(), name=st.text("ab _-é", min_size=1))
def test_no_folder_lies_outside_the_users_own_and_the_systems(platform: str, name: str, *, all_users: bool) -> None:
    machine = Machine(platform=platform, home=f"/homes/{name}", root=f"/systems/{name}")
    base = machine.root if all_users else machine.home
    assert all(place.is_relative_to(base) for place in resolve_scripts(machine, all_users=all_users))

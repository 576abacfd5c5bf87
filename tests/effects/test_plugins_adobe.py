"""The panel through Adobe's installer: a program that answers as it does, and whose exit code is always 0."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pickup.cli.plugins import command
from pickup.errors import ConfigError
from pickup.nle.adobe import find_agent, listed
from pickup.nle.panel import CCX
from pickup.nle.places import Machine, adobe_agents

PREMIERE, PHOTOSHOP = "Premiere Pro (ver 26.0)", "Photoshop (ver 27.1)"

_PROGRAM = '''\
#!{python} -IS
"""Stands in for UnifiedPluginInstallerAgent."""
import json, sys
from pathlib import Path

path = Path(__file__).with_name("state.json")
state = json.loads(path.read_text())
option, argument = sys.argv[1:]
state["calls"].append(option)
rows = state["rows"]
if option in state["refuses"]:
    print("Failed to " + option.strip("-") + ", status = " + state["status"] + "!")
elif option == "--install":
    import zipfile
    manifest = json.loads(zipfile.ZipFile(argument).read("manifest.json"))
    rows.append(["{premiere}", manifest["name"], manifest["version"]])
    print("Installation Successful")
elif option == "--list":
    for product in ("{premiere}", "{photoshop}"):
        mine = [row for row in rows if row[0] == product]
        print(f"{{len(mine)}} extensions installed for {{product}}")
        print(" Status                     Extension Name                           Version")
        print("=========  =======================================================  ==========")
        for _, name, version in mine:
            print(f" Enabled   {{name:<55}}  {{version:>10}}")
elif option == "--remove":
    rows.remove(next(row for row in rows if row[1] == argument))
    print("Removal Successful")
path.write_text(json.dumps(state))
'''


@dataclass(frozen=True)
class Mac:
    """A Mac whose system folders lie below a folder of ours."""

    place: Path

    @property
    def machine(self) -> Machine:
        environment = {"PICKUP_STATE": str(self.place / "state")}
        return Machine(platform="darwin", home=str(self.place / "home"), environment=environment, root=str(self.place))

    @property
    def program(self) -> Path:
        return Path(adobe_agents(self.machine)[0])

    @property
    def package(self) -> Path:
        return self.place / "state" / "premiere" / CCX

    def bring_adobe(self, *, rows: tuple[tuple[str, str, str], ...] = (), refuses: str = "", status: str = "") -> None:
        self.program.parent.mkdir(parents=True, exist_ok=True)
        state = {"rows": rows, "refuses": refuses.split(), "status": status, "calls": []}
        self.program.with_name("state.json").write_text(json.dumps(state))
        self.program.write_text(_PROGRAM.format(python=sys.executable, premiere=PREMIERE, photoshop=PHOTOSHOP))
        self.program.chmod(0o755)

    def state(self) -> Any:
        return json.loads(self.program.with_name("state.json").read_text())

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(command, arguments, obj=self.machine, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result

    def document(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


def test_the_panel_comes_and_goes_through_adobes_installer(mac: Mac) -> None:
    mac.bring_adobe(rows=((PREMIERE, "Another", "2.0.0"),))
    installed = mac.run("install", "premiere", "--yes")
    assert installed.return_value == 0
    assert "Adobe's UnifiedPluginInstallerAgent puts it into Premiere" in installed.stdout
    assert "Window > UXP Plugins > Pickup" in installed.stdout
    [panel] = mac.document("list", "premiere")["plugins"]
    assert (panel["state"], panel["in_premiere"]) == ("installed", panel["version"])
    assert [row[1] for row in mac.state()["rows"]] == ["Another", "Pickup"]
    assert mac.run("uninstall", "premiere", "--yes").return_value == 0
    assert mac.state()["rows"] == [[PREMIERE, "Another", "2.0.0"]]
    assert not (mac.place / "state").exists()


def test_every_version_is_removed_though_adobes_installer_removes_one_at_a_time(mac: Mac) -> None:
    mac.bring_adobe(rows=((PREMIERE, "Pickup", "0.0.1"), (PREMIERE, "Pickup", "0.0.2")))
    mac.run("install", "premiere", "--yes")
    assert mac.run("uninstall", "premiere", "--yes").return_value == 0
    assert mac.state()["rows"] == []


def test_where_adobes_installer_is_missing_a_double_click_is_named(mac: Mac) -> None:
    answer = mac.run("install", "premiere", "--yes")
    assert answer.return_value == 0
    assert f"double-click {mac.package}" in answer.stdout
    assert "Manage plugins" in mac.run("uninstall", "premiere", "--yes").stdout
    assert not mac.package.exists()


@pytest.mark.parametrize(
    ("status", "said"),
    [("-631", "nobody is signed in"), ("-267", "it refused the manifest"), ("-9", "status -9")],
)
def test_a_refusal_is_told_though_the_exit_code_is_0(mac: Mac, status: str, said: str) -> None:
    mac.bring_adobe(refuses="--install", status=status)
    answer = mac.run("install", "premiere", "--yes")
    assert answer.return_value == 1
    assert said in answer.stderr
    assert f"double-click {mac.package}" in answer.stdout
    document = mac.document("install", "premiere", "--yes")
    assert (document["done"], document["adobe"]["done"]) == (False, False)
    assert said in document["adobe"]["message"]
    assert mac.package.is_file()


def test_a_program_that_cannot_be_started_is_told(mac: Mac) -> None:
    mac.bring_adobe()
    mac.program.chmod(0o644)
    answer = mac.run("install", "premiere", "--yes")
    assert (answer.return_value, "could not be started" in answer.stderr) == (1, True)


@pytest.mark.parametrize("refused", ["--list", "--remove"])
def test_a_removal_that_fails_can_be_tried_again_or_forced(mac: Mac, refused: str) -> None:
    for again in ([], ["--force"]):
        mac.bring_adobe()
        mac.run("install", "premiere", "--yes")
        mac.bring_adobe(rows=((PREMIERE, "Pickup", "0.1.0"),), refuses=refused, status="-9")
        failed = mac.run("uninstall", "premiere", "--yes")
        assert (failed.return_value, "status -9" in failed.stderr) == (1, True)
        assert "Manage plugins" in failed.stdout
        assert "Removed" not in failed.stdout
        assert mac.package.is_file()
        if not again:
            mac.bring_adobe(rows=((PREMIERE, "Pickup", "0.1.0"),))
        mac.run("uninstall", "premiere", "--yes", *again)
        assert not mac.package.exists()


def test_another_programs_plug_in_of_the_same_name_is_not_removed(mac: Mac) -> None:
    mac.bring_adobe(rows=((PHOTOSHOP, "Pickup", "3.0.0"),))
    mac.run("install", "premiere", "--yes")
    answer = mac.run("uninstall", "premiere", "--yes")
    assert (answer.return_value, "Photoshop" in answer.stderr) == (1, True)
    assert "--remove" not in mac.state()["calls"]


def test_adobes_installer_is_not_started_without_a_yes_or_for_a_folder_that_is_named(mac: Mac) -> None:
    mac.bring_adobe()
    with pytest.raises(ConfigError, match="waits for a yes"):
        mac.run("install", "premiere")
    assert not (mac.place / "state").exists()
    mac.run("install", "premiere", "--to", str(mac.place / "stick"), "--yes")
    mac.run("uninstall", "premiere", "--to", str(mac.place / "stick"), "--yes")
    mac.run("uninstall", "premiere", "--yes")
    assert mac.state()["calls"] == []


def test_windows_options_begin_with_a_slash(mac: Mac) -> None:
    mac.bring_adobe()
    agent = find_agent([mac.program], windows=True)
    assert agent
    assert agent.command("install", "C:\\a.ccx")[1:] == ["/install", "C:\\a.ccx"]


def test_a_list_names_the_program_of_each_plug_in() -> None:
    answer = (
        "1 extension installed for Photoshop (ver 27.1)\n Enabled   Two Words   1.2\n"
        "0 extensions installed for Premiere Pro (ver 26.0)\n"
        "1 extension installed for Adobe Premiere (ver 27.0)\n Disabled  Pickup   0.1.0\n"
    )
    assert [(each.product, each.name, each.version) for each in listed(answer)] == [
        (PHOTOSHOP, "Two Words", "1.2"),
        ("Adobe Premiere (ver 27.0)", "Pickup", "0.1.0"),
    ]

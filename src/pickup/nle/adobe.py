"""Adobe's Unified Plugin Installer Agent, which comes with Creative Cloud Desktop: it puts a `.ccx` into Premiere.

Its exit code is 0 even when it fails, so its words are read: `Installation Successful`, or `Failed to install, status
= -267!`. It removes by the name that is shown, not by id, and at times only one of several versions a call.

    install_panel(agent, Path("/state/pickup/premiere/Pickup_premierepro.ccx")).done
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

_SECONDS = 180
_PRODUCT = re.compile(r"^\s*\d+ extensions? installed for (?P<product>.+?)\s*$")
_ROW = re.compile(r"^\s*(?:Enabled|Disabled)\s+(?P<name>.+?)\s+(?P<version>\d+(?:\.\d+){1,3})\s*$")
_STATUS = re.compile(r"status\s*=\s*(-\d+)")
_MEANINGS = {
    "-160": "it could not read the file",
    "-267": "it refused the manifest",
    "-631": "nobody is signed in to Creative Cloud Desktop",
}
_MOST_REMOVALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """The program, and what its options begin with: `--` on macOS, `/` on Windows."""

    program: Path
    dash: str

    def command(self, option: str, argument: str) -> list[str]:
        """One command line of it."""
        return [str(self.program), f"{self.dash}{option}", argument]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How the agent ended: whether it did it, and in words."""

    done: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One plug-in that Adobe's programs know."""

    product: str
    name: str
    version: str


def find_agent(places: Iterable[PurePath], *, windows: bool) -> Agent | None:
    """The agent, where it is one of these files."""
    found = next((Path(place) for place in places if Path(place).is_file()), None)
    return Agent(program=found, dash="/" if windows else "--") if found else None


def install_panel(agent: Agent, ccx: Path) -> Said:
    """Installs a package; its path must be absolute."""
    answer = _answer(agent, "install", str(ccx))
    if "Installation Successful" in answer:
        return Said(done=True, words="Adobe's installer put it into Premiere")
    return Said(done=False, words=f"Adobe's installer did not install it: {_reason(answer)}")


def remove_panel(agent: Agent, *, name: str) -> Said:
    """Removes every version of ours from Premiere, unless another program's plug-in has the same name."""
    for _ in range(_MOST_REMOVALS):
        answer = _answer(agent, "list", "all")
        if not any(_PRODUCT.match(line) for line in answer.splitlines()):
            return Said(done=False, words=f"Adobe's installer does not say what is there: {_reason(answer)}")
        rows = [each for each in listed(answer) if each.name == name]
        if not any(is_premiere(each) for each in rows):
            return Said(done=True, words="Premiere has no panel of Pickup's any more")
        if others := sorted({each.product for each in rows if not is_premiere(each)}):
            words = f"{', '.join(others)} has a plug-in of the same name, and Adobe's installer removes by name"
            return Said(done=False, words=words)
        removed = _answer(agent, "remove", name)
    return Said(done=False, words=f"Adobe's installer did not remove it: {_reason(removed)}")


def panel_version(agent: Agent, *, name: str) -> str | None:
    """Which version of the panel Premiere has; None where it has none, or it is not said."""
    rows = [each for each in listed(_answer(agent, "list", "all")) if each.name == name and is_premiere(each)]
    return rows[-1].version if rows else None


def is_premiere(each: Listed) -> bool:
    """Whether a plug-in is Premiere's: `Premiere Pro (ver 26.0)`."""
    return each.product.removeprefix("Adobe ").startswith("Premiere")


def listed(answer: str) -> Iterator[Listed]:
    """What the agent lists, a heading for each program and a line for each of its plug-ins."""
    product = ""
    for line in answer.splitlines():
        if heading := _PRODUCT.match(line):
            product = heading["product"]
        elif row := _ROW.match(line):
            yield Listed(product=product, name=row["name"], version=row["version"])


def by_hand(name: str) -> tuple[str, ...]:
    """What a person does instead to remove a plug-in."""
    return (
        "in Creative Cloud Desktop: Stock & Marketplace > Plugins > Manage plugins",
        f"uninstall {name} there",
    )


def _answer(agent: Agent, option: str, argument: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - Adobe's program, with a path or name of our own
            agent.command(option, argument),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {_SECONDS} s"
    except OSError as error:
        return f"it could not be started: {error.strerror or error}"
    return done.stdout.decode("utf-8", errors="replace")


def _reason(answer: str) -> str:
    status = _STATUS.search(answer)
    if status:
        return _MEANINGS.get(status[1], f"status {status[1]}")
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"

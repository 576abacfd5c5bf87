"""`pickup watch --install`: the file that starts the watcher with the computer, shown, asked for and written."""

from __future__ import annotations

import codecs
import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

from pickup._files import whole_file
from pickup.cli.answer import ExitCode, print_json, printable
from pickup.cli.consent import Consent
from pickup.errors import ConfigError, Finding, LibraryError, warning
from pickup.fill.documents import findings_document
from pickup.nle.places import MACOS, WINDOWS, Machine
from pickup.nle.target import whole_path
from pickup.watch.service import (
    KEPT_VARIABLES,
    Service,
    System,
    Watcher,
    first_steps,
    is_ours,
    make_service,
    removing_steps,
    watched_by,
    where_keys_go,
)
from pickup.watch.settings import FolderSettings

_FOR_ITS_USER = 0o600  # a person may add keys, and launchd refuses files that others may write


class _State(StrEnum):
    NEW = "new"
    SAME = "same"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Install:
    """The file, what lies in its place, and how it is told."""

    service: Service
    place: Path
    before: bytes | None
    findings: Sequence[Finding]
    consent: Consent

    @property
    def state(self) -> _State:
        if self.before is None:
            return _State.NEW
        return _State.SAME if self.before == self.service.content else _State.CHANGED

    @property
    def difference(self) -> str:
        """What would change in a file that is there already."""
        before = _decoded(self.before or b"").splitlines()
        after = self.service.text.splitlines()
        return "\n".join(difflib.unified_diff(before, after, "there now", "to be written", lineterm=""))

    @property
    def next_steps(self) -> tuple[str, ...]:
        return (*first_steps(self.service, is_new=self.state is _State.NEW), where_keys_go(self.service))

    def print(self, words: str, *, when_asked: bool = False) -> None:
        """Lines for a person."""
        if self.consent.shows(when_asked=when_asked):
            click.echo(printable(words))

    def show(self) -> None:
        """The whole file, what is different in the one that is there, and what to know before saying yes."""
        if self.state is not _State.SAME:
            self.print(f"{self.place}\n\n{self.service.text}", when_asked=True)
        if self.state is _State.CHANGED and not self.consent.in_json:
            words = f"{self.place} is there already and differs: you edited it, or it was made with other options."
            click.echo(printable(f"{words}\n{self.difference}\n"), err=not self.consent.asks)
        for each in () if self.consent.in_json else self.findings:
            click.echo(printable(f"{each.severity.value}: {each.message} ({each.where})"), err=not self.consent.asks)

    def leave(self) -> int:
        """Tells that nothing was written.

        Raises:
            ConfigError: Nobody could be asked.
        """
        if self.consent.in_json:
            print_json(self.document(written=False, next_steps=("add --yes",)))
        return self.consent.withheld("nothing was written")

    def finish(self) -> int:
        """Tells what is there now, and how it is started."""
        written = self.state is not _State.SAME
        if self.consent.in_json:
            print_json(self.document(written=written, next_steps=self.next_steps))
            return ExitCode.DONE
        self.print(f"Written: {self.place}" if written else f"{self.place} is there already.")
        for position, step in enumerate(self.next_steps):
            self.print(f"{'' if position else 'Next:':<5} {step}")
        return ExitCode.DONE

    def document(self, *, written: bool, next_steps: Sequence[str]) -> dict[str, object]:
        """`WatchInstall.1`; `state` is that of the file before."""
        return {
            "schema": "WatchInstall.1",
            "system": self.service.system.value,
            "name": self.service.name,
            "path": str(self.place),
            "text": self.service.text,
            "state": self.state.value,
            "difference": self.difference if self.state is _State.CHANGED else None,
            "written": written,
            "findings": findings_document(self.findings),
            "next": "; ".join(next_steps).replace("; (", " ("),
        }


def install_service(folders: Sequence[Path], *, library: Path | None, config: Path | None, yes: bool,
                    in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Writes the file that starts a watcher of `folders` (absolute), if somebody says yes.

    Raises:
        ConfigError: A folder is not there, a setting is wrong, the system is not known, or nobody could be asked.
        LibraryError: The disk refuses.
    """
    machine = _machine()
    watcher = Watcher(
        program=_program(sys.executable, windows=machine.platform == WINDOWS),
        folders=tuple(sorted(str(each) for each in folders)),
        library=str(whole_path(library)) if library else None,
        config=str(whole_path(config)) if config else None,
        variables=_kept(machine),
    )
    _check(watcher)
    service = make_service(watcher, platform=machine.platform, home=machine.home, environment=machine.environment)
    place = Path(service.path.as_posix())
    findings = [
        *_not_running(machine),
        *_left_out(machine.environment),
        *_others(place, service=service, watcher=watcher),
    ]
    install = _Install(
        service=service,
        place=place,
        before=_read(place) if place.exists() else None,
        findings=findings,
        consent=Consent(yes=yes, in_json=in_json, quiet=quiet),
    )
    install.show()
    if install.state is _State.SAME:
        return install.finish()
    if not install.consent.agreed():
        return install.leave()
    with whole_file(place) as part:
        part.touch(mode=_FOR_ITS_USER)
        part.write_bytes(service.content)
    return install.finish()


def _machine() -> Machine:
    """This machine, unless whoever calls the command brings another."""
    brought = click.get_current_context().find_object(Machine)
    return brought or Machine(platform=sys.platform, home=str(Path.home()), environment=os.environ)


def _program(python: str, *, windows: bool) -> str:
    """The Python that runs Pickup; on Windows its twin that opens no window.

    Raises:
        ConfigError: Pickup runs inside another program.
    """
    if not python:
        raise ConfigError(
            "it is not known which Python runs Pickup",
            where="sys.executable",
            next_step="install Pickup with pip or pipx, and run `pickup watch --install` from there",
        )
    twin = Path(python).with_name("pythonw.exe")
    return str(twin) if windows and twin.is_file() else python


def _kept(machine: Machine) -> dict[str, str]:
    """The variables that go into the file, as absolute paths."""
    found = {name: machine.environment.get(name) for name in KEPT_VARIABLES}
    return {
        name: value if machine.path(value).is_absolute() else str(whole_path(Path(value)))
        for name, value in found.items()
        if value
    }


def _check(watcher: Watcher) -> None:
    """Refuses what the watcher would refuse when it starts, when nobody looks.

    Raises:
        ConfigError: A folder is not there, or a setting is wrong.
    """
    for each in watcher.folders:
        if not Path(each).is_dir():
            raise ConfigError(
                "the folder to watch is not there",
                where=each,
                next_step="make it, or connect its drive, then try again",
            )
        FolderSettings(
            folder=Path(each),
            environment=watcher.variables,
            library=Path(watcher.library) if watcher.library else None,
            config_file=Path(watcher.config) if watcher.config else None,
        ).of_folder()


def _not_running(machine: Machine) -> Iterator[Finding]:
    """Linux without systemd, such as in a container."""
    if machine.platform not in (MACOS, WINDOWS) and not Path(machine.root, "run", "systemd", "system").is_dir():
        yield warning(
            "NO_SYSTEMD", "systemd does not run here, so nothing reads that file", where="/run/systemd/system"
        )


def _left_out(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Settings of this terminal that the watcher will not have: one of them may be a budget, another one a secret."""
    for name in sorted(environment):
        if name.startswith("PICKUP_") and name not in (*KEPT_VARIABLES, "PICKUP_DEBUG") and environment[name]:
            yield warning(
                "SETTING_LEFT_OUT",
                f"{name} holds in this terminal only; put it into a pickup.toml",
                where="the environment",
            )


def _others(place: Path, *, service: Service, watcher: Watcher) -> Iterator[Finding]:
    """Files of ours that start a watcher of one of these folders: of two watchers only one can run."""
    folders = {_known_as(each, service=service) for each in watcher.folders}
    for path in sorted(place.parent.iterdir()) if place.parent.is_dir() else ():
        if path == place or path.suffix != place.suffix or not is_ours(path.name):
            continue
        for each in watched_by(_decoded(_read(path))):
            if _known_as(each, service=service) in folders:
                remove = removing_steps(service.system, path.stem)
                message = (
                    f"{each} has a watcher already, and two cannot run; end that one: {remove}; then delete its file"
                )
                yield warning("WATCHED_ALREADY", message, where=str(path))


def _known_as(folder: str, *, service: Service) -> str:
    return folder.casefold() if service.system is System.TASK_SCHEDULER else folder


def _read(path: Path) -> bytes:
    """What a file holds.

    Raises:
        LibraryError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise LibraryError(
            f"{path.name} could not be read: {error.strerror or error}",
            where=str(path),
            next_step="move it away, then run the command again",
        ) from error


def _decoded(content: bytes) -> str:
    """A file's text; editors on Windows save it as one or the other."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")

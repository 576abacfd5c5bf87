r"""The file that starts a watcher with the computer, as text, and where its system looks for it.

It touches no disk, and every system is known here, whichever one this is. What it writes is for one user, not for the
machine, and holds no keys.

    service = make_service(watcher, platform="linux", home="/home/me", environment={})
    service.name                           pickup-watch-exports-1f0c2a9b
    str(service.path)                      /home/me/.config/systemd/user/pickup-watch-exports-1f0c2a9b.service
    watched_by(service.text)               ("/edit/exports",)
    first_steps(service, is_new=True)      ("systemctl --user enable --now pickup-watch-…", …)
"""

from __future__ import annotations

import hashlib
import html
import json
import plistlib
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from pickup.errors import ConfigError

KEPT_VARIABLES = ("PICKUP_CONFIG", "PICKUP_STATE", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""Folders and files that decide which settings and which ledger hold; the watcher must use those of the terminal."""

_KEYS = ".config/pickup/keys.env"
_KEYS_ON_MACOS = "Library/Application Support/pickup/keys.env"
_PREFIXES = ("pickup-watch-", "pickup.watch.")
_FOLDERS = re.compile(r"pickup-watch-folders: (\[.*\])")
_AGAIN_S = 30
_END_S = 110  # systemd gives all of a user's services 120 s when the computer shuts down
_NAME_LENGTH = 24

_SYSTEMD_PLAIN = re.compile(r"[\w./:=@+,%$-]+", re.ASCII)
_SYSTEMD_NO_PROGRAM = re.compile(r"[\"'\\$\x00-\x1f\x7f]")  # systemd refuses these in a program, or reads its `$` twice
_NO_XML = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TASK_REPLACED = re.compile(r"%.*%|\$\(", re.DOTALL)

_WITH_KEYS = 'if [ -r "$0" ]; then set -a; . "$0"; set +a; fi; exec "$@"'
"""A program with the variables of a file: launchd reads none, and what lies in its own file is shown and replaced."""

_WITH_STATE = "import os, sys; os.environ['PICKUP_STATE'] = sys.argv.pop(1); from pickup.__main__ import main; main()"
"""`pickup`, with the folder of the ledger before its arguments: a task of Windows has no variables of its own."""


class System(StrEnum):
    """What starts programs."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    TASK_SCHEDULER = "task_scheduler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """What is to be started; every path is absolute.

    Attributes:
        program: The Python that runs Pickup.
        config: The user's own settings, where they are named.
        variables: Those of `KEPT_VARIABLES` that are set.
    """

    program: str
    folders: tuple[str, ...]
    library: str | None
    config: str | None
    variables: Mapping[str, str]

    def arguments(self, *flags: str) -> list[str]:
        """From `watch` on."""
        library = ["--library", self.library] if self.library else []
        config = ["--config", self.config] if self.config else []
        return ["watch", *flags, *library, *config, *self.folders]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A file that starts a watcher.

    Attributes:
        name: As its system knows it; the same for the same folders.
        path: As its system writes it.
        text: The whole file.
    """

    system: System
    name: str
    path: PurePath
    text: str

    @property
    def content(self) -> bytes:
        """The file's bytes. Windows' `schtasks` wants UTF-16 with a mark at its beginning."""
        if self.system is System.TASK_SCHEDULER:
            return ("\ufeff" + self.text.replace("\n", "\r\n")).encode("utf-16-le")
        return self.text.encode()


def make_service(watcher: Watcher, *, platform: str, home: str, environment: Mapping[str, str]) -> Service:
    """The file for this system.

    Args:
        watcher: What it starts.
        platform: As `sys.platform` says it.
        home: The user's folder.
        environment: Variables; they say where a system keeps a user's files, and who the user is.

    Raises:
        ConfigError: The system is not known, or a path cannot be written in its file.
    """
    if platform.startswith("linux"):
        name = service_name(watcher.folders, prefix=_PREFIXES[0])
        base = PurePosixPath(environment.get("XDG_CONFIG_HOME") or PurePosixPath(home, ".config"))
        path: PurePath = base / "systemd" / "user" / f"{name}.service"
        return Service(system=System.SYSTEMD, name=name, path=path, text=_unit(watcher, name=name))
    if platform == "darwin":
        name = service_name(watcher.folders, prefix=_PREFIXES[1])
        library = PurePosixPath(home, "Library")
        keys, log = str(PurePosixPath(home, _KEYS_ON_MACOS)), str(library / "Logs" / f"{name}.log")
        text = _agent(watcher, name=name, keys=keys, log=log)
        return Service(system=System.LAUNCHD, name=name, path=library / "LaunchAgents" / f"{name}.plist", text=text)
    if platform == "win32":
        name = service_name([each.casefold() for each in watcher.folders], prefix=_PREFIXES[0])
        data = environment.get("LOCALAPPDATA") or PureWindowsPath(home, "AppData", "Local")
        text = _task(watcher, name=name, user=_windows_user(environment))
        path = PureWindowsPath(data, "pickup", f"{name}.xml")
        return Service(system=System.TASK_SCHEDULER, name=name, path=path, text=text)
    raise ConfigError(
        "a watcher can be installed on Linux (systemd), macOS and Windows",
        where=platform,
        next_step="let your system start `pickup watch FOLDER` itself",
    )


def service_name(folders: Sequence[str], *, prefix: str) -> str:
    """The same name for the same folders in any order, another one for others; letters a person recognises first."""
    ordered = sorted(folders)
    last = re.split(r"[\\/]", ordered[0].rstrip("\\/"))[-1].lower()
    word = re.sub(r"[^a-z0-9]+", "-", last).strip("-")[:_NAME_LENGTH].strip("-") or "folder"
    return f"{prefix}{word}-{hashlib.sha256(json.dumps(ordered).encode()).hexdigest()[:8]}"


def is_ours(file_name: str) -> bool:
    """Whether a file beside `Service.path` starts a watcher, too."""
    return file_name.startswith(_PREFIXES) and file_name.endswith((".service", ".plist", ".xml"))


def watched_by(text: str) -> tuple[str, ...]:
    """The folders that a file of ours names; none where a person took that line away."""
    found = _FOLDERS.search(text)
    try:
        folders = json.loads(found[1]) if found else []
    except ValueError:
        return ()
    return tuple(each for each in folders if isinstance(each, str))


def _folders_line(folders: Sequence[str]) -> str:
    """What `watched_by` finds again, in letters that a comment of any of the formats may hold."""
    text = json.dumps(folders).replace("--", "-\\u002d")
    for each in "&<>":
        text = text.replace(each, f"\\u{ord(each):04x}")
    return f"pickup-watch-folders: {text}"


def first_steps(service: Service, *, is_new: bool) -> tuple[str, ...]:
    """What starts the watcher once the file is there; what stands in brackets belongs to the line before."""
    name, path = service.name, str(service.path)
    if service.system is System.SYSTEMD:
        start = [f"systemctl --user enable --now {name}"]
        if not is_new:
            start = [
                "systemctl --user daemon-reload",
                f"systemctl --user enable {name}",
                f"systemctl --user restart {name}",
            ]
        linger = ("loginctl enable-linger", "(it then runs without a login, too)")
        return (*start, *linger, f"journalctl --user -u {name}", "(what it says)")
    if service.system is System.LAUNCHD:
        stop = () if is_new else (f"launchctl bootout gui/$(id -u)/{name}",)
        return (*stop, f"launchctl bootstrap gui/$(id -u) {shlex.quote(path)}",
                "(where macOS asks whether Python may use the folder, allow it)")  # fmt: skip
    create = subprocess.list2cmdline(["schtasks", "/Create", "/TN", name, "/XML", path, "/F"])
    stop = () if is_new else (f"schtasks /End /TN {name}",)
    return (create, *stop, f"schtasks /Run /TN {name}", "(from then on Windows starts it when you log on)")


def removing_steps(system: System, name: str) -> str:
    """What stops a watcher for good; its file is then deleted by hand."""
    if system is System.SYSTEMD:
        return f"systemctl --user disable --now {name}"
    return f"launchctl bootout gui/$(id -u)/{name}" if system is System.LAUNCHD else f"schtasks /Delete /TN {name} /F"


def where_keys_go(service: Service) -> str:
    """How a watcher that no terminal started finds the keys of providers."""
    if service.system is System.TASK_SCHEDULER:
        return "keys of providers: `setx NAME value`, then log off and on again"
    file = _KEYS if service.system is System.SYSTEMD else _KEYS_ON_MACOS
    return f"keys of providers: as NAME=value lines in ~/{file} (then chmod 600 that file)"


def _unit(watcher: Watcher, *, name: str) -> str:
    """A unit for systemd 230 and later. Words are quoted as systemd.syntax(7) and systemd.service(5) say."""
    words = [watcher.program, "-P", "-m", "pickup", *watcher.arguments()]
    if _SYSTEMD_NO_PROGRAM.search(watcher.program):
        words = ["/bin/sh", "-c", 'exec "$0" "$@"', *words]
    command = " ".join(systemd_word(each) for each in words)
    variables = "".join(f"Environment={_systemd_variable(*each)}\n" for each in sorted(watcher.variables.items()))
    return f"""\
# Written by `pickup watch --install`; the same command brings it up to date.
# To be rid of it: {removing_steps(System.SYSTEMD, name)}; then delete this file.
# {_folders_line(watcher.folders)}

[Unit]
Description={_description(watcher).replace("%", "%%")}
# A drive may come hours after the computer: it never gives up.
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart={command}
{variables}# Keys of providers, if you have any: lines NAME=value in a file that only you can read (chmod 600).
EnvironmentFile=-%h/{_KEYS}
Restart=on-failure
RestartSec={_AGAIN_S}
# The watcher is told to end, and ends what it started itself.
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec={_END_S}

[Install]
WantedBy=default.target
"""


def systemd_word(text: str, *, has_dollars: bool = True) -> str:
    """One word of a unit's line, as systemd reads it back.

    Args:
        text: The word; bytes of a name that is no UTF-8 are as `os.fsdecode` gives them.
        has_dollars: Whether variables are put in where the line stands, as in `ExecStart`.
    """
    plain = text.replace("%", "%%")
    if has_dollars:
        plain = plain.replace("$", "$$")
    return plain if _SYSTEMD_PLAIN.fullmatch(plain) else f'"{"".join(_systemd_letters(plain))}"'


def _systemd_letters(text: str) -> Iterator[str]:
    for each in text:
        if each in '"\\':
            yield f"\\{each}"
        elif each.isprintable():
            yield each
        else:
            yield from (f"\\x{byte:02x}" for byte in each.encode(errors="surrogateescape"))


def _systemd_variable(name: str, value: str) -> str:
    """`NAME=value`; systemd drops a value with control characters without a word, and with it the ledger."""
    return systemd_word(f"{name}={_spelled(value, where=name)}", has_dollars=False)


def _agent(watcher: Watcher, *, name: str, keys: str, log: str) -> str:
    """A LaunchAgent, as launchd.plist(5) says. It is quiet, since nobody shortens its log."""
    program = [watcher.program, "-P", "-m", "pickup", *watcher.arguments("--quiet")]
    words = ["/bin/sh", "-c", _WITH_KEYS, keys, *program]
    agent: dict[str, object] = {
        "Label": name,
        "ProgramArguments": [_spelled(each, where="the watcher's command") for each in words],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _AGAIN_S,
        "ExitTimeOut": _END_S,
        "ProcessType": "Standard",  # Background would slow the encoders down
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    if watcher.variables:
        agent["EnvironmentVariables"] = {
            key: _spelled(value, where=key) for key, value in sorted(watcher.variables.items())
        }
    comment = (
        "<!-- Written by `pickup watch` with its install option; the same command brings it up to date.\n"
        f"     To be rid of it: {removing_steps(System.LAUNCHD, name)}; then delete this file.\n"
        f"     {_folders_line(watcher.folders)} -->\n"
    )
    text = plistlib.dumps(agent, sort_keys=False).decode().replace("\t", "  ")
    return text.replace('<plist version="1.0">\n', f'<plist version="1.0">\n{comment}', 1)


def _task(watcher: Watcher, *, name: str, user: str) -> str:
    """A task of version 1.2, which Windows Vista and later read.

    A trigger without a user would need an administrator. The repetition starts a watcher again that ended:
    `RestartOnFailure` alone does not count an exit code as a failure. 6 is the lowest ordinary priority.
    """
    asked = replace(watcher, config=watcher.config or watcher.variables.get("PICKUP_CONFIG"))
    state = watcher.variables.get("PICKUP_STATE")
    start = ["-P", "-c", _WITH_STATE, state] if state else ["-P", "-m", "pickup"]
    arguments = subprocess.list2cmdline([*start, *asked.arguments("--quiet")])
    program = _spelled(watcher.program, where="the watcher's command")
    if _TASK_REPLACED.search(program + arguments):
        raise ConfigError(
            "Windows' Task Scheduler would replace %…% or $( in the watcher's command",
            where=arguments,
            next_step="rename that folder",
        )
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{_escaped(_description(watcher))}. Written by `pickup watch --install`. \
To stop it: schtasks /Change /TN {name} /DISABLE, then schtasks /End /TN {name}. \
To be rid of it: {removing_steps(System.TASK_SCHEDULER, name)}.</Description>
    <Documentation>{_folders_line(watcher.folders)}</Documentation>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Repetition>
        <Interval>PT5M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <Enabled>true</Enabled>
      <UserId>{_escaped(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{_escaped(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
    </IdleSettings>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>6</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{_escaped(program)}</Command>
      <Arguments>{_escaped(_spelled(arguments, where="the watcher's command"))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def _windows_user(environment: Mapping[str, str]) -> str:
    r"""`DOMAIN\name`, the domain being that of the computer where there is none.

    Raises:
        ConfigError: The environment does not say who the user is.
    """
    name, domain = environment.get("USERNAME"), environment.get("USERDOMAIN")
    if not name:
        raise ConfigError(
            "nobody is named whose logon starts the watcher", where="USERNAME", next_step="set USERNAME, then try again"
        )
    return f"{domain}\\{name}" if domain else name


def _description(watcher: Watcher) -> str:
    """One line for lists of services; it ends with a letter, because a backslash would go on in the next line."""
    folders = ", ".join(watcher.folders)
    shown = "".join(each if each.isprintable() else "?" for each in folders)
    return f"Pickup fills what is exported into {shown} (pickup watch)"


def _spelled(text: str, *, where: str) -> str:
    """The text, if the file can hold it.

    Raises:
        ConfigError: It has control characters or is no Unicode.
    """
    if _NO_XML.search(text):
        raise ConfigError(
            f"{text!r} holds characters that the file for this system cannot hold",
            where=where,
            next_step="rename that folder or file",
        )
    return text


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)

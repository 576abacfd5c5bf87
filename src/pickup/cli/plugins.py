"""`pickup plugins install`, `uninstall` and `list`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from types import MappingProxyType

import click
from rich.console import Console

from pickup.cli.answer import ExitCode, print_json, printable
from pickup.cli.consent import Consent
from pickup.cli.options import P, R, load_settings, place_options
from pickup.cli.plain import escape
from pickup.errors import counted
from pickup.nle.adobe import Said, install_panel, remove_panel
from pickup.nle.carry_out import carry_out
from pickup.nle.documents import plugins_document
from pickup.nle.install import plan_install
from pickup.nle.places import Machine
from pickup.nle.plugins import PREMIERE, RESOLVE
from pickup.nle.settings import Watched, choose_folder, read_watched
from pickup.nle.standing import Standing, State
from pickup.nle.steps import Do, Steps
from pickup.nle.target import Target, after_install, after_uninstall, all_standings, choose_target, whole_path
from pickup.nle.uninstall import plan_uninstall

_COLORS = MappingProxyType({Do.WRITE: "green", Do.REPLACE: "yellow", Do.REMOVE: "red", Do.KEEP: "cyan"})
_STATE_COLORS = MappingProxyType({State.INSTALLED: "green", State.STALE: "yellow", State.DAMAGED: "red"})


@click.group("plugins")
def command() -> None:
    """Put Pickup's buttons into DaVinci Resolve and Premiere, or take them away.

    Everything is shown before it is written. Files that Pickup did not install are never changed.
    """


def _nle_argument(function: Callable[P, R]) -> Callable[P, R]:
    """Which NLE."""
    return click.argument("nle", metavar="resolve|premiere", type=click.Choice([RESOLVE, PREMIERE]))(function)


def _where_options(function: Callable[P, R]) -> Callable[P, R]:
    """--all-users, --to: which folder."""
    for option in (
        click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="This folder, not the NLE's own."),
        click.option("--all-users", is_flag=True, help="Resolve's folder for all users, not yours."),
    ):
        function = option(function)
    return function


def _change_options(function: Callable[P, R]) -> Callable[P, R]:
    """--force, --yes: what may be done."""
    for option in (
        click.option("--yes", is_flag=True, help="Go on without asking."),
        click.option("--force", is_flag=True, help="Replace or remove files of Pickup's that you edited, too."),
    ):
        function = option(function)
    return function


def _answer_options(function: Callable[P, R]) -> Callable[P, R]:
    """--json, --quiet."""
    for option in (
        click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong."),
        click.option("--json", "in_json", is_flag=True, help="Answer with one JSON document."),
    ):
        function = option(function)
    return function


def _machine() -> Machine:
    """This machine, unless whoever calls the command brings another."""
    brought = click.get_current_context().find_object(Machine)
    return brought or Machine(platform=sys.platform, home=str(Path.home()), environment=os.environ)


def _version() -> str:
    return version_of("otio-pickup")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An installation or a removal, and how it is told."""

    action: str
    target: Target
    plan: Steps
    consent: Consent

    def print(self, words: str, *, when_asked: bool = False) -> None:
        """A line for a person."""
        if self.consent.shows(when_asked=when_asked):
            Console().print(words, soft_wrap=True, highlight=False)

    def show(self, *, watched: Watched | None = None) -> None:
        """Every file that would be touched, what was edited and stays, and Adobe's program."""
        lines = [f"[bold]{self.target.plugin.title}[/]  {escape(str(self.plan.folder))}", *_step_lines(self.plan)]
        if same := self.plan.paths(Do.SAME):
            lines.append(f"[dim]{counted(len(same), 'file')} there already[/]")
        if watched:
            lines += [f"watched folder: {escape(str(watched.folder))}", f"library: {escape(str(watched.library))}"]
        if self.target.agent and (self.action == "install" or self.plan.before):
            does = "puts it into" if self.action == "install" else "takes it out of"
            lines.append(f"then Adobe's {escape(self.target.agent.program.stem)} {does} Premiere")
        if self.action == "install" and not self.target.is_ready:
            lines.append("[yellow]Resolve has not run here yet; the scripts wait there for it.[/]")
        self.print("\n".join(lines), when_asked=True)

    def leave(self) -> int:
        """Tells that nothing was changed.

        Raises:
            ConfigError: Nobody could be asked.
        """
        if self.consent.in_json:
            print_json(self._document(done=False, next_steps=["add --yes"]))
        return self.consent.withheld("nothing was changed")

    def finish(self, words: str, *, said: Said | None, next_steps: Sequence[str]) -> int:
        """Tells how it ended."""
        done = said is None or said.done
        if self.consent.in_json:
            print_json(self._document(done=done, said=said, next_steps=next_steps))
            return ExitCode.DONE if done else ExitCode.FAILED
        if words:
            self.print(words)
        if said and not done:
            click.echo(f"{printable(said.words)}.", err=True)
        elif said:
            self.print(f"{escape(said.words)}.")
        for position, step in enumerate(next_steps):
            self.print(f"{'' if position else 'Next:':<5} {escape(step)}")
        return ExitCode.DONE if done else ExitCode.FAILED

    def _document(self, *, done: bool, said: Said | None = None, next_steps: Sequence[str] = ()) -> dict[str, object]:
        return plugins_document(
            self.action,
            version=self.target.version,
            standings=[self.target.standing()],
            plan=self.plan,
            done=done,
            adobe=said,
            next_steps=next_steps,
        )


@command.command("install")
@_nle_argument
@click.option(
    "--folder", type=click.Path(path_type=Path), metavar="DIR", help="The folder that `pickup watch` watches."
)
@_where_options
@_change_options
@place_options
def install(nle: str, *, folder: Path | None, to: Path | None, all_users: bool, library: str | None,
            config: Path | None, **flags: bool) -> int:  # fmt: skip
    """Install or update the plug-in for resolve or premiere.

    resolve: the scripts Send and Receive, in Workspace > Scripts. They need --folder the first time and keep it.
    Resolve's free edition runs no scripts from its menu since 21.1.

    premiere: the panel, as a package that Adobe's own installer puts in; where that is missing, double-click it.

    Without a terminal nothing is written unless --yes is given.
    """
    force = flags.pop("force")
    if nle == PREMIERE and (folder is not None or library is not None):
        raise click.UsageError("--folder and --library are for resolve; Premiere's panel asks for its folder itself")
    target = choose_target(nle, machine=_machine(), version=_version(), to=to, all_users=all_users)
    watched = None
    if nle == RESOLVE:
        watched = _watched(folder, scripts=target.folder, library=library, config=config)
    settings = watched.text(version=target.version) if watched else None
    plan = plan_install(target.plugin, folder=target.folder, version=target.version, settings=settings, force=force)
    change = _Change(action="install", target=target, plan=plan, consent=Consent(**flags))
    change.show(watched=watched)
    if (plan.changes or target.agent) and not change.consent.agreed():
        return change.leave()
    if plan.changes:
        carry_out(plan)
    said = install_panel(target.agent, target.package) if target.agent else None
    next_steps = after_install(target, watched=watched, said=said)
    return change.finish(_installed(change), said=said, next_steps=next_steps)


def _watched(folder: Path | None, *, scripts: Path, library: str | None, config: Path | None) -> Watched:
    """What the scripts are told: what they were told already, where nothing is named."""
    before = read_watched(scripts)
    if before is not None and folder is None and library is None and config is None:
        return before
    chosen = choose_folder(whole_path(folder) if folder else None, before=before)
    settings = load_settings(timeline=chosen / "any.otio", config=config, flags={"library": library})
    return Watched(folder=chosen, library=settings.library_folder)


@command.command("uninstall")
@_nle_argument
@_where_options
@_change_options
@_answer_options
def uninstall(nle: str, *, to: Path | None, all_users: bool, force: bool, **flags: bool) -> int:
    """Remove what was installed, and nothing else.

    What you edited stays unless --force is given. The watched folder and its library are not touched. Where Adobe's
    installer fails everything stays, so that the same command can try again; --force goes on.
    """
    target = choose_target(nle, machine=_machine(), version=_version(), to=to, all_users=all_users)
    plan = plan_uninstall(target.plugin.name, folder=target.folder, force=force)
    change = _Change(action="uninstall", target=target, plan=plan, consent=Consent(**flags))
    change.show()
    if plan.before is None:
        return change.finish("Nothing of Pickup's is installed here.", said=None, next_steps=())
    if (plan.changes or target.agent) and not change.consent.agreed():
        return change.leave()
    said = remove_panel(target.agent, name=target.plugin.label) if target.agent else None
    removes = said is None or said.done or force
    if removes and plan.changes:
        carry_out(plan)
    words = f"{'[bold green]Removed.[/]' if plan.changes else 'There is nothing to remove.'}{_kept(plan)}"
    return change.finish(words if removes else "", said=said, next_steps=after_uninstall(target, said=said))


@command.command("list")
@click.argument("nle", metavar="[resolve|premiere]", required=False, type=click.Choice([RESOLVE, PREMIERE]))
@_where_options
@_answer_options
def list_plugins(nle: str | None, *, to: Path | None, all_users: bool, in_json: bool, quiet: bool) -> int:
    """List what is installed, and where.

    It says whether that is of this version, whole, and edited since, and which folder is watched.
    """
    if to is not None and nle is None:
        raise click.UsageError("--to needs to know whether resolve or premiere is meant")
    standings = list(all_standings(nle, machine=_machine(), version=_version(), to=to, all_users=all_users))
    if in_json:
        print_json(plugins_document("list", version=_version(), standings=standings))
        return ExitCode.DONE
    console = Console(quiet=quiet)
    for each in standings:
        color = _STATE_COLORS.get(each.state, "dim")
        version = f" {escape(each.version)}" if each.version else ""
        console.print(f"[bold]{each.title}[/]  [{color}]{each.state.value}[/]{version}", highlight=False)
        for line in _told(each):
            console.print(f"  {escape(line)}", soft_wrap=True, highlight=False)
    return ExitCode.DONE


def _told(each: Standing) -> list[str]:
    """Where a plug-in is, and what is to be known about it."""
    if each.folder is None:
        return ["not for this system; for another: `pickup plugins install premiere --to DIR`"]
    lines = [str(each.folder)]
    if each.watched:
        lines += [f"watched folder: {each.watched.folder}", f"library: {each.watched.library}"]
    if each.in_premiere:
        lines.append(f"in Premiere: {each.in_premiere}")
    lines += [f"edited since: {path}" for path in each.edited]
    lines += [f"missing: {path}" for path in each.missing]
    if each.state in (State.STALE, State.DAMAGED):
        lines.append(f"`pickup plugins install {each.plugin}` brings it to {_version()}")
    return lines


def _step_lines(plan: Steps) -> Iterator[str]:
    """A line for each file, in columns, without those that stay as they are."""
    steps = [step for step in plan.steps if step.do is not Do.SAME]
    width = max((len(step.path) for step in steps if step.why), default=0)
    for step in steps:
        do = f"[{_COLORS[step.do]}]{step.do.value:<7}[/]"
        path = escape(step.path.ljust(width) if step.why else step.path)
        yield f"{do}  {path}" + (f"  [dim]{escape(step.why)}[/]" if step.why else "")


def _installed(change: _Change) -> str:
    plan, version = change.plan, change.target.version
    if not plan.changes:
        return f"Version {version} is there already.{_kept(plan)}"
    verb = "installed" if plan.plugin == RESOLVE else "written"
    return f"[bold green]Version {version} is {verb}.[/]{_kept(plan)}"


def _kept(plan: Steps) -> str:
    kept = plan.paths(Do.KEEP)
    return f" [yellow]{counted(len(kept), 'file')} kept, because edited since.[/]" if kept else ""

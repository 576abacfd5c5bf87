"""`pickup watch` and `pickup approve`."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pickup.cli.answer import ExitCode, print_json, printable
from pickup.errors import ConfigError

if TYPE_CHECKING:  # `pickup --help` does not need the watcher
    from pickup.watch.settings import FolderSettings


@click.command("watch")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="End when everything that is there now is done or waits.")
@click.option("--install", is_flag=True, help="Write the file that starts this watcher with the computer.")
@click.option("--yes", is_flag=True, help="With --install: go on without asking.")
@click.option("--library", type=click.Path(path_type=Path), metavar="DIR", help="Where takes and timelines lie.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Your own pickup.toml.")
@click.option("--json", "in_json", is_flag=True, help="Answer with one JSON document at the end.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong.")
def command(folders: tuple[Path, ...], *, once: bool, install: bool, yes: bool, library: Path | None,
            config: Path | None, in_json: bool, quiet: bool) -> int:  # fmt: skip
    """Fill every timeline that is exported into a folder, unattended.

    The library is FOLDER/pickup, and status.html in it shows how everything stands. A pickup.toml in the folder holds
    its settings. Ctrl-C ends it in good order; started again it goes on where it was.

    Plans that cost money wait for `pickup approve`, unless your own settings say approve = "auto".
    """
    if install and once:
        raise click.UsageError("--install starts a watcher that does not end; --once does not go with it")
    if yes and not install:
        raise click.UsageError("--yes belongs to --install")
    whole = [_whole(each) for each in folders]
    _check(whole, library=library)
    if install:
        from pickup.cli.watch_install import install_service  # noqa: PLC0415 - the watcher does not need it

        return install_service(whole, library=library, config=config, yes=yes, in_json=in_json, quiet=quiet)
    from pickup.config import state_folder  # noqa: PLC0415 - `pickup --help` does not need the watcher
    from pickup.watch.folder import Shared  # noqa: PLC0415
    from pickup.watch.run import watch_folders  # noqa: PLC0415
    from pickup.watch.settings import FolderSettings  # noqa: PLC0415

    settings = [
        FolderSettings(
            folder=each,
            environment=os.environ,
            library=_whole(library) if library else None,
            config_file=config,
        )
        for each in whole
    ]

    _check_nesting(settings)

    def tell(line: str) -> None:
        if not quiet:
            with suppress(OSError):  # nobody sits at the terminal any more; the watcher goes on
                click.echo(printable(line), file=sys.stderr if in_json else sys.stdout)

    watched = watch_folders(settings, shared=Shared(state_folder=state_folder(os.environ), once=once), tell=tell)
    if in_json:
        print_json(
            {
                "schema": "Watch.1",
                "folders": [
                    {
                        "folder": str(each.folder),
                        "library": str(each.library_folder),
                        "files": [file.standing.document(file.name) for file in each.files],
                    }
                    for each in watched
                ],
            }
        )
    if not once:
        return ExitCode.DONE
    if any(each.is_away for each in watched):
        return ExitCode.FAILED
    return _exit_code([file.standing.state.value for each in watched for file in each.files])


def _check(folders: Sequence[Path], *, library: Path | None) -> None:
    """Refuses what can only be a slip.

    Raises:
        ConfigError: One library for several folders, or a folder twice.
    """
    if library is not None and len(folders) > 1:
        raise ConfigError(
            "one library cannot serve several watched folders",
            where="--library",
            next_step="set `library` in each pickup.toml, or watch their common folder with `recursive = true`",
        )
    for first, second in itertools.combinations(folders, 2):
        if first.resolve() == second.resolve():
            raise ConfigError("a folder is named twice", where=str(second), next_step="name it once")


def _check_nesting(settings: Sequence[FolderSettings]) -> None:
    """Refuses a folder inside another one whose subfolders are watched: its files would be filled twice.

    Raises:
        ConfigError: It names both.
    """
    for outer, inner in itertools.permutations(settings, 2):
        if inner.folder.resolve().is_relative_to(outer.folder.resolve()) and outer.of_folder().watch.recursive:
            raise ConfigError(
                f"{inner.folder} lies in {outer.folder}, whose subfolders are watched, too",
                where=str(inner.folder),
                next_step=f"watch {outer.folder} alone, or take `recursive` out of its settings",
            )


def _whole(path: Path) -> Path:
    """Absolute, without `..`; links stay, since the folder that they lead to may change."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links


def _exit_code(states: Sequence[str]) -> int:
    if "failed" in states:
        return ExitCode.FAILED
    return ExitCode.DONE if {"done", "same"}.issuperset(states) else ExitCode.HELD

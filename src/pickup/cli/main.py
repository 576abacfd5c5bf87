"""The `pickup` command: which commands there are, and what happens to errors.

Commands are loaded when they are called, so that `pickup --help` starts fast.
"""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from pickup.cli.answer import ExitCode, print_error, told_in_json
from pickup.errors import BudgetError, ConfigError, OutcomeUnknown, PickupError, ProviderRetired

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("pickup.cli.demo", "Make a small film with holes, fill it offline, and say what to open."),
        "holes": ("pickup.cli.holes", "List the holes of a timeline, and why each is one."),
        "plan": ("pickup.cli.plan", "Show what would be made, with prompts, lengths and price; spends nothing."),
        "fill": ("pickup.cli.fill", "Make the missing shots and write a new timeline that shows them."),
        "relink": (
            "pickup.cli.relink",
            "Put the takes that exist into a cut that was exported again; generates nothing.",
        ),
        "watch": ("pickup.cli.watch", "Fill every timeline that is exported into a folder, unattended."),
        "approve": ("pickup.cli.approve", "Let a plan that waits go on."),
        "verify": ("pickup.cli.verify", "Prove that a new timeline changed nothing outside its filled ranges."),
        "lint": ("pickup.cli.lint", "Say what an editing program would refuse or lose in a timeline file."),
        "takes": ("pickup.cli.takes", "List the takes of a cut."),
        "circle": ("pickup.cli.circle", "Choose the take that the next version shows."),
        "library": ("pickup.cli.library", "Check the takes of a library, or remove one."),
        "jobs": ("pickup.cli.jobs", "Show the ledger: what runs, what it cost, what is in doubt."),
        "cancel": ("pickup.cli.cancel", "Stop a job, and say what it cost."),
        "settle": (
            "pickup.cli.settle",
            "Show what to look for at the provider about a job in doubt, and take the answer.",
        ),
        "costs": ("pickup.cli.costs", "Show what was paid: by cut, shot, provider or day."),
        "report": ("pickup.cli.report", "Write a sheet of every generated shot of a cut, for festivals and clients."),
        "providers": ("pickup.cli.providers", "Show what can generate, with limits, prices and retirement dates."),
        "doctor": ("pickup.cli.doctor", "Say what is missing on this machine."),
        "plugins": ("pickup.cli.plugins", "Put Pickup's buttons into DaVinci Resolve and Premiere, or take them away."),
    }
)
"""Module and first line of help of every command, in the order of the work."""


class _Commands(click.Group):
    """Loads a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="otio-pickup", prog_name="pickup")
def cli() -> None:
    """Fill the holes of an exported timeline: gaps, slugs, "MISSING SHOT" cards, offline clips.

    Reads the .otio that Resolve or Premiere exported and writes a new one; your file is never changed.
    Begin with `pickup demo`, or with `pickup holes YOUR.otio`.
    """


def run(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code; never shows a traceback (unless `PICKUP_DEBUG` is set)."""
    in_json = told_in_json(arguments)
    try:
        result = cli.main(args=list(arguments), prog_name="pickup", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.Abort):
        stopped = PickupError(
            "stopped; nothing that was made or paid for is lost",
            next_step="run the same command again: it goes on where it stopped",
        )
        print_error(stopped, in_json=in_json, code="INTERRUPTED")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else None
        wrong = PickupError(error.format_message(), where=where, next_step=f"see {where or 'pickup'} --help")
        print_error(wrong, in_json=in_json, code="USAGE")
        return ExitCode.USAGE
    except PickupError as error:
        print_error(error, in_json=in_json)
        return _exit_code(error)
    except BrokenPipeError:
        os._exit(ExitCode.FAILED)  # whoever read our output has left; there is nobody to tell
    except Exception as error:  # noqa: BLE001 - a fault of ours must not look like the user's
        if os.environ.get("PICKUP_DEBUG"):
            traceback.print_exc()
        fault = PickupError(
            f"a fault in Pickup: {type(error).__name__}: {error}",
            next_step="run again with PICKUP_DEBUG=1 and report what it shows; finished work is kept",
        )
        print_error(fault, in_json=in_json, code="FAULT")
        return ExitCode.FAILED
    return result if isinstance(result, int) else ExitCode.DONE


def _exit_code(error: PickupError) -> int:
    if isinstance(error, ConfigError | ProviderRetired):
        return ExitCode.USAGE
    if isinstance(error, BudgetError):
        return ExitCode.BUDGET
    return ExitCode.DOUBT if isinstance(error, OutcomeUnknown) else ExitCode.FAILED

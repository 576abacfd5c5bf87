"""A change outside the library is shown before it is made, and somebody says yes to it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click

from pickup.cli.answer import ExitCode
from pickup.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How a command was called that makes such a change.

    Attributes:
        yes: It was agreed to beforehand.
    """

    yes: bool
    in_json: bool
    quiet: bool

    @property
    def asks(self) -> bool:
        """Whether a person is asked; then they see what about."""
        return not (self.yes or self.in_json) and sys.stdin.isatty() and sys.stdout.isatty()

    def shows(self, *, when_asked: bool = False) -> bool:
        """Whether a line is for anybody to see; some are, even with --quiet, for whoever is asked."""
        return not self.in_json and (not self.quiet or (when_asked and self.asks))

    def agreed(self) -> bool:
        """Whether to go on; only a terminal is asked."""
        return click.confirm("Go on?", err=True) if self.asks else self.yes

    def withheld(self, what: str) -> int:
        """Tells that nothing was done, as in "nothing was written"; the exit code. With --json the caller tells it.

        Raises:
            ConfigError: Nobody could be asked.
        """
        if self.asks:
            click.echo(f"{what[0].upper()}{what[1:]}.")
            return ExitCode.DONE
        if not self.in_json:
            raise ConfigError(f"{what}: this waits for a yes", where="--yes", next_step="add --yes")
        return ExitCode.USAGE

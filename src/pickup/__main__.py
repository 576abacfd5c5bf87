"""`python -m pickup`, and the `pickup` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    from pickup.cli.main import run  # noqa: PLC0415 - child processes import this module's package without the CLI

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

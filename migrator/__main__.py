"""`python -m migrator`, and the entry point of the command `infrahub-migrator`."""

from __future__ import annotations

import sys

from migrator.cli.main import run_command_line


def main() -> int:
    """Run the command line; answer the exit code."""
    return run_command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

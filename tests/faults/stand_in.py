"""Reads and writes files as `migrate` and `undo` do, with the same arguments: what the fault sweep tests by default.

    python tests/faults/stand_in.py migrate FILE... [-f LAYER]... [--output PATH] [--backup-dir DIR] [--no-backup]
        [--save-answers PATH] [--report PATH]
    python tests/faults/stand_in.py undo FILE [--backup-dir DIR] [--force]
    python tests/faults/stand_in.py init DIR

It changes a file by adding a line at its end. Options that answer questions are accepted and ignored.
"""

from __future__ import annotations

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from migrator import files
from migrator.errors import MigratorError
from migrator.files import writing

MARK = b"# migrated\n"


def _in(name: str) -> list[str]:
    """The file of that name, or all YAML files of the directory."""
    if not os.path.isdir(name):
        return [name]
    return sorted(
        os.path.join(folder, each) for folder, _, names in os.walk(name) for each in names if each.endswith(".yaml")
    )


def main() -> int:
    """The exit code, as the table in docs/reference/exit-codes.md has it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("migrate", "undo", "init"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("-f", dest="layers", action="append", default=[])
    parser.add_argument("--output")
    parser.add_argument("--backup-dir")
    parser.add_argument("--no-backup", action="store_true")
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--save-answers")
    parser.add_argument("--report")
    parser.add_argument("--redis-db")
    parser.add_argument("--answer")
    parser.add_argument("--non-interactive", action="store_true")
    options = parser.parse_args()
    is_written = False
    try:
        if options.command == "undo":
            for path in options.files:
                print(writing.undo(path, backup_dir=options.backup_dir, force=options.force))
            return 0
        if options.command == "init":
            path = os.path.join(options.files[0], "infrahub-migrator.yaml")
            for sentence in writing.recover([path]):
                print(sentence)
            if os.path.lexists(path):
                return 2
            writing.create(path, b"version: 1\n", like=None, backup=True)
            return 0
        for sentence in writing.recover(
            [*options.files, *options.layers, *filter(None, [options.output, options.save_answers])]
        ):
            print(sentence)
        for release in [[path] for name in options.files for path in _in(name)] or [options.layers]:
            snapshots = [files.read(path) for path in release]
            wanted = [s.data if s.data.endswith(MARK) else s.data + MARK for s in snapshots]
            if options.save_answers:
                writing.create(options.save_answers, b"# Answers for infrahub-migrator.\n", like=None)
            if options.output:
                writing.create(options.output, wanted[0], like=snapshots[0], backup=not options.no_backup)
                continue
            replacements = [writing.Replacement(*pair) for pair in zip(snapshots, wanted)]
            print(writing.write(replacements, backup=not options.no_backup, backup_dir=options.backup_dir))
            is_written = True
        if options.report:
            for sentence in writing.recover([options.report]):
                print(sentence)
            writing.create(options.report, b"{}\n", like=None, backup=True)
    except MigratorError as error:
        print(error, file=sys.stderr)
        return 6 if is_written and options.report else error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

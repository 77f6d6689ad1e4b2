"""`undo`: the last backup of each file put back."""

from __future__ import annotations

import argparse
import os
import sys

from migrator import files
from migrator.cli.output import not_all_told
from migrator.errors import InputError, MigratorError
from migrator.files.backups import backups_of
from migrator.report.mask import said, visible
from migrator.sources.walking import yaml_files


def carry_out(chosen: argparse.Namespace) -> int:
    """Undo all that is named and report it, whatever cannot be undone among it; answer the exit code."""
    done: list[str] = []
    try:
        # A file that is named twice, by whichever names, goes back once.
        paths = [path for name in chosen.files for path in _undoable(name, chosen.backup_dir)]
        once: dict[object, str] = {}
        for path in paths:
            once.setdefault(files.identity(path), path)
        code = max(_undo_one(path, chosen, done) for path in once.values())
        sys.stdout.flush()
    except OSError as error:
        if not done:
            raise
        raise not_all_told(done, error) from error
    return code


def _undo_one(path: str, chosen: argparse.Namespace, done: list[str]) -> int:
    try:
        if os.path.isdir(path):
            raise InputError("is a directory in which no file has a backup.", path=path)
        written = files.undo(path, backup_dir=chosen.backup_dir, force=chosen.force)
    except MigratorError as error:
        sys.stderr.write(f"infrahub-migrator: {said(str(error))}\n")
        return error.exit_code
    done.append(written.path)
    for sentence in written.passed_over:
        sys.stderr.write(f"infrahub-migrator: note: {said(sentence)}, so it was passed over.\n")
    kept = f"; what it was until now is kept in {written.backup}" if written.backup else ""
    sys.stdout.write(visible(f"{written.path}: as it was before the migration{kept}") + "\n")
    return 0


def _undoable(name: str, backup_dir: str | None) -> list[str]:
    """The file itself, or of a directory the files that have a backup: the others were not migrated."""
    if not os.path.isdir(name):
        return [name]
    # Where none has one, the directory itself is what cannot be undone.
    return [path for path in yaml_files(name, []) if _has_backup(path, backup_dir)] or [name]


def _has_backup(path: str, backup_dir: str | None) -> bool:
    try:
        return bool(backups_of(os.path.realpath(path), backup_dir))
    except OSError:
        return True  # undoing it will say why nobody can tell

"""`undo`: the last backup of each file put back."""

from __future__ import annotations

import os
import sys

from migrator import files
from migrator.cli import opening, output
from migrator.cli.printing import complain
from migrator.cli.settings import Settings
from migrator.errors import InputError, MigratorError, UsageError
from migrator.files import writing
from migrator.files.backups import backups_of
from migrator.report.mask import visible
from migrator.sources.walking import yaml_files


def undo_all(settings: Settings) -> int:
    """Undo all that is named and report it, whatever cannot be undone among it; answer the exit code."""
    output.refuse_impossible_writes(settings)
    done: list[str] = []
    try:
        # A file that is named twice, by whichever names, goes back once.
        names = settings.files or _of_project(settings)
        paths = [path for name in names for path in _undoable(name, settings.backup_dir)]
        once: dict[object, str] = {}
        for path in paths:
            once.setdefault(files.identity(path), path)
        code = max(_undo_one(path, settings, done) for path in once.values())
        sys.stdout.flush()
    except OSError as error:
        if not done:
            raise
        raise output.not_all_told(done, error) from error
    return code


def _undo_one(path: str, settings: Settings, done: list[str]) -> int:
    try:
        if os.path.isdir(path):
            raise InputError("is a directory in which no file has a backup.", path=path)
        written = writing.undo(path, backup_dir=settings.backup_dir, force=settings.force)
    except MigratorError as error:
        complain(str(error))
        return error.exit_code
    done.append(written.path)
    for sentence in written.passed_over:
        complain(f"note: {sentence}, so it was passed over.")
    kept = f"; what it was until now is kept in {written.backup}" if written.backup else ""
    sys.stdout.write(visible(f"{written.path}: as it was before the migration{kept}") + "\n")
    return 0


def _undoable(name: str, backup_dir: str | None) -> list[str]:
    """The file itself, or of a directory the files that have a backup: the others were not migrated."""
    if not os.path.isdir(name):
        return [name]
    # Where none has one, the directory itself is what cannot be undone.
    return [path for path in yaml_files(name, []) if _has_backup(path, backup_dir)] or [name]


def _of_project(settings: Settings) -> list[str]:
    """The files of the project that have a backup. Raises UsageError where there is no project, or no backup."""
    project = opening.project_of(settings)
    if project is None:
        raise UsageError("nothing is named.", remedy="Name a FILE.")
    layers = dict.fromkeys(layer for release in project.releases for layer in release.layers)
    found = [layer for layer in layers if _has_backup(layer, settings.backup_dir)]
    if not found:
        raise UsageError("no file of its releases has a backup.", path=project.path)
    return found


def _has_backup(path: str, backup_dir: str | None) -> bool:
    try:
        return bool(backups_of(os.path.realpath(path), backup_dir))
    except OSError:
        return True  # undoing it will say why nobody can tell

"""`undo`: restore the last backup of each file."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence

from migrator import files
from migrator.cli import opening, output
from migrator.cli.plugin import program_name
from migrator.cli.printing import complain, tell
from migrator.cli.settings import Settings
from migrator.errors import InputError, MigratorError, UsageError
from migrator.files import writing
from migrator.files.backups import Together, backed_up_with, backups_of
from migrator.files.writing import WrittenFile
from migrator.report.mask import visible
from migrator.report.page import shell_quoted
from migrator.sources.walking import yaml_files


def undo_all(settings: Settings) -> int:
    """Undo everything named and report it, continuing past what cannot be undone; return the exit code."""
    output.refuse_impossible_writes(settings)
    done: list[WrittenFile] = []
    try:
        # A file named twice, even by different paths, is restored once.
        names = settings.files or _of_project(settings)
        paths = [path for name in names for path in _undoable(name, settings.backup_dir)]
        once: dict[object, str] = {}
        for path in paths:
            once.setdefault(files.identity(path), path)
        code = max(_undo_one(path, settings, done) for path in once.values())
        sys.stdout.flush()
        _note_still_migrated(done, settings)
    except OSError as error:
        if not done:
            raise
        raise output.incomplete_output_error([each.path for each in done], error) from error
    return code


def _undo_one(path: str, settings: Settings, done: list[WrittenFile]) -> int:
    try:
        if os.path.isdir(path):
            raise InputError("has no file with a backup.", path=path)
        written = writing.undo(path, backup_dir=settings.backup_dir, force=settings.force)
    except MigratorError as error:
        complain(str(error))
        return error.exit_code
    done.append(written)
    for sentence in written.skipped_backups:
        complain(f"note: {sentence}, so it was passed over.")
    kept = f"; its latest content is kept in {written.backup}" if written.backup else ""
    sys.stdout.write(visible(f"{written.path}: as it was before the migration{kept}") + "\n")
    return 0


def _note_still_migrated(done: Sequence[WrittenFile], settings: Settings) -> None:
    """Note the files that stay migrated: layers that were migrated together only fit each other."""
    together = {each.together for each in done}
    found = [path for each in done for path in _of_directory(each.path, together, settings.backup_dir)]
    found += [path for path in _of_same_project(settings) if together & set(_together(path, settings.backup_dir))]
    gone_back = {os.path.realpath(each.path) for each in done}
    left = {os.path.realpath(path): path for path in reversed(found)}
    stay = [path for target, path in reversed(left.items()) if target not in gone_back]
    if not stay:
        return
    was, stays, it = ("was", "stays", "it") if len(stay) == 1 else ("were", "stay", "them")
    folder = f" --backup-dir {shell_quoted(settings.backup_dir)}" if settings.backup_dir else ""
    tell(
        settings,
        f"note: {' and '.join(stay)} {was} migrated in the same run, and {stays} so. To restore {it} too: "
        f"{program_name()} undo{folder} {' '.join(map(shell_quoted, stay))}",
    )


def _of_directory(path: str, together: Collection[Together], backup_dir: str | None) -> list[str]:
    """The files next to `path`, named relative to it, that were migrated in the same run."""
    try:
        found = backed_up_with(together, os.path.dirname(os.path.realpath(path)), backup_dir)
    except OSError:
        return []
    return [os.path.join(os.path.dirname(path), os.path.basename(each)) for each in found]


def _of_same_project(settings: Settings) -> list[str]:
    try:
        project = opening.project_of(settings)
    except MigratorError:
        return []  # undo does not depend on the project file
    return [layer for release in project.releases for layer in release.layers] if project is not None else []


def _undoable(name: str, backup_dir: str | None) -> list[str]:
    """The file itself, or the files in a directory that have a backup: the others were not migrated."""
    if not os.path.isdir(name):
        return [name]
    # If none has one, report the directory itself as impossible to undo.
    return [path for path in yaml_files(name, []) if _has_backup(path, backup_dir)] or [name]


def _of_project(settings: Settings) -> list[str]:
    """The files of the project that have a backup. Raises UsageError if there is no project, or no backup."""
    project = opening.project_of(settings)
    if project is None:
        raise UsageError("no file is named.", remedy="Name a FILE.")
    layers = dict.fromkeys(layer for release in project.releases for layer in release.layers)
    found = [layer for layer in layers if _has_backup(layer, settings.backup_dir)]
    if not found:
        raise UsageError("none of its releases has a file with a backup.", path=project.path)
    return found


def _has_backup(path: str, backup_dir: str | None) -> bool:
    try:
        return bool(backups_of(os.path.realpath(path), backup_dir))
    except OSError:
        return True  # undoing it will report the error


def _together(path: str, backup_dir: str | None) -> list[Together]:
    try:
        return [backup.together for backup in backups_of(os.path.realpath(path), backup_dir)]
    except OSError:
        return []

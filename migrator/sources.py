"""Names on the command line to releases: a file, standard input, or a directory with values files in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from migrator import run
from migrator.discover import has_prefect_values
from migrator.errors import InputError, MigratorError, RefusedError

ENDINGS = (".yaml", ".yml")

_PASSED_OVER = {"templates", "charts", "crds", "node_modules"}


def expand(name: str, passed_over: list[MigratorError]) -> list[str]:
    """The files that a name on the command line stands for: itself, or those of a directory that hold Prefect values.

    Files of a directory that cannot be read are added to `passed_over`. Raises InputError for a directory without
    Prefect values, RefusedError for one that holds several files of them: they may be layers of one release, and
    migrating one without the others would go wrong in silence.
    """
    if name == "-" or not os.path.isdir(name):
        return [name]
    files = list(_values_files(name))
    related = [path for path in files if _is_related(path, passed_over)]
    if len(related) > 1:
        raise RefusedError(
            f"holds several files with Prefect values: {_named(related)}. They may be layers of one release.",
            path=name,
            remedy="Name each file that is a release of its own.",
        )
    if not related:
        raise InputError(
            f"is a directory without a values file that holds Prefect values ({len(files)} YAML files looked at).",
            path=name,
        )
    return related


def _named(paths: list[str]) -> str:
    most = 5
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more


def open_source(name: str) -> run.Source:
    """Read what a name stands for, standard input included."""
    if name == "-":
        return run.read_bytes(sys.stdin.buffer.read(), "(standard input)")
    return run.read(name)


def _values_files(directory: str) -> Iterator[str]:
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for name in sorted(files):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield os.path.join(folder, name)


def _is_related(path: str, passed_over: list[MigratorError]) -> bool:
    try:
        source = run.read(path)
    except MigratorError as error:
        passed_over.append(error)
        return False
    return any(has_prefect_values(document.data) for document in source.stream.documents[:1])

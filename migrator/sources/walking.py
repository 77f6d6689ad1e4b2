"""The files of a directory that may hold values, in the order of their paths, and a first look at one."""

from __future__ import annotations

import os
from collections.abc import Iterator

from migrator.errors import InputError, MigratorError
from migrator.files import LARGEST
from migrator.files.reading import READ_FLAGS

ENDINGS = (".yaml", ".yml", ".tf", ".tfvars", ".hcl", ".tftpl", ".gotmpl")
_NAMES = ("Chart.lock", "values.schema.json", ".gitlab-ci.yml")
_PASSED_OVER = {"templates", "charts", "crds", "node_modules"}


def yaml_files(directory: str, unread: list[MigratorError]) -> Iterator[str]:
    """The paths of the files to look at; `unread` gathers an error for each folder that cannot be looked into."""

    def tell(error: OSError) -> None:
        unread.append(InputError(f"cannot be looked into: {error.strerror}.", path=str(error.filename or directory)))

    for folder, folders, files in os.walk(os.path.normpath(directory), onerror=tell):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        above = os.path.normpath(folder) if folder != os.curdir else ""
        for name in sorted(files):
            if (name.endswith(ENDINGS) and not name.startswith(".")) or name in _NAMES:
                path = os.path.join(above, name)
                yield os.path.join(os.curdir, path) if path.startswith("-") else path  # no option of a command


def peek(path: str) -> bytes | None:
    """The bytes of a file for a first look; None for what is no regular file, too large, or cannot be read."""
    try:
        # Opening a device alone can act; of what changes between the look and the opening, the descriptor tells.
        if not os.path.isfile(path):
            return None
        descriptor = os.open(path, READ_FLAGS)
    except OSError:
        return None
    try:
        pieces = []
        size = 0
        while piece := os.read(descriptor, LARGEST):
            size += len(piece)
            if size > LARGEST:
                return None
            pieces.append(piece)
        return b"".join(pieces) if len(pieces) != 1 else pieces[0]
    except OSError:
        return None
    finally:
        os.close(descriptor)

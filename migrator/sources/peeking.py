"""A first look at files that nobody named: those next to the values, and those of a directory."""

import os

from migrator.files import LARGEST
from migrator.files.reading import READ_FLAGS

_PIECE = 128 * 1024
"""Bytes per read; each read allocates that much memory, and few values files are larger."""


def yaml_in(folder: str) -> list[str]:
    """The paths of the YAML files in a folder; empty if it cannot be listed (its files may still be readable)."""
    try:
        names = os.listdir(folder or os.curdir)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith((".yaml", ".yml"))]


def peek(path: str) -> bytes | None:
    """The bytes of a file for a first look; None if it is not a regular file, is too large, or cannot be read."""
    try:
        # Opening a device can have an effect by itself; if the file changes after this check, the descriptor shows it.
        if not os.path.isfile(path):
            return None
        descriptor = os.open(path, READ_FLAGS)
    except OSError:
        return None
    try:
        pieces = []
        size = 0
        while piece := os.read(descriptor, _PIECE):
            size += len(piece)
            if size > LARGEST:
                return None
            pieces.append(piece)
            if len(piece) < _PIECE:
                break
        return b"".join(pieces) if len(pieces) != 1 else pieces[0]
    except OSError:
        return None
    finally:
        os.close(descriptor)

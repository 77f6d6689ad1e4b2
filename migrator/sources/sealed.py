"""Values files next to a release's own that SOPS has encrypted: their keys can be read, their values cannot.

helm-secrets decrypts them for Helm as one more layer, which infrahub-migrator never sees.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from functools import partial

from migrator.errors import MigratorError
from migrator.sources.memory import once
from migrator.sources.peeking import peek, yaml_in
from migrator.sources.sops import is_encrypted
from migrator.sources.source import Source, read
from migrator.values import tree
from migrator.values.edits import Route, Value


def beside(layers: Sequence[Source]) -> Callable[[Route], tuple[str, ...]]:
    """A function that returns the encrypted files in these layers' folders that set a given path; read when called."""
    # By their names: the layers themselves, with the text of their files, would live as long as the plan.
    return partial(_files_that_set, tuple(layer.name for layer in layers if layer.snapshot is not None))


def _files_that_set(own: Collection[str], path: Route) -> tuple[str, ...]:
    folders = dict.fromkeys(map(os.path.dirname, own))
    found = [each for folder in folders for each in once("sealed", folder, partial(_encrypted_files, folder, own))]
    return tuple(name for name, data in found if tree.get(data, path) not in (None, ""))


def _encrypted_files(folder: str, own: Collection[str]) -> list[tuple[str, Value]]:
    """The encrypted files of a folder, each with its data. A release's `own` layers are read already, and are not."""
    found = []
    for path in yaml_in(folder):
        data = peek(path) if path not in own else None
        if data is None or b"sops:" not in data or b"ENC[" not in data:
            continue
        try:
            whole = read(path).data
        except MigratorError:
            continue  # not a layer of this run
        if is_encrypted(whole):
            found.append((path, whole))
    return found

"""Values files next to a release's own, or of its helmfile, that SOPS has encrypted: only their keys can be read.

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


def finder(layers: Sequence[Source], named: Sequence[str] = ()) -> Callable[[Route], tuple[str, ...]]:
    """A function that returns the encrypted files that set a given path; they are read when it is called.

    They are in these layers' folders, or `named` elsewhere.
    """
    # By their names: the layers themselves, with the text of their files, would live as long as the plan.
    return partial(_files_that_set, tuple(layer.name for layer in layers if layer.snapshot is not None), named)


def _files_that_set(own: Collection[str], named: Sequence[str], path: Route) -> tuple[str, ...]:
    folders = dict.fromkeys(map(os.path.dirname, own))
    found: dict[str, Value] = {}
    for folder in folders:
        found |= once("sealed", folder, partial(_encrypted_in, folder, own))
    found |= _encrypted([each for each in named if os.path.dirname(each) not in folders], own)
    return tuple(name for name, data in found.items() if tree.get(data, path) not in (None, ""))


def _encrypted_in(folder: str, own: Collection[str]) -> dict[str, Value]:
    return _encrypted(yaml_in(folder), own)


def _encrypted(paths: Sequence[str], own: Collection[str]) -> dict[str, Value]:
    """The encrypted ones of these files, each with its data. A release's `own` layers are read already, and are not."""
    found: dict[str, Value] = {}
    for path in paths:
        data = peek(path) if path not in own else None
        if data is None or b"sops:" not in data or b"ENC[" not in data:
            continue
        try:
            whole = read(path).data
        except MigratorError:
            continue  # not a layer of this run
        if is_encrypted(whole):
            found[path] = whole
    return found

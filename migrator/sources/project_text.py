"""A project file for what stands in a directory, with what is in doubt as comments."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Sequence

from migrator.errors import MigratorError, OutOfScopeError
from migrator.sources.bases import BASE_NAMES
from migrator.sources.directory import Survey

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)
_NO_TEXTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_HEAD = """\
# The releases of this repository, as `infrahub-migrator init` found them: look through them.
# `infrahub-migrator schema project` prints what can stand here.
version: 1
"""


def text_for(survey: Survey, folder: str) -> str:
    """The text of a project file in that folder."""
    lines = [_HEAD, "releases:\n" if survey.releases else "releases: []\n"]
    names = _names([_below(layers[-1], folder) for layers in survey.releases])
    for name, layers in zip(names, survey.releases):
        paths = ", ".join(_quoted(_below(path, folder)) for path in layers)
        lines += [f"  - name: {_quoted(name)}\n", f"    layers: [{paths}]\n"]
    in_doubt = [error for error in survey.errors if not isinstance(error, OutOfScopeError)]
    foreign = [error for error in survey.errors if isinstance(error, OutOfScopeError)]
    lines += _told("In doubt, or not to be read:", in_doubt, folder)
    lines += _told("Not migrated by this tool:", foreign, folder)
    return "".join(lines)


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder or os.curdir).replace(os.sep, "/")


def _names(paths: Sequence[str]) -> list[str]:
    """A name for each release by the path of its uppermost layer, as short as tells it from the others."""
    short = [_short(path) for path in paths]
    count = Counter(short)
    return [name if count[name] == 1 else path for name, path in zip(short, paths)]


def _short(path: str) -> str:
    stem = os.path.splitext(path)[0]
    folder, _, last = stem.rpartition("/")
    return folder if folder and last in BASE_NAMES else stem


def _quoted(text: str) -> str:
    """The text as YAML, in quotes where it would be read otherwise."""
    is_plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _NO_TEXTS
    return text if is_plain else json.dumps(text)


def _told(title: str, errors: Sequence[MigratorError], folder: str) -> list[str]:
    if not errors:
        return []
    found = [f"# - {_below(error.path, folder)}: {error.message}" for error in errors]
    lines = ["", f"# {title}", *(re.sub(r"[^ -~]", "?", line) for line in found)]
    return [line + "\n" for line in lines]

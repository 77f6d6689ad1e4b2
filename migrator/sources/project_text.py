"""Writes a project file for the releases in a directory, with everything unclear as comments."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from migrator.errors import MigratorError, OutOfScopeError
from migrator.sources.bases import BASE_NAMES
from migrator.sources.directory import Survey
from migrator.sources.doubts import Doubt
from migrator.sources.foreign import EncryptedError
from migrator.sources.helmfile import HelmfileRelease

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*", re.ASCII)
_NOT_STRINGS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_HEAD = """\
# The releases of this repository, as `infrahub-migrator init` found them: review them.
# `infrahub-migrator schema project` prints what is allowed here.
version: 1
"""


class Draft(NamedTuple):
    """The content of a new project file: releases as layers, each with what a helmfile says about it, and errors."""

    releases: list[tuple[tuple[str, ...], HelmfileRelease | None]]
    errors: list[MigratorError]


def draft(survey: Survey, entries: Sequence[HelmfileRelease], folder: str) -> Draft:
    """The releases of a directory, as its helmfiles define them, and otherwise as `survey` found them.

    A helmfile defines a release if it names all its values files and these are below the folder. For any other release,
    only the entry of the one release that uses its uppermost layer is taken.
    """
    whole = [each for each in entries if each.is_whole and all(map(_is_inside(folder), each.layers))]
    settled = {path for each in whole for path in each.layers}
    found: list[tuple[tuple[str, ...], HelmfileRelease | None]] = [(each.layers, each) for each in whole]
    kept = [layers for layers in survey.releases if os.path.normpath(layers[-1]) not in settled]
    found += [(layers, _entry_of(layers[-1], entries)) for layers in kept]
    named = settled | {os.path.normpath(path) for layers in kept for path in layers}
    left = {os.path.normpath(path) for layers in survey.releases for path in layers} - named
    errors = [
        each for each in survey.errors if not isinstance(each, Doubt) or os.path.normpath(each.path) not in settled
    ]
    errors += [Doubt("looks like a layer of a release, but no helmfile names it.", path=path) for path in sorted(left)]
    return Draft(sorted(found, key=lambda each: each[0][-1]), errors)


def _is_inside(folder: str) -> Callable[[str], bool]:
    inside = os.path.join(os.path.realpath(folder or os.curdir), "")
    return lambda path: os.path.realpath(path).startswith(inside)


def _entry_of(path: str, entries: Sequence[HelmfileRelease]) -> HelmfileRelease | None:
    """The release that takes values from the file; None if there is not exactly one."""
    found = [each for each in entries if os.path.normpath(path) in each.layers]
    return found[0] if len(found) == 1 else None


def text_for(content: Draft, folder: str) -> str:
    """The text of a project file for that folder."""
    lines = [_HEAD, "releases:\n" if content.releases else "releases: []\n"]
    for name, (layers, entry) in zip(_names(content.releases, folder), content.releases):
        paths = ", ".join(_quoted(_below(path, folder)) for path in layers)
        lines += [f"  - name: {_quoted(name)}\n", f"    layers: [{paths}]\n"]
        lines += _settings(entry, folder) if entry is not None else []
    in_doubt = [error for error in content.errors if not isinstance(error, OutOfScopeError)]
    foreign = [error for error in content.errors if isinstance(error, OutOfScopeError)]
    lines += _comments("Unclear or unreadable:", in_doubt, folder)
    sealed = [_quoted("/" + _below(error.path, folder)) for error in in_doubt if isinstance(error, EncryptedError)]
    if sealed:
        lines += ["# To leave out the encrypted ones, once you know that nothing in them concerns the upgrade:\n"]
        lines += [_ascii(f"# exclude: [{', '.join(sealed)}]") + "\n"]
    lines += _comments("Not migrated by this tool:", foreign, folder)
    return "".join(lines)


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder or os.curdir).replace(os.sep, "/")


def _settings(entry: HelmfileRelease, folder: str) -> Iterator[str]:
    """The lines for what the helmfile says about the release, other than its layers."""
    says = {"chart": entry.chart, "from": entry.version, "namespace": entry.namespace}
    where = f"  # as {_ascii(_below(entry.path, folder))}:{entry.line} says"
    for key, text in says.items():
        if text:
            yield f"    {key}: {_quoted(text)}{where}\n"
            where = ""


def _names(releases: Sequence[tuple[tuple[str, ...], HelmfileRelease | None]], folder: str) -> list[str]:
    """A name for each release from the path of its uppermost layer, as short as is unique.

    Releases with the same uppermost layer are distinguished by namespace and name in the helmfile.
    """
    paths = [_below(layers[-1], folder) for layers, _ in releases]
    short = [_short(path) for path in paths]
    count, times = Counter(short), Counter(paths)
    names = []
    for name, path, (_, entry) in zip(short, paths, releases):
        name = name if count[name] == 1 else path
        if times[path] > 1 and entry is not None:
            name = f"{path} ({entry.namespace or 'no namespace'}/{entry.name or entry.line})"
        names.append(name)
    once: Counter[str] = Counter()
    for number, name in enumerate(names):
        once[name] += 1
        names[number] = name if once[name] == 1 else f"{name} {once[name]}"
    return names


def _short(path: str) -> str:
    stem = os.path.splitext(path)[0]
    folder, _, last = stem.rpartition("/")
    return folder if folder and last in BASE_NAMES else stem


def _quoted(text: str) -> str:
    """The text as YAML, quoted if it would be read differently without quotes."""
    is_plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _NOT_STRINGS
    return text if is_plain else json.dumps(text)


def _ascii(text: str) -> str:
    return re.sub(r"[^ -~]", "?", text)


def _comments(title: str, errors: Sequence[MigratorError], folder: str) -> list[str]:
    if not errors:
        return []
    found = [f"# - {_below(error.path, folder)}: {error.message}" for error in errors]
    lines = ["", f"# {title}", *(_ascii(line) for line in found)]
    return [line + "\n" for line in lines]

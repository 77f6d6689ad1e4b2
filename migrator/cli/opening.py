"""The releases that a command line names, opened all at once, in groups that are written together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrator import files, sources
from migrator.cli.failure import failed
from migrator.cli.printing import tell
from migrator.cli.settings import Settings
from migrator.errors import MigratorError
from migrator.report.records import FileReport


class Named(NamedTuple):
    """What the command line names, in its order: releases in groups that are written together, or a report instead."""

    groups: tuple[sources.Opened | FileReport, ...]

    @property
    def bundles(self) -> list[sources.Bundle]:
        return [bundle for each in self.groups if isinstance(each, sources.Opened) for bundle in each.bundles]


@sources.kept()
def named(settings: Settings) -> Named:
    """Open all that is named; what cannot be opened becomes a report."""
    if settings.values:
        return Named((_open(settings.values, settings),))
    seen: dict[object, str] = {}
    return Named(tuple(group for name in settings.files for group in _open_all_of(name, seen, settings)))


def _open_all_of(name: str, seen: dict[object, str], settings: Settings) -> Iterator[sources.Opened | FileReport]:
    """The groups behind a name: of the file itself, or of what a directory holds."""
    try:
        paths = _files_of(name, settings)
    except MigratorError as error:
        yield failed(name, error)
        return
    for path in paths:
        if isinstance(path, MigratorError):
            yield failed(path.path, path, is_passed=True)
        elif not _is_named_again(path, seen, settings):
            yield _open([path], settings)


def _files_of(name: str, settings: Settings) -> Sequence[str | MigratorError]:
    """The files that a name stands for: itself, or what a directory holds, with errors for what counts and is none."""
    if not os.path.isdir(name):
        return [name]
    from migrator.sources import directory
    from migrator.sources.walking import Sieve

    sieve = Sieve(settings.exclude, takes_ignored=settings.include_ignored)
    found = directory.expand(name, sieve)
    if sieve.ignored:
        tell(settings, f"note: {sieve.told(name)}")
    return found


def _is_named_again(path: str, seen: dict[object, str], settings: Settings) -> bool:
    """Whether a file came before, by whichever name; that is said, and it counts once."""
    itself = files.identity(path)
    if itself not in seen:
        seen[itself] = path
        return False
    what = "named twice" if path == seen[itself] else f"the same file as {seen[itself]}"
    tell(settings, f"note: {path} is {what}; it counts once.")
    return True


def _open(names: Sequence[str], settings: Settings) -> sources.Opened | FileReport:
    """What a file holds, or the layers of one release do, with the values of the command line over it."""
    try:
        if settings.command == "migrate" and not settings.dry_run:
            _recover(names, settings)
        if settings.values:
            opened = sources.open_layers(names)
        else:
            opened = sources.open_file(names[0], settings.chart, settings.root)
        return _with_typed(opened, settings)
    except MigratorError as error:
        return failed(names[0], error, is_passed=settings.skip_unrelated)


def _with_typed(opened: sources.Opened, settings: Settings) -> sources.Opened:
    """The releases with the values of the command line over them, in Helm's order."""
    if not settings.typed_values:
        return opened
    from migrator.sources.typed import Typed, over

    typed = [Typed(flag, text) for flag, text in settings.typed_values]
    return opened._replace(bundles=tuple(over(bundle, typed) for bundle in opened.bundles))


def _recover(names: Sequence[str], settings: Settings) -> None:
    """Finish or take back what a run that was killed left of these files and of the output, before they are read."""
    output = [settings.output] if settings.output else []
    for sentence in files.recover([name for name in (*names, *output) if name != "-"]):
        tell(settings, sentence)

"""The releases that a command line names: opened all at once, held against each other, and carried out in groups."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from migrator import sources
from migrator.errors import InterruptedByUser, MigratorError, NotAllTold, OutOfScopeError, UnrelatedError, WriteError
from migrator.planning import examine
from migrator.report.records import FileReport

if TYPE_CHECKING:
    from migrator.cli.together import Prepare
    from migrator.prefect.redis_collisions import Neighbours
    from migrator.prompts.save_answers import Keeper

Command = Callable[[sources.Bundle, argparse.Namespace, examine.Request], FileReport]
Requests = Callable[[sources.Bundle], examine.Request]
Failed = Callable[[str, MigratorError], FileReport]


class Named(NamedTuple):
    """What the command line names, in its order: releases in groups that are written together, or a report instead."""

    groups: tuple[sources.Opened | FileReport, ...]

    @property
    def bundles(self) -> list[sources.Bundle]:
        return [bundle for each in self.groups if isinstance(each, sources.Opened) for bundle in each.bundles]


def _files_of(name: str) -> Sequence[str | MigratorError]:
    """The files that a name stands for: itself, or what a directory holds, with errors for what counts and is none."""
    if not os.path.isdir(name):
        return [name]
    from migrator.sources import directory

    return directory.expand(name)


@sources.kept()
def named(chosen: argparse.Namespace, failed: Failed) -> Named:
    """Open all that is named; what cannot be opened becomes a report."""
    if chosen.values:
        opening = partial(sources.open_layers, chosen.values)
        return Named((_opened(chosen.values, chosen, opening, failed),))
    groups: list[sources.Opened | FileReport] = []
    seen: dict[object, str] = {}
    for name in chosen.files:
        try:
            paths = _files_of(name)
        except MigratorError as error:
            groups.append(failed(name, error))
            continue
        for path in paths:
            if isinstance(path, MigratorError):
                groups.append(_passed(failed(path.path, path), path))
                continue
            if _is_named_again(path, seen, chosen):
                continue
            opening = partial(sources.open_file, path, chosen.chart or "", chosen.root or "")
            groups.append(_opened([path], chosen, opening, failed))
    return Named(tuple(groups))


def _is_named_again(path: str, seen: dict[object, str], chosen: argparse.Namespace) -> bool:
    """Whether a file came before, by whichever name; that is said, and it counts once."""
    from migrator import files

    itself = files.identity(path)
    if itself not in seen:
        seen[itself] = path
        return False
    from migrator.cli.output import tell

    first = seen[itself]
    tell(chosen, f"note: {path} is {'named twice' if path == first else f'the same file as {first}'}; it counts once.")
    return True


def _opened(
    names: Sequence[str], chosen: argparse.Namespace, opening: Callable[[], sources.Opened], failed: Failed
) -> sources.Opened | FileReport:
    try:
        if chosen.command == "migrate" and not chosen.dry_run:
            _settle(names, chosen)
        return _with_typed(opening(), chosen)
    except MigratorError as error:
        report = failed(names[0], error)
        return _passed(report, error) if chosen.skip_unrelated else report


def _passed(report: FileReport, error: MigratorError) -> FileReport:
    """A report on what is no concern of anybody's here, or cannot be edited here, as no failure."""
    return report._replace(exit_code=0) if isinstance(error, (OutOfScopeError, UnrelatedError)) else report


def _with_typed(opened: sources.Opened, chosen: argparse.Namespace) -> sources.Opened:
    """The releases with the values of the command line over them, in Helm's order."""
    if not (chosen.set or chosen.set_string or chosen.set_file):
        return opened
    from migrator.sources.typed import Typed, over

    flags = {"--set": chosen.set, "--set-string": chosen.set_string, "--set-file": chosen.set_file}
    typed = [Typed(flag, text) for flag, texts in flags.items() for text in texts]
    return opened._replace(bundles=tuple(over(bundle, typed) for bundle in opened.bundles))


def _settle(names: Sequence[str], chosen: argparse.Namespace) -> None:
    """Finish or take back what a run that was killed left of these files and of the output, before they are read."""
    from migrator import files
    from migrator.cli.output import tell

    output = [chosen.output] if chosen.output else []
    for sentence in files.recover([name for name in (*names, *output) if name != "-"]):
        tell(chosen, sentence)


def neighbours(bundles: Sequence[sources.Bundle], requests: Requests) -> Neighbours | None:
    """What several releases take of Redis, as far as they are decided; None for a release alone."""
    if len(bundles) < 2:
        return None
    from migrator.prefect.redis_collisions import Neighbours

    planned = {}
    for bundle in bundles:
        # What is wrong with a release by itself is told when its turn comes.
        with suppress(MigratorError):
            planned[bundle.name] = examine.examine([bundle], requests(bundle)).plan.result
    return Neighbours(planned)


def carried_out(
    opened: sources.Opened,
    chosen: argparse.Namespace,
    requests: Requests,
    command: Command,
    prepare: Prepare,
    blocked: Mapping[str, MigratorError],
    failed: Failed,
    keeper: Keeper | None = None,
) -> list[FileReport]:
    """The reports on the releases that are written together; errors become reports of their own.

    `command` carries out one release, `prepare` does so short of writing.
    """

    def unless_blocked(bundle: sources.Bundle) -> examine.Request:
        if bundle.name in blocked:
            raise blocked[bundle.name]
        return requests(bundle)

    if len(opened.bundles) > 1:
        from migrator.cli import together

        if chosen.command == "migrate":
            try:
                return together.migrate(opened, chosen, unless_blocked, prepare, failed, keeper)
            except (WriteError, NotAllTold) as error:  # the file is written for all of them or for none
                return [failed(bundle.name, error) for bundle in opened.bundles]
        return together.carry_out(opened, chosen, unless_blocked, command, failed)
    bundle = opened.bundles[0]
    try:
        return [command(bundle, chosen, unless_blocked(bundle))]
    except InterruptedByUser:
        raise
    except MigratorError as error:
        report = failed(bundle.name, error)
        return [_passed(report, error) if chosen.skip_unrelated else report]

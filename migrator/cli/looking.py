"""The look at the files of a directory, in several processes where there are many, and a command writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migrator.cli import pool
from migrator.cli.settings import Settings
from migrator.report.packed import Packed
from migrator.sources.directory import Looked, Spread


def spread(settings: Settings) -> Spread:
    """How the look at one file is applied to all of a directory."""

    def apply(look: Callable[[str], Looked], paths: Packed[str]) -> Iterable[Looked]:
        jobs = pool.jobs(settings, len(paths)) if settings.command != "migrate" else 1
        return pool.each(look, paths, jobs) if jobs > 1 else map(look, paths)

    return apply

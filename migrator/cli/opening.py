"""Open the releases that a command line names, in groups that are written together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrator import files, sources
from migrator.cli.failure import failed
from migrator.cli.printing import tell
from migrator.cli.settings import Settings
from migrator.errors import MigratorError, RefusedError, some_of
from migrator.report.packed import Packed
from migrator.report.records import FileReport
from migrator.sources import project_file

if TYPE_CHECKING:
    from migrator.cli.projects import Selection
    from migrator.sources.directory import FileResult, Spread
    from migrator.sources.project import Project, ProjectRelease


class Named(NamedTuple):
    """What the command line names, in order: groups of releases that are written together, or reports instead."""

    groups: tuple[sources.Opened | FileReport, ...]

    @property
    def bundles(self) -> list[sources.Bundle]:
        return [bundle for each in self.groups if isinstance(each, sources.Opened) for bundle in each.bundles]


def project_of(settings: Settings) -> Project | None:
    """The project file, if there is one and it applies. Raises what `project.read` raises."""
    if settings.values or settings.uses_cluster or list(settings.files) == ["-"]:
        return None
    path = settings.config or project_file.find()
    if not path:
        return None
    from migrator.sources import project  # loads path patterns and directory walking

    return project.read(path)


@sources.kept()
def open_named(settings: Settings, project: Project | None = None) -> Named:
    """Open everything that is named, or that the project file lists; what cannot be opened becomes a report."""
    if settings.uses_cluster:
        from migrator.cli import clusters  # runs other programs, which files do not need

        if settings.values:
            return Named((clusters.add_cluster_data(_open(settings.values, settings), settings),))
        return Named(tuple(_typed_over(each, settings) for each in clusters.open_releases(settings)))
    if settings.values:
        return Named((_open(settings.values, settings),))
    return Named(
        tuple(
            group
            for place in places(settings, project)
            for group in ([place] if isinstance(place, FileReport) else open_place(place, settings))
        )
    )


class Place(NamedTuple):
    """What is opened together: a file, or releases of the project file that share files, each with its chart.

    `together` are files of objects that use the same values. `read_by` maps files to the listed releases that read
    them but are not selected.
    """

    path: str = ""
    listed: tuple[tuple[ProjectRelease, str], ...] = ()
    together: tuple[str, ...] = ()
    read_by: tuple[tuple[str, tuple[str, ...]], ...] = ()


def places(settings: Settings, project: Project | None = None) -> Packed[Place | FileReport]:
    """What is named, or listed in the project file, before anything is opened; a report where that fails."""
    seen: dict[object, str] = {}
    if project is None:
        return Packed(place for name in settings.files for place in _places_of(name, seen, settings))
    from migrator.cli import projects

    found = projects.select(project, settings.files)
    places: Packed[Place | FileReport] = Packed(
        Place(
            listed=tuple((release, settings.chart or project.upgrade(release).chart) for release in together),
            read_by=found.read_by(together),
        )
        for together in projects.sharing_files(found.releases)
    )
    for name in found.others:
        for place in _places_of(name, seen, settings, found):
            places.append(place)
    return places


def open_place(place: Place, settings: Settings) -> list[sources.Opened | FileReport]:
    """The releases of a place, in groups that are written together; what cannot be opened becomes a report."""
    if place.together:
        return _grouped([_open([path], settings, beside=place.together) for path in place.together], settings)
    if not place.listed:
        return [_open([place.path], settings)]
    opened = [_open_listed(release, chart, settings, place.read_by) for release, chart in place.listed]
    return _grouped(opened, settings)


def _open_listed(
    release: ProjectRelease, chart: str, settings: Settings, read_by: tuple[tuple[str, tuple[str, ...]], ...]
) -> sources.Opened | FileReport:
    """A release of the project file, under its name there."""
    opened = _open(release.layers, settings, chart)
    if isinstance(opened, FileReport):
        return opened._replace(path=release.name)
    names = [release.name] if len(opened.bundles) == 1 else [f"{release.name} ({each.name})" for each in opened.bundles]
    bundles = tuple(each._replace(name=name, read_by=read_by) for each, name in zip(opened.bundles, names))
    return opened._replace(name=release.name, bundles=bundles)


def _grouped(opened: Sequence[sources.Opened | FileReport], settings: Settings) -> list[sources.Opened | FileReport]:
    """Releases that share files as one group; if one of them cannot be read, `migrate` writes none of the others."""
    sound = [each for each in opened if isinstance(each, sources.Opened)]
    broken = [each for each in opened if isinstance(each, FileReport)]
    if len(opened) == 1 or not sound:
        return list(opened)
    if broken and settings.command == "migrate":
        bad = " and ".join(each.path for each in broken)
        refused = (RefusedError(f"shares files with {bad}, which cannot be read.", path=each.name) for each in sound)
        return [*broken, *(failed(each.path, each) for each in refused)]
    name = some_of([each.name for each in sound])
    return [*broken, sources.Opened(name, tuple(bundle for each in sound for bundle in each.bundles))]


def _places_of(
    name: str, seen: dict[object, str], settings: Settings, selection: Selection | None = None
) -> Iterator[Place | FileReport]:
    """The places that a name stands for: the file itself, or a directory's contents except the project's releases."""
    try:
        paths = _files_of(name, settings, selection)
    except MigratorError as error:
        if selection is None or not selection.is_covered(name):
            yield failed(name, error)
        return
    for path in paths:
        if isinstance(path, MigratorError):
            yield failed(path.path, path, is_passed=True)
        elif isinstance(path, tuple):
            again = [each for each in path if _is_named_again(each, seen, settings)]
            if not again:
                yield Place(together=path)
        elif not _is_named_again(path, seen, settings):
            yield Place(path)


def _files_of(
    name: str, settings: Settings, selection: Selection | None
) -> Sequence[str | tuple[str, ...] | MigratorError]:
    """The files that a name stands for: itself, or the contents of a directory, with errors for what cannot be used."""
    if not os.path.isdir(name):
        return [name]
    from migrator.sources import directory
    from migrator.sources.walking import Sieve

    sieve = Sieve(settings.exclude, include_ignored=settings.include_ignored)
    if selection is not None:
        sieve.leave_out(selection.project.exclude, selection.project.folder, selection.paths)
    found = directory.expand(name, sieve, _spread(settings))
    if sieve.ignored:
        tell(settings, f"note: {sieve.summary(name)}")
    return found


def _spread(settings: Settings) -> Spread:
    """How to inspect all files of a directory: in several processes if that is faster."""

    def apply(look: Callable[[str], FileResult], paths: Packed[str]) -> Iterable[FileResult]:
        from migrator.cli import pool

        jobs = pool.jobs(settings, len(paths)) if settings.command != "migrate" else 1
        return pool.each(look, paths, jobs) if jobs > 1 else map(look, paths)

    return apply


def _is_named_again(path: str, seen: dict[object, str], settings: Settings) -> bool:
    """Whether a file was named before, even by another path; it is reported, and counts once."""
    itself = files.identity(path)
    if itself not in seen:
        seen[itself] = path
        return False
    what = "named twice" if path == seen[itself] else f"the same file as {seen[itself]}"
    tell(settings, f"note: {path} is {what}; it is used once.")
    return True


def _open(
    names: Sequence[str], settings: Settings, chart: str = "", beside: Sequence[str] = ()
) -> sources.Opened | FileReport:
    """The releases in a file, or in the layers of one release, with the values of the command line over them."""
    try:
        if settings.command == "migrate" and not settings.dry_run:
            _recover(names, settings)
        if settings.values or len(names) > 1:
            opened = sources.open_layers(names)
        else:
            opened = sources.open_file(names[0], chart or settings.chart, settings.root, beside)
        return _with_typed(opened, settings)
    except MigratorError as error:
        return failed(names[0], error, is_passed=settings.skip_unrelated)


def _with_typed(opened: sources.Opened, settings: Settings) -> sources.Opened:
    """The releases with the values of the command line over them, in Helm's order."""
    if not settings.typed_values:
        return opened
    from migrator.sources.typed import Typed, with_typed_values

    typed = [Typed(flag, text) for flag, text in settings.typed_values]
    return opened._replace(bundles=tuple(with_typed_values(bundle, typed) for bundle in opened.bundles))


def _typed_over(opened: sources.Opened | FileReport, settings: Settings) -> sources.Opened | FileReport:
    if isinstance(opened, FileReport):
        return opened
    try:
        return _with_typed(opened, settings)
    except MigratorError as error:
        return failed(opened.name, error)


def _recover(names: Sequence[str], settings: Settings) -> None:
    """Finish or undo what a killed run left of these files and of the output, before they are read."""
    from migrator.files import writing

    output = [settings.output] if settings.output else []
    for sentence in writing.recover([name for name in (*names, *output) if name != "-"]):
        tell(settings, sentence)

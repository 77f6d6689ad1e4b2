"""The project file, `infrahub-migrator.yaml`: what a repository says about its releases that a directory cannot show.

version: 1
defaults: {chart: infrahub-enterprise, to: 4.14.1}
releases:
  - name: prod
    layers: [base/values.yaml, prod/values.yaml]
    from: 4.13.0-medium
    answers: {redis-db: 2}
exclude: [archive/]

It comes with a repository, so it is not trusted: it can name only files below its own folder, and no link that points
outside; nothing in it is run or expanded, and everything has a limit. `schemas/project.json` in `report/` describes it.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import NamedTuple, NoReturn

from migrator import files, yamltext
from migrator.charts import versions
from migrator.errors import UsageError, did_you_mean
from migrator.values import tree
from migrator.values.edits import Route
from migrator.values.merge import Map

MOST_RELEASES = 5_000
MOST_LAYERS = 32
MOST_GLOBS = 1_000
_LONGEST = 1_000
_TOP = ("version", "defaults", "releases", "exclude")
_DEFAULTS = ("chart", "from", "to", "answers")
_RELEASE = ("name", "layers", "chart", "from", "namespace", "answers")


class ProjectUpgrade(NamedTuple):
    """The upgrade as set in the file; empty: not set."""

    chart: str = ""
    version_from: str = ""
    version_to: str = ""
    namespace: str = ""


class ProjectRelease(NamedTuple):
    """One release: its layers in Helm's order, relative to the current directory, and its index in the list."""

    name: str
    layers: tuple[str, ...]
    upgrade: ProjectUpgrade
    number: int


class Project(NamedTuple):
    """A parsed project file; the answers are read from `document`."""

    path: str
    document: yamltext.Document
    defaults: ProjectUpgrade
    releases: tuple[ProjectRelease, ...]
    exclude: tuple[str, ...]

    @property
    def folder(self) -> str:
        return os.path.dirname(self.path)

    def upgrade(self, release: ProjectRelease) -> ProjectUpgrade:
        """The upgrade of a release: its own settings, else the defaults."""
        return ProjectUpgrade(*(own or common for own, common in zip(release.upgrade, self.defaults)))


def read(path: str) -> Project:
    """Read a project file. Raises InputError if it cannot be read, UsageError if its content is not allowed."""
    stream = yamltext.parse(files.read(path).data, path)
    reader = _Reader(path, stream.documents[0])
    if len(stream.documents) > 1:
        reader.refuse((), "holds several YAML documents; a project file is one.")
    for duplicate in reader.document.duplicates():
        reader.refuse(duplicate.route, f"{tree.show(duplicate.route)} is set twice.")
    top = reader.mapping((), _TOP)
    if "version" not in top:
        reader.refuse((), "does not say which version of project files it is.", "Begin it with version: 1.")
    if top["version"] != 1 or isinstance(top["version"], bool):
        reader.refuse(("version",), "is of a version that infrahub-migrator does not know.", "It knows version: 1.")
    return Project(
        path,
        reader.document,
        reader.upgrade(("defaults",), _DEFAULTS) if top.get("defaults") is not None else ProjectUpgrade(),
        tuple(reader.releases()),
        tuple(reader.text(("exclude", at)) for at in range(reader.length(("exclude",), MOST_GLOBS, "globs"))),
    )


class _Reader:
    """Reads the parts of a project file from its document, and refuses invalid content with its line."""

    def __init__(self, path: str, document: yamltext.Document) -> None:
        self.document = document
        self._path = path
        self._folder = os.path.dirname(path)
        self._inside = os.path.realpath(self._folder)

    def refuse(self, route: Route, message: str, remedy: str = "") -> NoReturn:
        raise UsageError(message, path=self._path, line=self.document.line(route), remedy=remedy)

    def mapping(self, route: Route, keys: Collection[str]) -> Map:
        """The mapping at `route`, which may have only these keys."""
        value = tree.get(self.document.data, route)
        what = tree.show(route) if route else "the file"
        if not isinstance(value, dict):
            self.refuse(route, f"{what} is not a mapping of {', '.join(keys)}.", "docs/many-releases.md shows one.")
        for key in value:
            if key not in keys:
                meant = did_you_mean(key, keys)
                self.refuse(
                    (*route, key), f"{key!r} is not a key of {what}{meant}.", f"The keys are {', '.join(keys)}."
                )
        return value

    def length(self, route: Route, most: int, of_what: str) -> int:
        """The length of the list at `route`; 0 if it is not set."""
        value = tree.get(self.document.data, route)
        if value is None:
            return 0
        if not isinstance(value, list):
            self.refuse(route, f"{tree.show(route)} is not a list of {of_what}.")
        if len(value) > most:
            self.refuse(route, f"{tree.show(route)} has {len(value):,} {of_what}; the limit is {most:,}.")
        return len(value)

    def text(self, route: Route) -> str:
        """The text at `route`, which must be a single line."""
        value = tree.get(self.document.data, route)
        if not isinstance(value, str) or not value.strip():
            self.refuse(route, f"{tree.show(route)} is not text.", 'Put it in quotes: "...".')
        if len(value) > _LONGEST:
            self.refuse(route, f"{tree.show(route)} is longer than {_LONGEST:,} characters.")
        if not value.isprintable():
            self.refuse(route, f"{tree.show(route)} holds a character that cannot be printed.")
        return value

    def upgrade(self, route: Route, keys: Collection[str]) -> ProjectUpgrade:
        """The upgrade set at `route`."""
        values = self.mapping(route, keys)
        texts = {key: self.text((*route, key)) for key in ("chart", "from", "to", "namespace") if key in values}
        chart = texts.get("chart", "")
        if chart and chart not in versions.CHARTS:
            meant = did_you_mean(chart, versions.CHARTS)
            self.refuse(
                (*route, "chart"), f"there is no chart {chart!r}{meant}.", f"They are {', '.join(versions.CHARTS)}."
            )
        for key in ("from", "to"):
            if key in texts:
                self._version((*route, key), texts[key])
        return ProjectUpgrade(chart, texts.get("from", ""), texts.get("to", ""), texts.get("namespace", ""))

    def releases(self) -> list[ProjectRelease]:
        found: dict[str, ProjectRelease] = {}
        for number in range(self.length(("releases",), MOST_RELEASES, "releases")):
            route: Route = ("releases", number)
            values = self.mapping(route, _RELEASE)
            for key in ("name", "layers"):
                if key not in values:
                    self.refuse(route, f"{tree.show(route)} has no {key}.", "Each release needs a name and its layers.")
            name = self.text((*route, "name"))
            if name in found:
                line = self.document.line(("releases", found[name].number))
                self.refuse((*route, "name"), f"{name} is already the name of the release on line {line}.")
            found[name] = ProjectRelease(name, self._layers(route), self.upgrade(route, _RELEASE), number)
        return list(found.values())

    def _layers(self, route: Route) -> tuple[str, ...]:
        at: Route = (*route, "layers")
        count = self.length(at, MOST_LAYERS, "layers")
        if not count:
            self.refuse(at, f"{tree.show(at)} names no file.", "Name the files of the release in Helm's order.")
        layers = [self._layer((*at, number)) for number in range(count)]
        twice = next((number for number, each in enumerate(layers) if each in layers[:number]), None)
        if twice is not None:
            self.refuse((*at, twice), f"{layers[twice]} is already a layer of this release.")
        return tuple(layers)

    def _layer(self, route: Route) -> str:
        """A path below the file's folder, relative to the current directory."""
        text = self.text(route)
        if "$" in text or text.startswith("~"):
            self.refuse(route, f"{text!r}: neither variables nor ~ are expanded here.", "Write the path out.")
        if os.path.isabs(text) or "\\" in text or text[1:2] == ":":
            self.refuse(
                route, f"{text!r} is not a path below this file.", "Write it relative to this file, with slashes."
            )
        below = os.path.normpath(text)
        if below in (os.curdir, os.pardir) or below.startswith(os.pardir + os.sep):
            self.refuse(route, f"{text!r} points outside the folder of this file.", "Name files below it only.")
        path = os.path.join(self._folder, below)
        if not os.path.realpath(path).startswith(os.path.join(self._inside, "")):
            self.refuse(route, f"{text!r} is reached through a link that points outside the folder of this file.")
        return path

    def _version(self, route: Route, text: str) -> None:
        try:
            versions.refuse_unknown_flavour(versions.parse(text).flavour)
        except UsageError as error:
            self.refuse(route, error.message, error.remedy)

"""The files of a directory that may have values, sorted by path, and a first look at one."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from migrator.errors import InputError, MigratorError
from migrator.sources import gitignore, marks, project_file
from migrator.sources.globs import Globs
from migrator.sources.peeking import peek

_TEMPLATES = (".tftpl", ".gotmpl", ".tmpl", ".tpl", ".j2", ".jinja2")
ENDINGS = (".yaml", ".yml", ".tf", ".tfvars", ".hcl", ".tf.json", *_TEMPLATES)
_NAMES = ("Chart.lock", "values.schema.json", ".gitlab-ci.yml")
_CHART_FOLDERS = {"charts", "crds"}
_SEARCHED_HIDDEN = {".github": ("workflows",), ".circleci": ()}
"""Hidden folders that are searched nevertheless, and which of their subfolders (empty: all)."""


class Sieve:
    """What is left out of a directory: by globs that the user gave, and by `.gitignore` files, as git reads them.

    `ignored` counts the files that only `.gitignore` leaves out and that may concern these charts: often they are the
    deployed ones. `listed` are files left out because the project file lists them.
    """

    def __init__(self, exclude: Sequence[str] = (), *, include_ignored: bool) -> None:
        self.ignored = 0
        self.listed: list[str] = []
        self.include_ignored = include_ignored
        self._exclude = [(Globs(exclude), os.curdir)] if exclude else []
        self._paths: Collection[str] = ()

    def leave_out(self, exclude: Sequence[str], folder: str, paths: Collection[str]) -> None:
        """Leave out what the globs match below a folder, and the files at these absolute paths."""
        self._exclude += [(Globs(exclude), folder)] if exclude else []
        self._paths = paths

    def excludes(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path is left out by the user's globs or by the project file."""
        for globs, folder in self._exclude:
            below = os.path.relpath(path, folder).replace(os.sep, "/")
            if globs.verdict(below, is_folder=is_folder):
                return True
        is_listed = bool(self._paths) and not is_folder and os.path.realpath(path) in self._paths
        if is_listed:
            self.listed.append(path)
        return is_listed

    def summary(self, directory: str) -> str:
        """A sentence with the number of files that `.gitignore` leaves out, and the option that includes them."""
        files = "1 file that mentions" if self.ignored == 1 else f"{self.ignored} files that mention"
        return f".gitignore leaves {files} these charts out of {directory}; --include-ignored includes them."

    def count(self, path: str) -> None:
        """Count a file that `.gitignore` leaves out, if it may concern these charts."""
        data = peek(path)
        if data is not None and marks.may_concern(os.path.basename(path), data):
            self.ignored += 1


def yaml_files(directory: str, unread: list[MigratorError], sieve: Sieve | None = None) -> Iterator[str]:
    """The paths of the files to read; an error for each folder that cannot be listed is added to `unread`."""

    sieve = sieve if sieve is not None else Sieve(include_ignored=True)
    top = os.path.normpath(directory)
    ignoring = {top: list(gitignore.above(top))}
    below = [top]  # not os.walk, which is recursive up to Python 3.11
    while below:
        folder = below.pop()
        try:
            files, folders = _entries(folder)
        except OSError as error:
            unread.append(InputError(f"cannot be read: {error.strerror}.", path=folder))
            continue
        rules = [] if sieve.include_ignored else gitignore.of(folder, ignoring.pop(folder))
        real = os.path.realpath(folder) if rules else ""
        kept: list[str] = []
        skipped = _skipped_folders(folder, files)
        only = _SEARCHED_HIDDEN.get(os.path.basename(folder), ())
        for name in folders:
            path = os.path.join(folder, name)
            is_hidden = (name.startswith(".") and name not in _SEARCHED_HIDDEN) or (bool(only) and name not in only)
            if is_hidden or name in skipped or sieve.excludes(path, is_folder=True):
                continue
            kept.append(path)
            is_ignored = bool(rules) and gitignore.is_ignored(real, name, rules, is_folder=True)
            ignoring[path] = gitignore.ALL if is_ignored else rules
        below += reversed(kept)
        above = os.path.normpath(folder) if folder != os.curdir else ""
        for name in files:
            path = os.path.join(folder, name)
            if not _is_candidate(name) or sieve.excludes(path, is_folder=False):
                continue
            if rules and gitignore.is_ignored(real, name, rules, is_folder=False):
                sieve.count(path)
                continue
            path = os.path.join(above, name)
            yield os.path.join(os.curdir, path) if path.startswith("-") else path  # not to be mistaken for an option


def _entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the files in a folder, and of the folders; links to folders are neither."""
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_folder(entry):
                files.append(entry.name)
            elif not entry.is_symlink():
                folders.append(entry.name)
    return sorted(files), sorted(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # such as a link to itself


def _skipped_folders(folder: str, files: Sequence[str]) -> set[str]:
    """The subfolders that are never searched: a chart's `charts` and `crds`, and the templates of these charts.

    Templates of other charts are searched: they can be the objects that install these charts.
    """
    if "Chart.yaml" not in files:
        return {"node_modules"}
    data = peek(os.path.join(folder, "Chart.yaml"))
    is_ours = data is None or marks.mentions("Chart.yaml", data)
    return {"node_modules", *_CHART_FOLDERS, *(["templates"] if is_ours else [])}


def _is_candidate(name: str) -> bool:
    is_yaml = name.endswith(ENDINGS) and not name.startswith(".") and name != project_file.NAME
    return is_yaml or name in _NAMES or (name.endswith(".json") and "values" in name)

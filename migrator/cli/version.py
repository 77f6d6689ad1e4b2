"""The output of `--version --verbose`, for bug reports: without names, paths or hosts of the machine."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from migrator import __version__
from migrator.helm import program
from migrator.yamltext.events import parser_name

_LIBRARIES = ("ruamel.yaml", "ruamel.yaml.clib", "questionary", "rich", "jinja2")
_EXTRAS = {"helm-python-sdk": "the extra helm", "redis": "the extra redis"}
_SECONDS = 10


def details(name: str) -> str:
    """The versions of the program, Python and its dependencies, one per line."""
    return "".join(f"{line}\n" for line in _lines(name))


def _lines(name: str) -> Iterator[str]:
    yield f"{name} {__version__}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"  Python: {python}, {platform.system()} {platform.machine()}"
    yield f"  YAML parser: {parser_name()}"
    libraries = [f"{each} {_version(each) or 'missing'}" for each in _LIBRARIES]
    yield f"  libraries: {', '.join(libraries)}"
    yield f"  helm: {_of_program('helm', 'version', '--short')}"
    yield f"  kubectl: {_of_program('kubectl', 'version', '--client')}"
    for each, extra in _EXTRAS.items():
        yield f"  {each}: {_version(each) or f'not installed ({extra})'}"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _of_program(name: str, *words: str) -> str:
    """The first line of a program's version output."""
    path = shutil.which(name)
    if path is None:
        return "not on PATH"
    try:
        done = program.run([path, *words], (), _SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return "on PATH, but does not run"
    return next(iter(done.out.splitlines()), "") if done.code == 0 else f"on PATH, but exits with {done.code}"

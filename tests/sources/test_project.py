"""The project file: how it is read, errors with their line and the nearest key, and hostile repositories."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from migrator import yamltext
from migrator.errors import MigratorError
from migrator.sources import project, project_file

SCHEMA: dict[str, Any] = json.loads(files("migrator").joinpath("report/schemas/project.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOOD = """\
version: 1
defaults:
  chart: infrahub-enterprise
  from: 4.13.0-medium
  to: 4.14.1
  answers: {event-logger: remove}
releases:
  - name: prod
    layers: [base/values.yaml, prod/values.yaml]
    chart: infrahub
    from: 4.27.0
    namespace: production
    answers: {redis-db: 2, docket-url: {from-env: DOCKET_URL}}
  - name: staging
    layers: [staging.yaml]
exclude: [archive/, "*.old.yaml"]
"""


def read(folder: Path, text: str) -> project.Project:
    path = folder / project_file.NAME
    path.write_text(text, "utf-8")
    return project.read(str(path))


def test_a_project_file_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    prod, staging = found.releases
    assert prod.layers == (str(tmp_path / "base/values.yaml"), str(tmp_path / "prod/values.yaml"))
    assert found.upgrade(prod) == project.ProjectUpgrade("infrahub", "4.27.0", "4.14.1", "production")
    assert found.upgrade(staging) == project.ProjectUpgrade("infrahub-enterprise", "4.13.0-medium", "4.14.1", "")
    assert found.exclude == ("archive/", "*.old.yaml")
    VALIDATOR.validate(yamltext.parse(GOOD.encode()).documents[0].data)


def test_a_file_with_only_a_version_has_no_releases(tmp_path: Path) -> None:
    assert read(tmp_path, "version: 1\nreleases:\n").releases == ()


ONE = "version: 1\nreleases:\n  - name: a\n    layers: [@]\n"
WRONG = {
    "releases: []\n": (1, "does not say which version of project files it is"),
    "version: 2\n": (1, "is of a version that infrahub-migrator does not know"),
    "version: true\n": (1, "is of a version"),
    "- a\n": (1, "the file is not a mapping of version, defaults"),
    "version: 1\nrelease: []\n": (2, "'release' is not a key of the file (did you mean releases?)"),
    "version: 1\ndefaults: {form: 4.13.0}\n": (2, "'form' is not a key of defaults (did you mean from?)"),
    "version: 1\ndefaults: {from: 4.13}\n": (2, "defaults.from is not text. Put it in quotes"),
    "version: 1\ndefaults: {from: newest}\n": (2, "'newest' is not a chart version"),
    "version: 1\ndefaults: {from: 4.13.0-medum}\n": (2, "'medum' is not a flavour (did you mean medium?)"),
    "version: 1\ndefaults: {chart: infrahub-entreprise}\n": (2, "no chart 'infrahub-entreprise' (did you mean infra"),
    "version: 1\nreleases: {a: b}\n": (2, "releases is not a list of releases"),
    "version: 1\nreleases:\n  - name: a\n": (3, "releases[0] has no layers"),
    "version: 1\nreleases:\n  - layers: [a.yaml]\n": (3, "releases[0] has no name"),
    "version: 1\nreleases:\n  - name: a\n    layers: []\n": (4, "names no file"),
    "version: 1\nreleases:\n  - name: a\n    layer: [a]\n": (
        4,
        "'layer' is not a key of releases[0] (did you mean layers?)",
    ),
    ONE.replace("@", "a.yaml, ./a.yaml"): (4, "a.yaml is already a layer of this release"),
    ONE.replace("@", "a.yaml") + "  - name: a\n    layers: [b.yaml]\n": (
        5,
        "a is already the name of the release on line 3",
    ),
    "version: 1\nversion: 1\n": (2, "version is set twice"),
    "version: 1\n---\na: 1\n": (1, "holds several YAML documents"),
    "version: 1\nexclude: [3]\n": (2, "exclude[0] is not text"),
}


@pytest.mark.parametrize("text", WRONG)
def test_each_error_is_reported_with_its_line(tmp_path: Path, text: str) -> None:
    line, message = WRONG[text]
    with pytest.raises(MigratorError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert caught.value.line == line
    assert caught.value.exit_code == 2


HOSTILE = {
    "../values.yaml": "'../values.yaml' points outside the folder of this file",
    "a/../../values.yaml": "'a/../../values.yaml' points outside the folder of this file",
    "..": "'..' points outside the folder of this file",
    "a/..": "'a/..' points outside the folder of this file",
    "/etc/passwd": "is not a path below this file",
    "C:/values.yaml": "is not a path below this file",
    "'..\\values.yaml'": "is not a path below this file",
    "~/values.yaml": "are expanded here",
    "$HOME/values.yaml": "are expanded here",
    "'${HOME}/values.yaml'": "are expanded here",
    '"a\\0b"': "holds a character that cannot be printed",
    '"a\\e[31m.yaml"': "holds a character that cannot be printed",
    "a" * 1001: "is longer than 1,000 characters",
}


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused(tmp_path: Path, path: str) -> None:
    text = ONE.replace("@", path)
    with pytest.raises(MigratorError, match=r".") as caught:
        read(tmp_path, text)
    assert HOSTILE[path] in str(caught.value)
    assert caught.value.line == 4
    if "\\0" not in path and "\\e" not in path:  # the schema does not know which characters can be printed
        assert not VALIDATOR.is_valid(yamltext.parse(text.encode()).documents[0].data)


def test_text_of_the_maximum_length_is_read(tmp_path: Path) -> None:
    (release,) = read(tmp_path, ONE.replace("name: a", "name: " + "a" * 1000).replace("@", "a.yaml")).releases
    assert release.name == "a" * 1000


def test_links_inside_the_folder_are_followed_and_others_refused(tmp_path: Path) -> None:
    (tmp_path / "in/real").mkdir(parents=True)
    os.symlink(tmp_path, tmp_path / "in/out")
    os.symlink("real", tmp_path / "in/link")
    assert read(tmp_path / "in", ONE.replace("@", "link/values.yaml")).releases
    with pytest.raises(MigratorError, match="is reached through a link that points outside"):
        read(tmp_path / "in", ONE.replace("@", "out/values.yaml"))
    os.symlink("/etc/hostname", tmp_path / "in/values.yaml")
    with pytest.raises(MigratorError, match="is reached through a link that points outside"):
        read(tmp_path / "in", ONE.replace("@", "values.yaml"))


BOMBS = {
    "ten thousand releases": (
        "version: 1\nreleases:\n" + "".join(f"  - {{name: r{n}, layers: [a]}}\n" for n in range(10_000)),
        "releases has 10,000 releases; the limit is 5,000",
    ),
    "many layers": (ONE.replace("@", ", ".join(f"{n}.yaml" for n in range(33))), "has 33 layers; the limit is 32"),
    "many globs": (
        "version: 1\nexclude: [" + ", ".join(f"a{n}" for n in range(1001)) + "]\n",
        "has 1,001 globs; the limit is 1,000",
    ),
    "aliases": (
        "version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg")),
        "aliases expand the file",
    ),
    "depth": ("version: 1\nreleases: " + "[" * 5000, "more than 100 levels"),
    "size": ("version: 1\n" + "#" * (8 * 1024 * 1024), "is larger than 8 MiB"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_oversized_project_file_is_refused(tmp_path: Path, bomb: str) -> None:
    text, message = BOMBS[bomb]
    with pytest.raises(MigratorError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_a_large_project_is_read_in_time(tmp_path: Path) -> None:
    lines = "".join(f"  - {{name: r{n}, layers: [r{n}.yaml], answers: {{redis-db: 2}}}}\n" for n in range(5_000))
    assert len(read(tmp_path, "version: 1\nreleases:\n" + lines).releases) == 5_000
